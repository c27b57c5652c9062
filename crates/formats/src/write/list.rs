//! Plain values, one a line; in a change, `+` or `-` stands before each.

use std::io;

use super::export::{Entry, Outcome, Step, Writer};
use super::options::Options;
use super::plain;
use super::selector::Selector;
use super::target::Target;

const FILE: &str = "values.txt";

pub(super) struct List;

impl List {
    pub(super) fn new(_: &Options<'_>) -> Self {
        Self
    }
}

impl Writer for List {
    fn each_value_once(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        out.write(FILE, b"")
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let values: Vec<&str> = match selector {
            Selector::Value(observable) => vec![&observable.value],
            Selector::File(hashes) => hashes.iter().map(|hash| hash.value.as_str()).collect(),
            Selector::Flow(_) => match selector.only_end() {
                Some(end) => vec![&end.value],
                None => {
                    return Ok(Outcome::NotExpressible(
                        "a list of values cannot keep them together".to_owned(),
                    ));
                }
            },
        };
        let sign = match entry.step {
            Step::Present => "",
            Step::Added | Step::Changed => "+",
            Step::Removed => "-",
        };
        let mut lines = String::new();
        for value in values {
            match plain::line(value) {
                // Readers of lists take such a line for a comment.
                Ok(value) if value.starts_with(['#', ';']) || value.starts_with("//") => {
                    return Ok(Outcome::Unsafe("it would be read as a comment".to_owned()));
                }
                Ok(value) => lines.push_str(&format!("{sign}{value}\n")),
                Err(why) => return Ok(why.into()),
            }
        }
        out.write(FILE, lines.as_bytes())?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}
