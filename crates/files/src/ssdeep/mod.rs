//! ssdeep: context-triggered piecewise hashes (Kornblum, 2006, after Tridgell's spamsum), written from the algorithm.
//!
//! A rolling hash over seven bytes cuts a content into pieces where it takes certain values; each piece gives one letter.
//! How often it cuts depends on the block size, which follows from the length, so a hash holds two texts of up to 64 letters,
//! for a block size and for twice that: `192:text:text`. A change in one place changes a letter or two.
//!
//! [`Hasher`] makes one, equal to those of ssdeep 2.14; [`score`] compares two.

mod compare;
mod hasher;

pub use compare::score;
pub use hasher::Hasher;

/// Letters in the text of a hash, at most.
const LETTERS: usize = 64;
/// Smallest block size.
const SMALLEST_BLOCK: u64 = 3;
/// Bytes that the rolling hash looks at; also the shortest common text for which two hashes are compared.
const WINDOW: usize = 7;
