//! Reports of many systems in messages: each message is counted once, however often it comes.
//!
//! ```text
//! message ──► counted_message (its id), pending_message (what it says): in the commit that is answered
//!                                            │ a little later, many together
//!                                            ▼
//!              seen: one statement for each indicator; what the message said goes in the same transaction
//! ```
//!
//! So a message costs two rows, however many indicators it names, and adding up costs what differs, not what came.

use policy::MemberId;
use stix::Timestamp;

use super::journal::{self, ReportSum};
use super::seen::{NewHit, count_in};
use crate::db::{Change, Db};
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

/// Messages of one member that may wait to be added up.
const MOST_PENDING: i64 = 20_000;

/// Reports that came in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// What its sender calls it; never used twice by that member for different content.
    pub message: String,
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub sums: Vec<ReportSum>,
}

/// A message that waits to be added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMessage {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub sums: Vec<ReportSum>,
}

/// The member is looked at by the index; `do nothing` gives no row.
const REMEMBER: &str = "insert into counted_message (member, message, at) values (?1, ?2, ?3) \
                        on conflict (member, message) do nothing returning member";
const PUT: &str = "insert into pending_message (member, message, at, hits) values (?1, ?2, ?3, ?4)";
const PENDING: &str = "select id, at, hits from pending_message where member = ?1 order by id limit ?2";
const PENDING_MEMBERS: &str = "select distinct member from pending_message order by member";
const PENDING_OF: &str = "select count(*) from (select 1 from pending_message where member = ?1 limit ?2) as waiting";
const WAITING: &str = "select id, at from pending_message where member = ?1 and id <= ?2 order by id";
const ADDED: &str = "delete from pending_message where member = ?1 and id <= ?2";
const OLD: &str = "select member, message from counted_message where at <= ?1 order by at limit ?2";
const FORGET: &str = "delete from counted_message where member = ?1 and message = ?2";

async fn remember(
    writes: &mut impl Writes,
    member: MemberId,
    messages: &[(String, Timestamp, Vec<u8>)],
) -> Result<Vec<bool>> {
    let waiting = writes
        .rows(PENDING_OF, vec![member.into(), MOST_PENDING.into()])
        .await?;
    if waiting.first().map(|row| row.int(0)).transpose()?.unwrap_or_default() >= MOST_PENDING {
        return Err(
            Error::unavailable(format!("{MOST_PENDING} messages of this member wait to be added up"))
                .help("send the message again in a minute"),
        );
    }
    let mut are_new = Vec::with_capacity(messages.len());
    for (message, at, hits) in messages {
        let row = vec![member.into(), message.into(), (*at).into()];
        let is_new = !writes.rows(REMEMBER, row).await?.is_empty();
        if is_new {
            let row = vec![member.into(), message.into(), (*at).into(), hits.clone().into()];
            writes.rows(PUT, row).await?;
        }
        are_new.push(is_new);
    }
    Ok(are_new)
}

/// Looks at all that could be refused before it writes: it is not guarded.
async fn add(writes: &mut impl Writes, member: MemberId, messages: &[(i64, Timestamp)], hits: &[NewHit]) -> Result<()> {
    let Some((last, _)) = messages.last() else {
        return Ok(());
    };
    let upto = || vec![member.into(), (*last).into()];
    let waiting = writes.rows(WAITING, upto()).await?;
    let waiting: Vec<_> = waiting
        .iter()
        .map(|row| Ok((row.int(0)?, row.time(1)?)))
        .collect::<Result<_>>()?;
    if waiting != messages {
        return Err(Error::not_found("the message was added up by somebody else"));
    }
    count_in(writes, member, hits).await?;
    writes.rows(ADDED, upto()).await.map(drop)
}

fn pending(row: &Row) -> Result<PendingMessage> {
    Ok(PendingMessage {
        id: row.int(0)?,
        at: row.time(1)?,
        sums: journal::read(row.bytes(2)?)?,
    })
}

impl Store {
    /// Notes what messages of a member say, all or none; says of each whether it was new. One that came before counts
    /// nothing.
    pub async fn messages_put(&self, member: MemberId, messages: &[NewMessage]) -> Result<Vec<bool>> {
        let mut rows = Vec::with_capacity(messages.len());
        for message in messages {
            rows.push((message.message.clone(), message.at, journal::write(&message.sums)?));
        }
        writing!(self, true, |writes| remember(writes, member, &rows))
    }

    /// The members of whom messages wait to be added up.
    pub async fn messages_pending_members(&self) -> Result<Vec<MemberId>> {
        self.list(PENDING_MEMBERS, Vec::new(), |row| row.int(0).map(MemberId))
            .await
    }

    /// Messages of a member that wait to be added up, the oldest first.
    pub async fn messages_pending(&self, member: MemberId, limit: usize) -> Result<Vec<PendingMessage>> {
        self.list(PENDING, vec![member.into(), many(limit).into()], pending)
            .await
    }

    /// Adds what messages of a member say, as hits, to what was seen. The messages are the first that wait, each by its
    /// number and when it came, as [`Store::messages_pending`] gave them; not found, and nothing is added, where they are
    /// not so any more.
    pub async fn messages_add(
        &self,
        member: MemberId,
        messages: Vec<(i64, Timestamp)>,
        hits: Vec<NewHit>,
    ) -> Result<()> {
        let rows = messages.len() + hits.len();
        writing!(self, true, many = rows, |writes| add(writes, member, &messages, &hits))
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
