//! Makes and checks proofs: that a leaf is in a log, and that a log only grew (RFC 6962 sections 2.1.1 and 2.1.2).
//!
//! A proof is made from tiles. Every tile is read once, at most three of each level, so a proof over a thousand million
//! leaves takes a dozen reads. A store that cannot be asked synchronously takes the list of tiles first
//! ([`inclusion_tiles`], [`consistency_tiles`]), fetches them, and answers from what it fetched.

use std::convert::Infallible;

use thiserror::Error;

use crate::frontier::MAX_SIZE;
use crate::hash::{Hash, empty_root, node_hash};
use crate::tile::{HashReader, TILE_HEIGHT, TILE_WIDTH, Tile};

/// The longest proof that a log of [`MAX_SIZE`] can call for.
pub const MAX_PROOF: usize = 64;

/// A proof that could not be made.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ProofError<E> {
    /// The log is larger than a log may be.
    #[error("a log has at most {MAX_SIZE} leaves, {size} were asked for")]
    TooLarge {
        /// The size asked for.
        size: u64,
    },
    /// There is no such leaf.
    #[error("position {position} is not in a log of {size} leaves; the last one is at {}", size.saturating_sub(1))]
    NoSuchLeaf {
        /// The position asked for.
        position: u64,
        /// The size of the log.
        size: u64,
    },
    /// The sizes are the wrong way round.
    #[error("a log of {old} leaves cannot have grown into one of {new}")]
    Shrunk {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The reader gave fewer hashes than the tile has.
    #[error("{tile} has {} hashes, the store gave {found}; the stored log is damaged", tile.width)]
    Missing {
        /// The tile asked for.
        tile: Tile,
        /// How many hashes came.
        found: usize,
    },
    /// The reader failed.
    #[error("the stored hashes could not be read: {0}")]
    Reader(E),
}

/// A proof, a leaf or a root that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// There is no such leaf.
    #[error("position {position} is not in a log of {size} leaves")]
    NoSuchLeaf {
        /// The position claimed.
        position: u64,
        /// The size of the log.
        size: u64,
    },
    /// The sizes are the wrong way round.
    #[error("the earlier log has {old} leaves, the later one only {new}: leaves were taken away")]
    Shrunk {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("the proof should have {expected} hashes and has {found}")]
    Length {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// The proof leads to another root than the one that was signed.
    #[error(
        "the proof leads to the root {computed}, the log states {stated}: the entry, the proof or the root was changed"
    )]
    Root {
        /// The root that follows from leaf and proof.
        computed: Hash,
        /// The root stated by the log.
        stated: Hash,
    },
    /// The proof does not lead to the earlier root: history was rewritten, or the proof is of another log.
    #[error("the proof leads to the earlier root {computed}, it was {stated}: what the log held then was changed")]
    EarlierRoot {
        /// The earlier root that follows from the proof.
        computed: Hash,
        /// The earlier root as it was stated.
        stated: Hash,
    },
}

/// Proves that the leaf at `position` is in the log of `size` leaves: the hashes beside its path, from the leaf upwards.
pub fn inclusion_proof<R: HashReader>(reader: R, position: u64, size: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    let mut tiles = Tiles::new(reader, size)?;
    if position >= size {
        return Err(ProofError::NoSuchLeaf { position, size });
    }
    let mut proof = Vec::with_capacity(MAX_PROOF);
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if position < middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proves that the log of `new` leaves begins with the log of `old` leaves. Empty where `old` is 0 or equals `new`.
pub fn consistency_proof<R: HashReader>(reader: R, old: u64, new: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    let mut tiles = Tiles::new(reader, new)?;
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    let mut proof = Vec::with_capacity(MAX_PROOF);
    if old == 0 || old == new {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    // Where the old log is one complete subtree from the very start, its root is known to who checks.
    if start != 0 {
        proof.push(tiles.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The tiles that [`inclusion_proof`] will read, each once.
pub fn inclusion_tiles(position: u64, size: u64) -> Result<Vec<Tile>, ProofError<Infallible>> {
    let mut tiles = Vec::new();
    inclusion_proof(noting(&mut tiles), position, size)?;
    Ok(tiles)
}

/// The tiles that [`consistency_proof`] will read, each once.
pub fn consistency_tiles(old: u64, new: u64) -> Result<Vec<Tile>, ProofError<Infallible>> {
    let mut tiles = Vec::new();
    consistency_proof(noting(&mut tiles), old, new)?;
    Ok(tiles)
}

/// A reader that notes what it is asked for. Which tiles a proof reads does not depend on what they hold.
fn noting(tiles: &mut Vec<Tile>) -> impl FnMut(Tile) -> Result<Vec<Hash>, Infallible> {
    |tile| {
        tiles.push(tile);
        Ok(vec![Hash([0; 32]); usize::from(tile.width)])
    }
}

/// Checks a proof of inclusion (RFC 9162 section 2.1.3.2): `leaf` is at `position` of the log with this size and root.
pub fn verify_inclusion(leaf: Hash, position: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), VerifyError> {
    if position >= size {
        return Err(VerifyError::NoSuchLeaf { position, size });
    }
    let expected = inclusion_length(position, size);
    if proof.len() != expected {
        return Err(VerifyError::Length {
            expected,
            found: proof.len(),
        });
    }
    // The siblings while the path still has something to its right; above that only left siblings remain.
    let inner = (u64::BITS - (position ^ (size - 1)).leading_zeros()) as usize;
    let mut computed = leaf;
    for (height, sibling) in proof.iter().enumerate() {
        let on_the_left = height >= inner || (position >> height) & 1 == 1;
        computed = match on_the_left {
            true => node_hash(sibling, &computed),
            false => node_hash(&computed, sibling),
        };
    }
    match computed == root {
        true => Ok(()),
        false => Err(VerifyError::Root { computed, stated: root }),
    }
}

/// Checks a proof of consistency (RFC 9162 section 2.1.4.2): the log of `new` leaves begins with that of `old` leaves.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: Hash,
    new_root: Hash,
) -> Result<(), VerifyError> {
    if old > new {
        return Err(VerifyError::Shrunk { old, new });
    }
    let expected = consistency_length(old, new);
    if proof.len() != expected {
        return Err(VerifyError::Length {
            expected,
            found: proof.len(),
        });
    }
    let earlier = |computed| match computed == old_root {
        true => Ok(()),
        false => Err(VerifyError::EarlierRoot {
            computed,
            stated: old_root,
        }),
    };
    if old == 0 {
        return earlier(empty_root());
    }
    if old == new {
        return earlier(new_root);
    }
    // The complete subtree that ends at the edge of the old log: where it is all of the old log the proof leaves it out.
    let height = old.trailing_zeros();
    let (first, siblings) = match (old.is_power_of_two(), proof.split_first()) {
        (false, Some((first, siblings))) => (*first, siblings),
        _ => (old_root, proof),
    };
    let (mut node, mut last) = ((old - 1) >> height, (new - 1) >> height);
    let (mut computed_old, mut computed_new) = (first, first);
    for sibling in siblings {
        if node & 1 == 1 || node == last {
            computed_old = node_hash(sibling, &computed_old);
            computed_new = node_hash(sibling, &computed_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            computed_new = node_hash(&computed_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    earlier(computed_old)?;
    match computed_new == new_root {
        true => Ok(()),
        false => Err(VerifyError::Root {
            computed: computed_new,
            stated: new_root,
        }),
    }
}

/// How many hashes a proof of inclusion has.
fn inclusion_length(position: u64, size: u64) -> usize {
    let inner = u64::BITS - (position ^ (size - 1)).leading_zeros();
    let border = position.checked_shr(inner).unwrap_or(0).count_ones();
    (inner + border) as usize
}

/// How many hashes a proof of consistency has.
fn consistency_length(old: u64, new: u64) -> usize {
    if old == 0 || old == new {
        return 0;
    }
    // The path of the last old leaf in the new log, from the complete subtree that ends there upwards; that subtree
    // itself is left out where it is all of the old log.
    let path = inclusion_length(old - 1, new) - old.trailing_zeros() as usize;
    path + usize::from(!old.is_power_of_two())
}

/// Where a tree of `count` (at least 2) leaves splits: the largest power of two below it.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// Reads the tiles of a log of a given size, each once, and computes the hashes that lie between their levels.
pub(crate) struct Tiles<R> {
    reader: R,
    size: u64,
    read: Vec<(Tile, Vec<Hash>)>,
}

impl<R: HashReader> Tiles<R> {
    /// Nothing is read before it is needed.
    pub(crate) fn new(reader: R, size: u64) -> Result<Self, ProofError<R::Error>> {
        match size > MAX_SIZE {
            true => Err(ProofError::TooLarge { size }),
            false => Ok(Self {
                reader,
                size,
                read: Vec::new(),
            }),
        }
    }

    /// The root over the leaves from `start` to before `end`, where `start` is the left edge of a node of the tree.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash, ProofError<R::Error>> {
        let mut count = end - start;
        let mut root = None;
        // From the right edge leftwards: the complete subtrees are the set bits of the count, the smallest rightmost.
        let mut beyond = end;
        while count > 0 {
            let height = count.trailing_zeros();
            beyond -= 1 << height;
            count &= count - 1;
            let left = self.complete(beyond, height)?;
            root = Some(match root {
                None => left,
                Some(right) => node_hash(&left, &right),
            });
        }
        Ok(root.unwrap_or_else(empty_root))
    }

    /// The root of the complete subtree of 2^`height` leaves that begins at leaf `start`, which it divides.
    pub(crate) fn complete(&mut self, start: u64, height: u32) -> Result<Hash, ProofError<R::Error>> {
        let level = (height / TILE_HEIGHT) as u8;
        let position = start >> (TILE_HEIGHT * u32::from(level));
        let count = 1 << (height % TILE_HEIGHT);
        let size = self.size;
        let tile = Tile::holding(level, position + (count - 1), size)
            .ok_or(ProofError::NoSuchLeaf { position: start, size })?;
        let hashes = self.tile(tile)?;
        let within = (position % TILE_WIDTH) as usize;
        let below = hashes.get(within..within + count as usize).unwrap_or_default();
        Ok(complete_root(below))
    }

    fn tile(&mut self, tile: Tile) -> Result<&[Hash], ProofError<R::Error>> {
        let place = match self.read.iter().position(|(known, _)| *known == tile) {
            Some(place) => place,
            None => {
                let hashes = self.reader.hashes(tile).map_err(ProofError::Reader)?;
                if hashes.len() < usize::from(tile.width) {
                    return Err(ProofError::Missing {
                        tile,
                        found: hashes.len(),
                    });
                }
                self.read.push((tile, hashes));
                self.read.len() - 1
            }
        };
        Ok(&self.read[place].1)
    }
}

/// The root over hashes whose number is a power of two, up to a full tile.
fn complete_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&complete_root(left), &complete_root(right))
        }
    }
}
