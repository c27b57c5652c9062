//! Gives a member the proof of one entry, to keep and to check without asking anybody.
//!
//! A receipt holds the entry itself, its salt, its position, the hashes that lead from it to a root, and the checkpoint
//! in which the log signed that root. Whoever has the public key of the log can check it offline, at any time.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::entry::{EntryError, OpenedEntry};
use crate::hash::{Hash, base64_of};
use crate::key::VerifyingKey;
use crate::verify::{VerifyError, verify_inclusion};

/// The longest text of a receipt, in bytes: the longest entry, every character of it escaped, and a note.
pub const MAX_RECEIPT: usize = 2 * 1024 * 1024;

/// The proof of one entry. As JSON it is one object with these members, and `"format": "commonwatch-receipt-v1"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: Format,
    /// The entry, opened.
    pub entry: OpenedEntry,
    /// Where it stands in the log, from 0.
    pub position: u64,
    /// The hashes beside its path, from the leaf upwards.
    pub proof: Vec<Hash>,
    /// The signed checkpoint that the proof leads to.
    pub checkpoint: SignedCheckpoint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "commonwatch-receipt-v1")]
    V1,
}

/// What a receipt proves, once it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The entry that is in the log.
    pub entry: &'a OpenedEntry,
    /// Where it stands.
    pub position: u64,
    /// The checkpoint of the log that it is in.
    pub checkpoint: &'a Checkpoint,
}

/// A receipt that cannot be read or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// The text is too long.
    #[error("a receipt may have {MAX_RECEIPT} bytes, this one has {found}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// The text is no receipt.
    #[error("not a receipt: {what}")]
    Malformed {
        /// What is wrong, with line and column.
        what: String,
    },
    /// The entry is none that a log would record.
    #[error("the entry of the receipt is not a valid entry: {0}")]
    Entry(#[from] EntryError),
    /// The checkpoint is not signed as it must be.
    #[error("the checkpoint of the receipt does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the log of that checkpoint, as far as this receipt shows.
    #[error("the receipt does not show that its entry is in the log: {0}")]
    Inclusion(#[from] VerifyError),
}

impl Receipt {
    /// Puts a receipt together. It is not checked here.
    pub fn new(entry: OpenedEntry, position: u64, proof: Vec<Hash>, checkpoint: SignedCheckpoint) -> Self {
        Self {
            format: Format::V1,
            entry,
            position,
            proof,
            checkpoint,
        }
    }

    /// Reads the JSON text of a receipt. Nothing in it is to be believed before [`Receipt::verify`].
    pub fn from_json(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > MAX_RECEIPT {
            return Err(ReceiptError::TooLong { found: text.len() });
        }
        serde_json::from_str(text).map_err(|error| ReceiptError::Malformed {
            what: error.to_string(),
        })
    }

    /// The JSON text of the receipt, indented.
    pub fn to_json(&self) -> Result<String, ReceiptError> {
        serde_json::to_string_pretty(self).map_err(|error| ReceiptError::Malformed {
            what: error.to_string(),
        })
    }

    /// Checks that the log with this key holds the entry at the position.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Verified<'_>, ReceiptError> {
        let checkpoint = self.checkpoint.verify(key)?;
        let leaf = self.entry.as_entry().commitment()?.leaf_hash();
        verify_inclusion(leaf, self.position, checkpoint.size, &self.proof, checkpoint.root)?;
        Ok(Verified {
            entry: &self.entry,
            position: self.position,
            checkpoint,
        })
    }

    /// The same proof in the form of C2SP tlog-proof, for other verifiers. The logged data is the commitment; the extra
    /// line has it in base64, and says nothing else of the entry.
    pub fn to_tlog_proof(&self) -> Result<String, ReceiptError> {
        let commitment = self.entry.as_entry().commitment()?;
        let mut text = String::from("c2sp.org/tlog-proof@v1\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "extra {}\nindex {}", base64_of(&commitment.0), self.position);
        for hash in &self.proof {
            let _ = writeln!(text, "{hash}");
        }
        let _ = write!(text, "\n{}", self.checkpoint);
        Ok(text)
    }
}
