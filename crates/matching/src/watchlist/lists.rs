//! Plain lists straight into a watchlist: a million lines in less than a second, because no object is made of them.
//!
//! The indicators are those that sharing the list would make: their identifiers are computed when somebody asks.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc;

use formats::indicators::list;
use stix::observable::{Kind, Observable};
use stix::{Place, Problem};

use super::build::{Builder, IndicatorNumber, Options};
use crate::hit::Context;

/// Bytes of a list that one thread reads in one go.
const PART: usize = 1 << 20;
/// Bytes of a line that is kept whole; no indicator is nearly as long.
const LONGEST: usize = 16 << 20;
/// Parts for each thread that may be under way at one time.
const AHEAD: usize = 2;

impl Builder {
    /// Adds the values of a plain list. `context` holds for all of them; it has no identifier and no name, because each
    /// value has its own. What is no indicator is a problem with its line. The list is read once, and no more of it is in
    /// memory than the parts that are being read.
    ///
    /// # Errors
    /// When the input cannot be read to its end; what was read before is there.
    pub fn list(&mut self, input: &mut dyn Read, file: &str, context: &Context) -> std::io::Result<()> {
        let indicator = self.indicator(&Context {
            id: String::new(),
            ..context.clone()
        });
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let mut parts = Parts::of(input);
        let options = self.options.clone();
        std::thread::scope(|scope| {
            // Each thread has its queue and they take turns, so that what they read comes back in the order of the list.
            let lanes: Vec<_> = (0..threads)
                .map(|_| {
                    let (give, taken) = mpsc::sync_channel::<Part>(AHEAD);
                    let (put, done) = mpsc::sync_channel::<Values>(AHEAD);
                    let options = options.clone();
                    scope.spawn(move || {
                        taken
                            .iter()
                            .map(|part| read(&part, indicator, options.clone()))
                            .try_for_each(|values| put.send(values))
                    });
                    (give, done)
                })
                .collect();
            let mut under_way = VecDeque::new();
            let mut turns = lanes.iter().cycle();
            loop {
                let part = parts.next()?;
                if under_way.len() == threads * AHEAD || part.is_none() {
                    let Some(done): Option<&mpsc::Receiver<Values>> = under_way.pop_front() else {
                        return Ok(());
                    };
                    if let Ok(values) = done.recv() {
                        self.take(values, file);
                    }
                }
                if let (Some(part), Some((give, done))) = (part, turns.next())
                    && give.send(part).is_ok()
                {
                    under_way.push_back(done);
                }
            }
        })
    }

    fn take(&mut self, values: Values, file: &str) {
        self.absorb(values.values);
        for (line, mut problem) in values.problems {
            problem.place = Place {
                file: Some(file.to_owned()),
                ..Place::line(line, 1)
            };
            self.problem(problem);
        }
    }
}

/// Whole lines of a list.
struct Part {
    lines_before: u64,
    text: Vec<u8>,
}

/// What was read of a part.
struct Values {
    /// The values, as rows of an indicator of the whole.
    values: Builder,
    /// Problems with the number of their line.
    problems: Vec<(u64, Problem)>,
}

/// A list on its way into parts.
struct Parts<'r> {
    input: &'r mut dyn Read,
    lines: u64,
    /// The beginning of a line of which the rest was not there yet.
    rest: Vec<u8>,
}

impl<'r> Parts<'r> {
    fn of(input: &'r mut dyn Read) -> Self {
        Self {
            input,
            lines: 0,
            rest: Vec::new(),
        }
    }

    /// The next part; none at the end.
    fn next(&mut self) -> std::io::Result<Option<Part>> {
        let mut text = std::mem::take(&mut self.rest);
        loop {
            let before = text.len();
            let read = (&mut *self.input).take(PART as u64).read_to_end(&mut text)?;
            if let Some(end) = memchr::memrchr(b'\n', &text[before..]) {
                self.rest = text.split_off(before + end + 1);
                break;
            }
            // A line longer than a part: more of it has to come.
            if read == 0 || text.len() > LONGEST {
                break;
            }
        }
        if text.is_empty() {
            return Ok(None);
        }
        let lines_before = self.lines;
        self.lines += memchr::memchr_iter(b'\n', &text).count() as u64;
        if lines_before == 0 && text.starts_with(MARK) {
            text.drain(..MARK.len());
        }
        Ok(Some(Part { lines_before, text }))
    }
}

/// The mark that some editors put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn read(part: &Part, indicator: IndicatorNumber, options: Options) -> Values {
    let mut values = Builder::new(options);
    let mut problems = Vec::new();
    let mut before_first = part.lines_before == 0;
    let mut number = part.lines_before;
    for line in part.text.split_inclusive(|byte| *byte == b'\n') {
        number += 1;
        let line = match std::str::from_utf8(line) {
            Ok(line) => line,
            Err(error) => {
                problems.push((number, not_text(error.valid_up_to())));
                continue;
            }
        };
        let mut give = |observable: Observable, _: Option<&str>| values.value(indicator, &observable);
        if let Err(wrong) = list::values_of(line, &mut before_first, &mut give) {
            problems.extend(wrong.into_iter().map(|problem| (number, problem)));
        }
    }
    Values { values, problems }
}

fn not_text(valid: usize) -> Problem {
    let message = format!("the line is not valid UTF-8 after {valid} bytes");
    Problem::error("not-utf8", Place::default(), message).help("save the list as UTF-8; the other lines are used")
}

/// The identifier that sharing a list gives the indicator of a value.
pub(super) fn identifier(observable: &Observable) -> String {
    /// Whoever makes indicators of lists without a node.
    const NOBODY: &str = "identity--f431f809-377b-45e0-aa1c-6a4751cae5ff";
    match stix::Id::parse(NOBODY) {
        Ok(producer) if observable.kind != Kind::Cve => formats::indicators::identifier(observable, &producer)
            .as_str()
            .to_owned(),
        _ => observable.value.clone(),
    }
}
