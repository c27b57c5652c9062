//! One step of the fast pass: 64 bytes as masks.

use std::ops::Range;

use events::lines::Shape;

use super::{AFTER, Also, BEFORE, Block, Flagged, Looks, STEP, Scanned, bits_of, without_return, word_of};
use crate::key::{TAIL, tail};
use crate::token;

/// One bit for each of 64 bytes, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Bytes of tokens.
    pub(super) token: u64,
    pub(super) dot: u64,
    /// Hexadecimal digits.
    pub(super) hex: u64,
    pub(super) newline: u64,
    pub(super) backslash: u64,
    pub(super) colon: u64,
    pub(super) tab: u64,
    pub(super) open_brace: u64,
    pub(super) close_brace: u64,
}

/// What the next step has to know of the masks of a step.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    dot: u64,
    newline: u64,
    close_brace: u64,
    colon: u64,
    /// Hexadecimal digits and colons.
    colon_runs: u64,
}

/// Runs of bytes that may go on from one step to the next.
#[derive(Default)]
struct Runs {
    /// Whether the run that reaches the end of the last step holds a mark.
    carry: bool,
    /// Whether there is such a run (1) or not (0).
    reaches: u64,
    /// Where it began.
    began: usize,
}

impl Runs {
    /// Gives each run that ends in this step and holds a mark; `marks` lie in `runs`.
    #[inline(always)]
    fn ended(&mut self, at: usize, runs: u64, marks: u64, mut give: impl FnMut(usize, usize)) {
        let (sum, first) = runs.overflowing_add(marks);
        let (sum, second) = sum.overflowing_add(u64::from(self.carry));
        let mut ends = sum & !runs;
        if ends != 0 {
            let starts = runs & !(runs << 1 | self.reaches);
            while ends != 0 {
                let end = ends.trailing_zeros();
                ends &= ends - 1;
                let before = starts & ((1 << end) - 1);
                let start = if before == 0 {
                    self.began
                } else {
                    at + 63 - before.leading_zeros() as usize
                };
                give(start, at + end as usize);
            }
        }
        self.carry = first | second;
        let ones = runs.leading_ones() as usize;
        if ones < STEP || self.reaches == 0 {
            self.began = at + STEP - ones;
        }
        self.reaches = runs >> 63;
    }
}

/// Tokens that wait to be looked up.
const WAITING: usize = 32;

/// Tokens that wait to be looked up together: the places they are looked up in are far apart, and the processor fetches
/// many as fast as one, so long as none has to be known before the next is asked for.
struct Waiting {
    many: usize,
    /// The word each is looked up in, and the bits that have to be set in it.
    words: [u32; WAITING],
    bits: [u64; WAITING],
    starts: [usize; WAITING],
    ends: [usize; WAITING],
    /// Where the step was in which it ended, and how many lines had ended before that step.
    steps: [(usize, usize); WAITING],
}

/// The pass over one block. Positions are those of the block's bytes, the room before its text counted in.
pub(super) struct Steps<'a> {
    bytes: &'a [u8],
    end: usize,
    /// The words of tokens, and behind them those of addresses.
    table: &'a [u64],
    token_words: usize,
    waiting: Waiting,
    looks: &'a dyn Looks,
    also: Also,
    shape: Shape,
    /// In lines of JSON objects, a token before `":` is a name and not a value.
    names_end_in_colon: bool,
    tokens: Runs,
    colon_runs: Runs,
    last: Last,
    tabs: usize,
    scanned: Scanned,
    /// Where this step began, and how many lines had ended before it.
    step: (usize, usize),
    flagged_from: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(block: &'a Block, shape: Shape, looks: &'a dyn Looks) -> Self {
        // What a step may read is there: see Block.
        let bytes = &block.bytes[..block.end + AFTER];
        let (table, token_words) = looks.table();
        let before_first_line = Last {
            newline: 1 << 63,
            ..Last::default()
        };
        Self {
            bytes,
            end: block.end,
            table,
            token_words,
            waiting: Waiting {
                many: 0,
                words: [0; WAITING],
                bits: [0; WAITING],
                starts: [0; WAITING],
                ends: [0; WAITING],
                steps: [(0, 0); WAITING],
            },
            looks,
            also: looks.also(),
            shape,
            names_end_in_colon: shape == Shape::Braces,
            tokens: Runs::default(),
            colon_runs: Runs::default(),
            last: before_first_line,
            tabs: 0,
            scanned: Scanned::default(),
            step: (Self::FIRST, 0),
            flagged_from: usize::MAX,
        }
    }

    /// The positions at which a step begins, and the bytes of it. The last one ends behind the text.
    #[inline(always)]
    pub(super) fn next(&self, at: usize) -> Option<&'a [u8; STEP]> {
        if at > self.end {
            return None;
        }
        self.bytes.get(at..at + STEP)?.try_into().ok()
    }

    /// The first position.
    pub(super) const FIRST: usize = BEFORE;

    #[inline(always)]
    pub(super) fn step(&mut self, at: usize, mut masks: Masks) {
        if at + STEP > self.end {
            masks = masks.first(self.end - at);
        }
        self.step = (at, self.scanned.lines);
        self.lines(at, &masks);
        if masks.backslash != 0 {
            self.escapes(at, masks.backslash);
        }
        let marks = if self.also.word_lengths == 0 {
            let mut sixteen = masks.hex & masks.hex >> 1;
            sixteen &= sixteen >> 2;
            sixteen &= sixteen >> 4;
            sixteen &= sixteen >> 8;
            masks.dot | sixteen
        } else {
            masks.token
        };
        let mut tokens = std::mem::take(&mut self.tokens);
        // Of their own, so that the masks stay in registers: what was written to memory one by one and is read together
        // makes the processor wait.
        let (dots, dots_of_last) = (masks.dot, self.last.dot);
        tokens.ended(at, masks.token, marks, |start, end| {
            let dots = dots_before(dots, dots_of_last, end - at);
            self.token(start, end, dots);
        });
        self.tokens = tokens;
        if self.also.colons {
            self.colons(at, &masks);
        }
        self.scanned.lines += masks.newline.count_ones() as usize;
        self.last = Last {
            dot: masks.dot,
            newline: masks.newline,
            close_brace: masks.close_brace,
            colon: masks.colon,
            colon_runs: masks.hex | masks.colon,
        };
    }

    #[inline(always)]
    fn colons(&mut self, at: usize, masks: &Masks) {
        let runs = masks.hex | masks.colon;
        let last_runs = self.last.colon_runs;
        // A colon with a byte of the run on either side; the bit is at the second of them.
        let before = masks.colon << 1 | self.last.colon >> 63;
        let two_before = runs << 2 | last_runs >> 62;
        let mut colon_runs = std::mem::take(&mut self.colon_runs);
        colon_runs.ended(at, runs, runs & before & two_before, |start, end| {
            if self.looks.knows_colon_run(&self.bytes[start..end]) {
                self.flag(end, self.step);
            }
        });
        self.colon_runs = colon_runs;
    }

    /// Counts lines and looks whether they are what their layout says.
    #[inline(always)]
    fn lines(&mut self, at: usize, masks: &Masks) {
        let newline = masks.newline;
        let begins = newline << 1 | self.last.newline >> 63;
        self.scanned.empty += (newline & begins).count_ones() as usize;
        match self.shape {
            Shape::Any => {}
            Shape::Braces => {
                let not_closed = newline & !(masks.close_brace << 1 | self.last.close_brace >> 63) & !begins;
                let mut odd = not_closed | begins & !masks.open_brace & !newline;
                while odd != 0 {
                    let position = at + odd.trailing_zeros() as usize;
                    odd &= odd - 1;
                    self.odd(position);
                }
            }
            Shape::Tabs(wanted) => {
                let mut ends = newline;
                let mut counted = 0;
                while ends != 0 {
                    let end = ends.trailing_zeros();
                    ends &= ends - 1;
                    let so_far = (masks.tab & ((1 << end) - 1)).count_ones() as usize;
                    if self.tabs + so_far - counted != wanted {
                        self.odd(at + end as usize);
                    }
                    counted = so_far;
                    self.tabs = 0;
                }
                self.tabs += masks.tab.count_ones() as usize - counted;
            }
        }
    }

    /// Flags the line at a position, unless it is empty or only seems odd for its carriage return.
    #[cold]
    fn odd(&mut self, position: usize) {
        let position = position.min(self.end);
        let range = self.line(position);
        let line = &self.bytes[range.clone()];
        let is_whole = match self.shape {
            Shape::Braces => line.first() == Some(&b'{') && line.last() == Some(&b'}'),
            Shape::Tabs(_) => line.first() == Some(&b'#'),
            Shape::Any => true,
        };
        if !line.is_empty() && !is_whole {
            self.flag(position, self.step);
        }
    }

    /// Looks whether a last line without its end is what its layout says.
    fn last_line(&mut self) {
        let range = self.line(self.end);
        let line = &self.bytes[range.clone()];
        let is_whole = match self.shape {
            Shape::Any => true,
            Shape::Braces => line.first() == Some(&b'{') && line.last() == Some(&b'}'),
            Shape::Tabs(wanted) => line.first() == Some(&b'#') || memchr::memchr_iter(b'\t', line).count() == wanted,
        };
        if !line.is_empty() && !is_whole {
            self.flag(self.end, (self.end, self.scanned.lines));
        }
    }

    /// JSON may write any letter as an escape; a line that does so with one of a token is read in full.
    #[cold]
    fn escapes(&mut self, at: usize, mut backslashes: u64) {
        while backslashes != 0 {
            let position = at + backslashes.trailing_zeros() as usize;
            backslashes &= backslashes - 1;
            let Some([b'u', digits @ ..]) = self.bytes.get(position + 1..position + 6) else {
                continue;
            };
            let code = std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let matters = match code {
                Some(code @ 0..0x80) => token::is_token(code as u8),
                Some(_) => self.also.beyond_ascii,
                None => false,
            };
            if matters {
                self.flag(position, self.step);
            }
        }
    }

    /// Looks at a token; `dots` are those of the 32 bytes before its end, the last byte in the highest bit.
    #[inline(always)]
    fn token(&mut self, start: usize, end: usize, dots: u32) {
        if self.names_end_in_colon && self.bytes[end] == b'"' && self.bytes[end + 1] == b':' {
            return;
        }
        if token::is_edge(self.bytes[end - 1]) || token::is_edge(self.bytes[start]) {
            let range = token::trimmed(self.bytes, start..end);
            return self.odd_token(range.start, range.end);
        }
        self.look_up(start, end, dots);
        // Behind a backslash the first letter may belong to an escape (`\n`), or the first five (`\u003c`).
        if self.bytes[start - 1] == b'\\' && self.behind_backslash(start, end) {
            self.flag(end, self.step);
        }
    }

    /// A token whose ends do not belong to it.
    #[cold]
    fn odd_token(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        if self.looked_up_alone(start, end) || (self.bytes[start - 1] == b'\\' && self.behind_backslash(start, end)) {
            self.flag(end, self.step);
        }
    }

    #[cold]
    fn behind_backslash(&self, start: usize, end: usize) -> bool {
        let skip = if self.bytes[start] == b'u' { 5 } else { 1 };
        [1, skip].into_iter().any(|skip| {
            let range = token::trimmed(self.bytes, (start + skip).min(end)..end);
            !range.is_empty() && self.looked_up_alone(range.start, range.end)
        })
    }

    /// Whether the watchlist knows a token of which no mask is at hand.
    #[cold]
    fn looked_up_alone(&self, start: usize, end: usize) -> bool {
        let mut dots = 0;
        for (at, byte) in self.bytes[end - TAIL..end].iter().enumerate() {
            dots |= u32::from(*byte == b'.') << at;
        }
        self.place_of(start, end, dots)
            .is_some_and(|(word, bits)| self.table[word as usize] & bits == bits && self.knows(start, end))
    }

    /// Puts a trimmed token among those that wait.
    #[inline(always)]
    fn look_up(&mut self, start: usize, end: usize, dots: u32) {
        let Some((word, bits)) = self.place_of(start, end, dots) else {
            return;
        };
        let waiting = &mut self.waiting;
        let at = waiting.many & (WAITING - 1);
        waiting.words[at] = word;
        waiting.bits[at] = bits;
        waiting.starts[at] = start;
        waiting.ends[at] = end;
        waiting.steps[at] = self.step;
        waiting.many = at + 1;
        if waiting.many == WAITING {
            self.look_up_waiting();
        }
    }

    /// Looks up all that wait.
    fn look_up_waiting(&mut self) {
        let many = std::mem::take(&mut self.waiting.many).min(WAITING);
        let waiting = &self.waiting;
        let mut known = 0_u32;
        for at in 0..WAITING {
            let bits = waiting.bits[at];
            // Every place is inside the table; the mask of its length is not at hand for a table of two parts.
            let word = self.table.get(waiting.words[at] as usize).copied().unwrap_or(0);
            known |= u32::from(word & bits == bits) << at;
        }
        if many < WAITING {
            known &= (1 << many) - 1;
        }
        while known != 0 {
            let at = known.trailing_zeros() as usize;
            known &= known - 1;
            let (start, end) = (self.waiting.starts[at], self.waiting.ends[at]);
            if self.knows(start, end) {
                self.flag(end, self.waiting.steps[at]);
            }
        }
    }

    /// In which word of the table a trimmed token is looked up, and by which bits; none where it is not.
    #[inline(always)]
    fn place_of(&self, start: usize, end: usize, dots: u32) -> Option<(u32, u64)> {
        let length = end - start;
        let window = window(self.bytes, end)?;
        let counted = length.min(TAIL);
        let dots = dots & u32::MAX << (TAIL - counted);
        let hash = if dots == 0 {
            if self.also.word_lengths != 0 && !self.is_wanted_word(start, end) {
                return None;
            }
            tail(window, counted)
        } else {
            let last = 31 - dots.leading_zeros();
            let is_number = window[31].is_ascii_digit() && window[(last as usize + 1) & 31].is_ascii_digit();
            if is_number {
                if length <= 15 && dots.count_ones() == 3 {
                    return self.place_of_address(window, dots);
                }
                if self.also.word_lengths == 0 || !self.is_wanted_word(start, end) {
                    return None;
                }
                tail(window, counted)
            } else {
                let rest = dots & !(1 << last);
                let from = if rest == 0 {
                    TAIL - counted
                } else {
                    TAIL - rest.leading_zeros() as usize
                };
                tail(window, TAIL - from)
            }
        };
        Some((word_of(hash, self.token_words) as u32, bits_of(hash)))
    }

    /// The same for an address, by its first three numbers. What is no address after all gets some place or other.
    #[inline(always)]
    fn place_of_address(&self, window: &[u8; TAIL], dots: u32) -> Option<(u32, u64)> {
        let words = self.table.len() - self.token_words;
        if words == 0 {
            return None;
        }
        let place = token::block(window, dots);
        let place = place as usize & (words * 64 - 1);
        Some(((self.token_words + (place >> 6)) as u32, 1 << (place & 63)))
    }

    #[cold]
    fn knows(&self, start: usize, end: usize) -> bool {
        self.looks.knows_token(&self.bytes[start..end])
    }

    /// Whether a token without dots has a length that is looked for; long hexadecimal ones always have.
    #[inline(always)]
    fn is_wanted_word(&self, start: usize, end: usize) -> bool {
        let length = end - start;
        self.also.word_lengths >> length.min(63) & 1 == 1 || length >= TAIL
    }

    /// Remembers the line at a position of a step; `step` says where that began, and how many lines had ended before it.
    #[cold]
    fn flag(&mut self, position: usize, step: (usize, usize)) {
        let range = self.line(position);
        if range.start == self.flagged_from {
            return;
        }
        self.flagged_from = range.start;
        let (began, lines) = step;
        let within = self.bytes.get(began..position).unwrap_or_default();
        self.scanned.flagged.push(Flagged {
            line: lines + memchr::memchr_iter(b'\n', within).count(),
            range: range.start - BEFORE..range.end - BEFORE,
        });
    }

    /// The line at a position, without its line end.
    fn line(&self, position: usize) -> Range<usize> {
        let start = memchr::memrchr(b'\n', &self.bytes[BEFORE..position]).map_or(BEFORE, |at| BEFORE + at + 1);
        let end = memchr::memchr(b'\n', &self.bytes[position..self.end]).map_or(self.end, |at| position + at);
        start..without_return(self.bytes, start, end)
    }

    pub(super) fn finish(mut self) -> Scanned {
        self.look_up_waiting();
        let text = &self.bytes[BEFORE..self.end];
        if text.last().is_some_and(|byte| *byte != b'\n') {
            self.last_line();
            self.scanned.lines += 1;
        }
        // Tokens are looked up later than they are met, so lines are not flagged in their order.
        self.scanned.flagged.sort_by_key(|flagged| flagged.range.start);
        self.scanned.flagged.dedup();
        self.scanned
    }
}

/// The dots of the 32 bytes before a position of this step, which may begin in the step before.
#[inline(always)]
const fn dots_before(dots: u64, before: u64, end: usize) -> u32 {
    if end >= TAIL {
        (dots >> (end - TAIL)) as u32
    } else if end == 0 {
        (before >> TAIL) as u32
    } else {
        (dots << (TAIL - end) | before >> (TAIL + end)) as u32
    }
}

/// The 32 bytes before a position.
#[inline(always)]
fn window(bytes: &[u8], end: usize) -> Option<&[u8; TAIL]> {
    bytes.get(end.wrapping_sub(TAIL)..end)?.try_into().ok()
}

impl Masks {
    /// Only the first bits.
    #[cold]
    fn first(self, many: usize) -> Self {
        let keep = (1 << many) - 1;
        Self {
            token: self.token & keep,
            dot: self.dot & keep,
            hex: self.hex & keep,
            newline: self.newline & keep,
            backslash: self.backslash & keep,
            colon: self.colon & keep,
            tab: self.tab & keep,
            open_brace: self.open_brace & keep,
            close_brace: self.close_brace & keep,
        }
    }
}
