//! One program for all integration tests of the crate.

mod archives;
mod fuzz;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod programs;
mod rules;
mod support;
mod walking;
