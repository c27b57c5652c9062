//! Delegation: one member offers another an event, to be published under the other's name.
//!
//! ```text
//! offer  ──► the other sees the event, which its own member alone saw until now
//! take   ──► the other publishes it as an event of its own, under UUIDs of its own
//! end    ──► either lets it be; the event stays whose it was
//! ```
//!
//! A copy, since a UUID here belongs to the member that contributed it first, and what was shared stays on record as shared
//! by whom it was. The first event stays with its member, who may delete it.

use std::collections::HashMap;

use policy::{CommunityId, MemberId};
use serde_json::{Map, Value, json};
use store::MispDelegation;
use uuid::Uuid;

use super::shape::EventShape;
use super::{absent, uuid_at};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// Longest message.
const MESSAGE: usize = 4_096;
/// Offers that are listed together.
const CHUNK: usize = 1_000;
/// Bytes of an event that can be taken.
const LARGEST: usize = 192 << 20;
/// What is written anew: the rest is what others said, or what only the first knows.
const KEPT: [&str; 17] = [
    "info",
    "date",
    "threat_level_id",
    "analysis",
    "Tag",
    "Attribute",
    "Object",
    "EventReport",
    "extends_uuid",
    "uuid",
    "timestamp",
    "protected",
    "distribution",
    "sharing_group_id",
    "published",
    "disable_correlation",
    "locked",
];

/// What is offered.
#[derive(Clone, Debug)]
pub struct DelegationWish {
    /// To whom.
    pub target: MemberId,
    /// The distribution that is asked for; none where the other decides.
    pub level: Option<i64>,
    /// The community of level 4.
    pub community: Option<CommunityId>,
    /// What the one says to the other.
    pub message: String,
}

/// Said to whoever would take an event that was offered to another.
pub const NOT_OFFERED: &str = "this event was offered to another organisation";

impl Node {
    /// Offers an event to another member, who sees it from then on.
    ///
    /// # Errors
    /// When it is not the caller's member's, others see it already, or there is no such member.
    pub async fn misp_delegate(
        &self,
        caller: &Caller,
        event: i64,
        wish: DelegationWish,
    ) -> Result<MispDelegation, Error> {
        let (viewer, event) = self.misp_own_event(caller, event).await?;
        let requester = event.row.owner.member;
        if wish.target == requester {
            let help = "give another as 'org_id'";
            return Err(bad("own-event", "this organisation has the event already", help));
        }
        self.member_by_id(wish.target).await?;
        if wish.message.len() > MESSAGE {
            return Err(bad("too-long", "a message has up to 4,096 bytes", "say it shorter"));
        }
        if wish.level.is_some_and(|level| !(0..=4).contains(&level))
            || (wish.level == Some(4)) != wish.community.is_some()
        {
            let help = "give 0 to 3, 4 with 'sharing_group_id', or -1 to let them decide";
            return Err(bad("bad-distribution", "no distribution that can be asked for", help));
        }
        let audience = self.store().audience_seen(&viewer, event.row.audience).await?;
        let audience = audience.ok_or_else(absent)?;
        let known_to = |member: &MemberId| *member == requester || *member == wish.target;
        if !audience.communities().is_empty() || !audience.named().iter().all(known_to) {
            return Err(bad(
                "not-own-only",
                "others see this event already",
                "delegate an event of distribution 0, your organisation only",
            ));
        }
        if !audience.named().contains(&wish.target) {
            self.misp_show_to(caller, &viewer, &event, wish.target).await?;
        }
        let offer = MispDelegation {
            id: 0,
            event: event.row.id,
            requester,
            target: wish.target,
            level: wish.level,
            community: wish.community,
            message: wish.message,
            at: self.now(),
        };
        Ok(self.store().misp_delegate(&caller.principal, &offer).await?)
    }

    /// The offers that the caller's member made or was made.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_delegations(&self, caller: &Caller) -> Result<Vec<MispDelegation>, Error> {
        let Some(member) = caller.principal.member else {
            return Ok(Vec::new());
        };
        let mut all: Vec<MispDelegation> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last.id);
            let page = self.store().misp_delegations(member, after, CHUNK).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// An offer that concerns the caller's member.
    async fn misp_offer(&self, caller: &Caller, id: i64) -> Result<MispDelegation, Error> {
        let offer = self.store().misp_delegation(id).await?;
        let concerned = |offer: &MispDelegation| {
            let member = caller.principal.member;
            member == Some(offer.requester) || member == Some(offer.target)
        };
        let offer = offer.filter(concerned);
        offer.ok_or_else(|| Error::NotFound("there is no such offer of an event, or it is not to you".to_owned()))
    }

    /// Publishes an event that was offered, under the name of the caller's member. Gives the number of the new event.
    ///
    /// # Errors
    /// When there is no such offer to the caller's member, its event is gone, or the intake refuses it.
    pub async fn misp_delegation_take(&self, caller: &Caller, id: i64) -> Result<i64, Error> {
        let offer = self.misp_offer(caller, id).await?;
        if caller.principal.member != Some(offer.target) {
            return Err(Error::NotAllowed(NOT_OFFERED));
        }
        self.misp_may_write(caller)?;
        self.misp_follow().await?;
        let viewer = self.misp_viewer(caller).await?;
        let event = self.misp_event(&viewer, offer.event).await?.ok_or_else(absent)?;
        self.misp_give(caller, std::slice::from_ref(&event)).await?;
        let shape = EventShape {
            plain: true,
            ..EventShape::default()
        };
        let text = self.misp_event_text(&viewer, &event, &shape, LARGEST).await?;
        let text = text.ok_or_else(|| {
            bad(
                "too-large",
                "the event is larger than 192 MiB, the limit",
                "take it in parts",
            )
        })?;
        let mut whole: Map<String, Value> = serde_json::from_str(&text)
            .map_err(|error| Error::Ours(format!("an event that was written here cannot be read: {error}")))?;
        let Some(Value::Object(whole)) = whole.shift_remove("Event") else {
            return Err(Error::Ours("an event that was written here is none".to_owned()));
        };
        let mut anew = anew(whole, &|| self.fresh_uuid());
        anew.insert("distribution".to_owned(), json!(offer.level.unwrap_or(0).to_string()));
        if let Some(community) = offer.community {
            anew.insert("sharing_group_id".to_owned(), json!(community.0.to_string()));
        }
        let anew = bytes::Bytes::from(Value::Object(anew).to_string());
        let made = self.misp_event_add(caller, anew).await?;
        self.store()
            .misp_delegation_end(&caller.principal, &offer, true)
            .await?;
        Ok(made)
    }

    /// Ends an offer without taking it; whoever made it and whom it was made to may.
    ///
    /// # Errors
    /// When there is no such offer that concerns the caller's member.
    pub async fn misp_delegation_end(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let offer = self.misp_offer(caller, id).await?;
        self.misp_may_write(caller)?;
        Ok(self
            .store()
            .misp_delegation_end(&caller.principal, &offer, false)
            .await?)
    }
}

/// An event as one of one's own: what it says, under fresh UUIDs, with what belongs together still together.
fn anew(mut event: Map<String, Value>, fresh: &dyn Fn() -> Uuid) -> Map<String, Value> {
    event.retain(|key, _| KEPT.contains(&key.as_str()));
    event.insert("published".to_owned(), json!(false));
    let mut named = HashMap::new();
    let mut whole = Value::Object(event);
    name_anew(&mut whole, &mut named, fresh);
    point_anew(&mut whole, &named);
    match whole {
        Value::Object(event) => event,
        _ => Map::new(),
    }
}

/// Gives everything a UUID of its own, and the distribution of what is around it.
fn name_anew(value: &mut Value, named: &mut HashMap<Uuid, Uuid>, fresh: &dyn Fn() -> Uuid) {
    match value {
        Value::Array(list) => {
            for one in list {
                name_anew(one, named, fresh);
            }
        }
        Value::Object(fields) => {
            if let Some(old) = uuid_at(fields, "uuid") {
                let new = *named.entry(old).or_insert_with(fresh);
                fields.insert("uuid".to_owned(), json!(new.to_string()));
            }
            if fields.contains_key("distribution") {
                fields.insert("distribution".to_owned(), json!("5"));
                fields.shift_remove("sharing_group_id");
            }
            for key in [
                "id",
                "event_id",
                "object_id",
                "Sighting",
                "ShadowAttribute",
                "SharingGroup",
            ] {
                fields.shift_remove(key);
            }
            for (key, inner) in fields {
                // Galaxies and organisations are what they are, whoever names them.
                if matches!(key.as_str(), "Attribute" | "Object" | "EventReport" | "ObjectReference") {
                    name_anew(inner, named, fresh);
                }
            }
        }
        _ => {}
    }
}

/// Lets references point to what has a new UUID.
fn point_anew(value: &mut Value, named: &HashMap<Uuid, Uuid>) {
    match value {
        Value::Array(list) => {
            for one in list {
                point_anew(one, named);
            }
        }
        Value::Object(fields) => {
            for key in ["referenced_uuid", "object_uuid"] {
                if let Some(new) = uuid_at(fields, key).and_then(|old| named.get(&old)) {
                    fields.insert(key.to_owned(), json!(new.to_string()));
                }
            }
            for (_, inner) in fields {
                point_anew(inner, named);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::anew;

    #[test]
    fn an_event_as_ones_own_says_the_same_under_other_uuids() {
        let uuid = |number: u128| Uuid::from_u128(0x5c9a_3b2e_0c1d_4f6a_8a55_0000_0000_0000 + number).to_string();
        let event = json!({
            "uuid": uuid(1), "id": "7", "info": "x", "distribution": "0", "Orgc": { "name": "A", "uuid": uuid(9) },
            "published": true, "Sighting": [{ "uuid": uuid(8) }],
            "Attribute": [{ "uuid": uuid(2), "id": "3", "value": "a.example", "distribution": "0", "Sighting": [] }],
            "Object": [{ "uuid": uuid(3), "name": "file", "Attribute": [{ "uuid": uuid(4), "value": "b" }],
                "ObjectReference": [
                    { "uuid": uuid(5), "object_uuid": uuid(3), "referenced_uuid": uuid(2) },
                    { "uuid": uuid(6), "object_uuid": uuid(3), "referenced_uuid": uuid(99) } ] }],
        });
        let Value::Object(event) = event else { unreachable!() };
        let next = std::cell::Cell::new(1_000);
        let fresh = || {
            next.set(next.get() + 1);
            Uuid::from_u128(next.get())
        };
        let made = Value::Object(anew(event, &fresh));
        let text = made.to_string();
        for old in [1, 2, 3, 4, 5, 6, 8, 9] {
            assert!(!text.contains(&uuid(old)), "{old}: {text}");
        }
        let object = &made["Object"][0];
        assert_eq!(
            object["ObjectReference"][0]["referenced_uuid"],
            made["Attribute"][0]["uuid"]
        );
        assert_eq!(object["ObjectReference"][0]["object_uuid"], object["uuid"]);
        assert_eq!(
            object["ObjectReference"][1]["referenced_uuid"],
            uuid(99),
            "what is elsewhere stays"
        );
        assert_eq!(
            (&made["published"], &made["Attribute"][0]["distribution"]),
            (&json!(false), &json!("5"))
        );
        assert!(made.get("Orgc").is_none() && made.get("id").is_none() && made.get("Sighting").is_none());
    }
}
