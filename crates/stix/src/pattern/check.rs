//! Finds what the grammar lets through and the specification does not: rules about meaning, each problem with
//! its place.

use std::collections::BTreeSet;

use super::Pattern;
use super::ast::{CompareOperator, Comparison, Condition, Constant, Observation, Position, Qualifier, Step, Test};
use super::condition::Check;
use super::expression::{MAX_COMPILED, Refusal};
use super::network::Network;
use crate::problem::Problem;

/// Code of the warning about a regular expression that can be exchanged but not evaluated here.
pub(super) const UNSUPPORTED_EXPRESSION: &str = "pattern-regex-unsupported";

/// How many LIKE and MATCHES one pattern may hold: each may cost two megabytes once compiled.
const MAX_EXPRESSIONS: usize = 100;

/// All that is wrong with a pattern, in the order of the text.
pub(super) fn check(pattern: &Pattern) -> Vec<Problem> {
    let mut checker = Checker {
        problems: Vec::new(),
        expressions: 0,
    };
    checker.observation(&pattern.expression);
    checker.problems
}

/// Says why an expression was refused.
pub(super) fn expression_problem(refusal: &Refusal, at: Position) -> Problem {
    match refusal {
        Refusal::Malformed(reason) => Problem::error(
            "pattern-regex",
            at.place(),
            format!("the regular expression is malformed: {reason}"),
        )
        .help("in a pattern each backslash is written twice: '\\\\.' for \\."),
        Refusal::Unsupported(reason) => Problem::warning(
            UNSUPPORTED_EXPRESSION,
            at.place(),
            format!("the regular expression cannot be evaluated here: {reason}"),
        )
        .help("write it without look-around, backreferences, and escapes that only PCRE has"),
        Refusal::TooLarge => Problem::warning(
            UNSUPPORTED_EXPRESSION,
            at.place(),
            format!(
                "the regular expression cannot be evaluated here: it needs more than the limit of {MAX_COMPILED} bytes \
                 when compiled"
            ),
        )
        .help("make its counted repetitions smaller"),
    }
}

struct Checker {
    problems: Vec<Problem>,
    expressions: usize,
}

impl Checker {
    fn observation(&mut self, expression: &Observation) {
        match expression {
            Observation::Single(comparison) => {
                self.comparison(comparison);
            }
            Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
                for part in parts {
                    self.observation(part);
                }
            }
            Observation::Qualified(inner, qualifier) => {
                self.observation(inner);
                if let Qualifier::StartStop(start, stop, at) = qualifier
                    && stop <= start
                {
                    self.problems.push(
                        Problem::warning(
                            "pattern-empty-interval",
                            at.place(),
                            format!("nothing can match: STOP {stop} is not after START {start}"),
                        )
                        .help("START is inclusive, STOP is exclusive"),
                    );
                }
            }
        }
    }

    /// Checks a comparison; gives the types of object to which it can apply (STIX 2.1 section 9.5).
    fn comparison<'c>(&mut self, comparison: &'c Comparison) -> BTreeSet<&'c str> {
        match comparison {
            Comparison::Test(test) => {
                self.test(test);
                BTreeSet::from([test.path.object_type.as_str()])
            }
            Comparison::Or(parts) => {
                let mut types = BTreeSet::new();
                for part in parts {
                    types.append(&mut self.comparison(part));
                }
                types
            }
            Comparison::And(parts) => {
                let mut common: Option<BTreeSet<&str>> = None;
                for part in parts {
                    let types = self.comparison(part);
                    common = Some(match common {
                        None => types,
                        Some(before) => {
                            let both: BTreeSet<&str> = before.intersection(&types).copied().collect();
                            if both.is_empty() && !before.is_empty() && !types.is_empty() {
                                self.different_types(part, &before, &types);
                            }
                            both
                        }
                    });
                }
                common.unwrap_or_default()
            }
        }
    }

    /// A warning, because patterns of known producers do this and every validator of the grammar lets them pass.
    fn different_types(&mut self, part: &Comparison, before: &BTreeSet<&str>, types: &BTreeSet<&str>) {
        let named = |types: &BTreeSet<&str>| types.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        self.problems.push(
            Problem::warning(
                "pattern-object-types",
                first_position(part).place(),
                format!(
                    "AND joins tests of different types of object, {} and {}, which no object can fulfil",
                    named(before),
                    named(types)
                ),
            )
            .help("give each type its own brackets: [a:x = 1] AND [b:y = 2]"),
        );
    }

    fn test(&mut self, test: &Test) {
        let at = test.constant_position;
        match &test.condition {
            Condition::IsSubset(text) | Condition::IsSuperset(text) => {
                if Network::parse(text).is_none() {
                    let shown: String = text.chars().take(60).collect();
                    self.problems.push(
                        Problem::error(
                            "pattern-network",
                            at.place(),
                            format!("'{shown}' is neither an IP address nor a CIDR block"),
                        )
                        .help("write it like 198.51.100.0/24 or 2001:db8::/32"),
                    );
                }
            }
            Condition::Like(_) | Condition::Matches(_) => {
                self.expressions += 1;
                if self.expressions == MAX_EXPRESSIONS + 1 {
                    self.problems.push(Problem::error(
                        "pattern-limit",
                        test.position.place(),
                        format!("the pattern has more LIKE and MATCHES than the limit of {MAX_EXPRESSIONS}"),
                    ));
                }
                if self.expressions <= MAX_EXPRESSIONS
                    && let Err(refusal) = Check::new(&test.path, test.negated, &test.condition)
                {
                    self.problems.push(expression_problem(&refusal, at));
                }
            }
            Condition::In(members) => {
                self.same_kind(members, at);
                for member in members {
                    self.hash(test, member);
                }
            }
            Condition::Compare(CompareOperator::Equal | CompareOperator::NotEqual, constant) => {
                self.hash(test, constant);
            }
            Condition::Compare(..) | Condition::Exists => {}
        }
    }

    /// The members of a set are of one type (STIX 2.1 section 9.2); integers and floats are both numbers.
    fn same_kind(&mut self, members: &[Constant], at: Position) {
        let kind = |constant: &Constant| match constant {
            Constant::Float(_) => "an integer",
            other => other.kind(),
        };
        let Some(first) = members.first().map(kind) else {
            return;
        };
        if let Some(other) = members.iter().map(kind).find(|other| *other != first) {
            self.problems.push(
                Problem::error(
                    "pattern-mixed-set",
                    at.place(),
                    format!("the set holds {first} and {other}"),
                )
                .help("all members of a set are of one type"),
            );
        }
    }

    /// A constant compared with a hash has the form of that hash (STIX 2.1 section 10.7).
    fn hash(&mut self, test: &Test, constant: &Constant) {
        let [.., Step::Property(hashes), Step::Property(algorithm)] = test.path.steps.as_slice() else {
            return;
        };
        let (true, Constant::String(text)) = (hashes == "hashes", constant) else {
            return;
        };
        let name: String = algorithm
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let digits = match name.as_str() {
            "MD5" => 32,
            "SHA1" => 40,
            "SHA224" => 56,
            "SHA256" | "SHA3256" => 64,
            "SHA384" => 96,
            "SHA512" | "SHA3512" => 128,
            _ => return,
        };
        if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let shown: String = text.chars().take(60).collect();
            self.problems.push(
                Problem::error(
                    "pattern-hash",
                    test.constant_position.place(),
                    format!("'{shown}' is not a hash of the kind {algorithm}"),
                )
                .help(format!("it has {digits} hexadecimal digits")),
            );
        }
    }
}

fn first_position(comparison: &Comparison) -> Position {
    match comparison {
        Comparison::Test(test) => test.position,
        Comparison::And(parts) | Comparison::Or(parts) => parts.first().map(first_position).unwrap_or_default(),
    }
}
