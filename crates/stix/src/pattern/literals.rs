//! Lists the comparisons of a pattern, for those who want its observables rather than evaluate it.

use super::Pattern;
use super::ast::{CompareOperator, Comparison, Condition, Constant, ObjectPath, Observation, Position, Test};

/// An operator that compares a property with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`
    Compare(CompareOperator),
    /// `IN`
    In,
    /// `LIKE`
    Like,
    /// `MATCHES`
    Matches,
    /// `ISSUBSET`
    IsSubset,
    /// `ISSUPERSET`
    IsSuperset,
}

/// A property compared with a constant. A set gives one for each of its members.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal<'p> {
    /// Which property.
    pub path: &'p ObjectPath,
    /// How it is compared.
    pub operator: Operator,
    /// What with; the texts of LIKE, MATCHES, ISSUBSET, and ISSUPERSET are strings here.
    pub constant: Constant,
    /// Whether `NOT` stands before the operator.
    pub negated: bool,
    /// Where the test stands in the pattern.
    pub position: Position,
}

impl Literal<'_> {
    /// Says whether the test asks for the property to be this constant (`=` or `IN`, and no NOT).
    pub fn is_equality(&self) -> bool {
        !self.negated && matches!(self.operator, Operator::In | Operator::Compare(CompareOperator::Equal))
    }

    /// The text of the constant, if it is a string.
    pub fn text(&self) -> Option<&str> {
        match &self.constant {
            Constant::String(text) => Some(text),
            _ => None,
        }
    }
}

/// All comparisons with constants, in the order of the text; EXISTS has none and is left out.
pub fn literals(pattern: &Pattern) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    observation(&pattern.expression, &mut found);
    found
}

fn observation<'p>(expression: &'p Observation, found: &mut Vec<Literal<'p>>) {
    match expression {
        Observation::Single(inner) => comparison(inner, found),
        Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
            for part in parts {
                observation(part, found);
            }
        }
        Observation::Qualified(inner, _) => observation(inner, found),
    }
}

fn comparison<'p>(expression: &'p Comparison, found: &mut Vec<Literal<'p>>) {
    match expression {
        Comparison::Test(inner) => test(inner, found),
        Comparison::And(parts) | Comparison::Or(parts) => {
            for part in parts {
                comparison(part, found);
            }
        }
    }
}

fn test<'p>(test: &'p Test, found: &mut Vec<Literal<'p>>) {
    let literal = |operator, constant| Literal {
        path: &test.path,
        operator,
        constant,
        negated: test.negated,
        position: test.position,
    };
    let text = |text: &str| Constant::String(text.to_owned());
    match &test.condition {
        Condition::Compare(operator, constant) => {
            found.push(literal(Operator::Compare(*operator), constant.clone()));
        }
        Condition::In(members) => {
            found.extend(members.iter().map(|member| literal(Operator::In, member.clone())));
        }
        Condition::Like(inner) => found.push(literal(Operator::Like, text(inner))),
        Condition::Matches(inner) => found.push(literal(Operator::Matches, text(inner))),
        Condition::IsSubset(inner) => found.push(literal(Operator::IsSubset, text(inner))),
        Condition::IsSuperset(inner) => found.push(literal(Operator::IsSuperset, text(inner))),
        Condition::Exists => {}
    }
}
