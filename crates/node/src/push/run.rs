//! One run of a push: reads what changed for the peer's member, sends it, records it, moves the cursor.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::json;
use stix::Timestamp;
use store::{Changes, NewEntry, ObjectRow, Peer, PeerReport, Position, Recall};

use super::cut::{concerns_peer, cursor_after, halve, is_taken_back, parts};
use super::send::{Receiver, Verdict, is_about_content, words};
use super::{PeerKind, PeerSettings};
use crate::accounts::Caller;
use crate::client::Failure;
use crate::delivery::Way;
use crate::error::Error;
use crate::node::Node;
use crate::rules::Rules;
use crate::subscriptions::schedule::{Ended, next_run, run_all};
use crate::subscriptions::{Stop, TURN_MICROS, check_url};

/// Changes read at a time.
const READ: usize = 500;
/// Readings of one run before others get their turn.
const MOST_READINGS: usize = 2_000;
/// Objects refused one by one, with none accepted, after which the peer is thought to refuse everything.
pub(super) const MOST_REFUSED: u64 = 20;
/// Notes kept of one run.
const MOST_NOTES: usize = 20;

/// How a push went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushReport {
    /// The peer.
    pub name: String,
    /// How it ended, in words.
    pub result: String,
    /// Why it failed, and what to do.
    pub error: Option<String>,
    /// Objects that the peer took.
    pub sent: u64,
    /// Objects that the peer refused, and what it would not take back.
    pub refused: u64,
    /// Versions taken back there.
    pub taken_back: u64,
    /// Items that were narrowed or corrected there.
    pub recalled: u64,
    /// What somebody should know: the first refusals with the peer's reasons.
    pub notes: Vec<String>,
    /// When it runs next.
    pub next_run: Timestamp,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) sent: u64,
    pub(super) refused: u64,
    pub(super) taken_back: u64,
    pub(super) recalled: u64,
}

pub(super) struct Run<'a> {
    pub(super) node: &'a Node,
    pub(super) peer: Peer,
    pub(super) now: Timestamp,
    pub(super) began: Timestamp,
    pub(super) caller: Caller,
    pub(super) counts: Counts,
    pub(super) reported: Counts,
    pub(super) cursor: Option<Position>,
    pub(super) progressed: bool,
    notes: Vec<String>,
}

impl Run<'_> {
    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }

    async fn push(&mut self) -> Result<bool, Stop> {
        let settings = PeerSettings::parse(&self.peer.terms.settings)?;
        if settings.kind == PeerKind::Misp {
            return self.push_events(&settings).await;
        }
        let mut receiver = None;
        let from_there = self.own_channels().await?;
        for _ in 0..MOST_READINGS {
            let rules = Rules::now(self.node).await?;
            // Again for each reading: what the member may no longer see is not sent any more.
            self.caller = self
                .node
                .receiving_member(self.peer.terms.member, &self.peer.terms.name)
                .await?;
            let viewer = self.node.push_viewer(&self.caller, self.peer.terms.community).await?;
            let changes = self.node.store().changes(&viewer, self.cursor, READ).await?;
            if !rules.hold(self.node).await? {
                // What is new may be for the peer and not in this view yet: to go on after it would lose it.
                continue;
            }
            let changes = self.without_echo(changes, &from_there).await?;
            if changes.rows.iter().any(concerns_peer) {
                if receiver.is_none() {
                    receiver = Some(Receiver::connect(&self.peer.terms.url, &settings).await?);
                }
                if let Some(receiver) = &receiver
                    && !self.send_all(receiver, &changes, settings.page_size(), &rules).await?
                {
                    continue;
                }
            }
            self.cursor = Some(changes.cursor);
            if !changes.more {
                self.recalls(receiver, &settings).await?;
                return Ok(true);
            }
            if self.node.now().micros().saturating_sub(self.began.micros()) > TURN_MICROS {
                break;
            }
        }
        Ok(false)
    }

    /// The channels of what this node fetches from the peer's own host.
    pub(super) async fn own_channels(&self) -> Result<HashSet<String>, Stop> {
        let peer = check_url(&self.peer.terms.url)?.origin();
        let all = self.node.store().subscription_list().await?;
        let same = all
            .into_iter()
            .filter(|one| check_url(&one.terms.url).is_ok_and(|url| url.origin() == peer));
        Ok(same.map(|one| format!("subscription:{}", one.terms.name)).collect())
    }

    /// What came from there is not handed back: a second copy there, in this member's name, would outlive a recall.
    async fn without_echo(&self, mut changes: Changes, from_there: &HashSet<String>) -> Result<Changes, Stop> {
        if from_there.is_empty() {
            return Ok(changes);
        }
        let mut kept = Vec::with_capacity(changes.rows.len());
        for change in changes.rows {
            let channel = self.node.store().channel_of(change.row.added).await?;
            if !channel.is_some_and(|channel| from_there.contains(&channel)) {
                kept.push(change);
            }
        }
        changes.rows = kept;
        Ok(changes)
    }

    /// Tells the peer what was narrowed or corrected. TAXII has no word for that; a node of ours has, at its API, for who
    /// contributed the item there: the account of this push, where it may retract.
    async fn recalls(&mut self, mut receiver: Option<Receiver>, settings: &PeerSettings) -> Result<(), Stop> {
        let (member, store) = (self.peer.terms.member, self.node.store().clone());
        let by = format!("push:{}", self.peer.terms.name);
        let mut after = 0;
        loop {
            let owed = store.recall_owed_by(member, after, true, READ).await?;
            let Some((last, _)) = owed.last() else { return Ok(()) };
            after = last.id;
            for (recall, owed) in owed {
                let untold = owed.told.is_none() && owed.channel == by;
                let Some(body) = said_of(&recall).filter(|_| untold) else {
                    continue;
                };
                if receiver.is_none() {
                    receiver = Some(Receiver::connect(&self.peer.terms.url, settings).await?);
                }
                let Some(receiver) = &receiver else { continue };
                match receiver.recall(&body).await {
                    Ok(()) => {
                        self.counts.recalled += 1;
                        store.recall_tell(member, Some(&recall.object), &by).await?;
                    }
                    Err(failure) if is_refusal(&failure) => self.note(format!(
                        "{} was {} here, and the peer does not know it: {failure}; tell its owner",
                        recall.object,
                        if recall.kind == "narrow" {
                            "marked more strictly"
                        } else {
                            "corrected"
                        },
                    )),
                    Err(failure) => return Err(failure.into()),
                }
            }
        }
    }

    /// Sends changes in order: runs of objects in envelopes, what was taken back one by one. Says whether that was all: a
    /// page takes as long as the peer takes, and what of it is not sent when the rules have moved on, or something of it
    /// was taken back, is read again first.
    async fn send_all(
        &mut self,
        receiver: &Receiver,
        changes: &Changes,
        page_size: usize,
        rules: &Rules,
    ) -> Result<bool, Stop> {
        let rows = &changes.rows;
        let mut parts = parts(rows, page_size, receiver.most_bytes, is_taken_back);
        while let Some(part) = parts.pop_front() {
            let sent = &rows[part.clone()];
            if !rules.hold_for(self.node, sent).await? {
                return Ok(false);
            }
            if let [one] = sent
                && is_taken_back(one)
            {
                self.take_back(receiver, &one.row).await?;
            } else {
                let objects: Vec<ObjectRow> = sent
                    .iter()
                    .filter(|change| concerns_peer(change))
                    .map(|change| change.row.clone())
                    .collect();
                if !objects.is_empty() {
                    match receiver.post(&objects).await {
                        Ok(verdict) => self.accepted(objects, verdict).await?,
                        Err(failure) if is_about_content(&failure) && part.len() > 1 => {
                            halve(&mut parts, part);
                            continue;
                        }
                        Err(failure) if is_about_content(&failure) => self.refused(&objects, failure)?,
                        Err(failure) => return Err(failure.into()),
                    }
                }
            }
            self.passed(changes, part.end).await?;
        }
        Ok(true)
    }

    /// Moves the cursor past the first `count` changes, unless the next one has the same place.
    async fn passed(&mut self, changes: &Changes, count: usize) -> Result<(), Stop> {
        let Some(cursor) = cursor_after(changes, count) else {
            return Ok(());
        };
        self.cursor = Some(cursor);
        self.progressed = true;
        self.report(self.now, "running".to_owned(), None).await
    }

    async fn accepted(&mut self, objects: Vec<ObjectRow>, verdict: Verdict) -> Result<(), Stop> {
        if verdict.pending > 0 {
            self.note(format!(
                "the peer was still working on {} objects when we stopped asking",
                verdict.pending
            ));
        }
        let mut refused: HashMap<&str, Vec<Option<&str>>> = HashMap::new();
        for (id, version, _) in &verdict.refused {
            refused.entry(id).or_default().push(version.as_deref());
        }
        let is_refused = |row: &ObjectRow| {
            let versions = refused.get(row.id.as_str());
            versions.is_some_and(|versions| {
                versions
                    .iter()
                    .any(|version| version.is_none_or(|version| version == row.version_text))
            })
        };
        let lost = objects.iter().filter(|row| is_refused(row)).count();
        self.counts.sent += (objects.len() - lost) as u64;
        self.counts.refused += lost as u64;
        // What follows each other without a refusal is recorded together: a stretch must not cover what was refused.
        let mut after = self
            .cursor
            .map_or(Timestamp::from_micros(0), |cursor| Timestamp::from_micros(cursor.0));
        let mut runs: Vec<(Timestamp, Vec<ObjectRow>)> = vec![(after, Vec::new())];
        for row in objects {
            after = after.max(row.added);
            if is_refused(&row) {
                runs.push((after, Vec::new()));
            } else if let Some((_, run)) = runs.last_mut() {
                run.push(row);
            }
        }
        for (id, _, said) in verdict.refused {
            self.note(format!("the peer refused {id}: {said}"));
        }
        let channel = format!("push:{}", self.peer.terms.name);
        let way = Way {
            name: channel.clone(),
            channel,
            within: self.peer.terms.community,
        };
        for (after, rows) in runs {
            self.node.record_changes(&self.caller, &way, after, rows).await?;
        }
        Ok(())
    }

    /// One object that the peer does not take even alone.
    fn refused(&mut self, objects: &[ObjectRow], failure: Failure) -> Result<(), Stop> {
        if self.counts.sent == 0 && self.counts.refused >= MOST_REFUSED {
            let message = format!(
                "the peer refuses everything that is sent, so nothing is skipped; the last time it said: {failure}"
            );
            return Err(Failure { message, ..failure }.into());
        }
        for row in objects {
            self.counts.refused += 1;
            self.note(format!("the peer refused {}: {failure}", row.id));
        }
        Ok(())
    }

    async fn take_back(&mut self, receiver: &Receiver, row: &ObjectRow) -> Result<(), Stop> {
        match receiver.delete(row).await {
            Ok(()) => {
                self.counts.taken_back += 1;
                let body = json!({
                    "channel": format!("push:{}", self.peer.terms.name),
                    "object": row.id,
                    "version": row.version_text,
                });
                let entry = NewEntry {
                    kind: "retracted".to_owned(),
                    member: Some(self.peer.terms.member),
                    body: body.to_string(),
                };
                let store = self.node.store();
                store.ledger_append(vec![entry]).await?;
                let by = format!("push:{}", self.peer.terms.name);
                store.recall_tell(self.peer.terms.member, Some(&row.id), &by).await?;
                Ok(())
            }
            // It will not: somebody has to ask its owner, and the other changes must not wait for that.
            Err(failure) if is_refusal(&failure) && failure.status != Some(404) => {
                self.counts.refused += 1;
                self.note(format!(
                    "{} was taken back here, and the peer keeps it: {failure}; ask its owner to remove it",
                    row.id
                ));
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }

    pub(super) async fn report(
        &mut self,
        next_run: Timestamp,
        result: String,
        error: Option<String>,
    ) -> Result<(), Stop> {
        let since = |all: u64, reported: u64| i64::try_from(all - reported).unwrap_or(i64::MAX);
        let report = PeerReport {
            cursor: self.cursor,
            next_run,
            run: self.now,
            result,
            error,
            sent: since(self.counts.sent, self.reported.sent),
            refused: since(self.counts.refused, self.reported.refused),
        };
        self.node.store().peer_report(self.peer.id, &report).await?;
        self.reported = self.counts;
        Ok(())
    }

    fn words(&self) -> String {
        let Counts {
            sent,
            refused,
            taken_back,
            recalled,
        } = self.counts;
        let mut words = if sent + refused + taken_back + recalled == 0 {
            "nothing new".to_owned()
        } else {
            format!("{sent} sent")
        };
        if taken_back > 0 {
            words.push_str(&format!(", {taken_back} taken back"));
        }
        if recalled > 0 {
            words.push_str(&format!(", {recalled} narrowed or corrected"));
        }
        if refused > 0 {
            words.push_str(&format!(", {refused} refused"));
        }
        if let Some(note) = self.notes.first() {
            words.push_str("; ");
            words.extend(note.chars().take(500));
        }
        words
    }
}

/// Whether the other side understood, and will not.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 403 | 404 | 405 | 409 | 415 | 422 | 501))
}

/// What a node of ours is told of a recall after which the item stays; none where the item goes, or nothing is to be said.
fn said_of(recall: &Recall) -> Option<String> {
    let what = match recall.kind.as_str() {
        "narrow" => {
            let (tlp, pap) = recall.replaced_by.as_deref()?.split_once(' ')?;
            json!({ "object": recall.object, "kind": "narrow", "tlp": tlp, "pap": pap, "reason": recall.reason })
        }
        "correct" => json!({ "object": recall.object, "kind": "correct", "reason": recall.reason }),
        _ => return None,
    };
    Some(what.to_string())
}

/// Pushes to whoever is due.
pub(super) async fn run_due(node: &Node, now: Timestamp) -> Result<Vec<PushReport>, Error> {
    let due = node.store().peer_due(now).await?;
    run_all(due.into_iter().map(|peer| run(node, peer, now, true))).await
}

/// Pushes to one; none where that is going on already, or has been done since it was found to be due.
pub(super) async fn run(
    node: &Node,
    peer: Peer,
    now: Timestamp,
    only_if_due: bool,
) -> Result<Option<PushReport>, Error> {
    let Some(_turn) = node.running().turn(peer.terms.uuid) else {
        return Ok(None);
    };
    // Another run may have ended between the question who is due and our turn.
    let Some(peer) = node.store().peer_get(&peer.terms.name).await? else {
        return Ok(None);
    };
    if only_if_due && peer.next_run.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let mut run = Run {
        node,
        now,
        began: node.now(),
        caller: Caller::public(),
        counts: Counts::default(),
        reported: Counts::default(),
        cursor: peer.cursor,
        progressed: false,
        notes: Vec::new(),
        peer,
    };
    let pushed = run.push().await;
    let in_a_row = if run.progressed {
        1
    } else {
        run.peer.failures_in_a_row.saturating_add(1)
    };
    let (ended, result, error) = match pushed {
        Ok(true) => (Ended::Done, run.words(), None),
        Ok(false) => (Ended::More, run.words() + "; there is more, the next run goes on", None),
        Err(stop) => {
            let failure = words(stop);
            (
                Ended::Failed {
                    in_a_row,
                    retry_after: failure.retry_after,
                },
                "failed".to_owned(),
                Some(failure.message),
            )
        }
    };
    let terms = &run.peer.terms;
    let next = next_run(now, terms.interval_seconds, terms.uuid, ended);
    if let Some(error) = &error {
        tracing::warn!(peer = %terms.name, %error, "a push failed");
    }
    match run.report(next, result.clone(), error.clone()).await {
        Err(Stop::Node(error)) => return Err(error),
        Err(Stop::Failure(failure)) => return Err(Error::Ours(failure.message)),
        Ok(()) => {}
    }
    let Counts {
        sent,
        refused,
        taken_back,
        recalled,
    } = run.counts;
    Ok(Some(PushReport {
        name: run.peer.terms.name.clone(),
        result,
        error,
        sent,
        refused,
        taken_back,
        recalled,
        notes: run.notes,
        next_run: next,
    }))
}
