//! Texts of rules with their wildcards, ready to be compared with the values of events.
//!
//! `*` stands for any text and `?` for any one character; a backslash before one of these, or before a backslash, takes
//! its meaning away, and is itself a character everywhere else. Letters compare without regard to case unless a rule
//! says `cased`: the pattern is lower case then, and so must be what it is compared with.

use memchr::memmem::Finder;

/// A text with wildcards.
#[derive(Clone, Debug)]
pub struct Pattern {
    shape: Shape,
    tokens: Vec<Token>,
    /// The longest stretch without wildcards, lower case: what must occur in every value that matches.
    literal: Box<str>,
}

#[derive(Clone, Debug)]
enum Shape {
    Whole(Box<str>),
    Start(Box<str>),
    End(Box<str>),
    Inside(Box<Finder<'static>>),
    Anything,
    /// Stretches between stars; the first and the last are tied to the ends unless they are empty.
    Glob(Vec<Vec<Piece>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Any one character.
    One,
    Text(Box<str>),
}

/// What a text of a rule is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Many,
    One,
    Text(String),
}

/// Reads the wildcards of a rule's text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let token = match character {
            '\\' => {
                match characters.peek() {
                    Some('*' | '?' | '\\') => plain.extend(characters.next()),
                    _ => plain.push('\\'),
                }
                continue;
            }
            '*' => Token::Many,
            '?' => Token::One,
            other => {
                plain.push(other);
                continue;
            }
        };
        if !plain.is_empty() {
            tokens.push(Token::Text(std::mem::take(&mut plain)));
        }
        if token == Token::One || tokens.last() != Some(&Token::Many) {
            tokens.push(token);
        }
    }
    if !plain.is_empty() {
        tokens.push(Token::Text(plain));
    }
    tokens
}

/// Lower case, each character for itself: what both sides of a comparison go through.
pub fn lower(text: &str, into: &mut String) {
    if text.is_ascii() {
        let from = into.len();
        into.push_str(text);
        into[from..].make_ascii_lowercase();
    } else {
        into.extend(text.chars().flat_map(char::to_lowercase));
    }
}

fn lowered(text: &str) -> String {
    let mut into = String::with_capacity(text.len());
    lower(text, &mut into);
    into
}

impl Pattern {
    pub fn new(mut tokens: Vec<Token>, cased: bool) -> Self {
        let longest = tokens.iter().filter_map(|token| match token {
            Token::Text(text) => Some(lowered(text)),
            _ => None,
        });
        let literal = longest.max_by_key(String::len).unwrap_or_default().into();
        if !cased {
            for token in &mut tokens {
                if let Token::Text(text) = token {
                    *text = lowered(text);
                }
            }
        }
        let shape = match tokens.as_slice() {
            [] => Shape::Whole("".into()),
            [Token::Text(text)] => Shape::Whole(text.as_str().into()),
            [Token::Text(text), Token::Many] => Shape::Start(text.as_str().into()),
            [Token::Many, Token::Text(text)] => Shape::End(text.as_str().into()),
            [Token::Many, Token::Text(text), Token::Many] => Shape::Inside(Box::new(Finder::new(text).into_owned())),
            [Token::Many] => Shape::Anything,
            several => Shape::Glob(stretches(several)),
        };
        Self { shape, tokens, literal }
    }

    /// The same, found anywhere inside a value.
    pub fn inside(&self) -> Self {
        let mut tokens = self.tokens.clone();
        if tokens.first() != Some(&Token::Many) {
            tokens.insert(0, Token::Many);
        }
        if tokens.last() != Some(&Token::Many) {
            tokens.push(Token::Many);
        }
        // The letters are as they have to be already.
        Self::new(tokens, true)
    }

    /// A text that is equal for equal patterns.
    pub fn key(&self) -> String {
        format!("{:?}", self.tokens)
    }

    /// Whether a value matches: lower case, or as it is where the rule says `cased`.
    pub fn matches(&self, value: &str) -> bool {
        match &self.shape {
            Shape::Whole(text) => **text == *value,
            Shape::Start(text) => value.starts_with(&**text),
            Shape::End(text) => value.ends_with(&**text),
            Shape::Inside(finder) => finder.find(value.as_bytes()).is_some(),
            Shape::Anything => true,
            Shape::Glob(stretches) => glob(stretches, value),
        }
    }

    /// The longest stretch without wildcards, lower case.
    pub fn literal(&self) -> &str {
        &self.literal
    }

    /// Whether a value that matches is the literal and nothing more.
    pub const fn is_whole(&self) -> bool {
        matches!(self.shape, Shape::Whole(_))
    }

    /// Whether it asks for nothing: no text at all, or the dash that logs write for it.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.shape, Shape::Whole(text) if matches!(&**text, "" | "-"))
    }
}

fn stretches(tokens: &[Token]) -> Vec<Vec<Piece>> {
    let mut all = vec![Vec::new()];
    for token in tokens {
        let piece = match token {
            Token::Many => {
                all.push(Vec::new());
                continue;
            }
            Token::One => Piece::One,
            Token::Text(text) => Piece::Text(text.as_str().into()),
        };
        if let Some(last) = all.last_mut() {
            last.push(piece);
        }
    }
    all
}

/// The rest of a value behind a stretch that it begins with.
fn behind<'v>(stretch: &[Piece], mut value: &'v str) -> Option<&'v str> {
    for piece in stretch {
        value = match piece {
            Piece::Text(text) => value.strip_prefix(&**text)?,
            Piece::One => {
                let mut characters = value.chars();
                characters.next()?;
                characters.as_str()
            }
        };
    }
    Some(value)
}

/// Each stretch at its leftmost place: right for stars, and never worse than value times pattern.
fn glob(stretches: &[Vec<Piece>], value: &str) -> bool {
    let [first, middle @ .., last] = stretches else {
        return stretches.first().is_some_and(|only| behind(only, value) == Some(""));
    };
    let Some(mut rest) = behind(first, value) else {
        return false;
    };
    for stretch in middle {
        let Some(next) = leftmost(stretch, rest) else {
            return false;
        };
        rest = next;
    }
    // The last is tied to the end: it may start only where as many characters are left as it has.
    let length: usize = last
        .iter()
        .map(|piece| match piece {
            Piece::One => 1,
            Piece::Text(text) => text.chars().count(),
        })
        .sum();
    if length == 0 {
        return true;
    }
    let Some((at, _)) = rest.char_indices().rev().nth(length - 1) else {
        return false;
    };
    behind(last, &rest[at..]) == Some("")
}

fn leftmost<'v>(stretch: &[Piece], value: &'v str) -> Option<&'v str> {
    let starts = value.char_indices().map(|(at, _)| at).chain([value.len()]);
    for at in starts {
        if let Some(rest) = behind(stretch, &value[at..]) {
            return Some(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Pattern::new(tokens(pattern), false).matches(&lowered(value))
    }

    #[test]
    fn stars_and_question_marks_stand_for_texts_and_characters() {
        assert!(matches(r"C:\Windows\\*\cmd.exe", r"c:\windows\System32\CMD.EXE"));
        assert!(!matches(r"C:\Windows\\*\cmd.exe", r"c:\windows\cmd.exe"));
        assert!(matches("a?c", "abc"));
        assert!(matches("a?c", "aäc"));
        assert!(!matches("a?c", "ac"));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(!matches("*a*b*", "xxbxxaxx"));
        assert!(matches("a*a", "aa"));
        assert!(!matches("a*a", "a"));
        assert!(matches("*b?", "abab1"));
        assert!(matches("", ""));
        assert!(!matches("", "x"));
    }

    #[test]
    fn a_backslash_takes_the_meaning_of_a_wildcard_and_of_a_backslash() {
        assert!(matches(r"a\*b", "a*b"));
        assert!(!matches(r"a\*b", "axb"));
        assert!(matches(r"\\\\server\share", r"\\server\share"));
        assert!(matches(r"a\\*", r"a\anything"));
        assert!(matches(r"a\b", r"a\b"));
    }

    #[test]
    fn letters_compare_without_case_unless_told() {
        assert!(matches("ÄB", "äb"));
        assert!(!Pattern::new(tokens("Ab"), true).matches("ab"));
        assert!(Pattern::new(tokens("Ab"), true).matches("Ab"));
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_a_regular_expression(pattern in "[ab*?]{0,8}", value in "[ab]{0,10}") {
            let expression: String = pattern
                .chars()
                .map(|c| match c { '*' => ".*".to_owned(), '?' => ".".to_owned(), other => other.to_string() })
                .collect();
            let expected = regex::Regex::new(&format!("^{expression}$")).unwrap().is_match(&value);
            proptest::prop_assert_eq!(matches(&pattern, &value), expected);
        }
    }
}
