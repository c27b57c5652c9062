//! Upkeep: backup, restore, and the doctor. These look at everything and give no bodies.

use std::path::{Path, PathBuf};

use crate::db::Db;
use crate::sqlite::files;
use crate::{DATABASE_FILE, Error, Location, OpenOptions, Result, Store};

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    /// Good to know.
    Note,
    /// Should be looked after.
    Warning,
    /// Damage.
    Error,
}

/// Something the doctor found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: FindingSeverity,
    /// What it is.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl Store {
    /// Copies the whole store to a new file while it is in use. On PostgreSQL that is the work of `pg_dump`.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let Db::Sqlite(sqlite) = &self.db else {
            return Err(
                Error::input("a store on PostgreSQL is backed up with the tools of PostgreSQL")
                    .help("run 'pg_dump --format=custom --file=FILE URL', and 'pg_restore' to bring it back"),
            );
        };
        let Some(from) = sqlite.file().map(Path::to_owned) else {
            return Err(Error::input("a store in memory is not backed up"));
        };
        let to = to.to_owned();
        blocking(move || files::copy(&from, &to)).await
    }

    /// Puts a backup in the place of a store that nobody has open, after checking all of it: a newer schema, damage, or a
    /// ledger that does not fit its root is refused, and nothing is changed then. What was there is kept beside it, under
    /// the name that is given back.
    pub async fn restore(from: &Path, to: &Location, options: OpenOptions) -> Result<Option<PathBuf>> {
        let Location::Sqlite(folder) = to else {
            return Err(
                Error::input("a store on PostgreSQL is restored with the tools of PostgreSQL")
                    .help("run 'pg_restore --dbname=URL FILE'"),
            );
        };
        let trial = folder.join("restoring");
        let (copy_from, copy_to) = (from.to_owned(), trial.join(DATABASE_FILE));
        blocking(move || files::begin_trial(&copy_from, &copy_to)).await?;
        let checked = check_trial(&trial, options).await;
        if let Err(error) = checked {
            blocking(move || files::remove(&trial)).await?;
            return Err(error);
        }
        let file = folder.join(DATABASE_FILE);
        blocking(move || files::put_in_place(&trial, &file)).await
    }

    /// Checks everything that can be checked. Nothing found: all is well.
    pub async fn doctor(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Db::Sqlite(sqlite) = &self.db {
            for what in sqlite.read(files::damage).await? {
                findings.push(Finding {
                    severity: FindingSeverity::Error,
                    what,
                    help: "stop the server, keep the file, and restore a backup with 'commonwatch restore'".to_owned(),
                });
            }
        }
        findings.extend(self.check_ledger().await?);
        findings.extend(self.check_objects().await?);
        Ok(findings)
    }
}

async fn check_trial(trial: &Path, options: OpenOptions) -> Result<()> {
    let store = Store::open(&Location::Sqlite(trial.to_owned()), options).await?;
    let findings = store.doctor().await;
    store.close().await;
    let bad = findings?
        .into_iter()
        .find(|finding| finding.severity == FindingSeverity::Error);
    match bad {
        Some(finding) => Err(Error::input(format!(
            "the backup is damaged and was not put in place: {}",
            finding.what
        ))
        .help("restore an older backup")),
        None => Ok(()),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::ours("work on the files of the store broke off").because(error))?
}
