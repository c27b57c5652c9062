//! The index beside a log file: which keys stand in which part of it, as filters that never miss and seldom err.
//!
//! ```text
//! magic, length and SHA-256 of the directory
//! directory  JSON: of what file, and of each part where it is, how many lines are before it, where its filter is
//! filters    a binary fuse filter of sixteen bits for each part (Graf and Lemire, 2022): one in 65,536 errs
//! ```
//!
//! Asking one part for one key touches three places of its filter. The file is mapped, so that only those are read.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xorf::{BinaryFuse16, BinaryFuse16Ref, DmaSerializable, Filter, FilterRef};

use super::keys::Wanted;
use crate::mapped::{self, Mapped};

const MAGIC: &[u8; 8] = b"CWINDEX1";
/// Bytes before the directory.
const FIXED: usize = 8 + 8 + 32;
/// Filters begin at multiples of this.
const ALIGNMENT: usize = 64;
/// Bytes that reading one place of a mapped file costs.
pub(super) const PAGE: u64 = 4_096;
/// Bytes of a file that tell whether it is still the one that was indexed.
pub(super) const HEAD: usize = 64 << 10;
/// Largest directory that is read.
const DIRECTORY: usize = 1 << 30;
/// The ending that is put to the name of a log.
const ENDING: &str = ".cwx";

/// What an index says of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Directory {
    /// Bytes of the file that are indexed: all there were then.
    pub(super) size: u64,
    /// SHA-256 of the beginning of the file, and how much of it.
    pub(super) head: (String, usize),
    /// What its store called this version of it.
    #[serde(default)]
    pub(super) version: Option<String>,
    /// Whether the file is read as records from its beginning, or unpacked: parts of it cannot be read alone.
    pub(super) is_whole: bool,
    /// Lines (names of columns, comments that say how to read the others) that stand before a part.
    pub(super) preambles: Vec<String>,
    pub(super) parts: Vec<Part>,
}

/// A part of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Where it begins, in bytes of the unpacked file.
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// Lines before it.
    pub(super) line: u64,
    /// Which preamble holds for it.
    pub(super) preamble: Option<usize>,
    /// It has to be read whatever is asked for.
    pub(super) always: bool,
    /// Where its filter is, behind the directory.
    pub(super) filter: (u64, u64),
    /// What the filter is made like.
    pub(super) descriptor: String,
}

/// An index in the making.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) directory: Directory,
    filters: Vec<u8>,
}

impl Writer {
    /// Goes on with what an index of the beginning of a file holds.
    pub(super) fn beginning(sidecar: &Sidecar) -> Self {
        Self {
            directory: sidecar.directory.clone(),
            filters: sidecar.filters().to_vec(),
        }
    }

    /// Adds a part with its keys.
    pub(super) fn part(&mut self, mut part: Part, mut keys: Vec<u64>) {
        keys.sort_unstable();
        keys.dedup();
        match BinaryFuse16::try_from(&keys) {
            Ok(filter) if !keys.is_empty() => {
                let mut descriptor = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
                filter.dma_copy_descriptor_to(&mut descriptor);
                part.descriptor = hexadecimal(&descriptor);
                self.filters.resize(self.filters.len().next_multiple_of(ALIGNMENT), 0);
                let fingerprints = filter.dma_fingerprints();
                part.filter = (self.filters.len() as u64, fingerprints.len() as u64);
                self.filters.extend_from_slice(fingerprints);
            }
            // Nothing in it: nothing is found in it.
            Ok(_) => {}
            // Keys for which no filter can be made: the part is read always.
            Err(_) => part.always = true,
        }
        self.directory.parts.push(part);
    }

    /// Writes the index. Gives its size.
    pub(super) fn save(&self, path: &Path) -> std::io::Result<u64> {
        let directory = serde_json::to_vec(&self.directory)?;
        let length = (directory.len() as u64).to_le_bytes();
        let digest: [u8; 32] = Sha256::digest(&directory).into();
        let padding = vec![0; padding(directory.len())];
        mapped::replace(path, &[MAGIC, &length, &digest, &directory, &padding, &self.filters])?;
        Ok((FIXED + directory.len() + padding.len() + self.filters.len()) as u64)
    }
}

fn padding(directory: usize) -> usize {
    (FIXED + directory).next_multiple_of(ALIGNMENT) - FIXED - directory
}

/// An index that was opened.
#[derive(Debug)]
pub(super) struct Sidecar {
    file: Mapped,
    pub(super) directory: Directory,
    filters: usize,
}

impl Sidecar {
    /// Opens the index of a log. None where there is none, or none that can be used.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = Mapped::open(path).ok()?;
        let bytes = file.bytes();
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let (digest, rest) = rest.split_first_chunk::<32>()?;
        let length = usize::try_from(u64::from_le_bytes(*length))
            .ok()
            .filter(|length| *length <= DIRECTORY)?;
        let text = rest.get(..length)?;
        if magic != MAGIC || digest[..] != Sha256::digest(text)[..] {
            return None;
        }
        let directory: Directory = serde_json::from_slice(text).ok()?;
        let filters = FIXED + length + padding(length);
        let room = bytes.len().checked_sub(filters)? as u64;
        directory
            .parts
            .iter()
            .all(|part| is_sound(part, &directory, room))
            .then_some(Self {
                file,
                directory,
                filters,
            })
    }

    fn filters(&self) -> &[u8] {
        self.file.bytes().get(self.filters..).unwrap_or_default()
    }

    /// The parts that can hold something of what is wanted, and how many bytes asking cost.
    pub(super) fn candidates(&self, wanted: &Wanted) -> (Vec<usize>, u64) {
        let mut cost = self.filters as u64;
        let mut candidates = Vec::new();
        for (number, part) in self.directory.parts.iter().enumerate() {
            if part.always || wanted.everywhere {
                candidates.push(number);
                continue;
            }
            let (from, to) = (part.filter.0 as usize, (part.filter.0 + part.filter.1) as usize);
            if from == to && part.descriptor.is_empty() {
                continue;
            }
            let (fingerprints, descriptor) = (self.filters().get(from..to), bytes_of(&part.descriptor));
            let (Some(fingerprints), Some(descriptor)) = (fingerprints, descriptor.filter(|one| fits(one, to - from)))
            else {
                // A filter that cannot be asked leaves nothing out.
                candidates.push(number);
                continue;
            };
            // Each key touches three places.
            cost += part.filter.1.min(wanted.keys.len() as u64 * 3 * PAGE);
            let filter = BinaryFuse16Ref::from_dma(&descriptor, fingerprints);
            if wanted.keys.iter().any(|key| filter.contains(key)) {
                candidates.push(number);
            }
        }
        (candidates, cost)
    }
}

/// Whether a part can be where it says, and its filter too. A line has at least one byte.
fn is_sound(part: &Part, directory: &Directory, room: u64) -> bool {
    let end = part.offset.checked_add(part.bytes);
    let is_in_log = end.is_some_and(|end| directory.is_whole || end <= directory.size) && part.line <= part.offset;
    let filter_end = part.filter.0.checked_add(part.filter.1);
    is_in_log && part.filter.0.is_multiple_of(ALIGNMENT as u64) && filter_end.is_some_and(|end| end <= room)
}

/// Whether a filter of so many bytes can be asked by this descriptor: all three places of every key are inside it.
fn fits(descriptor: &[u8], bytes: usize) -> bool {
    let number = |at: usize| {
        let word: Option<[u8; 4]> = descriptor.get(at..at + 4).and_then(|word| word.try_into().ok());
        word.map_or(0, |word| u64::from(u32::from_le_bytes(word)))
    };
    // Behind a seed of eight bytes: the length of a segment, the mask of it, the length of all but the last two.
    let (segment, mask, rest) = (number(8), number(12), number(16));
    descriptor.len() == BinaryFuse16::DESCRIPTOR_LEN
        && segment.is_power_of_two()
        && mask == segment - 1
        && rest > 0
        && rest.is_multiple_of(segment)
        && 2 * (rest + 2 * segment) == bytes as u64
}

/// Where the index of a log is: beside it, or under its whole path's digest in a folder for indexes.
pub(super) fn path_of(log: &Path, folder: Option<&Path>) -> PathBuf {
    let Some(folder) = folder else {
        let mut name = log.as_os_str().to_owned();
        name.push(ENDING);
        return PathBuf::from(name);
    };
    let whole = std::path::absolute(log).unwrap_or_else(|_| log.to_owned());
    in_folder(whole.as_os_str().as_encoded_bytes(), folder)
}

/// Where the index of a log is that has an address: in a folder for indexes.
pub(super) fn path_of_address(address: &str, folder: &Path) -> PathBuf {
    in_folder(address.as_bytes(), folder)
}

fn in_folder(name: &[u8], folder: &Path) -> PathBuf {
    folder.join(hexadecimal(&Sha256::digest(name)[..16]) + ENDING)
}

/// Whether a file is an index.
pub(super) fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == &ENDING[1..])
}

/// The digest by which the beginning of a file is known.
pub(super) fn head_digest(head: &[u8]) -> (String, usize) {
    (hexadecimal(&Sha256::digest(head)), head.len())
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
