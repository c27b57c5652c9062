//! Made-up events: whatever they hold, they come back, and everything on the way is valid.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::roundtrip::round_trip;
use super::{data, read};

/// Types with values that fit them, types without a counterpart, and values that do not fit.
fn value() -> impl Strategy<Value = (&'static str, String)> {
    let text = "[a-z'\\\\\"|é ]{1,12}";
    prop_oneof![
        (0..255_u8, 0..255_u8).prop_map(|(a, b)| ("ip-dst", format!("198.51.{a}.{b}"))),
        (0..65_535_u16).prop_map(|port| ("ip-src|port", format!("203.0.113.9|{port}"))),
        "[a-z]{1,12}".prop_map(|name| ("domain", format!("{name}.example"))),
        "[a-z]{1,12}".prop_map(|name| ("url", format!("https://{name}.example/it's?a=\\{name}"))),
        "[0-9a-f]{32}".prop_map(|hash| ("md5", hash)),
        ("[a-z|]{1,9}", "[0-9a-f]{64}").prop_map(|(name, hash)| ("filename|sha256", format!("{name}|{hash}"))),
        "[a-z]{1,9}".prop_map(|name| ("email-src", format!("{name}@example.org"))),
        "[a-z]{1,9}".prop_map(|name| ("regkey|value", format!("HKLM\\{name}|{name}|x"))),
        text.prop_map(|text| ("filename", text)),
        text.prop_map(|text| ("yara", text)),
        text.prop_map(|text| ("text", text)),
        text.prop_map(|text| ("sha1", text)),
        text.prop_map(|text| ("url", text)),
        text.prop_map(|text| ("unheard-of", text)),
        Just(("vulnerability", "CVE-2020-12345".to_owned())),
    ]
}

fn tags() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("tlp:amber"),
        Just("tlp:green"),
        Just("PAP:RED"),
        Just("type:OSINT"),
        Just("tlp:ex:chr"),
        Just("a\"b"),
    ];
    prop::collection::vec(
        name.prop_map(|name| json!({"name": name, "colour": "#ffffff", "exportable": true})),
        0..3,
    )
    .prop_map(Value::Array)
}

prop_compose! {
    fn attribute()(
        (kind, value) in value(),
        uuid in any::<u128>(),
        to_ids in any::<bool>(),
        comment in "[a-zé\n ]{0,12}",
        timestamp in 1_500_000_000_i64..1_700_000_000,
        tags in tags(),
        deleted in any::<bool>(),
        seen in prop::option::of(1_500_000_000_i64..1_700_000_000),
        sighted in 0..3_u8,
        extra in prop::option::of("[a-zA-Z_-]{1,12}"),
    ) -> Value {
        let uuid = uuid::Uuid::from_u128(uuid);
        let mut attribute = json!({
            "type": kind, "value": value, "uuid": uuid, "category": "Other", "to_ids": to_ids, "comment": comment,
            "timestamp": timestamp.to_string(), "Tag": tags, "deleted": deleted, "distribution": "5",
            "object_relation": null, "Galaxy": [],
        });
        if let Some(seen) = seen {
            attribute["first_seen"] = json!(stix::Timestamp::from_seconds(seen).to_string().replace('Z', "000+00:00"));
            attribute["last_seen"] = json!("2020-01-01T00:00:00.000000+00:00");
        }
        if sighted > 0 {
            attribute["Sighting"] = json!([{
                "uuid": uuid::Uuid::new_v5(&uuid, b"sighting"), "type": (sighted - 1).to_string(), "date_sighting": "1600000000",
                "source": "sensor", "Organisation": {"uuid": uuid::Uuid::from_u128(5), "name": "Example"},
            }]);
        }
        if let Some(extra) = extra && attribute.get(&extra).is_none() {
            attribute[extra] = json!({"kept": [1, "two", {"three": false}]});
        }
        attribute
    }
}

prop_compose! {
    fn object()(
        name in prop_oneof![
            Just("file"), Just("domain-ip"), Just("ip-port"), Just("url"), Just("email"), Just("person"), Just("yara"),
            Just("geolocation"), Just("unheard-of"), Just("pe"), Just("registry-key"), Just("process"), Just("annotation"),
        ],
        uuid in any::<u128>(),
        attributes in prop::collection::vec((attribute(), prop_oneof![
            Just("filename"), Just("md5"), Just("sha256"), Just("ip"), Just("domain"), Just("url"), Just("from"), Just("name"),
            Just("yara"), Just("text"), Just("type"), Just("key"), Just("pid"), Just("countrycode"), Just("dst-port"),
        ]), 0..5),
        target in any::<u128>(),
    ) -> Value {
        let attributes: Vec<Value> = attributes
            .into_iter()
            .map(|(mut attribute, relation)| {
                attribute["object_relation"] = json!(relation);
                attribute
            })
            .collect();
        let uuid = uuid::Uuid::from_u128(uuid);
        json!({
            "name": name, "uuid": uuid, "meta-category": "misc", "template_uuid": uuid::Uuid::from_u128(3), "template_version": "1",
            "timestamp": "1600000000", "comment": "", "description": "made up", "Attribute": attributes,
            "ObjectReference": [
                {"uuid": uuid::Uuid::new_v5(&uuid, b"1"), "referenced_uuid": uuid::Uuid::from_u128(target), "relationship_type": "Related To!", "comment": "c"},
                {"uuid": uuid::Uuid::new_v5(&uuid, b"2"), "referenced_uuid": uuid, "relationship_type": "includes"},
            ],
        })
    }
}

/// What analysts and others say about an element: galaxies, notes on notes, opinions, relationships, proposals.
fn said(about: u128) -> Value {
    let uuid = |name: &str| uuid::Uuid::new_v5(&uuid::Uuid::from_u128(about), name.as_bytes());
    json!({
        "Galaxy": [{
            "uuid": uuid("galaxy"), "name": "Threat Actor", "type": "threat-actor", "description": "who",
            "GalaxyCluster": [{"uuid": uuid("cluster"), "type": "threat-actor", "value": "Example Bear - G0001",
                "description": "", "tag_id": "7", "meta": {"external_id": ["G0001"], "synonyms": ["EB"], "odd key:": "x"}}],
        }],
        "Note": [{
            "uuid": uuid("note"), "note": "look", "authors": "one@example.org", "created": "2024-01-02 03:04:05",
            "modified": "2024-01-03 03:04:05", "distribution": "1",
            "Opinion": [{"uuid": uuid("inner"), "opinion": "10", "comment": "no", "created": "2024-01-02 03:04:05"}],
        }],
        "Opinion": [{"uuid": uuid("opinion"), "opinion": 70, "comment": "", "authors": "two"}],
        "Relationship": [{"uuid": uuid("relationship"), "related_object_uuid": uuid("nothing"), "relationship_type": "similar"}],
        "ShadowAttribute": [{"uuid": uuid("proposal"), "type": "domain", "value": "other.example", "to_ids": true,
            "timestamp": "1600000000", "proposal_to_delete": false}],
    })
}

fn with_said(mut element: Value, say: bool, about: u128) -> Value {
    if say && let Value::Object(said) = said(about) {
        element.as_object_mut().unwrap().extend(said);
    }
    element
}

prop_compose! {
    fn event()(
        attributes in prop::collection::vec(attribute(), 0..6),
        objects in prop::collection::vec(object(), 0..4),
        tags in tags(),
        published in any::<bool>(),
        info in "[a-z\"é]{1,20}",
        says in any::<[bool; 3]>(),
        about in any::<u128>(),
    ) -> Value {
        let report = json!([{"uuid": uuid::Uuid::from_u128(77), "name": "Analysis", "content": "# What happened\n", "distribution": "5", "timestamp": "1600000000"}]);
        let attributes: Vec<Value> = attributes.into_iter().enumerate().map(|(at, one)| with_said(one, says[0], about ^ at as u128)).collect();
        let objects: Vec<Value> = objects.into_iter().enumerate().map(|(at, one)| with_said(one, says[1], about ^ (100 + at as u128))).collect();
        let event = json!({
            "uuid": "5b23c82b-6508-4bdc-b580-045b0a00020f", "info": info, "date": "2019-02-03", "timestamp": "1700000000",
            "published": published, "publish_timestamp": "1700000001", "threat_level_id": "1", "analysis": "1", "distribution": "3",
            "extends_uuid": "", "Orgc": {"uuid": uuid::Uuid::from_u128(9), "name": "Example CERT"}, "Tag": tags,
            "Attribute": attributes, "Object": objects, "EventReport": report, "RelatedEvent": [],
        });
        json!({"Event": with_said(event, says[2], about ^ 1000)})
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_comes_back_with_the_same_content(event in event()) {
        let found = round_trip(event.to_string().as_bytes());
        prop_assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn what_is_made_of_an_event_is_valid_and_always_the_same(event in event()) {
        let json = event.to_string();
        let (one, _) = read(json.as_bytes()).unwrap();
        prop_assert!(one.invalid.is_empty(), "{}", one.invalid.join("\n"));
        let (other, _) = read(json.as_bytes()).unwrap();
        prop_assert_eq!(one.texts, other.texts);
    }

    #[test]
    fn no_object_is_seen_by_more_than_the_event(event in event()) {
        use stix::marking::Tlp;
        let (collected, _) = read(event.to_string().as_bytes()).unwrap();
        let tags: Vec<&str> = event["Event"]["Tag"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
        let Some(narrowest) = tags.iter().filter(|tag| tag.starts_with("tlp:")).filter_map(|tag| Tlp::parse(tag)).max() else {
            return Ok(());
        };
        for object in &collected.objects {
            if ["identity", "marking-definition", "extension-definition"].contains(&object["type"].as_str().unwrap()) {
                continue;
            }
            let refs = object["object_marking_refs"].as_array().cloned().unwrap_or_default();
            let tlp = refs.iter().filter_map(|id| Tlp::of_marking(id.as_str()?)).max();
            prop_assert!(tlp >= Some(narrowest), "{}", object);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}\":,a-zA-Z0-9]{0,60}") {
        let _ = read(text.as_bytes());
        let _ = read(format!("{{\"Event\":{{\"info\":1,\"Attribute\":[{text}]}}}}").as_bytes());
    }
}

#[test]
fn a_broken_element_never_spoils_its_event() {
    let json = br#"{"Event": {"info": "x", "date": "2020-01-01", "timestamp": "1600000000", "Attribute": [
        {"type": "domain", "value": "one.example", "to_ids": true, "timestamp": "1600000000"},
        {"type": "domain", "type": "url", "value": "two.example"},
        "three", {"value": "four"},
        {"type": "domain", "value": "five.example", "to_ids": true, "timestamp": "1600000000"}
    ]}}"#;
    let (collected, summary) = read(json).unwrap();
    let indicators = collected
        .objects
        .iter()
        .filter(|object| object["type"] == "indicator")
        .count();
    assert_eq!((indicators, summary.refused), (2, 3));
    let paths: Vec<_> = collected
        .problems
        .iter()
        .filter_map(|problem| problem.place.path.as_deref())
        .collect();
    assert_eq!(
        paths,
        ["$.Event.Attribute[1]", "$.Event.Attribute[2]", "$.Event.Attribute[3]"]
    );
    assert!(collected.invalid.is_empty(), "{:?}", collected.invalid);
}

#[test]
fn answers_of_a_search_are_read_as_well() {
    let attribute = json!({"type": "domain", "value": "one.example", "uuid": "00000000-0000-4000-8000-000000000001", "to_ids": true, "timestamp": "1600000000"});
    let object = json!({"name": "url", "meta-category": "network", "uuid": "00000000-0000-4000-8000-000000000002", "timestamp": "1600000000",
        "Attribute": [{"type": "url", "object_relation": "url", "value": "https://one.example/", "to_ids": true}]});
    for (wrapped, expected) in [
        (
            json!({"response": {"Attribute": [attribute]}}),
            "indicator--00000000-0000-4000-8000-000000000001",
        ),
        (
            json!({"response": [{"Object": object}]}),
            "indicator--00000000-0000-4000-8000-000000000002",
        ),
        (
            json!({"response": [{"Event": {"info": "x", "timestamp": "1", "Attribute": [attribute]}}]}),
            "indicator--00000000-0000-4000-8000-000000000001",
        ),
        (
            json!([{"Event": {"info": "x", "Object": [object]}}]),
            "indicator--00000000-0000-4000-8000-000000000002",
        ),
    ] {
        let (collected, _) = read(wrapped.to_string().as_bytes()).unwrap();
        assert!(
            collected.objects.iter().any(|found| found["id"] == expected),
            "{wrapped}"
        );
        assert!(collected.invalid.is_empty(), "{:?}", collected.invalid);
    }
}

#[test]
fn a_feed_directory_is_written_and_read_again() {
    let Some(data) = data() else { return };
    let bytes = std::fs::read(data.join("sharing/eset-malware-ioc/windigo/ebury.misp.json")).unwrap();
    let (collected, _) = read(&bytes).unwrap();
    let (events, _) = super::roundtrip::write(&collected);
    let mut index = formats::misp::FeedIndex::default();
    events.iter().for_each(|event| index.add(event));
    let (manifest, hashes) = index.finish();
    assert!(hashes.lines().count() > 20 && hashes.lines().all(|line| line.len() == 32 + 1 + 36));
    let mut again = super::Collected::default();
    let mut fetch = |name: &str| {
        let event = events
            .iter()
            .find(|event| formats::misp::file_name(event.uuid) == name)
            .unwrap();
        Ok(event.json.clone().into_bytes())
    };
    let summary = formats::misp::read_feed(manifest.as_bytes(), &mut fetch, &super::options(), &mut again).unwrap();
    assert_eq!((summary.refused, again.objects.len()), (0, collected.objects.len()));
}
