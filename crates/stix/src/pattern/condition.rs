//! Tests one value against one condition (STIX 2.1 section 9.6.1).
//!
//! | property | constant | compared as |
//! |---|---|---|
//! | number | integer, float | numbers, exactly |
//! | boolean | boolean | = and != only |
//! | string | string | code points; LIKE and MATCHES after Unicode normalisation (NFC), the others without |
//! | string | timestamp | instants, if the string is a timestamp |
//! | string | hex, binary | bytes, if every code point is below 256 |
//! | `…_hex`, `…_bin` | string, hex, binary | bytes, if every code point of a string constant is below 256 |
//! | anything else | | different types: only != holds |

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::ast::{CompareOperator, Condition, Constant, Instant, ObjectPath};
use super::expression::{self, Expression, Refusal};
use super::network::Network;
use super::path::Encoding;
use crate::json::{Number, Value};

/// A condition made ready for being tested often.
#[derive(Clone, Debug)]
pub(super) struct Check {
    encoding: Encoding,
    negated: bool,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Compare(CompareOperator, Operand),
    /// IN with nothing but strings, against a plain property.
    InTexts(HashSet<Box<str>>),
    In(Vec<Operand>),
    Expression(Expression),
    IsSubset(Network),
    IsSuperset(Network),
    /// Holds for every value.
    Exists,
    /// Holds for no value.
    Never,
}

#[derive(Clone, Debug)]
enum Operand {
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Instant(Instant),
    /// Of a type that the property cannot have.
    Foreign,
}

/// A value that fulfils a condition, where only few do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known<'c> {
    Text(&'c str),
    Integer(i64),
    /// Any address or block in this block.
    In(Network),
}

impl Check {
    /// The values that fulfil the condition, if there are no others than these.
    pub(super) fn known(&self) -> Option<Vec<Known<'_>>> {
        if self.negated || self.encoding != Encoding::Plain {
            return None;
        }
        match &self.kind {
            Kind::Compare(CompareOperator::Equal, operand) => Some(vec![operand.known()?]),
            Kind::InTexts(texts) => Some(texts.iter().map(|text| Known::Text(text)).collect()),
            Kind::In(operands) => operands.iter().map(Operand::known).collect(),
            Kind::IsSubset(network) => Some(vec![Known::In(*network)]),
            _ => None,
        }
    }

    /// Prepares a condition on the property at the end of a path.
    pub(super) fn new(path: &ObjectPath, negated: bool, condition: &Condition) -> Result<Self, Refusal> {
        let encoding = Encoding::of(path);
        let kind = match condition {
            Condition::Compare(operator, constant) => Kind::Compare(*operator, Operand::new(constant, encoding)),
            Condition::In(members) => set(members, encoding),
            Condition::Like(text) => {
                expression::like(text, encoding != Encoding::Plain)?.map_or(Kind::Never, Kind::Expression)
            }
            Condition::Matches(text) => {
                expression::matches(text, encoding != Encoding::Plain)?.map_or(Kind::Never, Kind::Expression)
            }
            Condition::IsSubset(text) => Network::parse(text).map_or(Kind::Never, Kind::IsSubset),
            Condition::IsSuperset(text) => Network::parse(text).map_or(Kind::Never, Kind::IsSuperset),
            Condition::Exists => Kind::Exists,
        };
        Ok(Self {
            encoding,
            // For EXISTS the negation is about the path, not about a value: whoever follows the path sees to it.
            negated: negated && *condition != Condition::Exists,
            kind,
        })
    }

    /// Says whether a value fulfils the condition.
    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        let holds = match &self.kind {
            Kind::Compare(operator, operand) => match operand.compare(value, self.encoding) {
                None => *operator == CompareOperator::NotEqual,
                Some(order) => match operator {
                    CompareOperator::Equal => order == Ordering::Equal,
                    CompareOperator::NotEqual => order != Ordering::Equal,
                    CompareOperator::Less => order == Ordering::Less,
                    CompareOperator::LessOrEqual => order != Ordering::Greater,
                    CompareOperator::Greater => order == Ordering::Greater,
                    CompareOperator::GreaterOrEqual => order != Ordering::Less,
                },
            },
            Kind::InTexts(texts) => value.as_str().is_some_and(|text| texts.contains(text)),
            Kind::In(operands) => operands
                .iter()
                .any(|operand| operand.compare(value, self.encoding) == Some(Ordering::Equal)),
            Kind::Expression(expression) => self.expression_holds(expression, value),
            Kind::IsSubset(network) => value
                .as_str()
                .and_then(Network::parse)
                .is_some_and(|found| network.contains(found)),
            Kind::IsSuperset(network) => value
                .as_str()
                .and_then(Network::parse)
                .is_some_and(|found| found.contains(*network)),
            Kind::Exists => true,
            Kind::Never => false,
        };
        holds != self.negated
    }

    fn expression_holds(&self, expression: &Expression, value: &Value<'_>) -> bool {
        let Some(text) = value.as_str() else {
            return false;
        };
        match expression {
            Expression::Text(expression) => expression.is_match(&normalised(text)),
            Expression::Bytes(expression) => {
                decode(text, self.encoding).is_some_and(|bytes| expression.is_match(&bytes))
            }
        }
    }
}

/// A text in Unicode normalisation form C.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn set(members: &[Constant], encoding: Encoding) -> Kind {
    let texts: Option<HashSet<Box<str>>> = members
        .iter()
        .map(|member| match member {
            Constant::String(text) if encoding == Encoding::Plain => Some(text.as_str().into()),
            _ => None,
        })
        .collect();
    match texts {
        Some(texts) => Kind::InTexts(texts),
        None => Kind::In(members.iter().map(|member| Operand::new(member, encoding)).collect()),
    }
}

/// The bytes a text stands for: each code point a byte, or decoded; none if it does not stand for bytes.
fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Plain => latin(text),
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => STANDARD.decode(text).ok(),
    }
}

/// Each code point as one byte, if all are below 256.
pub(super) fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

impl Operand {
    fn new(constant: &Constant, encoding: Encoding) -> Self {
        match constant {
            Constant::String(text) if encoding == Encoding::Plain => Self::Text(text.as_str().into()),
            Constant::String(text) => latin(text).map_or(Self::Foreign, |bytes| Self::Bytes(bytes.into())),
            Constant::Hex(bytes) | Constant::Binary(bytes) => Self::Bytes(bytes.as_slice().into()),
            Constant::Integer(number) => Self::Integer(*number),
            Constant::Float(number) => Self::Float(*number),
            Constant::Boolean(value) => Self::Boolean(*value),
            Constant::Timestamp(_) if encoding != Encoding::Plain => Self::Foreign,
            Constant::Timestamp(instant) => Self::Instant(instant.clone()),
        }
    }

    fn known(&self) -> Option<Known<'_>> {
        match self {
            Self::Text(text) => Some(Known::Text(text)),
            Self::Integer(number) => Some(Known::Integer(*number)),
            _ => None,
        }
    }

    /// How a value stands to this operand; none if their types differ.
    fn compare(&self, value: &Value<'_>, encoding: Encoding) -> Option<Ordering> {
        match (self, value) {
            (Self::Text(text), Value::String(found)) => Some(found.as_ref().cmp(text)),
            (Self::Bytes(bytes), Value::String(found)) => Some(decode(found, encoding)?.as_slice().cmp(bytes)),
            (Self::Instant(instant), Value::String(found)) => Some(Instant::parse(found).ok()?.cmp(instant)),
            (Self::Boolean(constant), Value::Bool(found)) => Some(found.cmp(constant)),
            (Self::Integer(constant), Value::Number(found)) => compare_integer(found, i128::from(*constant)),
            (Self::Float(constant), Value::Number(found)) => match integer(found) {
                Some(whole) => compare_mixed(*constant, whole).map(Ordering::reverse),
                None => found.as_f64()?.partial_cmp(constant),
            },
            _ => None,
        }
    }
}

fn integer(number: &Number) -> Option<i128> {
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
}

fn compare_integer(found: &Number, constant: i128) -> Option<Ordering> {
    match integer(found) {
        Some(whole) => Some(whole.cmp(&constant)),
        None => compare_mixed(found.as_f64()?, constant),
    }
}

/// Compares a double with an integer without rounding the integer.
fn compare_mixed(float: f64, whole: i128) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // A cast to an integer saturates, and no integer compared here is near the ends of 128 bits.
    let floor = float.floor();
    Some((floor as i128).cmp(&whole).then(if float > floor {
        Ordering::Greater
    } else {
        Ordering::Equal
    }))
}
