//! One run of a bridge: tells what people decided, carries recalls, items and counts of sightings.

use bytes::Bytes;
use futures_util::StreamExt;
use policy::Viewer;
use reqwest::Url;
use serde::Serialize;
use serde_json::json;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    Acknowledgement, Bridge, BridgeItem, BridgeReport, BridgeSeen, BridgeState, ChangeKind, ChangeRow, DeliveryFilter,
    NewEntry, ObjectRow, Recall, RemovedWhy,
};

use super::agree::{ACCEPTANCE, BridgeSettings, END, OFFER};
use super::items::{Fate, Leaving, Outlet};
use super::message::{Call, Item, Message, RefusedItem, Reply, SeenCount};
use super::terms::{PairHere, Terms, digest_of};
use super::{channel, not_there};
use crate::accounts::Caller;
use crate::client::{Client, Failure, Request};
use crate::delivery::{Question, Way};
use crate::error::Error;
use crate::node::Node;
use crate::push::is_about_content;
use crate::subscriptions::schedule::{Ended, next_run};
use crate::subscriptions::{Stop, TURN_MICROS, administer, check_url};

/// Bridges that are carried at the same time.
const AT_A_TIME: usize = 4;
/// Changes read at a time.
const READ: usize = 200;
/// Items of one message.
const MOST_ITEMS: usize = 100;
/// Bytes of objects in one message.
const MOST_BYTES: usize = 4 << 20;
/// Recalls of one message.
const MOST_CALLS: usize = 100;
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
}

struct Carry<'a> {
    node: &'a Node,
    bridge: Bridge,
    now: Timestamp,
    counts: Counts,
    notes: Vec<String>,
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
        tell(self.node, &mut self.bridge, &line).await?;
        let Some(terms) = self.bridge.set.terms.as_deref().map(Terms::read).transpose()? else {
            return Ok(true);
        };
        let pairs = terms.here(self.bridge.set.first);
        self.recalls(&line, &pairs).await?;
        if self.bridge.set.state != BridgeState::Active {
            return Ok(true);
        }
        let mut all = true;
        for pair in &pairs {
            all &= self.community(&line, pair, terms.version).await?;
        }
        // A correction is only one when the newer version is there.
        self.recalls(&line, &pairs).await?;
        Ok(all)
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
        loop {
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
            let (sightings, others): (Vec<ChangeRow>, Vec<ChangeRow>) = changes
                .rows
                .into_iter()
                .partition(|change| change.row.object_type == "sighting");
            if sends {
                let bridge = self.bridge.clone();
                let outlet = Outlet {
                    node: self.node,
                    bridge: &bridge,
                    pair,
                    community,
                    viewer: &viewer,
                    now: self.now,
                };
                self.items(line, &outlet, &caller, others, version).await?;
            }
            self.sightings(line, &viewer, sightings).await?;
            // What does not pass when it is read does not pass later either, whatever is agreed then.
            let read = if changes.more {
                changes.cursor
            } else {
                changes.cursor.max(last)
            };
            self.node
                .store()
                .bridge_cursor_put(self.bridge.id, community, read)
                .await?;
            if !changes.more {
                return Ok(true);
            }
            if self.node.now().micros().saturating_sub(began.micros()) > TURN_MICROS {
                return Ok(false);
            }
        }
    }

    async fn items(
        &mut self,
        line: &Line,
        outlet: &Outlet<'_>,
        caller: &Caller,
        changes: Vec<ChangeRow>,
        version: i64,
    ) -> Result<(), Stop> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let mut gone = Vec::new();
        for change in changes {
            match change.kind {
                ChangeKind::Removed(RemovedWhy::Expired) => {}
                ChangeKind::Removed(RemovedWhy::Retracted) => gone.push(change.row),
                ChangeKind::Added | ChangeKind::Changed | ChangeKind::Removed(RemovedWhy::Revoked) => {
                    match outlet.decide(change.row).await? {
                        Fate::Stays => {}
                        Fate::Kept(why) => self.note(format!("an item stayed here: {why}")),
                        Fate::Leaves(leaving) => {
                            let size = leaving.item.object.len();
                            if batch.len() >= MOST_ITEMS || (!batch.is_empty() && bytes + size > MOST_BYTES) {
                                self.send(line, outlet, caller, std::mem::take(&mut batch), version)
                                    .await?;
                                bytes = 0;
                            }
                            bytes += size;
                            batch.push(*leaving);
                        }
                    }
                }
            }
        }
        self.send(line, outlet, caller, batch, version).await?;
        self.gone(line, outlet, gone).await
    }

    async fn send(
        &mut self,
        line: &Line,
        outlet: &Outlet<'_>,
        caller: &Caller,
        batch: Vec<Leaving>,
        version: i64,
    ) -> Result<(), Stop> {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let message = Message::Items {
                version,
                community: outlet.pair.theirs.clone(),
                items: part.iter().map(|one| one.item.clone()).collect(),
            };
            let reply = match line.say(&message).await {
                Ok(reply) => reply,
                Err(failure) if is_about_content(&failure) && part.len() > 1 => {
                    // Somewhere in here is what the other hub cannot read; the rest shall go through.
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                    continue;
                }
                Err(failure) if is_about_content(&failure) => Reply {
                    refused: part.iter().map(|one| refused(one, &failure)).collect(),
                    ..Reply::default()
                },
                Err(failure) => return Err(failure.into()),
            };
            self.answered_items(outlet, caller, part, version, reply).await?;
        }
        Ok(())
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
        };
        let question = Question {
            filter,
            after: first.plus_micros(-1),
        };
        self.node.record_delivery(caller, way, question, rows).await?;
        Ok(())
    }

    /// What went without a recall (a member left, a charter's time was over) goes on the other side too.
    async fn gone(&mut self, line: &Line, outlet: &Outlet<'_>, rows: Vec<ObjectRow>) -> Result<(), Stop> {
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

    async fn withdrawn(&self, item: BridgeItem, why: &str) -> Result<(), Stop> {
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

    /// Carries the recalls that the other hub's member owes an answer to, and notes the answers.
    async fn recalls(&mut self, line: &Line, pairs: &[PairHere]) -> Result<(), Stop> {
        let (member, store) = (self.bridge.set.member, self.node.store().clone());
        // A suspended hub must still hear that something is to go; it sees nothing any more.
        let caller = self.node.hub_caller(&self.bridge).await.ok();
        let mut after = 0;
        loop {
            let owed = store.recall_owed_by(member, after, true, MOST_CALLS).await?;
            let Some((last, _)) = owed.last() else { return Ok(()) };
            after = last.id;
            let mut calls: Vec<(Call, Recall, BridgeItem)> = Vec::new();
            for (recall, _) in owed {
                let item = store.bridge_item(self.bridge.id, &recall.object, true).await?;
                let Some(item) = item.filter(|item| item.state == "passed") else {
                    continue;
                };
                let mut still_open = false;
                for pair in pairs {
                    let outlet = match &caller {
                        Some(caller) => self.outlet(caller, pair).await?,
                        None => None,
                    };
                    if let Some((viewer, community, _)) = outlet {
                        let outlet = Outlet {
                            node: self.node,
                            bridge: &self.bridge,
                            pair,
                            community,
                            viewer: &viewer,
                            now: self.now,
                        };
                        still_open |= outlet.passes(&recall.object).await?;
                    }
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

    /// Counts sightings of what came from the other hub, and tells it the new counts.
    async fn sightings(&mut self, line: &Line, viewer: &Viewer, rows: Vec<ChangeRow>) -> Result<(), Stop> {
        let store = self.node.store();
        let mut touched = std::collections::BTreeMap::new();
        for change in rows {
            if matches!(change.kind, ChangeKind::Removed(_)) {
                if let Some(object) = store.bridge_seen_gone(self.bridge.id, &change.row.id).await? {
                    touched.entry(object).or_insert((Tlp::Green, Pap::Clear));
                }
                continue;
            }
            let Some(seen) = sighting(&change.row) else { continue };
            let came = store.bridge_item(self.bridge.id, &seen.object, false).await?;
            if came.is_none_or(|item| item.state != "passed") {
                continue;
            }
            store.bridge_seen_put(self.bridge.id, &seen).await?;
            let details = store.object_get(viewer, &change.row.id).await?;
            let marks = touched.entry(seen.object).or_insert((Tlp::Green, Pap::Clear));
            for detail in details {
                marks.0 = marks.0.max(detail.audience.tlp());
                marks.1 = marks.1.max(detail.audience.pap());
            }
        }
        let mut told = Vec::new();
        for (object, (tlp, pap)) in touched {
            let all = store.bridge_seen(self.bridge.id, &object).await?;
            let first = all.iter().map(|one| one.first_seen).min();
            let last = all.iter().map(|one| one.last_seen).max();
            if let (Some(first_seen), Some(last_seen)) = (first, last) {
                told.push(SeenCount {
                    object,
                    count: all.iter().map(|one| one.count).fold(0, i64::saturating_add),
                    first_seen,
                    last_seen,
                    tlp,
                    pap,
                });
            }
        }
        if told.is_empty() {
            return Ok(());
        }
        let count = told.len() as u64;
        let reply = line.say(&Message::Seen { seen: told }).await?;
        for refused in &reply.refused {
            self.note(format!("a count of sightings was refused: {}", refused.why));
        }
        self.counts.seen += count.saturating_sub(reply.refused.len() as u64);
        Ok(())
    }

    fn words(&self) -> String {
        let Counts {
            sent,
            refused,
            recalled,
            seen,
        } = self.counts;
        let mut words = if sent + refused + recalled + seen == 0 {
            "nothing new".to_owned()
        } else {
            format!("{sent} sent")
        };
        for (count, what) in [
            (refused, "refused"),
            (recalled, "recalled"),
            (seen, "counts of sightings told"),
        ] {
            if count > 0 {
                words.push_str(&format!(", {count} {what}"));
            }
        }
        words
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

/// What a sighting says, where it says how often and of what.
fn sighting(row: &ObjectRow) -> Option<BridgeSeen> {
    let object: serde_json::Value = serde_json::from_str(&row.body).ok()?;
    let time = |name: &str| {
        let text = object.get(name).and_then(serde_json::Value::as_str)?;
        Timestamp::parse(text).ok()
    };
    let modified = time("modified")?;
    Some(BridgeSeen {
        sighting: row.id.clone(),
        object: object.get("sighting_of_ref")?.as_str()?.to_owned(),
        count: object
            .get("count")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(1)
            .max(0),
        first_seen: time("first_seen").unwrap_or(modified),
        last_seen: time("last_seen").unwrap_or(modified),
    })
}

/// Tells the other hub what people here decided, where it has not heard of it.
async fn tell(node: &Node, bridge: &mut Bridge, line: &Line) -> Result<(), Stop> {
    let Some(what) = bridge.set.untold.clone() else {
        return Ok(());
    };
    let steps = node.store().bridge_steps(bridge.id).await?;
    let last = steps.iter().rfind(|step| step.ours);
    let person = last
        .and_then(|step| step.name.clone())
        .unwrap_or_else(|| "an operator".to_owned());
    let hub = node.as_hub();
    let message = match (what.as_str(), &bridge.set.proposal, &bridge.set.terms) {
        (OFFER, Some(proposal), _) => Message::Offer {
            terms: proposal.clone(),
            person,
            hub,
        },
        (ACCEPTANCE, _, Some(terms)) => Message::Acceptance {
            version: bridge.set.version,
            digest: hex::encode(digest_of(terms)),
            person,
            hub,
        },
        (END, _, _) => Message::End { person },
        _ => return Ok(()),
    };
    match line.say(&message).await {
        Ok(_) => {}
        // Of a bridge that never came about there is nothing to be ended.
        Err(failure) if what == END && failure.status == Some(404) => {}
        Err(failure) => return Err(failure.into()),
    }
    node.store().bridge_told(bridge.id, &what).await?;
    bridge.set.untold = None;
    Ok(())
}

impl Node {
    /// Tells the other hub at once; where it cannot be reached, the next run does.
    pub(super) async fn tell_hub(&self, mut bridge: Bridge) -> Result<Bridge, Error> {
        let told = match Line::to(&bridge) {
            Ok(line) => tell(self, &mut bridge, &line).await,
            Err(stop) => Err(stop),
        };
        match told {
            Ok(()) => {}
            Err(Stop::Node(error)) => return Err(error),
            Err(Stop::Failure(failure)) => {
                bridge.last_error = Some(format!("the other hub was not told yet: {failure}"));
            }
        }
        Ok(bridge)
    }

    /// Carries one bridge now, whether it is due or not.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or it is carried just now. How the run itself went, also when
    /// it failed, is in the report.
    pub async fn bridge_run(&self, caller: &Caller, name: &str) -> Result<CarryReport, Error> {
        administer(caller)?;
        let found = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let report = run(self, found, self.now(), false).await?;
        report.ok_or_else(|| Error::Conflict(format!("the bridge '{name}' is carried just now")))
    }

    /// Carries every bridge that is due, a few at a time.
    ///
    /// # Errors
    /// When the store does not answer; how the runs went is in the reports.
    pub async fn bridges_run_due(&self, now: Timestamp) -> Result<Vec<CarryReport>, Error> {
        let due = self.store().bridge_due(now).await?;
        let runs = futures_util::stream::iter(due.into_iter().map(|bridge| run(self, bridge, now, true)));
        let ended: Vec<_> = runs.buffer_unordered(AT_A_TIME).collect().await;
        let mut reports = Vec::new();
        for report in ended {
            reports.extend(report?);
        }
        Ok(reports)
    }
}

async fn run(node: &Node, bridge: Bridge, now: Timestamp, only_if_due: bool) -> Result<Option<CarryReport>, Error> {
    let Some(_turn) = node.running().turn(bridge.set.uuid) else {
        return Ok(None);
    };
    // Another run may have ended, or people decided otherwise, between the question who is due and our turn.
    let Some(bridge) = node.store().bridge_by_uuid(bridge.set.uuid).await? else {
        return Ok(None);
    };
    if only_if_due && bridge.next_run.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let mut carry = Carry {
        node,
        now,
        counts: Counts::default(),
        notes: Vec::new(),
        bridge,
    };
    let carried = carry.carry().await;
    let in_a_row = carry.bridge.failures_in_a_row.saturating_add(1);
    let (ended, result, error) = match carried {
        Ok(true) => (Ended::Done, carry.words(), None),
        Ok(false) => (
            Ended::More,
            carry.words() + "; there is more, the next run goes on",
            None,
        ),
        Err(stop) => {
            let failure = match stop {
                Stop::Failure(failure) => failure,
                Stop::Node(error) => Failure::settings(error.to_string()),
            };
            let ended = Ended::Failed {
                in_a_row,
                retry_after: failure.retry_after,
            };
            (ended, "failed".to_owned(), Some(failure.message))
        }
    };
    let set = &carry.bridge.set;
    let next = next_run(now, set.interval_seconds, set.uuid, ended);
    if let Some(error) = &error {
        tracing::warn!(bridge = %set.name, %error, "a bridge could not be carried");
    }
    let report = BridgeReport {
        next_run: next,
        run: now,
        result: result.clone(),
        error: error.clone(),
    };
    node.store().bridge_report(carry.bridge.id, &report).await?;
    let Counts {
        sent,
        refused,
        recalled,
        seen,
    } = carry.counts;
    Ok(Some(CarryReport {
        name: carry.bridge.set.name.clone(),
        result,
        error,
        sent,
        refused,
        recalled,
        seen,
        notes: carry.notes,
        next_run: next,
    }))
}
