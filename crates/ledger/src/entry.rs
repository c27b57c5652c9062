//! Turns an entry into the commitment that the public log holds in its place.
//!
//! The log shows only commitments. Whoever holds the entry and its salt can open its commitment; to everyone else it
//! says nothing, not even whether two entries are alike.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::hash::{Hash, base64_bytes, leaf_hash};

use serde::{Deserialize, Serialize};

/// Separates commitments from every other use of SHA-256 here.
const COMMITMENT_DOMAIN: &[u8] = b"commonwatch ledger entry v1\n";

/// The longest `kind` of an entry, in bytes.
pub const MAX_KIND: usize = 64;

/// The longest `body` of an entry, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// What is recorded: borrowed, so that committing to it costs no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub at_micros: i64,
    /// What sort of entry, as in `shared` or `delivered`: 1 to [`MAX_KIND`] of `a-z`, `0-9`, `.`, `_`, `-`.
    pub kind: &'a str,
    /// The record itself. The commitment is to these exact bytes: write the JSON in one canonical form and keep it.
    pub body: &'a str,
    /// 32 fresh random bytes. Who does not know them cannot guess the entry from its commitment.
    pub salt: [u8; 32],
}

/// The same, owned: as receipts and exports carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedEntry {
    /// See [`Entry::at_micros`].
    pub at_micros: i64,
    /// See [`Entry::kind`].
    pub kind: String,
    /// See [`Entry::body`]. A JSON string, not inline JSON, so that re-indenting the file cannot change it.
    pub body: String,
    /// See [`Entry::salt`].
    #[serde(with = "base64_bytes")]
    pub salt: [u8; 32],
}

/// The salted commitment to an entry: the data of its leaf, and all that the public log shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(#[serde(with = "base64_bytes")] pub [u8; 32]);

/// An entry that cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// The kind is empty, too long, or has other characters.
    #[error(
        "the kind of an entry is 1 to {MAX_KIND} of the characters a-z, 0-9, '.', '_' and '-'; this one has {length} bytes, or other characters"
    )]
    Kind {
        /// Its length in bytes.
        length: usize,
    },
    /// The body is too long.
    #[error("the body of an entry may have {MAX_BODY} bytes, this one has {length}; record a digest of the long part")]
    Body {
        /// Its length in bytes.
        length: usize,
    },
}

impl Entry<'_> {
    /// Commits to the entry.
    ///
    /// SHA-256 of `commonwatch ledger entry v1`, a newline, the salt (32 bytes), `at_micros` (8 bytes, two's complement),
    /// the length of the kind (4 bytes), the kind, the length of the body (4 bytes), and the body; numbers big-endian.
    /// Every part has a fixed or a stated length, so no two entries share these bytes.
    pub fn commitment(&self) -> Result<Commitment, EntryError> {
        let (kind, body) = (self.kind.as_bytes(), self.body.as_bytes());
        let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(byte);
        if kind.is_empty() || kind.len() > MAX_KIND || !kind.iter().all(plain) {
            return Err(EntryError::Kind { length: kind.len() });
        }
        if body.len() > MAX_BODY {
            return Err(EntryError::Body { length: body.len() });
        }
        let mut hasher = Sha256::new();
        hasher.update(COMMITMENT_DOMAIN);
        hasher.update(self.salt);
        hasher.update(self.at_micros.to_be_bytes());
        // Both lengths were bounded above, far below 2^32.
        hasher.update((kind.len() as u32).to_be_bytes());
        hasher.update(kind);
        hasher.update((body.len() as u32).to_be_bytes());
        hasher.update(body);
        Ok(Commitment(hasher.finalize().into()))
    }

    /// The same entry, owned.
    pub fn to_opened(&self) -> OpenedEntry {
        OpenedEntry {
            at_micros: self.at_micros,
            kind: self.kind.to_owned(),
            body: self.body.to_owned(),
            salt: self.salt,
        }
    }
}

impl OpenedEntry {
    /// The borrowed form, to commit to.
    pub fn as_entry(&self) -> Entry<'_> {
        Entry {
            at_micros: self.at_micros,
            kind: &self.kind,
            body: &self.body,
            salt: self.salt,
        }
    }
}

impl Commitment {
    /// The hash of the leaf that holds this commitment.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Entry<'static> = Entry {
        at_micros: 1_700_000_000_000_000,
        kind: "shared",
        body: "{}",
        salt: [7; 32],
    };

    #[test]
    fn the_commitment_is_the_documented_bytes_hashed() {
        let mut bytes = b"commonwatch ledger entry v1\n".to_vec();
        bytes.extend([7; 32]);
        bytes.extend(1_700_000_000_000_000_i64.to_be_bytes());
        bytes.extend(b"\0\0\0\x06shared\0\0\0\x02{}");
        assert_eq!(ENTRY.commitment().unwrap().0, <[u8; 32]>::from(Sha256::digest(bytes)));
    }

    #[test]
    fn every_part_of_an_entry_is_committed_to() {
        let of = |entry: Entry<'_>| entry.commitment().unwrap();
        let base = of(ENTRY);
        assert_ne!(
            base,
            of(Entry {
                at_micros: ENTRY.at_micros + 1,
                ..ENTRY
            })
        );
        assert_ne!(base, of(Entry { kind: "share", ..ENTRY }));
        assert_ne!(base, of(Entry { body: "{ }", ..ENTRY }));
        assert_ne!(base, of(Entry { salt: [8; 32], ..ENTRY }));
        let split = |kind, body| of(Entry { kind, body, ..ENTRY });
        assert_ne!(split("ab", "c"), split("a", "bc"));
    }

    #[test]
    fn what_cannot_be_recorded_is_refused_with_its_limit() {
        let long = "x".repeat(MAX_BODY + 1);
        assert_eq!(
            Entry { body: &long, ..ENTRY }.commitment(),
            Err(EntryError::Body { length: MAX_BODY + 1 })
        );
        for kind in ["", "Shared", "a b", &"k".repeat(65)] {
            assert!(
                matches!(Entry { kind, ..ENTRY }.commitment(), Err(EntryError::Kind { .. })),
                "{kind}"
            );
        }
    }
}
