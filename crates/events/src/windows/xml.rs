//! Windows events as XML: what `wevtutil`, Event Viewer and `Get-WinEvent … ToXml()` export.
//!
//! ```text
//! <Events>                 Event Viewer puts one around them, wevtutil none
//! └ Event
//!   ├ System               named as in event files: EventID, Provider_Name, Security_UserID
//!   ├ EventData            <Data Name="Image">…</Data>: Image; Data where there is no name
//!   ├ UserData             the name of the innermost element
//!   └ RenderingInfo        the message alone: the rest says in words what System says in numbers
//! ```
//!
//! Events are cut out of the input first and parsed one by one, so that a broken one costs nothing but itself, and an input of any
//! size takes the memory of one event. What PowerShell writes with `>` is UTF-16; it is read as well.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event as Part};
use stix::{Place, Problem};

use super::record::put;
use super::utf16::Utf8;
use crate::event::Event;
use crate::records::{Limits, Sink, Summary};

/// The name of this reader.
pub const FORMAT: &str = "windows-xml";

/// How far from the beginning it is looked what an input is.
const LOOKED_AT: usize = 4 << 10;
/// How much is read at a time.
const CHUNK: usize = 64 << 10;
/// Elements below each other; deeper ones are not read.
const DEEPEST: usize = 16;

const START: &[u8] = b"<Event";
const END: &[u8] = b"</Event>";

/// Whether an input is Windows events as XML, by its first bytes.
pub fn is_xml(head: &[u8]) -> bool {
    let mut text = Vec::new();
    // Errors are those of reading from memory: there are none.
    let _ = Utf8::new(head).take(LOOKED_AT as u64).read_to_end(&mut text);
    let mut text = text.as_slice();
    text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    if text.starts_with(b"<?xml") {
        text = memchr::memmem::find(text, b"?>").map_or(&[], |end| text[end + 2..].trim_ascii_start());
    }
    let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
    (text.starts_with(b"<Events") || start_of_event(text, 0) == Some(0))
        && start_of_event(text, 0).is_some()
        && (has(b"schemas.microsoft.com/win/2004/08/events") || has(b"<System>"))
}

/// Reads events to the end of the input.
///
/// # Errors
///
/// When the input cannot be read. Whatever is wrong with single events is told to the sink, and the rest is read.
pub fn read(input: impl Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let mut reading = Reading {
        input: Utf8::new(input),
        ended: false,
        buffer: Vec::new(),
        at: 0,
        limits,
        sink,
        summary: Summary {
            format: FORMAT,
            ..Summary::default()
        },
    };
    reading.all().map_err(|error| super::unreadable(&error))?;
    Ok(reading.summary)
}

struct Reading<'s, R> {
    input: Utf8<R>,
    ended: bool,
    buffer: Vec<u8>,
    /// What stands before it in the buffer is done with.
    at: usize,
    limits: &'s Limits,
    sink: &'s mut dyn Sink,
    summary: Summary,
}

impl<R: Read> Reading<'_, R> {
    /// Reads more; says whether there was more.
    fn fill(&mut self) -> std::io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let read = (&mut self.input).take(CHUNK as u64).read_to_end(&mut self.buffer)?;
        self.ended = read == 0;
        Ok(read > 0)
    }

    fn all(&mut self) -> std::io::Result<()> {
        loop {
            match start_of_event(&self.buffer, self.at) {
                Some(start) => {
                    self.at = start;
                    if self.element()?.is_break() {
                        return Ok(());
                    }
                }
                None => {
                    // What may be the beginning of a start stays.
                    self.at = self.at.max(self.buffer.len().saturating_sub(START.len()));
                    if !self.fill()? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Takes the event that begins here.
    fn element(&mut self) -> std::io::Result<ControlFlow<()>> {
        let mut seen = START.len();
        loop {
            let rest = &self.buffer[self.at..];
            let end = memchr::memmem::find(&rest[seen..], END).map(|end| seen + end + END.len());
            // One that begins before this one has ended: the end of this one was lost.
            let until = end.unwrap_or(rest.len());
            let next = start_of_event(&rest[..until], seen);
            if let Some(length) = next.or(end) {
                return Ok(self.event(length, next.is_none()));
            }
            if rest.len() > self.limits.record_bytes {
                self.too_large();
                return Ok(ControlFlow::Continue(()));
            }
            seen = rest.len().saturating_sub(END.len()).max(START.len());
            if !self.fill()? {
                return Ok(self.event(self.buffer.len() - self.at, false));
            }
        }
    }

    /// Reads the event of this many bytes and hands it over.
    fn event(&mut self, length: usize, is_whole: bool) -> ControlFlow<()> {
        let text = String::from_utf8_lossy(&self.buffer[self.at..self.at + length]);
        self.at += length;
        self.summary.records += 1;
        let mut event = Event::default();
        let read = fill(&text, &mut event);
        let mut flow = ControlFlow::Continue(());
        if read.is_ok() || !event.fields.is_empty() {
            self.summary.events += 1;
            flow = self.sink.event(self.summary.records, &event);
        }
        drop(event);
        drop(text);
        match read {
            _ if !is_whole => self.broken("xml-cut", "the event has no end; what is there is read".to_owned()),
            Err(why) => self.broken(
                "xml-broken-event",
                format!("the event cannot be read to its end: {why}"),
            ),
            Ok(()) => {}
        }
        flow
    }

    /// Leaves an event that is larger than it may be; the next one is looked for behind its beginning.
    fn too_large(&mut self) {
        self.at = self.buffer.len();
        self.summary.records += 1;
        let most = self.limits.record_bytes;
        self.broken(
            "record-too-large",
            format!("the event is larger than {most} bytes, the limit (record_bytes)"),
        );
    }

    fn broken(&mut self, code: &'static str, message: String) {
        self.summary.broken += 1;
        if self.summary.broken > self.limits.problems as u64 {
            return;
        }
        let place = Place::path(format!("event {}", self.summary.records));
        let problem = Problem::error(code, place, message);
        self.sink
            .problem(problem.help("the export may be cut off or changed: make it again; the other events were read"));
    }
}

/// Where an event begins; `<Events` and `<EventData` are none.
fn start_of_event(text: &[u8], from: usize) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(text.get(from..)?, START).map(|at| from + at);
    found.find(|at| matches!(text.get(at + START.len()), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n')))
}

/// Which part of an event an element stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    System,
    Rendering,
    Data,
}

/// Fills an event from its element. What was read before something that is no XML stays in it.
fn fill(text: &str, event: &mut Event<'_>) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk {
        event,
        section: Section::Data,
        names: Vec::new(),
        depth: 0,
        value: String::new(),
        is_leaf: false,
    };
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Part::Eof if walk.depth > 0 => return Err("it is cut off".to_owned()),
            Part::Eof => return Ok(()),
            Part::DocType(_) => return Err("it has a document type declaration, which no event has".to_owned()),
            Part::Start(element) => walk.start(&element)?,
            Part::Empty(element) => {
                walk.start(&element)?;
                walk.end();
            }
            Part::End(_) => walk.end(),
            Part::Text(text) => walk.value.push_str(&text),
            Part::CData(text) => walk.value.push_str(&text),
            Part::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().ok().flatten();
                match (letter, resolve_predefined_entity(&reference)) {
                    (Some(letter), _) => walk.value.push(letter),
                    (None, Some(text)) => walk.value.push_str(text),
                    (None, None) => {}
                }
            }
            _ => {}
        }
    }
}

struct Walk<'e, 'a> {
    event: &'e mut Event<'a>,
    section: Section,
    /// Names of the open elements, as far down as is read.
    names: Vec<String>,
    depth: usize,
    value: String,
    /// Whether nothing has ended in the element that began last.
    is_leaf: bool,
}

impl Walk<'_, '_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let local = element.local_name();
        let local: &str = local.as_ref();
        if self.depth == 1 {
            self.section = match local {
                "System" => Section::System,
                "RenderingInfo" => Section::Rendering,
                _ => Section::Data,
            };
        }
        self.depth += 1;
        self.value.clear();
        self.is_leaf = true;
        if self.depth > DEEPEST {
            return Ok(());
        }
        let mut name = local.to_owned();
        for attribute in element.attributes().with_checks(false).take(64) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let key = attribute.key.local_name();
            let key: &str = key.as_ref();
            let value = unescape(&attribute.value).map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
            match self.section {
                _ if attribute.key.as_ref().starts_with("xmlns") => {}
                Section::System if self.depth > 2 => self.put(format!("{name}_{key}"), value),
                Section::Data if local == "Data" && key == "Name" && !value.is_empty() => name = value,
                _ => {}
            }
        }
        self.names.push(name);
        Ok(())
    }

    fn end(&mut self) {
        let is_read = self.depth <= DEEPEST;
        let is_value = std::mem::take(&mut self.is_leaf) && self.depth > 2;
        self.depth = self.depth.saturating_sub(1);
        if !is_read {
            return;
        }
        let name = self.names.pop().unwrap_or_default();
        let value = std::mem::take(&mut self.value);
        let is_wanted = self.section != Section::Rendering || name == "Message";
        if is_value && is_wanted && !value.trim().is_empty() {
            self.put(name, value);
        }
    }

    fn put(&mut self, name: String, value: String) {
        let is_number = is_number(&value);
        let is_system = self.section == Section::System;
        put(self.event, name.into(), value.into(), is_number, is_system);
    }
}

/// What event files keep as numbers and flags: nothing in which values could stand.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix("0x");
    matches!(value, "true" | "false")
        || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    fn fields(text: &str) -> Vec<(String, String, Role)> {
        let mut event = Event::default();
        fill(text, &mut event).unwrap();
        let fields = event.fields.into_iter();
        fields
            .map(|field| (field.name.into_owned(), field.value.into_owned(), field.role))
            .collect()
    }

    fn field(name: &str, value: &str, role: Role) -> (String, String, Role) {
        (name.to_owned(), value.to_owned(), role)
    }

    #[test]
    fn fields_have_the_names_and_roles_that_event_files_give_them() {
        let found = fields(
            r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
              <System><Provider Name="Microsoft-Windows-Sysmon" Guid="{5770385F}"/><EventID Qualifiers="0">1</EventID>
              <TimeCreated SystemTime="2026-11-29T09:00:00.1234567Z"/><Correlation/><Computer>pc7.example.org</Computer>
              <Security UserID="S-1-5-18"/></System>
              <EventData><Data Name="Image">C:\Program Files\A &amp; B\a.exe</Data><Data Name="ProcessId">77</Data>
              <Data Name="Hashes">MD5=0123456789ABCDEF0123456789ABCDEF</Data><Data>one</Data><Data Name="RuleName">-</Data></EventData>
              <RenderingInfo Culture="en-US"><Message>Process &#67;reate</Message><Level>Information</Level></RenderingInfo></Event>"#,
        );
        let expected = [
            field("Provider_Name", "Microsoft-Windows-Sysmon", Role::Other),
            field("Provider_Guid", "{5770385F}", Role::Other),
            field("EventID_Qualifiers", "0", Role::Other),
            field("EventID", "1", Role::Other),
            field("Computer", "pc7.example.org", Role::Computer),
            field("Security_UserID", "S-1-5-18", Role::Other),
            field("Image", r"C:\Program Files\A & B\a.exe", Role::Process),
            field("ProcessId", "77", Role::Other),
            field("md5", "0123456789ABCDEF0123456789ABCDEF", Role::FileHash),
            field("Hashes", "MD5=0123456789ABCDEF0123456789ABCDEF", Role::Text),
            field("Data", "one", Role::Text),
            field("Message", "Process Create", Role::Text),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn user_data_are_named_by_the_innermost_element() {
        let found = fields(
            "<Event><UserData><LogFileCleared xmlns='x'><SubjectUserName>user</SubjectUserName></LogFileCleared></UserData></Event>",
        );
        assert_eq!(found, [field("SubjectUserName", "user", Role::User)]);
    }

    #[test]
    fn what_an_input_is_its_beginning_says() {
        let event = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System/></Event>";
        for text in [
            event.to_owned(),
            format!("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Events>{event}</Events>"),
            "<Event>\n<System><EventID>1".to_owned(),
        ] {
            assert!(is_xml(text.as_bytes()), "{text}");
            let bare = text.trim_start_matches('\u{feff}');
            let wide: Vec<u8> = [0xfeff]
                .into_iter()
                .chain(bare.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect();
            assert!(is_xml(&wide), "{text} in UTF-16");
        }
        for text in [
            "<Events/>",
            "<html><Event></html>",
            "<EventData><System>",
            "<Event> a log line",
            "",
        ] {
            assert!(!is_xml(text.as_bytes()), "{text}");
        }
    }
}
