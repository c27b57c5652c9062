//! News: what was written after a place, source by source, for whoever waits for it.
//!
//! Numbers of rows are given in the order of commits (one writer at a time, on both databases), so that who reads on from
//! the last number misses nothing.

use policy::{CommunityId, MemberId};
use stix::Timestamp;
use uuid::Uuid;

use crate::commitment::StepKind;
use crate::value::{Row, many};
use crate::{Result, Store};

/// Where each source of news stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewsPlace {
    /// The last place in the order of everything stored.
    pub object: i64,
    /// The last change of a commitment.
    pub step: i64,
    /// The last question.
    pub request: i64,
    /// The last answer.
    pub answer: i64,
}

/// A change of a commitment of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepNews {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What changed.
    pub what: StepKind,
    /// The commitment.
    pub commitment: Uuid,
    /// Its kind.
    pub kind: String,
    /// Who owes it.
    pub owed_by: MemberId,
    /// To whom.
    pub owed_to: MemberId,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestNews {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub request: Uuid,
    /// Who was asked.
    pub community: CommunityId,
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerNews {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The question.
    pub request: Uuid,
    /// Who was asked.
    pub community: CommunityId,
    /// Who asked.
    pub asked_by: MemberId,
    /// Who answers.
    pub answered_by: MemberId,
    /// Whether the whole community may read it.
    pub to_all: bool,
}

const PLACE: &str = "select h.added, coalesce((select max(id) from commitment_step), 0), \
                     coalesce((select max(id) from request), 0), coalesce((select max(id) from answer), 0) from head h";
const STEPS: &str = "select s.id, s.at, s.what, c.uuid, c.kind, c.owed_by, c.owed_to from commitment_step s \
                     join commitment c on c.id = s.commitment where s.id > ?1 order by s.id limit ?2";
const REQUESTS: &str = "select id, asked, uuid, community from request where id > ?1 order by id limit ?2";
const ANSWERS: &str = "select a.id, a.at, r.uuid, r.community, r.member, a.member, a.to_all from answer a \
                       join request r on r.id = a.request where a.id > ?1 order by a.id limit ?2";

fn place(row: &Row) -> Result<NewsPlace> {
    Ok(NewsPlace {
        object: row.int(0)?,
        step: row.int(1)?,
        request: row.int(2)?,
        answer: row.int(3)?,
    })
}

fn step(row: &Row) -> Result<StepNews> {
    Ok(StepNews {
        id: row.int(0)?,
        at: row.time(1)?,
        what: row.word(2, StepKind::parse)?,
        commitment: row.uuid(3)?,
        kind: row.text(4)?,
        owed_by: MemberId(row.int(5)?),
        owed_to: MemberId(row.int(6)?),
    })
}

fn request(row: &Row) -> Result<RequestNews> {
    Ok(RequestNews {
        id: row.int(0)?,
        at: row.time(1)?,
        request: row.uuid(2)?,
        community: CommunityId(row.int(3)?),
    })
}

fn answer(row: &Row) -> Result<AnswerNews> {
    Ok(AnswerNews {
        id: row.int(0)?,
        at: row.time(1)?,
        request: row.uuid(2)?,
        community: CommunityId(row.int(3)?),
        asked_by: MemberId(row.int(4)?),
        answered_by: MemberId(row.int(5)?),
        to_all: row.flag(6)?,
    })
}

impl Store {
    /// Where everything stands now.
    pub async fn news_place(&self) -> Result<NewsPlace> {
        Ok(self.row(PLACE, Vec::new(), place).await?.unwrap_or_default())
    }

    /// Changes of commitments after a number, everybody's: whose they are is for the caller to look at.
    pub async fn news_steps(&self, after: i64, limit: usize) -> Result<Vec<StepNews>> {
        self.list(STEPS, vec![after.into(), many(limit).into()], step).await
    }

    /// Questions after a number, to every community: who may read them is for the caller to look at.
    pub async fn news_requests(&self, after: i64, limit: usize) -> Result<Vec<RequestNews>> {
        self.list(REQUESTS, vec![after.into(), many(limit).into()], request)
            .await
    }

    /// Answers after a number: who may read them is for the caller to look at.
    pub async fn news_answers(&self, after: i64, limit: usize) -> Result<Vec<AnswerNews>> {
        self.list(ANSWERS, vec![after.into(), many(limit).into()], answer).await
    }
}
