//! What readers of whole inputs (captures, event files, documents) take and give.

use std::ops::ControlFlow;

use stix::Problem;

use crate::event::Event;

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
