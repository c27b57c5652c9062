//! Bridges to partner hubs: what was agreed with whom, how far each was read, and what passed.
//!
//! ```text
//! bridge ──► steps (who proposed, accepted, ended: both sides)
//!   ├─► cursors (a community each)
//!   ├─► items (outward, inward: path, marking before and after, what became of it)
//!   ├─► seen (sightings of what came, for the count that is told back)
//!   └─► questions (both ways, with the answers that come back): [`question`]
//! ```
//!
//! The terms are text here: what they mean is the node's business. Whatever changes writes the ledger in the same
//! transaction.

mod question;

pub use question::{BridgeQuestion, QuestionKind, QuestionState};

use policy::{CommunityId, MemberId, PersonId, Principal};
use serde_json::json;
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::contribution::Position;
use crate::db::Change;
use crate::record::NewEntry;
use crate::value::{Row, Value, many};
use crate::{Result, Store};

/// Number of a bridge in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgeId(pub i64);

/// Whether anything passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BridgeState {
    /// One side has not agreed yet.
    Open,
    /// Both have agreed.
    Active,
    /// Both have agreed, and this side lets nothing pass for now but recalls.
    Paused,
    /// One side ended it.
    Ended,
}

impl BridgeState {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Active, Self::Paused, Self::Ended]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// What is set about a bridge, by people and by what the other side says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBridge {
    /// Its name on both sides.
    pub uuid: Uuid,
    /// Its name here, unique.
    pub name: String,
    /// The member that stands for the other hub.
    pub member: MemberId,
    /// Whether this side made it: the terms speak of a first and a second side.
    pub first: bool,
    /// The STIX identity of the other hub, once it has said it.
    pub hub: Option<String>,
    /// What the other hub calls itself.
    pub hub_title: Option<String>,
    /// Its address; empty while nobody here has named it.
    pub url: String,
    /// How to get in there, as JSON.
    pub settings: String,
    /// Whether anything passes.
    pub state: BridgeState,
    /// What holds.
    pub terms: Option<String>,
    /// Which version of the terms that is; 0: none.
    pub version: i64,
    /// What waits for consent.
    pub proposal: Option<String>,
    /// Whether it was proposed here.
    pub proposal_ours: bool,
    /// What the other side has not heard yet.
    pub untold: Option<String>,
    /// Seconds between two runs.
    pub interval_seconds: i64,
}

/// A bridge, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// Its number here.
    pub id: BridgeId,
    /// What is set.
    pub set: NewBridge,
    /// When it runs next.
    pub next_run: Option<Timestamp>,
    /// When it ran last.
    pub last_run: Option<Timestamp>,
    /// How the last run ended, in a word or two.
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    pub last_error: Option<String>,
    /// Runs in a row that failed.
    pub failures_in_a_row: i64,
    /// Objects that the other side took, over all runs.
    pub sent: i64,
    /// Objects taken from the other side.
    pub taken: i64,
    /// Objects that one side refused.
    pub refused: i64,
}

/// What somebody did about the agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeStep {
    /// `proposed`, `accepted`, `paused`, `resumed`, `ended`.
    pub what: String,
    /// Whether it was this side.
    pub ours: bool,
    /// Who, of ours.
    pub person: Option<PersonId>,
    /// Who, as the other side wrote it.
    pub name: Option<String>,
    /// Which version of the terms.
    pub version: i64,
    /// SHA-256 of their text.
    pub digest: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeReport {
    /// When it shall run next.
    pub next_run: Timestamp,
    /// When this run was.
    pub run: Timestamp,
    /// How it ended, in a word or two.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// What passed a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeItem {
    /// Whether it went out.
    pub outward: bool,
    /// The object.
    pub object: String,
    /// The community of this side.
    pub community: CommunityId,
    /// The version that passed last.
    pub version: String,
    /// Colour and permitted actions on the side it came from.
    pub before: (String, String),
    /// The same on the side it went to.
    pub after: (String, String),
    /// The hubs that it has passed, as JSON.
    pub path: String,
    /// Whether the agreement lets it pass on over other bridges.
    pub onward: bool,
    /// `passed`, `refused`, `withdrawn`.
    pub state: String,
    /// Why it was refused or withdrawn.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A sighting of something that came over a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeSeen {
    /// The sighting.
    pub sighting: String,
    /// What was seen.
    pub object: String,
    /// How often.
    pub count: i64,
    /// When first.
    pub first_seen: Timestamp,
    /// When last.
    pub last_seen: Timestamp,
}

macro_rules! columns {
    () => {
        "id, uuid, name, member, first, hub, hub_title, url, settings, state, terms, version, proposal, proposal_ours, \
         untold, interval_seconds, next_run, last_run, last_result, last_error, failures_in_a_row, sent, taken, refused"
    };
}
macro_rules! item_columns {
    () => {
        "outward, object, community, version, tlp_before, pap_before, tlp, pap, path, onward, state, why, at"
    };
}

const PUT: &str = concat!(
    "insert into bridge (uuid, name, member, first, hub, hub_title, url, settings, state, terms, version, proposal, \
     proposal_ours, untold, interval_seconds, next_run, failures_in_a_row, sent, taken, refused) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, 0, 0, 0) \
     on conflict (uuid) do update set name = excluded.name, member = excluded.member, hub = excluded.hub, \
     hub_title = excluded.hub_title, url = excluded.url, settings = excluded.settings, state = excluded.state, \
     terms = excluded.terms, version = excluded.version, proposal = excluded.proposal, \
     proposal_ours = excluded.proposal_ours, untold = excluded.untold, interval_seconds = excluded.interval_seconds, \
     next_run = excluded.next_run returning ",
    columns!()
);
const STEP: &str = "insert into bridge_step (bridge, what, ours, person, name, version, digest, at) \
                    select id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 from bridge where uuid = ?1";
const STEPS: &str = "select s.what, s.ours, s.person, coalesce(s.name, p.name), s.version, s.digest, s.at \
                     from bridge_step s left join person p on p.id = s.person where s.bridge = ?1 order by s.id";
const LIST: &str = concat!("select ", columns!(), " from bridge order by name");
const BY_NAME: &str = concat!("select ", columns!(), " from bridge where name = ?1");
const BY_UUID: &str = concat!("select ", columns!(), " from bridge where uuid = ?1");
const DUE: &str = concat!(
    "select ",
    columns!(),
    " from bridge where next_run <= ?1 order by next_run, id"
);
const TOLD: &str = "update bridge set untold = null where id = ?1 and untold = ?2";
const REPORT: &str = "update bridge set next_run = ?2, last_run = ?3, last_result = ?4, last_error = ?5, \
                      failures_in_a_row = (failures_in_a_row + 1) * ?6 where id = ?1 returning id";
const COUNT: &str = "update bridge set sent = sent + ?2, taken = taken + ?3, refused = refused + ?4 where id = ?1";
const CURSOR: &str = "select cursor from bridge_cursor where bridge = ?1 and community = ?2";
const PUT_CURSOR: &str = "insert into bridge_cursor (bridge, community, cursor) values (?1, ?2, ?3) \
                          on conflict (bridge, community) do update set cursor = excluded.cursor";
const PUT_ITEM: &str = "insert into bridge_item (bridge, outward, object, community, version, tlp_before, pap_before, tlp, \
                        pap, path, onward, state, why, at) \
                        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
                        on conflict (object, bridge, outward) do update set community = excluded.community, \
                        version = excluded.version, tlp_before = excluded.tlp_before, \
                        pap_before = excluded.pap_before, tlp = excluded.tlp, pap = excluded.pap, \
                        path = excluded.path, onward = excluded.onward, state = excluded.state, why = excluded.why, \
                        at = excluded.at";
const ITEM: &str = concat!(
    "select ",
    item_columns!(),
    " from bridge_item where object = ?1 and bridge = ?2 and outward = ?3"
);
const ITEMS: &str = concat!(
    "select ",
    item_columns!(),
    " from bridge_item where bridge = ?1 and (at < ?2 or (at = ?2 and object < ?3)) \
     order by at desc, object desc limit ?4"
);
const CAME: &str = concat!(
    "select ",
    item_columns!(),
    ", (select b.member from bridge b where b.id = bridge) from bridge_item where object = ?1 and outward = 0 order by bridge"
);
const PUT_SEEN: &str = "insert into bridge_seen (bridge, sighting, object, count, first_seen, last_seen) \
                        values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (bridge, sighting) do update set \
                        object = excluded.object, count = excluded.count, first_seen = excluded.first_seen, \
                        last_seen = excluded.last_seen";
const SEEN_OF: &str = "select object from bridge_seen where bridge = ?1 and sighting = ?2";
const SEEN_GONE: &str = "delete from bridge_seen where bridge = ?1 and sighting = ?2";
const SEEN: &str = "select sighting, object, count, first_seen, last_seen from bridge_seen \
                    where bridge = ?1 and object = ?2 order by sighting";

fn bridge(row: &Row) -> Result<Bridge> {
    Ok(Bridge {
        id: BridgeId(row.int(0)?),
        set: NewBridge {
            uuid: row.uuid(1)?,
            name: row.text(2)?,
            member: MemberId(row.int(3)?),
            first: row.flag(4)?,
            hub: row.maybe_text(5)?,
            hub_title: row.maybe_text(6)?,
            url: row.text(7)?,
            settings: row.text(8)?,
            state: row.word(9, BridgeState::parse)?,
            terms: row.maybe_text(10)?,
            version: row.int(11)?,
            proposal: row.maybe_text(12)?,
            proposal_ours: row.flag(13)?,
            untold: row.maybe_text(14)?,
            interval_seconds: row.int(15)?,
        },
        next_run: row.maybe_time(16)?,
        last_run: row.maybe_time(17)?,
        last_result: row.maybe_text(18)?,
        last_error: row.maybe_text(19)?,
        failures_in_a_row: row.int(20)?,
        sent: row.int(21)?,
        taken: row.int(22)?,
        refused: row.int(23)?,
    })
}

fn step(row: &Row) -> Result<BridgeStep> {
    Ok(BridgeStep {
        what: row.text(0)?,
        ours: row.flag(1)?,
        person: row.maybe_int(2)?.map(PersonId),
        name: row.maybe_text(3)?,
        version: row.int(4)?,
        digest: row.hash(5)?,
        at: row.time(6)?,
    })
}

fn item(row: &Row) -> Result<BridgeItem> {
    Ok(BridgeItem {
        outward: row.flag(0)?,
        object: row.text(1)?,
        community: CommunityId(row.int(2)?),
        version: row.text(3)?,
        before: (row.text(4)?, row.text(5)?),
        after: (row.text(6)?, row.text(7)?),
        path: row.text(8)?,
        onward: row.flag(9)?,
        state: row.text(10)?,
        why: row.maybe_text(11)?,
        at: row.time(12)?,
    })
}

fn item_row(id: BridgeId, item: &BridgeItem) -> Vec<Value> {
    vec![
        id.0.into(),
        item.outward.into(),
        (&item.object).into(),
        item.community.into(),
        (&item.version).into(),
        (&item.before.0).into(),
        (&item.before.1).into(),
        (&item.after.0).into(),
        (&item.after.1).into(),
        (&item.path).into(),
        item.onward.into(),
        (&item.state).into(),
        item.why.clone().into(),
        item.at.into(),
    ]
}

fn seen(row: &Row) -> Result<BridgeSeen> {
    Ok(BridgeSeen {
        sighting: row.text(0)?,
        object: row.text(1)?,
        count: row.int(2)?,
        first_seen: row.time(3)?,
        last_seen: row.time(4)?,
    })
}

impl Store {
    /// Makes a bridge or changes the one of the same UUID, with who did what about it. The member that stands for the
    /// other hub gets an entry of the ledger, and so does the actor's. What may leave depends on it, so the policy
    /// generation moves on.
    pub async fn bridge_put(&self, actor: &Principal, set: NewBridge, step: &BridgeStep) -> Result<Bridge> {
        let subject = json!({
            "bridge": set.uuid, "name": set.name, "member": set.member.0, "hub": set.hub, "what": step.what,
            "side": if step.ours { "ours" } else { "theirs" }, "by": step.name, "version": step.version,
            "digest": hex::encode(step.digest), "state": set.state.as_str(),
            "terms": set.proposal.as_ref().or(set.terms.as_ref()),
        });
        let told = NewEntry {
            kind: "bridge".to_owned(),
            member: Some(set.member),
            body: subject.to_string(),
        };
        let steps = vec![
            set.uuid.into(),
            (&step.what).into(),
            step.ours.into(),
            step.person.into(),
            step.name.clone().into(),
            step.version.into(),
            step.digest.into(),
            step.at.into(),
        ];
        let row = vec![
            set.uuid.into(),
            set.name.into(),
            set.member.into(),
            set.first.into(),
            set.hub.into(),
            set.hub_title.into(),
            set.url.into(),
            set.settings.into(),
            set.state.as_str().into(),
            set.terms.into(),
            set.version.into(),
            set.proposal.into(),
            set.proposal_ours.into(),
            set.untold.into(),
            set.interval_seconds.into(),
            self.now().into(),
        ];
        let mut change = Change::new().with(PUT, row).with(STEP, steps).entry(told).policy();
        if actor.member.is_some() && step.ours {
            change = change.entry(rule_changed(actor, "bridge", subject));
        }
        let rows = self.change(change).await?;
        bridge(given(&rows, 0)?)
    }

    /// Every bridge, by name.
    pub async fn bridge_list(&self) -> Result<Vec<Bridge>> {
        self.list(LIST, Vec::new(), bridge).await
    }

    /// One bridge by its name here.
    pub async fn bridge_get(&self, name: &str) -> Result<Option<Bridge>> {
        self.row(BY_NAME, vec![name.into()], bridge).await
    }

    /// One bridge by its name on both sides. Whether the one who asks stands for the other hub is the caller's question.
    pub async fn bridge_by_uuid(&self, uuid: Uuid) -> Result<Option<Bridge>> {
        self.row(BY_UUID, vec![uuid.into()], bridge).await
    }

    /// The bridges whose time has come, the longest due first.
    pub async fn bridge_due(&self, now: Timestamp) -> Result<Vec<Bridge>> {
        self.list(DUE, vec![now.into()], bridge).await
    }

    /// Who did what about the agreement, in order; names of our people as they are now.
    pub async fn bridge_steps(&self, id: BridgeId) -> Result<Vec<BridgeStep>> {
        self.list(STEPS, vec![id.0.into()], step).await
    }

    /// Notes that the other side has heard this.
    pub async fn bridge_told(&self, id: BridgeId, what: &str) -> Result<()> {
        let change = Change::new().with(TOLD, vec![id.0.into(), what.into()]);
        self.change(change).await.map(drop)
    }

    /// Notes how a run went.
    pub async fn bridge_report(&self, id: BridgeId, report: &BridgeReport) -> Result<()> {
        let row = vec![
            id.0.into(),
            report.next_run.into(),
            report.run.into(),
            (&report.result).into(),
            report.error.clone().into(),
            report.error.is_some().into(),
        ];
        let change = Change::new().must(REPORT, row, "there is no such bridge");
        self.change(change).await.map(drop)
    }

    /// How far a community was read for a bridge.
    pub async fn bridge_cursor(&self, id: BridgeId, community: CommunityId) -> Result<Option<Position>> {
        let values = vec![id.0.into(), community.into()];
        self.row(CURSOR, values, |row| row.int(0).map(Position)).await
    }

    /// Notes how far a community was read for a bridge.
    pub async fn bridge_cursor_put(&self, id: BridgeId, community: CommunityId, cursor: Position) -> Result<()> {
        let change = Change::new().with(PUT_CURSOR, vec![id.0.into(), community.into(), cursor.0.into()]);
        self.change(change).await.map(drop)
    }

    /// Writes down what passed, or was refused, with what the ledger says of it.
    pub async fn bridge_items_put(&self, id: BridgeId, items: &[BridgeItem], entries: Vec<NewEntry>) -> Result<()> {
        let mut change = Change::new();
        let (mut sent, mut taken, mut refused) = (0_i64, 0_i64, 0_i64);
        for item in items {
            match (item.state.as_str(), item.outward) {
                ("passed", true) => sent += 1,
                ("passed", false) => taken += 1,
                ("refused", _) => refused += 1,
                _ => {}
            }
            change = change.with(PUT_ITEM, item_row(id, item));
        }
        change = change.with(COUNT, vec![id.0.into(), sent.into(), taken.into(), refused.into()]);
        for entry in entries {
            change = change.entry(entry);
        }
        self.change(change).await.map(drop)
    }

    /// Notes what a recall made of an item, with what the ledger says of it.
    pub async fn bridge_item_change(&self, id: BridgeId, item: &BridgeItem, entry: NewEntry) -> Result<()> {
        let change = Change::new().with(PUT_ITEM, item_row(id, item)).entry(entry);
        self.change(change).await.map(drop)
    }

    /// What is known of an object on one bridge, in one direction.
    pub async fn bridge_item(&self, id: BridgeId, object: &str, outward: bool) -> Result<Option<BridgeItem>> {
        self.row(ITEM, vec![object.into(), id.0.into(), outward.into()], item)
            .await
    }

    /// What passed a bridge, the newest first, strictly before an instant and object.
    pub async fn bridge_items(
        &self,
        id: BridgeId,
        before: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<Vec<BridgeItem>> {
        let (at, object) = before.unwrap_or((Timestamp::from_micros(i64::MAX), String::new()));
        let values = vec![id.0.into(), at.into(), object.into(), many(limit).into()];
        self.list(ITEMS, values, item).await
    }

    /// By which bridges an object came, each with the member that stands for the hub. Who may read it is the caller's
    /// question.
    pub async fn bridge_came(&self, object: &str) -> Result<Vec<(MemberId, BridgeItem)>> {
        let read = |row: &Row| Ok((MemberId(row.int(13)?), item(row)?));
        self.list(CAME, vec![object.into()], read).await
    }

    /// Counts a sighting of something that came over a bridge; the same sighting again replaces what it said.
    pub async fn bridge_seen_put(&self, id: BridgeId, one: &BridgeSeen) -> Result<()> {
        let row = vec![
            id.0.into(),
            (&one.sighting).into(),
            (&one.object).into(),
            one.count.into(),
            one.first_seen.into(),
            one.last_seen.into(),
        ];
        self.change(Change::new().with(PUT_SEEN, row)).await.map(drop)
    }

    /// What a sighting is of that is counted for a bridge.
    pub async fn bridge_seen_of(&self, id: BridgeId, sighting: &str) -> Result<Option<String>> {
        let values = vec![id.0.into(), sighting.into()];
        self.row(SEEN_OF, values, |row| row.text(0)).await
    }

    /// Forgets a sighting that was taken back.
    pub async fn bridge_seen_gone(&self, id: BridgeId, sighting: &str) -> Result<()> {
        let change = Change::new().with(SEEN_GONE, vec![id.0.into(), sighting.into()]);
        self.change(change).await.map(drop)
    }

    /// The sightings of an object that are counted for a bridge.
    pub async fn bridge_seen(&self, id: BridgeId, object: &str) -> Result<Vec<BridgeSeen>> {
        self.list(SEEN, vec![id.0.into(), object.into()], seen).await
    }
}
