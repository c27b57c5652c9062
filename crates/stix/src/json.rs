//! A borrowed view of a JSON text that keeps order and refuses duplicate keys.
//!
//! `serde_json::Value` silently keeps the last of two equal keys and copies every string. Two readers that
//! disagree on which key counts is how a marking is smuggled past a check, so duplicates are an error here
//! (RFC 8259 section 4 leaves it open; STIX 2.1 section 2.4 asks for unique keys).

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
pub use serde_json::Number;

use crate::problem::{Place, Problem};

/// A JSON value whose strings borrow from the text where they have no escapes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as serde_json reads it: an integer of 64 bits, or a double.
    Number(Number),
    /// A string.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Map<'a>),
}

/// A JSON object in the order it was written, each key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map<'a> {
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// Above this many keys, duplicates are looked for with a hash set instead of by comparing.
const SMALL: usize = 24;

impl<'a> Map<'a> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The value of a key, if it is a string.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// The value of a key, if it is a list.
    pub fn array(&self, key: &str) -> Option<&[Value<'a>]> {
        self.get(key).and_then(Value::as_array)
    }

    /// The value of a key, if it is an object.
    pub fn object(&self, key: &str) -> Option<&Map<'a>> {
        self.get(key).and_then(Value::as_object)
    }

    /// Says whether a key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The keys and values in the order they were written.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value<'a>)> {
        self.entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Of several entries with one key the first is kept.
impl<'a, K: Into<Cow<'a, str>>> FromIterator<(K, Value<'a>)> for Map<'a> {
    fn from_iter<I: IntoIterator<Item = (K, Value<'a>)>>(entries: I) -> Self {
        let mut seen = HashSet::new();
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .filter(|(key, _)| seen.insert(key.clone()))
            .collect();
        Self { entries }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a serde_json::Value> for Value<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(number.clone()),
            serde_json::Value::String(text) => Self::from(text.as_str()),
            serde_json::Value::Array(values) => Self::Array(values.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::Object(
                map.iter()
                    .map(|(key, value)| (key.as_str(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl<'a> Value<'a> {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The integer, if it is one of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self {
            number.as_i64()
        } else {
            None
        }
    }

    /// The number as a double, if it is a number.
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self {
            number.as_f64()
        } else {
            None
        }
    }

    /// The list, if it is one.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        if let Self::Array(values) = self {
            Some(values)
        } else {
            None
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Map<'a>> {
        if let Self::Object(map) = self { Some(map) } else { None }
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads one JSON value that fills the whole text.
///
/// Nesting deeper than 127 levels, duplicate keys and anything after the value are errors with line and column.
pub fn parse(text: &str) -> Result<Value<'_>, Problem> {
    serde_json::from_str(text).map_err(|error| problem(&error))
}

/// Turns an error of the JSON reader into a [`Problem`] with line and column.
pub fn problem(error: &serde_json::Error) -> Problem {
    let place = Place::line(error.line() as u64, error.column() as u64);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if message.starts_with("recursion limit") {
        return Problem::error(
            "json-too-deep",
            place,
            "the JSON is nested deeper than the limit of 127 levels",
        );
    }
    if message.starts_with("duplicate key") {
        return Problem::error("json-duplicate-key", place, message).help("each key may stand once in an object");
    }
    Problem::error("json-syntax", place, format!("the text is not valid JSON: {message}"))
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(Cow<'de, str>, Value<'de>)> = Vec::with_capacity(12);
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some(key) = access.next_key_seed(KeySeed)? {
            let duplicate = if entries.len() < SMALL {
                entries.iter().any(|(name, _)| *name == key)
            } else {
                if many.is_empty() {
                    many.extend(entries.iter().map(|(name, _)| name.clone()));
                }
                !many.insert(key.clone())
            };
            if duplicate {
                let shown = crate::id::shown(&key, 80);
                return Err(A::Error::custom(format_args!("duplicate key '{shown}'")));
            }
            let value = access.next_value()?;
            entries.push((key, value));
        }
        Ok(Value::Object(Map { entries }))
    }
}

/// Reads a key, borrowed where it has no escapes.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(values) => serializer.collect_seq(values),
            Self::Object(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Map<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    #[test]
    fn keeps_order_and_borrows_what_has_no_escapes() {
        let value = parse(r#"{"b":1,"a":"x\ny","c":[true,null,2.5]}"#).unwrap();
        let map = value.as_object().unwrap();
        assert_eq!(map.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(map.str("a"), Some("x\ny"));
        assert_eq!(
            serde_json::to_string(&value).unwrap(),
            r#"{"b":1,"a":"x\ny","c":[true,null,2.5]}"#
        );
    }

    #[test]
    fn refuses_duplicate_keys_in_small_and_in_large_objects() {
        let problem = parse(r#"{"a":1,"a":2}"#).unwrap_err();
        assert_eq!(
            (problem.code, problem.place.line, problem.place.column),
            ("json-duplicate-key", Some(1), Some(10))
        );
        let many: Vec<String> = (0..100).map(|n| format!("\"k{n}\":0")).collect();
        assert!(parse(&format!("{{{}}}", many.join(","))).is_ok());
        assert_eq!(
            parse(&format!("{{{},\"k3\":1}}", many.join(","))).unwrap_err().code,
            "json-duplicate-key"
        );
    }

    #[test]
    fn refuses_deep_nesting_by_name() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(parse(&deep).unwrap_err().code, "json-too-deep");
        let fine = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(matches!(parse(&fine), Ok(Value::Array(_))));
    }
}
