//! Hits become counts: for each indicator, value and community over a stretch of time.

use std::sync::Arc;

use std::collections::{BTreeMap, HashMap};

use matching::hit::Hit;
use policy::{Action, CommunityId, decide};
use serde::Serialize;
use stix::observable::Kind;
use stix::{Place, Problem, Timestamp};
use store::{NewHit, Seen, SeenValue, SightingForm, SightingRule};

use super::destination::destinations;
use super::make::bounded;
use super::own_member;
use super::rules::{rule_for, stretch};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Hits taken at once.
pub const HITS_MOST: usize = 10_000;
/// Characters of a value, and of the name of a source, that are kept.
const MOST_TEXT: usize = 1_000;
/// Characters of an event that are kept.
const MOST_EVENT: usize = 4_000;
/// Events that one hit may stand for.
const MOST_COUNT: u64 = 1_000_000_000;

/// What a matcher found, as far as sightings need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHit {
    /// STIX identifier of the indicator.
    pub indicator: String,
    /// The value as it stands in the event; stays at home.
    pub value: String,
    /// What kind of value it is.
    pub kind: Option<Kind>,
    /// When it happened; when it is recorded, where the event does not say.
    pub at: Option<Timestamp>,
    /// How many events it stands for.
    pub count: u64,
    /// The log or sensor; stays at home.
    pub source: String,
    /// The event; stays at home unless the rule lets it go along.
    pub event: Option<String>,
}

impl From<&Hit> for SeenHit {
    fn from(hit: &Hit) -> Self {
        Self {
            indicator: hit.indicator.id.clone(),
            value: hit.value.clone(),
            kind: hit.kind,
            at: hit.time,
            count: hit.count,
            source: hit.source.clone(),
            event: Some(hit.event.clone()),
        }
    }
}

/// What became of hits that were handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Events that were counted.
    pub counted: u64,
    /// Events on what is no indicator that the caller may see, by its identifier.
    pub unknown: BTreeMap<String, u64>,
}

impl Node {
    /// Counts what the member's own matcher found. Nothing is told here: that is decided when a stretch is over.
    ///
    /// # Errors
    /// When the caller may not record hits, there are too many at once, or the store does not answer.
    pub async fn hits_record(&self, caller: &Caller, hits: &[SeenHit]) -> Result<Recorded, Error> {
        decide(&caller.principal, Action::RecordHits).map_err(|refusal| Error::refused(refusal, ""))?;
        let member = own_member(caller)?;
        if hits.len() > HITS_MOST {
            let message = format!("{} hits are too many at once: {HITS_MOST} at the most", hits.len());
            let problem = Problem::error("too-many-hits", Place::default(), message);
            return Err(Error::input(problem.help("hand them in in parts")));
        }
        let rules = self.store().sighting_rule_list(member).await?;
        let now = self.now();
        let mut recorded = Recorded::default();
        let mut known: HashMap<&str, Option<Vec<SightingRule>>> = HashMap::new();
        let mut counts = Vec::new();
        for hit in hits {
            let events = hit.count.clamp(1, MOST_COUNT);
            if !known.contains_key(&*hit.indicator) {
                let told = self.told_of(caller, &hit.indicator).await?;
                let of = |communities: Vec<_>| communities.into_iter().map(|one| rule_for(&rules, one)).collect();
                known.insert(&hit.indicator, told.map(of));
            }
            let Some(Some(rules)) = known.get(&*hit.indicator) else {
                let shown = bounded(&hit.indicator, MOST_TEXT).to_owned();
                *recorded.unknown.entry(shown).or_default() += events;
                continue;
            };
            recorded.counted += events;
            counts.extend(rules.iter().map(|rule| self.new_hit(hit, rule, events, now)));
        }
        if !counts.is_empty() {
            self.store().seen_count(member, counts).await?;
        }
        Ok(recorded)
    }

    /// The communities that would be told of each of these indicators; those that the caller does not see are left out.
    pub(crate) async fn told_of_many(
        &self,
        caller: &Caller,
        indicators: &[String],
    ) -> Result<HashMap<String, Vec<Option<CommunityId>>>, Error> {
        let viewer = self.viewer(caller).await?;
        let is_indicator = |id: &&String| stix::id::object_type(id) == "indicator";
        let indicators: Vec<String> = indicators.iter().filter(is_indicator).cloned().collect();
        let found = self.store().audiences_of(&viewer, &indicators).await?;
        let told = |(indicator, audiences): (String, Vec<Arc<policy::Audience>>)| {
            let mut communities: Vec<_> = destinations(audiences.iter().map(|one| &**one), &caller.principal)
                .into_iter()
                .map(|destination| destination.community)
                .collect();
            communities.dedup();
            if communities.is_empty() {
                // Nobody can be told; the member's own record has it all the same.
                communities.push(None);
            }
            (indicator, communities)
        };
        Ok(found.into_iter().map(told).collect())
    }

    /// The same of one.
    pub(crate) async fn told_of(
        &self,
        caller: &Caller,
        indicator: &str,
    ) -> Result<Option<Vec<Option<CommunityId>>>, Error> {
        let mut found = self.told_of_many(caller, &[indicator.to_owned()]).await?;
        Ok(found.remove(indicator))
    }

    fn new_hit(&self, hit: &SeenHit, rule: &SightingRule, events: u64, now: Timestamp) -> NewHit {
        let (starts, ends) = stretch(rule, now);
        // A clock that is wrong must not date a sighting into the future.
        let at = hit.at.unwrap_or(now).min(now);
        let goes_along = rule.log_line && rule.form == SightingForm::Full;
        let event = hit.event.as_deref().filter(|_| goes_along);
        NewHit {
            uuid: self.fresh_uuid(),
            indicator: hit.indicator.clone(),
            community: rule.community,
            starts,
            ends,
            value: SeenValue {
                value: bounded(&hit.value, MOST_TEXT).to_owned(),
                kind: hit.kind.map_or_else(String::new, |kind| kind.as_str().to_owned()),
                source: bounded(&hit.source, MOST_TEXT).to_owned(),
                count: i64::try_from(events).unwrap_or(i64::MAX),
                first: at,
                last: at,
            },
            event: event.map(|event| bounded(event, MOST_EVENT).to_owned()),
        }
    }

    /// What was recorded for the caller's member, the newest first, each with its values, strictly before a number.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn hits(
        &self,
        caller: &Caller,
        limit: usize,
        before: Option<i64>,
    ) -> Result<Vec<(Seen, Vec<SeenValue>)>, Error> {
        let member = own_member(caller)?;
        self.telemetry_add().await?;
        let seen = self.store().seen_list(member, before, limit.min(MOST_LISTED)).await?;
        let (Some(newest), Some(oldest)) = (seen.first(), seen.last()) else {
            return Ok(Vec::new());
        };
        let mut values = self.store().seen_values_of(member, oldest.id, newest.id).await?;
        let with_values = |one: Seen| {
            let values = values.remove(&one.id).unwrap_or_default();
            (one, values)
        };
        Ok(seen.into_iter().map(with_values).collect())
    }
}

/// The most stretches of one answer.
pub(super) const MOST_LISTED: usize = 1_000;
