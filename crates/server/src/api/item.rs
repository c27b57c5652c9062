//! Receipts by item, what members let others read of them, and a member's own numbers.

use axum::response::Response;
use http::StatusCode;
use node::item::{ItemReceipts, Numbers};
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{CommunityKey, Disclosure, ItemStep, Shown};
use utoipa::ToSchema;

use super::ask::{PageWish, Parameters, community, json, must};
use super::told::{NamedView, Names, ToldView};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// What became of an item that the member shared.
#[derive(Serialize, ToSchema)]
pub struct ItemReceiptsView {
    /// Who may see it now.
    pub could_see: ToldView,
    /// Who was given it, when first and by which way.
    pub received: ToldView,
    /// Where somebody read this one object, when first.
    pub opened: ToldView,
    /// Who says that it took note.
    pub acknowledged: ToldView,
    /// Who says that it acted.
    pub acted: ToldView,
    /// Who told of having seen it at home.
    pub saw: ToldView,
    /// The cursor of the next answer, with the members after those that are named in this one; absent when these were all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl ItemReceiptsView {
    fn of(receipts: ItemReceipts, wish: &PageWish) -> Self {
        let page = Names::of_item(&receipts, wish.after(), wish.limit);
        let at = |named: &mut NamedView, at: Timestamp| named.at = Some(at.to_string());
        Self {
            could_see: ToldView::new(receipts.could_see, &page, |_, ()| {}),
            received: ToldView::new(receipts.received, &page, |named, given| {
                named.at = Some(given.at.to_string());
                named.by = Some(given.channel);
            }),
            opened: ToldView::new(receipts.opened, &page, at),
            acknowledged: ToldView::new(receipts.acknowledged, &page, at),
            acted: ToldView::new(receipts.acted, &page, at),
            saw: ToldView::new(receipts.saw, &page, at),
            next: page.next(),
        }
    }
}

/// Who could see, was given, opened, acknowledged, acted on and saw an item, for the member that contributed it.
///
/// The members that may be named come page by page, in the order of their names; every count is of all of them.
#[utoipa::path(get, path = "/api/v1/objects/{id}/receipts", tag = "receipts",
    params(
        ("id" = String, Path, description = "STIX identifier"),
        ("limit" = Option<usize>, Query, description = "At most so many members by name"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = ItemReceiptsView), (status = 400), (status = 404)))]
pub async fn receipts(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let receipts = asked.node().item_receipts(asked.caller(), asked.param("id")).await?;
    answer(StatusCode::OK, &ItemReceiptsView::of(receipts, &wish))
}

/// What the member says of an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItemReceipt {
    /// `acknowledged` or `acted`.
    pub what: String,
    /// In words, for the member's own record.
    pub note: Option<String>,
}

/// Whether it was new.
#[derive(Serialize, ToSchema)]
pub struct ItemReceiptMade {
    /// `false`: the member had said so before; the first time counts.
    pub new: bool,
}

/// Says that the member took note of an item, or acted on it.
#[utoipa::path(post, path = "/api/v1/objects/{id}/receipts", tag = "receipts", request_body = NewItemReceipt,
    params(("id" = String, Path, description = "STIX identifier")),
    responses((status = 200, body = ItemReceiptMade), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn say(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Acknowledge)?;
    Parameters::read(&asked, &[])?;
    let said: NewItemReceipt = json(&mut asked).await?;
    let step = ItemStep::parse(&said.what).filter(|step| *step != ItemStep::Opened);
    let step = step.ok_or_else(|| bad("bad-receipt", "'what' must be acknowledged or acted"))?;
    let new = asked
        .node()
        .item_say(asked.caller(), asked.param("id"), step, said.note.as_deref())
        .await?;
    answer(StatusCode::OK, &ItemReceiptMade { new })
}

/// What others may read of what the member did with their items, in one community.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureView {
    /// Alias or UUID of the community; absent: every community without a line of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// That it was given an item: `none`, `count` or `name`.
    pub received: String,
    /// That one of its people opened it.
    pub opened: String,
    /// That it acknowledged.
    pub acknowledged: String,
    /// That it acted.
    pub acted: String,
    /// That it saw it at home.
    pub saw: String,
}

/// What the member lets others read.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureList {
    /// The line without a community is for all that have none of their own.
    pub disclosure: Vec<DisclosureView>,
}

/// What the member lets others read of what it did with their items.
#[utoipa::path(get, path = "/api/v1/disclosure", tag = "receipts",
    responses((status = 200, body = DisclosureList), (status = 403)))]
pub async fn disclosure(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    shown_disclosure(&asked).await
}

async fn shown_disclosure(asked: &Asked) -> Result<Response, Fault> {
    let mut disclosure = Vec::new();
    for line in asked.node().disclosure(asked.caller()).await? {
        let community = match line.community {
            Some(community) => asked.node().store().community_get(CommunityKey::Id(community)).await?,
            None => None,
        };
        let text = |shown: Shown| shown.as_str().to_owned();
        disclosure.push(DisclosureView {
            community: community.map(|community| community.alias),
            received: text(line.received),
            opened: text(line.opened),
            acknowledged: text(line.acknowledged),
            acted: text(line.acted),
            saw: text(line.saw),
        });
    }
    answer(StatusCode::OK, &DisclosureList { disclosure })
}

fn shown(name: &str) -> Result<Shown, Fault> {
    Shown::parse(name).ok_or_else(|| bad("bad-disclosure", "each value must be none, count or name"))
}

/// Puts these lines in place of the member's own; what is left out is as if it was never chosen.
#[utoipa::path(put, path = "/api/v1/disclosure", tag = "receipts", request_body = DisclosureList,
    responses((status = 200, body = DisclosureList), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn disclosure_put(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Disclose)?;
    Parameters::read(&asked, &[])?;
    let wish: DisclosureList = json(&mut asked).await?;
    let mut lines = Vec::with_capacity(wish.disclosure.len());
    for line in wish.disclosure {
        lines.push(Disclosure {
            community: match &line.community {
                Some(name) => Some(community(&asked, name).await?),
                None => None,
            },
            received: shown(&line.received)?,
            opened: shown(&line.opened)?,
            acknowledged: shown(&line.acknowledged)?,
            acted: shown(&line.acted)?,
            saw: shown(&line.saw)?,
        });
    }
    asked.node().disclosure_put(asked.caller(), &lines).await?;
    shown_disclosure(&asked).await
}

/// The member's own numbers; `commonwatch ledger recount` gives the same from its receipts.
#[derive(Serialize, ToSchema)]
pub struct NumbersView {
    /// Pages that were handed to it.
    pub pages: i64,
    /// Objects on them.
    pub objects: i64,
    /// Objects that one of its people opened.
    pub opened: i64,
    /// Objects that it acknowledged.
    pub acknowledged: i64,
    /// Objects on which it acted.
    pub acted: i64,
    /// Recalls that it made.
    pub recalls_made: i64,
    /// Recalls that it has to act on.
    pub recalls_owed: i64,
    /// Of those, answered.
    pub recalls_acknowledged: i64,
    /// Questions that it asked.
    pub asked: i64,
    /// Answers that it gave.
    pub answered: i64,
}

impl From<Numbers> for NumbersView {
    fn from(numbers: Numbers) -> Self {
        Self {
            pages: numbers.items.pages,
            objects: numbers.items.objects,
            opened: numbers.items.opened,
            acknowledged: numbers.items.acknowledged,
            acted: numbers.items.acted,
            recalls_made: numbers.recalls.made,
            recalls_owed: numbers.recalls.owed,
            recalls_acknowledged: numbers.recalls.acknowledged,
            asked: numbers.requests.asked,
            answered: numbers.requests.answered,
        }
    }
}

/// The numbers of the caller's own member.
#[utoipa::path(get, path = "/api/v1/receipts/numbers", tag = "receipts",
    responses((status = 200, body = NumbersView), (status = 403)))]
pub async fn numbers(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let numbers = asked.node().own_numbers(asked.caller()).await?;
    answer(StatusCode::OK, &NumbersView::from(numbers))
}
