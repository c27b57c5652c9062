//! The watch of a node, from a line in a log to the sighting that the community is told.

use std::path::Path;

use node::intake::{Handling, ShareRequest};
use node::sightings::RULE_DEFAULT;
use node::watch::{Health, Settings};
use serde_json::json;
use sources::SourceSpec;
use store::{SightingForm, SightingRule, SubscriptionKind};
use tokio::sync::watch;

use crate::bucket::Endpoint;
use crate::kit::web::{Answer, Web};
use crate::kit::{Kit, START};

fn indicator(number: u32, name: &str) -> String {
    let id = uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | u128::from(number));
    let at = START.to_string();
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{id}","created":"{at}","modified":"{at}","name":"{name}","pattern":"[domain-name:value = '{name}']","pattern_type":"stix","valid_from":"{at}"}}"#
    )
}

async fn share(kit: &Kit, text: String) {
    let (node, caller) = (kit.node.clone(), kit.operator.clone());
    let handling = Handling {
        communities: vec![kit.community],
        ..Handling::default()
    };
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling,
        ..ShareRequest::default()
    };
    let report = tokio::task::spawn_blocking(move || node.share(&caller, request, &mut text.as_bytes()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.accepted, 1, "{report:?}");
}

/// Documentation names are known as harmless; here they are what is looked for.
async fn kit() -> Kit {
    let kit = Kit::new().await;
    let lists: Vec<String> = kit
        .node
        .warninglists()
        .lists()
        .iter()
        .map(|list| list.name.clone())
        .collect();
    for list in lists {
        kit.node.warninglist_switch(&kit.operator, &list, false).await.unwrap();
    }
    kit
}

fn settings(folder: &Path, sources: &[&str]) -> Settings {
    Settings {
        sources: sources
            .iter()
            .map(|source| SourceSpec::parse(source).unwrap())
            .collect(),
        past: vec![SourceSpec::File(folder.join("past"))],
        indexes: folder.join("indexes"),
        hits: folder.join("hits.ndjson"),
        login: node::founding::OPERATOR.to_owned(),
        refresh_seconds: 1,
        minimum_score: 1,
        sigma: Vec::new(),
    }
}

/// Goes on as soon as the watch is as wanted.
async fn until(kit: &Kit, wanted: impl Fn(&Health) -> bool) -> Health {
    loop {
        let health = kit.node.watch_health(&kit.operator).unwrap();
        if wanted(&health) {
            return health;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_in_a_log_becomes_a_hit_and_by_the_rule_a_sighting() {
    let kit = kit().await;
    let rule = SightingRule {
        form: SightingForm::Full,
        asks: false,
        ..RULE_DEFAULT
    };
    kit.node.sighting_rules_put(&kit.operator, &[rule]).await.unwrap();
    share(&kit, indicator(1, "evil.example")).await;

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("past")).unwrap();
    let past = "{\"query\":\"old.example\"}\n{\"query\":\"later-known.example\",\"src_ip\":\"192.0.2.9\"}\n";
    std::fs::write(folder.path().join("past/dns.log"), past).unwrap();
    let live = folder.path().join("live.log");
    std::fs::write(
        &live,
        "{\"query\":\"www.evil.example\",\"src_ip\":\"192.0.2.1\"}\nnot json\n{\"query\":\"good.example\"}\n",
    )
    .unwrap();

    let (stop, stopped) = watch::channel(false);
    let source = format!("file:{}", live.display());
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings(folder.path(), &[&source]));
        async move { node.watch(settings, stopped).await }
    });
    let health = until(&kit, |health| health.hits == 1 && health.hunts.hunts == 1).await;
    assert_eq!(health.watchlist.entries, 1);
    let health = until(&kit, |health| {
        health.sources.values().any(|source| source.tally.events == 3)
    })
    .await;
    let source = health.sources.values().next().unwrap();
    assert_eq!((source.tally.malformed, source.tally.hits), (1, 1), "{source:?}");

    // What is shared later is looked for at once, and hunted in what is past.
    share(&kit, indicator(2, "later-known.example")).await;
    let health = until(&kit, |health| health.hits == 2).await;
    assert_eq!(health.watchlist.entries, 2);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();

    let written = std::fs::read_to_string(folder.path().join("hits.ndjson")).unwrap();
    let hits: Vec<serde_json::Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(hits.len(), 2, "{written}");
    assert_eq!(
        (hits[0]["value"].as_str(), hits[0]["host"].as_str()),
        (Some("www.evil.example"), Some("192.0.2.1"))
    );
    assert_eq!(hits[0]["indicator"]["shared_by"], "City of Example");
    assert_eq!(
        (hits[1]["at"].as_u64(), hits[1]["matched"].as_str()),
        (Some(2), Some("later-known.example"))
    );

    kit.pass_seconds(2 * 86_400);
    let report = kit.node.sightings_due(kit.now()).await.unwrap();
    assert_eq!(report.told, 2, "{report:?}");
    let sightings = kit.objects().await;
    let sightings: Vec<_> = sightings.iter().filter(|row| row.object_type == "sighting").collect();
    assert_eq!(sightings.len(), 2);
    for sighting in sightings {
        for secret in ["www.evil.example", "192.0.2.1", "live.log", "dns.log"] {
            assert!(
                !sighting.body.contains(secret),
                "{secret} stays at home: {}",
                sighting.body
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_said_and_the_rest_goes_on() {
    let kit = kit().await;
    share(&kit, indicator(1, "evil.example")).await;
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.log");
    std::fs::write(&live, "evil.example\n").unwrap();
    let (stop, stopped) = watch::channel(false);
    let (absent, live) = (
        format!("file:{}/absent.log", folder.path().display()),
        format!("file:{}", live.display()),
    );
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings(folder.path(), &[&absent, &live]));
        async move { node.watch(settings, stopped).await }
    });
    let health = until(&kit, |health| health.hits == 1 && health.last_error.is_some()).await;
    assert!(health.last_error.unwrap().1.contains("absent.log") || health.hits == 1);
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    let public = node::Caller::public();
    assert!(
        kit.node.watch_health(&public).is_err(),
        "names of files and machines are the operator's"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_in_a_bucket_is_hunted_in_as_soon_as_it_answers_and_by_its_index() {
    let kit = kit().await;
    share(&kit, indicator(1, "evil.example")).await;
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start();
    let credentials = Endpoint::credentials(folder.path(), true);
    endpoint.put("zeek/dns.log", "{\"query\":\"evil.example\"}\n");
    endpoint.away(true);
    let past = SourceSpec::parse(&endpoint.address("logs/zeek/", &credentials)).unwrap();
    let settings = Settings {
        past: vec![past],
        ..settings(folder.path(), &[])
    };
    let (stop, stopped) = watch::channel(false);
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings.clone());
        async move { node.watch(settings, stopped).await }
    });
    let health = until(&kit, |health| health.hunts.hunts > 0).await;
    let (_, said) = health.last_error.unwrap();
    assert!(said.contains("SlowDown") && health.hits == 0, "{said}");
    endpoint.away(false);
    until(&kit, |health| health.hits == 1 && health.hunts.logs == 1).await;

    // What is in no part of the object is not asked of it: the index says so.
    endpoint.asked();
    share(&kit, indicator(2, "absent.example")).await;
    until(&kit, |health| health.hunts.logs == 2).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    let asked = endpoint.asked();
    assert!(asked.iter().all(|line| line.contains("list-type=2")), "{asked:?}");
    let hits = std::fs::read_to_string(folder.path().join("hits.ndjson")).unwrap();
    assert!(hits.contains("s3://logs/zeek/dns.log"), "{hits}");
    assert_eq!(std::fs::read_dir(&settings.indexes).unwrap().count(), 1);
}

const ADDED: &str = "2026-11-20T00:00:00.123456Z";

/// A hub that gives one indicator, and answers who tells it of their watch with a status.
fn hub(status: u16) -> impl FnMut(&crate::kit::web::Asked) -> Answer + Send + 'static {
    move |asked| match asked.method.as_str() {
        "GET" => Answer::ok(format!("{{\"objects\":[{}]}}", indicator(1, "evil.example")))
            .with("content-type", "application/taxii+json;version=2.1")
            .with("x-taxii-date-added-last", ADDED),
        _ => Answer::of(status, "{\"indicators\":1}").with("content-type", "application/json"),
    }
}

fn told(web: &Web) -> Vec<serde_json::Value> {
    let asked = web.asked().into_iter().filter(|asked| asked.method == "POST");
    asked
        .map(|asked| {
            assert_eq!(
                (asked.path.as_str(), asked.header("authorization")),
                ("/cw/api/v1/watching", "Bearer key")
            );
            serde_json::from_str(&asked.body).unwrap()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_is_told_of_the_watch_as_soon_as_it_listens() {
    let kit = kit().await;
    let web = Web::start(hub(403)).await;
    let wish = json!({ "bearer": "key", "tells_watching": true });
    let address = web.url("/cw/root/collections/7f0c/");
    kit.subscribe(SubscriptionKind::Taxii21, &address, wish).await;
    assert_eq!(kit.run().await.accepted, 1);
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("dns.log");
    std::fs::write(&live, "{\"query\":\"evil.example\",\"src_ip\":\"192.0.2.1\"}\n").unwrap();
    let (stop, stopped) = watch::channel(false);
    let source = format!("file:{}", live.display());
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings(folder.path(), &[&source]));
        async move { node.watch(settings, stopped).await }
    });
    let health = until(&kit, |health| {
        health.hubs.get("feed").is_some_and(|hub| hub.last_error.is_some())
    })
    .await;
    let error = health.hubs["feed"].last_error.clone().unwrap();
    assert!(
        error.contains("scope 'sightings'") && health.hubs["feed"].told.is_none(),
        "{error}"
    );
    assert!(
        health
            .to_prometheus(kit.now())
            .contains("commonwatch_watch_hub_untold{hub=\"feed\"} 1\n")
    );

    until(&kit, |health| health.hits == 1).await;
    web.answer_with(hub(200));
    told(&web);
    kit.pass_seconds(86_400);
    let health = until(&kit, |health| health.hubs["feed"].told.is_some()).await;
    assert_eq!(health.hubs["feed"].upto.unwrap().to_micros_text(), ADDED);
    assert_eq!(health.hubs["feed"].last_error, None);
    let told = told(&web);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["upto"], ADDED);
    assert_eq!(told[0]["families"].as_array().unwrap().len(), 1, "{told:?}");
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_not_chosen_is_told_nothing() {
    let kit = kit().await;
    let web = Web::start(hub(200)).await;
    let address = web.url("/cw/root/collections/7f0c/");
    kit.subscribe(SubscriptionKind::Taxii21, &address, json!({ "bearer": "key" }))
        .await;
    kit.run().await;
    let folder = tempfile::tempdir().unwrap();
    let (stop, stopped) = watch::channel(false);
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings(folder.path(), &[]));
        async move { node.watch(settings, stopped).await }
    });
    until(&kit, |health| health.watchlist.entries == 1).await;
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
    assert!(told(&web).is_empty());
    let list = kit.wish(
        SubscriptionKind::List,
        &web.url("/list"),
        json!({ "tells_watching": true }),
    );
    let refused = kit.node.subscription_put(&kit.operator, list).await.unwrap_err();
    assert!(refused.to_string().contains("tells_watching"), "{refused}");
}

/// The last back-test, as soon as it is over.
async fn looked_back(kit: &Kit) -> node::watch::BackTest {
    loop {
        let last = kit.node.past(&kit.operator).unwrap().last;
        if let Some(last) = last.filter(|last| last.ended.is_some()) {
            return last;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_asks_whether_one_indicator_is_in_the_logs_of_the_past() {
    let kit = kit().await;
    share(&kit, indicator(1, "old.example")).await;
    share(&kit, indicator(2, "never-seen.example")).await;
    let id = |number: u32| {
        let uuid = uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | u128::from(number));
        format!("indicator--{uuid}")
    };
    assert!(!kit.node.has_past(&kit.operator), "nothing is watched yet");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("past")).unwrap();
    let past = "{\"query\":\"old.example\",\"src_ip\":\"192.0.2.9\"}\n".repeat(3);
    std::fs::write(folder.path().join("past/dns.log"), past).unwrap();
    let (stop, stopped) = watch::channel(false);
    let watching = tokio::spawn({
        let (node, settings) = (kit.node.clone(), settings(folder.path(), &[]));
        async move { node.watch(settings, stopped).await }
    });
    let before = until(&kit, |health| health.hunts.hunts == 1).await.hits;
    kit.node.back_test(&kit.operator, Some(&id(1))).await.unwrap();
    let found = looked_back(&kit).await;
    assert_eq!((found.looked_for, found.hits, found.logs), (1, 3, 1), "{found:?}");
    assert!(found.is_whole && found.told[0].0.ends_with("dns.log"), "{found:?}");
    assert_eq!(found.told[0].1.count, 3);
    // It was counted when the watch hunted; asking again counts nothing.
    assert_eq!(kit.node.watch_health(&kit.operator).unwrap().hits, before);
    kit.node.back_test(&kit.operator, Some(&id(2))).await.unwrap();
    let nothing = looked_back(&kit).await;
    assert_eq!(
        (nothing.looked_for, nothing.hits, nothing.is_whole),
        (1, 0, true),
        "{nothing:?}"
    );
    kit.node.back_test(&kit.operator, None).await.unwrap();
    assert_eq!(looked_back(&kit).await.looked_for, 2);
    let unknown = kit.node.back_test(&kit.operator, Some(&id(9))).await.unwrap_err();
    assert!(matches!(unknown, node::Error::NotFound(_)), "{unknown}");
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}
