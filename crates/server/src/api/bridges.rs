//! Bridges to partner hubs: what was agreed, how it goes, and the one address at which the other hub speaks.

use axum::response::Response;
use http::StatusCode;
use node::bridges::{AcceptWish, AfterEnd, BridgeView, BridgeWish, Message, PairHere};
use policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stix::marking::{Pap, Tlp};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, member, must};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Seconds between two runs where nothing is said.
const INTERVAL: i64 = 60;
/// Hubs that an item may have passed, where nothing is said.
const HOPS: u8 = 3;

/// Two communities that are one for what passes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairView {
    /// Alias of our community.
    pub ours: String,
    /// Alias of the community of the other hub.
    pub theirs: String,
    /// Whether things go out; they do where nothing is said.
    #[serde(default = "yes")]
    pub sends: bool,
    /// Whether things come in; they do not where nothing is said.
    #[serde(default)]
    pub takes: bool,
    /// The strictest colour that passes, as in `amber`; never `red`.
    pub tlp: String,
    /// The strictest permitted actions that pass, as in `amber`.
    pub pap: String,
    /// Whether the receiving hub may pass it on over other bridges; it may not where nothing is said.
    #[serde(default)]
    pub onward: bool,
    /// Whether the contributor stays unnamed; it does where nothing is said.
    #[serde(default = "yes")]
    pub anonymous: bool,
    /// Hubs that an item may have passed when it arrives; 3 where nothing is said.
    #[serde(default = "hops")]
    pub hops: u8,
}

fn yes() -> bool {
    true
}

fn hops() -> u8 {
    HOPS
}

impl PairView {
    fn pair(self) -> Result<PairHere, Fault> {
        let tlp = Tlp::parse(&self.tlp);
        let tlp = tlp.ok_or_else(|| bad("bad-marking", "'tlp' must be clear, green, amber or amber+strict"))?;
        let pap = Pap::parse(&self.pap);
        let pap = pap.ok_or_else(|| bad("bad-marking", "'pap' must be clear, green, amber or red"))?;
        Ok(PairHere {
            ours: self.ours,
            theirs: self.theirs,
            sends: self.sends,
            takes: self.takes,
            tlp,
            pap,
            onward: self.onward,
            anonymous: self.anonymous,
            hops: self.hops,
        })
    }
}

impl From<PairHere> for PairView {
    fn from(pair: PairHere) -> Self {
        Self {
            ours: pair.ours,
            theirs: pair.theirs,
            sends: pair.sends,
            takes: pair.takes,
            tlp: pair.tlp.label().to_owned(),
            pap: pair.pap.label().to_owned(),
            onward: pair.onward,
            anonymous: pair.anonymous,
            hops: pair.hops,
        }
    }
}

/// A bridge to be proposed, or other terms for one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBridgeView {
    /// Name or UUID of the member that stands for the other hub.
    pub member: String,
    /// The address of the other hub.
    pub url: String,
    /// How to get in there.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Value,
    /// What passes.
    pub pairs: Vec<PairView>,
    /// What becomes of what has passed when the bridge ends: `stays` or `withdrawn`; it stays where nothing is said.
    pub after_end: Option<String>,
    /// Seconds between two runs; a minute where nothing is said.
    pub interval_seconds: Option<i64>,
}

/// The consent to what the other hub proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BridgeAcceptView {
    /// The version that was read.
    pub version: i64,
    /// The address of the other hub; as before where nothing is said.
    pub url: Option<String>,
    /// How to get in there; as before where nothing is said.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Value>,
    /// Seconds between two runs; as before where nothing is said.
    pub interval_seconds: Option<i64>,
}

/// Who did what about the agreement.
#[derive(Serialize, ToSchema)]
pub struct BridgeStepView {
    /// `proposed`, `accepted`, `paused`, `resumed`, `ended`.
    pub what: String,
    /// `ours` or `theirs`.
    pub side: &'static str,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Which version of the terms.
    pub version: i64,
    /// SHA-256 of their text, the same on both sides.
    pub digest: String,
    /// When, by the clock of this hub.
    pub at: String,
}

/// What last passed.
#[derive(Serialize, ToSchema)]
pub struct PassedView {
    /// STIX identifier.
    pub object: String,
    /// `out` or `in`.
    pub way: &'static str,
    /// Version, as the object writes it.
    pub version: String,
    /// How it was marked on the side that it left.
    pub tlp_before: String,
    /// How it is marked on the other side.
    pub tlp: String,
    /// The same of permitted actions.
    pub pap_before: String,
    /// The same of permitted actions.
    pub pap: String,
    /// Hubs that it has left.
    pub hops: usize,
    /// `passed`, `refused`, `withdrawn`.
    pub state: String,
    /// Why it was refused or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When.
    pub at: String,
}

/// A bridge and how it goes.
#[derive(Serialize, ToSchema)]
pub struct BridgeAnswer {
    /// Its name here.
    pub name: String,
    /// Its name on both sides.
    pub bridge: String,
    /// `open` (one side has not agreed yet), `active`, `paused` (by this side), `ended`.
    pub state: &'static str,
    /// The address of the other hub.
    pub url: String,
    /// What the other hub calls itself, once it has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// How to get in there, without secrets.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// The version of the terms that hold; 0: none.
    pub version: i64,
    /// What passes.
    pub pairs: Vec<PairView>,
    /// The version that is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<i64>,
    /// Whether it waits for us.
    pub waits_for_us: bool,
    /// What would pass by it.
    pub proposed_pairs: Vec<PairView>,
    /// Objects that the other side took.
    pub sent: i64,
    /// Objects taken from the other side.
    pub taken: i64,
    /// Objects that one side refused.
    pub refused: i64,
    /// When it ran last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<String>,
    /// How that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_result: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Who did what, in order; empty in lists.
    pub steps: Vec<BridgeStepView>,
    /// What passed last, as far as the reader's member sees the objects; empty in lists.
    pub passed: Vec<PassedView>,
}

impl From<BridgeView> for BridgeAnswer {
    fn from(view: BridgeView) -> Self {
        let bridge = view.bridge;
        let pairs = |pairs: Vec<PairHere>| pairs.into_iter().map(PairView::from).collect();
        let (proposed, proposed_pairs) = view.proposed.unzip();
        let step = |step: store::BridgeStep| BridgeStepView {
            what: step.what,
            side: if step.ours { "ours" } else { "theirs" },
            person: step.name,
            version: step.version,
            digest: hex::encode(step.digest),
            at: step.at.to_string(),
        };
        Self {
            waits_for_us: proposed.is_some() && !bridge.set.proposal_ours,
            name: bridge.set.name,
            bridge: bridge.set.uuid.to_string(),
            state: bridge.set.state.as_str(),
            url: bridge.set.url,
            hub: bridge.set.hub_title,
            settings: view.settings,
            version: bridge.set.version,
            pairs: pairs(view.pairs),
            proposed,
            proposed_pairs: pairs(proposed_pairs.unwrap_or_default()),
            sent: bridge.sent,
            taken: bridge.taken,
            refused: bridge.refused,
            last_run: bridge.last_run.map(|at| at.to_string()),
            last_result: bridge.last_result,
            last_error: bridge.last_error,
            steps: view.steps.into_iter().map(step).collect(),
            passed: Vec::new(),
        }
    }
}

impl From<store::BridgeItem> for PassedView {
    fn from(item: store::BridgeItem) -> Self {
        let path: Vec<node::bridges::Hop> = serde_json::from_str(&item.path).unwrap_or_default();
        Self {
            object: item.object,
            way: if item.outward { "out" } else { "in" },
            version: item.version,
            tlp_before: item.before.0,
            tlp: item.after.0,
            pap_before: item.before.1,
            pap: item.after.1,
            hops: path.len(),
            state: item.state,
            why: item.why,
            at: item.at.to_string(),
        }
    }
}

/// Bridges.
#[derive(Serialize, ToSchema)]
pub struct BridgeList {
    /// By name.
    pub bridges: Vec<BridgeAnswer>,
}

/// The bridges to partner hubs, and how each goes.
#[utoipa::path(get, path = "/api/v1/bridges", tag = "bridges",
    responses((status = 200, body = BridgeList), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let bridges = asked.node().bridges(asked.caller()).await?;
    let bridges = bridges.into_iter().map(BridgeAnswer::from).collect();
    answer(StatusCode::OK, &BridgeList { bridges })
}

/// One bridge: the terms, who agreed to them, and what passed last.
#[utoipa::path(get, path = "/api/v1/bridges/{name}", tag = "bridges",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404)))]
pub async fn one(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let name = asked.param("name");
    let view = asked.node().bridge(asked.caller(), name).await?;
    let passed = asked.node().bridge_passed(asked.caller(), name).await?;
    let passed = passed.into_iter().map(PassedView::from).collect();
    let view = BridgeAnswer {
        passed,
        ..BridgeAnswer::from(view)
    };
    answer(StatusCode::OK, &view)
}

/// Proposes a bridge to a partner hub, or other terms for one that is there. Nothing passes before the other side accepts.
#[utoipa::path(put, path = "/api/v1/bridges/{name}", tag = "bridges", request_body = NewBridgeView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn propose(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    Parameters::read(&asked, &[])?;
    let wish: NewBridgeView = json(&mut asked).await?;
    let after_end = match wish.after_end.as_deref() {
        None | Some("stays") => AfterEnd::Stays,
        Some("withdrawn") => AfterEnd::Withdrawn,
        Some(_) => return Err(bad("bad-after-end", "'after_end' must be stays or withdrawn")),
    };
    let wish = BridgeWish {
        name: asked.param("name").to_owned(),
        url: wish.url,
        settings: Some(wish.settings),
        member: member(&asked, &wish.member).await?,
        pairs: wish.pairs.into_iter().map(PairView::pair).collect::<Result<_, _>>()?,
        after_end,
        interval_seconds: wish.interval_seconds.unwrap_or(INTERVAL),
    };
    let made = asked.node().bridge_propose(asked.caller(), wish).await?;
    answer(StatusCode::OK, &BridgeAnswer::from(made))
}

/// Accepts the terms that the other hub proposed.
#[utoipa::path(post, path = "/api/v1/bridges/{name}/accept", tag = "bridges", request_body = BridgeAcceptView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn accept(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    Parameters::read(&asked, &[])?;
    let wish: BridgeAcceptView = json(&mut asked).await?;
    let wish = AcceptWish {
        version: wish.version,
        url: wish.url,
        settings: wish.settings,
        interval_seconds: wish.interval_seconds,
    };
    let made = asked
        .node()
        .bridge_accept(asked.caller(), asked.param("name"), wish)
        .await?;
    answer(StatusCode::OK, &BridgeAnswer::from(made))
}

/// Ends a bridge at once, whatever the other side says.
#[utoipa::path(delete, path = "/api/v1/bridges/{name}", tag = "bridges",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404), (status = 409)))]
pub async fn end(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let ended = asked.node().bridge_end(asked.caller(), asked.param("name")).await?;
    answer(StatusCode::OK, &BridgeAnswer::from(ended))
}

/// Pauses a bridge on this side: nothing passes either way but recalls, and nothing is lost.
#[utoipa::path(post, path = "/api/v1/bridges/{name}/pause", tag = "bridges",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404), (status = 409)))]
pub async fn pause(asked: Asked) -> Result<Response, Fault> {
    rest(asked, true).await
}

/// Lets a bridge go on that this side paused.
#[utoipa::path(post, path = "/api/v1/bridges/{name}/resume", tag = "bridges",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BridgeAnswer), (status = 403), (status = 404), (status = 409)))]
pub async fn resume(asked: Asked) -> Result<Response, Fault> {
    rest(asked, false).await
}

async fn rest(asked: Asked, pause: bool) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let (node, name) = (asked.node(), asked.param("name"));
    let changed = node.bridge_pause(asked.caller(), name, pause).await?;
    answer(StatusCode::OK, &BridgeAnswer::from(changed))
}

/// Carries a bridge now; the answer says how it went.
#[utoipa::path(post, path = "/api/v1/bridges/{name}/run", tag = "bridges",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 409)))]
pub async fn run(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    answer(
        StatusCode::OK,
        &asked.node().bridge_run(asked.caller(), asked.param("name")).await?,
    )
}

/// What the hub at the other end of a bridge says: offers, acceptances and ends, items, recalls, counts of sightings. For
/// programs; `docs/guide/bridges.md` describes the forms.
#[utoipa::path(post, path = "/api/v1/hub/{bridge}", tag = "bridges", request_body = Object,
    params(("bridge" = String, Path, description = "Its UUID, the same on both sides")),
    responses((status = 200, body = Object), (status = 400), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn hear(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ContributeToNamed)?;
    Parameters::read(&asked, &[])?;
    let bridge = Uuid::try_parse(asked.param("bridge")).map_err(|_| Fault::not_found())?;
    let message: Message = json(&mut asked).await?;
    let reply = asked.node().bridge_hear(asked.caller(), bridge, message).await?;
    answer(StatusCode::OK, &reply)
}
