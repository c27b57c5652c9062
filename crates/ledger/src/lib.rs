//! Keeps an append-only log that anyone can check: a Merkle tree over salted commitments, and its signed roots.
//!
//! ```text
//! entry ──salt──► commitment ──0x00──► leaf hash ──► Frontier ──► root ──► Checkpoint ──key──► SignedCheckpoint
//! (private)       (public, 32 bytes)                    │
//!                                                       └──► tiles ──► inclusion and consistency proofs
//! ```
//!
//! Hashing is RFC 6962 section 2.1 (the same as RFC 9162 section 2.1) with SHA-256, tiles are C2SP tlog-tiles,
//! checkpoints are C2SP tlog-checkpoint on C2SP signed notes. This room knows nothing of what an entry means. It reads
//! no clock, draws no randomness and keeps nothing: the caller stores the entries, the tiles and the frontier in its
//! own tables, inside its own transaction, and hands in salts and key material.
//!
//! | the caller stores | why |
//! |---|---|
//! | entry, salt and commitment by position | receipts, exports, and (hashed again) level 0 of the tiles |
//! | each [`CompletedHash`] by level and position, one in 256 entries | the higher tiles |
//! | the frontier, one value | appending and the root |
//! | the last signed checkpoint | on opening: a frontier of the same size must have its root, or the store is damaged |
//!
//! What the caller does in one transaction, for a batch of entries:
//!
//! ```
//! use ledger::{Entry, Frontier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (stored_frontier, fresh_salt) = (Frontier::new().to_bytes(), [7u8; 32]);
//! let mut frontier = Frontier::from_bytes(&stored_frontier)?;
//! let entry = Entry { at_micros: 1_700_000_000_000_000, kind: "shared", body: r#"{"object":"x"}"#, salt: fresh_salt };
//! let position = frontier.size();
//! let mut completed_to_store = Vec::new();
//! frontier.append_with(entry.commitment()?.leaf_hash(), |completed| completed_to_store.push(completed))?;
//! assert_eq!((position, frontier.size()), (0, 1));
//! let (_root, _blob_to_store) = (frontier.root(), frontier.to_bytes());
//! # Ok(()) }
//! ```

pub mod checkpoint;
pub mod entry;
pub mod export;
pub mod frontier;
pub mod hash;
pub mod key;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod tile;
pub mod verify;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use entry::{Commitment, Entry, OpenedEntry};
pub use frontier::{CompletedHash, Frontier};
pub use hash::{Hash, digest_of, leaf_hash};
pub use key::{SigningKey, VerifyingKey};
pub use receipt::Receipt;
pub use tile::{HashReader, Tile};
