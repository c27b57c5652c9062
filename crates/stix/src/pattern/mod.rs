//! Reads, checks, writes, and evaluates patterns of the STIX 2.1 pattern language (STIX 2.1 chapter 9).
//!
//! ```text
//! text ── parse ──> Pattern ── check ──────> problems with their places
//!                      ├────── to_string ──> canonical text (parses back to an equal Pattern)
//!                      ├────── literals ───> the comparisons in it, for extracting observables
//!                      └────── Compiled ───> matches(observations)
//!                                 └───────── PatternSet: many patterns, one index
//! ```
//!
//! Patterns come from strangers, so everything has a limit that its error names: [`MAX_BYTES`], [`MAX_DEPTH`],
//! [`MAX_COMPARISONS`]. Where the specification and the reference implementation differ, the specification
//! wins; `docs/decisions/0003-stix-pattern-semantics.md` lists each case.

mod arrange;
mod ast;
mod canonical;
mod check;
mod compiled;
mod condition;
mod expression;
mod lexer;
mod literals;
mod network;
mod observed;
mod parser;
mod path;
mod search;
mod set;
mod supply;

pub use arrange::MAX_STEPS;
pub use ast::{
    CompareOperator, Comparison, Condition, Constant, Instant, ObjectPath, Observation, Position, Qualifier, Seconds,
    Step, Test,
};
pub use compiled::{Compiled, TooComplex};
pub use literals::{Literal, Operator, literals};
pub use observed::{NoObjects, Observed, Resolver};
pub use set::{Found, PatternSet};

#[cfg(test)]
mod evaluation_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use crate::problem::Problem;

/// The longest pattern that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// How deep parentheses and qualifiers may be nested.
pub const MAX_DEPTH: usize = 64;

/// How many comparisons one pattern may hold.
pub const MAX_COMPARISONS: usize = 10_000;

/// A pattern that follows the grammar of STIX 2.1 section 9.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What has to be observed.
    pub expression: Observation,
}

impl Pattern {
    /// Parses a pattern of STIX 2.1.
    ///
    /// The problem carries line and column and says what was found and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        parser::parse(text, parser::Version::V21)
    }

    /// Parses a pattern of STIX 2.0, in which START and STOP take a plain string and a qualifier may be repeated
    /// without parentheses. Writing the result gives a pattern of STIX 2.1 with the same meaning.
    pub fn parse_v20(text: &str) -> Result<Self, Problem> {
        parser::parse(text, parser::Version::V20)
    }

    /// Checks what the grammar does not: types of object joined by AND, sets, hashes, address blocks, regular
    /// expressions, intervals. A pattern is good if none of the problems is an error.
    pub fn check(&self) -> Vec<Problem> {
        check::check(self)
    }
}

impl std::str::FromStr for Pattern {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
