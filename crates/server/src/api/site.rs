//! What is public of this node, as operators choose it.

use axum::response::Response;
use http::StatusCode;
use node::site::Site;
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use utoipa::ToSchema;

use super::ask::{json, must};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

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
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    in_force(&asked).await
}

/// Chooses what is public of this node; it stands above what the configuration says.
#[utoipa::path(put, path = "/api/v1/site", tag = "public", request_body = SiteView,
    responses((status = 200, body = SiteInForceView), (status = 403), (status = 409), (status = 422)))]
pub async fn choose(mut asked: Asked) -> Result<Response, Fault> {
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
pub async fn reset(asked: Asked) -> Result<Response, Fault> {
    asked.node().site_choose(asked.caller(), None).await?;
    Ok(nothing())
}
