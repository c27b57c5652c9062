//! Goes on after an object that is broken JSON.
//!
//! Brackets and quotes cannot be trusted there: one missing quote turns the rest of the input inside out. What can be
//! trusted is how the next object of a list begins: `}`, a comma, `{` and one of the keys that every object of STIX has.
//! The search starts where the JSON reader stumbled. What is looked at again because of this is limited in
//! total, so that an input made of nothing but broken objects is not read over and over.

use serde_json::Error;
use stix::{Place, Problem};

use super::scan::{Ender, is_space};
use super::window::Window;
use super::{Next, Reader};

/// How many bytes of one input are looked at again.
const LOOK_AGAIN: usize = 64 << 20;

/// Keys that every object of STIX has; one of them usually comes first.
const FIRST_KEYS: [&[u8]; 3] = [b"\"type\"", b"\"id\"", b"\"spec_version\""];

/// More than the white space, comma and key around the beginning of an object.
const MARGIN: usize = 256;

impl<W: Window> Reader<'_, W> {
    /// Reports an object whose brackets match and whose text is broken nevertheless.
    pub(super) fn recover(&mut self, path: &str, end: usize, error: &Error) -> Result<Next, Problem> {
        let broken = &self.window.data()[..end];
        let offset = offset_of(broken, error.line(), error.column());
        let problem = stix::json::problem(error);
        let place = Place {
            path: Some(path.to_owned()),
            ..self.window.place(offset)
        };
        let sibling = find_sibling(broken, offset.saturating_sub(MARGIN).max(1));
        self.sink.problem(Problem { place, ..problem });
        match sibling {
            Some(at) => self.go_on_at(at, end),
            None => {
                self.window.consume(end);
                Ok(Next::Separator)
            }
        }
    }

    /// Reports an object that does not end, or not within the limit.
    pub(super) fn recover_unclosed(&mut self, path: &str) -> Result<Next, Problem> {
        let data = self.view();
        let at_end = data.len() <= self.item_bytes;
        let (problem, offset) = match serde_json::from_slice::<serde::de::IgnoredAny>(data) {
            Err(error) if !error.is_eof() => (
                stix::json::problem(&error),
                offset_of(data, error.line(), error.column()),
            ),
            _ if at_end => {
                let problem = Problem::error(
                    "json-cut-off",
                    Place::default(),
                    "the JSON ends in the middle of an object",
                );
                (problem.help("the file may be cut off: fetch it again"), 0)
            }
            _ => {
                let message = format!(
                    "the object has more than {} bytes, the limit for one object",
                    self.item_bytes
                );
                let problem = Problem::error("item-too-large", Place::default(), message);
                (
                    problem.help("leave it out, or cut what makes it so large (a description, a payload)"),
                    0,
                )
            }
        };
        let place = Place {
            path: Some(path.to_owned()),
            ..self.window.place(offset)
        };
        self.sink.problem(Problem { place, ..problem });
        let mut from = offset.saturating_sub(MARGIN).max(1);
        let scanned = self.view().len();
        loop {
            if let Some(at) = find_sibling(self.window.data(), from) {
                return self.go_on_at(at, scanned);
            }
            let keep = self.window.data().len().saturating_sub(MARGIN);
            self.window.consume(keep);
            from = 1;
            if !self.window.more()? {
                self.window.consume(self.window.data().len());
                return Ok(Next::Nothing);
            }
        }
    }

    fn go_on_at(&mut self, at: usize, scanned: usize) -> Result<Next, Problem> {
        self.looked_again += scanned.saturating_sub(at);
        if self.looked_again > LOOK_AGAIN {
            let place = self.window.place(0);
            return Err(Problem::error(
                "too-broken",
                place,
                "too many objects of the input are broken JSON to go on",
            )
            .help("have the sender write it again"));
        }
        self.window.consume(at);
        Ok(Next::Item)
    }
}

/// The byte offset of a line and column of the JSON reader, both from 1, columns in bytes.
fn offset_of(data: &[u8], line: usize, column: usize) -> usize {
    let line_start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', data)
            .nth(line - 2)
            .map_or(0, |newline| newline + 1),
    };
    (line_start + column.saturating_sub(1)).min(data.len())
}

/// Where the next object of the list begins.
fn find_sibling(data: &[u8], from: usize) -> Option<usize> {
    let from = from.min(data.len());
    memchr::memchr_iter(b'{', &data[from..])
        .map(|found| from + found)
        .find(|at| begins_object(&data[*at..]) && follows_object(&data[..*at]))
}

fn begins_object(data: &[u8]) -> bool {
    let inside = &data[1..];
    let spaces = inside
        .iter()
        .take(MARGIN / 2)
        .take_while(|byte| is_space(**byte))
        .count();
    FIRST_KEYS.iter().any(|key| inside[spaces..].starts_with(key))
}

fn follows_object(before: &[u8]) -> bool {
    let mut back = before.iter().rev().take(MARGIN / 2).filter(|byte| !is_space(**byte));
    // The closing bracket may be what is missing.
    back.next() == Some(&b',') && matches!(back.next(), Some(b'}' | b'"' | b']' | b'0'..=b'9' | b'a'..=b'z'))
}

/// Passes over one value without keeping it in view.
#[derive(Default)]
pub(super) struct Skipper {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Skipper {
    /// How much of what is in view belongs to the value, and whether it ends there.
    pub fn pass(&mut self, data: &[u8]) -> (usize, bool) {
        // The usual case: all of it is in view.
        if self.depth == 0
            && !self.in_string
            && let Some(end) = Ender::default().advance(data)
        {
            return (end, true);
        }
        for (at, byte) in data.iter().enumerate() {
            if self.escaped {
                self.escaped = false;
            } else if self.in_string {
                match byte {
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => continue,
                }
            } else {
                match byte {
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    b'"' => self.in_string = true,
                    _ => continue,
                }
            }
            if self.depth == 0 && !self.in_string {
                return (at + 1, true);
            }
        }
        (data.len(), false)
    }
}
