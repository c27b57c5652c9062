//! What comes from the other hub: only from the member that stands for it, only by the terms that hold, never wider.

use std::collections::{BTreeMap, HashMap};

use policy::{Action, CommunityId, decide};
use serde_json::json;
use stix::marking::{Pap, Tlp};
use store::{Bridge, BridgeItem, BridgeState, NewEntry, NewRecall, RecallKind, Retraction, VersionFilter};
use uuid::Uuid;

use super::message::{Call, CallDone, Item, Message, RefusedItem, Reply, SeenCount};
use super::terms::{Hub, PairHere, Terms, stops};
use super::{channel, closed, not_there};
use crate::accounts::Caller;
use crate::disclosure::FEWEST;
use crate::error::{Error, bad};
use crate::intake::{Handling, ItemState, ShareRequest};
use crate::node::Node;

/// Items, recalls and counts of one message.
const MOST: usize = 500;
/// Characters of a name or title that the other side writes.
const MOST_NAME: usize = 200;
/// Characters of a reason that are kept.
const MOST_REASON: usize = 1_000;
/// The most that STIX counts in one sighting (section 5.2).
const MOST_COUNT: i64 = 999_999_999;

fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(most).collect()
}

impl Node {
    /// Hears what the other hub says of a bridge.
    ///
    /// # Errors
    /// When the caller does not stand for that hub, or what it says does not fit what was agreed.
    pub async fn bridge_hear(&self, caller: &Caller, uuid: Uuid, message: Message) -> Result<Reply, Error> {
        let absent = || not_there(&uuid.to_string());
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, ""))?;
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        if let Message::Offer { terms, person, mut hub } = message {
            hub.title = plain(&hub.title, MOST_NAME);
            if stix::Id::parse(&hub.identity).is_err() {
                let help = "send the STIX identity of the hub";
                return Err(bad("bad-hub", "that is no identity of a hub", help));
            }
            self.offered(member, uuid, &terms, &plain(&person, MOST_NAME), hub)
                .await?;
            return Ok(Reply::default());
        }
        let bridge = self.store().bridge_by_uuid(uuid).await?.ok_or_else(absent)?;
        if bridge.set.member != member {
            return Err(absent());
        }
        match message {
            Message::Offer { .. } => Ok(Reply::default()),
            Message::Acceptance {
                version,
                digest,
                person,
                mut hub,
            } => {
                hub.title = plain(&hub.title, MOST_NAME);
                let person = plain(&person, MOST_NAME);
                self.accepted(bridge, version, &digest, &person, hub).await?;
                Ok(Reply::default())
            }
            Message::End { person } => {
                self.ended(bridge, &plain(&person, MOST_NAME)).await?;
                Ok(Reply::default())
            }
            Message::Items {
                version,
                community,
                items,
            } => self.take_items(&bridge, version, &community, items).await,
            Message::Recalls { recalls } => self.take_recalls(&bridge, recalls).await,
            Message::Seen { seen } => self.take_seen(&bridge, seen).await,
            Message::Questions { version, questions } => self.take_questions(&bridge, version, questions).await,
            Message::Answers { answers } => self.take_answers(&bridge, answers).await,
        }
    }

    async fn take_items(&self, bridge: &Bridge, version: i64, ours: &str, items: Vec<Item>) -> Result<Reply, Error> {
        if items.len() > MOST {
            let message = format!("a message has {MOST} items at the most");
            return Err(bad("too-many-items", message, "send them in parts"));
        }
        if bridge.set.state != BridgeState::Active {
            return Err(closed(bridge.set.state));
        }
        if bridge.set.version != version {
            let message = format!("what holds here is version {} of the terms", bridge.set.version);
            return Err(Error::Conflict(message));
        }
        let terms = Terms::read(bridge.set.terms.as_deref().unwrap_or_default())?;
        let pair = self.pair_of(&terms, bridge.set.first, ours).await;
        let Some((pair, community)) = pair.filter(|(pair, _)| pair.takes) else {
            return Err(Error::Conflict("nothing comes in by this pair".to_owned()));
        };
        let loosest = self.community_by_id(community).await?.loosest_tlp;
        let mut reply = Reply::default();
        let mut groups: BTreeMap<(Tlp, Pap), Vec<(String, Item)>> = BTreeMap::new();
        for item in items {
            let id = stix::Object::parse(&item.object).ok();
            let id = id
                .and_then(|object| object.map().str("id").map(str::to_owned))
                .unwrap_or_default();
            match self.against(bridge, &pair, &item, &id) {
                Some(why) => reply.refused.push(RefusedItem {
                    id,
                    why: why.to_owned(),
                }),
                None => {
                    let marks = (item.tlp.max(loosest), item.pap);
                    groups.entry(marks).or_default().push((id, item));
                }
            }
        }
        let caller = self.hub_caller(bridge).await?;
        for ((tlp, pap), group) in groups {
            self.take_group(bridge, &pair, community, &caller, (tlp, pap), group, &mut reply)
                .await?;
        }
        Ok(reply)
    }

    /// What stands against an item before anything of it is taken in.
    fn against(&self, bridge: &Bridge, pair: &PairHere, item: &Item, id: &str) -> Option<&'static str> {
        let own = self.settings().identity.to_string();
        let sender = bridge.set.hub.as_deref().unwrap_or_default();
        let Some((last, before)) = item.path.split_last() else {
            return Some("it does not say by which hubs it has come");
        };
        if id.is_empty() {
            return Some("it cannot be read");
        }
        if item.tlp > pair.tlp || item.tlp == Tlp::Red || item.pap > pair.pap {
            return Some("it is marked more strictly than passes this bridge");
        }
        let is_plain = |hub: &Hub| {
            let title = hub.title.chars().count() <= MOST_NAME && !hub.title.chars().any(char::is_control);
            title && stix::Id::parse(&hub.identity).is_ok()
        };
        if !item.path.iter().all(|hop| is_plain(&hop.hub)) {
            return Some("its path does not name hubs");
        }
        if last.hub.identity != sender || last.bridge != bridge.set.uuid {
            return Some("the last hub of its path is not the one that sends it");
        }
        if item.path.iter().any(|hop| hop.hub.identity == own) {
            return Some("it has passed here already");
        }
        if stix::id::object_type(id) == "sighting" {
            return Some("sightings pass as counts");
        }
        stops(before, true, &own, sender, pair.hops)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of one loop, with a title")]
    async fn take_group(
        &self,
        bridge: &Bridge,
        pair: &PairHere,
        community: CommunityId,
        caller: &Caller,
        (tlp, pap): (Tlp, Pap),
        group: Vec<(String, Item)>,
        reply: &mut Reply,
    ) -> Result<(), Error> {
        let request = ShareRequest {
            channel: channel(bridge),
            name: None,
            handling: Handling {
                communities: vec![community],
                tlp: Some(tlp),
                pap: Some(pap),
                ..Handling::default()
            },
            list_items: true,
        };
        let texts: Vec<&str> = group.iter().map(|(_, item)| item.object.as_str()).collect();
        let envelope = format!("{{\"objects\":[{}]}}", texts.join(","));
        let report = self.share_bytes(caller, request, envelope.into_bytes()).await?;
        reply.waiting += report.waiting;
        let mut results: HashMap<String, (String, ItemState)> = HashMap::new();
        for result in report.items {
            if let Some(id) = result.id {
                results.insert(id, (result.version, result.state));
            }
        }
        let (mut kept, mut said) = (Vec::new(), Vec::new());
        for (id, item) in group {
            // Two versions of one object in a message have one answer.
            let (version, why) = match results.get(&id).cloned() {
                Some((version, ItemState::Refused { problem })) => (version, Some(problem.to_string())),
                Some((version, ItemState::Accepted | ItemState::Unchanged)) => (version, None),
                None => (String::new(), Some("it was not understood".to_owned())),
            };
            if let Some(why) = &why {
                reply.refused.push(RefusedItem {
                    id: id.clone(),
                    why: why.clone(),
                });
            } else {
                reply.taken += 1;
                said.push(json!({
                    "object": id, "version": version, "tlp_before": item.tlp.label(), "tlp": tlp.label(),
                    "pap_before": item.pap.label(), "pap": pap.label(), "path": item.path,
                }));
            }
            let path = serde_json::to_string(&item.path)
                .map_err(|error| Error::Ours(format!("a path could not be written: {error}")))?;
            kept.push(BridgeItem {
                outward: false,
                object: id,
                community,
                version,
                before: (item.tlp.label().to_owned(), item.pap.label().to_owned()),
                after: (tlp.label().to_owned(), pap.label().to_owned()),
                path,
                onward: pair.onward,
                state: if why.is_some() { "refused" } else { "passed" }.to_owned(),
                why,
                at: self.now(),
            });
        }
        let mut entries = Vec::new();
        if !said.is_empty() {
            let body = json!({ "bridge": bridge.set.uuid, "version": bridge.set.version, "items": said });
            entries.push(NewEntry {
                kind: "bridge-in".to_owned(),
                member: Some(bridge.set.member),
                body: body.to_string(),
            });
        }
        Ok(self.store().bridge_items_put(bridge.id, &kept, entries).await?)
    }

    /// Recalls reach what came whatever has become of the bridge: they only narrow.
    async fn take_recalls(&self, bridge: &Bridge, recalls: Vec<Call>) -> Result<Reply, Error> {
        if recalls.len() > MOST {
            return Err(bad(
                "too-many-recalls",
                format!("a message has {MOST} recalls at the most"),
                "send them in parts",
            ));
        }
        let mut reply = Reply::default();
        for call in recalls {
            let (done, note) = self.take_recall(bridge, &call).await?;
            reply.done.push(CallDone {
                id: call.id,
                done: done.to_owned(),
                note,
            });
        }
        self.recalls_changed();
        Ok(reply)
    }

    async fn take_recall(&self, bridge: &Bridge, call: &Call) -> Result<(&'static str, Option<String>), Error> {
        let said = |text: &str| Some(text.to_owned());
        let Some(item) = self.store().bridge_item(bridge.id, &call.object, false).await? else {
            return Ok(("removed", said("it is not here by this bridge")));
        };
        let kind = match call.action.as_str() {
            "retract" => RecallKind::Retract,
            "correct" => RecallKind::Correct,
            "narrow" => RecallKind::Narrow(call.tlp.unwrap_or(Tlp::Clear), call.pap.unwrap_or(Pap::Clear)),
            "keep" => return Ok(("kept", said("it is still shared over the bridge"))),
            _ => return Ok(("kept", said("this hub does not know what that asks for"))),
        };
        let principal = policy::Principal {
            member: Some(bridge.set.member),
            ..policy::Principal::public()
        };
        let reason = plain(&call.reason, MOST_REASON);
        let new = NewRecall {
            uuid: self.fresh_uuid(),
            kind: kind.clone(),
            object: call.object.clone(),
            owner: bridge.set.member,
            community: None,
            channel: Some(channel(bridge)),
            versions: None,
            reason: if reason.is_empty() {
                "the other hub gave no reason".to_owned()
            } else {
                reason
            },
        };
        let mut note = None;
        match self.store().recall(&principal, &new).await {
            Ok(recalled) => note = Some(asked(recalled.owed.len() as u64)),
            Err(error) if matches!(error.kind(), store::ErrorKind::NotFound | store::ErrorKind::Conflict) => {}
            Err(error) if error.kind() == store::ErrorKind::Input => match kind {
                RecallKind::Correct => return Ok(("later", None)),
                _ => return self.retract_instead(bridge, item, new, &principal).await,
            },
            Err(error) => return Err(error.into()),
        }
        let (done, item) = match kind {
            RecallKind::Retract => {
                let why = Some(new.reason);
                let state = "withdrawn".to_owned();
                ("removed", BridgeItem { state, why, ..item })
            }
            RecallKind::Narrow(tlp, pap) => {
                let known = (Tlp::parse(&item.after.0), Pap::parse(&item.after.1));
                let after = (
                    known.0.map_or(tlp, |known| known.max(tlp)).label().to_owned(),
                    known.1.map_or(pap, |known| known.max(pap)).label().to_owned(),
                );
                ("replaced", BridgeItem { after, ..item })
            }
            RecallKind::Correct | RecallKind::Exclude(_) => ("replaced", item),
        };
        self.note_recall(bridge, item, call, done).await?;
        Ok((done, note))
    }

    /// What cannot be kept as narrow as that (TLP:RED names nobody here) goes.
    async fn retract_instead(
        &self,
        bridge: &Bridge,
        item: BridgeItem,
        new: NewRecall,
        principal: &policy::Principal,
    ) -> Result<(&'static str, Option<String>), Error> {
        let new = NewRecall {
            kind: RecallKind::Retract,
            ..new
        };
        self.store().recall(principal, &new).await?;
        let item = BridgeItem {
            state: "withdrawn".to_owned(),
            why: Some(new.reason),
            ..item
        };
        self.store().bridge_items_put(bridge.id, &[item], Vec::new()).await?;
        Ok(("removed", Some("it could not be kept under that marking".to_owned())))
    }

    async fn note_recall(&self, bridge: &Bridge, item: BridgeItem, call: &Call, done: &str) -> Result<(), Error> {
        let body = json!({
            "bridge": bridge.set.uuid, "recall": call.id, "action": call.action, "object": call.object, "done": done,
        });
        let entry = NewEntry {
            kind: "bridge-recall".to_owned(),
            member: Some(bridge.set.member),
            body: body.to_string(),
        };
        Ok(self.store().bridge_item_change(bridge.id, &item, entry).await?)
    }

    /// Takes counts of sightings: one sighting of the other hub for each item that went there from here.
    async fn take_seen(&self, bridge: &Bridge, seen: Vec<SeenCount>) -> Result<Reply, Error> {
        if seen.len() > MOST {
            return Err(bad(
                "too-many-counts",
                format!("a message has {MOST} counts at the most"),
                "send them in parts",
            ));
        }
        if bridge.set.state != BridgeState::Active {
            return Err(closed(bridge.set.state));
        }
        let steps = self.store().bridge_steps(bridge.id).await?;
        let made = steps.first().map_or(self.now(), |step| step.at);
        let caller = self.hub_caller(bridge).await?;
        let hub = self.member_by_id(bridge.set.member).await?;
        let mut reply = Reply::default();
        for one in seen {
            let refuse = |why: &str| RefusedItem {
                id: one.object.clone(),
                why: why.to_owned(),
            };
            let item = self.store().bridge_item(bridge.id, &one.object, true).await?;
            let Some(item) = item.filter(|item| item.state == "passed") else {
                reply.refused.push(refuse("it did not go there by this bridge"));
                continue;
            };
            if one.count < 0 || one.first_seen > one.last_seen {
                reply.refused.push(refuse("that is no count"));
                continue;
            }
            if one.count == 0 {
                self.take_unseen(bridge, &caller, &one.object).await?;
                reply.taken += 1;
                continue;
            }
            let object = json!({
                "type": "sighting", "spec_version": "2.1", "id": self.sighting_by(bridge, &one.object),
                "created": made.to_string(), "modified": self.now().to_string(), "created_by_ref": hub.identity,
                "sighting_of_ref": one.object, "where_sighted_refs": [hub.identity],
                "count": one.count.clamp(1, MOST_COUNT), "first_seen": one.first_seen.to_string(),
                "last_seen": one.last_seen.to_string(), "summary": true,
            });
            let marked = |text: &str| Tlp::parse(text).unwrap_or(Tlp::AmberStrict);
            let permitted = |text: &str| Pap::parse(text).unwrap_or(Pap::Red);
            let request = ShareRequest {
                channel: channel(bridge),
                name: None,
                handling: Handling {
                    communities: vec![item.community],
                    tlp: Some(one.tlp.max(marked(&item.before.0)).max(Tlp::Green)),
                    pap: Some(one.pap.max(permitted(&item.before.1))),
                    ..Handling::default()
                },
                list_items: false,
            };
            let text = format!("{{\"objects\":[{object}]}}");
            let report = self.share_bytes(&caller, request, text.into_bytes()).await?;
            if report.refused > 0 {
                let why = report.problems.first().map_or_else(String::new, ToString::to_string);
                reply.refused.push(refuse(&why));
            } else {
                reply.taken += 1;
            }
        }
        Ok(reply)
    }
}

impl Node {
    /// All sightings of an item were taken back there: the one that stands for them goes here.
    async fn take_unseen(&self, bridge: &Bridge, caller: &Caller, object: &str) -> Result<(), Error> {
        let retraction = Retraction {
            id: self.sighting_by(bridge, object),
            versions: VersionFilter::all(),
            community: None,
            reason: "every sighting that it stood for was taken back".to_owned(),
        };
        self.store().retract(&caller.principal, &retraction).await?;
        Ok(())
    }
}

/// How many members on this side were given an item that is recalled; never a number below five.
fn asked(members: u64) -> String {
    let many = match members {
        few if few < FEWEST => "fewer than five members".to_owned(),
        many => format!("{many} members"),
    };
    format!("{many} there had been given it; each is asked to act and answer there")
}
