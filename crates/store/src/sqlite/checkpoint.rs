//! Moves what was committed from the write-ahead log to its places in the file, beside the writer.
//!
//! ```text
//! commit ──► the log has grown by STEP ──► woken ──► passive checkpoint: the writer goes on meanwhile
//!        └─► the log has grown to MOST ──► the writer moves the little that is left itself, and the log begins anew
//! ```
//!
//! While somebody writes without a pause a checkpoint beside it never ends where the log ends, and only then may the log
//! begin anew; so the second keeps it from growing for ever.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::open;
use crate::{Error, Result};

/// Pages that are left in the log before they are moved: hot index pages are then written once, not many times.
const STEP: i32 = 24_000;
/// Pages at which the log is made to begin anew: 400 MB.
const MOST: i32 = 100_000;

/// The thread that moves pages.
pub(super) struct Checkpoints {
    thread: JoinHandle<()>,
    wake: mpsc::SyncSender<()>,
}

impl Checkpoints {
    /// Starts the thread for a file, and lets the connection that writes there wake it.
    pub(super) fn start(file: &Path, writer: &mut Connection) -> Result<Self> {
        let connection = open::checkpoints(file)?;
        let (wake, woken) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                for () in woken {
                    if let Err(error) = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(())) {
                        tracing::debug!(%error, "the write-ahead log was not moved; the next time more is");
                    }
                }
            })
            .map_err(|error| Error::unavailable("the checkpoints of the database cannot be started").because(error))?;
        let waking = wake.clone();
        let mut due = Due::default();
        // What goes wrong here is no reason to tell somebody that a commit failed.
        writer.wal_hook(Some(move |wal: &mut rusqlite::hooks::Wal, pages: i32| {
            match due.after_commit(pages) {
                Act::Nothing => {}
                Act::Wake => drop(waking.try_send(())),
                Act::MoveAll => drop(wal.checkpoint()),
            }
            Ok(())
        }))?;
        Ok(Self { thread, wake })
    }

    /// Ends the thread, once it has done what it was woken for. The writer must be closed or forget it before.
    pub(super) fn end(self, writer: &mut Connection) {
        let forgotten = writer.wal_hook(None::<fn(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()>>);
        drop(self.wake);
        if forgotten.is_ok() && self.thread.join().is_err() {
            tracing::debug!("the thread of checkpoints broke off");
        }
    }
}

/// What is to be done after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Nothing,
    Wake,
    MoveAll,
}

/// When something is due.
#[derive(Debug, Default)]
struct Due {
    last: i32,
    woken: i32,
}

impl Due {
    /// `pages` are those in the log now.
    fn after_commit(&mut self, pages: i32) -> Act {
        if pages < self.last {
            // It has begun anew.
            self.woken = 0;
        }
        self.last = pages;
        if pages >= MOST {
            self.woken = pages;
            return Act::MoveAll;
        }
        if pages - self.woken >= STEP {
            self.woken = pages;
            return Act::Wake;
        }
        Act::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_is_woken_once_for_each_step_and_the_log_never_grows_for_ever() {
        let mut due = Due::default();
        let mut acts = Vec::new();
        for pages in (0..=MOST).step_by(1_000) {
            match due.after_commit(pages) {
                Act::Nothing => {}
                act => acts.push((pages, act)),
            }
        }
        let woken: Vec<i32> = acts
            .iter()
            .filter(|(_, act)| *act == Act::Wake)
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(woken, [24_000, 48_000, 72_000, 96_000]);
        assert_eq!(acts.last(), Some(&(MOST, Act::MoveAll)));
        // Nobody could move it yet: it is tried again.
        assert_eq!(due.after_commit(MOST + 7), Act::MoveAll);
        // It began anew, a little before it was asked or long after.
        assert_eq!(due.after_commit(5), Act::Nothing);
        assert_eq!(due.after_commit(STEP), Act::Wake);
        assert_eq!(due.after_commit(3), Act::Nothing);
        assert_eq!(due.after_commit(STEP + 2), Act::Wake);
    }
}
