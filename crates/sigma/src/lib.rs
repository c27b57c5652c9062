//! Sigma: rules that say what an attack looks like in logs, asked of [`events::Event`]s.
//!
//! A rule names the logs it is for, tests of values (`CommandLine|contains: …`) and a condition that joins them; a
//! correlation says when several events together mean something. [`Rules`] are compiled once and never change;
//! a [`Matcher`] goes with one stream of events.
//!
//! ```text
//! yaml ──► rule, detection ──► table of tests ─┐
//!           modifiers, pattern, condition      ├─► Rules ──► Matcher: logsource ─► index ─► tests ─► correlation
//!                                   index ─────┘
//! ```
//!
//! Thousands of rules cost little more than one: rules are grouped by the logs they are for, an automaton over texts
//! that a rule cannot match without picks the few that are evaluated, and a test that several rules share is asked once.
//!
//! Rules are what others wrote: size, depth, aliases, expressions and counts are capped, and a rule that cannot be
//! used says which and why while the others are used.

mod channels;
mod condition;
mod correlation;
mod detection;
mod expression;
mod fields;
mod index;
mod logsource;
mod matcher;
mod modifiers;
mod needed;
mod pattern;
mod rule;
mod rules;
mod table;
mod test;
mod values;
mod windows;
mod yaml;

pub use correlation::COUNT;
pub use logsource::Origin;
pub use matcher::{Correlated, FIELDS, Match, Matcher};
pub use rule::{Level, LogSource, Rule};
pub use rules::{FILE_BYTES, RULES, Rules, RulesBuilder};
pub use windows::{HELD, WINDOWS};
