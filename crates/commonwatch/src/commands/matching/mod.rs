//! `commonwatch match` and `commonwatch watchlist`: indicators against logs, traffic and files, with or without a node.

mod arm;
mod at_rest;
mod backtest;
mod hunt;
mod show;
mod streams;
mod watchlist;

pub use backtest::run as backtest;
pub use hunt::run as hunt;
pub use watchlist::run as watchlist;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use matching::report::{self, Reporter};
use matching::run::{Armed, Current, Options, Taker, Tally};
use matching::{Hit, Watchlist};
use sources::SourceSpec;
use stix::Problem;

use crate::cli::Global;
use crate::cli::matching::{MatchArgs, ReadAs};
use crate::failure::Failure;
use crate::output::Output;

/// Problems of inputs that are shown one by one.
const SHOWN: u64 = 50;

/// Matches the inputs; fails with the code for "found" when something was.
pub fn run(global: &Global, args: &MatchArgs, output: Output) -> Result<(), Failure> {
    let begun = Instant::now();
    if let Some(value) = &args.explain {
        let armed = arm::arm(global, &args.look_for, output)?;
        let Some(list) = &armed.watchlist else {
            return Err(Failure::input("rules cannot be asked for a value").help("name indicators or a watchlist"));
        };
        return show::explained(list, std::slice::from_ref(value), output);
    }
    let mut inputs = Inputs::read(args)?;
    inputs.are_there()?;
    for path in &inputs.awaited {
        output.note(&format!("{} is not there yet; it is waited for", path.display()));
    }
    let armed = arm::arm(global, &args.look_for, output)?;
    arm::something_left(&args.look_for, &armed)?;
    let yara = yara(args, &inputs, &armed, output)?;
    if armed.is_empty() {
        // YARA rules alone: what is scanned as a file need not be read as a log too.
        inputs.logs.retain(|path| !inputs.files.contains(path));
    }
    let loaded_in = begun.elapsed();
    if let Some(list) = &armed.watchlist {
        about_list(list, output);
    }
    let stop: Arc<AtomicBool> = Arc::default();
    let options = Options {
        threads: args.threads.map_or_else(processors, usize::from),
        stop: Arc::clone(&stop),
        ..Options::new(arm::clock())
    };
    let told = Told::with_limits(args.every_hit, args.most_of_one, output);
    let current = Current::new(armed);
    let mut tallies = at_rest::logs(&inputs.logs, &current, &options, &told, output);
    let scanned = at_rest::files(&inputs.files, &current, yara, &options, &told, output);
    if !inputs.streams.is_empty() {
        tallies.extend(streams::run(inputs.streams, &current, &options, &told)?);
    }
    let found = told.finish();
    if !args.quiet {
        let times = show::Times {
            load: loaded_in.as_secs_f64(),
            all: begun.elapsed().as_secs_f64(),
        };
        show::summary(&found, &tallies, scanned.as_ref(), times, output);
    }
    // A file that is read both as a log and as a file is one input.
    let unread = scanned.map_or(0, |tally| tally.unreadable).max(told.unread_inputs());
    let unasked = scanned.map_or(0, |tally| tally.unasked);
    ended(found.hits, unread, unasked)
}

/// The YARA rules to ask, and how much they may cost.
fn yara(args: &MatchArgs, inputs: &Inputs, armed: &Armed, output: Output) -> Result<Option<at_rest::Yara>, Failure> {
    if !inputs.files.is_empty() {
        let limits = files::Limits {
            memory_bytes: args.yara_largest << 20,
            rule_time: Duration::from_secs(args.yara_seconds),
            ..files::Limits::default()
        };
        let rules = arm::yara(&args.look_for, armed, output)?;
        return Ok(rules.map(|rules| at_rest::Yara { rules, limits }));
    }
    if args.look_for.yara.is_empty() {
        return Ok(None);
    }
    Err(
        Failure::input("YARA rules are asked of files, and no input is read as one")
            .help("name a directory, or add --as-what files"),
    )
}

/// How a command ends that looked for something. Not to have found anything counts only where everything was read, and
/// asked of what was read.
fn ended(found: u64, unread: u64, unasked: u64) -> Result<(), Failure> {
    let missing = match (found, unread, unasked) {
        (0, 0, 0) => return Ok(()),
        (0, 0, unasked) => format!("the YARA rules could not be asked of {}", show::many(unasked, "file")),
        (0, unread, _) => format!("{} could not be read", show::many(unread, "input")),
        _ => return Err(Failure::found()),
    };
    Err(Failure::input(format!("{missing}, so this is not the whole answer"))
        .help("the problems above say which and why"))
}

/// The logs that lie under a path; indexes of hunts, which may lie beside them, are none.
fn logs_of(path: impl Into<PathBuf>) -> impl Iterator<Item = Result<PathBuf, Problem>> {
    sources::walk([path]).filter(|file| !file.as_ref().is_ok_and(|file| matching::hunt::is_index(file)))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn about_list(list: &Watchlist, output: Output) {
    let left_out: u64 = list.meta().left_out.iter().map(|(_, many)| many).sum();
    if left_out > 0 && !output.is_json() {
        let reason = list
            .meta()
            .left_out
            .first()
            .map(|(reason, _)| reason.to_string())
            .unwrap_or_default();
        output.note(&format!(
            "{} to look for; {left_out} left out, most of them because {reason} (--explain VALUE tells of one)",
            list.len()
        ));
    }
    if list.needs_every_event() && !output.is_json() {
        output.note("some patterns name no value by which events could be chosen: every event is read in full, which takes longer");
    }
}

/// What the command line names, by how it is read.
struct Inputs {
    logs: Vec<PathBuf>,
    files: Vec<PathBuf>,
    streams: Vec<SourceSpec>,
    /// Files to follow that are not there yet.
    awaited: Vec<PathBuf>,
}

impl Inputs {
    fn read(args: &MatchArgs) -> Result<Self, Failure> {
        let mut inputs = Self {
            logs: Vec::new(),
            files: Vec::new(),
            streams: Vec::new(),
            awaited: Vec::new(),
        };
        for text in &args.inputs {
            // A plain path, or one with a scheme before it.
            let spec = SourceSpec::parse(text)?;
            match spec {
                SourceSpec::File(path) if args.follow => {
                    can_be_followed(&path, args.read_as)?;
                    if !path.exists() {
                        inputs.awaited.push(path.clone());
                    }
                    inputs
                        .streams
                        .push(SourceSpec::parse(&format!("follow:{}", path.display()))?);
                }
                SourceSpec::File(path) => {
                    let is_directory = path.is_dir();
                    if args.read_as != ReadAs::Files {
                        inputs.logs.push(path.clone());
                    }
                    if args.read_as == ReadAs::Files || (args.read_as == ReadAs::Auto && is_directory) {
                        inputs.files.push(path);
                    }
                }
                SourceSpec::Stdin => inputs.logs.push(PathBuf::from("-")),
                stream => inputs.streams.push(stream),
            }
        }
        Ok(inputs)
    }

    /// A name that is mistyped should end the command before it works for an hour, not after.
    fn are_there(&self) -> Result<(), Failure> {
        for path in self
            .logs
            .iter()
            .chain(&self.files)
            .filter(|path| path.as_os_str() != "-")
        {
            std::fs::metadata(path).map_err(|error| arm::not_there(path, &error))?;
        }
        Ok(())
    }
}

/// To wait for ever for what never comes would be no answer.
fn can_be_followed(path: &Path, read_as: ReadAs) -> Result<(), Failure> {
    if read_as == ReadAs::Files {
        return Err(Failure::input("logs are followed, files are looked at once")
            .help("leave out --follow, or --as-what files"));
    }
    if path.is_dir() {
        let message = format!("{} is a directory, and files are followed", path.display());
        return Err(Failure::input(message).help(format!(
            "name those in it, new ones too: 'follow:{}/*.log'",
            path.display()
        )));
    }
    Ok(())
}

/// What everybody who finds something tells it to: repeats are held back, the rest is printed.
#[derive(Clone)]
pub struct Told(Arc<Mutex<Telling>>);

struct Telling {
    reporter: Reporter,
    output: Output,
    problems: u64,
    unread: u64,
}

impl Told {
    fn with_limits(every_hit: bool, told_of_one: usize, output: Output) -> Self {
        let limits = report::Limits {
            every_hit,
            told_of_one,
            ..report::Limits::default()
        };
        Self(Arc::new(Mutex::new(Telling {
            reporter: Reporter::new(limits),
            output,
            problems: 0,
            unread: 0,
        })))
    }

    /// Tells of an input of which nothing could be read.
    fn unread(&mut self, problem: Problem) {
        self.with(|telling| telling.unread += 1);
        self.problem(problem);
    }

    fn unread_inputs(&self) -> u64 {
        self.with(|telling| telling.unread)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Telling) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells what is worth knowing beside hits.
    fn note(&self, text: &str) {
        self.with(|telling| telling.output.note(text));
    }

    /// Tells what was held back, and gives the numbers.
    fn finish(&self) -> report::Summary {
        self.with(|telling| {
            for hit in telling.reporter.flush() {
                show::hit(&hit, telling.output);
            }
            if telling.problems > SHOWN {
                let more = telling.problems - SHOWN;
                telling
                    .output
                    .note(&format!("… and {more} more that could not be read"));
            }
            telling.reporter.summary()
        })
    }
}

impl Taker for Told {
    fn hit(&mut self, hit: Hit) {
        self.with(|telling| {
            if let Some(hit) = telling.reporter.take(hit) {
                show::hit(&hit, telling.output);
            }
        });
    }

    fn problem(&mut self, problem: Problem) {
        self.with(|telling| {
            telling.problems += 1;
            if telling.problems <= SHOWN {
                telling.output.problems(&[problem]);
            }
        });
    }
}

/// What was read of one input.
pub struct Read {
    name: String,
    tally: Tally,
}
