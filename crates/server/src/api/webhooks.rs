//! Webhooks of one's own member: where its programs are told what is new, and how that goes.

use axum::response::Response;
use http::StatusCode;
use node::webhooks::{WebhookShown, WebhookWish};
use policy::{Action, MemberId};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::MessageOut;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, must};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// Messages that are shown with a webhook where nothing is said.
const MESSAGES: usize = 50;

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookView {
    /// Its name.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// Of which kinds.
    pub kinds: Vec<String>,
    /// Whether anything is posted.
    pub enabled: bool,
    /// When it was made.
    pub created: String,
    /// Messages that wait to be posted.
    pub waiting: i64,
    /// When a message arrived last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sent: Option<String>,
    /// Since when nothing arrives; absent while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    /// Why the last message did not arrive, or why nothing is posted any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Until when messages are signed with the secret before this one too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_before_until: Option<String>,
    /// The secret that messages are signed with: here, now, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl WebhookView {
    fn new(shown: WebhookShown, secret: Option<String>) -> Self {
        let hook = shown.hook;
        Self {
            id: hook.terms.uuid.to_string(),
            url: hook.terms.url,
            kinds: hook.terms.kinds,
            enabled: hook.enabled,
            created: hook.created.to_micros_text(),
            waiting: shown.waiting,
            last_sent: hook.last_sent.map(Timestamp::to_micros_text),
            failing_since: hook.failing_since.map(Timestamp::to_micros_text),
            last_error: hook.last_error,
            secret_before_until: hook.before.map(|(_, until)| until.to_micros_text()),
            secret,
        }
    }
}

/// Webhooks.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    /// The newest first.
    pub webhooks: Vec<WebhookView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A message, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct MessageView {
    /// Its name, as in the header `webhook-id`.
    pub id: String,
    /// Of which kind.
    pub kind: String,
    /// When it was written.
    pub made: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// When it is tried next; absent once it arrived or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<String>,
    /// Why it did not arrive the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl From<MessageOut> for MessageView {
    fn from(message: MessageOut) -> Self {
        Self {
            id: format!("msg_{}", message.uuid.simple()),
            kind: message.kind,
            made: message.made.to_micros_text(),
            attempts: message.attempts,
            sent: message.sent.map(Timestamp::to_micros_text),
            next_try: message.next_try.map(Timestamp::to_micros_text),
            last_error: message.last_error,
        }
    }
}

/// A webhook with what was posted to it.
#[derive(Serialize, ToSchema)]
pub struct WebhookDetail {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// What was posted, or waits, the newest first.
    pub messages: Vec<MessageView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Refuses before anything is looked up, so that a refusal tells nothing of what is there.
fn may(asked: &Asked) -> Result<(), Fault> {
    let own = asked.caller().principal.member.unwrap_or(MemberId(-1));
    must(asked, Action::ActFor(own))
}

fn uuid(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("webhook")).map_err(|_| Fault::not_found())
}

/// The webhooks of one's own member.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = WebhookList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (limit, before) = (parameters.limit()?, parameters.cursor()?);
    let before = before.map(|position| position.0);
    let found = asked.node().webhooks(asked.caller(), before, limit).await?;
    let next = found
        .last()
        .filter(|_| found.len() == limit)
        .map(|last| last.hook.id.to_string());
    let webhooks = found.into_iter().map(|shown| WebhookView::new(shown, None)).collect();
    answer(StatusCode::OK, &WebhookList { webhooks, next })
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookView {
    /// Where messages go: a public address of https, unless the operator allows others.
    pub url: String,
    /// Of which kinds: those of events (object-added, object-changed, object-removed, sighting, commitment, request,
    /// answer), `reminder` and `digest`; all where none is named.
    #[serde(default)]
    pub kinds: Vec<String>,
}

/// Makes a webhook, whose secret is in this answer and nowhere else. It is told of what comes from now on.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = NewWebhookView,
    responses((status = 201, body = WebhookView), (status = 400), (status = 403), (status = 409), (status = 422)))]
pub async fn make(mut asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    Parameters::read(&asked, &[])?;
    let new: NewWebhookView = json(&mut asked).await?;
    let wish = WebhookWish {
        url: new.url,
        kinds: new.kinds,
    };
    let (secret, shown) = asked.node().webhook_make(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &WebhookView::new(shown, Some(secret)))
}

/// One webhook, with what was posted to it and what waits.
#[utoipa::path(get, path = "/api/v1/webhooks/{webhook}", tag = "webhooks",
    params(
        ("webhook" = String, Path, description = "Its name"),
        ("limit" = Option<usize>, Query, description = "At most so many messages; 50 where nothing is said"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = WebhookDetail), (status = 400), (status = 403), (status = 404)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let limit = match parameters.one("limit")? {
        Some(_) => parameters.limit()?,
        None => MESSAGES,
    };
    let before = parameters.cursor()?.map(|position| position.0);
    let uuid = uuid(&asked)?;
    let shown = asked.node().webhook(asked.caller(), uuid).await?;
    let messages = asked
        .node()
        .webhook_messages(asked.caller(), uuid, before, limit)
        .await?;
    let next = messages
        .last()
        .filter(|_| messages.len() == limit)
        .map(|last| last.id.to_string());
    let view = WebhookDetail {
        webhook: WebhookView::new(shown, None),
        messages: messages.into_iter().map(MessageView::from).collect(),
        next,
    };
    answer(StatusCode::OK, &view)
}

/// What is to be different; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// Of which kinds; all where the list is empty.
    pub kinds: Option<Vec<String>>,
    /// Whether anything is posted.
    pub enabled: Option<bool>,
}

/// Changes of which kinds a webhook is told, and whether; one that was switched off begins anew, with what waits.
#[utoipa::path(patch, path = "/api/v1/webhooks/{webhook}", tag = "webhooks", request_body = WebhookChange,
    params(("webhook" = String, Path, description = "Its name")),
    responses((status = 200, body = WebhookView), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn change(mut asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let change: WebhookChange = json(&mut asked).await?;
    let shown = asked
        .node()
        .webhook_change(asked.caller(), uuid, change.kinds, change.enabled)
        .await?;
    answer(StatusCode::OK, &WebhookView::new(shown, None))
}

/// How the secret of a webhook is changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// For how many hours messages carry a signature of the secret before as well; 0: it ends at once.
    #[serde(default = "a_day")]
    #[schema(minimum = 0, maximum = 168)]
    pub keep_hours: u32,
}

fn a_day() -> u32 {
    24
}

/// Gives a webhook another secret, which is in this answer and nowhere else. For some hours messages carry two signatures.
#[utoipa::path(post, path = "/api/v1/webhooks/{webhook}/secret", tag = "webhooks", request_body = NewSecret,
    params(("webhook" = String, Path, description = "Its name")),
    responses((status = 200, body = WebhookView), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn rotate(mut asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    Parameters::read(&asked, &[])?;
    let uuid = uuid(&asked)?;
    let new: NewSecret = json(&mut asked).await?;
    let (secret, shown) = asked
        .node()
        .webhook_rotate(asked.caller(), uuid, new.keep_hours)
        .await?;
    answer(StatusCode::OK, &WebhookView::new(shown, Some(secret)))
}

/// Takes a webhook away, with what was not posted yet.
#[utoipa::path(delete, path = "/api/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn remove(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    Parameters::read(&asked, &[])?;
    asked.node().webhook_delete(asked.caller(), uuid(&asked)?).await?;
    Ok(nothing())
}

/// Posts a message that says nothing, to see whether it arrives; what became of it is shown with the webhook.
#[utoipa::path(post, path = "/api/v1/webhooks/{webhook}/test", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub async fn test(asked: Asked) -> Result<Response, Fault> {
    may(&asked)?;
    Parameters::read(&asked, &[])?;
    asked.node().webhook_test(asked.caller(), uuid(&asked)?).await?;
    Ok(nothing())
}
