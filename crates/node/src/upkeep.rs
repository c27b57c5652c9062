//! Upkeep from the page of the node: backups, and when the last one was made.

use std::path::{Path, PathBuf};

use policy::{Action, decide};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use tokio::sync::Semaphore;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// The setting that says when the last backup was made, and where it is.
const LAST: &str = "last-backup";
/// Backups that are kept in the folder; older ones go.
pub const KEPT: usize = 5;
/// A backup older than so many days is old.
pub const OLD_DAYS: i64 = 7;
/// How files of this folder are called.
const BEGINS: &str = "commonwatch-";
const ENDS: &str = ".db";
/// One at a time.
static TURN: Semaphore = Semaphore::const_new(1);

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMade {
    /// When.
    pub at: Timestamp,
    /// The file.
    pub file: String,
}

impl Node {
    /// The last backup that was made with this program; none where none was.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn backup_last(&self) -> Result<Option<BackupMade>, Error> {
        let text = self.store().setting_get(LAST).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The same, for operators.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn backup_state(&self, caller: &Caller) -> Result<Option<BackupMade>, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        self.backup_last().await
    }

    /// Notes that a backup was made.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn backup_note(&self, file: &Path) -> Result<BackupMade, Error> {
        let made = BackupMade {
            at: self.now(),
            file: file.display().to_string(),
        };
        let text = serde_json::to_string(&made).map_err(|error| Error::Ours(error.to_string()))?;
        self.store().setting_put(LAST, &text).await?;
        Ok(made)
    }

    /// Makes a backup in the folder for them, while the node is in use; of those, the newest few stay.
    ///
    /// # Errors
    /// When the caller is no operator, this node has no such folder, or the file cannot be written.
    pub async fn backup_make(&self, caller: &Caller) -> Result<BackupMade, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let Some(folder) = self.settings().backups.clone() else {
            let help = "make it on the machine: commonwatch backup FILE, or pg_dump for PostgreSQL";
            return Err(bad("no-folder", "this node makes no backups from a page", help));
        };
        let Ok(_turn) = TURN.try_acquire() else {
            return Err(Error::Conflict("a backup is being made".to_owned()));
        };
        private(&folder)?;
        let at: String = self
            .now()
            .to_string()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let file = folder.join(format!("{BEGINS}{at}{ENDS}"));
        self.store().backup(&file).await?;
        let made = self.backup_note(&file).await?;
        forget_old(&folder)?;
        Ok(made)
    }
}

fn failed(folder: &Path, error: &std::io::Error) -> Error {
    Error::Ours(format!("{} cannot be used for backups: {error}", folder.display()))
}

/// Makes the folder, for its owner alone.
fn private(folder: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| failed(folder, &error))
}

/// Removes the oldest of the files that were made here; their names are in the order of time.
fn forget_old(folder: &Path) -> Result<(), Error> {
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(BEGINS) && name.ends_with(ENDS))
    };
    let mut ours: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_ours).collect();
    ours.sort();
    let many = ours.len().saturating_sub(KEPT);
    for old in ours.into_iter().take(many) {
        std::fs::remove_file(&old).map_err(|error| failed(&old, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{KEPT, forget_old};

    #[test]
    fn the_newest_backups_stay_and_what_is_not_ours_stays_too() {
        let folder = tempfile::tempdir().unwrap();
        for name in (0..KEPT + 2)
            .map(|number| format!("commonwatch-2026{number}.db"))
            .chain(["keep.db".to_owned()])
        {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        forget_old(folder.path()).unwrap();
        let there = |name: &str| folder.path().join(name).exists();
        assert!(!there("commonwatch-20260.db") && !there("commonwatch-20261.db"));
        assert!(there("commonwatch-20262.db") && there("commonwatch-20266.db") && there("keep.db"));
    }
}
