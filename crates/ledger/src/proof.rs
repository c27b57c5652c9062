//! Makes proofs: that a leaf is in a log, and that a log only grew (RFC 6962 sections 2.1.1 and 2.1.2).
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
