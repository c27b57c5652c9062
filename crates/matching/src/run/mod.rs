//! Matching whole inputs: finds out what an input is, reads it, and gives the hits in the order of its events.
//!
//! ```text
//! text     ── blocks of whole lines ── [scan] ── flagged lines ── [layout reads] ── event ─┐
//! captures, event files, documents ── [reader] ─────────────────────────────────── event ─┤
//!                                                                                         ▼
//!                                     watchlist values, patterns, Sigma rules ──► hits ──► [Taker]
//! ```
//!
//! What is matched with ([`Armed`]) is looked up for each block, so that it can be swapped while inputs are read: no line is
//! left out and none is matched twice.

mod eval;
mod feed;
mod files;
mod lines;
mod records;
mod stream;
mod tally;

use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use stix::{Problem, Timestamp};

use crate::hit::Hit;
use crate::watchlist::Watchlist;

pub use files::{AskedOfFiles, Files};
pub use stream::{Records, pieces};
pub use tally::{Sample, Tally};

/// Bytes of an input that decide what it is.
const HEAD: usize = 64 << 10;

/// What is matched with: a watchlist, and Sigma rules. Immutable; swapped whole.
#[derive(Debug, Default)]
pub struct Armed {
    /// Values and patterns.
    pub watchlist: Option<Watchlist>,
    /// Rules over events.
    pub sigma: Option<sigma::Rules>,
}

impl Armed {
    /// Whether events are asked for nothing, so that there is no use in reading any.
    pub fn is_empty(&self) -> bool {
        self.watchlist.is_none() && self.sigma.as_ref().is_none_or(sigma::Rules::is_empty)
    }
}

/// What is matched with just now; cheap to clone, all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Current(Arc<RwLock<Arc<Armed>>>);

impl Current {
    /// Starts with this.
    pub fn new(armed: Armed) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(armed))))
    }

    /// What is in force. Whoever holds it goes on with it while it is swapped.
    pub fn get(&self) -> Arc<Armed> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts something else in force; gives what was before.
    pub fn swap(&self, armed: Armed) -> Arc<Armed> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, Arc::new(armed))
    }
}

/// Takes what is found.
pub trait Taker: Send {
    /// A hit, in the order of the events of its source.
    fn hit(&mut self, hit: Hit);
    /// Something that could not be read.
    fn problem(&mut self, problem: Problem);
}

/// How an input is read.
#[derive(Clone)]
pub struct Options {
    /// Threads for lines.
    pub threads: usize,
    /// Reads the clock: for indicators that end, and for events without a time.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// When true, reading ends at the next block.
    pub stop: Arc<AtomicBool>,
    /// Longest line that is kept whole; a longer one is matched in pieces.
    pub line_bytes: usize,
    /// Caps of the readers of records.
    pub limits: events::Limits,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// One thread, and the defaults of the readers.
    pub fn new(now: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self {
            threads: 1,
            now,
            stop: Arc::default(),
            line_bytes: 16 << 20,
            limits: events::Limits::default(),
        }
    }
}

/// Reads an input to its end. What it is, its content says; `name` is for people.
///
/// A part that cannot be read is a problem; what was found before and after it stands.
pub fn read(
    mut input: Box<dyn Read + Send + '_>,
    name: &str,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Tally {
    let mut head = vec![0; HEAD];
    let mut filled = 0;
    // A pipe gives what it has: the first line is enough to begin with.
    loop {
        match input.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(many) => {
                filled += many;
                if filled == head.len() || memchr::memchr(b'\n', &head[..filled]).is_some() && many < 4_096 {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                taker.problem(unreadable(name, &error));
                break;
            }
        }
    }
    head.truncate(filled);
    match events::Reader::of(&head) {
        Some(reader) => records::read(reader, head, input, name, current, options, taker),
        None => lines::read(head, input, name, current, options, taker),
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    let place = stix::Place {
        file: Some(name.to_owned()),
        ..stix::Place::default()
    };
    Problem::error("unreadable", place, format!("it could not be read further: {error}"))
        .help("what was read before is matched")
}

#[cfg(test)]
pub(crate) mod tests;
