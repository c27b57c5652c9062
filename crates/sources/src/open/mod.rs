//! Opens what is at rest: a file, packed or not, as one reader of its bytes.
//!
//! What a file is, its first bytes say; names are never looked at. Packings may lie inside each other (a log that was
//! compressed twice), up to [`Limits::layers`]. Plain files are read, not mapped: reads of 256 KiB were as fast (3.1 and 3.3 GB/s)
//! as a mapping when measured, and a mapped log that is cut short by its writer kills the process that looks at it.

mod packing;
mod unpack;
mod walk;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use stix::{Place, Problem};

pub use walk::walk;

use crate::rest::Contents;
use packing::Packing;

/// How many first bytes decide what a packing is.
const HEAD_BYTES: usize = 10;

/// What one input may use up. Own logs are trusted more than a feed, but a log may hold what an attacker wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes that come out of one packed file.
    pub decompressed_bytes: u64,
    /// How many times larger than its packed form a file may become. Logs that repeat themselves reach some hundreds.
    pub expansion: u64,
    /// How many packings may lie inside each other.
    pub layers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 1 << 40,
            expansion: 2_000,
            layers: 2,
        }
    }
}

/// An input whose bytes can be read.
pub struct Opened {
    /// What is inside. An error that it gives carries a [`Problem`], see [`read_problem`]; the bytes before it are good.
    pub input: Box<dyn Read + Send>,
    /// What to call it in messages.
    pub name: String,
    /// The packing that was undone, the outermost if several were.
    pub packed: Option<&'static str>,
    /// Bytes of the file as it lies there, for progress.
    pub stored_bytes: Option<u64>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("name", &self.name)
            .field("packed", &self.packed)
            .field("stored_bytes", &self.stored_bytes)
            .finish_non_exhaustive()
    }
}

/// Opens a file under the usual limits.
pub fn open(path: &Path) -> Result<Opened, Problem> {
    open_within(path, Limits::default())
}

/// Opens a file under limits of the caller's.
pub fn open_within(path: &Path, limits: Limits) -> Result<Opened, Problem> {
    let name = path.display().to_string();
    let (file, kind) = file_at(path, &name)?;
    let mut opened = unpack(Box::new(file), name, limits)?;
    opened.stored_bytes = kind.is_file().then_some(kind.len());
    Ok(opened)
}

/// Opens a file as one whose places can all be read, if it is one that is not packed.
pub(crate) fn open_at_rest(path: &Path) -> Result<Contents, Problem> {
    let name = path.display().to_string();
    let (mut file, kind) = file_at(path, &name)?;
    if kind.is_file() {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let looked_at = (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head);
        looked_at
            .and_then(|_| file.rewind())
            .map_err(|error| unopened(&name, &error))?;
        if Packing::of(&head).is_none() {
            return Ok(Contents::File(file));
        }
    }
    unpack(Box::new(file), name, Limits::default()).map(|opened| Contents::Stream(opened.input))
}

fn file_at(path: &Path, name: &str) -> Result<(File, Metadata), Problem> {
    let kind = std::fs::metadata(path).map_err(|error| unopened(name, &error))?;
    if kind.is_dir() {
        let problem = Problem::error(
            "is-a-directory",
            place(name),
            "this is a directory, a file was expected",
        );
        return Err(problem.help("walk it, or name the files in it"));
    }
    let file = File::open(path).map_err(|error| unopened(name, &error))?;
    Ok((file, kind))
}

/// Undoes the packings of any reader, as for standard input or an object of a bucket.
pub fn unpack(input: Box<dyn Read + Send>, name: impl Into<String>, limits: Limits) -> Result<Opened, Problem> {
    let mut opened = Opened {
        input,
        name: name.into(),
        packed: None,
        stored_bytes: None,
    };
    let stored = Arc::new(AtomicU64::new(0));
    for layer in 0..=limits.layers {
        let whole = Headed::read(opened.input);
        let packing = Packing::of(whole.head());
        opened.input = Box::new(whole);
        let Some(packing) = packing else {
            return Ok(opened);
        };
        if layer == limits.layers {
            break;
        }
        opened.packed = opened.packed.or(Some(packing.name()));
        opened.input = unpack::layer(packing, opened.input, layer == 0, &stored, limits)
            .map_err(|error| named(read_problem(&error), &opened.name))?;
    }
    let message = format!(
        "packings lie inside each other deeper than {} layers, the limit",
        limits.layers
    );
    Err(Problem::error("packed-too-deep", place(&opened.name), message).help("unpack the outer layers first"))
}

/// The problem that an error of an [`Opened::input`] stands for; what was found while unpacking keeps its own.
pub fn read_problem(error: &io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => Problem::error(
            "unreadable",
            Place::default(),
            format!("the input cannot be read to its end: {error}"),
        )
        .help("the bytes before this were read; try again, or look at the disk or network it comes from"),
    }
}

/// A place known only by the name of an input.
pub(crate) fn place(name: &str) -> Place {
    Place {
        file: Some(name.to_owned()),
        ..Place::default()
    }
}

fn named(mut problem: Problem, name: &str) -> Problem {
    problem.place.file.get_or_insert_with(|| name.to_owned());
    problem
}

/// Why a file could not be opened, with what can be done.
pub(crate) fn unopened(name: &str, error: &io::Error) -> Problem {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "is the name right? A relative one starts at the working directory",
        io::ErrorKind::PermissionDenied => "let the account that runs this read it, for example by the group `adm`",
        _ => "look at the disk that it is on",
    };
    Problem::error("not-opened", place(name), format!("the file cannot be opened: {error}")).help(help)
}

/// A reader whose first bytes were looked at already.
struct Headed {
    head: [u8; HEAD_BYTES],
    given: usize,
    length: usize,
    /// What went wrong behind the head: told after the head was given.
    trouble: Option<io::Error>,
    rest: Box<dyn Read + Send>,
}

impl Headed {
    fn read(mut rest: Box<dyn Read + Send>) -> Self {
        let mut head = [0; HEAD_BYTES];
        let mut length = 0;
        let mut trouble = None;
        while length < HEAD_BYTES {
            match rest.read(&mut head[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        Self {
            head,
            given: 0,
            length,
            trouble,
            rest,
        }
    }

    fn head(&self) -> &[u8] {
        &self.head[..self.length]
    }
}

impl Read for Headed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given < self.length {
            let count = (self.length - self.given).min(buffer.len());
            buffer[..count].copy_from_slice(&self.head[self.given..self.given + count]);
            self.given += count;
            return Ok(count);
        }
        match self.trouble.take() {
            Some(error) => Err(error),
            None => self.rest.read(buffer),
        }
    }
}

#[cfg(test)]
mod tests;
