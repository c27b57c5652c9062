//! Two and three hubs in one process, each served on its own port, with bridges between them.

use std::sync::{Arc, Mutex};

use node::bridges::{AcceptWish, AfterEnd, BridgeWish, CarryReport, PairHere};
use node::partnership::{KeyWish, MemberWish, PersonWish};
use node::recall::{RecallWish, RecallWishKind};
use policy::{MemberId, Role};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stix::marking::{Pap, Tlp};
use store::MemberKind;
use tokio::runtime::Handle;

use super::kit::{Kit, Wish, id, indicator};
use super::web::{self, Web};

/// A hub, by the number that makes its identity, its name and what it draws at random.
async fn hub(number: u64) -> Kit {
    let settings: fn(&mut node::Settings) = match number {
        1 => |settings| named(settings, 1),
        2 => |settings| named(settings, 2),
        _ => |settings| named(settings, 3),
    };
    let kit = Kit::start_with(Wish {
        settings,
        seed: number * 1_000_003,
        ..Wish::default()
    })
    .await;
    charter(&kit, Some(Tlp::AmberStrict)).await;
    kit
}

fn named(settings: &mut node::Settings, number: u128) {
    settings.title = format!("Hub {number}");
    let uuid = uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | number);
    settings.identity = stix::Id::new("identity", uuid);
}

/// Lets what is in `common` pass bridges up to a colour.
async fn charter(kit: &Kit, bridges: Option<Tlp>) {
    let operator = kit.operator().await;
    let common = kit.communities["common"];
    let mut text = kit.node.charter(&operator, common).await.unwrap().text;
    text.bridges = bridges;
    text.accountable = None;
    kit.node.charter_put(&operator, common, text).await.unwrap();
}

/// A member that stands for another hub, and its key.
async fn partner(kit: &Kit, name: &str) -> (MemberId, String) {
    let operator = kit.operator().await;
    let wish = MemberWish {
        name: name.to_owned(),
        kind: MemberKind::Cert,
        sectors: vec![],
        countries: vec![],
        provider: None,
        identity: None,
    };
    let member = kit.node.member_create(&operator, wish).await.unwrap().id;
    let set = kit
        .node
        .membership_set(&operator, kit.communities["common"], member, true, false);
    set.await.unwrap();
    let wish = PersonWish {
        member,
        login: name.to_lowercase().replace(' ', "-"),
        name: name.to_owned(),
        role: Role::Contributor,
        password: None,
    };
    let person = kit.node.person_create(&operator, wish).await.unwrap();
    let wish = KeyWish {
        label: "bridge".to_owned(),
        ..KeyWish::default()
    };
    let (secret, _) = kit.node.key_create(&operator, person.id, wish).await.unwrap();
    (member, secret)
}

fn pair() -> PairHere {
    PairHere {
        ours: "common".to_owned(),
        theirs: "common".to_owned(),
        sends: true,
        takes: false,
        tlp: Tlp::Amber,
        pap: Pap::Amber,
        onward: true,
        anonymous: false,
        hops: 3,
    }
}

fn access(secret: &str) -> Value {
    json!({ "bearer": secret, "proxy": "direct" })
}

/// What each side calls the bridge, and the member that stands for the other.
struct Ends {
    here: String,
    there: String,
    member_there: MemberId,
    member_here: MemberId,
    key_there: String,
}

async fn wish(a: &Kit, b: &Kit, name: &str, member: MemberId, secret: &str, pair: PairHere) -> BridgeWish {
    assert_ne!(a.port, b.port);
    BridgeWish {
        name: name.to_owned(),
        url: format!("http://127.0.0.1:{}/", b.port),
        settings: Some(access(secret)),
        member,
        pairs: vec![pair],
        after_end: AfterEnd::Stays,
        interval_seconds: 60,
    }
}

/// Proposed by the first, accepted by the second.
async fn connect(a: (&Kit, &str), b: (&Kit, &str), pair: PairHere, after_end: AfterEnd) -> Ends {
    let (member_here, key_here) = partner(a.0, &format!("Hub {}", b.1)).await;
    let (member_there, key_there) = partner(b.0, &format!("Hub {}", a.1)).await;
    let here = format!("to-{}", b.1);
    let wish = BridgeWish {
        after_end,
        ..wish(a.0, b.0, &here, member_here, &key_there, pair).await
    };
    let proposed = a.0.node.bridge_propose(&a.0.operator().await, wish).await.unwrap();
    assert!(proposed.bridge.set.untold.is_none(), "{:?}", proposed.bridge.last_error);
    let there = accept(b.0, member_there, a.0.port, &key_here).await;
    Ends {
        here,
        there,
        member_there,
        member_here,
        key_there,
    }
}

async fn accept(kit: &Kit, member: MemberId, port: u16, secret: &str) -> String {
    let operator = kit.operator().await;
    let all = kit.node.bridges(&operator).await.unwrap();
    let offered = all.iter().find(|one| one.bridge.set.member == member).unwrap();
    let (version, _) = offered.proposed.as_ref().unwrap();
    let wish = AcceptWish {
        version: *version,
        url: Some(format!("http://127.0.0.1:{port}/")),
        settings: Some(access(secret)),
        interval_seconds: None,
    };
    let name = offered.bridge.set.name.clone();
    let accepted = kit.node.bridge_accept(&operator, &name, wish).await.unwrap();
    assert!(accepted.bridge.set.untold.is_none(), "{:?}", accepted.bridge.last_error);
    name
}

async fn run(kit: &Kit, name: &str) -> CarryReport {
    let report = kit.node.bridge_run(&kit.operator().await, name).await.unwrap();
    assert_eq!(report.error, None, "{report:?}");
    report
}

async fn share(kit: &Kit, who: &str, query: &str, objects: &[String]) {
    let body = format!("{{\"objects\":[{}]}}", objects.join(","));
    let answer = kit
        .ask(who, "POST", &format!("/api/v1/share?{query}"), Some(&body))
        .await;
    assert_eq!(answer.json()["refused"], 0, "{}", answer.text());
}

/// The markings under which a login sees an object.
async fn seen(kit: &Kit, who: &str, object: &str) -> Option<String> {
    let answer = kit.get(who, &format!("/api/v1/objects/{object}")).await;
    (answer.status == 200).then(|| {
        let first = &answer.json()["contributions"][0];
        format!("{} {}", first["tlp"].as_str().unwrap(), first["pap"].as_str().unwrap())
    })
}

async fn recall(kit: &Kit, who: &str, kind: RecallWishKind, object: &str) -> uuid::Uuid {
    let caller = kit.node.local_caller(who).await.unwrap();
    let wish = RecallWish {
        kind,
        object: object.to_owned(),
        community: None,
        reason: "it was not as we thought".to_owned(),
    };
    kit.node.recall(&caller, &wish).await.unwrap()[0].uuid
}

/// What the member of a bridge answered to a recall.
async fn answered(kit: &Kit, recall: uuid::Uuid, member: MemberId) -> Option<String> {
    let recall = kit.node.store().recall_get(recall).await.unwrap().unwrap();
    let owed = kit.node.store().recall_owed_one(member, recall.id).await.unwrap();
    owed.unwrap().done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_every_marking_passes_what_both_agreed_and_nothing_is_wider_on_the_other_side() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    for (number, query) in [
        (1, "community=common&tlp=clear"),
        (2, "community=common&tlp=green"),
        (3, "community=common&tlp=amber&pap=amber"),
        (4, "community=common&tlp=amber%2Bstrict"),
        (5, "community=common&tlp=red&named=Birch&named=Hub%202"),
        (6, "community=common&tlp=green&named=Birch&named=Hub%202"),
        (7, "community=grove&tlp=green"),
        (8, "community=common&tlp=green&pap=red"),
    ] {
        share(&a, "alder-analyst", query, &[indicator(number, "x")]).await;
    }
    let report = run(&a, &ends.here).await;
    assert_eq!((report.sent, report.refused), (3, 0), "{report:?}");
    let expected = [
        (1, Some("TLP:CLEAR PAP:CLEAR")),
        (2, Some("TLP:GREEN PAP:CLEAR")),
        (3, Some("TLP:AMBER PAP:AMBER")),
        (4, None),
        (5, None),
        (6, None),
        (7, None),
        (8, None),
    ];
    for (number, marking) in expected {
        let object = id("indicator", number);
        assert_eq!(seen(&b, "birch-analyst", &object).await.as_deref(), marking, "{number}");
        // What is TLP:CLEAR is for everybody; the rest is for the paired community.
        let elder = seen(&b, "elder-analyst", &object).await;
        assert_eq!(elder.is_some(), number == 1, "{number}");
    }
    // Whoever shares is told before that it passes.
    for (tlp, hubs) in [("green", json!(["Hub 2"])), ("amber+strict", Value::Null)] {
        let wish = json!({ "communities": ["common"], "tlp": tlp }).to_string();
        let preview = a
            .ask("alder-analyst", "POST", "/api/v1/share/preview", Some(&wish))
            .await
            .json();
        assert_eq!(preview["bridges"], hubs, "{preview}");
    }
    // The same again passes once; what is stricter passes by other terms, which both must have.
    assert_eq!(run(&a, &ends.here).await.sent, 0);
    let stricter = PairHere {
        tlp: Tlp::AmberStrict,
        ..pair()
    };
    let again = wish(&a, &b, &ends.here, ends.member_here, &ends.key_there, stricter).await;
    a.node.bridge_propose(&a.operator().await, again).await.unwrap();
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=amber%2Bstrict",
        &[indicator(9, "x")],
    )
    .await;
    assert_eq!(run(&a, &ends.here).await.sent, 0, "nothing passes by terms that wait");
    let operator = b.operator().await;
    let unread = AcceptWish {
        version: 1,
        url: None,
        settings: None,
        interval_seconds: None,
    };
    assert!(
        b.node
            .bridge_accept(&operator, &ends.there, unread.clone())
            .await
            .is_err()
    );
    let read = AcceptWish { version: 2, ..unread };
    b.node.bridge_accept(&operator, &ends.there, read).await.unwrap();
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=amber%2Bstrict",
        &[indicator(10, "x")],
    )
    .await;
    assert_eq!(run(&a, &ends.here).await.sent, 1);
    let object = id("indicator", 10);
    assert_eq!(
        seen(&b, "birch-analyst", &object).await.as_deref(),
        Some("TLP:AMBER+STRICT PAP:CLEAR")
    );
    let shown = b
        .get("birch-analyst", &format!("/api/v1/objects/{object}"))
        .await
        .json();
    let came = &shown["came_by"][0];
    assert_eq!(came["path"][0]["hub"], "Hub 1", "{shown}");
    assert_eq!(
        (&came["path"][0]["tlp_before"], &came["tlp"]),
        (&json!("TLP:AMBER+STRICT"), &json!("TLP:AMBER+STRICT"))
    );
    // Who agreed to what stands on both sides, with the same digest.
    let mut digests = Vec::new();
    for (kit, name) in [(&a, &ends.here), (&b, &ends.there)] {
        let view = kit.get("operator", &format!("/api/v1/bridges/{name}")).await.json();
        let steps = view["steps"].as_array().unwrap();
        let what: Vec<_> = steps.iter().map(|step| step["what"].as_str().unwrap()).collect();
        assert_eq!(what, ["proposed", "accepted", "proposed", "accepted"], "{view}");
        assert!(steps.iter().all(|step| step["person"].is_string()), "{view}");
        digests.push(steps.iter().map(|step| step["digest"].clone()).collect::<Vec<_>>());
    }
    assert_eq!(digests[0], digests[1]);
    // The contributor reads in its own receipts that it crossed.
    let ledger = a.get("alder-analyst", "/api/v1/receipts?limit=1000").await.text();
    assert!(ledger.contains("bridge-crossed"), "{ledger}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_loop_of_three_hubs_nothing_comes_back_and_the_way_is_shown() {
    let hubs = [hub(1).await, hub(2).await, hub(3).await];
    let both = PairHere { takes: true, ..pair() };
    let mut names: Vec<Vec<String>> = vec![Vec::new(); 3];
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        let (number, other) = ((from + 1).to_string(), (to + 1).to_string());
        let ends = connect(
            (&hubs[from], &number),
            (&hubs[to], &other),
            both.clone(),
            AfterEnd::Stays,
        )
        .await;
        names[from].push(ends.here);
        names[to].push(ends.there);
    }
    share(
        &hubs[0],
        "alder-analyst",
        "community=common&tlp=amber",
        &[indicator(1, "x")],
    )
    .await;
    for _ in 0..4 {
        for (kit, names) in hubs.iter().zip(&names) {
            for name in names {
                run(kit, name).await;
            }
        }
    }
    let object = id("indicator", 1);
    let mut lengths = Vec::new();
    for kit in &hubs {
        let shown = kit
            .get("birch-analyst", &format!("/api/v1/objects/{object}"))
            .await
            .json();
        let came = shown["came_by"].as_array().cloned().unwrap_or_default();
        for one in &came {
            lengths.push(one["path"].as_array().unwrap().len());
        }
        assert_eq!(shown["contributions"][0]["tlp"], "TLP:AMBER", "{shown}");
    }
    assert!(
        hubs[0]
            .get("birch-analyst", &format!("/api/v1/objects/{object}"))
            .await
            .json()["came_by"]
            .is_null()
    );
    lengths.sort_unstable();
    // Each of the others has it straight from the first, and perhaps by way of the other: never by way of itself.
    assert!(
        lengths.len() <= 4 && lengths.iter().all(|length| *length <= 2),
        "{lengths:?}"
    );
    assert!(lengths.contains(&1), "{lengths:?}");
    for (kit, names) in hubs.iter().zip(&names) {
        for name in names {
            assert_eq!(run(kit, name).await.sent, 0);
        }
    }
    // A recall reaches all of them.
    recall(&hubs[0], "alder-analyst", RecallWishKind::Retract, &object).await;
    for _ in 0..3 {
        for (kit, names) in hubs.iter().zip(&names) {
            for name in names {
                run(kit, name).await;
            }
        }
    }
    for kit in &hubs {
        assert_eq!(seen(kit, "birch-analyst", &object).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_go_no_further_or_has_passed_enough_hubs_stays() {
    for stays in [
        PairHere {
            onward: false,
            ..pair()
        },
        PairHere { hops: 1, ..pair() },
    ] {
        let (a, b, c) = (hub(1).await, hub(2).await, hub(3).await);
        let first = connect((&a, "1"), (&b, "2"), stays.clone(), AfterEnd::Stays).await;
        let second = connect(
            (&b, "2"),
            (&c, "3"),
            PairHere {
                hops: stays.hops,
                ..pair()
            },
            AfterEnd::Stays,
        )
        .await;
        share(&a, "alder-analyst", "community=common&tlp=green", &[indicator(1, "x")]).await;
        assert_eq!(run(&a, &first.here).await.sent, 1);
        let report = run(&b, &second.here).await;
        assert_eq!((report.sent, report.notes.len()), (0, 1), "{report:?}");
        assert_eq!(seen(&c, "birch-analyst", &id("indicator", 1)).await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recalls_corrections_and_narrowing_pass_and_the_answer_comes_back() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let objects: Vec<String> = (1..=4).map(|number| indicator(number, "x")).collect();
    share(&a, "alder-analyst", "community=common&tlp=green", &objects).await;
    assert_eq!(run(&a, &ends.here).await.sent, 4);
    // Somebody there has been given them.
    let collection = b.collection("common").await;
    let page = format!("/commonwatch/collections/{collection}/objects/");
    assert_eq!(b.get("birch-analyst", &page).await.ids().len(), 4);
    let ids: Vec<String> = (0..=4).map(|number| id("indicator", number)).collect();
    let narrow = RecallWishKind::Narrow(Tlp::Amber, Pap::Clear);
    let narrowed = recall(&a, "alder-analyst", narrow, &ids[1]).await;
    let beyond = RecallWishKind::Narrow(Tlp::AmberStrict, Pap::Clear);
    let beyond = recall(&a, "alder-analyst", beyond, &ids[2]).await;
    let retracted = recall(&a, "alder-analyst", RecallWishKind::Retract, &ids[3]).await;
    let newer = objects[3].replace("\"modified\":\"2024-01-01", "\"modified\":\"2024-02-01");
    share(&a, "alder-analyst", "community=common&tlp=green", &[newer]).await;
    let corrected = recall(&a, "alder-analyst", RecallWishKind::Correct, &ids[4]).await;
    let report = run(&a, &ends.here).await;
    assert_eq!(report.recalled, 4, "{report:?}");
    let expected = [
        (1, Some("TLP:AMBER PAP:CLEAR")),
        (2, None),
        (3, None),
        (4, Some("TLP:GREEN PAP:CLEAR")),
    ];
    for (number, marking) in expected {
        assert_eq!(
            seen(&b, "birch-analyst", &ids[number]).await.as_deref(),
            marking,
            "{number}"
        );
    }
    for (recall, done) in [
        (narrowed, "replaced"),
        (beyond, "removed"),
        (retracted, "removed"),
        (corrected, "replaced"),
    ] {
        assert_eq!(answered(&a, recall, ends.member_here).await.as_deref(), Some(done));
    }
    // Whoever was given it there is asked to act in turn.
    let owed = b
        .get("birch-analyst", "/api/v1/recalls?mine=true&open=true")
        .await
        .json();
    assert_eq!(owed["recalls"].as_array().unwrap().len(), 4, "{owed}");
    assert_eq!(run(&a, &ends.here).await.recalled, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_side_ends_it_at_once_and_recalls_still_pass() {
    for after_end in [AfterEnd::Stays, AfterEnd::Withdrawn] {
        let (a, b) = (hub(1).await, hub(2).await);
        let ends = connect((&a, "1"), (&b, "2"), pair(), after_end).await;
        share(&a, "alder-analyst", "community=common&tlp=green", &[indicator(1, "x")]).await;
        assert_eq!(run(&a, &ends.here).await.sent, 1);
        let ended = b.node.bridge_end(&b.operator().await, &ends.there).await.unwrap();
        assert_eq!(ended.bridge.set.state.as_str(), "ended");
        let there = a
            .get("operator", &format!("/api/v1/bridges/{}", ends.here))
            .await
            .json();
        assert_eq!(there["state"], "ended", "{there}");
        share(&a, "alder-analyst", "community=common&tlp=green", &[indicator(2, "x")]).await;
        assert_eq!(run(&a, &ends.here).await.sent, 0);
        let left = seen(&b, "birch-analyst", &id("indicator", 1)).await;
        assert_eq!(left.is_some(), after_end == AfterEnd::Stays);
        let retracted = recall(&a, "alder-analyst", RecallWishKind::Retract, &id("indicator", 1)).await;
        run(&a, &ends.here).await;
        assert_eq!(seen(&b, "birch-analyst", &id("indicator", 1)).await, None);
        assert_eq!(
            answered(&a, retracted, ends.member_here).await.as_deref(),
            Some("removed")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_side_pauses_it_then_only_recalls_pass_and_nothing_is_lost() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=green",
        &[indicator(1, "before")],
    )
    .await;
    assert_eq!(run(&a, &ends.here).await.sent, 1);
    // Paused where it leaves: what is shared stays, what is taken back goes.
    let path = format!("/api/v1/bridges/{}", ends.here);
    let paused = a.ask("operator", "POST", &format!("{path}/pause"), None).await.json();
    assert_eq!(paused["state"], "paused", "{paused}");
    let again = a.ask("operator", "POST", &format!("{path}/pause"), None).await;
    assert_eq!(again.status, 409, "{}", again.text());
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=green",
        &[indicator(2, "meanwhile")],
    )
    .await;
    recall(&a, "alder-analyst", RecallWishKind::Retract, &id("indicator", 1)).await;
    let report = run(&a, &ends.here).await;
    assert_eq!((report.sent, report.recalled), (0, 1), "{report:?}");
    assert_eq!(seen(&b, "birch-analyst", &id("indicator", 1)).await, None);
    assert_eq!(seen(&b, "birch-analyst", &id("indicator", 2)).await, None);
    // Paused where it would arrive: the sender keeps it and tries again.
    a.ask("operator", "POST", &format!("{path}/resume"), None).await;
    let there = b
        .node
        .bridge_pause(&b.operator().await, &ends.there, true)
        .await
        .unwrap();
    assert_eq!(there.bridge.set.state.as_str(), "paused");
    let report = a.node.bridge_run(&a.operator().await, &ends.here).await.unwrap();
    let error = report.error.unwrap_or_default();
    assert!(error.contains("the other side has paused this bridge"), "{error}");
    assert_eq!(seen(&b, "birch-analyst", &id("indicator", 2)).await, None);
    b.node
        .bridge_pause(&b.operator().await, &ends.there, false)
        .await
        .unwrap();
    assert_eq!(run(&a, &ends.here).await.sent, 1);
    assert!(seen(&b, "birch-analyst", &id("indicator", 2)).await.is_some());
    let view = a.get("operator", &path).await.json();
    let steps: Vec<_> = view["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["what"].clone())
        .collect();
    assert_eq!(json!(steps), json!(["proposed", "accepted", "paused", "resumed"]));
    a.node.bridge_end(&a.operator().await, &ends.here).await.unwrap();
    let ended = a.ask("operator", "POST", &format!("{path}/pause"), None).await;
    assert_eq!(ended.status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sightings_come_back_as_one_count_without_names() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let object = id("indicator", 1);
    share(&a, "alder-analyst", "community=common&tlp=green", &[indicator(1, "x")]).await;
    assert_eq!(run(&a, &ends.here).await.sent, 1);
    let sighting = |number: u32, count: u32| {
        format!(
            r#"{{"type":"sighting","spec_version":"2.1","id":"{}","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","sighting_of_ref":"{object}","count":{count},"first_seen":"2026-11-0{number}T00:00:00Z","last_seen":"2026-11-0{number}T01:00:00Z"}}"#,
            id("sighting", number)
        )
    };
    share(&b, "alder-analyst", "community=common&tlp=green", &[sighting(1, 3)]).await;
    share(&b, "birch-analyst", "community=common&tlp=green", &[sighting(2, 4)]).await;
    let report = run(&b, &ends.there).await;
    assert_eq!((report.seen, report.sent), (1, 0), "{report:?}");
    let told = a
        .get("birch-analyst", &format!("/api/v1/objects/{object}/neighbours"))
        .await
        .json();
    let told: Vec<&str> = told["neighbours"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|edge| edge["id"].as_str())
        .filter(|id| id.starts_with("sighting"))
        .collect();
    assert_eq!(told.len(), 1);
    let shown = a.get("birch-analyst", &format!("/api/v1/objects/{}", told[0])).await;
    let shown_json = shown.json();
    let one = &shown_json["contributions"][0];
    assert_eq!(
        (&one["object"]["count"], &one["member"]),
        (&json!(7), &json!("Hub 2")),
        "{shown_json}"
    );
    assert_eq!(one["object"]["first_seen"], "2026-11-01T00:00:00.000Z", "{shown_json}");
    assert!(
        !shown.text().contains("Alder") && !shown.text().contains("Birch"),
        "{}",
        shown.text()
    );
    // It does not go back and forth.
    assert_eq!(run(&a, &ends.here).await.sent, 0);
    assert_eq!(run(&b, &ends.there).await.seen, 0);
    // Taken back one after the other, the count falls; with the last the sighting that stood for all of them goes.
    let count = async || {
        let shown = a.get("birch-analyst", &format!("/api/v1/objects/{}", told[0])).await;
        (shown.status == 200).then(|| shown.json()["contributions"][0]["object"]["count"].clone())
    };
    for (number, who, left) in [(1, "alder-analyst", Some(json!(4))), (2, "birch-analyst", None)] {
        let path = format!("/commonwatch/collections/common/objects/{}/", id("sighting", number));
        let gone = b.ask(who, "DELETE", &path, None).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        assert_eq!(run(&b, &ends.there).await.seen, 1);
        assert_eq!(count().await, left, "{number}");
    }
    assert!(ends.member_there != ends.member_here || a.port != b.port);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contributor_that_stays_unnamed_is_in_nothing_that_passes() {
    let (a, b) = (hub(1).await, hub(2).await);
    let unnamed = PairHere {
        anonymous: true,
        ..pair()
    };
    let ends = connect((&a, "1"), (&b, "2"), unnamed, AfterEnd::Stays).await;
    let members = a.node.members(&a.operator().await).await.unwrap();
    let alder = members.iter().find(|member| member.name == "Alder").unwrap();
    let by_alder =
        |number| indicator(number, "x").replacen('{', &format!(r#"{{"created_by_ref":"{}","#, alder.identity), 1);
    let says_it = by_alder(2).replacen(r#""name":"x""#, r#""name":"Alder""#, 1);
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=green",
        &[by_alder(1), says_it],
    )
    .await;
    let report = run(&a, &ends.here).await;
    assert_eq!((report.sent, report.notes.len()), (1, 1), "{report:?}");
    let shown = b
        .get("birch-analyst", &format!("/api/v1/objects/{}", id("indicator", 1)))
        .await;
    assert_eq!(shown.status, 200);
    assert!(!shown.text().contains(&alder.identity), "{}", shown.text());
    assert_eq!(seen(&b, "birch-analyst", &id("indicator", 2)).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_charter_that_says_so_nothing_passes() {
    let (a, b) = (hub(1).await, hub(2).await);
    charter(&a, None).await;
    let (member, _) = partner(&a, "Hub 2").await;
    let (_, secret) = partner(&b, "Hub 1").await;
    let proposed = wish(&a, &b, "to-2", member, &secret, pair()).await;
    let error = a.node.bridge_propose(&a.operator().await, proposed).await.unwrap_err();
    assert!(error.to_string().contains("charter"), "{error}");
    charter(&a, Some(Tlp::Amber)).await;
    let (member, key) = partner(&a, "Hub two").await;
    let (member_there, secret) = partner(&b, "Hub one").await;
    let proposed = wish(&a, &b, "to-2", member, &secret, pair()).await;
    a.node.bridge_propose(&a.operator().await, proposed).await.unwrap();
    accept(&b, member_there, a.port, &key).await;
    // A charter that changes its mind holds at once.
    charter(&a, None).await;
    share(&a, "alder-analyst", "community=common&tlp=green", &[indicator(1, "x")]).await;
    assert_eq!(run(&a, "to-2").await.sent, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_speaks_at_a_bridge_and_what_breaks_the_terms_is_refused() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let view = b.node.bridge(&b.operator().await, &ends.there).await.unwrap();
    let (uuid, own) = (view.bridge.set.uuid, b.node.settings().identity.to_string());
    let path = format!("/api/v1/hub/{uuid}");
    let item = |tlp: &str, hubs: &[&str]| {
        let hops: Vec<Value> = hubs
            .iter()
            .map(|hub| json!({ "hub": { "identity": hub, "title": "x" }, "bridge": uuid, "at": "2026-11-01T00:00:00Z", "tlp_before": tlp, "pap_before": "clear", "tlp": tlp, "pap": "clear" }))
            .collect();
        json!({ "kind": "items", "version": 1, "community": "common", "items": [{ "object": indicator(1, "x"), "tlp": tlp, "pap": "clear", "path": hops }] }).to_string()
    };
    let hub = a.node.settings().identity.to_string();
    let good = item("green", &[&hub]);
    for who in ["birch-analyst", "alder-operator"] {
        let answer = b.ask(who, "POST", &path, Some(&good)).await;
        assert_eq!(answer.status, 404, "{who} {}", answer.text());
    }
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {}", ends.key_there)),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let stranger = "identity--00000000-0000-4000-8000-000000000077";
    for (tlp, hubs) in [
        ("amber+strict", vec![hub.as_str()]),
        ("red", vec![hub.as_str()]),
        ("green", vec![]),
        ("green", vec![stranger]),
        ("green", vec![own.as_str(), hub.as_str()]),
        ("green", vec![hub.as_str(), hub.as_str()]),
        ("green", vec![stranger, stranger, stranger, hub.as_str()]),
    ] {
        let body = item(tlp, &hubs);
        let answer = b.send("POST", &path, &headers, Some(body.as_bytes())).await;
        assert_eq!(answer.json()["taken"], 0, "{tlp} {hubs:?} {}", answer.text());
        assert_eq!(answer.json()["refused"].as_array().unwrap().len(), 1);
    }
    let other = good.replace("\"version\":1", "\"version\":2");
    assert_eq!(
        b.send("POST", &path, &headers, Some(other.as_bytes())).await.status,
        409
    );
    let answer = b.send("POST", &path, &headers, Some(good.as_bytes())).await;
    assert_eq!(answer.json()["taken"], 1, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_side_proposes_other_terms_and_of_two_at_once_one_gives_way() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let proposal = async |kit: &Kit, other: &Kit, name: &str, member, pair| {
        let known = kit.node.store().bridge_get(name).await.unwrap().unwrap();
        let settings: Value = serde_json::from_str(&known.set.settings).unwrap();
        let secret = settings["bearer"].as_str().unwrap().to_owned();
        let wish = wish(kit, other, name, member, &secret, pair).await;
        kit.node.bridge_propose(&kit.operator().await, wish).await.unwrap()
    };
    let back = PairHere {
        sends: true,
        takes: true,
        ..pair()
    };
    let proposed = proposal(&b, &a, &ends.there, ends.member_there, back.clone()).await;
    assert_eq!(proposed.bridge.set.untold, None, "{:?}", proposed.bridge.last_error);
    let view = a
        .get("operator", &format!("/api/v1/bridges/{}", ends.here))
        .await
        .json();
    assert_eq!(
        (&view["proposed"], &view["waits_for_us"]),
        (&json!(2), &json!(true)),
        "{view}"
    );
    let read = AcceptWish {
        version: 2,
        url: None,
        settings: None,
        interval_seconds: None,
    };
    a.node
        .bridge_accept(&a.operator().await, &ends.here, read)
        .await
        .unwrap();
    share(&b, "alder-analyst", "community=common&tlp=green", &[indicator(1, "x")]).await;
    assert_eq!(run(&b, &ends.there).await.sent, 1);
    assert!(seen(&a, "birch-analyst", &id("indicator", 1)).await.is_some());
    // Both at once: the side that made the bridge stands by its own.
    let first = proposal(&a, &b, &ends.here, ends.member_here, pair()).await;
    assert_eq!(first.bridge.set.untold, None);
    let operator = b.operator().await;
    let waits = b.node.bridge(&operator, &ends.there).await.unwrap();
    assert_eq!(waits.proposed.map(|(version, _)| version), Some(3));
    let known = b.node.store().bridge_get(&ends.there).await.unwrap().unwrap();
    let key: Value = serde_json::from_str(&known.set.settings).unwrap();
    let own = wish(
        &b,
        &a,
        &ends.there,
        ends.member_there,
        key["bearer"].as_str().unwrap(),
        back,
    )
    .await;
    let refused = b.node.bridge_propose(&operator, own).await.unwrap_err();
    assert!(refused.to_string().contains("accept them"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_that_reached_nobody_is_told_later_and_consent_is_never_taken_for_another_text() {
    let (a, b) = (hub(1).await, hub(2).await);
    let (member, key) = partner(&a, "Hub 2").await;
    let (member_there, secret) = partner(&b, "Hub 1").await;
    let operator = a.operator().await;
    let right = wish(&a, &b, "to-2", member, &secret, pair()).await;
    let nowhere = BridgeWish {
        url: "http://127.0.0.1:1/".to_owned(),
        ..right.clone()
    };
    let untold = a.node.bridge_propose(&operator, nowhere).await.unwrap().bridge;
    assert_eq!(untold.set.untold.as_deref(), Some("offer"));
    assert!(untold.last_error.unwrap().contains("not told yet"));
    assert!(b.node.bridges(&b.operator().await).await.unwrap().is_empty());
    let told = a.node.bridge_propose(&operator, right).await.unwrap();
    assert_eq!((told.bridge.set.untold, told.proposed.unwrap().0), (None, 2));
    // What is accepted has to be what waits here, to the letter.
    let uuid = told.bridge.set.uuid;
    let hub = json!({ "identity": b.node.settings().identity.to_string(), "title": "Hub 2" });
    let consent = json!({ "kind": "acceptance", "version": 2, "digest": "00", "person": "Eve", "hub": hub });
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {key}")),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let path = format!("/api/v1/hub/{uuid}");
    let answer = a
        .send("POST", &path, &headers, Some(consent.to_string().as_bytes()))
        .await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    accept(&b, member_there, a.port, &key).await;
    let view = a.get("operator", "/api/v1/bridges/to-2").await.json();
    assert_eq!(
        (&view["state"], &view["version"]),
        (&json!("active"), &json!(2)),
        "{view}"
    );
}

/// What somebody reads of a request.
async fn request(kit: &Kit, who: &str, id: &str) -> Value {
    let answer = kit.get(who, &format!("/api/v1/requests/{id}")).await;
    assert_eq!(answer.status, 200, "{who}: {}", answer.text());
    answer.json()
}

async fn post(kit: &Kit, who: &str, path: &str, body: &Value) -> Value {
    let answer = kit.ask(who, "POST", path, Some(&body.to_string())).await;
    assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_passes_where_its_asker_says_so_and_the_answers_come_back_without_names() {
    let (a, b) = (hub(1).await, hub(2).await);
    let asked = |beyond: bool| json!({ "community": "common", "question": "who saw it?", "answers_to": "all", "beyond": beyond });
    let nobody = a
        .ask(
            "alder-analyst",
            "POST",
            "/api/v1/requests",
            Some(&asked(true).to_string()),
        )
        .await;
    assert_eq!((nobody.status, nobody.json()["code"].as_str()), (409, Some("conflict")));
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    post(&a, "alder-analyst", "/api/v1/requests", &asked(false)).await;
    let own = post(&a, "alder-analyst", "/api/v1/requests", &asked(true)).await;
    let id = own["id"].as_str().unwrap().to_owned();
    assert_eq!(own["beyond"], true);
    assert_eq!(run(&a, &ends.here).await.asked, 1);
    assert_eq!(run(&a, &ends.here).await.asked, 0, "it is heard once");

    // There it is of the member that stands for our hub, and names nobody of ours.
    let there = b.get("birch-analyst", "/api/v1/requests?community=common").await.json();
    assert_eq!(there["requests"].as_array().unwrap().len(), 1, "{there}");
    assert_eq!(there["requests"][0]["from"], "Hub 1");
    assert!(!there.to_string().contains("Alder"), "{there}");
    let answers = format!("/api/v1/requests/{id}/answers");
    post(
        &b,
        "birch-analyst",
        &answers,
        &json!({ "text": "we did", "to_all": true }),
    )
    .await;
    post(&b, "alder-analyst", &answers, &json!({ "text": "so did we" })).await;
    assert_eq!(run(&b, &ends.there).await.answered, 2);
    assert_eq!(run(&b, &ends.there).await.answered, 0, "each is told once");
    let answered = request(&a, "alder-analyst", &id).await;
    let texts: Vec<&str> = answered["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            assert_eq!(one["from"], "Hub 2");
            one["text"].as_str().unwrap()
        })
        .collect();
    assert_eq!(texts, ["we did", "so did we"]);
    assert!(!answered.to_string().contains("Birch"), "{answered}");
    // What was for all is for all here; what was for the asker is for the asker.
    assert_eq!(
        request(&a, "birch-analyst", &id).await["answers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    post(
        &a,
        "alder-analyst",
        &format!("/api/v1/requests/{id}/close"),
        &json!({ "summary": "two hubs saw it" }),
    )
    .await;
    run(&a, &ends.here).await;
    let closed = request(&b, "birch-analyst", &id).await;
    assert_eq!(
        (&closed["state"], &closed["summary"]),
        (&json!("closed"), &json!("two hubs saw it"))
    );
    assert_eq!(run(&a, &ends.here).await.asked, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_about_a_count_of_sightings_is_put_to_those_who_saw_it_there() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let object = id("indicator", 1);
    share(
        &a,
        "alder-analyst",
        "community=common&tlp=green",
        &[indicator(1, "one")],
    )
    .await;
    run(&a, &ends.here).await;
    let sighting = |number: u32| {
        format!(
            r#"{{"type":"sighting","spec_version":"2.1","id":"{}","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","sighting_of_ref":"{object}","count":1,"first_seen":"2026-11-01T00:00:00Z","last_seen":"2026-11-01T01:00:00Z"}}"#,
            id("sighting", number)
        )
    };
    share(&b, "birch-analyst", "community=common&tlp=green", &[sighting(1)]).await;
    run(&b, &ends.there).await;
    let found = a
        .get("alder-analyst", &format!("/api/v1/objects/{object}/neighbours"))
        .await
        .json();
    let counted = found.to_string();
    let counted = counted.split("sighting--").nth(1).unwrap_or_else(|| panic!("{found}"));
    let counted = format!("sighting--{}", &counted[..36]);
    let wish = json!({
        "kind": "answer-sighting", "subject": counted, "members": ["Hub 2"], "because": "on which system was it?",
    });
    let made = post(&a, "alder-coordinator", "/api/v1/commitments", &wish).await;
    let owed = made["made"][0].as_str().unwrap().to_owned();
    assert_eq!(run(&a, &ends.here).await.asked, 1);

    // Whoever saw it there is asked, and owes the answer to our hub's member.
    let there = b.get("birch-analyst", "/api/v1/commitments?state=open").await.json();
    let asked = there["commitments"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "answer-sighting")
        .unwrap_or_else(|| panic!("{there}"))
        .clone();
    assert_eq!(asked["because"], "on which system was it?");
    assert_eq!(run(&b, &ends.there).await.answered, 0, "nobody has answered yet");
    let keep = format!("/api/v1/commitments/{}/keep", asked["id"].as_str().unwrap());
    post(&b, "birch-analyst", &keep, &json!({ "evidence": "a mail gateway" })).await;
    assert_eq!(run(&b, &ends.there).await.answered, 1);
    assert_eq!(run(&b, &ends.there).await.answered, 0, "it is told once");
    let settled = a
        .get("alder-coordinator", &format!("/api/v1/commitments/{owed}"))
        .await
        .json();
    assert_eq!(
        (&settled["state"], &settled["evidence"]),
        (&json!("kept"), &json!("a mail gateway"))
    );
    assert!(!settled.to_string().contains("Birch"), "{settled}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_asked_is_not_answered_and_what_does_not_come_in_is_not_asked() {
    let (a, b) = (hub(1).await, hub(2).await);
    let ends = connect((&a, "1"), (&b, "2"), pair(), AfterEnd::Stays).await;
    let bridge = a
        .node
        .bridge(&a.operator().await, &ends.here)
        .await
        .unwrap()
        .bridge
        .set
        .uuid;
    let say = async |kit: &Kit, who: &str, message: Value| {
        let path = format!("/api/v1/hub/{bridge}");
        kit.ask(who, "POST", &path, Some(&message.to_string())).await
    };
    let answer = json!({ "kind": "answers", "answers": [{
        "id": "00000000-0000-4000-8000-000000000001", "question": "00000000-0000-4000-8000-000000000002", "text": "x",
    }] });
    let own = a.node.local_caller("hub-2").await.unwrap();
    let heard = a
        .node
        .bridge_hear(&own, bridge, serde_json::from_value(answer.clone()).unwrap())
        .await
        .unwrap();
    assert_eq!((heard.taken, heard.refused.len()), (0, 1));
    // The pair goes one way only: nothing is asked against it.
    let question = json!({ "kind": "questions", "version": 1, "questions": [{
        "about": "request", "id": "00000000-0000-4000-8000-000000000003", "community": "common", "text": "who?",
    }] });
    let heard = a
        .node
        .bridge_hear(&own, bridge, serde_json::from_value(question.clone()).unwrap())
        .await
        .unwrap();
    assert_eq!((heard.taken, heard.refused.len()), (0, 1));
    assert!(heard.refused[0].why.contains("nothing comes in"), "{heard:?}");
    for message in [answer, question] {
        assert_eq!(
            say(&a, "alder-analyst", message).await.status,
            404,
            "nobody else speaks there"
        );
    }
}

/// Terms by which the same passes as before, but for what is not TLP:CLEAR.
fn clear_only() -> PairHere {
    PairHere {
        tlp: Tlp::Clear,
        ..pair()
    }
}

/// A message with items: the version of the terms, and the objects.
type Took = (i64, Vec<String>);

/// A hub of a few lines stands at the other end: it takes everything, and something happens here while it reads the first
/// items.
struct Slow {
    kit: Arc<Kit>,
    web: Web,
    member: MemberId,
    bridge: uuid::Uuid,
    took: Arc<Mutex<Vec<Took>>>,
}

impl Slow {
    async fn new() -> Self {
        let kit = Arc::new(hub(1).await);
        let web = Web::start(|_| web::Answer::ok("{}")).await;
        let (member, _) = partner(&kit, "Hub 2").await;
        let mut slow = Self {
            kit,
            web,
            member,
            bridge: uuid::Uuid::nil(),
            took: Arc::default(),
        };
        slow.bridge = slow.propose(pair()).await;
        slow.accepted().await;
        slow
    }

    async fn propose(&self, pair: PairHere) -> uuid::Uuid {
        let wish = BridgeWish {
            name: "slow".to_owned(),
            url: self.web.url("/"),
            settings: Some(access("key")),
            member: self.member,
            pairs: vec![pair],
            after_end: AfterEnd::Stays,
            interval_seconds: 60,
        };
        let operator = self.kit.operator().await;
        let view = self.kit.node.bridge_propose(&operator, wish).await.unwrap();
        assert!(view.bridge.set.untold.is_none(), "{:?}", view.bridge.last_error);
        view.bridge.set.uuid
    }

    async fn accepted(&self) {
        accepted(&self.kit, self.bridge).await;
    }

    /// While the first items are read at the other end, this happens here.
    fn meanwhile<F: Future<Output = ()> + Send>(
        &self,
        what: impl FnOnce(Arc<Kit>, MemberId, uuid::Uuid) -> F + Send + 'static,
    ) {
        let (kit, member, bridge, took) = (Arc::clone(&self.kit), self.member, self.bridge, Arc::clone(&self.took));
        let (mut what, here) = (Some(what), Handle::current());
        self.web.answer_with(move |asked| {
            let said: Value = serde_json::from_str(&asked.body).unwrap();
            if said["kind"] == "items" {
                let object = |item: &Value| {
                    let object: Value = serde_json::from_str(item["object"].as_str().unwrap()).unwrap();
                    object["id"].as_str().unwrap().to_owned()
                };
                let objects = said["items"].as_array().unwrap().iter().map(object).collect();
                took.lock().unwrap().push((said["version"].as_i64().unwrap(), objects));
                if let Some(what) = what.take() {
                    let happens = what(Arc::clone(&kit), member, bridge);
                    tokio::task::block_in_place(|| here.block_on(happens));
                }
            }
            web::Answer::ok("{}")
        });
    }

    async fn run(&self) -> CarryReport {
        let operator = self.kit.operator().await;
        self.kit.node.bridge_run(&operator, "slow").await.unwrap()
    }

    /// What went since somebody asked last: the version of the terms and the number of objects of each message.
    fn went(&self) -> Vec<(i64, usize)> {
        let took = self.took.lock().unwrap();
        took.iter()
            .map(|(version, objects)| (*version, objects.len()))
            .collect()
    }

    fn has(&self, number: u32) -> usize {
        let (took, id) = (self.took.lock().unwrap(), id("indicator", number));
        took.iter()
            .flat_map(|(_, objects)| objects)
            .filter(|one| **one == id)
            .count()
    }
}

/// The other hub accepts what waits for it.
async fn accepted(kit: &Kit, bridge: uuid::Uuid) {
    let set = kit.node.store().bridge_by_uuid(bridge).await.unwrap().unwrap().set;
    let text = set.proposal.unwrap();
    let version = node::bridges::Terms::read(&text).unwrap().version;
    let message = json!({
        "kind": "acceptance", "version": version, "digest": hex::encode(Sha256::digest(text.as_bytes())),
        "person": "somebody there", "hub": { "identity": "identity--00000000-0000-4000-8000-000000000099", "title": "Slow" },
    });
    let caller = kit.node.local_caller("hub-2").await.unwrap();
    let message = serde_json::from_value(message).unwrap();
    kit.node.bridge_hear(&caller, bridge, message).await.unwrap();
}

/// More than go in one message, fewer than are read at once.
const MANY: u32 = 150;

async fn share_many(kit: &Kit) {
    let all: Vec<String> = (0..MANY).map(|number| indicator(number, "x")).collect();
    share(kit, "alder-analyst", "community=common&tlp=green", &all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stops_a_bridge_while_a_page_is_sent_stops_the_rest_of_the_page() {
    for what in ["paused", "ended", "no charter", "left the community", "suspended"] {
        let slow = Slow::new().await;
        share_many(&slow.kit).await;
        slow.meanwhile(move |kit, member, _| async move {
            let (node, operator, common) = (&kit.node, kit.operator().await, kit.communities["common"]);
            match what {
                "paused" => drop(node.bridge_pause(&operator, "slow", true).await.unwrap()),
                "ended" => {
                    // As the other side says it: what we say ourselves, it could not hear just now.
                    let caller = node.local_caller("hub-2").await.unwrap();
                    let end = serde_json::from_value(json!({ "kind": "end", "person": "somebody" })).unwrap();
                    let bridge = node.bridge(&operator, "slow").await.unwrap().bridge.set.uuid;
                    drop(node.bridge_hear(&caller, bridge, end).await.unwrap());
                }
                "no charter" => charter(&kit, None).await,
                "left the community" => node.membership_end(&operator, common, member).await.unwrap(),
                _ => drop(node.member_activate(&operator, member, false).await.unwrap()),
            }
        });
        for _ in 0..2 {
            slow.run().await;
            assert_eq!(slow.went(), [(1, 100)], "{what}");
        }
        if what == "paused" {
            let operator = slow.kit.operator().await;
            slow.kit.node.bridge_pause(&operator, "slow", false).await.unwrap();
            assert_eq!(slow.run().await.sent, 50);
            assert!((0..MANY).all(|number| slow.has(number) == 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_agreed_while_a_page_is_sent_holds_for_the_rest_of_the_page() {
    let slow = Slow::new().await;
    share_many(&slow.kit).await;
    share(
        &slow.kit,
        "alder-analyst",
        "community=common&tlp=clear",
        &[indicator(MANY, "x")],
    )
    .await;
    slow.propose(clear_only()).await;
    slow.meanwhile(|kit, _, bridge| async move { accepted(&kit, bridge).await });
    let report = slow.run().await;
    assert_eq!((slow.went(), report.error), (vec![(1, 100)], None));
    assert_eq!(slow.run().await.sent, 1);
    assert_eq!(slow.went(), [(1, 100), (2, 1)]);
    assert_eq!(slow.has(MANY), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recalled_while_a_page_is_sent_is_in_no_later_message_and_all_else_is_once() {
    for kind in [
        RecallWishKind::Retract,
        RecallWishKind::Narrow(Tlp::AmberStrict, Pap::Clear),
    ] {
        let slow = Slow::new().await;
        share_many(&slow.kit).await;
        let wanted = kind;
        slow.meanwhile(move |kit, _, _| async move {
            recall(&kit, "alder-analyst", wanted, &id("indicator", 120)).await;
        });
        let report = slow.run().await;
        assert_eq!((report.error, report.recalled), (None, 0), "{kind:?}");
        assert_eq!(slow.went(), [(1, 100), (1, 49)], "{kind:?}");
        assert!(
            (0..MANY).all(|number| slow.has(number) == usize::from(number != 120)),
            "{kind:?}"
        );
    }
}
