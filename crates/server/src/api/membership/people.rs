//! The people of a member.

use axum::response::Response;
use http::StatusCode;
use node::membership::PersonChange;
use policy::{Action, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{own_member, role};
use crate::api::ask::{Parameters, json, member, must};
use crate::api::partnership::PersonView;
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// People.
#[derive(Serialize, ToSchema)]
pub struct PersonList {
    /// By login.
    pub people: Vec<PersonView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The people of one's own member; an operator may ask for another's.
#[utoipa::path(get, path = "/api/v1/people", tag = "membership",
    params(
        ("member" = Option<String>, Query, description = "Name or UUID of another member, for an operator"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = PersonList), (status = 400), (status = 404)))]
pub async fn people(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["member", "limit", "cursor"])?;
    let wish = parameters.page()?;
    let member = match parameters.one("member")? {
        Some(name) => member(&asked, name).await?,
        None => own_member(&asked)?,
    };
    let page = asked
        .node()
        .person_page(asked.caller(), member, wish.after(), wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.login.clone());
    let people = page.into_iter().map(PersonView::from).collect();
    answer(StatusCode::OK, &PersonList { people, next })
}

/// What to change of a person; nothing where nothing is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChangeView {
    /// Their name.
    pub name: Option<String>,
    /// The highest role they hold.
    pub role: Option<String>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

/// Changes a person: a coordinator one of their own member, up to their own role; an operator anybody.
#[utoipa::path(patch, path = "/api/v1/people/{login}", tag = "membership", request_body = PersonChangeView,
    params(("login" = String, Path, description = "What they type to sign in")),
    responses((status = 200, body = PersonView), (status = 403), (status = 404), (status = 422)))]
pub async fn person_change(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ManagePerson(own_member(&asked)?, Role::Reader))?;
    let change: PersonChangeView = json(&mut asked).await?;
    let change = PersonChange {
        name: change.name,
        role: change.role.as_deref().map(role).transpose()?,
        active: change.active,
    };
    let node = asked.node();
    let changed = node.person_change(asked.caller(), asked.param("login"), change).await?;
    answer(StatusCode::OK, &PersonView::from(changed))
}
