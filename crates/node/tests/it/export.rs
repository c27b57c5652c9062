//! Exports by cursor.

use formats::write::{Memory, OutFormat};
use node::export::ExportRequest;
use serde_json::Value;
use stix::marking::{Pap, Tlp};
use store::Position;

use crate::kit::{Kit, indicator};

/// The names of what an export gives, and the cursor of the next one.
async fn exported(kit: &Kit, since: Option<Position>) -> (Vec<String>, Position) {
    let caller = kit.node.local_caller(node::founding::OPERATOR).await.unwrap();
    let request = ExportRequest {
        format: OutFormat::StixNdjson,
        collection: Some("water".to_owned()),
        since,
        minimum_score: 0,
    };
    let begun = kit.node.export_begin(&caller, request).await.unwrap();
    let node = kit.node.clone();
    let written = tokio::task::spawn_blocking(move || {
        let mut memory = Memory::default();
        let exported = node.export(&begun, &mut memory).unwrap();
        assert_eq!(exported.cursor, begun.cursor());
        (memory.files, exported.cursor)
    });
    let (files, cursor) = written.await.unwrap();
    let text = String::from_utf8(files.into_values().flatten().collect()).unwrap();
    let name = |line: &str| {
        let object: Value = serde_json::from_str(line).unwrap();
        object["name"].as_str().map(str::to_owned)
    };
    (text.lines().filter_map(name).collect(), cursor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_for_a_new_audience_while_an_export_reads_is_in_it_or_in_the_next() {
    let kit = Kit::new().await;
    kit.share(&[indicator(0)], Tlp::Green, Pap::Clear).await;
    for since in [None, Some(Position::default())] {
        let first = if since.is_none() { 10 } else { 30 };
        let pairs = (first..first + 3).map(|number| (number, number + 10)).collect();
        kit.comes_before_reading(pairs);
        let (mut names, cursor) = exported(&kit, since).await;
        let mut last = cursor;
        for _ in 0..3 {
            let (more, next) = exported(&kit, Some(last)).await;
            names.extend(more);
            last = next;
        }
        for number in (first..first + 3).flat_map(|number| [number, number + 10]) {
            assert!(names.contains(&format!("n{number}")), "n{number} is not in {names:?}");
        }
        // What was there when nothing came any more is told once.
        assert_eq!(exported(&kit, Some(last)).await.0, Vec::<String>::new());
    }
}
