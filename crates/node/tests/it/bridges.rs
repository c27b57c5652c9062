//! A bridge whose other end does not do as ours would.

use std::sync::{Arc, Mutex};

use node::bridges::{AfterEnd, BridgeWish, Hub, Message, PairHere};
use node::intake::{Handling, ShareRequest};
use node::partnership::PersonWish;
use policy::Role;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stix::marking::{Pap, Tlp};

use crate::kit::web::{Answer, Web};
use crate::kit::{Kit, indicator};

/// A bridge that both have agreed on, as far as this side knows.
async fn agreed(kit: &Kit, web: &Web) {
    let mut charter = kit.node.charter(&kit.operator, kit.community).await.unwrap().text;
    charter.bridges = Some(Tlp::Amber);
    charter.accountable = None;
    kit.node
        .charter_put(&kit.operator, kit.community, charter)
        .await
        .unwrap();
    let member = kit.member("The other hub", true).await;
    let person = PersonWish {
        member,
        login: "other".to_owned(),
        name: "Other".to_owned(),
        role: Role::Contributor,
        password: None,
    };
    kit.node.person_create(&kit.operator, person).await.unwrap();
    let wish = BridgeWish {
        name: "other".to_owned(),
        url: web.url("/"),
        settings: Some(json!({ "bearer": "s3cret-s3cret", "proxy": "direct" })),
        member,
        pairs: vec![PairHere {
            ours: "water".to_owned(),
            theirs: "agua".to_owned(),
            sends: true,
            takes: false,
            tlp: Tlp::Amber,
            pap: Pap::Red,
            onward: false,
            anonymous: false,
            hops: 1,
        }],
        after_end: AfterEnd::Stays,
        interval_seconds: 60,
    };
    let view = kit.node.bridge_propose(&kit.operator, wish).await.unwrap();
    assert!(!format!("{view:?}").contains("s3cret"));
    let text = view.bridge.set.proposal.unwrap();
    let message = Message::Acceptance {
        version: 1,
        digest: hex::encode(Sha256::digest(text.as_bytes())),
        person: "Ana\u{7} of the south".to_owned(),
        hub: Hub {
            identity: "identity--00000000-0000-4000-8000-000000000077".to_owned(),
            title: "Other hub".to_owned(),
        },
    };
    let caller = kit.node.local_caller("other").await.unwrap();
    kit.node
        .bridge_hear(&caller, view.bridge.set.uuid, message)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_other_hub_cannot_read_holds_nothing_else_up() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("{}")).await;
    agreed(&kit, &web).await;
    web.answer_with(|asked| {
        let said: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!((&said["kind"], &said["community"]), (&json!("items"), &json!("agua")));
        if asked.body.contains("n3") {
            return Answer::of(422, r#"{"detail":"no"}"#);
        }
        Answer::ok(json!({ "taken": said["items"].as_array().unwrap().len() }).to_string())
    });
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: Handling {
            communities: vec![kit.community],
            ..Handling::default()
        },
        ..ShareRequest::default()
    };
    let objects: Vec<String> = (0..8).map(indicator).collect();
    let body = format!("{{\"objects\":[{}]}}", objects.join(","));
    kit.node.share_bytes(&kit.operator, request, body).await.unwrap();
    let report = kit.node.bridge_run(&kit.operator, "other").await.unwrap();
    assert_eq!(
        (report.sent, report.refused, report.error),
        (7, 1, None),
        "{:?}",
        report.notes
    );
    // What was refused is not tried for ever.
    let again = kit.node.bridge_run(&kit.operator, "other").await.unwrap();
    assert_eq!((again.sent, again.refused), (0, 0));
    let view = kit.node.bridge(&kit.operator, "other").await.unwrap();
    assert_eq!((view.bridge.sent, view.bridge.refused), (7, 1));
    assert_eq!(view.steps[1].name.as_deref(), Some("Ana of the south"));
    let passed = kit.node.bridge_passed(&kit.operator, "other").await.unwrap();
    assert_eq!(passed.iter().filter(|item| item.state == "refused").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bridge_that_cannot_be_carried_is_tried_again_later_and_loses_nothing() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("{}")).await;
    agreed(&kit, &web).await;
    web.answer_with(|_| Answer::of(503, "").with("retry-after", "900"));
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: Handling {
            communities: vec![kit.community],
            ..Handling::default()
        },
        ..ShareRequest::default()
    };
    let body = format!("{{\"objects\":[{}]}}", indicator(1));
    kit.node.share_bytes(&kit.operator, request, body).await.unwrap();
    let due = kit.node.bridges_run_due(kit.now()).await.unwrap();
    assert_eq!(due[0].next_run.micros() - kit.now().micros(), 900 * 1_000_000);
    assert!(kit.node.bridges_run_due(kit.now()).await.unwrap().is_empty());
    kit.pass_seconds(900);
    web.answer_with(|_| Answer::ok(r#"{"taken":1}"#));
    let due = kit.node.bridges_run_due(kit.now()).await.unwrap();
    assert_eq!((due[0].sent, due[0].error.clone()), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_for_a_new_audience_while_a_bridge_reads_is_not_passed_over() {
    let kit = Kit::new().await;
    let web = Web::start(|_| Answer::ok("{}")).await;
    agreed(&kit, &web).await;
    let took = Arc::new(Mutex::new(Vec::new()));
    let taking = Arc::clone(&took);
    web.answer_with(move |asked| {
        let said: Value = serde_json::from_str(&asked.body).unwrap();
        let items = said["items"].as_array().unwrap();
        let name = |item: &Value| {
            let object: Value = serde_json::from_str(item["object"].as_str().unwrap()).unwrap();
            object["name"].as_str().unwrap().to_owned()
        };
        taking.lock().unwrap().extend(items.iter().map(name));
        Answer::ok(json!({ "taken": items.len() }).to_string())
    });
    kit.share(&[indicator(0)], Tlp::Green, Pap::Clear).await;
    kit.node.bridge_run(&kit.operator, "other").await.unwrap();
    kit.comes_before_reading(vec![(10, 20), (11, 21), (12, 22)]);
    for _ in 0..4 {
        let report = kit.node.bridge_run(&kit.operator, "other").await.unwrap();
        assert_eq!(report.error, None);
    }
    let mut took = took.lock().unwrap().clone();
    took.sort_unstable();
    assert_eq!(took, ["n0", "n10", "n11", "n12", "n20", "n21", "n22"]);
}
