//! One program for the integration tests of this crate.

mod lines;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
