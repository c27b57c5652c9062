//! Reads an input line by line with a cap on the length of a line.

use std::io::{BufRead, BufReader, Read};

use stix::{Place, Problem};

use crate::decode;
use crate::unpack::read_problem;

/// The lines of an input, numbered from 1.
pub(crate) struct Lines<'r> {
    input: BufReader<&'r mut dyn Read>,
    bytes: Vec<u8>,
    cap: usize,
    offset: usize,
    /// Number of the line that was given last.
    pub number: u64,
}

impl<'r> Lines<'r> {
    pub fn new(input: &'r mut dyn Read, cap: usize) -> Self {
        Self {
            input: BufReader::with_capacity(256 << 10, input),
            bytes: Vec::new(),
            cap,
            offset: 0,
            number: 0,
        }
    }

    /// The next line without its end. The inner problem is for one line, the outer one for the rest of the input.
    pub fn next(&mut self) -> Result<Option<Result<&str, Problem>>, Problem> {
        self.bytes.clear();
        self.number += 1;
        let start = self.offset;
        let wanted = self.cap as u64 + 1;
        let count = self
            .input
            .by_ref()
            .take(wanted)
            .read_until(b'\n', &mut self.bytes)
            .map_err(|error| read_problem(&error))?;
        self.offset += count;
        if count == 0 {
            return Ok(None);
        }
        if count as u64 == wanted && self.bytes.last() != Some(&b'\n') {
            self.skip_line()?;
            let message = format!("the line has more than {} bytes, the limit", self.cap);
            return Ok(Some(Err(Problem::error(
                "line-too-long",
                Place::line(self.number, 1),
                message,
            )
            .help("leave it out, or cut what makes it so large (a description, a payload)"))));
        }
        while matches!(self.bytes.last(), Some(b'\n' | b'\r')) {
            self.bytes.pop();
        }
        let number = self.number;
        Ok(Some(std::str::from_utf8(&self.bytes).map_err(|error| {
            let problem = decode::not_utf8(&self.bytes, error.valid_up_to());
            Problem {
                message: format!(
                    "the text is not valid UTF-8 at byte offset {}",
                    start + error.valid_up_to()
                ),
                place: Place {
                    line: Some(number),
                    ..problem.place.clone()
                },
                ..problem
            }
        })))
    }

    fn skip_line(&mut self) -> Result<(), Problem> {
        loop {
            let view = self.input.fill_buf().map_err(|error| read_problem(&error))?;
            if view.is_empty() {
                return Ok(());
            }
            let (passed, done) = match memchr::memchr(b'\n', view) {
                Some(at) => (at + 1, true),
                None => (view.len(), false),
            };
            self.input.consume(passed);
            self.offset += passed;
            if done {
                return Ok(());
            }
        }
    }
}
