//! What is told to everybody: published advice, and what is public of this node at all.

use axum::response::Response;
use http::StatusCode;
use node::publication::{AdviceWish, Published};
use node::site::Site;
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

/// Advice that is published.
#[derive(Serialize, ToSchema)]
pub struct PublicationView {
    /// Its name.
    pub id: String,
    /// STIX identifier of the item it is about.
    pub object: String,
    /// The language of the words.
    pub language: String,
    /// What it is about, in a line.
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
    /// Whether the member that contributed the item is named.
    pub named: bool,
    /// When it was published first.
    pub published: String,
    /// When its words changed last.
    pub changed: String,
    /// Whether everybody sees it: not where the item was recalled, narrowed or revoked since.
    pub shown: bool,
    /// Whether there is a later version of the item that everybody may read: the words may have to change.
    pub behind: bool,
}

impl From<Published> for PublicationView {
    fn from(one: Published) -> Self {
        let (publication, words) = (one.publication.clone(), one.publication.words);
        Self {
            id: words.uuid.to_string(),
            object: words.object,
            language: words.language,
            title: words.title,
            happened: words.happened,
            concerned: words.concerned,
            advice: words.advice,
            ends: words.ends.map(Timestamp::to_micros_text),
            sectors: words.sectors,
            named: publication.named,
            published: publication.published.to_micros_text(),
            changed: publication.changed.to_micros_text(),
            shown: one.is_shown,
            behind: one.is_behind,
        }
    }
}

/// What is published.
#[derive(Serialize, ToSchema)]
pub struct PublicationList {
    /// The newest first.
    pub publications: Vec<PublicationView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What is published, and whether everybody sees it. For operators.
#[utoipa::path(get, path = "/api/v1/publications", tag = "public",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = PublicationList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked
        .node()
        .advice_all(asked.caller(), wish.number()?, wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.publication.id.to_string());
    let publications = page.into_iter().map(PublicationView::from).collect();
    answer(StatusCode::OK, &PublicationList { publications, next })
}

/// Advice to be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPublicationView {
    /// The language of the words, as in `en` or `pt-BR`.
    pub language: String,
    /// What it is about, in a line.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// Whom it concerns.
    pub concerned: String,
    /// What to do.
    pub advice: String,
    /// Until when it holds; a time to come.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// The sectors it is for, ten at the most; none: all.
    #[serde(default)]
    pub sectors: Vec<String>,
}

/// What was published.
#[derive(Serialize, ToSchema)]
pub struct PublishedView {
    /// Its name.
    pub id: String,
}

/// Publishes advice about an item that everybody may read, or puts new words in place of those that were there. In a session
/// with a recent proof, or by a key of an operator.
#[utoipa::path(put, path = "/api/v1/objects/{id}/publication", tag = "public", request_body = NewPublicationView,
    params(("id" = String, Path, description = "STIX identifier of the item")),
    responses((status = 200, body = PublishedView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn publish(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Publish)?;
    let new: NewPublicationView = json(&mut asked).await?;
    let wish = AdviceWish {
        object: asked.param("id").to_owned(),
        language: new.language,
        title: new.title,
        happened: new.happened,
        concerned: new.concerned,
        advice: new.advice,
        ends: new.ends,
        sectors: new.sectors,
    };
    let id = asked.node().advice_publish(asked.caller(), &wish).await?.to_string();
    answer(StatusCode::OK, &PublishedView { id })
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("advice")).map_err(|_| Fault::not_found())
}

/// Takes back what was published; the item itself stays as it is.
#[utoipa::path(delete, path = "/api/v1/publications/{advice}", tag = "public",
    params(("advice" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn take_back(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Publish)?;
    asked.node().advice_take_back(asked.caller(), named(&asked)?).await?;
    Ok(nothing())
}

/// Whether one's own member is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamingView {
    /// Whether its name stands beside what is published of its item.
    pub named: bool,
}

/// Has one's own member named beside what is published of its item, or no longer.
#[utoipa::path(put, path = "/api/v1/publications/{advice}/name", tag = "public", request_body = NamingView,
    params(("advice" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn name(mut asked: Asked) -> Result<Response, Fault> {
    let uuid = named(&asked)?;
    let NamingView { named } = json(&mut asked).await?;
    asked.node().advice_name(asked.caller(), uuid, named).await?;
    Ok(nothing())
}

/// What is public of this node.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteView {
    /// Whether published advice is shown, with its feeds and the state of the node.
    #[serde(default)]
    pub pages: bool,
    /// Whether strangers may report to the operators.
    #[serde(default)]
    pub reports: bool,
    /// Whom to tell of a weakness of this node: addresses (`mailto:`, `https:`, `tel:`), the best first.
    #[serde(default)]
    pub security_contacts: Vec<String>,
    /// The rules for that, an address over https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_policy: Option<String>,
    /// Languages that are read there.
    #[serde(default)]
    pub security_languages: Vec<String>,
    /// Until when all this holds, within a year; without it there is no `security.txt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub security_until: Option<Timestamp>,
}

/// What holds, and where it comes from.
#[derive(Serialize, ToSchema)]
pub struct SiteInForceView {
    /// What is public.
    pub site: SiteView,
    /// Whether an operator chose it here; otherwise the configuration says so.
    pub chosen: bool,
}

impl From<Site> for SiteView {
    fn from(site: Site) -> Self {
        Self {
            pages: site.pages,
            reports: site.reports,
            security_contacts: site.security_contacts,
            security_policy: site.security_policy,
            security_languages: site.security_languages,
            security_until: site.security_until,
        }
    }
}

async fn in_force(asked: &Asked) -> Result<Response, Fault> {
    let found = asked.node().site().await?;
    let view = SiteInForceView {
        site: found.site.into(),
        chosen: found.chosen,
    };
    answer(StatusCode::OK, &view)
}

/// What is public of this node. For operators.
#[utoipa::path(get, path = "/api/v1/site", tag = "public", responses((status = 200, body = SiteInForceView), (status = 403)))]
pub async fn site(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    in_force(&asked).await
}

/// Chooses what is public of this node; it stands above what the configuration says.
#[utoipa::path(put, path = "/api/v1/site", tag = "public", request_body = SiteView,
    responses((status = 200, body = SiteInForceView), (status = 403), (status = 409), (status = 422)))]
pub async fn site_put(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    let view: SiteView = json(&mut asked).await?;
    let site = Site {
        pages: view.pages,
        reports: view.reports,
        security_contacts: view.security_contacts,
        security_policy: view.security_policy,
        security_languages: view.security_languages,
        security_until: view.security_until,
    };
    asked.node().site_choose(asked.caller(), Some(&site)).await?;
    in_force(&asked).await
}

/// Gives up what was chosen: then the configuration says what is public.
#[utoipa::path(delete, path = "/api/v1/site", tag = "public", responses((status = 204), (status = 403)))]
pub async fn site_reset(asked: Asked) -> Result<Response, Fault> {
    asked.node().site_choose(asked.caller(), None).await?;
    Ok(nothing())
}
