//! Says what to look for and what to leave out, and finds it: watchlists, hits, lists of values known to be harmless, the
//! current worth of an indicator.
//!
//! | module | job |
//! |---|---|
//! | [`watchlist`] | compiles indicators into one immutable image, and explains it |
//! | `scan` | the fast pass: which lines are worth reading |
//! | `look` | the exact pass: which values of an event are on the watchlist |
//! | [`run`] | whole inputs, on several threads; streams that never end |
//! | [`hunt`] | past logs: an index beside each file says which parts of it can hold something |
//! | [`hit`], [`report`] | what a match tells; repeats are counted, not told |
//! | [`warninglist`], [`score`] | what is harmless, and what an indicator is worth by now |
//!
//! Time and randomness are parameters. Nothing here hides or deletes an object; who asks decides what a hit or a low score means.

// A Problem is made once per refused list or entry; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod hit;
pub mod hunt;
mod key;
mod look;
mod mapped;
pub mod report;
pub mod run;
mod scan;
pub mod score;
mod token;
pub mod warninglist;
pub mod watchlist;

pub use hit::Hit;
pub use score::{Facts, Model, Score};
pub use warninglist::{Warninglists, WarninglistsBuilder};
pub use watchlist::Watchlist;
