//! What clients of MISP keep here that no object says: offers of events to other members, events that are not taken in,
//! and settings of people's clients.

use std::collections::HashSet;

use policy::{CommunityId, MemberId, PersonId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use super::number::uuid_at;
use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, Value, many};
use crate::{Error, Result, Store};

/// An event that one member offers another to publish under its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispDelegation {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// The number of the event.
    pub event: i64,
    /// Whose event it is.
    pub requester: MemberId,
    /// Who is to publish it.
    pub target: MemberId,
    /// The distribution that was asked for, 0 to 4; none where the other decides.
    pub level: Option<i64>,
    /// The community of level 4.
    pub community: Option<CommunityId>,
    /// What the one says to the other.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// An event that is not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispBlocked {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// The UUID of the event.
    pub event: Uuid,
    /// Its title, as far as somebody wrote it down.
    pub info: String,
    /// Who made it, likewise.
    pub creator: String,
    /// Why.
    pub comment: String,
    /// Since when.
    pub at: Timestamp,
}

/// What a client keeps for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispSetting {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// Whose it is.
    pub person: PersonId,
    /// Its name.
    pub name: String,
    /// JSON.
    pub value: String,
    /// When it was set.
    pub at: Timestamp,
}

const DELEGATIONS: &str = "select id, event, requester, target, level, community, message, at from misp_delegation \
                           where id > ?2 and (requester = ?1 or target = ?1) order by id limit ?3";
const DELEGATION: &str =
    "select id, event, requester, target, level, community, message, at from misp_delegation where id = ?1";
const PUT_DELEGATION: &str = "insert into misp_delegation (event, requester, target, level, community, message, at) \
                              values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (event) do update set \
                              target = excluded.target, level = excluded.level, community = excluded.community, \
                              message = excluded.message, at = excluded.at";
const DELEGATION_OF: &str =
    "select id, event, requester, target, level, community, message, at from misp_delegation where event = ?1";
const END_DELEGATION: &str = "delete from misp_delegation where id = ?1";

const BLOCKED: &str =
    "select id, event, info, creator, comment, at from misp_blocked where id > ?1 order by id limit ?2";
const BLOCKED_ONE: &str = "select id, event, info, creator, comment, at from misp_blocked where event = ?1";
const PUT_BLOCKED: &str = "insert into misp_blocked (event, info, creator, comment, at) values (?1, ?2, ?3, ?4, ?5) \
                           on conflict (event) do update set info = excluded.info, creator = excluded.creator, \
                           comment = excluded.comment";
const END_BLOCKED: &str = "delete from misp_blocked where event = ?1";

const SETTINGS: &str = "select id, person, name, value, at from misp_setting where person = ?1 order by id limit ?2";
const PUT_SETTING: &str = "insert into misp_setting (person, name, value, at) values (?1, ?2, ?3, ?4) \
                           on conflict (person, name) do update set value = excluded.value, at = excluded.at";
const END_SETTING: &str = "delete from misp_setting where person = ?1 and name = ?2";

fn delegation(row: &Row) -> Result<MispDelegation> {
    Ok(MispDelegation {
        id: row.int(0)?,
        event: row.int(1)?,
        requester: MemberId(row.int(2)?),
        target: MemberId(row.int(3)?),
        level: row.maybe_int(4)?,
        community: row.maybe_int(5)?.map(CommunityId),
        message: row.text(6)?,
        at: row.time(7)?,
    })
}

fn blocked(row: &Row) -> Result<MispBlocked> {
    let event = uuid_at(row, 1)?;
    Ok(MispBlocked {
        id: row.int(0)?,
        event,
        info: row.text(2)?,
        creator: row.text(3)?,
        comment: row.text(4)?,
        at: row.time(5)?,
    })
}

fn setting(row: &Row) -> Result<MispSetting> {
    Ok(MispSetting {
        id: row.int(0)?,
        person: PersonId(row.int(1)?),
        name: row.text(2)?,
        value: row.text(3)?,
        at: row.time(4)?,
    })
}

fn uuid_value(uuid: Uuid) -> Value {
    uuid.as_bytes().to_vec().into()
}

impl Store {
    /// Offers that a member made or was made, after a number.
    pub async fn misp_delegations(&self, member: MemberId, after: i64, limit: usize) -> Result<Vec<MispDelegation>> {
        let values = vec![member.0.into(), after.into(), many(limit).into()];
        self.list(DELEGATIONS, values, delegation).await
    }

    /// An offer by its number.
    pub async fn misp_delegation(&self, id: i64) -> Result<Option<MispDelegation>> {
        self.row(DELEGATION, vec![id.into()], delegation).await
    }

    /// Makes an offer; of an event there is one, the last.
    pub async fn misp_delegate(&self, actor: &Principal, offer: &MispDelegation) -> Result<MispDelegation> {
        let values = vec![
            offer.event.into(),
            offer.requester.0.into(),
            offer.target.0.into(),
            offer.level.into(),
            offer.community.map(|one| one.0).into(),
            (&offer.message).into(),
            offer.at.into(),
        ];
        let subject = serde_json::json!({ "event": offer.event, "to": offer.target.0 });
        let entry = rule_changed(actor, "event offered to be published by another member", subject);
        self.change(Change::new().with(PUT_DELEGATION, values).entry(entry))
            .await?;
        let made = self.row(DELEGATION_OF, vec![offer.event.into()], delegation).await?;
        made.ok_or_else(|| Error::ours("an offer was made and is not there"))
    }

    /// Ends an offer, taken or not.
    pub async fn misp_delegation_end(&self, actor: &Principal, offer: &MispDelegation, taken: bool) -> Result<()> {
        let what = if taken {
            "event of another member published"
        } else {
            "offer of an event ended"
        };
        let subject = serde_json::json!({ "event": offer.event, "from": offer.requester.0, "to": offer.target.0 });
        let change = Change::new().with(END_DELEGATION, vec![offer.id.into()]);
        self.change(change.entry(rule_changed(actor, what, subject)))
            .await
            .map(drop)
    }

    /// Events that are not taken in, after a number.
    pub async fn misp_blocked(&self, after: i64, limit: usize) -> Result<Vec<MispBlocked>> {
        self.list(BLOCKED, vec![after.into(), many(limit).into()], blocked)
            .await
    }

    /// What is known of an event that is not taken in; none where it is.
    pub async fn misp_blocked_one(&self, event: Uuid) -> Result<Option<MispBlocked>> {
        self.row(BLOCKED_ONE, vec![uuid_value(event)], blocked).await
    }

    /// Every event that is not taken in.
    pub async fn misp_blocked_all(&self) -> Result<HashSet<Uuid>> {
        /// Rows that are read together.
        const PAGE: usize = 10_000;
        let (mut all, mut after) = (HashSet::new(), 0);
        loop {
            let page = self.misp_blocked(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.id;
            all.extend(page.into_iter().map(|one| one.event));
        }
    }

    /// Takes in events no more, or writes down something else of them.
    pub async fn misp_block(&self, actor: &Principal, events: &[MispBlocked]) -> Result<()> {
        let mut change = Change::new();
        for one in events {
            let values = vec![
                uuid_value(one.event),
                (&one.info).into(),
                (&one.creator).into(),
                (&one.comment).into(),
                one.at.into(),
            ];
            change = change.with(PUT_BLOCKED, values);
        }
        let named: Vec<String> = events.iter().map(|one| one.event.to_string()).collect();
        let entry = rule_changed(actor, "events blocked", serde_json::json!({ "events": named }));
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Takes an event in again.
    pub async fn misp_unblock(&self, actor: &Principal, event: Uuid) -> Result<()> {
        let subject = serde_json::json!({ "event": event.to_string() });
        let change = Change::new().with(END_BLOCKED, vec![uuid_value(event)]);
        self.change(change.entry(rule_changed(actor, "event unblocked", subject)))
            .await
            .map(drop)
    }

    /// What clients keep for a person.
    pub async fn misp_settings(&self, person: PersonId, limit: usize) -> Result<Vec<MispSetting>> {
        self.list(SETTINGS, vec![person.0.into(), many(limit).into()], setting)
            .await
    }

    /// Keeps something for a person.
    pub async fn misp_setting_put(&self, wish: &MispSetting) -> Result<()> {
        let values = vec![
            wish.person.0.into(),
            (&wish.name).into(),
            (&wish.value).into(),
            wish.at.into(),
        ];
        self.change(Change::new().with(PUT_SETTING, values)).await.map(drop)
    }

    /// Keeps it no more.
    pub async fn misp_setting_end(&self, person: PersonId, name: &str) -> Result<()> {
        let values = vec![person.0.into(), name.into()];
        self.change(Change::new().with(END_SETTING, values)).await.map(drop)
    }
}
