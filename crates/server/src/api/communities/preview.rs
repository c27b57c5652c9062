//! Before sharing: who will be able to read it.

use axum::response::Response;
use http::StatusCode;
use node::communities::PreviewWish;
use node::intake::Handling;
use policy::Action;
use serde::Deserialize;
use stix::marking::{Pap, Tlp};
use utoipa::ToSchema;

use crate::api::ask::{community, json, member, must};
use crate::api::partnership::tlp;
use crate::api::share::NAMES_MOST;
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// What is to be shared, as far as it decides who reads it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewView {
    /// Aliases or UUIDs of communities.
    #[serde(default)]
    pub communities: Vec<String>,
    /// Names or UUIDs of the members it is narrowed to.
    #[serde(default)]
    pub named: Vec<String>,
    /// The colour for what has none.
    pub tlp: Option<String>,
    /// The permitted actions for what has none.
    pub pap: Option<String>,
}

/// Says who will be able to read what is shared like this, and what the charter says against it. Shares nothing.
///
/// The answer has the markings, how many members are addressed and of which kinds, how many clients it reaches, whether
/// it is for everybody, the names that may be seen, whether it waits for moderators, why the group is unusual for the
/// caller's member (`unusual`), and what stands against it (`refused`: code, part of the charter, message).
#[utoipa::path(post, path = "/api/v1/share/preview", tag = "share", request_body = PreviewView,
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 422)))]
pub async fn preview(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    let wish: PreviewView = json(&mut asked).await?;
    if wish.communities.len() + wish.named.len() > NAMES_MOST {
        let message = format!("name {} members and communities at most", NAMES_MOST);
        return Err(bad("too-many-names", message));
    }
    let mut handling = Handling {
        tlp: match wish.tlp.as_deref() {
            Some(text) => Some(tlp(Some(text), Tlp::Green)?),
            None => None,
        },
        pap: match wish.pap.as_deref() {
            Some(text) => Some(Pap::parse(text).ok_or_else(|| bad("bad-pap", "clear, green, amber or red"))?),
            None => None,
        },
        ..Handling::default()
    };
    for name in &wish.communities {
        let community = community(&asked, name).await?;
        must(&asked, Action::Contribute(community))?;
        handling.communities.push(community);
    }
    for name in &wish.named {
        handling.named.push(member(&asked, name).await?);
    }
    let report = asked
        .node()
        .share_preview(asked.caller(), PreviewWish { handling })
        .await?;
    answer(StatusCode::OK, &report)
}
