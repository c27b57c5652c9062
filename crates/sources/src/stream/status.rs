//! How a feed is: counts for health, and positions from which it can go on after a restart.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use stix::Problem;
use tokio::sync::watch;

/// Where reading goes on, by file or partition.
pub type Positions = BTreeMap<String, Position>;

/// Where reading of one thing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// Of a file.
    File(FilePosition),
    /// Of a partition: the offset of the next message.
    Offset(i64),
}

/// A place in a file that is found again after the file was renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// The next byte to read.
    pub offset: u64,
    /// How many of its first bytes `head` was made of.
    pub head_bytes: u64,
    /// A sum over its first bytes: file systems give numbers again, and a file can be emptied and filled anew.
    pub head: u64,
}

/// The counts of a [`Status`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Pieces given.
    pub pieces: u64,
    /// Bytes given.
    pub bytes: u64,
    /// Times that a connection was lost and made again.
    pub reconnects: u64,
    /// Datagrams, messages and connections that were let go.
    pub drops: u64,
    /// Lines longer than the limit, of which only the beginning was given.
    pub cut_lines: u64,
}

/// How a feed is. Shared between the feed and whoever shows its health.
#[derive(Debug, Default)]
pub struct Status {
    pieces: AtomicU64,
    bytes: AtomicU64,
    reconnects: AtomicU64,
    drops: AtomicU64,
    cut_lines: AtomicU64,
    is_away: AtomicBool,
    was_there: AtomicBool,
    listening: watch::Sender<Option<SocketAddr>>,
    last_error: watch::Sender<Option<Problem>>,
    positions: Mutex<Positions>,
}

impl Status {
    /// The counts as they are now.
    pub fn counts(&self) -> Counts {
        Counts {
            pieces: self.pieces.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            reconnects: self.reconnects.load(Relaxed),
            drops: self.drops.load(Relaxed),
            cut_lines: self.cut_lines.load(Relaxed),
        }
    }

    /// Whether a broker is waited for just now: what it has is not read.
    pub fn is_away(&self) -> bool {
        self.is_away.load(Relaxed)
    }

    /// What went wrong last, though the feed goes on.
    pub fn last_error(&self) -> Option<Problem> {
        self.last_error.borrow().clone()
    }

    /// The same, for whoever waits until something goes wrong.
    pub fn errors(&self) -> watch::Receiver<Option<Problem>> {
        self.last_error.subscribe()
    }

    /// Where a listener listens, for whoever waits until it does.
    pub fn listening(&self) -> watch::Receiver<Option<SocketAddr>> {
        self.listening.subscribe()
    }

    /// Up to where pieces were taken: saved by the caller, they are where the feed goes on after a restart.
    pub fn positions(&self) -> Positions {
        held(&self.positions).clone()
    }

    pub(crate) fn gave(&self, bytes: u64) {
        self.pieces.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Takes note of something that goes wrong; the last of it is what [`Status::last_error`] says.
    pub fn note(&self, problem: Problem) {
        self.last_error.send_replace(Some(problem));
    }

    pub(crate) fn listens(&self, address: SocketAddr) {
        self.listening.send_replace(Some(address));
    }

    /// The other side is not there yet, or not any more; it is waited for.
    #[cfg_attr(not(any(feature = "nats", feature = "mqtt", feature = "kafka")), allow(dead_code))]
    pub(crate) fn away(&self) {
        self.is_away.store(true, Relaxed);
    }

    /// The other side is there; if it was before and went away, a connection was made again.
    #[cfg_attr(not(any(feature = "nats", feature = "mqtt", feature = "kafka")), allow(dead_code))]
    pub(crate) fn there(&self) {
        let was_there = self.was_there.swap(true, Relaxed);
        if self.is_away.swap(false, Relaxed) && was_there {
            self.reconnects.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn dropped(&self, count: u64) {
        self.drops.fetch_add(count, Relaxed);
    }

    pub(crate) fn cut(&self, count: u64) {
        self.cut_lines.fetch_add(count, Relaxed);
    }

    pub(crate) fn reached(&self, name: &str, position: Position) {
        let mut positions = held(&self.positions);
        match positions.get_mut(name) {
            Some(known) => *known = position,
            None => drop(positions.insert(name.to_owned(), position)),
        }
    }

    pub(crate) fn forget(&self, name: &str) {
        held(&self.positions).remove(name);
    }
}

/// A count or a position is whole whoever panicked while holding it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
