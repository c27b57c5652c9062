//! The part of an input that is in view, with the line and column at which it starts.

use std::io::Read;

use stix::{Place, Problem};

use crate::unpack::read_problem;

/// A view that moves over an input.
pub(super) trait Window {
    /// What is in view and not yet consumed.
    fn data(&self) -> &[u8];
    /// Brings more into view; false at the end of the input.
    fn more(&mut self) -> Result<bool, Problem>;
    /// Moves past some bytes of what is in view.
    fn consume(&mut self, count: usize);
    /// Line and column of the first byte in view.
    fn position(&self) -> Position;

    /// The byte at the front, bringing in more when nothing is in view.
    fn front(&mut self) -> Result<Option<u8>, Problem> {
        if self.data().is_empty() && !self.more()? {
            return Ok(None);
        }
        Ok(self.data().first().copied())
    }

    /// The place of a byte in view.
    fn place(&self, offset: usize) -> Place {
        let mut position = self.position();
        position.pass(&self.data()[..offset.min(self.data().len())]);
        Place::line(position.line, position.column)
    }
}

/// Line and column in characters, both from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub line: u64,
    pub column: u64,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };

    fn pass(&mut self, bytes: &[u8]) {
        let rest = match memchr::memrchr(b'\n', bytes) {
            None => bytes,
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', &bytes[..=last]).count() as u64;
                self.column = 1;
                &bytes[last + 1..]
            }
        };
        // A character is counted at its first byte; the others look like 10xxxxxx.
        self.column += rest.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64;
    }
}

/// A whole input in memory: nothing is copied.
pub(super) struct Slice<'a> {
    data: &'a [u8],
    position: Position,
}

impl<'a> Slice<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            position: Position::START,
        }
    }
}

impl Window for Slice<'_> {
    fn data(&self) -> &[u8] {
        self.data
    }

    fn more(&mut self) -> Result<bool, Problem> {
        Ok(false)
    }

    fn consume(&mut self, count: usize) {
        let (passed, rest) = self.data.split_at(count.min(self.data.len()));
        self.position.pass(passed);
        self.data = rest;
    }

    fn position(&self) -> Position {
        self.position
    }
}

/// An input that is read as it is needed.
pub(super) struct Stream<'a> {
    input: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    position: Position,
    ended: bool,
}

/// How much is read at once at least.
const CHUNK: usize = 256 << 10;

impl<'a> Stream<'a> {
    pub fn new(input: &'a mut dyn Read) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            position: Position::START,
            ended: false,
        }
    }
}

impl Window for Stream<'_> {
    fn data(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn more(&mut self) -> Result<bool, Problem> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        // Doubling keeps the moving of what is still in view linear in the size of the input.
        let wanted = self.buffer.len().max(CHUNK);
        let before = self.buffer.len();
        let read = self
            .input
            .take(wanted as u64)
            .read_to_end(&mut self.buffer)
            .map_err(|error| read_problem(&error))?;
        self.ended = read < wanted;
        Ok(self.buffer.len() > before)
    }

    fn consume(&mut self, count: usize) {
        let end = (self.start + count).min(self.buffer.len());
        self.position.pass(&self.buffer[self.start..end]);
        self.start = end;
    }

    fn position(&self) -> Position {
        self.position
    }
}
