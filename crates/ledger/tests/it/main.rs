//! Behaviour of the ledger seen from outside, and agreement with independent implementations.

mod agreement;
mod export;
mod hostile;
mod log;
mod receipt;
mod tiles;
mod vectors;
