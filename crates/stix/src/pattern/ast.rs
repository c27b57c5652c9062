//! What a pattern is made of once it has been read.
//!
//! Chains of the same operator are one node with many parts, and parentheses leave no trace: two texts with
//! the same structure give equal trees. Places are carried for messages and do not take part in equality.

use crate::problem::Place;
use crate::time::{Timestamp, TimestampError};

/// Where something stands in the text of the pattern; all positions are equal to each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    /// Line, from 1; 0 when the pattern was not read from a text.
    pub line: u32,
    /// Column in characters, from 1; 0 when the pattern was not read from a text.
    pub column: u32,
}

impl PartialEq for Position {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Position {
    /// The place as problems carry it.
    pub fn place(self) -> Place {
        if self.line == 0 {
            Place::default()
        } else {
            Place::line(u64::from(self.line), u64::from(self.column))
        }
    }
}

/// What has to be observed (STIX 2.1 section 9.3, observation expressions).
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// `[ … ]`: one observation to which the comparison applies.
    Single(Comparison),
    /// `a AND b …`: each part by different observations.
    And(Vec<Observation>),
    /// `a OR b …`: one of the parts.
    Or(Vec<Observation>),
    /// `a FOLLOWEDBY b …`: each part by different observations, none earlier than those of the part before.
    FollowedBy(Vec<Observation>),
    /// An expression with a qualifier.
    Qualified(Box<Observation>, Qualifier),
}

/// What an observation expression is bound by (STIX 2.1 section 9.3.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// `WITHIN x SECONDS`: all observations lie in a stretch of time shorter than this.
    Within(Seconds, Position),
    /// `REPEATS x TIMES`: the expression matches at least so often, each time by different observations.
    Repeats(u64, Position),
    /// `START a STOP b`: all observations are made at or after the start and before the stop.
    StartStop(Instant, Instant, Position),
}

impl Qualifier {
    /// Where it stands.
    pub fn position(&self) -> Position {
        match self {
            Self::Within(_, at) | Self::Repeats(_, at) | Self::StartStop(_, _, at) => *at,
        }
    }

    /// Its keyword.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Within(..) => "WITHIN",
            Self::Repeats(..) => "REPEATS",
            Self::StartStop(..) => "START",
        }
    }
}

/// A length of time, exact to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds {
    /// The length in microseconds.
    pub micros: i64,
}

/// What one observation is tested for (STIX 2.1 section 9.4, comparison expressions).
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// One test of one property.
    Test(Test),
    /// `a AND b …`
    And(Vec<Comparison>),
    /// `a OR b …`
    Or(Vec<Comparison>),
}

/// One test of one property.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Which property.
    pub path: ObjectPath,
    /// Whether `NOT` stands before the operator.
    pub negated: bool,
    /// What the property is compared with.
    pub condition: Condition,
    /// Where the test begins.
    pub position: Position,
    /// Where its constant begins.
    pub constant_position: Position,
}

/// An operator with what it compares with (STIX 2.1 section 9.6.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `=`, `!=`, `<`, `<=`, `>`, `>=` and a constant.
    Compare(CompareOperator, Constant),
    /// `IN` and a set.
    In(Vec<Constant>),
    /// `LIKE` and a text with `%` and `_`.
    Like(String),
    /// `MATCHES` and a regular expression.
    Matches(String),
    /// `ISSUBSET` and an address or a CIDR block.
    IsSubset(String),
    /// `ISSUPERSET` and an address or a CIDR block.
    IsSuperset(String),
    /// `EXISTS`: the property is there.
    Exists,
}

impl Condition {
    /// The operator as it is written.
    pub fn operator(&self) -> &'static str {
        match self {
            Self::Compare(operator, _) => operator.symbol(),
            Self::In(_) => "IN",
            Self::Like(_) => "LIKE",
            Self::Matches(_) => "MATCHES",
            Self::IsSubset(_) => "ISSUBSET",
            Self::IsSuperset(_) => "ISSUPERSET",
            Self::Exists => "EXISTS",
        }
    }
}

/// An operator that compares with one constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOperator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl CompareOperator {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A constant (STIX 2.1 section 9.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `'text'`
    String(String),
    /// `12`
    Integer(i64),
    /// `1.5`, always finite.
    Float(f64),
    /// `true` or `false`
    Boolean(bool),
    /// `t'2026-11-23T15:04:05Z'`
    Timestamp(Instant),
    /// `h'00ff'`
    Hex(Vec<u8>),
    /// `b'AP8='`
    Binary(Vec<u8>),
}

impl Constant {
    /// What kind of constant this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Timestamp(_) => "a timestamp",
            Self::Hex(_) => "a hex constant",
            Self::Binary(_) => "a binary constant",
        }
    }
}

/// A point in time with all the digits it was written with, so that instants finer than a microsecond differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    at: Timestamp,
    /// The digits after the microseconds, without zeros at the end: text order is their order.
    finer: String,
}

impl Instant {
    /// Parses the timestamps of STIX 2.1 section 2.16.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let at = Timestamp::parse(text)?;
        let finer = text
            .get(26..)
            .unwrap_or_default()
            .trim_end_matches('Z')
            .trim_end_matches('0');
        Ok(Self {
            at,
            finer: finer.to_owned(),
        })
    }

    /// The instant, cut to microseconds.
    pub fn timestamp(&self) -> Timestamp {
        self.at
    }

    /// The digits after the microseconds, without zeros at the end.
    pub(crate) fn finer(&self) -> &str {
        &self.finer
    }
}

/// An object path (STIX 2.1 section 9.7): `file:hashes.'SHA-256'`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPath {
    /// The type of object at which it begins: `file`.
    pub object_type: String,
    /// The steps from there, at least one and the first a property.
    pub steps: Vec<Step>,
}

/// One step of an object path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `.name` or `.'name'`: a property, a key of a dictionary, or a property of the object a reference names.
    Property(String),
    /// `[3]`: the item of a list, from 0.
    Index(u32),
    /// `[*]`: any item of a list, any value of a dictionary.
    Any,
}

/// Joins parts into one node: a single part stays as it is, and a part that is joined the same way is taken up,
/// which changes no meaning because AND, OR, and FOLLOWEDBY are associative.
macro_rules! join {
    ($parts:expr, $variant:path) => {{
        let mut parts = $parts;
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                let mut flat = Vec::with_capacity(parts.len() + 1);
                for part in parts.into_iter().chain(last) {
                    match part {
                        $variant(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                $variant(flat)
            }
        }
    }};
}

impl Observation {
    /// `a AND b …`
    pub fn and(parts: Vec<Self>) -> Self {
        join!(parts, Self::And)
    }

    /// `a OR b …`
    pub fn or(parts: Vec<Self>) -> Self {
        join!(parts, Self::Or)
    }

    /// `a FOLLOWEDBY b …`
    pub fn followed_by(parts: Vec<Self>) -> Self {
        join!(parts, Self::FollowedBy)
    }
}

impl Comparison {
    /// `a AND b …`
    pub fn and(parts: Vec<Self>) -> Self {
        join!(parts, Self::And)
    }

    /// `a OR b …`
    pub fn or(parts: Vec<Self>) -> Self {
        join!(parts, Self::Or)
    }
}
