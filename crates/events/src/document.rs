//! JSON that is not one event a line: a list of objects, the files of CloudTrail (`{"Records":[…]}`), and objects that
//! go over several lines or follow each other without one.
//!
//! The input is read as a stream; no more than one element is held, up to [`Limits::record_bytes`]. An element that is
//! broken or too large is a problem with its place, and the next one is read.

use std::io::{self, Read};
use std::ops::ControlFlow;

use memchr::memmem;
use stix::{Place, Problem};

use crate::event::Event;
use crate::lines::Layout;
use crate::records::{Limits, Sink, Summary};

/// Names under which files have their list of events.
const LISTS: [&str; 8] = [
    "Records", "records", "Events", "events", "value", "logs", "results", "data",
];

/// How far from its beginning an object is searched for such a list.
const LOOKED_AT: usize = 4 << 10;

/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// Whether an input that begins like this is a document, not one object a line.
pub fn is_document(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match head.first() {
        Some(b'[') => {
            let inner = head.get(1..).unwrap_or_default().trim_ascii_start();
            matches!(inner.first(), Some(b'{')) || inner.first() == Some(&b']')
        }
        Some(b'{') => {
            if list_in(head).is_some() {
                return true;
            }
            let line_end = memchr::memchr(b'\n', head);
            let line = head.get(..line_end.unwrap_or(head.len())).unwrap_or_default();
            match Depth::default().end(line) {
                // More follows on the same line.
                Some(end) => matches!(
                    line.get(end..).unwrap_or_default().trim_ascii_start(),
                    [b'{' | b',', ..]
                ),
                // A line that ends in the middle of an object.
                None => line_end.is_some() && Depth::default().end(head).is_some_and(|end| parses(head.get(..end))),
            }
        }
        _ => false,
    }
}

/// Whether an object over several lines is one: a log whose first line was cut off goes on with another object, inside
/// of which a name would have to stand.
fn parses(object: Option<&[u8]>) -> bool {
    let mut event = Event::default();
    object.is_some_and(|object| Layout::of_line(object).read(object, &mut event).is_ok())
}

/// Reads a document. An error is one of the input itself; what is wrong with an element goes to the sink.
pub fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let mut reader = Reader {
        input,
        limits,
        sink,
        buffer: Vec::new(),
        at: 0,
        ended: false,
        list: None,
        after_list: false,
        summary: Summary {
            format: "json",
            ..Summary::default()
        },
    };
    reader.all().map_err(|error| unreadable(&error))?;
    Ok(reader.summary)
}

fn unreadable(error: &io::Error) -> Problem {
    // A cap of the layers below that was reached keeps its own words.
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => Problem::error(
            "unreadable",
            Place::default(),
            format!("the input cannot be read to its end: {error}"),
        )
        .help("the file may be cut off or damaged: fetch it again"),
    }
}

struct Reader<'r> {
    input: &'r mut dyn Read,
    limits: &'r Limits,
    sink: &'r mut dyn Sink,
    buffer: Vec<u8>,
    /// What stands before it in the buffer is done with.
    at: usize,
    ended: bool,
    /// The name of the list whose elements are being read.
    list: Option<&'static str>,
    /// Whether that list has ended, but not the object around it.
    after_list: bool,
    summary: Summary,
}

impl Reader<'_> {
    /// Reads more; says whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let length = self.buffer.len();
        let read = (&mut *self.input).take(CHUNK as u64).read_to_end(&mut self.buffer)?;
        self.ended = read < CHUNK;
        Ok(self.buffer.len() > length)
    }

    /// What is there and not done with.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    fn all(&mut self) -> io::Result<()> {
        self.fill()?;
        if self.rest().starts_with(b"\xef\xbb\xbf") {
            self.at += 3;
        }
        let mut strange = false;
        loop {
            let Some(&byte) = self.rest().first() else {
                if self.fill()? {
                    continue;
                }
                return Ok(());
            };
            match byte {
                b'{' => {
                    strange = false;
                    if self.object()?.is_break() {
                        return Ok(());
                    }
                }
                // The end of the list, and of the object around it.
                b']' if self.list.is_some() => {
                    self.after_list = true;
                    self.at += 1;
                }
                b'}' if self.after_list => {
                    (self.list, self.after_list) = (None, false);
                    self.at += 1;
                }
                // Between elements; the mark of JSON text sequences (RFC 7464) too.
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'\x1e' => self.at += 1,
                _ => {
                    // Names and plain values after the list are about the whole.
                    if !self.after_list && !std::mem::replace(&mut strange, true) {
                        self.summary.records += 1;
                        self.broken("not-an-object", "something stands here that is no object".to_owned());
                    }
                    if byte == b'"' {
                        self.skip_string()?
                    } else {
                        self.at += 1
                    }
                }
            }
        }
    }

    fn skip_string(&mut self) -> io::Result<()> {
        let mut depth = Depth {
            in_string: true,
            ..Depth::default()
        };
        self.at += 1;
        loop {
            while let Some(byte) = self.rest().first().copied() {
                self.at += 1;
                depth.step(byte);
                if !depth.in_string {
                    return Ok(());
                }
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Reads the object that begins here, or goes into the list that it holds.
    fn object(&mut self) -> io::Result<ControlFlow<()>> {
        while self.list.is_none() && self.rest().len() < LOOKED_AT && self.fill()? {}
        if self.list.is_none()
            && let Some((name, inside)) = list_in(self.rest())
        {
            self.list = Some(name);
            self.at += inside;
            return Ok(ControlFlow::Continue(()));
        }
        let mut depth = Depth::default();
        let mut seen = 0;
        let end = loop {
            match depth.end(self.rest().get(seen..).unwrap_or_default()) {
                Some(end) => break Some(seen + end),
                None => seen = self.rest().len(),
            }
            if seen > self.limits.record_bytes {
                return self.too_large(depth);
            }
            if !self.fill()? {
                break None;
            }
        };
        let length = end.unwrap_or(self.rest().len());
        if length > self.limits.record_bytes {
            self.at += length;
            self.too_large_told();
            return Ok(ControlFlow::Continue(()));
        }
        Ok(self.element(length))
    }

    /// Hands over the element of this many bytes.
    fn element(&mut self, length: usize) -> ControlFlow<()> {
        let start = self.at;
        self.at += length;
        self.summary.records += 1;
        let number = self.summary.records;
        let element = self.buffer.get(start..start + length).unwrap_or_default();
        let layout = Layout::of_line(element);
        if number == 1 {
            self.summary.format = layout.name();
        }
        let mut event = Event::default();
        let result = layout.read(element, &mut event);
        let mut flow = ControlFlow::Continue(());
        if result.is_ok() || !event.fields.is_empty() {
            self.summary.events += 1;
            flow = self.sink.event(number, &event);
        }
        drop(event);
        if let Err(malformed) = result {
            self.broken(
                malformed.code(),
                malformed.to_string().replace("the line", "the element"),
            );
        }
        flow
    }

    /// Leaves out the rest of an object that is larger than it may be.
    fn too_large(&mut self, mut depth: Depth) -> io::Result<ControlFlow<()>> {
        self.at = self.buffer.len();
        while self.fill()? {
            if let Some(end) = depth.end(self.rest()) {
                self.at += end;
                break;
            }
            self.at = self.buffer.len();
        }
        self.too_large_told();
        Ok(ControlFlow::Continue(()))
    }

    fn too_large_told(&mut self) {
        self.summary.records += 1;
        let most = self.limits.record_bytes;
        self.broken(
            "record-too-large",
            format!("the element is larger than {most} bytes, the limit (record_bytes)"),
        );
    }

    /// Tells of what is wrong with the element that was counted last.
    fn broken(&mut self, code: &'static str, message: String) {
        self.summary.broken += 1;
        if self.summary.broken > self.limits.problems as u64 {
            return;
        }
        let at = self.summary.records.saturating_sub(1);
        let list = self.list.map(|name| format!(".{name}")).unwrap_or_default();
        self.sink
            .problem(Problem::error(code, Place::path(format!("${list}[{at}]")), message));
    }
}

/// The list of events that an object holds, and where its first element begins.
fn list_in(object: &[u8]) -> Option<(&'static str, usize)> {
    let head = object.get(..LOOKED_AT).unwrap_or(object);
    LISTS.iter().find_map(|name| {
        let key = memmem::find(head, format!("\"{name}\"").as_bytes())?;
        let mut depth = Depth::default();
        head.get(..key)?.iter().for_each(|byte| depth.step(*byte));
        let after = head
            .get(key + name.len() + 2..)?
            .trim_ascii_start()
            .strip_prefix(b":")?;
        let inside = after.trim_ascii_start().strip_prefix(b"[")?.trim_ascii_start();
        let is_list = depth.open == 1 && !depth.in_string && matches!(inside.first(), Some(b'{' | b']'));
        is_list.then(|| (*name, head.len() - inside.len()))
    })
}

/// How many braces are open.
#[derive(Clone, Copy, Default)]
struct Depth {
    open: usize,
    in_string: bool,
    escaped: bool,
}

impl Depth {
    fn step(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' => self.open += 1,
            b'}' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
    }

    /// Where the object ends that began before or in `bytes`: the place after its closing brace.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            self.step(*byte);
            if self.open == 0 && !self.in_string && *byte == b'}' {
                return Some(at + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
