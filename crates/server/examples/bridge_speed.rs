//! How fast items pass a bridge, and how long a recall needs over it: `cargo run --release -p server --example bridge_speed -- [ITEMS]`.
//!
//! Two hubs in one process, each with a store on disk that is durable, each served on loopback. The first shares so many
//! indicators (20,000 where nothing is said), and its bridge runs until all have passed; a second run of a bridge with
//! nothing to carry is measured too. Then one item is recalled at the first hub: said are the times until the other hub has
//! dropped it and answered, alone, and of a hundred recalls that wait together.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop"
)]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use node::bridges::{AcceptWish, AfterEnd, BridgeWish, CarryReport, PairHere};
use node::intake::{Handling, ShareRequest};
use node::partnership::{CommunityWish, KeyWish, MemberWish, PersonWish};
use node::recall::{RecallWish, RecallWishKind};
use node::{Caller, Node, Settings};
use policy::{CommunityId, MemberId, Role};
use serde_json::{Value, json};
use server::{App, Limits, Listening, Options};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Location, MemberKind, OpenOptions, Store};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Objects of one share.
const BATCH: usize = 1_000;
/// Recalls that wait together.
const RECALLS: usize = 100;
const COMMUNITY: &str = "measured";

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

/// A hub, served.
struct Hub {
    node: Node,
    community: CommunityId,
    port: u16,
}

impl Hub {
    async fn open(directory: PathBuf, number: u8) -> Self {
        let count = AtomicU64::new(0);
        let random: store::Random = Arc::new(move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(32) {
                let next = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                let digest = Sha256::digest([&[number], &next[..], &now().micros().to_be_bytes()].concat());
                chunk.copy_from_slice(&digest[..chunk.len()]);
            }
        });
        let clock: store::Clock = Arc::new(now);
        let options = OpenOptions {
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            ledger_key: ledger::SigningKey::from_random("speed.example", [number; 32]).unwrap(),
            readers: 4,
            create: true,
            durable: true,
        };
        let store = Store::open(&Location::Sqlite(directory), options).await.unwrap();
        let identity = stix::Id::new("identity", Uuid::from_u128(u128::from(number)));
        let settings = Settings::new(&format!("Hub {number}"), identity.clone());
        let node = Node::new(store, settings, clock, random).await.unwrap();
        node.found("Hub", MemberKind::Cert, &identity).await.unwrap();
        let operator = node.local_caller("operator").await.unwrap();
        let wish = CommunityWish {
            alias: COMMUNITY.to_owned(),
            title: COMMUNITY.to_owned(),
            purpose: "To measure".to_owned(),
            owner: operator.principal.member.unwrap(),
            public: false,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp: Tlp::Red,
        };
        let community = node.community_create(&operator, wish).await.unwrap().id;
        let operator = node.local_caller("operator").await.unwrap();
        let mut text = node.charter(&operator, community).await.unwrap().text;
        text.bridges = Some(Tlp::Amber);
        text.accountable = None;
        node.charter_put(&operator, community, text).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let listening = Listening {
            listener,
            tls: None,
            limits: Limits::default(),
        };
        let router = server::router(App::new(node.clone(), Options::new([number; 32])));
        tokio::spawn(server::serve(listening, router, std::future::pending()));
        Self { node, community, port }
    }

    async fn operator(&self) -> Caller {
        self.node.local_caller("operator").await.unwrap()
    }

    /// A member that stands for the other hub, and its key.
    async fn partner(&self) -> (MemberId, String) {
        let operator = self.operator().await;
        let wish = MemberWish {
            name: "The other hub".to_owned(),
            kind: MemberKind::Cert,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            identity: None,
        };
        let member = self.node.member_create(&operator, wish).await.unwrap().id;
        let set = self.node.membership_set(&operator, self.community, member, true, false);
        set.await.unwrap();
        let wish = PersonWish {
            member,
            login: "other-hub".to_owned(),
            name: "The other hub".to_owned(),
            role: Role::Contributor,
            password: None,
        };
        let person = self.node.person_create(&operator, wish).await.unwrap();
        let wish = KeyWish {
            label: "bridge".to_owned(),
            ..KeyWish::default()
        };
        let (secret, _) = self.node.key_create(&operator, person.id, wish).await.unwrap();
        (member, secret)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    async fn share(&self, numbers: std::ops::Range<usize>) {
        let objects: Vec<String> = numbers.map(indicator).collect();
        let request = ShareRequest {
            channel: "file".to_owned(),
            handling: Handling {
                communities: vec![self.community],
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let body = format!("{{\"objects\":[{}]}}", objects.join(","));
        let report = self
            .node
            .share_bytes(&self.operator().await, request, body)
            .await
            .unwrap();
        assert_eq!(usize::try_from(report.accepted).unwrap(), objects.len(), "{report:?}");
    }

    /// Runs the bridge until there is nothing more; gives what passed and what was answered.
    async fn carry(&self) -> (u64, u64) {
        let (mut sent, mut recalled) = (0, 0);
        loop {
            let report: CarryReport = self.node.bridge_run(&self.operator().await, "out").await.unwrap();
            assert_eq!((report.error, report.refused), (None, 0), "{:?}", report.notes);
            (sent, recalled) = (sent + report.sent, recalled + report.recalled);
            if !report.result.contains("there is more") {
                return (sent, recalled);
            }
        }
    }

    async fn recall(&self, number: usize) {
        let wish = RecallWish {
            kind: RecallWishKind::Retract,
            object: id(number),
            community: None,
            reason: "it was not as we thought".to_owned(),
        };
        self.node.recall(&self.operator().await, &wish).await.unwrap();
    }

    async fn has(&self, number: usize) -> bool {
        let viewer = self.node.viewer(&self.operator().await).await.unwrap();
        self.node.store().object_exists(&viewer, &id(number)).await.unwrap()
    }
}

fn id(number: usize) -> String {
    format!(
        "indicator--{}",
        Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes())
    )
}

fn indicator(number: usize) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n{number}","pattern":"[domain-name:value = 'n{number}.example.org']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}"#,
        id(number)
    )
}

/// A bridge from one to the other, agreed by both.
async fn connect(from: &Hub, to: &Hub) {
    let access = |secret: &str| -> Value { json!({ "bearer": secret, "proxy": "direct" }) };
    let (member, own_key) = from.partner().await;
    let (there, key) = to.partner().await;
    let wish = BridgeWish {
        name: "out".to_owned(),
        url: to.url(),
        settings: access(&key),
        member,
        pairs: vec![PairHere {
            ours: COMMUNITY.to_owned(),
            theirs: COMMUNITY.to_owned(),
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
    from.node.bridge_propose(&from.operator().await, wish).await.unwrap();
    let operator = to.operator().await;
    let all = to.node.bridges(&operator).await.unwrap();
    let offered = all.iter().find(|one| one.bridge.set.member == there).unwrap();
    let wish = AcceptWish {
        version: offered.proposed.as_ref().unwrap().0,
        url: Some(from.url()),
        settings: Some(access(&own_key)),
        interval_seconds: None,
    };
    let name = offered.bridge.set.name.clone();
    to.node.bridge_accept(&operator, &name, wish).await.unwrap();
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let many = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_000);
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = Hub::open(one.path().to_owned(), 1).await;
    let to = Hub::open(other.path().to_owned(), 2).await;
    connect(&from, &to).await;
    for first in (0..many).step_by(BATCH) {
        from.share(first..many.min(first + BATCH)).await;
    }
    println!("{many} indicators wait");
    let began = Instant::now();
    assert_eq!(from.carry().await.0, many as u64);
    let took = began.elapsed();
    println!("passed in {took:.1?}: {:.0} a second", many as f64 / took.as_secs_f64());
    assert!(to.has(0).await && to.has(many - 1).await);
    let began = Instant::now();
    assert_eq!(from.carry().await, (0, 0));
    println!("a run with nothing to carry: {:.1?}", began.elapsed());

    let began = Instant::now();
    from.recall(0).await;
    let recorded = began.elapsed();
    assert_eq!(from.carry().await.1, 1);
    println!(
        "one recall: recorded in {recorded:.1?}, gone and answered for there after {:.1?}",
        began.elapsed()
    );
    assert!(!to.has(0).await);
    let recalls = RECALLS.min(many - 1);
    for number in 1..=recalls {
        from.recall(number).await;
    }
    let began = Instant::now();
    assert_eq!(from.carry().await.1, recalls as u64);
    println!(
        "{recalls} recalls that wait together: gone and answered for after {:.1?}",
        began.elapsed()
    );
    assert!(!to.has(recalls).await);
}
