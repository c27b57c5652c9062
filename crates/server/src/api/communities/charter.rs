//! Charters: read by those who may know the community, put in force by those who run it.

use axum::response::Response;
use http::StatusCode;
use node::communities::{CharterInForce, CharterText};
use serde::Serialize;
use store::Charter;
use utoipa::ToSchema;

use crate::api::ask::{Parameters, community, json};
use crate::api::partnership::managed;
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// The charter that holds.
#[derive(Serialize, ToSchema)]
pub struct CharterView {
    /// Its version; 0 while nobody wrote one.
    pub version: i64,
    /// SHA-256 of it, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Since when it holds.
    pub since: String,
    /// The member that is accountable, where the reader may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The person who is, where the reader may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What it says: the fields are those with which it is put in force.
    #[schema(value_type = Object)]
    pub charter: CharterText,
}

impl From<CharterInForce> for CharterView {
    fn from(charter: CharterInForce) -> Self {
        Self {
            version: charter.version,
            sha256: charter.digest.map(hex::encode),
            since: charter.since.to_string(),
            owner: charter.owner,
            person: charter.person,
            charter: charter.text,
        }
    }
}

/// The charter of a community that the caller may know of.
#[utoipa::path(get, path = "/api/v1/communities/{community}/charter", tag = "communities",
    params(("community" = String, Path, description = "Alias or UUID")),
    responses((status = 200, body = CharterView), (status = 404)))]
pub async fn charter(asked: Asked) -> Result<Response, Fault> {
    let community = community(&asked, asked.param("community")).await?;
    let charter = asked.node().charter(asked.caller(), community).await?;
    answer(StatusCode::OK, &CharterView::from(charter))
}

/// Puts a charter in force; it holds for the next share, and earlier versions are kept. Fields that are not said have the
/// value that restricts nothing: purpose, accountable (login), shared, public, hides_members, default_tlp, loosest_tlp,
/// strictest_tlp, resharing, to_clients, bridges (the strictest colour that passes one), retention_days, moderated, on_leaving (stays or withdrawn), targets.
#[utoipa::path(put, path = "/api/v1/communities/{community}/charter", tag = "communities", request_body = Object,
    params(("community" = String, Path, description = "Alias or UUID")),
    responses((status = 200, body = CharterView), (status = 403), (status = 404), (status = 422)))]
pub async fn charter_put(mut asked: Asked) -> Result<Response, Fault> {
    let community = managed(&asked).await?;
    let text: CharterText = json(&mut asked).await?;
    asked.node().charter_put(asked.caller(), community, text).await?;
    let charter = asked.node().charter(asked.caller(), community).await?;
    answer(StatusCode::OK, &CharterView::from(charter))
}

/// A version of a charter.
#[derive(Serialize, ToSchema)]
pub struct CharterVersionView {
    /// Its number.
    pub version: i64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// When it was put in force.
    pub at: String,
}

impl From<Charter> for CharterVersionView {
    fn from(charter: Charter) -> Self {
        Self {
            version: charter.version,
            sha256: hex::encode(charter.digest),
            at: charter.at.to_string(),
        }
    }
}

/// Versions of a charter.
#[derive(Serialize, ToSchema)]
pub struct CharterVersionList {
    /// The one in force first.
    pub versions: Vec<CharterVersionView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The versions of a charter.
#[utoipa::path(get, path = "/api/v1/communities/{community}/charter/versions", tag = "communities",
    params(
        ("community" = String, Path, description = "Alias or UUID"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = CharterVersionList), (status = 400), (status = 404)))]
pub async fn charter_versions(asked: Asked) -> Result<Response, Fault> {
    let community = community(&asked, asked.param("community")).await?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let before = wish.number()?;
    let page = asked
        .node()
        .charter_version_page(asked.caller(), community, before, wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.version.to_string());
    let versions = page.into_iter().map(CharterVersionView::from).collect();
    answer(StatusCode::OK, &CharterVersionList { versions, next })
}
