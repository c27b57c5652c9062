//! A look before the first use.

use serde_json::json;
use store::SubscriptionKind::{List, Taxii21};

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
