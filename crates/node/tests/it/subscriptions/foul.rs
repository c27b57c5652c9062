//! What goes wrong between a node and a source, and what the operator reads about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use serde_json::json;
use store::SubscriptionKind::{List, Taxii21};

use crate::kit::web::{Answer, Web};
use crate::kit::{Kit, START};

const PATH: &str = "/api/collections/7f0c/";

/// The error of a run against a server that always answers this; without the port, which differs.
async fn error_of(answer: Answer, settings: serde_json::Value) -> String {
    let kit = Kit::new().await;
    let web = Web::start(move |_| answer.clone()).await;
    kit.subscribe(List, &web.url("/list.txt?token=geheim"), settings).await;
    let report = kit.run().await;
    report.error.unwrap().replace(&format!(":{}", web.port), "")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_says_what_to_do() {
    let mut said = String::new();
    for status in [401, 403, 404, 429, 418, 500] {
        let answer = Answer::of(
            status,
            r#"{"title":"No","description":"your key hunter2hunter2 is bad"}"#,
        );
        said.push_str(&error_of(answer, json!({ "key": "hunter2hunter2" })).await);
        said.push('\n');
    }
    assert_snapshot!(said, @r"
    http://127.0.0.1/list.txt answered 401: the account is missing or wrong: check login and password, bearer or key in the settings; it says: No: your key (secret) is bad
    http://127.0.0.1/list.txt answered 403: the key or account is not let in, or not for this: check it, and ask the owner of that system for the right; it says: No: your key (secret) is bad
    http://127.0.0.1/list.txt answered 404: there is nothing at this address, or this account may not know of it: check the address; it says: No: your key (secret) is bad
    http://127.0.0.1/list.txt answered 429: too many requests: the next try waits; fetch less often if this comes again; it says: No: your key (secret) is bad
    http://127.0.0.1/list.txt answered 418: the other side refused the request; it says: No: your key (secret) is bad
    http://127.0.0.1/list.txt answered 500: the other side has a fault: it is tried again; tell its owner if it stays; it says: No: your key (secret) is bad
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_never_goes_to_another_host() {
    let kit = Kit::new().await;
    let other = Web::start(|_| Answer::ok("198.51.100.1\n")).await;
    let elsewhere = format!("http://localhost:{}/list.txt", other.port);
    let web = Web::start(move |_| Answer::of(302, "").with("location", elsewhere.clone())).await;
    kit.subscribe(
        List,
        &web.url("/list.txt"),
        json!({ "bearer": "s3cret-s3cret", "headers": { "X-Key": "other-s3cret" } }),
    )
    .await;
    let error = kit.run().await.error.unwrap();
    assert!(
        error.contains("another host") && error.contains("configure http://localhost"),
        "{error}"
    );
    assert!(other.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirection_on_the_same_host_is_followed() {
    let kit = Kit::new().await;
    let web = Web::start(|asked| match asked.path.as_str() {
        "/list.txt" => Answer::of(301, "").with("location", "/new/list.txt"),
        _ => Answer::ok("198.51.100.1\n198.51.100.2\n"),
    })
    .await;
    kit.subscribe(List, &web.url("/list.txt"), json!({ "bearer": "s3cret-s3cret" }))
        .await;
    assert_eq!(kit.run().await.error, None);
    assert_eq!(web.asked()[1].header("authorization"), "Bearer s3cret-s3cret");
    assert_eq!(kit.count("indicator").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_over_the_size_limit_is_not_taken() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("198.51.100.1\n".repeat(1_000))).await;
    let mut wish = kit.wish(List, &web.url("/list.txt"), json!({}));
    wish.size_limit = 4_096;
    kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    let error = kit.run().await.error.unwrap();
    assert!(
        error.contains("more than 4096 bytes") && error.contains("size limit"),
        "{error}"
    );
    assert!(kit.objects().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expands_over_the_size_limit_is_not_taken() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok(super::gzip(&vec![b'\n'; 1 << 20])).with("content-encoding", "gzip")).await;
    let mut wish = kit.wish(List, &web.url("/list.txt"), json!({}));
    wish.size_limit = 100_000;
    kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    assert!(kit.run().await.error.unwrap().contains("more than 100000 bytes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_page_instead_of_a_collection_is_called_one() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("<html><body>Welcome</body></html>").with("content-type", "text/html")).await;
    kit.subscribe(Taxii21, &web.url(PATH), json!({})).await;
    let error = kit.run().await.error.unwrap();
    assert!(error.contains("it is a web page: check the address"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_not_there_is_told_in_words() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    kit.subscribe(
        List,
        &web.url("/x").replace(&web.port.to_string(), &port.to_string()),
        json!({}),
    )
    .await;
    let error = kit.run().await.error.unwrap();
    assert!(
        error.contains("the connection failed") && error.contains("check the address"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_follow_the_schedule_and_wait_longer_after_each_failure() {
    let kit = Kit::new().await;
    let failing = Arc::new(AtomicUsize::new(3));
    let counter = Arc::clone(&failing);
    let web = Web::start(move |_| {
        let fails = counter
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok();
        if fails {
            Answer::of(500, "")
        } else {
            Answer::ok("198.51.100.1\n")
        }
    })
    .await;
    kit.subscribe(List, &web.url("/list.txt"), json!({})).await;
    let mut pauses = Vec::new();
    loop {
        let due = kit.node.subscriptions_run_due(kit.now()).await.unwrap();
        assert_eq!(due.len(), 1);
        let pause = (due[0].next_run.micros() - kit.now().micros()) / 1_000_000;
        assert!(
            kit.node.subscriptions_run_due(kit.now()).await.unwrap().is_empty(),
            "not due twice"
        );
        kit.pass_seconds(pause);
        pauses.push(pause);
        if due[0].error.is_none() {
            break;
        }
    }
    // 1, 2, 4 minutes, then the interval of an hour; each with up to a tenth more.
    let within = |pause: i64, from: i64| (from..=from + from / 10).contains(&pause);
    assert!(
        within(pauses[0], 60) && within(pauses[1], 120) && within(pauses[2], 240) && within(pauses[3], 3_600),
        "{pauses:?}"
    );
    let seen = &kit.node.subscriptions(&kit.operator).await.unwrap()[0].subscription;
    assert_eq!(
        (seen.accepted, seen.failures_in_a_row, seen.last_error.as_deref()),
        (1, 0, None)
    );
    assert!(seen.last_run > Some(START));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_the_source_asks_for_is_kept() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::of(429, "").with("retry-after", "7200")).await;
    kit.subscribe(List, &web.url("/list.txt"), json!({})).await;
    let report = kit.run().await;
    assert_eq!(report.next_run.micros() - kit.now().micros(), 7_200 * 1_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_operator_subscribes_and_nobody_reads_a_secret_back() {
    let kit = Kit::new().await;
    let wish = kit.wish(
        List,
        "https://feed.example/list.txt",
        json!({ "login": "ada", "password": "hunter2hunter2" }),
    );
    let stranger = node::Caller::public();
    assert!(kit.node.subscription_put(&stranger, wish.clone()).await.is_err());
    assert!(kit.node.subscriptions(&stranger).await.is_err());
    assert!(kit.node.subscription_preview(&stranger, &wish).await.is_err());
    let made = kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    let listed = kit.node.subscriptions(&kit.operator).await.unwrap();
    let shown = format!("{made:?} {listed:?}");
    assert!(shown.contains("ada") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_used_is_refused_when_it_is_set() {
    let kit = Kit::new().await;
    let reader = kit.member("Reader", false).await;
    let mut said = String::new();
    for change in 0..8 {
        let mut wish = kit.wish(List, "https://feed.example/list.txt", json!({}));
        match change {
            0 => wish.url = "file:///etc/passwd".to_owned(),
            1 => wish.url = "https://ada:pw@feed.example/".to_owned(),
            2 => wish.settings = json!({ "pasword": "x" }),
            3 => wish.interval_seconds = 5,
            4 => wish.tlp = stix::marking::Tlp::Red,
            5 => wish.member = reader,
            6 => wish.name = "../x".to_owned(),
            _ => wish.size_limit = 0,
        }
        said.push_str(
            &kit.node
                .subscription_put(&kit.operator, wish)
                .await
                .unwrap_err()
                .to_string(),
        );
        said.push('\n');
    }
    assert_snapshot!(said, @r"
    nothing is fetched from 'file' addresses (give an http or https address)
    the address holds an account (put login and password into the settings, where they are kept from view)
    there is no setting 'pasword' (docs/guide/subscriptions.md lists the settings of each kind)
    5 seconds between two runs is not possible (choose between a minute (60) and a month (2678400))
    TLP:RED names its readers, and a subscription shares with a community (choose TLP:AMBER+STRICT or less; what a source itself marks RED is refused object by object)
    the member of the subscription may not contribute to that community (let it contribute to the community first, or choose another member or community)
    a name has 1 to 64 letters, digits, hyphens, dots and underscores (for example 'esa-feed')
    a size limit of 0 bytes is not possible (choose between 1024 and 4294967296 bytes)
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_may_no_longer_contribute_brings_nothing_more_in() {
    let kit = Kit::new().await;
    let feeder = kit.member("Feeder", true).await;
    let web = Web::start(|_| Answer::ok("198.51.100.1\n")).await;
    let mut wish = kit.wish(List, &web.url("/list.txt"), json!({}));
    wish.member = feeder;
    kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    kit.node
        .membership_set(&kit.operator, kit.community, feeder, false, false)
        .await
        .unwrap();
    let report = kit.run().await;
    assert!(
        report
            .error
            .as_ref()
            .unwrap()
            .contains("membership that may contribute"),
        "{report:?}"
    );
    kit.node.member_activate(&kit.operator, feeder, false).await.unwrap();
    assert!(kit.run().await.error.unwrap().contains("not active"));
    assert!(kit.objects().await.is_empty());
}
