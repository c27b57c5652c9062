//! Behaviour of the ledger seen from outside, and agreement with independent implementations.

mod agreement;
mod log;
mod vectors;
