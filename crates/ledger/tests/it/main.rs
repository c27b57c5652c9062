//! Behaviour of the ledger seen from outside, and agreement with independent implementations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod agreement;
mod export;
mod fuzz;
mod hostile;
mod log;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod receipt;
mod tiles;
mod vectors;
