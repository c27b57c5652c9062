//! What waits for moderators, and what they decide.

use axum::response::Response;
use http::StatusCode;
use node::communities::{HELD_MOST, HeldDecision, HeldView};
use policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Held, HeldId, Member};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::ask::{PageWish, Parameters, community, json, must};
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Something that waits for moderators.
#[derive(Serialize, ToSchema)]
pub struct WaitingView {
    /// Its name.
    pub uuid: String,
    /// STIX identifier.
    pub id: String,
    /// Version, as the object writes it.
    pub version: String,
    /// The member that shared it; absent where its name is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The colour it is to have.
    pub tlp: &'static str,
    /// Since when it waits.
    pub since: String,
    /// The object, as it was contributed.
    #[schema(value_type = Object)]
    pub object: Box<RawValue>,
}

impl WaitingView {
    fn new(view: HeldView, members: &[Member]) -> Self {
        let name = |id| {
            members
                .iter()
                .find(|member| member.id == id)
                .map(|member| member.name.clone())
        };
        Self {
            uuid: view.held.terms.uuid.to_string(),
            id: view.held.terms.object,
            version: view.held.terms.version_text,
            member: view.member.and_then(name),
            tlp: view.held.terms.tlp.label(),
            since: view.held.since.to_string(),
            object: view.object,
        }
    }
}

/// What waits.
#[derive(Serialize, ToSchema)]
pub struct WaitingList {
    /// The oldest first.
    pub waiting: Vec<WaitingView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which page of what waits is wanted: no more than the node gives at once, so that a full page is known as one.
fn page(parameters: &Parameters) -> Result<(PageWish, Option<HeldId>), Fault> {
    let mut page = parameters.page()?;
    page.limit = page.limit.min(HELD_MOST);
    let from = page.number()?.map(HeldId);
    Ok((page, from))
}

/// What waits in a community that the caller moderates.
#[utoipa::path(get, path = "/api/v1/communities/{community}/moderation", tag = "communities",
    params(("community" = String, Path, description = "Alias or UUID"),
        ("limit" = Option<usize>, Query, description = "How many at the most"),
        ("cursor" = Option<String>, Query, description = "`next` of an earlier answer")),
    responses((status = 200, body = WaitingList), (status = 403), (status = 404)))]
pub async fn waiting(asked: Asked) -> Result<Response, Fault> {
    let community = community(&asked, asked.param("community")).await?;
    must(&asked, Action::Moderate(community))?;
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (page, after) = page(&parameters)?;
    let found = asked
        .node()
        .held_waiting(asked.caller(), community, after, page.limit)
        .await?;
    let next = page.next(&found, |last| last.held.id.0.to_string());
    let members = asked.node().members(asked.caller()).await?;
    let waiting = found.into_iter().map(|view| WaitingView::new(view, &members)).collect();
    answer(StatusCode::OK, &WaitingList { waiting, next })
}

/// What became of something of one's own that waited.
#[derive(Serialize, ToSchema)]
pub struct OwnHeldView {
    /// Its name.
    pub uuid: String,
    /// STIX identifier.
    pub id: String,
    /// Version, as the object writes it.
    pub version: String,
    /// waiting, released or refused.
    pub state: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when it waits.
    pub since: String,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
}

impl From<Held> for OwnHeldView {
    fn from(held: Held) -> Self {
        Self {
            uuid: held.terms.uuid.to_string(),
            id: held.terms.object,
            version: held.terms.version_text,
            state: held.state.as_str(),
            reason: held.reason,
            since: held.since.to_string(),
            decided: held.decided.map(|decided| decided.to_string()),
        }
    }
}

/// What one's own member shared that waits or waited.
#[derive(Serialize, ToSchema)]
pub struct OwnHeldList {
    /// The newest first.
    pub shared: Vec<OwnHeldView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What one's own member shared that waits for moderators, and what became of it.
#[utoipa::path(get, path = "/api/v1/moderation", tag = "communities",
    params(("limit" = Option<usize>, Query, description = "How many at the most"),
        ("cursor" = Option<String>, Query, description = "`next` of an earlier answer")),
    responses((status = 200, body = OwnHeldList)))]
pub async fn own_waiting(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (page, before) = page(&parameters)?;
    let found = asked.node().held_own(asked.caller(), before, page.limit).await?;
    let next = page.next(&found, |last| last.id.0.to_string());
    let shared = found.into_iter().map(OwnHeldView::from).collect();
    answer(StatusCode::OK, &OwnHeldList { shared, next })
}

/// What a moderator says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionView {
    /// release or refuse.
    pub decision: String,
    /// Why it is refused; its contributor reads that.
    #[serde(default)]
    pub reason: String,
}

/// Lets something that waits through to its community, or refuses it with a reason.
#[utoipa::path(post, path = "/api/v1/moderation/{held}", tag = "communities", request_body = DecisionView,
    params(("held" = String, Path, description = "Its UUID")),
    responses((status = 200, body = OwnHeldView), (status = 403), (status = 404), (status = 422)))]
pub async fn decide_held(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let uuid = Uuid::try_parse(asked.param("held")).map_err(|_| Fault::not_found())?;
    let said: DecisionView = json(&mut asked).await?;
    let decision = match said.decision.as_str() {
        "release" => HeldDecision::Release,
        "refuse" => HeldDecision::Refuse(said.reason),
        _ => return Err(bad("bad-decision", "'decision' must be release or refuse")),
    };
    let held = asked.node().held_decide(asked.caller(), uuid, decision).await?;
    answer(StatusCode::OK, &OwnHeldView::from(held))
}
