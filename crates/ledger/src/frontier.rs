//! Holds the right edge of the tree: all that is needed to append and to know the root, and no more.
//!
//! ```text
//! size 7 = 4 + 2 + 1        levels[2] = MTH(0..4)   levels[1] = MTH(4..6)   levels[0] = MTH(6..7)
//! ```
//!
//! One hash for each set bit of the size: 8 bytes and 32 for each, 2 kB for the largest log. Appending carries like
//! addition in binary: on average one node hash a leaf, and no allocation.

use thiserror::Error;

use crate::hash::{Hash, empty_root, node_hash};
use crate::proof::{ProofError, Tiles};
use crate::tile::{HashReader, TILE_HEIGHT};

/// The largest log: one bit is kept free, so that sums of sizes cannot overflow.
pub const MAX_SIZE: u64 = 1 << 62;

/// The levels of complete subtrees that a log of [`MAX_SIZE`] has.
const LEVELS: usize = 63;

/// The right edge of a log. Small, cheap to copy, so a transaction works on its own and keeps it when it commits.
#[derive(Clone)]
pub struct Frontier {
    size: u64,
    /// The root of the complete subtree of 2^level leaves at the right edge; it counts where that bit of the size is set.
    levels: [Hash; LEVELS],
}

/// A hash that a tile above level 0 holds, known as soon as the last leaf below it is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletedHash {
    /// The level of tiles it stands in, from 1. It covers 256^level leaves.
    pub level: u8,
    /// Its position in that level, from 0, counted across tiles.
    pub position: u64,
    /// The hash.
    pub hash: Hash,
}

/// A frontier that could not be read or grown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrontierError {
    /// The log has [`MAX_SIZE`] leaves.
    #[error("the log is full: it has {MAX_SIZE} leaves")]
    Full,
    /// The bytes do not have the length that their size calls for.
    #[error(
        "a stored frontier for {size} leaves has {expected} bytes, this one has {found}; rebuild it from the stored tiles"
    )]
    Length {
        /// The size that the first eight bytes state.
        size: u64,
        /// The length that follows from it.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// The stated size is beyond [`MAX_SIZE`].
    #[error("a stored frontier states {size} leaves, more than a log may have; rebuild it from the stored tiles")]
    Size {
        /// The size stated.
        size: u64,
    },
}

impl Frontier {
    /// The edge of an empty log.
    pub fn new() -> Self {
        Self {
            size: 0,
            levels: [Hash([0; 32]); LEVELS],
        }
    }

    /// How many leaves the log has; the next one gets this position.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and returns its position.
    pub fn append(&mut self, leaf: Hash) -> Result<u64, FrontierError> {
        self.append_with(leaf, |_| ())
    }

    /// Appends a leaf, returns its position, and names each hash for tiles above level 0 that this completes, lowest first.
    ///
    /// That happens once in 256 appends for level 1, once in 65,536 for level 2. A store that keeps the leaf hashes (or
    /// the commitments) by position, and these by level and position, can serve every tile and every proof.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(CompletedHash)) -> Result<u64, FrontierError> {
        let position = self.size;
        if position >= MAX_SIZE {
            return Err(FrontierError::Full);
        }
        let mut carried = leaf;
        let mut height = 0;
        for left in &mut self.levels {
            if (position >> height) & 1 == 0 {
                *left = carried;
                break;
            }
            carried = node_hash(left, &carried);
            height += 1;
            if height % TILE_HEIGHT == 0 {
                completed(CompletedHash {
                    level: (height / TILE_HEIGHT) as u8,
                    position: position >> height,
                    hash: carried,
                });
            }
        }
        self.size = position + 1;
        Ok(position)
    }

    /// The root of the tree (RFC 6962 section 2.1: MTH of all leaves).
    pub fn root(&self) -> Hash {
        let fold = |right: Option<Hash>, (_, left): (usize, &Hash)| match right {
            None => Some(*left),
            Some(right) => Some(node_hash(left, &right)),
        };
        self.subtrees().fold(None, fold).unwrap_or_else(empty_root)
    }

    /// The complete subtrees that make up the log, smallest (rightmost) first: the height and root of each.
    fn subtrees(&self) -> impl DoubleEndedIterator<Item = (usize, &Hash)> {
        let set = move |(height, _): &(usize, &Hash)| (self.size >> height) & 1 == 1;
        self.levels.iter().enumerate().filter(set)
    }

    /// The bytes to store: the size (8 bytes, big-endian), then the hashes of the complete subtrees, leftmost first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(expected_length(self.size));
        bytes.extend(self.size.to_be_bytes());
        for (_, hash) in self.subtrees().rev() {
            bytes.extend(hash.0);
        }
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote. Wrong hashes cannot be told from right ones here: compare the root with
    /// the last signed checkpoint, or rebuild with [`Frontier::from_tiles`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let Some((size, hashes)) = bytes.split_first_chunk() else {
            return Err(FrontierError::Length {
                size: 0,
                expected: 8,
                found: bytes.len(),
            });
        };
        let size = u64::from_be_bytes(*size);
        if size > MAX_SIZE {
            return Err(FrontierError::Size { size });
        }
        let mut frontier = Self { size, ..Self::new() };
        if bytes.len() != expected_length(size) {
            return Err(FrontierError::Length {
                size,
                expected: expected_length(size),
                found: bytes.len(),
            });
        }
        let set = (0..LEVELS).rev().filter(|height| (size >> height) & 1 == 1);
        for (height, hash) in set.zip(hashes.as_chunks::<32>().0) {
            frontier.levels[height] = Hash(*hash);
        }
        Ok(frontier)
    }

    /// Rebuilds the edge of a log of `size` leaves from its tiles.
    pub fn from_tiles<R: HashReader>(size: u64, reader: R) -> Result<Self, ProofError<R::Error>> {
        let mut tiles = Tiles::new(reader, size)?;
        let mut frontier = Self { size, ..Self::new() };
        let mut start = 0;
        for height in (0..LEVELS).rev().filter(|height| (size >> height) & 1 == 1) {
            frontier.levels[height] = tiles.complete(start, height as u32)?;
            start += 1 << height;
        }
        Ok(frontier)
    }
}

/// The length of the stored form of a frontier.
fn expected_length(size: u64) -> usize {
    8 + 32 * size.count_ones() as usize
}

// Levels whose bit of the size is clear hold what an earlier carry left there; they are no part of the value.
impl PartialEq for Frontier {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.subtrees().eq(other.subtrees())
    }
}

impl Eq for Frontier {}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frontier")
            .field("size", &self.size)
            .field("root", &self.root())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    fn grown(size: u64) -> Frontier {
        let mut frontier = Frontier::new();
        for leaf in 0..size {
            frontier.append(leaf_hash(&leaf.to_be_bytes())).unwrap();
        }
        frontier
    }

    #[test]
    fn a_frontier_reads_back_from_its_bytes_and_goes_on_alike() {
        for size in [0, 1, 2, 3, 7, 8, 255, 256, 1000] {
            let mut before = grown(size);
            let mut after = Frontier::from_bytes(&before.to_bytes()).unwrap();
            assert_eq!(before, after);
            let leaf = leaf_hash(b"next");
            assert_eq!(before.append(leaf), after.append(leaf));
            assert_eq!(before.root(), after.root());
        }
    }

    #[test]
    fn bytes_of_another_length_are_refused_with_what_was_expected() {
        let bytes = grown(7).to_bytes();
        assert_eq!(bytes.len(), 8 + 3 * 32);
        assert_eq!(
            Frontier::from_bytes(&bytes[..40]),
            Err(FrontierError::Length {
                size: 7,
                expected: 104,
                found: 40
            })
        );
        assert!(Frontier::from_bytes(&[]).is_err());
        assert_eq!(
            Frontier::from_bytes(&[255; 2056]),
            Err(FrontierError::Size { size: u64::MAX })
        );
    }

    #[test]
    fn a_full_log_takes_no_more() {
        let mut bytes = (MAX_SIZE - 1).to_be_bytes().to_vec();
        bytes.extend(vec![5; 62 * 32]);
        let mut frontier = Frontier::from_bytes(&bytes).unwrap();
        assert_eq!(frontier.append(leaf_hash(b"last")), Ok(MAX_SIZE - 1));
        assert_eq!(frontier.append(leaf_hash(b"one more")), Err(FrontierError::Full));
        frontier.root();
    }

    #[test]
    fn hashes_for_higher_tiles_are_named_when_their_last_leaf_comes() {
        let mut frontier = Frontier::new();
        let mut named = Vec::new();
        for leaf in 0..512_u64 {
            frontier
                .append_with(leaf_hash(&leaf.to_be_bytes()), |done| named.push((leaf, done)))
                .unwrap();
        }
        let places: Vec<_> = named
            .iter()
            .map(|(leaf, done)| (*leaf, done.level, done.position))
            .collect();
        assert_eq!(places, [(255, 1, 0), (511, 1, 1)]);
        assert_eq!(named[0].1.hash, grown(256).root());
    }
}
