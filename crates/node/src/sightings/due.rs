//! What is due: stretches that are over are closed, decided by the rule, and told.

use std::collections::{BTreeMap, HashMap};

use policy::{MemberId, Role};
use serde::Serialize;
use serde_json::{Value, json};
use stix::Timestamp;
use store::{Member, MemberKey, Seen, SeenState, SightingForm, SightingRule};

use super::destination::{Destination, destinations};
use super::make;
use super::rules::rule_for;
use crate::accounts::Caller;
use crate::error::Error;
use crate::intake::{ItemState, Report, ShareRequest};
use crate::node::Node;

/// Stretches dealt with together.
const BATCH: usize = 200;
/// How long an answer is waited for, in days.
pub(super) const ANSWER_DAYS: i64 = 14;
/// How long a member's record of what is done with is kept, in days.
const KEPT_DAYS: i64 = 90;
/// Notes kept of one round.
const MOST_NOTES: usize = 20;
const DAY: i64 = 86_400_000_000;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DueReport {
    /// Stretches that were over.
    pub closed: u64,
    /// Sightings that were shared.
    pub told: u64,
    /// Stretches that wait for an answer now.
    pub waiting: u64,
    /// Stretches that stay at home.
    pub kept: u64,
    /// Sightings that the intake refused.
    pub refused: u64,
    /// Stretches that nobody answered for in time.
    pub lapsed: u64,
    /// Old stretches that were forgotten.
    pub forgotten: u64,
    /// The first refusals, with their reasons.
    pub notes: Vec<String>,
}

impl DueReport {
    /// Takes note of what became of a stretch.
    fn settled(&mut self, seen: &Seen) {
        match seen.state {
            SeenState::Told => self.told += 1,
            SeenState::Waiting => self.waiting += 1,
            SeenState::Kept => self.kept += 1,
            SeenState::Refused => {
                self.refused += 1;
                if self.notes.len() < MOST_NOTES {
                    let reason = seen.reason.as_deref().unwrap_or_default();
                    self.notes.push(format!("{}: {reason}", seen.indicator));
                }
            }
            _ => {}
        }
    }
}

/// A member for whom something is told: as the rules and its membership are now.
pub(super) struct Teller {
    pub caller: Caller,
    pub member: Member,
    pub rules: Vec<SightingRule>,
}

/// The members of one round, each looked up once.
#[derive(Default)]
struct Tellers(HashMap<MemberId, Option<Teller>>);

impl Tellers {
    async fn of(&mut self, node: &Node, member: MemberId) -> Result<Option<&Teller>, Error> {
        if let std::collections::hash_map::Entry::Vacant(place) = self.0.entry(member) {
            place.insert(node.teller(member).await?);
        }
        Ok(self.0.get(&member).and_then(Option::as_ref))
    }
}

/// Objects that go to one destination together, in one name or none.
type Groups = BTreeMap<(MemberId, Destination, bool), Vec<(usize, Vec<Value>)>>;

impl Node {
    /// Closes the stretches that are over, decides by each member's rules, shares what is to be told, and lets lapse and
    /// forgets what is old. May be stopped anywhere and run by several at once: nothing is told twice.
    ///
    /// # Errors
    /// When the store does not answer; what was decided so far stays decided.
    pub async fn sightings_due(&self, now: Timestamp) -> Result<DueReport, Error> {
        let mut report = DueReport::default();
        // What came before a stretch is over belongs to it.
        self.telemetry_add().await?;
        loop {
            let closed = self.store().seen_close(now, BATCH).await?;
            report.closed += closed as u64;
            if closed < BATCH {
                break;
            }
        }
        self.decide_closed(now, &mut report).await?;
        self.tell_confirmed(now, &mut report).await?;
        let before = |days: i64| now.plus_micros(-days * DAY);
        report.lapsed = self.store().seen_lapse(before(ANSWER_DAYS), now, 10 * BATCH).await? as u64;
        report.forgotten = self.store().seen_forget(before(KEPT_DAYS), 10 * BATCH).await? as u64;
        Ok(report)
    }

    /// A member as the one who tells: no person, no more than its membership allows. None where it may not act.
    pub(super) async fn teller(&self, member: MemberId) -> Result<Option<Teller>, Error> {
        let mut principal = self.store().principal_of_member(member).await?;
        let found = self.store().member_get(MemberKey::Id(member)).await?;
        let (Some(found), true) = (found, principal.member.is_some()) else {
            return Ok(None);
        };
        principal.role = Some(Role::Contributor);
        principal.read_only = false;
        Ok(Some(Teller {
            caller: Caller::new(principal, "sightings"),
            member: found,
            rules: self.store().sighting_rule_list(member).await?,
        }))
    }

    /// To whom a stretch may be told now.
    pub(super) async fn destinations_of(&self, teller: &Teller, seen: &Seen) -> Result<Vec<Destination>, Error> {
        let viewer = self.viewer(&teller.caller).await?;
        let details = self.store().object_get(&viewer, &seen.indicator).await?;
        let audiences = details.iter().map(|detail| &detail.audience);
        let mut found = destinations(audiences, &teller.caller.principal);
        found.retain(|destination| destination.community == seen.community);
        Ok(found)
    }

    async fn decide_closed(&self, now: Timestamp, report: &mut DueReport) -> Result<(), Error> {
        let mut tellers = Tellers::default();
        let mut after = 0;
        loop {
            let mut batch = self.store().seen_in_state(SeenState::Closed, after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = last.id;
            for seen in &mut batch {
                let teller = tellers.of(self, seen.member).await?;
                let told = match teller {
                    Some(teller) => !self.destinations_of(teller, seen).await?.is_empty(),
                    None => false,
                };
                let rule = teller.map(|teller| rule_for(&teller.rules, seen.community));
                decide_one(seen, rule.filter(|_| told));
                seen.settled = Some(now);
                report.settled(seen);
            }
            self.store().seen_settle(SeenState::Closed, &batch).await?;
        }
    }

    async fn tell_confirmed(&self, now: Timestamp, report: &mut DueReport) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let batch = self.store().seen_in_state(SeenState::Confirmed, after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = last.id;
            for seen in self.tell(batch, now).await? {
                report.settled(&seen);
            }
        }
    }

    /// Shares what is confirmed, and writes down what became of it.
    pub(super) async fn tell(&self, mut batch: Vec<Seen>, now: Timestamp) -> Result<Vec<Seen>, Error> {
        let mut tellers = Tellers::default();
        let mut groups = Groups::new();
        for (place, seen) in batch.iter_mut().enumerate() {
            seen.settled = Some(now);
            seen.state = SeenState::Kept;
            seen.reason = Some("there is nobody left who may be told".to_owned());
            let form = seen.form.unwrap_or(SightingForm::Never);
            let teller = tellers.of(self, seen.member).await?;
            let Some(teller) = teller.filter(|_| form != SightingForm::Never) else {
                continue;
            };
            let withheld = form != SightingForm::Full;
            for destination in self.destinations_of(teller, seen).await? {
                let objects = make::sighting(seen, form, &teller.member, &destination);
                let group = groups.entry((seen.member, destination, withheld)).or_default();
                group.push((place, objects));
            }
        }
        for ((member, destination, withheld), group) in groups {
            let Some(teller) = tellers.of(self, member).await? else {
                continue;
            };
            let places: Vec<usize> = group.iter().map(|(place, _)| *place).collect();
            let objects: Vec<Value> = group.into_iter().flat_map(|(_, objects)| objects).collect();
            let shared = self.share_made(teller, &destination, withheld, objects).await;
            for place in places {
                let Some(seen) = batch.get_mut(place) else { continue };
                match outcome(&shared, seen)? {
                    None => (seen.state, seen.reason) = (SeenState::Told, None),
                    Some(_) if seen.state == SeenState::Told => {}
                    Some(why) => (seen.state, seen.reason) = (SeenState::Refused, Some(why)),
                }
            }
        }
        self.store().seen_settle(SeenState::Confirmed, &batch).await?;
        Ok(batch)
    }

    async fn share_made(
        &self,
        teller: &Teller,
        destination: &Destination,
        withheld: bool,
        mut objects: Vec<Value>,
    ) -> Result<Report, Error> {
        let viewer = self.viewer(&teller.caller).await?;
        // Who is named should be known by name.
        if !withheld && !self.store().object_exists(&viewer, &teller.member.identity).await? {
            objects.insert(0, make::organisation(&teller.member, destination));
        }
        let request = ShareRequest {
            channel: "sighting".to_owned(),
            name: None,
            handling: destination.handling(withheld),
            list_items: true,
        };
        let body = json!({ "objects": objects }).to_string();
        self.share_bytes(&teller.caller, request, body).await
    }
}

/// What the rule makes of a stretch that is over; without a rule there is nobody who may be told.
fn decide_one(seen: &mut Seen, rule: Option<SightingRule>) {
    let keep = |seen: &mut Seen, why: &str| {
        seen.state = SeenState::Kept;
        seen.reason = Some(why.to_owned());
    };
    match rule {
        None => keep(seen, "there is nobody who may be told"),
        Some(rule) if rule.form == SightingForm::Never => keep(seen, "the rule says never"),
        Some(rule) => {
            seen.form = Some(rule.form);
            seen.state = if rule.asks {
                SeenState::Waiting
            } else {
                SeenState::Confirmed
            };
        }
    }
}

/// Why a sighting was not taken; none where it was. What may work later is no refusal.
fn outcome(shared: &Result<Report, Error>, seen: &Seen) -> Result<Option<String>, Error> {
    let report = match shared {
        Ok(report) => report,
        Err(Error::Unavailable(why)) => return Err(Error::Unavailable(why.clone())),
        Err(Error::Ours(why)) => return Err(Error::Ours(why.clone())),
        Err(refusal) => return Ok(Some(refusal.to_string())),
    };
    let id = format!("sighting--{}", seen.uuid);
    let item = report.items.iter().find(|item| item.id.as_deref() == Some(&*id));
    Ok(match item.map(|item| &item.state) {
        Some(ItemState::Accepted | ItemState::Unchanged) => None,
        Some(ItemState::Refused { problem }) => Some(problem.to_string()),
        None => Some("the intake said nothing of it".to_owned()),
    })
}
