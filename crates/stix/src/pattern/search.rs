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
    /// The same as the place before: then they are filled in order, since exchanging them changes nothing.
    twin: bool,
}

struct Search<'s> {
    places: Vec<Place>,
    edges: Vec<Edge>,
    spare: Vec<u64>,
    steps: &'s mut Steps,
}

pub(super) fn exists(
    slots: &[Slot],
    bonds: &[Vec<Bond>],
    variables: usize,
    filled: Vec<Vec<Candidate>>,
    made: &[u64],
    steps: &mut Steps,
) -> Result<bool, TooComplex> {
    let total = slots.iter().fold(0_u64, |sum, slot| sum.saturating_add(slot.amount));
    if usize::try_from(total).map_or(true, |total| total > MAX_PLACES) {
        return Err(TooComplex);
    }
    let mut places = Vec::new();
    let mut edges = Vec::new();
    for ((slot, bonds), mut candidates) in slots.iter().zip(bonds).zip(filled) {
        candidates.sort_unstable_by_key(|candidate| (candidate.from, candidate.to));
        for copy in 0..slot.amount {
            let time = variables + places.len();
            for bond in bonds {
                let edge = |earlier, later, distance| Edge {
                    earlier,
                    later,
                    distance,
                };
                match *bond {
                    Bond::Within(beginning, width) => {
                        edges.push(edge(beginning, time, 0));
                        edges.push(edge(time, beginning, -width));
                    }
                    Bond::Before(border) => edges.push(edge(time, border, 0)),
                    Bond::After(border) => edges.push(edge(border, time, 0)),
                }
            }
            steps.take(candidates.len())?;
            places.push(Place {
                candidates: candidates.clone(),
                twin: copy > 0,
            });
        }
    }
    let mut ranges = vec![(i64::MIN, i64::MAX); variables];
    ranges.extend(places.iter().map(|place| hull(&place.candidates)));
    let mut search = Search {
        places,
        edges,
        spare: made.to_vec(),
        steps,
    };
    if !search.narrow(&mut ranges)? {
        return Ok(false);
    }
    search.fill(0, 0, variables, &ranges)
}

fn hull(candidates: &[Candidate]) -> Range {
    candidates.iter().fold((i64::MAX, i64::MIN), |(from, to), candidate| {
        (from.min(candidate.from), to.max(candidate.to))
    })
}

impl Search<'_> {
    /// Narrows ranges until every edge holds at both their ends; false if some variable has no time left. As many rounds
    /// as there are variables suffice, unless the edges contradict each other.
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
    fn fill(&mut self, place: usize, least: usize, variables: usize, ranges: &[Range]) -> Result<bool, TooComplex> {
        let Some(current) = self.places.get(place) else {
            return Ok(true);
        };
        let start = if current.twin { least } else { 0 };
        let (from, to) = ranges[variables + place];
        for index in start..current.candidates.len() {
            let candidate = self.places[place].candidates[index];
            self.steps.take(1)?;
            if self.spare[candidate.observation] == 0 || candidate.to < from || candidate.from > to {
                continue;
            }
            let mut narrowed = ranges.to_vec();
            self.steps.take(narrowed.len())?;
            narrowed[variables + place] = (candidate.from.max(from), candidate.to.min(to));
            if !self.narrow(&mut narrowed)? {
                continue;
            }
            self.spare[candidate.observation] -= 1;
            let found = self.fill(place + 1, index, variables, &narrowed)?;
            self.spare[candidate.observation] += 1;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
