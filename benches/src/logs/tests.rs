//! The truth about generated lines against a second, slow reading of them, and what the workload promises.

use std::collections::{BTreeSet, HashSet};
use std::net::Ipv4Addr;

use serde_json::Value;

use super::{Index, Indicator, Indicators, Logs, Shares, write_list, write_stix};

const SEED: u64 = 11;
const FEW: usize = 400;

fn few() -> Vec<Indicator> {
    Indicators::of(SEED).take(FEW).collect()
}

fn written(shares: Shares, lines: u64) -> (String, String) {
    let logs = Logs::beside(Index::of(few().into_iter()), SEED, shares);
    let (mut log, mut truth) = (Vec::new(), Vec::new());
    logs.write(0..lines, &mut log, &mut truth).expect("memory takes it");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (text(log), text(truth))
}

/// Whether a text of a line, given as it is and in lower case, hits an indicator, by the plainest reading of the rules.
fn agrees((indicator, value): &(Indicator, String), text: &str, lower: &str) -> bool {
    match indicator {
        Indicator::Address(_) | Indicator::Url(_) => text == value,
        Indicator::Network(first, length) => text.parse::<Ipv4Addr>().is_ok_and(|address| {
            let apart = 1_u64 << (32 - u32::from(*length));
            u64::from(address.to_bits()) / apart == u64::from(*first) / apart
        }),
        Indicator::Domain(name) => lower
            .strip_suffix(name.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        Indicator::Hash(hash) => lower == hash,
    }
}

/// Every text of a line, and the URL that its host and path make.
fn texts(line: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    let fields = line.as_object().expect("a line is an object");
    for value in fields.values() {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(list) => texts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    if let (Some(host), Some(path)) = (line["host"].as_str(), line["uri"].as_str()) {
        texts.push(format!("http://{host}{path}"));
    }
    texts
}

#[test]
fn the_truth_is_what_a_slow_reading_of_every_line_finds() {
    let shares = Shares {
        hits: 6,
        look_alikes: 2,
    };
    let (log, truth) = written(shares, 1_800);
    let indicators: Vec<(Indicator, String)> = few().into_iter().map(|one| (one.clone(), one.to_string())).collect();
    let mut found = BTreeSet::new();
    for (line, text) in log.lines().enumerate() {
        let value: Value = serde_json::from_str(text).expect("a line is JSON");
        for text in texts(&value) {
            let lower = text.to_lowercase();
            let hits = indicators.iter().filter(|one| agrees(one, &text, &lower));
            found.extend(hits.map(|(_, value)| (line + 1, value.clone())));
        }
    }
    let told: Vec<(usize, String)> = truth
        .lines()
        .map(|row| {
            let (line, value) = row.split_once('\t').expect("a row has two columns");
            (line.parse().expect("a number"), value.to_owned())
        })
        .collect();
    assert_eq!(told, found.into_iter().collect::<Vec<_>>());
    let kinds: HashSet<_> = told
        .iter()
        .map(|(_, value)| std::mem::discriminant(&Indicator::read(value)))
        .collect();
    assert_eq!(kinds.len(), 5, "every kind of indicator is hit");
}

#[test]
fn one_line_in_a_thousand_hits_and_look_alikes_do_not() {
    let (log, truth) = written(Shares::default(), 3_000);
    let lines: BTreeSet<&str> = truth.lines().filter_map(|row| Some(row.split_once('\t')?.0)).collect();
    assert_eq!(lines.len(), 3);
    let indicators = few();
    let first = |test: fn(&Indicator) -> bool| indicators.iter().filter(move |one| test(one)).map(ToString::to_string);
    // A name of the list with something in front or behind is in many more lines than are in the truth.
    let names: Vec<String> = first(|one| matches!(one, Indicator::Domain(_))).collect();
    let alike = log
        .lines()
        .filter(|line| names.iter().any(|name| line.contains(name.as_str())));
    assert!(alike.count() > 5);
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let (log, truth) = written(Shares::default(), 2_000);
    let (mut list, mut stix) = (Vec::new(), Vec::new());
    write_list(2_000, SEED, &mut list).expect("memory takes it");
    write_stix(200, SEED, &mut stix).expect("memory takes it");
    let digest = |bytes: &[u8]| {
        // FNV-1a, whose value no release of Rust changes.
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let digests = [log.as_bytes(), truth.as_bytes(), &list, &stix].map(digest);
    let told = digests.map(|digest| format!("{digest:016x}"));
    let expected = [
        "fb2ead3829ad1960",
        "af536ac3fe5c3f81",
        "a78803e0b3cd3a2c",
        "bee3f87cd4c9d28b",
    ];
    assert_eq!(told, expected, "log, truth, list, STIX");
}

#[test]
fn a_list_has_its_kinds_in_their_shares_and_no_value_twice() {
    let values: Vec<Indicator> = Indicators::of(SEED).take(20_000).collect();
    let count = |test: fn(&Indicator) -> bool| values.iter().filter(|one| test(one)).count();
    assert_eq!(count(|one| matches!(one, Indicator::Address(_))), 10_000);
    assert_eq!(count(|one| matches!(one, Indicator::Network(..))), 2_000);
    assert_eq!(count(|one| matches!(one, Indicator::Domain(_))), 5_000);
    assert_eq!(count(|one| matches!(one, Indicator::Url(_))), 1_000);
    assert_eq!(count(|one| matches!(one, Indicator::Hash(_))), 2_000);
    let texts: HashSet<String> = values.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), values.len());
    for (value, text) in values.iter().map(|value| (value, value.to_string())) {
        assert_eq!(
            &Indicator::read(&text),
            value,
            "{text} is read as what it was written from"
        );
        let seen = stix::observable::guess(&text).expect("it is an observable");
        assert_eq!(seen.value, text, "it is in its canonical form");
    }
}

#[test]
fn a_list_of_stix_indicators_breaks_no_rule() {
    let mut stix = Vec::new();
    write_stix(100, SEED, &mut stix).expect("memory takes it");
    for line in String::from_utf8(stix).expect("it is text").lines() {
        let object = stix::Object::parse(line).expect("it is JSON");
        assert_eq!(stix::check::check(object.map()), [], "{line}");
    }
}
