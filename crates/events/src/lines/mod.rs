//! Logs of one event a line.
//!
//! What a log is, its first lines say ([`Layout::detect`]); a line alone is recognised too ([`Layout::of_line`]), for
//! streams in which many programs write. A layout reads a line into an [`Event`] that borrows from it.
//!
//! | [`Layout::name`] | recognised by |
//! |---|---|
//! | `zeek-tsv` | `#separator`, `#fields` |
//! | `zeek-json`, `suricata-eve`, `windows-json`, `cloudtrail`, `json` | `{`, and the names in it |
//! | `w3c` | `#Fields:` (IIS, proxies) |
//! | `vpc-flow` | the names of its fields, or version, account and interface |
//! | `cef`, `leef` | `CEF:`, `LEEF:` |
//! | `web-access` | client, time in brackets, request in quotes (Apache, nginx) |
//! | `squid` | time with milliseconds, elapsed, client, `TCP_…/200` |
//! | `bind-query`, `unbound-query`, `pihole` | clients and names as these servers write them |
//! | `syslog` | a priority, or a time and a program; the message inside is recognised again |
//! | `pairs` | several `key=value` (iptables, FortiGate, logfmt) |
//! | `csv` | a line of names, and as many values in the next (comma, semicolon, tab) |
//! | `text` | nothing of these |
//!
//! The meaning of values comes from their names (the tables in `names/`). Names that no table knows are text. Caps: [`MOST_DEPTH`] and
//! [`MOST_FIELDS`] of a line; the caller caps the length of lines. Bytes that are not UTF-8 become U+FFFD in their value.

mod cef;
mod columns;
mod detect;
mod dns;
mod join;
mod json;
mod malformed;
mod names;
mod pairs;
mod scan;
mod squid;
mod syslog;
mod text;
mod times;
mod web;
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
    Table(Arc<columns::Table>),
    Cef,
    Leef,
    Web,
    Squid,
    Bind,
    Unbound,
    Pihole,
    Syslog,
    Pairs,
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
            Kind::Table(table) => table.name(),
            Kind::Cef => "cef",
            Kind::Leef => "leef",
            Kind::Web => "web-access",
            Kind::Squid => "squid",
            Kind::Bind => "bind-query",
            Kind::Unbound => "unbound-query",
            Kind::Pihole => "pihole",
            Kind::Syslog => "syslog",
            Kind::Pairs => "pairs",
            Kind::Text => "text",
        }
    }

    /// What a line says that may be a header or a comment: one that begins with `#`, or the first of an input.
    pub fn directive(&self, line: &[u8]) -> Directive {
        if line.first() != Some(&b'#') {
            return match &self.0 {
                Kind::Table(table) if table.is_header(line) => Directive::Ignored,
                _ => Directive::NotOne,
            };
        }
        let within = match &self.0 {
            Kind::ZeekTsv(header) => header.with(line).map(Self::zeek),
            _ => None,
        };
        match within.or_else(|| detect::begun_by(line)) {
            Some(layout) => Directive::Changes(layout),
            None if matches!(self.0, Kind::ZeekTsv(_) | Kind::Table(_)) => Directive::Ignored,
            None => Directive::NotOne,
        }
    }

    /// The number, from one, of the first line that can be an event: two where the first names the columns.
    pub fn first_data_line(&self) -> u64 {
        match &self.0 {
            Kind::Table(table) if table.has_header_line() => 2,
            _ => 1,
        }
    }

    /// Reads a line, without its line end, into an event, which is emptied first. What was read of a malformed line
    /// stays in the event.
    pub fn read<'l>(&self, line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
        event.clear();
        match &self.0 {
            Kind::Json(dialect) => json::read(*dialect, line, event),
            Kind::ZeekTsv(header) => header.read(line, event),
            Kind::Table(table) => table.read(line, event),
            Kind::Cef => cef::read_cef(line.trim_ascii_start(), event),
            Kind::Leef => cef::read_leef(line.trim_ascii_start(), event),
            Kind::Web => web::read(line, event),
            Kind::Squid => squid::read(line, event),
            Kind::Bind => dns::read_bind(line, event),
            Kind::Unbound => match detect::unbound_query(line) {
                Some((head, query)) => {
                    let time = head.get(1..).and_then(|head| text::cut(head, b']'));
                    event.time = time.and_then(|(time, _)| times::epoch(&text::text(time)));
                    dns::read_unbound(query, event)
                }
                None => plain(line, event),
            },
            Kind::Pihole | Kind::Syslog => syslog::read(line, event),
            Kind::Pairs => pairs::read(line, "message", event),
            Kind::Text => plain(line, event),
        }
    }

    /// What a whole line looks like.
    pub fn shape(&self) -> Shape {
        match &self.0 {
            Kind::Json(_) => Shape::Braces,
            Kind::ZeekTsv(header) => header.tabs().map_or(Shape::Any, Shape::Tabs),
            _ => Shape::Any,
        }
    }

    fn zeek(header: zeek::Header) -> Self {
        Self(Kind::ZeekTsv(Arc::new(header)))
    }

    fn table(table: columns::Table) -> Self {
        Self(Kind::Table(Arc::new(table)))
    }
}

/// A line of which nothing is known but that values may stand in it.
fn plain<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    event.push("line", text::text(line), Role::Text);
    Ok(())
}
