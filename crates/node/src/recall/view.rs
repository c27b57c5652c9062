//! Reading recalls: the state of one for who recalled it and the coordinator; what a member owes; reminders.

use std::collections::BTreeMap;

use policy::MemberId;
use stix::Timestamp;
use store::{OwedRow, Recall};
use uuid::Uuid;

use super::{MOST, absent};
use crate::accounts::Caller;
use crate::disclosure::Told;
use crate::error::Error;
use crate::node::Node;

/// What a member answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When first.
    pub at: Timestamp,
    /// By a person or a node.
    pub by: String,
    /// What it says it did.
    pub done: String,
    /// When its watchlist no longer had it, as it says.
    pub swapped: Option<Timestamp>,
    /// In words.
    pub note: Option<String>,
}

/// Who has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// When it was given the item first.
    pub given: Timestamp,
    /// When it was told of the recall; none: it has not asked since.
    pub told: Option<Timestamp>,
    /// When somebody reminded it last.
    pub reminded: Option<Timestamp>,
}

/// A recall, as far as who recalled it and the coordinators of its communities may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallState {
    /// The recall.
    pub recall: Recall,
    /// Members that were given the item.
    pub given: Told<()>,
    /// Those that answered.
    pub acknowledged: Told<Answered>,
    /// Those that did not.
    pub outstanding: Told<Outstanding>,
    /// Whether all have answered; told where it is about five or more, or all let it be known that they were given it.
    pub complete: Option<bool>,
}

/// A recall that concerns the caller's member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedRecall {
    /// The recall.
    pub recall: Recall,
    /// What the member has done about it.
    pub owed: OwedRow,
    /// Whether the member still sees the object: then it is kept, in the newer version or under the stricter marking.
    pub still_open: bool,
}

fn answered(row: &OwedRow) -> Option<Answered> {
    Some(Answered {
        at: row.acknowledged?,
        by: row.acknowledged_by.clone().unwrap_or_default(),
        done: row.done.clone().unwrap_or_default(),
        swapped: row.swapped,
        note: row.note.clone(),
    })
}

impl Node {
    /// Whether a caller may read how a recall goes: of the member that made it or whose item it was, or coordinating one
    /// of its communities.
    fn may_follow(caller: &Caller, recall: &Recall) -> bool {
        let principal = &caller.principal;
        let own = [Some(recall.owner), Some(recall.by_member)].contains(&principal.member);
        let coordinates = |community| principal.coordinates.contains(community);
        principal.member.is_some() && (own || recall.communities.iter().any(coordinates))
    }

    /// How a recall goes.
    ///
    /// # Errors
    /// When there is none of this name that the caller may follow.
    pub async fn recall_state(&self, caller: &Caller, uuid: Uuid) -> Result<RecallState, Error> {
        let recall = self.store().recall_get(uuid).await?.ok_or_else(absent)?;
        if !Self::may_follow(caller, &recall) {
            return Err(absent());
        }
        let rows = self.store().recall_owed(recall.id).await?;
        let discretion = self.discretion(caller).await?;
        let communities = recall.communities.iter().copied().collect();
        let (mut acknowledged, mut outstanding) = (BTreeMap::new(), BTreeMap::new());
        let mut given = BTreeMap::new();
        for row in &rows {
            given.insert(row.member, ());
            match answered(row) {
                Some(answer) => drop(acknowledged.insert(row.member, answer)),
                None => {
                    let one = Outstanding {
                        given: row.given,
                        told: row.told,
                        reminded: row.reminded,
                    };
                    outstanding.insert(row.member, one);
                }
            }
        }
        let all = rows.len();
        let given = discretion.tell(&given, all, &communities, |chosen| chosen.received);
        let acknowledged = discretion.tell(&acknowledged, all, &communities, |chosen| chosen.acknowledged);
        let enough = all as u64 >= crate::disclosure::FEWEST || (all > 0 && given.named.len() == all);
        Ok(RecallState {
            complete: enough.then_some(outstanding.is_empty()),
            // That it has not answered says that it was given it.
            outstanding: discretion.tell(&outstanding, all, &communities, |chosen| {
                chosen.received.min(chosen.acknowledged)
            }),
            recall,
            given,
            acknowledged,
        })
    }

    /// The recalls that the caller may follow, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn recalls(&self, caller: &Caller, limit: usize, before: Option<i64>) -> Result<Vec<Recall>, Error> {
        let member = self.own_receipts(caller)?;
        let limit = limit.min(MOST);
        if caller.principal.coordinates.is_empty() {
            return Ok(self.store().recall_list(member, before, limit).await?);
        }
        let mut found = Vec::new();
        let mut before = before;
        while found.len() < limit {
            let page = self.store().recall_list_all(before, MOST).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            found.extend(page.into_iter().filter(|recall| Self::may_follow(caller, recall)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The recalls that concern the caller's member, the oldest first, strictly after a number; with it the member is
    /// told of them.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn recalls_owed(
        &self,
        caller: &Caller,
        only_open: bool,
        limit: usize,
        after: i64,
    ) -> Result<Vec<OwedRecall>, Error> {
        let member = self.own_receipts(caller)?;
        self.store().recall_tell(member, None, "api").await?;
        let owed = self
            .store()
            .recall_owed_by(member, after, only_open, limit.min(MOST))
            .await?;
        let viewer = self.viewer(caller).await?;
        let mut recalls = Vec::with_capacity(owed.len());
        for (recall, owed) in owed {
            let still_open = self.store().object_exists(&viewer, &recall.object).await?;
            recalls.push(OwedRecall {
                recall,
                owed,
                still_open,
            });
        }
        Ok(recalls)
    }

    /// Waits until a recall concerns the caller's member that it has not answered, or until the patience is over. A recall
    /// that another process makes on the same store is noticed at the end of the patience.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn recalls_wait(&self, caller: &Caller, patience: std::time::Duration) -> Result<(), Error> {
        self.own_receipts(caller)?;
        let mut heard = self.recalls_heard();
        let waiting = async {
            while self.recalls_open(caller).await? == 0 {
                if heard.changed().await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        tokio::time::timeout(patience, waiting).await.unwrap_or(Ok(()))
    }

    /// How many recalls the caller's member has not answered; a thousand at the most.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn recalls_open(&self, caller: &Caller) -> Result<i64, Error> {
        match caller.principal.member {
            Some(member) => Ok(self.store().recall_open(member).await?),
            None => Ok(0),
        }
    }

    /// Everything that is owed by anybody, strictly after a recall and member: what reminders and commitments are made of.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn recalls_outstanding(
        &self,
        after: (i64, MemberId),
        limit: usize,
    ) -> Result<Vec<(Recall, OwedRow)>, Error> {
        Ok(self.store().recall_owed_all(after, limit.min(MOST)).await?)
    }
}
