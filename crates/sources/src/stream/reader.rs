//! Standard input, a named pipe, or a file read from beginning to end, as lines.
//!
//! Reading may wait for ever and cannot be called back, so it has a thread of its own that nobody waits for; it ends with its
//! input, or when it finds nobody taking what it read.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use stix::{Place, Problem};
use tokio::runtime::Handle;
use tokio::sync::{mpsc::Sender, oneshot};
use tokio_util::sync::CancellationToken;

use super::lines::Lines;
use super::{Ended, Kind, LINE_BYTES, Outlet, Piece, Status};
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
    pub fn of(input: impl Read + Send + 'static, name: &str, limits: Limits) -> Self {
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
        let (tell, told) = oneshot::channel();
        let inner = outlet.clone();
        let runtime = Handle::current();
        std::thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || drop(tell.send(self.read(&inner, &runtime))))
            .map_err(|error| {
                Problem::error(
                    "no-thread",
                    Place::default(),
                    format!("no thread could be started: {error}"),
                )
            })?;
        tokio::select! {
            biased;
            outcome = told => outcome.unwrap_or(Ok(())),
            () = outlet.deserted() => Ok(()),
        }
    }

    fn read(self, outlet: &Outlet, runtime: &Handle) -> Result<(), Problem> {
        let mut input = (self.opener)()?.input;
        let mut lines = Lines::new(self.line_bytes);
        let give = |bytes| runtime.block_on(outlet.give(Piece::new(&self.name, bytes, Kind::Lines)));
        loop {
            let held = lines.buffer.len();
            lines.buffer.resize(held + BLOCK_BYTES, 0);
            let outcome = input.read(&mut lines.buffer[held..]);
            lines.buffer.truncate(held + outcome.as_ref().copied().unwrap_or(0));
            let ends = match outcome {
                Ok(count) => (count == 0).then_some(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
                Err(error) => Some(Err(read_problem(&error))),
            };
            let given = lines.whole().map_or(Ok(()), give);
            outlet.status.cut(lines.cut());
            let given = match (&ends, given) {
                (Some(_), Ok(())) => lines.rest().map_or(Ok(()), give),
                (_, given) => given,
            };
            if let Err(Ended) = given {
                return Ok(());
            }
            if let Some(outcome) = ends {
                return outcome.map_err(|mut problem| {
                    problem.place.file.get_or_insert_with(|| self.name.to_string());
                    problem
                });
            }
        }
    }
}
