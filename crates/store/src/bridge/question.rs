//! Questions that pass bridges: which the other hub has heard, which came from there, and up to where it knows our answers.
//!
//! A question is either a request that its asker lets partner hubs see, or the commitment of the member that stands for the
//! other hub to answer a question about a sighting. It has one name on both sides.

use policy::{CommunityId, MemberId};
use stix::Timestamp;
use uuid::Uuid;

use super::BridgeId;
use crate::db::Change;
use crate::request::{Request, RequestAnswer};
use crate::value::{Row, many};
use crate::{Result, Store};

/// What a question is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    /// A request for information.
    Request,
    /// A question about a sighting.
    Sighting,
}

impl QuestionKind {
    /// The name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Sighting => "sighting",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Request, Self::Sighting]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuestionState {
    /// It was heard, and is to be answered.
    Open,
    /// It is closed or answered, and the other side knows.
    Closed,
    /// The other hub did not take it.
    Refused,
}

impl QuestionState {
    /// The name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Refused => "refused",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A question on a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeQuestion {
    /// Its name, on both sides.
    pub question: Uuid,
    /// Whether it was asked here.
    pub outward: bool,
    /// What it is here.
    pub kind: QuestionKind,
    /// How far it is.
    pub state: QuestionState,
    /// When it passed.
    pub at: Timestamp,
}

const PUT: &str = "insert into bridge_question (bridge, question, outward, kind, state, answers, at) \
                   values (?1, ?2, ?3, ?4, ?5, 0, ?6) \
                   on conflict (bridge, question) do update set state = excluded.state";
const ASKED: &str = "insert into bridge_asked (bridge, question, commitment) values (?1, ?2, ?3) \
                     on conflict (bridge, question, commitment) do nothing";
const GET: &str = "select question, outward, kind, state, at from bridge_question where bridge = ?1 and question = ?2";
const OPEN: &str = "select question, outward, kind, state, at from bridge_question \
                    where bridge = ?1 and outward = ?2 and kind = ?3 and state = 'open' order by at, question";
/// Asked since people of both sides agreed, by somebody of this side, and not heard there yet.
const REQUESTS: &str = concat!(
    "select ",
    crate::request::columns!(),
    " from request where community = ?2 and beyond = 1 and closed is null and member <> ?3 \
     and asked >= (select min(s.at) from bridge_step s where s.bridge = ?1 and s.what = 'accepted') \
     and not exists (select 1 from bridge_question q where q.bridge = ?1 and q.question = request.uuid) \
     order by id limit ?4"
);
const CLOSED: &str = concat!(
    "select ",
    crate::request::columns!(),
    " from request where closed is not null and uuid in (select question from bridge_question \
     where bridge = ?1 and outward = 1 and kind = 'request' and state = 'open') order by id limit ?2"
);
/// What the member that stands for the other hub owes since it has a bridge, and the hub has not heard of.
const OWED: &str = "select uuid from commitment where owed_by = ?2 and kind = ?3 and settled is null \
                    and not exists (select 1 from bridge_question q where q.bridge = ?1 and q.question = commitment.uuid) \
                    order by id limit ?4";
const ANSWERS: &str = "select q.question, a.id, a.uuid, a.member, a.text, a.to_all, a.at from bridge_question q \
                       join request r on r.uuid = q.question join answer a on a.request = r.id \
                       where q.bridge = ?1 and q.outward = 0 and q.kind = 'request' and a.id > q.answers \
                       order by a.id limit ?2";
const TOLD: &str = "update bridge_question set answers = ?3 where bridge = ?1 and question = ?2 and answers < ?3";
const COMMITMENTS: &str = "select commitment from bridge_asked where bridge = ?1 and question = ?2 order by commitment";

fn question(row: &Row) -> Result<BridgeQuestion> {
    Ok(BridgeQuestion {
        question: row.uuid(0)?,
        outward: row.flag(1)?,
        kind: row.word(2, QuestionKind::parse)?,
        state: row.word(3, QuestionState::parse)?,
        at: row.time(4)?,
    })
}

impl Store {
    /// Notes how far a question is, with the commitments here by which it is answered.
    pub async fn bridge_question_put(&self, id: BridgeId, one: &BridgeQuestion, commitments: &[Uuid]) -> Result<()> {
        let row = vec![
            id.0.into(),
            one.question.into(),
            one.outward.into(),
            one.kind.as_str().into(),
            one.state.as_str().into(),
            one.at.into(),
        ];
        let mut change = Change::new().with(PUT, row);
        for commitment in commitments {
            change = change.with(ASKED, vec![id.0.into(), one.question.into(), (*commitment).into()]);
        }
        self.change(change).await.map(drop)
    }

    /// One question of a bridge.
    pub async fn bridge_question(&self, id: BridgeId, uuid: Uuid) -> Result<Option<BridgeQuestion>> {
        self.row(GET, vec![id.0.into(), uuid.into()], question).await
    }

    /// The questions of a kind that are to be answered, the oldest first.
    pub async fn bridge_questions_open(
        &self,
        id: BridgeId,
        outward: bool,
        kind: QuestionKind,
    ) -> Result<Vec<BridgeQuestion>> {
        let values = vec![id.0.into(), outward.into(), kind.as_str().into()];
        self.list(OPEN, values, question).await
    }

    /// Requests of a community that the other hub may see and has not heard of; never those of the member that stands for it.
    pub async fn bridge_requests_new(
        &self,
        id: BridgeId,
        community: CommunityId,
        hub: MemberId,
        limit: usize,
    ) -> Result<Vec<Request>> {
        let values = vec![id.0.into(), community.into(), hub.into(), many(limit).into()];
        self.list(REQUESTS, values, crate::request::request).await
    }

    /// Requests that were closed here, and the other hub believes to be open.
    pub async fn bridge_requests_closed(&self, id: BridgeId, limit: usize) -> Result<Vec<Request>> {
        let values = vec![id.0.into(), many(limit).into()];
        self.list(CLOSED, values, crate::request::request).await
    }

    /// Commitments of a kind that the member which stands for the other hub owes, and the hub has not heard of.
    pub async fn bridge_owed_new(&self, id: BridgeId, hub: MemberId, kind: &str, limit: usize) -> Result<Vec<Uuid>> {
        let values = vec![id.0.into(), hub.into(), kind.into(), many(limit).into()];
        self.list(OWED, values, |row| row.uuid(0)).await
    }

    /// Answers to requests that came from the other hub, and that it has not heard: each with its request.
    pub async fn bridge_answers_new(&self, id: BridgeId, limit: usize) -> Result<Vec<(Uuid, RequestAnswer)>> {
        let read = |row: &Row| {
            let answer = RequestAnswer {
                id: row.int(1)?,
                uuid: row.uuid(2)?,
                member: MemberId(row.int(3)?),
                text: row.text(4)?,
                to_all: row.flag(5)?,
                at: row.time(6)?,
            };
            Ok((row.uuid(0)?, answer))
        };
        self.list(ANSWERS, vec![id.0.into(), many(limit).into()], read).await
    }

    /// Notes that the other hub has heard the answers to a request up to one.
    pub async fn bridge_answers_told(&self, id: BridgeId, question: Uuid, upto: i64) -> Result<()> {
        let row = vec![id.0.into(), question.into(), upto.into()];
        self.change(Change::new().with(TOLD, row)).await.map(drop)
    }

    /// The commitments here by which a question is answered.
    pub async fn bridge_asked(&self, id: BridgeId, question: Uuid) -> Result<Vec<Uuid>> {
        let values = vec![id.0.into(), question.into()];
        self.list(COMMITMENTS, values, |row| row.uuid(0)).await
    }
}
