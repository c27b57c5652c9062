//! Captures, Windows event files and JSON documents: their readers give events, which are matched one by one.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use events::Event;
use stix::{Place, Problem};

use super::eval::{At, Evaluator, Outcome, Window};
use super::{Armed, Current, HEAD, Options, Taker, Tally};

/// Reads records to their end, with what is in force when it begins.
pub(super) fn read(
    reader: events::Reader,
    head: Vec<u8>,
    input: Box<dyn Read + Send + '_>,
    name: &str,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Tally {
    debug_assert!(head.len() <= HEAD);
    let mut whole = Counted(Cursor::new(head).chain(input), 0);
    let armed = current.get();
    let mut sink = Sink {
        name,
        reader: reader.name(),
        stop: &options.stop,
        taker,
        armed: &armed,
        evaluator: Evaluator::new(&armed, (options.now)()),
        window: Window::default(),
        tally: Tally {
            reader: reader.name().to_owned(),
            ..Tally::default()
        },
    };
    let outcome = reader.read(&mut whole, &options.limits, &mut sink);
    let mut tally = std::mem::take(&mut sink.tally);
    tally.bytes = whole.1;
    match outcome {
        Ok(summary) => {
            tally.records = summary.records;
            tally.malformed = summary.broken;
        }
        Err(problem) => taker.problem(placed(problem, name)),
    }
    tally
}

/// Counts the bytes that are read.
struct Counted<R>(R, u64);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let many = self.0.read(buffer)?;
        self.1 += many as u64;
        Ok(many)
    }
}

fn placed(mut problem: Problem, name: &str) -> Problem {
    if problem.place.file.is_none() {
        problem.place = Place {
            file: Some(name.to_owned()),
            ..problem.place
        };
    }
    problem
}

struct Sink<'a> {
    name: &'a str,
    reader: &'a str,
    stop: &'a AtomicBool,
    taker: &'a mut dyn Taker,
    armed: &'a Armed,
    evaluator: Evaluator<'a>,
    window: Window,
    tally: Tally,
}

impl events::Sink for Sink<'_> {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        let mut outcome = Outcome::default();
        let at = At {
            source: self.name,
            reader: self.reader,
            number,
        };
        self.evaluator.event(event, at, &|| event.to_json(), &mut outcome);
        self.window.settle(self.armed, &mut outcome);
        for hit in outcome.hits {
            self.taker.hit(hit);
        }
        self.tally.events += 1;
        self.tally.examined += 1;
        self.tally.hits += outcome.tally.hits;
        if self.stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.taker.problem(placed(problem, self.name));
    }
}
