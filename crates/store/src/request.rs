//! Questions to a community and their answers. Every reader here is told what it may show by the caller.

use policy::{CommunityId, MemberId, PersonId, Principal};
use serde_json::json;
use stix::Timestamp;
use uuid::Uuid;

use crate::db::Change;
use crate::record::NewEntry;
use crate::value::{Row, many};
use crate::{Result, Store};

/// A question to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// Its name.
    pub uuid: Uuid,
    /// Who is asked.
    pub community: CommunityId,
    /// The question.
    pub question: String,
    /// Until when answers help.
    pub until: Option<Timestamp>,
    /// Whether the asker's name stays in the hub's own record.
    pub anonymous: bool,
    /// Whether answers may be read by the whole community; otherwise by the asker only.
    pub to_all: bool,
    /// Whether partner hubs are asked too, over bridges.
    pub beyond: bool,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number here.
    pub id: i64,
    /// What was asked.
    pub asked: NewRequest,
    /// Who asks.
    pub member: MemberId,
    /// The person.
    pub person: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// What came of it.
    pub summary: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAnswer {
    /// Its number here.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// Who answers.
    pub member: MemberId,
    /// The answer.
    pub text: String,
    /// Whether the whole community may read it.
    pub to_all: bool,
    /// When.
    pub at: Timestamp,
}

/// What a member asked and answered, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestNumbers {
    /// Questions.
    pub asked: i64,
    /// Answers.
    pub answered: i64,
}

macro_rules! columns {
    () => {
        "id, uuid, community, question, until, anonymous, to_all, member, person, asked, closed, summary, beyond"
    };
}
pub(crate) use columns;

const PUT: &str = "insert into request (uuid, community, member, person, question, until, anonymous, to_all, asked, beyond) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const GET: &str = concat!("select ", columns!(), " from request where uuid = ?1");
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from request where community = ?1 and id < ?2 order by id desc limit ?3"
);
const ANSWER: &str = "insert into answer (uuid, request, member, person, text, to_all, at) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
/// Numbers begin at one, so that no member is 0, which stands for whoever reads all.
const ANSWERS: &str = "select id, uuid, member, text, to_all, at from answer where request = ?1 and id > ?2 \
                       and (?3 = 0 or to_all = 1 or member = ?3) order by id limit ?4";
const ANSWER_NUMBER: &str = "select id from answer where request = ?1 and uuid = ?2";
const CLOSE: &str = "update request set closed = ?2, summary = ?3 where id = ?1 and closed is null returning id";
const NUMBERS: &str = "select (select count(*) from request where member = ?1), \
                       (select count(*) from answer where member = ?1)";

pub(crate) fn request(row: &Row) -> Result<Request> {
    Ok(Request {
        id: row.int(0)?,
        asked: NewRequest {
            uuid: row.uuid(1)?,
            community: CommunityId(row.int(2)?),
            question: row.text(3)?,
            until: row.maybe_time(4)?,
            anonymous: row.flag(5)?,
            to_all: row.flag(6)?,
            beyond: row.flag(12)?,
        },
        member: MemberId(row.int(7)?),
        person: row.maybe_int(8)?.map(PersonId),
        at: row.time(9)?,
        closed: row.maybe_time(10)?,
        summary: row.maybe_text(11)?,
    })
}

fn answer(row: &Row) -> Result<RequestAnswer> {
    Ok(RequestAnswer {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        member: MemberId(row.int(2)?),
        text: row.text(3)?,
        to_all: row.flag(4)?,
        at: row.time(5)?,
    })
}

fn entry(kind: &str, member: MemberId, body: serde_json::Value) -> NewEntry {
    NewEntry {
        kind: kind.to_owned(),
        member: Some(member),
        body: body.to_string(),
    }
}

impl Store {
    /// Asks. The ledger keeps the question for the asker's member alone.
    pub async fn request_put(&self, actor: &Principal, member: MemberId, new: &NewRequest) -> Result<()> {
        let row = vec![
            new.uuid.into(),
            new.community.into(),
            member.into(),
            actor.person.into(),
            (&new.question).into(),
            new.until.into(),
            new.anonymous.into(),
            new.to_all.into(),
            self.now().into(),
            new.beyond.into(),
        ];
        let body = json!({
            "request": new.uuid, "community": new.community.0, "question": new.question, "anonymous": new.anonymous,
            "answers_to": if new.to_all { "all" } else { "me" }, "until": new.until, "beyond": new.beyond,
        });
        let change = Change::new().with(PUT, row).entry(entry("asked", member, body));
        self.change(change).await.map(drop)
    }

    /// One question.
    pub async fn request_get(&self, uuid: Uuid) -> Result<Option<Request>> {
        self.row(GET, vec![uuid.into()], request).await
    }

    /// The questions of a community, the newest first, strictly before a number.
    pub async fn request_list(
        &self,
        community: CommunityId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Request>> {
        let limit = many(limit);
        let values = vec![community.into(), before.unwrap_or(i64::MAX).into(), limit.into()];
        self.list(LIST, values, request).await
    }

    /// Answers. The asker's member gets an entry without the name of the one who answers: who that is, is shown with the
    /// answer, to those who may know.
    pub async fn answer_put(
        &self,
        actor: &Principal,
        member: MemberId,
        request: &Request,
        answer: &RequestAnswer,
    ) -> Result<()> {
        let row = vec![
            answer.uuid.into(),
            request.id.into(),
            member.into(),
            actor.person.into(),
            (&answer.text).into(),
            answer.to_all.into(),
            answer.at.into(),
        ];
        let body = json!({ "request": request.asked.uuid, "answer": answer.uuid, "text": answer.text });
        let mut change = Change::new()
            .with(ANSWER, row)
            .entry(entry("answered", member, body.clone()));
        if request.member != member {
            change = change.entry(entry("answer-received", request.member, body));
        }
        self.change(change).await.map(drop)
    }

    /// The answers to a question, in order, strictly after a number: those to all and those of a member; every one where
    /// none is given.
    pub async fn answer_page(
        &self,
        request: i64,
        reader: Option<MemberId>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<RequestAnswer>> {
        let reader = reader.unwrap_or(MemberId(0));
        let values = vec![request.into(), after.into(), reader.into(), many(limit).into()];
        self.list(ANSWERS, values, answer).await
    }

    /// The number of an answer to a question, where there is one of this name.
    pub async fn answer_number(&self, request: i64, uuid: Uuid) -> Result<Option<i64>> {
        self.row(ANSWER_NUMBER, vec![request.into(), uuid.into()], |row| row.int(0))
            .await
    }

    /// Closes a question with what came of it; a conflict where it was closed already.
    pub async fn request_close(&self, request: &Request, summary: &str) -> Result<()> {
        let row = vec![request.id.into(), self.now().into(), summary.into()];
        let body = json!({ "request": request.asked.uuid, "summary": summary });
        let change = Change::new()
            .must(CLOSE, row, "the request is closed already")
            .entry(entry("request-closed", request.member, body));
        self.change(change).await.map(drop)
    }

    /// What a member asked and answered, counted.
    pub async fn request_numbers(&self, member: MemberId) -> Result<RequestNumbers> {
        let numbers = |row: &Row| {
            Ok(RequestNumbers {
                asked: row.int(0)?,
                answered: row.int(1)?,
            })
        };
        Ok(self
            .row(NUMBERS, vec![member.into()], numbers)
            .await?
            .unwrap_or_default())
    }
}
