//! Looking backwards: one new indicator against an archive of logs that have a sidecar each, and how much is read as
//! the archive grows.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::matching::{Pairs, hits_of, read_truth};
use crate::figures::{grouped, table};
use crate::process::run;
use crate::{Outcome, generate, tell};

/// Files of the archive at each step.
const STEPS: [u64; 4] = [1, 5, 10, 20];

const INDEXED: [&str; 6] = [
    "archive, MB",
    "index: CPU, s",
    "MB a CPU-second",
    "highest resident, MB",
    "sidecars, MB",
    "of the logs",
];
const HUNTED: [&str; 8] = [
    "archive, MB",
    "value",
    "hits",
    "as in the truth",
    "CPU, s",
    "wall, s",
    "read, MB",
    "of the logs",
];

/// An archive that grows by files of as many lines each; the lines of all are asked for together.
pub fn measure(program: &Path, directory: &Path, indicators: u64, lines: u64) -> Outcome<String> {
    let list = directory.join("indicators.txt");
    generate::write("indicators", indicators, std::slice::from_ref(&list))?;
    let logs = generate::read_list(&list)?;
    let archive = directory.join("archive");
    std::fs::create_dir_all(&archive)?;
    let each = lines / STEPS.last().copied().unwrap_or(1);
    let mut truth = BTreeMap::new();
    let (mut indexed, mut hunted) = (Vec::new(), Vec::new());
    let mut written = 0;
    let mut bytes = 0;
    for files in STEPS {
        tell(&format!("  an archive of {files} files of {each} lines"));
        let before = bytes;
        for file in written..files {
            let log = archive.join(format!("zeek-{file:02}.ndjson"));
            let told = directory.join("truth.tsv");
            generate::logs(&logs, file * each..(file + 1) * each, &log, &told)?;
            bytes += std::fs::metadata(&log)?.len();
            truth.insert(format!("zeek-{file:02}.ndjson"), read_truth(&told)?);
        }
        written = files;
        let mut command = Command::new(program);
        command.args(["--json", "hunt", "index"]).arg(&archive);
        let (used, errors) = run(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
        if !used.status.success() {
            return Err(format!("commonwatch hunt index failed: {errors}").into());
        }
        let sidecars = size_of(&archive)?.saturating_sub(bytes);
        indexed.push(vec![
            format!("{} (+ {})", megabytes(before), megabytes(bytes - before)),
            format!("{:.2}", used.cpu),
            grouped((bytes - before) as f64 / 1e6 / used.cpu.max(0.01)),
            format!("{:.0}", used.memory),
            format!("{:.1}", sidecars as f64 / 1e6),
            share(sidecars, bytes),
        ]);
        for (what, value) in values(&truth, &list)? {
            let mut row = vec![megabytes(bytes), what];
            row.extend(hunt(program, directory, &archive, &value, &truth, bytes)?);
            hunted.push(row);
        }
    }
    Ok(format!(
        "Files are added and the archive is indexed again: what has its sidecar is not read a second time.\n\n{}\n\
         Then one value at a time: one that a single line has, one that none has, and the one that \
         most have. What was read is what the hunt itself counts, sidecars and logs together.\n\n{}",
        table(&INDEXED, &indexed),
        table(&HUNTED, &hunted)
    ))
}

/// A value that a single line has, one that none has, and the one that most have.
fn values(truth: &BTreeMap<String, Pairs>, list: &Path) -> Outcome<Vec<(String, String)>> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, value) in truth.values().flat_map(|pairs| &pairs.0) {
        *counts.entry(value).or_default() += 1;
    }
    // Neither a network, which asks for many values, nor a URL.
    let is_plain = |value: &str| !value.contains('/');
    let once = counts
        .iter()
        .find(|(value, count)| **count == 1 && is_plain(value))
        .map(|(value, _)| *value);
    let most = counts.iter().max_by_key(|(_, count)| **count);
    let list = std::fs::read_to_string(list)?;
    let never = list
        .lines()
        .find(|value| !counts.contains_key(value) && is_plain(value));
    let mut values = Vec::new();
    values.extend(once.map(|value| ("in one line".to_owned(), value.to_owned())));
    values.extend(never.map(|value| ("in none".to_owned(), value.to_owned())));
    values.extend(most.map(|(value, _)| ("in most".to_owned(), (*value).to_owned())));
    Ok(values)
}

fn hunt(
    program: &Path,
    directory: &Path,
    archive: &Path,
    value: &str,
    truth: &BTreeMap<String, Pairs>,
    bytes: u64,
) -> Outcome<Vec<String>> {
    let file = directory.join("hunted.ndjson");
    let mut command = Command::new(program);
    command.args(["--json", "hunt"]).arg(archive).args(["--value", value]);
    let (used, errors) = run(command.stdin(Stdio::null()).stdout(File::create(&file)?))?;
    if used.status.code().is_none_or(|code| code > 1) {
        return Err(format!("commonwatch hunt failed: {errors}").into());
    }
    let name = |source: &str| {
        let name = Path::new(source).file_name().and_then(|name| name.to_str());
        name.unwrap_or_default().to_owned()
    };
    let found: Vec<(String, u64)> = hits_of(&file)?
        .into_iter()
        .map(|(source, line, _)| (name(&source), line))
        .collect();
    let expected = truth.iter().flat_map(|(file, pairs)| {
        let here = pairs.0.iter().filter(|(_, one)| one == value);
        here.map(|(line, _)| (file.clone(), *line))
    });
    let mut expected: Vec<(String, u64)> = expected.collect();
    let count = found.len();
    let mut found = found;
    found.sort_unstable();
    expected.sort_unstable();
    let read = bytes_read(&errors).ok_or("the summary of the hunt has no 'bytes_read'")?;
    Ok(vec![
        count.to_string(),
        if found == expected { "yes" } else { "no" }.to_owned(),
        format!("{:.2}", used.cpu),
        format!("{:.2}", used.wall),
        format!("{:.1}", read as f64 / 1e6),
        share(read, bytes),
    ])
}

/// What the hunt says that it read: `bytes_read` of its summary, sidecars and logs together.
fn bytes_read(errors: &str) -> Option<u64> {
    errors.lines().rev().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        line.get("summary").unwrap_or(&line).get("bytes_read")?.as_u64()
    })
}

fn size_of(directory: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        sum += entry?.metadata()?.len();
    }
    Ok(sum)
}

fn megabytes(bytes: u64) -> String {
    grouped(bytes as f64 / 1e6)
}

fn share(part: u64, whole: u64) -> String {
    format!("{:.2} %", part as f64 * 100.0 / whole.max(1) as f64)
}
