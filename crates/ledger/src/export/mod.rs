//! Writes and checks a whole log as one text file, a line for each leaf, in bounded memory.
//!
//! ```text
//! {"format":"commonwatch-ledger-export-v1","origin":"…","key":"…","checkpoint":"…"}
//! {"position":0,"commitment":"…"}
//! {"position":1,"commitment":"…","entry":{"at_micros":…,"kind":"…","body":"…","salt":"…"}}
//! ```
//!
//! Every leaf is there, so whoever has the file computes the root and compares it with the signed one. An entry is there
//! only where the holder of the file may read it; the other leaves show their commitment and nothing else.

mod verify;
mod write;

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use verify::{Report, read_header, verify_export};
pub use write::ExportWriter;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::entry::{Commitment, EntryError, OpenedEntry};
use crate::hash::Hash;
use crate::key::{KeyError, VerifyingKey};

/// The longest line of an export, in bytes.
pub const MAX_LINE: usize = crate::receipt::MAX_RECEIPT;

/// The first line of an export. What it says is a claim: the key to verify with has to come from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The key of the log.
    pub key: VerifyingKey,
    /// The checkpoint that the leaves lead to.
    pub checkpoint: SignedCheckpoint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine<'a> {
    format: Format,
    #[serde(borrow)]
    origin: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
    checkpoint: SignedCheckpoint,
}

#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "commonwatch-ledger-export-v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafLine {
    position: u64,
    commitment: Commitment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<OpenedEntry>,
}

/// An export that cannot be written or read, or does not hold.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Reading or writing failed.
    #[error("line {line}: the export could not be read or written: {source}")]
    Io {
        /// The line, from 1.
        line: u64,
        /// What happened.
        source: io::Error,
    },
    /// A line is too long.
    #[error("line {line}: longer than the {MAX_LINE} bytes that a line of an export may have")]
    LineTooLong {
        /// The line, from 1.
        line: u64,
    },
    /// A line is not what an export has there.
    #[error("line {line}: not a line of a ledger export: {what}")]
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What is wrong, with the column.
        what: String,
    },
    /// The file is empty.
    #[error("line 1: the export is empty; expected a header with format, origin, key and checkpoint")]
    Empty,
    /// The key in the header cannot be read.
    #[error("line 1: the key in the header of the export: {0}")]
    HeaderKey(KeyError),
    /// Key, origin and checkpoint of the header do not belong together.
    #[error(
        "line 1: the header names the log {origin}, its checkpoint the log {checkpoint}, its key {key}; they must be the same"
    )]
    HeaderOrigin {
        /// The origin stated by the header.
        origin: String,
        /// The origin of the checkpoint.
        checkpoint: String,
        /// The name of the key.
        key: String,
    },
    /// The export is by another key than the trusted one.
    #[error("line 1: the export is signed with {found}, the trusted key is {trusted}")]
    OtherKey {
        /// The key in the header.
        found: String,
        /// The trusted key.
        trusted: String,
    },
    /// The checkpoint of the export does not hold.
    #[error("line 1: the checkpoint of the export does not hold: {0}")]
    Checkpoint(CheckpointError),
    /// A leaf is out of its place.
    #[error(
        "line {line}: the leaf at position {expected} should stand here, this one says {found}: leaves are missing, repeated or out of order"
    )]
    Position {
        /// The line, from 1.
        line: u64,
        /// The position that follows.
        expected: u64,
        /// The position found.
        found: u64,
    },
    /// An entry is none that a log would record.
    #[error("line {line}, position {position}: {source}")]
    Entry {
        /// The line, from 1.
        line: u64,
        /// The position of the leaf.
        position: u64,
        /// What is wrong with it.
        source: EntryError,
    },
    /// An entry is not the one that was committed to.
    #[error("line {line}, position {position}: the entry does not fit its commitment: one of them was changed")]
    Commitment {
        /// The line, from 1.
        line: u64,
        /// The position of the leaf.
        position: u64,
    },
    /// The file has too few leaves.
    #[error("line {line}: the export ends after {found} leaves, its checkpoint is over {expected}")]
    Truncated {
        /// The line at which it ends.
        line: u64,
        /// How many leaves the checkpoint is over.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The file has too many leaves.
    #[error("line {line}: the export goes on after the {expected} leaves that its checkpoint is over")]
    Surplus {
        /// The first line too many.
        line: u64,
        /// How many leaves the checkpoint is over.
        expected: u64,
    },
    /// The leaves lead to another root.
    #[error("the {size} leaves lead to the root {computed}, the log signed {stated}: at least one leaf was changed")]
    Root {
        /// How many leaves there are.
        size: u64,
        /// The root that follows from them.
        computed: Hash,
        /// The root that was signed.
        stated: Hash,
    },
    /// The earlier checkpoint does not hold.
    #[error("the earlier checkpoint does not hold: {0}")]
    Earlier(CheckpointError),
    /// The log was larger before.
    #[error(
        "the log had {earlier} leaves earlier and has {size} now: leaves were taken away, or this export is the older one"
    )]
    Shrunk {
        /// The size of the earlier checkpoint.
        earlier: u64,
        /// The size of this one.
        size: u64,
    },
    /// The first leaves are not those of the earlier checkpoint.
    #[error("the first {size} leaves lead to the root {computed}, it was {stated} earlier: the log was rewritten")]
    Rewritten {
        /// The size of the earlier checkpoint.
        size: u64,
        /// The root that follows from this export.
        computed: Hash,
        /// The root that was signed earlier.
        stated: Hash,
    },
}
