//! The pattern language against the recorded cases of the OASIS matcher and validator suites, and against real
//! patterns.
//!
//! `docs/decisions/0003-stix-pattern-semantics.md` says why the cases in the tables below come out otherwise.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use stix::json::{self, Map};
use stix::pattern::{Compiled, NoObjects, Observed, Pattern, PatternSet};
use stix::{Problem, Severity};

use crate::data::{each_object, files, folder};

/// Where the reference matcher answers yes and the specification says no: observations exactly WITHIN apart.
const WITHIN_IS_EXCLUSIVE: [&str; 2] = [
    "([person:name = 'alice'] AND [person:name < 'carol']) WITHIN 5 SECONDS",
    "[person:name > 'aaron'] REPEATS 5 TIMES WITHIN 1 SECONDS",
];

/// Days that no calendar has; the reference looks only at the form.
const NO_SUCH_DAY: [&str; 2] = [
    "[x:created = t'2024-02-30T12:00:00Z']",
    "[x:created = t'2023-02-29T12:00:00Z']",
];

fn recorded(name: &str) -> Option<String> {
    Some(std::fs::read_to_string(folder("stix/patterns")?.join(name)).unwrap())
}

fn read(text: &str, version: &str) -> Result<Pattern, Problem> {
    let pattern = if version == "2.0" {
        Pattern::parse_v20(text)
    } else {
        Pattern::parse(text)
    }?;
    match pattern
        .check()
        .into_iter()
        .find(|problem| problem.severity == Severity::Error)
    {
        Some(problem) => Err(problem),
        None => Ok(pattern),
    }
}

/// Evaluates a pattern over recorded observations: observed-data, or bundles of it with its objects.
fn matches(pattern: &Compiled, observations: &json::Value<'_>) -> bool {
    let entries: Vec<&Map<'_>> = observations
        .as_array()
        .unwrap()
        .iter()
        .filter_map(json::Value::as_object)
        .collect();
    let bundled: Vec<Vec<&Map<'_>>> = entries
        .iter()
        .map(|entry| match entry.array("objects") {
            Some(objects) => objects.iter().filter_map(json::Value::as_object).collect(),
            None => vec![*entry],
        })
        .collect();
    let known: HashMap<&str, &Map<'_>> = bundled
        .iter()
        .flatten()
        .filter_map(|object| Some((object.str("id")?, *object)))
        .collect();
    let observed: Vec<Observed<'_>> = bundled
        .iter()
        .flatten()
        .filter(|object| object.contains("first_observed"))
        .map(|object| Observed::read(object, &known).unwrap())
        .collect();
    let set: PatternSet = [pattern.clone()].into_iter().collect();
    let found = set.matches(&observed);
    let alone = pattern.matches(&observed).unwrap();
    assert_eq!(found.matching.len() == 1, alone);
    alone
}

#[test]
fn the_recorded_cases_of_the_reference_matcher_come_out_as_recorded_but_for_the_listed_ones() {
    let Some(text) = recorded("matcher_cases.json") else {
        return;
    };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut otherwise = BTreeSet::new();
    let (mut run, mut unusable) = (0, 0);
    for case in cases["cases"].as_array().unwrap() {
        let text = |key: &str| case[key].as_str().unwrap_or_default();
        let (pattern, version, source) = (text("pattern"), text("stix_version"), text("source"));
        // These tests change their observations as they run; the recording has the last state for all of them.
        let temporal = source.contains("test_temporal_qualifiers.py");
        if temporal && source.contains("::test_within_") {
            unusable += 1;
            continue;
        }
        let set = match (text("observations"), temporal) {
            ("obs011", true) => "obs005",
            ("obs024", true) => "obs018",
            (set, _) => set,
        };
        let observations = cases["observation_sets"][set].to_string();
        let observations = json::parse(&observations).unwrap();
        run += 1;
        let compiled = read(pattern, version).and_then(|pattern| Compiled::new(&pattern));
        let expected = case["match"].as_bool();
        let found = compiled.as_ref().ok().map(|compiled| matches(compiled, &observations));
        // Data of the wrong type is an error to the reference; here it is a value of another type.
        let data_error = text("error") == "MatcherException" && found.is_some();
        if data_error {
            assert_eq!(found, Some(pattern.contains("!=")), "{pattern}");
        } else if found != expected {
            otherwise.insert(pattern);
        }
    }
    println!("{run} matcher cases run, {unusable} recorded with other observations left out");
    assert_eq!(otherwise, BTreeSet::from(WITHIN_IS_EXCLUSIVE));
}

#[test]
fn the_recorded_cases_of_the_reference_validator_come_out_as_recorded_but_for_the_listed_ones() {
    let Some(text) = recorded("validator_cases.json") else {
        return;
    };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut otherwise = BTreeSet::new();
    for case in cases["cases"].as_array().unwrap() {
        let (pattern, version) = (
            case["pattern"].as_str().unwrap(),
            case["stix_version"].as_str().unwrap(),
        );
        if read(pattern, version).is_ok() != case["valid"].as_bool().unwrap() {
            otherwise.insert(pattern);
        }
    }
    assert_eq!(otherwise, BTreeSet::from(NO_SUCH_DAY));
}

#[test]
fn real_patterns_are_read_written_compiled_and_indexed() {
    let Some(folder) = folder("stix/unit42-playbooks") else {
        return;
    };
    let mut patterns = BTreeSet::new();
    for file in files(&folder) {
        each_object(&std::fs::read_to_string(file).unwrap(), |object| {
            if object.str("type") == Some("indicator") {
                patterns.extend(object.str("pattern").map(str::to_owned));
            }
        });
    }
    let mut set = PatternSet::new();
    for text in &patterns {
        let pattern = Pattern::parse_v20(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(Pattern::parse(&pattern.canonical()).as_ref(), Ok(&pattern), "{text}");
        set.add(Compiled::new(&pattern).unwrap_or_else(|problem| panic!("{text}: {problem}")));
    }
    println!("{} distinct patterns", set.len());
    let nothing = Map::default();
    let time = stix::Timestamp::from_seconds(0);
    assert!(
        set.matches(&[Observed::new(time, time, 1, [&nothing], &NoObjects)])
            .matching
            .is_empty()
    );
}
