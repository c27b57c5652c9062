//! Masks for any processor: a table, byte by byte.

use super::STEP;
use super::step::{Masks, Steps};
use crate::token;

/// Looks through the whole block.
pub(super) fn run(steps: &mut Steps<'_>) {
    let mut at = Steps::FIRST;
    while let Some(bytes) = steps.next(at) {
        steps.step(at, masks(bytes));
        at += STEP;
    }
}

/// The masks of 64 bytes.
pub(super) fn masks(bytes: &[u8; STEP]) -> Masks {
    let mut masks = Masks::default();
    for (at, byte) in bytes.iter().enumerate() {
        let bit = 1 << at;
        if token::is_token(*byte) {
            masks.token |= bit;
        }
        if byte.is_ascii_hexdigit() {
            masks.hex |= bit;
        }
        match byte {
            b'.' => masks.dot |= bit,
            b'\n' => masks.newline |= bit,
            b'\\' => masks.backslash |= bit,
            b':' => masks.colon |= bit,
            b'\t' => masks.tab |= bit,
            b'{' => masks.open_brace |= bit,
            b'}' => masks.close_brace |= bit,
            _ => {}
        }
    }
    masks
}
