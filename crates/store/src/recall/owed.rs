//! Whom a recall concerns: told when, and what each says it did.

use policy::{MemberId, PersonId, Principal};
use serde_json::json;
use stix::Timestamp;

use super::{COLUMNS, Recall, columns, recall};
use crate::db::{Change, Db};
use crate::delivery::Given;
use crate::record::NewEntry;
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

/// What a member says it did about a recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// `removed`, `replaced`, `kept`.
    pub done: String,
    /// When its watchlist no longer had it.
    pub swapped: Option<Timestamp>,
    /// In words; needed where it was kept.
    pub note: Option<String>,
    /// By which way: `api`, `subscription`, `person`.
    pub channel: String,
}

/// A member whom a recall concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedRow {
    /// The recall.
    pub recall: i64,
    /// The member.
    pub member: MemberId,
    /// When it was given the item first.
    pub given: Timestamp,
    /// By which way.
    pub channel: String,
    /// When it was told.
    pub told: Option<Timestamp>,
    /// By which way.
    pub told_by: Option<String>,
    /// When it answered.
    pub acknowledged: Option<Timestamp>,
    /// By which way.
    pub acknowledged_by: Option<String>,
    /// Who answered.
    pub person: Option<PersonId>,
    /// What it says it did.
    pub done: Option<String>,
    /// When its watchlist no longer had it, as it says.
    pub swapped: Option<Timestamp>,
    /// What it says in words.
    pub note: Option<String>,
    /// When somebody reminded it last.
    pub reminded: Option<Timestamp>,
}

/// What a member did about recalls, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecallNumbers {
    /// Recalls that it made.
    pub made: i64,
    /// Recalls that concern it.
    pub owed: i64,
    /// Of those, acknowledged.
    pub acknowledged: i64,
}

macro_rules! owed_columns {
    () => {
        "o.recall, o.member, o.given, o.channel, o.told, o.told_by, o.acknowledged, o.acknowledged_by, o.person, \
         o.done, o.swapped, o.note, o.reminded"
    };
}

const PUT: &str = "insert into recall_owed (recall, member, given, channel) values (?1, ?2, ?3, ?4)";
const OF_RECALL: &str = concat!(
    "select ",
    owed_columns!(),
    " from recall_owed o where o.recall = ?1 order by o.member"
);
const OF_MEMBER: &str = concat!(
    "select ",
    columns!(),
    ", ",
    owed_columns!(),
    " from recall_owed o join recall r on r.id = o.recall where o.member = ?1 and o.recall > ?2 \
     and (?3 = 0 or o.acknowledged is null) order by o.recall limit ?4"
);
const ONE: &str = concat!(
    "select ",
    owed_columns!(),
    " from recall_owed o where o.member = ?1 and o.recall = ?2"
);
const OPEN: &str = "select count(*) from (select recall from recall_owed where member = ?1 and acknowledged is null \
                    limit 1000) as owed";
const UNTOLD: &str = "select o.recall, r.uuid from recall_owed o join recall r on r.id = o.recall \
                      where o.member = ?1 and o.told is null and (?3 = '' or r.object = ?3) \
                      order by o.recall limit ?2";
const TELL: &str = "update recall_owed set told = ?3, told_by = ?4 where member = ?1 and recall = ?2 and told is null";
const ACKNOWLEDGE: &str = "update recall_owed set acknowledged = coalesce(acknowledged, ?3), acknowledged_by = ?4, person = ?5, \
                           done = ?6, swapped = coalesce(?7, swapped), note = ?8, told = coalesce(told, ?3), \
                           told_by = coalesce(told_by, ?4) where member = ?1 and recall = ?2 returning recall";
/// Twice within a while is once.
const REMIND: &str = "update recall_owed set reminded = ?3, reminders = reminders + 1 where recall = ?1 and member = ?2 \
                      and acknowledged is null and (reminded is null or reminded < ?4) returning member";
const OVERDUE: &str = concat!(
    "select ",
    columns!(),
    ", ",
    owed_columns!(),
    " from recall_owed o join recall r on r.id = o.recall where o.acknowledged is null and (o.recall > ?1 \
     or (o.recall = ?1 and o.member > ?2)) order by o.recall, o.member limit ?3"
);
const NUMBERS: &str = "select (select count(*) from recall where by_member = ?1), \
                       (select count(*) from recall_owed where member = ?1), \
                       (select count(*) from recall_owed where member = ?1 and acknowledged is not null)";

/// Members told of at once.
const MOST_TOLD: i64 = 1_000;

fn owed(row: &Row, from: usize) -> Result<OwedRow> {
    Ok(OwedRow {
        recall: row.int(from)?,
        member: MemberId(row.int(from + 1)?),
        given: row.time(from + 2)?,
        channel: row.text(from + 3)?,
        told: row.maybe_time(from + 4)?,
        told_by: row.maybe_text(from + 5)?,
        acknowledged: row.maybe_time(from + 6)?,
        acknowledged_by: row.maybe_text(from + 7)?,
        person: row.maybe_int(from + 8)?.map(PersonId),
        done: row.maybe_text(from + 9)?,
        swapped: row.maybe_time(from + 10)?,
        note: row.maybe_text(from + 11)?,
        reminded: row.maybe_time(from + 12)?,
    })
}

fn both(row: &Row) -> Result<(Recall, OwedRow)> {
    Ok((recall(row)?, owed(row, COLUMNS)?))
}

/// Writes down whom a recall concerns.
pub(crate) async fn put(writes: &mut impl Writes, recall: i64, member: MemberId, given: &Given) -> Result<()> {
    let values = vec![recall.into(), member.into(), given.at.into(), (&given.channel).into()];
    writes.rows(PUT, values).await.map(drop)
}

async fn tell(writes: &mut impl Writes, member: MemberId, object: &str, by: &str) -> Result<usize> {
    let values = vec![member.into(), MOST_TOLD.into(), object.into()];
    let untold = writes.rows(UNTOLD, values).await?;
    if untold.is_empty() {
        return Ok(0);
    }
    let now = writes.now();
    let mut names = Vec::with_capacity(untold.len());
    for row in &untold {
        names.push(row.text(1)?);
        let values = vec![member.into(), row.int(0)?.into(), now.into(), by.into()];
        writes.rows(TELL, values).await?;
    }
    let entry = NewEntry {
        kind: "recall-told".to_owned(),
        member: Some(member),
        body: json!({ "recalls": names, "by": by }).to_string(),
    };
    writes.append(&[entry]).await?;
    Ok(untold.len())
}

async fn remind(
    writes: &mut impl Writes,
    actor: &Principal,
    recall: &Recall,
    members: &[MemberId],
    before: Timestamp,
) -> Result<Vec<MemberId>> {
    let now = writes.now();
    let mut reminded = Vec::new();
    for member in members {
        let values = vec![recall.id.into(), (*member).into(), now.into(), before.into()];
        if !writes.rows(REMIND, values).await?.is_empty() {
            reminded.push(*member);
        }
    }
    if reminded.is_empty() {
        return Ok(reminded);
    }
    // The entry of who reminds names nobody: not all names are theirs to know.
    let body =
        json!({ "recall": recall.uuid, "object": recall.object, "by_person": actor.person.map(|person| person.0) });
    let entry = |kind: &str, member, body: String| NewEntry {
        kind: kind.to_owned(),
        member,
        body,
    };
    let mut entries = vec![entry("recall-reminded-others", actor.member, body.to_string())];
    let body = json!({ "recall": recall.uuid, "object": recall.object }).to_string();
    entries.extend(
        reminded
            .iter()
            .map(|member| entry("recall-reminded", Some(*member), body.clone())),
    );
    writes.append(&entries).await?;
    Ok(reminded)
}

impl Store {
    /// Whom a recall concerns. What of it may be shown is the caller's question.
    pub async fn recall_owed(&self, recall: i64) -> Result<Vec<OwedRow>> {
        self.list(OF_RECALL, vec![recall.into()], |row| owed(row, 0)).await
    }

    /// The recalls that concern a member, the oldest first, strictly after a number.
    pub async fn recall_owed_by(
        &self,
        member: MemberId,
        after: i64,
        only_open: bool,
        limit: usize,
    ) -> Result<Vec<(Recall, OwedRow)>> {
        let limit = many(limit);
        let values = vec![member.into(), after.into(), only_open.into(), limit.into()];
        self.list(OF_MEMBER, values, both).await
    }

    /// What one member owes for one recall.
    pub async fn recall_owed_one(&self, member: MemberId, recall: i64) -> Result<Option<OwedRow>> {
        self.row(ONE, vec![member.into(), recall.into()], |row| owed(row, 0))
            .await
    }

    /// How many recalls a member has not acknowledged, a thousand at the most.
    pub async fn recall_open(&self, member: MemberId) -> Result<i64> {
        let open = self.row(OPEN, vec![member.into()], |row| row.int(0)).await?;
        Ok(open.unwrap_or_default())
    }

    /// Everything that is owed, in order, strictly after a recall and member: for reminders and commitments.
    pub async fn recall_owed_all(&self, after: (i64, MemberId), limit: usize) -> Result<Vec<(Recall, OwedRow)>> {
        let limit = many(limit);
        self.list(OVERDUE, vec![after.0.into(), after.1.into(), limit.into()], both)
            .await
    }

    /// Notes that a member was told of the recalls that concern it, of all or of one object; gives how many were news to
    /// it.
    pub async fn recall_tell(&self, member: MemberId, object: Option<&str>, by: &str) -> Result<usize> {
        let object = object.unwrap_or_default().to_owned();
        let any = vec![member.into(), 1.into(), (&object).into()];
        if self.rows(UNTOLD, any).await?.is_empty() {
            return Ok(0);
        }
        let by = by.to_owned();
        writing!(self, false, |writes| tell(writes, member, &object, &by))
    }

    /// Notes what a member says it did. The first time stays the time of its acknowledgement. The one who recalled gets
    /// an entry of its own, with the member's name where that may be known.
    pub async fn recall_acknowledge(
        &self,
        actor: &Principal,
        recall: &Recall,
        said: &Acknowledgement,
        name: Option<&str>,
    ) -> Result<()> {
        let member = actor
            .member
            .ok_or_else(|| Error::input("the public acknowledges nothing"))?;
        let row = vec![
            member.into(),
            recall.id.into(),
            self.now().into(),
            (&said.channel).into(),
            actor.person.into(),
            (&said.done).into(),
            said.swapped.into(),
            said.note.clone().into(),
        ];
        let body = json!({
            "recall": recall.uuid, "object": recall.object, "done": said.done, "swapped": said.swapped,
            "note": said.note, "by": said.channel,
        });
        let entry = |kind: &str, member, body: serde_json::Value| NewEntry {
            kind: kind.to_owned(),
            member: Some(member),
            body: body.to_string(),
        };
        let mut change = Change::new()
            .must(ACKNOWLEDGE, row, "there is no such recall, or it does not concern you")
            .entry(entry("acknowledged", member, body));
        if let Some(name) = name {
            let body = json!({ "recall": recall.uuid, "object": recall.object, "done": said.done, "member": name });
            change = change.entry(entry("recall-acknowledged", recall.by_member, body));
        }
        self.change(change).await.map(drop)
    }

    /// Notes that members are reminded of a recall that they have not answered, but for those that were after `before`.
    /// Gives those that are to be told.
    pub async fn recall_remind(
        &self,
        actor: &Principal,
        recall: &Recall,
        members: &[MemberId],
        before: Timestamp,
    ) -> Result<Vec<MemberId>> {
        let (actor, recall, members) = (actor.clone(), recall.clone(), members.to_vec());
        writing!(self, false, |writes| remind(writes, &actor, &recall, &members, before))
    }

    /// What a member did about recalls, counted.
    pub async fn recall_numbers(&self, member: MemberId) -> Result<RecallNumbers> {
        let numbers = |row: &Row| {
            Ok(RecallNumbers {
                made: row.int(0)?,
                owed: row.int(1)?,
                acknowledged: row.int(2)?,
            })
        };
        Ok(self
            .row(NUMBERS, vec![member.into()], numbers)
            .await?
            .unwrap_or_default())
    }
}
