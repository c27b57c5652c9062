//! What is due to be told: written into the outbox, once, with a step in the history that says so.

use std::collections::{BTreeSet, HashMap};

use policy::MemberId;
use serde::Serialize;
use stix::Timestamp;
use store::{Addressee, Commitment, MemberKey, NewNotice, NoticeChannel, NoticeWish, Reminded, Webhook};

use super::clock::Clock;
use super::escalation::{People, When, due_notices};
use super::{kinds, local};
use crate::error::Error;
use crate::node::Node;

/// Commitments dealt with together.
const BATCH: usize = 200;
/// The hour (UTC) at which daily digests go out.
const DIGEST_HOUR: i64 = 6;
/// Webhooks of a member that are told.
const HOOKS_MOST: usize = 100;
/// How long notices are kept, in days.
const KEPT_DAYS: i64 = 90;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RemindReport {
    /// Commitments of which somebody was told.
    pub commitments: u64,
    /// Notices that were written.
    pub notices: u64,
    /// Old notices that were forgotten.
    pub forgotten: u64,
}

/// What was looked up in a round, each once.
#[derive(Default)]
struct Known {
    people: HashMap<MemberId, Vec<Addressee>>,
    names: HashMap<MemberId, String>,
    hooks: HashMap<MemberId, Vec<Webhook>>,
}

impl Known {
    async fn learn(&mut self, node: &Node, member: MemberId) -> Result<(), Error> {
        if self.people.contains_key(&member) {
            return Ok(());
        }
        let found = node.store().member_get(MemberKey::Id(member)).await?;
        // Nobody of a suspended member can read what they would be told of.
        let people = match &found {
            Some(found) if found.state.acts() => node.store().addressee_list(member).await?,
            _ => Vec::new(),
        };
        let hooks = match &found {
            Some(found) if found.state.acts() => node.store().webhook_list(member, None, HOOKS_MOST).await?,
            _ => Vec::new(),
        };
        let told = hooks.into_iter().filter(|hook| hook.enabled).collect();
        self.hooks.insert(member, told);
        self.people.insert(member, people);
        self.names
            .insert(member, found.map(|found| found.name).unwrap_or_default());
        Ok(())
    }

    fn people(&self, member: MemberId) -> &[Addressee] {
        self.people.get(&member).map_or(&[], Vec::as_slice)
    }

    /// The webhooks of both sides.
    fn hooks(&self, one: &Commitment) -> Vec<Webhook> {
        let sides = BTreeSet::from([one.terms.owed_by, one.terms.owed_to]);
        let of = |member: MemberId| self.hooks.get(&member).cloned().unwrap_or_default();
        sides.into_iter().flat_map(of).collect()
    }

    fn name(&self, member: MemberId) -> &str {
        self.names.get(&member).map_or("", String::as_str)
    }
}

impl Node {
    /// Writes the notices that are due, and forgets old ones. May be stopped anywhere and run by several at once:
    /// nothing is written twice.
    ///
    /// # Errors
    /// When the store does not answer; what was written stays written.
    pub async fn commitments_due(&self, now: Timestamp) -> Result<RemindReport, Error> {
        let mut report = RemindReport::default();
        let mut known = Known::default();
        loop {
            let due = self.store().commitment_remind(now, BATCH).await?;
            let is_last = due.len() < BATCH;
            if !due.is_empty() {
                let mut told = Vec::with_capacity(due.len());
                for one in &due {
                    known.learn(self, one.terms.owed_by).await?;
                    known.learn(self, one.terms.owed_to).await?;
                    told.extend(self.told(one, &known, now));
                }
                report.notices += told.iter().map(|one| one.notices.len() as u64).sum::<u64>();
                report.commitments += self.store().commitment_reminded(told).await? as u64;
            }
            if is_last {
                break;
            }
        }
        report.forgotten = self
            .store()
            .notice_forget(now.plus_micros(-KEPT_DAYS * DAY), BATCH)
            .await? as u64;
        Ok(report)
    }

    fn told(&self, one: &Commitment, known: &Known, now: Timestamp) -> Option<Reminded> {
        let people = People {
            owing: known.people(one.terms.owed_by),
            owed: known.people(one.terms.owed_to),
        };
        let due = due_notices(one, people, now);
        let notices: Vec<NewNotice> = due
            .told
            .iter()
            .filter(|(person, _)| person.email.is_some() && person.wish != NoticeWish::None)
            .map(|(person, when)| self.notice(one, person, *when, known, now))
            .collect();
        let rungs = crate::webhooks::rungs(due.told.iter().map(|(person, when)| (person.member, when)));
        let messages = self.reminder_messages(one, &rungs, &known.hooks(one), now);
        let words = match (due.told.last(), notices.len()) {
            (None, _) => None,
            (Some((_, when)), 0) => Some(format!("{when}: nobody can be reached by e-mail")),
            (Some((_, when)), 1) => Some(format!("{when}: 1 person")),
            (Some((_, when)), people) => Some(format!("{when}: {people} people")),
        };
        Some(Reminded {
            id: one.id,
            was: one.remind?,
            next: due.next,
            notices,
            messages,
            words,
            at: now,
        })
    }

    fn notice(&self, one: &Commitment, person: &Addressee, when: When, known: &Known, now: Timestamp) -> NewNotice {
        let due = one.due.map_or(0, Timestamp::micros);
        NewNotice {
            uuid: self.fresh_uuid(),
            occasion: format!("{} {due} {when} {}", one.terms.uuid, person.person.0),
            commitment: Some(one.id),
            person: person.person,
            channel: NoticeChannel::Mail,
            subject: subject(one, now),
            body: body(one, known, now),
            next_try: match person.wish {
                NoticeWish::Daily => next_digest(now),
                NoticeWish::AtOnce | NoticeWish::None => now,
            },
        }
    }
}

/// When the next daily digest goes out.
pub(crate) fn next_digest(now: Timestamp) -> Timestamp {
    let since = (now.micros() - DIGEST_HOUR * HOUR).rem_euclid(DAY);
    now.plus_micros(DAY - since)
}

fn what(one: &Commitment) -> &str {
    kinds::kind(&one.terms.kind).map_or(&one.terms.kind, |kind| kind.what)
}

fn due_text(one: &Commitment) -> String {
    let zone = Clock::from_json(&one.terms.clock).map_or_else(|_| super::clock::UTC.to_owned(), |clock| clock.zone);
    one.due.map(|due| local(due, &zone)).unwrap_or_default()
}

fn subject(one: &Commitment, now: Timestamp) -> String {
    let (what, _) = what(one).split_once(':').unwrap_or((what(one), ""));
    let word = if one.is_overdue(now) { "Overdue since" } else { "Due" };
    format!("{word} {}: {what}", due_text(one))
}

/// What an e-mail says of a commitment: what, who, whom, when. Of the item nothing, not even its title: an e-mail is
/// read by whoever runs the servers on its way.
fn body(one: &Commitment, known: &Known, now: Timestamp) -> String {
    let terms = &one.terms;
    let (by, to) = (known.name(terms.owed_by), known.name(terms.owed_to));
    let whom = if terms.owed_by == terms.owed_to {
        String::new()
    } else {
        format!(" to {to}")
    };
    let word = if one.is_overdue(now) { "It was due" } else { "It is due" };
    format!(
        "{by} owes{whom}: to {}.\n{word} {}.\n\nRead it, and say what became of it:\n  commonwatch commitment show {}\n",
        what(one),
        due_text(one),
        terms.uuid
    )
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::next_digest;

    #[test]
    fn a_digest_goes_out_at_six_and_never_now() {
        let digest = |text: &str| next_digest(Timestamp::parse(text).unwrap()).to_string();
        assert_eq!(digest("2026-11-23T05:59:59.999Z"), "2026-11-23T06:00:00.000Z");
        assert_eq!(digest("2026-11-23T06:00:00Z"), "2026-11-24T06:00:00.000Z");
        assert_eq!(digest("2026-11-23T18:00:00Z"), "2026-11-24T06:00:00.000Z");
    }
}
