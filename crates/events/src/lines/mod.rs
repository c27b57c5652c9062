//! Logs of one event a line.
//!
//! What a log is, its first lines say ([`Layout::detect`]); a line alone is recognised too ([`Layout::of_line`]), for
//! streams in which many programs write. A layout reads a line into an [`Event`] that borrows from it.
//!
//! | [`Layout::name`] | recognised by |
//! |---|---|
//! | `zeek-tsv` | `#separator`, `#fields` |
//! | `zeek-json`, `suricata-eve`, `windows-json`, `cloudtrail`, `json` | `{`, and the names in it |
//!
//! The meaning of values comes from their names ([`names`]). Names that no table knows are text. Caps: [`MOST_DEPTH`] and
//! [`MOST_FIELDS`] of a line; the caller caps the length of lines. Bytes that are not UTF-8 become U+FFFD in their value.

mod detect;
mod join;
mod json;
mod malformed;
mod names;
mod scan;
mod text;
mod times;
mod zeek;

use std::sync::Arc;

pub use malformed::Malformed;

use crate::event::Event;
use crate::role::Role;

/// Objects and lists inside each other, in one line.
pub const MOST_DEPTH: usize = 64;

/// Values in one line.
pub const MOST_FIELDS: usize = 16_384;

/// How the lines of an input are to be read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layout(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Json(json::Dialect),
    ZeekTsv(Arc<zeek::Header>),
    Text,
}

/// What a line says about those after it.
#[derive(Clone, Debug)]
pub enum Directive {
    /// It is an event (or broken).
    NotOne,
    /// Lines after it are of this layout.
    Changes(Layout),
    /// It is a comment, or says what is known.
    Ignored,
}

/// What a whole line looks like: a check that costs less than reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Begins with `{` and ends in `}`.
    Braces,
    /// Has exactly this many tabs.
    Tabs(usize),
    /// Nothing is known without reading it.
    Any,
}

impl Layout {
    /// The layout that the first bytes (up to 64 KiB) of an input show. Never fails: what nothing is known of is text.
    pub fn detect(head: &[u8]) -> Self {
        detect::detect(head)
    }

    /// The layout that one line shows by itself, in a stream in which every line can be of another.
    pub fn of_line(line: &[u8]) -> Self {
        detect::of_line(line)
    }

    /// Its short name.
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Kind::Json(dialect) => dialect.name(),
            Kind::ZeekTsv(_) => "zeek-tsv",
            Kind::Text => "text",
        }
    }

    /// What a line that may be a header or a comment says.
    pub fn directive(&self, line: &[u8]) -> Directive {
        match &self.0 {
            _ if zeek::Header::begins(line) && line.starts_with(b"#separator") => {
                Directive::Changes(Self::zeek(zeek::Header::default().with(line).unwrap_or_default()))
            }
            Kind::ZeekTsv(header) if line.first() == Some(&b'#') => match header.with(line) {
                Some(header) => Directive::Changes(Self::zeek(header)),
                None => Directive::Ignored,
            },
            _ => Directive::NotOne,
        }
    }

    /// Reads a line, without its line end, into an event, which is emptied first. What was read of a malformed line
    /// stays in the event.
    pub fn read<'l>(&self, line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
        event.clear();
        match &self.0 {
            Kind::Json(dialect) => json::read(*dialect, line, event),
            Kind::ZeekTsv(header) => header.read(line, event),
            Kind::Text => {
                event.push("line", String::from_utf8_lossy(line), Role::Text);
                Ok(())
            }
        }
    }

    /// What a whole line looks like.
    pub fn shape(&self) -> Shape {
        match &self.0 {
            Kind::Json(_) => Shape::Braces,
            Kind::ZeekTsv(header) => header.tabs().map_or(Shape::Any, Shape::Tabs),
            Kind::Text => Shape::Any,
        }
    }

    fn zeek(header: zeek::Header) -> Self {
        Self(Kind::ZeekTsv(Arc::new(header)))
    }
}
