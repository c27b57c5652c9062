//! What a node forwards to its peers.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use node::intake::{Handling, ShareRequest};
use node::push::{PeerWish, PushReport};
use policy::MemberId;
use serde_json::{Value, json};
use stix::marking::{Pap, Tlp};

use crate::kit::web::{Answer, Asked, Web};
use crate::kit::{Kit, indicator};

const PATH: &str = "/api/collections/7f0c/";

/// A peer's collection: the bodies it took, and what it was told to take back.
#[derive(Default)]
struct Peer {
    took: Vec<Value>,
    deleted: Vec<String>,
    most_bytes: usize,
}

impl Peer {
    fn answer(&mut self, asked: &Asked) -> Answer {
        match asked.method.as_str() {
            "POST" => {
                if self.most_bytes > 0 && asked.body.len() > self.most_bytes {
                    return Answer::of(413, "");
                }
                let envelope: Value = serde_json::from_str(&asked.body).unwrap();
                let objects = envelope["objects"].as_array().unwrap();
                self.took.extend(objects.iter().cloned());
                let status = json!({ "id": "s1", "status": "complete", "total_count": objects.len(), "success_count": objects.len(), "failure_count": 0 });
                Answer::of(202, status.to_string())
            }
            "DELETE" => {
                self.deleted.push(asked.path.clone());
                Answer::ok("")
            }
            _ if asked.path == "/api/" => Answer::ok(r#"{"title":"t","versions":[],"max_content_length":1000000}"#),
            _ => Answer::of(404, ""),
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.took.iter().map(|object| object["id"].as_str().unwrap()).collect()
    }
}

struct Pushing {
    kit: Kit,
    web: Web,
    peer: Arc<Mutex<Peer>>,
    receiver: MemberId,
}

impl Pushing {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let receiver = kit.member("Water works", true).await;
        let peer = Arc::new(Mutex::new(Peer::default()));
        let serving = Arc::clone(&peer);
        let web = Web::start(move |asked| serving.lock().unwrap().answer(asked)).await;
        let pushing = Self {
            kit,
            web,
            peer,
            receiver,
        };
        pushing.set(json!({ "bearer": "s3cret-s3cret" })).await;
        pushing
    }

    async fn set(&self, mut settings: Value) {
        settings["proxy"] = "direct".into();
        let wish = PeerWish {
            name: "peer".to_owned(),
            url: self.web.url(PATH),
            settings,
            member: self.receiver,
            community: Some(self.kit.community),
            interval_seconds: 300,
            enabled: true,
        };
        self.kit.node.peer_put(&self.kit.operator, wish).await.unwrap();
    }

    fn honest(&self) {
        let serving = Arc::clone(&self.peer);
        self.web.answer_with(move |asked| serving.lock().unwrap().answer(asked));
    }

    /// Shares objects as the founder.
    async fn share(&self, objects: &[String], tlp: Tlp, named: Vec<MemberId>) {
        let request = ShareRequest {
            channel: "file".to_owned(),
            handling: Handling {
                communities: vec![self.kit.community],
                named,
                tlp: Some(tlp),
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let text = format!("{{\"objects\":[{}]}}", objects.join(","));
        let (node, caller) = (self.kit.node.clone(), self.kit.operator.clone());
        let shared =
            tokio::task::spawn_blocking(move || node.share(&caller, request, &mut Cursor::new(text.into_bytes())));
        let report = shared.await.unwrap().unwrap();
        assert_eq!(report.refused, 0, "{report:?}");
    }

    async fn push(&self) -> PushReport {
        self.kit.node.push_run(&self.kit.operator, "peer").await.unwrap()
    }

    async fn waiting(&self) -> u64 {
        self.kit
            .node
            .push_backlog(&self.kit.operator, "peer")
            .await
            .unwrap()
            .waiting
    }

    /// Entries of the ledger for the receiver.
    async fn receipts(&self, kind: &str) -> Vec<Value> {
        let principal = self.kit.node.store().principal_of_member(self.receiver).await.unwrap();
        let viewer = self.kit.node.store().viewer(Arc::new(principal)).await.unwrap();
        let rows = self.kit.node.store().ledger_entries(&viewer, 0, 1_000).await.unwrap();
        rows.iter()
            .filter(|row| row.kind == kind)
            .map(|row| serde_json::from_str(&row.body).unwrap())
            .collect()
    }
}

fn indicators(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(indicator).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_member_may_see_arrives_once_and_unchanged_with_a_receipt() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..5), Tlp::Green, Vec::new()).await;
    assert_eq!(pushing.waiting().await, 5);
    let report = pushing.push().await;
    assert_eq!((report.sent, report.refused, report.error), (5, 0, None));
    let post = pushing
        .web
        .asked()
        .into_iter()
        .find(|asked| asked.method == "POST")
        .unwrap();
    assert_eq!(post.path, "/api/collections/7f0c/objects/");
    assert_eq!(post.header("content-type"), "application/taxii+json;version=2.1");
    assert_eq!(post.header("authorization"), "Bearer s3cret-s3cret");
    assert!(post.body.contains(&indicator(3)), "byte for byte");
    assert_eq!(pushing.waiting().await, 0);
    assert_eq!(pushing.push().await.result, "nothing new");
    assert!(pushing.web.asked().is_empty(), "nothing to say, nobody called");
    let receipts = pushing.receipts("delivered").await;
    assert_eq!(
        (receipts.len(), &receipts[0]["channel"], &receipts[0]["count"]),
        (1, &json!("push:peer"), &json!(5))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_member_may_not_see_does_not_leave() {
    let pushing = Pushing::new().await;
    let third = pushing.kit.member("Energy", true).await;
    pushing.share(&[indicator(1)], Tlp::Red, vec![third]).await;
    pushing.share(&[indicator(2)], Tlp::Red, vec![pushing.receiver]).await;
    let report = pushing.push().await;
    assert_eq!(report.sent, 1);
    assert_eq!(pushing.peer.lock().unwrap().ids().len(), 1);
    assert_eq!(pushing.peer.lock().unwrap().took[0]["name"], "n2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_break_at_any_envelope_loses_nothing() {
    for at in 0..4 {
        let pushing = Pushing::new().await;
        pushing.set(json!({ "page_size": 3 })).await;
        pushing.share(&indicators(0..10), Tlp::Green, Vec::new()).await;
        let (serving, mut posts) = (Arc::clone(&pushing.peer), 0);
        pushing.web.answer_with(move |asked| {
            posts += usize::from(asked.method == "POST");
            if asked.method == "POST" && posts == at + 1 {
                Answer::of(503, "")
            } else {
                serving.lock().unwrap().answer(asked)
            }
        });
        let first = pushing.push().await;
        assert!(first.error.unwrap().contains("503"));
        assert_eq!(pushing.waiting().await, 10 - 3 * at as u64);
        let second = pushing.push().await;
        assert_eq!((first.sent + second.sent, second.error), (10, None));
        let peer = pushing.peer.lock().unwrap();
        let mut ids = peer.ids();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), peer.took.len()), (10, 10), "broken at {at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_envelope_that_is_too_large_is_cut() {
    let pushing = Pushing::new().await;
    pushing.peer.lock().unwrap().most_bytes = 1_500;
    pushing.share(&indicators(0..9), Tlp::Green, Vec::new()).await;
    let report = pushing.push().await;
    assert_eq!((report.sent, report.refused, report.error), (9, 0, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_object_that_the_peer_does_not_take_does_not_stop_the_others() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..9), Tlp::Green, Vec::new()).await;
    let serving = Arc::clone(&pushing.peer);
    pushing.web.answer_with(move |asked| {
        if asked.body.contains("\"n4\"") {
            return Answer::of(422, r#"{"title":"Unprocessable","description":"I do not like n4"}"#);
        }
        serving.lock().unwrap().answer(asked)
    });
    let report = pushing.push().await;
    assert_eq!((report.sent, report.refused, report.error), (8, 1, None));
    assert!(report.notes[0].contains("I do not like n4"), "{:?}", report.notes);
    assert_eq!(pushing.waiting().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_refuses_everything_is_not_skipped_past() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..60), Tlp::Green, Vec::new()).await;
    pushing.web.answer_with(|_| Answer::of(400, r#"{"title":"Bad"}"#));
    let report = pushing.push().await;
    assert!(report.error.unwrap().contains("refuses everything"));
    assert!(pushing.waiting().await >= 39);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_in_the_status_are_counted_and_not_receipted() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..3), Tlp::Green, Vec::new()).await;
    let bad: Value = serde_json::from_str(&indicator(1)).unwrap();
    let bad = bad["id"].as_str().unwrap().to_owned();
    pushing.web.answer_with(move |asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", _) => Answer::of(202, r#"{"id":"s1","status":"pending","total_count":3,"pending_count":3}"#),
        ("GET", "/api/status/s1/") => Answer::ok(
            json!({ "id": "s1", "status": "complete", "total_count": 3, "failure_count": 1, "failures": [{ "id": bad, "message": "no pattern here" }] })
                .to_string(),
        ),
        _ => Answer::of(404, ""),
    });
    let report = pushing.push().await;
    assert_eq!((report.sent, report.refused), (2, 1));
    assert!(report.result.contains("no pattern here"), "{}", report.result);
    // What was refused lies between the two, so that they are two stretches.
    let receipts = pushing.receipts("delivered").await;
    let counts: Vec<_> = receipts.iter().map(|receipt| receipt["count"].clone()).collect();
    assert_eq!(counts, [1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_here_is_taken_back_there() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..2), Tlp::Green, Vec::new()).await;
    pushing.push().await;
    let id = pushing.peer.lock().unwrap().ids()[0].to_owned();
    let (collection, _) = pushing
        .kit
        .node
        .collection(&pushing.kit.operator, "water")
        .await
        .unwrap()
        .unwrap();
    let gone = pushing
        .kit
        .node
        .retract(
            &pushing.kit.operator,
            &collection,
            &id,
            store::VersionFilter::all(),
            "a mistake",
        )
        .await;
    assert_eq!(gone.unwrap(), 1);
    assert_eq!(pushing.waiting().await, 1);
    pushing.honest();
    let report = pushing.push().await;
    assert_eq!((report.taken_back, report.refused, report.error), (1, 0, None));
    assert_eq!(
        pushing.peer.lock().unwrap().deleted,
        [format!("/api/collections/7f0c/objects/{id}/")]
    );
    assert_eq!(
        pushing
            .receipts("retracted")
            .await
            .iter()
            .filter(|entry| entry["channel"] == "push:peer")
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_keeps_what_was_taken_back_is_reported() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..1), Tlp::Green, Vec::new()).await;
    pushing.push().await;
    let id = pushing.peer.lock().unwrap().ids()[0].to_owned();
    let (collection, _) = pushing
        .kit
        .node
        .collection(&pushing.kit.operator, "water")
        .await
        .unwrap()
        .unwrap();
    pushing
        .kit
        .node
        .retract(
            &pushing.kit.operator,
            &collection,
            &id,
            store::VersionFilter::all(),
            "a mistake",
        )
        .await
        .unwrap();
    pushing
        .web
        .answer_with(|asked| Answer::of(if asked.method == "DELETE" { 403 } else { 404 }, ""));
    let report = pushing.push().await;
    assert_eq!((report.taken_back, report.refused, report.error), (0, 1, None));
    assert!(
        report.notes[0].contains("ask its owner to remove it"),
        "{:?}",
        report.notes
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pushes_run_when_they_are_due_and_later_after_failures() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..1), Tlp::Green, Vec::new()).await;
    pushing
        .web
        .answer_with(|_| Answer::of(503, "").with("retry-after", "900"));
    let due = pushing.kit.node.pushes_run_due(pushing.kit.now()).await.unwrap();
    assert_eq!(due[0].next_run.micros() - pushing.kit.now().micros(), 900 * 1_000_000);
    assert!(
        pushing
            .kit
            .node
            .pushes_run_due(pushing.kit.now())
            .await
            .unwrap()
            .is_empty()
    );
    pushing.kit.pass_seconds(900);
    pushing.honest();
    let due = pushing.kit.node.pushes_run_due(pushing.kit.now()).await.unwrap();
    assert_eq!((due[0].sent, due[0].error.clone()), (1, None));
    let view = &pushing.kit.node.peers(&pushing.kit.operator).await.unwrap()[0];
    assert_eq!((view.peer.sent, view.peer.failures_in_a_row), (1, 0));
    assert!(!format!("{view:?}").contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_sent_once_the_member_may_no_longer_read() {
    let pushing = Pushing::new().await;
    // More than one reading holds.
    pushing.share(&indicators(0..700), Tlp::Green, Vec::new()).await;
    let (serving, node, operator) = (
        Arc::clone(&pushing.peer),
        pushing.kit.node.clone(),
        pushing.kit.operator.clone(),
    );
    let (receiver, runtime) = (pushing.receiver, tokio::runtime::Handle::current());
    pushing.web.answer_with(move |asked| {
        if asked.method == "POST" {
            let (node, operator, runtime) = (node.clone(), operator.clone(), runtime.clone());
            let suspend = move || {
                runtime
                    .block_on(node.member_activate(&operator, receiver, false))
                    .map(drop)
            };
            std::thread::spawn(suspend).join().unwrap().unwrap();
        }
        serving.lock().unwrap().answer(asked)
    });
    let report = pushing.push().await;
    assert_eq!(pushing.peer.lock().unwrap().took.len(), 500);
    assert!(report.error.unwrap().contains("not active"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_of_ours_is_told_what_was_narrowed_and_others_are_named_to_the_operator() {
    let pushing = Pushing::new().await;
    pushing.share(&indicators(0..2), Tlp::Green, Vec::new()).await;
    pushing.push().await;
    let ids: Vec<String> = pushing
        .peer
        .lock()
        .unwrap()
        .ids()
        .iter()
        .map(|id| (*id).to_owned())
        .collect();
    let said = Arc::new(Mutex::new(Vec::new()));
    for (id, knows) in ids.iter().zip([true, false]) {
        let wish = node::recall::RecallWish {
            kind: node::recall::RecallWishKind::Narrow(Tlp::Amber, Pap::Clear),
            object: id.clone(),
            community: None,
            reason: "not for clients".to_owned(),
        };
        pushing.kit.node.recall(&pushing.kit.operator, &wish).await.unwrap();
        let (serving, kept) = (Arc::clone(&pushing.peer), Arc::clone(&said));
        pushing.web.answer_with(move |asked| {
            if asked.path == "/api/v1/recalls" {
                kept.lock().unwrap().push(asked.body.clone());
                return Answer::of(if knows { 201 } else { 404 }, "{}");
            }
            serving.lock().unwrap().answer(asked)
        });
        let report = pushing.push().await;
        assert_eq!((report.recalled, report.error), (u64::from(knows), None), "{knows}");
        assert_eq!(report.notes.is_empty(), knows, "{:?}", report.notes);
    }
    let first: Value = serde_json::from_str(&said.lock().unwrap()[0]).unwrap();
    assert_eq!((&first["kind"], &first["tlp"]), (&json!("narrow"), &json!("TLP:AMBER")));
    // Who was told is not told again.
    pushing.push().await;
    let again = said
        .lock()
        .unwrap()
        .iter()
        .filter(|body| body.contains(&ids[0]))
        .count();
    assert_eq!(again, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_is_suspended_is_sent_nothing_more_of_a_page_that_was_read() {
    for at_once in [true, false] {
        let pushing = Pushing::new().await;
        pushing.set(json!({ "page_size": 3 })).await;
        pushing.share(&indicators(0..10), Tlp::Green, Vec::new()).await;
        let (node, operator, member) = (pushing.kit.node.clone(), pushing.kit.operator.clone(), pushing.receiver);
        let suspend = move || {
            let (node, operator) = (node.clone(), operator.clone());
            async move { drop(node.member_activate(&operator, member, false).await.unwrap()) }
        };
        let serving = Arc::clone(&pushing.peer);
        if at_once {
            // Before anything is read.
            let happening: node::Happening = Arc::new(move || Box::pin(suspend()));
            pushing.kit.node.happens_before_reading(Some(happening));
        } else {
            // While the first envelope is on its way.
            let here = tokio::runtime::Handle::current();
            pushing.web.answer_with(move |asked| {
                if asked.method == "POST" {
                    tokio::task::block_in_place(|| here.block_on(suspend()));
                }
                serving.lock().unwrap().answer(asked)
            });
        }
        let report = pushing.push().await;
        assert!(report.error.unwrap().contains("not active"));
        assert_eq!(pushing.peer.lock().unwrap().took.len(), if at_once { 0 } else { 3 });
        assert_eq!(report.sent, if at_once { 0 } else { 3 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_while_an_envelope_is_on_its_way_is_in_no_later_one_and_all_else_is_once() {
    let pushing = Pushing::new().await;
    pushing.set(json!({ "page_size": 3 })).await;
    let objects = indicators(0..10);
    pushing.share(&objects, Tlp::Green, Vec::new()).await;
    let ids: Vec<String> = objects
        .iter()
        .map(|object| {
            serde_json::from_str::<Value>(object).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let wish = node::recall::RecallWish {
        kind: node::recall::RecallWishKind::Retract,
        object: ids[5].clone(),
        community: None,
        reason: "a mistake".to_owned(),
    };
    let (node, operator, here) = (
        pushing.kit.node.clone(),
        pushing.kit.operator.clone(),
        tokio::runtime::Handle::current(),
    );
    let (serving, mut wish) = (Arc::clone(&pushing.peer), Some(wish));
    pushing.web.answer_with(move |asked| {
        if let Some(wish) = wish.take_if(|_| asked.method == "POST") {
            tokio::task::block_in_place(|| here.block_on(node.recall(&operator, &wish))).unwrap();
        }
        serving.lock().unwrap().answer(asked)
    });
    let report = pushing.push().await;
    assert_eq!((report.sent, report.error), (9, None));
    let wanted: Vec<&str> = ids.iter().map(String::as_str).filter(|id| *id != ids[5]).collect();
    assert_eq!(pushing.peer.lock().unwrap().ids(), wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_for_a_new_audience_while_a_push_reads_is_not_passed_over() {
    let pushing = Pushing::new().await;
    pushing.kit.share(&indicators(0..1), Tlp::Green, Pap::Clear).await;
    pushing.push().await;
    pushing.kit.comes_before_reading(vec![(10, 20), (11, 21), (12, 22)]);
    for _ in 0..4 {
        assert_eq!(pushing.push().await.error, None);
    }
    let peer = pushing.peer.lock().unwrap();
    let mut names: Vec<&str> = peer
        .took
        .iter()
        .map(|object| object["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["n0", "n10", "n11", "n12", "n20", "n21", "n22"]);
}
