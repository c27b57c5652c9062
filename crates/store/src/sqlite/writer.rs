//! The writer: one thread that takes what is queued, puts it into one transaction, and answers after the commit.
//!
//! There is no timer. While one group is being written the next gathers in the queue, so groups grow with the load and a
//! lone job waits for nobody.
//!
//! A small job that fails is undone alone, by a savepoint. A large one has none: a savepoint copies every page before it is
//! changed, which is a fifth of what storing costs. It can fail for nothing but the database itself, and then the whole
//! group fails with it.

use std::path::Path;

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use ledger::Frontier;

use super::checkpoint::Checkpoints;
use crate::contribution::Interned;
use crate::db::Change;
use crate::open::{Clock, Random};
use crate::record::{self, NewEntry};
use crate::value::Row;
use crate::{Error, Result};

/// What the writer needs from outside.
pub(crate) struct Outside {
    pub(crate) clock: Clock,
    pub(crate) random: Random,
}

/// About how many rows go into one transaction.
const GROUP: usize = 10_000;

pub(super) enum Message {
    Job(Job),
    Stop(oneshot::Sender<()>),
}

type Answer = Box<dyn FnOnce(Option<Error>) + Send>;
type Run = Box<dyn FnOnce(Result<&mut Writing<'_>>) -> (bool, Answer) + Send>;

/// What the writer knows of a job before it runs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// About how many rows it writes.
    pub(crate) rows: usize,
    /// Whether somebody is told that it is safe, so that it must reach the disk before.
    pub(crate) acknowledged: bool,
    /// Whether it may fail after it has begun to write.
    pub(crate) guarded: bool,
}

impl Terms {
    /// Little, that nobody relies on.
    pub(crate) const SMALL: Self = Self {
        rows: 1,
        acknowledged: false,
        guarded: true,
    };
    /// Little, that somebody relies on.
    pub(crate) const SAFE: Self = Self {
        acknowledged: true,
        ..Self::SMALL
    };
}

/// Something to be written. Gives an answer to be sent once it is known whether the transaction was committed.
pub(super) struct Job {
    terms: Terms,
    run: Run,
}

impl Job {
    pub(super) fn new<T: Send + 'static>(
        terms: Terms,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
        answer: oneshot::Sender<Result<T>>,
    ) -> Self {
        let run = Box::new(move |writing: Result<&mut Writing<'_>>| {
            let result = writing.and_then(work);
            let done = result.is_ok();
            let send: Answer = Box::new(move |failure| {
                let result = match failure {
                    Some(failure) if result.is_ok() => Err(failure),
                    _ => result,
                };
                // Who asked may have gone; what was written stays written.
                let _ = answer.send(result);
            });
            (done, send)
        });
        Self { terms, run }
    }
}

/// What the next row continues from; the same as the table `head` says, while nobody else writes.
#[derive(Clone)]
struct Head {
    added: i64,
    frontier: Frontier,
}

/// A transaction that writes.
pub(crate) struct Writing<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) interned: &'a mut Interned,
    head: &'a mut Head,
    policy: bool,
    outside: &'a Outside,
}

struct Writer {
    connection: Connection,
    /// None in memory.
    checkpoints: Option<Checkpoints>,
    outside: Outside,
    durable: bool,
    /// What `pragma synchronous` is now.
    full: bool,
    /// None: to be read again before use.
    head: Option<Head>,
    data_version: i64,
    interned: Interned,
}

/// Starts the thread; `file` is what the connection writes, none in memory.
pub(super) fn start(
    (mut connection, file): (Connection, Option<&Path>),
    queue: mpsc::Receiver<Message>,
    outside: Outside,
    durable: bool,
) -> Result<()> {
    let checkpoints = file.map(|file| Checkpoints::start(file, &mut connection)).transpose()?;
    let writer = Writer {
        connection,
        checkpoints,
        outside,
        durable,
        full: true,
        head: None,
        data_version: 0,
        interned: Interned::default(),
    };
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || writer.work(queue))
        .map(drop)
        .map_err(|error| Error::unavailable("the writer of the database cannot be started").because(error))
}

impl Writer {
    fn work(mut self, mut queue: mpsc::Receiver<Message>) {
        while let Some(message) = queue.blocking_recv() {
            let mut group = Vec::new();
            let mut weight = 0;
            let mut next = Some(message);
            let mut stop = None;
            while let Some(message) = next.take() {
                match message {
                    Message::Stop(done) => stop = Some(done),
                    Message::Job(job) => {
                        weight += job.terms.rows;
                        group.push(job);
                    }
                }
                if weight < GROUP && stop.is_none() {
                    next = queue.try_recv().ok();
                }
            }
            if !group.is_empty() {
                self.write(group);
            }
            if let Some(done) = stop {
                queue.close();
                self.end();
                let _ = done.send(());
                return;
            }
        }
        self.end();
    }

    /// Leaves the file as it is best found: statistics fresh, nothing left in the write-ahead log.
    fn end(mut self) {
        if let Some(checkpoints) = self.checkpoints.take() {
            checkpoints.end(&mut self.connection);
        }
        if let Err(error) = self
            .connection
            .execute_batch("pragma optimize; pragma wal_checkpoint(truncate)")
        {
            tracing::debug!(%error, "the database was closed without a last checkpoint");
        }
    }

    fn write(&mut self, group: Vec<Job>) {
        let durable = self.durable && group.iter().any(|job| job.terms.acknowledged);
        let mut answers = Vec::with_capacity(group.len());
        let mut jobs = group.into_iter();
        let result = self.group(&mut jobs, durable, &mut answers);
        if let Err(error) = &result {
            tracing::warn!(%error, "nothing of a group of writes was kept");
            self.forget();
            if !self.connection.is_autocommit() {
                let _ = self.connection.execute_batch("rollback");
            }
        }
        let failure = || result.as_ref().err().map(again);
        // What was not run, because the transaction could not begin, is told so, too.
        for job in jobs {
            let refused = failure().unwrap_or_else(|| Error::ours("a write was skipped"));
            let (_, answer) = (job.run)(Err(refused));
            answers.push(answer);
        }
        for answer in answers {
            answer(failure());
        }
    }

    fn group(&mut self, jobs: &mut std::vec::IntoIter<Job>, durable: bool, answers: &mut Vec<Answer>) -> Result<()> {
        if durable != self.full {
            let level = if durable { "full" } else { "normal" };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.full = durable;
        }
        self.connection.prepare_cached("begin immediate")?.execute([])?;
        let mut head = self.head()?;
        let before = (head.added, head.frontier.size());
        let mut policy = false;
        for job in jobs {
            let kept = (head.clone(), self.connection.total_changes());
            if job.terms.guarded {
                self.connection.prepare_cached("savepoint job")?.execute([])?;
            }
            let mut writing = Writing {
                connection: &self.connection,
                interned: &mut self.interned,
                head: &mut head,
                policy: false,
                outside: &self.outside,
            };
            let (done, answer) = (job.run)(Ok(&mut writing));
            policy |= writing.policy && done;
            let half_done = !done && self.connection.total_changes() != kept.1;
            if !done {
                head = kept.0;
                self.interned = Interned::default();
            }
            if job.terms.guarded {
                if half_done {
                    self.connection.prepare_cached("rollback to job")?.execute([])?;
                }
                self.connection.prepare_cached("release job")?.execute([])?;
            } else if half_done {
                answers.push(answer);
                return Err(
                    Error::unavailable("writing broke off, and nothing of the group was stored")
                        .help("try again; look into the log of the server"),
                );
            }
            answers.push(answer);
        }
        if policy || before != (head.added, head.frontier.size()) {
            self.connection
                .prepare_cached("update head set added = ?1, frontier = ?2, generation = generation + ?3")?
                .execute(params![head.added, head.frontier.to_bytes(), policy])?;
        }
        self.connection.prepare_cached("commit")?.execute([])?;
        self.head = Some(head);
        Ok(())
    }

    /// What to continue from: as remembered, unless another process has written.
    fn head(&mut self) -> Result<Head> {
        let version: i64 = self
            .connection
            .prepare_cached("pragma data_version")?
            .query_row([], |row| row.get(0))?;
        if version != self.data_version {
            self.forget();
            self.data_version = version;
        }
        match self.head.take() {
            Some(head) => Ok(head),
            None => {
                let (added, bytes): (i64, Vec<u8>) = self
                    .connection
                    .prepare_cached("select added, frontier from head")?
                    .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let frontier = record::frontier(&bytes)?;
                Ok(Head { added, frontier })
            }
        }
    }

    fn forget(&mut self) {
        self.head = None;
        self.interned = Interned::default();
    }
}

/// The same error for everybody in a group.
fn again(error: &Error) -> Error {
    Error::new(error.kind(), error.to_string())
}

impl Writing<'_> {
    /// The instant, microsecond by microsecond unique and growing over everything stored.
    pub(crate) fn next_added(&mut self) -> i64 {
        self.head.added = (self.outside.clock)().micros().max(self.head.added + 1);
        self.head.added
    }

    /// The time.
    pub(crate) fn now(&self) -> stix::Timestamp {
        (self.outside.clock)()
    }

    /// Makes cached principals and viewers stale.
    pub(crate) fn policy_changed(&mut self) {
        self.policy = true;
    }

    /// Appends entries to the ledger.
    pub(crate) fn append(&mut self, entries: &[NewEntry]) -> Result<()> {
        for entry in entries {
            let at = self.now();
            let leaf = record::Leaf::append(&mut self.head.frontier, entry, at, &self.outside.random)?;
            self.connection.prepare_cached(record::INSERT_ENTRY)?.execute(params![
                leaf.position,
                at.micros(),
                entry.kind,
                entry.member.map(|member| member.0),
                entry.body,
                leaf.salt,
                leaf.hash
            ])?;
            for completed in leaf.completed {
                self.connection.prepare_cached(record::INSERT_HASH)?.execute(params![
                    i64::from(completed.level),
                    record::stored(completed.position)?,
                    completed.hash.0
                ])?;
            }
        }
        Ok(())
    }

    /// Does a change; gives the rows of each statement.
    pub(crate) fn change(&mut self, change: &Change) -> Result<Vec<Vec<Row>>> {
        let mut given = Vec::with_capacity(change.statements.len());
        for statement in &change.statements {
            let rows = super::rows(self.connection, statement.sql, &statement.values)?;
            if let (Some(missing), true) = (statement.missing, rows.is_empty()) {
                return Err(Error::not_found(missing));
            }
            given.push(rows);
        }
        self.append(&change.entries)?;
        if change.policy {
            self.policy_changed();
        }
        Ok(given)
    }
}
