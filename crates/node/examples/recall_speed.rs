//! How long a recall takes to reach connected members: `cargo run --release -p node --example recall_speed -- [MEMBERS]`.
//!
//! One process, a database on disk. Every member has read the item and waits for recalls (what `GET /api/v1/recalls?wait=60`
//! does behind HTTP); when one is made, each reads what it owes and answers. Said are the times from the call until it is
//! recorded, until the last member was told, and until the last has answered.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop"
)]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

mod kit;

use std::time::{Duration, Instant};

use node::intake::{Handling, ShareRequest};
use node::recall::{AcknowledgeWish, Done, RecallWish, RecallWishKind};
use node::{Caller, Node};
use policy::CommunityId;
use store::ObjectQuery;

const OBJECT: &str = "indicator--00000000-0000-4000-8000-000000000001";

/// Shares the item and hands it to every member.
async fn hand_out(node: &Node, community: CommunityId, many: usize) -> Vec<Caller> {
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: Handling {
            communities: vec![community],
            ..Handling::default()
        },
        ..ShareRequest::default()
    };
    let object = format!(
        r#"{{"objects":[{{"type":"indicator","spec_version":"2.1","id":"{OBJECT}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n","pattern":"[ipv4-addr:value = '198.51.100.1']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}]}}"#
    );
    let operator = node.local_caller("operator").await.unwrap();
    assert_eq!(node.share_bytes(&operator, request, object).await.unwrap().accepted, 1);
    let mut callers = Vec::with_capacity(many);
    for number in 0..many {
        let caller = node.local_caller(&format!("m{number}")).await.unwrap();
        let look = node.look(&caller, "all").await.unwrap().unwrap();
        node.deliver_page(look, &ObjectQuery::default()).await.unwrap();
        callers.push(caller);
    }
    callers
}

/// Waits for a recall, reads what is owed, answers; gives how many, and when it was told and had answered.
async fn connected(node: Node, caller: Caller) -> (usize, Instant, Instant) {
    node.recalls_wait(&caller, Duration::from_secs(60)).await.unwrap();
    let owed = node.recalls_owed(&caller, true, 10, 0).await.unwrap();
    let told = Instant::now();
    let wish = AcknowledgeWish {
        done: Done::Removed,
        swapped: None,
        note: None,
        automatic: true,
    };
    for one in &owed {
        node.recall_acknowledge(&caller, one.recall.uuid, &wish).await.unwrap();
    }
    (owed.len(), told, Instant::now())
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let many = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000);
    let directory = tempfile::tempdir().unwrap();
    let node = kit::open(directory.path()).await;
    let community = kit::community(&node, many).await;
    let callers = hand_out(&node, community, many).await;
    println!("{many} members have the item and wait");
    let connect = |caller| tokio::spawn(connected(node.clone(), caller));
    let waiting: Vec<_> = callers.into_iter().map(connect).collect();
    // All of them look once before they wait.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let operator = node.local_caller("operator").await.unwrap();
    let wish = RecallWish {
        kind: RecallWishKind::Retract,
        object: OBJECT.to_owned(),
        community: None,
        reason: "to measure".to_owned(),
    };
    let began = Instant::now();
    let recall = node.recall(&operator, &wish).await.unwrap().remove(0);
    println!("recorded, with who owes an answer, after {:?}", began.elapsed());
    let (mut reached, mut told, mut answered) = (0, began, began);
    for one in waiting {
        let (owed, at, done) = one.await.unwrap();
        reached += owed;
        (told, answered) = (told.max(at), answered.max(done));
    }
    println!(
        "{reached} members told after {:?}, answered after {:?}",
        told - began,
        answered - began
    );
    let state = node.recall_state(&operator, recall.uuid).await.unwrap();
    println!(
        "complete: {:?}, by name: {}",
        state.complete,
        state.acknowledged.named.len()
    );
}
