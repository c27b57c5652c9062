//! One STIX object: its exact text, a view of it, and the common properties we act on.

use crate::id;
use crate::json::{self, Map, Value};
use crate::problem::{Place, Problem};
use crate::time::Timestamp;

/// A STIX object as it arrived: the text is never changed, the view borrows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object<'a> {
    text: &'a str,
    map: Map<'a>,
}

/// The common properties (STIX 2.1 section 3.2) that decide identity, version, owner and handling.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'v> {
    /// `id`, well formed, its prefix equal to `type`.
    pub id: &'v str,
    /// `type`.
    pub object_type: &'v str,
    /// `spec_version`; absent means 2.0 in a versioned object and 2.1 in a cyber-observable object.
    pub spec_version: Option<&'v str>,
    /// `created`.
    pub created: Option<Timestamp>,
    /// `modified`; absent in marking definitions and cyber-observable objects.
    pub modified: Option<Timestamp>,
    /// `created_by_ref`, well formed.
    pub created_by: Option<&'v str>,
    /// `revoked`, false when absent.
    pub revoked: bool,
    /// `object_marking_refs`, each well formed.
    pub marking_refs: Vec<&'v str>,
}

impl Head<'_> {
    /// The version as TAXII 2.1 section 3.4 counts it: `modified`, else `created`; none for cyber-observable objects.
    pub fn version(&self) -> Option<Timestamp> {
        self.modified.or(self.created)
    }
}

impl<'a> Object<'a> {
    /// Reads a text that holds one JSON object. Whether it is good STIX is for [`Object::head`] and the checker.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        match json::parse(text)? {
            Value::Object(map) => Ok(Self { text: text.trim(), map }),
            other => Err(Problem::error(
                "not-an-object",
                Place::path("$"),
                format!("expected a JSON object, found {}", other.kind()),
            )),
        }
    }

    /// The text as it arrived, without white space around it.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The view of it.
    pub fn map(&self) -> &Map<'a> {
        &self.map
    }

    /// The common properties, or the first thing that keeps them from being used.
    pub fn head(&self) -> Result<Head<'_>, Problem> {
        Head::read(&self.map)
    }
}

impl<'v> Head<'v> {
    /// Reads the common properties of an object; the problem names the JSON path and, once known, the object.
    pub fn read(map: &'v Map<'_>) -> Result<Self, Problem> {
        let object_type = required(map, "type")?;
        let id = required(map, "id")?;
        let prefix = id::check(id).map_err(|error| Problem::error("bad-id", Place::path("$.id"), error.to_string()))?;
        let named = |problem: Problem| Problem {
            place: problem.place.object(id),
            ..problem
        };
        if prefix != object_type {
            let message = format!("the identifier is of type '{prefix}', the object of type '{object_type}'");
            return Err(named(Problem::error("id-type-mismatch", Place::path("$.id"), message)));
        }
        Ok(Self {
            id,
            object_type,
            spec_version: text(map, "spec_version").map_err(named)?,
            created: timestamp(map, "created").map_err(named)?,
            modified: timestamp(map, "modified").map_err(named)?,
            created_by: reference(map, "created_by_ref").map_err(named)?,
            revoked: match map.get("revoked") {
                None => false,
                Some(Value::Bool(revoked)) => *revoked,
                Some(other) => return Err(named(wrong_kind("revoked", "a truth value", other))),
            },
            marking_refs: references(map, "object_marking_refs").map_err(named)?,
        })
    }
}

fn wrong_kind(key: &str, expected: &str, found: &Value<'_>) -> Problem {
    let message = format!("'{key}' must be {expected}, found {}", found.kind());
    Problem::error("wrong-type", Place::path(format!("$.{key}")), message)
}

fn text<'v>(map: &'v Map<'_>, key: &str) -> Result<Option<&'v str>, Problem> {
    match map.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong_kind(key, "a string", other)),
    }
}

fn required<'v>(map: &'v Map<'_>, key: &str) -> Result<&'v str, Problem> {
    text(map, key)?.ok_or_else(|| {
        Problem::error(
            "missing-property",
            Place::path("$"),
            format!("the required property '{key}' is missing"),
        )
    })
}

fn timestamp(map: &Map<'_>, key: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text(map, key)? else { return Ok(None) };
    let bad = |error: crate::time::TimestampError| {
        Problem::error("bad-timestamp", Place::path(format!("$.{key}")), error.to_string())
    };
    Timestamp::parse(text).map(Some).map_err(bad)
}

fn reference<'v>(map: &'v Map<'_>, key: &str) -> Result<Option<&'v str>, Problem> {
    let Some(text) = text(map, key)? else { return Ok(None) };
    match id::check(text) {
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(Problem::error(
            "bad-reference",
            Place::path(format!("$.{key}")),
            error.to_string(),
        )),
    }
}

fn references<'v>(map: &'v Map<'_>, key: &str) -> Result<Vec<&'v str>, Problem> {
    let values = match map.get(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(other) => return Err(wrong_kind(key, "a list of identifiers", other)),
    };
    let one = |(at, value): (usize, &'v Value<'_>)| match value {
        Value::String(text) => match id::check(text) {
            Ok(_) => Ok(text.as_ref()),
            Err(error) => Err(Problem::error(
                "bad-reference",
                Place::path(format!("$.{key}[{at}]")),
                error.to_string(),
            )),
        },
        other => Err(wrong_kind(&format!("{key}[{at}]"), "an identifier", other)),
    };
    values.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn names_the_place_of_what_is_wrong() {
        let text = r#"{"type":"indicator","id":"malware--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3"}"#;
        let problem = Object::parse(text).unwrap().head().unwrap_err();
        assert_eq!(
            (problem.code, problem.place.path.as_deref()),
            ("id-type-mismatch", Some("$.id"))
        );
        let text =
            r#"{"type":"malware","id":"malware--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3","object_marking_refs":[1]}"#;
        let problem = Object::parse(text).unwrap().head().unwrap_err();
        assert_eq!(
            problem.to_string(),
            "$.object_marking_refs[0] (malware--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3): 'object_marking_refs[0]' must be an identifier, found a number"
        );
    }
}
