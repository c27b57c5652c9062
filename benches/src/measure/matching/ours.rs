//! `commonwatch watchlist compile` and `commonwatch match`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::truth::{Found, Pairs, Score, hits_of};
use super::{Case, ROUNDS, Row, median};
use crate::figures::grouped;
use crate::process::{Used, run};
use crate::{Outcome, tell};

/// Head of the table of watchlists.
pub const HEAD: [&str; 9] = [
    "indicators",
    "left out",
    "compiled: CPU, s",
    "wall, s",
    "of which itself, s",
    "highest resident, MB",
    "file, MB",
    "mapped in, ms",
    "resident with an empty log, MB",
];

/// The program, and where it may write.
pub struct Ours {
    program: PathBuf,
    directory: PathBuf,
}

/// A watchlist in a file, and what it took to compile.
pub struct Watchlist {
    /// The file.
    pub file: PathBuf,
    /// What the command used.
    pub used: Used,
    /// Bytes of the file.
    pub bytes: u64,
    entries: u64,
    excluded: u64,
    seconds: f64,
}

/// What one match gave.
pub struct Matched {
    /// What the command used.
    pub used: Used,
    /// Seconds that it says it took to map the watchlist.
    pub load: f64,
    hits: PathBuf,
}

impl Ours {
    /// The program at a path.
    pub fn new(program: &Path, directory: &Path) -> Self {
        Self {
            program: program.to_owned(),
            directory: directory.to_owned(),
        }
    }

    /// Compiles a list into a file beside it.
    pub fn compile(&self, list: &Path) -> Outcome<Watchlist> {
        tell("  commonwatch watchlist compile");
        let (file, report) = (self.directory.join("list.cww"), self.directory.join("compiled.json"));
        let mut command = Command::new(&self.program);
        command.args(["--json", "watchlist", "compile"]).arg(list);
        command.arg("--output").arg(&file).stdout(File::create(&report)?);
        let (used, errors) = run(&mut command)?;
        if !used.status.success() {
            return Err(format!("commonwatch watchlist compile failed: {errors}").into());
        }
        let told: Value = serde_json::from_str(&std::fs::read_to_string(&report)?)?;
        let number = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or_default();
        Ok(Watchlist {
            used,
            bytes: std::fs::metadata(&file)?.len(),
            file,
            entries: number("entries"),
            excluded: number("excluded"),
            seconds: told.get("seconds").and_then(Value::as_f64).unwrap_or_default(),
        })
    }

    /// Matches a log; 1 is its exit code when something was found.
    pub fn run(&self, watchlist: &Watchlist, log: &Path, threads: u32) -> Outcome<Matched> {
        let hits = self.directory.join("hits.ndjson");
        let mut command = Command::new(&self.program);
        command
            .args(["--json", "match"])
            .arg(log)
            .arg("--watchlist")
            .arg(&watchlist.file);
        command.args(["--every-hit", "--threads", &threads.to_string()]);
        let (used, errors) = run(command.stdin(Stdio::null()).stdout(File::create(&hits)?))?;
        if used.status.code().is_none_or(|code| code > 1) {
            return Err(format!("commonwatch match failed: {errors}").into());
        }
        let summary = errors.lines().rev().find_map(|line| {
            let line: Value = serde_json::from_str(line).ok()?;
            line.get("summary").cloned()
        });
        let load = summary
            .as_ref()
            .and_then(|summary| summary.get("load_seconds")?.as_f64());
        let load = load.unwrap_or(f64::NAN);
        Ok(Matched { used, load, hits })
    }

    /// Matches the log of a case some times: the median, and the hits of the last.
    pub fn row(&self, case: &Case, watchlist: &Watchlist, threads: u32) -> Outcome<Row> {
        let mut runs = Vec::new();
        let mut last = None;
        for _ in 0..ROUNDS {
            let matched = self.run(watchlist, &case.log, threads)?;
            runs.push(matched.used);
            last = Some(matched);
        }
        let hits = hits_of(&last.ok_or("nothing was run")?.hits)?;
        let found = hits.into_iter().map(|(_, line, value)| (line, value)).collect();
        let threads = if threads == 1 {
            "1 thread".to_owned()
        } else {
            format!("{threads} threads")
        };
        Ok(Row {
            name: format!("commonwatch match, {threads}"),
            used: median(runs)?,
            lines: case.lines,
            bytes: case.bytes,
            score: Some(Score::of(&case.truth, &Found::Pairs(Pairs(found)))),
        })
    }

    /// Maps a watchlist and reads nothing: seconds, and resident memory in MB.
    pub fn load(&self, watchlist: &Watchlist) -> Outcome<(f64, f64)> {
        let empty = self.directory.join("empty.ndjson");
        std::fs::write(&empty, "")?;
        let matched = self.run(watchlist, &empty, 1)?;
        Ok((matched.load, matched.used.memory))
    }
}

impl Watchlist {
    /// The row of the table of watchlists.
    pub fn cells(&self, (load, resident): (f64, f64)) -> Vec<String> {
        vec![
            grouped(self.entries as f64),
            grouped(self.excluded as f64),
            format!("{:.2}", self.used.cpu),
            format!("{:.2}", self.used.wall),
            format!("{:.2}", self.seconds),
            format!("{:.0}", self.used.memory),
            format!("{:.1}", self.bytes as f64 / 1e6),
            format!("{:.2}", load * 1e3),
            format!("{resident:.0}"),
        ]
    }
}
