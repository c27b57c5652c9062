//! A hosts file: names that get no address on one machine.
//!
//! Only the names themselves: a hosts file cannot say "and everything below". In a change there are two files, one with
//! the lines to add and one with the lines to take out.

use std::io;

use stix::observable::Kind;

use super::export::{Entry, Outcome, Step, Writer};
use super::options::{Mode, Options};
use super::plain;
use super::selector::Selector;
use super::target::Target;

const FULL: &str = "hosts";
const ADDED: &str = "hosts-added";
const REMOVED: &str = "hosts-removed";

pub(super) struct Hosts<'a> {
    options: &'a Options<'a>,
}

impl<'a> Hosts<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        Self { options }
    }
}

impl Writer for Hosts<'_> {
    fn each_value_once(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        let header = format!("# {} {}\n", plain::note(&self.options.source, 60), self.options.now);
        match self.options.mode {
            Mode::Full => out.write(FULL, header.as_bytes()),
            Mode::Changes => {
                out.write(ADDED, header.as_bytes())?;
                out.write(REMOVED, header.as_bytes())
            }
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let value = match selector {
            Selector::Value(value) if value.kind == Kind::Domain => value,
            Selector::Flow(_) => return Ok(Outcome::NotExpressible("a hosts file knows names only".to_owned())),
            _ => return Ok(Outcome::NotForFormat),
        };
        let name = match plain::narrow_domain(&value.value) {
            Ok(name) => name,
            Err(why) => return Ok(why.into()),
        };
        let file = match entry.step {
            Step::Present => FULL,
            Step::Added | Step::Changed => ADDED,
            Step::Removed => REMOVED,
        };
        out.write(file, format!("0.0.0.0 {name}\n").as_bytes())?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}
