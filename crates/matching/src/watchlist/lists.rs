//! Plain lists straight into a watchlist: a million lines in less than a second, because no object is made of them.
//!
//! The indicators are those that sharing the list would make: their identifiers are computed when somebody asks.

use formats::indicators::list;
use stix::observable::{Kind, Observable};
use stix::{Place, Problem};

use super::build::{Builder, IndicatorNumber, Options};
use crate::hit::Context;

/// Bytes of a list that one thread reads in one go.
const PART: usize = 1 << 20;

impl Builder {
    /// Adds the values of a plain list. `context` holds for all of them; it has no identifier and no name, because each
    /// value has its own. What is no indicator is a problem with its line.
    pub fn list(&mut self, text: &str, file: &str, context: &Context) {
        let indicator = self.indicator(&Context {
            id: String::new(),
            ..context.clone()
        });
        let parts = parts(text);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let options = self.options.clone();
        // A few parts at a time, so that what was read does not pile up before it is put in.
        for parts in parts.chunks(threads) {
            let read: Vec<Part> = std::thread::scope(|scope| {
                let handles: Vec<_> = parts
                    .iter()
                    .map(|part| scope.spawn(|| read(part, indicator, options.clone())))
                    .collect();
                handles.into_iter().filter_map(|handle| handle.join().ok()).collect()
            });
            for part in read {
                self.absorb(part.values);
                for (line, mut problem) in part.problems {
                    problem.place = Place {
                        file: Some(file.to_owned()),
                        ..Place::line(line, 1)
                    };
                    self.problem(problem);
                }
            }
        }
    }
}

/// What was read of a part of a list.
struct Part {
    /// The values, as rows of an indicator of the whole.
    values: Builder,
    /// Problems with the number of their line.
    problems: Vec<(u64, Problem)>,
}

/// Whole lines, with the number of lines before them.
fn parts(text: &str) -> Vec<(u64, &str)> {
    let mut parts = Vec::new();
    let (mut rest, mut lines) = (text, 0);
    while !rest.is_empty() {
        let wanted = rest
            .as_bytes()
            .get(PART..)
            .and_then(|after| memchr::memchr(b'\n', after));
        let (part, after) = rest.split_at(wanted.map_or(rest.len(), |at| PART + at + 1));
        parts.push((lines, part));
        lines += memchr::memchr_iter(b'\n', part.as_bytes()).count() as u64;
        rest = after;
    }
    parts
}

fn read(part: &(u64, &str), indicator: IndicatorNumber, options: Options) -> Part {
    let mut values = Builder::new(options);
    let mut problems = Vec::new();
    let mut before_first = part.0 == 0;
    for (number, line) in part.1.lines().enumerate() {
        let mut give = |observable: Observable, _: Option<&str>| values.value(indicator, &observable);
        if let Err(wrong) = list::values_of(line, &mut before_first, &mut give) {
            let number = part.0 + number as u64 + 1;
            problems.extend(wrong.into_iter().map(|problem| (number, problem)));
        }
    }
    Part { values, problems }
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
