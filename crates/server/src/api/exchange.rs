//! What is fetched from elsewhere (subscriptions) and what is pushed there (peers). For operators.
//!
//! Secrets go in and never come out: settings are shown with every secret blotted out.

use axum::response::Response;
use http::StatusCode;
use node::push::{Backlog, PeerView, PeerWish};
use node::subscriptions::{SubscriptionView, SubscriptionWish};
use policy::{Action, decide};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::SubscriptionKind;
use utoipa::ToSchema;

use super::ask::{Parameters, community, json, member};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of one fetched answer where nothing is said.
pub(crate) const SIZE_LIMIT: i64 = 256 << 20;
/// Seconds between two runs where nothing is said.
const INTERVAL: i64 = 3_600;

fn administer(asked: &Asked) -> Result<(), Fault> {
    decide(&asked.caller().principal, Action::Administer)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))
}

/// How something that runs by schedule is doing.
#[derive(Serialize, ToSchema)]
pub struct Scheduled {
    /// Its name.
    pub name: String,
    /// The address.
    pub url: String,
    /// What is fetched; absent for a peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The settings with every secret blotted out; absent where there are none.
    #[schema(value_type = Option<Object>)]
    pub settings: Value,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// When it runs next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_run: Option<String>,
    /// When it ran last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<String>,
    /// How the last run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How many runs have failed since one went well.
    pub failures_in_a_row: i64,
}

/// Subscriptions or peers, by name.
#[derive(Serialize, ToSchema)]
pub struct ScheduledList {
    /// Each with how it is doing.
    pub scheduled: Vec<Scheduled>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl From<SubscriptionView> for Scheduled {
    fn from(view: SubscriptionView) -> Self {
        let one = view.subscription;
        Self {
            name: one.terms.name,
            url: one.terms.url,
            kind: Some(one.terms.kind.as_str()),
            settings: view.settings,
            interval_seconds: one.terms.interval_seconds,
            enabled: one.terms.enabled,
            next_run: one.next_run.map(Timestamp::to_micros_text),
            last_run: one.last_run.map(Timestamp::to_micros_text),
            last_result: one.last_result,
            last_error: one.last_error,
            failures_in_a_row: one.failures_in_a_row,
        }
    }
}

impl From<PeerView> for Scheduled {
    fn from(view: PeerView) -> Self {
        let one = view.peer;
        Self {
            name: one.terms.name,
            url: one.terms.url,
            kind: None,
            settings: view.settings,
            interval_seconds: one.terms.interval_seconds,
            enabled: one.terms.enabled,
            next_run: one.next_run.map(Timestamp::to_micros_text),
            last_run: one.last_run.map(Timestamp::to_micros_text),
            last_result: one.last_result,
            last_error: one.last_error,
            failures_in_a_row: one.failures_in_a_row,
        }
    }
}

/// A subscription to be made or changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscriptionView {
    /// What is fetched: taxii21, taxii20, misp-feed, misp-server, list, folder.
    pub kind: String,
    /// From where: an address, or the absolute path of a folder.
    pub url: String,
    /// How to get in and what to take.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Name or UUID of the member in whose name it comes in.
    pub member: String,
    /// Alias or UUID of the community it is shared with.
    pub community: String,
    /// The colour for what has none.
    pub tlp: String,
    /// The permitted actions for what has none; clear where nothing is said.
    pub pap: Option<String>,
    /// Seconds between two runs; an hour where nothing is said.
    pub interval_seconds: Option<i64>,
    /// The most bytes of one answer.
    pub size_limit: Option<i64>,
    /// Whether it runs by itself; it does where nothing is said.
    pub enabled: Option<bool>,
}

async fn subscription_wish(asked: &mut Asked) -> Result<SubscriptionWish, Fault> {
    administer(asked)?;
    let wish: NewSubscriptionView = json(asked).await?;
    let kinds = SubscriptionKind::ALL.map(SubscriptionKind::as_str).join(", ");
    let pap = wish.pap.as_deref().map_or(Some(Pap::Clear), Pap::parse);
    Ok(SubscriptionWish {
        name: asked.param("name").to_owned(),
        kind: SubscriptionKind::parse(&wish.kind)
            .ok_or_else(|| bad("bad-kind", format!("'kind' must be one of {kinds}")))?,
        url: wish.url,
        settings: wish.settings,
        member: member(asked, &wish.member).await?,
        community: community(asked, &wish.community).await?,
        tlp: Tlp::parse(&wish.tlp)
            .ok_or_else(|| bad("bad-tlp", "a colour is clear, green, amber, amber+strict or red"))?,
        pap: pap.ok_or_else(|| bad("bad-pap", "permitted actions are clear, green, amber or red"))?,
        interval_seconds: wish.interval_seconds.unwrap_or(INTERVAL),
        size_limit: wish.size_limit.unwrap_or(SIZE_LIMIT),
        enabled: wish.enabled.unwrap_or(true),
    })
}

/// The subscriptions, and how each is doing.
#[utoipa::path(get, path = "/api/v1/subscriptions", tag = "exchange",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = ScheduledList), (status = 400), (status = 403)))]
pub async fn subscriptions(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked
        .node()
        .subscription_page(asked.caller(), wish.after(), wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.subscription.terms.name.clone());
    let scheduled = page.into_iter().map(Scheduled::from).collect();
    answer(StatusCode::OK, &ScheduledList { scheduled, next })
}

/// Makes a subscription, or changes the one of that name; its first run is due at once.
#[utoipa::path(put, path = "/api/v1/subscriptions/{name}", tag = "exchange", request_body = NewSubscriptionView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Scheduled), (status = 403), (status = 422)))]
pub async fn subscription_put(mut asked: Asked) -> Result<Response, Fault> {
    let wish = subscription_wish(&mut asked).await?;
    let made = asked.node().subscription_put(asked.caller(), wish).await?;
    answer(StatusCode::OK, &Scheduled::from(made))
}

/// Shows what a subscription would bring, without taking anything in.
#[utoipa::path(post, path = "/api/v1/subscriptions/{name}/preview", tag = "exchange", request_body = NewSubscriptionView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Object), (status = 403), (status = 422)))]
pub async fn subscription_preview(mut asked: Asked) -> Result<Response, Fault> {
    let wish = subscription_wish(&mut asked).await?;
    answer(
        StatusCode::OK,
        &asked.node().subscription_preview(asked.caller(), &wish).await?,
    )
}

/// Runs a subscription now; the answer says how it went.
#[utoipa::path(post, path = "/api/v1/subscriptions/{name}/run", tag = "exchange",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 409)))]
pub async fn subscription_run(asked: Asked) -> Result<Response, Fault> {
    answer(
        StatusCode::OK,
        &asked
            .node()
            .subscription_run(asked.caller(), asked.param("name"))
            .await?,
    )
}

/// Ends a subscription; what came by it stays.
#[utoipa::path(delete, path = "/api/v1/subscriptions/{name}", tag = "exchange",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn subscription_delete(asked: Asked) -> Result<Response, Fault> {
    asked
        .node()
        .subscription_delete(asked.caller(), asked.param("name"))
        .await?;
    Ok(nothing())
}

/// A peer to be made or changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPeerView {
    /// The address of the collection, or of its server where the settings name the collection.
    pub url: String,
    /// How to get in.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Name or UUID of the member that receives: it gets what it may see, and no more.
    pub member: String,
    /// Alias or UUID of the only community whose objects are pushed.
    pub community: Option<String>,
    /// Seconds between two runs; an hour where nothing is said.
    pub interval_seconds: Option<i64>,
    /// Whether it runs by itself; it does where nothing is said.
    pub enabled: Option<bool>,
}

/// The peers, and how each is doing.
#[utoipa::path(get, path = "/api/v1/peers", tag = "exchange",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = ScheduledList), (status = 400), (status = 403)))]
pub async fn peers(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked.node().peer_page(asked.caller(), wish.after(), wish.limit).await?;
    let next = wish.next(&page, |last| last.peer.terms.name.clone());
    let scheduled = page.into_iter().map(Scheduled::from).collect();
    answer(StatusCode::OK, &ScheduledList { scheduled, next })
}

async fn peer_wish(asked: &mut Asked) -> Result<PeerWish, Fault> {
    administer(asked)?;
    let wish: NewPeerView = json(asked).await?;
    let community = match &wish.community {
        Some(name) => Some(community(asked, name).await?),
        None => None,
    };
    Ok(PeerWish {
        name: asked.param("name").to_owned(),
        url: wish.url,
        settings: wish.settings,
        member: member(asked, &wish.member).await?,
        community,
        interval_seconds: wish.interval_seconds.unwrap_or(INTERVAL),
        enabled: wish.enabled.unwrap_or(true),
    })
}

/// Says what would be pushed to a peer by its first runs. Nothing is kept, and nothing leaves.
#[utoipa::path(post, path = "/api/v1/peers/{name}/preview", tag = "exchange", request_body = NewPeerView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BacklogView), (status = 403), (status = 404), (status = 422)))]
pub async fn peer_preview(mut asked: Asked) -> Result<Response, Fault> {
    let wish = peer_wish(&mut asked).await?;
    let backlog = asked.node().push_preview(asked.caller(), &wish).await?;
    answer(StatusCode::OK, &BacklogView::from(backlog))
}

/// Makes a peer, or changes the one of that name; its first run is due at once.
#[utoipa::path(put, path = "/api/v1/peers/{name}", tag = "exchange", request_body = NewPeerView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Scheduled), (status = 403), (status = 422)))]
pub async fn peer_put(mut asked: Asked) -> Result<Response, Fault> {
    let wish = peer_wish(&mut asked).await?;
    let made = asked.node().peer_put(asked.caller(), wish).await?;
    answer(StatusCode::OK, &Scheduled::from(made))
}

/// Pushes to a peer now; the answer says how it went.
#[utoipa::path(post, path = "/api/v1/peers/{name}/run", tag = "exchange",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 409)))]
pub async fn peer_run(asked: Asked) -> Result<Response, Fault> {
    answer(
        StatusCode::OK,
        &asked.node().push_run(asked.caller(), asked.param("name")).await?,
    )
}

/// What waits to be pushed.
#[derive(Serialize, ToSchema)]
pub struct BacklogView {
    /// Changes that the peer has not got.
    pub waiting: u64,
    /// Whether there are more than were counted.
    pub more: bool,
    /// Since when the first of them waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
}

impl From<Backlog> for BacklogView {
    fn from(backlog: Backlog) -> Self {
        Self {
            waiting: backlog.waiting,
            more: backlog.more,
            oldest: backlog.oldest.map(Timestamp::to_micros_text),
        }
    }
}

/// What waits to be pushed to a peer.
#[utoipa::path(get, path = "/api/v1/peers/{name}/backlog", tag = "exchange",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = BacklogView), (status = 403), (status = 404)))]
pub async fn peer_backlog(asked: Asked) -> Result<Response, Fault> {
    let backlog = asked.node().push_backlog(asked.caller(), asked.param("name")).await?;
    answer(StatusCode::OK, &BacklogView::from(backlog))
}

/// Ends pushing to a peer; what it got stays there.
#[utoipa::path(delete, path = "/api/v1/peers/{name}", tag = "exchange",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn peer_delete(asked: Asked) -> Result<Response, Fault> {
    asked.node().peer_delete(asked.caller(), asked.param("name")).await?;
    Ok(nothing())
}
