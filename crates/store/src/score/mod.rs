//! Numbers of the scorecard. Each is in the ledger first, and only then in a table.
//!
//! ```text
//! page handed over ┐
//! item acted on    │        ┌──────────────┐ fold  own    member, community, month, measure, bucket
//! promise kept     ├──────► │ ledger entry │ ────► total          community, month, measure, bucket
//! watchlist swapped│        │    "score"   │       share  member, community, month, measure
//! contributions ───┘ assess └──────────────┘
//! ```
//!
//! An entry may carry a `score`: by community (`0`: the whole partnership, in which each thing counts once), by measure,
//! by bucket, how many. The month is that of the entry, or the entry names it. So whoever holds entries counts the same
//! numbers with a few lines in any language, and the tables can be computed again and compared.

mod bucket;
mod fold;
mod measure;
mod read;

pub use bucket::{Histogram, LARGEST_BUCKET, bucket, upper_edge};
pub use fold::{ScoreDifference, Tally};
pub use measure::{LogFamily, Measure};
pub use read::{MemberCount, ScoreCell, ScoreSpan};

use std::collections::BTreeMap;

use policy::CommunityId;
use serde_json::{Map, Value as Json};
use stix::Timestamp;

use crate::record::NewEntry;

/// Stands for the whole partnership, where a community is named.
pub const WHOLE: CommunityId = CommunityId(0);

/// The most cells of one entry that are counted.
const MOST_CELLS: usize = 5_000;

/// What one entry adds to the numbers of its member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score(BTreeMap<(CommunityId, Measure, u16), u64>);

impl Score {
    /// Counts something.
    pub fn count(&mut self, community: CommunityId, measure: Measure, many: u64) {
        self.put(community, measure, 0, many);
    }

    /// Counts a stretch of time, in microseconds; what would be negative, because clocks differ, is none.
    pub fn time(&mut self, community: CommunityId, measure: Measure, micros: i64) {
        self.put(community, measure, bucket(micros), 1);
    }

    /// Counts a kind of log.
    pub fn family(&mut self, community: CommunityId, family: LogFamily) {
        self.put(community, Measure::LogFamily, family.code(), 1);
    }

    fn put(&mut self, community: CommunityId, measure: Measure, bucket: u16, many: u64) {
        if many > 0 {
            let count = self.0.entry((community, measure, bucket)).or_default();
            *count = count.saturating_add(many);
        }
    }

    /// Whether it adds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Community, measure, bucket, how many.
    pub fn cells(&self) -> impl Iterator<Item = (CommunityId, Measure, u16, u64)> + '_ {
        self.0
            .iter()
            .map(|((community, measure, bucket), many)| (*community, *measure, *bucket, *many))
    }

    /// As it stands in an entry.
    pub fn to_json(&self) -> Json {
        let mut communities: BTreeMap<String, BTreeMap<&str, Map<String, Json>>> = BTreeMap::new();
        for (community, measure, bucket, many) in self.cells() {
            let measures = communities.entry(community.0.to_string()).or_default();
            let buckets = measures.entry(measure.as_str()).or_default();
            buckets.insert(bucket.to_string(), many.into());
        }
        serde_json::json!(communities)
    }

    /// Reads the `score` of an entry. What is not understood, from a later version of this program, counts for nothing.
    pub fn of_json(score: &Json) -> Self {
        let mut read = Self::default();
        let communities = score.as_object().into_iter().flatten();
        for (community, measures) in communities {
            let Ok(community) = community.parse().map(CommunityId) else {
                continue;
            };
            for (measure, buckets) in measures.as_object().into_iter().flatten() {
                let Some(measure) = Measure::parse(measure) else {
                    continue;
                };
                for (bucket, many) in buckets.as_object().into_iter().flatten() {
                    let (Ok(bucket), Some(many)) = (bucket.parse::<u16>(), many.as_u64()) else {
                        continue;
                    };
                    if bucket <= LARGEST_BUCKET && read.0.len() < MOST_CELLS {
                        read.put(community, measure, bucket, many);
                    }
                }
            }
        }
        read
    }

    /// Puts it into the body of an entry; one that adds nothing leaves the body as it is.
    pub(crate) fn put_into(&self, body: &mut Json) {
        if let (false, Some(body)) = (self.is_empty(), body.as_object_mut()) {
            body.insert("score".to_owned(), self.to_json());
        }
    }

    /// Puts it into an entry whose body is made elsewhere.
    pub(crate) fn with_entry(&self, mut entry: NewEntry) -> NewEntry {
        if let Ok(mut body) = serde_json::from_str(&entry.body) {
            self.put_into(&mut body);
            entry.body = body.to_string();
        }
        entry
    }
}

/// The month of an instant (UTC), as in `2026-11`.
pub fn month(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            cells in prop::collection::vec((0_i64..9, 0..Measure::ALL.len(), 0_i64..i64::MAX, 1_u64..99), 0..20)
        ) {
            let mut score = Score::default();
            for (community, measure, micros, many) in cells {
                let measure = Measure::ALL[measure];
                score.time(CommunityId(community), measure, micros);
                score.count(CommunityId(community), measure, many);
            }
            prop_assert_eq!(Score::of_json(&score.to_json()), score);
        }
    }

    #[test]
    fn what_is_not_understood_counts_for_nothing() {
        let text = r#"{"1": {"shared": {"0": 2, "x": 1, "9999": 4, "1": -1}, "danced": {"0": 1}}, "all": {}, "2": 7}"#;
        let score = Score::of_json(&serde_json::from_str(text).unwrap());
        let cells: Vec<_> = score.cells().collect();
        assert_eq!(cells, [(CommunityId(1), Measure::Shared, 0, 2)]);
    }

    #[test]
    fn a_month_is_the_year_and_the_month() {
        assert_eq!(
            month(Timestamp::parse("2026-11-30T23:59:59.999999Z").unwrap()),
            "2026-11"
        );
    }
}
