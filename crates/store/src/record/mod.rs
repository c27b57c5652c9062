//! The record: what the `ledger` crate computes, kept in tables, written in the transaction of what it records.

use policy::{MemberId, Viewer};
use stix::Timestamp;

use crate::{Result, Store};

/// An entry to be appended. Its time and place are set when it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What sort: `shared`, `delivered`, `acknowledged`, `retracted`, `rule-changed`.
    pub kind: String,
    /// The member whose receipt it is.
    pub member: Option<MemberId>,
    /// The record, as JSON in one canonical form; no secrets.
    pub body: String,
}

/// An entry of the log with all that is needed to open its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Its place in the log, from 0.
    pub position: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What sort it is.
    pub kind: String,
    /// The record.
    pub body: String,
    /// What its commitment is salted with.
    pub salt: [u8; 32],
}

impl Store {
    /// Appends entries, in order, together with what else is being written. Waits for the commit, not for the disk.
    pub async fn ledger_append(&self, entries: Vec<NewEntry>) -> Result<()> {
        let _ = entries;
        Err(crate::unbuilt())
    }

    /// How many entries the log has.
    pub async fn ledger_size(&self) -> Result<u64> {
        Err(crate::unbuilt())
    }

    /// The root of the log as it stands, with its size.
    pub async fn ledger_root(&self) -> Result<(u64, ledger::Hash)> {
        Err(crate::unbuilt())
    }

    /// The entries of the viewer's member from a place on.
    pub async fn ledger_entries(&self, viewer: &Viewer, from: u64, limit: usize) -> Result<Vec<RecordRow>> {
        let _ = (viewer, from, limit);
        Err(crate::unbuilt())
    }
}
