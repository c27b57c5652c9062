//! Objects of STIX 2.0 that others made, upgraded and checked.

use std::collections::BTreeMap;

use stix::check::check;
use stix::json::Map;
use stix::upgrade::{is_stix_2_0, upgrade};
use stix::{Object, Severity};

use crate::data::{each_object, files, folder};

/// How many objects were upgraded, and the errors that the checker finds afterwards.
fn survey(name: &str, wanted: impl Fn(&str) -> bool) -> Option<(usize, BTreeMap<String, usize>)> {
    let folder = folder(name)?;
    let (mut count, mut errors) = (0, BTreeMap::new());
    for file in files(&folder).iter().filter(|file| wanted(&file.to_string_lossy())) {
        let text = std::fs::read_to_string(file).unwrap();
        each_object(&text, |map| {
            if !is_stix_2_0(map) {
                return;
            }
            count += 1;
            let text = upgrade(map).unwrap().unwrap();
            let object = Object::parse(&text).unwrap();
            assert_eq!(upgrade(object.map()), Ok(None));
            assert!(
                map.iter()
                    .all(|(_, value)| object.map().iter().any(|(_, kept)| kept == value)
                        || value.as_array().is_some_and(|all| !all.is_empty())),
                "a value is lost: {text}"
            );
            for problem in check(object.map()) {
                if problem.severity == Severity::Error {
                    println!("{}: {problem}", file.display());
                    *errors.entry(problem.code.to_owned()).or_default() += 1;
                }
            }
        });
    }
    Some((count, errors))
}

#[test]
fn unit_42_playbooks_become_good_stix_2_1_but_for_six_identities_whose_class_is_a_list() {
    let Some((count, errors)) = survey("stix/unit42-playbooks", |_| true) else {
        return;
    };
    assert!(count > 10_000, "{count}");
    assert_eq!(errors, BTreeMap::from([("wrong-type".to_owned(), 6)]));
}

#[test]
fn the_stix_2_0_of_the_reference_library_and_of_misp_stix_becomes_good_stix_2_1() {
    let Some((count, errors)) = survey("stix/oasis-python-stix2", |file| file.contains("v20")) else {
        return;
    };
    assert!(count > 25, "{count}");
    assert_eq!(errors, BTreeMap::new());
    let (count, errors) = survey("sharing/misp-stix/tests", |file| file.contains("stix20")).unwrap();
    assert!(count > 40, "{count}");
    assert_eq!(errors, BTreeMap::new());
}

/// MITRE's own file of STIX 2.0 is not in the data; what made it 2.1 is taken off again.
#[test]
fn attack_enterprise_in_stix_2_0_becomes_good_stix_2_1() {
    let Some(folder) = folder("stix/attack") else { return };
    let text = std::fs::read_to_string(folder.join("enterprise-attack-stix21-derived.json")).unwrap();
    let mut count = 0;
    each_object(&text, |map| {
        let old: Map<'_> = map
            .iter()
            .filter(|(key, _)| !matches!(*key, "spec_version" | "is_family"))
            .map(|(key, value)| (key, value.clone()))
            .collect();
        let new = upgrade(&old).unwrap().unwrap();
        let object = Object::parse(&new).unwrap();
        let errors = check(object.map());
        assert!(errors.is_empty(), "{errors:?}");
        count += 1;
    });
    assert!(count > 24_000, "{count}");
}
