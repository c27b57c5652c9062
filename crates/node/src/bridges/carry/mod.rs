//! One run of a bridge: tells what people decided, carries recalls, items and counts of sightings.
//!
//! Here: what a run is, and the items. [`recalls`], [`sightings`] and [`questions`] carry the rest, [`run`] gives each bridge
//! its turn.

mod questions;
mod recalls;
mod run;
mod sightings;

use bytes::Bytes;
use policy::Viewer;
use reqwest::Url;
use serde::Serialize;
use serde_json::json;
use stix::Timestamp;
use store::{
    Bridge, BridgeItem, BridgeState, ChangeKind, ChangeRow, Changes, DeliveryFilter, NewEntry, ObjectRow, RemovedWhy,
};

pub(super) use questions::ABOUT_SIGHTING;

use super::agree::BridgeSettings;
use super::channel;
use super::items::{Fate, Leaving, Outlet};
use super::message::{Item, Message, RefusedItem, Reply};
use super::terms::{PairHere, Terms};
use crate::accounts::Caller;
use crate::client::{Client, Failure, Request};
use crate::delivery::{Question, Way};
use crate::error::Error;
use crate::node::Node;
use crate::push::{cursor_after, halve, is_about_content, parts};
use crate::rules::Rules;
use crate::subscriptions::{Stop, TURN_MICROS, check_url};

/// Changes read at a time.
const READ: usize = 200;
/// Items of one message.
const MOST_ITEMS: usize = 100;
/// Bytes of objects in one message.
const MOST_BYTES: usize = 4 << 20;
/// The most bytes of an answer.
const ANSWER_BYTES: u64 = 4 << 20;
/// Notes kept of one run.
const MOST_NOTES: usize = 20;
const JSON: &str = "application/json";

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarryReport {
    /// The bridge.
    pub name: String,
    /// How it ended, in words.
    pub result: String,
    /// Why it failed, and what to do.
    pub error: Option<String>,
    /// Items that the other side took.
    pub sent: u64,
    /// Items that it refused.
    pub refused: u64,
    /// Recalls that it answered.
    pub recalled: u64,
    /// Items whose sightings were told.
    pub seen: u64,
    /// Questions that were asked there.
    pub asked: u64,
    /// Answers to questions from there that were told.
    pub answered: u64,
    /// What somebody should know.
    pub notes: Vec<String>,
    /// When it runs next.
    pub next_run: Timestamp,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    sent: u64,
    refused: u64,
    recalled: u64,
    seen: u64,
    asked: u64,
    answered: u64,
}

struct Carry<'a> {
    node: &'a Node,
    bridge: Bridge,
    now: Timestamp,
    counts: Counts,
    notes: Vec<String>,
}

/// A community that is read for a bridge: what may leave, in whose name, and the rules by which that was worked out.
struct Reading<'a> {
    outlet: &'a Outlet<'a>,
    caller: &'a Caller,
    rules: Rules,
    /// Whether items leave.
    sends: bool,
    /// Of the terms.
    version: i64,
}

/// What became of the items of a part.
enum Went {
    /// The other hub has answered.
    There,
    /// Nothing went: the rules have moved on.
    NotAnyMore,
    /// Nothing went: the other hub cannot read something among them.
    NotTogether,
}

/// Talks to the other hub.
struct Line {
    client: Client,
    address: Url,
}

impl Line {
    fn to(bridge: &Bridge) -> Result<Self, Stop> {
        let settings = BridgeSettings::parse(&bridge.set.settings)?;
        let mut base = check_url(&bridge.set.url)?;
        let path = format!("{}/api/v1/hub/{}", base.path().trim_end_matches('/'), bridge.set.uuid);
        base.set_path(&path);
        base.set_query(None);
        let client = Client::new(&settings.access, &base)?;
        Ok(Self { client, address: base })
    }

    async fn say(&self, message: &Message) -> Result<Reply, Failure> {
        let body = serde_json::to_vec(message)
            .map_err(|error| Failure::content(format!("a message could not be written: {error}")))?;
        let request = Request::post(self.address.clone(), JSON, Bytes::from(body), JSON, ANSWER_BYTES);
        let mut answer = self.client.fetch(request).await?;
        answer.json("the answer of a hub").await
    }
}

impl Carry<'_> {
    fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }

    async fn carry(&mut self) -> Result<bool, Stop> {
        if self.bridge.set.url.is_empty() {
            return Ok(true);
        }
        let line = Line::to(&self.bridge)?;
        run::tell(self.node, &mut self.bridge, &line).await?;
        let Some(terms) = self.bridge.set.terms.as_deref().map(Terms::read).transpose()? else {
            return Ok(true);
        };
        let pairs = terms.here(self.bridge.set.first);
        if !self.recalls(&line, &pairs).await? {
            return Ok(false);
        }
        if self.bridge.set.state != BridgeState::Active {
            return Ok(true);
        }
        let mut all = true;
        for pair in &pairs {
            all &= self.community(&line, pair, terms.version).await?;
        }
        all &= self.questions(&line, &pairs, terms.version).await?;
        // A correction is only one when the newer version is there.
        all &= self.recalls(&line, &pairs).await?;
        Ok(all)
    }

    /// Whether what people decided about the bridge is what it was when this run began. Where it is not, the run ends, and
    /// the next one goes on by what was decided.
    async fn is_as_agreed(&self) -> Result<bool, Stop> {
        let now = self.node.store().bridge_by_uuid(self.bridge.set.uuid).await?;
        let was = &self.bridge.set;
        Ok(now.is_some_and(|Bridge { set: now, .. }| {
            (was.state, was.member) == (now.state, now.member)
                && was.terms == now.terms
                && was.hub == now.hub
                && (&was.url, &was.settings) == (&now.url, &now.settings)
        }))
    }

    /// What may leave by a pair, as the member that stands for the other hub sees it; the flag says whether items do.
    async fn outlet(
        &self,
        caller: &Caller,
        pair: &PairHere,
    ) -> Result<Option<(Viewer, policy::CommunityId, bool)>, Stop> {
        let Ok(community) = self.node.paired(&pair.ours).await else {
            return Ok(None);
        };
        let charter = self.node.charter_in_force(community.id).await?.text.bridges;
        let sends = pair.sends && charter.is_some();
        let most = match charter {
            Some(most) if sends => pair.tlp.min(most),
            _ => pair.tlp,
        };
        let viewer = self.node.viewer(caller).await?;
        let viewer = self
            .node
            .store()
            .viewer_leaving(&viewer, community.id, (most, pair.pap))
            .await?;
        Ok(Some((viewer, community.id, sends)))
    }

    /// Reads what changed in a community, and sends what leaves.
    async fn community(&mut self, line: &Line, pair: &PairHere, version: i64) -> Result<bool, Stop> {
        let began = self.node.now();
        let is_over = |node: &Node| node.now().micros().saturating_sub(began.micros()) > TURN_MICROS;
        loop {
            let rules = Rules::now(self.node).await?;
            if !self.is_as_agreed().await? {
                return Ok(false);
            }
            // Again for each reading: what the hub's member may no longer see is not sent any more.
            let caller = self.node.hub_caller(&self.bridge).await?;
            let Some((viewer, community, sends)) = self.outlet(&caller, pair).await? else {
                self.note(format!("there is no community '{}' here any more", pair.ours));
                return Ok(true);
            };
            let store = self.node.store();
            let cursor = store.bridge_cursor(self.bridge.id, community).await?;
            let all = self.node.viewer(&caller).await?;
            let last = store.last_position(&all).await?;
            let changes = store.changes(&viewer, cursor, READ).await?;
            // What is new may be for the other hub and not in this view yet: to go on after it would lose it.
            if rules.hold(self.node).await? {
                let bridge = self.bridge.clone();
                let outlet = Outlet {
                    node: self.node,
                    bridge: &bridge,
                    pair,
                    community,
                    viewer: &viewer,
                    now: self.now,
                };
                let reading = Reading {
                    outlet: &outlet,
                    caller: &caller,
                    rules,
                    sends,
                    version,
                };
                if self.page(line, &reading, &changes).await? && !changes.more {
                    // What does not pass when it is read does not pass later either, whatever is agreed then.
                    let read = changes.cursor.max(last);
                    let store = self.node.store();
                    store.bridge_cursor_put(self.bridge.id, community, read).await?;
                    return Ok(true);
                }
            }
            if is_over(self.node) {
                return Ok(false);
            }
        }
    }

    /// Sends what leaves of a page, part by part. Says whether that was all: a page takes as long as the other hub takes,
    /// and what of it is not sent when the rules have moved on, or something of it was taken back, is read again first.
    async fn page(&mut self, line: &Line, reading: &Reading<'_>, changes: &Changes) -> Result<bool, Stop> {
        let mut parts = parts(&changes.rows, MOST_ITEMS, MOST_BYTES, |_| false);
        while let Some(part) = parts.pop_front() {
            let rows = &changes.rows[part.clone()];
            if !reading.rules.hold_for(self.node, rows).await? {
                return Ok(false);
            }
            let (sightings, others): (Vec<ChangeRow>, Vec<ChangeRow>) = rows
                .iter()
                .cloned()
                .partition(|change| change.row.object_type == "sighting");
            if reading.sends {
                match self.items(line, reading, others).await? {
                    Went::There => {}
                    Went::NotAnyMore => return Ok(false),
                    Went::NotTogether => {
                        halve(&mut parts, part);
                        continue;
                    }
                }
            }
            if !self.sightings(line, reading, &sightings).await? {
                return Ok(false);
            }
            if let Some(cursor) = cursor_after(changes, part.end) {
                let store = self.node.store();
                store
                    .bridge_cursor_put(self.bridge.id, reading.outlet.community, cursor)
                    .await?;
            }
        }
        Ok(true)
    }

    async fn items(&mut self, line: &Line, reading: &Reading<'_>, changes: Vec<ChangeRow>) -> Result<Went, Stop> {
        let (mut batch, mut gone) = (Vec::new(), Vec::new());
        for change in &changes {
            match change.kind {
                ChangeKind::Removed(RemovedWhy::Expired) => {}
                ChangeKind::Removed(RemovedWhy::Retracted) => gone.push(change.row.clone()),
                ChangeKind::Added | ChangeKind::Changed | ChangeKind::Removed(RemovedWhy::Revoked) => {
                    match reading.outlet.decide(change.row.clone()).await? {
                        Fate::Stays => {}
                        Fate::Kept(why) => self.note(format!("an item stayed here: {why}")),
                        Fate::Leaves(leaving) => batch.push(*leaving),
                    }
                }
            }
        }
        // Deciding takes its time, too.
        if !reading.rules.hold_for(self.node, &changes).await? {
            return Ok(Went::NotAnyMore);
        }
        if !self.send(line, reading, batch).await? {
            return Ok(Went::NotTogether);
        }
        self.gone(line, reading.outlet, gone).await?;
        Ok(Went::There)
    }

    /// Sends items in one message; false where the other hub cannot read something among them.
    async fn send(&mut self, line: &Line, reading: &Reading<'_>, batch: Vec<Leaving>) -> Result<bool, Stop> {
        if batch.is_empty() {
            return Ok(true);
        }
        let message = Message::Items {
            version: reading.version,
            community: reading.outlet.pair.theirs.clone(),
            items: batch.iter().map(|one| one.item.clone()).collect(),
        };
        let reply = match line.say(&message).await {
            Ok(reply) => reply,
            Err(failure) if is_about_content(&failure) && batch.len() > 1 => return Ok(false),
            Err(failure) if is_about_content(&failure) => Reply {
                refused: batch.iter().map(|one| refused(one, &failure)).collect(),
                ..Reply::default()
            },
            Err(failure) => return Err(failure.into()),
        };
        self.answered_items(reading.outlet, reading.caller, batch, reading.version, reply)
            .await?;
        Ok(true)
    }

    /// Writes down what became of items.
    async fn answered_items(
        &mut self,
        outlet: &Outlet<'_>,
        caller: &Caller,
        batch: Vec<Leaving>,
        version: i64,
        reply: Reply,
    ) -> Result<(), Stop> {
        if reply.waiting > 0 {
            self.note(format!("{} items wait for the moderators there", reply.waiting));
        }
        let why = |id: &str| reply.refused.iter().find(|one| one.id == id).map(|one| one.why.clone());
        let mut kept = Vec::with_capacity(batch.len());
        let mut passed: Vec<ObjectRow> = Vec::new();
        let mut said = Vec::new();
        let mut entries = Vec::new();
        for one in batch {
            let refused = why(&one.row.id).map(|why| why.chars().take(500).collect::<String>());
            if let Some(why) = &refused {
                self.counts.refused += 1;
                self.note(format!("the other hub refused {}: {why}", one.row.id));
            } else {
                self.counts.sent += 1;
                said.push(json!({
                    "object": one.row.id, "version": one.row.version_text, "tlp": one.item.tlp.label(),
                    "pap": one.item.pap.label(), "hops": one.item.path.len(),
                }));
                if let Some(contributor) = one.contributor {
                    let body = json!({
                        "bridge": self.bridge.set.uuid, "to": self.bridge.set.hub_title, "object": one.row.id,
                        "version": one.row.version_text, "tlp": one.item.tlp.label(), "pap": one.item.pap.label(),
                    });
                    entries.push(NewEntry {
                        kind: "bridge-crossed".to_owned(),
                        member: Some(contributor),
                        body: body.to_string(),
                    });
                }
            }
            kept.push(BridgeItem {
                outward: true,
                object: one.row.id.clone(),
                community: outlet.community,
                version: one.row.version_text.clone(),
                before: (one.before.0.label().to_owned(), one.before.1.label().to_owned()),
                after: (one.item.tlp.label().to_owned(), one.item.pap.label().to_owned()),
                path: path_text(&one.item)?,
                onward: outlet.pair.onward,
                state: if refused.is_some() { "refused" } else { "passed" }.to_owned(),
                why: refused.clone(),
                at: self.now,
            });
            if refused.is_none() {
                passed.push(one.row);
            }
        }
        self.delivered(outlet, caller, &passed).await?;
        if !said.is_empty() {
            let body = json!({ "bridge": self.bridge.set.uuid, "version": version, "items": said });
            entries.push(NewEntry {
                kind: "bridge-out".to_owned(),
                member: Some(self.bridge.set.member),
                body: body.to_string(),
            });
        }
        self.node
            .store()
            .bridge_items_put(self.bridge.id, &kept, entries)
            .await?;
        Ok(())
    }

    /// What passed was given to the member that stands for the other hub: exactly these objects.
    async fn delivered(&self, outlet: &Outlet<'_>, caller: &Caller, rows: &[ObjectRow]) -> Result<(), Stop> {
        let Some(first) = rows.iter().map(|row| row.added).min() else {
            return Ok(());
        };
        let name = channel(&self.bridge);
        let way = Way {
            channel: name.clone(),
            name,
            within: Some(outlet.community),
        };
        let filter = DeliveryFilter {
            ids: rows.iter().map(|row| row.id.clone()).collect(),
            types: Vec::new(),
            versions: true,
            ..DeliveryFilter::default()
        };
        let question = Question {
            filter,
            after: first.plus_micros(-1),
        };
        self.node.record_delivery(caller, way, question, rows).await?;
        Ok(())
    }

    fn words(&self) -> String {
        let Counts {
            sent,
            refused,
            recalled,
            seen,
            asked,
            answered,
        } = self.counts;
        let mut words = if sent + refused + recalled + seen + asked + answered == 0 {
            "nothing new".to_owned()
        } else {
            format!("{sent} sent")
        };
        for (count, what) in [
            (refused, "refused"),
            (recalled, "recalled"),
            (seen, "counts of sightings told"),
            (asked, "questions asked"),
            (answered, "answers told"),
        ] {
            if count > 0 {
                words.push_str(&format!(", {count} {what}"));
            }
        }
        words
    }
}

/// An item that the other hub does not read even alone.
fn refused(one: &Leaving, failure: &Failure) -> RefusedItem {
    RefusedItem {
        id: one.row.id.clone(),
        why: failure.to_string(),
    }
}

fn path_text(item: &Item) -> Result<String, Error> {
    serde_json::to_string(&item.path).map_err(|error| Error::Ours(format!("a path could not be written: {error}")))
}
