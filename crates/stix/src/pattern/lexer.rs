//! Cuts the text of a pattern into tokens, each with its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ast::{Constant, Instant, Position};
use crate::problem::Problem;

/// One token. Keywords are [`Token::Word`]s: the parser knows where a word can be one.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A keyword, object type, or property name; hyphens included.
    Word(&'t str),
    /// A constant, except `true` and `false`.
    Constant(Constant),
    /// Punctuation and operators, `==` and `<>` already as `=` and `!=`.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

impl Token<'_> {
    /// What this is, for messages; long texts are cut.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("'{}'", shortened(word)),
            Self::Constant(Constant::String(text)) => format!("the string '{}'", shortened(text)),
            Self::Constant(Constant::Integer(number)) => format!("the number {number}"),
            Self::Constant(constant) => constant.kind().to_owned(),
            Self::Symbol(symbol) => format!("'{symbol}'"),
            Self::End => "the end of the pattern".to_owned(),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Reads tokens from a text one at a time, so that an early error costs nothing more.
pub(super) struct Lexer<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

type Lexed<'t> = Result<(Token<'t>, Position), Problem>;

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            position: Position { line: 1, column: 1 },
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) -> &'t str {
        let rest = self.rest();
        let taken = rest.get(..bytes).unwrap_or(rest);
        for character in taken.chars() {
            if character == '\n' {
                self.position.line = self.position.line.saturating_add(1);
                self.position.column = 1;
            } else {
                self.position.column = self.position.column.saturating_add(1);
            }
        }
        self.offset += taken.len();
        taken
    }

    fn skip_space_and_comments(&mut self) -> Result<(), Problem> {
        loop {
            let rest = self.rest();
            let space = rest.len() - rest.trim_start().len();
            if space > 0 {
                self.advance(space);
            } else if rest.starts_with("//") {
                self.advance(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                let Some(end) = rest.find("*/") else {
                    return Err(
                        problem(self.position, "the comment that begins here has no end").help("close it with */")
                    );
                };
                self.advance(end + 2);
            } else {
                return Ok(());
            }
        }
    }

    /// The next token and where it begins.
    pub(super) fn next_token(&mut self) -> Lexed<'t> {
        self.skip_space_and_comments()?;
        let position = self.position;
        let rest = self.rest();
        let mut characters = rest.chars();
        let (first, second) = (characters.next(), characters.next());
        let Some(first) = first else {
            return Ok((Token::End, position));
        };
        let token = match (first, second) {
            ('\'', _) => Token::Constant(Constant::String(self.quoted()?)),
            ('t' | 'h' | 'b', Some('\'')) => Token::Constant(self.prefixed(first)?),
            ('a'..='z' | 'A'..='Z' | '_', _) => Token::Word(self.word()),
            ('0'..='9' | '.' | '+' | '-', _) if starts_number(rest) => Token::Constant(self.number()?),
            _ => Token::Symbol(self.symbol()?),
        };
        Ok((token, position))
    }

    fn word(&mut self) -> &'t str {
        let end = self
            .rest()
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(self.rest().len());
        self.advance(end)
    }

    fn symbol(&mut self) -> Result<&'static str, Problem> {
        const SYMBOLS: [(&str, &str); 16] = [
            ("==", "="),
            ("!=", "!="),
            ("<>", "!="),
            ("<=", "<="),
            (">=", ">="),
            ("=", "="),
            ("<", "<"),
            (">", ">"),
            ("[", "["),
            ("]", "]"),
            ("(", "("),
            (")", ")"),
            (",", ","),
            (":", ":"),
            (".", "."),
            ("*", "*"),
        ];
        let rest = self.rest();
        for (written, meant) in SYMBOLS {
            if rest.starts_with(written) {
                self.advance(written.len());
                return Ok(meant);
            }
        }
        let found = rest.chars().next().unwrap_or_default();
        let refusal = problem(
            self.position,
            format!("the character '{}' has no place here", found.escape_debug()),
        );
        Err(match found {
            '"' | '‘' | '’' | '`' | '“' | '”' => {
                refusal.help("write strings in straight single quotes: 'text'")
            }
            _ => refusal,
        })
    }

    /// Reads `'…'`, in which `\'` stands for a quote and `\\` for a backslash.
    fn quoted(&mut self) -> Result<String, Problem> {
        let start = self.position;
        self.advance(1);
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(stop) = rest.find(['\'', '\\']) else {
                return Err(
                    problem(start, "the string that begins here has no end").help("close it with a single quote")
                );
            };
            text.push_str(self.advance(stop));
            let escape = self.position;
            if rest[stop..].starts_with('\'') {
                self.advance(1);
                return Ok(text);
            }
            self.advance(1);
            match self.rest().chars().next() {
                Some(character @ ('\'' | '\\')) => text.push(character),
                Some(character) => {
                    return Err(problem(
                        escape,
                        format!("a backslash before '{}' means nothing here", character.escape_debug()),
                    )
                    .help("write \\\\ for a backslash and \\' for a quote"));
                }
                None => return Err(problem(start, "the string that begins here has no end")),
            }
            self.advance(1);
        }
    }

    /// Reads `t'…'`, `h'…'`, `b'…'`.
    fn prefixed(&mut self, prefix: char) -> Result<Constant, Problem> {
        let start = self.position;
        self.advance(1);
        let text = self.quoted()?;
        let refused = |message: String| problem(start, message);
        match prefix {
            't' => match Instant::parse(&text) {
                Ok(instant) => Ok(Constant::Timestamp(instant)),
                Err(error) => Err(refused(error.to_string())),
            },
            'h' => match hex::decode(&text) {
                Ok(bytes) => Ok(Constant::Hex(bytes)),
                Err(_) => Err(refused(format!("'{}' is not hexadecimal", shortened(&text)))
                    .help("write two digits 0 to 9, a to f for each byte")),
            },
            _ => match STANDARD.decode(&text) {
                Ok(bytes) => Ok(Constant::Binary(bytes)),
                Err(_) => Err(refused(format!("'{}' is not base64", shortened(&text)))
                    .help("use the standard alphabet of RFC 4648 with padding")),
            },
        }
    }

    /// Reads `[+-]digits` or `[+-][digits].digits`.
    fn number(&mut self) -> Result<Constant, Problem> {
        let start = self.position;
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let whole = digits(&rest[sign..]);
        let mut length = sign + whole;
        let fraction = rest[length..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            length += 1 + fraction;
        }
        let follows = rest[length..].chars().next();
        if follows.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.+-".contains(c)));
            let shown = shortened(&rest[..end.unwrap_or(rest.len())]);
            return Err(problem(start, format!("'{shown}' is neither a number nor a string"))
                .help("write strings in single quotes, and numbers without exponent"));
        }
        let text = self.advance(length);
        if fraction > 0 {
            return match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Constant::Float(number)),
                _ => Err(problem(start, "the number is too large for a double")),
            };
        }
        if whole > 1 && text[sign..].starts_with('0') {
            return Err(problem(
                start,
                format!("the number {} begins with a zero", shortened(text)),
            ));
        }
        text.parse().map(Constant::Integer).map_err(|_| {
            problem(
                start,
                format!("the integer {} does not fit into 64 bits", shortened(text)),
            )
        })
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn starts_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits(unsigned) > 0 || unsigned.strip_prefix('.').is_some_and(|rest| digits(rest) > 0)
}

/// A breach of the grammar at a position.
pub(super) fn problem(at: Position, message: impl Into<String>) -> Problem {
    Problem::error("pattern-syntax", at.place(), message)
}
