//! What is to be posted: events, read with the eyes of the member; reminders, written with those of people; digests.

use std::collections::BTreeSet;

use policy::MemberId;
use serde_json::{Value, json};
use stix::Timestamp;
use store::{Commitment, NewMessageOut, Webhook};

use super::{DIGEST, REMINDER, SEARCH, WebhookWish, written};
use crate::accounts::Caller;
use crate::commitments::escalation::When;
use crate::commitments::{ListWish, Side};
use crate::error::Error;
use crate::events::{Event, EventCursor, EventKind, EventWish, Reader, Subject};
use crate::node::Node;

/// Events read for one webhook in a round.
const EVENTS: usize = 100;
/// Messages that may wait for one webhook; events wait in the store meanwhile.
const WAITING_MOST: i64 = 1_000;
/// Commitments of a digest.
const DIGEST_MOST: usize = 100;
/// The hour (UTC) at which digests are made, as by e-mail.
const DIGEST_HOUR: i64 = 6;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl WebhookWish {
    /// Everything, to an address.
    pub fn everything(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            kinds: Vec::new(),
        }
    }
}

fn wants(hook: &Webhook, kind: &str) -> bool {
    hook.terms.kinds.iter().any(|wanted| wanted == kind)
}

/// What an event says, without the item.
fn data(event: Event) -> Value {
    match event.subject {
        Subject::Object { row, why, sighting_of } => {
            let mut object = json!({ "id": row.id, "type": row.object_type, "version": row.version_text });
            if let Some(fields) = object.as_object_mut() {
                fields.extend(why.map(|why| ("why".to_owned(), json!(why))));
                fields.extend(sighting_of.map(|seen| ("sighting_of".to_owned(), json!(seen))));
            }
            json!({ "object": object })
        }
        Subject::Commitment { uuid, kind, what } => {
            json!({ "commitment": { "id": uuid, "kind": kind, "what": what } })
        }
        Subject::Request(uuid) => json!({ "request": uuid }),
    }
}

/// The last time that digests were made by now.
fn digest_day(now: Timestamp) -> Timestamp {
    now.plus_micros(-(now.micros() - DIGEST_HOUR * HOUR).rem_euclid(DAY))
}

impl Node {
    /// Writes what is new for a webhook into its outbox.
    pub(super) async fn webhook_gather(&self, hook: &Webhook, reader: &Reader, now: Timestamp) -> Result<usize, Error> {
        if self.store().webhook_waiting(hook.id).await? >= WAITING_MOST {
            return Ok(0);
        }
        let mut written = self.gather_events(hook, reader, now).await?;
        let day = digest_day(now);
        let since = hook.digested.unwrap_or(hook.created);
        if wants(hook, DIGEST) && since < day {
            self.gather_digest(hook, &reader.caller, day, now).await?;
            written += 1;
        }
        Ok(written)
    }

    async fn gather_events(&self, hook: &Webhook, reader: &Reader, now: Timestamp) -> Result<usize, Error> {
        let wish = EventWish {
            kinds: EventKind::ALL
                .into_iter()
                .filter(|kind| wants(hook, kind.as_str()))
                .collect(),
            objects: false,
            way: "webhook".to_owned(),
            limit: EVENTS,
        };
        let from = EventCursor::from(hook.terms.place);
        // Where the rules moved on meanwhile, the next round looks again.
        let page = self.events(reader, from, &wish).await?;
        let Some(page) = page.filter(|page| page.cursor != from) else {
            return Ok(0);
        };
        let mut messages = Vec::with_capacity(page.events.len());
        for event in page.events {
            let (kind, at) = (event.kind.as_str(), event.at);
            let place = event.cursor.place();
            let occasion = format!(
                "{kind} {} {} {} {}",
                place.object, place.step, place.request, place.answer
            );
            messages.push(NewMessageOut {
                uuid: self.fresh_uuid(),
                webhook: hook.id,
                occasion,
                kind: kind.to_owned(),
                body: written(kind, at, data(event))?,
                made: now,
            });
        }
        self.store()
            .webhook_gather(hook, page.cursor.place(), &messages)
            .await?;
        Ok(messages.len())
    }

    async fn gather_digest(
        &self,
        hook: &Webhook,
        caller: &Caller,
        day: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let wish = ListWish {
            side: Side::Owes,
            limit: DIGEST_MOST,
            ..ListWish::default()
        };
        let list = self.commitments(caller, &wish).await?;
        let owed: Vec<Value> = list
            .commitments
            .iter()
            .map(|one| {
                let terms = &one.commitment.terms;
                json!({
                    "id": terms.uuid, "kind": terms.kind, "overdue": one.overdue,
                    "due": one.commitment.due.map(Timestamp::to_micros_text),
                })
            })
            .collect();
        let overdue = list.commitments.iter().filter(|one| one.overdue).count();
        let data = json!({ "owed": owed, "overdue": overdue, "more": list.next.is_some() });
        let message = NewMessageOut {
            uuid: self.fresh_uuid(),
            webhook: hook.id,
            occasion: format!("{DIGEST} {}", day.to_micros_text()),
            kind: DIGEST.to_owned(),
            body: written(DIGEST, now, data)?,
            made: now,
        };
        Ok(self.store().webhook_message_put(&message, Some(day)).await?)
    }

    /// The messages that go along with what people are told of a commitment: one for each member and rung.
    pub(crate) fn reminder_messages(
        &self,
        one: &Commitment,
        told: &BTreeSet<(MemberId, String)>,
        hooks: &[Webhook],
        now: Timestamp,
    ) -> Vec<NewMessageOut> {
        let due = one.due.map_or(0, Timestamp::micros);
        let mut messages = Vec::new();
        for (member, when) in told {
            let of_member = |hook: &&Webhook| hook.terms.member == *member && wants(hook, REMINDER);
            for hook in hooks.iter().filter(of_member) {
                let data = json!({
                    "commitment": one.terms.uuid, "kind": one.terms.kind, "when": when,
                    "due": one.due.map(Timestamp::to_micros_text), "overdue": one.is_overdue(now),
                    "side": if one.terms.owed_by == *member { "owes" } else { "owed" },
                });
                // What cannot be written as JSON does not occur in it.
                let Ok(body) = written(REMINDER, now, data) else {
                    continue;
                };
                messages.push(NewMessageOut {
                    uuid: self.fresh_uuid(),
                    webhook: hook.id,
                    occasion: format!("{REMINDER} {} {due} {when}", one.terms.uuid),
                    kind: REMINDER.to_owned(),
                    body,
                    made: now,
                });
            }
        }
        messages
    }
}

/// What a webhook is told of something new for a saved search, where it wants it: that there is something.
pub(crate) fn saved_search_message(
    hook: &Webhook,
    search: uuid::Uuid,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    if !hook.enabled || !wants(hook, SEARCH) {
        return Ok(None);
    }
    written(SEARCH, now, json!({ "saved_search": search })).map(Some)
}

/// Whom people told of a commitment act for, and on which rung they were told.
pub(crate) fn rungs<'a>(told: impl Iterator<Item = (MemberId, &'a When)>) -> BTreeSet<(MemberId, String)> {
    told.map(|(member, when)| (member, when.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::digest_day;

    #[test]
    fn a_digest_is_of_six_o_clock() {
        let day = |text: &str| digest_day(Timestamp::parse(text).unwrap()).to_string();
        assert_eq!(day("2026-11-23T05:59:59.999Z"), "2026-11-22T06:00:00.000Z");
        assert_eq!(day("2026-11-23T06:00:00Z"), "2026-11-23T06:00:00.000Z");
        assert_eq!(day("2026-11-23T23:00:00Z"), "2026-11-23T06:00:00.000Z");
    }
}
