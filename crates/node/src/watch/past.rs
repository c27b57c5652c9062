//! The logs of the past: each with its index, and hunting what is new in them.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

use matching::hunt::{self, Log, Prey};
use matching::run::{Armed, Current, Options};
use sources::{Clock, Kept, Resting, SourceSpec};
use stix::{Place, Problem, Timestamp};

use super::recorder::Recorder;
use super::{Settings, Shared};

/// Takes one log after the other, and may want no more.
pub type Each<'a> = dyn FnMut(&mut Log<'_>) -> Result<ControlFlow<()>, Problem> + 'a;

/// Gives each log at rest under an address, with the place of its index: in the folder for indexes, or beside the log.
/// Indexes themselves are none. What cannot be read is a problem, and the next log is given. Blocks.
///
/// # Errors
/// When the address is none of logs at rest, cannot be used, or needs a folder for indexes.
pub fn each_log(
    spec: SourceSpec,
    indexes: Option<&Path>,
    clock: Clock,
    each: &mut Each<'_>,
    problem: &mut dyn FnMut(Problem),
) -> Result<(), Problem> {
    let is_on_disk = matches!(spec, SourceSpec::File(_));
    let logs = spec.logs(clock)?;
    if !is_on_disk && indexes.is_none() {
        return Err(no_folder());
    }
    for log in logs {
        match log.and_then(|log| one(&log, indexes, each)) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(unread) => problem(unread),
        }
    }
    Ok(())
}

fn one(log: &Resting, indexes: Option<&Path>, each: &mut Each<'_>) -> Result<ControlFlow<()>, Problem> {
    let index = match (log.kept(), indexes) {
        (Kept::Path(path), _) if hunt::is_index(path) => return Ok(ControlFlow::Continue(())),
        (Kept::Path(path), folder) => hunt::index_path(path, folder),
        (Kept::Address(address), Some(folder)) => hunt::index_path_of_address(address, folder),
        (Kept::Address(_), None) => return Err(no_folder()),
    };
    let open = || {
        log.open().map(|contents| match contents {
            sources::Contents::File(file) => hunt::Contents::File(file),
            sources::Contents::Stream(stream) => hunt::Contents::Stream(stream),
        })
    };
    each(&mut Log::new(
        &log.name,
        log.size,
        log.version.as_deref(),
        &index,
        &open,
    ))
}

fn no_folder() -> Problem {
    let message = "the indexes of object storage need a folder";
    Problem::error("no-folder", Place::default(), message).help("name one with --indexes FOLDER")
}

/// Indexes the past where it is not, and hunts in it. Whether all places of it answered: what was away is to be hunted in again.
/// Blocks: call it where blocking is allowed.
pub(super) fn hunt(
    settings: &Settings,
    armed: Armed,
    options: &Options,
    recorder: &Recorder,
    shared: &Shared,
    now: Timestamp,
) -> bool {
    let prey = Prey::of(&armed);
    let current = Current::new(armed);
    let mut all_answered = true;
    for spec in &settings.past {
        let mut each = |log: &mut Log<'_>| {
            if options.stop.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(()));
            }
            hunt::index(log)?;
            let hunted = hunt::search(log, &prey, &current, options, &mut recorder.clone())?;
            shared.with(|health| {
                health.hunts.logs += 1;
                health.hunts.bytes_read += hunted.bytes_read;
                health.hunts.bytes_total += hunted.bytes_total;
            });
            Ok(ControlFlow::Continue(()))
        };
        let mut unread = |problem: Problem| {
            all_answered &= problem.code != "unavailable";
            shared.error(now, &problem);
        };
        let clock = options.now.clone();
        let outcome = each_log(spec.clone(), Some(&settings.indexes), clock, &mut each, &mut unread);
        if let Err(problem) = outcome {
            unread(problem);
        }
    }
    shared.with(|health| {
        health.hunts.hunts += 1;
        health.hunts.last = Some(now);
    });
    all_answered
}
