//! Zeek's own format: columns separated by tabs under a header of lines that begin with `#`.

use std::borrow::Cow;
use std::sync::Arc;

use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{Meaning, put, zeek as names};
use super::text::{text, unescaped, unescaped_text};
use crate::event::Event;
use crate::role::Role;

/// What the header of a log said up to here.
#[derive(Clone, Debug)]
pub(super) struct Header {
    separator: u8,
    set_separator: u8,
    empty: Box<[u8]>,
    unset: Box<[u8]>,
    path: Box<str>,
    names: Box<[Box<str>]>,
    types: Box<[Box<str>]>,
    columns: Arc<[Column]>,
}

#[derive(Clone, Debug)]
struct Column {
    name: Cow<'static, str>,
    meaning: Meaning,
    /// Whether its values are sets or vectors.
    is_set: bool,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            separator: b'\t',
            set_separator: b',',
            empty: b"(empty)".as_slice().into(),
            unset: b"-".as_slice().into(),
            path: "".into(),
            names: Box::default(),
            types: Box::default(),
            columns: Arc::default(),
        }
    }
}

impl Header {
    /// Whether a line can be part of a header.
    pub fn begins(line: &[u8]) -> bool {
        line.starts_with(b"#separator ") || line.starts_with(b"#fields\t")
    }

    /// How many separators a line has.
    pub fn tabs(&self) -> Option<usize> {
        (self.separator == b'\t')
            .then(|| self.columns.len().checked_sub(1))
            .flatten()
    }

    /// The header with one more line, or none where the line changes nothing.
    pub fn with(&self, line: &[u8]) -> Option<Self> {
        if let Some(separator) = line.strip_prefix(b"#separator ") {
            // A header begins: nothing of the one before it counts any more.
            return Some(Self {
                separator: unescaped(separator).first().copied().unwrap_or(b'\t'),
                ..Self::default()
            });
        }
        let mut parts = line.strip_prefix(b"#")?.split(|byte| *byte == self.separator);
        let key = parts.next()?;
        let first = || parts.clone().next().unwrap_or_default();
        let mut header = self.clone();
        match key {
            b"set_separator" => header.set_separator = first().first().copied().unwrap_or(b','),
            b"empty_field" => header.empty = first().into(),
            b"unset_field" => header.unset = first().into(),
            b"path" => header.path = text(first()).into(),
            b"fields" => {
                header.names = texts(parts);
                header.types = Box::default();
            }
            b"types" => header.types = texts(parts),
            _ => return None,
        }
        header.columns = header.columns();
        Some(header)
    }

    fn columns(&self) -> Arc<[Column]> {
        let log = names::by_path(&self.path).or_else(|| {
            self.path
                .is_empty()
                .then(|| self.names.iter().find_map(|name| names::by_mark(name)))
                .flatten()
        });
        let columns = self.names.iter().enumerate().map(|(at, name)| {
            let kind = self.types.get(at).map_or("string", AsRef::as_ref);
            let (is_set, kind) = match kind.split_once('[') {
                Some(("set" | "vector", inner)) => (true, inner.trim_end_matches(']')),
                _ => (false, kind),
            };
            let (name, meaning) = match names::meaning(log, name) {
                Some((name, meaning)) => (Cow::Borrowed(name), meaning),
                None => (Cow::Owned(name.to_string()), Meaning::Is(by_type(kind))),
            };
            Column { name, meaning, is_set }
        });
        columns.collect()
    }

    /// Reads a data line.
    pub fn read<'l>(&self, line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
        let mut found = 0;
        for raw in line.split(|byte| *byte == self.separator) {
            match self.columns.get(found) {
                Some(column) => self.value(column, raw, event),
                // What no column names is looked at nevertheless.
                None => event.push("", text(raw), Role::Text),
            }
            found += 1;
            if found > super::MOST_FIELDS {
                return Err(Malformed::TooManyFields);
            }
        }
        join::add_url(event, "host+uri", Scheme::Http);
        match found.cmp(&self.columns.len()) {
            std::cmp::Ordering::Less => Err(Malformed::CutOff),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Malformed::TooManyColumns {
                expected: self.columns.len(),
                found,
            }),
        }
    }

    fn value<'l>(&self, column: &Column, raw: &'l [u8], event: &mut Event<'l>) {
        if *raw == *self.unset || *raw == *self.empty {
            return;
        }
        let name = || match &column.name {
            Cow::Borrowed(name) => Cow::Borrowed(*name),
            Cow::Owned(name) => Cow::Owned(name.clone()),
        };
        if !column.is_set {
            put(event, name(), unescaped_text(raw), column.meaning);
            return;
        }
        for element in raw
            .split(|byte| *byte == self.set_separator)
            .filter(|element| **element != *self.unset)
        {
            put(event, name(), unescaped_text(element), column.meaning);
        }
    }
}

/// What a type of Zeek says about values whose name says nothing.
fn by_type(kind: &str) -> Role {
    match kind {
        "addr" => Role::Address,
        "string" | "pattern" | "subnet" => Role::Text,
        _ => Role::Other,
    }
}

fn texts<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Box<[Box<str>]> {
    parts.map(|part| text(part).into()).collect()
}
