//! Says what to look for and what to leave out: lists of values known to be harmless, and the current worth of an indicator.
//!
//! Everything here is pure: values, facts and the time come in as parameters, and judgements with their reasons go out.
//! Nothing here hides or deletes an object; who asks decides what a hit or a low score means.

// A Problem is made once per refused list or entry; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod hit;
pub mod score;
pub mod warninglist;

pub use score::{Facts, Model, Score};
pub use warninglist::{Hit, Warninglists, WarninglistsBuilder};
