//! Carrying recalls: what is to go on the other side, and what was done about it there.

use stix::marking::{Pap, Tlp};
use store::{Acknowledgement, BridgeItem, ObjectRow, Recall};

use super::super::channel;
use super::super::items::Outlet;
use super::super::message::{Call, Message};
use super::super::terms::PairHere;
use super::{Carry, Line};
use crate::accounts::Caller;
use crate::subscriptions::Stop;

/// Recalls of one message.
const MOST_CALLS: usize = 100;

impl Carry<'_> {
    /// What went without a recall (a member left, a charter's time was over) goes on the other side too.
    pub(super) async fn gone(&mut self, line: &Line, outlet: &Outlet<'_>, rows: Vec<ObjectRow>) -> Result<(), Stop> {
        for row in rows {
            let passed = self.node.store().bridge_item(self.bridge.id, &row.id, true).await?;
            let Some(item) = passed.filter(|item| item.state == "passed") else {
                continue;
            };
            if outlet.passes(&row.id).await? {
                continue;
            }
            let call = Call {
                id: self.node.fresh_uuid(),
                action: "retract".to_owned(),
                object: row.id,
                reason: "it was taken back, or marked more strictly than passes".to_owned(),
                tlp: None,
                pap: None,
            };
            line.say(&Message::Recalls { recalls: vec![call] }).await?;
            self.withdrawn(item, "it was taken back").await?;
            self.counts.recalled += 1;
        }
        Ok(())
    }

    pub(super) async fn withdrawn(&self, item: BridgeItem, why: &str) -> Result<(), Stop> {
        let item = BridgeItem {
            state: "withdrawn".to_owned(),
            why: Some(why.to_owned()),
            at: self.now,
            ..item
        };
        self.node
            .store()
            .bridge_items_put(self.bridge.id, &[item], Vec::new())
            .await?;
        Ok(())
    }

    /// Carries the recalls that the other hub's member owes an answer to, and notes the answers. Says whether that was all:
    /// what is asked there of an item depends on what was agreed.
    pub(super) async fn recalls(&mut self, line: &Line, pairs: &[PairHere]) -> Result<bool, Stop> {
        let (member, store) = (self.bridge.set.member, self.node.store().clone());
        // A suspended hub must still hear that something is to go; it sees nothing any more.
        let caller = self.node.hub_caller(&self.bridge).await.ok();
        let mut after = 0;
        loop {
            if !self.is_as_agreed().await? {
                return Ok(false);
            }
            let owed = store.recall_owed_by(member, after, true, MOST_CALLS).await?;
            let Some((last, _)) = owed.last() else { return Ok(true) };
            after = last.id;
            let mut outlets = Vec::new();
            if let Some(caller) = &caller {
                for pair in pairs {
                    let outlet = self.outlet(caller, pair).await?;
                    outlets.extend(outlet.map(|(viewer, community, _)| (pair, viewer, community)));
                }
            }
            let mut calls: Vec<(Call, Recall, BridgeItem)> = Vec::new();
            for (recall, _) in owed {
                let item = store.bridge_item(self.bridge.id, &recall.object, true).await?;
                let Some(item) = item.filter(|item| item.state == "passed") else {
                    continue;
                };
                let mut still_open = false;
                for (pair, viewer, community) in &outlets {
                    let outlet = Outlet {
                        node: self.node,
                        bridge: &self.bridge,
                        pair,
                        community: *community,
                        viewer,
                        now: self.now,
                    };
                    still_open |= outlet.passes(&recall.object).await?;
                }
                calls.push((call(&recall, still_open), recall, item));
            }
            if calls.is_empty() {
                continue;
            }
            let recalls = calls.iter().map(|(call, _, _)| call.clone()).collect();
            let reply = line.say(&Message::Recalls { recalls }).await?;
            for (call, recall, item) in calls {
                let Some(done) = reply.done.iter().find(|done| done.id == call.id) else {
                    continue;
                };
                let known = matches!(done.done.as_str(), "removed" | "replaced" | "kept");
                if known {
                    self.answered(&recall, &done.done, done.note.as_deref()).await?;
                    if done.done == "removed" {
                        self.withdrawn(item, &recall.reason).await?;
                    }
                    self.counts.recalled += 1;
                }
            }
        }
    }

    async fn answered(&self, recall: &Recall, done: &str, note: Option<&str>) -> Result<(), Stop> {
        let store = self.node.store();
        let channel = channel(&self.bridge);
        store
            .recall_tell(self.bridge.set.member, Some(&recall.object), &channel)
            .await?;
        let said = Acknowledgement {
            done: done.to_owned(),
            swapped: None,
            note: note.map(|note| note.chars().take(1_000).collect()),
            channel,
        };
        let principal = policy::Principal {
            member: Some(self.bridge.set.member),
            ..policy::Principal::public()
        };
        let caller = Caller::new(principal, "bridge");
        let name = self.node.name_for_recaller(&caller, recall).await?;
        store
            .recall_acknowledge(&caller.principal, recall, &said, name.as_deref())
            .await?;
        self.node
            .recall_answered(&caller.principal, recall.uuid, self.bridge.set.member)
            .await?;
        Ok(())
    }
}

/// What a recall asks of the other hub.
fn call(recall: &Recall, still_open: bool) -> Call {
    let marks = recall.replaced_by.as_deref().filter(|_| recall.kind == "narrow");
    let marks = marks.and_then(|marks| marks.split_once(' '));
    let (tlp, pap) = marks.map_or((None, None), |(tlp, pap)| (Tlp::parse(tlp), Pap::parse(pap)));
    let action = match recall.kind.as_str() {
        _ if !still_open => "retract",
        "narrow" if tlp.is_some() => "narrow",
        "correct" => "correct",
        _ => "keep",
    };
    Call {
        id: recall.uuid,
        action: action.to_owned(),
        object: recall.object.clone(),
        reason: recall.reason.clone(),
        tlp,
        pap,
    }
}
