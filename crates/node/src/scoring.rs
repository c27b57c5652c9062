//! What an indicator is worth now: reads the facts for [`matching::score`] out of an object.

use matching::score::{Facts, Model, Purpose, Score, current};
use stix::json::{Map, Value};
use stix::observable::{Kind, Observable};
use stix::{Head, Timestamp};
use store::{IndicatorFacts, SightingFacts};

/// The score of an indicator now, given what is said of it; none for what is no indicator.
pub fn score_of(object: &Map<'_>, said: &SightingFacts, now: Timestamp) -> Option<Score> {
    let observables = stix::observable::extract(object);
    let facts = sighted(facts(object, &observables)?, said);
    Some(current(&facts, &Model::default(), now))
}

/// The facts of an indicator together with what is said of it. Who calls it expired lowers it as who calls it a false
/// positive does: for whoever matches it, both are hits for nothing.
pub fn sighted(facts: Facts, said: &SightingFacts) -> Facts {
    Facts {
        last_sighting: said.last,
        sightings: said.sightings,
        false_positives: said.false_positives.saturating_add(said.expired),
        ..facts
    }
}

/// What the store keeps of an indicator so that its end can be found without reading the body.
pub(crate) fn stored_facts(object: &Map<'_>, observables: &[Observable]) -> Option<IndicatorFacts> {
    let facts = facts(object, observables)?;
    let model = Model::default();
    let decay = model.decay(facts.kind, facts.purpose);
    Some(IndicatorFacts {
        pattern_type: object.str("pattern_type").unwrap_or("stix").to_owned(),
        valid_from: timestamp(object, "valid_from").unwrap_or(facts.since),
        valid_until: facts.valid_until,
        base_score: i16::from(facts.confidence.unwrap_or(model.default_base)),
        lifetime_days: i32::try_from(decay.lifetime_days).unwrap_or(i32::MAX),
        decay_speed: decay.speed as f32,
    })
}

/// What an indicator says of itself that counts for its score; none for what is no indicator.
pub fn facts(object: &Map<'_>, observables: &[Observable]) -> Option<Facts> {
    let head = Head::read(object).ok().filter(|head| head.object_type == "indicator")?;
    let version = head.version()?;
    let labels = ["labels", "indicator_types"]
        .into_iter()
        .flat_map(|key| object.array(key).unwrap_or_default());
    let confidence = object
        .get("confidence")
        .and_then(Value::as_i64)
        .and_then(|value| u8::try_from(value).ok());
    Some(Facts {
        kind: only_kind(observables),
        purpose: Purpose::of_labels(labels.filter_map(Value::as_str)),
        confidence,
        valid_until: timestamp(object, "valid_until"),
        revoked: head.revoked,
        ..Facts::since(timestamp(object, "valid_from").map_or(version, |from| from.max(version)))
    })
}

/// The kind of the values, where they are all of one kind.
fn only_kind(observables: &[Observable]) -> Option<Kind> {
    let first = observables.first()?.kind;
    observables
        .iter()
        .all(|observable| observable.kind == first)
        .then_some(first)
}

fn timestamp(object: &Map<'_>, key: &str) -> Option<Timestamp> {
    object.str(key).and_then(|text| Timestamp::parse(text).ok())
}
