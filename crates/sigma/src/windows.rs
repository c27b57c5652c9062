//! What correlations remember of a stream: one window of time for each group of events.

use std::collections::{HashMap, VecDeque};

use crate::correlation::{Correlation, When};

/// Windows that are open at one time, over all correlations. The oldest give way, and are counted.
pub const WINDOWS: usize = 100_000;
/// Events and values that all windows hold together.
pub const HELD: usize = 2_000_000;

/// The windows of one stream.
#[derive(Debug, Default)]
pub struct Windows {
    open: HashMap<(u32, String), Window>,
    /// No fewer than all windows hold; counted again when it seems too many.
    held: usize,
    /// Windows that gave way before their time was over.
    pub forgotten: u64,
}

/// What came about: how many events, and when the first and the last of them were, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    pub events: usize,
    pub first: i64,
    pub last: i64,
}

#[derive(Debug)]
struct Window {
    latest: i64,
    seen: Seen,
}

#[derive(Debug)]
enum Seen {
    Events(VecDeque<i64>),
    Values(HashMap<String, i64>),
    /// When each rule matched last.
    Each(Vec<Option<i64>>),
    /// When the first rule matched, of the latest row of matches that has come to each rule.
    InOrder(Vec<Option<i64>>),
}

impl Windows {
    /// Takes note that the rule at a place of a correlation matched, and says whether the correlation holds now. It
    /// begins anew when it does, so that a flood of events is told once for each time the condition is met.
    pub fn matched(
        &mut self,
        (number, correlation): (u32, &Correlation),
        group: String,
        (place, time): (usize, i64),
        value: Option<&str>,
    ) -> Option<Together> {
        let key = (number, group);
        if self.open.len() >= WINDOWS && !self.open.contains_key(&key) {
            self.make_room();
        }
        self.held += 1;
        if self.held > HELD {
            self.held = self.counted();
            if self.held > HELD / 2 {
                self.make_room();
            }
        }
        let window = self.open.entry(key.clone()).or_insert_with(|| Window {
            latest: time,
            seen: Seen::new(correlation),
        });
        window.latest = window.latest.max(time);
        let since = window.latest.saturating_sub(correlation.micros);
        let together = window.seen.add(correlation, place, time, value, since);
        if together.is_some() {
            self.open.remove(&key);
        }
        together
    }

    /// Lets the older half go.
    fn make_room(&mut self) {
        let mut times: Vec<i64> = self.open.values().map(|window| window.latest).collect();
        if times.is_empty() {
            return;
        }
        let middle = times.len() / 2;
        let (_, limit, _) = times.select_nth_unstable(middle);
        let limit = *limit;
        let before = self.open.len();
        self.open.retain(|_, window| window.latest > limit);
        self.forgotten += (before - self.open.len()) as u64;
        self.held = self.counted();
    }

    fn counted(&self) -> usize {
        self.open.values().map(|window| window.seen.len()).sum()
    }
}

impl Seen {
    fn new(correlation: &Correlation) -> Self {
        match correlation.when {
            When::Events(_) => Self::Events(VecDeque::new()),
            When::Values(..) => Self::Values(HashMap::new()),
            When::Each => Self::Each(vec![None; correlation.of.len()]),
            When::InOrder => Self::InOrder(vec![None; correlation.of.len()]),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Events(times) => times.len(),
            Self::Values(values) => values.len(),
            Self::Each(times) | Self::InOrder(times) => times.len(),
        }
    }

    fn add(
        &mut self,
        correlation: &Correlation,
        place: usize,
        time: i64,
        value: Option<&str>,
        since: i64,
    ) -> Option<Together> {
        match (self, correlation.when) {
            (Self::Events(times), When::Events(least)) => {
                // Mostly in order; a late one is put where it belongs.
                let at = times.partition_point(|other| *other <= time);
                times.insert(at, time);
                while times.front().is_some_and(|first| *first < since) {
                    times.pop_front();
                }
                (times.len() >= least).then(|| together(times.iter().copied()))
            }
            (Self::Values(values), When::Values(least, _)) => {
                let latest = values.entry(value?.to_owned()).or_insert(time);
                *latest = time.max(*latest);
                if values.len() >= least {
                    values.retain(|_, latest| *latest >= since);
                }
                (values.len() >= least).then(|| together(values.values().copied()))
            }
            (Self::Each(latest), When::Each) => {
                latest[place] = latest[place].max(Some(time));
                let times = latest.iter().flatten().copied().filter(|time| *time >= since);
                (times.clone().count() == latest.len()).then(|| together(times))
            }
            (Self::InOrder(firsts), When::InOrder) => {
                firsts[place] = match place.checked_sub(1) {
                    None => Some(time),
                    Some(before) => firsts[before]
                        .filter(|first| *first >= since && *first <= time)
                        .or(firsts[place]),
                };
                let first = firsts.last().copied().flatten().filter(|first| *first >= since)?;
                (place + 1 == firsts.len()).then_some(Together {
                    events: firsts.len(),
                    first,
                    last: time,
                })
            }
            _ => None,
        }
    }
}

fn together(times: impl Iterator<Item = i64> + Clone) -> Together {
    Together {
        events: times.clone().count(),
        first: times.clone().min().unwrap_or_default(),
        last: times.max().unwrap_or_default(),
    }
}
