//! Reports of many systems: a technology company that sees an indicator on millions of machines tells how often, not where.
//!
//! ```text
//! message (an id, and a line for each report) ─► read: added up by indicator ─► gather: what waits is written together
//!                                                                                   │ one transaction a member:
//!                                                                                   │ a row for each message
//!                                                                                   ▼
//!                 store::sighting, from where the member's rules tell of it ◄─ add: many messages added up
//! ```
//!
//! A message is counted once, whoever sends it again: its id is remembered in the transaction that counts it, and the
//! answer comes after the commit. So a sender that got no answer sends the same message again, and a consumer of a
//! broker acknowledges after the answer. Ids are forgotten after [`REMEMBERED_DAYS`].

mod add;
mod feed;
mod gather;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use policy::{Action, CommunityId, MemberId, decide};
use serde::Serialize;
use stix::{Place, Problem, Timestamp};
use store::{NewMessage, ReportSum};

pub use feed::{Feed, FeedCounts, FeedStatus};
pub(crate) use gather::Gather;
pub use read::Refused;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::sightings::own_member;

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
pub(crate) struct Kept {
    now: Mutex<KeptNow>,
    /// Whoever finds something missing reads it for all who wait for the same.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct KeptNow {
    generation: i64,
    told: HashMap<MemberId, HashMap<String, KeptTold>>,
    many: usize,
}

#[derive(Clone, Debug)]
struct KeptTold {
    told: Told,
    until: i64,
}

impl Kept {
    /// What is kept of these indicators; the others in `missing`. Everything is dropped when the rules changed, and each
    /// with time: what was taken back is not counted for longer than that.
    fn get<'i>(
        &self,
        member: MemberId,
        generation: i64,
        now: Timestamp,
        indicators: impl Iterator<Item = &'i String>,
        missing: &mut Vec<&'i String>,
    ) -> HashMap<&'i str, Told> {
        let mut kept = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation || kept.many > KEPT_MOST {
            *kept = KeptNow {
                generation,
                ..KeptNow::default()
            };
        }
        let of_member = kept.told.get(&member);
        let mut found = HashMap::new();
        for indicator in indicators {
            let there = of_member.and_then(|told| told.get(indicator));
            match there.filter(|there| now.micros() < there.until && there.until <= now.micros() + 2 * KEPT_MICROS) {
                Some(there) => {
                    found.insert(indicator.as_str(), there.told.clone());
                }
                None => missing.push(indicator),
            }
        }
        found
    }

    /// Each is kept for one to two of [`KEPT_MICROS`], so that not all are read again at once.
    fn put(&self, member: MemberId, generation: i64, now: Timestamp, told: impl Iterator<Item = (String, Told)>) {
        let mut kept = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation {
            return;
        }
        let mut added = 0;
        let of_member = kept.told.entry(member).or_default();
        for (indicator, told) in told {
            let mut hasher = std::hash::DefaultHasher::new();
            indicator.hash(&mut hasher);
            let spread = i64::try_from(hasher.finish() % KEPT_MICROS.unsigned_abs()).unwrap_or_default();
            let until = now.micros() + KEPT_MICROS + spread;
            added += usize::from(of_member.insert(indicator, KeptTold { told, until }).is_none());
        }
        kept.many += added;
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
        let sums = self.sums_of(caller, member, read.sums, now, &mut reported).await?;
        let message = NewMessage {
            message: message.to_owned(),
            at: now,
            sums,
        };
        if !self.telemetry_gather().count(self.store(), member, message).await? {
            reported = Reported {
                repeated: true,
                ..Reported::default()
            };
        }
        Ok(reported)
    }

    /// The sums of indicators that the caller sees, and in `reported` how many events that are.
    async fn sums_of(
        &self,
        caller: &Caller,
        member: MemberId,
        sums: HashMap<String, read::Sum>,
        now: Timestamp,
        reported: &mut Reported,
    ) -> Result<Vec<ReportSum>, Error> {
        let told = self.told_of_all(caller, member, sums.keys(), now).await?;
        let mut counted = Vec::with_capacity(sums.len());
        for (indicator, sum) in &sums {
            let Some(Some(communities)) = told.get(indicator.as_str()) else {
                let full = reported.unknown.len() >= UNKNOWN_MOST && !reported.unknown.contains_key(indicator);
                let name = if full { "" } else { indicator.as_str() };
                *reported.unknown.entry(name.to_owned()).or_default() += sum.count;
                continue;
            };
            reported.counted += sum.count;
            counted.push(ReportSum {
                indicator: indicator.clone(),
                communities: communities.to_vec(),
                count: sum.count,
                first: sum.first,
                last: sum.last,
            });
        }
        Ok(counted)
    }

    /// Who would be told of each indicator, as it is kept, else from the store.
    async fn told_of_all<'i>(
        &self,
        caller: &Caller,
        member: MemberId,
        indicators: impl Iterator<Item = &'i String> + Clone,
        now: Timestamp,
    ) -> Result<HashMap<&'i str, Told>, Error> {
        let generation = self.store().policy_generation().await?;
        let kept = self.telemetry_kept();
        let mut missing = Vec::new();
        let told = kept.get(member, generation, now, indicators.clone(), &mut missing);
        if missing.is_empty() {
            return Ok(told);
        }
        let _turn = kept.reading.lock().await;
        // Somebody else may have read them meanwhile.
        let mut missing = Vec::new();
        let mut told = kept.get(member, generation, now, indicators, &mut missing);
        let wanted: Vec<String> = missing.iter().map(|indicator| (*indicator).clone()).collect();
        let mut found = self.told_of_many(caller, &wanted).await?;
        let read: Vec<(&'i str, Told)> = missing
            .into_iter()
            .map(|indicator| (indicator.as_str(), found.remove(indicator).map(Into::into)))
            .collect();
        let owned = read
            .iter()
            .map(|(indicator, told)| ((*indicator).to_owned(), told.clone()));
        kept.put(member, generation, now, owned);
        told.extend(read);
        Ok(told)
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
