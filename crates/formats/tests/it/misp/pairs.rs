//! The published pairs of MISP input and STIX output.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{data, read};

/// Where we differ from the published tables, and why. docs/formats/misp-mapping.md says the same at more length.
const DELIBERATE: [(&str, &[&str]); 11] = [
    (
        "numbers are compared as numbers: '443' never equals 443",
        &[
            "AS: indicator.pattern",
            "hostname|port: indicator.pattern",
            "ip-dst|port: indicator.pattern",
            "ip-src|port: indicator.pattern",
            "port: indicator.pattern",
            "size-in-bytes: indicator.pattern",
            "object asn: indicator.pattern",
            "object process: indicator.pattern",
        ],
    ),
    (
        "content is no part of a pattern: nobody observes the zip that MISP made of a sample",
        &[
            "attachment: indicator.pattern",
            "malware-sample: indicator.pattern",
            "object file: indicator.pattern",
            "object image: indicator.pattern",
            "object lnk: indicator.pattern",
        ],
    ),
    (
        "the hash is that of the sample, not that of the zip around it",
        &["object file: artifact.hashes", "object lnk: artifact.hashes"],
    ),
    (
        "lists are reached with [*], and headers are lists of values (sections 6.6 and 6.12.2)",
        &[
            "email-header: indicator.pattern",
            "email-reply-to: email-message.additional_header_fields",
            "email-reply-to: indicator.pattern",
            "email-x-mailer: email-message.additional_header_fields",
            "email-x-mailer: indicator.pattern",
            "user-agent: indicator.pattern",
            "object email with display names: indicator.pattern",
            "object email: email-message.additional_header_fields",
            "object email: indicator.pattern",
            "object http-request: network-traffic.extensions",
        ],
    ),
    (
        "identifiers of observables follow from their content (section 2.9)",
        &[
            "email-attachment: email-message.body_multipart",
            "object email: email-message.body_multipart",
        ],
    ),
    (
        "hashes have the names of hash-algorithm-ov, and SHA-512/256 is not SHA-256",
        &[
            "sha224: file.hashes",
            "sha3-224: file.hashes",
            "sha3-384: file.hashes",
            "sha384: file.hashes",
            "sha512/224: file.hashes",
            "sha512/256: file.hashes",
            "filename|sha224: file.hashes",
            "filename|sha3-224: file.hashes",
            "filename|sha3-384: file.hashes",
            "filename|sha384: file.hashes",
            "filename|sha512/224: file.hashes",
            "filename|sha512/256: file.hashes",
            "sha512/224: indicator.pattern",
            "sha512/256: indicator.pattern",
            "filename|sha512/224: indicator.pattern",
            "filename|sha512/256: indicator.pattern",
        ],
    ),
    (
        "the hive of a registry key is written out (section 6.17)",
        &[
            "regkey: indicator.pattern",
            "regkey: windows-registry-key.key",
            "regkey|value: indicator.pattern",
            "regkey|value: windows-registry-key.key",
        ],
    ),
    (
        "a rule is its own text, without brackets, and has no version of STIX",
        &[
            "sigma: indicator.pattern",
            "sigma: indicator.pattern_version",
            "snort: indicator.pattern",
            "snort: indicator.pattern_version",
            "suricata: indicator.pattern",
            "suricata: indicator.pattern_version",
            "yara: indicator.pattern",
            "yara: indicator.pattern_version",
            "object nova-rule: indicator.pattern_version",
            "object owasp-crs-rule: indicator.pattern_version",
            "object sigma: indicator.pattern_version",
            "object wazuh-rule: indicator.pattern_version",
        ],
    ),
    (
        "no observable has x_misp_* properties, so a pattern with them never matches; what is carried is carried by the indicator",
        &[
            "object android-app: indicator.pattern",
            "object domain-ip: indicator.pattern",
            "object file with references to pe & pe-section(s): file.extensions",
            "object file with references to pe & pe-section(s): indicator.pattern",
            "object pe & pe-sections: file.extensions",
            "object pe & pe-sections: indicator.pattern",
            "object registry-key with references to registry-key-value(s): indicator.pattern",
            "object url: indicator.pattern",
        ],
    ),
    (
        "of the two ends that a connection may have gone to, one is enough",
        &[
            "object http-request: indicator.pattern",
            "object ip-port: indicator.pattern",
            "object network-connection: indicator.pattern",
            "object network-socket: indicator.pattern",
        ],
    ),
    (
        "there is no indicator where nothing in the object can be matched, or nothing is for detection",
        &[
            "object credential: indicator",
            "object credential: relationship",
            "object domain-ip with the perfect domain & ip matching: indicator",
            "object domain-ip with the perfect domain & ip matching: observed-data.labels",
            "object domain-ip with the perfect domain & ip matching: relationship",
        ],
    ),
];

fn pairs(file: &str) -> Option<BTreeMap<String, Value>> {
    let path = data()?.join("sharing/misp-stix/documentation/mapping").join(file);
    let mut pairs: BTreeMap<String, Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    pairs.values_mut().for_each(fill);
    Some(pairs)
}

/// The tables abbreviate content with `[...]`, which is no base64.
fn fill(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("[...]") => *text = "QUJDRA==".to_owned(),
        Value::Array(values) => values.iter_mut().for_each(fill),
        Value::Object(map) => map.values_mut().for_each(fill),
        _ => {}
    }
}

fn as_list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    }
}

/// The comparisons of a pattern in any order, without the parentheses around a chain of ANDs.
fn terms(pattern: &str) -> BTreeSet<String> {
    let inside = pattern
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(pattern);
    if inside.contains(" OR ") {
        return BTreeSet::from([inside.to_owned()]);
    }
    inside
        .split(" AND ")
        .map(|term| term.trim_matches(['(', ')']).to_owned())
        .collect()
}

fn same(key: &str, theirs: &Value, ours: &Value) -> bool {
    match (theirs.as_str(), ours.as_str()) {
        (Some(one), Some(other)) if key == "pattern" => {
            one.starts_with('[') == other.starts_with('[') && terms(one) == terms(other)
        }
        (Some(one), Some(other)) if one.ends_with('Z') => {
            stix::Timestamp::parse(one).ok() == stix::Timestamp::parse(other).ok()
        }
        _ => theirs == ours,
    }
}

/// Compares what is the same whatever identifiers are given.
fn compare(name: &str, theirs: &Value, ours: &[Value], differences: &mut BTreeMap<String, String>) {
    let kind = theirs["type"].as_str().unwrap();
    let matching = |own: &&Value| {
        let theirs = theirs.as_object().unwrap();
        theirs
            .iter()
            .filter(|(key, value)| same(key, value, &own[key.as_str()]))
            .count()
    };
    let same_id = ours.iter().find(|own| own["id"] == theirs["id"]);
    let Some(own) = same_id.or_else(|| {
        ours.iter()
            .filter(|own| own["type"] == theirs["type"])
            .max_by_key(matching)
    }) else {
        differences.insert(format!("{name}: {kind}"), "is missing".to_owned());
        return;
    };
    for (key, value) in theirs.as_object().unwrap() {
        let by_identifier = key == "id" || key.ends_with("_ref") || key.ends_with("_refs");
        if by_identifier || ["created", "modified"].contains(&key.as_str()) || key.starts_with("x_misp_") {
            continue;
        }
        if !same(key, value, &own[key.as_str()]) {
            differences.insert(
                format!("{name}: {kind}.{key}"),
                format!("{value}\n    ours {}", own[key]),
            );
        }
    }
}

#[test]
fn elements_become_what_the_published_tables_say_except_where_we_say_why() {
    let mut differences = BTreeMap::new();
    let Some(attributes) = pairs("misp_attributes_to_stix21.json") else {
        return;
    };
    for (name, pair) in &attributes {
        let mut attribute = pair["MISP"].clone();
        attribute["to_ids"] = json!(true);
        let (ours, _) = read(json!({"Attribute": [attribute]}).to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            compare(name, &theirs, &ours.objects, &mut differences);
        }
    }
    for (name, pair) in &pairs("misp_objects_to_stix21.json").unwrap() {
        let (ours, _) = read(json!({"Object": as_list(&pair["MISP"])}).to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            compare(&format!("object {name}"), &theirs, &ours.objects, &mut differences);
        }
    }
    for (name, pair) in &pairs("misp_galaxies_to_stix21.json").unwrap() {
        let event = json!({"Event": {"info": "x", "timestamp": "1603642920", "Galaxy": [pair["MISP"]]}});
        let (ours, _) = read(event.to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            compare(&format!("galaxy {name}"), &theirs, &ours.objects, &mut differences);
        }
    }
    let deliberate: BTreeSet<&str> = DELIBERATE
        .iter()
        .flat_map(|(_, places)| places.iter().copied())
        .collect();
    let unexpected: Vec<String> = differences
        .iter()
        .filter(|(place, _)| !deliberate.contains(place.as_str()))
        .map(|(place, what)| format!("{place}: {what}"))
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    let gone: Vec<_> = deliberate
        .iter()
        .filter(|place| !differences.contains_key(**place))
        .collect();
    assert!(gone.is_empty(), "no difference any more: {gone:?}");
}
