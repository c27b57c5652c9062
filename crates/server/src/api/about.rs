//! What this is and who asks.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use store::MemberKey;
use utoipa::ToSchema;

use super::view::answer;
use crate::app::App;
use crate::asked::Asked;
use crate::problem::Fault;

/// Whether the node is there.
#[derive(Serialize, ToSchema)]
pub struct StatusView {
    /// `ok`.
    pub status: &'static str,
}

/// Says that requests are answered and the store can be read. Public, and therefore without data: no counts, no names,
/// no version.
#[utoipa::path(get, path = "/api/v1/status", tag = "about", security(()),
    responses((status = 200, body = StatusView), (status = 503, description = "The store does not answer")))]
pub async fn status(app: App) -> Result<Response, Fault> {
    app.node().store().policy_generation().await?;
    answer(StatusCode::OK, &StatusView { status: "ok" })
}

/// What stands at `/`, for whoever asks that is no browser. Public, and therefore without data.
pub(crate) const WELCOME: &str = "\
Commonwatch: threat information, shared under rules that hold.

  TAXII 2.1   /taxii2/
  JSON API    /api/v1/          described by /api/v1/openapi.json

Both ask who you are: a login with its password, a key, or a client certificate. The operator of this node gives you one.
";

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "about", security(()), responses((status = 200)))]
pub async fn openapi(_: App) -> Result<Response, Fault> {
    answer(StatusCode::OK, super::document::document())
}

/// Who asks.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Login; `public` for somebody without an account.
    pub name: String,
    /// The member acted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The highest role held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// Whether this credential may only read.
    pub read_only: bool,
    /// What the key is for; all scopes for who signed in with a password.
    pub scopes: Vec<&'static str>,
    /// Aliases of the communities read.
    pub communities: Vec<String>,
}

/// Who the credentials belong to.
#[utoipa::path(get, path = "/api/v1/me", tag = "about", responses((status = 200, body = Me)))]
pub async fn me(asked: Asked) -> Result<Response, Fault> {
    let principal = &asked.caller().principal;
    let member = match principal.member {
        Some(member) => asked
            .node()
            .store()
            .member_get(MemberKey::Id(member))
            .await?
            .map(|member| member.name),
        None => None,
    };
    let collections = asked.node().collections(asked.caller()).await?;
    let me = Me {
        name: asked.caller().name.clone(),
        member,
        role: principal.role.map(policy::Role::as_str),
        read_only: principal.read_only,
        scopes: principal.scopes.names(),
        communities: collections
            .into_iter()
            .filter(|one| one.community.is_some())
            .map(|one| one.alias)
            .collect(),
    };
    answer(StatusCode::OK, &me)
}

/// How much the caller may see.
#[derive(Serialize, ToSchema)]
pub struct CountsView {
    /// Together.
    pub total: u64,
    /// By object type.
    pub by_type: BTreeMap<String, u64>,
    /// By traffic light colour.
    pub by_tlp: BTreeMap<&'static str, u64>,
}

/// How much the caller may see.
#[utoipa::path(get, path = "/api/v1/counts", tag = "about", responses((status = 200, body = CountsView)))]
pub async fn counts(asked: Asked) -> Result<Response, Fault> {
    let counts = asked.node().counts(asked.caller()).await?;
    let view = CountsView {
        total: counts.total,
        by_type: counts.by_type.into_iter().collect(),
        by_tlp: counts
            .by_tlp
            .into_iter()
            .map(|(tlp, count)| (tlp.label(), count))
            .collect(),
    };
    answer(StatusCode::OK, &view)
}
