//! Where logs come from: files, directories, standard input, followed files, listeners, subjects of brokers, object storage.
//!
//! This room moves bytes and knows nothing of formats, events or indicators. What is at rest is opened ([`open()`],
//! [`walk()`]) and read by a thread that may wait; what never ends is a stream that gives [`Piece`]s over a bounded channel.
//!
//! [`Piece`]: stream::Piece

// A Problem is made once per refused input; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod open;

pub use open::{Limits, Opened, open, open_within, unpack, walk};
