use std::sync::Arc;

use stix::marking::{Pap, Tlp};
use stix::observable::normalise;

use super::*;
use crate::scan::Looks;
use crate::warninglist::Warninglists;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn options() -> Options {
    Options::at(at("2026-01-01T00:00:00Z"))
}

fn indicator(number: u32, pattern: &str, more: serde_json::Value) -> String {
    let mut object = serde_json::json!({
        "type": "indicator", "spec_version": "2.1",
        "id": format!("indicator--00000000-0000-4000-8000-{number:012}"),
        "created": "2025-12-01T00:00:00.000Z", "modified": "2025-12-01T00:00:00.000Z",
        "valid_from": "2025-12-01T00:00:00Z", "pattern": pattern, "pattern_type": "stix",
    });
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    object.to_string()
}

fn add(builder: &mut Builder, text: &str, about: &About) {
    builder.object(stix::Object::parse(text).unwrap().map(), about);
}

fn explained(list: &Watchlist, kind: Kind, value: &str) -> Vec<String> {
    let explanation = list.explain(&normalise(kind, value).unwrap());
    let reason = |entry: &Entry| match &entry.left_out {
        None => format!("{} looked for", entry.value),
        Some(reason) => format!("{}: {reason}", entry.value),
    };
    explanation.entries.iter().map(reason).collect()
}

/// Whether the fast pass would read a line that is this token.
fn knows(list: &Watchlist, token: &str) -> bool {
    list.knows_tokens(token.as_bytes(), std::slice::from_ref(&(0..token.len()))) != 0
}

#[test]
fn what_is_not_looked_for_says_why() {
    let mut lists = Warninglists::builder();
    lists.add_json(
        "test",
        r#"{"name":"ours","type":"hostname","list":["ours.example"],"matching_attributes":["domain"],"version":1,"description":"d"}"#,
    );
    let mut builder = Builder::new(Options {
        minimum_score: 20,
        minimum_confidence: 30,
        strictest_tlp: Some(Tlp::Amber),
        strictest_pap: Some(Pap::Amber),
        warninglists: Some(Arc::new(lists.build().0)),
        ..options()
    });
    let plain = About::default();
    let domain = |name: &str| format!("[domain-name:value = '{name}']");
    let none = serde_json::json!({});
    add(
        &mut builder,
        &indicator(1, &domain("good.example"), none.clone()),
        &plain,
    );
    add(
        &mut builder,
        &indicator(2, &domain("revoked.example"), serde_json::json!({"revoked": true})),
        &plain,
    );
    add(
        &mut builder,
        &indicator(
            3,
            &domain("ended.example"),
            serde_json::json!({"valid_until": "2025-12-31T00:00:00Z"}),
        ),
        &plain,
    );
    add(
        &mut builder,
        &indicator(
            4,
            &domain("later.example"),
            serde_json::json!({"valid_from": "2027-01-01T00:00:00Z"}),
        ),
        &plain,
    );
    add(
        &mut builder,
        &indicator(5, &domain("unsure.example"), serde_json::json!({"confidence": 29})),
        &plain,
    );
    add(
        &mut builder,
        &indicator(
            6,
            &domain("benign.example"),
            serde_json::json!({"indicator_types": ["benign"]}),
        ),
        &plain,
    );
    add(
        &mut builder,
        &indicator(7, &domain("www.ours.example"), none.clone()),
        &plain,
    );
    let red = About {
        tlp: Some(Tlp::Red),
        ..plain.clone()
    };
    add(&mut builder, &indicator(8, &domain("red.example"), none.clone()), &red);
    let quiet = About {
        pap: Some(Pap::Red),
        ..plain.clone()
    };
    add(
        &mut builder,
        &indicator(9, &domain("quiet.example"), none.clone()),
        &quiet,
    );
    let doubted = About {
        false_positives: 9,
        ..plain.clone()
    };
    add(
        &mut builder,
        &indicator(10, &domain("doubted.example"), none.clone()),
        &doubted,
    );
    add(
        &mut builder,
        &indicator(11, "[domain-name:value = 'broken", none),
        &plain,
    );
    let (list, problems) = builder.build();

    assert_eq!(list.len(), 1);
    assert_eq!(
        explained(&list, Kind::Domain, "a.good.example"),
        ["good.example looked for"]
    );
    let why = |name| explained(&list, Kind::Domain, name).join("");
    assert_eq!(why("revoked.example"), "revoked.example: its producer revoked it");
    assert_eq!(why("ended.example"), "ended.example: its validity has ended");
    assert_eq!(why("later.example"), "later.example: its validity has not begun");
    assert_eq!(
        why("unsure.example"),
        "unsure.example: its producer's confidence is 29 of 100, which is below the least asked for"
    );
    assert_eq!(
        why("benign.example"),
        "benign.example: the indicator says that it is benign"
    );
    assert_eq!(
        why("www.ours.example"),
        "www.ours.example: the warninglist 'ours' knows it as harmless"
    );
    assert_eq!(
        why("red.example"),
        "red.example: its marking TLP:RED is stricter than this watchlist may hold"
    );
    assert_eq!(
        why("quiet.example"),
        "quiet.example: its marking PAP:RED does not allow what this watchlist is for"
    );
    assert!(
        why("doubted.example").contains("below the least asked for"),
        "{}",
        why("doubted.example")
    );
    assert_eq!(why("absent.example"), "");
    assert_eq!(
        problems.len(),
        1,
        "the broken one is named and the others are used: {problems:?}"
    );
    assert_eq!(list.meta().left_out.iter().map(|(_, many)| many).sum::<u64>(), 9);
}

#[test]
fn a_saved_watchlist_is_the_same_when_it_is_opened() {
    let mut builder = Builder::new(options());
    let about = About {
        shared_by: "Example Utility".to_owned(),
        tlp: Some(Tlp::Green),
        techniques: vec!["T1566 Phishing".to_owned()],
        threats: vec!["Example Worm".to_owned()],
        actions: vec!["Block it".to_owned()],
        ..About::default()
    };
    add(
        &mut builder,
        &indicator(
            1,
            "[ipv4-addr:value = '192.0.2.7']",
            serde_json::json!({"name": "A server", "confidence": 80}),
        ),
        &about,
    );
    add(
        &mut builder,
        &indicator(
            2,
            "[url:value = 'http://evil.example/a'] FOLLOWEDBY [file:name = 'b.exe']",
            serde_json::json!({}),
        ),
        &about,
    );
    let list = builder.build().0;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watchlist.cww");
    list.save(&path).unwrap();
    let opened = Watchlist::open(&path).unwrap();
    let asked = normalise(Kind::Ipv4, "192.0.2.7").unwrap();
    assert_eq!(opened.explain(&asked), list.explain(&asked));
    assert_eq!(opened.meta(), list.meta());
    assert_eq!((opened.len(), opened.bytes()), (2, list.bytes()));
    assert_eq!(opened.kinds(), [Kind::Ipv4]);
    assert_eq!(opened.several().set.len(), 1);
    let context = &opened.explain(&asked).entries[0].indicator;
    assert_eq!(context.name, "A server");
    assert_eq!((context.confidence, context.tlp), (Some(80), Some(Tlp::Green)));
    assert_eq!(context.threats, ["Example Worm"]);
}

#[test]
fn a_plain_list_gives_the_indicators_that_sharing_it_would() {
    let mut builder = Builder::new(options());
    let context = Context {
        shared_by: "list.txt".to_owned(),
        ..Context::default()
    };
    let text = b"\xef\xbb\xbf# heading\nevil[.]example\n192.0.2.0/24 scanner\nnot an indicator\nevil.\xff.example\n203.0.113.7";
    builder.list(&mut &text[..], "list.txt", &context).unwrap();
    let (list, problems) = builder.build();
    assert_eq!(list.len(), 3);
    let entry = &list.explain(&normalise(Kind::Domain, "evil.example").unwrap()).entries[0];
    assert!(entry.indicator.id.starts_with("indicator--"), "{entry:?}");
    assert_eq!(entry.indicator.name, "evil.example");
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.code, problem.place.to_string()))
        .collect();
    assert_eq!(
        told,
        [
            ("not-an-indicator", "list.txt:4:1".to_owned()),
            ("not-utf8", "list.txt:5:1".to_owned())
        ]
    );
}

#[test]
fn a_long_list_read_in_parts_is_the_same_as_value_by_value() {
    let mut lists = Warninglists::builder();
    lists.add_json(
        "a.json",
        r#"{"name":"harmless names","version":1,"type":"hostname","list":["harmless.example"],"matching_attributes":["domain"]}"#,
    );
    lists.add_json(
        "b.json",
        r#"{"name":"own networks","version":1,"type":"cidr","list":["198.51.100.0/24"],"matching_attributes":["ip-dst"]}"#,
    );
    let options = Options {
        warninglists: Some(Arc::new(lists.build().0)),
        ..options()
    };
    // Both reasons, in another order in later parts; a part has a megabyte.
    let mut lines: Vec<String> = (0..120_000)
        .map(|number| format!("name-{number}.with-a-long-label-in-it.example"))
        .collect();
    lines[5] = "harmless.example".to_owned();
    lines[60_000] = "198.51.100.7".to_owned();
    lines[60_001] = "www.harmless.example".to_owned();
    lines[119_000] = "mutex in words".to_owned();
    lines[119_999] = "203.0.113.9".to_owned();

    let mut whole = Builder::new(options.clone());
    let number = whole.indicator(&Context::default());
    for observable in lines.iter().filter_map(|line| stix::observable::guess(line)) {
        whole.value(number, &observable);
    }
    let whole = whole.build().0;
    let mut parts = Builder::new(options);
    let text = lines.join("\n");
    parts.list(&mut text.as_bytes(), "list", &Context::default()).unwrap();
    let (parts, problems) = parts.build();

    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].place.to_string(), "list:119001:1");
    assert_eq!(parts.meta().left_out, whole.meta().left_out);
    assert_eq!((parts.len(), parts.bytes()), (whole.len(), whole.bytes()));
    for line in [
        &lines[0],
        &lines[5],
        &lines[60_000],
        &lines[60_001],
        &lines[90_000],
        &lines[119_999],
    ] {
        let observable = stix::observable::guess(line).unwrap();
        let told = explained(&parts, observable.kind, line);
        assert_eq!(told, explained(&whole, observable.kind, line));
        assert_eq!(told.len(), 1, "{line}");
        assert_eq!(knows(&parts, line), knows(&whole, line), "{line}");
    }
    assert_eq!(
        explained(&parts, Kind::Ipv4, "198.51.100.7"),
        ["198.51.100.7: the warninglist 'own networks' knows it as harmless"]
    );
}

#[test]
fn a_damaged_watchlist_finds_nothing_wrong_and_harms_nobody() {
    let mut builder = Builder::new(options());
    let text = b"evil.example\n192.0.2.7\nhttp://gate.example/a\n";
    builder.list(&mut &text[..], "list", &Context::default()).unwrap();
    let list = builder.build().0;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.cww");
    list.save(&path).unwrap();
    let good = std::fs::read(&path).unwrap();
    // Every byte behind the header, turned over in turn.
    for at in (512..good.len()).step_by(7) {
        let mut bytes = good.clone();
        bytes[at] ^= 0xff;
        std::fs::write(&path, bytes).unwrap();
        if let Ok(damaged) = Watchlist::open(&path) {
            for value in ["evil.example", "192.0.2.7", "other.example"] {
                let observable = stix::observable::guess(value).unwrap();
                let _ = damaged.explain(&observable);
                knows(&damaged, value);
            }
        }
    }
}
