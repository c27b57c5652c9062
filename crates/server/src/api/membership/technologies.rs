//! What a member runs, for itself and the operators.

use axum::response::Response;
use http::StatusCode;
use policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acted_for;
use crate::api::ask::{json, member};
use crate::api::partnership::nothing;
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// What a member runs.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TechnologiesView {
    /// Names of vendors and products, as in `fortinet fortios`, or the beginning of a CPE, as in `cpe:2.3:o:fortinet:fortios`.
    pub technologies: Vec<String>,
}

/// What a member runs, as it says itself. For the member and the operators, and nobody else.
#[utoipa::path(get, path = "/api/v1/members/{member}/technologies", tag = "membership",
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 200, body = TechnologiesView), (status = 404)))]
pub async fn technologies(asked: Asked) -> Result<Response, Fault> {
    let member = member(&asked, asked.param("member")).await?;
    let technologies = asked.node().technologies(asked.caller(), member).await?;
    answer(StatusCode::OK, &TechnologiesView { technologies })
}

/// Says what a member runs, in place of what it said before.
#[utoipa::path(put, path = "/api/v1/members/{member}/technologies", tag = "membership", request_body = TechnologiesView,
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn technologies_say(mut asked: Asked) -> Result<Response, Fault> {
    let member = acted_for(&asked, Action::SeeTechnologies).await?;
    let wish: TechnologiesView = json(&mut asked).await?;
    asked
        .node()
        .technologies_say(asked.caller(), member, &wish.technologies)
        .await?;
    Ok(nothing())
}
