//! When an object was seen: the sightings of it that a caller may see, by day or by week.

use stix::Timestamp;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Sightings that are counted, the newest first.
const SIGHTINGS_MOST: usize = 1_000;
/// Spans at the most.
const SPANS_MOST: i64 = 60;
const DAY: i64 = 86_400_000_000;

/// How often something was seen within a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenSpan {
    /// When it begins.
    pub begins: Timestamp,
    /// How often.
    pub count: u64,
}

/// When an object was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenOverTime {
    /// Sightings that were counted.
    pub sightings: usize,
    /// Whether there are more, which were not.
    pub more: bool,
    /// Whether a span is a week; else it is a day.
    pub by_week: bool,
    /// From the first to the last, without a gap; empty where nobody saw it.
    pub spans: Vec<SeenSpan>,
    /// How often it was seen before the first span.
    pub earlier: u64,
}

/// When a sighting says that something was seen last, and how often.
fn seen(body: &str, added: Timestamp) -> Option<(Timestamp, u64)> {
    let object = stix::Object::parse(body).ok()?;
    let map = object.map();
    let time = |key: &str| map.str(key).and_then(|text| Timestamp::parse(text).ok());
    let at = time("last_seen").or_else(|| time("first_seen")).unwrap_or(added);
    let count = match map.get("count") {
        Some(stix::json::Value::Number(count)) => count.as_u64().unwrap_or(1),
        _ => 1,
    };
    // Nobody saw anything after it was told.
    Some((at.min(added), count.max(1)))
}

/// Counts by day, or by week where days would be too many. Pure.
fn spans(seen: &[(Timestamp, u64)]) -> SeenOverTime {
    let days = seen.iter().map(|(at, _)| at.micros().div_euclid(DAY));
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return SeenOverTime::default();
    };
    let by_week = last - first >= SPANS_MOST;
    let length = if by_week { 7 } else { 1 };
    // A week begins on Monday; day 0 was a Thursday.
    let span = |day: i64| if by_week { (day + 3).div_euclid(length) } else { day };
    let (last, first) = (span(last), span(first));
    let first = first.max(last - SPANS_MOST + 1);
    let mut counts = vec![0_u64; usize::try_from(last - first + 1).unwrap_or_default()];
    let mut earlier = 0_u64;
    for (at, count) in seen {
        let place = usize::try_from(span(at.micros().div_euclid(DAY)) - first).ok();
        match place.and_then(|place| counts.get_mut(place)) {
            Some(span) => *span = span.saturating_add(*count),
            None => earlier = earlier.saturating_add(*count),
        }
    }
    let begins = |place: i64| {
        let day = if by_week {
            (first + place) * length - 3
        } else {
            first + place
        };
        Timestamp::from_micros(day * DAY)
    };
    SeenOverTime {
        sightings: seen.len(),
        more: false,
        by_week,
        spans: (0..)
            .zip(counts)
            .map(|(place, count)| SeenSpan {
                begins: begins(place),
                count,
            })
            .collect(),
        earlier,
    }
}

impl Node {
    /// When an object was seen, by the sightings that the caller may see.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn seen_over_time(&self, caller: &Caller, id: &str) -> Result<SeenOverTime, Error> {
        let viewer = self.viewer(caller).await?;
        let told = self
            .store()
            .told_of(&viewer, id, "sighting", "sighting_of_ref", SIGHTINGS_MOST)
            .await?;
        let all: Vec<_> = told
            .iter()
            .filter_map(|one| seen(&one.row.body, one.row.added))
            .collect();
        Ok(SeenOverTime {
            more: told.len() >= SIGHTINGS_MOST,
            ..spans(&all)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_few_days_are_days_without_a_gap() {
        let seen = [
            (at("2026-11-03T23:59:59Z"), 2),
            (at("2026-11-01T00:00:00Z"), 1),
            (at("2026-11-03T00:00:00Z"), 1),
        ];
        let over = spans(&seen);
        let told: Vec<_> = over
            .spans
            .iter()
            .map(|span| (span.begins.to_string(), span.count))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-11-01T00:00:00.000Z".to_owned(), 1),
                ("2026-11-02T00:00:00.000Z".to_owned(), 0),
                ("2026-11-03T00:00:00.000Z".to_owned(), 3),
            ]
        );
        assert!(!over.by_week);
    }

    #[test]
    fn a_long_time_is_weeks_that_begin_on_monday() {
        let over = spans(&[
            (at("2026-11-25T12:00:00Z"), 1),
            (at("2026-08-01T00:00:00Z"), 4),
            (at("2001-01-01T00:00:00Z"), 7),
        ]);
        assert!(over.by_week && over.spans.len() == 60);
        assert_eq!(over.spans.last().unwrap().begins, at("2026-11-23T00:00:00Z"));
        assert_eq!(over.earlier, 7);
    }

    #[test]
    fn a_sighting_counts_when_it_was_last_and_never_after_it_was_told() {
        let told = at("2026-11-20T00:00:00Z");
        let body = r#"{"count":3,"first_seen":"2026-11-01T00:00:00Z","last_seen":"2026-11-05T00:00:00Z"}"#;
        assert_eq!(seen(body, told), Some((at("2026-11-05T00:00:00Z"), 3)));
        assert_eq!(seen(r#"{"last_seen":"9999-01-01T00:00:00Z"}"#, told), Some((told, 1)));
        assert_eq!(seen("nonsense", told), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(seen in prop::collection::vec((-9_000_000_000_000_000_i64..9_000_000_000_000_000, 1_u64..9), 0..30)) {
            let seen: Vec<_> = seen.into_iter().map(|(at, count)| (Timestamp::from_micros(at), count)).collect();
            let over = spans(&seen);
            let counted: u64 = over.spans.iter().map(|span| span.count).sum::<u64>() + over.earlier;
            prop_assert_eq!(counted, seen.iter().map(|(_, count)| count).sum::<u64>());
            prop_assert!(over.spans.len() <= 60);
        }
    }
}
