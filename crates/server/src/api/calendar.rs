//! Commitments as a calendar: for who signs in, and at an address with a secret for programs that cannot.

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use node::commitments::calendar::calendar;
use node::commitments::{ListWish, Side};
use policy::{Action, decide};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::Parameters;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// The most events of a calendar.
const MOST: usize = 1_000;

/// A new address for a calendar program.
#[derive(Serialize, ToSchema)]
pub struct FeedView {
    /// The number under which it ends, as a key does.
    pub id: i64,
    /// The address: here, now, and never again. Who has it reads what your member owes and is owed, and nothing else.
    pub path: String,
}

/// What the caller's member owes and what is owed to it, as far as it has a time, as a calendar.
#[utoipa::path(get, path = "/api/v1/commitments.ics", tag = "commitments",
    responses((status = 200, content_type = "text/calendar", body = String), (status = 403)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    written(&asked).await
}

/// The same at an address that needs no sign-in beside its secret; the name may end with `.ics`.
#[utoipa::path(get, path = "/api/v1/calendar/{secret}", tag = "commitments",
    params(("secret" = String, Path, description = "The secret part of the address")),
    security(()),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 401)))]
pub async fn feed(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    written(&asked).await
}

async fn written(asked: &Asked) -> Result<Response, Fault> {
    let node = asked.node();
    let mut commitments = Vec::new();
    for side in [Side::Owes, Side::Owed] {
        let wish = ListWish {
            side,
            limit: MOST,
            ..ListWish::default()
        };
        let list = node.commitments(asked.caller(), &wish).await?;
        // What a member owes itself is on both sides.
        let other =
            |shown: &node::commitments::CommitmentShown| side == Side::Owes || shown.owed_by.id != shown.owed_to.id;
        commitments.extend(list.commitments.into_iter().filter(other));
    }
    let text = calendar(&node.chosen().title, &commitments, node.now());
    let mut response = (StatusCode::OK, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("inline; filename=\"commitments.ics\""),
    );
    Ok(response)
}

/// Makes an address at which a calendar program reads the same. It ends as a key does: `DELETE /api/v1/keys/{key}`.
#[utoipa::path(post, path = "/api/v1/calendar", tag = "commitments",
    responses((status = 201, body = FeedView), (status = 403)))]
pub async fn create(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    if let Some(person) = asked.caller().principal.person {
        decide(&asked.caller().principal, Action::ManageKeys(person))
            .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
    }
    let (secret, credential) = asked.node().calendar_feed_create(asked.caller()).await?;
    let view = FeedView {
        id: credential.id.0,
        path: format!("{}/calendar/{secret}.ics", super::BASE),
    };
    answer(StatusCode::CREATED, &view)
}
