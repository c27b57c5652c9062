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
