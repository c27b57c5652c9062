//! Reads an export line by line and checks all that it claims.

use std::io::{BufRead, Read as _};

use serde::Deserialize;

use super::{ExportError, Header, HeaderLine, LeafLine, MAX_LINE};
use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::frontier::Frontier;
use crate::key::VerifyingKey;

/// What an export was found to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint that all its leaves lead to.
    pub checkpoint: Checkpoint,
    /// How many of the leaves came with their entry; each of those fits its commitment.
    pub opened: u64,
    /// The earlier checkpoint that the log grew from, where one was given.
    pub earlier: Option<Checkpoint>,
}

/// Reads the first line of an export, to learn which key and checkpoint it claims.
pub fn read_header(reader: impl BufRead) -> Result<Header, ExportError> {
    Lines::new(reader).header()
}

/// Checks a whole export: the signature, every leaf in its place, every entry against its commitment, the root over all
/// leaves, and, where an earlier checkpoint is given, that the log still begins with what it held then.
///
/// Memory does not grow with the file: one line of at most [`MAX_LINE`] bytes and one frontier are held.
pub fn verify_export(
    reader: impl BufRead,
    key: &VerifyingKey,
    earlier: Option<&SignedCheckpoint>,
) -> Result<Report, ExportError> {
    let mut lines = Lines::new(reader);
    let header = lines.header()?;
    if header.key != *key {
        return Err(ExportError::OtherKey {
            found: header.key.to_string(),
            trusted: key.to_string(),
        });
    }
    let checkpoint = header.checkpoint.verify(key).map_err(ExportError::Checkpoint)?;
    let earlier = match earlier {
        Some(earlier) => Some(earlier.verify(key).map_err(ExportError::Earlier)?),
        None => None,
    };
    if let Some(earlier) = earlier
        && earlier.size > checkpoint.size
    {
        return Err(ExportError::Shrunk {
            earlier: earlier.size,
            size: checkpoint.size,
        });
    }
    let mut frontier = Frontier::new();
    let mut opened = 0;
    begins_with(earlier, &frontier)?;
    while let Some(leaf) = lines.next::<LeafLine>()? {
        let line = lines.line;
        let expected = frontier.size();
        if expected == checkpoint.size {
            return Err(ExportError::Surplus { line, expected });
        }
        if leaf.position != expected {
            return Err(ExportError::Position {
                line,
                expected,
                found: leaf.position,
            });
        }
        let position = leaf.position;
        if let Some(entry) = leaf.entry {
            let source = |source| ExportError::Entry { line, position, source };
            if entry.as_entry().commitment().map_err(source)? != leaf.commitment {
                return Err(ExportError::Commitment { line, position });
            }
            opened += 1;
        }
        // The size was checked against the checkpoint's, which is never beyond what a log may have.
        let surplus = |_| ExportError::Surplus { line, expected };
        frontier.append(leaf.commitment.leaf_hash()).map_err(surplus)?;
        begins_with(earlier, &frontier)?;
    }
    if frontier.size() != checkpoint.size {
        return Err(ExportError::Truncated {
            line: lines.line,
            expected: checkpoint.size,
            found: frontier.size(),
        });
    }
    if frontier.root() != checkpoint.root {
        return Err(ExportError::Root {
            size: checkpoint.size,
            computed: frontier.root(),
            stated: checkpoint.root,
        });
    }
    Ok(Report {
        checkpoint: checkpoint.clone(),
        opened,
        earlier: earlier.cloned(),
    })
}

/// Compares the roots when the log has just reached the size of the earlier checkpoint.
fn begins_with(earlier: Option<&Checkpoint>, frontier: &Frontier) -> Result<(), ExportError> {
    match earlier {
        Some(earlier) if earlier.size == frontier.size() && earlier.root != frontier.root() => {
            Err(ExportError::Rewritten {
                size: earlier.size,
                computed: frontier.root(),
                stated: earlier.root,
            })
        }
        _ => Ok(()),
    }
}

/// The lines of an export, one held at a time.
struct Lines<R> {
    reader: R,
    text: Vec<u8>,
    /// The number of the line last read, from 1.
    line: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            text: Vec::new(),
            line: 0,
        }
    }

    fn header(&mut self) -> Result<Header, ExportError> {
        let header: HeaderLine<'_> = self.next()?.ok_or(ExportError::Empty)?;
        let key: VerifyingKey = header.key.parse().map_err(ExportError::HeaderKey)?;
        let checkpoint = header.checkpoint;
        if header.origin != key.name() || checkpoint.unverified().origin != key.name() {
            return Err(ExportError::HeaderOrigin {
                origin: header.origin.into_owned(),
                checkpoint: checkpoint.unverified().origin.clone(),
                key: key.name().to_owned(),
            });
        }
        Ok(Header { key, checkpoint })
    }

    fn next<'a, T: Deserialize<'a>>(&'a mut self) -> Result<Option<T>, ExportError> {
        self.line += 1;
        let line = self.line;
        self.text.clear();
        let mut bounded = (&mut self.reader).take(MAX_LINE as u64 + 1);
        let read = bounded.read_until(b'\n', &mut self.text);
        match read {
            Err(source) => Err(ExportError::Io { line, source }),
            Ok(0) => Ok(None),
            Ok(length) if length > MAX_LINE => Err(ExportError::LineTooLong { line }),
            Ok(_) => match serde_json::from_slice(&self.text) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(ExportError::Malformed {
                    line,
                    what: described(&error),
                }),
            },
        }
    }
}

/// What a JSON error says, with its column only: the line is that of the file, not of the one line that was parsed.
fn described(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("{what} (column {})", error.column())
}
