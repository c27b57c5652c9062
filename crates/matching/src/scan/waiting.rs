//! Tokens that wait to be looked up together.
//!
//! The places they are looked up in are far apart, and the processor fetches many as fast as one, so long as none has to
//! be known before the next is asked for. Each pass over those that wait does one thing and has no branch that depends on
//! a token: what kind each is decides in which list it is written, not what is done next.

use std::ops::Range;

use super::masks::Window;
use super::{Also, BEFORE, Looks, bits_of, word_of};
use crate::key::{TAIL, tail};
use crate::token::{self, Shape};

/// From so many on they are looked up.
const FULL: usize = 32;
/// Room for them: those of one step may come on top. A power of two.
const ROOM: usize = 64;
/// From so many on those that passed the first look are looked at again.
const PASSED: usize = 16;

/// Tokens by where they end.
pub(super) struct Waiting<'a> {
    looks: &'a dyn Looks,
    also: Also,
    /// The words of tokens, and behind them those of addresses.
    table: &'a [u64],
    token_words: usize,
    many: usize,
    ends: [usize; 2 * ROOM],
    /// Of each its dots, as bits of the 32 bytes before its end.
    dots: [u32; ROOM],
    /// How many of its last bytes are hashed; of an address, how many it has.
    lengths: [u32; ROOM],
    /// The numbers of those that are looked up as tokens, and as addresses.
    tokens: List,
    addresses: List,
    /// In which word of the table each of a list is looked up, and by which bits.
    places: [(usize, u64); ROOM],
    /// A position before all of them, and how many lines have ended before it.
    began: (usize, usize),
    passed: Vec<Passed>,
}

/// Numbers of tokens of one kind, in an array that always has room.
struct List {
    many: usize,
    numbers: [u8; ROOM],
}

impl List {
    const EMPTY: Self = Self {
        many: 0,
        numbers: [0; ROOM],
    };

    /// Writes a number down, and keeps it if it is one.
    #[inline(always)]
    fn push(&mut self, number: usize, is_one: bool) {
        self.numbers[self.many % ROOM] = number as u8;
        self.many += usize::from(is_one);
    }

    /// The numbers; the list is empty then.
    #[inline(always)]
    fn take(&mut self) -> &[u8] {
        &self.numbers[..std::mem::take(&mut self.many).min(ROOM)]
    }
}

/// A token that passed the first look.
struct Passed {
    token: Range<usize>,
    began: (usize, usize),
}

impl<'a> Waiting<'a> {
    pub(super) fn new(looks: &'a dyn Looks) -> Self {
        let (table, token_words) = looks.table();
        Self {
            looks,
            also: looks.also(),
            table,
            token_words,
            many: 0,
            ends: [0; 2 * ROOM],
            dots: [0; ROOM],
            lengths: [0; ROOM],
            tokens: List::EMPTY,
            addresses: List::EMPTY,
            places: [(0, 0); ROOM],
            began: (BEFORE, 0),
            passed: Vec::new(),
        }
    }

    /// Adds the tokens that end in a step; there are hardly ever more than two.
    #[inline(always)]
    pub(super) fn push(&mut self, at: usize, ends: u64) {
        let mut rest = ends;
        let mut next = self.many;
        let many = next + ends.count_ones() as usize;
        loop {
            self.ends[next % (2 * ROOM)] = at + rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            self.ends[(next + 1) % (2 * ROOM)] = at + rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            next += 2;
            if rest == 0 {
                break;
            }
        }
        self.many = many;
    }

    pub(super) fn is_full(&self) -> bool {
        self.many >= FULL
    }

    /// Whether some passed the first look and are enough for the second; the last ones always are.
    pub(super) fn have_passed(&self, are_last: bool) -> bool {
        self.passed.len() >= PASSED || are_last && !self.passed.is_empty()
    }

    /// Says where those that come next begin, and how many lines have ended before.
    pub(super) fn begin(&mut self, at: usize, lines: usize) {
        self.began = (at, lines);
    }

    /// The first look at all that wait.
    #[inline(always)]
    pub(super) fn look_up<const MORE: bool>(&mut self, bytes: &[u8], masks: &impl Fn(&[u8; TAIL]) -> Window) {
        let many = std::mem::take(&mut self.many).min(ROOM);
        let mut odd = 0_u64;
        let word_lengths = if MORE { self.also.word_lengths } else { 0 };
        for (number, end) in self.ends[..many].iter().enumerate() {
            let Some(window) = window(bytes, *end) else { continue };
            let Window { token, dot } = masks(window);
            let counted = (!token).leading_zeros();
            let dots = dot & first_bits(counted);
            let last = 31_u32.wrapping_sub(dots.leading_zeros());
            let has_dot = dots != 0;
            let ends_in_number = is_digit(window[31]) & is_digit(window[last.wrapping_add(1) as usize % TAIL]);
            let is_number = has_dot & ends_in_number;
            let is_address = is_number & (counted <= 15) & (dots.count_ones() == 3);
            let is_name = has_dot & !is_number;
            // Of names the last two labels, of everything else all there is.
            let before_last = dots & !1_u32.wrapping_shl(last);
            let length = if is_name & (before_last != 0) {
                before_last.leading_zeros()
            } else {
                counted
            };
            let is_wanted_word = if word_lengths == 0 {
                !has_dot
            } else {
                word_lengths >> counted & 1 == 1 || counted as usize >= TAIL
            };
            let is_odd = token::is_edge(window[31]) | token::is_edge(window[(TAIL - counted as usize) % TAIL]);
            odd |= u64::from(is_odd) << number;
            self.dots[number % ROOM] = dots;
            self.lengths[number % ROOM] = length;
            self.addresses.push(number, is_address & !is_odd);
            self.tokens
                .push(number, (is_name | is_wanted_word) & !is_address & !is_odd);
        }
        let passed = self.tokens(bytes);
        self.pass(bytes, passed);
        let passed = self.addresses(bytes);
        self.pass(bytes, passed);
        if odd != 0 {
            self.odd(bytes, odd);
        }
    }

    /// Which tokens pass: a bit for each, by its number.
    #[inline(always)]
    fn tokens(&mut self, bytes: &[u8]) -> u64 {
        let numbers = self.tokens.take();
        for (place, number) in self.places.iter_mut().zip(numbers) {
            let number = usize::from(*number) % ROOM;
            if let Some(window) = window(bytes, self.ends[number]) {
                let hash = tail(window, self.lengths[number] as usize);
                *place = (word_of(hash, self.token_words), bits_of(hash));
            }
        }
        first_look(self.table, &self.places, numbers)
    }

    /// Which addresses pass.
    #[inline(always)]
    fn addresses(&mut self, bytes: &[u8]) -> u64 {
        let numbers = self.addresses.take();
        let words = self.table.len() - self.token_words;
        if words == 0 {
            return 0;
        }
        for (place, number) in self.places.iter_mut().zip(numbers) {
            let number = usize::from(*number) % ROOM;
            if let Some(window) = window(bytes, self.ends[number]) {
                let block = token::block(window, self.dots[number], self.lengths[number]);
                *place = place_of_block(block, self.token_words, words);
            }
        }
        first_look(self.table, &self.places, numbers)
    }

    /// Keeps those that passed for the second look.
    #[inline(always)]
    fn pass(&mut self, bytes: &[u8], mut passed: u64) {
        while passed != 0 {
            let end = self.ends[passed.trailing_zeros() as usize % ROOM];
            passed &= passed - 1;
            // Where a long one begins was not looked at yet.
            self.keep(token::trimmed(bytes, start(bytes, end)..end));
        }
    }

    fn keep(&mut self, token: Range<usize>) {
        self.passed.push(Passed {
            token,
            began: self.began,
        });
    }

    /// Tokens that begin or end with what does not belong to them.
    #[cold]
    fn odd(&mut self, bytes: &[u8], mut odd: u64) {
        while odd != 0 {
            let end = self.ends[odd.trailing_zeros() as usize % ROOM];
            odd &= odd - 1;
            let token = token::trimmed(bytes, start(bytes, end)..end);
            if !token.is_empty() && self.may_be_known(&bytes[token.clone()]) {
                self.keep(token);
            }
        }
    }

    /// The first look at one trimmed token.
    fn may_be_known(&self, token: &[u8]) -> bool {
        let words = self.table.len() - self.token_words;
        let (word, bits) = match token::shape(token) {
            Shape::Address { .. } if words == 0 => return false,
            Shape::Address { .. } => place_of_block(token::block_of(token), self.token_words, words),
            Shape::Dotted { .. } | Shape::Plain => {
                let hash = token::probe(token);
                (word_of(hash, self.token_words), bits_of(hash))
            }
        };
        self.table.get(word).is_some_and(|word| word & bits == bits)
    }

    /// Both looks at one trimmed token.
    pub(super) fn knows_alone(&self, bytes: &[u8], token: Range<usize>) -> bool {
        self.may_be_known(&bytes[token.clone()]) && self.looks.knows_tokens(bytes, &[token]) != 0
    }

    /// The second look: gives those that are known, by where they end, with a position before that and how many lines have
    /// ended before it.
    pub(super) fn look_again(&mut self, bytes: &[u8], mut give: impl FnMut(usize, (usize, usize))) {
        let passed = std::mem::take(&mut self.passed);
        for passed in passed.chunks(64) {
            let tokens: Vec<Range<usize>> = passed.iter().map(|passed| passed.token.clone()).collect();
            let mut known = self.looks.knows_tokens(bytes, &tokens);
            while known != 0 {
                let number = known.trailing_zeros() as usize;
                known &= known - 1;
                give(tokens[number].end, passed[number].began);
            }
        }
        self.passed = passed;
        self.passed.clear();
    }
}

/// In which word of the table a /24 is looked up, and by which bit.
#[inline(always)]
const fn place_of_block(block: u32, token_words: usize, words: usize) -> (usize, u64) {
    let place = block as usize & (words * 64 - 1);
    (token_words + (place >> 6), 1 << (place & 63))
}

/// Of which numbers all bits are set where they are looked up.
#[inline(always)]
fn first_look(table: &[u64], places: &[(usize, u64); ROOM], numbers: &[u8]) -> u64 {
    let mut passed = 0;
    for ((word, bits), number) in places.iter().zip(numbers) {
        let word = table.get(*word).copied().unwrap_or(0);
        passed |= u64::from(word & bits == *bits) << (number % ROOM as u8);
    }
    passed
}

/// Where the token begins that ends at a position. Before a text there is room without any.
fn start(bytes: &[u8], end: usize) -> usize {
    let before = bytes[..end].iter().rposition(|byte| !token::is_token(*byte));
    before.map_or(0, |at| at + 1)
}

/// The highest bits, so many.
#[inline(always)]
const fn first_bits(many: u32) -> u32 {
    (!(u64::MAX >> many) >> 32) as u32
}

#[inline(always)]
const fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// The 32 bytes before a position.
#[inline(always)]
fn window(bytes: &[u8], end: usize) -> Option<&[u8; TAIL]> {
    bytes.get(end.wrapping_sub(TAIL)..)?.first_chunk()
}
