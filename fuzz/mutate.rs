//! Breaks good inputs: the one engine behind the `fuzz.rs` of every crate's tests (docs/fuzzing.md).
//!
//! Each crate that has parsers takes this file into its integration tests by path. An input is a good sample with a few
//! edits, or bytes at random; proptest makes what fails as small as it can.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The longest input that is made: repeated doubling must not make the tests slow.
const MOST_BYTES: usize = 64 << 10;

/// An input, shown in a failure as a literal that can be pasted into a test.
#[derive(Clone)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// One thing that goes wrong with an input.
#[derive(Clone, Debug)]
enum Edit {
    Truncate(Index),
    Remove(Index, usize),
    Duplicate(Index, usize, usize),
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, &'static str, usize),
    Replace(Index, usize, &'static str),
    /// A stretch of another sample in the middle of this one.
    Splice(Index, Vec<u8>, Index, usize),
    Swap(Index, Index, usize),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + 1;
        let stretch = |at: &Index, length: usize| {
            let from = at.index(end);
            from..(from + length).min(end - 1)
        };
        match self {
            Self::Truncate(at) => bytes.truncate(at.index(end)),
            Self::Remove(at, length) => drop(bytes.drain(stretch(at, *length))),
            Self::Duplicate(at, length, times) => {
                let range = stretch(at, *length);
                let again = bytes[range.clone()].repeat(*times);
                bytes.splice(range.end..range.end, again);
            }
            Self::Flip(at, bit) => {
                if let Some(byte) = bytes.get_mut(at.index(end)) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Set(at, with) => {
                if let Some(byte) = bytes.get_mut(at.index(end)) {
                    *byte = *with;
                }
            }
            Self::Insert(at, token, times) => {
                let at = at.index(end);
                bytes.splice(at..at, token.repeat(*times).into_bytes());
            }
            Self::Replace(at, length, token) => drop(bytes.splice(stretch(at, *length), token.bytes())),
            Self::Splice(at, other, from, length) => {
                let from = from.index(other.len() + 1);
                let piece = other[from..(from + length).min(other.len())].to_vec();
                let at = at.index(end);
                bytes.splice(at..at, piece);
            }
            Self::Swap(one, other, length) => {
                let (one, other) = (stretch(one, *length), stretch(other, *length));
                if one.end <= other.start {
                    let (first, second) = (bytes[one.clone()].to_vec(), bytes[other.clone()].to_vec());
                    bytes.splice(other, first);
                    bytes.splice(one, second);
                }
            }
        }
        bytes.truncate(MOST_BYTES);
    }
}

/// Tokens that trip any parser of text.
const TRIPPING: &[&str] = &[
    "\0",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "é",
    "\\",
    "\\u0000",
    "\\ud800",
    "\"",
    "'",
    "[",
    "{",
    "(",
    "<",
    "-1",
    "0",
    "99999999999999999999",
    "1e999",
    "18446744073709551616",
    "NaN",
    "null",
    "../",
    "%00",
    "\t",
    " ",
    "\n",
];

/// Inputs made of `samples` and of `tokens`, the words of the format.
pub fn mutated(samples: Vec<Vec<u8>>, tokens: &'static [&'static str]) -> impl Strategy<Value = Bytes> {
    let token = || select([tokens, TRIPPING].concat());
    let length = || prop_oneof![4 => 1..8_usize, 2 => 1..64_usize, 1 => 1..2000_usize];
    let times = || prop_oneof![8 => Just(1_usize), 2 => 2..10_usize, 1 => 60..600_usize];
    let at = any::<Index>;
    let edit = prop_oneof![
        1 => at().prop_map(Edit::Truncate),
        2 => (at(), length()).prop_map(|(at, length)| Edit::Remove(at, length)),
        2 => (at(), length(), times()).prop_map(|(at, length, times)| Edit::Duplicate(at, length, times)),
        2 => (at(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        4 => (at(), token(), times()).prop_map(|(at, token, times)| Edit::Insert(at, token, times)),
        3 => (at(), length(), token()).prop_map(|(at, length, token)| Edit::Replace(at, length, token)),
        2 => (at(), select(samples.clone()), at(), length())
            .prop_map(|(at, other, from, length)| Edit::Splice(at, other, from, length)),
        1 => (at(), at(), length()).prop_map(|(one, other, length)| Edit::Swap(one, other, length)),
    ];
    let edits = prop::collection::vec(edit, 0..7);
    let broken = (select(samples), edits).prop_map(|(mut bytes, edits)| {
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        bytes
    });
    let random = prop::collection::vec(any::<u8>(), 0..300);
    let words = prop::collection::vec(token(), 0..60).prop_map(|words| words.concat().into_bytes());
    prop_oneof![12 => broken, 1 => random, 2 => words].prop_map(Bytes)
}

/// As many inputs as `PROPTEST_CASES` says, or as many as fit into a daily run.
pub fn config(daily: u32) -> ProptestConfig {
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default().cases,
        None => daily,
    };
    ProptestConfig {
        cases,
        // What was found becomes a named test with its bytes, not a file of seeds that a changed strategy cannot replay.
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..ProptestConfig::default()
    }
}
