//! What the bytes of a step are, a bit each.

use super::STEP;

/// One bit for each of the bytes of a step, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Bytes of tokens.
    pub(super) token: u64,
    pub(super) dot: u64,
    /// Hexadecimal digits.
    pub(super) hex: u64,
    /// What has to be looked at one by one, and is not often there: see [`Rare`].
    pub(super) rare: u64,
    /// A quote before a colon: what stands before it in a JSON object is a name and no value.
    pub(super) named: u64,
    pub(super) colon: u64,
    pub(super) tab: u64,
}

/// The bytes of [`Masks::rare`], told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) newline: u64,
    pub(super) backslash: u64,
    pub(super) percent: u64,
}

/// The same of the 32 bytes before the end of a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) token: u32,
    pub(super) dot: u32,
}

impl Masks {
    /// Only the first bits.
    #[cold]
    pub(super) fn first(self, many: usize) -> Self {
        let keep = first(many);
        Self {
            token: self.token & keep,
            dot: self.dot & keep,
            hex: self.hex & keep,
            rare: self.rare & keep,
            // One that ends the text names nothing in it.
            named: self.named & (keep >> 1),
            colon: self.colon & keep,
            tab: self.tab & keep,
        }
    }
}

impl Rare {
    /// Only those whose bits are in a mask.
    pub(super) fn among(self, mask: u64) -> Self {
        Self {
            newline: self.newline & mask,
            backslash: self.backslash & mask,
            percent: self.percent & mask,
        }
    }
}

const fn first(many: usize) -> u64 {
    if many >= STEP { u64::MAX } else { (1 << many) - 1 }
}
