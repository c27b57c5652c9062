//! Free text and Markdown.

use stix::Problem;

use super::report;
use crate::{ReadOptions, Sink};

/// Reads a text as a report.
pub fn read(text: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    report::read(None, text, options, sink)
}

/// Reads a text as a report whose title is known.
pub(crate) fn read_titled(
    title: Option<&str>,
    text: &str,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    report::read(title, text, options, sink)
}
