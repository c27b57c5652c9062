//! What clients of MISP keep here that no object says: offers of events to other members, what is not taken in, values that
//! connect nothing, and settings of people's clients.

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

/// What can be kept from being taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MispBlockedKind {
    /// One event.
    Event,
    /// All that an organisation made.
    Organisation,
}

impl MispBlockedKind {
    /// As the store and the ledger write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Organisation => "organisation",
        }
    }
}

/// An event, or an organisation of which no event is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispBlocked {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// Which of the two.
    pub kind: MispBlockedKind,
    /// The UUID of the event, or of the organisation.
    pub uuid: Uuid,
    /// The title of the event, as far as somebody wrote it down.
    pub info: String,
    /// The name of the organisation, or of the one that made the event, likewise.
    pub creator: String,
    /// Why.
    pub comment: String,
    /// Since when.
    pub at: Timestamp,
}

/// What is not taken in, to be asked of each of many events.
#[derive(Clone, Debug, Default)]
pub struct MispBlocklist {
    events: HashSet<Uuid>,
    organisations: HashSet<Uuid>,
}

impl MispBlocklist {
    /// Whether an event is taken in; `creator` is the organisation that made it, where that is known.
    pub fn lets_in(&self, event: Uuid, creator: Option<Uuid>) -> bool {
        !self.events.contains(&event) && creator.is_none_or(|one| !self.organisations.contains(&one))
    }
}

/// A value that connects nothing: events that have it are not related by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispExclusion {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// The value, in any case; `%` at an end stands for whatever is there.
    pub value: String,
    /// Why.
    pub comment: String,
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

const BLOCKED: &str = "select id, kind, uuid, info, creator, comment, at from misp_blocked where kind = ?1 and id > ?2 \
                       order by id limit ?3";
const BLOCKED_ONE: &str =
    "select id, kind, uuid, info, creator, comment, at from misp_blocked where kind = ?1 and uuid = ?2";
const PUT_BLOCKED: &str = "insert into misp_blocked (kind, uuid, info, creator, comment, at) \
                           values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (kind, uuid) do update set info = excluded.info, \
                           creator = excluded.creator, comment = excluded.comment";
const END_BLOCKED: &str = "delete from misp_blocked where kind = ?1 and uuid = ?2";

const EXCLUSIONS: &str = "select id, value, comment from misp_exclusion where id > ?1 order by id limit ?2";
const PUT_EXCLUSION: &str = "insert into misp_exclusion (value, pattern, comment, at) values (?1, ?2, ?3, ?4) \
                             on conflict (value) do update set comment = excluded.comment";
const CHANGE_EXCLUSION: &str = "update misp_exclusion set value = ?2, pattern = ?3, comment = ?4 where id = ?1";
const EXCLUSION_OF: &str = "select id, value, comment from misp_exclusion where value = ?1";
const END_EXCLUSION: &str = "delete from misp_exclusion where id = ?1";

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
    let kind = match row.text(1)?.as_str() {
        "organisation" => MispBlockedKind::Organisation,
        _ => MispBlockedKind::Event,
    };
    Ok(MispBlocked {
        id: row.int(0)?,
        kind,
        uuid: uuid_at(row, 2)?,
        info: row.text(3)?,
        creator: row.text(4)?,
        comment: row.text(5)?,
        at: row.time(6)?,
    })
}

fn exclusion(row: &Row) -> Result<MispExclusion> {
    Ok(MispExclusion {
        id: row.int(0)?,
        value: row.text(1)?,
        comment: row.text(2)?,
    })
}

/// An excluded value as the databases compare it: in lower case, with a percent sign for itself but at an end.
fn pattern(value: &str) -> String {
    let lower = value.to_ascii_lowercase();
    let (start, rest) = lower.strip_prefix('%').map_or(("", lower.as_str()), |rest| ("%", rest));
    let (middle, end) = rest.strip_suffix('%').map_or((rest, ""), |rest| (rest, "%"));
    let mut pattern = start.to_owned();
    for letter in middle.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push_str(end);
    pattern
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

    /// What of a kind is not taken in, after a number.
    pub async fn misp_blocked(&self, kind: MispBlockedKind, after: i64, limit: usize) -> Result<Vec<MispBlocked>> {
        let values = vec![kind.as_str().into(), after.into(), many(limit).into()];
        self.list(BLOCKED, values, blocked).await
    }

    /// What is known of an event or organisation that is not taken in; none where it is.
    pub async fn misp_blocked_one(&self, kind: MispBlockedKind, uuid: Uuid) -> Result<Option<MispBlocked>> {
        let values = vec![kind.as_str().into(), uuid_value(uuid)];
        self.row(BLOCKED_ONE, values, blocked).await
    }

    /// All that is not taken in.
    pub async fn misp_blocklist(&self) -> Result<MispBlocklist> {
        /// Rows that are read together.
        const PAGE: usize = 10_000;
        let mut all = MispBlocklist::default();
        for kind in [MispBlockedKind::Event, MispBlockedKind::Organisation] {
            let mut after = 0;
            loop {
                let page = self.misp_blocked(kind, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                let uuids = page.into_iter().map(|one| one.uuid);
                match kind {
                    MispBlockedKind::Event => all.events.extend(uuids),
                    MispBlockedKind::Organisation => all.organisations.extend(uuids),
                }
            }
        }
        Ok(all)
    }

    /// Takes in something no more, or writes down something else of it.
    pub async fn misp_block(&self, actor: &Principal, list: &[MispBlocked]) -> Result<()> {
        let mut change = Change::new();
        for one in list {
            let values = vec![
                one.kind.as_str().into(),
                uuid_value(one.uuid),
                (&one.info).into(),
                (&one.creator).into(),
                (&one.comment).into(),
                one.at.into(),
            ];
            change = change.with(PUT_BLOCKED, values);
        }
        let named = |kind: MispBlockedKind| -> Vec<String> {
            let of_kind = list.iter().filter(|one| one.kind == kind);
            of_kind.map(|one| one.uuid.to_string()).collect()
        };
        let subject = serde_json::json!({
            "events": named(MispBlockedKind::Event), "organisations": named(MispBlockedKind::Organisation),
        });
        let entry = rule_changed(actor, "events blocked", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Takes it in again.
    pub async fn misp_unblock(&self, actor: &Principal, kind: MispBlockedKind, uuid: Uuid) -> Result<()> {
        let subject = serde_json::json!({ kind.as_str(): uuid.to_string() });
        let change = Change::new().with(END_BLOCKED, vec![kind.as_str().into(), uuid_value(uuid)]);
        self.change(change.entry(rule_changed(actor, "event unblocked", subject)))
            .await
            .map(drop)
    }

    /// Values that connect nothing, after a number.
    pub async fn misp_exclusions(&self, after: i64, limit: usize) -> Result<Vec<MispExclusion>> {
        let values = vec![after.into(), many(limit).into()];
        self.list(EXCLUSIONS, values, exclusion).await
    }

    /// Lets a value connect nothing; one of a number becomes what it says now.
    pub async fn misp_exclude(&self, actor: &Principal, wish: &MispExclusion, at: Timestamp) -> Result<MispExclusion> {
        let subject = serde_json::json!({ "value": wish.value });
        let entry = rule_changed(actor, "value left out of correlations", subject);
        let pattern = pattern(&wish.value);
        let change = match wish.id {
            0 => {
                let values = vec![(&wish.value).into(), pattern.into(), (&wish.comment).into(), at.into()];
                Change::new().with(PUT_EXCLUSION, values)
            }
            id => {
                let values = vec![id.into(), (&wish.value).into(), pattern.into(), (&wish.comment).into()];
                Change::new().with(CHANGE_EXCLUSION, values)
            }
        };
        self.change(change.entry(entry)).await?;
        let made = self.row(EXCLUSION_OF, vec![(&wish.value).into()], exclusion).await?;
        made.ok_or_else(|| Error::ours("a value was left out and is not there"))
    }

    /// Lets it connect again.
    pub async fn misp_exclusion_end(&self, actor: &Principal, one: &MispExclusion) -> Result<()> {
        let subject = serde_json::json!({ "value": one.value });
        let change = Change::new().with(END_EXCLUSION, vec![one.id.into()]);
        let entry = rule_changed(actor, "value counts in correlations again", subject);
        self.change(change.entry(entry)).await.map(drop)
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

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn percent_signs_stand_for_something_at_the_ends_only() {
        assert_eq!(pattern("%.Example.NET"), "%.example.net");
        assert_eq!(pattern("100%"), "100%");
        assert_eq!(pattern("a_b%c!"), "a!_b!%c!!");
        assert_eq!(pattern("%x%"), "%x%");
    }
}
