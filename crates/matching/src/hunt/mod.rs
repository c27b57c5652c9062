//! Hunting: is what is new today somewhere in the logs of the past?
//!
//! ```text
//! log ── [index] ── sidecar: for each 4 MiB of lines a filter of all keys in it   (two to three per cent of the log)
//!
//! indicators ── keys ──► sidecar ── parts that can hold one ──► read, and matched as always
//!                          no sidecar, or one of another file: everything is read
//! ```
//!
//! A filter never misses what stands in its part; a part that it names for nothing is read for nothing. What a log gained
//! since it was indexed is read always. Packed files are unpacked up to the last part that can hold something. A log is opened once,
//! and only when something of it has to be read.

mod index;
mod keys;
mod log;
mod search;
mod sidecar;

use std::path::Path;

use crate::run::Armed;
use keys::Wanted;

pub use index::{Indexed, index};
pub use log::{Contents, Log, Open};
pub use search::{Hunted, search};

/// Where the index of a log is: beside it, or in a folder for indexes.
pub fn index_path(log: &Path, folder: Option<&Path>) -> std::path::PathBuf {
    sidecar::path_of(log, folder)
}

/// Where the index of a log is that is no file but has an address.
pub fn index_path_of_address(address: &str, folder: &Path) -> std::path::PathBuf {
    sidecar::path_of_address(address, folder)
}

/// Whether a file is an index and no log.
pub fn is_index(path: &Path) -> bool {
    sidecar::is_index(path)
}

/// What is hunted for, in the form in which indexes are asked.
#[derive(Debug)]
pub struct Prey(Wanted);

impl Prey {
    /// Everything that is matched with. Sigma rules name no values: with them every event is read.
    pub fn of(armed: &Armed) -> Self {
        let mut wanted = Wanted::default();
        if let Some(watchlist) = &armed.watchlist {
            watchlist.each_value(&mut |kind, value| wanted.add(kind, value));
            wanted.everywhere |= watchlist.needs_every_event();
            for anchors in watchlist.pattern_anchors() {
                for observable in anchors {
                    wanted.add(observable.kind, &observable.value);
                }
            }
        }
        wanted.everywhere |= armed.sigma.as_ref().is_some_and(|rules| !rules.is_empty());
        wanted.keys.sort_unstable();
        wanted.keys.dedup();
        Self(wanted)
    }

    /// Whether indexes are of no use, because something is looked for that has no key.
    pub fn is_everywhere(&self) -> bool {
        self.0.everywhere
    }
}

#[cfg(test)]
mod tests;
