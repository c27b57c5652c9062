//! One program for all integration tests of the crate.

mod archives;
mod fuzz;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod programs;
#[cfg(feature = "yara")]
mod published_rules;
mod rules;
mod support;
mod walking;
