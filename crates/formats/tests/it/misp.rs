//! MISP through STIX and back, on events that nobody here wrote.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use formats::{Found, ReadOptions, Sink, Summary};
use serde_json::Value;
use stix::{Id, Problem, Severity, Timestamp};

mod foreign;
mod generated;
mod pairs;
mod roundtrip;

/// Keeps everything.
#[derive(Default)]
pub struct Collected {
    pub objects: Vec<Value>,
    pub texts: Vec<String>,
    pub problems: Vec<Problem>,
    /// What is wrong with the objects by the MUSTs of STIX.
    pub invalid: Vec<String>,
}

impl Sink for Collected {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let object = stix::Object::parse(&found.text)?;
        for problem in stix::check::check(object.map()) {
            if problem.severity == Severity::Error {
                let start: String = found.text.chars().take(600).collect();
                self.invalid.push(format!("{problem}: {start}"));
            }
        }
        if let Some(id) = stix::sco::deterministic_id(object.map())
            && object.map().str("id") != Some(id.as_str())
        {
            self.invalid.push(format!("expected {id}: {}", found.text));
        }
        if object.map().str("pattern_type") == Some("stix") {
            let pattern = object.map().str("pattern").unwrap_or_default();
            match stix::pattern::Pattern::parse(pattern) {
                Err(problem) => self.invalid.push(format!("{problem}: {pattern}")),
                Ok(parsed) => self.invalid.extend(
                    parsed
                        .check()
                        .iter()
                        .filter(|problem| problem.severity == Severity::Error)
                        .map(|problem| format!("{problem}: {pattern}")),
                ),
            }
        }
        self.texts.push(found.text.to_string());
        self.objects
            .push(serde_json::from_str(&found.text).expect("every object is JSON"));
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

pub fn options() -> ReadOptions {
    ReadOptions {
        name: None,
        producer: Id::parse("identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5").unwrap(),
        default_markings: Vec::new(),
        now: Timestamp::parse("2026-11-23T12:00:00Z").unwrap(),
        limits: formats::Limits::default(),
    }
}

pub fn read(json: &[u8]) -> Result<(Collected, Summary), Problem> {
    let mut collected = Collected::default();
    let summary = formats::misp::read_json(json, &options(), &mut collected)?;
    Ok((collected, summary))
}

/// The folder of real data, or none where this machine has none.
pub fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("COMMONWATCH_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: COMMONWATCH_DATA is not set");
    }
    folder
}

pub fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            json_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// Every file of the data that holds MISP events.
fn event_files(data: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in [
        "eset-malware-ioc",
        "pymisp",
        "misp-stix/tests",
        "citizenlab",
        "feed-eset-by-pymisp",
    ] {
        json_files(&data.join("sharing").join(folder), &mut files);
    }
    files.sort();
    files
}

#[test]
fn every_real_event_is_read_and_nothing_is_refused() {
    let Some(data) = data() else { return };
    let mut events = 0;
    let mut invalid: Vec<String> = Vec::new();
    for path in event_files(&data) {
        let bytes = std::fs::read(&path).unwrap();
        match read(&bytes) {
            Ok((collected, _)) => {
                invalid.extend(collected.invalid.iter().take(5).cloned());
                let errors: Vec<_> = collected
                    .problems
                    .iter()
                    .filter(|p| p.severity == Severity::Error)
                    .collect();
                events += collected
                    .objects
                    .iter()
                    .filter(|o| o["type"] == "report" || o["type"] == "grouping")
                    .count();
                println!(
                    "{}: {} objects, {} problems, errors {errors:?}",
                    path.display(),
                    collected.objects.len(),
                    collected.problems.len()
                );
            }
            Err(problem) => println!("{}: {problem}", path.display()),
        }
    }
    assert!(invalid.is_empty(), "{}", invalid.join("\n"));
    assert!(events >= 40, "{events} events");
}

#[test]
fn a_file_that_is_no_json_is_refused_with_line_and_column() {
    let Some(data) = data() else { return };
    let path = data.join("sharing/eset-malware-ioc/pypi_backdoor/malicious_pypi_packages.misp-event.json");
    let problem = read(&std::fs::read(path).unwrap())
        .err()
        .expect("this file is broken as published");
    assert_eq!((problem.code, problem.place.line), ("json-syntax", Some(37_374)));
    assert!(problem.place.column.is_some());
}
