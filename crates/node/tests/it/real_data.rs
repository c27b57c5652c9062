//! Real input goes in and comes out again without loss. Needs COMMONWATCH_DATA.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use formats::write::{Memory, OutFormat};
use formats::{Found, Limits, ReadOptions, Sink};
use node::export::ExportRequest;
use node::intake::{Handling, Report, ShareRequest};
use sha2::{Digest, Sha256};
use stix::marking::Tlp;
use stix::{Problem, Severity};

use crate::kit::partners::{Partners, identity, told};

fn folder(name: &str) -> Option<PathBuf> {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(name))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// The objects of an input as intake has to keep them: byte for byte, those of STIX 2.0 upgraded.
#[derive(Default)]
struct Expected(HashSet<[u8; 32]>);

impl Sink for Expected {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let mut others = Vec::new();
        let kept = node::intake::examine(&found.text, &mut others, |object, _| Ok(object.text().to_owned()));
        if let Ok(text) = kept {
            self.0.insert(Sha256::digest(text.as_bytes()).into());
        }
        Ok(())
    }

    fn problem(&mut self, _: Problem) {}
}

fn options() -> ReadOptions {
    ReadOptions {
        name: None,
        producer: stix::Id::parse(&identity(3)).unwrap(),
        default_markings: Vec::new(),
        now: crate::kit::START,
        limits: Limits::default(),
    }
}

async fn share_file(partners: &Partners, path: &Path) -> Report {
    let (node, caller) = (partners.node.clone(), partners.caller("cert").await);
    let request = ShareRequest {
        channel: "file".to_owned(),
        name: Some(path.file_name().unwrap().to_string_lossy().into_owned()),
        // Some examples are TLP:RED, which takes names.
        handling: Handling {
            named: vec![
                partners.member("Example CERT").await,
                partners.member("City of Example").await,
            ],
            ..partners.to_all(Some(Tlp::Clear))
        },
        list_items: false,
    };
    let path = path.to_owned();
    let shared = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(path).unwrap();
        node.share(&caller, request, &mut file).unwrap()
    });
    shared.await.unwrap()
}

fn digests(bodies: &[String]) -> HashSet<[u8; 32]> {
    bodies
        .iter()
        .map(|body| Sha256::digest(body.as_bytes()).into())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_as_stix_goes_out_byte_for_byte() {
    let Some(attack) = folder("stix/attack") else { return };
    let oasis = folder("stix/oasis-cti-documentation").unwrap();
    let paths = [files(&oasis), vec![attack.join("ics-attack.json")]].concat();
    for path in paths {
        let partners = Partners::new().await;
        let mut expected = Expected::default();
        let mut file = std::fs::File::open(&path).unwrap();
        let summary = formats::read_any(&mut file, &options(), &mut expected).unwrap();
        let report = share_file(&partners, &path).await;
        assert_eq!(report.refused, 0, "{}: {}", path.display(), told(&report));
        assert_eq!(
            report.accepted + report.unchanged,
            summary.objects,
            "{}",
            path.display()
        );
        assert_eq!(
            digests(&partners.bodies("cert").await),
            expected.0,
            "{}",
            path.display()
        );
    }
}

/// What an event holds, in a form that can be compared: types and values of attributes, objects, tags, galaxy clusters.
fn content(event: &serde_json::Value) -> BTreeSet<String> {
    let mut content = BTreeSet::new();
    let mut open = vec![event];
    while let Some(value) = open.pop() {
        let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        if value.get("value").is_some() && value.get("type").is_some() && value.get("tag_name").is_none() {
            content.insert(format!("{} {} {}", text("type"), text("value"), text("category")));
        }
        if value.get("template_uuid").is_some() {
            content.insert(format!("object {}", text("name")));
        }
        match value {
            serde_json::Value::Array(values) => open.extend(values),
            serde_json::Value::Object(map) => {
                for tag in map.get("Tag").and_then(|tags| tags.as_array()).into_iter().flatten() {
                    content.insert(format!("tag {}", tag["name"].as_str().unwrap_or_default()));
                }
                open.extend(map.values());
            }
            _ => {}
        }
    }
    content
}

fn by_uuid(texts: impl IntoIterator<Item = String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut events = BTreeMap::new();
    for text in texts {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let event = value.get("Event").cloned().unwrap_or(value);
        events.insert(event["uuid"].as_str().unwrap_or_default().to_owned(), content(&event));
    }
    events
}

async fn exported(partners: &Partners, format: OutFormat) -> Memory {
    let (node, caller) = (partners.node.clone(), partners.caller("city").await);
    let request = ExportRequest {
        format,
        collection: None,
        since: None,
        minimum_score: 0,
    };
    let begun = node.export_begin(&caller, request).await.unwrap();
    let written = tokio::task::spawn_blocking(move || {
        let mut memory = Memory::default();
        node.export(&begun, &mut memory).unwrap();
        memory
    });
    written.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_eset_come_in_by_three_ways_and_go_out_with_the_same_content() {
    let Some(folder) = folder("sharing/eset-malware-ioc") else {
        return;
    };
    let mut events: Vec<PathBuf> = Vec::new();
    let mut open = vec![folder];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                events.push(path);
            }
        }
    }
    events.sort();
    // One of them is no JSON as it was published; the largest say nothing that the others do not.
    events.retain(|path| std::fs::metadata(path).unwrap().len() < 300_000);
    let mut texts = Vec::new();
    for path in &events {
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        match value["response"].as_array() {
            Some(several) => texts.extend(several.iter().map(ToString::to_string)),
            None => texts.push(value.to_string()),
        }
    }
    assert!(texts.len() > 20);
    let by_file = Partners::new().await;
    for path in &events {
        let report = share_file(&by_file, path).await;
        assert!(!has_error(&report), "{}: {}", path.display(), told(&report));
    }
    let by_api = Partners::new().await;
    for text in &texts {
        let report = by_api
            .share("cert", &by_api.to_all(Some(Tlp::Clear)), text.clone())
            .await;
        assert!(!has_error(&report));
    }
    let by_feed = Partners::new().await;
    feed(&by_feed, &texts).await;
    let bodies = canonical(&by_file.bodies("cert").await);
    for other in [by_api, by_feed] {
        let other = canonical(&other.bodies("cert").await);
        let differing: Vec<&String> = bodies.symmetric_difference(&other).take(4).collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }
    let stix = exported(&by_file, OutFormat::Stix).await.files;
    let mut out = HashMap::new();
    for bytes in stix.values() {
        let value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        for object in value["objects"].as_array().unwrap() {
            out.insert(object["id"].to_string(), ());
        }
    }
    assert!(!out.is_empty());
    let misp = exported(&by_file, OutFormat::MispFeed).await.files;
    let events = misp.into_iter().filter(|(name, _)| name.len() == 41);
    let after = by_uuid(events.map(|(_, bytes)| String::from_utf8(bytes).unwrap()));
    for (uuid, before) in by_uuid(texts) {
        let after = after.get(&uuid).unwrap_or_else(|| panic!("{uuid} is lost"));
        let lost: Vec<&String> = before.difference(after).collect();
        assert!(lost.is_empty(), "{uuid} lost {lost:#?}");
    }
}

/// Bodies without what means nothing: spelling of characters, white space. A galaxy cluster has no time of its own, so of
/// the several states in which events describe it the first that came stays: of those the identifier.
fn canonical(bodies: &[String]) -> BTreeSet<String> {
    let canonical = |body: &String| {
        let object = stix::Object::parse(body).unwrap();
        let made_up = object.map().str("created") == Some("2026-11-23T00:00:00.000Z");
        let id = object.map().str("id").unwrap_or_default();
        if made_up {
            id.to_owned()
        } else {
            stix::jcs::canonical_map(object.map())
        }
    };
    bodies.iter().map(canonical).collect()
}

fn has_error(report: &Report) -> bool {
    report
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
}

/// Shares events as a feed directory.
async fn feed(partners: &Partners, texts: &[String]) {
    let mut manifest = serde_json::Map::new();
    let mut members = HashMap::new();
    for text in texts {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let uuid = value["Event"]["uuid"].as_str().unwrap().to_owned();
        let info = value["Event"]["info"].clone();
        manifest.insert(uuid.clone(), serde_json::json!({ "info": info, "timestamp": 1 }));
        members.insert(format!("{uuid}.json"), text.clone().into_bytes());
    }
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let (node, caller) = (partners.node.clone(), partners.caller("cert").await);
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: partners.to_all(Some(Tlp::Clear)),
        ..ShareRequest::default()
    };
    let shared = tokio::task::spawn_blocking(move || {
        let mut fetch = |name: &str| Ok(members[name].clone());
        node.share_with(&caller, request, |sink, options| {
            formats::misp::read_feed(&manifest, &mut fetch, options, sink)
        })
        .unwrap()
    });
    let report = shared.await.unwrap();
    assert!(!has_error(&report), "{}", told(&report));
}
