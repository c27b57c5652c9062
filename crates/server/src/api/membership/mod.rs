//! How organisations come in, stay reachable, and go: invitations, vetting, states, agreements, contacts, what a member runs, people, the list.

pub mod agreements;
pub mod contacts;
pub mod invitations;
pub mod people;
pub mod technologies;

use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use node::membership::{Departure, SharedFate};
use policy::{Action, MemberId, MemberState, Role, decide};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{Parameters, json, member, must};
use super::partnership::{MemberView, administer};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

fn own_member(asked: &Asked) -> Result<MemberId, Fault> {
    asked.caller().principal.member.ok_or_else(Fault::not_found)
}

/// The member of the path, where the caller may see this of it and may act for it: as its coordinator, or as an operator.
async fn acted_for(asked: &Asked, see: impl Fn(MemberId) -> Action) -> Result<MemberId, Fault> {
    let member = member(asked, asked.param("member")).await?;
    must(asked, see(member))?;
    if decide(&asked.caller().principal, Action::ActFor(member)).is_err() {
        administer(asked)?;
    }
    Ok(member)
}

fn role(text: &str) -> Result<Role, Fault> {
    Role::parse(text).ok_or_else(|| {
        let roles = Role::ALL.map(Role::as_str).join(", ");
        bad("bad-role", format!("'role' must be one of {roles}"))
    })
}

/// What to change of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// Where it is to stand: active, suspended, left, invited or vetting.
    pub state: String,
    /// Why; the member and the ledger keep it.
    #[serde(default)]
    pub reason: String,
}

/// What a change of state did.
#[derive(Serialize, ToSchema)]
pub struct DepartureView {
    /// The member as it stands now.
    #[serde(flatten)]
    pub member: MemberView,
    /// People who can no longer sign in, or can again.
    pub people: usize,
    /// Keys and certificates that no longer let in, or do again.
    pub keys: usize,
    /// Subscriptions in its name that were switched off.
    pub subscriptions: usize,
    /// Peers of it that were switched off.
    pub peers: usize,
    /// Shares of it that waited for moderators and were refused.
    pub waiting_refused: usize,
    /// Communities it is no longer in.
    pub communities_left: usize,
    /// What becomes of what it shared.
    #[schema(value_type = Vec<Object>)]
    pub shared: Vec<SharedFate>,
}

impl From<Departure> for DepartureView {
    fn from(departure: Departure) -> Self {
        Self {
            member: MemberView::from(departure.member),
            people: departure.touched.people,
            keys: departure.touched.keys,
            subscriptions: departure.touched.subscriptions,
            peers: departure.touched.peers,
            waiting_refused: departure.touched.waiting,
            communities_left: departure.touched.communities,
            shared: departure.shared,
        }
    }
}

/// Suspends a member, lets it in again, or notes that it left; it takes effect at once, for open streams too. A
/// coordinator may let their own member leave; the rest is for operators.
#[utoipa::path(patch, path = "/api/v1/members/{member}", tag = "membership", request_body = MemberChange,
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 200, body = DepartureView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn member_change(mut asked: Asked) -> Result<Response, Fault> {
    let member = member(&asked, asked.param("member")).await?;
    if decide(&asked.caller().principal, Action::ActFor(member)).is_err() {
        administer(&asked)?;
    }
    let change: MemberChange = json(&mut asked).await?;
    let state = MemberState::parse(&change.state).ok_or_else(|| {
        let states = MemberState::ALL.map(MemberState::as_str).join(", ");
        bad("bad-state", format!("'state' must be one of {states}"))
    })?;
    let node = asked.node();
    let departure = node
        .member_state_change(asked.caller(), member, state, &change.reason)
        .await?;
    answer(StatusCode::OK, &DepartureView::from(departure))
}

/// The members as CSV.
#[utoipa::path(get, path = "/api/v1/members.csv", tag = "membership",
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403)))]
pub async fn members_export(asked: Asked) -> Result<Response, Fault> {
    let text = asked.node().members_export(asked.caller()).await?;
    let mut response = text.into_response();
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, csv);
    Ok(response)
}

/// Takes in a list of members. The answer says what became of it, with line and reason of each row that was not taken.
#[utoipa::path(post, path = "/api/v1/members.csv", tag = "membership",
    params(("dry_run" = Option<bool>, Query, description = "Only say what would become of it")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Object), (status = 403), (status = 422)))]
pub async fn members_import(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let dry_run = Parameters::read(&asked, &["dry_run"])?.truth("dry_run")?;
    let body = asked.take_body().await?;
    let report = asked.node().members_import(asked.caller(), &body, dry_run).await?;
    answer(StatusCode::OK, &report)
}
