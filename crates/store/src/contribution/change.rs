//! What changed since a position: for exports, pushes and whatever keeps a copy.

use policy::Viewer;

use super::page::{ObjectRow, Position};
use crate::{Result, Store};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new to this viewer.
    Added,
    /// A version came to one that the viewer knew.
    Changed,
    /// It must no longer be used.
    Removed(RemovedWhy),
}

/// Why an object must no longer be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemovedWhy {
    /// The member that contributed it took it back.
    Retracted,
    /// Its creator revoked it.
    Revoked,
    /// Its time is over.
    Expired,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its place in the order of everything stored.
    pub position: Position,
    /// What happened.
    pub kind: ChangeKind,
    /// The version concerned; without a body where it is retracted.
    pub row: ObjectRow,
}

/// Changes in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Changes {
    /// The changes.
    pub rows: Vec<ChangeRow>,
    /// Where to go on next time, also when there were none.
    pub cursor: Position,
    /// Whether there is more now.
    pub more: bool,
}

impl Store {
    /// The changes strictly after a cursor (none: from the beginning).
    pub async fn changes(&self, viewer: &Viewer, cursor: Option<Position>, limit: usize) -> Result<Changes> {
        let _ = (viewer, cursor, limit);
        Err(crate::unbuilt())
    }
}
