//! Logs of one event a line.

/// What a whole line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `{` … `}`.
    Braces,
    /// So many tabs.
    Tabs(u32),
    /// Anything.
    Any,
}
