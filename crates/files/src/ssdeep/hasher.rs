//! Makes an ssdeep hash of a content that comes in pieces.

use super::{LETTERS, SMALLEST_BLOCK, WINDOW};

/// Block sizes there are: 3, 6, 12 … 3 · 2³⁰.
const BLOCKS: usize = 31;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The state in which the hash of a piece begins. Only its low six bits ever show, so only they are kept: a
/// multiplication carries nothing downwards.
const START: u8 = 0x27;

/// The next state of a piece's hash, by state and by the low six bits of the byte: FNV with spamsum's start.
const NEXT: [[u8; 64]; 64] = {
    let mut table = [[0; 64]; 64];
    let mut state = 0;
    while state < 64 {
        let mut byte = 0;
        while byte < 64 {
            // The low six bits of the FNV prime 0x01000193 are 0x13.
            table[state][byte] = (((state * 0x13) ^ byte) & 63) as u8;
            byte += 1;
        }
        state += 1;
    }
    table
};

/// What is known for one block size.
#[derive(Clone, Copy)]
struct Block {
    letters: [u8; LETTERS],
    count: usize,
    /// The letter that the last cut gave once `letters` is full, or that the shorter text ends with.
    last: Option<u8>,
    short_last: Option<u8>,
    /// State of the piece that is being read.
    state: u8,
    /// The same for the text of half the length, whose last piece goes on to the end.
    short_state: u8,
}

impl Block {
    const fn new(state: u8, short_state: u8) -> Self {
        Self {
            letters: [0; LETTERS],
            count: 0,
            last: None,
            short_last: None,
            state,
            short_state,
        }
    }

    /// Ends a piece. Says whether the text was full already.
    fn cut(&mut self) -> bool {
        let ended = letter(self.state);
        self.last = Some(ended);
        self.short_last = Some(letter(self.short_state));
        if self.count == LETTERS - 1 {
            return true;
        }
        if let Some(place) = self.letters.get_mut(self.count) {
            *place = ended;
        }
        self.count += 1;
        self.last = None;
        self.state = START;
        if self.count < LETTERS / 2 {
            self.short_state = START;
            self.short_last = None;
        }
        false
    }

    fn text(&self, most: usize) -> impl Iterator<Item = u8> + '_ {
        self.letters.iter().copied().take(self.count.min(most))
    }
}

fn letter(state: u8) -> u8 {
    ALPHABET[usize::from(state & 63)]
}

/// The sum over the last seven bytes at which pieces are cut.
#[derive(Clone, Copy, Default)]
struct Rolling {
    window: [u8; WINDOW],
    at: usize,
    plain: u32,
    weighted: u32,
    shifted: u32,
}

impl Rolling {
    #[inline]
    fn push(&mut self, byte: u8) -> u32 {
        let new = u32::from(byte);
        self.weighted = self.weighted.wrapping_sub(self.plain).wrapping_add(WINDOW as u32 * new);
        self.plain = self.plain.wrapping_add(new);
        if let Some(old) = self.window.get_mut(self.at) {
            self.plain = self.plain.wrapping_sub(u32::from(*old));
            *old = byte;
        }
        self.at = if self.at + 1 == WINDOW { 0 } else { self.at + 1 };
        self.shifted = (self.shifted << 5) ^ new;
        self.sum()
    }

    #[inline]
    fn sum(&self) -> u32 {
        self.plain.wrapping_add(self.weighted).wrapping_add(self.shifted)
    }
}

/// Makes the hash of a content that comes in pieces.
pub struct Hasher {
    blocks: Box<[Block; BLOCKS]>,
    /// Block sizes in use: those below are too small for the length, those above have not been cut yet.
    first: usize,
    end: usize,
    /// Block sizes are given up above this length, which doubles each time.
    border: u64,
    rolling: Rolling,
    total: u64,
    /// State of the one piece of the block size after the largest.
    beyond: Option<u8>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            blocks: Box::new([Block::new(START, START); BLOCKS]),
            first: 0,
            end: 1,
            border: SMALLEST_BLOCK * LETTERS as u64,
            rolling: Rolling::default(),
            total: 0,
            beyond: None,
        }
    }
}

impl Hasher {
    /// Adds a piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        for &byte in bytes {
            self.step(byte);
        }
    }

    #[inline]
    fn step(&mut self, byte: u8) {
        let sum = self.rolling.push(byte).wrapping_add(1);
        let low = usize::from(byte & 63);
        for block in self.blocks.iter_mut().take(self.end).skip(self.first) {
            block.state = NEXT[usize::from(block.state & 63)][low];
            block.short_state = NEXT[usize::from(block.short_state & 63)][low];
        }
        if let Some(state) = &mut self.beyond {
            *state = NEXT[usize::from(*state & 63)][low];
        }
        // A cut for the smallest block size in use: the sum plus one is a multiple of 3 · 2^first. The sum that
        // wraps to zero is a multiple of three here and would not be without the wrap.
        if sum == 0 || !sum.is_multiple_of(3) {
            return;
        }
        let thirds = sum / 3;
        if thirds & ((1 << self.first) - 1) != 0 {
            return;
        }
        self.cut(thirds >> self.first);
    }

    /// Ends a piece in every block size of which the sum is a multiple.
    fn cut(&mut self, mut multiple: u32) {
        let mut at = self.first;
        while let Some(block) = self.blocks.get_mut(at) {
            let (state, short_state) = (block.state, block.short_state);
            if block.count == 0 {
                self.fork(at, state, short_state);
            }
            let full = self.blocks.get_mut(at).is_some_and(Block::cut);
            if full {
                self.give_up_smallest();
            }
            at += 1;
            if multiple & 1 == 1 || at >= self.end {
                break;
            }
            multiple >>= 1;
        }
    }

    /// Takes the next block size into use; until now its one piece was the same as this one's.
    fn fork(&mut self, at: usize, state: u8, short_state: u8) {
        if at + 1 != self.end {
            return;
        }
        match self.blocks.get_mut(self.end) {
            Some(next) => {
                *next = Block::new(state, short_state);
                self.end += 1;
            }
            None if self.beyond.is_none() => self.beyond = Some(state),
            None => {}
        }
    }

    /// Leaves the smallest block size when the length says that it will not be the one.
    fn give_up_smallest(&mut self) {
        let next = self.blocks.get(self.first + 1);
        let enough = next.is_some_and(|next| next.count >= LETTERS / 2);
        if self.end - self.first < 2 || self.border >= self.total || !enough {
            return;
        }
        self.first += 1;
        self.border *= 2;
    }

    /// The hash, `192:text:text`.
    pub fn finish(&self) -> String {
        let sum = self.rolling.sum();
        let mut at = self.first;
        while at + 1 < BLOCKS && (SMALLEST_BLOCK << at) * (LETTERS as u64) < self.total {
            at += 1;
        }
        at = at.min(self.end - 1);
        while at > self.first && self.blocks.get(at).is_some_and(|block| block.count < LETTERS / 2) {
            at -= 1;
        }
        let mut text = Vec::with_capacity(2 * LETTERS);
        let Some(block) = self.blocks.get(at) else {
            return String::new();
        };
        text.extend(block.text(LETTERS));
        // What stands after the last cut is a piece as well.
        text.extend(if sum == 0 {
            block.last
        } else {
            Some(letter(block.state))
        });
        text.push(b':');
        match self.blocks.get(at + 1).filter(|_| at + 1 < self.end) {
            Some(double) => {
                text.extend(double.text(LETTERS / 2 - 1));
                text.extend(if sum == 0 {
                    double.short_last
                } else {
                    Some(letter(double.short_state))
                });
            }
            None if sum == 0 => {}
            None if at == 0 => text.push(letter(block.state)),
            None => text.extend(self.beyond.map(letter)),
        }
        format!("{}:{}", SMALLEST_BLOCK << at, String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests;
