//! Requests for information: asking a community, answering, closing with what came of it.

use axum::response::Response;
use http::StatusCode;
use node::requests::{AnswerView as ReadAnswer, REQUESTS_MOST, RequestView as ReadRequest, RequestWish};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::CommunityKey;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, community, json};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// Alias or UUID of the community that is asked.
    pub community: String,
    /// The question.
    pub question: String,
    /// Until when answers help.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Whether the asker's name is withheld from everybody else.
    #[serde(default)]
    pub anonymous: bool,
    /// Who reads the answers: `me`, or `all` where the one who answers lets them.
    #[serde(default = "to_me")]
    pub answers_to: String,
    /// Whether partner hubs are asked too, over bridges: there in the name of this hub, and what is answered there comes back in
    /// the name of that hub. Refused where no bridge passes what is asked in this community.
    #[serde(default)]
    pub beyond: bool,
}

fn to_me() -> String {
    "me".to_owned()
}

/// A request.
#[derive(Serialize, ToSchema)]
pub struct RequestView {
    /// Its name.
    pub id: String,
    /// Alias of the community.
    pub community: String,
    /// The question.
    pub question: String,
    /// The member that asks; absent where its name is withheld or not known to the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whether the reader's own member asked.
    pub own: bool,
    /// When.
    pub at: String,
    /// Until when answers help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether the name is withheld.
    pub anonymous: bool,
    /// `me` or `all`.
    pub answers_to: &'static str,
    /// Whether partner hubs are asked too.
    pub beyond: bool,
    /// `open` or `closed`.
    pub state: &'static str,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The answers that the reader may read, the first given first; in a list of requests always empty.
    pub answers: Vec<RequestAnswerView>,
    /// The cursor of further answers to it; absent when these were all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub struct RequestAnswerView {
    /// Its name.
    pub id: String,
    /// The member that answers; absent where it is not known to the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The answer.
    pub text: String,
    /// Whether the whole community reads it.
    pub to_all: bool,
    /// When.
    pub at: String,
}

impl From<ReadAnswer> for RequestAnswerView {
    fn from(answer: ReadAnswer) -> Self {
        Self {
            id: answer.uuid.to_string(),
            from: answer.from,
            text: answer.text,
            to_all: answer.to_all,
            at: answer.at.to_string(),
        }
    }
}

impl RequestView {
    async fn new(asked: &Asked, request: ReadRequest) -> Result<Self, Fault> {
        let key = CommunityKey::Id(request.asked.community);
        let community = asked.node().store().community_get(key).await?;
        Ok(Self {
            id: request.asked.uuid.to_string(),
            community: community.map(|community| community.alias).unwrap_or_default(),
            question: request.asked.question,
            from: request.from,
            own: request.own,
            at: request.at.to_string(),
            until: request.asked.until.map(|until| until.to_string()),
            anonymous: request.asked.anonymous,
            answers_to: if request.asked.to_all { "all" } else { "me" },
            beyond: request.asked.beyond,
            state: if request.closed.is_some() { "closed" } else { "open" },
            summary: request.summary,
            answers: request.answers.into_iter().map(RequestAnswerView::from).collect(),
            next: request.next.map(|last| last.to_string()),
        })
    }
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("request")).map_err(|_| Fault::not_found())
}

/// Asks a community.
#[utoipa::path(post, path = "/api/v1/requests", tag = "requests", request_body = NewRequest,
    responses((status = 201, body = RequestView), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn create(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let wish: NewRequest = json(&mut asked).await?;
    let to_all = match wish.answers_to.as_str() {
        "me" => false,
        "all" => true,
        _ => return Err(bad("bad-request", "'answers_to' must be me or all")),
    };
    let wish = RequestWish {
        community: community(&asked, &wish.community).await?,
        question: wish.question,
        until: wish.until,
        anonymous: wish.anonymous,
        to_all,
        beyond: wish.beyond,
    };
    let made = asked.node().request_ask(asked.caller(), &wish).await?;
    answer(StatusCode::CREATED, &RequestView::new(&asked, made).await?)
}

/// Requests.
#[derive(Serialize, ToSchema)]
pub struct RequestList {
    /// The newest first, without answers.
    pub requests: Vec<RequestView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a community was asked, the newest first.
#[utoipa::path(get, path = "/api/v1/requests", tag = "requests",
    params(
        ("community" = String, Query, description = "Alias or UUID of the community"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = RequestList), (status = 400), (status = 404)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["community", "limit", "cursor"])?;
    let Some(name) = parameters.one("community")? else {
        return Err(bad("missing-parameter", "say which community, as in community=water"));
    };
    let community = community(&asked, name).await?;
    let mut page = parameters.page()?;
    page.limit = page.limit.min(REQUESTS_MOST);
    let found = asked
        .node()
        .requests(asked.caller(), community, page.limit, page.number()?)
        .await?;
    let next = page.next(&found, |last| last.id.to_string());
    let mut requests = Vec::with_capacity(found.len());
    for request in found {
        requests.push(RequestView::new(&asked, request).await?);
    }
    answer(StatusCode::OK, &RequestList { requests, next })
}

/// One request, with the answers that the reader may read, page by page.
#[utoipa::path(get, path = "/api/v1/requests/{request}", tag = "requests",
    params(("request" = String, Path, description = "Its name"),
        ("limit" = Option<usize>, Query, description = "At most so many answers"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer")),
    responses((status = 200, body = RequestView), (status = 400), (status = 404)))]
pub async fn one(asked: Asked) -> Result<Response, Fault> {
    let page = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let (uuid, after) = (named(&asked)?, page.key(|text| Uuid::try_parse(text).ok())?);
    let request = asked
        .node()
        .request_answers(asked.caller(), uuid, after, page.limit)
        .await?;
    answer(StatusCode::OK, &RequestView::new(&asked, request).await?)
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// The answer.
    pub text: String,
    /// Whether the whole community may read it, where the asker lets it.
    #[serde(default)]
    pub to_all: bool,
}

/// Answers a request.
#[utoipa::path(post, path = "/api/v1/requests/{request}/answers", tag = "requests", request_body = NewAnswer,
    params(("request" = String, Path, description = "Its name")),
    responses((status = 201, body = RequestView), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn answer_give(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let uuid = named(&asked)?;
    let said: NewAnswer = json(&mut asked).await?;
    let request = asked
        .node()
        .request_answer(asked.caller(), uuid, &said.text, said.to_all)
        .await?;
    answer(StatusCode::CREATED, &RequestView::new(&asked, request).await?)
}

/// What came of a request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClosing {
    /// For the whole community.
    pub summary: String,
}

/// Closes the member's own request with what came of it.
#[utoipa::path(post, path = "/api/v1/requests/{request}/close", tag = "requests", request_body = NewClosing,
    params(("request" = String, Path, description = "Its name")),
    responses((status = 200, body = RequestView), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn close(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let uuid = named(&asked)?;
    let said: NewClosing = json(&mut asked).await?;
    let request = asked.node().request_close(asked.caller(), uuid, &said.summary).await?;
    answer(StatusCode::OK, &RequestView::new(&asked, request).await?)
}
