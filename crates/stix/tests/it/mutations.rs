//! Real-shaped objects, broken at random: nothing panics, nothing changes the text.

use proptest::prelude::*;
use serde_json::{Value, json};
use stix::check::check;
use stix::upgrade::upgrade_with_notes;
use stix::{Object, marking, sco, view};

/// One object of each kind, as the examples of the field look; addresses are of the documentation ranges.
fn seeds() -> Vec<Value> {
    let id = |kind: &str| format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    let sdo = |kind: &str, own: Value| {
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": id(kind), "created": "2026-04-06T20:03:48.000Z",
            "modified": "2026-04-06T20:03:48.000Z", "created_by_ref": id("identity"), "lang": "en", "confidence": 50,
            "labels": ["malicious-activity"], "revoked": false,
            "object_marking_refs": ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
            "external_references": [{"source_name": "cve", "external_id": "CVE-2026-1", "url": "https://example.com/",
                "hashes": {"MD5": "1717b7fff97d37a1e1a0029d83492de1"}}],
            "granular_markings": [{"selectors": ["labels.[0]", "external_references.[0].hashes.MD5"],
                "marking_ref": id("marking-definition")}],
            "extensions": {"extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f": {"extension_type": "property-extension"}}
        });
        for (key, value) in own.as_object().unwrap() {
            object[key] = value.clone();
        }
        object
    };
    vec![
        sdo(
            "indicator",
            json!({"pattern": "[ipv4-addr:value = '192.0.2.1'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
                "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z",
                "kill_chain_phases": [{"kill_chain_name": "a", "phase_name": "b"}]}),
        ),
        sdo(
            "relationship",
            json!({"relationship_type": "indicates", "source_ref": id("indicator"), "target_ref": id("malware")}),
        ),
        sdo(
            "sighting",
            json!({"sighting_of_ref": id("indicator"), "count": 3, "where_sighted_refs": [id("identity")]}),
        ),
        sdo("malware", json!({"is_family": true, "name": "a"})),
        sdo("location", json!({"latitude": 1.5, "longitude": -2, "precision": 10})),
        sdo(
            "observed-data",
            json!({"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1,
                "objects": {"0": {"type": "ipv4-addr", "value": "192.0.2.1"},
                    "1": {"type": "network-traffic", "src_ref": "0", "protocols": ["tcp"]}}}),
        ),
        sdo(
            "language-content",
            json!({"object_ref": id("campaign"), "contents": {"de": {"name": "x", "goals": ["", "y"]}}}),
        ),
        json!({"type": "marking-definition", "spec_version": "2.1", "id": id("marking-definition"),
            "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "definition": {"statement": "PAP:RED"}}),
        json!({"type": "file", "id": id("file"), "hashes": {"MD5": "1717b7fff97d37a1e1a0029d83492de1", "SSDEEP": "3:AX:B"},
            "size": 1, "extensions": {"windows-pebinary-ext": {"pe_type": "exe", "sections": [{"name": "a", "entropy": 0.5}]}}}),
        json!({"type": "email-message", "id": id("email-message"), "is_multipart": true,
            "body_multipart": [{"body_raw_ref": id("artifact")}]}),
        json!({"type": "bundle", "id": id("bundle"), "objects": [{"type": "url", "id": id("url"), "value": "https://example.com/a"}]}),
    ]
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{"a": [1]}]])),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("2.0"),
            Just("2.1"),
            Just("indicator"),
            Just("file"),
            Just("bundle"),
            Just("x-ü--"),
            Just("labels.[99999999999999999999]"),
            Just("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
            Just("2026-02-30T00:00:00Z"),
            Just("[a:b = '"),
        ]
        .prop_map(Value::from),
    ]
}

/// Replaces, removes, or renames the n-th value of a tree.
fn mutate(value: &mut Value, at: &mut usize, with: &Value, how: u8) {
    if *at == 0 {
        *value = with.clone();
        *at = usize::MAX;
        return;
    }
    *at = at.saturating_sub(1);
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| {
            if *at != usize::MAX {
                mutate(value, at, with, how);
            }
        }),
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            for key in keys {
                if *at == usize::MAX {
                    return;
                }
                if *at == 0 && how == 1 {
                    map.remove(&key);
                    *at = usize::MAX;
                } else if *at == 0 && how == 2 {
                    let moved = map.remove(&key).unwrap_or_default();
                    map.insert(format!("{key}é\u{0}"), moved);
                    *at = usize::MAX;
                } else if let Some(value) = map.get_mut(&key) {
                    mutate(value, at, with, how);
                }
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_broken_object_is_described_and_never_panics(
        seed in 0..11_usize,
        changes in prop::collection::vec((0..60_usize, odd_value(), 0..4_u8), 0..5),
        pretty in any::<bool>(),
    ) {
        let mut tree = seeds().swap_remove(seed);
        for (mut at, with, how) in changes {
            mutate(&mut tree, &mut at, &with, how);
        }
        let text = if pretty { serde_json::to_string_pretty(&tree).unwrap() } else { tree.to_string() };
        let Ok(object) = Object::parse(&text) else { return Ok(()) };
        let before = object.clone();

        let problems = check(object.map());
        prop_assert!(problems.len() <= 120, "{}", problems.len());
        for problem in &problems {
            prop_assert!(problem.place.path.as_deref().is_some_and(|path| path.starts_with('$')), "{problem:?}");
            prop_assert!(!problem.message.contains(char::from(0)) && !problem.message.is_empty());
        }
        if object.head().is_err() && !object.map().contains("objects") {
            prop_assert!(!problems.is_empty(), "what has no head has a problem: {text}");
        }
        let mut notes = Vec::new();
        if let Ok(Some(upgraded)) = upgrade_with_notes(object.map(), &mut notes) {
            let upgraded = Object::parse(&upgraded).unwrap();
            check(upgraded.map());
        }
        let _ = sco::deterministic_id(object.map());
        let _ = view::references(object.map()).count();
        let _ = marking::effective(marking::effective::references(object.map()), |_| Some(marking::Meaning::of(object.map())));

        prop_assert_eq!(&object, &before);
        prop_assert_eq!(object.text(), text.trim());
    }
}

#[test]
fn the_unbroken_seeds_are_good() {
    for seed in seeds() {
        let text = seed.to_string();
        let object = Object::parse(&text).unwrap();
        assert_eq!(check(object.map()), [], "{text}");
    }
}
