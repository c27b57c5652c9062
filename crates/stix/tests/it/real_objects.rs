//! What the checker says about objects that others made.

use std::collections::BTreeMap;

use stix::check::{Class, check, class};
use stix::sco::deterministic_id;

use crate::data::{each_object, files, folder};

/// How many objects a folder has, and how often each finding comes.
fn survey(name: &str, wanted: impl Fn(&str) -> bool) -> Option<(usize, BTreeMap<String, usize>)> {
    let folder = folder(name)?;
    let (mut count, mut found) = (0, BTreeMap::new());
    for file in files(&folder) {
        if !wanted(&file.to_string_lossy()) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        each_object(&text, |map| {
            count += 1;
            for problem in check(map) {
                println!("{}: {problem}", file.display());
                *found
                    .entry(format!("{:?} {}", problem.severity, problem.code))
                    .or_default() += 1;
            }
        });
    }
    Some((count, found))
}

fn one(code: &str, times: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(code.to_owned(), times)])
}

#[test]
fn finds_nothing_wrong_with_attack_and_the_oasis_examples() {
    for (name, least) in [
        ("stix/attack", 26_000),
        ("stix/oasis-cti-documentation", 293),
        ("stix/opencti-datasets", 723),
    ] {
        let Some((count, found)) = survey(name, |_| true) else {
            return;
        };
        assert!(count >= least, "{name}: {count}");
        assert_eq!(found, BTreeMap::new(), "{name}");
    }
}

#[test]
fn catches_what_is_wrong_on_purpose() {
    let examples = "stix/oasis-stix-validator-examples";
    let Some((_, found)) = survey(examples, |file| {
        file.contains("v21") && file.contains("invalid_identity")
    }) else {
        return;
    };
    assert_eq!(found, one("Error missing-property", 1));
    let (_, found) = survey(examples, |file| {
        file.contains("v21") && file.contains("invalid_timestamp")
    })
    .unwrap();
    assert_eq!(found, one("Error time-order", 1));
    let good = |file: &str| file.contains("v21") && !file.contains("invalid");
    let (count, found) = survey(examples, good).unwrap();
    assert_eq!((count, found), (6, one("Warning unknown-property", 3)));
}

#[test]
fn finds_the_one_object_of_the_reference_library_that_is_still_stix_2_0() {
    let Some((count, found)) = survey("stix/oasis-python-stix2", |file| file.contains("v21")) else {
        return;
    };
    let expected = BTreeMap::from([
        ("Error missing-property".to_owned(), 1),
        ("Warning timestamp-precision".to_owned(), 1),
    ]);
    assert_eq!((count, found), (31, expected));
}

#[test]
fn finds_nothing_wrong_with_the_stix_2_1_of_misp_stix() {
    let Some((count, found)) = survey("sharing/misp-stix/tests", |file| file.contains("stix21")) else {
        return;
    };
    assert!(count > 20, "{count}");
    assert_eq!(found, BTreeMap::new());
}

#[test]
fn gives_the_observables_of_the_oasis_examples_their_identifiers() {
    let Some(folder) = folder("stix/oasis-cti-documentation") else {
        return;
    };
    let mut compared = 0;
    for file in files(&folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        each_object(&text, |map| {
            if class(map.str("type").unwrap()) == Class::Observable {
                assert_eq!(deterministic_id(map).unwrap().as_str(), map.str("id").unwrap());
                compared += 1;
            }
        });
    }
    assert_eq!(compared, 2);
}
