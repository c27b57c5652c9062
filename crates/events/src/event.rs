//! One thing that happened, as a log line, a packet or a record tells it.

use std::borrow::Cow;

use stix::Timestamp;

use crate::role::Role;

/// One thing that happened. Readers fill the same one again and again, so that a line costs no allocation of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// When it happened, as the event says; none where it does not, or says it in a way that cannot be read.
    pub time: Option<Timestamp>,
    /// Its values, in the order in which they stand in it.
    pub fields: Vec<Field<'a>>,
}

/// One value of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name in the words of the log: `id.orig_h`, `http.hostname`, `EventData.Image`. Nested names are joined by dots.
    pub name: Cow<'a, str>,
    /// The value, unescaped; a number as the log writes it.
    pub value: Cow<'a, str>,
    /// What the value is.
    pub role: Role,
}

impl<'a> Event<'a> {
    /// Empties it, to be filled again.
    pub fn clear(&mut self) {
        self.time = None;
        self.fields.clear();
    }

    /// Adds a value; an empty one, or the dash that many logs write for "none", is left out.
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>, role: Role) {
        let value = value.into();
        if !matches!(value.as_ref(), "" | "-") {
            self.fields.push(Field {
                name: name.into(),
                value,
                role,
            });
        }
    }

    /// The first value in a role.
    pub fn first(&self, role: Role) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.role == role)
            .map(|field| field.value.as_ref())
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.as_ref())
    }

    /// The event as one line of JSON, names to values, for what has no line of its own. A name that occurs again
    /// becomes an array.
    pub fn to_json(&self) -> String {
        use serde_json::{Map, Value};
        let mut object = Map::new();
        if let Some(time) = self.time {
            object.insert("time".to_owned(), Value::String(time.to_string()));
        }
        for field in &self.fields {
            let value = Value::String(field.value.to_string());
            match object.get_mut(field.name.as_ref()) {
                None => {
                    object.insert(field.name.to_string(), value);
                }
                Some(Value::Array(all)) => all.push(value),
                Some(one) => *one = Value::Array(vec![one.take(), value]),
            }
        }
        Value::Object(object).to_string()
    }
}
