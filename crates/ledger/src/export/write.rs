//! Writes an export, and refuses to finish one that would not verify.

use std::io::Write;

use super::{ExportError, Format, Header, HeaderLine, LeafLine};
use crate::entry::{Commitment, OpenedEntry};
use crate::frontier::Frontier;

/// Writes an export to wherever the caller likes, a leaf at a time.
#[derive(Debug)]
pub struct ExportWriter<W> {
    out: W,
    header: Header,
    frontier: Frontier,
}

impl<W: Write> ExportWriter<W> {
    /// Writes the header, after checking that the key signed the checkpoint.
    pub fn new(mut out: W, header: Header) -> Result<Self, ExportError> {
        header.checkpoint.verify(&header.key).map_err(ExportError::Checkpoint)?;
        let line = HeaderLine {
            format: Format::V1,
            origin: header.key.name().into(),
            key: header.key.to_string().into(),
            checkpoint: header.checkpoint.clone(),
        };
        write_line(&mut out, &line, 1)?;
        Ok(Self {
            out,
            header,
            frontier: Frontier::new(),
        })
    }

    /// Writes the next leaf, with its entry where the holder of the export may read it.
    pub fn leaf(&mut self, commitment: Commitment, entry: Option<OpenedEntry>) -> Result<(), ExportError> {
        let position = self.frontier.size();
        let (line, size) = (position + 2, self.header.checkpoint.unverified().size);
        if let Some(entry) = &entry {
            let source = |source| ExportError::Entry { line, position, source };
            if entry.as_entry().commitment().map_err(source)? != commitment {
                return Err(ExportError::Commitment { line, position });
            }
        }
        let surplus = ExportError::Surplus { line, expected: size };
        if position >= size || self.frontier.append(commitment.leaf_hash()).is_err() {
            return Err(surplus);
        }
        let leaf = LeafLine {
            position,
            commitment,
            entry,
        };
        write_line(&mut self.out, &leaf, line)
    }

    /// Ends the export: all leaves must have been written, and lead to the signed root.
    pub fn finish(mut self) -> Result<W, ExportError> {
        let checkpoint = self.header.checkpoint.unverified();
        let found = self.frontier.size();
        if found != checkpoint.size {
            return Err(ExportError::Truncated {
                line: found + 1,
                expected: checkpoint.size,
                found,
            });
        }
        if self.frontier.root() != checkpoint.root {
            return Err(ExportError::Root {
                size: found,
                computed: self.frontier.root(),
                stated: checkpoint.root,
            });
        }
        match self.out.flush() {
            Ok(()) => Ok(self.out),
            Err(source) => Err(ExportError::Io {
                line: found + 1,
                source,
            }),
        }
    }
}

fn write_line(out: &mut impl Write, value: &impl serde::Serialize, line: u64) -> Result<(), ExportError> {
    let written = serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from);
    written
        .and_then(|()| out.write_all(b"\n"))
        .map_err(|source| ExportError::Io { line, source })
}
