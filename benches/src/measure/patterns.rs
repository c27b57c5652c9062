//! Pattern evaluation against many patterns: parsing, one by one, and a set of ten thousand at once.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use stix::json::Map;
use stix::pattern::{Compiled, NoObjects, Observed, Pattern, PatternSet};

use crate::Outcome;
use crate::figures::grouped;
use crate::objects::Objects;
use crate::process::cpu_seconds;

/// Patterns that are evaluated one by one.
const FEW: usize = 600;
/// Patterns that are evaluated at once.
const MANY: usize = 10_000;
/// Observations they are evaluated against.
const OBSERVATIONS: u64 = 2_000;

/// Patterns and observations, the same for us and for the peer.
pub struct Case {
    patterns: Vec<String>,
    observations: Vec<String>,
}

impl Case {
    /// Patterns of the STIX 2.0 bundles of a directory where there is one, then made-up ones; and made-up observations,
    /// one in ten of which holds a value of one of the patterns.
    pub fn make(bundles: Option<&Path>, objects: Objects) -> Outcome<Self> {
        let mut patterns = match bundles {
            Some(directory) => patterns_of(directory)?,
            None => Vec::new(),
        };
        let mut number = 0;
        while patterns.len() < MANY {
            if let Some(pattern) = pattern_of(&serde_json::from_str(&objects.text(number))?) {
                patterns.push(pattern);
            }
            number += 1;
        }
        let hosts: Vec<&str> = patterns.iter().filter_map(|text| host_of(text)).collect();
        let observations = (0..OBSERVATIONS).map(|at| observation(at, &hosts)).collect();
        Ok(Self { patterns, observations })
    }

    /// Writes the part that is evaluated one by one for the peer's script.
    pub fn write(&self, file: &Path) -> Outcome<()> {
        let few: Vec<&String> = self.few().collect();
        let observations: Vec<Value> = self
            .observations
            .iter()
            .map(|text| serde_json::from_str(text))
            .collect::<Result<_, _>>()?;
        std::fs::write(
            file,
            json!({ "patterns": few, "observations": observations }).to_string(),
        )?;
        Ok(())
    }

    fn few(&self) -> impl Iterator<Item = &String> {
        self.patterns.iter().step_by(self.patterns.len() / FEW).take(FEW)
    }
}

fn patterns_of(directory: &Path) -> Outcome<Vec<String>> {
    let mut found = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let bundle: Value = serde_json::from_slice(&std::fs::read(path)?)?;
            let objects = bundle.get("objects").and_then(Value::as_array);
            let texts = objects.into_iter().flatten().filter_map(pattern_of);
            // What the older language writes otherwise is left out: the peer is given the same.
            found.extend(texts.filter(|text| Pattern::parse(text).is_ok()));
        }
    }
    Ok(found.into_iter().collect())
}

fn pattern_of(object: &Value) -> Option<String> {
    object.get("pattern").and_then(Value::as_str).map(str::to_owned)
}

fn host_of(pattern: &str) -> Option<&str> {
    pattern.strip_prefix("[domain-name:value = '")?.strip_suffix("']")
}

fn observation(at: u64, hosts: &[&str]) -> String {
    let hit = usize::try_from(at).ok().filter(|at| at % 10 == 0 && !hosts.is_empty());
    let host = match hit.and_then(|at| hosts.get(at * 7919 % hosts.len())) {
        Some(host) => (*host).to_owned(),
        None => format!("host{at}.example.com"),
    };
    json!({
        "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--00000000-0000-4000-8000-{at:012x}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:10Z", "number_observed": 1,
        "objects": {
            "0": { "type": "ipv4-addr", "value": format!("198.51.100.{}", at % 250) },
            "1": { "type": "domain-name", "value": host, "resolves_to_refs": ["0"] },
            "2": {
                "type": "network-traffic", "src_ref": "0", "dst_ref": "1", "src_port": at, "dst_port": 443,
                "protocols": ["tcp", "https"],
            },
            "3": {
                "type": "file", "name": format!("f{at}.exe"), "size": at,
                "hashes": { "MD5": format!("{at:032x}"), "SHA-256": format!("{at:064x}") },
            },
        },
    })
    .to_string()
}

/// Rows of the table: what, how many a CPU-second.
pub fn measure(case: &Case) -> Outcome<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row = |what: String, count: u64, seconds: f64| rows.push(vec![what, grouped(count as f64 / seconds)]);
    let parsed = timed(|| {
        case.patterns
            .iter()
            .map(|text| Pattern::parse(text))
            .collect::<Result<Vec<_>, _>>()
    });
    let patterns = parsed.1.map_err(|problem| problem.to_string())?;
    row("patterns parsed".to_owned(), patterns.len() as u64, parsed.0);
    let compiled = timed(|| patterns.iter().map(Compiled::new).collect::<Result<Vec<_>, _>>());
    let all = compiled.1.map_err(|problem| problem.to_string())?;
    row("patterns compiled".to_owned(), all.len() as u64, compiled.0);

    let values: Result<Vec<_>, _> = case.observations.iter().map(|text| stix::json::parse(text)).collect();
    let values = values.map_err(|problem| problem.to_string())?;
    let maps: Vec<&Map<'_>> = values.iter().filter_map(|value| value.as_object()).collect();
    let observed: Result<Vec<_>, _> = maps.iter().map(|map| Observed::read(map, &NoObjects)).collect();
    let observed = observed.map_err(|problem| problem.to_string())?;

    let few: Vec<&Compiled> = all.iter().step_by(all.len() / FEW).take(FEW).collect();
    let (seconds, hits) = timed(|| {
        let pairs = few
            .iter()
            .flat_map(|pattern| observed.iter().map(move |one| (pattern, one)));
        pairs
            .filter(|(pattern, one)| pattern.matches(std::slice::from_ref(one)) == Ok(true))
            .count()
    });
    let evaluations = few.len() as u64 * OBSERVATIONS;
    row(
        format!("evaluations, {} patterns one by one, {hits} hits", few.len()),
        evaluations,
        seconds,
    );

    let mut set = PatternSet::new();
    for pattern in all.into_iter().take(MANY) {
        set.add(pattern);
    }
    let (seconds, hits) = timed(|| {
        let rounds = (0..10).flat_map(|_| &observed);
        rounds
            .map(|one| set.matches(std::slice::from_ref(one)).matching.len())
            .sum::<usize>()
            / 10
    });
    let size = grouped(set.len() as f64);
    row(
        format!("observations against all of {size} patterns at once, {hits} hits"),
        OBSERVATIONS * 10,
        seconds,
    );
    row(
        format!("the same as evaluations ({size} an observation)"),
        OBSERVATIONS * 10 * set.len() as u64,
        seconds,
    );
    Ok(rows)
}

/// What something gives, and the seconds of our own processor time it took; no less than a tick of that clock.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (cpu, started) = (cpu_seconds(std::process::id()), Instant::now());
    let result = work();
    let used = cpu_seconds(std::process::id()) - cpu;
    // The clock of /proc ticks a hundred times a second: short work is timed by the wall.
    (
        if used < 0.5 {
            started.elapsed().as_secs_f64()
        } else {
            used
        },
        result,
    )
}
