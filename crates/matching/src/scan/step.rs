//! One step of the fast pass: 64 bytes as masks.

use std::ops::Range;

use events::lines::Shape;

use super::masks::{Masks, Rare, Window};
use super::waiting::Waiting;
use super::{AFTER, Also, BEFORE, BYTES, Block, Flagged, Looks, STEP, Scanned, without_return};
use crate::key::TAIL;
use crate::token;

/// Runs of bytes that may go on from one step to the next.
#[derive(Default)]
struct Runs {
    /// Whether the run that reaches the end of the last step holds a mark.
    carry: bool,
}

impl Runs {
    /// A bit behind the end of each run that ends in this step and holds a mark; `marks` lie in `runs`.
    #[inline(always)]
    fn ended(&mut self, runs: u64, marks: u64) -> u64 {
        let (sum, first) = runs.overflowing_add(marks);
        let (sum, second) = sum.overflowing_add(u64::from(self.carry));
        self.carry = first | second;
        sum & !runs
    }
}

/// Finds runs of at least so many bytes, at most 32: each shift doubles how many are known to be set behind a bit.
struct AtLeast([u32; 5]);

impl AtLeast {
    fn new(many: u32) -> Self {
        let mut have = 1;
        Self(std::array::from_fn(|_| {
            let shift = have.min(many - have);
            have += shift;
            shift
        }))
    }

    /// A bit where one begins, as far as a step shows it.
    #[inline(always)]
    fn long_enough(&self, runs: u64) -> u64 {
        self.0.iter().fold(runs, |found, shift| found & found >> shift)
    }
}

/// The pass over one block. Positions are those of the block's bytes, the room before its text counted in.
pub(super) struct Steps<'a> {
    bytes: &'a [u8],
    end: usize,
    looks: &'a dyn Looks,
    also: Also,
    shape: Shape,
    waiting: Waiting<'a>,
    words: AtLeast,
    tokens: Runs,
    colon_runs: Runs,
    /// Hexadecimal digits and colons of the last step, and colons alone.
    last_colons: (u64, u64),
    /// Where the line began in which this step begins, and how many tabs it has had.
    line_start: usize,
    tabs: usize,
    hosts: token::Hosts,
    scanned: Scanned,
    flagged_from: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(block: &'a Block, shape: Shape, looks: &'a dyn Looks) -> Self {
        Self {
            // What a step may read is there: see Block.
            bytes: &block.bytes[..block.end + AFTER],
            end: block.end,
            looks,
            also: looks.also(),
            shape,
            waiting: Waiting::new(looks),
            words: AtLeast::new(looks.also().word_lengths.trailing_zeros().clamp(1, TAIL as u32)),
            tokens: Runs::default(),
            colon_runs: Runs::default(),
            last_colons: (0, 0),
            line_start: BEFORE,
            tabs: 0,
            hosts: token::Hosts::default(),
            scanned: Scanned::default(),
            flagged_from: usize::MAX,
        }
    }

    /// Whether something is asked beside tokens with dots and long hexadecimal ones.
    pub(super) fn asks_more(&self) -> bool {
        self.also.word_lengths != 0 || self.also.colons
    }

    /// All steps, by what a processor has for their masks.
    #[inline(always)]
    pub(super) fn all<const BRACES: bool, const MORE: bool>(
        &mut self,
        masks: impl Fn(&[u8; BYTES]) -> Masks,
        rare: impl Fn(&[u8; BYTES]) -> Rare,
        window: impl Fn(&[u8; TAIL]) -> Window,
    ) {
        let mut at = BEFORE;
        loop {
            let step = self.next(at);
            if let Some(bytes) = step {
                self.step::<BRACES, MORE>(at, bytes, masks(bytes), &rare);
                at += STEP;
            }
            if self.waiting.is_full() || step.is_none() {
                self.waiting.look_up::<MORE>(self.bytes, &window);
                if self.waiting.have_passed(step.is_none()) {
                    self.look_again();
                }
                self.waiting.begin(at.min(self.end), self.scanned.lines);
            }
            if step.is_none() {
                return;
            }
        }
    }

    /// The bytes of the step that begins at a position. The last one ends behind the text.
    #[inline(always)]
    fn next(&self, at: usize) -> Option<&'a [u8; BYTES]> {
        if at > self.end {
            return None;
        }
        self.bytes.get(at..at + BYTES)?.try_into().ok()
    }

    #[inline(always)]
    fn step<const BRACES: bool, const MORE: bool>(
        &mut self,
        at: usize,
        bytes: &[u8; BYTES],
        mut masks: Masks,
        rare: &impl Fn(&[u8; BYTES]) -> Rare,
    ) {
        if at + STEP > self.end {
            masks = masks.first(self.end - at);
        }
        let mut sixteen = masks.hex & masks.hex >> 1;
        sixteen &= sixteen >> 2;
        sixteen &= sixteen >> 4;
        sixteen &= sixteen >> 8;
        let mut marks = masks.dot | sixteen;
        if MORE && self.also.word_lengths != 0 {
            // What goes on in the next step may be long enough there.
            marks |= self.words.long_enough(masks.token) | masks.token & 1 << (STEP - 1);
        }
        let mut ends = self.tokens.ended(masks.token, marks);
        if BRACES {
            ends &= !masks.named;
        }
        self.waiting.push(at, ends);
        // The colon behind the name of a JSON member begins no host. The first of a step may be one all the same.
        let colons = masks.colon & !(masks.named << 1);
        if colons != 0 {
            self.numbered_hosts(at, colons);
        }
        if MORE && self.also.colons {
            self.colons(at, &masks);
        }
        if !BRACES && masks.rare == 0 {
            self.tabs += masks.tab.count_ones() as usize;
        }
        if masks.rare != 0 {
            let rare = rare(bytes).among(masks.rare);
            if rare.newline != 0 {
                self.lines::<BRACES>(at, rare.newline, masks.tab);
            } else if !BRACES {
                self.tabs += masks.tab.count_ones() as usize;
            }
            if rare.backslash | rare.percent != 0 {
                self.codes(at, rare, if MORE { masks.token } else { masks.dot | sixteen });
            }
        }
    }

    /// Hosts of URLs that are addresses in other numbers than the usual (`http://3221225985/`), which no token gives away: a
    /// line with one is read in full.
    #[inline(never)]
    fn numbered_hosts(&mut self, at: usize, mut colons: u64) {
        while colons != 0 {
            let colon = at + colons.trailing_zeros() as usize;
            colons &= colons - 1;
            if matches!(self.bytes[colon + 1], b'/' | b'\\')
                && token::numbered_host(&self.bytes[..self.end], colon).is_some()
            {
                self.flag(colon, self.scanned.lines + self.newlines(self.line_start, colon));
            }
        }
    }

    #[inline(always)]
    fn colons(&mut self, at: usize, masks: &Masks) {
        let runs = masks.hex | masks.colon;
        let (last_runs, last_colon) = self.last_colons;
        self.last_colons = (runs, masks.colon);
        // A colon with a byte of the run on either side; the bit is at the second of them.
        let before = masks.colon << 1 | last_colon >> 63;
        let two_before = runs << 2 | last_runs >> 62;
        let mut ends = self.colon_runs.ended(runs, runs & before & two_before);
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            self.colon_run(end);
        }
    }

    #[cold]
    fn colon_run(&mut self, end: usize) {
        let belongs = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b':';
        let length = self.bytes[..end].iter().rev().take_while(belongs).count();
        if self.looks.knows_colon_run(&self.bytes[end - length..end]) {
            self.flag(end, self.scanned.lines + self.newlines(self.line_start, end));
        }
    }

    /// Counts the lines that end in this step, and looks whether they are what their layout says.
    #[inline(always)]
    fn lines<const BRACES: bool>(&mut self, at: usize, mut newlines: u64, tabs: u64) {
        let mut counted = 0;
        while newlines != 0 {
            let bit = newlines.trailing_zeros();
            newlines &= newlines - 1;
            let (start, end) = (self.line_start, at + bit as usize);
            let is_whole = if BRACES {
                self.bytes[start] == b'{' && self.bytes[end - 1] == b'}'
            } else {
                let so_far = (tabs & ((1 << bit) - 1)).count_ones() as usize;
                self.tabs += so_far - counted;
                counted = so_far;
                let found = std::mem::take(&mut self.tabs);
                matches!(self.shape, Shape::Tabs(wanted) if wanted == found)
            };
            if !is_whole {
                self.odd(start, end);
            }
            self.line_start = end + 1;
            self.scanned.lines += 1;
        }
        if !BRACES {
            self.tabs += tabs.count_ones() as usize - counted;
        }
    }

    /// Looks at a line that does not look as its layout says: it may be empty, or only seem odd for its carriage return.
    fn odd(&mut self, start: usize, end: usize) {
        let line = &self.bytes[start..without_return(self.bytes, start, end)];
        if line.is_empty() {
            self.scanned.empty += 1;
            return;
        }
        let is_whole = match self.shape {
            Shape::Braces => line.first() == Some(&b'{') && line.last() == Some(&b'}'),
            Shape::Tabs(wanted) => line.first() == Some(&b'#') || memchr::memchr_iter(b'\t', line).count() == wanted,
            Shape::Any => true,
        };
        if !is_whole {
            self.flag(end, self.scanned.lines);
        }
    }

    /// Letters that are written as codes, which no mask shows as what they are: JSON may write any letter so, a URL those of
    /// its host. A line that does it with one of a token is read in full. `marks`: what a token has that is looked for.
    #[cold]
    fn codes(&mut self, at: usize, rare: Rare, marks: u64) {
        let mut positions = rare.backslash;
        while positions != 0 {
            let position = at + positions.trailing_zeros() as usize;
            positions &= positions - 1;
            if self.is_escape(position) || self.holds_behind_backslash(at, position, marks) {
                self.flag(position, self.scanned.lines - self.newlines_after(position));
            }
        }
        let mut positions = rare.percent;
        while positions != 0 {
            let position = at + positions.trailing_zeros() as usize;
            positions &= positions - 1;
            let code = token::percent_code(&self.bytes[..self.end], position);
            let matters = code.is_some_and(|code| self.matters(u32::from(code)));
            if matters && self.hosts.is_inside(&self.bytes[..self.end], position) {
                self.flag(position, self.scanned.lines - self.newlines_after(position));
            }
        }
    }

    /// Whether a letter belongs to tokens that are looked for.
    fn matters(&self, code: u32) -> bool {
        match code {
            0..0x80 => token::is_token(code as u8),
            _ => self.also.beyond_ascii,
        }
    }

    /// `\u0065`
    fn is_escape(&self, position: usize) -> bool {
        let Some([b'u', digits @ ..]) = self.bytes.get(position + 1..position + 6) else {
            return false;
        };
        let digits = std::str::from_utf8(digits).ok();
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        code.is_some_and(|code| self.matters(code))
    }

    /// Behind a backslash the first letter may belong to an escape (`\n`), or the first five (`\u003c`): whether what
    /// follows those is looked for.
    fn holds_behind_backslash(&self, at: usize, position: usize, marks: u64) -> bool {
        let start = position + 1;
        if start >= self.end || !token::is_token(self.bytes[start]) {
            return false;
        }
        let rest = &self.bytes[start..self.end];
        let length = rest.iter().position(|byte| !token::is_token(*byte));
        let end = length.map_or(self.end, |length| start + length);
        // Without a mark nobody looks for it; what goes on behind this step may have one there.
        let (from, to) = (start - at, (end - at).min(STEP));
        let is_marked = from < to && (marks >> from << from) << (STEP - to) != 0;
        if !is_marked && end <= at + STEP {
            return false;
        }
        let skip = if self.bytes[start] == b'u' { 5 } else { 1 };
        [1, skip].into_iter().any(|skip| {
            let range = token::trimmed(self.bytes, (start + skip).min(end)..end);
            !range.is_empty() && self.waiting.knows_alone(self.bytes, range)
        })
    }

    /// Looks a second time at the tokens that passed the first look.
    #[inline(never)]
    fn look_again(&mut self) {
        let mut known = Vec::new();
        self.waiting
            .look_again(self.bytes, |end, began| known.push((end, began)));
        for (end, (from, lines)) in known {
            self.flag(end, lines + self.newlines(from, end));
        }
    }

    fn newlines(&self, from: usize, to: usize) -> usize {
        memchr::memchr_iter(b'\n', self.bytes.get(from..to).unwrap_or_default()).count()
    }

    /// How many lines that are counted already end behind a position.
    fn newlines_after(&self, position: usize) -> usize {
        self.newlines(position, self.line_start)
    }

    /// Remembers the line at a position, before which so many have ended.
    fn flag(&mut self, position: usize, lines: usize) {
        let range = self.line(position);
        if range.start == self.flagged_from {
            return;
        }
        self.flagged_from = range.start;
        self.scanned.flagged.push(Flagged {
            line: lines,
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
        if self.line_start < self.end {
            let (start, end) = (self.line_start, self.end);
            self.odd(start, end);
            self.scanned.lines += 1;
        }
        // Tokens are looked up later than they are met, so lines are not flagged in their order.
        self.scanned.flagged.sort_by_key(|flagged| flagged.range.start);
        self.scanned.flagged.dedup();
        self.scanned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_at_least_so_many_bytes_are_found_and_shorter_ones_are_not() {
        for many in 1..=TAIL as u32 {
            for length in 1..=STEP as u32 {
                let run = u64::MAX >> (64 - length);
                let found = AtLeast::new(many).long_enough(run);
                assert_eq!(
                    found.count_ones(),
                    (length + 1).saturating_sub(many),
                    "{many} of {length}"
                );
            }
        }
    }
}
