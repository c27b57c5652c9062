//! SQLite: one writer thread, a pool of readers, one file.
//!
//! Other processes (the command line beside a running server) may use the same file: every transaction that writes
//! begins by taking the write lock and looks whether somebody else has written since.

mod checkpoint;
pub(crate) mod files;
mod open;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::open::OpenOptions;
use crate::value::{Row, Value};
use crate::{Error, ErrorKind, Result};

use writer::{Job, Message};
pub(crate) use writer::{Outside, Terms, Writing};

/// A database file, or one in memory.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    jobs: mpsc::Sender<Message>,
    /// None in memory: there the writer reads, too.
    readers: Option<Arc<Readers>>,
}

#[derive(Debug)]
struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

/// How many jobs wait for the writer before those who bring more wait themselves.
const QUEUE: usize = 1_024;

impl Sqlite {
    /// Opens the file, or a database in memory, and starts its writer.
    pub(crate) fn open(file: Option<&Path>, options: &OpenOptions) -> Result<Self> {
        let (connection, readers) = match file {
            None => (open::memory(&options.clock)?, None),
            Some(file) => {
                let connection = open::file(file, options)?;
                let readers = Readers {
                    file: file.to_owned(),
                    idle: Mutex::default(),
                    places: Arc::new(Semaphore::new(options.readers.max(1))),
                };
                (connection, Some(Arc::new(readers)))
            }
        };
        let (jobs, queue) = mpsc::channel(QUEUE);
        let outside = Outside {
            clock: Arc::clone(&options.clock),
            random: Arc::clone(&options.random),
        };
        writer::start((connection, file), queue, outside, options.durable)?;
        Ok(Self { jobs, readers })
    }

    /// Runs something in the writer's next transaction; answers after the commit.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        terms: Terms,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job = Job::new(terms, work, answer);
        self.jobs.send(Message::Job(job)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Runs something on one of the readers.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(readers) = self.readers.clone() else {
            return self.write(Terms::SMALL, move |writing| work(writing.connection)).await;
        };
        let place = Arc::clone(&readers.places)
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let done = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let result = work(&connection);
            readers.give_back(connection);
            drop(place);
            result
        });
        done.await
            .map_err(|error| Error::ours("a reader of the database broke off").because(error))?
    }

    /// Waits for what is queued and closes everything.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if let Some(readers) = &self.readers {
            readers.places.close();
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        if self.jobs.send(Message::Stop(done)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// The file, where there is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.readers.as_ref().map(|readers| readers.file.as_path())
    }
}

impl Readers {
    fn take(&self) -> Result<Connection> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(connection),
            None => open::reader(&self.file),
        }
    }

    fn give_back(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}

fn closed() -> Error {
    Error::unavailable("the store is closed, or its writer has ended").help("restart the program; its log says why")
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(Some(value)) => ToSqlOutput::Owned(SqlValue::Integer(*value)),
            Self::Real(Some(value)) => ToSqlOutput::Owned(SqlValue::Real(*value)),
            Self::Text(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Bytes(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Self::Int(None) | Self::Real(None) | Self::Text(None) | Self::Bytes(None) => {
                ToSqlOutput::Owned(SqlValue::Null)
            }
        })
    }
}

/// The rows that a statement gives.
pub(crate) fn rows(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let value = |column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => Value::Text(None),
                ValueRef::Integer(value) => Value::Int(Some(value)),
                ValueRef::Real(value) => Value::Real(Some(value)),
                ValueRef::Text(value) => Value::Text(Some(String::from_utf8_lossy(value).into_owned())),
                ValueRef::Blob(value) => Value::Bytes(Some(value.to_vec())),
            })
        };
        found.push(Row((0..columns).map(value).collect::<Result<_>>()?));
    }
    Ok(found)
}

/// Says what SQLite could not do in words that help.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let told = match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                Self::unavailable("another process holds the database").help("try again in a moment")
            }
            Some(Code::DiskFull) => Self::unavailable("the disk is full; nothing was stored")
                .help("free some space where the data directory is, then try again"),
            Some(Code::ReadOnly) => Self::unavailable("the database is read-only")
                .help("check who owns the data directory and its files, and that the disk is not mounted read-only"),
            Some(Code::CannotOpen | Code::PermissionDenied) => Self::unavailable("the database file cannot be opened")
                .help("check that the data directory exists and that this user may write to it"),
            Some(Code::SystemIoFailure) => {
                Self::unavailable("the disk failed to read or write").help("look into the system's log; check the disk")
            }
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
                Self::ours("the database file is damaged, or is none of ours")
                    .help("run 'commonwatch doctor'; restore a backup with 'commonwatch restore'")
            }
            Some(Code::ConstraintViolation) => violation(&error),
            Some(Code::TooBig) => Self::input("a value is too large for the database"),
            _ => Self::ours(format!("the database refused a statement: {error}")),
        };
        told.because(error)
    }
}

fn violation(error: &rusqlite::Error) -> Error {
    let detail = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.as_str(),
        _ => "",
    };
    // As in "UNIQUE constraint failed: member.name".
    match detail.rsplit_once(": ") {
        Some((what, columns)) if what.starts_with("UNIQUE") => crate::db::taken(columns),
        _ if detail.starts_with("FOREIGN KEY") => Error::new(
            ErrorKind::Conflict,
            "it refers to something that is not there, or is still referred to",
        ),
        _ => Error::ours(format!("the database refused a row: {detail}")),
    }
}
