//! Windows event files (EVTX), and the same events as XML ([`xml`]).
//!
//! A file is a header of 4 KiB and chunks of 64 KiB, each readable by itself. They are read one after another from a
//! plain stream, so that a file of any size, also one inside an archive, takes the memory of one chunk. A log that has
//! begun again at its front (Windows does so when it is full) is read in the order of the file, not of time.
//!
//! The fields of an event have the names that Windows gives them, flat, as Sigma rules have them: `EventID`, `Channel`,
//! `Provider_Name`, `Image`, `TargetFilename`. A damaged chunk or record is a problem with its number.

mod hashes;
mod names;
mod record;
mod utf16;
pub mod xml;

use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};
use stix::{Place, Problem};

use crate::event::Event;
use crate::records::{Limits, Sink, Summary};

pub use hashes::split as split_hashes;
pub use names::role;

const FORMAT: &str = "evtx";
const MAGIC: &[u8] = b"ElfFile\0";
/// Bytes of the file header that mean something; the block around it is longer.
const HEADER_BYTES: usize = 128;
/// The longest block a header may claim: Windows writes 4 KiB.
const LONGEST_HEADER: usize = 64 << 10;
const CHUNK_BYTES: usize = 64 << 10;

/// Whether an input is an event file, by its first bytes.
pub fn is_evtx(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Reads an event file to its end.
///
/// # Errors
///
/// When the input is no event file, or cannot be read. Whatever is wrong with single chunks and records is told to the
/// sink, and the rest is read.
pub fn read(mut input: impl Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    skip_header(&mut input)?;
    let settings = Arc::new(ParserSettings::new().indent(false));
    let mut reading = Reading {
        limits,
        sink,
        summary: Summary {
            format: FORMAT,
            ..Summary::default()
        },
        untold: 0,
    };
    for number in 1_u64.. {
        let mut bytes = vec![0; CHUNK_BYTES];
        let filled = fill(&mut input, &mut bytes)?;
        if filled == 0 {
            break;
        }
        if filled < CHUNK_BYTES {
            reading.broken(
                Problem::warning(
                    "evtx-cut",
                    chunk_place(number),
                    format!("the file ends {filled} bytes into a chunk of {CHUNK_BYTES}; what is there is read"),
                )
                .help("the copy may not be complete: fetch the file again"),
            );
        }
        if reading.chunk(number, bytes, &settings).is_break() {
            break;
        }
    }
    Ok(reading.end())
}

/// What reading a file keeps count of.
struct Reading<'s> {
    limits: &'s Limits,
    sink: &'s mut dyn Sink,
    summary: Summary,
    /// Problems over the limit.
    untold: usize,
}

impl Reading<'_> {
    fn chunk(&mut self, number: u64, bytes: Vec<u8>, settings: &Arc<ParserSettings>) -> ControlFlow<()> {
        // Room that Windows has set aside and not yet used.
        if bytes[..8].iter().all(|byte| *byte == 0) {
            return ControlFlow::Continue(());
        }
        let unreadable = |error: &dyn std::fmt::Display| {
            let message = format!("the chunk cannot be read: {error}");
            Problem::error("evtx-broken-chunk", chunk_place(number), message)
                .help("the file may be damaged: its other chunks were read")
        };
        let mut data = match EvtxChunkData::new(bytes, false) {
            Ok(data) => data,
            Err(error) => {
                self.broken(unreadable(&error));
                return ControlFlow::Continue(());
            }
        };
        let mut chunk = match data.parse(Arc::clone(settings)) {
            Ok(chunk) => chunk,
            Err(error) => {
                self.broken(unreadable(&error));
                return ControlFlow::Continue(());
            }
        };
        for record in chunk.iter() {
            self.summary.records += 1;
            let place = Place::path(format!("record {}", self.summary.records));
            let json = match record.and_then(evtx::EvtxRecord::into_json_bytes) {
                Ok(record) => record.data,
                Err(error) => {
                    self.broken(broken_record(place, &error));
                    continue;
                }
            };
            let mut event = Event::default();
            if let Err(error) = record::fill(&json, &mut event) {
                self.broken(broken_record(place, &error));
                continue;
            }
            self.summary.events += 1;
            self.sink.event(self.summary.records, &event)?;
        }
        ControlFlow::Continue(())
    }

    fn broken(&mut self, problem: Problem) {
        self.summary.broken += 1;
        if self.summary.broken > self.limits.problems as u64 {
            self.untold += 1;
        } else {
            self.sink.problem(problem);
        }
    }

    fn end(self) -> Summary {
        if self.untold > 0 {
            let message = format!(
                "{} more problems in this file; {} are told one by one, the limit",
                self.untold, self.limits.problems
            );
            self.sink
                .problem(Problem::warning("too-many-problems", Place::default(), message));
        }
        self.summary
    }
}

fn chunk_place(number: u64) -> Place {
    Place::path(format!("chunk {number}"))
}

fn broken_record(place: Place, error: &dyn std::error::Error) -> Problem {
    let mut message = format!("the record cannot be read: {error}");
    let mut inner = error.source();
    while let Some(error) = inner {
        message.push_str(&format!(": {error}"));
        inner = error.source();
    }
    Problem::error("evtx-broken-record", place, message).help("the file may be damaged: its other records were read")
}

fn skip_header(input: &mut impl Read) -> Result<(), Problem> {
    let mut header = [0; HEADER_BYTES];
    let filled = fill(input, &mut header)?;
    if filled < HEADER_BYTES || !is_evtx(&header) {
        let message = "this is no Windows event file: it does not begin with the header of one";
        return Err(Problem::error("not-evtx", Place::default(), message));
    }
    let block = usize::from(u16::from_le_bytes([header[40], header[41]])).clamp(HEADER_BYTES, LONGEST_HEADER);
    let mut rest = vec![0; block - HEADER_BYTES];
    fill(input, &mut rest)?;
    Ok(())
}

/// Reads until the buffer is full or the input ends, and says how many bytes there were.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Problem> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(&error)),
        }
    }
    Ok(filled)
}

/// An input that gives no more. A cap of the layers below that was reached keeps its own words.
fn unreadable(error: &std::io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => {
            let message = format!("the input cannot be read to its end: {error}");
            Problem::error("unreadable", Place::default(), message)
                .help("the file may be cut off or damaged: fetch it again")
        }
    }
}
