//! Recalls: taking back, correcting and narrowing what was shared, and who has answered.

use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use node::recall::{AcknowledgeWish, Done, OwedRecall, RecallState, RecallWish, RecallWishKind};
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::Recall;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{PageWish, Parameters, community, json, member, must};
use super::told::{Names, ToldView};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Seconds that a request for recalls may wait.
const PATIENCE_MOST: u64 = 60;

/// What is wanted of an item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecall {
    /// STIX identifier.
    pub object: String,
    /// `retract`, `correct` (the newer version was shared already), `narrow`, `exclude`.
    pub kind: String,
    /// Why; everybody who has to act reads it.
    pub reason: String,
    /// Alias or UUID of a community: only what was addressed to it. A coordinator names theirs.
    pub community: Option<String>,
    /// With `narrow`: the colour at least, as in `amber+strict`.
    pub tlp: Option<String>,
    /// With `narrow`: the permitted actions at most, as in `amber`.
    pub pap: Option<String>,
    /// With `exclude`: the member that is taken out, by name or UUID.
    pub member: Option<String>,
}

impl NewRecall {
    async fn kind(&self, asked: &Asked) -> Result<RecallWishKind, Fault> {
        let needless = |name: &str| Err(bad("bad-recall", format!("'{name}' means nothing with this kind")));
        match self.kind.as_str() {
            "narrow" if self.member.is_some() => needless("member"),
            "retract" | "correct" | "exclude" if self.tlp.is_some() || self.pap.is_some() => needless("tlp"),
            "retract" | "correct" if self.member.is_some() => needless("member"),
            "retract" => Ok(RecallWishKind::Retract),
            "correct" => Ok(RecallWishKind::Correct),
            "narrow" => {
                let tlp = self.tlp.as_deref().map(|text| {
                    Tlp::parse(text)
                        .ok_or_else(|| bad("bad-marking", "'tlp' must be clear, green, amber, amber+strict or red"))
                });
                let pap = self.pap.as_deref().map(|text| {
                    Pap::parse(text).ok_or_else(|| bad("bad-marking", "'pap' must be clear, green, amber or red"))
                });
                let (tlp, pap) = (tlp.transpose()?, pap.transpose()?);
                if tlp.is_none() && pap.is_none() {
                    return Err(bad("bad-recall", "say in 'tlp' or 'pap' how it is to be marked"));
                }
                Ok(RecallWishKind::Narrow(
                    tlp.unwrap_or(Tlp::Clear),
                    pap.unwrap_or(Pap::Clear),
                ))
            }
            "exclude" => match &self.member {
                Some(name) => Ok(RecallWishKind::Exclude(member(asked, name).await?)),
                None => Err(bad("bad-recall", "say in 'member' who is taken out")),
            },
            _ => Err(bad("bad-recall", "'kind' must be retract, correct, narrow or exclude")),
        }
    }
}

/// A recall.
#[derive(Serialize, ToSchema)]
pub struct RecallView {
    /// Its name.
    pub id: String,
    /// `retract`, `correct`, `narrow`, `exclude`.
    pub kind: String,
    /// STIX identifier of the item.
    pub object: String,
    /// Why.
    pub reason: String,
    /// `contributor`, or `coordinator` of a community.
    pub by: &'static str,
    /// When.
    pub at: String,
    /// With `correct`: the version that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// With `narrow`: the colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tlp: Option<String>,
    /// With `narrow`: the permitted actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pap: Option<String>,
}

impl From<Recall> for RecallView {
    fn from(recall: Recall) -> Self {
        let marks = recall.replaced_by.as_deref().filter(|_| recall.kind == "narrow");
        let (tlp, pap) = marks.and_then(|marks| marks.split_once(' ')).unzip();
        Self {
            tlp: tlp.map(str::to_owned),
            pap: pap.map(str::to_owned),
            version: recall.replaced_by.clone().filter(|_| recall.kind == "correct"),
            id: recall.uuid.to_string(),
            by: if recall.owner == recall.by_member {
                "contributor"
            } else {
                "coordinator"
            },
            kind: recall.kind,
            object: recall.object,
            reason: recall.reason,
            at: recall.at.to_string(),
        }
    }
}

/// What was recalled.
#[derive(Serialize, ToSchema)]
pub struct RecallsMade {
    /// A recall for each member whose contributions are meant; a contributor makes one.
    pub recalls: Vec<RecallView>,
}

/// Recalls an item: it goes, or stays for fewer, at once and for everybody; who was given it is asked to act and answer.
#[utoipa::path(post, path = "/api/v1/recalls", tag = "recalls", request_body = NewRecall,
    responses((status = 201, body = RecallsMade), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn create(mut asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.member;
    must(&asked, Action::Retract(own.unwrap_or(policy::MemberId(0))))?;
    Parameters::read(&asked, &[])?;
    let wish: NewRecall = json(&mut asked).await?;
    let kind = wish.kind(&asked).await?;
    let community = match &wish.community {
        Some(name) => Some(community(&asked, name).await?),
        None => None,
    };
    let wish = RecallWish {
        kind,
        object: wish.object,
        community,
        reason: wish.reason,
    };
    let made = asked.node().recall(asked.caller(), &wish).await?;
    let recalls = made.into_iter().map(RecallView::from).collect();
    answer(StatusCode::CREATED, &RecallsMade { recalls })
}

/// A recall in a list.
#[derive(Serialize, ToSchema)]
pub struct RecallRow {
    /// The recall.
    #[serde(flatten)]
    pub recall: RecallView,
    /// With `mine`: whether the member still sees the object, in a newer version or under a stricter marking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub still_open: Option<bool>,
    /// With `mine`: when the member was given the item first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// With `mine`: when the member answered first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
    /// With `mine`: what it said it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
}

impl RecallRow {
    fn owed(one: OwedRecall) -> Self {
        Self {
            still_open: Some(one.still_open),
            given: Some(one.owed.given.to_string()),
            acknowledged: one.owed.acknowledged.map(|at| at.to_string()),
            done: one.owed.done,
            recall: one.recall.into(),
        }
    }

    fn made(recall: Recall) -> Self {
        Self {
            recall: recall.into(),
            still_open: None,
            given: None,
            acknowledged: None,
            done: None,
        }
    }
}

/// Recalls.
#[derive(Serialize, ToSchema)]
pub struct RecallList {
    /// With `mine` the oldest first, else the newest.
    pub recalls: Vec<RecallRow>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The recalls that the member made or whose communities it coordinates; with `mine` those that it has to act on.
#[utoipa::path(get, path = "/api/v1/recalls", tag = "recalls",
    params(
        ("mine" = Option<bool>, Query, description = "Those that the member has to act on; with this the member is told of them"),
        ("open" = Option<bool>, Query, description = "Those that the member has to act on, but only what it has not answered"),
        ("wait" = Option<u64>, Query, description = "Those that the member has to act on: seconds to wait, up to 60, for one that it has not answered"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = RecallList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["mine", "open", "wait", "limit", "cursor"])?;
    let (limit, cursor) = (parameters.limit()?, parameters.cursor()?.map(|cursor| cursor.0));
    let (mine, open) = (parameters.truth("mine")?, parameters.truth("open")?);
    let wait = parameters.one("wait")?.map(str::parse::<u64>).transpose();
    let wait = wait.map_err(|_| bad("bad-parameter", "'wait' must be a number of seconds"))?;
    // These ask for nothing else.
    let mine = mine || open || wait.is_some();
    let (caller, node) = (asked.caller(), asked.node());
    let (recalls, next) = if mine {
        if let Some(seconds) = wait {
            let patience = Duration::from_secs(seconds.min(PATIENCE_MOST));
            node.recalls_wait(caller, patience).await?;
        }
        let found = node.recalls_owed(caller, open, limit, cursor.unwrap_or(0)).await?;
        let next = found.last().map(|one| one.recall.id);
        (found.into_iter().map(RecallRow::owed).collect::<Vec<_>>(), next)
    } else {
        let found = node.recalls(caller, limit, cursor).await?;
        let next = found.last().map(|recall| recall.id);
        (found.into_iter().map(RecallRow::made).collect(), next)
    };
    let next = next.filter(|_| recalls.len() >= limit).map(|next| next.to_string());
    answer(StatusCode::OK, &RecallList { recalls, next })
}

/// How a recall goes.
#[derive(Serialize, ToSchema)]
pub struct RecallStateView {
    /// The recall.
    #[serde(flatten)]
    pub recall: RecallView,
    /// Contributions that went or were replaced.
    pub versions: i64,
    /// Members that were given the item.
    pub given: ToldView,
    /// Those that answered, and what they say they did.
    pub acknowledged: ToldView,
    /// Those that have not answered, with when each was told of the recall.
    pub not_acknowledged_by: ToldView,
    /// Whether all have answered; absent where that would point at somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// What this proves.
    pub proves: &'static str,
    /// The cursor of the next answer, with the members after those that are named in this one; absent when these were all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What nobody shall read more into.
const PROVES: &str = "that members were asked and what they answered; not that any copy is erased, nor what happened to copies passed on";

impl RecallStateView {
    fn of(state: RecallState, wish: &PageWish) -> Self {
        let page = Names::of_recall(&state, wish.after(), wish.limit);
        Self {
            versions: state.recall.versions,
            recall: state.recall.into(),
            given: ToldView::new(state.given, &page, |_, ()| {}),
            acknowledged: ToldView::new(state.acknowledged, &page, |named, answer| {
                named.at = Some(answer.at.to_string());
                named.by = Some(answer.by);
                named.done = Some(answer.done);
                named.swapped = answer.swapped.map(|at| at.to_string());
                named.note = answer.note;
            }),
            not_acknowledged_by: ToldView::new(state.outstanding, &page, |named, outstanding| {
                named.at = Some(outstanding.given.to_string());
                named.told = outstanding.told.map(|at| at.to_string());
                named.reminded = outstanding.reminded.map(|at| at.to_string());
            }),
            complete: state.complete,
            proves: PROVES,
            next: page.next(),
        }
    }
}

/// How a recall goes, for the member that made it, the contributor, and who coordinates one of its communities.
///
/// The members that may be named come page by page, in the order of their names; every count is of all of them.
#[utoipa::path(get, path = "/api/v1/recalls/{recall}", tag = "recalls",
    params(
        ("recall" = String, Path, description = "Its name"),
        ("limit" = Option<usize>, Query, description = "At most so many members by name"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = RecallStateView), (status = 400), (status = 404)))]
pub async fn state(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let uuid = named(&asked)?;
    let state = asked.node().recall_state(asked.caller(), uuid).await?;
    answer(StatusCode::OK, &RecallStateView::of(state, &wish))
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("recall")).map_err(|_| Fault::not_found())
}

/// Whom to remind of a recall.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReminder {
    /// One member by its name, as `not_acknowledged_by` names it; whoever has not answered where nothing is said.
    pub member: Option<String>,
}

/// Reminds whoever has not answered a recall, each once a day at the most: for the member that made it, the contributor,
/// and who coordinates one of its communities. How many were reminded is not told: it would point at some.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/remind", tag = "recalls", request_body = NewReminder,
    params(("recall" = String, Path, description = "Its name")),
    responses((status = 204), (status = 400), (status = 403), (status = 404), (status = 409)))]
pub async fn remind(mut asked: Asked) -> Result<Response, Fault> {
    // Whoever may remind nobody learns nothing of what was sent.
    asked.node().recall_state(asked.caller(), named(&asked)?).await?;
    Parameters::read(&asked, &[])?;
    let wish: NewReminder = json(&mut asked).await?;
    let uuid = named(&asked)?;
    asked
        .node()
        .recall_remind(asked.caller(), uuid, wish.member.as_deref())
        .await?;
    Ok(nothing_more())
}

/// What the member says it did.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAcknowledgement {
    /// `removed`, `replaced`, or `kept`.
    pub done: String,
    /// When the member's watchlist no longer had the item.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub swapped: Option<Timestamp>,
    /// In words; needed with `kept`.
    pub note: Option<String>,
    /// Whether a program answers by itself.
    #[serde(default)]
    pub automatic: bool,
}

/// Answers a recall for the member. It may be answered again, with more in it; the first time counts.
#[utoipa::path(post, path = "/api/v1/recalls/{recall}/acknowledge", tag = "recalls", request_body = NewAcknowledgement,
    params(("recall" = String, Path, description = "Its name")),
    responses((status = 204), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn acknowledge(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Acknowledge)?;
    Parameters::read(&asked, &[])?;
    let uuid = named(&asked)?;
    let said: NewAcknowledgement = json(&mut asked).await?;
    let done = Done::parse(&said.done).ok_or_else(|| bad("bad-done", "'done' must be removed, replaced or kept"))?;
    let wish = AcknowledgeWish {
        done,
        swapped: said.swapped,
        note: said.note,
        automatic: said.automatic,
    };
    asked.node().recall_acknowledge(asked.caller(), uuid, &wish).await?;
    Ok(nothing_more())
}

/// Done, with nothing to say.
fn nothing_more() -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
