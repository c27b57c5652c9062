//! One followed name, and the files that lie or lay under it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stix::Problem;

use super::{Gone, Start};
use crate::open::{place, unopened};
use crate::stream::lines::Lines;
use crate::stream::{FilePosition, Kind, Piece, Position, Status};

/// How much is read at once.
const BLOCK_BYTES: usize = 1 << 20;

/// How many first bytes of a file tell it from another under the same number.
const HEAD_BYTES: usize = 256;

/// Takes a piece, or wants no more.
type Give<'a> = dyn FnMut(Piece) -> Result<(), Gone> + 'a;

/// A name that is followed.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    source: Arc<str>,
    start: Start,
    position: Option<Position>,
    line_bytes: usize,
    status: Arc<Status>,
    current: Option<Grown>,
    /// The file that lay here before, which its writer may still write to.
    left: Option<Grown>,
}

impl Tail {
    pub fn new(
        path: PathBuf,
        start: Start,
        position: Option<Position>,
        line_bytes: usize,
        status: Arc<Status>,
    ) -> Self {
        let source = Arc::from(path.display().to_string());
        Self {
            path,
            source,
            start,
            position,
            line_bytes,
            status,
            current: None,
            left: None,
        }
    }

    /// Gives what is new under this name.
    pub fn look(&mut self, give: &mut Give<'_>) -> Result<(), Gone> {
        if let Some(mut left) = self.left.take() {
            let grew = self.drain(&mut left, Moves::Nothing, give)?;
            if grew || left.has_a_name() {
                self.left = Some(left);
            } else {
                self.finish(&mut left, give)?;
            }
        }
        let mut grew = false;
        if let Some(mut current) = self.current.take() {
            grew = self.drain(&mut current, Moves::Position, give)?;
            self.current = Some(current);
        }
        let there = fs::metadata(&self.path).ok().filter(fs::Metadata::is_file);
        match (&self.current, there) {
            (Some(current), Some(there)) if current.id == (there.dev(), there.ino()) => Ok(()),
            // The writer goes on in the old file until it opens the new one: there is no hurry while that is empty.
            (Some(current), Some(there)) if there.len() == 0 && current.has_a_name() => Ok(()),
            (_, Some(_)) => self.change(give),
            (Some(current), None) => {
                if !grew && !current.has_a_name() {
                    self.leave(give)?;
                    self.status.forget(&self.source);
                }
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }

    /// Devices and numbers of the files that are held.
    pub fn ids(&self) -> impl Iterator<Item = (u64, u64)> {
        self.current.iter().chain(&self.left).map(|grown| grown.id)
    }

    /// Nothing lies under this name any more.
    pub fn is_over(&self) -> bool {
        self.current.is_none() && self.left.is_none() && id_of(&self.path).is_none()
    }

    /// Half lines, without moving the position over them.
    pub fn rest(&mut self) -> Vec<Piece> {
        let held = self.left.iter_mut().chain(&mut self.current);
        let rest = held.filter_map(|grown| grown.lines.rest());
        rest.map(|bytes| Piece::new(&self.source, bytes, Kind::Lines)).collect()
    }

    /// Another file lies under the name now.
    fn change(&mut self, give: &mut Give<'_>) -> Result<(), Gone> {
        let first = self.current.is_none();
        let mut next = match Grown::open(&self.path, self.line_bytes) {
            Ok(next) => next,
            Err(error) => {
                self.status.note(unopened(&self.source, &error));
                return Ok(());
            }
        };
        if first {
            match (self.position.take(), self.start) {
                (Some(Position::File(position)), _) => self.resume(position, &mut next, give)?,
                (_, Start::End) => {
                    next.read = next.file.metadata().map_or(0, |found| found.len());
                    next.remember_head();
                    self.status.reached(&self.source, Position::File(next.position()));
                }
                (_, Start::Beginning) => {}
            }
            // Whatever lies here later is new as a whole.
            self.start = Start::Beginning;
        } else {
            self.leave(give)?;
        }
        next.remember_head();
        self.drain(&mut next, Moves::Position, give)?;
        self.current = Some(next);
        Ok(())
    }

    /// Goes on where reading stopped before a restart.
    fn resume(&mut self, position: FilePosition, next: &mut Grown, give: &mut Give<'_>) -> Result<(), Gone> {
        if next.is_at(&position) {
            next.read = position.offset;
            return Ok(());
        }
        let Some(mut old) = self.renamed(&position) else {
            let message =
                "the file in which reading stopped is not here any more: what was behind that place is not read";
            self.status.note(
                Problem::warning("position-lost", place(&self.source), message)
                    .help("keep rotated files in the same directory, and unpacked until they were read"),
            );
            return Ok(());
        };
        old.read = position.offset;
        old.remember_head();
        self.drain(&mut old, Moves::Position, give)?;
        self.finish(&mut old, give)?;
        self.left = Some(old);
        Ok(())
    }

    /// The file of a position under another name in the same directory.
    fn renamed(&self, position: &FilePosition) -> Option<Grown> {
        let directory = self.path.parent().filter(|path| !path.as_os_str().is_empty());
        let entries = fs::read_dir(directory.unwrap_or(Path::new("."))).ok()?;
        let mut paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        let path = paths.find(|path| id_of(path) == Some((position.device, position.inode)))?;
        let old = Grown::open(&path, self.line_bytes).ok()?;
        old.is_at(position).then_some(old)
    }

    /// Reads the current file to its end and keeps an eye on it in case its writer goes on.
    fn leave(&mut self, give: &mut Give<'_>) -> Result<(), Gone> {
        if let Some(mut before) = self.left.take() {
            self.finish(&mut before, give)?;
        }
        if let Some(mut current) = self.current.take() {
            self.drain(&mut current, Moves::Position, give)?;
            self.finish(&mut current, give)?;
            if current.has_a_name() {
                self.left = Some(current);
            }
        }
        Ok(())
    }

    /// Gives the half line of a file that ends.
    fn finish(&self, grown: &mut Grown, give: &mut Give<'_>) -> Result<(), Gone> {
        match grown.lines.rest() {
            Some(bytes) => give(self.piece(grown, Moves::Nothing, bytes)),
            None => Ok(()),
        }
    }

    /// Gives what a file has more than was read; says whether there was anything.
    fn drain(&self, grown: &mut Grown, moves: Moves, give: &mut Give<'_>) -> Result<bool, Gone> {
        let mut any = false;
        loop {
            let given = match grown.read_on() {
                Ok(Read::Nothing) => break,
                Ok(Read::Bytes) => {
                    any = true;
                    grown.lines.whole()
                }
                Ok(Read::Anew) => {
                    any = true;
                    grown.lines.rest()
                }
                Err(error) => {
                    self.status.note(unopened(&self.source, &error));
                    break;
                }
            };
            self.status.cut(grown.lines.cut());
            if let Some(bytes) = given {
                give(self.piece(grown, moves, bytes))?;
            }
        }
        Ok(any)
    }

    fn piece(&self, grown: &Grown, moves: Moves, bytes: bytes::Bytes) -> Piece {
        let piece = Piece::new(&self.source, bytes, Kind::Lines);
        if moves == Moves::Nothing {
            return piece;
        }
        let (status, source, position) = (Arc::clone(&self.status), Arc::clone(&self.source), grown.position());
        piece.once_taken(move || status.reached(&source, Position::File(position)))
    }
}

/// What happens when a piece is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// The saved position goes behind it.
    Position,
    /// It stays: the position is in a later file already, or the piece is half a line.
    Nothing,
}

/// What one read found.
enum Read {
    Nothing,
    Bytes,
    /// The file was emptied: what is held is all that is left of before.
    Anew,
}

/// An open file and how far it was read.
#[derive(Debug)]
struct Grown {
    file: File,
    id: (u64, u64),
    /// The next byte to read.
    read: u64,
    head: Vec<u8>,
    lines: Lines,
}

impl Grown {
    fn open(path: &Path, line_bytes: usize) -> io::Result<Self> {
        let file = File::open(path)?;
        let found = file.metadata()?;
        Ok(Self {
            id: (found.dev(), found.ino()),
            file,
            read: 0,
            head: Vec::new(),
            lines: Lines::new(line_bytes),
        })
    }

    fn has_a_name(&self) -> bool {
        self.file.metadata().is_ok_and(|found| found.nlink() > 0)
    }

    fn read_on(&mut self) -> io::Result<Read> {
        let length = self.file.metadata()?.len();
        if length < self.read {
            return Ok(self.anew());
        }
        let more = usize::try_from(length - self.read)
            .unwrap_or(BLOCK_BYTES)
            .min(BLOCK_BYTES);
        if more == 0 {
            return Ok(Read::Nothing);
        }
        let held = self.lines.buffer.len();
        self.lines.buffer.resize(held + more, 0);
        let count = self.file.read_at(&mut self.lines.buffer[held..], self.read);
        self.lines.buffer.truncate(held + count.as_ref().copied().unwrap_or(0));
        let count = count?;
        // Looked at after reading: a file that was emptied and grew again meanwhile shows it here, and not in its length.
        if self.first_bytes(self.head.len())? != self.head {
            self.lines.buffer.truncate(held);
            return Ok(self.anew());
        }
        self.read += count as u64;
        self.remember_head();
        Ok(if count == 0 { Read::Nothing } else { Read::Bytes })
    }

    fn anew(&mut self) -> Read {
        self.read = 0;
        self.head.clear();
        Read::Anew
    }

    fn first_bytes(&self, count: usize) -> io::Result<Vec<u8>> {
        let mut head = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match self.file.read_at(&mut head[filled..], filled as u64)? {
                0 => break,
                more => filled += more,
            }
        }
        head.truncate(filled);
        Ok(head)
    }

    /// Learns the first bytes, as far as they were read.
    fn remember_head(&mut self) {
        let known = usize::try_from(self.read).unwrap_or(HEAD_BYTES).min(HEAD_BYTES);
        if self.head.len() < known {
            self.head = self.first_bytes(known).unwrap_or_default();
        }
    }

    /// Behind the last whole line that was given.
    fn position(&self) -> FilePosition {
        FilePosition {
            device: self.id.0,
            inode: self.id.1,
            offset: self.read.saturating_sub(self.lines.buffer.len() as u64),
            head_bytes: self.head.len() as u64,
            head: sum(&self.head),
        }
    }

    /// Whether this is the file of a position, and holds what was read of it.
    fn is_at(&self, position: &FilePosition) -> bool {
        let head_bytes = usize::try_from(position.head_bytes)
            .unwrap_or(HEAD_BYTES)
            .min(HEAD_BYTES);
        self.id == (position.device, position.inode)
            && self.file.metadata().is_ok_and(|found| found.len() >= position.offset)
            && self
                .first_bytes(head_bytes)
                .is_ok_and(|head| sum(&head) == position.head)
    }
}

/// The device and number of what lies under a path.
pub(super) fn id_of(path: &Path) -> Option<(u64, u64)> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((found.dev(), found.ino()))
}

/// FNV-1a: to tell log files apart, not to keep anybody from making two alike.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
