//! Lines and messages as they come in from something that never ends: a followed file, a syslog listener, a subject.

use std::sync::Arc;

use events::lines::{Directive, Layout};

use super::eval::{At, Evaluator, Window};
use super::feed::Cut;
use super::lines::lines_of;
use super::{Current, Options, Taker, Tally};
use crate::scan::Block;

/// Of the last lines, how many may be malformed before the layout is looked at anew: a file may change its format.
const DOUBT: u64 = 16;

/// One source of lines. Its layout is found by its first lines, and again when it no longer fits.
#[derive(Debug)]
struct Stream {
    name: Arc<str>,
    layout: Option<Layout>,
    line: u64,
    doubt: u64,
    window: Window,
    tally: Tally,
}

impl Stream {
    /// A source that has given nothing yet.
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            layout: None,
            line: 0,
            doubt: 0,
            window: Window::default(),
            tally: Tally::default(),
        }
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Matches whole lines, or one message.
    fn push(&mut self, bytes: &[u8], evaluator: &mut Evaluator<'_>, options: &Options, taker: &mut dyn Taker) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let layout = match &self.layout {
                Some(layout) if self.doubt < DOUBT => layout.clone(),
                _ => {
                    self.doubt = 0;
                    Layout::detect(&rest[..rest.len().min(super::HEAD)])
                }
            };
            self.layout = Some(layout.clone());
            let (passed, after) = self.pass_over(layout, rest);
            let layout = self.layout.clone().unwrap_or_else(|| Layout::detect(after));
            let until = first_directive(&layout, after);
            let mut block = Block::with_capacity(until);
            block.room(until)[..until].copy_from_slice(&after[..until]);
            block.extend(until);
            let cut = Cut {
                layout,
                passed,
                passed_bytes: (rest.len() - after.len()) as u64,
                goes_on: false,
                is_cut: false,
            };
            self.line += passed;
            self.matched(&block, &cut, evaluator, options, taker);
            rest = &after[until..];
        }
    }

    fn matched(
        &mut self,
        block: &Block,
        cut: &Cut,
        evaluator: &mut Evaluator<'_>,
        options: &Options,
        taker: &mut dyn Taker,
    ) {
        let (mut outcome, lines) = lines_of(block, cut, &self.name, evaluator, options);
        self.window.settle(evaluator.armed(), &mut outcome);
        for mut hit in outcome.hits {
            hit.at += self.line;
            taker.hit(hit);
        }
        for sample in &mut outcome.tally.samples {
            sample.at += self.line;
        }
        let malformed = outcome.tally.malformed + outcome.tally.other_layout;
        self.doubt = if malformed == 0 { 0 } else { self.doubt + malformed };
        self.line += lines;
        outcome.tally.records = lines + cut.passed;
        cut.layout.name().clone_into(&mut outcome.tally.reader);
        self.tally.add(&outcome.tally);
    }

    /// Passes over headings at the beginning; gives how many lines that was, and what follows.
    fn pass_over<'b>(&mut self, mut layout: Layout, bytes: &'b [u8]) -> (u64, &'b [u8]) {
        let mut rest = bytes;
        let mut passed = 0;
        while !rest.is_empty() {
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
            if self.line + passed > 0 && line.first() != Some(&b'#') {
                break;
            }
            match layout.directive(line) {
                Directive::NotOne => break,
                Directive::Changes(other) => layout = other,
                Directive::Ignored => {}
            }
            rest = rest.get(length + 1..).unwrap_or_default();
            passed += 1;
        }
        self.layout = Some(layout);
        (passed, rest)
    }
}

/// Where the first line begins, behind the first, that is none of data.
fn first_directive(layout: &Layout, bytes: &[u8]) -> usize {
    memchr::memmem::find_iter(bytes, b"\n#")
        .map(|at| at + 1)
        .find(|start| {
            let line = &bytes[*start..];
            let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
            !matches!(layout.directive(line), Directive::NotOne)
        })
        .unwrap_or(bytes.len())
}

/// A stream of pieces, to its end: whole lines, or a message each. `next` waits for the next piece; `tell` is told how much
/// was read after each.
pub fn pieces(
    name: &str,
    next: &mut dyn FnMut() -> Option<Vec<u8>>,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
    tell: &mut dyn FnMut(&Tally),
) {
    let mut stream = Stream::new(name);
    let mut piece = next();
    while piece.is_some() {
        // What is matched with may have been swapped: rules begin anew then.
        let armed = current.get();
        let mut evaluator = Evaluator::new(&armed, (options.now)());
        while let Some(bytes) = piece.take() {
            evaluator.now = (options.now)();
            stream.push(&bytes, &mut evaluator, options, taker);
            tell(stream.tally());
            piece = next();
            if !Arc::ptr_eq(&armed, &current.get()) {
                break;
            }
        }
    }
}

/// One source of events that a reader of records gives: flows that a collector was sent.
#[derive(Debug, Default)]
pub struct Records {
    number: u64,
    window: Window,
    tally: Tally,
}

impl Records {
    /// What was read so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Matches an event.
    pub fn push(
        &mut self,
        event: &events::Event<'_>,
        (source, reader): (&str, &str),
        current: &Current,
        options: &Options,
        taker: &mut dyn Taker,
    ) {
        self.number += 1;
        let armed = current.get();
        let mut evaluator = Evaluator::new(&armed, (options.now)());
        let mut outcome = super::eval::Outcome::default();
        let at = At {
            source,
            reader,
            number: self.number,
        };
        evaluator.event(event, at, &|| event.to_json(), &mut outcome);
        self.window.settle(&armed, &mut outcome);
        for hit in outcome.hits {
            taker.hit(hit);
        }
        self.tally.add(&Tally {
            reader: reader.to_owned(),
            records: 1,
            events: 1,
            examined: 1,
            ..outcome.tally
        });
    }
}
