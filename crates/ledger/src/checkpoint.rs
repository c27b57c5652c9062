//! States how large the log is and what its root is, signed: C2SP tlog-checkpoint.
//!
//! A log must never sign two checkpoints that do not fit together. The caller sees to that by signing only what its
//! [`Frontier`](crate::Frontier) says, in the transaction that stores the frontier.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::frontier::MAX_SIZE;
use crate::hash::Hash;
use crate::key::{SigningKey, VerifyingKey};
use crate::note::{NoteError, SignedNote};
use crate::tile::decimal;

/// How large a log is, and the root over all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is the name of the key that signs for it.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A checkpoint and the signatures on it. What it says is reached through [`SignedCheckpoint::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: SignedNote,
    checkpoint: Checkpoint,
}

/// A checkpoint that cannot be read, signed or believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The signed note around it is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text has fewer than three lines, or an empty one.
    #[error("not a checkpoint; expected the lines origin, size and root, and none of them empty")]
    Layout,
    /// The second line is no size.
    #[error("line 2 of the checkpoint is not a size; expected a decimal number up to {MAX_SIZE} without leading zeros")]
    Size,
    /// The third line is no root.
    #[error("line 3 of the checkpoint is not a root hash; expected 32 bytes in padded standard base64")]
    Root,
    /// The checkpoint is of another log than the key.
    #[error("the checkpoint is of the log {origin}, the key is for {key}")]
    OtherLog {
        /// The origin that the checkpoint states.
        origin: String,
        /// The name of the key.
        key: String,
    },
}

impl Checkpoint {
    /// Signs the checkpoint with the key that has the name of this log.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedCheckpoint, CheckpointError> {
        self.belongs_to(key.verifying_key())?;
        let note = SignedNote::sign(self.to_string(), key)?;
        // A checkpoint that would read back differently (a size beyond the limit) must not be signed.
        match Self::parse(note.unverified())? == *self {
            true => Ok(SignedCheckpoint {
                note,
                checkpoint: self.clone(),
            }),
            false => Err(CheckpointError::Layout),
        }
    }

    /// Reads the text of a note. Lines after the third are extensions, which this version neither writes nor reads.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Layout)?;
        if lines.split('\n').any(str::is_empty) {
            return Err(CheckpointError::Layout);
        }
        let mut lines = lines.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Layout);
        let (origin, size, root) = (line()?, line()?, line()?);
        Ok(Self {
            origin: origin.to_owned(),
            size: decimal(size, MAX_SIZE).ok_or(CheckpointError::Size)?,
            root: root.parse().map_err(|_| CheckpointError::Root)?,
        })
    }

    fn belongs_to(&self, key: &VerifyingKey) -> Result<(), CheckpointError> {
        match self.origin == key.name() {
            true => Ok(()),
            false => Err(CheckpointError::OtherLog {
                origin: self.origin.clone(),
                key: key.name().to_owned(),
            }),
        }
    }
}

impl SignedCheckpoint {
    /// The checkpoint, once it is known that the log's key signed it.
    pub fn verify(&self, key: &VerifyingKey) -> Result<&Checkpoint, CheckpointError> {
        self.checkpoint.belongs_to(key)?;
        self.note.verify(key)?;
        Ok(&self.checkpoint)
    }

    /// What it claims, whoever signed it. Only for showing it, or for finding the key to verify with.
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with its signatures.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Adds signature lines as a witness returned them; they are kept, and not checked here.
    pub fn add_signatures(&mut self, lines: &str) -> Result<(), CheckpointError> {
        Ok(self.note.add_signatures(lines)?)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(text)?;
        let checkpoint = Checkpoint::parse(note.unverified())?;
        Ok(Self { note, checkpoint })
    }
}

/// The text that is signed: three lines.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}

/// The text to publish, with its signatures.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

impl Serialize for SignedCheckpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignedCheckpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "hub.example/ledger";

    fn key() -> SigningKey {
        SigningKey::from_random(ORIGIN, [3; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: ORIGIN.to_owned(),
            size: 5,
            root: Hash([1; 32]),
        }
    }

    #[test]
    fn a_signed_checkpoint_is_the_text_that_the_specification_asks_for() {
        insta::assert_snapshot!(checkpoint().sign(&key()).unwrap(), @r"
        hub.example/ledger
        5
        AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=

        — hub.example/ledger CcRXM4qAoaHKerPwx8Xud6FnFvL3gkOHF3x/A5L0JPAP3/dOhxd9yYx6DVESNy1AdSUfF7IbTYsXWfJf5ldkunkLbgc=
        ");
    }

    #[test]
    fn a_signed_checkpoint_reads_back_and_verifies() {
        let text = checkpoint().sign(&key()).unwrap().to_string();
        let read: SignedCheckpoint = text.parse().unwrap();
        assert_eq!(read.verify(key().verifying_key()), Ok(&checkpoint()));
        assert_eq!(read.to_string(), text);
    }

    #[test]
    fn a_key_of_another_log_neither_signs_nor_verifies() {
        let other = SigningKey::from_random("other.example", [3; 32]).unwrap();
        assert!(matches!(
            checkpoint().sign(&other),
            Err(CheckpointError::OtherLog { .. })
        ));
        let signed = checkpoint().sign(&key()).unwrap();
        assert!(matches!(
            signed.verify(other.verifying_key()),
            Err(CheckpointError::OtherLog { .. })
        ));
    }

    #[test]
    fn extension_lines_are_kept_and_covered_by_the_signature() {
        let text = format!("{}extension\n", checkpoint());
        let signed = SignedNote::sign(text, &key()).unwrap().to_string();
        let read: SignedCheckpoint = signed.parse().unwrap();
        assert_eq!(read.verify(key().verifying_key()), Ok(&checkpoint()));
        let changed: SignedCheckpoint = signed.replace("extension", "Extension").parse().unwrap();
        assert!(changed.verify(key().verifying_key()).is_err());
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused_with_the_line() {
        let read = |text: &str| Checkpoint::parse(text).unwrap_err();
        let root = Hash([1; 32]);
        assert_eq!(read("a\n5\n"), CheckpointError::Layout);
        assert_eq!(read(&format!("a\n5\n{root}")), CheckpointError::Layout);
        assert_eq!(read(&format!("a\n\n5\n{root}\n")), CheckpointError::Layout);
        for size in [
            "05",
            "+5",
            "-1",
            " 5",
            "5.0",
            "18446744073709551616",
            "18446744073709551615",
        ] {
            assert_eq!(read(&format!("a\n{size}\n{root}\n")), CheckpointError::Size);
        }
        assert_eq!(read(&format!("a\n5\n{root:x}\n")), CheckpointError::Root);
    }

    #[test]
    fn a_size_that_would_not_read_back_is_not_signed() {
        let checkpoint = Checkpoint {
            size: u64::MAX,
            ..checkpoint()
        };
        assert_eq!(checkpoint.sign(&key()), Err(CheckpointError::Size));
    }
}
