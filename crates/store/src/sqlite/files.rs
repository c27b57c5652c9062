//! Database files as files: copied, checked, put in each other's place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::open::{at, check, make};
use crate::{Error, Result};

/// The files that belong to a database file while it is open.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Copies a database that may be in use to a file that is not there yet. The copy is one state of it, whole.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::conflict(format!("{} is there already", to.display()))
            .help("name a file that is not there; backups are never overwritten"));
    }
    let part = with_ending(to, ".part");
    copy_pages(from, &part)?;
    rename(&part, to)
}

/// Copies a backup to where it can be opened and checked.
pub(crate) fn begin_trial(from: &Path, to: &Path) -> Result<()> {
    drop(check(from)?);
    if let Some(folder) = to.parent() {
        remove(folder)?;
    }
    copy_pages(from, to)
}

fn copy_pages(from: &Path, to: &Path) -> Result<()> {
    let source = check(from)?;
    make(to)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags).map_err(|error| at(to, error))?;
    // All pages in one step: one state, while others go on writing to the log beside the file.
    Backup::new(&source, &mut copy)
        .and_then(|backup| backup.step(-1))
        .map_err(|error| at(to, error))?;
    copy.execute_batch("pragma journal_mode = delete")
        .map_err(|error| at(to, error))?;
    drop(copy);
    let file = std::fs::File::open(to).and_then(|file| file.sync_all());
    file.map_err(|error| failed("written to the disk", to, error))
}

/// Moves a checked database to its place, and what was there to a name beside it, which is given back.
pub(crate) fn put_in_place(trial: &Path, file: &Path) -> Result<Option<PathBuf>> {
    let kept = match file.exists() {
        true => {
            unused(file)?;
            let kept = free_name(file);
            for ending in std::iter::once("").chain(BESIDE) {
                let beside = with_ending(file, ending);
                if beside.exists() {
                    rename(&beside, &with_ending(&kept, ending))?;
                }
            }
            Some(kept)
        }
        false => None,
    };
    let name = file.file_name().map(OsString::from).unwrap_or_default();
    rename(&trial.join(name), file)?;
    remove(trial)?;
    Ok(kept)
}

/// Makes sure that no process has the database open: an exclusive lock is refused while any connection is.
fn unused(file: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let free = Connection::open_with_flags(file, flags).and_then(|connection| {
        connection.execute_batch("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive; rollback")
    });
    match free.as_ref().map_err(rusqlite::Error::sqlite_error_code) {
        Err(Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)) => {
            Err(Error::unavailable(format!("{} is in use", file.display()))
                .help("stop the server and every other command on it, then restore"))
        }
        // A damaged one may be replaced: that is what backups are for.
        _ => Ok(()),
    }
}

/// Removes a folder of ours with all that is in it, where it is there.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("removed", folder, error)),
        _ => Ok(()),
    }
}

/// What SQLite itself finds wrong with a file.
pub(crate) fn damage(connection: &Connection) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut statement = connection.prepare("pragma integrity_check(20)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            found.push(format!("the database file is damaged: {line}"));
        }
    }
    let mut statement = connection.prepare("select \"table\", count(*) from pragma_foreign_key_check group by 1")?;
    let lines = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for line in lines {
        let (table, count) = line?;
        found.push(format!("{count} rows of {table} refer to something that is not there"));
    }
    Ok(found)
}

fn free_name(file: &Path) -> PathBuf {
    let names = (1..).map(|number| with_ending(file, &format!(".before-restore-{number}")));
    names
        .into_iter()
        .find(|name| !name.exists())
        .unwrap_or_else(|| with_ending(file, ".before-restore"))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| failed("moved into place", from, error))
}

fn failed(what: &str, file: &Path, error: std::io::Error) -> Error {
    Error::unavailable(format!("{} cannot be {what}: {error}", file.display())).because(error)
}
