//! Searches an arrangement for slots whose times are bound to each other: fills one slot after the other and
//! narrows what times are left for the rest.

use super::arrange::{Bond, Candidate, Slot, Steps};
use super::compiled::TooComplex;

/// How many single observations an arrangement may hold.
const MAX_PLACES: usize = 512;

/// The times that are possible for a variable.
type Range = (i64, i64);

/// The variable `later` is at least `distance` after `earlier`.
#[derive(Clone, Copy)]
struct Edge {
    earlier: usize,
    later: usize,
    distance: i64,
}

/// One observation to be found.
struct Place {
    candidates: Vec<Candidate>,
    /// The variable that is its time.
    time: usize,
    /// The same as the place before: then they are filled in order, since exchanging them changes nothing.
    twin: bool,
}

/// The order in which places are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    AsWritten,
    /// Those with the fewest candidates first.
    RarestFirst,
}

/// What is to be arranged.
pub(super) struct Question<'q> {
    pub(super) slots: &'q [Slot],
    /// For each slot what binds its time.
    pub(super) bonds: &'q [Vec<Bond>],
    /// How many variables the bonds name.
    pub(super) variables: usize,
    /// For each slot the observations that can fill it.
    pub(super) filled: &'q [Vec<Candidate>],
    /// How often each observation was made.
    pub(super) made: &'q [u64],
}

struct Search<'s> {
    places: Vec<Place>,
    edges: Vec<Edge>,
    spare: Vec<u64>,
    steps: &'s mut Steps,
}

impl Question<'_> {
    /// Says whether an arrangement exists.
    pub(super) fn answer(&self, order: Order, steps: &mut Steps) -> Result<bool, TooComplex> {
        let total = self
            .slots
            .iter()
            .fold(0_u64, |sum, slot| sum.saturating_add(slot.amount));
        if usize::try_from(total).map_or(true, |total| total > MAX_PLACES) {
            return Err(TooComplex);
        }
        let mut places = Vec::new();
        let mut edges = Vec::new();
        for ((slot, bonds), candidates) in self.slots.iter().zip(self.bonds).zip(self.filled) {
            let mut candidates = candidates.clone();
            candidates.sort_unstable_by_key(|candidate| (candidate.from, candidate.to));
            for copy in 0..slot.amount {
                steps.take(candidates.len())?;
                let time = self.variables + places.len();
                edges.extend(bonds.iter().flat_map(|bond| bond.edges(time)));
                places.push(Place {
                    candidates: candidates.clone(),
                    time,
                    twin: copy > 0,
                });
            }
        }
        let mut ranges = vec![(i64::MIN, i64::MAX); self.variables];
        ranges.extend(places.iter().map(|place| hull(&place.candidates)));
        if order == Order::RarestFirst {
            // The sort is stable, so twins stay neighbours.
            places.sort_by_key(|place| place.candidates.len());
        }
        let mut search = Search {
            places,
            edges,
            spare: self.made.to_vec(),
            steps,
        };
        if !search.narrow(&mut ranges)? {
            return Ok(false);
        }
        search.fill(0, 0, &ranges)
    }
}

impl Bond {
    /// What this bond means for the variable of a time that stands in it.
    fn edges(self, time: usize) -> impl Iterator<Item = Edge> {
        let edge = |earlier, later, distance| Edge {
            earlier,
            later,
            distance,
        };
        let (one, other) = match self {
            Self::Within(beginning, width) => (edge(beginning, time, 0), Some(edge(time, beginning, -width))),
            Self::Before(border) => (edge(time, border, 0), None),
            Self::After(border) => (edge(border, time, 0), None),
        };
        std::iter::once(one).chain(other)
    }
}

fn hull(candidates: &[Candidate]) -> Range {
    candidates.iter().fold((i64::MAX, i64::MIN), |(from, to), candidate| {
        (from.min(candidate.from), to.max(candidate.to))
    })
}

impl Search<'_> {
    /// Narrows ranges until every edge holds at both their ends; false if some variable has no time left. As
    /// many rounds as there are variables suffice, unless the edges contradict each other.
    fn narrow(&mut self, ranges: &mut [Range]) -> Result<bool, TooComplex> {
        for _ in 0..=ranges.len() {
            self.steps.take(self.edges.len())?;
            let mut changed = false;
            for edge in &self.edges {
                let least = ranges[edge.earlier].0.saturating_add(edge.distance);
                if ranges[edge.earlier].0 != i64::MIN && ranges[edge.later].0 < least {
                    ranges[edge.later].0 = least;
                    changed = true;
                }
                let most = ranges[edge.later].1.saturating_sub(edge.distance);
                if ranges[edge.later].1 != i64::MAX && ranges[edge.earlier].1 > most {
                    ranges[edge.earlier].1 = most;
                    changed = true;
                }
                if ranges[edge.earlier].0 > ranges[edge.earlier].1 || ranges[edge.later].0 > ranges[edge.later].1 {
                    return Ok(false);
                }
            }
            if !changed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fills the places from `place` on; `least` is the first candidate to try if it is a twin of the one before.
    fn fill(&mut self, place: usize, least: usize, ranges: &[Range]) -> Result<bool, TooComplex> {
        let Some(current) = self.places.get(place) else {
            return Ok(true);
        };
        let start = if current.twin { least } else { 0 };
        let time = current.time;
        let (from, to) = ranges[time];
        for index in start..current.candidates.len() {
            let candidate = self.places[place].candidates[index];
            self.steps.take(1)?;
            if self.spare[candidate.observation] == 0 || candidate.to < from || candidate.from > to {
                continue;
            }
            let mut narrowed = ranges.to_vec();
            self.steps.take(narrowed.len())?;
            narrowed[time] = (candidate.from.max(from), candidate.to.min(to));
            if !self.narrow(&mut narrowed)? {
                continue;
            }
            self.spare[candidate.observation] -= 1;
            let found = self.fill(place + 1, index, &narrowed)?;
            self.spare[candidate.observation] += 1;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
