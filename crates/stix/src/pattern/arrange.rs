//! Decides whether observations can be arranged so that an observation expression holds: which observation stands
//! for which `[ … ]`, and at which time it was made.
//!
//! 1. OR and REPEATS are spelled out: each alternative is a list of slots (a `[ … ]` and how many observations it
//!    needs) and a list of scopes (WITHIN, FOLLOWEDBY) in which the slots stand.
//! 2. Slots without scopes are a matter of supply ([`supply`]); so is a single WITHIN around all slots, once
//!    for each stretch of time that could do.
//! 3. Other alternatives are searched, slot by slot; before each step the times that are still possible are
//!    narrowed, so that dead ends show early.
//!
//! The same pattern can be cheap or hopeless depending on the observations, so steps are counted and the search
//! is given up at [`MAX_STEPS`].

use super::compiled::{Node, TooComplex};
use super::observed::Observed;
use super::search;
use super::supply::{self, Demand};

/// How many steps a search may take before it is given up; some tens of milliseconds.
pub const MAX_STEPS: u64 = 10_000_000;

/// How many slots one alternative may have.
const MAX_SLOTS: usize = 4_096;

/// Counts the steps of one evaluation.
pub(super) struct Steps(u64);

impl Steps {
    pub(super) fn take(&mut self, steps: usize) -> Result<(), TooComplex> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX).saturating_add(1);
        self.0 = self.0.checked_sub(steps).ok_or(TooComplex)?;
        Ok(())
    }

    /// Sets half of what is left apart.
    fn half(&mut self) -> Self {
        let half = self.0 / 2;
        self.0 -= half;
        Self(half)
    }
}

/// Places to be filled by observations of one `[ … ]`, at times from `from` to `to`.
#[derive(Clone)]
pub(super) struct Slot {
    leaf: usize,
    pub(super) amount: u64,
    from: i64,
    to: i64,
    scope: Option<usize>,
}

/// A bond between the times of all slots that stand in it.
#[derive(Clone, Copy)]
pub(super) enum Bond {
    /// They lie at most this far apart; the number is that of the variable for the beginning.
    Within(usize, i64),
    /// They are not after this variable.
    Before(usize),
    /// They are not before this variable.
    After(usize),
}

#[derive(Clone, Copy)]
struct Scope {
    bond: Bond,
    outer: Option<usize>,
}

#[derive(Clone, Copy)]
struct Task<'n> {
    node: &'n Node,
    scope: Option<usize>,
    from: i64,
    to: i64,
}

/// One way of spelling out the expression, complete when no task is left.
#[derive(Clone)]
struct Alternative<'n> {
    tasks: Vec<Task<'n>>,
    slots: Vec<Slot>,
    scopes: Vec<Scope>,
    variables: usize,
}

/// An observation that can fill a slot, with the times at which it then can have been made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) observation: usize,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Says whether an arrangement exists; `candidates` holds for each leaf the observations that match it.
pub(super) fn exists(
    root: &Node,
    candidates: &[Vec<usize>],
    observations: &[Observed<'_>],
) -> Result<bool, TooComplex> {
    if !possible(root, candidates) {
        return Ok(false);
    }
    let made: Vec<u64> = observations.iter().map(Observed::count).collect();
    let total = made.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let mut steps = Steps(MAX_STEPS);
    let mut pending = vec![Alternative {
        tasks: vec![Task {
            node: root,
            scope: None,
            from: i64::MIN,
            to: i64::MAX,
        }],
        slots: Vec::new(),
        scopes: Vec::new(),
        variables: 0,
    }];
    while let Some(mut alternative) = pending.pop() {
        if alternative.spell_out(total, &mut pending, &mut steps)?
            && alternative.holds(candidates, observations, &made, &mut steps)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says whether there are any observations for each part that needs some: most patterns end here.
fn possible(node: &Node, candidates: &[Vec<usize>]) -> bool {
    match node {
        Node::Leaf(leaf) => !candidates[*leaf].is_empty(),
        Node::And(parts) | Node::FollowedBy(parts) => parts.iter().all(|part| possible(part, candidates)),
        Node::Or(parts) => parts.iter().any(|part| possible(part, candidates)),
        Node::Within(_, inner) | Node::Repeats(_, inner) | Node::Between(_, _, inner) => possible(inner, candidates),
    }
}

impl<'n> Alternative<'n> {
    /// Works off the tasks. At an OR this alternative ends and its variants become pending; false says so, or
    /// that there are not enough observations.
    fn spell_out(
        &mut self,
        total: u64,
        pending: &mut Vec<Alternative<'n>>,
        steps: &mut Steps,
    ) -> Result<bool, TooComplex> {
        let mut demanded = self
            .slots
            .iter()
            .fold(0_u64, |sum, slot| sum.saturating_add(slot.amount));
        while let Some(task) = self.tasks.pop() {
            steps.take(1)?;
            match task.node {
                Node::Leaf(leaf) => {
                    demanded = demanded.saturating_add(1);
                    self.slot(*leaf, 1, task)?;
                }
                Node::And(parts) => self.tasks.extend(parts.iter().rev().map(|node| Task { node, ..task })),
                Node::Or(parts) => {
                    for node in parts.iter().rev() {
                        // Copies cost memory, so they count more than a look at something.
                        steps.take(16 * (self.tasks.len() + self.slots.len() + self.scopes.len()))?;
                        let mut variant = self.clone();
                        variant.tasks.push(Task { node, ..task });
                        pending.push(variant);
                    }
                    return Ok(false);
                }
                Node::FollowedBy(parts) => self.followed_by(parts, task),
                Node::Within(micros, node) => {
                    let variable = self.variable();
                    let scope = self.scope(Bond::Within(variable, micros.saturating_sub(1)), task.scope);
                    self.tasks.push(Task { node, scope, ..task });
                }
                Node::Between(start, stop, node) => self.tasks.push(Task {
                    node,
                    from: task.from.max(*start),
                    to: task.to.min(stop.saturating_sub(1)),
                    ..task
                }),
                Node::Repeats(times, node) => match **node {
                    Node::Leaf(leaf) => {
                        demanded = demanded.saturating_add(*times);
                        self.slot(leaf, *times, task)?;
                    }
                    _ if *times > total => return Ok(false),
                    _ => {
                        let times = usize::try_from(*times).map_err(|_| TooComplex)?;
                        if times > MAX_SLOTS {
                            return Err(TooComplex);
                        }
                        self.tasks.extend(std::iter::repeat_n(Task { node, ..task }, times));
                    }
                },
            }
            if demanded > total {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn slot(&mut self, leaf: usize, amount: u64, task: Task<'n>) -> Result<(), TooComplex> {
        if self.slots.len() == MAX_SLOTS {
            return Err(TooComplex);
        }
        self.slots.push(Slot {
            leaf,
            amount,
            from: task.from,
            to: task.to,
            scope: task.scope,
        });
        Ok(())
    }

    fn variable(&mut self) -> usize {
        self.variables += 1;
        self.variables - 1
    }

    fn scope(&mut self, bond: Bond, outer: Option<usize>) -> Option<usize> {
        self.scopes.push(Scope { bond, outer });
        Some(self.scopes.len() - 1)
    }

    /// Between two neighbours stands a variable: what comes before it is not later, what comes after not earlier.
    fn followed_by(&mut self, parts: &'n [Node], task: Task<'n>) {
        let mut tasks = Vec::with_capacity(parts.len());
        let mut before = None;
        for (index, node) in parts.iter().enumerate() {
            let mut scope = task.scope;
            if let Some(variable) = before {
                scope = self.scope(Bond::After(variable), scope);
            }
            if index + 1 < parts.len() {
                let variable = self.variable();
                scope = self.scope(Bond::Before(variable), scope);
                before = Some(variable);
            }
            tasks.push(Task { node, scope, ..task });
        }
        self.tasks.extend(tasks.into_iter().rev());
    }

    fn holds(
        &self,
        candidates: &[Vec<usize>],
        observations: &[Observed<'_>],
        made: &[u64],
        steps: &mut Steps,
    ) -> Result<bool, TooComplex> {
        let mut filled: Vec<Vec<Candidate>> = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            steps.take(candidates[slot.leaf].len())?;
            let of_slot: Vec<Candidate> = candidates[slot.leaf]
                .iter()
                .map(|&observation| Candidate {
                    observation,
                    from: observations[observation].first().micros().max(slot.from),
                    to: observations[observation].last().micros().min(slot.to),
                })
                .filter(|candidate| candidate.from <= candidate.to)
                .collect();
            if of_slot.is_empty() {
                return Ok(false);
            }
            filled.push(of_slot);
        }
        // Without looking at time there must be enough; without scopes that is all there is to it.
        if !self.enough(&filled, made, steps, |_| true)? {
            return Ok(false);
        }
        if self.slots.iter().all(|slot| slot.scope.is_none()) {
            return Ok(true);
        }
        if let Some(width) = self.one_within() {
            return self.fits_a_stretch(width, &filled, made, steps);
        }
        let bonds: Vec<Vec<Bond>> = self.slots.iter().map(|slot| self.bonds(slot)).collect();
        // Each order is quick where the other is slow: as written suits FOLLOWEDBY, the rarest first suits scarcity.
        let mut half = steps.half();
        let question = search::Question {
            slots: &self.slots,
            bonds: &bonds,
            variables: self.variables,
            filled: &filled,
            made,
        };
        question
            .answer(search::Order::AsWritten, &mut half)
            .or_else(|_| question.answer(search::Order::RarestFirst, steps))
    }

    fn bonds(&self, slot: &Slot) -> Vec<Bond> {
        let mut bonds = Vec::new();
        let mut scope = slot.scope;
        while let Some(found) = scope.and_then(|index| self.scopes.get(index)) {
            bonds.push(found.bond);
            scope = found.outer;
        }
        bonds
    }

    fn enough(
        &self,
        filled: &[Vec<Candidate>],
        made: &[u64],
        steps: &mut Steps,
        usable: impl Fn(&Candidate) -> bool,
    ) -> Result<bool, TooComplex> {
        let mut accepts: Vec<Vec<usize>> = Vec::with_capacity(filled.len());
        for candidates in filled {
            steps.take(candidates.len())?;
            let accepted: Vec<usize> = candidates
                .iter()
                .filter(|candidate| usable(candidate))
                .map(|candidate| candidate.observation)
                .collect();
            if accepted.is_empty() {
                return Ok(false);
            }
            accepts.push(accepted);
        }
        let demands: Vec<Demand<'_>> = self
            .slots
            .iter()
            .zip(&accepts)
            .map(|(slot, accepts)| Demand {
                amount: slot.amount,
                accepts,
            })
            .collect();
        steps.take(made.len())?;
        supply::suffices(&demands, made, steps)
    }

    /// The width of the WITHIN in which all slots stand, if nothing else binds any of them.
    fn one_within(&self) -> Option<i64> {
        let scope = self.slots.first()?.scope?;
        let all_in_it = self.slots.iter().all(|slot| slot.scope == Some(scope));
        match self.scopes.get(scope) {
            Some(Scope {
                bond: Bond::Within(_, width),
                outer: None,
            }) if all_in_it => Some(*width),
            _ => None,
        }
    }

    /// Says whether some stretch of time holds enough for all slots. It can be moved later until it begins where some
    /// observation ends, so only these beginnings need to be tried.
    fn fits_a_stretch(
        &self,
        width: i64,
        filled: &[Vec<Candidate>],
        made: &[u64],
        steps: &mut Steps,
    ) -> Result<bool, TooComplex> {
        if let ([slot], [candidates]) = (self.slots.as_slice(), filled) {
            return Ok(most_in_a_stretch(width, candidates, made) >= slot.amount);
        }
        let mut beginnings: Vec<i64> = filled.iter().flatten().map(|candidate| candidate.to).collect();
        beginnings.sort_unstable();
        beginnings.dedup();
        for beginning in beginnings {
            let end = beginning.saturating_add(width);
            if self.enough(filled, made, steps, |candidate| {
                candidate.to >= beginning && candidate.from <= end
            })? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// How many observations lie in the fullest stretch of time: those that begin before it ends, less those that end
/// before it begins.
fn most_in_a_stretch(width: i64, candidates: &[Candidate], made: &[u64]) -> u64 {
    let mut by_beginning: Vec<(i64, u64)> = candidates.iter().map(|c| (c.from, made[c.observation])).collect();
    let mut by_end: Vec<(i64, u64)> = candidates.iter().map(|c| (c.to, made[c.observation])).collect();
    by_beginning.sort_unstable();
    by_end.sort_unstable();
    let (mut begun, mut next, mut ended, mut most) = (0_u64, 0, 0_u64, 0_u64);
    for (end, count) in by_end {
        while let Some((from, count)) = by_beginning.get(next)
            && *from <= end.saturating_add(width)
        {
            begun = begun.saturating_add(*count);
            next += 1;
        }
        most = most.max(begun.saturating_sub(ended));
        ended = ended.saturating_add(count);
    }
    most
}
