//! The only place that touches decompressors: gzip, zstd and zip, each under the caps of [`Limits`].
//!
//! A [`Meter`] goes with one input through all its layers. It counts bytes that come out of decompressors, so that
//! many small members cannot add up past the cap, and archive members. Names of zip members are labels for messages; nothing
//! is ever written under them.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use stix::{Place, Problem};

use crate::Limits;

/// Largest zip archive in its compressed form: it is held in memory, as its directory stands at its end.
pub const ARCHIVE_BYTES: u64 = 512 << 20;

/// The first this many bytes may be expanded by any ratio: short text compresses well without bad intent.
const FREE_BYTES: u64 = 1 << 20;

/// Largest window a zstd frame may ask for.
const ZSTD_WINDOW: u64 = 128 << 20;

/// Which wrapping the first bytes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapping {
    Gzip,
    Zstd,
    Zip,
}

impl Wrapping {
    /// What the first bytes of a layer say; names are never looked at.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Some(Self::Zip),
            _ => None,
        }
    }
}

/// What one input may still use up.
pub(crate) struct Meter {
    limits: Limits,
    decompressed: Cell<u64>,
    members: Cell<usize>,
}

impl Meter {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            decompressed: Cell::new(0),
            members: Cell::new(0),
        }
    }

    fn member(&self) -> Result<(), Problem> {
        self.members.set(self.members.get() + 1);
        if self.members.get() <= self.limits.archive_members {
            return Ok(());
        }
        let message = format!(
            "the archive has more than {} members, the limit",
            self.limits.archive_members
        );
        Err(Problem::error("too-many-members", Place::default(), message)
            .help("hand in its members in several archives"))
    }

    /// Fails when layers are nested deeper than allowed.
    pub fn depth(&self, depth: usize) -> Result<(), Problem> {
        if depth <= self.limits.archive_depth {
            return Ok(());
        }
        let message = format!(
            "archives are nested deeper than {} levels, the limit",
            self.limits.archive_depth
        );
        Err(Problem::error("archive-too-deep", Place::default(), message)
            .help("unpack the outer layers yourself and hand in what is inside"))
    }
}

/// Reads a whole input that must fit in memory.
pub(crate) fn read_whole(input: &mut dyn Read, cap: u64, what: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    input
        .take(cap.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| read_problem(&error))?;
    if bytes.len() as u64 > cap {
        let message = format!("{what} is larger than {cap} bytes, the limit for what has to be held in memory");
        return Err(Problem::error("input-too-large", Place::default(), message).help("split it into smaller files"));
    }
    Ok(bytes)
}

/// The problem that an error of a reader stands for; a cap that was reached keeps its own.
pub(crate) fn read_problem(error: &io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => Problem::error(
            "unreadable",
            Place::default(),
            format!("the input cannot be read to its end: {error}"),
        )
        .help("the file may be cut off or damaged: fetch it again"),
    }
}

/// Opens a gzip or zstd layer.
pub(crate) fn open<'r>(wrapping: Wrapping, input: Box<dyn Read + 'r>, meter: Rc<Meter>) -> Box<dyn Read + 'r> {
    let consumed = Rc::new(Cell::new(0));
    let counted = BufReader::with_capacity(
        64 << 10,
        Counted {
            inner: input,
            consumed: Rc::clone(&consumed),
        },
    );
    let name = if wrapping == Wrapping::Gzip { "gzip" } else { "zstd" };
    let inner: Box<dyn Read + 'r> = match wrapping {
        Wrapping::Zstd => Box::new(ZstdFrames::Between(counted)),
        Wrapping::Gzip | Wrapping::Zip => Box::new(MultiGzDecoder::new(counted)),
    };
    Box::new(Capped {
        inner,
        meter,
        consumed,
        produced: 0,
        name,
    })
}

/// Takes the name of a member and a capped reader of it, or why it cannot be read.
pub(crate) type EachMember<'a> = dyn FnMut(String, Result<Box<dyn Read + '_>, Problem>) -> Result<(), Problem> + 'a;

/// Gives each member of a zip archive to a function: its name and a capped reader, or why it cannot be read.
pub(crate) fn zip_members(archive: &[u8], meter: &Rc<Meter>, each: &mut EachMember<'_>) -> Result<(), Problem> {
    let broken = |error: zip::result::ZipError| {
        Problem::error(
            "bad-zip",
            Place::default(),
            format!("the zip archive cannot be read: {error}"),
        )
        .help("the file may be cut off or damaged: fetch it again")
    };
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    for index in 0..zip.len() {
        meter.member()?;
        let (name, encrypted, directory, compressed) = match zip.by_index_raw(index) {
            Ok(member) => (
                member
                    .name()
                    .map(|name| label(&name))
                    .unwrap_or_else(|_| format!("member {}", index + 1)),
                member.encrypted(),
                member.is_dir(),
                member.compressed_size().min(archive.len() as u64),
            ),
            Err(error) => {
                each(format!("member {}", index + 1), Err(broken(error)))?;
                continue;
            }
        };
        if directory {
            continue;
        }
        if encrypted {
            let problem = Problem::error(
                "encrypted-member",
                Place::default(),
                "the member of the archive is encrypted",
            )
            .help("unpack it with its password and hand in what is inside");
            each(name, Err(problem))?;
            continue;
        }
        match zip.by_index(index) {
            Ok(member) => each(
                name,
                Ok(Box::new(Capped {
                    inner: member,
                    meter: Rc::clone(meter),
                    consumed: Rc::new(Cell::new(compressed)),
                    produced: 0,
                    name: "zip",
                })),
            )?,
            Err(error) => each(name, Err(broken(error)))?,
        }
    }
    Ok(())
}

/// A member's name as a label: no control characters, not endless.
fn label(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .take(200)
        .collect()
}

struct Counted<R> {
    inner: R,
    consumed: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.consumed.set(self.consumed.get() + count as u64);
        Ok(count)
    }
}

struct Capped<R> {
    inner: R,
    meter: Rc<Meter>,
    consumed: Rc<Cell<u64>>,
    produced: u64,
    name: &'static str,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                if error.get_ref().is_some_and(|inner| inner.is::<Problem>()) {
                    return Err(error);
                }
                let message = format!("the {} data is damaged or cut off: {error}", self.name);
                let problem = Problem::error("bad-compression", Place::default(), message).help("fetch the file again");
                return Err(io::Error::other(problem));
            }
        };
        self.produced += count as u64;
        let total = self.meter.decompressed.get() + count as u64;
        self.meter.decompressed.set(total);
        let limits = &self.meter.limits;
        if total > limits.decompressed_bytes {
            let message = format!(
                "the input is larger than {} bytes when unpacked, the limit",
                limits.decompressed_bytes
            );
            let problem = Problem::error("unpacked-too-large", Place::default(), message).help("split the input");
            return Err(io::Error::other(problem));
        }
        let allowed = FREE_BYTES.saturating_add(self.consumed.get().saturating_mul(limits.expansion));
        if self.produced > allowed {
            let message = format!(
                "the {} data expands more than {} times, the limit, as a decompression bomb does",
                self.name, limits.expansion
            );
            let problem = Problem::error("expands-too-much", Place::default(), message)
                .help("unpack it yourself if you trust it, and hand in what is inside");
            return Err(io::Error::other(problem));
        }
        Ok(count)
    }
}

/// Reads zstd frames one after the other, as the command-line tool does.
enum ZstdFrames<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Done,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(self, Self::Done) {
                Self::Done => return Ok(0),
                Self::Between(mut input) => {
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new_with_max_window_size(input, ZSTD_WINDOW)
                        .map_err(|error| io::Error::other(error.to_string()))?;
                    *self = Self::Within(Box::new(decoder));
                }
                Self::Within(mut decoder) => {
                    let count = decoder.read(buffer)?;
                    if count > 0 {
                        *self = Self::Within(decoder);
                        return Ok(count);
                    }
                    *self = Self::Between(decoder.into_inner());
                }
            }
        }
    }
}
