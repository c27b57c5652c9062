//! Reports of many systems: a technology company that sees an indicator on millions of machines tells how often, not where.
//!
//! ```text
//! message (an id, and a line for each report) ─► read: added up by indicator ─► gather: what waits is written together
//!                                                                                   │ one transaction a member:
//!                                                                                   │ message ids, counts
//!                                                                                   ▼
//!                                                      store::sighting, from where the member's rules tell of it
//! ```
//!
//! A message is counted once, whoever sends it again: its id is remembered in the transaction that counts it, and the
//! answer comes after the commit. So a sender that got no answer sends the same message again, and a consumer of a
//! broker acknowledges after the answer. Ids are forgotten after [`REMEMBERED_DAYS`].

mod feed;
mod gather;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use policy::{Action, CommunityId, MemberId, decide};
use serde::Serialize;
use stix::{Place, Problem, Timestamp};
use store::{NewHit, NewMessage, SeenValue};

pub use feed::{Feed, FeedCounts, FeedStatus};
pub(crate) use gather::Gather;
pub use read::Refused;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::sightings::{own_member, rule_for, stretch};

/// For how many days the id of a message is remembered.
pub const REMEMBERED_DAYS: i64 = 7;
/// The longest id of a message, in bytes.
pub const MESSAGE_MOST: usize = 200;
/// Identifiers that are named in an answer; the others are counted together under the empty one.
const UNKNOWN_MOST: usize = 100;
/// Ids forgotten in one round.
const FORGOTTEN_AT_ONCE: usize = 10_000;
/// For how long it is kept who would be told of an indicator.
const KEPT_MICROS: i64 = 60_000_000;
/// Indicators for which it is kept.
const KEPT_MOST: usize = 200_000;
const DAY: i64 = 86_400_000_000;

/// What became of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// Whether a message with this id was counted before; then nothing is counted now.
    pub repeated: bool,
    /// Events that were counted.
    pub counted: u64,
    /// Events on what is no indicator that the caller may see, by its identifier.
    pub unknown: BTreeMap<String, u64>,
    /// Lines that could not be read.
    pub refused: u64,
    /// The first of them.
    pub refusals: Vec<Refused>,
}

/// Communities that would be told of an indicator; none where the member sees no such indicator.
type Told = Option<Arc<[Option<CommunityId>]>>;

/// Who would be told of what, for a short while.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<KeptNow>);

#[derive(Debug, Default)]
struct KeptNow {
    generation: i64,
    since: i64,
    told: HashMap<(MemberId, String), Told>,
}

impl Kept {
    /// What is kept of these indicators. Everything is dropped when the rules changed, or with time: what was taken back
    /// is not counted for longer than that.
    fn get<'i>(
        &self,
        member: MemberId,
        generation: i64,
        now: Timestamp,
        indicators: impl Iterator<Item = &'i str>,
    ) -> HashMap<&'i str, Told> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = now.micros().saturating_sub(kept.since) >= KEPT_MICROS || now.micros() < kept.since;
        if kept.generation != generation || is_over || kept.told.len() > KEPT_MOST {
            *kept = KeptNow {
                generation,
                since: now.micros(),
                told: HashMap::new(),
            };
        }
        let mut key = (member, String::new());
        let mut found = HashMap::new();
        for indicator in indicators {
            key.1.clear();
            key.1.push_str(indicator);
            if let Some(told) = kept.told.get(&key) {
                found.insert(indicator, told.clone());
            }
        }
        found
    }

    fn put(&self, member: MemberId, generation: i64, indicator: &str, told: &Told) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation == generation {
            kept.told.insert((member, indicator.to_owned()), told.clone());
        }
    }
}

impl Node {
    /// Counts what a message of the member's own systems reports: lines of JSON, each with an `indicator`, and where
    /// wanted a `time` and a `count`. What is told of it, the member's sighting rules say.
    ///
    /// # Errors
    /// When the caller may not record hits, the id is malformed, or the store does not answer: then nothing was counted, or
    /// it is not known, and the same message can be sent again.
    pub async fn telemetry_record(&self, caller: &Caller, message: &str, body: Bytes) -> Result<Reported, Error> {
        decide(&caller.principal, Action::RecordHits).map_err(|refusal| Error::refused(refusal, ""))?;
        let member = own_member(caller)?;
        check_message(message)?;
        let now = self.now();
        let read = tokio::task::spawn_blocking(move || read::read(&body, now))
            .await
            .map_err(|error| Error::Ours(format!("reading a message ended early: {error}")))?;
        let mut reported = Reported {
            refused: read.refused,
            refusals: read.refusals,
            ..Reported::default()
        };
        let hits = self.hits_of(caller, member, &read.sums, now, &mut reported).await?;
        let message = NewMessage {
            message: message.to_owned(),
            at: now,
            hits,
        };
        if !self.telemetry_gather().count(self.store(), member, message).await? {
            reported = Reported {
                repeated: true,
                ..Reported::default()
            };
        }
        Ok(reported)
    }

    /// The sums as hits for each community that would be told, and in `reported` how many that are.
    async fn hits_of(
        &self,
        caller: &Caller,
        member: MemberId,
        sums: &HashMap<String, read::Sum>,
        now: Timestamp,
        reported: &mut Reported,
    ) -> Result<Vec<NewHit>, Error> {
        let rules = self.store().sighting_rule_list(member).await?;
        let generation = self.store().policy_generation().await?;
        let mut told = self
            .telemetry_kept()
            .get(member, generation, now, sums.keys().map(String::as_str));
        let mut hits = Vec::with_capacity(sums.len());
        for (indicator, sum) in sums {
            if !told.contains_key(indicator.as_str()) {
                let found = self.told_of(caller, indicator).await?.map(Into::into);
                self.telemetry_kept().put(member, generation, indicator, &found);
                told.insert(indicator, found);
            }
            let Some(Some(communities)) = told.get(indicator.as_str()) else {
                let full = reported.unknown.len() >= UNKNOWN_MOST && !reported.unknown.contains_key(indicator);
                let name = if full { "" } else { indicator.as_str() };
                *reported.unknown.entry(name.to_owned()).or_default() += sum.count;
                continue;
            };
            reported.counted += sum.count;
            for community in communities.iter() {
                let rule = rule_for(&rules, *community);
                let (starts, ends) = stretch(&rule, now);
                hits.push(NewHit {
                    uuid: self.fresh_uuid(),
                    indicator: indicator.clone(),
                    community: rule.community,
                    starts,
                    ends,
                    value: SeenValue {
                        value: String::new(),
                        kind: String::new(),
                        source: String::new(),
                        count: i64::try_from(sum.count).unwrap_or(i64::MAX),
                        first: sum.first,
                        last: sum.last,
                    },
                    event: None,
                });
            }
        }
        Ok(hits)
    }

    /// Forgets the ids of messages that are too old to come again; gives how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn telemetry_forget(&self) -> Result<usize, Error> {
        let before = self.now().plus_micros(-REMEMBERED_DAYS * DAY);
        Ok(self.store().counted_messages_forget(before, FORGOTTEN_AT_ONCE).await?)
    }
}

fn check_message(message: &str) -> Result<(), Error> {
    let is_plain = message.bytes().all(|byte| byte.is_ascii_graphic());
    if message.is_empty() || message.len() > MESSAGE_MOST || !is_plain {
        let text = format!("the id of a message has 1 to {MESSAGE_MOST} visible ASCII characters");
        let problem = Problem::error("bad-message-id", Place::default(), text);
        return Err(Error::input(problem.help(
            "draw a UUID for each message, and send the same one when you send it again",
        )));
    }
    Ok(())
}
