//! Builds the tree of a pattern: one function for each level of precedence.
//!
//! | level, loosest first | observation expressions | comparison expressions |
//! |---|---|---|
//! | 1 | FOLLOWEDBY | |
//! | 2 | OR | OR |
//! | 3 | AND | AND |
//! | 4 | qualifiers after `[ … ]` or `( … )` | a test, or `( … )` |

use super::ast::{
    CompareOperator, Comparison, Condition, Constant, Instant, ObjectPath, Observation, Position, Qualifier, Seconds,
    Step, Test,
};
use super::lexer::{Lexer, Token, problem};
use super::{MAX_BYTES, MAX_COMPARISONS, MAX_DEPTH, Pattern};
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

    fn comparison_or(&mut self) -> Result<Comparison, Problem> {
        let mut parts = vec![self.comparison_and()?];
        while self.take_word("OR")? {
            parts.push(self.comparison_and()?);
        }
        Ok(Comparison::or(parts))
    }

    fn comparison_and(&mut self) -> Result<Comparison, Problem> {
        let mut parts = vec![self.comparison()?];
        while self.take_word("AND")? {
            parts.push(self.comparison()?);
        }
        Ok(Comparison::and(parts))
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        if self.is_symbol("(") {
            self.descend()?;
            self.take()?;
            let inner = self.comparison_or()?;
            self.expect_symbol(")", "AND, OR, or ')'")?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(limit(
                self.position,
                format!("the pattern has more comparisons than the limit of {MAX_COMPARISONS}"),
            ));
        }
        let position = self.position;
        if self.is_word("EXISTS") || self.is_word("NOT") {
            let negated = self.take_word("NOT")?;
            self.expect_word("EXISTS")?;
            let path = self.object_path()?;
            return Ok(Comparison::Test(Test {
                path,
                negated,
                condition: Condition::Exists,
                position,
                constant_position: position,
            }));
        }
        let path = self.object_path()?;
        let negated = self.take_word("NOT")?;
        let (condition, constant_position) = self.condition()?;
        Ok(Comparison::Test(Test {
            path,
            negated,
            condition,
            position,
            constant_position,
        }))
    }

    fn condition(&mut self) -> Result<(Condition, Position), Problem> {
        let operator = match self.token {
            Token::Symbol("=") => Some(CompareOperator::Equal),
            Token::Symbol("!=") => Some(CompareOperator::NotEqual),
            Token::Symbol("<") => Some(CompareOperator::Less),
            Token::Symbol("<=") => Some(CompareOperator::LessOrEqual),
            Token::Symbol(">") => Some(CompareOperator::Greater),
            Token::Symbol(">=") => Some(CompareOperator::GreaterOrEqual),
            _ => None,
        };
        if let Some(operator) = operator {
            self.take()?;
            let at = self.position;
            let ordered = !matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
            if ordered && (self.is_word("true") || self.is_word("false")) {
                return Err(self
                    .expected("a constant that has an order")
                    .help("compare booleans with = or !="));
            }
            return Ok((Condition::Compare(operator, self.constant()?), at));
        }
        if self.take_word("IN")? {
            let at = self.position;
            return Ok((Condition::In(self.set()?), at));
        }
        type Make = fn(String) -> Condition;
        let texts: [(&str, Make); 4] = [
            ("LIKE", Condition::Like),
            ("MATCHES", Condition::Matches),
            ("ISSUBSET", Condition::IsSubset),
            ("ISSUPERSET", Condition::IsSuperset),
        ];
        for (keyword, make) in texts {
            if self.take_word(keyword)? {
                let at = self.position;
                let Token::Constant(Constant::String(_)) = self.token else {
                    return Err(self.expected("a string in single quotes"));
                };
                if let Token::Constant(Constant::String(text)) = self.take()? {
                    return Ok((make(text), at));
                }
            }
        }
        Err(self.expected(
            "an operator: = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET, with NOT before it if it is to be negated",
        ))
    }

    fn constant(&mut self) -> Result<Constant, Problem> {
        match self.token {
            Token::Constant(_) => {}
            Token::Word("true") | Token::Word("false") => {
                let value = self.is_word("true");
                self.take()?;
                return Ok(Constant::Boolean(value));
            }
            Token::Word(_) => {
                return Err(self.expected("a constant").help("write strings in single quotes"));
            }
            _ => return Err(self.expected("a constant")),
        }
        match self.take()? {
            Token::Constant(constant) => Ok(constant),
            _ => Err(self.expected("a constant")),
        }
    }

    fn set(&mut self) -> Result<Vec<Constant>, Problem> {
        self.expect_symbol("(", "'(' and a list of constants")?;
        let mut members = Vec::new();
        if self.take_symbol(")")? {
            return Ok(members);
        }
        loop {
            members.push(self.constant()?);
            if self.take_symbol(")")? {
                return Ok(members);
            }
            self.expect_symbol(",", "',' or ')'")?;
        }
    }

    fn object_path(&mut self) -> Result<ObjectPath, Problem> {
        let object_type = match self.token {
            Token::Word(word) if !RESERVED.contains(&word) => word.to_owned(),
            _ => return Err(self.expected("an object path, such as file:name")),
        };
        self.take()?;
        self.expect_symbol(":", "':' between the type of object and its property")?;
        let mut steps = vec![self.property_step()?];
        loop {
            if steps.len() > MAX_DEPTH {
                return Err(limit(
                    self.position,
                    format!("the object path has more steps than the limit of {MAX_DEPTH}"),
                ));
            }
            if self.take_symbol(".")? {
                steps.push(self.property_step()?);
            } else if self.take_symbol("[")? {
                steps.push(self.list_step()?);
                self.expect_symbol("]", "']'")?;
            } else {
                return Ok(ObjectPath { object_type, steps });
            }
        }
    }

    fn property_step(&mut self) -> Result<Step, Problem> {
        match &self.token {
            Token::Word(word) if word.contains('-') => Err(self
                .expected("a property name without a hyphen")
                .help(format!("put it in quotes: '{word}'"))),
            Token::Word(word) if RESERVED.contains(word) => Err(self
                .expected("a property name")
                .help(format!("put it in quotes: '{word}'"))),
            Token::Word(word) => {
                let name = (*word).to_owned();
                self.take()?;
                Ok(Step::Property(name))
            }
            Token::Constant(Constant::String(text)) => {
                let name = text.clone();
                self.take()?;
                Ok(Step::Property(name))
            }
            _ => Err(self.expected("a property name")),
        }
    }

    fn list_step(&mut self) -> Result<Step, Problem> {
        let step = match self.token {
            Token::Symbol("*") => Some(Step::Any),
            Token::Constant(Constant::Integer(index)) => u32::try_from(index).ok().map(Step::Index),
            _ => None,
        };
        let Some(step) = step else {
            return Err(self.expected("the number of a list item, from 0, or *"));
        };
        self.take()?;
        Ok(step)
    }
}
