//! What every reader of this crate takes and gives.

use std::borrow::Cow;

use stix::{Id, Place, Problem, Timestamp};

/// What a reader must know besides the bytes.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Name of the input for messages and for what has no better name: a file name or URL. Never used to decide the format.
    pub name: Option<String>,
    /// The identity that becomes `created_by_ref` of objects whose source names no creator.
    pub producer: Id,
    /// Markings for objects whose source has none.
    pub default_markings: Vec<Id>,
    /// The time to write into objects whose source has none (see [`Found::dated`]).
    pub now: Timestamp,
    /// Caps on what is read.
    pub limits: Limits,
}

/// Caps on one input. Reaching one is a [`Problem`] that names it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the input after decompression, all members of an archive together.
    pub decompressed_bytes: u64,
    /// How many times larger than its compressed form an input may become (counted after the first MiB).
    pub expansion: u64,
    /// Members of one archive.
    pub archive_members: usize,
    /// Archives inside archives.
    pub archive_depth: usize,
    /// Bytes of one object, rule or line.
    pub item_bytes: usize,
    /// Objects of one input.
    pub items: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            decompressed_bytes: 4 << 30,
            expansion: 200,
            archive_members: 100_000,
            archive_depth: 3,
            item_bytes: 16 << 20,
            items: 50_000_000,
        }
    }
}

/// One STIX 2.1 object that a reader found or made.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The object as JSON; byte for byte as it arrived where the input was STIX.
    pub text: Cow<'a, str>,
    /// Where in the input it came from.
    pub place: Place,
    /// Whether `created` and `modified` come from the source. Where a source has no times (a plain list), they are
    /// [`ReadOptions::now`] and say nothing: reading the same list again must not make new versions.
    pub dated: bool,
}

/// Takes what a reader gives, one item at a time.
pub trait Sink {
    /// Takes an object; an error stops the reading (the taker is gone, or has had enough).
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem>;
    /// Takes note of an item that could not be read, or was read with a loss that is named.
    fn problem(&mut self, problem: Problem);
}

/// What was read, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Name of the format that the content showed, as in `misp-event` or `csv`.
    pub format: &'static str,
    /// Objects handed to the sink.
    pub objects: u64,
    /// Problems of severity error handed to the sink.
    pub refused: u64,
}
