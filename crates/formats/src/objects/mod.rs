//! Takes STIX bundles, TAXII envelopes, lists, lines of objects and single objects apart.
//!
//! Each object is handed on as the exact text in which it arrived. Memory does not grow with the input: only the
//! object in hand is in view. Where one object of a list is broken JSON, the reader finds the next by what an
//! object of STIX starts with, and goes on; see [`recover`].

mod recover;
mod scan;
mod window;

use std::borrow::Cow;
use std::io::Read;

use serde::de::IgnoredAny;
use stix::{Place, Problem};

use self::scan::{Ender, is_space};
use self::window::{Slice, Stream, Window};
use crate::{Found, Limits, Sink};

pub(crate) use self::scan::Shape;

/// Reads objects from a stream.
pub fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<(), Problem> {
    Reader::new(Stream::new(input), limits, sink).documents()
}

/// Reads objects from memory, without copying.
pub fn read_slice(input: &[u8], limits: &Limits, sink: &mut dyn Sink) -> Result<(), Problem> {
    Reader::new(Slice::new(input), limits, sink).documents()
}

struct Reader<'s, W> {
    window: W,
    item_bytes: usize,
    sink: &'s mut dyn Sink,
    /// Bytes that were looked at again after something broken.
    looked_again: usize,
}

/// What is expected after an item of a list.
enum Next {
    Separator,
    Item,
    Nothing,
}

impl<'s, W: Window> Reader<'s, W> {
    fn new(window: W, limits: &Limits, sink: &'s mut dyn Sink) -> Self {
        Self {
            window,
            item_bytes: limits.item_bytes,
            sink,
            looked_again: 0,
        }
    }

    /// Values one after the other: one document, or one on each line.
    fn documents(&mut self) -> Result<(), Problem> {
        while let Some(byte) = self.skip_space()? {
            match byte {
                b'{' | b'[' => {
                    self.value("$")?;
                }
                _ => self.skip_to_next_value()?,
            }
        }
        Ok(())
    }

    fn value(&mut self, path: &str) -> Result<Next, Problem> {
        match self.window.front()? {
            Some(b'[') => self.list(path),
            Some(b'{') if self.shape()?.is_container() => self.container(path),
            Some(b'{') => self.object(path),
            _ => self.not_an_object(path),
        }
    }

    /// The keys of the object in front; a view of 64 KiB is enough to tell a bundle.
    fn shape(&mut self) -> Result<Shape, Problem> {
        const ENOUGH: usize = 64 << 10;
        let mut shape = Shape::of(&self.window.data()[..self.window.data().len().min(ENOUGH)]);
        while shape.object_type.is_none()
            && shape.end.is_none()
            && self.window.data().len() < ENOUGH
            && self.window.more()?
        {
            shape = Shape::of(&self.window.data()[..self.window.data().len().min(ENOUGH)]);
        }
        Ok(shape)
    }

    fn list(&mut self, path: &str) -> Result<Next, Problem> {
        self.window.consume(1);
        let mut index = 0_u64;
        let mut next = Next::Item;
        loop {
            let Some(byte) = self.skip_space()? else {
                self.cut_off(path, "]");
                return Ok(Next::Nothing);
            };
            match (byte, &next) {
                (b']', _) => {
                    self.window.consume(1);
                    return Ok(Next::Separator);
                }
                (b',', Next::Separator) => {
                    self.window.consume(1);
                    next = Next::Item;
                }
                (b'{', Next::Separator) => {
                    self.syntax(format!("{path}[{index}]"), "a comma is missing between two objects");
                    next = Next::Item;
                }
                (b'}' | b':' | b',', _) | (_, Next::Separator) => {
                    self.syntax(format!("{path}[{index}]"), "expected a comma or ']' after an object");
                    self.window.consume(1);
                    self.skip_until(|byte| matches!(byte, b',' | b']' | b'{'))?;
                    next = Next::Separator;
                }
                (_, Next::Item) => {
                    let item = format!("{path}[{index}]");
                    // A list inside a list holds no objects of STIX; only the top of a document may be a bundle.
                    next = if path == "$" && byte == b'{' {
                        self.value(&item)?
                    } else {
                        self.object(&item)?
                    };
                    index += 1;
                }
                (_, Next::Nothing) => return Ok(Next::Nothing),
            }
        }
    }

    /// A bundle or envelope: its list `objects` is taken apart, the rest skipped.
    fn container(&mut self, path: &str) -> Result<Next, Problem> {
        self.window.consume(1);
        let mut seen = false;
        loop {
            match self.skip_space()? {
                None => {
                    self.cut_off(path, "}");
                    return Ok(Next::Nothing);
                }
                Some(b'}') => {
                    self.window.consume(1);
                    return Ok(Next::Separator);
                }
                Some(b',') => self.window.consume(1),
                Some(b'"') => {
                    let Some(end) = self.find_end()? else {
                        self.cut_off(path, "\"");
                        return self.drop_rest();
                    };
                    let is_objects = self.window.data().get(..end) == Some(b"\"objects\"");
                    self.window.consume(end);
                    if self.skip_space()? != Some(b':') {
                        self.syntax(path.to_owned(), "expected ':' after a key");
                        return self.drop_rest();
                    }
                    self.window.consume(1);
                    let first = self.skip_space()?;
                    let objects = format!("{path}.objects");
                    match (is_objects, first) {
                        (true, Some(b'[')) if !seen => {
                            seen = true;
                            if let Next::Nothing = self.list(&objects)? {
                                return Ok(Next::Nothing);
                            }
                        }
                        (true, _) => {
                            let message = if seen {
                                "the key 'objects' stands twice; the second is not read"
                            } else {
                                "'objects' must be a list"
                            };
                            let place = Place {
                                path: Some(objects),
                                ..self.window.place(0)
                            };
                            self.sink.problem(Problem::error("bad-container", place, message));
                            self.skip_value()?;
                        }
                        (false, _) => self.skip_value()?,
                    }
                }
                Some(_) => {
                    self.syntax(path.to_owned(), "expected a key in quotes");
                    return self.drop_rest();
                }
            }
        }
    }

    /// Hands on the object in front.
    fn object(&mut self, path: &str) -> Result<Next, Problem> {
        if self.window.front()? != Some(b'{') {
            return self.not_an_object(path);
        }
        let Some(end) = self.find_end()? else {
            return self.recover_unclosed(path);
        };
        let text = match std::str::from_utf8(&self.window.data()[..end]) {
            Ok(text) => text,
            Err(error) => {
                let place = self.window.place(error.valid_up_to());
                return self.refuse(
                    end,
                    not_utf8(Place {
                        path: Some(path.to_owned()),
                        ..place
                    }),
                );
            }
        };
        if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
            return self.recover(path, end, &error);
        }
        let position = self.window.position();
        let place = Place {
            path: Some(path.to_owned()),
            ..Place::line(position.line, position.column)
        };
        self.sink.object(Found {
            text: Cow::Borrowed(text),
            place,
            dated: true,
        })?;
        self.window.consume(end);
        Ok(Next::Separator)
    }

    fn refuse(&mut self, end: usize, problem: Problem) -> Result<Next, Problem> {
        self.sink.problem(problem);
        self.window.consume(end);
        Ok(Next::Separator)
    }

    fn not_an_object(&mut self, path: &str) -> Result<Next, Problem> {
        let place = Place {
            path: Some(path.to_owned()),
            ..self.window.place(0)
        };
        self.sink.problem(Problem::error(
            "not-an-object",
            place,
            "expected a JSON object with curly brackets",
        ));
        self.skip_value()?;
        Ok(Next::Separator)
    }

    /// The end of the object, list or string in front, or none when it does not end or is too large.
    fn find_end(&mut self) -> Result<Option<usize>, Problem> {
        let mut ender = Ender::default();
        loop {
            let view = self.view();
            if let Some(end) = ender.advance(view) {
                return Ok(Some(end));
            }
            if view.len() > self.item_bytes || !self.window.more()? {
                return Ok(None);
            }
        }
    }

    /// What is in view, but not more than one object may have.
    fn view(&self) -> &[u8] {
        let data = self.window.data();
        &data[..data.len().min(self.item_bytes.saturating_add(1))]
    }

    /// Skips a value of any size without keeping it in view.
    fn skip_value(&mut self) -> Result<(), Problem> {
        match self.window.front()? {
            Some(b'{' | b'[' | b'"') => {}
            _ => return self.skip_until(|byte| matches!(byte, b',' | b'}' | b']') || is_space(byte)),
        }
        let mut skipper = recover::Skipper::default();
        loop {
            let (passed, done) = skipper.pass(self.window.data());
            self.window.consume(passed);
            if done || (self.window.data().is_empty() && !self.window.more()?) {
                return Ok(());
            }
        }
    }

    fn skip_space(&mut self) -> Result<Option<u8>, Problem> {
        self.skip_until(|byte| !is_space(byte))?;
        self.window.front()
    }

    fn skip_until(&mut self, stop: impl Fn(u8) -> bool) -> Result<(), Problem> {
        loop {
            let found = self.window.data().iter().position(|byte| stop(*byte));
            let passed = found.unwrap_or(self.window.data().len());
            self.window.consume(passed);
            if found.is_some() || !self.window.more()? {
                return Ok(());
            }
        }
    }

    fn skip_to_next_value(&mut self) -> Result<(), Problem> {
        self.syntax("$".to_owned(), "expected a JSON object or list");
        self.window.consume(1);
        self.skip_until(|byte| matches!(byte, b'{' | b'\n'))
    }

    /// Gives up on what follows in this document.
    fn drop_rest(&mut self) -> Result<Next, Problem> {
        self.skip_until(|_| false)?;
        Ok(Next::Nothing)
    }

    fn syntax(&mut self, path: String, message: &str) {
        let place = Place {
            path: Some(path),
            ..self.window.place(0)
        };
        self.sink.problem(Problem::error(
            "json-syntax",
            place,
            format!("the text is not valid JSON: {message}"),
        ));
    }

    fn cut_off(&mut self, path: &str, missing: &str) {
        let place = Place {
            path: Some(path.to_owned()),
            ..self.window.place(0)
        };
        let message = format!("the JSON ends too early: '{missing}' is missing at the end");
        self.sink
            .problem(Problem::error("json-cut-off", place, message).help("the file may be cut off: fetch it again"));
    }
}

fn not_utf8(place: Place) -> Problem {
    Problem::error("not-utf8", place, "the text is not valid UTF-8").help("save the file as UTF-8")
}

#[cfg(test)]
mod tests;
