//! What a use case answers when it does not do what was asked: five kinds (one of them in two shades), each with a sentence that says what to do.

use stix::Problem;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was sent cannot be used: the sender must change it.
    #[error("{0}")]
    Input(Box<Problem>),
    /// The caller may not do this; they may know that it exists.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// The caller may, once they have shown again that it is them.
    #[error("{0}")]
    ProofNeeded(&'static str),
    /// There is no such thing, or it is not for this caller: the two are never told apart.
    #[error("{0}")]
    NotFound(String),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// It cannot be done just now; the same request may work later.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("{0}")]
    Ours(String),
}

impl Error {
    /// A refusal of policy: hidden refusals look like absence.
    pub fn refused(refusal: policy::Refusal, absent: &str) -> Self {
        if refusal.hidden {
            Self::NotFound(absent.to_owned())
        } else if refusal.unproven {
            Self::ProofNeeded(refusal.why)
        } else {
            Self::NotAllowed(refusal.why)
        }
    }

    /// An input problem.
    pub fn input(problem: Problem) -> Self {
        Self::Input(Box::new(problem))
    }
}

/// An input that cannot be used, with what to do.
pub(crate) fn bad(code: &'static str, message: impl Into<String>, help: &str) -> Error {
    Error::input(Problem::error(code, stix::Place::default(), message).help(help))
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::input(problem)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            store::ErrorKind::Input => Self::input(Problem::error("refused-by-store", stix::Place::default(), text)),
            store::ErrorKind::NotFound => Self::NotFound(text),
            store::ErrorKind::Conflict => Self::Conflict(text),
            store::ErrorKind::Unavailable => Self::Unavailable(text),
            store::ErrorKind::Newer | store::ErrorKind::Ours => Self::Ours(text),
        }
    }
}
