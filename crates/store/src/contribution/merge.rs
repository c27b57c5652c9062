//! Merges runs of positions, one for each audience, into one order, fetching of each no more than is needed.
//!
//! A viewer with many audiences reads many short runs; whoever feeds the merge reads each from an index, a few positions
//! at a time. So a page costs what it holds and one look-up for each audience, wherever in the order it stands.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Which way positions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The oldest first.
    Rising,
    /// The newest first.
    Falling,
}

/// A run that must be fed before anything more can come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hungry {
    pub(super) run: usize,
    /// Positions strictly beyond this one, in the order of the merge.
    pub(super) beyond: i64,
}

#[derive(Debug)]
pub(super) struct Merge {
    order: Order,
    chunk: usize,
    runs: Vec<Run>,
    /// The head of each run that has one; as keys that rise in either order.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    hungry: Vec<usize>,
}

#[derive(Debug)]
struct Run {
    ready: VecDeque<i64>,
    beyond: i64,
    ended: bool,
}

impl Merge {
    /// Over this many runs, from strictly beyond a position, for somebody who wants about `wanted` positions.
    pub(super) fn new(order: Order, runs: usize, beyond: Option<i64>, wanted: usize) -> Self {
        let beyond = beyond.unwrap_or(match order {
            Order::Rising => i64::MIN,
            Order::Falling => i64::MAX,
        });
        let run = |_| Run {
            ready: VecDeque::new(),
            beyond,
            ended: false,
        };
        Self {
            order,
            chunk: (wanted.saturating_mul(2) / runs.max(1)).clamp(8, wanted.max(8)),
            runs: (0..runs).map(run).collect(),
            heads: BinaryHeap::new(),
            hungry: (0..runs).collect(),
        }
    }

    /// The runs to be fed now, each with up to [`Merge::chunk`] positions.
    pub(super) fn hungry(&self) -> Vec<Hungry> {
        let one = |run: &usize| {
            let beyond = self.runs.get(*run).map_or(0, |run| run.beyond);
            Hungry { run: *run, beyond }
        };
        self.hungry.iter().map(one).collect()
    }

    /// How many positions to fetch for a run.
    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    /// Gives each hungry run, in the order in which they were named, what was fetched for it. Fewer than the chunk: that
    /// was all of it.
    pub(super) fn feed(&mut self, fetched: Vec<Vec<i64>>) {
        let fed = std::mem::take(&mut self.hungry);
        for (at, positions) in fed.into_iter().zip(fetched) {
            let Some(run) = self.runs.get_mut(at) else { continue };
            run.ended = positions.len() < self.chunk;
            run.ready = positions.into();
            if let Some(last) = run.ready.back() {
                run.beyond = *last;
            }
            self.put_head(at);
        }
    }

    /// The next position; none when a run is hungry, or when nothing is left.
    pub(super) fn next(&mut self) -> Option<i64> {
        if !self.hungry.is_empty() {
            return None;
        }
        let Reverse((key, at)) = self.heads.pop()?;
        self.put_head(at);
        Some(self.key(key))
    }

    fn put_head(&mut self, at: usize) {
        let Some(run) = self.runs.get_mut(at) else { return };
        match run.ready.pop_front() {
            Some(position) => {
                let key = self.key(position);
                self.heads.push(Reverse((key, at)));
            }
            None if run.ended => {}
            None => self.hungry.push(at),
        }
    }

    /// From a position to a key that rises in the order of the merge, and back.
    fn key(&self, position: i64) -> i64 {
        match self.order {
            Order::Rising => position,
            Order::Falling => !position,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Merge, Order};

    /// Feeds a merge from runs held in memory, until it has given `limit`.
    fn merged(order: Order, runs: &[Vec<i64>], beyond: Option<i64>, limit: usize, wanted: usize) -> Vec<i64> {
        let mut merge = Merge::new(order, runs.len(), beyond, wanted);
        let mut given = Vec::new();
        while given.len() < limit {
            if let Some(position) = merge.next() {
                given.push(position);
                continue;
            }
            let hungry = merge.hungry();
            if hungry.is_empty() {
                break;
            }
            let fetch = |one: &super::Hungry| {
                let mut run = runs[one.run].clone();
                run.sort_unstable();
                if order == Order::Falling {
                    run.reverse();
                }
                let strictly = |position: &i64| match order {
                    Order::Rising => *position > one.beyond,
                    Order::Falling => *position < one.beyond,
                };
                run.into_iter().filter(strictly).take(merge.chunk()).collect()
            };
            let fetched = hungry.iter().map(fetch).collect();
            merge.feed(fetched);
        }
        given
    }

    proptest! {
        #[test]
        fn gives_what_sorting_everything_gives(
            positions in prop::collection::btree_map(0_i64..400, 0_usize..7, 0..200),
            beyond in prop::option::of(0_i64..400),
            limit in 0_usize..60,
            wanted in 0_usize..40,
            falling in any::<bool>(),
        ) {
            let mut runs = vec![Vec::new(); 7];
            for (position, run) in &positions {
                runs[*run].push(*position);
            }
            let order = if falling { Order::Falling } else { Order::Rising };
            let mut naive: Vec<i64> = positions.into_keys().collect();
            if falling {
                naive.reverse();
            }
            naive.retain(|position| beyond.is_none_or(|beyond| if falling { *position < beyond } else { *position > beyond }));
            naive.truncate(limit);
            prop_assert_eq!(merged(order, &runs, beyond, limit, wanted), naive);
        }
    }
}
