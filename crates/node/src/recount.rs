//! A member's own numbers, counted again from its receipts: pure, offline, without any node.
//!
//! | number | entries of kind |
//! |---|---|
//! | pages, objects | `delivered` (those that say from where on, as all do since recalls came) |
//! | opened, acknowledged, acted | `item-opened`, `item-acknowledged`, `item-acted` |
//! | recalls made, owed, acknowledged | `recalled`, `recall`, `acknowledged` (each recall once) |
//! | questions, answers | `asked`, `answered` |
//! | numbers of the scorecard | every kind, where it has a `score` |

use std::collections::{BTreeMap, BTreeSet};

use policy::{CommunityId, MemberId};
use serde_json::Value;
use stix::Timestamp;
use store::{Histogram, Measure, Tally};

use crate::item::Numbers;
use crate::scorecard::Number;

/// Whoever holds the entries: they are all of one member.
const ONE: MemberId = MemberId(0);

/// A number of the scorecard in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Of which community; 0: the whole partnership.
    pub community: CommunityId,
    /// In which month.
    pub month: String,
    /// Of what.
    pub measure: Measure,
    /// How many, and how long.
    pub number: Number,
}

/// Counts entries, in any order, each once.
#[derive(Debug, Default)]
pub struct Recount {
    numbers: Numbers,
    acknowledged: BTreeSet<String>,
    tally: Tally,
    /// Entries that were looked at.
    pub entries: u64,
}

impl Recount {
    /// Takes an entry into account. One whose body is no JSON counts for nothing.
    pub fn add(&mut self, at_micros: i64, kind: &str, body: &str) {
        self.entries += 1;
        self.tally.add(ONE, Timestamp::from_micros(at_micros), body);
        let Ok(body) = serde_json::from_str::<Value>(body) else {
            return;
        };
        let numbers = &mut self.numbers;
        match kind {
            "delivered" if body.get("after").is_some() => {
                numbers.items.pages += 1;
                numbers.items.objects += body.get("count").and_then(Value::as_i64).unwrap_or_default();
            }
            "item-opened" => numbers.items.opened += 1,
            "item-acknowledged" => numbers.items.acknowledged += 1,
            "item-acted" => numbers.items.acted += 1,
            "recalled" => numbers.recalls.made += 1,
            "recall" => numbers.recalls.owed += 1,
            "acknowledged" => {
                if let Some(recall) = body.get("recall").and_then(Value::as_str) {
                    self.acknowledged.insert(recall.to_owned());
                }
            }
            "asked" => numbers.requests.asked += 1,
            "answered" => numbers.requests.answered += 1,
            _ => {}
        }
    }

    /// What came out.
    pub fn numbers(&self) -> Numbers {
        let mut numbers = self.numbers;
        numbers.recalls.acknowledged = i64::try_from(self.acknowledged.len()).unwrap_or(i64::MAX);
        numbers
    }

    /// The numbers of the scorecard, by community, month and measure.
    pub fn score(&self) -> Vec<Scored> {
        let mut histograms: BTreeMap<(CommunityId, &str, Measure), Histogram> = BTreeMap::new();
        for ((_, community, month, measure, bucket), count) in self.tally.cells() {
            let histogram = histograms.entry((*community, month, *measure)).or_default();
            histogram.add(*bucket, count);
        }
        let scored = |((community, month, measure), histogram): ((CommunityId, &str, Measure), Histogram)| Scored {
            community,
            month: month.to_owned(),
            measure,
            number: Number::of(measure, &histogram),
        };
        histograms.into_iter().map(scored).collect()
    }
}
