//! Behaviour of the ledger seen from outside, and agreement with independent implementations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod agreement;
mod export;
mod hostile;
mod log;
mod receipt;
mod tiles;
mod vectors;
