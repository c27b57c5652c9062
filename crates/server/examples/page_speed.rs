//! How fast pages are served: `cargo run --release -p server --example page_speed -- [OBJECTS] [FOLDER]`.
//!
//! A store on disk with so many objects (a million where nothing is said) for four communities under four colours: indicators
//! with values, malware, reports that name objects, techniques and what uses them, sightings. It is served on loopback, and
//! each page is asked for many times over a connection of its own, as a reader who may see all of it. Where a folder is
//! named and filled already, it is measured again without filling it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop"
)]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use node::partnership::{CommunityWish, KeyWish};
use node::{Node, Settings};
use policy::{Audience, CommunityId};
use server::{App, Limits, Listening, Options};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Contribution, IndicatorFacts, Location, MemberKind, OpenOptions, Origin, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const BATCH: u64 = 2_000;
const COMMUNITIES: [&str; 4] = ["north", "south", "east", "west"];
const COLOURS: [Tlp; 4] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict];
/// How often each page is asked for.
const TIMES: usize = 200;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

async fn open(directory: PathBuf) -> Node {
    let clock: store::Clock = Arc::new(now);
    let count = AtomicU64::new(now().micros().unsigned_abs());
    let random: store::Random = Arc::new(move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(32) {
            let digest = Sha256::digest(count.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    });
    let options = OpenOptions {
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        ledger_key: ledger::SigningKey::from_random("speed.example", [7; 32]).unwrap(),
        readers: 4,
        create: true,
        durable: false,
    };
    let store = Store::open(&Location::Sqlite(directory), options).await.unwrap();
    let identity = stix::Id::new("identity", Uuid::from_u128(1));
    Node::new(store, Settings::new("Speed", identity), clock, random)
        .await
        .unwrap()
}

/// A community for each name, and a key of the operator's.
async fn found(node: &Node) -> Vec<CommunityId> {
    let identity = node.settings().identity.clone();
    node.found("Hub", MemberKind::Cert, &identity).await.unwrap();
    let operator = node.local_caller("operator").await.unwrap();
    let mut communities = Vec::new();
    for alias in COMMUNITIES {
        let wish = CommunityWish {
            alias: alias.to_owned(),
            title: alias.to_owned(),
            purpose: "To measure".to_owned(),
            owner: operator.principal.member.unwrap(),
            public: false,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp: Tlp::Red,
        };
        communities.push(node.community_create(&operator, wish).await.unwrap().id);
    }
    communities
}

fn id(object_type: &str, number: u64) -> String {
    format!(
        "{object_type}--{}",
        Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes())
    )
}

/// What the object of a number is: most are indicators.
fn type_of(number: u64) -> &'static str {
    match number % 100 {
        0 => "report",
        1 | 2 => "attack-pattern",
        3..=7 => "malware",
        8..=17 => "relationship",
        18..=22 => "sighting",
        _ => "indicator",
    }
}

/// A number near another of an object of a type.
fn near(number: u64, step: u64, object_type: &str) -> u64 {
    let all = (1..2_000).map(|back| number.wrapping_sub(back * step + back));
    let mut known = all.filter(|other| *other < number);
    known.find(|other| type_of(*other) == object_type).unwrap_or(23)
}

fn object(number: u64, audience: &Audience) -> Contribution {
    let object_type = type_of(number);
    let id_text = id(object_type, number);
    let at = Timestamp::from_micros(1_767_225_600_000_000 + number as i64 * 1_000_000).to_string();
    let one = |object_type: &str, step: u64| id(object_type, near(number, step, object_type));
    let address = format!("198.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
    let mut edges: Vec<(String, String)> = Vec::new();
    let mut edge = |property: &str, target: String| edges.push((property.to_owned(), target));
    let mut title = Some(format!("{object_type} number {number} of the pump station"));
    let mut body = serde_json::json!({
        "type": object_type, "id": id_text, "spec_version": "2.1", "created": at, "modified": at, "name": title,
        "description": "Seen at a water utility; the pumps were switched off over the remote access. ".repeat(4),
    });
    match object_type {
        "report" => (1..=12).for_each(|step| {
            edge(
                "object_refs",
                one(["indicator", "malware", "attack-pattern"][step as usize % 3], step),
            )
        }),
        "relationship" => {
            edge("source_ref", one("malware", 1));
            edge("target_ref", one("attack-pattern", 1));
            title = Some("uses".to_owned());
        }
        "sighting" => edge("sighting_of_ref", one("indicator", 1)),
        "attack-pattern" => {
            body["external_references"] = serde_json::json!([{ "source_name": "mitre-attack", "external_id": format!("T{:04}", 1_000 + number % 200) }]);
            body["kill_chain_phases"] =
                serde_json::json!([{ "kill_chain_name": "mitre-attack", "phase_name": "initial-access" }]);
        }
        _ => {}
    }
    let is_indicator = object_type == "indicator";
    if is_indicator {
        body["pattern"] = format!("[ipv4-addr:value = '{address}']").into();
        body["pattern_type"] = "stix".into();
        body["valid_from"] = at.clone().into();
    }
    let body = body.to_string();
    let time = Timestamp::parse(&at).unwrap();
    Contribution {
        digest: Sha256::digest(&body).into(),
        id: id_text,
        object_type: object_type.to_owned(),
        spec_version: "2.1".to_owned(),
        version: Some(time),
        version_text: at,
        created: Some(time),
        created_by: None,
        revoked: false,
        audience: audience.clone(),
        dated: true,
        text: title.clone(),
        title,
        observables: if is_indicator { vec![(1, address)] } else { Vec::new() },
        edges,
        indicator: is_indicator.then(|| IndicatorFacts {
            pattern_type: "stix".to_owned(),
            valid_from: time,
            valid_until: None,
            base_score: 80,
            lifetime_days: 90,
            decay_speed: 0.5,
        }),
        warnings: Vec::new(),
        body,
    }
}

async fn fill(node: &Node, communities: &[CommunityId], objects: u64) {
    let operator = node.local_caller("operator").await.unwrap();
    let audience =
        |community: &CommunityId| COLOURS.map(|tlp| Audience::new(tlp, Pap::Clear, [*community], []).unwrap());
    let audiences: Vec<Audience> = communities.iter().flat_map(audience).collect();
    let origin = Origin {
        member: operator.principal.member.unwrap(),
        person: None,
        channel: "file".to_owned(),
        withheld: false,
        transfer: Uuid::nil(),
    };
    let began = Instant::now();
    let mut made = 0;
    while made < objects {
        let until = (made + BATCH).min(objects);
        let audience = |number: u64| &audiences[number as usize * 7 % audiences.len()];
        let batch = (made..until).map(|number| object(number, audience(number))).collect();
        node.store().contribute(&origin, batch).await.unwrap();
        made = until;
    }
    println!("{objects} objects stored in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    while node.store().index_next(10_000).await.unwrap() > 0 {}
    println!("indexed in {:.1} s", began.elapsed().as_secs_f64());
}

/// One request; the time until the last byte, the status, and how many bytes there are.
async fn ask(port: u16, key: &str, path: &str) -> (Duration, String, usize) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    );
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let began = Instant::now();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let took = began.elapsed();
    let status = String::from_utf8_lossy(answer.get(9..12).unwrap_or_default()).into_owned();
    (took, status, answer.len())
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let objects: u64 = arguments.next().map_or(1_000_000, |text| text.parse().unwrap());
    let temporary = tempfile::tempdir().unwrap();
    let folder = arguments
        .next()
        .map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let node = open(folder).await;
    if node.store().member_list().await.unwrap().is_empty() {
        let communities = found(&node).await;
        fill(&node, &communities, objects).await;
    }
    let operator = node.local_caller("operator").await.unwrap();
    let person = operator.principal.person.unwrap();
    let wish = KeyWish {
        label: "speed".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = node.key_create(&operator, person, wish).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = App::new(node.clone(), Options::new([3; 32]));
    let listening = Listening {
        listener,
        tls: None,
        limits: Limits::default(),
    };
    tokio::spawn(server::serve(listening, server::router(app), std::future::pending()));
    let newest = |object_type: &str| {
        (0..objects)
            .rev()
            .find(|number| type_of(*number) == object_type)
            .unwrap()
    };
    let one = |object_type: &str| format!("/objects/{}", id(object_type, newest(object_type)));
    let pages = [
        "/today".to_owned(),
        "/feed".to_owned(),
        "/feed?q=type:malware".to_owned(),
        "/feed?q=tlp:amber".to_owned(),
        "/feed?q=from:Hub+since:7d".to_owned(),
        "/feed?q=technique:T1001".to_owned(),
        "/feed?q=pump+station".to_owned(),
        "/feed?q=198.0.1.50".to_owned(),
        "/feed/facets?q=".to_owned(),
        "/feed/complete?q=technique:T".to_owned(),
        "/searches".to_owned(),
        one("indicator"),
        one("report"),
        format!("{}/graph", one("report")),
        format!("{}/matrix", one("report")),
        "/matrix?q=type:malware".to_owned(),
    ];
    println!(
        "{:<48} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "page", "status", "kB", "median", "99 %", "most"
    );
    for page in pages {
        // The first answer warms what a node that runs for long has warm.
        let (_, status, bytes) = ask(port, &key, &page).await;
        let mut took = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            took.push(ask(port, &key, &page).await.0);
        }
        took.sort_unstable();
        let at = |part: f64| took[((TIMES - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
        let short: String = page.chars().take(48).collect();
        println!(
            "{short:<48} {status:>6} {:>8.1} {:>5.1} ms {:>5.1} ms {:>5.1} ms",
            bytes as f64 / 1e3,
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}
