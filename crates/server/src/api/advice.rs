//! Advice for everybody, from the operators' side: what is published, publishing, taking back; and being named.

use axum::response::Response;
use http::StatusCode;
use node::publication::{AdviceWish, Published};
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, must};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::time;

/// Advice to be published about an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdviceView {
    /// STIX identifier of the item. It must be TLP:CLEAR, PAP:CLEAR or PAP:GREEN, for no named members, and not revoked.
    pub object: String,
    /// The language of the words, as in `en` or `pt-BR`.
    #[schema(min_length = 2, max_length = 12, pattern = "^[A-Za-z0-9-]*$")]
    pub language: String,
    /// What it is about, in a line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What happened.
    #[schema(min_length = 1, max_length = 4000)]
    pub happened: String,
    /// Whom it concerns.
    #[schema(min_length = 1, max_length = 4000)]
    pub concerned: String,
    /// What to do.
    #[schema(min_length = 1, max_length = 4000)]
    pub advice: String,
    /// Until when it holds; without end where nothing is said.
    #[schema(format = DateTime)]
    pub ends: Option<String>,
    /// The sectors it is for, as in `water`; for all where there are none.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub sectors: Vec<String>,
}

/// Published advice.
#[derive(Serialize, ToSchema)]
pub struct AdviceView {
    /// Its name, also in its address for everybody.
    pub id: String,
    /// The address at which everybody reads it, where the pages are on.
    pub url: String,
    /// STIX identifier of the item.
    pub object: String,
    /// The language of the words.
    pub language: String,
    /// What it is about.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// Whom it concerns.
    pub concerned: String,
    /// What to do.
    pub advice: String,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// The sectors it is for; none: all.
    pub sectors: Vec<String>,
    /// When it was published first.
    pub published: String,
    /// When its words were changed last.
    pub changed: String,
    /// Whether everybody sees it: not where the item was recalled, narrowed or revoked since.
    pub shown: bool,
    /// Whether there is a later version of the item: the words may have to change.
    pub behind: bool,
    /// Whether the member behind it chose to be named.
    pub named: bool,
}

impl AdviceView {
    fn new(asked: &Asked, published: Published) -> Self {
        let (publication, words) = (&published.publication, published.publication.words.clone());
        Self {
            url: asked.app.address(&format!("/advice/{}", words.uuid)),
            id: words.uuid.to_string(),
            object: words.object,
            language: words.language,
            title: words.title,
            happened: words.happened,
            concerned: words.concerned,
            advice: words.advice,
            ends: words.ends.map(|at| at.to_string()),
            sectors: words.sectors,
            published: publication.published.to_string(),
            changed: publication.changed.to_string(),
            named: publication.named,
            shown: published.is_shown,
            behind: published.is_behind,
        }
    }
}

/// Published advice.
#[derive(Serialize, ToSchema)]
pub struct AdviceList {
    /// The newest first.
    pub advice: Vec<AdviceView>,
    /// What `cursor` has to be for the next part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("advice")).map_err(|_| Fault::not_found())
}

/// What is published and was not taken back, with whether everybody sees it. What everybody sees is at `/advice.json`.
#[utoipa::path(get, path = "/api/v1/advice", tag = "public",
    params(("limit" = Option<usize>, Query, description = "How many at the most", minimum = 1),
        ("cursor" = Option<String>, Query, description = "What an earlier answer gave as `next`", pattern = "^[0-9]{1,18}$")),
    responses((status = 200, body = AdviceList), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let page = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let (node, caller) = (asked.node(), asked.caller());
    let found = node.advice_all(caller, page.number()?, page.limit).await?;
    let next = page.next(&found, |last| last.publication.id.to_string());
    let advice = found.into_iter().map(|one| AdviceView::new(&asked, one)).collect();
    answer(StatusCode::OK, &AdviceList { advice, next })
}

/// Publishes advice about an item, or puts new words in place of those about the same. With a recent proof.
#[utoipa::path(post, path = "/api/v1/advice", tag = "public", request_body = NewAdviceView,
    responses((status = 201, body = AdviceView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn publish(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Publish)?;
    Parameters::read(&asked, &[])?;
    let wish: NewAdviceView = json(&mut asked).await?;
    let ends: Option<Timestamp> = wish.ends.as_deref().map(|text| time("ends", text)).transpose()?;
    let wish = AdviceWish {
        object: wish.object,
        language: wish.language,
        title: wish.title,
        happened: wish.happened,
        concerned: wish.concerned,
        advice: wish.advice,
        ends,
        sectors: wish.sectors,
    };
    let uuid = asked.node().advice_publish(asked.caller(), &wish).await?;
    let made = asked.node().advice_published(asked.caller(), uuid).await?;
    answer(StatusCode::CREATED, &AdviceView::new(&asked, made))
}

/// One piece of advice, as operators see it.
#[utoipa::path(get, path = "/api/v1/advice/{advice}", tag = "public",
    params(("advice" = String, Path, description = "Its UUID")),
    responses((status = 200, body = AdviceView), (status = 403), (status = 404)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let found = asked.node().advice_published(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &AdviceView::new(&asked, found))
}

/// Takes back what was published; the item stays as it is. With a recent proof.
#[utoipa::path(delete, path = "/api/v1/advice/{advice}", tag = "public",
    params(("advice" = String, Path, description = "Its UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn take_back(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    asked.node().advice_take_back(asked.caller(), named(&asked)?).await?;
    Ok(nothing())
}

/// Whether the member behind advice is named beside it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceNaming {
    /// Whether it is named.
    pub named: bool,
}

/// Has one's own member named beside advice about its item, or no longer. For analysts of that member.
#[utoipa::path(put, path = "/api/v1/advice/{advice}/naming", tag = "public", request_body = AdviceNaming,
    params(("advice" = String, Path, description = "Its UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn name(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let said: AdviceNaming = json(&mut asked).await?;
    asked
        .node()
        .advice_name(asked.caller(), named(&asked)?, said.named)
        .await?;
    Ok(nothing())
}
