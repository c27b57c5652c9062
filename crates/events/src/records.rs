//! Readers of whole inputs (captures, event files, documents): which there are, what they take and give.

use std::io::Read;
use std::ops::ControlFlow;

use stix::Problem;

use crate::event::Event;
use crate::{capture, document, windows};

/// A reader of an input that is not one event a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Traffic, by the name of its format.
    Capture(&'static str),
    /// Windows event files.
    Evtx,
    /// Windows events as XML.
    WindowsXml,
    /// JSON that is not one object a line.
    Document,
}

impl Reader {
    /// The reader for an input that begins like this; none where it is lines.
    pub fn of(head: &[u8]) -> Option<Self> {
        if let Some(format) = capture::is_capture(head) {
            Some(Self::Capture(format))
        } else if windows::is_evtx(head) {
            Some(Self::Evtx)
        } else if windows::xml::is_xml(head) {
            Some(Self::WindowsXml)
        } else if document::is_document(head) {
            Some(Self::Document)
        } else {
            None
        }
    }

    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture(format) => format,
            Self::Evtx => "evtx",
            Self::WindowsXml => windows::xml::FORMAT,
            Self::Document => "json-document",
        }
    }

    /// Reads an input to its end.
    ///
    /// # Errors
    /// When the input itself cannot be read; what is wrong with a part of it goes to the sink.
    pub fn read(self, input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
        match self {
            Self::Capture(_) => capture::read(input, limits, sink),
            Self::Evtx => windows::read(input, limits, sink),
            Self::WindowsXml => windows::xml::read(input, limits, sink),
            Self::Document => document::read(input, limits, sink),
        }
    }
}

/// Takes what a reader gives, one event at a time.
pub trait Sink {
    /// Takes an event; `number` is that of the packet or record it comes from, counted from one. `Break` ends the reading.
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()>;
    /// Takes note of a record that could not be read.
    fn problem(&mut self, problem: Problem);
}

/// Caps on one input. Reaching one is a [`Problem`] that names it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one record, packet or line.
    pub record_bytes: usize,
    /// Connections of a capture that are put together at one time; the oldest gives way.
    pub streams: usize,
    /// Bytes of one direction of a connection that are kept while its beginning (handshake, headers) is not complete.
    pub stream_bytes: usize,
    /// Problems told one by one; the rest is counted.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 16 << 20,
            streams: 65_536,
            stream_bytes: 64 << 10,
            problems: 1_000,
        }
    }
}

/// What was read, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Name of the format that the content showed: `pcap`, `evtx`.
    pub format: &'static str,
    /// Packets or records in the input.
    pub records: u64,
    /// Events handed to the sink.
    pub events: u64,
    /// Records that could not be read, or only in part.
    pub broken: u64,
}
