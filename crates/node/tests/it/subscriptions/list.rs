//! Lists: fetched when they changed, of any format, packed or not.

use std::sync::{Arc, Mutex};

use serde_json::json;
use store::SubscriptionKind::List;

use super::gzip;
use crate::kit::Kit;
use crate::kit::web::{Answer, Web};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_did_not_change_is_not_read_again() {
    let kit = Kit::new().await;
    let web = Web::start(|asked| match asked.header("if-none-match") {
        "\"one\"" => Answer::of(304, ""),
        _ => Answer::ok("# bad addresses\n198.51.100.1\n198.51.100.2 # again\n")
            .with("etag", "\"one\"")
            .with("last-modified", "Mon, 23 Nov 2026 00:00:00 GMT"),
    })
    .await;
    kit.subscribe(List, &web.url("/list.txt"), json!({})).await;
    let report = kit.run().await;
    assert_eq!((report.refused, report.error), (0, None));
    assert_eq!(kit.count("indicator").await, 2);
    assert_eq!(kit.run().await.result, "not changed");
    assert_eq!(
        web.asked()[1].header("if-modified-since"),
        "Mon, 23 Nov 2026 00:00:00 GMT"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tags_is_seen_through_and_nothing_comes_twice() {
    let kit = Kit::new().await;
    let text = Arc::new(Mutex::new("198.51.100.1\n".to_owned()));
    let serving = Arc::clone(&text);
    let web = Web::start(move |_| Answer::ok(serving.lock().unwrap().clone())).await;
    kit.subscribe(List, &web.url("/list.txt"), json!({})).await;
    kit.run().await;
    assert_eq!(kit.run().await.result, "not changed");
    kit.pass_seconds(86_400);
    *text.lock().unwrap() = "198.51.100.1\n198.51.100.2\n".to_owned();
    let report = kit.run().await;
    assert_eq!((report.accepted, report.error), (1, None));
    assert_eq!(kit.count("indicator").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packed_table_is_unpacked() {
    let kit = Kit::new().await;
    let table = "type,value,comment\nip,198.51.100.7,scanner\ndomain,bad.example,phish\n";
    let web = Web::start(move |asked| match asked.path.as_str() {
        "/a.csv.gz" => Answer::ok(gzip(table.as_bytes())),
        _ => Answer::ok(gzip(table.as_bytes())).with("content-encoding", "gzip"),
    })
    .await;
    kit.subscribe(List, &web.url("/a.csv.gz"), json!({})).await;
    assert_eq!(kit.run().await.error, None);
    assert_eq!(kit.count("indicator").await, 2);
    kit.subscribe(List, &web.url("/b.csv"), json!({})).await;
    let report = kit.run().await;
    assert_eq!((report.accepted, report.error), (0, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_carries_the_marking_of_the_subscription_and_its_name() {
    let kit = Kit::new().await;
    let other = kit.member("Reader", false).await;
    let web = Web::start(|_| Answer::ok("198.51.100.1\n")).await;
    let mut wish = kit.wish(List, &web.url("/list.txt"), json!({}));
    wish.tlp = stix::marking::Tlp::AmberStrict;
    kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    kit.run().await;
    assert_eq!(kit.count("indicator").await, 1);
    let principal = kit.node.store().principal_of_member(other).await.unwrap();
    let viewer = kit.node.store().viewer(Arc::new(principal)).await.unwrap();
    let transfers = kit
        .node
        .store()
        .transfer_list(&kit.node.viewer(&kit.operator).await.unwrap(), 10)
        .await
        .unwrap();
    assert_eq!(transfers[0].channel, "subscription:feed");
    assert!(
        !viewer.audiences().is_empty(),
        "AMBER+STRICT reaches the members of the community"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_vanish_stay_unless_the_operator_wants_otherwise() {
    for (settings, left) in [(json!({}), 2), (json!({ "vanished": "retract" }), 1)] {
        let kit = Kit::new().await;
        let text = Arc::new(Mutex::new("198.51.100.1\n198.51.100.2\n".to_owned()));
        let serving = Arc::clone(&text);
        let web = Web::start(move |_| Answer::ok(serving.lock().unwrap().clone())).await;
        kit.subscribe(List, &web.url("/list.txt"), settings).await;
        kit.run().await;
        *text.lock().unwrap() = "# nothing here today\n".to_owned();
        kit.run().await;
        assert_eq!(kit.count("indicator").await, 2, "an empty list takes nothing back");
        *text.lock().unwrap() = "198.51.100.2\n198.51.100.2\n".to_owned();
        let report = kit.run().await;
        assert_eq!((kit.count("indicator").await, report.error), (left, None));
    }
}
