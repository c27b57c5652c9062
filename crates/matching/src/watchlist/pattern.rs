//! Patterns that are more than values: by which values they are found, and their evaluation.

use stix::observable::Observable;
use stix::pattern::{Comparison, Observation, Pattern, Test};

/// Values of which at least one stands in every event that can have a part in fulfilling the pattern. None where some
/// part asks for no value that could be looked up: then every event has to be read.
pub(super) fn anchors(pattern: &Pattern) -> Option<Vec<Observable>> {
    let mut all = Vec::new();
    observation(&pattern.expression, &mut all)?;
    Some(all)
}

/// What a pattern asks of single events, each as a pattern of its own.
pub(super) fn observations(part: &Observation, all: &mut Vec<Pattern>) {
    match part {
        Observation::Single(_) => all.push(Pattern {
            expression: part.clone(),
        }),
        Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
            parts.iter().for_each(|part| observations(part, all));
        }
        Observation::Qualified(inner, _) => observations(inner, all),
    }
}

/// All observations have to be found, whatever joins them.
fn observation(part: &Observation, all: &mut Vec<Observable>) -> Option<()> {
    match part {
        Observation::Single(one) => {
            all.extend(comparison(one)?);
            Some(())
        }
        Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
            parts.iter().try_for_each(|part| observation(part, all))
        }
        Observation::Qualified(inner, _) => observation(inner, all),
    }
}

/// Of conditions that must all hold, one with values is enough; of alternatives, each needs some.
fn comparison(part: &Comparison) -> Option<Vec<Observable>> {
    match part {
        Comparison::Test(one) => test(one),
        Comparison::And(parts) => parts.iter().filter_map(comparison).min_by_key(Vec::len),
        Comparison::Or(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(comparison).collect();
            each.map(|each| each.into_iter().flatten().collect())
        }
    }
}

fn test(test: &Test) -> Option<Vec<Observable>> {
    let alone = Pattern {
        expression: Observation::Single(Comparison::Test(test.clone())),
    };
    let found = stix::observable::of_pattern(&alone);
    (!found.is_empty()).then_some(found)
}
