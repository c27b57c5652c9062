//! A node on SQLite in a directory, with four members, each with an analyst, in two communities.
//!
//! | login | member | all | water |
//! |---|---|---|---|
//! | operator, city | City of Example (the founder) | yes | no |
//! | waterworks | Example Waterworks | yes | yes |
//! | cert | Example CERT | yes | yes |
//! | hospital | Example Hospital | yes | no |

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use formats::write::{Memory, OutFormat};
use node::export::ExportRequest;
use node::intake::{Handling, Report, ShareRequest};
use node::partnership::{CommunityWish, MemberWish, PersonWish};
use node::{Caller, Node, Settings};
use policy::{CommunityId, MemberId, Role};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{Location, MemberKind, ObjectQuery, OpenOptions, SearchQuery, Store, VersionFilter};

use super::START;

/// The password of every person.
pub const PASSWORD: &str = "correct horse battery";

pub struct Partners {
    pub node: Node,
    pub all: CommunityId,
    pub water: CommunityId,
    time: Arc<AtomicI64>,
    _directory: tempfile::TempDir,
}

/// The STIX identity of the nth member.
pub fn identity(number: u128) -> String {
    stix::Id::new(
        "identity",
        uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | number),
    )
    .to_string()
}

impl Partners {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicI64::new(START.micros()));
        let clock = Arc::clone(&time);
        let clock: store::Clock = Arc::new(move || Timestamp::from_micros(clock.load(Ordering::Relaxed)));
        let random = super::random();
        let options = OpenOptions {
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            ledger_key: ledger::SigningKey::from_random("test.example", [7; 32]).unwrap(),
            readers: 2,
            create: true,
            durable: false,
        };
        let store = Store::open(&Location::Sqlite(directory.path().to_owned()), options)
            .await
            .unwrap();
        let own = stix::Id::parse(&identity(1)).unwrap();
        let mut settings = Settings {
            seal: Some(node::Seal::new([5; 32])),
            ..Settings::new("Test", own.clone())
        };
        change(&mut settings);
        let node = Node::new(store, settings, clock, random).await.unwrap();
        node.found("City of Example", MemberKind::City, &own).await.unwrap();
        let mut partners = Self {
            node,
            all: CommunityId(0),
            water: CommunityId(0),
            time,
            _directory: directory,
        };
        partners.people().await;
        partners.all = partners.community("all-hands", Tlp::Red).await;
        partners.water = partners.community("water-works", Tlp::Red).await;
        for (community, name) in [
            (partners.all, "Example Waterworks"),
            (partners.all, "Example CERT"),
            (partners.all, "Example Hospital"),
            (partners.water, "Example Waterworks"),
            (partners.water, "Example CERT"),
        ] {
            partners.join(community, name).await;
        }
        let operator = partners.caller("operator").await;
        let city = operator.principal.member.unwrap();
        let node = &partners.node;
        node.membership_end(&operator, partners.water, city).await.unwrap();
        partners
    }

    async fn people(&self) {
        let operator = self.caller("operator").await;
        let city = operator.principal.member.unwrap();
        self.person("city", city).await;
        for (login, name, number) in [
            ("waterworks", "Example Waterworks", 2),
            ("cert", "Example CERT", 3),
            ("hospital", "Example Hospital", 4),
        ] {
            let wish = MemberWish {
                name: name.to_owned(),
                kind: MemberKind::Operator,
                sectors: Vec::new(),
                countries: Vec::new(),
                provider: None,
                identity: Some(stix::Id::parse(&identity(number)).unwrap()),
            };
            let member = self.node.member_create(&operator, wish).await.unwrap().id;
            self.person(login, member).await;
        }
    }

    pub async fn person(&self, login: &str, member: MemberId) {
        let wish = PersonWish {
            member,
            login: login.to_owned(),
            name: login.to_owned(),
            role: Role::Analyst,
            password: Some(PASSWORD.to_owned()),
        };
        let operator = self.caller("operator").await;
        self.node.person_create(&operator, wish).await.unwrap();
    }

    pub async fn community(&self, alias: &str, strictest_tlp: Tlp) -> CommunityId {
        let operator = self.caller("operator").await;
        let wish = CommunityWish {
            alias: alias.to_owned(),
            title: alias.to_owned(),
            purpose: "Tell each other what is seen".to_owned(),
            owner: operator.principal.member.unwrap(),
            public: false,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp,
        };
        self.node.community_create(&operator, wish).await.unwrap().id
    }

    pub async fn join(&self, community: CommunityId, name: &str) {
        let operator = self.caller("operator").await;
        let member = self.member(name).await;
        let set = self.node.membership_set(&operator, community, member, true, false);
        set.await.unwrap();
    }

    pub async fn member(&self, name: &str) -> MemberId {
        let key = store::MemberKey::Name(name);
        self.node.store().member_get(key).await.unwrap().unwrap().id
    }

    pub async fn caller(&self, login: &str) -> Caller {
        self.node.local_caller(login).await.unwrap()
    }

    pub fn pass_days(&self, days: i64) {
        self.time.fetch_add(days * 86_400_000_000, Ordering::Relaxed);
    }

    pub fn pass_minutes(&self, minutes: i64) {
        self.time.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    pub fn pass_hours(&self, hours: i64) {
        self.time.fetch_add(hours * 3_600_000_000, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.time.load(Ordering::Relaxed))
    }

    pub async fn share(&self, login: &str, handling: &Handling, input: impl Into<Vec<u8>>) -> Report {
        self.try_share(login, handling, input).await.unwrap()
    }

    pub async fn try_share(
        &self,
        login: &str,
        handling: &Handling,
        input: impl Into<Vec<u8>>,
    ) -> Result<Report, node::Error> {
        let request = ShareRequest {
            channel: "api".to_owned(),
            name: Some("input".to_owned()),
            handling: handling.clone(),
            list_items: true,
        };
        let caller = self.caller(login).await;
        self.node.share_bytes(&caller, request, input.into()).await
    }

    /// To everybody, to the water works, to named members.
    pub fn to_all(&self, tlp: Option<Tlp>) -> Handling {
        Handling {
            communities: vec![self.all],
            tlp,
            ..Handling::default()
        }
    }

    pub fn to_water(&self, tlp: Option<Tlp>) -> Handling {
        Handling {
            communities: vec![self.water],
            tlp,
            ..Handling::default()
        }
    }

    /// The text of every version that a login may read.
    pub async fn bodies(&self, login: &str) -> Vec<String> {
        let viewer = self.node.viewer(&self.caller(login).await).await.unwrap();
        let mut query = ObjectQuery {
            versions: VersionFilter::all(),
            limit: 1_000,
            ..ObjectQuery::default()
        };
        let mut bodies = Vec::new();
        loop {
            let page = self.node.store().object_page(&viewer, &query).await.unwrap();
            query.from = page.rows.last().map(|row| row.added.into());
            bodies.extend(page.rows.into_iter().map(|row| row.body));
            if !page.more {
                return bodies;
            }
        }
    }

    /// Everything that the node would tell a login, of these identifiers and values: pages, manifests, search, show,
    /// neighbours, counts, exports, receipts, transfers, the ledger, the directory of members and communities.
    pub async fn all_that_is_told(&self, login: &str, ids: &[&str], values: &[&str]) -> String {
        let caller = self.caller(login).await;
        let (node, store) = (&self.node, self.node.store());
        while store.index_next(1_000).await.unwrap() > 0 {}
        let viewer = node.viewer(&caller).await.unwrap();
        let mut told = self.bodies(login).await;
        let mut tell = |what: String| told.push(what);
        let all = ObjectQuery {
            versions: VersionFilter::all(),
            limit: 1_000,
            ..ObjectQuery::default()
        };
        tell(format!("{:?}", store.manifest_page(&viewer, &all).await.unwrap()));
        tell(format!("{:?}", store.changes(&viewer, None, 1_000).await.unwrap()));
        tell(format!("{:?}", node.counts(&caller).await.unwrap()));
        for id in ids {
            tell(format!("{:?}", node.show(&caller, id, 100).await));
            tell(format!("{:?}", node.neighbours(&caller, id, 100, None).await));
            tell(format!("{:?}", store.versions_page(&viewer, id, &all).await.unwrap()));
        }
        for value in values {
            tell(format!(
                "{:?}",
                node.find_value(&caller, value, 100, None).await.unwrap()
            ));
            let query = SearchQuery {
                words: (*value).to_owned(),
                ..SearchQuery::default()
            };
            tell(format!("{:?}", node.search(&caller, &query, 100, None).await.unwrap()));
        }
        for format in OutFormat::ALL {
            tell(self.exported(login, format, None).await);
        }
        tell(format!("{:?}", node.collections(&caller).await.unwrap()));
        tell(format!("{:?}", node.communities(&caller).await.unwrap()));
        tell(format!("{:?}", store.transfer_list(&viewer, 1_000).await.unwrap()));
        for receipt in node.receipts(&caller, 0, 1_000).await.unwrap() {
            tell(receipt.to_json().unwrap());
        }
        let mut ledger = Vec::new();
        node.ledger_export(&caller, &mut ledger).await.unwrap();
        tell(String::from_utf8(ledger).unwrap());
        told.join("\n")
    }

    pub async fn exported(&self, login: &str, format: OutFormat, collection: Option<&str>) -> String {
        let (node, caller) = (self.node.clone(), self.caller(login).await);
        let request = ExportRequest {
            format,
            collection: collection.map(str::to_owned),
            since: None,
            minimum_score: 0,
        };
        let begun = node.export_begin(&caller, request).await.unwrap();
        let written = tokio::task::spawn_blocking(move || {
            let mut memory = Memory::default();
            node.export(&begun, &mut memory).unwrap();
            memory
        });
        let files = written.await.unwrap().files;
        let text = |(name, bytes): (String, Vec<u8>)| format!("{name}\n{}", String::from_utf8_lossy(&bytes));
        files.into_iter().map(text).collect()
    }
}

/// What a report says is wrong, as a person reads it.
pub fn told(report: &Report) -> String {
    let mut lines = vec![format!(
        "{}: {} accepted, {} unchanged, {} refused",
        report.format, report.accepted, report.unchanged, report.refused
    )];
    lines.extend(report.problems.iter().map(ToString::to_string));
    lines.join("\n")
}

/// Which logins read an object of this identifier.
pub async fn readers(partners: &Partners, id: &str) -> BTreeSet<&'static str> {
    let mut readers = BTreeSet::new();
    for login in ["city", "waterworks", "cert", "hospital"] {
        let caller = partners.caller(login).await;
        if partners.node.show(&caller, id, 0).await.is_ok() {
            readers.insert(login);
        }
    }
    readers
}

/// An indicator with a uuid that ends in `number`; `more` goes in as it is, as in `,"revoked":true`.
pub fn object(number: u32, modified: &str, more: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"{modified}","name":"n{number}","pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"{more}}}"#,
        object_id(number),
        number % 256,
    )
}

pub fn object_id(number: u32) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012}")
}

pub const FIRST: &str = "2026-01-01T00:00:00.000Z";
pub const SECOND: &str = "2026-02-01T00:00:00.000Z";

pub fn bundle(objects: &[String]) -> String {
    format!(
        r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{}]}}"#,
        objects.join(",")
    )
}
