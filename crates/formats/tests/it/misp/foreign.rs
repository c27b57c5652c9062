//! STIX that never was MISP, as MISP events.

use serde_json::{Value, json};

use super::{Collected, options, roundtrip::write};

const TIMES: &str = "2024-05-06T07:08:09.000Z";

fn object(kind: &str, number: u32, more: Value) -> Value {
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": id(kind, number), "created": TIMES, "modified": TIMES,
        "created_by_ref": id("identity", 1),
    });
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

fn id(kind: &str, number: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

fn events(objects: &[Value]) -> (Vec<Value>, Vec<stix::Problem>) {
    let collected = Collected {
        texts: objects.iter().map(Value::to_string).collect(),
        ..Collected::default()
    };
    let (events, problems) = write(&collected);
    let events = events
        .iter()
        .map(|event| serde_json::from_str::<Value>(&event.json).unwrap()["Event"].clone());
    (events.collect(), problems)
}

fn indicator(number: u32, pattern: &str) -> Value {
    object(
        "indicator",
        number,
        json!({"pattern": pattern, "pattern_type": "stix", "valid_from": TIMES}),
    )
}

/// Type, value and flag of each attribute.
fn attributes(event: &Value) -> Vec<(String, String, bool)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let attributes = event["Attribute"].as_array().unwrap();
    attributes
        .iter()
        .map(|one| (text(&one["type"]), text(&one["value"]), one["to_ids"] == true))
        .collect()
}

#[test]
fn patterns_of_single_values_become_attributes_and_others_stay_patterns() {
    for (pattern, expected) in [
        ("[domain-name:value = 'one.example']", vec![("domain", "one.example")]),
        (
            "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
            vec![("ip-dst", "192.0.2.0/24")],
        ),
        (
            "[url:value = 'https://a.example/' OR url:value = 'https://b.example/']",
            vec![("url", "https://a.example/"), ("url", "https://b.example/")],
        ),
        (
            "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'] OR [file:name = 'x']",
            vec![("md5", "d41d8cd98f00b204e9800998ecf8427e"), ("filename", "x")],
        ),
        (
            "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]",
            vec![("ip-dst|port", "192.0.2.1|443")],
        ),
        (
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
            vec![("domain|ip", "a.example|192.0.2.1")],
        ),
        (
            "[domain-name:value LIKE '%.example']",
            vec![("stix2-pattern", "[domain-name:value LIKE '%.example']")],
        ),
        (
            "[a:b = 'c'] FOLLOWEDBY [url:value = 'x']",
            vec![("stix2-pattern", "[a:b = 'c'] FOLLOWEDBY [url:value = 'x']")],
        ),
        (
            "[domain-name:value != 'a.example']",
            vec![("stix2-pattern", "[domain-name:value != 'a.example']")],
        ),
    ] {
        let (events, _) = events(&[indicator(2, pattern)]);
        let found = attributes(&events[0]);
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned(), true))
            .collect();
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn facts_about_one_file_become_a_file_object() {
    let (events, _) = events(&[indicator(
        2,
        "[file:name = 'a' AND file:size = 7 AND file:hashes.'SHA-256' = 'ab']",
    )]);
    let object = &events[0]["Object"][0];
    let relations: Vec<_> = object["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["object_relation"].clone())
        .collect();
    assert_eq!(
        (object["name"].clone(), relations),
        (
            json!("file"),
            vec![json!("filename"), json!("size-in-bytes"), json!("sha256")]
        )
    );
}

#[test]
fn a_report_makes_an_event_of_what_it_refers_to_and_the_rest_goes_into_one_of_its_own() {
    let report = object(
        "report",
        9,
        json!({
            "name": "What happened", "published": TIMES, "labels": ["osint"],
            "object_refs": [id("indicator", 2), id("malware", 3), id("observed-data", 6)],
            "object_marking_refs": [stix::marking::Tlp::Amber.marking_id()],
        }),
    );
    let (events, problems) = events(&[
        report,
        indicator(2, "[domain-name:value = 'one.example']"),
        object(
            "malware",
            3,
            json!({"name": "Example Wiper", "is_family": true, "aliases": ["EW"]}),
        ),
        indicator(4, "[domain-name:value = 'two.example']"),
        object(
            "identity",
            1,
            json!({"name": "Example CERT", "identity_class": "organization"}),
        ),
        json!({"type": "domain-name", "spec_version": "2.1", "id": id("domain-name", 5), "value": "three.example"}),
        object(
            "observed-data",
            6,
            json!({"first_observed": TIMES, "last_observed": TIMES, "number_observed": 1, "object_refs": [id("domain-name", 5)]}),
        ),
        object(
            "sighting",
            7,
            json!({"sighting_of_ref": id("indicator", 2), "last_seen": TIMES}),
        ),
        object("infrastructure", 8, json!({"name": "rented"})),
    ]);
    assert_eq!(events.len(), 2);
    let named = &events[0];
    assert_eq!(named["info"], "What happened");
    assert_eq!(
        named["Orgc"],
        json!({"name": "Example CERT", "uuid": "00000000-0000-4000-8000-000000000001"})
    );
    let tags: Vec<_> = named["Tag"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        tags,
        ["osint", "tlp:amber", "misp-galaxy:stix-2.1-malware=\"Example Wiper\""]
    );
    assert_eq!(
        named["Galaxy"][0]["GalaxyCluster"][0]["meta"]["synonyms"],
        json!(["EW"])
    );
    let found = attributes(named);
    assert_eq!(
        found,
        [
            ("domain".to_owned(), "one.example".to_owned(), true),
            ("domain".to_owned(), "three.example".to_owned(), false)
        ]
    );
    assert_eq!(named["Attribute"][0]["Sighting"][0]["date_sighting"], "1714979289");
    assert_eq!(
        (events[1]["info"].clone(), attributes(&events[1]).len()),
        (json!("Loose objects"), 1)
    );
    let unsaid: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        unsaid,
        ["an object of type 'infrastructure' cannot be said in MISP and is left out"]
    );
}

#[test]
fn what_is_narrower_than_its_event_says_so_in_misp() {
    let mut narrow = indicator(2, "[domain-name:value = 'one.example']");
    narrow["object_marking_refs"] = json!([stix::marking::Tlp::Red.marking_id()]);
    let mut file = indicator(3, "[file:name = 'a' AND file:size = 7]");
    file["object_marking_refs"] = json!([stix::marking::Tlp::Amber.marking_id()]);
    let (events, _) = events(&[narrow, file]);
    // An object has no tags in MISP, so its event becomes as narrow as it is.
    assert_eq!(events[0]["Tag"], json!([{"name": "tlp:amber"}]));
    assert_eq!(events[0]["Attribute"][0]["Tag"], json!([{"name": "tlp:red"}]));
}

#[test]
fn a_default_marking_survives_the_way_back_to_misp() {
    let mut options = options();
    options.default_markings = vec![stix::Id::parse(stix::marking::Tlp::Green.marking_id()).unwrap()];
    let event = json!({"Event": {"info": "x", "timestamp": "1600000000", "date": "2020-01-01",
        "Attribute": [{"type": "domain", "value": "one.example", "timestamp": "1600000000"}]}});
    let mut collected = Collected::default();
    formats::misp::read_json(event.to_string().as_bytes(), &options, &mut collected).unwrap();
    let (events, _) = write(&collected);
    let event: Value = serde_json::from_str(&events[0].json).unwrap();
    assert_eq!(event["Event"]["Tag"], json!([{"name": "tlp:green"}]));
    assert_eq!(event["Event"]["Attribute"][0].get("Tag"), None);
}
