//! Reads, checks and compares STIX 2.1 objects without losing a byte of what they arrived with.
//!
//! An [`Object`] is the exact text it was received as plus a borrowed view of it ([`json::Map`]); nothing is
//! ever re-serialised on the way through. Everything here is pure: no clock, no randomness, no input or output,
//! and no knowledge of members, databases or HTTP.

// A Problem is made once per refused item; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod check;
pub mod id;
pub mod jcs;
pub mod json;
pub mod marking;
pub mod object;
pub mod observable;
pub mod pattern;
pub mod problem;
pub mod sco;
pub mod time;
pub mod upgrade;
pub mod version;
pub mod view;

pub use id::Id;
pub use object::{Head, Object};
pub use problem::{Place, Problem, Severity};
pub use time::Timestamp;
