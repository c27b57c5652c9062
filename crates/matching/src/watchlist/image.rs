//! The bytes of a compiled watchlist: one file that maps into memory, or the same in memory alone.
//!
//! ```text
//! header   magic, version, seed, counts, where each section is; SHA-256 of the header
//! meta     JSON: when, from what, what was left out
//! bits     three bits by the tail of a token; a bit for each /24                 the first look
//! networks ranges of addresses, with where each /16 begins
//! tokens   buckets, hashes of tokens, ascending                            the second look
//! words    the same with the entry each token belongs to                   values found inside text
//! entries  buckets, hashes of kind and value, ascending; then the records  the exact look
//! values   texts, each once
//! indicators, shared   what is known of each indicator; what many have in common, once
//! patterns JSON lines
//! ```
//!
//! Numbers are little-endian, sections begin at multiples of 64 bytes. Opening checks the header and the bounds of
//! sections, not what is in them, so that it costs the same for ten entries and ten million; every position read from a
//! section is checked when it is used, and a damaged one finds nothing.

use std::path::Path;

use bytemuck::{AnyBitPattern, NoUninit};
use sha2::{Digest, Sha256};

use crate::mapped::{self, Mapped};

/// What the file begins with. The digit is the version of the layout.
const MAGIC: [u8; 8] = *b"CWWATCH2";
const ALIGNMENT: usize = 64;

/// The sections, in the order in which they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Meta,
    Bits,
    NetworkIndex,
    Networks,
    TokenBuckets,
    TokenHashes,
    WordHashes,
    WordEntries,
    EntryBuckets,
    EntryHashes,
    Records,
    Values,
    Indicators,
    SharedOffsets,
    SharedTexts,
    Patterns,
}

/// How many sections there are.
pub(super) const SECTIONS: usize = Section::Patterns as usize + 1;

/// The fixed numbers at the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, NoUninit, AnyBitPattern)]
#[repr(C)]
pub(super) struct Numbers {
    /// With which hashes of values and tokens begin.
    pub(super) seed: u64,
    /// Lengths of words that are looked for, a bit each.
    pub(super) word_lengths: u64,
    /// Bit flags, see `Flags`.
    pub(super) flags: u64,
    /// Lengths of IPv4 networks there are, a bit each (0 to 32).
    pub(super) lengths4: u64,
    /// Lengths of IPv6 networks there are, a bit each (0 to 127), lower half first.
    pub(super) lengths6: [u64; 2],
    /// How many words of the first look are those of tokens; behind them are those of addresses.
    pub(super) token_words: u64,
    /// How many entries can match.
    pub(super) active: u64,
    /// How many entries there are, with those that were left out.
    pub(super) entries: u64,
}

impl Numbers {
    /// Brings in what a part with the same seed says of its values. Entries and words are counted at the end.
    pub(super) fn include(&mut self, part: &Self) {
        self.word_lengths |= part.word_lengths;
        self.flags |= part.flags;
        self.lengths4 |= part.lengths4;
        self.lengths6[0] |= part.lengths6[0];
        self.lengths6[1] |= part.lengths6[1];
        self.active += part.active;
    }
}

#[derive(Clone, Copy, Debug, NoUninit, AnyBitPattern)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    numbers: Numbers,
    sections: [[u64; 2]; SECTIONS],
}

const HEADER: usize = size_of::<Header>();

/// Why a file is not a watchlist that can be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system does not give it.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is something else.
    #[error("it is not a compiled watchlist")]
    NotAWatchlist,
    /// Another program wrote it.
    #[error("it was compiled by another version of this program; compile it again")]
    OtherVersion,
    /// It is cut off or changed.
    #[error("it is damaged; compile it again")]
    Damaged,
}

/// The bytes of a watchlist.
pub(super) struct Image {
    bytes: Bytes,
    pub(super) numbers: Numbers,
    sections: [[u64; 2]; SECTIONS],
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image")
            .field("bytes", &self.bytes.get().len())
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

enum Bytes {
    Owned(Vec<u64>),
    Mapped(Mapped),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Owned(words) => bytemuck::cast_slice(words),
            Self::Mapped(map) => map.bytes(),
        }
    }
}

/// An image in the making. The room of each section is known before, and each is written where it stays: so no section is
/// in memory twice, and what it was made of can go as soon as it is written.
pub(super) struct Draft {
    words: Vec<u64>,
    sections: [[u64; 2]; SECTIONS],
}

impl Draft {
    /// Room for sections of so many bytes. It is empty memory, which the system gives when it is written.
    pub(super) fn new(lengths: &[usize; SECTIONS]) -> Self {
        let mut sections = [[0; 2]; SECTIONS];
        let mut at = (HEADER + 32).next_multiple_of(ALIGNMENT);
        for (place, length) in sections.iter_mut().zip(lengths) {
            *place = [at as u64, *length as u64];
            at = (at + length).next_multiple_of(ALIGNMENT);
        }
        Self {
            words: vec![0_u64; at / 8],
            sections,
        }
    }

    /// The room of a section.
    pub(super) fn room<T: NoUninit + AnyBitPattern>(&mut self, section: Section) -> &mut [T] {
        let [start, length] = self.sections[section as usize];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        bytemuck::cast_slice_mut(&mut bytes[start as usize..(start + length) as usize])
    }

    /// Writes a whole section.
    pub(super) fn write<T: NoUninit + AnyBitPattern>(&mut self, section: Section, values: &[T]) {
        self.room(section).copy_from_slice(values);
    }

    /// The rooms of two sections of which the first comes before the second.
    pub(super) fn rooms<A, B>(&mut self, first: Section, second: Section) -> (&mut [A], &mut [B])
    where
        A: NoUninit + AnyBitPattern,
        B: NoUninit + AnyBitPattern,
    {
        let [start, length] = self.sections[first as usize];
        let [later_start, later_length] = self.sections[second as usize];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        let (before, after) = bytes.split_at_mut(later_start as usize);
        (
            bytemuck::cast_slice_mut(&mut before[start as usize..(start + length) as usize]),
            bytemuck::cast_slice_mut(&mut after[..later_length as usize]),
        )
    }

    /// The image, with its numbers at its beginning.
    pub(super) fn finish(mut self, numbers: Numbers) -> Image {
        let header = Header {
            magic: MAGIC,
            numbers,
            sections: self.sections,
        };
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        bytes[..HEADER].copy_from_slice(bytemuck::bytes_of(&header));
        bytes[HEADER..HEADER + 32].copy_from_slice(&digest(&header));
        Image {
            bytes: Bytes::Owned(self.words),
            numbers,
            sections: self.sections,
        }
    }
}

impl Image {
    /// Maps a file.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        Self::read(Bytes::Mapped(Mapped::open(path)?))
    }

    fn read(bytes: Bytes) -> Result<Self, OpenError> {
        let all = bytes.get();
        let head = all.get(..HEADER).ok_or(OpenError::NotAWatchlist)?;
        let header: Header = bytemuck::pod_read_unaligned(head);
        if header.magic != MAGIC {
            return Err(if header.magic[..7] == MAGIC[..7] {
                OpenError::OtherVersion
            } else {
                OpenError::NotAWatchlist
            });
        }
        if all.get(HEADER..HEADER + 32) != Some(&digest(&header)[..]) {
            return Err(OpenError::Damaged);
        }
        let is_inside = |place: &[u64; 2]| {
            let end = place[0].checked_add(place[1]);
            place[0].is_multiple_of(ALIGNMENT as u64) && end.is_some_and(|end| end <= all.len() as u64)
        };
        if !header.sections.iter().all(is_inside) {
            return Err(OpenError::Damaged);
        }
        Ok(Self {
            bytes,
            numbers: header.numbers,
            sections: header.sections,
        })
    }

    /// Writes it to a file that takes the place of what was there at once, or not at all.
    pub(super) fn save(&self, path: &Path) -> std::io::Result<()> {
        mapped::replace(path, &[self.bytes.get()])
    }

    /// Its size in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.get().len()
    }

    /// A section as what it holds; empty where it is damaged.
    #[inline]
    pub(super) fn section<T: AnyBitPattern>(&self, section: Section) -> &[T] {
        let [start, length] = self.sections[section as usize];
        let bytes = self.bytes.get().get(start as usize..(start + length) as usize);
        bytemuck::try_cast_slice(bytes.unwrap_or_default()).unwrap_or_default()
    }
}

fn digest(header: &Header) -> [u8; 32] {
    Sha256::digest(bytemuck::bytes_of(header)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Image {
        let mut lengths = [0; SECTIONS];
        lengths[Section::Meta as usize] = 2;
        lengths[Section::Values as usize] = 4;
        let mut draft = Draft::new(&lengths);
        draft.write(Section::Meta, b"{}");
        draft.write(Section::Values, b"text");
        draft.finish(Numbers {
            seed: 7,
            ..Numbers::default()
        })
    }

    #[test]
    fn what_was_saved_is_opened_and_the_rest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.cww");
        small().save(&path).unwrap();
        let opened = Image::open(&path).unwrap();
        assert_eq!(opened.numbers.seed, 7);
        assert_eq!(opened.section::<u8>(Section::Values), b"text");
        assert_eq!(opened.section::<u64>(Section::Bits), &[] as &[u64]);

        let good = std::fs::read(&path).unwrap();
        let refused = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            let other = folder.path().join("other.cww");
            std::fs::write(&other, bytes).unwrap();
            Image::open(&other).unwrap_err().to_string()
        };
        assert_eq!(refused(&|bytes| bytes[0] = b'X'), "it is not a compiled watchlist");
        assert_eq!(refused(&|bytes| bytes.truncate(20)), "it is not a compiled watchlist");
        assert_eq!(refused(&|bytes| bytes[9] ^= 1), "it is damaged; compile it again");
        assert_eq!(
            refused(&|bytes| bytes.truncate(HEADER + 40)),
            "it is damaged; compile it again"
        );
        assert!(refused(&|bytes| bytes[7] = b'9').contains("another version"));
    }
}
