//! Where hits of the watch go: a file of the member's own, and the counting for sightings.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use matching::Hit;
use matching::report::{Limits, Reporter};
use matching::run::Taker;
use stix::{Problem, Timestamp};
use tokio::sync::mpsc::Sender;

use super::Shared;
use crate::node::Clock;
use crate::sightings::SeenHit;

/// Bytes of the file of hits after which a new one is begun; one older is kept.
const FILE_BYTES: u64 = 100 << 20;

/// Takes hits of all matchers; all clones are one.
#[derive(Clone)]
pub(super) struct Recorder {
    inner: Arc<Mutex<Inner>>,
    seen: Sender<SeenHit>,
    shared: Shared,
    clock: Clock,
}

struct Inner {
    reporter: Reporter,
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
    flushed: Timestamp,
}

/// Microseconds after which what was held back is written.
const PERIOD: i64 = 3_600_000_000;

impl Recorder {
    pub(super) fn new(path: &Path, seen: Sender<SeenHit>, shared: Shared, clock: Clock) -> Self {
        let flushed = clock();
        Self {
            inner: Arc::new(Mutex::new(Inner {
                reporter: Reporter::new(Limits::default()),
                path: path.to_owned(),
                file: None,
                bytes: 0,
                flushed,
            })),
            seen,
            shared,
            clock,
        }
    }

    fn with(&self, work: impl FnOnce(&mut Inner) -> std::io::Result<()>) {
        let outcome = work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = outcome {
            self.shared
                .error((self.clock)(), &format_args!("a hit could not be written: {error}"));
        }
    }

    /// Writes what repeats held back, once an hour and at the end.
    pub(super) fn flush(&self, at_once: bool) {
        let now = (self.clock)();
        self.with(|inner| {
            if !at_once && now.micros() - inner.flushed.micros() < PERIOD {
                return Ok(());
            }
            inner.flushed = now;
            inner.reporter.flush().iter().try_for_each(|hit| inner.write(hit))
        });
    }
}

impl Inner {
    fn write(&mut self, hit: &Hit) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(hit)?;
        line.push(b'\n');
        if self.bytes + line.len() as u64 > FILE_BYTES && self.file.take().is_some() {
            let mut older = self.path.clone().into_os_string();
            older.push(".1");
            std::fs::rename(&self.path, older)?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = OpenOptions::new();
                options.create(true).append(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let file = options.open(&self.path)?;
                self.bytes = file.metadata()?.len();
                self.file.insert(file)
            }
        };
        file.write_all(&line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }
}

impl Taker for Recorder {
    fn hit(&mut self, hit: Hit) {
        self.shared.with(|health| health.hits += 1);
        // Matchers are threads of their own, and may wait; in a runtime's thread waiting is not allowed, nor needed: hunts run
        // where blocking is.
        if self.seen.blocking_send(SeenHit::from(&hit)).is_err() {
            self.shared
                .error((self.clock)(), &"hits are counted no longer: the node is stopping");
        }
        self.with(|inner| match inner.reporter.take(hit) {
            Some(hit) => inner.write(&hit),
            None => Ok(()),
        });
    }

    fn problem(&mut self, problem: Problem) {
        self.shared.error((self.clock)(), &problem);
    }
}
