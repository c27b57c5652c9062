//! Inputs that end: logs, captures and event files one after the other, each on all threads; files of a tree in parallel.

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use matching::run::{self, AskedOfFiles, Current, Files, Options};
use stix::Problem;

use super::{Read, Told};
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
        if found.is_empty() {
            told.note(&format!("there is no log in {}", path.display()));
        }
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

/// YARA rules, and how much they may cost.
pub struct Yara {
    /// The rules.
    pub rules: files::Rules,
    /// Caps on each file.
    pub limits: files::Limits,
}

/// Scans the files of trees: hashes, names, rules. Nothing where there are none to scan.
pub fn files(
    paths: &[PathBuf],
    current: &Current,
    yara: Option<Yara>,
    options: &Options,
    told: &Told,
    output: Output,
) -> Option<files::walk::Tally> {
    if paths.is_empty() {
        return None;
    }
    let armed = current.get();
    let kinds = armed
        .watchlist
        .as_ref()
        .map(matching::Watchlist::kinds)
        .unwrap_or_default();
    let wanted = files::Wanted::of(kinds);
    let scanner = match yara {
        Some(Yara { rules, limits }) => files::Scanner::new(wanted, limits).with_rules(Arc::new(rules)),
        None => files::Scanner::new(wanted, files::Limits::default()),
    };
    let asked = AskedOfFiles::of(&armed);
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
    let sink = || Files::new(&armed, &asked, now, told.clone());
    let (tally, _) = files::walk::walk(paths, &walk, &scanner, &progress, &sink);
    bar.finish_and_clear();
    Some(tally)
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
