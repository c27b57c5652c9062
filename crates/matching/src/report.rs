//! Keeps hits from flooding whoever reads them: what repeats is counted, and the counts are told.
//!
//! The first hit on an indicator by a value and a host is told at once. Those that repeat it are held back and told as one
//! when there are ten, a hundred, a thousand … of them, and at the end. An indicator that is met by very many values or hosts
//! (a network, a wildcard) has only its first told one by one. Every hit is in exactly one count.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Serialize;
use stix::Timestamp;

use crate::hit::Hit;

/// What is held back, and when.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Whether every hit is told, whatever repeats.
    pub every_hit: bool,
    /// Values and hosts of one indicator that are told one by one.
    pub told_of_one: usize,
    /// Pairs of indicator and value, or host, that are remembered; the others of an indicator are counted together.
    pub remembered: usize,
    /// Indicators and hosts that the summary names.
    pub named: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            every_hit: false,
            told_of_one: 100,
            remembered: 200_000,
            named: 10,
        }
    }
}

/// Hits in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All hits.
    pub hits: u64,
    /// Indicators that were met.
    pub indicators: u64,
    /// Hosts on which they were.
    pub hosts: u64,
    /// The indicators met most often.
    pub top_indicators: Vec<Line>,
    /// The hosts with the most hits.
    pub top_hosts: Vec<Line>,
}

/// One line of the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Identifier of the indicator, or name of the host.
    pub id: String,
    /// What the indicator names; the host again.
    pub name: String,
    /// Hits.
    pub hits: u64,
    /// The earliest time an event gave.
    pub first: Option<Timestamp>,
    /// The latest.
    pub last: Option<Timestamp>,
}

/// Takes hits, and gives those to be told.
#[derive(Debug)]
pub struct Reporter {
    limits: Limits,
    repeats: HashMap<Key, Repeat>,
    indicators: HashMap<String, Total>,
    hosts: HashMap<String, Total>,
    hits: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    indicator: String,
    /// Value and host; none for all that are counted together.
    pair: Option<(String, Option<String>)>,
}

#[derive(Debug)]
struct Repeat {
    /// All hits that were told or are held.
    seen: u64,
    held: u64,
    last: Option<Box<Hit>>,
}

#[derive(Clone, Debug, Default)]
struct Total {
    name: String,
    hits: u64,
    told: usize,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Total {
    fn add(&mut self, hit: &Hit) {
        self.hits += 1;
        if let Some(time) = hit.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }
}

impl Reporter {
    /// Starts with nothing seen.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            repeats: HashMap::new(),
            indicators: HashMap::new(),
            hosts: HashMap::new(),
            hits: 0,
        }
    }

    /// Takes a hit; gives it back if it is to be told now, with the count of those that it stands for.
    pub fn take(&mut self, mut hit: Hit) -> Option<Hit> {
        self.hits += 1;
        let room = self.limits.remembered;
        let total = match self.indicators.entry(hit.indicator.id.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Total {
                name: hit.matched.clone(),
                ..Total::default()
            }),
        };
        total.add(&hit);
        let told = total.told;
        if let Some(host) = &hit.host
            && (self.hosts.len() < room || self.hosts.contains_key(host))
        {
            let of_host = self.hosts.entry(host.clone()).or_default();
            of_host.name.clone_from(host);
            of_host.add(&hit);
        }
        if self.limits.every_hit {
            return Some(hit);
        }
        let mut key = Key {
            indicator: hit.indicator.id.clone(),
            pair: Some((hit.value.clone(), hit.host.clone())),
        };
        let is_new = !self.repeats.contains_key(&key);
        if is_new && (told >= self.limits.told_of_one || self.repeats.len() >= room) {
            key.pair = None;
        } else if is_new && let Some(total) = self.indicators.get_mut(&key.indicator) {
            total.told += 1;
        }
        let repeat = self.repeats.entry(key).or_insert(Repeat {
            seen: 0,
            held: 0,
            last: None,
        });
        repeat.seen += 1;
        repeat.held += 1;
        if is_told(repeat.seen) {
            hit.count = std::mem::take(&mut repeat.held);
            repeat.last = None;
            return Some(hit);
        }
        repeat.last = Some(Box::new(hit));
        None
    }

    /// Gives what is held back, each with its count, and starts anew: at the end, or at the end of a period.
    pub fn flush(&mut self) -> Vec<Hit> {
        let mut held: Vec<Hit> = self
            .repeats
            .drain()
            .filter_map(|(_, repeat)| {
                let mut hit = *repeat.last?;
                hit.count = repeat.held;
                Some(hit)
            })
            .collect();
        held.sort_by(|a, b| (&a.source, a.at, &a.indicator.id).cmp(&(&b.source, b.at, &b.indicator.id)));
        for total in self.indicators.values_mut() {
            total.told = 0;
        }
        held
    }

    /// What was taken so far.
    pub fn summary(&self) -> Summary {
        Summary {
            hits: self.hits,
            indicators: self.indicators.len() as u64,
            hosts: self.hosts.len() as u64,
            top_indicators: top(&self.indicators, self.limits.named),
            top_hosts: top(&self.hosts, self.limits.named),
        }
    }
}

/// One, ten, a hundred …
fn is_told(seen: u64) -> bool {
    let mut step = 1_u64;
    while step < seen {
        step = step.saturating_mul(10);
    }
    step == seen
}

fn top(totals: &HashMap<String, Total>, many: usize) -> Vec<Line> {
    let mut lines: Vec<(&String, &Total)> = totals.iter().collect();
    lines.sort_by(|(a_id, a), (b_id, b)| b.hits.cmp(&a.hits).then_with(|| a_id.cmp(b_id)));
    let line = |(id, total): (&String, &Total)| Line {
        id: id.clone(),
        name: total.name.clone(),
        hits: total.hits,
        first: total.first,
        last: total.last,
    };
    lines.into_iter().take(many).map(line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hit::{Context, Relation};

    fn hit(indicator: u8, value: u8, host: u8) -> Hit {
        Hit {
            time: Some(Timestamp::from_micros(i64::from(value))),
            source: "log".to_owned(),
            reader: "text".to_owned(),
            at: 1,
            field: "f".to_owned(),
            value: value.to_string(),
            relation: Relation::Same,
            kind: None,
            matched: "m".to_owned(),
            host: Some(host.to_string()),
            indicator: Context {
                id: indicator.to_string(),
                ..Context::default()
            },
            count: 1,
            event: String::new(),
        }
    }

    #[test]
    fn repeats_are_told_by_powers_of_ten_and_at_the_end() {
        let mut reporter = Reporter::new(Limits::default());
        let told: Vec<u64> = (0..25)
            .filter_map(|_| reporter.take(hit(1, 1, 1)))
            .map(|hit| hit.count)
            .collect();
        assert_eq!(told, [1, 9]);
        let held: Vec<u64> = reporter.flush().iter().map(|hit| hit.count).collect();
        assert_eq!(held, [15]);
        assert_eq!(reporter.summary().hits, 25);
        assert!(reporter.take(hit(1, 1, 1)).is_some(), "after a flush it is news again");
    }

    #[test]
    fn the_summary_names_the_most_frequent_with_their_times() {
        let mut reporter = Reporter::new(Limits {
            named: 1,
            ..Limits::default()
        });
        for (indicator, value) in [(1, 1), (2, 5), (2, 3)] {
            reporter.take(hit(indicator, value, 9));
        }
        let summary = reporter.summary();
        assert_eq!((summary.hits, summary.indicators, summary.hosts), (3, 2, 1));
        assert_eq!(
            (summary.top_indicators[0].id.as_str(), summary.top_indicators[0].hits),
            ("2", 2)
        );
        assert_eq!(summary.top_indicators[0].first, Some(Timestamp::from_micros(3)));
        assert_eq!(summary.top_hosts[0].last, Some(Timestamp::from_micros(5)));
    }

    proptest! {
        #[test]
        fn every_hit_is_in_exactly_one_count(
            hits in proptest::collection::vec((0..3_u8, 0..20_u8, 0..3_u8), 0..400),
            told_of_one in 0..5_usize,
            remembered in 0..50_usize,
            every_hit: bool,
        ) {
            let mut reporter = Reporter::new(Limits { every_hit, told_of_one, remembered, named: 10 });
            let mut counted = 0;
            for (indicator, value, host) in &hits {
                counted += reporter.take(hit(*indicator, *value, *host)).map_or(0, |hit| hit.count);
            }
            counted += reporter.flush().iter().map(|hit| hit.count).sum::<u64>();
            prop_assert_eq!(counted, hits.len() as u64);
            prop_assert_eq!(reporter.summary().hits, hits.len() as u64);
        }
    }
}
