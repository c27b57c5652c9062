//! Why a line is not what its layout says.

/// Why a line could not be read, or only in part. What was read before the fault stays in the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The line ends in the middle of a value: a writer that was stopped, or a rotation.
    #[error("the line is cut off: it ends in the middle of a value or before its last column")]
    CutOff,
    /// The line is something else than the layout of this input.
    #[error("the line is not {0}")]
    NotThis(&'static str),
    /// A column more than the header names.
    #[error("the line has {found} columns, its header names {expected}")]
    TooManyColumns {
        /// As the header says.
        expected: usize,
        /// As the line has them.
        found: usize,
    },
    /// Something follows where the line should end.
    #[error("more follows after the end of the object")]
    Trailing,
    /// A character where the format does not allow it.
    #[error("byte {0} of the line is not what the format allows there")]
    Unexpected(usize),
    /// Objects or lists inside each other, more than [`MOST_DEPTH`](super::MOST_DEPTH) of them.
    #[error("values are nested deeper than {limit} levels, the limit", limit = super::MOST_DEPTH)]
    TooDeep,
    /// More values than [`MOST_FIELDS`](super::MOST_FIELDS).
    #[error("the line has more than {limit} values, the limit", limit = super::MOST_FIELDS)]
    TooManyFields,
}

impl Malformed {
    /// Stable short name in lower-case-with-hyphens.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CutOff => "line-cut-off",
            Self::NotThis(_) => "line-of-another-format",
            Self::TooManyColumns { .. } => "too-many-columns",
            Self::Trailing => "line-goes-on",
            Self::Unexpected(_) => "unexpected-character",
            Self::TooDeep => "nested-too-deep",
            Self::TooManyFields => "too-many-fields",
        }
    }
}
