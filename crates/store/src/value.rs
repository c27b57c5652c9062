//! Values that go into and come out of both databases: whole numbers, numbers, text and bytes, each perhaps missing.

use policy::{AudienceId, CommunityId, MemberId, PersonId};
use stix::Timestamp;
use uuid::Uuid;

use crate::{Error, Result};

/// One value. A missing one keeps its type, because PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($type:ty, $variant:ident, $value:ident => $as:expr);* $(;)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$variant(Some($as))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $as))
            }
        }
    )*};
}

value_from! {
    i64, Int, value => value;
    bool, Int, value => i64::from(value);
    Timestamp, Int, value => value.micros();
    MemberId, Int, value => value.0;
    PersonId, Int, value => value.0;
    CommunityId, Int, value => value.0;
    AudienceId, Int, value => value.0;
    f64, Real, value => value;
    String, Text, value => value;
    &str, Text, value => value.to_owned();
    &String, Text, value => value.clone();
    Uuid, Text, value => value.to_string();
    Vec<u8>, Bytes, value => value;
    [u8; 32], Bytes, value => value.to_vec();
}

/// A row that a statement gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Row {
    fn at(&self, column: usize) -> Result<&Value> {
        self.0
            .get(column)
            .ok_or_else(|| Error::ours(format!("a row has no column {column}")))
    }

    pub(crate) fn maybe_int(&self, column: usize) -> Result<Option<i64>> {
        match self.at(column)? {
            Value::Int(value) => Ok(*value),
            Value::Real(None) | Value::Text(None) | Value::Bytes(None) => Ok(None),
            other => Err(wrong(column, "a whole number", other)),
        }
    }

    pub(crate) fn maybe_text(&self, column: usize) -> Result<Option<String>> {
        match self.at(column)? {
            Value::Text(value) => Ok(value.clone()),
            Value::Int(None) | Value::Real(None) | Value::Bytes(None) => Ok(None),
            other => Err(wrong(column, "text", other)),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        self.maybe_int(column)?.ok_or_else(|| missing(column))
    }

    pub(crate) fn real(&self, column: usize) -> Result<f64> {
        match self.at(column)? {
            Value::Real(Some(value)) => Ok(*value),
            other => Err(wrong(column, "a number", other)),
        }
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn text(&self, column: usize) -> Result<String> {
        self.maybe_text(column)?.ok_or_else(|| missing(column))
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8]> {
        match self.at(column)? {
            Value::Bytes(Some(value)) => Ok(value),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    pub(crate) fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>> {
        match self.at(column)? {
            Value::Bytes(value) => Ok(value.clone()),
            Value::Int(None) | Value::Real(None) | Value::Text(None) => Ok(None),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    pub(crate) fn hash(&self, column: usize) -> Result<[u8; 32]> {
        hash(self.bytes(column)?)
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    pub(crate) fn maybe_time(&self, column: usize) -> Result<Option<Timestamp>> {
        Ok(self.maybe_int(column)?.map(Timestamp::from_micros))
    }

    pub(crate) fn uuid(&self, column: usize) -> Result<Uuid> {
        let text = self.text(column)?;
        Uuid::parse_str(&text).map_err(|error| damaged(&format!("'{text}' is not a UUID")).because(error))
    }

    /// A word that stands for a variant.
    pub(crate) fn word<T>(&self, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| damaged(&format!("'{text}' is not known here")))
    }

    /// A list kept as JSON.
    pub(crate) fn list(&self, column: usize) -> Result<Vec<String>> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|error| damaged("a stored list is not JSON").because(error))
    }
}

/// The most rows of an answer, as the databases take it.
pub(crate) fn many(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A list of texts as it is stored.
pub(crate) fn list_text(list: &[String]) -> String {
    serde_json::Value::from(list.to_vec()).to_string()
}

/// 32 bytes as stored.
pub(crate) fn hash(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_| damaged(&format!("a stored hash has {} bytes instead of 32", bytes.len())))
}

fn damaged(what: &str) -> Error {
    Error::ours(format!("the database holds something unreadable: {what}"))
        .help("run 'commonwatch doctor', and restore a backup if it finds damage")
}

fn missing(column: usize) -> Error {
    damaged(&format!("column {column} of a row is empty"))
}

fn wrong(column: usize, expected: &str, found: &Value) -> Error {
    let found = match found {
        Value::Int(_) => "a whole number",
        Value::Real(_) => "a number",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
    };
    damaged(&format!("column {column} of a row should be {expected} and is {found}"))
}
