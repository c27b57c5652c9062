//! Each MUST by the object that breaks it: a good object, one change, the code and place of what is found.

use serde_json::{Value, json};

use super::check;
use crate::{Object, Severity};

fn id(kind: &str) -> String {
    format!("{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
}

fn versioned(kind: &str, own: Value) -> Value {
    let common = json!({
        "type": kind, "spec_version": "2.1", "id": id(kind),
        "created": "2026-04-06T20:03:48.000Z", "modified": "2026-04-06T20:03:48.000Z",
    });
    merged(common, own)
}

fn observable(kind: &str, own: Value) -> Value {
    merged(json!({"type": kind, "id": id(kind)}), own)
}

/// Puts the properties of the second into the first; null takes one away.
fn merged(mut object: Value, change: Value) -> Value {
    if let (Some(object), Value::Object(change)) = (object.as_object_mut(), change) {
        for (key, value) in change {
            if value.is_null() {
                object.remove(&key);
            } else {
                object.insert(key, value);
            }
        }
    }
    object
}

fn findings(object: &Value) -> Vec<String> {
    let text = object.to_string();
    let object = Object::parse(&text).unwrap();
    check(object.map())
        .into_iter()
        .map(|problem| {
            let mark = if problem.severity == Severity::Warning { "?" } else { "" };
            format!("{mark}{} {}", problem.code, problem.place.path.unwrap_or_default())
        })
        .collect()
}

/// A good object, and changes with the one finding that each brings.
fn expect(good: Value, cases: &[(Value, &str)]) {
    assert_eq!(findings(&good), Vec::<String>::new(), "{good}");
    for (change, finding) in cases {
        let broken = merged(good.clone(), change.clone());
        assert_eq!(findings(&broken), [*finding], "{change}");
    }
}

#[test]
fn common_properties() {
    expect(
        versioned("identity", json!({"name": "a"})),
        &[
            (json!({"name": null}), "missing-property $"),
            (json!({"name": 1}), "wrong-type $.name"),
            (json!({"spec_version": null}), "missing-property $"),
            (json!({"spec_version": "2.0"}), "not-in-vocabulary $.spec_version"),
            (json!({"id": "identity--1"}), "bad-id $.id"),
            (json!({"id": id("tool")}), "id-type-mismatch $.id"),
            (
                json!({"id": "identity--d41d8cd9-8f00-b204-e980-0998ecf8427e"}),
                "bad-id $.id",
            ),
            (json!({"created": "yesterday"}), "bad-timestamp $.created"),
            (json!({"modified": "2025-01-01T00:00:00.000Z"}), "time-order $.modified"),
            (
                json!({"modified": "2027-01-01T00:00:00Z"}),
                "?timestamp-precision $.modified",
            ),
            (
                json!({"created_by_ref": id("tool")}),
                "wrong-reference $.created_by_ref",
            ),
            (
                json!({"object_marking_refs": [id("tool")]}),
                "wrong-reference $.object_marking_refs[0]",
            ),
            (json!({"labels": []}), "empty-list $.labels"),
            (json!({"labels": ["a", 1]}), "wrong-type $.labels[1]"),
            (json!({"confidence": 101}), "out-of-range $.confidence"),
            (json!({"confidence": 1.5}), "wrong-type $.confidence"),
            (json!({"revoked": "no"}), "wrong-type $.revoked"),
            (json!({"lang": "in english"}), "bad-value $.lang"),
            (json!({"defanged": true}), "misplaced-property $.defanged"),
            (json!({"severity": "high"}), "reserved-name $.severity"),
            (json!({"Custom": 1}), "bad-property-name $.Custom"),
            (json!({"custom_one": 1}), "?unknown-property $.custom_one"),
            (json!({"x_custom": []}), "?empty-value $.x_custom"),
            (
                json!({"external_references": [{"source_name": "a"}]}),
                "none-of-properties $.external_references[0]",
            ),
            (
                json!({"external_references": [{"source_name": "a", "url": "example.com"}]}),
                "bad-value $.external_references[0].url",
            ),
        ],
    );
}

#[test]
fn markings_and_extensions() {
    let granular = |one: Value| json!({"granular_markings": [one]});
    let marking = id("marking-definition");
    expect(
        versioned("identity", json!({"name": "a", "roles": ["b"]})),
        &[
            (
                granular(json!({"selectors": ["name"]})),
                "none-of-properties $.granular_markings[0]",
            ),
            (
                granular(json!({"selectors": ["name"], "lang": "de", "marking_ref": marking})),
                "exclusive-properties $.granular_markings[0]",
            ),
            (
                granular(json!({"selectors": ["roles.[1]"], "lang": "de"})),
                "selector-without-target $.granular_markings[0].selectors[0]",
            ),
            (
                granular(json!({"selectors": ["roles[0]"], "lang": "de"})),
                "bad-selector $.granular_markings[0].selectors[0]",
            ),
            (json!({"extensions": {}}), "empty-dictionary $.extensions"),
            (
                json!({"extensions": {id("extension-definition"): {"a": 1}}}),
                "missing-property $.extensions.extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            ),
            (
                json!({"extensions": {"Bad Key": {"a": 1}}}),
                "bad-extension $.extensions[\"Bad Key\"]",
            ),
        ],
    );
    let statement = json!({"type": "marking-definition", "spec_version": "2.1", "id": marking,
        "created": "2026-04-06T20:03:48.000Z", "definition_type": "statement", "definition": {"statement": "a"}});
    expect(
        statement,
        &[
            (
                json!({"definition": null, "definition_type": null}),
                "none-of-properties $",
            ),
            (json!({"definition": {"text": "a"}}), "missing-property $.definition"),
            (json!({"definition_type": "tlp"}), "tlp-marking-altered $.id"),
            (
                json!({"object_marking_refs": [marking]}),
                "circular-marking $.object_marking_refs",
            ),
        ],
    );
    let extension = json!({"name": "a", "schema": "b", "version": "1.0.0", "extension_types": ["new-sdo"],
        "created_by_ref": id("identity")});
    expect(
        versioned("extension-definition", extension),
        &[
            (json!({"created_by_ref": null}), "none-of-properties $"),
            (
                json!({"extension_types": ["new"]}),
                "not-in-vocabulary $.extension_types[0]",
            ),
            (
                json!({"extension_properties": ["a"]}),
                "exclusive-properties $.extension_properties",
            ),
        ],
    );
}

#[test]
fn domain_objects() {
    let indicator = json!({"pattern": "[ipv4-addr:value = '192.0.2.1']", "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z"});
    expect(
        versioned("indicator", indicator),
        &[
            (
                json!({"valid_until": "2026-01-01T00:00:00Z"}),
                "time-order $.valid_until",
            ),
            (json!({"pattern_type": null}), "missing-property $"),
            (
                json!({"kill_chain_phases": [{"phase_name": "a"}]}),
                "missing-property $.kill_chain_phases[0]",
            ),
        ],
    );
    let broken = versioned(
        "indicator",
        json!({"pattern": "[ipv4-addr:value = ", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"}),
    );
    assert!(findings(&broken)[0].ends_with(" $.pattern"), "{:?}", findings(&broken));
    expect(
        versioned("malware", json!({"is_family": true, "name": "a"})),
        &[
            (json!({"name": null}), "missing-property $"),
            (json!({"sample_refs": [id("url")]}), "wrong-reference $.sample_refs[0]"),
        ],
    );
    expect(
        versioned("location", json!({"latitude": 1, "longitude": 2.5})),
        &[
            (json!({"latitude": 91}), "out-of-range $.latitude"),
            (json!({"longitude": null}), "missing-property $"),
        ],
    );
    let observed = json!({"first_observed": "2026-01-02T00:00:00Z", "last_observed": "2026-01-02T00:00:00Z",
        "number_observed": 1, "object_refs": [id("file")]});
    expect(
        versioned("observed-data", observed),
        &[
            (json!({"number_observed": 0}), "out-of-range $.number_observed"),
            (
                json!({"last_observed": "2026-01-01T00:00:00Z"}),
                "time-order $.last_observed",
            ),
            (json!({"object_refs": null}), "none-of-properties $"),
            (
                json!({"object_refs": [id("malware")]}),
                "wrong-reference $.object_refs[0]",
            ),
            (
                json!({"objects": {"0": {"type": "file", "name": "a"}}}),
                "exclusive-properties $",
            ),
            (
                json!({"object_refs": null, "objects": {"0": {"type": "domain-name", "value": "a.example", "resolves_to_refs": ["1"]}}}),
                "bad-reference $.objects.0.resolves_to_refs[0]",
            ),
            (
                json!({"object_refs": null, "objects": {"0": {"type": "network-traffic", "src_ref": "1", "protocols": ["tcp"]},
                    "1": {"type": "file", "name": "a", "created": "2016-01-01T00:00:00Z"}}}),
                "wrong-reference $.objects.0.src_ref",
            ),
        ],
    );
    expect(
        versioned("opinion", json!({"opinion": "agree", "object_refs": [id("report")]})),
        &[(json!({"opinion": "yes"}), "not-in-vocabulary $.opinion")],
    );
    expect(
        versioned("malware-analysis", json!({"product": "a", "result": "benign"})),
        &[(json!({"result": null}), "none-of-properties $")],
    );
    expect(
        versioned(
            "language-content",
            json!({"object_ref": id("tool"), "contents": {"de": {"name": "a"}}}),
        ),
        &[
            (json!({"contents": {"de": "a"}}), "wrong-type $.contents.de"),
            (json!({"contents": {}}), "empty-dictionary $.contents"),
        ],
    );
}

#[test]
fn relationship_objects() {
    let uses = json!({"relationship_type": "uses", "source_ref": id("malware"), "target_ref": id("file")});
    expect(
        versioned("relationship", uses),
        &[
            (json!({"relationship_type": "Uses It"}), "bad-value $.relationship_type"),
            (json!({"source_ref": id("sighting")}), "wrong-reference $.source_ref"),
            (json!({"target_ref": "file"}), "bad-reference $.target_ref"),
            (
                json!({"start_time": "2026-01-01T00:00:00Z", "stop_time": "2026-01-01T00:00:00Z"}),
                "time-order $.stop_time",
            ),
        ],
    );
    expect(
        versioned("sighting", json!({"sighting_of_ref": id("x-own")})),
        &[
            (
                json!({"sighting_of_ref": id("file")}),
                "wrong-reference $.sighting_of_ref",
            ),
            (json!({"count": 1_000_000_000}), "out-of-range $.count"),
            (
                json!({"where_sighted_refs": [id("tool")]}),
                "wrong-reference $.where_sighted_refs[0]",
            ),
        ],
    );
}

#[test]
fn observable_objects() {
    expect(
        observable(
            "file",
            json!({"name": "a", "hashes": {"MD5": "1717b7fff97d37a1e1a0029d83492de1"}}),
        ),
        &[
            (json!({"name": null, "hashes": null}), "none-of-properties $"),
            (json!({"hashes": {"MD5": "17"}}), "bad-hash $.hashes.MD5"),
            (
                json!({"hashes": {"sha256": "17"}}),
                "?hash-algorithm-name $.hashes.sha256",
            ),
            (json!({"hashes": {}}), "empty-dictionary $.hashes"),
            (json!({"hashes": {"a b": "1"}}), "bad-dictionary-key $.hashes[\"a b\"]"),
            (json!({"size": -1}), "out-of-range $.size"),
            (json!({"magic_number_hex": "abc"}), "bad-value $.magic_number_hex"),
            (json!({"magic_number_hex": "AB"}), "?bad-value $.magic_number_hex"),
            (
                json!({"parent_directory_ref": id("file")}),
                "wrong-reference $.parent_directory_ref",
            ),
            (
                json!({"extensions": {"archive-ext": {"comment": "a"}}}),
                "missing-property $.extensions.archive-ext",
            ),
            (
                json!({"extensions": {"ntfs-ext": {}}}),
                "none-of-properties $.extensions.ntfs-ext",
            ),
        ],
    );
    expect(
        observable(
            "network-traffic",
            json!({"src_ref": id("ipv4-addr"), "protocols": ["tcp"]}),
        ),
        &[
            (json!({"src_ref": null}), "none-of-properties $"),
            (json!({"protocols": null}), "missing-property $"),
            (json!({"dst_port": 65_536}), "out-of-range $.dst_port"),
            (
                json!({"is_active": true, "end": "2026-01-01T00:00:00Z"}),
                "exclusive-properties $.end",
            ),
            (
                json!({"extensions": {"socket-ext": {"address_family": "INET"}}}),
                "not-in-vocabulary $.extensions.socket-ext.address_family",
            ),
        ],
    );
    expect(
        observable("email-message", json!({"is_multipart": false, "body": "a"})),
        &[
            (json!({"is_multipart": true}), "exclusive-properties $.body"),
            (json!({"from_ref": id("url")}), "wrong-reference $.from_ref"),
        ],
    );
    expect(
        observable(
            "artifact",
            json!({"url": "https://example.com/a", "hashes": {"MD5": "1717b7fff97d37a1e1a0029d83492de1"}}),
        ),
        &[
            (json!({"payload_bin": "AAAA"}), "exclusive-properties $"),
            (json!({"hashes": null}), "missing-property $"),
            (json!({"decryption_key": "a"}), "missing-property $"),
            (json!({"url": null, "payload_bin": "A"}), "bad-value $.payload_bin"),
        ],
    );
    expect(
        observable("process", json!({"pid": 1})),
        &[(json!({"pid": null}), "none-of-properties $")],
    );
    expect(
        observable("ipv4-addr", json!({"value": "192.0.2.0/24"})),
        &[(json!({"value": "192.0.2"}), "bad-value $.value")],
    );
    let refanged = observable("ipv4-addr", json!({"value": "192.0.2[.]1", "defanged": true}));
    assert_eq!(findings(&refanged), Vec::<String>::new());
}

#[test]
fn bundles_and_what_is_unknown() {
    let url = observable("url", json!({"value": "https://example.com/"}));
    expect(
        json!({"type": "bundle", "id": id("bundle"), "objects": [url]}),
        &[
            (json!({"objects": []}), "empty-list $.objects"),
            (json!({"objects": [1]}), "wrong-type $.objects[0]"),
            (json!({"objects": [{"type": "bundle"}]}), "nested-bundle $.objects[0]"),
            (
                json!({"objects": [url, {"type": "url", "id": id("url")}]}),
                "missing-property $.objects[1]",
            ),
        ],
    );
    expect(
        versioned("x-own", json!({"name": 5, "x_any": {"A b": 1}})),
        &[
            (json!({"modified": null}), "missing-property $"),
            (json!({"type": "my-own", "id": id("my-own")}), "?unknown-type $.type"),
        ],
    );
}

#[test]
fn the_problems_of_one_object_are_limited() {
    let labels: Vec<u32> = (0..1_000).collect();
    let problems = findings(&versioned("identity", json!({"name": "a", "labels": labels})));
    assert_eq!(problems.len(), 51);
    assert_eq!(problems[50], "too-many-problems $");
}
