//! What people use today, on the same list and the same log.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::truth::{self, Found, Score};
use super::{Case, FEW_LINES, ROUNDS, Row, median};
use crate::process::{Used, run};
use crate::{Outcome, tell};

/// Lines from which the time for the list alone is known.
const HARDLY_ANY: u64 = 1_000;

/// `wc -l`, the least that reading can cost.
pub fn count_lines(case: &Case) -> Outcome<Row> {
    let mut runs = Vec::new();
    for _ in 0..ROUNDS {
        runs.push(run(Command::new("wc").arg("-l").arg(&case.log).stdout(Stdio::null()))?.0);
    }
    Ok(Row {
        name: "wc -l".to_owned(),
        used: median(runs)?,
        lines: case.lines,
        bytes: case.bytes,
        score: None,
    })
}

/// All peers that are there; which are not is told.
pub fn all(case: &Case, python: Option<&Path>, directory: &Path) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    match python {
        Some(python) => rows.push(script(case, python, directory)?),
        None => tell("  left out: the Python script, for want of --peers"),
    }
    let few = beginning(case, FEW_LINES.min(case.lines), directory)?;
    let hardly_any = beginning(case, HARDLY_ANY.min(case.lines), directory)?;
    let searches: [(&str, &[&str]); 2] = [
        ("grep", &["-n", "-F", "-f"]),
        ("rg", &["-n", "-j", "1", "--no-mmap", "-F", "-f"]),
    ];
    for (name, options) in searches {
        let command = |log: &Path| {
            let mut command = Command::new(name);
            command.env("LC_ALL", "C").args(options).arg(&case.list).arg(log);
            command
        };
        match search(name, command, case, &few, &hardly_any, directory) {
            Ok(row) => rows.push(row),
            Err(error) => tell(&format!("  left out: {name}: {error}")),
        }
    }
    Ok(rows)
}

/// The script, which names the values.
fn script(case: &Case, python: &Path, directory: &Path) -> Outcome<Row> {
    tell("  the Python script");
    let found = directory.join("script.tsv");
    let mut command = Command::new(python);
    command
        .arg("benches/peers/match_logs.py")
        .arg(&case.list)
        .arg(&case.log);
    let (used, errors) = run(command.stdout(File::create(&found)?))?;
    if !used.status.success() {
        return Err(format!("the Python script failed: {errors}").into());
    }
    Ok(Row {
        name: "Python: orjson, sets, pytricia".to_owned(),
        used,
        lines: case.lines,
        bytes: case.bytes,
        score: Some(Score::of(&case.truth, &Found::Pairs(truth::read(&found)?))),
    })
}

/// A search for all values as texts: over a part of the log, and from that what the whole would take.
fn search(
    name: &str,
    command: impl Fn(&Path) -> Command,
    case: &Case,
    few: &Path,
    hardly_any: &Path,
    directory: &Path,
) -> Outcome<Row> {
    tell(&format!("  {name}"));
    let found = directory.join("lines.txt");
    let (list_only, _) = run(command(hardly_any).stdout(Stdio::null()))?;
    let (part, errors) = run(command(few).stdout(File::create(&found)?))?;
    if part.status.code().is_none_or(|code| code > 1) {
        return Err(errors.into());
    }
    let read = FEW_LINES.min(case.lines);
    let times = (case.lines - HARDLY_ANY.min(case.lines)) as f64 / (read - HARDLY_ANY.min(read)).max(1) as f64;
    let scaled = |list: f64, all: f64| list + (all - list).max(0.0) * times;
    let star = if read < case.lines { " *" } else { "" };
    Ok(Row {
        name: format!("{name} -F -f{star}"),
        used: Used {
            wall: scaled(list_only.wall, part.wall),
            cpu: scaled(list_only.cpu, part.cpu),
            ..part
        },
        lines: case.lines,
        bytes: case.bytes,
        score: Some(Score::of(&case.truth, &Found::Lines(truth::numbered(&found)?, read))),
    })
}

/// The first lines of the log in a file of their own.
fn beginning(case: &Case, lines: u64, directory: &Path) -> Outcome<PathBuf> {
    if lines == case.lines {
        return Ok(case.log.clone());
    }
    let part = directory.join(format!("first-{lines}.ndjson"));
    let mut log = BufReader::new(File::open(&case.log)?);
    let mut out = BufWriter::new(File::create(&part)?);
    let mut line = Vec::new();
    for _ in 0..lines {
        line.clear();
        log.read_until(b'\n', &mut line)?;
        out.write_all(&line)?;
    }
    out.flush()?;
    Ok(part)
}
