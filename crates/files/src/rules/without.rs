//! What stands in for the engine in a build without it.

use stix::{Place, Problem};

use super::{Builder, Compiled, RuleMatch};
use crate::Limits;

/// Compiled rules; there are none in this build.
#[derive(Debug)]
pub enum Rules {}

impl Rules {
    /// Starts a set of rules.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Restores saved rules: always a problem in this build.
    pub fn load(_: &[u8]) -> Result<Self, Problem> {
        Err(no_engine())
    }

    /// The rules in one piece, for [`Rules::load`].
    pub fn save(&self) -> Result<Vec<u8>, Problem> {
        match *self {}
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        match *self {}
    }
}

impl Builder {
    /// Compiles: always a problem in this build.
    pub fn build(self) -> Result<Compiled, Problem> {
        Err(no_engine())
    }
}

/// Matches rules on contents; there are none in this build.
pub struct Matcher<'r>(&'r Rules);

impl<'r> Matcher<'r> {
    pub(crate) fn new(rules: &'r Rules, _: &Limits) -> Self {
        Self(rules)
    }

    pub(crate) fn scan(&mut self, _: &[u8], _: &str, _: &str, _: &mut Vec<RuleMatch>) -> Result<(), Problem> {
        match *self.0 {}
    }
}

fn no_engine() -> Problem {
    Problem::error("no-yara", Place::default(), "this build has no YARA")
        .help("'cargo build --release --features yara' builds one that has it")
}
