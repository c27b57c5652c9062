//! Inputs that end: logs, captures and event files one after the other, each on all threads; files of a tree in parallel.

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use matching::run::{self, Current, Files, Fuzzy, Options};
use stix::Problem;

use super::{Read, Told};
use crate::failure::Failure;
use crate::output::Output;

/// Matches logs.
pub fn logs(paths: &[PathBuf], current: &Current, options: &Options, told: &Told, output: Output) -> Vec<Read> {
    let mut reads = Vec::new();
    let mut told = told.clone();
    for path in paths {
        if path.as_os_str() == "-" {
            let tally = run::read(
                Box::new(std::io::stdin()),
                "standard input",
                current,
                options,
                &mut told,
            );
            reads.push(Read {
                name: "standard input".to_owned(),
                tally,
            });
            continue;
        }
        let found: Vec<Result<PathBuf, Problem>> = super::logs_of(path).collect();
        let bar = bar(found.len(), "log", output);
        for file in found {
            let opened = file.and_then(|file| sources::open(&file));
            match opened {
                Ok(opened) => {
                    bar.set_message(opened.name.clone());
                    let tally = run::read(opened.input, &opened.name, current, options, &mut told);
                    reads.push(Read {
                        name: opened.name,
                        tally,
                    });
                }
                Err(problem) => told.unread(problem),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    reads
}

/// Scans the files of trees: hashes, names, rules. Nothing where there are none to scan.
pub fn files(
    paths: &[PathBuf],
    current: &Current,
    yara: Option<files::Rules>,
    options: &Options,
    told: &Told,
    output: Output,
) -> Result<Option<files::walk::Tally>, Failure> {
    if paths.is_empty() {
        if yara.is_some() {
            output.note("YARA rules are asked of files: name a directory, or add --as-what files");
        }
        return Ok(None);
    }
    let armed = current.get();
    let kinds = armed
        .watchlist
        .as_ref()
        .map(matching::Watchlist::kinds)
        .unwrap_or_default();
    let mut scanner = files::Scanner::new(files::Wanted::of(kinds), files::Limits::default());
    if let Some(rules) = yara {
        scanner = scanner.with_rules(Arc::new(rules));
    }
    let fuzzy = Fuzzy::of(&armed);
    let now = (options.now)();
    let walk = files::walk::Options {
        threads: options.threads,
        ..files::walk::Options::default()
    };
    let bar = bar(0, "file", output);
    let progress = |progress: files::walk::Progress| {
        bar.set_length(progress.found);
        bar.set_position(progress.files);
    };
    let sink = || Files::new(&armed, &fuzzy, now, told.clone());
    let (tally, _) = files::walk::walk(paths, &walk, &scanner, &progress, &sink);
    bar.finish_and_clear();
    Ok(Some(tally))
}

fn bar(many: usize, what: &'static str, output: Output) -> ProgressBar {
    if !output.shows_progress() || many == 1 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(many as u64);
    let style = ProgressStyle::with_template("{prefix} {pos}/{len} {wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(what);
    bar
}
