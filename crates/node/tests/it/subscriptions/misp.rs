//! MISP feeds and servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use store::SubscriptionKind::{MispFeed, MispServer};
use uuid::Uuid;

use crate::kit::Kit;
use crate::kit::web::{Answer, Asked, Web};

/// The events of a source: when each changed, and how many attributes it has.
type Events = Arc<Mutex<BTreeMap<Uuid, (i64, u32)>>>;

fn uuid(number: u32) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(number) << 96)
}

fn events(count: u32) -> Events {
    Arc::new(Mutex::new(
        (1..=count)
            .map(|number| (uuid(number), (1_700_000_000 + i64::from(number), 2)))
            .collect(),
    ))
}

fn event(uuid: Uuid, (changed, attributes): (i64, u32)) -> String {
    let (fields, _) = (uuid.as_fields(), ());
    let attributes: Vec<Value> = (0..attributes)
        .map(|number| {
            json!({
                "uuid": Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(fields.0) << 96 | u128::from(number + 1)),
                "type": "ip-dst", "category": "Network activity", "to_ids": true, "timestamp": changed.to_string(),
                "value": format!("198.51.{}.{}", number / 256 % 256, number % 256),
            })
        })
        .collect();
    let event = json!({ "Event": {
        "uuid": uuid, "info": format!("Event {uuid}"), "date": "2026-11-01", "timestamp": changed.to_string(), "published": true,
        "publish_timestamp": changed.to_string(), "threat_level_id": "2", "analysis": "2",
        "Orgc": { "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f", "name": "Example CERT" }, "Attribute": attributes,
    }});
    event.to_string()
}

fn feed(events: &Events, asked: &Asked) -> Answer {
    let events = events.lock().unwrap();
    let tag = format!("\"{:?}\"", events.values().map(|(changed, _)| changed).sum::<i64>());
    if asked.path.ends_with("/manifest.json") {
        if asked.header("if-none-match") == tag {
            return Answer::of(304, "");
        }
        let manifest: serde_json::Map<String, Value> = events
            .iter()
            .map(|(uuid, (changed, _))| {
                (
                    uuid.to_string(),
                    json!({ "info": "x", "timestamp": changed.to_string(), "Orgc": {} }),
                )
            })
            .collect();
        return Answer::ok(Value::Object(manifest).to_string()).with("etag", tag);
    }
    let name = asked.path.rsplit('/').next().unwrap().trim_end_matches(".json");
    match events.get(&Uuid::parse_str(name).unwrap()) {
        Some(known) => Answer::ok(event(Uuid::parse_str(name).unwrap(), *known)),
        None => Answer::of(404, ""),
    }
}

fn server(events: &Events, asked: &Asked) -> Answer {
    if asked.header("authorization") != "misp-key-misp-key" {
        return Answer::of(403, r#"{"message":"Authentication failed."}"#);
    }
    let events = events.lock().unwrap();
    if asked.path == "/misp/events/index" {
        assert_eq!(asked.method, "POST");
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let (limit, page) = (
            body["limit"].as_u64().unwrap() as usize,
            body["page"].as_u64().unwrap() as usize,
        );
        let since = body["timestamp"].as_i64().unwrap_or(0);
        let listed: Vec<Value> = events
            .iter()
            .filter(|(_, (changed, _))| *changed >= since)
            .skip(limit * (page - 1))
            .take(limit)
            .map(|(uuid, (changed, _))| json!({ "uuid": uuid, "timestamp": changed.to_string(), "published": true }))
            .collect();
        return Answer::ok(Value::Array(listed).to_string());
    }
    let name = Uuid::parse_str(asked.path.strip_prefix("/misp/events/view/").unwrap()).unwrap();
    events
        .get(&name)
        .map_or_else(|| Answer::of(404, ""), |known| Answer::ok(event(name, *known)))
}

fn paths(web: &Web) -> Vec<String> {
    web.asked().into_iter().map(|asked| asked.path).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_feed_only_events_that_changed_are_fetched() {
    let kit = Kit::new().await;
    let events = events(3);
    let serving = Arc::clone(&events);
    let web = Web::start(move |asked| feed(&serving, asked)).await;
    kit.subscribe(MispFeed, &web.url("/feed"), json!({})).await;
    let report = kit.run().await;
    assert_eq!((report.refused, report.error.clone()), (0, None), "{report:?}");
    assert_eq!(kit.count("indicator").await, 6);
    assert_eq!(paths(&web).len(), 4);
    assert_eq!(kit.run().await.result, "not changed");
    assert_eq!(paths(&web).len(), 1);
    events.lock().unwrap().insert(uuid(2), (1_700_009_000, 3));
    assert_eq!(kit.run().await.error, None);
    assert_eq!(
        paths(&web),
        ["/feed/manifest.json".to_owned(), format!("/feed/{}.json", uuid(2))]
    );
    // An event that appears late with an old time is seen too.
    events.lock().unwrap().insert(uuid(9), (1_600_000_000, 1));
    kit.run().await;
    assert_eq!(paths(&web).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_breaks_at_any_event_goes_on_with_that_event() {
    for at in 0..5_usize {
        let kit = Kit::new().await;
        let events = events(4);
        let (serving, mut count) = (Arc::clone(&events), 0);
        let web = Web::start(move |asked| {
            count += 1;
            if count > at {
                Answer::of(429, "")
            } else {
                feed(&serving, asked)
            }
        })
        .await;
        kit.subscribe(MispFeed, &web.url("/feed/manifest.json"), json!({}))
            .await;
        let first = kit.run().await;
        assert!(first.error.is_some());
        web.asked();
        let serving = Arc::clone(&events);
        web.answer_with(move |asked| feed(&serving, asked));
        let second = kit.run().await;
        assert_eq!(second.error, None);
        assert_eq!(paths(&web).len(), 1 + 4 - at.saturating_sub(1), "broken at {at}");
        assert_eq!(kit.count("indicator").await, 8);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_missing_does_not_keep_the_others_away_and_is_named() {
    let kit = Kit::new().await;
    let events = events(4);
    let serving = Arc::clone(&events);
    let gone = format!("/feed/{}.json", uuid(2));
    let web = Web::start(move |asked| {
        if asked.path == gone {
            Answer::of(404, "")
        } else {
            feed(&serving, asked)
        }
    })
    .await;
    kit.subscribe(MispFeed, &web.url("/feed/"), json!({})).await;
    let report = kit.run().await;
    let error = report.error.unwrap();
    assert!(
        error.contains("1 of 4 events") && error.contains(&uuid(2).to_string()),
        "{error}"
    );
    assert_eq!(kit.count("indicator").await, 6);
    let serving = Arc::clone(&events);
    web.answer_with(move |asked| feed(&serving, asked));
    assert_eq!(kit.run().await.error, None);
    assert_eq!(kit.count("indicator").await, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_listed_in_pages_and_afterwards_only_what_changed() {
    let kit = Kit::new().await;
    let events = events(7);
    let serving = Arc::clone(&events);
    let web = Web::start(move |asked| server(&serving, asked)).await;
    kit.subscribe(
        MispServer,
        &web.url("/misp"),
        json!({ "key": "misp-key-misp-key", "page_size": 3 }),
    )
    .await;
    let report = kit.run().await;
    assert_eq!((report.refused, report.error), (0, None));
    assert_eq!(kit.count("indicator").await, 14);
    assert_eq!(web.asked().len(), 3 + 7);
    assert_eq!(kit.run().await.result, "not changed");
    let asked = web.asked();
    assert!(asked[0].body.contains("\"timestamp\":"), "{}", asked[0].body);
    events.lock().unwrap().insert(uuid(3), (1_700_009_000, 5));
    kit.run().await;
    let fetched: Vec<String> = paths(&web).into_iter().filter(|path| path.contains("view")).collect();
    assert_eq!(fetched, [format!("/misp/events/view/{}", uuid(3))]);
    // A day later everything is listed, and what came late with an old time is found.
    events.lock().unwrap().insert(uuid(40), (1_600_000_000, 1));
    kit.run().await;
    assert!(!paths(&web).iter().any(|path| path.contains("view")));
    kit.pass_seconds(90_000);
    kit.run().await;
    assert_eq!(paths(&web).iter().filter(|path| path.contains("view")).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_told_and_is_not_in_the_message() {
    let kit = Kit::new().await;
    let events = events(1);
    let web = Web::start(move |asked| server(&events, asked)).await;
    kit.subscribe(MispServer, &web.url("/misp"), json!({ "key": "wrong-wrong-wrong" }))
        .await;
    let error = kit.run().await.error.unwrap();
    assert!(
        error.contains("403") && error.contains("Authentication failed.") && !error.contains("wrong-wrong"),
        "{error}"
    );
}

/// An event of the server at a level, with attributes at several: they are called by both numbers.
fn levelled(number: u32, level: u32, group: Option<Uuid>) -> String {
    let value = |inside: u32| format!("n{number}-{inside}.example");
    let attributes: Vec<Value> = [5, 0, 1, 3]
        .into_iter()
        .map(|inside| {
            json!({
                "uuid": Uuid::from_u128(uuid(number).as_u128() | u128::from(inside + 1)), "type": "domain",
                "category": "Network activity", "to_ids": true, "timestamp": "1700000000", "value": value(inside),
                "distribution": inside.to_string(),
            })
        })
        .collect();
    let mut event = json!({ "Event": {
        "uuid": uuid(number), "info": format!("Level {level}"), "date": "2026-11-01", "timestamp": "1700000000",
        "published": true, "publish_timestamp": "1700000000", "threat_level_id": "2", "analysis": "2",
        "distribution": level.to_string(), "Attribute": attributes,
        "Orgc": { "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f", "name": "Example CERT" },
    }});
    if let Some(group) = group {
        event["Event"]["SharingGroup"] = json!({ "uuid": group, "name": "Group" });
    }
    event.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_keeps_to_its_own_goes_to_the_puller_alone() {
    for internal in [false, true] {
        let kit = Kit::new().await;
        let reader = kit.member("Reader", false).await;
        let wish = node::partnership::PersonWish {
            member: reader,
            login: "reader".to_owned(),
            name: "Reader".to_owned(),
            role: policy::Role::Reader,
            password: None,
        };
        kit.node.person_create(&kit.operator, wish).await.unwrap();
        let communities = kit.node.store().community_list().await.unwrap();
        let groups = [Some(communities[0].uuid), Some(Uuid::from_u128(99))];
        let of = move |number: u32| match number {
            0..=3 => levelled(number + 1, number, None),
            // Without a UUID nothing can be added to it: all of it goes where its narrowest part goes.
            6 => levelled(7, 3, None).replacen(&format!(r#""uuid":"{}","#, uuid(7)), "", 1),
            _ => levelled(number + 1, 4, groups[number as usize - 4]),
        };
        let web = Web::start(move |asked| {
            if asked.path == "/misp/events/index" {
                let listed = (0..7).map(|number| json!({ "uuid": uuid(number + 1), "timestamp": "1700000000" }));
                return Answer::ok(Value::Array(listed.collect()).to_string());
            }
            let number = (0..7).find(|number| asked.path.ends_with(&uuid(number + 1).to_string()));
            Answer::ok(of(number.unwrap()))
        })
        .await;
        let settings = json!({ "key": "misp-key-misp-key", "internal": internal });
        kit.subscribe(MispServer, &web.url("/misp"), settings).await;
        let report = kit.run().await;
        assert_eq!((report.refused, report.error), (0, None), "{:?}", report.notes);

        let seen = async |caller: &node::Caller| {
            let viewer = kit.node.viewer(caller).await.unwrap();
            let mut values = Vec::new();
            let query = store::ObjectQuery {
                types: vec!["indicator".to_owned()],
                limit: 1_000,
                max_bytes: 1 << 20,
                ..store::ObjectQuery::default()
            };
            let page = kit.node.store().object_page(&viewer, &query).await.unwrap();
            for number in 1..=7 {
                for inside in [5, 0, 1, 3] {
                    let value = format!("'n{number}-{inside}.example'");
                    if page.rows.iter().any(|row| row.body.contains(&value)) {
                        values.push(format!("{number}-{inside}"));
                    }
                }
            }
            values
        };
        let everything = seen(&kit.operator).await;
        assert_eq!(everything.len(), 28, "{everything:?}");
        let others = seen(&kit.node.local_caller("reader").await.unwrap()).await;
        let expected: &[&str] = match internal {
            false => &["3-5", "3-3", "4-5", "4-3", "5-5", "5-3"],
            true => &[
                "2-5", "2-1", "2-3", "3-5", "3-1", "3-3", "4-5", "4-1", "4-3", "5-5", "5-1", "5-3",
            ],
        };
        assert_eq!(others, expected, "internal: {internal}");
    }
}
