//! What patterns are evaluated over: observations, each with its time, how often it was made, and its objects.
//!
//! Both forms of observed-data are read: the dictionary `objects` of STIX 2.0, whose references are its keys, and
//! `object_refs` of STIX 2.1, whose objects a [`Resolver`] supplies. Objects are looked at as JSON, whatever
//! their type.

use std::collections::HashMap;

use crate::json::Map;
use crate::problem::{Place, Problem};
use crate::time::Timestamp;

/// Finds objects by their id, for `object_refs` and for properties that end in `_ref` or `_refs`.
pub trait Resolver {
    /// The object with this id, if it is known.
    fn resolve(&self, id: &str) -> Option<&Map<'_>>;
}

/// Knows no object.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObjects;

impl Resolver for NoObjects {
    fn resolve(&self, _id: &str) -> Option<&Map<'_>> {
        None
    }
}

impl Resolver for HashMap<&str, &Map<'_>> {
    fn resolve(&self, id: &str) -> Option<&Map<'_>> {
        self.get(id).copied()
    }
}

/// One observation, or several that were reported as one.
#[derive(Clone)]
pub struct Observed<'o> {
    first: Timestamp,
    last: Timestamp,
    count: u64,
    objects: Vec<(&'o str, &'o Map<'o>)>,
    embedded: Option<&'o Map<'o>>,
    resolver: &'o dyn Resolver,
}

impl<'o> Observed<'o> {
    /// Observations made `count` times between two instants, of the objects given.
    pub fn new(
        first: Timestamp,
        last: Timestamp,
        count: u64,
        objects: impl IntoIterator<Item = &'o Map<'o>>,
        resolver: &'o dyn Resolver,
    ) -> Self {
        Self {
            first,
            last: last.max(first),
            count: count.max(1),
            objects: objects.into_iter().filter_map(typed).collect(),
            embedded: None,
            resolver,
        }
    }

    /// Reads observed-data.
    ///
    /// An object that cannot be resolved is not seen. The problem, with its JSON path, is about the times.
    pub fn read(observed_data: &'o Map<'o>, resolver: &'o dyn Resolver) -> Result<Self, Problem> {
        let instant = |key: &str| {
            let place = || Place::path(format!("$.{key}"));
            let text = observed_data.str(key).ok_or_else(|| {
                Problem::error(
                    "observed-time",
                    place(),
                    format!("an observation needs {key}, a timestamp"),
                )
            })?;
            Timestamp::parse(text).map_err(|error| Problem::error("observed-time", place(), error.to_string()))
        };
        let (first, last) = (instant("first_observed")?, instant("last_observed")?);
        if last < first {
            return Err(Problem::error(
                "observed-time",
                Place::path("$.last_observed"),
                "last_observed is before first_observed",
            ));
        }
        let count = observed_data.get("number_observed").and_then(|value| value.as_i64());
        let embedded = observed_data.object("objects");
        let in_dictionary = embedded
            .into_iter()
            .flat_map(|objects| objects.iter().filter_map(|(_, value)| value.as_object()));
        let referenced = observed_data
            .array("object_refs")
            .unwrap_or_default()
            .iter()
            .filter_map(|value| resolver.resolve(value.as_str()?));
        Ok(Self {
            first,
            last,
            count: count.and_then(|count| u64::try_from(count).ok()).unwrap_or(1).max(1),
            objects: in_dictionary.chain(referenced).filter_map(typed).collect(),
            embedded,
            resolver,
        })
    }

    /// The earliest time at which it can have been made.
    pub fn first(&self) -> Timestamp {
        self.first
    }

    /// The latest time at which it can have been made.
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// How often it was made.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The objects observed, each with its type.
    pub fn objects(&self) -> &[(&'o str, &'o Map<'o>)] {
        &self.objects
    }

    /// The object that a reference names.
    pub(super) fn resolve(&self, reference: &str) -> Option<&Map<'_>> {
        self.embedded
            .and_then(|objects| objects.object(reference))
            .or_else(|| self.resolver.resolve(reference))
    }
}

fn typed<'o>(object: &'o Map<'o>) -> Option<(&'o str, &'o Map<'o>)> {
    Some((object.str("type")?, object))
}
