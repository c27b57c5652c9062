//! Upkeep: backup, restore, and the doctor. These look at everything and give no bodies.

use std::path::Path;

use crate::{Location, Result, Store};

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
    /// Copies the whole store to a new file while it is in use (SQLite; for PostgreSQL the error names `pg_dump`).
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let _ = to;
        Err(crate::unbuilt())
    }

    /// Puts a backup in the place of a store that nobody has open, after checking it; keeps what was there beside it.
    pub async fn restore(from: &Path, to: &Location) -> Result<()> {
        let _ = (from, to);
        Err(crate::unbuilt())
    }

    /// Checks everything that can be checked. Nothing found: all is well.
    pub async fn doctor(&self) -> Result<Vec<Finding>> {
        Err(crate::unbuilt())
    }
}
