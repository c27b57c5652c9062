//! Agreements in versions, and who accepted them.

use axum::response::Response;
use http::StatusCode;
use node::membership::{AgreementDue, AgreementWish};
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{Acceptance, Agreement, AgreementKind};
use utoipa::ToSchema;

use super::own_member;
use crate::api::ask::{Parameters, json, must};
use crate::api::partnership::administer;
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A version of an agreement.
#[derive(Serialize, ToSchema)]
pub struct AgreementView {
    /// What it is about: partnership or data-set.
    pub kind: &'static str,
    /// Its number among those of its kind.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// The exact text.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// When it takes effect.
    pub effective: String,
    /// By when it has to be accepted.
    pub due: String,
}

impl From<Agreement> for AgreementView {
    fn from(agreement: Agreement) -> Self {
        Self {
            kind: agreement.terms.kind.as_str(),
            number: agreement.number,
            title: agreement.terms.title,
            text: agreement.terms.body,
            sha256: hex::encode(agreement.digest),
            effective: agreement.terms.effective.to_string(),
            due: agreement.terms.due.to_string(),
        }
    }
}

/// That one's own member accepted a version.
#[derive(Serialize, ToSchema)]
pub struct AcceptanceView {
    /// Of which kind.
    pub kind: &'static str,
    /// Which version.
    pub number: i64,
    /// The name of the person who did.
    pub by: String,
    /// When.
    pub at: String,
}

impl From<Acceptance> for AcceptanceView {
    fn from(acceptance: Acceptance) -> Self {
        Self {
            kind: acceptance.kind.as_str(),
            number: acceptance.number,
            by: acceptance.name,
            at: acceptance.at.to_string(),
        }
    }
}

/// Agreements and what one's own member accepted.
#[derive(Serialize, ToSchema)]
pub struct AgreementList {
    /// Every version, the newest of each kind first.
    pub agreements: Vec<AgreementView>,
    /// What of them the caller's member accepted.
    pub accepted: Vec<AcceptanceView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The agreements, and what one's own member accepted of them.
#[utoipa::path(get, path = "/api/v1/agreements", tag = "membership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = AgreementList), (status = 400)))]
pub async fn agreements(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let after = wish.key(|text| {
        let (kind, number) = text.rsplit_once('.')?;
        Some((AgreementKind::parse(kind)?, number.parse::<i64>().ok()?))
    })?;
    let after = after.map(|(kind, number)| (kind.as_str(), number));
    let page = asked.node().agreement_page(asked.caller(), after, wish.limit).await?;
    let (agreements, accepted) = page;
    let next = wish.next(&agreements, |last| {
        format!("{}.{}", last.terms.kind.as_str(), last.number)
    });
    let view = AgreementList {
        agreements: agreements.into_iter().map(AgreementView::from).collect(),
        accepted: accepted.into_iter().map(AcceptanceView::from).collect(),
        next,
    };
    answer(StatusCode::OK, &view)
}

/// A version to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgreementView {
    /// What it is about: partnership or data-set.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The exact text.
    pub text: String,
    /// When it takes effect; now where nothing is said.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub effective: Option<Timestamp>,
    /// Days after that by which members have to accept it; 30 where nothing is said.
    #[serde(default = "month")]
    pub days: i64,
}

fn month() -> i64 {
    30
}

fn agreement_kind(text: &str) -> Result<AgreementKind, Fault> {
    AgreementKind::parse(text).ok_or_else(|| bad("bad-kind", "'kind' must be partnership or data-set"))
}

/// Puts a new version of an agreement there; every active member is told.
#[utoipa::path(post, path = "/api/v1/agreements", tag = "membership", request_body = NewAgreementView,
    responses((status = 201, body = AgreementView), (status = 403), (status = 422)))]
pub async fn agreement_put(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let wish: NewAgreementView = json(&mut asked).await?;
    let wish = AgreementWish {
        kind: agreement_kind(&wish.kind)?,
        title: wish.title,
        body: wish.text,
        effective: wish.effective,
        days: wish.days,
    };
    let made = asked.node().agreement_put(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &AgreementView::from(made))
}

/// Accepts a version for one's own member, in the name of the person who asks.
#[utoipa::path(post, path = "/api/v1/agreements/{kind}/{number}/accept", tag = "membership",
    params(("kind" = String, Path, description = "partnership or data-set"), ("number" = i64, Path, description = "Its number")),
    responses((status = 201, body = AcceptanceView), (status = 403), (status = 404), (status = 409)))]
pub async fn agreement_accept(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ActFor(own_member(&asked)?))?;
    let kind = AgreementKind::parse(asked.param("kind")).ok_or_else(Fault::not_found)?;
    let number = asked.param("number").parse().map_err(|_| Fault::not_found())?;
    let accepted = asked.node().agreement_accept(asked.caller(), kind, number).await?;
    answer(StatusCode::CREATED, &AcceptanceView::from(accepted))
}

/// A member that has not accepted the agreement in force.
#[derive(Serialize, ToSchema)]
pub struct OwedView {
    /// Its name.
    pub member: String,
    /// The version it has to accept.
    pub number: i64,
    /// By when.
    pub due: String,
    /// The version it accepted last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<i64>,
}

impl From<AgreementDue> for OwedView {
    fn from(due: AgreementDue) -> Self {
        Self {
            member: due.member.name,
            number: due.agreement.number,
            due: due.agreement.terms.due.to_string(),
            accepted: due.accepted.map(|accepted| accepted.number),
        }
    }
}

/// Members that have not accepted the agreement in force.
#[derive(Serialize, ToSchema)]
pub struct OwedList {
    /// By name.
    pub owed: Vec<OwedView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The active members that have not accepted the agreement in force.
#[utoipa::path(get, path = "/api/v1/agreements/owed", tag = "membership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = OwedList), (status = 400), (status = 403)))]
pub async fn agreements_owed(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked
        .node()
        .agreements_owed_page(asked.caller(), wish.after(), wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.member.name.clone());
    let owed = page.into_iter().map(OwedView::from).collect();
    answer(StatusCode::OK, &OwedList { owed, next })
}
