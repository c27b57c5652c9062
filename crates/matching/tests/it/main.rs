//! One program for the integration tests of this crate. Those with real data take it from the folder that COMMONWATCH_DATA names.

// Helper functions of tests are not tests to clippy; in them, too, an unwrap is the assertion.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod fuzz;
mod fuzz_matching;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod naive;
mod published_warninglists;
mod real_logs;
