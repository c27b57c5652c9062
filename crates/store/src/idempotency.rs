//! Kept answers: what was answered to a change that came with a key of its own, so that a repeat is not done again.
//!
//! It knows digests and sealed bytes only; what is in them is `node`'s.

use policy::PersonId;
use stix::Timestamp;

use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// An answer that was kept, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The keyed digest of what was asked.
    pub request: [u8; 32],
    /// The status that was answered; none while it runs.
    pub status: Option<i64>,
    /// Until when it is believed that it runs, where it has not been answered.
    pub running_until: Option<Timestamp>,
    /// Headers and body, sealed; none where they are not kept.
    pub sealed: Option<Vec<u8>>,
}

/// What came of the wish to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerBegun {
    /// It is the first with this name: do it, then keep or drop the answer.
    First,
    /// There was one before.
    Before(KeptAnswer),
    /// The person has as many kept as one may have.
    Full,
}

const OVER: &str = "delete from kept_answer where name = ?1 and made < ?2";
const BEGIN: &str = "insert into kept_answer (name, person, request, made, running_until) select ?1, ?2, ?3, ?4, ?6 \
                     where (select count(*) from kept_answer where person = ?2) < ?5 \
                     on conflict (name) do nothing returning made";
const GET: &str = "select request, status, sealed, running_until from kept_answer where name = ?1";
const KEEP: &str = "update kept_answer set status = ?2, sealed = ?3 where name = ?1";
const RUNS: &str = "update kept_answer set running_until = ?2 where name = ?1 and status is null";
const DROP: &str = "delete from kept_answer where name = ?1 and status is null";
const FORGET: &str = "delete from kept_answer where name in \
                      (select name from kept_answer where made < ?1 order by made limit ?2) returning made";

fn kept(row: &Row) -> Result<KeptAnswer> {
    let status = row.maybe_int(1)?;
    Ok(KeptAnswer {
        request: row.hash(0)?,
        status,
        sealed: row.maybe_bytes(2)?,
        running_until: row.maybe_time(3)?,
    })
}

impl Store {
    /// Takes a name for a change that begins now and is believed to run until an instant, where nobody had it since `oldest`
    /// and the person has fewer than `most`.
    pub async fn answer_begin(
        &self,
        name: [u8; 32],
        person: PersonId,
        request: [u8; 32],
        (now, oldest, until): (Timestamp, Timestamp, Timestamp),
        most: usize,
    ) -> Result<AnswerBegun> {
        let begin = vec![
            name.into(),
            person.into(),
            request.into(),
            now.into(),
            many(most).into(),
            until.into(),
        ];
        let change = Change::new()
            .with(OVER, vec![name.into(), oldest.into()])
            .with(BEGIN, begin);
        let rows = self.change(change).await?;
        if rows.get(1).is_some_and(|rows| !rows.is_empty()) {
            return Ok(AnswerBegun::First);
        }
        let before = self.row(GET, vec![name.into()], kept).await?;
        Ok(before.map_or(AnswerBegun::Full, AnswerBegun::Before))
    }

    /// Notes that a change under a name runs still.
    pub async fn answer_runs(&self, name: [u8; 32], until: Timestamp) -> Result<()> {
        let change = Change::new().with(RUNS, vec![name.into(), until.into()]);
        self.change(change).await.map(drop)
    }

    /// Keeps what was answered.
    pub async fn answer_keep(&self, name: [u8; 32], status: u16, sealed: Option<Vec<u8>>) -> Result<()> {
        let row = vec![name.into(), i64::from(status).into(), sealed.into()];
        self.change(Change::new().with(KEEP, row)).await.map(drop)
    }

    /// Gives a name back whose change was not done.
    pub async fn answer_drop(&self, name: [u8; 32]) -> Result<()> {
        let change = Change::new().with(DROP, vec![name.into()]);
        self.change(change).await.map(drop)
    }

    /// Forgets up to `limit` answers to what began before an instant; gives how many.
    pub async fn answer_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let change = Change::new().with(FORGET, vec![before.into(), many(limit).into()]);
        Ok(self.change(change).await?.first().map_or(0, Vec::len))
    }
}
