//! `commonwatch convert`: any format that is read to any format that is written. Needs no node.

use formats::write::{Change, Export, Facts, Options, OutFormat, export};
use formats::{Found, Sink};
use stix::marking;
use stix::{Problem, Severity};

use super::export::{Place, account, format, tell};
use super::input;
use crate::cli::ConvertArgs;
use crate::context::now;
use crate::failure::Failure;
use crate::output::Output;

/// Converts a file; fails with the code for "found" when an item could not be read.
pub fn run(args: &ConvertArgs, output: Output) -> Result<(), Failure> {
    let to = format(&args.to)?;
    let mut place = Place::open(args.output.as_deref(), to)?;
    // One time for reading and writing: what a list gives is valid from the time it is read, and must not be too early to write.
    let now = now();
    let options = Options::at(now);
    let mut tell_writing = tell(output);
    let refused = {
        let writer = export(to, &options, place.target(), &mut tell_writing)?;
        let mut converting = Converting {
            writer,
            format: to,
            output,
            refused: 0,
        };
        input::read(&args.input, now, &mut converting)?;
        let summary = converting.writer.finish()?;
        account(&summary, output);
        converting.refused
    };
    place.finish()?;
    if refused == 0 { Ok(()) } else { Err(Failure::found()) }
}

struct Converting<'a> {
    writer: Box<dyn Export + 'a>,
    format: OutFormat,
    output: Output,
    refused: u64,
}

impl Sink for Converting<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let mut others = Vec::new();
        let mut failed = None;
        let read = node::intake::examine(&found.text, &mut others, |object, _| {
            // A target that fails ends the whole conversion; it is no fault of the object.
            let references = marking::effective::references(object.map());
            let marked = marking::effective(references, |_| None);
            let facts = Facts {
                tlp: marked.tlp,
                pap: marked.pap,
                forbidden: marked.pap.is_some_and(|pap| node::export::forbids(pap, self.format)),
                ..Facts::default()
            };
            failed = self.writer.add(object, Change::Added, &facts).err();
            Ok(())
        });
        if let Some(problem) = failed {
            return Err(problem);
        }
        if let Err(problem) = read {
            self.problem(node::intake::placed(problem, &found.place));
        }
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.refused += 1;
            self.output.problems(&[problem]);
        }
    }
}
