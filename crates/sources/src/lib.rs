//! Where logs come from: files, directories, standard input, followed files, listeners, subjects of brokers, object storage.
//!
//! This room moves bytes and knows nothing of formats, events or indicators. What is at rest is opened ([`open()`],
//! [`SourceSpec::logs`]) and read by a thread that may wait; what never ends is a stream that gives
//! [`stream::Piece`]s over a bounded channel. [`SourceSpec`] is what a person writes to name any of them.

// A Problem is made once per refused input; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod open;
mod rest;
#[cfg(feature = "s3")]
pub mod s3;
mod secrets;
mod spec;
pub mod stream;
#[cfg(any(feature = "mqtt", feature = "kafka", feature = "s3"))]
mod tls;

pub use open::{Limits, Opened, open, open_within, read_problem, unpack, walk};
pub use rest::{Clock, Contents, Kept, Resting};
pub use secrets::Secrets;
pub use spec::SourceSpec;
