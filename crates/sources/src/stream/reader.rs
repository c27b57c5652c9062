//! Standard input, a named pipe, or a file read from beginning to end, as lines.
//!
//! Reading may wait for ever and cannot be called back, so it has a thread of its own that nobody waits for; it ends with its
//! input, or when it finds nobody taking what it read.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use stix::{Place, Problem};
use tokio::sync::mpsc::{Sender, channel};
use tokio_util::sync::CancellationToken;

use super::lines::Lines;
use super::{Kind, LINE_BYTES, Outlet, Piece, Status};
use crate::open::{Limits, open_within, read_problem, unpack};

/// How much is read at once.
const BLOCK_BYTES: usize = 256 << 10;

/// A reader as a feed of lines; packings are undone as in [`crate::open`].
pub struct Reader {
    opener: Box<dyn FnOnce() -> Result<crate::Opened, Problem> + Send>,
    name: Arc<str>,
    line_bytes: usize,
}

impl Reader {
    /// Standard input.
    pub fn stdin(limits: Limits) -> Self {
        Self::of(io::stdin(), "standard input", limits)
    }

    /// Any reader.
    pub fn of(input: impl io::Read + Send + 'static, name: &str, limits: Limits) -> Self {
        let called = name.to_owned();
        Self {
            opener: Box::new(move || unpack(Box::new(input), called, limits)),
            name: Arc::from(name),
            line_bytes: LINE_BYTES,
        }
    }

    /// A file or named pipe, opened when the feed runs: opening a pipe waits for its writer.
    pub fn file(path: &Path, limits: Limits) -> Self {
        let to_open = path.to_owned();
        Self {
            opener: Box::new(move || open_within(&to_open, limits)),
            name: Arc::from(path.display().to_string()),
            line_bytes: LINE_BYTES,
        }
    }

    /// Longest line that is given whole.
    pub fn line_bytes(mut self, most: usize) -> Self {
        self.line_bytes = most;
        self
    }

    /// Reads until the input ends.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        let name = Arc::clone(&self.name);
        let (tell, mut told) = channel(1);
        std::thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || self.read(&tell))
            .map_err(|error| {
                let message = format!("no thread could be started: {error}");
                Problem::error("no-thread", Place::default(), message).help("is there a limit on threads (ulimit -u)?")
            })?;
        loop {
            let read = tokio::select! {
                biased;
                read = told.recv() => read,
                () = outlet.deserted() => return Ok(()),
            };
            match read {
                None => return Ok(()),
                Some(Read::Lines(bytes)) => {
                    if outlet.give(Piece::new(&name, bytes, Kind::Lines)).await.is_err() {
                        return Ok(());
                    }
                }
                Some(Read::Cut(count)) => outlet.status.cut(count),
                Some(Read::Failed(mut problem)) => {
                    problem.place.file.get_or_insert_with(|| name.to_string());
                    return Err(problem);
                }
            }
        }
    }

    /// The part of the thread: reads until the input ends, or nobody takes what was read.
    fn read(self, tell: &Sender<Read>) {
        let input = match (self.opener)() {
            Ok(opened) => opened.input,
            Err(problem) => return drop(tell.blocking_send(Read::Failed(problem))),
        };
        if let Err(error) = lines(input, self.line_bytes, tell) {
            let _ = tell.blocking_send(Read::Failed(read_problem(&error)));
        }
    }
}

/// What the thread has to tell.
enum Read {
    Lines(Bytes),
    /// So many lines were longer than the limit.
    Cut(u64),
    Failed(Problem),
}

fn lines(mut input: Box<dyn io::Read + Send>, most: usize, tell: &Sender<Read>) -> io::Result<()> {
    let mut lines = Lines::new(most);
    loop {
        let held = lines.buffer.len();
        lines.buffer.resize(held + BLOCK_BYTES, 0);
        let outcome = input.read(&mut lines.buffer[held..]);
        lines.buffer.truncate(held + outcome.as_ref().copied().unwrap_or(0));
        let ends = match &outcome {
            Ok(count) => *count == 0,
            Err(error) => error.kind() != io::ErrorKind::Interrupted,
        };
        let mut told = lines.whole().map(Read::Lines).into_iter().collect::<Vec<_>>();
        told.extend(Some(lines.cut()).filter(|count| *count > 0).map(Read::Cut));
        if ends {
            told.extend(lines.rest().map(Read::Lines));
        }
        for read in told {
            if tell.blocking_send(read).is_err() {
                return Ok(());
            }
        }
        if ends {
            return outcome.map(drop);
        }
    }
}
