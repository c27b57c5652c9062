//! Finding: by value, by words, and how much there is.

use policy::Viewer;
use stix::Timestamp;
use stix::marking::Tlp;

use super::page::{ObjectRow, Position};
use crate::{Result, Store};

/// What to search for; an empty list or text does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words that all must occur; the last letters of a word may be left open with `*`.
    pub words: String,
    /// Only these object types.
    pub types: Vec<String>,
    /// Only what was added at or after this.
    pub since: Option<Timestamp>,
}

/// What a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version, without its body.
    pub row: ObjectRow,
    /// Its name.
    pub title: Option<String>,
}

/// How much a viewer may see: versions, the same as pages give of all versions counted with repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By object type, the most first.
    pub by_type: Vec<(String, u64)>,
    /// By TLP.
    pub by_tlp: Vec<(Tlp, u64)>,
    /// Together.
    pub total: u64,
}

impl Store {
    /// The objects in which a normalised value occurs, newest first, resuming strictly before a position.
    pub async fn observable_find(
        &self,
        viewer: &Viewer,
        kind: i16,
        value: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Found>> {
        let _ = (viewer, kind, value, limit, before);
        Err(crate::unbuilt())
    }

    /// The objects in which all words occur, newest first, resuming strictly before a position.
    pub async fn search(
        &self,
        viewer: &Viewer,
        query: &SearchQuery,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Found>> {
        let _ = (viewer, query, limit, before);
        Err(crate::unbuilt())
    }

    /// How many contributions the viewer may see.
    pub async fn counts(&self, viewer: &Viewer) -> Result<Counts> {
        let _ = viewer;
        Err(crate::unbuilt())
    }
}
