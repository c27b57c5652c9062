//! Warninglists as MISP publishes them, from the folder that COMMONWATCH_DATA names.

// Helper functions of tests are not tests to clippy; in them, too, an unwrap is the assertion.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod fuzz;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod published_warninglists;
