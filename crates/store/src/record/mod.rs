//! The record: what the `ledger` crate computes, kept in tables, written in the transaction of what it records.
//!
//! The body of an entry is for the member whose receipt it is, and for nobody else; to everyone else the log shows
//! salted commitments.

mod check;
mod log;
mod note;

use policy::MemberId;
use stix::Timestamp;

use ledger::{CompletedHash, Entry, Frontier};

use crate::open::Random;
use crate::value::Row;
use crate::{Error, Result};

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
    /// The member whose receipt it is.
    pub member: Option<MemberId>,
    /// The record.
    pub body: String,
    /// What its commitment is salted with.
    pub salt: [u8; 32],
}

pub(crate) const INSERT_ENTRY: &str =
    "insert into ledger_entry (position, at, kind, member, body, salt, leaf) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
pub(crate) const INSERT_HASH: &str = "insert into ledger_hash (level, position, hash) values (?1, ?2, ?3)";

/// What appending an entry adds to the tables.
pub(crate) struct Leaf {
    pub(crate) position: i64,
    pub(crate) salt: [u8; 32],
    pub(crate) hash: [u8; 32],
    pub(crate) completed: Vec<CompletedHash>,
}

impl Leaf {
    /// Puts an entry at the right edge.
    pub(crate) fn append(frontier: &mut Frontier, entry: &NewEntry, at: Timestamp, random: &Random) -> Result<Self> {
        let mut salt = [0; 32];
        random(&mut salt);
        let whole = Entry {
            at_micros: at.micros(),
            kind: &entry.kind,
            body: &entry.body,
            salt,
        };
        let hash = whole
            .commitment()
            .map_err(|error| Error::input(format!("the ledger cannot record this: {error}")).because(error))?
            .leaf_hash();
        let position = stored(frontier.size())?;
        let mut completed = Vec::new();
        frontier
            .append_with(hash, |one| completed.push(one))
            .map_err(|error| Error::ours(format!("the ledger cannot grow: {error}")).because(error))?;
        Ok(Self {
            position,
            salt,
            hash: hash.0,
            completed,
        })
    }
}

/// The right edge as it is stored.
pub(crate) fn frontier(bytes: &[u8]) -> Result<Frontier> {
    Frontier::from_bytes(bytes).map_err(|error| {
        Error::ours(format!("the edge of the ledger is damaged: {error}"))
            .help("run 'commonwatch doctor', and restore a backup if it finds damage")
            .because(error)
    })
}

/// A place in the log as the databases store it.
pub(crate) fn stored(position: u64) -> Result<i64> {
    i64::try_from(position).map_err(|_| Error::input("there is no such place in a ledger"))
}

fn record_row(row: &Row) -> Result<RecordRow> {
    Ok(RecordRow {
        position: row.int(0)?.unsigned_abs(),
        at: row.time(1)?,
        kind: row.text(2)?,
        member: row.maybe_int(3)?.map(MemberId),
        body: row.text(4)?,
        salt: row.hash(5)?,
    })
}
