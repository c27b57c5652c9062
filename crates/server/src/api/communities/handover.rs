//! Handing a community over, and sharing in another's name.

use axum::response::Response;
use http::StatusCode;
use policy::Action;
use serde::{Deserialize, Serialize};
use store::{CommunityKey, MemberKey};
use utoipa::ToSchema;

use crate::api::ask::{Parameters, community, json, member, must, numbers};
use crate::api::partnership::{managed, nothing};
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// To whom a community is offered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverOfferView {
    /// Name or UUID of the member.
    pub to: String,
}

/// Offers a community to another member; nothing changes until it accepts.
#[utoipa::path(post, path = "/api/v1/communities/{community}/hand-over", tag = "communities", request_body = HandoverOfferView,
    params(("community" = String, Path, description = "Alias or UUID")),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub async fn hand_over(mut asked: Asked) -> Result<Response, Fault> {
    let community = managed(&asked).await?;
    let wish: HandoverOfferView = json(&mut asked).await?;
    let to = member(&asked, &wish.to).await?;
    asked.node().handover_offer(asked.caller(), community, to).await?;
    Ok(nothing())
}

/// Takes over a community that was offered to the caller's member.
#[utoipa::path(post, path = "/api/v1/communities/{community}/take-over", tag = "communities",
    params(("community" = String, Path, description = "Alias or UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn take_over(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let community = community(&asked, asked.param("community")).await?;
    asked.node().handover_accept(asked.caller(), community).await?;
    Ok(nothing())
}

/// An offer to be accountable for a community.
#[derive(Serialize, ToSchema)]
pub struct HandoverView {
    /// Its alias.
    pub community: String,
    /// Whether the caller's member made the offer; else it got it.
    pub offered_by_us: bool,
    /// Since when.
    pub since: String,
}

/// Offers that wait.
#[derive(Serialize, ToSchema)]
pub struct HandoverList {
    /// The offers.
    pub offers: Vec<HandoverView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The offers that the caller's member made or got.
#[utoipa::path(get, path = "/api/v1/hand-overs", tag = "communities",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = HandoverList), (status = 400)))]
pub async fn handovers(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let after = wish.number()?.unwrap_or(0);
    let own = asked.caller().principal.member;
    let page = asked.node().handover_page(asked.caller(), after, wish.limit).await?;
    let next = wish.next(&page, |last| last.community.0.to_string());
    let mut offers = Vec::with_capacity(page.len());
    for offer in page {
        let key = CommunityKey::Id(offer.community);
        let community = asked.node().store().community_get(key).await?;
        offers.push(HandoverView {
            community: community.map_or_else(String::new, |one| one.alias),
            offered_by_us: Some(offer.by) == own,
            since: offer.at.to_string(),
        });
    }
    answer(StatusCode::OK, &HandoverList { offers, next })
}

/// Who shares in whose name.
#[derive(Serialize, ToSchema)]
pub struct DelegationList {
    /// Members that share in the name of the caller's.
    pub by: Vec<String>,
    /// Members in whose names the caller's shares.
    pub on_behalf_of: Vec<String>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Who shares in the name of the caller's member, and in whose names it shares.
#[utoipa::path(get, path = "/api/v1/delegations", tag = "communities",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = DelegationList), (status = 400)))]
pub async fn delegations(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let [member, delegate] = wish.key(numbers)?.unwrap_or_default();
    let own = asked.caller().principal.member;
    let all = asked
        .node()
        .delegation_page(asked.caller(), (member, delegate), wish.limit)
        .await?;
    let next = wish.next(&all, |last| format!("{}.{}", last.member.0, last.delegate.0));
    // Both consented to know of each other: one asked, the other was told.
    let (mut by, mut on_behalf_of) = (Vec::new(), Vec::new());
    for one in all {
        let (other, names) = if Some(one.member) == own {
            (one.delegate, &mut by)
        } else {
            (one.member, &mut on_behalf_of)
        };
        let found = asked.node().store().member_get(MemberKey::Id(other)).await?;
        names.extend(found.map(|member| member.name));
    }
    let list = DelegationList { by, on_behalf_of, next };
    answer(StatusCode::OK, &list)
}

/// Lets another member share in the name of one's own.
#[utoipa::path(put, path = "/api/v1/delegations/{member}", tag = "communities",
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub async fn delegate(asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    must(&asked, Action::ActFor(own))?;
    let member = member(&asked, asked.param("member")).await?;
    asked.node().delegation_put(asked.caller(), member).await?;
    Ok(nothing())
}

/// Ends that; what was shared stays.
#[utoipa::path(delete, path = "/api/v1/delegations/{member}", tag = "communities",
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn delegate_end(asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    must(&asked, Action::ActFor(own))?;
    let member = member(&asked, asked.param("member")).await?;
    asked.node().delegation_end(asked.caller(), member).await?;
    Ok(nothing())
}
