//! A sink that keeps everything, and short ways to use it.

use std::path::{Path, PathBuf};

use formats::{Found, ReadOptions, Sink, Summary};
use serde_json::Value;
use stix::{Id, Problem, Severity, Timestamp};

#[derive(Default)]
pub struct Kept {
    pub objects: Vec<String>,
    pub dated: Vec<bool>,
    pub places: Vec<String>,
    pub problems: Vec<Problem>,
}

impl Sink for Kept {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.objects.push(found.text.into_owned());
        self.dated.push(found.dated);
        self.places.push(found.place.to_string());
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Kept {
    /// The objects of a type as JSON.
    pub fn of_type(&self, object_type: &str) -> Vec<Value> {
        let objects = self
            .objects
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap());
        objects.filter(|object| object["type"] == object_type).collect()
    }

    /// The patterns of the indicators.
    pub fn patterns(&self) -> Vec<String> {
        let indicators = self.of_type("indicator");
        indicators
            .iter()
            .map(|object| object["pattern"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The problems as a person reads them.
    pub fn said(&self) -> String {
        let lines: Vec<String> = self
            .problems
            .iter()
            .map(|problem| format!("[{}] {problem}", problem.code))
            .collect();
        lines.join("\n")
    }

    pub fn errors(&self) -> u64 {
        self.problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count() as u64
    }
}

pub fn options() -> ReadOptions {
    ReadOptions {
        name: None,
        producer: Id::parse("identity--00000000-0000-4000-8000-000000000001").unwrap(),
        default_markings: vec![Id::parse("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb").unwrap()],
        now: Timestamp::parse("2026-11-23T12:00:00Z").unwrap(),
        limits: formats::Limits::default(),
    }
}

/// Reads from memory and as a stream, which must agree, and checks what holds for every input.
pub fn read(input: &[u8], options: &ReadOptions) -> (Result<Summary, Problem>, Kept) {
    let mut kept = Kept::default();
    let outcome = formats::read_slice(input, options, &mut kept);
    let mut streamed = Kept::default();
    let streamed_outcome = formats::read_any(&mut std::io::Cursor::new(input), options, &mut streamed);
    assert_eq!(outcome, streamed_outcome);
    assert_eq!(kept.objects, streamed.objects);
    assert_eq!(kept.problems, streamed.problems);
    if let Ok(summary) = &outcome {
        assert_eq!(summary.objects, kept.objects.len() as u64);
        assert_eq!(summary.refused, kept.errors());
    }
    (outcome, kept)
}

/// Reads a text that can be read to its end.
pub fn read_text(text: &str) -> (Summary, Kept) {
    let (outcome, kept) = read(text.as_bytes(), &options());
    (outcome.unwrap(), kept)
}

/// A folder of the real data, or none, which is said.
pub fn data(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA does not name the folder of real data");
        return None;
    };
    let path = Path::new(&root).join(folder);
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// All files below a folder with one of the endings, in order.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|known| ending == *known))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
