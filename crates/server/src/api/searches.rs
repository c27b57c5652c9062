//! Searches that somebody keeps, and what of them is new.

use axum::response::Response;
use http::StatusCode;
use node::saved_searches::SavedShown;
use serde::{Deserialize, Serialize};
use store::{SavedSearch, SavedTerms};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// What somebody chooses of a saved search.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSearchWish {
    /// What it is called.
    pub name: String,
    /// The question, as the search box takes it; empty: everything that people look for.
    pub question: String,
    /// Whether what is new is shown on the start page.
    #[serde(default = "yes")]
    pub today: bool,
    /// Whether an e-mail says that there is something new.
    #[serde(default)]
    pub mail: bool,
    /// Whether the webhooks of one's member are told so.
    #[serde(default)]
    pub webhook: bool,
}

fn yes() -> bool {
    true
}

impl From<SavedSearchWish> for SavedTerms {
    fn from(wish: SavedSearchWish) -> Self {
        Self {
            name: wish.name,
            question: wish.question,
            today: wish.today,
            mail: wish.mail,
            webhook: wish.webhook,
        }
    }
}

/// A saved search.
#[derive(Serialize, ToSchema)]
pub struct SavedSearchView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The question, as the search box takes it.
    pub question: String,
    /// Whether what is new is shown on the start page.
    pub today: bool,
    /// Whether an e-mail says that there is something new.
    pub mail: bool,
    /// Whether the webhooks of one's member are told so.
    pub webhook: bool,
    /// When it was saved.
    pub created: String,
    /// How many things are new since one looked; absent where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<usize>,
    /// Whether there are more, which were not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
}

impl From<SavedSearch> for SavedSearchView {
    fn from(saved: SavedSearch) -> Self {
        Self {
            id: saved.uuid.to_string(),
            name: saved.terms.name,
            question: saved.terms.question,
            today: saved.terms.today,
            mail: saved.terms.mail,
            webhook: saved.terms.webhook,
            created: saved.created.to_micros_text(),
            new: None,
            more: None,
        }
    }
}

impl From<SavedShown> for SavedSearchView {
    fn from(shown: SavedShown) -> Self {
        Self {
            new: Some(shown.fresh.count),
            more: Some(shown.fresh.more),
            ..shown.saved.into()
        }
    }
}

/// Saved searches.
#[derive(Serialize, ToSchema)]
pub struct SavedSearchList {
    /// By name; there are fifty at the most.
    pub searches: Vec<SavedSearchView>,
}

fn search(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("search")).map_err(|_| Fault::not_found())
}

/// One's saved searches, each with how much of it is new.
#[utoipa::path(get, path = "/api/v1/searches", tag = "find",
    responses((status = 200, body = SavedSearchList), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let shown = asked.node().saved_searches(asked.caller(), false).await?;
    let list = SavedSearchList {
        searches: shown.into_iter().map(SavedSearchView::from).collect(),
    };
    answer(StatusCode::OK, &list)
}

/// Keeps a search.
#[utoipa::path(post, path = "/api/v1/searches", tag = "find", request_body = SavedSearchWish,
    responses((status = 201, body = SavedSearchView), (status = 403), (status = 409), (status = 422)))]
pub async fn make(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let wish: SavedSearchWish = json(&mut asked).await?;
    let made = asked.node().saved_search_make(asked.caller(), &wish.into()).await?;
    answer(StatusCode::CREATED, &SavedSearchView::from(made))
}

/// Changes a saved search.
#[utoipa::path(put, path = "/api/v1/searches/{search}", tag = "find", request_body = SavedSearchWish,
    params(("search" = String, Path, description = "Its id")),
    responses((status = 200, body = SavedSearchView), (status = 404), (status = 409), (status = 422)))]
pub async fn change(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let search = search(&asked)?;
    let wish: SavedSearchWish = json(&mut asked).await?;
    asked
        .node()
        .saved_search_change(asked.caller(), search, &wish.into())
        .await?;
    let changed = asked.node().saved_search(asked.caller(), search).await?;
    answer(StatusCode::OK, &SavedSearchView::from(changed))
}

/// Forgets a saved search.
#[utoipa::path(delete, path = "/api/v1/searches/{search}", tag = "find",
    params(("search" = String, Path, description = "Its id")),
    responses((status = 204), (status = 404)))]
pub async fn remove(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    asked
        .node()
        .saved_search_delete(asked.caller(), search(&asked)?)
        .await?;
    Ok(nothing())
}

/// Says that one has looked: what is there by now is not new any more. What it finds is asked with its question.
#[utoipa::path(post, path = "/api/v1/searches/{search}/look", tag = "find",
    params(("search" = String, Path, description = "Its id")),
    responses((status = 200, body = SavedSearchView), (status = 404)))]
pub async fn look(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let looked = asked.node().saved_search_look(asked.caller(), search(&asked)?).await?;
    answer(StatusCode::OK, &SavedSearchView::from(looked))
}
