//! The fast pass over lines: which of them may hold something on the watchlist?
//!
//! ```text
//! 64 bytes ── masks (one bit a byte: token, dot, hex …) ── ends of tokens worth a look, which wait for each other
//!                                                                        │ three bits (tail of the token)
//!                                                                        ▼ a few in a hundred pass
//!                                              the whole token, and each name above it, by 64-bit hash
//!                                                                        │ nearly all that pass are hits
//!                                                                        ▼
//!                                              the line is read in full, and matched exactly
//! ```
//!
//! It promises to flag every line in which the exact pass would find something, and every line that does not look as
//! its layout says; it may flag others. It knows no fields: a token is looked at wherever it stands.
//!
//! Tokens worth a look are found without looking at each: adding the mask of marks (dots, runs of sixteen
//! hexadecimal digits) to the mask of tokens carries a bit out of exactly those runs that hold a mark. What is done for
//! each of them has no branches that depend on it, because a processor that guesses wrong loses more than it costs.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod masks;
mod portable;
mod step;
mod waiting;

use std::ops::Range;

use events::lines::Shape;

use crate::key::TAIL;

/// Bytes that a [`Block`] has before its text, so that a window of 32 before any position is there.
pub(crate) const BEFORE: usize = 64;
/// Bytes that it has after it, so that the last 64 and the one behind them can be loaded at once.
pub(crate) const AFTER: usize = 128;

/// Bytes that a mask covers.
const STEP: usize = 64;
/// Bytes that a step is given: what the last of its own means is told by the next.
const BYTES: usize = STEP + 1;

const _: () = assert!(BEFORE >= 2 * TAIL && AFTER >= BYTES);

/// Whole lines, with room before and after them.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Vec<u8>,
    end: usize,
}

impl Block {
    /// A block of these lines.
    #[cfg(test)]
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut block = Self::with_capacity(text.len());
        block.room(text.len())[..text.len()].copy_from_slice(text);
        block.extend(text.len());
        block
    }

    /// An empty block for so many bytes of text.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            bytes: vec![0; BEFORE + capacity + AFTER],
            end: BEFORE,
        }
    }

    /// The text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.bytes[BEFORE..self.end]
    }

    /// Where at least `least` further bytes of text can be put; [`Block::extend`] then says how many were.
    pub(crate) fn room(&mut self, least: usize) -> &mut [u8] {
        if self.bytes.len() - AFTER < self.end + least {
            self.bytes.resize(self.end + least + AFTER, 0);
        }
        let last = self.bytes.len() - AFTER;
        &mut self.bytes[self.end..last]
    }

    /// Adds what was put into the room.
    pub(crate) fn extend(&mut self, by: usize) {
        self.end = (self.end + by).min(self.bytes.len() - AFTER);
    }

    /// Cuts the text and gives what follows the cut.
    pub(crate) fn cut(&mut self, at: usize) -> &[u8] {
        let (old, new) = (self.end, (BEFORE + at).min(self.end));
        self.end = new;
        &self.bytes[new..old]
    }

    /// Takes the text away; the room stays.
    pub(crate) fn clear(&mut self) {
        self.end = BEFORE;
    }
}

/// What the fast pass asks of a watchlist.
pub(crate) trait Looks: Sync {
    /// The words in which tokens are first looked up, see [`bits_of`], a power of two of them, which is given too; behind them
    /// those of IPv4 addresses: a bit for each /24, those beyond the last bit begin again at the first, a power of two
    /// of words, or none where no address is looked for.
    fn table(&self) -> (&[u64], usize);
    /// Which of some tokens, or a name above it, is worth reading the line for: a bit for each, at most 64, the first in the lowest.
    fn knows_tokens(&self, text: &[u8], tokens: &[Range<usize>]) -> u64;
    /// The same for a run of hexadecimal digits and colons.
    fn knows_colon_run(&self, run: &[u8]) -> bool;
    /// What has to be looked at beside tokens with dots and long hexadecimal ones.
    fn also(&self) -> Also;
}

/// The bits of a word that the hash of a token sets: three, so that one look in a hundred is for nothing.
#[inline(always)]
pub(crate) const fn bits_of(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 52 & 63) | 1 << (hash >> 58)
}

/// The word that the hash of a token is looked up in.
#[inline(always)]
pub(crate) const fn word_of(hash: u64, words: usize) -> usize {
    (hash >> 6) as usize & (words - 1)
}

/// What has to be looked at beside tokens with dots and long hexadecimal ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Also {
    /// Lengths of other words, a bit each; the last bit stands for all longer ones.
    pub(crate) word_lengths: u64,
    /// Runs with colons.
    pub(crate) colons: bool,
    /// Letters beyond ASCII, which JSON may write as escapes.
    pub(crate) beyond_ascii: bool,
    /// Every line: there are patterns or rules that no single value gives away.
    pub(crate) every_line: bool,
}

/// A line that has to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flagged {
    /// How many lines of the block are before it.
    pub(crate) line: usize,
    /// Where it stands in the text, without its line end.
    pub(crate) range: Range<usize>,
}

/// What a block holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Lines, a last one without line end among them.
    pub(crate) lines: usize,
    /// Lines with nothing in them.
    pub(crate) empty: usize,
    /// Lines that have to be read, each once, in order.
    pub(crate) flagged: Vec<Flagged>,
}

/// Looks through a block.
pub(crate) fn scan(block: &Block, shape: Shape, looks: &dyn Looks) -> Scanned {
    if looks.also().every_line {
        return every_line(block.text());
    }
    let mut steps = step::Steps::new(block, shape, looks);
    match (shape == Shape::Braces, steps.asks_more()) {
        (true, false) => run::<true, false>(&mut steps),
        (true, true) => run::<true, true>(&mut steps),
        (false, false) => run::<false, false>(&mut steps),
        (false, true) => run::<false, true>(&mut steps),
    }
    steps.finish()
}

/// Looks through the whole block, by what this processor can do. `BRACES`: lines are JSON objects. `MORE`: something is
/// asked beside tokens with dots and long hexadecimal ones.
fn run<const BRACES: bool, const MORE: bool>(steps: &mut step::Steps<'_>) {
    #[cfg(target_arch = "x86_64")]
    if avx512::run_if_available::<BRACES, MORE>(steps) || avx2::run_if_available::<BRACES, MORE>(steps) {
        return;
    }
    portable::run::<BRACES, MORE>(steps);
}

fn every_line(text: &[u8]) -> Scanned {
    let mut scanned = Scanned::default();
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
        let range = start..without_return(text, start, end);
        if range.is_empty() {
            scanned.empty += 1;
        } else {
            scanned.flagged.push(Flagged {
                line: scanned.lines,
                range,
            });
        }
        scanned.lines += 1;
        start = end + 1;
    }
    scanned
}

/// The end of a line without a carriage return.
fn without_return(text: &[u8], start: usize, end: usize) -> usize {
    if end > start && text[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

#[cfg(test)]
mod tests;
