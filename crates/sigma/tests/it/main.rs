//! One program for the integration tests of this crate.

mod correlations;
mod fuzz;
mod kit;
mod matching;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod published_rules;
mod readers;
