//! Where and how one is told things: e-mail, at once, once a day, or not at all.

use axum::response::Response;
use http::StatusCode;
use policy::{Action, PersonId, decide};
use serde::{Deserialize, Serialize};
use store::NoticeWish;
use utoipa::ToSchema;

use super::ask::{Parameters, json};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Where and how somebody is told things.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesView {
    /// Where e-mail reaches them; absent: nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `at-once`, `daily` or `none`.
    #[serde(default = "at_once")]
    pub notices: String,
}

fn at_once() -> String {
    NoticeWish::AtOnce.as_str().to_owned()
}

/// Where and how one is told of commitments.
#[utoipa::path(get, path = "/api/v1/me/notices", tag = "commitments",
    responses((status = 200, body = NoticesView), (status = 403)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    shown(&asked, own(&asked)?).await
}

/// Says where and how one is to be told of commitments.
#[utoipa::path(put, path = "/api/v1/me/notices", tag = "commitments", request_body = NoticesView,
    responses((status = 200, body = NoticesView), (status = 403), (status = 422)))]
pub async fn set(mut asked: Asked) -> Result<Response, Fault> {
    let person = own(&asked)?;
    decide(&asked.caller().principal, Action::SetNotices(person))
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
    Parameters::read(&asked, &[])?;
    let view: NoticesView = json(&mut asked).await?;
    let wish = NoticeWish::parse(&view.notices)
        .ok_or_else(|| bad("bad-notices", "'notices' must be at-once, daily or none"))?;
    asked
        .node()
        .notices_set(asked.caller(), person, view.email, wish)
        .await?;
    shown(&asked, person).await
}

async fn shown(asked: &Asked, person: PersonId) -> Result<Response, Fault> {
    let found = asked.node().notices_of(asked.caller(), person).await?;
    let view = NoticesView {
        email: found.email,
        notices: found.wish.as_str().to_owned(),
    };
    answer(StatusCode::OK, &view)
}

fn own(asked: &Asked) -> Result<PersonId, Fault> {
    let nobody = || {
        let message = "only somebody with an account is told things";
        Fault::new(StatusCode::FORBIDDEN, "not-allowed", message)
    };
    asked.caller().principal.person.ok_or_else(nobody)
}
