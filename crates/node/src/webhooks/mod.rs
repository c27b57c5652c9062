//! Webhooks: a member's program is told by a signed POST what is new and what is due.
//!
//! ```text
//! events of the member ──┐
//! reminders, digests  ───┴─► outbox (store::webhook) ─► sign, POST ─► arrived, or tried again, or given up
//! ```
//!
//! Messages are those of Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`
//! over all three with the body, by a secret that is shown once and kept sealed. They say that there is something, and never
//! what an item says. Where they may go is the operator's decision ([`Rules`]): over TLS, to no address of this network,
//! and to no other place than was named, whatever the other side answers.

mod gather;
mod post;

use policy::{Action, MemberId, decide};
use serde::Serialize;
use stix::Timestamp;
use store::{MessageOut, NewMessageOut, NewWebhook, Webhook};
use uuid::Uuid;

use crate::accounts::{Caller, is_network};
use crate::error::{Error, bad};
use crate::events::EventKind;
use crate::node::Node;

pub(crate) use gather::{rungs, saved_search_message};
pub use post::PostReport;

/// Webhooks of one member.
const WEBHOOKS_MOST: usize = 10;
/// Bytes of an address.
const ADDRESS_MOST: usize = 2_000;
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;
/// The most hours for which the secret before the present one counts.
pub const OVERLAP_MOST_HOURS: u32 = 168;
/// What a secret begins with.
const SECRET_PREFIX: &str = "whsec_";

/// A reminder of a commitment, by its escalation.
pub const REMINDER: &str = "reminder";
/// What is owed, once a day.
pub const DIGEST: &str = "digest";
/// Something new for a search that somebody of the member saved.
pub const SEARCH: &str = "search";
/// A message to try an address with.
pub const TEST: &str = "test";

/// Which addresses may be posted to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether http may be used where https is not.
    pub http: bool,
    /// Networks of this house that may be posted to; public addresses always may.
    pub networks: Vec<String>,
}

impl Rules {
    /// Says what of them cannot be used.
    ///
    /// # Errors
    /// Names the network that is none.
    pub fn check(&self) -> Result<(), String> {
        match self.networks.iter().find(|text| !is_network(text)) {
            None => Ok(()),
            Some(text) => Err(format!("'{text}' is no network: write it like 10.1.0.0/16")),
        }
    }
}

/// A webhook to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookWish {
    /// Where messages go.
    pub url: String,
    /// Of which kinds: those of events, `reminder`, `digest`, `search`; all where none is named.
    pub kinds: Vec<String>,
}

/// A webhook as it is shown: its state, and not its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookShown {
    /// The webhook.
    pub hook: Webhook,
    /// Messages that wait to be posted.
    pub waiting: i64,
}

/// Every kind of message, in the order of what happens most.
pub fn kinds() -> Vec<&'static str> {
    let events = EventKind::ALL.into_iter().map(EventKind::as_str);
    events.chain([REMINDER, DIGEST, SEARCH]).collect()
}

/// A message as Standard Webhooks writes it.
#[derive(Serialize)]
struct Written<T> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    data: T,
}

fn written<T: Serialize>(kind: &str, at: Timestamp, data: T) -> Result<String, Error> {
    let written = Written {
        kind: kind.to_owned(),
        timestamp: at.to_micros_text(),
        data,
    };
    serde_json::to_string(&written).map_err(|error| Error::Ours(format!("a message could not be written: {error}")))
}

fn absent() -> Error {
    Error::NotFound("there is no such webhook, or it is not open to you".to_owned())
}

fn checked_kinds(kinds: Vec<String>) -> Result<Vec<String>, Error> {
    let known = self::kinds();
    if kinds.is_empty() {
        return Ok(known.into_iter().map(str::to_owned).collect());
    }
    match kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        Some(kind) => {
            let kind: String = kind.chars().take(64).collect();
            let help = format!("there are: {}", known.join(", "));
            Err(bad("bad-kind", format!("there are no messages '{kind}'"), &help))
        }
        None => {
            let mut kinds = kinds;
            kinds.sort();
            kinds.dedup();
            Ok(kinds)
        }
    }
}

/// For whom a caller manages webhooks: their own member, as its coordinator.
fn own(caller: &Caller) -> Result<MemberId, Error> {
    let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
    decide(&caller.principal, Action::ActFor(member)).map_err(|refusal| Error::refused(refusal, ""))?;
    Ok(member)
}

impl Node {
    async fn own_webhook(&self, caller: &Caller, uuid: Uuid) -> Result<Webhook, Error> {
        let member = own(caller)?;
        let found = self.store().webhook_get(uuid).await?;
        found.filter(|hook| hook.terms.member == member).ok_or_else(absent)
    }

    /// Makes a webhook of the caller's member; gives its secret, which is shown this once. It is told of what comes from now
    /// on.
    ///
    /// # Errors
    /// When the caller may not, the address may not be posted to, or there are too many.
    pub async fn webhook_make(&self, caller: &Caller, wish: WebhookWish) -> Result<(String, WebhookShown), Error> {
        let member = own(caller)?;
        let url = post::checked_address(&self.settings().webhooks, &wish.url)?;
        if wish.url.len() > ADDRESS_MOST {
            return Err(bad("bad-url", "the address is too long", "use a shorter one"));
        }
        let kinds = checked_kinds(wish.kinds)?;
        let there = self.store().webhook_list(member, None, WEBHOOKS_MOST).await?;
        if there.len() >= WEBHOOKS_MOST {
            return Err(Error::Conflict(format!(
                "a member has {WEBHOOKS_MOST} webhooks at the most"
            )));
        }
        let secret: [u8; SECRET_BYTES] = self.random();
        let uuid = self.fresh_uuid();
        let new = NewWebhook {
            uuid,
            member,
            url: url.to_string(),
            kinds,
            sealed: self.seal_secret(uuid, &secret)?,
            place: self.store().news_place().await?,
        };
        let hook = self.store().webhook_put(&caller.principal, new).await?;
        Ok((post::secret_text(&secret), WebhookShown { hook, waiting: 0 }))
    }

    fn seal_secret(&self, uuid: Uuid, secret: &[u8]) -> Result<Vec<u8>, Error> {
        let none = || Error::Unavailable("this node has no key to seal the secrets of webhooks with".to_owned());
        let seal = self.settings().seal.as_ref().ok_or_else(none)?;
        let sealed = seal.close(self.random(), uuid.as_bytes(), secret);
        sealed.ok_or_else(|| Error::Ours("the secret of a webhook could not be sealed".to_owned()))
    }

    /// The webhooks of the caller's member, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn webhooks(
        &self,
        caller: &Caller,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<WebhookShown>, Error> {
        let member = own(caller)?;
        let mut shown = Vec::new();
        for hook in self.store().webhook_list(member, before, limit).await? {
            let waiting = self.store().webhook_waiting(hook.id).await?;
            shown.push(WebhookShown { hook, waiting });
        }
        Ok(shown)
    }

    /// One webhook of the caller's member.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn webhook(&self, caller: &Caller, uuid: Uuid) -> Result<WebhookShown, Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        let waiting = self.store().webhook_waiting(hook.id).await?;
        Ok(WebhookShown { hook, waiting })
    }

    /// What was posted to it, or waits, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn webhook_messages(
        &self,
        caller: &Caller,
        uuid: Uuid,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<MessageOut>, Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        Ok(self.store().webhook_messages(hook.id, before, limit).await?)
    }

    /// Changes of which kinds it is told, and whether; one that was switched off begins anew, with what waits.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or a kind is not known.
    pub async fn webhook_change(
        &self,
        caller: &Caller,
        uuid: Uuid,
        kinds: Option<Vec<String>>,
        enabled: Option<bool>,
    ) -> Result<WebhookShown, Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        let kinds = kinds.map_or(Ok(hook.terms.kinds), checked_kinds)?;
        let enabled = enabled.unwrap_or(hook.enabled);
        self.store()
            .webhook_change(&caller.principal, uuid, &kinds, enabled)
            .await?;
        self.webhook(caller, uuid).await
    }

    /// Gives a webhook another secret, which is shown this once. For some hours messages carry a signature of each, so that
    /// who verifies them can change over in between.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or it is for too long.
    pub async fn webhook_rotate(
        &self,
        caller: &Caller,
        uuid: Uuid,
        hours: u32,
    ) -> Result<(String, WebhookShown), Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        if hours > OVERLAP_MOST_HOURS {
            let message = format!("two secrets for {hours} hours are not possible");
            let help = format!("choose 0 (the one before ends at once) to {OVERLAP_MOST_HOURS} hours");
            return Err(bad("bad-hours", message, &help));
        }
        let secret: [u8; SECRET_BYTES] = self.random();
        let sealed = self.seal_secret(hook.terms.uuid, &secret)?;
        let until = self.now().plus_micros(i64::from(hours) * 3_600_000_000);
        self.store()
            .webhook_rotate(&caller.principal, uuid, sealed, until)
            .await?;
        Ok((post::secret_text(&secret), self.webhook(caller, uuid).await?))
    }

    /// Takes a webhook away.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn webhook_delete(&self, caller: &Caller, uuid: Uuid) -> Result<(), Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        Ok(self.store().webhook_delete(&caller.principal, hook.terms.uuid).await?)
    }

    /// Puts a message into its outbox that says nothing, to see whether it arrives.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn webhook_test(&self, caller: &Caller, uuid: Uuid) -> Result<(), Error> {
        let hook = self.own_webhook(caller, uuid).await?;
        if !hook.enabled {
            return Err(Error::Conflict(
                "the webhook is switched off; switch it on first".to_owned(),
            ));
        }
        let (now, name) = (self.now(), self.fresh_uuid());
        let message = NewMessageOut {
            uuid: name,
            webhook: hook.id,
            occasion: format!("{TEST} {name}"),
            kind: TEST.to_owned(),
            body: written(TEST, now, serde_json::json!({ "webhook": uuid }))?,
            made: now,
        };
        Ok(self.store().webhook_message_put(&message, None).await?)
    }
}
