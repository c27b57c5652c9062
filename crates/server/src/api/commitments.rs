//! Commitments: who owes what to whom by when and why, and what became of it.

use axum::response::Response;
use http::StatusCode;
use node::commitments::clock::Clock;
use node::commitments::escalation::Escalation;
use node::commitments::{CommitmentWish, ListWish, Owing, Side};
use policy::{Action, MemberId, decide};
use serde::Deserialize;
use serde_json::Value;
use stix::Timestamp;
use store::{CommitmentPlace, CommitmentState, Settled};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, community, json, member};
use super::commitment_view::{CommitmentDetailView, CommitmentListView, CommitmentView, MadeView};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::{bad, time};

/// Refuses before anything is looked up, so that a refusal tells nothing of what is there.
fn must(asked: &Asked, action: impl FnOnce(MemberId) -> Action) -> Result<(), Fault> {
    let own = asked.caller().principal.member.unwrap_or(MemberId(-1));
    decide(&asked.caller().principal, action(own)).map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))
}

fn uuid(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("commitment")).map_err(|_| Fault::not_found())
}

/// The place after which a page goes on, as an earlier answer gave it.
fn place(text: &str) -> Result<CommitmentPlace, Fault> {
    let unreadable = || bad("bad-cursor", "'cursor' must be what an earlier answer gave as next");
    let (due, uuid) = text.split_once('.').ok_or_else(unreadable)?;
    Ok(CommitmentPlace {
        due: Timestamp::from_micros(due.parse().map_err(|_| unreadable())?),
        uuid: Uuid::try_parse(uuid).map_err(|_| unreadable())?,
    })
}

/// What one's own member owes, or what is owed to it, by when it is due.
#[utoipa::path(get, path = "/api/v1/commitments", tag = "commitments",
    params(
        ("side" = Option<String>, Query, description = "`owes` (what your member owes, the default) or `owed` (what is owed to it)"),
        ("state" = Option<String>, Query, description = "waiting, open, kept, not-needed, withdrawn, or `all`; where nothing is said, what is owed still"),
        ("kind" = Option<String>, Query, description = "Only of this kind"),
        ("subject" = Option<String>, Query, description = "Only about this item"),
        ("overdue" = Option<bool>, Query, description = "Only what is owed still and over its time"),
        ("mine" = Option<bool>, Query, description = "Only what you are to see to"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = CommitmentListView), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let known = ["side", "state", "kind", "subject", "overdue", "mine", "limit", "cursor"];
    let parameters = Parameters::read(&asked, &known)?;
    let side = |text: &str| match text {
        "owes" => Some(Side::Owes),
        "owed" => Some(Side::Owed),
        _ => None,
    };
    let state = |text: &str| match text {
        "all" => Some(None),
        text => CommitmentState::parse(text).map(Some),
    };
    let states = "waiting, open, kept, not-needed, withdrawn or all";
    let asked_for = parameters.word("state", states, state)?;
    let wish = ListWish {
        side: parameters.word("side", "owes or owed", side)?.unwrap_or_default(),
        state: asked_for.flatten(),
        all: asked_for == Some(None),
        kind: parameters.one("kind")?.map(str::to_owned),
        subject: parameters.one("subject")?.map(str::to_owned),
        overdue: parameters.truth("overdue")?,
        mine: parameters.truth("mine")?,
        after: parameters.one("cursor")?.map(place).transpose()?,
        limit: parameters.limit()?,
    };
    let list = asked.node().commitments(asked.caller(), &wish).await?;
    answer(StatusCode::OK, &CommitmentListView::from(list))
}

/// Commitments about an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCommitments {
    /// `acknowledge`, `act`, `answer-sighting` or `review-marking`.
    pub kind: String,
    /// STIX identifier of the item.
    pub subject: String,
    /// Names or UUIDs of the members that shall owe it; or name a community.
    #[serde(default)]
    pub members: Vec<String>,
    /// Alias or UUID of a community: every other member of it that can read the item shall owe it.
    pub community: Option<String>,
    /// Which rule or agreement says so.
    pub because: String,
    /// When it is due, as in `10 working days, Europe/Madrid` or as the `clock` of an answer; as is usual for the kind
    /// where nothing is said.
    #[schema(value_type = Option<Object>)]
    pub clock: Option<Value>,
    /// Who is told when, as in `[{"when": "1 day before", "to": "person"}]`; as is usual where nothing is said.
    #[schema(value_type = Option<Vec<Object>>)]
    pub escalation: Option<Value>,
}

fn clock(value: Value) -> Result<Clock, Fault> {
    let clock = match value {
        Value::String(text) => text.parse(),
        other => Clock::from_json(&other.to_string()),
    };
    clock.map_err(Fault::from)
}

fn escalation(value: Value) -> Result<Escalation, Fault> {
    serde_json::from_value(value)
        .map_err(|error| bad("bad-escalation", format!("'escalation' cannot be used: {error}")))
}

/// Asks members for something about an item, or promises it for one's own. What is asked is owed to your member.
#[utoipa::path(post, path = "/api/v1/commitments", tag = "commitments", request_body = NewCommitments,
    responses((status = 201, body = MadeView), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn make(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, |_| Action::MakeCommitments)?;
    Parameters::read(&asked, &[])?;
    let new: NewCommitments = json(&mut asked).await?;
    let owing = match (&new.community, new.members.is_empty()) {
        (Some(name), true) => Owing::Community(community(&asked, name).await?),
        (None, false) => {
            let mut members = Vec::with_capacity(new.members.len());
            for name in &new.members {
                members.push(member(&asked, name).await?);
            }
            Owing::Members(members)
        }
        _ => return Err(bad("bad-members", "name members, or a community; not both")),
    };
    let wish = CommitmentWish {
        kind: new.kind,
        subject: new.subject,
        owing,
        because: new.because,
        clock: new.clock.map(clock).transpose()?,
        escalation: new.escalation.map(escalation).transpose()?,
    };
    let made = asked.node().commitments_make(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &MadeView::from(made))
}

/// One commitment with what became of it.
#[utoipa::path(get, path = "/api/v1/commitments/{commitment}", tag = "commitments",
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentDetailView), (status = 403), (status = 404)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let detail = asked.node().commitment_detail(asked.caller(), uuid(&asked)?).await?;
    answer(StatusCode::OK, &CommitmentDetailView::from(detail))
}

/// A commitment that is kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keeping {
    /// What was done, and where it can be seen.
    pub evidence: Option<String>,
}

/// Says that a commitment is kept. The clocks of those that follow it start.
#[utoipa::path(post, path = "/api/v1/commitments/{commitment}/keep", tag = "commitments", request_body = Keeping,
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn keep(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::KeepCommitment)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let keeping: Keeping = json(&mut asked).await?;
    let settled = asked
        .node()
        .commitment_keep(asked.caller(), uuid, keeping.evidence)
        .await?;
    shown(&asked, settled).await
}

/// Why something is so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The reason, for both members.
    pub reason: String,
}

/// Decides that a commitment is not needed, because of something; those that follow it end with it.
#[utoipa::path(post, path = "/api/v1/commitments/{commitment}/not-needed", tag = "commitments", request_body = Reason,
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn not_needed(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::DecideCommitment)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let Reason { reason } = json(&mut asked).await?;
    let settled = asked.node().commitment_not_needed(asked.caller(), uuid, reason).await?;
    shown(&asked, settled).await
}

/// Gives up what is owed to one's own member; those that follow it end with it.
#[utoipa::path(post, path = "/api/v1/commitments/{commitment}/withdraw", tag = "commitments", request_body = Reason,
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn withdraw(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReleaseCommitment)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let Reason { reason } = json(&mut asked).await?;
    let settled = asked.node().commitment_withdraw(asked.caller(), uuid, reason).await?;
    shown(&asked, settled).await
}

async fn shown(asked: &Asked, settled: Settled) -> Result<Response, Fault> {
    let shown = asked
        .node()
        .commitment_shown(asked.caller(), settled.commitment)
        .await?;
    answer(StatusCode::OK, &CommitmentView::from(shown))
}

/// Who is to see to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Login of a person of your member; absent: nobody in particular.
    pub person: Option<String>,
}

/// Names the person of one's own member who is to see to a commitment.
#[utoipa::path(post, path = "/api/v1/commitments/{commitment}/delegate", tag = "commitments", request_body = Delegation,
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn delegate(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::DecideCommitment)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let Delegation { person } = json(&mut asked).await?;
    let node = asked.node();
    let changed = node
        .commitment_delegate(asked.caller(), uuid, person.as_deref())
        .await?;
    let shown = node.commitment_shown(asked.caller(), changed).await?;
    answer(StatusCode::OK, &CommitmentView::from(shown))
}

/// More time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// When it is due now.
    #[schema(format = DateTime)]
    pub due: String,
    /// Why.
    pub reason: Option<String>,
}

/// Gives more time for what is owed to one's own member.
#[utoipa::path(post, path = "/api/v1/commitments/{commitment}/extend", tag = "commitments", request_body = Extension,
    params(("commitment" = String, Path, description = "Its UUID")),
    responses((status = 200, body = CommitmentView), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn extend(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReleaseCommitment)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let Extension { due, reason } = json(&mut asked).await?;
    let due = time("due", &due)?;
    let node = asked.node();
    let changed = node.commitment_extend(asked.caller(), uuid, due, reason).await?;
    let shown = node.commitment_shown(asked.caller(), changed).await?;
    answer(StatusCode::OK, &CommitmentView::from(shown))
}
