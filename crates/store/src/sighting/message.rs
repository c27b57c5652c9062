//! Reports of many systems in messages: each message is counted once, however often it comes.

use std::collections::BTreeMap;

use policy::{CommunityId, MemberId};
use stix::Timestamp;

use super::seen::{NewHit, count_in};
use crate::db::{Change, Db};
use crate::value::many;
use crate::writes::{Writes, writing};
use crate::{Result, Store};

/// Hits that came in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// What its sender calls it; never used twice by that member for different content.
    pub message: String,
    /// When it came.
    pub at: Timestamp,
    /// What it counts.
    pub hits: Vec<NewHit>,
}

/// The member is looked at by the index; `do nothing` gives no row.
const REMEMBER: &str = "insert into counted_message (member, message, at) values (?1, ?2, ?3) \
                        on conflict (member, message) do nothing returning member";
const OLD: &str = "select member, message from counted_message where at <= ?1 order by at limit ?2";
const FORGET: &str = "delete from counted_message where member = ?1 and message = ?2";

async fn count_messages(writes: &mut impl Writes, member: MemberId, messages: &[NewMessage]) -> Result<Vec<bool>> {
    let mut are_new = Vec::with_capacity(messages.len());
    let mut merged = Merged::default();
    for message in messages {
        let row = vec![member.into(), (&message.message).into(), message.at.into()];
        let is_new = !writes.rows(REMEMBER, row).await?.is_empty();
        if is_new {
            message.hits.iter().for_each(|hit| merged.add(hit));
        }
        are_new.push(is_new);
    }
    let hits: Vec<NewHit> = merged.0.into_values().collect();
    if !hits.is_empty() {
        count_in(writes, member, &hits).await?;
    }
    Ok(are_new)
}

/// Hits on the same indicator for the same community, added up: what is written costs what differs, not what came.
#[derive(Default)]
struct Merged<'h>(BTreeMap<(&'h str, Option<CommunityId>, &'h str), NewHit>);

impl<'h> Merged<'h> {
    fn add(&mut self, hit: &'h NewHit) {
        let key = (hit.indicator.as_str(), hit.community, hit.value.value.as_str());
        self.0
            .entry(key)
            .and_modify(|there| {
                there.value.count = there.value.count.saturating_add(hit.value.count);
                there.value.first = there.value.first.min(hit.value.first);
                there.value.last = there.value.last.max(hit.value.last);
            })
            .or_insert_with(|| hit.clone());
    }
}

impl Store {
    /// Counts what messages of a member say, all or none; says of each whether it was new. One that was counted before
    /// counts nothing.
    pub async fn seen_count_messages(&self, member: MemberId, messages: Vec<NewMessage>) -> Result<Vec<bool>> {
        writing!(self, true, |writes| count_messages(writes, member, &messages))
    }

    /// Forgets up to `limit` messages that were counted at or before a time; gives how many. One of them that came
    /// again would be counted again.
    pub async fn counted_messages_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let limit = many(limit);
        let old = self
            .list(OLD, vec![before.into(), limit.into()], |row| {
                Ok((row.int(0)?, row.text(1)?))
            })
            .await?;
        if old.is_empty() {
            return Ok(0);
        }
        let many = old.len();
        let mut change = Change::new();
        for (member, message) in old {
            change = change.with(FORGET, vec![member.into(), message.into()]);
        }
        self.change(change).await?;
        Ok(many)
    }
}
