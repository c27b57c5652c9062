//! Names the tiles of the tree: 256 hashes each, as C2SP tlog-tiles cuts and addresses them.
//!
//! | level | a hash in it covers | full tile every |
//! |---|---|---|
//! | 0 | one leaf | 256 leaves |
//! | 1 | 256 leaves (a full tile of level 0) | 65,536 leaves |
//! | 2 | 65,536 leaves | 16,777,216 leaves |

use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;

use thiserror::Error;

use crate::entry::Commitment;
use crate::hash::Hash;

/// How many levels of the binary tree one tile spans.
pub const TILE_HEIGHT: u32 = 8;

/// How many hashes a full tile has.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;

/// The highest level of tiles that a log of [`MAX_SIZE`](crate::frontier::MAX_SIZE) can have.
pub const MAX_TILE_LEVEL: u8 = 7;

/// A run of consecutive hashes of one level of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// The level of tiles, from 0.
    pub level: u8,
    /// The index of the tile within its level, from 0.
    pub index: u64,
    /// How many hashes it has: 256 when full, 1 to 255 at the right edge.
    pub width: u16,
}

/// A path that names no tile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a tile path; expected tile/<level 0 to 7>/<index as x001/x234/067>, and .p/<width 1 to 255> when partial")]
pub struct NotATile;

/// Gives the stored hashes of the log. Implemented by stores, and by closures `|tile| -> Result<Vec<Hash>, E>`.
pub trait HashReader {
    /// What can go wrong in reading.
    type Error;

    /// The hashes at `tile.positions()` of `tile.level`, in order. At level 0 these are leaf hashes, above it what
    /// [`append_with`](crate::Frontier::append_with) named. More than asked for is cut off.
    fn hashes(&mut self, tile: Tile) -> Result<Vec<Hash>, Self::Error>;
}

impl<F, E> HashReader for F
where
    F: FnMut(Tile) -> Result<Vec<Hash>, E>,
{
    type Error = E;

    fn hashes(&mut self, tile: Tile) -> Result<Vec<Hash>, E> {
        self(tile)
    }
}

impl Tile {
    /// The tile that has the hash at `position` of `level`, as wide as a log of `size` leaves has it.
    /// None where that log has no such hash.
    pub fn holding(level: u8, position: u64, size: u64) -> Option<Self> {
        if level > MAX_TILE_LEVEL {
            return None;
        }
        let available = size >> (TILE_HEIGHT * u32::from(level));
        if position >= available {
            return None;
        }
        let index = position / TILE_WIDTH;
        let width = (available - index * TILE_WIDTH).min(TILE_WIDTH) as u16;
        Some(Self { level, index, width })
    }

    /// Every tile that a log gains by growing from `old` to `new` leaves: the full ones, and the partial ones at its edge.
    pub fn added(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..=MAX_TILE_LEVEL).flat_map(move |level| {
            let shift = TILE_HEIGHT * u32::from(level);
            let (before, after) = (old >> shift, new >> shift);
            let first = before / TILE_WIDTH;
            let beyond = if after > before {
                after.div_ceil(TILE_WIDTH)
            } else {
                first
            };
            (first..beyond).filter_map(move |index| Self::holding(level, index * TILE_WIDTH, new))
        })
    }

    /// Whether it has all 256 hashes, so that it never changes again.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// Whether a log of `size` leaves has all of its hashes: to be asked before serving a path that a stranger sent.
    pub fn is_within(&self, size: u64) -> bool {
        let exact = self
            .index
            .checked_mul(TILE_WIDTH)
            .and_then(|start| start.checked_add(self.width.into()));
        let available = size.checked_shr(TILE_HEIGHT * u32::from(self.level)).unwrap_or(0);
        self.width > 0 && exact.is_some_and(|end| end <= available)
    }

    /// Which positions of its level it holds.
    pub fn positions(&self) -> Range<u64> {
        let start = self.index.saturating_mul(TILE_WIDTH);
        start..start.saturating_add(u64::from(self.width))
    }

    /// The path that C2SP tlog-tiles serves it at, as in `tile/0/x001/x234/067` or `tile/1/000.p/17`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, indexed(self.index, self.width))
    }

    /// The path of the entry bundle that belongs to a tile of level 0, as in `tile/entries/x001/x234/067`.
    pub fn entries_path(&self) -> String {
        format!("tile/entries/{}", indexed(self.index, self.width))
    }

    /// Reads what [`Tile::path`] wrote. Whether the log has that tile is not known here.
    pub fn from_path(path: &str) -> Result<Self, NotATile> {
        let (level, rest) = path
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(NotATile)?;
        let level = decimal(level, u64::from(MAX_TILE_LEVEL)).ok_or(NotATile)? as u8;
        let (index, width) = from_indexed(rest).ok_or(NotATile)?;
        Ok(Self { level, index, width })
    }

    /// Reads what [`Tile::entries_path`] wrote; the tile is the one of level 0.
    pub fn from_entries_path(path: &str) -> Result<Self, NotATile> {
        let rest = path.strip_prefix("tile/entries/").ok_or(NotATile)?;
        let (index, width) = from_indexed(rest).ok_or(NotATile)?;
        Ok(Self { level: 0, index, width })
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// The bytes of an entry bundle: each commitment after its length in two bytes, big-endian.
pub fn entry_bundle<'a>(commitments: impl IntoIterator<Item = &'a Commitment>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for commitment in commitments {
        bytes.extend([0, 32]);
        bytes.extend(commitment.0);
    }
    bytes
}

/// The bytes of a tile: its hashes, one after the other.
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads the bytes of a tile; None where they are not whole hashes, 1 to 256 of them.
pub fn hashes_of_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    match bytes.as_chunks::<32>() {
        (hashes, []) if (1..=TILE_WIDTH as usize).contains(&hashes.len()) => {
            Some(hashes.iter().map(|hash| Hash(*hash)).collect())
        }
        _ => None,
    }
}

/// An index in groups of three digits, all but the last with an `x` before it, and the width when partial.
fn indexed(index: u64, width: u16) -> String {
    let mut groups = Vec::new();
    let mut rest = index;
    loop {
        groups.push(rest % 1000);
        rest /= 1000;
        if rest == 0 {
            break;
        }
    }
    let mut path = String::new();
    for (place, group) in groups.iter().enumerate().rev() {
        // Writing to a string cannot fail.
        let _ = match place {
            0 => write!(path, "{group:03}"),
            _ => write!(path, "x{group:03}/"),
        };
    }
    if u64::from(width) < TILE_WIDTH {
        let _ = write!(path, ".p/{width}");
    }
    path
}

/// Reads what [`indexed`] wrote, and nothing that it would not write.
fn from_indexed(text: &str) -> Option<(u64, u16)> {
    let (path, width) = match text.split_once(".p/") {
        Some((path, width)) => (path, decimal(width, TILE_WIDTH - 1).filter(|&width| width > 0)? as u16),
        None => (text, TILE_WIDTH as u16),
    };
    let mut index: u64 = 0;
    let mut groups = path.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = match groups.peek() {
            Some(_) => group.strip_prefix('x')?,
            None => group,
        };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // Leading groups of zeros would give one tile two paths.
    (indexed(index, width) == text).then_some((index, width))
}

/// Reads a decimal number without leading zeros, up to `most`.
pub(crate) fn decimal(text: &str, most: u64) -> Option<u64> {
    let plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|&number| plain && number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_the_examples_of_the_specification() {
        let tile = |level, index, width| Tile { level, index, width };
        assert_eq!(tile(0, 1_234_067, 256).path(), "tile/0/x001/x234/067");
        assert_eq!(tile(1, 0, 17).path(), "tile/1/000.p/17");
        assert_eq!(tile(0, 273, 112).entries_path(), "tile/entries/273.p/112");
    }

    #[test]
    fn a_log_of_70000_leaves_has_the_tiles_of_the_specifications_example() {
        let tiles: Vec<_> = Tile::added(0, 70_000).collect();
        let partial: Vec<_> = tiles.iter().filter(|tile| !tile.is_full()).map(Tile::path).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
    }

    #[test]
    fn growing_within_a_tile_adds_only_that_tile() {
        let paths = |old, new| Tile::added(old, new).map(|tile| tile.path()).collect::<Vec<_>>();
        assert_eq!(paths(10, 12), ["tile/0/000.p/12"]);
        assert_eq!(paths(255, 256), ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(paths(256, 257), ["tile/0/001.p/1"]);
        assert!(paths(300, 300).is_empty());
    }

    #[test]
    fn only_tiles_whose_hashes_are_all_there_are_within_a_log() {
        let within = |path: &str| Tile::from_path(path).unwrap().is_within(70_000);
        assert!(within("tile/0/273.p/112") && within("tile/0/273.p/1") && within("tile/2/000.p/1"));
        assert!(!within("tile/0/273.p/113") && !within("tile/0/273") && !within("tile/3/000.p/1"));
        let last = Tile {
            level: 0,
            index: u64::MAX,
            width: 256,
        };
        assert!(!last.is_within(u64::MAX));
    }

    #[test]
    fn a_path_reads_back_and_no_other_spelling_does() {
        for index in [0, 999, 1000, 1_234_067, u64::MAX] {
            for width in [1, 255, 256] {
                let tile = Tile { level: 3, index, width };
                assert_eq!(Tile::from_path(&tile.path()), Ok(tile));
                let tile = Tile { level: 0, ..tile };
                assert_eq!(Tile::from_entries_path(&tile.entries_path()), Ok(tile));
            }
        }
        for wrong in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/00/000",
            "tile/8/000",
            "tile/0/0",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000/",
            "tile/0/+01",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/-1/000",
            "tile/0/000.p/",
        ] {
            assert_eq!(Tile::from_path(wrong), Err(NotATile), "{wrong}");
        }
    }
}
