use insta::assert_snapshot;
use proptest::prelude::*;
use stix::Timestamp;
use stix::observable::Kind;

use super::{Facts, Model, Purpose, Score, current};

const DAY: i64 = 86_400_000_000;

fn day(day: i64) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus_micros(day * DAY)
}

fn domain() -> Facts {
    Facts {
        kind: Some(Kind::Domain),
        confidence: Some(80),
        ..Facts::since(day(0))
    }
}

fn at(facts: &Facts, when: i64) -> Score {
    current(facts, &Model::default(), day(when))
}

#[test]
fn follows_the_published_polynomial() {
    // 80 · (1 − (t/120)^(1/2))
    let values: Vec<u8> = [0, 30, 60, 90, 119, 120, 9_999]
        .map(|when| at(&domain(), when).value)
        .to_vec();
    assert_eq!(values, [80, 40, 23, 11, 0, 0, 0]);
}

#[test]
fn phishing_is_over_in_three_days() {
    let facts = Facts {
        purpose: Purpose::of_labels(["misp:Phishing"]),
        ..domain()
    };
    assert_eq!([0, 1, 2, 3].map(|when| at(&facts, when).value), [80, 30, 13, 0]);
}

#[test]
fn says_why() {
    let sentences = [
        at(&domain(), 30),
        at(
            &Facts {
                confidence: None,
                ..domain()
            },
            1,
        ),
        at(
            &Facts {
                last_sighting: Some(day(29)),
                sightings: 1,
                ..domain()
            },
            30,
        ),
        at(
            &Facts {
                false_positives: 1,
                ..domain()
            },
            30,
        ),
        at(
            &Facts {
                valid_until: Some(day(7)),
                ..domain()
            },
            7,
        ),
        at(
            &Facts {
                revoked: true,
                ..domain()
            },
            0,
        ),
        at(&Facts::since(day(0)), 2),
    ];
    assert_snapshot!(sentences.map(|score| score.to_string()).join("\n"), @r"
    40 of 100: confidence 80; dated 30 days ago, worth something for 120 days
    73 of 100: no confidence given, so 80; dated 1 day ago, worth something for 120 days
    73 of 100: confidence 80; last seen 1 day ago, worth something for 120 days
    20 of 100: confidence 80, lowered to 40 by 1 report of a false positive or an end; dated 30 days ago, worth something for 120 days
    0 of 100: its validity ended on 2026-01-08T00:00:00.000Z
    0 of 100: revoked by its producer
    74 of 100: no confidence given, so 80; dated 2 days ago, worth something for 365 days
    ");
}

#[test]
fn a_sighting_from_the_future_does_not_keep_it_alive() {
    let facts = Facts {
        last_sighting: Some(day(4_000)),
        sightings: 1,
        ..domain()
    };
    assert_eq!(at(&facts, 200).value, 0);
}

fn facts() -> impl Strategy<Value = Facts> {
    (
        prop::option::of(0..Kind::ALL.len()),
        any::<bool>(),
        prop::option::of(any::<u8>()),
        -100..100_i64,
        prop::option::of(-100..2_000_i64),
        prop::option::of(-100..2_000_i64),
        (any::<u32>(), any::<u32>(), any::<bool>()),
    )
        .prop_map(
            |(kind, phishing, confidence, since, until, sighting, (sightings, complaints, revoked))| Facts {
                kind: kind.map(|at| Kind::ALL[at]),
                purpose: if phishing { Purpose::Phishing } else { Purpose::General },
                confidence,
                since: day(since),
                valid_until: until.map(day),
                revoked: revoked && complaints % 7 == 0,
                last_sighting: sighting.map(day),
                sightings,
                false_positives: complaints % 9,
            },
        )
}

proptest! {
    #[test]
    fn stays_between_nothing_and_its_base(facts in facts(), when in -200..3_000_i64) {
        let limit = facts.confidence.unwrap_or(Model::default().default_base).min(100);
        prop_assert!(at(&facts, when).value <= limit);
    }

    #[test]
    fn only_falls_once_all_it_knows_is_past(facts in facts(), first in 2_000..4_000_i64, later in 0..4_000_i64) {
        prop_assert!(at(&facts, first + later).value <= at(&facts, first).value);
    }

    #[test]
    fn a_sighting_never_lowers_it(facts in facts(), when in -200..3_000_i64, sighting in -200..3_000_i64) {
        let more = Facts {
            last_sighting: Some(facts.last_sighting.map_or(day(sighting), |last| last.max(day(sighting)))),
            sightings: facts.sightings.saturating_add(1),
            ..facts.clone()
        };
        // The latest sighting is the latest that has happened: the caller keeps later ones for later.
        prop_assume!(more.last_sighting.is_some_and(|last| last <= day(when)));
        prop_assert!(at(&more, when).value >= at(&facts, when).value);
    }

    #[test]
    fn a_false_positive_never_raises_it(facts in facts(), when in -200..3_000_i64) {
        let more = Facts { false_positives: facts.false_positives + 1, ..facts.clone() };
        prop_assert!(at(&more, when).value <= at(&facts, when).value);
    }

    #[test]
    fn more_confidence_never_lowers_it(facts in facts(), when in -200..3_000_i64, confidence in 0..100_u8) {
        let less = Facts { confidence: Some(confidence), ..facts.clone() };
        let more = Facts { confidence: Some(confidence + 1), ..facts };
        prop_assert!(at(&more, when).value >= at(&less, when).value);
    }
}
