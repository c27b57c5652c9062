//! What can go wrong in the store, in five kinds that callers act on, each message saying what to do.
//!
//! | kind | use it when | who answers how |
//! |---|---|---|
//! | `Input` | what was handed in cannot be kept (an audience of nobody, a name too long) | 400/422, the user mends it |
//! | `NotFound` | it is not there, or not for this viewer: the same | 404 |
//! | `Conflict` | it is there already, or was changed meanwhile | 409 |
//! | `Unavailable` | the database cannot answer now: locked, full, read-only, not reachable | 503, try again |
//! | `Ours` | damage, a newer schema, a mistake in this program | 500, the operator acts |

use std::fmt;

/// Which of the five kinds an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was handed in cannot be kept.
    Input,
    /// It is not there, or not for this viewer.
    NotFound,
    /// It is there already, or was changed meanwhile.
    Conflict,
    /// The database cannot answer now; trying again may help.
    Unavailable,
    /// The schema was written by a newer program.
    Newer,
    /// Damage, or a mistake in this program.
    Ours,
}

/// Something the store could not do.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    help: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of every function of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// An error of a kind, with a sentence on what happened.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            help: None,
            source: None,
        }
    }

    /// Something that is not there or not for this viewer.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, what)
    }

    /// Something that is there already.
    pub fn conflict(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, what)
    }

    /// Something that cannot be kept.
    pub fn input(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, what)
    }

    /// Something that may work later.
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, what)
    }

    /// Damage, or a mistake of this program.
    pub fn ours(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Ours, what)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what lies under it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Which kind it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What happened, without what to do about it.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}
