//! The hashes a watchlist is made of.
//!
//! | hash | of | used for |
//! |---|---|---|
//! | [`of_value`] | a kind and a whole normalised value, with the seed of the watchlist | exact look-up; the value is compared afterwards |
//! | [`of_token`] | a whole token in either case, with the seed | the second look at a token in a log line |
//! | [`tail`] | the last 32 bytes of a token in either case | the first look, one bit |
//!
//! All three fold a 128-bit product, as wyhash does: a few cycles for what is hashed here, and the same on every
//! machine, because the results are kept in files. The seed keeps somebody who knows this code from sharing
//! indicators that all fall into one place.

/// Bytes that [`tail`] looks at.
pub(crate) const TAIL: usize = 32;

const K: [u64; 4] = [
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

/// Sets the bit that tells upper from lower case in every byte. Other characters that this makes equal are told apart
/// later.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// For each length the bytes of a window of 32 that count: the last ones.
const MASKS: [[u64; 4]; TAIL + 1] = masks();

const fn masks() -> [[u64; 4]; TAIL + 1] {
    let mut all = [[0; 4]; TAIL + 1];
    let mut length = 0;
    while length <= TAIL {
        let mut byte = TAIL - length;
        while byte < TAIL {
            all[length][byte / 8] |= 0xff << (byte % 8 * 8);
            byte += 1;
        }
        length += 1;
    }
    all
}

const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    product as u64 ^ (product >> 64) as u64
}

fn words(window: &[u8; TAIL]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(window.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// The hash of the last `length` bytes of a window, at most all 32.
#[inline]
pub(crate) fn tail(window: &[u8; TAIL], length: usize) -> u64 {
    let mask = &MASKS[length.min(TAIL)];
    let [a, b, c, d] = words(window);
    let part = |word: u64, at: usize| (word | FOLD) & mask[at] ^ K[at];
    fold(part(a, 0), part(b, 1)) ^ fold(part(c, 2), part(d, 3))
}

/// [`tail`] of a token that stands alone.
pub(crate) fn tail_of(token: &[u8]) -> u64 {
    let mut window = [0; TAIL];
    let from = token.len().saturating_sub(TAIL);
    let length = token.len() - from;
    window[TAIL - length..].copy_from_slice(&token[from..]);
    tail(&window, length)
}

/// The hash of a normalised value of a kind.
pub(crate) fn of_value(seed: u64, kind: u8, value: &[u8]) -> u64 {
    bytes(seed ^ u64::from(kind).wrapping_mul(K[3]), value, 0)
}

/// The hash of a token, in whatever case it is written.
pub(crate) fn of_token(seed: u64, token: &[u8]) -> u64 {
    bytes(seed, token, FOLD)
}

/// The hash of an address or network: a kind, the bits that count, and how many they are.
pub(crate) fn of_address(seed: u64, kind: u8, bits: u128, length: u8) -> u64 {
    let start = seed ^ (u64::from(kind) << 8 | u64::from(length)).wrapping_mul(K[3]);
    fold(fold(bits as u64 ^ K[0], start ^ K[1]) ^ (bits >> 64) as u64, K[2])
}

fn bytes(start: u64, text: &[u8], fold_case: u64) -> u64 {
    let mut hash = start ^ K[0];
    let (chunks, rest) = text.as_chunks::<16>();
    let mut mix = |chunk: &[u8; 16], mask: [u64; 2]| {
        let whole = u128::from_le_bytes(*chunk);
        let a = (whole as u64 | fold_case) & mask[0];
        let b = ((whole >> 64) as u64 | fold_case) & mask[1];
        hash = fold(a ^ K[1], b ^ hash);
    };
    for chunk in chunks {
        mix(chunk, [u64::MAX; 2]);
    }
    if !rest.is_empty() {
        let mut chunk = [0; 16];
        chunk[..rest.len()].copy_from_slice(rest);
        let mask = u128::MAX >> (128 - 8 * rest.len());
        mix(&chunk, [mask as u64, (mask >> 64) as u64]);
    }
    fold(hash ^ text.len() as u64, K[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_the_same_in_a_window_and_alone_and_in_either_case() {
        let mut window = *b"....................EVIL.example";
        assert_eq!(tail(&window, 12), tail_of(b"evil.example"));
        window[0] = b'x';
        assert_eq!(
            tail(&window, 12),
            tail_of(b"Evil.Example"),
            "what stands before does not count"
        );
        assert_ne!(tail(&window, 13), tail_of(b"evil.example"));
    }

    #[test]
    fn only_the_last_bytes_of_a_long_token_count() {
        let long = b"0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_eq!(tail_of(long), tail_of(&long[16..]));
    }

    #[test]
    fn hashes_tell_kind_length_and_seed_apart() {
        let value = of_value(1, 5, b"evil.example");
        assert_ne!(value, of_value(2, 5, b"evil.example"));
        assert_ne!(value, of_value(1, 6, b"evil.example"));
        assert_ne!(value, of_value(1, 5, b"evil.example\0"));
        assert_eq!(of_token(1, b"EVIL.example"), of_token(1, b"evil.EXAMPLE"));
        assert_ne!(of_address(1, 1, 7, 32), of_address(1, 1, 7, 31));
    }

    /// Files hold these: they never change.
    #[test]
    fn hashes_are_what_they_were() {
        assert_eq!(
            [
                of_value(7, 5, b"evil.example"),
                of_token(7, b"evil.example"),
                tail_of(b"evil.example"),
                of_address(7, 1, 1, 32)
            ],
            [
                4_681_550_647_440_732_181,
                14_267_648_933_305_885_980,
                10_577_315_508_110_395_221,
                1_743_365_606_553_833_885
            ]
        );
    }
}
