//! What takes two people: proposed by one, confirmed or refused by another.

use axum::response::Response;
use http::StatusCode;
use node::proposals::{Act, ProposalView as Seen};
use policy::Action;
use serde::{Deserialize, Serialize};
use store::MemberKey;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, member, must};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A proposal.
#[derive(Serialize, ToSchema)]
pub struct ProposalView {
    /// Its name.
    pub id: String,
    /// What is proposed: release or expel.
    pub kind: &'static str,
    /// The same in words.
    pub about: String,
    /// Why.
    pub reason: String,
    /// The login of who proposed it.
    pub by: String,
    /// When.
    pub made: String,
    /// Until when it can be confirmed.
    pub expires: String,
    /// open, confirmed, refused, withdrawn or expired.
    pub state: &'static str,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl From<Seen> for ProposalView {
    fn from(seen: Seen) -> Self {
        let proposal = seen.proposal;
        Self {
            id: proposal.terms.uuid.to_string(),
            kind: match seen.act {
                Act::Release { .. } => "release",
                Act::Expel { .. } => "expel",
            },
            about: seen.about,
            reason: proposal.terms.reason,
            by: seen.by,
            made: proposal.made.to_micros_text(),
            expires: proposal.terms.expires.to_micros_text(),
            state: proposal.state.as_str(),
            decided: proposal.decided.map(|at| at.to_micros_text()),
            note: proposal.note,
        }
    }
}

/// Proposals.
#[derive(Serialize, ToSchema)]
pub struct ProposalList {
    /// The newest first.
    pub proposals: Vec<ProposalView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The proposals that the caller may decide on or made.
#[utoipa::path(get, path = "/api/v1/proposals", tag = "proposals",
    params(
        ("state" = Option<String>, Query, description = "`open`, where nothing is said, or `all`"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = ProposalList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["state", "limit", "cursor"])?;
    let wish = parameters.page()?;
    let all = parameters.word("state", "open or all", |word| match word {
        "open" => Some(false),
        "all" => Some(true),
        _ => None,
    })?;
    let (all, before) = (all.unwrap_or(false), wish.number()?);
    let page = asked
        .node()
        .proposal_page(asked.caller(), all, before, wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.proposal.id.to_string());
    let proposals = page.into_iter().map(ProposalView::from).collect();
    answer(StatusCode::OK, &ProposalList { proposals, next })
}

/// What is to be proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposalView {
    /// release or expel.
    pub kind: String,
    /// Of release: the name of what waits, as `GET /api/v1/communities/{community}/moderation` shows it.
    pub held: Option<String>,
    /// Of expel: name or UUID of the member.
    pub member: Option<String>,
    /// Why.
    pub reason: String,
}

/// Proposes an act that takes two people. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/proposals", tag = "proposals", request_body = NewProposalView,
    responses((status = 201, body = ProposalView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn make(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let wish: NewProposalView = json(&mut asked).await?;
    let act = match (wish.kind.as_str(), &wish.held, &wish.member) {
        ("release", Some(held), None) => Act::Release {
            held: Uuid::try_parse(held).map_err(|_| Fault::not_found())?,
        },
        ("expel", None, Some(name)) => Act::Expel {
            member: member_uuid(&asked, name).await?,
        },
        _ => {
            return Err(bad(
                "bad-act",
                "propose 'release' with 'held', or 'expel' with 'member'",
            ));
        }
    };
    let made = asked.node().proposal_make(asked.caller(), &act, &wish.reason).await?;
    answer(StatusCode::CREATED, &ProposalView::from(made))
}

async fn member_uuid(asked: &Asked, name: &str) -> Result<Uuid, Fault> {
    let id = member(asked, name).await?;
    let found = asked.node().store().member_get(MemberKey::Id(id)).await?;
    found.map(|member| member.uuid).ok_or_else(Fault::not_found)
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("proposal")).map_err(|_| Fault::not_found())
}

/// One proposal.
#[utoipa::path(get, path = "/api/v1/proposals/{proposal}", tag = "proposals",
    params(("proposal" = String, Path, description = "Its UUID")),
    responses((status = 200, body = ProposalView), (status = 404)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    let found = asked.node().proposal(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &ProposalView::from(found))
}

/// Confirms what somebody else proposed, which does it. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/confirm", tag = "proposals",
    params(("proposal" = String, Path, description = "Its UUID")),
    responses((status = 200, body = ProposalView), (status = 403), (status = 404), (status = 409)))]
pub async fn confirm(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let done = asked.node().proposal_confirm(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &ProposalView::from(done))
}

/// Why a proposal is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalRefusal {
    /// In words that who proposed it reads.
    pub reason: String,
}

/// Refuses what somebody else proposed. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/refuse", tag = "proposals", request_body = ProposalRefusal,
    params(("proposal" = String, Path, description = "Its UUID")),
    responses((status = 200, body = ProposalView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn refuse(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let said: ProposalRefusal = json(&mut asked).await?;
    let uuid = named(&asked)?;
    let done = asked.node().proposal_refuse(asked.caller(), uuid, &said.reason).await?;
    answer(StatusCode::OK, &ProposalView::from(done))
}

/// Takes back what one proposed oneself. Not by a key.
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/withdraw", tag = "proposals",
    params(("proposal" = String, Path, description = "Its UUID")),
    responses((status = 200, body = ProposalView), (status = 403), (status = 404), (status = 409)))]
pub async fn withdraw(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let done = asked.node().proposal_withdraw(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &ProposalView::from(done))
}
