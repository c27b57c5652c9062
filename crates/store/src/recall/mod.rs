//! Recalls: an item is taken back, corrected, or kept among fewer, and everybody who was given it is told and answers.
//!
//! ```text
//! NewRecall ──► contribution::recall, one transaction:
//!               withdrawn or replaced by the narrower, tombstones, a recall, a row for each member that was given it
//! member asks ──► told ──► says what it did ──► acknowledged
//! ```
//!
//! A row says that a member was asked and what it answered. It never says that a copy is gone.

mod owed;

pub(crate) use owed::put as put_owed;
pub use owed::{Acknowledgement, OwedRow, RecallNumbers};

use policy::{CommunityId, MemberId, PersonId, Principal};
use serde_json::json;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::contribution::VersionFilter;
use crate::value::{Row, Value, many};
use crate::writes::Writes;
use crate::{Error, Result, Store};

/// What is wanted of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum RecallKind {
    /// It goes, in every version.
    Retract,
    /// Its older versions go; the newest holds.
    Correct,
    /// It is kept under a stricter marking.
    Narrow(Tlp, Pap),
    /// One member is no longer among those who may see it.
    Exclude(Box<Principal>),
}

impl RecallKind {
    /// The name, as stored and shown.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Retract => "retract",
            Self::Correct => "correct",
            Self::Narrow(..) => "narrow",
            Self::Exclude(_) => "exclude",
        }
    }
}

/// A recall to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRecall {
    /// Its name.
    pub uuid: Uuid,
    /// What is wanted.
    pub kind: RecallKind,
    /// The object.
    pub object: String,
    /// Whose contributions of it are meant.
    pub owner: MemberId,
    /// Only those that were addressed to this community, and there only.
    pub community: Option<CommunityId>,
    /// Only those that came through this channel.
    pub channel: Option<String>,
    /// Only these versions; none: all.
    pub versions: Option<VersionFilter>,
    /// Why, for everybody whom it concerns.
    pub reason: String,
}

/// A recall that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Its number here.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// `retract`, `correct`, `narrow`, `exclude`.
    pub kind: String,
    /// The object.
    pub object: String,
    /// Whose contributions were meant.
    pub owner: MemberId,
    /// The member that recalled: the owner, or one that coordinates the community.
    pub by_member: MemberId,
    /// The person.
    pub by_person: Option<PersonId>,
    /// The community within which it was recalled.
    pub community: Option<CommunityId>,
    /// The communities to which it was addressed.
    pub communities: Vec<CommunityId>,
    /// Why.
    pub reason: String,
    /// What holds instead: the newer version, the stricter marking.
    pub replaced_by: Option<String>,
    /// How many contributions it took away.
    pub versions: i64,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "r.id, r.uuid, r.kind, r.object, r.owner, r.by_member, r.by_person, r.community, r.reason, r.replaced_by, \
         r.versions, r.at, r.communities"
    };
}
use columns;

const PUT: &str = "insert into recall (uuid, kind, object, object_type, owner, by_member, by_person, community, reason, \
                   replaced_by, versions, at, communities) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
                   returning id";
const BY_UUID: &str = concat!("select ", columns!(), " from recall r where r.uuid = ?1");
const MADE: &str = concat!(
    "select ",
    columns!(),
    " from recall r where (r.owner = ?1 or r.by_member = ?1) and r.id < ?2 order by r.id desc limit ?3"
);
const EVERY: &str = concat!(
    "select ",
    columns!(),
    " from recall r where r.id < ?1 order by r.id desc limit ?2"
);

/// How many columns a recall has.
const COLUMNS: usize = 13;

fn recall(row: &Row) -> Result<Recall> {
    let community = row.int(7)?;
    let communities = serde_json::from_str(&row.text(12)?)
        .map_err(|error| Error::ours("a stored recall is unreadable").because(error))?;
    Ok(Recall {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        kind: row.text(2)?,
        object: row.text(3)?,
        owner: MemberId(row.int(4)?),
        by_member: MemberId(row.int(5)?),
        by_person: row.maybe_int(6)?.map(PersonId),
        community: (community != 0).then_some(CommunityId(community)),
        communities,
        reason: row.text(8)?,
        replaced_by: row.maybe_text(9)?,
        versions: row.int(10)?,
        at: row.time(11)?,
    })
}

/// Writes the row of a recall; gives its number.
pub(crate) async fn put(
    writes: &mut impl Writes,
    actor: &Principal,
    new: &NewRecall,
    replaced_by: Option<String>,
    versions: usize,
    communities: &std::collections::BTreeSet<CommunityId>,
) -> Result<i64> {
    let by = actor.member.unwrap_or(new.owner);
    let now = writes.now();
    let values: Vec<Value> = vec![
        new.uuid.into(),
        new.kind.as_str().into(),
        (&new.object).into(),
        stix::id::object_type(&new.object).into(),
        new.owner.into(),
        by.into(),
        actor.person.into(),
        new.community.map_or(0, |community| community.0).into(),
        (&new.reason).into(),
        replaced_by.into(),
        i64::try_from(versions).unwrap_or(i64::MAX).into(),
        now.into(),
        json!(communities).to_string().into(),
    ];
    let rows = writes.rows(PUT, values).await?;
    rows.first()
        .ok_or_else(|| Error::ours("a statement gave no row"))?
        .int(0)
}

impl Store {
    /// One recall. Who may read it is the caller's question.
    pub async fn recall_get(&self, uuid: Uuid) -> Result<Option<Recall>> {
        self.row(BY_UUID, vec![uuid.into()], recall).await
    }

    /// The recalls that a member made, or that were made of its items, the newest first, strictly before a number.
    pub async fn recall_list(&self, member: MemberId, before: Option<i64>, limit: usize) -> Result<Vec<Recall>> {
        let limit = many(limit);
        let values = vec![member.into(), before.unwrap_or(i64::MAX).into(), limit.into()];
        self.list(MADE, values, recall).await
    }

    /// Every recall, the newest first, strictly before a number. Who may read which is the caller's question.
    pub async fn recall_list_all(&self, before: Option<i64>, limit: usize) -> Result<Vec<Recall>> {
        let limit = many(limit);
        self.list(EVERY, vec![before.unwrap_or(i64::MAX).into(), limit.into()], recall)
            .await
    }
}
