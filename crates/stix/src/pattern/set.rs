//! Evaluates many patterns against the same observations without looking at each.
//!
//! A pattern that asks somewhere for `path = 'literal'`, or for an address in a block, cannot match unless some
//! object has that there. For each pattern the best such condition is looked up by type of object, path, and
//! literal; a pattern without one is looked up by type of object. What is looked up is then evaluated in full, so
//! the index decides nothing.

use std::collections::{BTreeSet, HashMap};

use super::compiled::{Compiled, Leaf, Node};
use super::condition::Known;
use super::network::Network;
use super::observed::Observed;
use super::path::Route;
use crate::json::Value;

/// Patterns with an index over what they ask for. A pattern is known by its number, counted from 0 in the order
/// in which they were added.
#[derive(Clone, Debug, Default)]
pub struct PatternSet {
    patterns: Vec<Compiled>,
    types: HashMap<Box<str>, OfType>,
}

/// Which patterns match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The numbers of the patterns that match, in ascending order.
    pub matching: Vec<usize>,
    /// The numbers of those whose evaluation was given up, see [`TooComplex`](super::TooComplex).
    pub undecided: Vec<usize>,
}

/// Patterns that ask for a type of object.
#[derive(Clone, Debug, Default)]
struct OfType {
    /// Those that have to be evaluated for every object of the type.
    always: Vec<usize>,
    by_path: HashMap<Route, ByLiteral>,
}

#[derive(Clone, Debug, Default)]
struct ByLiteral {
    texts: HashMap<Box<str>, Vec<usize>>,
    integers: HashMap<i64, Vec<usize>>,
    networks: HashMap<Network, Vec<usize>>,
    /// The versions and prefixes of the blocks above: a handful, however many blocks there are.
    shapes: BTreeSet<(bool, u8)>,
}

/// Something of which at least one has to be there for a pattern to match.
#[derive(Clone, Copy)]
enum Clue<'c> {
    Literal(&'c Route, Known<'c>),
    Type(&'c str),
}

impl PatternSet {
    /// A set without patterns.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Says whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The pattern with a number.
    pub fn get(&self, number: usize) -> Option<&Compiled> {
        self.patterns.get(number)
    }

    /// Adds a pattern; gives its number.
    pub fn add(&mut self, pattern: Compiled) -> usize {
        let number = self.patterns.len();
        for clue in of_node(&pattern.root, &pattern.leaves) {
            let numbers = match clue {
                Clue::Type(object_type) => &mut self.types.entry(object_type.into()).or_default().always,
                Clue::Literal(route, known) => {
                    let of_type = self.types.entry(route.object_type.clone()).or_default();
                    let by_literal = of_type.by_path.entry(route.clone()).or_default();
                    match known {
                        Known::Text(text) => by_literal.texts.entry(text.into()).or_default(),
                        Known::Integer(integer) => by_literal.integers.entry(integer).or_default(),
                        Known::In(network) => {
                            by_literal.shapes.insert(network.shape());
                            by_literal.networks.entry(network).or_default()
                        }
                    }
                }
            };
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
        self.patterns.push(pattern);
        number
    }

    /// The patterns that match the observations, taken together.
    pub fn matches(&self, observations: &[Observed<'_>]) -> Found {
        let mut candidates = Vec::new();
        for observed in observations {
            self.look_up(observed, &mut candidates);
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut found = Found::default();
        for number in candidates {
            match self.patterns[number].matches(observations) {
                Ok(true) => found.matching.push(number),
                Ok(false) => {}
                Err(_) => found.undecided.push(number),
            }
        }
        found
    }

    fn look_up(&self, observed: &Observed<'_>, candidates: &mut Vec<usize>) {
        for (object_type, object) in observed.objects() {
            let Some(of_type) = self.types.get(*object_type) else {
                continue;
            };
            candidates.extend_from_slice(&of_type.always);
            for (route, by_literal) in &of_type.by_path {
                route.any(object, observed, &mut |value| {
                    by_literal.collect(value, candidates);
                    false
                });
            }
        }
    }
}

impl Extend<Compiled> for PatternSet {
    fn extend<I: IntoIterator<Item = Compiled>>(&mut self, patterns: I) {
        for pattern in patterns {
            self.add(pattern);
        }
    }
}

impl FromIterator<Compiled> for PatternSet {
    fn from_iter<I: IntoIterator<Item = Compiled>>(patterns: I) -> Self {
        let mut set = Self::new();
        set.extend(patterns);
        set
    }
}

impl ByLiteral {
    /// Collects the patterns that ask for a value.
    fn collect(&self, value: &Value<'_>, candidates: &mut Vec<usize>) {
        match value {
            Value::String(text) => {
                candidates.extend(self.texts.get(text.as_ref()).into_iter().flatten());
                if !self.shapes.is_empty()
                    && let Some(found) = Network::parse(text)
                {
                    let blocks = self
                        .shapes
                        .iter()
                        .filter_map(|&(version, prefix)| found.within(version, prefix));
                    candidates.extend(blocks.filter_map(|block| self.networks.get(&block)).flatten());
                }
            }
            Value::Number(number) => {
                // A float without fraction equals an integer; a cast saturates and so cannot hide a match.
                let whole = || {
                    number
                        .as_f64()
                        .filter(|float| float.fract() == 0.0)
                        .map(|float| float as i64)
                };
                let integer = number.as_i64().or_else(whole);
                candidates.extend(
                    integer
                        .and_then(|integer| self.integers.get(&integer))
                        .into_iter()
                        .flatten(),
                );
            }
            _ => {}
        }
    }
}

fn of_node<'c>(node: &'c Node, leaves: &'c [Leaf]) -> Vec<Clue<'c>> {
    match node {
        Node::Leaf(leaf) => of_leaf(&leaves[*leaf]),
        Node::And(parts) | Node::FollowedBy(parts) => best(parts.iter().map(|part| of_node(part, leaves))),
        Node::Or(parts) => parts.iter().flat_map(|part| of_node(part, leaves)).collect(),
        Node::Within(_, inner) | Node::Repeats(_, inner) | Node::Between(_, _, inner) => of_node(inner, leaves),
    }
}

fn of_leaf(leaf: &Leaf) -> Vec<Clue<'_>> {
    match leaf {
        Leaf::Value(route, check) => match check.known() {
            Some(known) => known.into_iter().map(|known| Clue::Literal(route, known)).collect(),
            None => vec![Clue::Type(&route.object_type)],
        },
        Leaf::Exists(route, _) => vec![Clue::Type(&route.object_type)],
        Leaf::And(parts) => best(parts.iter().map(of_leaf)),
        Leaf::Or(parts) => parts.iter().flat_map(of_leaf).collect(),
    }
}

/// Of several conditions that all have to be fulfilled, the one that is looked up with the fewest evaluations
/// for nothing.
fn best<'c>(conditions: impl Iterator<Item = Vec<Clue<'c>>>) -> Vec<Clue<'c>> {
    conditions
        .min_by_key(|clues| {
            let types = clues.iter().filter(|clue| matches!(clue, Clue::Type(_))).count();
            (types, clues.len())
        })
        .unwrap_or_default()
}
