//! Builds the tree of a pattern: one function for each level of precedence.
//!
//! | level, loosest first | observation expressions | comparison expressions |
//! |---|---|---|
//! | 1 | FOLLOWEDBY | |
//! | 2 | OR | OR |
//! | 3 | AND | AND |
//! | 4 | qualifiers after `[ … ]` or `( … )` | a test, or `( … )` |

mod comparison;

use super::ast::{Constant, Instant, Observation, Position, Qualifier, Seconds};
use super::lexer::{Lexer, Token, problem};
use super::{MAX_BYTES, MAX_DEPTH, Pattern};
use crate::problem::Problem;

/// Which edition of the language is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V20,
    V21,
}

/// The words that cannot be property names unless they are quoted.
pub(super) const RESERVED: [&str; 18] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

pub(super) fn parse(text: &str, version: Version) -> Result<Pattern, Problem> {
    let start = Position { line: 1, column: 1 };
    if text.len() > MAX_BYTES {
        return Err(limit(
            start,
            format!(
                "the pattern is {} bytes long, more than the limit of {MAX_BYTES}",
                text.len()
            ),
        ));
    }
    let mut lexer = Lexer::new(text);
    let (token, position) = lexer.next_token()?;
    let mut parser = Parser {
        lexer,
        token,
        position,
        version,
        depth: 0,
        comparisons: 0,
    };
    let expression = parser.followed_by()?;
    if parser.token != Token::End {
        return Err(parser.expected("AND, OR, FOLLOWEDBY, a qualifier, or the end of the pattern"));
    }
    Ok(Pattern { expression })
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    position: Position,
    version: Version,
    depth: usize,
    comparisons: usize,
}

fn limit(at: Position, message: impl Into<String>) -> Problem {
    Problem::error("pattern-limit", at.place(), message)
}

impl<'t> Parser<'t> {
    /// Moves on and gives the token that was current.
    fn take(&mut self) -> Result<Token<'t>, Problem> {
        let (token, position) = self.lexer.next_token()?;
        self.position = position;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(found) if found == word)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    fn take_word(&mut self, word: &str) -> Result<bool, Problem> {
        let found = self.is_word(word);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn take_symbol(&mut self, symbol: &str) -> Result<bool, Problem> {
        let found = self.is_symbol(symbol);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn expected(&self, what: &str) -> Problem {
        let refusal = problem(
            self.position,
            format!("found {}, expected {what}", self.token.describe()),
        );
        match self.token {
            Token::Word(word)
                if RESERVED.contains(&word.to_ascii_uppercase().as_str()) && !RESERVED.contains(&word) =>
            {
                refusal.help(format!("keywords are upper-case: {}", word.to_ascii_uppercase()))
            }
            _ => refusal,
        }
    }

    fn expect_symbol(&mut self, symbol: &str, what: &str) -> Result<(), Problem> {
        if self.take_symbol(symbol)? {
            Ok(())
        } else {
            Err(self.expected(what))
        }
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Problem> {
        if self.take_word(word)? {
            Ok(())
        } else {
            Err(self.expected(word))
        }
    }

    fn descend(&mut self) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(limit(
                self.position,
                format!("the pattern is nested deeper than the limit of {MAX_DEPTH} levels"),
            ));
        }
        Ok(())
    }

    fn followed_by(&mut self) -> Result<Observation, Problem> {
        let mut parts = vec![self.observation_or()?];
        while self.take_word("FOLLOWEDBY")? {
            parts.push(self.observation_or()?);
        }
        Ok(Observation::followed_by(parts))
    }

    fn observation_or(&mut self) -> Result<Observation, Problem> {
        let mut parts = vec![self.observation_and()?];
        while self.take_word("OR")? {
            parts.push(self.observation_and()?);
        }
        Ok(Observation::or(parts))
    }

    fn observation_and(&mut self) -> Result<Observation, Problem> {
        let mut parts = vec![self.qualified()?];
        while self.take_word("AND")? {
            parts.push(self.qualified()?);
        }
        Ok(Observation::and(parts))
    }

    fn qualified(&mut self) -> Result<Observation, Problem> {
        let mut expression = self.observation()?;
        let mut seen: Vec<&'static str> = Vec::new();
        while let Some(qualifier) = self.qualifier()? {
            let keyword = qualifier.keyword();
            if seen.contains(&keyword) {
                if self.version == Version::V21 {
                    return Err(Problem::error(
                        "pattern-duplicate-qualifier",
                        qualifier.position().place(),
                        format!("a second {keyword} on the same expression, where one of each kind is allowed"),
                    )
                    .help("put parentheses around the expression with its first qualifiers"));
                }
                // STIX 2.1 writes this with parentheses; they count for the rest of the pattern, so that what
                // is written from the tree is never deeper than the limit.
                self.descend()?;
                seen.clear();
            }
            seen.push(keyword);
            expression = Observation::Qualified(Box::new(expression), qualifier);
        }
        Ok(expression)
    }

    fn observation(&mut self) -> Result<Observation, Problem> {
        if self.take_symbol("[")? {
            let comparison = self.comparison_or()?;
            self.expect_symbol("]", "AND, OR, or ']'")?;
            return Ok(Observation::Single(comparison));
        }
        if self.is_symbol("(") {
            self.descend()?;
            self.take()?;
            let inner = self.followed_by()?;
            self.expect_symbol(")", "AND, OR, FOLLOWEDBY, a qualifier, or ')'")?;
            self.depth -= 1;
            return Ok(inner);
        }
        let refusal = self.expected("'[' or '('");
        Err(match self.token {
            Token::Word(_) => refusal.help("put comparisons in square brackets: [file:size = 1280]"),
            _ => refusal,
        })
    }

    fn qualifier(&mut self) -> Result<Option<Qualifier>, Problem> {
        let at = self.position;
        if self.take_word("WITHIN")? {
            let micros = self.duration()?;
            self.expect_word("SECONDS")?;
            return Ok(Some(Qualifier::Within(Seconds { micros }, at)));
        }
        if self.take_word("REPEATS")? {
            let times = match self.token {
                Token::Constant(Constant::Integer(times)) => u64::try_from(times).unwrap_or(0),
                _ => 0,
            };
            if times == 0 {
                return Err(self.expected("a whole number from 1"));
            }
            self.take()?;
            self.expect_word("TIMES")?;
            return Ok(Some(Qualifier::Repeats(times, at)));
        }
        if self.take_word("START")? {
            let start = self.timestamp()?;
            self.expect_word("STOP")?;
            let stop = self.timestamp()?;
            return Ok(Some(Qualifier::StartStop(start, stop, at)));
        }
        Ok(None)
    }

    /// Reads a number of seconds above 0 as microseconds; what is finer is rounded up, so that it stays above 0.
    fn duration(&mut self) -> Result<i64, Problem> {
        const MOST: f64 = 1e12;
        let micros = match self.token {
            Token::Constant(Constant::Integer(seconds)) if seconds > 0 && seconds as f64 <= MOST => {
                seconds.saturating_mul(1_000_000)
            }
            // Above 10^9 seconds a double does not hold single microseconds any more. The products are below 10^18.
            Token::Constant(Constant::Float(seconds)) if seconds > 1e9 && seconds <= MOST => {
                (seconds.round() as i64).saturating_mul(1_000_000)
            }
            Token::Constant(Constant::Float(seconds)) if seconds > 0.0 && seconds <= 1e9 => {
                (seconds * 1e6).round().max(1.0) as i64
            }
            Token::Constant(Constant::Integer(1..)) => {
                return Err(limit(
                    self.position,
                    "the time is longer than the limit of 1000000000000 seconds",
                ));
            }
            Token::Constant(Constant::Float(seconds)) if seconds > MOST => {
                return Err(limit(
                    self.position,
                    "the time is longer than the limit of 1000000000000 seconds",
                ));
            }
            _ => return Err(self.expected("a number of seconds above 0")),
        };
        self.take()?;
        Ok(micros)
    }

    fn timestamp(&mut self) -> Result<Instant, Problem> {
        let instant = match &self.token {
            Token::Constant(Constant::Timestamp(instant)) => instant.clone(),
            Token::Constant(Constant::String(text)) if self.version == Version::V20 => {
                Instant::parse(text).map_err(|error| problem(self.position, error.to_string()))?
            }
            Token::Constant(Constant::String(_)) => {
                return Err(self
                    .expected("a timestamp")
                    .help("put a t before the quote: t'2026-11-23T15:04:05Z' (the plain string is STIX 2.0)"));
            }
            _ => return Err(self.expected("a timestamp, t'2026-11-23T15:04:05Z'")),
        };
        self.take()?;
        Ok(instant)
    }
}
