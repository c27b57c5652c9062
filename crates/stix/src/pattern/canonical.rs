//! Writes a pattern in one normal way: single spaces, no comments, only the parentheses that carry meaning,
//! names quoted only where they must be, constants in their shortest form.
//!
//! Parsing what is written here gives an equal pattern. The order of the parts is kept: it is the author's.

use std::fmt::{self, Display, Formatter, Write as _};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

use super::Pattern;
use super::ast::{Comparison, Condition, Constant, Instant, ObjectPath, Observation, Qualifier, Seconds, Step, Test};
use super::parser::RESERVED;

impl Pattern {
    /// The canonical text; the same as `to_string`.
    pub fn canonical(&self) -> String {
        self.to_string()
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

/// How tightly an expression holds together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    FollowedBy,
    Or,
    And,
    Tight,
}

impl Observation {
    fn binding(&self) -> Binding {
        match self {
            Self::FollowedBy(_) => Binding::FollowedBy,
            Self::Or(_) => Binding::Or,
            Self::And(_) => Binding::And,
            Self::Single(_) | Self::Qualified(..) => Binding::Tight,
        }
    }
}

impl Comparison {
    fn binding(&self) -> Binding {
        match self {
            Self::Or(_) => Binding::Or,
            Self::And(_) => Binding::And,
            Self::Test(_) => Binding::Tight,
        }
    }
}

fn in_parentheses(f: &mut Formatter<'_>, needed: bool, inner: &dyn Display) -> fmt::Result {
    if needed {
        write!(f, "({inner})")
    } else {
        write!(f, "{inner}")
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, operator) = match self {
            Self::Single(comparison) => return write!(f, "[{comparison}]"),
            Self::Qualified(inner, qualifier) => {
                let repeated = inner.qualifier_keywords().any(|keyword| keyword == qualifier.keyword());
                in_parentheses(f, repeated || inner.binding() < Binding::Tight, inner)?;
                return write!(f, " {qualifier}");
            }
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
            Self::FollowedBy(parts) => (parts, " FOLLOWEDBY "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(operator)?;
            }
            in_parentheses(f, part.binding() < self.binding(), part)?;
        }
        Ok(())
    }
}

impl Observation {
    /// The qualifiers that stand behind this expression without parentheses between them.
    fn qualifier_keywords(&self) -> impl Iterator<Item = &'static str> {
        let mut seen: Vec<&'static str> = Vec::new();
        let mut chain = Vec::new();
        let mut expression = self;
        while let Self::Qualified(inner, qualifier) = expression {
            chain.push(qualifier.keyword());
            expression = inner;
        }
        // Inside out: where a keyword comes again, parentheses stand before it and a new chain begins.
        for keyword in chain.into_iter().rev() {
            if seen.contains(&keyword) {
                seen.clear();
            }
            seen.push(keyword);
        }
        seen.into_iter()
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(seconds, _) => write!(f, "WITHIN {seconds} SECONDS"),
            Self::Repeats(times, _) => write!(f, "REPEATS {times} TIMES"),
            Self::StartStop(start, stop, _) => write!(f, "START t'{start}' STOP t'{stop}'"),
        }
    }
}

impl Display for Seconds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.micros / 1_000_000, self.micros % 1_000_000);
        write!(f, "{whole}")?;
        if fraction != 0 {
            write!(f, ".{}", format!("{fraction:06}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, operator) = match self {
            Self::Test(test) => return test.fmt(f),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(operator)?;
            }
            in_parentheses(f, part.binding() < self.binding(), part)?;
        }
        Ok(())
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        let operator = self.condition.operator();
        if self.condition == Condition::Exists {
            return write!(f, "{not}EXISTS {}", self.path);
        }
        write!(f, "{} {not}{operator} ", self.path)?;
        match &self.condition {
            Condition::Compare(_, constant) => constant.fmt(f),
            Condition::In(members) => {
                f.write_char('(')?;
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    member.fmt(f)?;
                }
                f.write_char(')')
            }
            Condition::Like(text)
            | Condition::Matches(text)
            | Condition::IsSubset(text)
            | Condition::IsSuperset(text) => write_quoted(f, text),
            Condition::Exists => Ok(()),
        }
    }
}

fn write_quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('\'')?;
    for character in text.chars() {
        if matches!(character, '\'' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('\'')
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => write_quoted(f, text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => {
                let text = number.to_string();
                // The language has no exponent and tells floats by their point; `to_string` never writes an exponent.
                let point = if text.contains('.') { "" } else { ".0" };
                write!(f, "{text}{point}")
            }
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Timestamp(instant) => write!(f, "t'{instant}'"),
            Self::Hex(bytes) => write!(f, "h'{}'", hex::encode(bytes)),
            Self::Binary(bytes) => write!(f, "b'{}'", Base64Display::new(bytes, &STANDARD)),
        }
    }
}

impl Display for Instant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = self.timestamp().to_micros_text();
        let digits = format!("{}{}", text.trim_end_matches('Z'), self.finer());
        let digits = digits.trim_end_matches('0');
        match digits.strip_suffix('.') {
            Some(whole) => write!(f, "{whole}Z"),
            None => write!(f, "{digits}Z"),
        }
    }
}

impl Display for ObjectPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.object_type)?;
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Property(name) => {
                    if index > 0 {
                        f.write_char('.')?;
                    }
                    if is_plain_name(name) {
                        f.write_str(name)?;
                    } else {
                        write_quoted(f, name)?;
                    }
                }
                Step::Index(number) => write!(f, "[{number}]")?,
                Step::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !RESERVED.contains(&name)
}
