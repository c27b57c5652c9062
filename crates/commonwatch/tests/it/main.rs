//! What must hold of the workspace as a whole and of the binary as a user meets it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it is"
)]
#![allow(clippy::print_stdout, reason = "a test without its server says that it was skipped")]

mod commitments;
mod help;
mod kit;
mod lists;
mod matching;
#[cfg(feature = "s3")]
mod objects;
mod offline;
mod partnership;
mod privacy;
mod public;
mod rooms;
mod scorecard;
mod sign_in;
mod streams;
mod vocabulary;
mod work;
mod yara;

#[cfg(feature = "s3")]
#[path = "../../../sources/tests/it/bucket.rs"]
mod bucket;
