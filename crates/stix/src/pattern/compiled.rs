//! A pattern made ready for being evaluated often: regular expressions, blocks of addresses, and sets are built
//! once, and what is the same in every evaluation is simplified away.

use super::Pattern;
use super::arrange;
use super::ast::{CompareOperator, Comparison, Condition, Constant, Instant, ObjectPath, Observation, Qualifier, Test};
use super::check;
use super::condition::Check;
use super::observed::Observed;
use super::path::Route;
use crate::json::Map;
use crate::problem::{Problem, Severity};

/// The search for an arrangement of observations was given up, see [`Compiled::matches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "whether the pattern matches could not be decided within the limit of {} steps: its qualifiers allow too many \
     arrangements of these observations",
    arrange::MAX_STEPS
)]
pub struct TooComplex;

/// A pattern that can be evaluated.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(super) root: Node,
    pub(super) leaves: Vec<Leaf>,
}

/// An observation expression whose `[ … ]` are numbered.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(usize),
    And(Vec<Node>),
    Or(Vec<Node>),
    FollowedBy(Vec<Node>),
    /// All within fewer microseconds than this.
    Within(i64, Box<Node>),
    Repeats(u64, Box<Node>),
    /// From the first microsecond to before the second.
    Between(i64, i64, Box<Node>),
}

/// The comparison inside `[ … ]`.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    Value(Route, Check),
    /// EXISTS, or NOT EXISTS when false.
    Exists(Route, bool),
    And(Vec<Leaf>),
    Or(Vec<Leaf>),
}

impl Compiled {
    /// Prepares a pattern.
    ///
    /// Refused is what [`Pattern::check`] finds an error, and regular expressions that only a backtracking engine
    /// could run (a warning there, because they may be exchanged).
    pub fn new(pattern: &Pattern) -> Result<Self, Problem> {
        let problems = check::check(pattern);
        if let Some(problem) = problems
            .into_iter()
            .find(|problem| problem.severity == Severity::Error || problem.code == check::UNSUPPORTED_EXPRESSION)
        {
            return Err(Problem {
                severity: Severity::Error,
                ..problem
            });
        }
        let mut leaves = Vec::new();
        let root = node(&pattern.expression, &mut leaves)?;
        Ok(Self { root, leaves })
    }

    /// Says whether the observations, taken together, match the pattern.
    ///
    /// An observation that was made several times counts as that many. Its time is any between `first` and `last`:
    /// the pattern matches if some choice of times does. Time is counted in microseconds.
    ///
    /// Patterns of one `[ … ]`, and AND, OR, and REPEATS of them with at most one WITHIN around all, are decided
    /// in polynomial time. Other arrangements are searched; a search that is not done after
    /// [`MAX_STEPS`](super::MAX_STEPS) steps is given up with an error.
    pub fn matches(&self, observations: &[Observed<'_>]) -> Result<bool, TooComplex> {
        if let Node::Leaf(leaf) = self.root {
            return Ok(self
                .leaves
                .get(leaf)
                .is_some_and(|leaf| observations.iter().any(|observed| leaf.matches(observed))));
        }
        let candidates: Vec<Vec<usize>> = self
            .leaves
            .iter()
            .map(|leaf| {
                (0..observations.len())
                    .filter(|&index| leaf.matches(&observations[index]))
                    .collect()
            })
            .collect();
        arrange::exists(&self.root, &candidates, observations)
    }
}

impl Leaf {
    pub(super) fn matches(&self, observed: &Observed<'_>) -> bool {
        observed
            .objects()
            .iter()
            .any(|(object_type, object)| self.holds(object_type, object, observed))
    }

    fn holds<'v>(&self, object_type: &str, object: &'v Map<'v>, observed: &'v Observed<'v>) -> bool {
        match self {
            Self::Value(route, check) => {
                *route.object_type == *object_type && route.any(object, observed, &mut |value| check.holds(value))
            }
            Self::Exists(route, wanted) => {
                *route.object_type == *object_type && route.any(object, observed, &mut |_| true) == *wanted
            }
            Self::And(parts) => parts.iter().all(|part| part.holds(object_type, object, observed)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(object_type, object, observed)),
        }
    }
}

fn node(expression: &Observation, leaves: &mut Vec<Leaf>) -> Result<Node, Problem> {
    let all = |parts: &[Observation], leaves: &mut Vec<Leaf>| -> Result<Vec<Node>, Problem> {
        parts.iter().map(|part| node(part, leaves)).collect()
    };
    Ok(match expression {
        Observation::Single(comparison) => {
            leaves.push(leaf(comparison)?);
            Node::Leaf(leaves.len() - 1)
        }
        Observation::And(parts) => Node::And(all(parts, leaves)?),
        Observation::FollowedBy(parts) => Node::FollowedBy(all(parts, leaves)?),
        Observation::Or(parts) => either(all(parts, leaves)?, leaves),
        Observation::Qualified(inner, qualifier) => {
            let inner = node(inner, leaves)?;
            match (qualifier, inner) {
                // One observation has one time, and once is what an expression matches without a qualifier.
                (Qualifier::Within(..), inner @ Node::Leaf(_)) | (Qualifier::Repeats(1, _), inner) => inner,
                (Qualifier::Within(seconds, _), inner) => Node::Within(seconds.micros, Box::new(inner)),
                (Qualifier::Repeats(times, _), Node::Repeats(already, inner)) => {
                    Node::Repeats(times.saturating_mul(already), inner)
                }
                (Qualifier::Repeats(times, _), inner) => Node::Repeats(*times, Box::new(inner)),
                (Qualifier::StartStop(start, stop, _), inner) => {
                    Node::Between(rounded_up(start), rounded_up(stop), Box::new(inner))
                }
            }
        }
    })
}

/// The first microsecond that is not before an instant.
fn rounded_up(instant: &Instant) -> i64 {
    let micros = instant.timestamp().micros();
    if instant.finer().is_empty() {
        micros
    } else {
        micros.saturating_add(1)
    }
}

/// Joins those parts of an OR that are single `[ … ]` into one: one observation fulfils either.
fn either(parts: Vec<Node>, leaves: &mut [Leaf]) -> Node {
    let mut kept = Vec::new();
    let mut target: Option<usize> = None;
    for part in parts {
        match (part, target) {
            (Node::Leaf(leaf), None) => {
                target = Some(leaf);
                kept.push(Node::Leaf(leaf));
            }
            (Node::Leaf(leaf), Some(first)) => {
                let taken = std::mem::replace(&mut leaves[leaf], Leaf::Or(Vec::new()));
                let before = std::mem::replace(&mut leaves[first], Leaf::Or(Vec::new()));
                leaves[first] = match before {
                    Leaf::Or(mut parts) => {
                        parts.push(taken);
                        Leaf::Or(parts)
                    }
                    other => Leaf::Or(vec![other, taken]),
                };
            }
            (other, _) => kept.push(other),
        }
    }
    match kept.pop() {
        Some(only) if kept.is_empty() => only,
        last => {
            kept.extend(last);
            Node::Or(kept)
        }
    }
}

fn leaf(comparison: &Comparison) -> Result<Leaf, Problem> {
    match comparison {
        Comparison::Test(test) => single(test),
        Comparison::And(parts) => Ok(Leaf::And(parts.iter().map(leaf).collect::<Result<_, _>>()?)),
        Comparison::Or(parts) => {
            let (sets, rest) = gather_sets(parts);
            let mut compiled = Vec::with_capacity(sets.len() + rest.len());
            for (path, members) in sets {
                compiled.push(value(path, false, &Condition::In(members), None)?);
            }
            for part in rest {
                compiled.push(leaf(part)?);
            }
            Ok(Leaf::Or(compiled))
        }
    }
}

/// Turns `p = 'a' OR p = 'b' OR …` into one set for each path; what is left stays as it is.
fn gather_sets(parts: &[Comparison]) -> (Vec<(&ObjectPath, Vec<Constant>)>, Vec<&Comparison>) {
    let mut at = std::collections::HashMap::new();
    let mut sets: Vec<(&ObjectPath, Vec<Constant>)> = Vec::new();
    let mut rest = Vec::new();
    for part in parts {
        match part {
            Comparison::Test(Test {
                path,
                negated: false,
                condition: Condition::Compare(CompareOperator::Equal, constant @ Constant::String(_)),
                ..
            }) => {
                let index = *at.entry(path).or_insert_with(|| {
                    sets.push((path, Vec::new()));
                    sets.len() - 1
                });
                sets[index].1.push(constant.clone());
            }
            other => rest.push(other),
        }
    }
    (sets, rest)
}

fn single(test: &Test) -> Result<Leaf, Problem> {
    if test.condition == Condition::Exists {
        return Ok(Leaf::Exists(Route::new(&test.path), !test.negated));
    }
    value(&test.path, test.negated, &test.condition, Some(test))
}

fn value(path: &ObjectPath, negated: bool, condition: &Condition, test: Option<&Test>) -> Result<Leaf, Problem> {
    let check = Check::new(path, negated, condition).map_err(|refusal| {
        let position = test.map(|test| test.constant_position).unwrap_or_default();
        check::expression_problem(&refusal, position)
    })?;
    Ok(Leaf::Value(Route::new(path), check))
}
