//! Hunting what is new in the logs of the past.

use std::io::Read;
use std::path::Path;

use matching::hunt::{self, Log, Prey};
use matching::run::{Armed, Current, Options};
use stix::{Problem, Timestamp};

use super::recorder::Recorder;
use super::{Settings, Shared};

/// Indexes the past where it is not, and hunts in it. Blocks: call it where blocking is allowed.
pub(super) fn hunt(
    settings: &Settings,
    armed: Armed,
    options: &Options,
    recorder: &Recorder,
    shared: &Shared,
    now: Timestamp,
) {
    let prey = Prey::of(&armed);
    let current = Current::new(armed);
    for file in sources::walk(&settings.past) {
        if options.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        let hunted = file.and_then(|file| one(&file, settings, &prey, &current, options, recorder));
        match hunted {
            Ok(None) => {}
            Ok(Some(hunted)) => shared.with(|health| {
                health.hunts.logs += 1;
                health.hunts.bytes_read += hunted.bytes_read;
                health.hunts.bytes_total += hunted.bytes_total;
            }),
            Err(problem) => shared.error(now, &problem),
        }
    }
    shared.with(|health| {
        health.hunts.hunts += 1;
        health.hunts.last = Some(now);
    });
}

fn one(
    path: &Path,
    settings: &Settings,
    prey: &Prey,
    current: &Current,
    options: &Options,
    recorder: &Recorder,
) -> Result<Option<hunt::Hunted>, Problem> {
    if hunt::is_index(path) {
        return Ok(None);
    }
    let opened = sources::open(path)?;
    let size = opened
        .stored_bytes
        .unwrap_or_else(|| std::fs::metadata(path).map_or(0, |file| file.len()));
    let open = || -> Result<Box<dyn Read + Send>, Problem> { Ok(sources::open(path)?.input) };
    let index = hunt::index_path(path, Some(&settings.indexes));
    let log = Log {
        name: &opened.name,
        file: opened.packed.is_none().then_some(path),
        size,
        open: &open,
        index: &index,
    };
    hunt::index(&log)?;
    hunt::search(&log, prey, current, options, &mut recorder.clone()).map(Some)
}
