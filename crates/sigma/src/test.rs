//! One test of one value: what a line of a selection asks.

use std::net::IpAddr;

use regex::{Regex, RegexBuilder};

use crate::needed;
use crate::pattern::Pattern;

/// Bytes that a compiled regular expression of a rule may take.
pub const REGEX_BYTES: usize = 10 << 20;

/// Which values a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The values of a field, by its number in the table of names.
    Field(u32),
    /// All values of the event: keywords.
    Anything,
}

/// A test. It holds if one of the values does what it asks.
#[derive(Clone, Debug)]
pub struct Test {
    pub subject: Subject,
    pub asks: Asks,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
pub enum Asks {
    /// Compared with the value in lower case.
    Text(Pattern),
    /// Compared with the value as it is.
    Cased(Pattern),
    Regex(Box<Regex>),
    Network(Network),
    Number(Order, f64),
    /// Whether the field is there.
    There(bool),
    /// The field holds nothing: `null`, an empty text, and the dash that logs write for it are one, as events keep
    /// none of them.
    Nothing,
    /// Compared with the values of another field.
    Field(u32, Part),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Which part of a value is compared with another field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    Start,
    End,
    Inside,
}

impl Order {
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::Greater => value > limit,
            Self::GreaterOrEqual => value >= limit,
        }
    }
}

impl Part {
    pub fn holds(self, value: &str, other: &str) -> bool {
        match self {
            Self::Whole => value == other,
            Self::Start => value.starts_with(other),
            Self::End => value.ends_with(other),
            Self::Inside => value.contains(other),
        }
    }
}

impl Asks {
    /// Whether a value does; `lower` is the value in lower case. Not for what is asked of a field as a whole.
    pub fn of_value(&self, value: &str, lower: &str) -> bool {
        match self {
            Self::Text(pattern) => pattern.matches(lower),
            Self::Cased(pattern) => pattern.matches(value),
            Self::Regex(regex) => regex.is_match(value),
            Self::Network(network) => value.parse().is_ok_and(|address| network.contains(address)),
            Self::Number(order, limit) => number(value).is_some_and(|value| order.holds(value, *limit)),
            Self::There(there) => *there,
            Self::Nothing | Self::Field(..) => false,
        }
    }

    /// Texts in lower case of which at least one is in every value that does; none where nothing can be said.
    pub fn texts(&self) -> Option<Vec<String>> {
        match self {
            Self::Text(pattern) | Self::Cased(pattern) => Some(vec![pattern.literal().to_owned()]),
            Self::Regex(regex) => needed::texts(regex),
            _ => None,
        }
        .filter(|texts| texts.iter().all(|text| !text.is_empty()))
    }

    /// Whether a value that does is its text and nothing more.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Text(pattern) | Self::Cased(pattern) if pattern.is_whole())
    }
}

/// A number as logs write them: decimal, or hexadecimal after `0x`.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
        None => text.parse().ok(),
    }
}

/// Compiles a regular expression of a rule.
pub fn regex(text: &str, flags: &[char]) -> Result<Regex, String> {
    let flag = |flag| flags.contains(&flag);
    RegexBuilder::new(text)
        .case_insensitive(flag('i'))
        .multi_line(flag('m'))
        .dot_matches_new_line(flag('s'))
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => {
                format!("the regular expression takes more than {limit} bytes, the limit")
            }
            regex::Error::Syntax(why) => {
                let why = why
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned();
                format!("the regular expression cannot be used: {why}")
            }
            other => format!("the regular expression cannot be used: {other}"),
        })
}

/// A network, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
    four: bool,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let (bits, four) = bits(address);
        let whole = if four { 32 } else { 128 };
        let length = length.unwrap_or(whole);
        (length <= whole).then_some(Self { bits, length, four })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, four) = bits(address);
        let whole = if self.four { 32 } else { 128 };
        four == self.four && (self.length == 0 || (bits ^ self.bits) >> (whole - self.length) == 0)
    }
}

/// The address as a number, and whether it is one of version 4; version 4 inside version 6 is version 4.
fn bits(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(four) => (u128::from(u32::from(four)), true),
        IpAddr::V6(six) => (u128::from(six), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_of_either_version() {
        let holds = |network: &str, address: &str| Network::parse(network).unwrap().contains(address.parse().unwrap());
        assert!(holds("192.0.2.0/24", "192.0.2.77"));
        assert!(holds("192.0.2.0/24", "::ffff:192.0.2.77"));
        assert!(!holds("192.0.2.0/24", "192.0.3.1"));
        assert!(holds("2001:db8::/32", "2001:db8::1"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::1", "::1"));
        assert_eq!(Network::parse("192.0.2.0/33"), None);
    }

    #[test]
    fn a_regular_expression_that_explodes_is_refused_by_the_limit() {
        assert!(regex("((a{0,100}){0,100}){0,100}", &[]).unwrap_err().contains("limit"));
        assert!(regex("(?=a)b", &[]).unwrap_err().contains("look-around"));
        assert!(regex("^A$", &['i']).unwrap().is_match("a"));
    }
}
