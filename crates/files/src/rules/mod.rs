//! YARA rules: compiled from sources, kept in one piece, matched on contents.
//!
//! The engine is yara-x, which takes minutes to build; it stands behind the feature `yara`. Without it the types are here as
//! well, so that callers need no conditions, and building rules is a problem that says what to do.
//!
//! A rule that does not compile is a [`stix::Problem`] with file, line and reason; the other rules of its file are still
//! used. A file that is nested so deeply that the compiler would come to the end of its stack is left out whole. Rules with modules that this build has not (`androguard`, `cuckoo`, `magic`, `vt` …) are left out in the same way.

#[cfg(feature = "yara")]
mod compile;
#[cfg(feature = "yara")]
mod engine;
#[cfg(feature = "yara")]
mod nesting;
mod sources;
#[cfg(not(feature = "yara"))]
mod without;

use std::path::PathBuf;

use stix::Problem;

#[cfg(feature = "yara")]
pub use engine::{Matcher, Rules};
#[cfg(not(feature = "yara"))]
pub use without::{Matcher, Rules};

/// Whether this build has the engine.
pub const BUILT_IN: bool = cfg!(feature = "yara");

/// A rule that a content meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleMatch {
    /// Its name.
    pub rule: String,
    /// The namespace it was compiled in: the name of its file.
    pub namespace: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it says of itself: `author`, `description`, `reference` … as written, in its order.
    pub meta: Vec<(String, String)>,
    /// The first strings that were found, each at its first place.
    pub strings: Vec<StringMatch>,
}

impl RuleMatch {
    /// The first entry of the rule's own description under a name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        let entry = self.meta.iter().find(|(key, _)| key == name);
        entry.map(|(_, value)| value.as_str())
    }
}

/// A string of a rule, found in a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringMatch {
    /// Its name with the dollar sign.
    pub identifier: String,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
    /// Its beginning, what is not plain ASCII written as `\x00`.
    pub excerpt: String,
}

/// What came of compiling.
#[derive(Debug)]
pub struct Compiled {
    /// The rules that can be used.
    pub rules: Rules,
    /// How many they are.
    pub used: usize,
    /// How many were left out; each has a problem.
    pub left_out: usize,
    /// Why rules or files were left out. Warnings of the compiler (a slow pattern) are not told.
    pub problems: Vec<Problem>,
}

/// Collects sources of rules.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    #[cfg_attr(not(feature = "yara"), allow(dead_code, reason = "only the compiler reads it"))]
    sources: Vec<(String, Vec<u8>)>,
    #[cfg_attr(not(feature = "yara"), allow(dead_code, reason = "only the compiler reads it"))]
    includes: Option<PathBuf>,
}
