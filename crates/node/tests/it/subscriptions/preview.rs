//! A look before the first use.

use serde_json::json;
use store::SubscriptionKind::{Folder, List, MispFeed, MispServer, Taxii20, Taxii21};

use crate::kit::web::{Answer, Web};
use crate::kit::{Kit, indicator};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_counts_shows_and_stores_nothing() {
    let kit = Kit::new().await;
    let body = format!(
        r#"{{"more":true,"next":"x","objects":[{},{{"type":"indicator","id":"nonsense"}}]}}"#,
        indicator(1)
    );
    let web = Web::start(move |_| Answer::ok(body.clone())).await;
    let wish = kit.wish(Taxii21, &web.url("/api/collections/7/"), json!({}));
    let preview = kit.node.subscription_preview(&kit.operator, &wish).await.unwrap();
    assert_eq!(
        (preview.objects, preview.refused, preview.more),
        (1, 1, true),
        "{preview:?}"
    );
    assert_eq!(preview.by_type["indicator"], 1);
    assert_eq!(preview.examples[0].text, "n1");
    assert_eq!(web.asked()[0].asks("limit"), Some("100"));
    assert!(kit.objects().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_says_how_far_things_may_travel_and_whose_they_are() {
    let kit = Kit::new().await;
    let author = "identity--aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
    let identity = format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{author}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"City of Alder","identity_class":"organization"}}"#
    );
    let marked = |number, marking: &str| {
        let more = format!(r#""created_by_ref":"{author}","object_marking_refs":["{marking}"],"type":"indicator","#);
        indicator(number).replacen(r#""type":"indicator","#, &more, 1)
    };
    let amber = stix::marking::Tlp::Amber.marking_id();
    let own = "marking-definition--11111111-1111-4111-8111-111111111111";
    let definition = format!(
        r#"{{"type":"marking-definition","spec_version":"2.1","id":"{own}","created":"2024-01-01T00:00:00.000Z","name":"TLP:GREEN","definition_type":"statement","definition":{{"statement":"TLP:GREEN"}}}}"#
    );
    // The definition and the creator come after what names them.
    let body = format!(
        r#"{{"objects":[{},{},{},{definition},{identity}]}}"#,
        indicator(1),
        marked(2, amber),
        marked(3, own)
    );
    let web = Web::start(move |_| Answer::ok(body.clone())).await;
    let wish = kit.wish(Taxii21, &web.url("/api/collections/7/"), json!({}));
    let preview = kit.node.subscription_preview(&kit.operator, &wish).await.unwrap();
    assert_eq!(preview.by_marking.get("TLP:AMBER"), Some(&1), "{preview:?}");
    assert_eq!(preview.by_marking.get("TLP:GREEN"), Some(&1), "{preview:?}");
    assert_eq!(preview.by_marking.get("none"), Some(&3), "{preview:?}");
    assert_eq!(preview.creators, [("City of Alder".to_owned(), 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_of_the_wrong_address_says_so() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::of(404, "")).await;
    let wish = kit.wish(List, &web.url("/x.txt"), json!({}));
    let error = kit.node.subscription_preview(&kit.operator, &wish).await.unwrap_err();
    assert!(
        error.to_string().contains("404") && error.to_string().contains("check the address"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_can_be_looked_at() {
    let kit = Kit::new().await;
    let event = r#"{"Event":{"uuid":"00000001-0000-4000-8000-000000000001","info":"x","date":"2026-11-01","timestamp":"1700000000",
        "published":true,"Attribute":[{"uuid":"00000002-0000-4000-8000-000000000001","type":"ip-dst","category":"Network activity",
        "to_ids":true,"timestamp":"1700000000","value":"198.51.100.1"}]}}"#;
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--4a1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e","objects":[{}]}}"#,
        indicator(1)
    );
    let web = Web::start(move |asked| match asked.path.as_str() {
        "/feed/manifest.json" => Answer::ok(r#"{"00000001-0000-4000-8000-000000000001":{"timestamp":"1700000000"}}"#),
        "/events/index" => {
            Answer::ok(r#"{"response":[{"Event":{"uuid":"00000001-0000-4000-8000-000000000001","timestamp":1}}]}"#)
        }
        "/list.txt" => Answer::ok("198.51.100.1\n"),
        "/api/collections/7/objects/" => Answer::ok(bundle.clone()),
        _ => Answer::ok(event),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), indicator(1)).unwrap();
    let folder = folder.path().to_str().unwrap();
    for (kind, url) in [
        (MispFeed, web.url("/feed/")),
        (MispServer, web.url("/")),
        (List, web.url("/list.txt")),
        (Taxii20, web.url("/api/collections/7/")),
        (Folder, folder.to_owned()),
    ] {
        let preview = kit
            .node
            .subscription_preview(&kit.operator, &kit.wish(kind, &url, json!({})))
            .await
            .unwrap();
        assert_eq!(
            (preview.by_type.get("indicator"), preview.refused),
            (Some(&1), 0),
            "{kind:?} {preview:?}"
        );
    }
    assert!(kit.objects().await.is_empty());
}
