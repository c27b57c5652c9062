//! What an indicator is worth now: reads the facts for [`matching::score`] out of an object.

use matching::score::{Facts, Model, Score, current, facts};
use stix::Timestamp;
use stix::json::Map;
use stix::observable::Observable;
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
        valid_from: object
            .str("valid_from")
            .and_then(|text| Timestamp::parse(text).ok())
            .unwrap_or(facts.since),
        valid_until: facts.valid_until,
        base_score: i16::from(facts.confidence.unwrap_or(model.default_base)),
        lifetime_days: i32::try_from(decay.lifetime_days).unwrap_or(i32::MAX),
        decay_speed: decay.speed as f32,
    })
}
