//! Says what a file is, so that it can be matched: its names, its hashes, what is inside it, which YARA rules it meets.
//!
//! A [`Scanner`] is built once from what the watchlist needs ([`Wanted`]), from [`Limits`], and perhaps from compiled
//! [`Rules`]. It reads each file once, from its beginning to its end, and tells a [`FileSink`] one [`events::Event`]
//! for the file and one for each member of an archive, however deeply nested, up to the limits.
//!
//! | module | job |
//! |---|---|
//! | [`digest`] | all wanted hashes in one pass |
//! | [`ssdeep`] | fuzzy hashes of spamsum's kind: made and compared |
//! | [`tlsh`] | locality-sensitive hashes: made and compared |
//! | [`imphash`] | the hash of a Windows program's imports |
//! | [`unpack`] | the only place that touches decompressors and archives, each under a cap |
//! | [`rules`] | YARA, behind the feature `yara` |
//! | [`scan`] | one file and what is inside it |
//! | [`walk`] | directories, on several threads |
//!
//! Files are hostile. Nothing found inside one is written anywhere or run; names of members are labels. What cannot be
//! read is a [`stix::Problem`] with its place, and the files around it are still scanned.

// A Problem is made once per broken file; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod digest;
pub mod imphash;
mod limits;
pub mod rules;
pub mod scan;
pub mod ssdeep;
pub mod tlsh;
pub mod unpack;
pub mod walk;

pub use limits::{Limits, Wanted};
pub use rules::{RuleMatch, Rules};
pub use scan::{FileSink, Scanned, Scanner, Worker};
pub use ssdeep::score as ssdeep_score;
pub use tlsh::distance as tlsh_distance;
