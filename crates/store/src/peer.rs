//! Peers: where this node pushes to, how far it has got, and how that goes.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::contribution::Position;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// Number of a peer in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub i64);

/// What its owner sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPeer {
    /// Its name for other systems.
    pub uuid: Uuid,
    /// Its name, unique.
    pub name: String,
    /// The address of the collection pushed to.
    pub url: String,
    /// The rest as JSON: account, proxy, authority bundle, headers.
    pub settings: String,
    /// The member that receives: with its eyes the node looks for what may be pushed.
    pub member: MemberId,
    /// Only what was addressed to this community.
    pub community: Option<CommunityId>,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// Whether it runs.
    pub enabled: bool,
}

/// Where this node pushes to, and how that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its number in this store.
    pub id: PeerId,
    /// What its owner set.
    pub terms: NewPeer,
    /// How far it has got.
    pub cursor: Option<Position>,
    /// When it runs next.
    pub next_run: Option<Timestamp>,
    /// When it ran last.
    pub last_run: Option<Timestamp>,
    /// How the last run ended, in a word or two.
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    pub last_error: Option<String>,
    /// Items sent, over all runs.
    pub sent: i64,
    /// Items the peer refused, over all runs.
    pub refused: i64,
    /// Runs in a row that failed.
    pub failures_in_a_row: i64,
}

/// How a run went, or where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// How far it has got; none: as before.
    pub cursor: Option<Position>,
    /// When it shall run next.
    pub next_run: Timestamp,
    /// When this run was.
    pub run: Timestamp,
    /// How it ended, in a word or two.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Items sent since the last report.
    pub sent: i64,
    /// Items the peer refused since the last report.
    pub refused: i64,
}

macro_rules! columns {
    () => {
        "id, uuid, name, url, settings, member, community, interval_seconds, enabled, \
         cursor, next_run, last_run, last_result, last_error, sent, refused, failures_in_a_row"
    };
}

const PUT: &str = concat!(
    "insert into peer (uuid, name, url, settings, member, community, interval_seconds, enabled, next_run, sent, \
     refused, failures_in_a_row) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0) \
     on conflict (uuid) do update set name = excluded.name, url = excluded.url, settings = excluded.settings, \
     member = excluded.member, community = excluded.community, interval_seconds = excluded.interval_seconds, \
     enabled = excluded.enabled, next_run = excluded.next_run returning ",
    columns!()
);
const LIST: &str = concat!("select ", columns!(), " from peer order by name");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from peer where name > ?1 order by name limit ?2"
);
const BY_NAME: &str = concat!("select ", columns!(), " from peer where name = ?1");
const DUE: &str = concat!(
    "select ",
    columns!(),
    " from peer where enabled = 1 and next_run <= ?1 order by next_run, id"
);
const DELETE: &str = "delete from peer where id = ?1 returning name";
const REPORT: &str = "update peer set cursor = coalesce(?1, cursor), next_run = ?2, last_run = ?3, last_result = ?4, \
                      last_error = ?5, sent = sent + ?6, refused = refused + ?7, \
                      failures_in_a_row = (failures_in_a_row + 1) * ?8 where id = ?9 returning id";

fn peer(row: &Row) -> Result<Peer> {
    Ok(Peer {
        id: PeerId(row.int(0)?),
        terms: NewPeer {
            uuid: row.uuid(1)?,
            name: row.text(2)?,
            url: row.text(3)?,
            settings: row.text(4)?,
            member: MemberId(row.int(5)?),
            community: row.maybe_int(6)?.map(CommunityId),
            interval_seconds: row.int(7)?,
            enabled: row.flag(8)?,
        },
        cursor: row.maybe_int(9)?.map(Position),
        next_run: row.maybe_time(10)?,
        last_run: row.maybe_time(11)?,
        last_result: row.maybe_text(12)?,
        last_error: row.maybe_text(13)?,
        sent: row.int(14)?,
        refused: row.int(15)?,
        failures_in_a_row: row.int(16)?,
    })
}

impl Store {
    /// Makes a peer, or replaces the terms of the one with the same UUID. Its next run is due at once.
    pub async fn peer_put(&self, actor: &Principal, terms: NewPeer) -> Result<Peer> {
        // The settings may hold secrets and stay out of the ledger.
        let subject = serde_json::json!({
            "peer": terms.uuid, "name": terms.name, "url": terms.url, "member": terms.member.0,
            "community": terms.community.map(|community| community.0), "enabled": terms.enabled,
        });
        let row = vec![
            terms.uuid.into(),
            terms.name.into(),
            terms.url.into(),
            terms.settings.into(),
            terms.member.into(),
            terms.community.into(),
            terms.interval_seconds.into(),
            terms.enabled.into(),
            self.now().into(),
        ];
        let entry = rule_changed(actor, "peer put", subject);
        let rows = self.change(Change::new().with(PUT, row).entry(entry)).await?;
        peer(given(&rows, 0)?)
    }

    /// Every peer, by name.
    pub async fn peer_list(&self) -> Result<Vec<Peer>> {
        self.list(LIST, Vec::new(), peer).await
    }

    /// Peers by name, strictly after one.
    pub async fn peer_page(&self, after: &str, limit: usize) -> Result<Vec<Peer>> {
        self.list(PAGE, vec![after.into(), many(limit).into()], peer).await
    }

    /// One peer by name.
    pub async fn peer_get(&self, name: &str) -> Result<Option<Peer>> {
        self.row(BY_NAME, vec![name.into()], peer).await
    }

    /// Ends pushing to a peer.
    pub async fn peer_delete(&self, actor: &Principal, id: PeerId) -> Result<()> {
        let entry = rule_changed(actor, "peer ended", serde_json::json!({ "peer": id.0 }));
        let change = Change::new().must(DELETE, vec![id.0.into()], "there is no such peer");
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The peers whose time has come, the longest due first.
    pub async fn peer_due(&self, now: Timestamp) -> Result<Vec<Peer>> {
        self.list(DUE, vec![now.into()], peer).await
    }

    /// Notes how a run went: adds to the counts, and to the failures in a row where there is an error.
    pub async fn peer_report(&self, id: PeerId, report: &PeerReport) -> Result<()> {
        let row = vec![
            report.cursor.map(|cursor| cursor.0).into(),
            report.next_run.into(),
            report.run.into(),
            (&report.result).into(),
            report.error.clone().into(),
            report.sent.into(),
            report.refused.into(),
            report.error.is_some().into(),
            id.0.into(),
        ];
        let change = Change::new().must(REPORT, row, "there is no such peer");
        self.change(change).await.map(drop)
    }
}
