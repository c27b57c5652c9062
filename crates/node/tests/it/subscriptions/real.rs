//! A real feed: the MISP events that ESET publishes, served as a feed directory on loopback.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use store::SubscriptionKind::MispFeed;

use crate::kit::Kit;
use crate::kit::web::{Answer, Web};

fn event_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            event_files(&entry.path(), found);
        } else if entry.path().to_string_lossy().ends_with(".json") {
            found.push(entry.path());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_eset_come_in_as_a_feed() {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA does not name the folder of real data");
        return;
    };
    let mut files = Vec::new();
    event_files(&Path::new(&data).join("sharing/eset-malware-ioc"), &mut files);
    let mut events = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        // One of them is broken JSON; the formats have a test for it.
        let Ok(event) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let event = ["/Event", "/response/0/Event"]
            .iter()
            .find_map(|at| event.pointer(at))
            .unwrap_or(&event);
        if let Some(uuid) = event["uuid"].as_str() {
            events.insert(uuid.to_owned(), (event["timestamp"].clone(), text));
        }
    }
    let count = events.len();
    let web = Web::start(move |asked| {
        let name = asked.path.rsplit('/').next().unwrap().trim_end_matches(".json");
        match events.get(name) {
            Some((_, text)) => Answer::ok(super::gzip(text.as_bytes())).with("content-encoding", "gzip"),
            None => {
                let entry = |(uuid, (timestamp, _)): (&String, &(Value, String))| {
                    (uuid.clone(), json!({ "timestamp": timestamp }))
                };
                Answer::ok(Value::Object(events.iter().map(entry).collect()).to_string())
            }
        }
    })
    .await;
    let kit = Kit::new().await;
    kit.subscribe(MispFeed, &web.url("/feed/"), json!({})).await;
    let report = kit.run().await;
    println!(
        "{count} events: {} new, {} unchanged, {} refused",
        report.accepted, report.unchanged, report.refused
    );
    assert_eq!(report.error, None);
    assert_eq!(report.refused, 0, "{:?}", report.notes);
    assert!(report.accepted as usize > count);
    assert_eq!(web.asked().len(), 1 + count);
    assert_eq!(kit.run().await.result, "not changed");
}
