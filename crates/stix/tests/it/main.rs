//! The object model against real data, which lies outside the repository.
//!
//! The folder is named by `COMMONWATCH_DATA`; where it is unset these tests say that they were skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::result_large_err)]

mod data;
mod fuzz;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod mutations;
mod pattern_cases;
mod real_objects;
mod upgrades;
