//! Masks for any processor: a table, byte by byte.

use super::masks::{Masks, Rare, Window};
use super::step::Steps;
use super::{BYTES, STEP};
use crate::key::TAIL;
use crate::token;

/// Looks through the whole block.
pub(super) fn run<const BRACES: bool, const MORE: bool>(steps: &mut Steps<'_>) {
    steps.all::<BRACES, MORE>(masks, rare, window);
}

/// The masks of 64 bytes.
pub(super) fn masks(bytes: &[u8; BYTES]) -> Masks {
    let mut masks = Masks::default();
    for (at, pair) in bytes.windows(2).enumerate() {
        let bit = 1 << at;
        if token::is_token(pair[0]) {
            masks.token |= bit;
        }
        if pair[0].is_ascii_hexdigit() {
            masks.hex |= bit;
        }
        match pair {
            b"\":" => masks.named |= bit,
            [b'.', _] => masks.dot |= bit,
            [b':', _] => masks.colon |= bit,
            [b'\t', _] => masks.tab |= bit,
            [b'\n' | b'\\' | b'%', _] => masks.rare |= bit,
            _ => {}
        }
    }
    masks
}

/// The rare bytes of 64, told apart.
pub(super) fn rare(bytes: &[u8; BYTES]) -> Rare {
    let mut rare = Rare::default();
    for (at, byte) in bytes[..STEP].iter().enumerate() {
        let bit = 1 << at;
        match byte {
            b'\n' => rare.newline |= bit,
            b'\\' => rare.backslash |= bit,
            b'%' => rare.percent |= bit,
            _ => {}
        }
    }
    rare
}

/// The masks of the bytes before the end of a token.
pub(super) fn window(bytes: &[u8; TAIL]) -> Window {
    let mut window = Window::default();
    for (at, byte) in bytes.iter().enumerate() {
        window.token |= u32::from(token::is_token(*byte)) << at;
        window.dot |= u32::from(*byte == b'.') << at;
    }
    window
}
