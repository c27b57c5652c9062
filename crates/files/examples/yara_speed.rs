//! Measures a scan of folders against yara-x called in a plain loop on the same files, one thread each, and the hashes
//! on their own: `yara_speed RULES-FOLDER FOLDER...`.

#![allow(clippy::print_stdout, reason = "it is a program that prints figures")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use events::Event;
use files::walk::{Options, Progress, Tally, walk};
use files::{FileSink, Limits, RuleMatch, Rules, Scanner, Wanted};
use stix::Problem;
use stix::observable::Kind;

/// Counts, and keeps which rules were met where so that both ways can be compared.
#[derive(Default)]
struct Count {
    matches: Vec<(String, String)>,
    problems: Vec<String>,
}

impl FileSink for Count {
    fn file(&mut self, event: &Event<'_>, rules: &[RuleMatch]) {
        let path = event.get("path").unwrap_or_default();
        let found = rules.iter().map(|rule| (path.to_owned(), rule.rule.clone()));
        self.matches.extend(found);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.to_string());
    }
}

fn files_below(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = paths.to_vec();
    while let Some(path) = pending.pop() {
        for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}

fn ours(paths: &[PathBuf], scanner: &Scanner) -> (Duration, Tally, Count) {
    let start = Instant::now();
    let (tally, mut sinks) = walk(paths, &Options::default(), scanner, &|_: Progress| {}, &Count::default);
    (start.elapsed(), tally, sinks.pop().unwrap_or_default())
}

/// yara-x as its documentation shows it, or with the one setting that ours has too: of a string that is only asked for, the
/// first place is enough.
fn plain(files: &[PathBuf], rules: &yara_x::Rules, fast_scan: bool) -> (Duration, Vec<(String, String)>) {
    let start = Instant::now();
    let mut scanner = yara_x::Scanner::new(rules);
    scanner.fast_scan(fast_scan);
    let mut matches = Vec::new();
    for file in files {
        let Ok(results) = scanner.scan_file(file) else { continue };
        let path = file.to_string_lossy();
        let found = results
            .matching_rules()
            .map(|rule| (path.to_string(), rule.identifier().to_owned()));
        matches.extend(found);
    }
    (start.elapsed(), matches)
}

fn speed(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let Some(folder) = arguments.next() else {
        println!("yara_speed RULES-FOLDER FOLDER...");
        return;
    };
    let paths: Vec<PathBuf> = arguments.collect();
    let mut problems = Vec::new();
    let start = Instant::now();
    let compiled = match Rules::builder().add_folder(Path::new(&folder), &mut problems).build() {
        Ok(compiled) => compiled,
        Err(problem) => return println!("{problem}"),
    };
    println!(
        "{} rules used, {} left out, {} problems, compiled in {:.2?}",
        compiled.used,
        compiled.left_out,
        compiled.problems.len() + problems.len(),
        start.elapsed()
    );
    for problem in compiled.problems.iter().chain(&problems) {
        println!("  {} {problem}", problem.code);
    }
    let saved = compiled.rules.save().unwrap_or_default();
    let start = Instant::now();
    let rules = match Rules::load(&saved) {
        Ok(rules) => Arc::new(rules),
        Err(problem) => return println!("{problem}"),
    };
    println!("saved in {} bytes, loaded in {:.2?}", saved.len(), start.elapsed());
    // The plain loop gets the same rules: behind our 19 bytes and the checksum stand those of yara-x.
    let direct = match yara_x::Rules::deserialize(saved.get(19 + 32..).unwrap_or_default()) {
        Ok(rules) => rules,
        Err(error) => return println!("{error}"),
    };

    let files = files_below(&paths);
    let closed = Limits {
        archive_depth: 0,
        ..Limits::default()
    };
    let ways = [
        (
            "rules",
            Scanner::new(Wanted::NONE, closed.clone()).with_rules(Arc::clone(&rules)),
        ),
        (
            "rules and SHA-256",
            Scanner::new(Wanted::of([Kind::Sha256]), closed).with_rules(rules),
        ),
    ];
    for round in 1..=3 {
        println!("round {round}");
        let (time, mut expected) = plain(&files, &direct, false);
        let (faster, mut fast) = plain(&files, &direct, true);
        expected.sort();
        fast.sort();
        for (name, scanner) in &ways {
            let (own, tally, mut count) = ours(&paths, scanner);
            count.matches.sort();
            if name == &"rules" {
                println!(
                    "  {} files, {} bytes, {} matches",
                    tally.files,
                    tally.bytes,
                    expected.len()
                );
                println!("  yara-x             {:7.1} MB/s  {time:.2?}", speed(tally.bytes, time));
                let same = fast == expected;
                println!(
                    "  yara-x, fast_scan  {:7.1} MB/s  {faster:.2?}  same matches: {same}",
                    speed(tally.bytes, faster)
                );
            }
            println!(
                "  {name:17}  {:7.1} MB/s  {own:.2?}  same matches: {}, problems {}",
                speed(tally.bytes, own),
                expected == count.matches,
                count.problems.len(),
            );
            for problem in count.problems.iter().take(5) {
                println!("    {problem}");
            }
        }
    }
}
