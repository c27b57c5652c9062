//! What becomes of a report when somebody corrects it.

use serde_json::Value;
use stix::marking::Tlp;
use stix::observable::{Kind, Observable, normalise};
use stix::{Id, Problem, Timestamp};

use super::value::Captured;
use super::{About, AboutKind, Edit, Edits, Role, gather, read};
use crate::{Limits, ReadOptions, Sink};

const REPORT: &str = "# Pumps under attack\n\nThe attackers (T1190, CVE-2024-3400) came from 203[.]0[.]113[.]9.\n\
                      They were also seen at 198.51.100.7 and used evil-pump[.]example.\n";

fn options() -> ReadOptions {
    ReadOptions {
        name: None,
        producer: Id::parse("identity--aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa").unwrap(),
        default_markings: Vec::new(),
        now: Timestamp::parse("2026-11-30T12:00:00Z").unwrap(),
        limits: Limits::default(),
    }
}

fn edited(text: &str, edits: &Edits) -> Vec<Value> {
    let mut captured = Captured::default();
    read(text.as_bytes(), edits, &options(), &mut captured).unwrap();
    let objects = captured.0.iter();
    objects.map(|one| serde_json::from_str(&one.text).unwrap()).collect()
}

fn place(text: &str, value: &str) -> usize {
    let (_, gathered) = gather(text.as_bytes(), &options()).unwrap();
    let items = gathered.items();
    let found = items.iter().position(|item| item.name == value);
    found.unwrap_or_else(|| panic!("no {value} in {items:?}"))
}

fn one(place: usize, edit: Edit) -> Edits {
    Edits {
        items: [(place, edit)].into(),
        about: None,
    }
}

fn of_type<'o>(objects: &'o [Value], object_type: &str) -> Vec<&'o Value> {
    objects.iter().filter(|one| one["type"] == object_type).collect()
}

fn observable(kind: Kind, text: &str) -> Observable {
    normalise(kind, text).unwrap()
}

#[test]
fn what_is_left_out_is_in_nothing_any_more() {
    let at = place(REPORT, "203.0.113.9");
    let edit = Edit {
        leave_out: true,
        ..Edit::default()
    };
    let objects = edited(REPORT, &one(at, edit));
    let whole = serde_json::to_string(&objects).unwrap();
    let report = of_type(&objects, "report")[0];
    assert_eq!(of_type(&objects, "indicator").len(), 1, "{whole}");
    assert_eq!(report["object_refs"].as_array().unwrap().len(), objects.len() - 1);
    for id in report["object_refs"].as_array().unwrap() {
        assert!(objects.iter().any(|one| one["id"] == *id), "{id}");
    }
}

#[test]
fn a_corrected_value_is_another_object_and_the_report_refers_to_it() {
    let at = place(REPORT, "203.0.113.9");
    let edit = Edit {
        value: Some((Role::Indicator, observable(Kind::Ipv4, "203.0.113.99"))),
        ..Edit::default()
    };
    let objects = edited(REPORT, &one(at, edit));
    let indicators = of_type(&objects, "indicator");
    let corrected = indicators.iter().find(|one| one["name"] == "203.0.113.99").unwrap();
    assert_eq!(corrected["pattern"], "[ipv4-addr:value = '203.0.113.99']");
    let report = of_type(&objects, "report")[0];
    assert!(report["object_refs"].as_array().unwrap().contains(&corrected["id"]));
    // The same as if the report had said so.
    let right = edited(&REPORT.replace("113[.]9", "113[.]99"), &Edits::default());
    assert!(
        of_type(&right, "indicator")
            .iter()
            .any(|one| one["id"] == corrected["id"])
    );
}

#[test]
fn what_is_only_mentioned_can_be_looked_for_and_the_other_way_round() {
    let mention = place(REPORT, "198.51.100.7");
    let indicator = place(REPORT, "evil-pump.example");
    let value = |role, kind, text| Edit {
        value: Some((role, observable(kind, text))),
        ..Edit::default()
    };
    let edits = Edits {
        items: [
            (mention, value(Role::Indicator, Kind::Ipv4, "198.51.100.7")),
            (indicator, value(Role::Mention, Kind::Domain, "evil-pump.example")),
        ]
        .into(),
        about: None,
    };
    let objects = edited(REPORT, &edits);
    assert_eq!(of_type(&objects, "ipv4-addr").len(), 0);
    assert_eq!(of_type(&objects, "domain-name").len(), 1);
    let patterns: Vec<_> = of_type(&objects, "indicator")
        .iter()
        .map(|one| one["pattern"].clone())
        .collect();
    assert!(
        patterns.contains(&"[ipv4-addr:value = '198.51.100.7']".into()),
        "{patterns:?}"
    );
}

#[test]
fn a_kind_without_an_object_cannot_be_only_mentioned() {
    let at = place(REPORT, "evil-pump.example");
    let edit = Edit {
        value: Some((Role::Mention, observable(Kind::UserAgent, "evil/1.0"))),
        ..Edit::default()
    };
    let refused = read(REPORT.as_bytes(), &one(at, edit), &options(), &mut Captured::default());
    assert_eq!(refused.unwrap_err().code, "no-object-for-kind");
}

#[test]
fn a_marking_makes_one_item_stricter_and_touches_no_other() {
    let at = place(REPORT, "203.0.113.9");
    let edit = Edit {
        marking: Some(Tlp::AmberStrict),
        ..Edit::default()
    };
    let objects = edited(REPORT, &one(at, edit));
    let marked: Vec<_> = objects
        .iter()
        .filter(|one| one.get("object_marking_refs").is_some())
        .collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0]["object_marking_refs"][0], Tlp::AmberStrict.marking_id());
}

#[test]
fn a_report_gets_the_name_that_somebody_gives_it() {
    let at = place(REPORT, "Pumps under attack");
    let edit = Edit {
        name: Some("Advisory 7".to_owned()),
        ..Edit::default()
    };
    assert_eq!(
        of_type(&edited(REPORT, &one(at, edit)), "report")[0]["name"],
        "Advisory 7"
    );
}

#[test]
fn everything_is_linked_to_what_it_is_about_and_the_report_holds_it_together() {
    let edits = Edits {
        about: Some(About {
            kind: AboutKind::Malware,
            name: "PumpKiller".to_owned(),
            known: None,
        }),
        ..Edits::default()
    };
    let objects = edited(REPORT, &edits);
    let malware = of_type(&objects, "malware")[0];
    assert_eq!(
        (&malware["name"], &malware["is_family"]),
        (&"PumpKiller".into(), &true.into())
    );
    let mut kinds: Vec<_> = of_type(&objects, "relationship")
        .iter()
        .map(|one| one["relationship_type"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["exploits", "indicates", "indicates", "uses"]);
    let report = of_type(&objects, "report")[0];
    assert_eq!(report["object_refs"].as_array().unwrap().len(), objects.len() - 1);
    let mut problems = Vec::new();
    for object in &objects {
        let text = object.to_string();
        let parsed = stix::Object::parse(&text).unwrap();
        problems.extend(stix::check::check(parsed.map()));
    }
    assert!(problems.is_empty(), "{problems:?}");
    // The same again is the same: nothing is made twice.
    let ids = |objects: &[Value]| objects.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&objects), ids(&edited(REPORT, &edits)));
    let known = Id::parse("malware--bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb").unwrap();
    let mut linked = edits;
    linked.about.as_mut().unwrap().known = Some(known.clone());
    let objects = edited(REPORT, &linked);
    assert!(of_type(&objects, "malware").is_empty());
    assert!(
        of_type(&objects, "relationship")
            .iter()
            .any(|one| one["target_ref"] == known.as_str())
    );
}

#[test]
fn what_says_nothing_without_what_was_left_out_goes_too_and_is_named() {
    let bundle = r#"{"type":"bundle","id":"bundle--4a1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e","objects":[
        {"type":"relationship","spec_version":"2.1","id":"relationship--11111111-1111-4111-8111-111111111111","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"indicator--22222222-2222-4222-8222-222222222222","target_ref":"malware--33333333-3333-4333-8333-333333333333"},
        {"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","pattern":"[ipv4-addr:value = '203.0.113.9']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z"},
        {"type":"malware","spec_version":"2.1","id":"malware--33333333-3333-4333-8333-333333333333","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"x","is_family":true}]}"#;
    struct Told(Captured, Vec<Problem>);
    impl Sink for Told {
        fn object(&mut self, found: crate::Found<'_>) -> Result<(), Problem> {
            self.0.object(found)
        }
        fn problem(&mut self, problem: Problem) {
            self.1.push(problem);
        }
    }
    let mut told = Told(Captured::default(), Vec::new());
    let edit = Edit {
        leave_out: true,
        ..Edit::default()
    };
    read(bundle.as_bytes(), &one(2, edit), &options(), &mut told).unwrap();
    assert_eq!(told.0.0.len(), 1);
    assert_eq!(told.1[0].code, "left-out-too");
    // What nobody touched passes byte for byte.
    let indicator = told.0.0[0].text.as_ref();
    assert!(bundle.contains(indicator), "{indicator}");
}

#[test]
fn what_is_too_large_to_be_edited_is_not_half_edited() {
    let list: String = (0..600).map(|n| format!("203.0.{}.{}\n", n / 250, n % 250)).collect();
    let (_, gathered) = gather(list.as_bytes(), &options()).unwrap();
    assert!(gathered.too_many);
    let edits = one(
        1,
        Edit {
            leave_out: true,
            ..Edit::default()
        },
    );
    let refused = read(list.as_bytes(), &edits, &options(), &mut Captured::default());
    assert_eq!(refused.unwrap_err().code, "too-many-to-edit");
}
