//! Turns other people's bytes into STIX 2.1 objects, and objects back into what their tools read.
//!
//! Everything here is pure: bytes in, objects and a list of problems out. No clock, no network, no database, no
//! file names taken on trust: what an input is, its content says ([`detect`]). A broken item is a [`Problem`] with its
//! place; the items around it are still read. Input is streamed, decompressed only under a cap, and handed on one
//! object at a time, so memory does not grow with the size of a feed.

// A Problem is made once per refused item; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

mod decode;
pub mod detect;
mod draft;
pub mod edit;
pub mod indicators;
mod input;
mod lines;
pub mod misp;
pub mod objects;
mod office;
pub mod openioc;
pub mod prose;
pub mod read;
pub mod rules;
mod tally;
mod unpack;
pub mod write;

pub use detect::{Format, detect};
pub use input::{read_any, read_slice};
pub use read::{Found, Limits, ReadOptions, Sink, Summary};
