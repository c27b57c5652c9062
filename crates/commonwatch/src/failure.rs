//! How a command ends when it does not do what was asked: a sentence, what to do, and an exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use store::ErrorKind;

/// What an exit code means; the help text lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something was found or refused; the output says what.
    Found,
    /// The command line or an input is wrong.
    Input,
    /// Not allowed, or not there.
    Refused,
    /// Not available now.
    Unavailable,
    /// A fault of the program.
    Ours,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A failure with a sentence.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
        }
    }

    /// An input that is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// Ends with the code for "something was found or refused"; what it was has been printed.
    pub fn found() -> Self {
        Self::new(Kind::Found, "")
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the command line or an input is wrong.
    pub fn is_input(&self) -> bool {
        self.kind == Kind::Input
    }

    /// Whether the data may be damaged.
    pub fn is_ours(&self) -> bool {
        self.kind == Kind::Ours
    }

    /// What can be done about it.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What went wrong; empty where it has been printed.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Found => 1,
            Kind::Input => 2,
            Kind::Refused => 3,
            Kind::Unavailable => 4,
            Kind::Ours => 5,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<node::Error> for Failure {
    fn from(error: node::Error) -> Self {
        let message = error.to_string();
        match error {
            node::Error::Input(_) | node::Error::Conflict(_) => Self::new(Kind::Input, message),
            node::Error::NotAllowed(_) | node::Error::ProofNeeded(_) | node::Error::NotFound(_) => {
                Self::new(Kind::Refused, message)
            }
            node::Error::Unavailable(_) => Self::new(Kind::Unavailable, message),
            node::Error::Ours(_) => Self::new(Kind::Ours, message),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Input | ErrorKind::Conflict | ErrorKind::Newer => Kind::Input,
            ErrorKind::NotFound => Kind::Refused,
            ErrorKind::Unavailable => Kind::Unavailable,
            ErrorKind::Ours => Kind::Ours,
        };
        Self {
            kind,
            message: error.what().to_owned(),
            help: error.advice().map(str::to_owned),
        }
    }
}

impl From<stix::Problem> for Failure {
    fn from(problem: stix::Problem) -> Self {
        Self::input(problem.to_string())
    }
}

/// A file that could not be read or written, with its name.
pub fn file(what: &str, path: &std::path::Path, error: &io::Error) -> Failure {
    let failure = Failure::input(format!("{} cannot be {what}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound if what == "read" => failure.help("check the name and the directory you are in"),
        io::ErrorKind::NotFound => failure.help("the directory that it would be in is not there"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            failure.help("act as a user who may, or choose another place")
        }
        io::ErrorKind::StorageFull => failure.help("make room on the disk, or choose another place"),
        _ => failure,
    }
}
