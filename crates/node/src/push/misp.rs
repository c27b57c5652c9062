//! Push to a MISP server: what its member may see goes there as events, and what it may not see any more is deleted there.
//!
//! ```text
//! events that the member sees ─┬─ not there, or newer here ──► filterEventIdsForPush ──► add | edit ──► noted
//! what the server was sent ────┴─ not seen any more ──────────► delete ──► noted
//! ```
//!
//! Both are walked side by side in the order of their numbers, so memory holds a page of each. What an event is about to
//! become is noted before it is sent and again after, so a break loses nothing; a server that has it already says so when
//! it is asked, and nothing is changed there. An event goes only while the rules hold that it was read under: asking and
//! sending take as long as the server takes.

use std::collections::HashSet;

use policy::Viewer;
use serde_json::{Map, Value, json};
use store::{MispKind, MispRow, MispSent, MispSentState, MispSource, NewEntry, PeerId};
use uuid::Uuid;

use super::run::{MOST_REFUSED, Run, is_refusal};
use super::{Backlog, COUNTED_AT_A_TIME, MOST_COUNTED, PeerSettings};
use crate::client::{Failure, FailureKind};
use crate::error::Error;
use crate::misp::remote::Remote;
use crate::misp::{EventInfo, EventShape, onward};
use crate::node::Node;
use crate::rules::Rules;
use crate::subscriptions::{Stop, TURN_MICROS, check_url};

/// Events walked together, and asked about in one question.
const PAGE: usize = 200;
/// The most bytes of one event.
const MOST_BYTES: usize = 64 << 20;
/// Characters kept of what a server says.
const SAID: usize = 300;
/// Changes read at a time.
const READ: usize = 500;
/// What is said of a delivery and a retraction.
const CONTENT: &str = "the answer to an event";

/// An event and the state of it that would go.
#[derive(Clone, Debug)]
struct Candidate {
    info: EventInfo,
    to: u8,
    changed: i64,
}

/// What the member sees, and the rules under which that was worked out.
struct Seen<'a> {
    viewer: &'a Viewer,
    rules: Rules,
}

/// One page of both sides.
struct Both {
    /// Events that the member sees.
    rows: Vec<MispRow>,
    /// What the server was sent of the same numbers.
    sent: Vec<MispSent>,
    /// Where to go on; none: this was all.
    next: Option<i64>,
}

async fn both(node: &Node, peer: PeerId, viewer: &Viewer, after: i64) -> Result<Both, Error> {
    let page = node
        .store()
        .misp_scan(viewer, &MispSource::All, MispKind::Event, after, PAGE)
        .await?;
    let to = page.next.unwrap_or(i64::MAX);
    let sent = node.store().misp_sent(peer, after, to, PAGE * 4).await?;
    // Much that was sent may lie between two that are seen: then those come first.
    let full = sent.len() >= PAGE * 4;
    let (to, next) = match sent.last().filter(|_| full) {
        Some(last) => (last.event, Some(last.event)),
        None => (to, page.next),
    };
    let rows = page.rows.into_iter().filter(|row| row.id <= to).collect();
    Ok(Both { rows, sent, next })
}

/// The distribution of an event there; none where it stays here. Whether a member is in a group, its own view says.
fn distribution_there(info: &EventInfo, assumed: Option<u8>) -> Option<u8> {
    let level = info.distribution.level;
    // What comes from STIX says nought, and goes to a community all the same: nobody chose a number for it.
    let said = (1..=3).contains(&info.level("distribution", 0));
    let level = match (level, said, assumed) {
        (1, false, Some(assumed)) => assumed,
        (level, ..) => level,
    };
    onward::onward(level, info.group.is_some()).filter(|level| *level != 5)
}

impl Both {
    fn of(&self, event: i64) -> Option<&MispSent> {
        let at = self.sent.binary_search_by_key(&event, |one| one.event).ok()?;
        self.sent.get(at)
    }
}

/// Whether the state of an event was settled with the server.
fn is_settled(sent: Option<&MispSent>, changed: i64) -> bool {
    sent.is_some_and(|sent| sent.state != MispSentState::Sending && sent.changed >= changed)
}

/// The events of a page that are to be sent, or asked about.
async fn candidates(
    node: &Node,
    viewer: &Viewer,
    page: &Both,
    assumed: Option<u8>,
    from_there: &HashSet<String>,
) -> Result<(Vec<Candidate>, HashSet<i64>), Error> {
    let mut wanted = Vec::new();
    // What stays here on its way down is as if it were not seen: what was sent of it goes.
    let mut goes = HashSet::new();
    for row in &page.rows {
        let Some(info) = node.misp_event(viewer, row.id).await? else {
            continue;
        };
        let Some(to) = distribution_there(&info, assumed) else {
            continue;
        };
        goes.insert(row.id);
        let changed = info.timestamp();
        if !info.record.published || is_settled(page.of(row.id), changed) {
            continue;
        }
        // What came from there is not handed back.
        let channel = match from_there.is_empty() || row.added == 0 {
            true => None,
            false => node.store().channel_of(stix::Timestamp::from_micros(row.added)).await?,
        };
        if !channel.is_some_and(|channel| from_there.contains(&channel)) {
            wanted.push(Candidate { info, to, changed });
        }
    }
    Ok((wanted, goes))
}

/// No peer has this number: it stands for one that there is not yet, which has nothing.
pub(super) const NOT_YET: PeerId = PeerId(0);

/// What waits for a peer: events to be sent, and events to be deleted there.
pub(super) async fn backlog(
    node: &Node,
    peer: PeerId,
    viewer: &Viewer,
    settings: &PeerSettings,
) -> Result<Backlog, Error> {
    node.misp_follow().await?;
    let mut backlog = Backlog {
        waiting: 0,
        more: false,
        oldest: None,
    };
    let mut after = 0;
    loop {
        let page = both(node, peer, viewer, after).await?;
        let (wanted, goes) = candidates(node, viewer, &page, settings.assumed_distribution, &HashSet::new()).await?;
        let gone = page
            .sent
            .iter()
            .filter(|one| may_be_there(one) && !goes.contains(&one.event))
            .count();
        backlog.waiting += (wanted.len() + gone) as u64;
        let oldest = wanted
            .iter()
            .map(|one| one.changed)
            .min()
            .map(stix::Timestamp::from_seconds);
        backlog.oldest = match (backlog.oldest, oldest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        match page.next {
            Some(next) if backlog.waiting < MOST_COUNTED.max(COUNTED_AT_A_TIME as u64) => after = next,
            next => {
                backlog.more = next.is_some();
                return Ok(backlog);
            }
        }
    }
}

/// Whether a server may have something that this node sent.
fn may_be_there(sent: &MispSent) -> bool {
    matches!(sent.state, MispSentState::Sending | MispSentState::Sent)
}

impl Run<'_> {
    /// Pushes events; says whether that was all.
    pub(super) async fn push_events(&mut self, settings: &PeerSettings) -> Result<bool, Stop> {
        let url = check_url(&self.peer.terms.url)?;
        let remote = Remote::new(&settings.access, url)?;
        let from_there = self.own_channels().await?;
        self.node.misp_follow().await?;
        let rules = Rules::now(self.node).await?;
        self.caller = self
            .node
            .receiving_member(self.peer.terms.member, &self.peer.terms.name)
            .await?;
        let viewer = self.node.push_viewer(&self.caller, self.peer.terms.community).await?;
        let seen = Seen { viewer: &viewer, rules };
        let whole = self.walk(&remote, &seen, settings, &from_there).await?;
        // After the events: what was in one that is gone is gone with it.
        self.retracted(&remote, &viewer).await?;
        Ok(whole)
    }

    /// Walks what the member sees beside what the server was sent; says whether it came to the end.
    async fn walk(
        &mut self,
        remote: &Remote,
        seen: &Seen<'_>,
        settings: &PeerSettings,
        from_there: &HashSet<String>,
    ) -> Result<bool, Stop> {
        let mut after = 0;
        loop {
            let page = both(self.node, self.peer.id, seen.viewer, after).await?;
            let assumed = settings.assumed_distribution;
            let (wanted, goes) = candidates(self.node, seen.viewer, &page, assumed, from_there).await?;
            // Where who may see what has changed, what goes is asked anew, and nothing more by these rules.
            if !seen.rules.hold(self.node).await? || !self.send_events(remote, seen, wanted).await? {
                return Ok(false);
            }
            for gone in page
                .sent
                .iter()
                .filter(|one| may_be_there(one) && !goes.contains(&one.event))
            {
                self.delete_event(remote, gone).await?;
            }
            self.report(self.now, "running".to_owned(), None).await?;
            match page.next {
                Some(next) => after = next,
                None => return Ok(true),
            }
            if self.node.now().micros().saturating_sub(self.began.micros()) > TURN_MICROS {
                return Ok(false);
            }
        }
    }

    /// Asks which of them the server wants, and sends those; says whether the rules held that long.
    async fn send_events(&mut self, remote: &Remote, seen: &Seen<'_>, wanted: Vec<Candidate>) -> Result<bool, Stop> {
        if wanted.is_empty() {
            return Ok(true);
        }
        let question: Vec<Value> = wanted
            .iter()
            .map(|one| {
                json!({ "Event": { "uuid": one.info.record.uuid, "timestamp": one.changed.to_string(),
                    "id": one.info.row.id.to_string() } })
            })
            .collect();
        let question = Value::Array(question).to_string();
        let answer = remote
            .post(&["events", "filterEventIdsForPush"], question, "a list of events")
            .await?;
        let asked_for: HashSet<Uuid> = match answer {
            Value::Array(list) => list
                .iter()
                .filter_map(|one| Uuid::try_parse(one.as_str()?).ok())
                .collect(),
            _ => {
                return Err(
                    Failure::content("the server did not say which events it wants; is it a MISP server?").into(),
                );
            }
        };
        let mut known = Vec::new();
        let mut hold = true;
        for one in wanted {
            if asked_for.contains(&one.info.record.uuid) {
                hold = self.send_event(remote, seen, &one).await?;
                if !hold {
                    break;
                }
            } else {
                // What was about to be sent when something broke has arrived; anything else it had before.
                let before = self
                    .node
                    .store()
                    .misp_sent(self.peer.id, one.info.row.id - 1, one.info.row.id, 1)
                    .await?;
                let ours = before.iter().any(may_be_there);
                if ours && before.iter().any(|sent| sent.state == MispSentState::Sending) {
                    self.counts.sent += 1;
                    self.node
                        .misp_give(&self.caller, std::slice::from_ref(&one.info))
                        .await?;
                }
                known.push(self.noted(
                    &one,
                    if ours {
                        MispSentState::Sent
                    } else {
                        MispSentState::Known
                    },
                    "",
                ));
            }
        }
        self.node.store().misp_sent_put(self.peer.id, &known).await?;
        Ok(hold)
    }

    fn noted(&self, one: &Candidate, state: MispSentState, said: &str) -> MispSent {
        MispSent {
            event: one.info.row.id,
            uuid: one.info.record.uuid,
            changed: one.changed,
            state,
            said: said.chars().filter(|letter| !letter.is_control()).take(SAID).collect(),
            at: self.now,
        }
    }

    /// Sends an event; says whether the rules held until then, without which it is not sent.
    async fn send_event(&mut self, remote: &Remote, seen: &Seen<'_>, one: &Candidate) -> Result<bool, Stop> {
        let uuid = one.info.record.uuid.to_string();
        let there = remote.is_there(&["events", "view", &uuid]).await?;
        // Again: the page was read before all this. What was recalled since stays here, and what changed is asked about anew.
        let info = self.node.misp_event(seen.viewer, one.info.row.id).await?;
        let Some(info) = info.filter(|info| info.row.number == one.info.row.number) else {
            return Ok(true);
        };
        let shape = EventShape::default();
        let text = self
            .node
            .misp_event_text(seen.viewer, &info, &shape, MOST_BYTES)
            .await?;
        if !seen.rules.hold(self.node).await? {
            return Ok(false);
        }
        let Some(text) = text else {
            let said = format!("it has more than {MOST_BYTES} bytes, which is more than is sent in one request");
            self.not_taken(one, &said).await?;
            return Ok(true);
        };
        let parsed: Value = serde_json::from_str(&text)
            .map_err(|error| Error::Ours(format!("an event was written that is no JSON: {error}")))?;
        drop(text);
        let Some(Value::Object(mut event)) = take(parsed, "Event") else {
            return Err(Error::Ours("an event was written that is none".to_owned()).into());
        };
        let group = self.group(&one.info).await?;
        let stay = onward::prepare(&mut event, one.to, group);
        if stay > 0 {
            self.note(format!(
                "{stay} attributes, objects and reports of event {uuid} stay here by their distribution"
            ));
        }
        let body = json!({ "Event": event }).to_string();
        self.node
            .store()
            .misp_sent_put(self.peer.id, &[self.noted(one, MispSentState::Sending, "")])
            .await?;
        let path: &[&str] = if there {
            &["events", "edit", &uuid]
        } else {
            &["events", "add"]
        };
        match remote.post(path, body, CONTENT).await {
            Ok(answer) => {
                if let Some(why) = refusal(&answer) {
                    self.not_taken(one, &why).await?;
                    return Ok(true);
                }
                self.node
                    .misp_give(&self.caller, std::slice::from_ref(&one.info))
                    .await?;
                self.node
                    .store()
                    .misp_sent_put(self.peer.id, &[self.noted(one, MispSentState::Sent, "")])
                    .await?;
                self.counts.sent += 1;
                self.progressed = true;
                Ok(true)
            }
            Err(failure) if is_refusal(&failure) || failure.kind == FailureKind::TooLarge => {
                if self.counts.sent == 0 && self.counts.refused >= MOST_REFUSED {
                    let message = format!(
                        "the server refuses everything that is sent, so nothing is skipped; the last time it said: {failure}"
                    );
                    return Err(Failure { message, ..failure }.into());
                }
                self.not_taken(one, &failure.message).await?;
                Ok(true)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// Notes that a server did not take an event as it is now; it is tried again once it has changed.
    async fn not_taken(&mut self, one: &Candidate, said: &str) -> Result<(), Stop> {
        self.counts.refused += 1;
        self.note(format!("the server refused event {}: {said}", one.info.record.uuid));
        let before = self
            .node
            .store()
            .misp_sent(self.peer.id, one.info.row.id - 1, one.info.row.id, 1)
            .await?;
        // An earlier state of it may be there, and is to go when the event does.
        let was_there = before.iter().any(|sent| sent.state == MispSentState::Sent);
        let state = if was_there {
            MispSentState::Sent
        } else {
            MispSentState::Refused
        };
        Ok(self
            .node
            .store()
            .misp_sent_put(self.peer.id, &[self.noted(one, state, said)])
            .await?)
    }

    /// A sharing group as another server takes it: who is in it, as far as its members may know that of each other.
    async fn group(&self, info: &EventInfo) -> Result<Option<Value>, Stop> {
        let Some(group) = &info.group else { return Ok(None) };
        let members = self
            .node
            .community_members(&self.caller, group.id)
            .await?
            .unwrap_or_default();
        let organisations: Vec<Value> = members
            .iter()
            .map(|(member, membership)| {
                let organisation = crate::misp::of_member(member);
                json!({ "extend": membership.coordinates,
                    "Organisation": { "name": organisation.name, "uuid": organisation.uuid.to_string() } })
            })
            .collect();
        Ok(Some(json!({
            "uuid": group.uuid.to_string(), "name": group.title, "description": group.purpose,
            "releasability": group.purpose, "active": true, "roaming": false,
            "SharingGroupOrg": organisations, "SharingGroupServer": [],
        })))
    }

    /// Deletes an event there that the peer's member does not see any more.
    async fn delete_event(&mut self, remote: &Remote, gone: &MispSent) -> Result<(), Stop> {
        let uuid = gone.uuid.to_string();
        match remote
            .post(
                &["events", "delete", &uuid],
                "{}".to_owned(),
                "the answer to a deletion",
            )
            .await
        {
            Ok(_) => {}
            Err(failure) if matches!(failure.status, Some(404 | 410)) => {}
            Err(failure) if is_refusal(&failure) => {
                self.counts.refused += 1;
                self.note(format!(
                    "event {uuid} is not for this peer any more, and the server keeps it: {failure}; ask its owner to delete it"
                ));
                let said: String = failure.message.chars().take(SAID).collect();
                let left = MispSent {
                    state: MispSentState::Left,
                    said,
                    at: self.now,
                    ..gone.clone()
                };
                return Ok(self.node.store().misp_sent_put(self.peer.id, &[left]).await?);
            }
            Err(failure) => return Err(failure.into()),
        }
        self.counts.taken_back += 1;
        self.progressed = true;
        let by = format!("push:{}", self.peer.terms.name);
        let body = json!({ "channel": by, "object": format!("report--{uuid}"), "version": gone.changed.to_string() });
        let entry = NewEntry {
            kind: "retracted".to_owned(),
            member: Some(self.peer.terms.member),
            body: body.to_string(),
        };
        self.node.store().ledger_append(vec![entry]).await?;
        for kind in ["report", "grouping"] {
            let object = format!("{kind}--{uuid}");
            self.node
                .store()
                .recall_tell(self.peer.terms.member, Some(&object), &by)
                .await?;
        }
        Ok(self.node.store().misp_sent_forget(self.peer.id, gone.event).await?)
    }

    /// Deletes there what was taken back of events that stay: their attributes and objects.
    async fn retracted(&mut self, remote: &Remote, viewer: &Viewer) -> Result<(), Stop> {
        let anything = self.node.store().misp_sent_any(self.peer.id).await?;
        let mut cursor = self.cursor;
        loop {
            let changes = self.node.store().changes(viewer, cursor, READ).await?;
            // Before anything was sent, nothing can be there to delete: the walk through the changes only finds its end.
            for change in changes
                .rows
                .iter()
                .filter(|change| anything && super::cut::is_taken_back(change))
            {
                self.delete_element(remote, viewer, &change.row.id).await?;
            }
            cursor = Some(changes.cursor);
            self.cursor = cursor;
            if !changes.more {
                return Ok(());
            }
        }
    }

    async fn delete_element(&mut self, remote: &Remote, viewer: &Viewer, object: &str) -> Result<(), Stop> {
        let Some(uuid) = object
            .rsplit_once("--")
            .and_then(|(_, uuid)| Uuid::try_parse(uuid).ok())
        else {
            return Ok(());
        };
        for (kind, path) in [(MispKind::Attribute, "attributes"), (MispKind::Object, "objects")] {
            let Some(number) = self.node.store().misp_element(kind, uuid).await? else {
                continue;
            };
            // Another version of it is seen, or the same from another hand.
            if self.node.store().misp_row(viewer, kind, number).await?.is_some() {
                continue;
            }
            let named = uuid.to_string();
            let asked = remote
                .post(
                    &[path, "delete", &named, "1"],
                    "{}".to_owned(),
                    "the answer to a deletion",
                )
                .await;
            match asked {
                Ok(_) => {
                    self.counts.taken_back += 1;
                    let by = format!("push:{}", self.peer.terms.name);
                    self.node
                        .store()
                        .recall_tell(self.peer.terms.member, Some(object), &by)
                        .await?;
                }
                Err(failure) if matches!(failure.status, Some(404 | 410)) => {}
                Err(failure) if is_refusal(&failure) => {
                    self.counts.refused += 1;
                    self.note(format!(
                        "{object} was taken back here, and the server keeps it: {failure}"
                    ));
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(())
    }
}

fn take(value: Value, key: &str) -> Option<Value> {
    match value {
        Value::Object(mut fields) => fields.remove(key),
        _ => None,
    }
}

/// MISP may refuse with a success as its status.
fn refusal(answer: &Value) -> Option<String> {
    let fields: &Map<String, Value> = answer.as_object()?;
    if fields.contains_key("Event") {
        return None;
    }
    let errors = fields
        .get("errors")
        .filter(|errors| !matches!(errors, Value::Bool(false) | Value::Null))?;
    let message = fields.get("message").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{message} {errors}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::refusal;

    #[test]
    fn a_refusal_is_one_whatever_its_status() {
        assert!(refusal(&json!({ "Event": { "id": "1" } })).is_none());
        assert!(refusal(&json!({ "saved": true, "errors": false })).is_none());
        let told = refusal(&json!({ "saved": false, "message": "no", "errors": { "info": ["empty"] } }));
        assert!(told.unwrap().contains("empty"));
    }
}
