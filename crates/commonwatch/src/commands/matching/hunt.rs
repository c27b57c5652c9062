//! `commonwatch hunt`: indicators against the logs of the past, by their indexes; and the making of those.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use matching::hunt::{self, Prey};
use matching::run::{Current, Options};
use matching::watchlist::Builder;
use serde_json::json;
use sources::SourceSpec;
use stix::Problem;
use stix::observable::{guess, refang};

use super::{Told, arm, processors, show};
use crate::cli::Global;
use crate::cli::matching::{HuntArgs, HuntCommand};
use crate::failure::{self, Failure};
use crate::output::Output;

/// Bytes of logs from which on it is worth saying that an index would help.
const MUCH: u64 = 64 << 20;

/// Does what the command line asks; fails with the code for "found" when something was.
pub fn run(global: &Global, args: &HuntArgs, output: Output) -> Result<(), Failure> {
    if let Some(HuntCommand::Index { logs, indexes }) = &args.command {
        return index(logs, indexes.as_deref(), output);
    }
    arm::no_yara(&args.look_for)?;
    if let Some(folder) = args.indexes.as_ref().filter(|folder| !folder.is_dir()) {
        output.note(&format!(
            "{} is no folder that is there, so nothing is indexed and all logs are read \
             ('commonwatch hunt index LOGS --indexes DIR' makes the indexes)",
            folder.display()
        ));
    }
    let begun = Instant::now();
    let armed = if args.values.is_empty() {
        arm::something_hunted(global, &args.look_for)?;
        arm::arm(global, &args.look_for, output)?
    } else {
        of_values(args, output)?
    };
    arm::something_left(&args.look_for, &armed)?;
    let prey = Prey::of(&armed);
    if prey.is_everywhere() && !output.is_json() {
        output.note("something is looked for that indexes know nothing of (a rule, a number, a wide network): all logs are read");
    }
    let current = Current::new(armed);
    let options = Options {
        threads: args.threads.map_or_else(processors, usize::from),
        ..Options::new(arm::clock())
    };
    let told = Told::with_limits(args.every_hit, usize::MAX, output);
    let mut sum = Sum::default();
    each_log(
        &args.logs,
        args.indexes.as_deref(),
        &mut |log| {
            let hunted = hunt::search(log, &prey, &current, &options, &mut told.clone())?;
            sum.files += 1;
            sum.bytes_read += hunted.bytes_read;
            sum.bytes_total += hunted.bytes_total;
            sum.events += hunted.tally.events;
            if let Some((read, all)) = hunted.parts {
                sum.indexed += 1;
                sum.parts_read += read;
                sum.parts += all;
            }
            Ok(ControlFlow::Continue(()))
        },
        &mut |problem| told.clone().unread(problem),
    )?;
    let found = told.finish();
    sum.tell(&found, begun.elapsed().as_secs_f64(), output);
    super::ended(found.hits, told.unread_inputs(), 0)
}

/// What hunts came to.
#[derive(Default)]
struct Sum {
    files: u64,
    indexed: u64,
    parts: usize,
    parts_read: usize,
    bytes_read: u64,
    bytes_total: u64,
    events: u64,
}

impl Sum {
    fn tell(&self, found: &matching::report::Summary, seconds: f64, output: Output) {
        if output.is_json() {
            let line = json!({ "summary": {
                "hits": found.hits, "files": self.files, "indexed_files": self.indexed,
                "parts": self.parts, "parts_read": self.parts_read,
                "bytes_read": self.bytes_read, "bytes_total": self.bytes_total,
                "events": self.events, "seconds": seconds,
                "top_indicators": found.top_indicators, "top_hosts": found.top_hosts,
            }});
            output.aside(&line.to_string());
            return;
        }
        output.line("");
        let by_index = if self.indexed == 0 {
            "none of them by an index".to_owned()
        } else {
            format!(
                "{} of them indexed; {} of {} indexed parts could hold something",
                self.indexed, self.parts_read, self.parts
            )
        };
        output.line(&format!(
            "{} ({}), {by_index}; {} were read, in {seconds:.1} s",
            show::many(self.files, "log"),
            show::size(self.bytes_total),
            show::size(self.bytes_read)
        ));
        if self.files == 0 && found.hits == 0 {
            output.note("there was no log to hunt in");
        }
        if self.indexed == 0 && self.bytes_total > MUCH {
            output.note("'commonwatch hunt index' makes indexes, with which the next hunt reads less");
        }
        show::found(found, output);
    }
}

/// Makes a watchlist of values that somebody typed.
fn of_values(args: &HuntArgs, output: Output) -> Result<matching::run::Armed, Failure> {
    let mut options = arm::options(&args.look_for.choice, None, output)?;
    // Who names a value wants it looked for, whatever lists say of it.
    options.warninglists = None;
    let mut builder = Builder::new(options);
    for text in &args.values {
        let plain = refang(text);
        let Some(observable) = guess(&plain) else {
            return Err(Failure::input(format!(
                "'{text}' is not plainly an address, network, domain, URL, hash or e-mail address"
            ))
            .help("put it into a file and name that with --indicators, as in a STIX indicator with a pattern"));
        };
        let context = matching::hit::Context {
            id: observable.value.clone(),
            shared_by: "the command line".to_owned(),
            ..matching::hit::Context::default()
        };
        let indicator = builder.indicator(&context);
        builder.value(indicator, &observable);
    }
    Ok(matching::run::Armed {
        watchlist: Some(builder.build().0),
        sigma: None,
    })
}

fn index(logs: &[String], indexes: Option<&Path>, output: Output) -> Result<(), Failure> {
    let begun = Instant::now();
    if let Some(folder) = indexes {
        fs::create_dir_all(folder).map_err(|error| failure::file("made", folder, &error))?;
    }
    let (mut files, mut read, mut bytes, mut total, mut problems) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    each_log(
        logs,
        indexes,
        &mut |log| {
            let indexed = hunt::index(log)?;
            files += 1;
            read += indexed.read;
            bytes += indexed.index;
            total += log.size();
            Ok(ControlFlow::Continue(()))
        },
        &mut |problem| {
            problems += 1;
            output.problems(&[problem]);
        },
    )?;
    let seconds = begun.elapsed().as_secs_f64();
    if output.is_json() {
        output.json_line(&json!({
            "files": files, "bytes_read": read, "index_bytes": bytes, "bytes_total": total,
            "problems": problems, "seconds": seconds,
        }));
    } else {
        output.line(&format!(
            "{} ({}) indexed; the indexes take {}; {} were read, in {seconds:.1} s",
            show::many(files, "log"),
            show::size(total),
            show::size(bytes),
            show::size(read)
        ));
    }
    if problems > 0 {
        let message = format!("{} could not be indexed", show::many(problems, "log"));
        return Err(Failure::input(message).help("the problems above say which and why; a hunt reads those whole"));
    }
    Ok(())
}

/// Gives each log that is named, with the place of its index.
fn each_log(
    names: &[String],
    indexes: Option<&Path>,
    each: &mut node::watch::Each<'_>,
    problem: &mut dyn FnMut(Problem),
) -> Result<(), Failure> {
    for name in names {
        let spec = SourceSpec::parse(name)?;
        node::watch::each_log(spec, indexes, arm::clock(), each, problem).map_err(|mut problem| {
            let help = problem.help.take().unwrap_or_default();
            Failure::input(problem.to_string()).help(help)
        })?;
    }
    Ok(())
}
