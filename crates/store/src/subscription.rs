//! Subscriptions: what this node fetches from elsewhere, on which schedule, and how that goes.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// Number of a subscription in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub i64);

/// What is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionKind {
    /// A TAXII 2.1 collection.
    Taxii21,
    /// A TAXII 2.0 collection.
    Taxii20,
    /// A MISP feed directory.
    MispFeed,
    /// A MISP server.
    MispServer,
    /// A CSV file or plain list over HTTP.
    List,
    /// A watched folder.
    Folder,
}

impl SubscriptionKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Taxii21,
        Self::Taxii20,
        Self::MispFeed,
        Self::MispServer,
        Self::List,
        Self::Folder,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taxii21 => "taxii21",
            Self::Taxii20 => "taxii20",
            Self::MispFeed => "misp-feed",
            Self::MispServer => "misp-server",
            Self::List => "list",
            Self::Folder => "folder",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is asked for; what its owner sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// Its name for other systems.
    pub uuid: Uuid,
    /// Its name, unique.
    pub name: String,
    /// What is fetched.
    pub kind: SubscriptionKind,
    /// From where: an address or a folder.
    pub url: String,
    /// The rest as JSON: account, proxy, authority bundle, headers, collection.
    pub settings: String,
    /// The member in whose name it comes in.
    pub member: MemberId,
    /// The community it is shared with.
    pub community: CommunityId,
    /// The marking put on it.
    pub tlp: Tlp,
    /// The permitted actions put on it.
    pub pap: Pap,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// The most bytes that one answer may have.
    pub size_limit: i64,
    /// Whether it runs.
    pub enabled: bool,
}

/// What is fetched, and how that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its number in this store.
    pub id: SubscriptionId,
    /// What its owner set.
    pub terms: NewSubscription,
    /// Where it stands, as JSON: etag, last-modified, cursor.
    pub state: String,
    /// When it runs next.
    pub next_run: Option<Timestamp>,
    /// When it ran last.
    pub last_run: Option<Timestamp>,
    /// How the last run ended, in a word or two.
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    pub last_error: Option<String>,
    /// Items stored, over all runs.
    pub accepted: i64,
    /// Items that were there already, over all runs.
    pub unchanged: i64,
    /// Items refused, over all runs.
    pub refused: i64,
    /// Runs in a row that failed.
    pub failures_in_a_row: i64,
}

/// How a run went, or where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionReport {
    /// Where it stands now.
    pub state: String,
    /// When it shall run next.
    pub next_run: Timestamp,
    /// When this run was.
    pub run: Timestamp,
    /// How it ended, in a word or two.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Items stored in this run since the last report.
    pub accepted: i64,
    /// Items that were there already.
    pub unchanged: i64,
    /// Items refused.
    pub refused: i64,
}

macro_rules! columns {
    () => {
        "id, uuid, name, kind, url, settings, member, community, tlp, pap, interval_seconds, size_limit, enabled, \
         state, next_run, last_run, last_result, last_error, accepted, unchanged, refused, failures_in_a_row"
    };
}

const PUT: &str = concat!(
    "insert into subscription (uuid, name, kind, url, settings, member, community, tlp, pap, interval_seconds, \
     size_limit, enabled, state, next_run, accepted, unchanged, refused, failures_in_a_row) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '{}', ?13, 0, 0, 0, 0) \
     on conflict (uuid) do update set name = excluded.name, kind = excluded.kind, url = excluded.url, \
     settings = excluded.settings, member = excluded.member, community = excluded.community, tlp = excluded.tlp, \
     pap = excluded.pap, interval_seconds = excluded.interval_seconds, size_limit = excluded.size_limit, \
     enabled = excluded.enabled, next_run = excluded.next_run returning ",
    columns!()
);
const LIST: &str = concat!("select ", columns!(), " from subscription order by name");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from subscription where name > ?1 order by name limit ?2"
);
const BY_NAME: &str = concat!("select ", columns!(), " from subscription where name = ?1");
const DUE: &str = concat!(
    "select ",
    columns!(),
    " from subscription where enabled = 1 and next_run <= ?1 order by next_run, id"
);
const DELETE: &str = "delete from subscription where id = ?1 returning name";
const REPORT: &str = "update subscription set state = ?1, next_run = ?2, last_run = ?3, last_result = ?4, last_error = ?5, \
                      accepted = accepted + ?6, unchanged = unchanged + ?7, refused = refused + ?8, \
                      failures_in_a_row = (failures_in_a_row + 1) * ?9 where id = ?10 returning id";

fn subscription(row: &Row) -> Result<Subscription> {
    Ok(Subscription {
        id: SubscriptionId(row.int(0)?),
        terms: NewSubscription {
            uuid: row.uuid(1)?,
            name: row.text(2)?,
            kind: row.word(3, SubscriptionKind::parse)?,
            url: row.text(4)?,
            settings: row.text(5)?,
            member: MemberId(row.int(6)?),
            community: CommunityId(row.int(7)?),
            tlp: row.word(8, Tlp::parse)?,
            pap: row.word(9, Pap::parse)?,
            interval_seconds: row.int(10)?,
            size_limit: row.int(11)?,
            enabled: row.flag(12)?,
        },
        state: row.text(13)?,
        next_run: row.maybe_time(14)?,
        last_run: row.maybe_time(15)?,
        last_result: row.maybe_text(16)?,
        last_error: row.maybe_text(17)?,
        accepted: row.int(18)?,
        unchanged: row.int(19)?,
        refused: row.int(20)?,
        failures_in_a_row: row.int(21)?,
    })
}

impl Store {
    /// Makes a subscription, or replaces the terms of the one with the same UUID. Its next run is due at once.
    pub async fn subscription_put(&self, actor: &Principal, terms: NewSubscription) -> Result<Subscription> {
        // The settings may hold secrets and stay out of the ledger.
        let subject = serde_json::json!({
            "subscription": terms.uuid, "name": terms.name, "kind": terms.kind.as_str(), "url": terms.url,
            "member": terms.member.0, "community": terms.community.0, "tlp": terms.tlp.label(),
            "pap": terms.pap.label(), "enabled": terms.enabled,
        });
        let row = vec![
            terms.uuid.into(),
            terms.name.into(),
            terms.kind.as_str().into(),
            terms.url.into(),
            terms.settings.into(),
            terms.member.into(),
            terms.community.into(),
            terms.tlp.label().into(),
            terms.pap.label().into(),
            terms.interval_seconds.into(),
            terms.size_limit.into(),
            terms.enabled.into(),
            self.now().into(),
        ];
        let entry = rule_changed(actor, "subscription put", subject);
        let rows = self.change(Change::new().with(PUT, row).entry(entry)).await?;
        subscription(given(&rows, 0)?)
    }

    /// Every subscription, by name.
    pub async fn subscription_list(&self) -> Result<Vec<Subscription>> {
        self.list(LIST, Vec::new(), subscription).await
    }

    /// Subscriptions by name, strictly after one.
    pub async fn subscription_page(&self, after: &str, limit: usize) -> Result<Vec<Subscription>> {
        self.list(PAGE, vec![after.into(), many(limit).into()], subscription)
            .await
    }

    /// One subscription by name.
    pub async fn subscription_get(&self, name: &str) -> Result<Option<Subscription>> {
        self.row(BY_NAME, vec![name.into()], subscription).await
    }

    /// Ends a subscription; what came by it stays.
    pub async fn subscription_delete(&self, actor: &Principal, id: SubscriptionId) -> Result<()> {
        let entry = rule_changed(actor, "subscription ended", serde_json::json!({ "subscription": id.0 }));
        let change = Change::new().must(DELETE, vec![id.0.into()], "there is no such subscription");
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The subscriptions whose time has come, the longest due first.
    pub async fn subscription_due(&self, now: Timestamp) -> Result<Vec<Subscription>> {
        self.list(DUE, vec![now.into()], subscription).await
    }

    /// Notes how a run went: adds to the counts, and to the failures in a row where there is an error.
    pub async fn subscription_report(&self, id: SubscriptionId, report: &SubscriptionReport) -> Result<()> {
        let row = vec![
            (&report.state).into(),
            report.next_run.into(),
            report.run.into(),
            (&report.result).into(),
            report.error.clone().into(),
            report.accepted.into(),
            report.unchanged.into(),
            report.refused.into(),
            report.error.is_some().into(),
            id.0.into(),
        ];
        let change = Change::new().must(REPORT, row, "there is no such subscription");
        self.change(change).await.map(drop)
    }
}
