//! A node in memory with a founder, a community and a clock that the test sets.

pub mod authenticator;
pub mod partners;
pub mod provider;
pub mod smtp;
pub mod stage;
pub mod web;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use node::intake::{Handling, ShareRequest};
use node::partnership::{CommunityWish, MemberWish};
use node::subscriptions::{RunReport, SubscriptionWish};
use node::{Caller, Node, Settings};
use policy::{CommunityId, MemberId};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Location, MemberKind, ObjectQuery, ObjectRow, OpenOptions, Store, SubscriptionKind, VersionFilter};

/// When every test begins: 2026-11-23T00:00:00Z.
pub const START: Timestamp = Timestamp::from_seconds(1_795_392_000);

pub struct Kit {
    pub node: Node,
    pub operator: Caller,
    pub member: MemberId,
    pub community: CommunityId,
    pub time: Arc<AtomicI64>,
}

/// Random bytes that are the same in every run.
fn random() -> node::Random {
    let count = AtomicU64::new(1);
    Arc::new(move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let number = count
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let number = (number ^ number >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    })
}

impl Kit {
    pub async fn new() -> Self {
        let time = Arc::new(AtomicI64::new(START.micros()));
        let clock = Arc::clone(&time);
        let clock: store::Clock = Arc::new(move || Timestamp::from_micros(clock.load(Ordering::Relaxed)));
        let random = random();
        let options = OpenOptions {
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            ledger_key: ledger::SigningKey::from_random("test.example", [7; 32]).unwrap(),
            readers: 2,
            create: true,
            durable: false,
        };
        let store = Store::open(&Location::SqliteMemory, options).await.unwrap();
        let identity = stix::Id::new("identity", uuid::Uuid::from_u128(1));
        let node = Node::new(store, Settings::new("Test", identity.clone()), clock, random)
            .await
            .unwrap();
        let founded = node
            .found("City of Example", MemberKind::City, &identity)
            .await
            .unwrap();
        let operator = node.local_caller(node::founding::OPERATOR).await.unwrap();
        let wish = CommunityWish {
            alias: "water".to_owned(),
            title: "Water".to_owned(),
            purpose: "Water works tell each other what they see".to_owned(),
            owner: founded.member.id,
            public: true,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp: Tlp::Red,
        };
        let community = node.community_create(&operator, wish).await.unwrap();
        let operator = node.local_caller(node::founding::OPERATOR).await.unwrap();
        Self {
            node,
            operator,
            member: founded.member.id,
            community: community.id,
            time,
        }
    }

    /// A second member of the community, which may contribute or only read.
    pub async fn member(&self, name: &str, contributes: bool) -> MemberId {
        let wish = MemberWish {
            name: name.to_owned(),
            kind: MemberKind::Operator,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            identity: None,
        };
        let member = self.node.member_create(&self.operator, wish).await.unwrap().id;
        self.node
            .membership_set(&self.operator, self.community, member, contributes, false)
            .await
            .unwrap();
        member
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.time.load(Ordering::Relaxed))
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub fn wish(&self, kind: SubscriptionKind, url: &str, settings: serde_json::Value) -> SubscriptionWish {
        let mut settings = settings;
        if kind != SubscriptionKind::Folder {
            // Whatever proxy the machine has is not for loopback.
            settings["proxy"] = "direct".into();
        }
        SubscriptionWish {
            name: "feed".to_owned(),
            kind,
            url: url.to_owned(),
            settings,
            member: self.member,
            community: self.community,
            tlp: Tlp::Green,
            pap: Pap::Clear,
            interval_seconds: 3_600,
            size_limit: 8 << 20,
            enabled: true,
        }
    }

    /// Makes the subscription `feed`.
    pub async fn subscribe(&self, kind: SubscriptionKind, url: &str, settings: serde_json::Value) {
        let wish = self.wish(kind, url, settings);
        self.node.subscription_put(&self.operator, wish).await.unwrap();
    }

    /// Runs the subscription `feed`.
    pub async fn run(&self) -> RunReport {
        self.node.subscription_run(&self.operator, "feed").await.unwrap()
    }

    /// Shares objects with the community as the founder.
    pub async fn share(&self, objects: &[String], tlp: Tlp, pap: Pap) {
        share(&self.node, &self.operator, self.community, objects, (tlp, pap)).await;
    }

    /// Each time somebody's view was worked out and nothing read by it yet, something comes for an audience that there was
    /// not before, and then something for one of old: `new` and `old` by their numbers. So often as there are pairs.
    pub fn comes_before_reading(&self, pairs: Vec<(u32, u32)>) {
        let (node, operator, community) = (self.node.clone(), self.operator.clone(), self.community);
        let mut markings = vec![Pap::Clear, Pap::Green, Pap::Amber, Pap::Red];
        assert!(pairs.len() <= markings.len());
        let pairs = Mutex::new(
            pairs
                .into_iter()
                .rev()
                .map(move |pair| (pair, markings.pop()))
                .collect::<Vec<_>>(),
        );
        let happening: node::Happening = Arc::new(move || {
            let (node, operator) = (node.clone(), operator.clone());
            let next = pairs.lock().unwrap().pop();
            Box::pin(async move {
                let Some(((new, old), Some(pap))) = next else { return };
                share(&node, &operator, community, &[indicator(new)], (Tlp::Amber, pap)).await;
                share(&node, &operator, community, &[indicator(old)], (Tlp::Green, Pap::Clear)).await;
            })
        });
        self.node.happens_before_reading(Some(happening));
    }

    /// Everything that the founder sees, oldest first.
    pub async fn objects(&self) -> Vec<ObjectRow> {
        let viewer = self.node.viewer(&self.operator).await.unwrap();
        let query = ObjectQuery {
            versions: VersionFilter::all(),
            limit: 100_000,
            max_bytes: 1 << 30,
            ..ObjectQuery::default()
        };
        self.node.store().object_page(&viewer, &query).await.unwrap().rows
    }

    pub async fn count(&self, object_type: &str) -> usize {
        self.objects()
            .await
            .iter()
            .filter(|row| row.object_type == object_type)
            .count()
    }
}

async fn share(node: &Node, by: &Caller, community: CommunityId, objects: &[String], (tlp, pap): (Tlp, Pap)) {
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: Handling {
            communities: vec![community],
            tlp: Some(tlp),
            pap: Some(pap),
            ..Handling::default()
        },
        ..ShareRequest::default()
    };
    let text = format!("{{\"objects\":[{}]}}", objects.join(","));
    let report = node.share_bytes(by, request, text).await.unwrap();
    assert_eq!(
        (report.accepted as usize, report.refused),
        (objects.len(), 0),
        "{report:?}"
    );
}

/// A valid indicator; each number its own.
pub fn indicator(number: u32) -> String {
    let id = uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | u128::from(number) << 80 | u128::from(number));
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n{number}","indicator_types":["malicious-activity"],"pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}"#,
        number % 256
    )
}
