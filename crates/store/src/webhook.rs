//! Webhooks: addresses of a member to which messages are posted; the messages, written once, posted until they arrived or
//! were given up.
//!
//! It has an outbox of its own beside that of notices: a message is for an address of a member and not for a person, and
//! goes out alone and in its own words.

use policy::{MemberId, PersonId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::rule_changed;
use crate::db::Change;
use crate::event::NewsPlace;
use crate::value::{Row, Value, list_text, many};
use crate::{Result, Store};

/// A webhook to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Its name.
    pub uuid: Uuid,
    /// Whose it is.
    pub member: MemberId,
    /// Where messages go.
    pub url: String,
    /// Of which kinds.
    pub kinds: Vec<String>,
    /// The secret that messages are signed with, sealed.
    pub sealed: Vec<u8>,
    /// Where its events begin.
    pub place: NewsPlace,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its number in this store.
    pub id: i64,
    /// What it is.
    pub terms: NewWebhook,
    /// Whether anything is posted.
    pub enabled: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Since when nothing arrived; none while it does.
    pub failing_since: Option<Timestamp>,
    /// Why nothing is posted any more, or why the last message did not arrive.
    pub last_error: Option<String>,
    /// When a message arrived last.
    pub last_sent: Option<Timestamp>,
    /// The day of its last digest.
    pub digested: Option<Timestamp>,
    /// The secret before the present one, sealed, and until when messages are signed with it too.
    pub before: Option<(Vec<u8>, Timestamp)>,
}

/// A message to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessageOut {
    /// Its name.
    pub uuid: Uuid,
    /// To where.
    pub webhook: i64,
    /// What it is about: the same occasion is written once for each webhook.
    pub occasion: String,
    /// Of which kind.
    pub kind: String,
    /// What it says.
    pub body: String,
    /// When it was written, and is to be posted.
    pub made: Timestamp,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageOut {
    /// Its number in this store: the later, the higher.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// To where.
    pub webhook: i64,
    /// Of which kind.
    pub kind: String,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub made: Timestamp,
    /// When it is to be posted; none once it arrived or was given up.
    pub next_try: Option<Timestamp>,
    /// How often that was tried.
    pub attempts: i64,
    /// When it arrived.
    pub sent: Option<Timestamp>,
    /// Why it did not the last time.
    pub last_error: Option<String>,
}

macro_rules! columns {
    () => {
        "id, uuid, member, url, kinds, sealed, at_object, at_step, at_request, at_answer, enabled, created, \
         failing_since, last_error, last_sent, digested, sealed_before, before_until"
    };
}

macro_rules! message_columns {
    () => {
        "id, uuid, webhook, kind, body, made, next_try, attempts, sent, last_error"
    };
}

const PUT: &str = concat!(
    "insert into webhook (uuid, member, url, kinds, sealed, at_object, at_step, at_request, at_answer, enabled, created, \
     by_person) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?11) returning ",
    columns!()
);
const GET: &str = concat!("select ", columns!(), " from webhook where uuid = ?1");
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from webhook where member = ?1 and id < ?2 order by id desc limit ?3"
);
const ENABLED: &str = concat!(
    "select ",
    columns!(),
    " from webhook where enabled = 1 and id > ?1 order by id limit ?2"
);
const CHANGE: &str = "update webhook set kinds = ?2, enabled = ?3, failing_since = null, last_error = null where uuid = ?1 \
                      returning id";
const ROTATE: &str =
    "update webhook set sealed_before = sealed, before_until = ?3, sealed = ?2 where uuid = ?1 returning id";
const FORGET_SECRETS: &str = "update webhook set sealed_before = null, before_until = null where before_until <= ?1";
const DELETE_MESSAGES: &str = "delete from webhook_message where webhook in (select id from webhook where uuid = ?1)";
const DELETE: &str = "delete from webhook where uuid = ?1 returning id";
const MOVE: &str = "update webhook set at_object = ?2, at_step = ?3, at_request = ?4, at_answer = ?5 where id = ?1 \
                    and at_object = ?6 and at_step = ?7 and at_request = ?8 and at_answer = ?9 returning id";
const DIGESTED: &str = "update webhook set digested = ?2 where id = ?1";
const PUT_MESSAGE: &str = "insert into webhook_message (uuid, webhook, occasion, kind, body, made, next_try, attempts) \
                           values (?1, ?2, ?3, ?4, ?5, ?6, ?6, 0) on conflict (webhook, occasion) do nothing";
const WAITING: &str = "select count(*) from webhook_message where webhook = ?1 and next_try is not null";
const DUE: &str = concat!(
    "select ",
    message_columns!(),
    " from webhook_message where webhook = ?1 and next_try <= ?2 order by next_try, id limit ?3"
);
const CLAIM: &str = "update webhook_message set attempts = attempts + 1, next_try = ?3 where id = ?1 and next_try = ?2 \
                     returning id";
const SENT: &str = "update webhook_message set sent = ?2, next_try = null, last_error = null where id = ?1";
const WORKS: &str = "update webhook set failing_since = null, last_error = null, last_sent = ?2 where id = ?1";
const FAILED: &str = "update webhook_message set next_try = ?2, last_error = ?3 where id = ?1 and sent is null";
const FAILS: &str = "update webhook set failing_since = coalesce(failing_since, ?2), last_error = ?3 where id = ?1";
const DISABLE: &str = "update webhook set enabled = 0, last_error = ?2 where id = ?1";
const MESSAGES: &str = concat!(
    "select ",
    message_columns!(),
    " from webhook_message where webhook = ?1 and id < ?2 order by id desc limit ?3"
);
const FORGET: &str = "delete from webhook_message where id in (select id from webhook_message where made < ?1 \
                      order by made limit ?2) returning id";

fn webhook(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.int(0)?,
        terms: NewWebhook {
            uuid: row.uuid(1)?,
            member: MemberId(row.int(2)?),
            url: row.text(3)?,
            kinds: row.list(4)?,
            sealed: row.bytes(5)?.to_vec(),
            place: NewsPlace {
                object: row.int(6)?,
                step: row.int(7)?,
                request: row.int(8)?,
                answer: row.int(9)?,
            },
        },
        enabled: row.flag(10)?,
        created: row.time(11)?,
        failing_since: row.maybe_time(12)?,
        last_error: row.maybe_text(13)?,
        last_sent: row.maybe_time(14)?,
        digested: row.maybe_time(15)?,
        before: row.maybe_bytes(16)?.zip(row.maybe_time(17)?),
    })
}

fn message(row: &Row) -> Result<MessageOut> {
    Ok(MessageOut {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        webhook: row.int(2)?,
        kind: row.text(3)?,
        body: row.text(4)?,
        made: row.time(5)?,
        next_try: row.maybe_time(6)?,
        attempts: row.int(7)?,
        sent: row.maybe_time(8)?,
        last_error: row.maybe_text(9)?,
    })
}

/// The statement that writes a message, unless its occasion was written.
pub(crate) fn message_row(new: &NewMessageOut) -> (&'static str, Vec<Value>) {
    let row = vec![
        new.uuid.into(),
        new.webhook.into(),
        (&new.occasion).into(),
        (&new.kind).into(),
        (&new.body).into(),
        new.made.into(),
    ];
    (PUT_MESSAGE, row)
}

impl Store {
    /// Makes a webhook. The ledger says that there is one, and not where.
    pub async fn webhook_put(&self, actor: &Principal, new: NewWebhook) -> Result<Webhook> {
        let by: Option<PersonId> = actor.person;
        let row = vec![
            new.uuid.into(),
            new.member.into(),
            (&new.url).into(),
            list_text(&new.kinds).into(),
            new.sealed.into(),
            new.place.object.into(),
            new.place.step.into(),
            new.place.request.into(),
            new.place.answer.into(),
            self.now().into(),
            by.into(),
        ];
        let subject = serde_json::json!({ "webhook": new.uuid, "kinds": new.kinds });
        let change = Change::new().with(PUT, row);
        let rows = self
            .change(change.entry(rule_changed(actor, "webhook made", subject)))
            .await?;
        webhook(crate::account::given(&rows, 0)?)
    }

    /// One webhook. Whose it is, is for the caller to look at.
    pub async fn webhook_get(&self, uuid: Uuid) -> Result<Option<Webhook>> {
        self.row(GET, vec![uuid.into()], webhook).await
    }

    /// The webhooks of a member, the newest first, strictly before a number.
    pub async fn webhook_list(&self, member: MemberId, before: Option<i64>, limit: usize) -> Result<Vec<Webhook>> {
        let values = vec![member.into(), before.unwrap_or(i64::MAX).into(), many(limit).into()];
        self.list(LIST, values, webhook).await
    }

    /// Webhooks to which something is posted, everybody's, strictly after a number.
    pub async fn webhook_enabled(&self, after: i64, limit: usize) -> Result<Vec<Webhook>> {
        self.list(ENABLED, vec![after.into(), many(limit).into()], webhook)
            .await
    }

    /// Changes what is posted to a webhook, and whether.
    pub async fn webhook_change(&self, actor: &Principal, uuid: Uuid, kinds: &[String], enabled: bool) -> Result<()> {
        let row = vec![uuid.into(), list_text(kinds).into(), enabled.into()];
        let subject = serde_json::json!({ "webhook": uuid, "kinds": kinds, "enabled": enabled });
        let change = Change::new().must(CHANGE, row, "there is no such webhook");
        let entry = rule_changed(actor, "webhook changed", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Gives a webhook another secret; messages are signed with the one before too until an instant.
    pub async fn webhook_rotate(&self, actor: &Principal, uuid: Uuid, sealed: Vec<u8>, until: Timestamp) -> Result<()> {
        let row = vec![uuid.into(), sealed.into(), until.into()];
        let change = Change::new().must(ROTATE, row, "there is no such webhook");
        let entry = rule_changed(actor, "webhook secret changed", serde_json::json!({ "webhook": uuid }));
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Forgets secrets that nothing is signed with any more.
    pub async fn webhook_secrets_forget(&self, now: Timestamp) -> Result<()> {
        let change = Change::new().with(FORGET_SECRETS, vec![now.into()]);
        self.change(change).await.map(drop)
    }

    /// Takes a webhook away, with what was not posted yet.
    pub async fn webhook_delete(&self, actor: &Principal, uuid: Uuid) -> Result<()> {
        let change = Change::new().with(DELETE_MESSAGES, vec![uuid.into()]).must(
            DELETE,
            vec![uuid.into()],
            "there is no such webhook",
        );
        let entry = rule_changed(actor, "webhook deleted", serde_json::json!({ "webhook": uuid }));
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Writes messages of events and moves the webhook on to where they end, unless somebody else did so meanwhile.
    pub async fn webhook_gather(&self, hook: &Webhook, to: NewsPlace, messages: &[NewMessageOut]) -> Result<()> {
        let was = hook.terms.place;
        let numbers = [
            to.object,
            to.step,
            to.request,
            to.answer,
            was.object,
            was.step,
            was.request,
            was.answer,
        ];
        let mut row: Vec<Value> = vec![hook.id.into()];
        row.extend(numbers.map(Value::from));
        let mut change = Change::new().must(MOVE, row, "somebody else wrote these messages");
        for new in messages {
            let (sql, row) = message_row(new);
            change = change.with(sql, row);
        }
        match self.change(change).await {
            Err(error) if error.kind() == crate::ErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    /// Writes one message; with a day, the digest of that day.
    pub async fn webhook_message_put(&self, new: &NewMessageOut, day: Option<Timestamp>) -> Result<()> {
        let (sql, row) = message_row(new);
        let mut change = Change::new().with(sql, row);
        if let Some(day) = day {
            change = change.with(DIGESTED, vec![new.webhook.into(), day.into()]);
        }
        self.change(change).await.map(drop)
    }

    /// How many messages of a webhook wait.
    pub async fn webhook_waiting(&self, webhook: i64) -> Result<i64> {
        Ok(self
            .row(WAITING, vec![webhook.into()], |row| row.int(0))
            .await?
            .unwrap_or_default())
    }

    /// Messages of a webhook that are to be posted by now, the longest due first.
    pub async fn webhook_due(&self, webhook: i64, now: Timestamp, limit: usize) -> Result<Vec<MessageOut>> {
        let values = vec![webhook.into(), now.into(), many(limit).into()];
        self.list(DUE, values, message).await
    }

    /// Takes a message in hand until an instant, when it is tried again if nothing is heard of it; says whether nobody else
    /// did.
    pub async fn webhook_claim(&self, message: &MessageOut, until: Timestamp) -> Result<bool> {
        let row = vec![message.id.into(), message.next_try.into(), until.into()];
        let rows = self.change(Change::new().with(CLAIM, row)).await?;
        Ok(rows.first().is_some_and(|rows| !rows.is_empty()))
    }

    /// Notes that a message arrived.
    pub async fn webhook_sent(&self, message: &MessageOut, at: Timestamp) -> Result<()> {
        let change = Change::new()
            .with(SENT, vec![message.id.into(), at.into()])
            .with(WORKS, vec![message.webhook.into(), at.into()]);
        self.change(change).await.map(drop)
    }

    /// Notes why a message did not arrive, and when it is tried again; with no time it is given up.
    pub async fn webhook_failed(
        &self,
        message: &MessageOut,
        why: &str,
        at: Timestamp,
        next_try: Option<Timestamp>,
    ) -> Result<()> {
        let change = Change::new()
            .with(FAILED, vec![message.id.into(), next_try.into(), why.into()])
            .with(FAILS, vec![message.webhook.into(), at.into(), why.into()]);
        self.change(change).await.map(drop)
    }

    /// Gives a message up for a reason that is not the address's.
    pub async fn webhook_message_drop(&self, message: &MessageOut, why: &str) -> Result<()> {
        let no_time: Option<Timestamp> = None;
        let row = vec![message.id.into(), no_time.into(), why.into()];
        self.change(Change::new().with(FAILED, row)).await.map(drop)
    }

    /// Posts nothing any more, and says why.
    pub async fn webhook_disable(&self, webhook: i64, why: &str) -> Result<()> {
        let change = Change::new().with(DISABLE, vec![webhook.into(), why.into()]);
        self.change(change).await.map(drop)
    }

    /// The messages of a webhook, the newest first, strictly before a number.
    pub async fn webhook_messages(&self, webhook: i64, before: Option<i64>, limit: usize) -> Result<Vec<MessageOut>> {
        let values = vec![webhook.into(), before.unwrap_or(i64::MAX).into(), many(limit).into()];
        self.list(MESSAGES, values, message).await
    }

    /// Forgets up to `limit` messages that were written before an instant, posted or not; gives how many.
    pub async fn webhook_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let change = Change::new().with(FORGET, vec![before.into(), many(limit).into()]);
        Ok(self.change(change).await?.first().map_or(0, Vec::len))
    }
}
