//! Opens database files and sets them up.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::migrate::{APPLIED, Applied, CREATE, MIGRATIONS, REMEMBER, digest, pending};
use crate::open::{Clock, OpenOptions};
use crate::{Error, Result};

/// Page cache of the writer: it holds the upper levels of every index. In KiB.
const WRITER_CACHE: i64 = 32 << 10;
/// Page cache of a reader. In KiB.
const READER_CACHE: i64 = 4 << 10;
/// Statements kept prepared on a connection.
const STATEMENTS: usize = 128;
/// How long a connection waits for another process, in milliseconds.
const WAIT: i64 = 10_000;

/// Opens the file to write, makes it where wanted, and brings its schema up to date.
pub(super) fn file(file: &Path, options: &OpenOptions) -> Result<Connection> {
    let there = file.exists();
    if !there && !options.create {
        return Err(Error::not_found(format!("there is no store at {}", file.display()))
            .help("make one with 'commonwatch init', or name the right data directory"));
    }
    if !there {
        make(file)?;
    }
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(|error| at(file, error))?;
    set_up(&connection, WRITER_CACHE).map_err(|error| at(file, error))?;
    // What was taken back is written over: nobody who gets hold of the file later reads it. So is what else is
    // deleted; the only thing deleted in numbers are messages of reports that were added up.
    connection
        .pragma_update(None, "secure_delete", true)
        .map_err(|error| at(file, error))?;
    migrate(&connection, &options.clock)?;
    Ok(connection)
}

/// Opens a database in memory.
pub(super) fn memory(clock: &Clock) -> Result<Connection> {
    let connection = Connection::open_in_memory()?;
    set_up(&connection, WRITER_CACHE)?;
    migrate(&connection, clock)?;
    Ok(connection)
}

/// Opens the file to read.
pub(super) fn reader(file: &Path) -> Result<Connection> {
    // Not read-only for the file system: a reader of a write-ahead log keeps its place in a file beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| at(file, error))?;
    set_up(&connection, READER_CACHE).map_err(|error| at(file, error))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Opens the file to move what was committed to its place.
pub(super) fn checkpoints(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| at(file, error))?;
    set_up(&connection, READER_CACHE).map_err(|error| at(file, error))?;
    Ok(connection)
}

/// Checks that a file is a whole store of a schema that this program knows; gives the connection, which changes nothing.
pub(super) fn check(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| at(file, error))?;
    let there = "select count(*) from sqlite_schema where type = 'table' and name in ('migration', 'head')";
    let tables: i64 = connection
        .query_row(there, [], |row| row.get(0))
        .map_err(|error| at(file, error))?;
    if tables != 2 {
        return Err(
            Error::input(format!("{} is not a store of this program", file.display()))
                .help("name a file that 'commonwatch backup' made"),
        );
    }
    pending(MIGRATIONS, |step| step.sqlite, &applied(&connection)?)?;
    Ok(connection)
}

/// Makes an empty file that only its owner may read: it will hold what was shared in confidence.
pub(super) fn make(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::unavailable(format!(
                "the data directory {} cannot be made: {error}",
                folder.display()
            ))
            .because(error)
        })?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).map_err(|error| {
        Error::unavailable(format!("{} cannot be made: {error}", file.display()))
            .help("check that this user may write to the data directory")
            .because(error)
    })
}

fn set_up(connection: &Connection, cache: i64) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan holds whatever is asked: otherwise a statement is prepared anew whenever a bound value changes that the
    // planner might have looked at, which cost a quarter of judging contributions.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "busy_timeout", WAIT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -cache)
}

fn applied(connection: &Connection) -> Result<Vec<Applied>> {
    let mut statement = connection.prepare(APPLIED)?;
    let rows = statement.query_map([], |row| {
        Ok(Applied {
            number: row.get(0)?,
            name: row.get(1)?,
            digest: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn migrate(connection: &Connection, clock: &Clock) -> Result<()> {
    connection.execute_batch(CREATE)?;
    if pending(MIGRATIONS, |step| step.sqlite, &applied(connection)?)?.is_empty() {
        return Ok(());
    }
    connection.execute_batch("begin immediate")?;
    let done = steps(connection, clock);
    connection.execute_batch(if done.is_ok() { "commit" } else { "rollback" })?;
    done
}

/// Another process may have been quicker while this one waited for the lock, so the list is read again under it.
fn steps(connection: &Connection, clock: &Clock) -> Result<()> {
    for step in pending(MIGRATIONS, |step| step.sqlite, &applied(connection)?)? {
        connection.execute_batch(step.sqlite)?;
        connection.execute(
            REMEMBER,
            rusqlite::params![step.number, step.name, digest(step.sqlite), clock().micros()],
        )?;
    }
    Ok(())
}

pub(super) fn at(file: &Path, error: rusqlite::Error) -> Error {
    let told = Error::from(error);
    let with_file = Error::new(told.kind(), format!("{}: {}", file.display(), told.what()));
    let with_file = match told.advice() {
        Some(help) => with_file.help(help),
        None => with_file,
    };
    with_file.because(told)
}
