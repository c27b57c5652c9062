//! Masks on x86-64 with AVX2: each is two comparisons of 32 bytes.

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::BYTES;
use super::masks::{Masks, Rare, Window};
use super::step::Steps;
use crate::key::TAIL;

/// Looks through the whole block, if this processor can.
#[expect(
    unsafe_code,
    reason = "the fast pass is six times as fast with AVX2 as with the table (docs/performance.md)"
)]
pub(super) fn run_if_available<const BRACES: bool, const MORE: bool>(steps: &mut Steps<'_>) -> bool {
    let is_available = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    if is_available {
        // SAFETY: the processor has what the function is compiled for; the lines above asked it.
        unsafe { run::<BRACES, MORE>(steps) };
    }
    is_available
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run<const BRACES: bool, const MORE: bool>(steps: &mut Steps<'_>) {
    steps.all::<BRACES, MORE>(|bytes| masks(bytes), |bytes| rare(bytes), |bytes| window(bytes));
}

/// The masks of 64 bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn masks(bytes: &[u8; BYTES]) -> Masks {
    let (low, high) = halves(bytes, 0);
    let (low_class, high_class) = (class(low), class(high));
    let sign = both(low, high);
    let equal = |byte: u8| both(is(low, byte), is(high, byte));
    let some = |class_bits: i8| both(has(low_class, class_bits), has(high_class, class_bits));
    let (low_next, high_next) = halves(bytes, 1);
    let named = |this, next| _mm256_and_si256(is(this, b'"'), is(next, b':'));
    let rare = |bytes| {
        let ends = _mm256_or_si256(is(bytes, b'\n'), is(bytes, b'\\'));
        _mm256_or_si256(ends, is(bytes, b'%'))
    };
    Masks {
        // A byte beyond ASCII has its sign bit set.
        token: some(TOKEN) | sign,
        hex: some(DIGIT | HEX_LETTER),
        dot: equal(b'.'),
        rare: both(rare(low), rare(high)),
        named: both(named(low, low_next), named(high, high_next)),
        colon: equal(b':'),
        tab: equal(b'\t'),
    }
}

/// The rare bytes of 64, told apart.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn rare(bytes: &[u8; BYTES]) -> Rare {
    let (low, high) = halves(bytes, 0);
    let equal = |byte: u8| both(is(low, byte), is(high, byte));
    Rare {
        newline: equal(b'\n'),
        backslash: equal(b'\\'),
        percent: equal(b'%'),
    }
}

/// The masks of the bytes before the end of a token.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn window(bytes: &[u8; TAIL]) -> Window {
    let all = load(bytes);
    Window {
        token: (_mm256_movemask_epi8(has(class(all), TOKEN)) | _mm256_movemask_epi8(all)) as u32,
        dot: _mm256_movemask_epi8(is(all, b'.')) as u32,
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn is(bytes: __m256i, byte: u8) -> __m256i {
    _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8))
}

#[inline]
#[target_feature(enable = "avx2")]
fn has(class: __m256i, bits: i8) -> __m256i {
    _mm256_cmpgt_epi8(_mm256_and_si256(class, _mm256_set1_epi8(bits)), _mm256_setzero_si256())
}

/// The two halves of the 64 bytes that begin at the first or the second.
#[inline]
#[target_feature(enable = "avx2")]
fn halves(bytes: &[u8; BYTES], from: usize) -> (__m256i, __m256i) {
    let (halves, _) = bytes[from..].as_chunks::<32>();
    (load(&halves[0]), load(&halves[1]))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // One instruction; put together of its words it was seven.
    bytemuck::cast(*bytes)
}

#[inline]
#[target_feature(enable = "avx2")]
fn both(low: __m256i, high: __m256i) -> u64 {
    let (low, high) = (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32);
    u64::from(high) << 32 | u64::from(low)
}

/// Bytes of tokens, as far as they are ASCII.
const TOKEN: i8 = DASH_DOT | DIGIT | EARLY_LETTER | LATE_LETTER | UNDERSCORE;

const DASH_DOT: i8 = 1;
const DIGIT: i8 = 2;
const EARLY_LETTER: i8 = 4;
const LATE_LETTER: i8 = 8;
const UNDERSCORE: i8 = 16;
const HEX_LETTER: i8 = 32;

/// For each byte the classes it belongs to: those that its lower and its upper four bits agree on.
#[inline]
#[target_feature(enable = "avx2")]
fn class(bytes: __m256i) -> __m256i {
    const D: i8 = DIGIT;
    const E: i8 = EARLY_LETTER;
    const L: i8 = LATE_LETTER;
    const X: i8 = HEX_LETTER;
    #[rustfmt::skip]
    let by_lower = _mm256_setr_epi8(
        D | L, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L,
        D | E | L, D | E | L, E | L, E, E, E | DASH_DOT, E | DASH_DOT, E | UNDERSCORE,
        D | L, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L | X, D | E | L,
        D | E | L, D | E | L, E | L, E, E, E | DASH_DOT, E | DASH_DOT, E | UNDERSCORE,
    );
    let by_upper = _mm256_setr_epi8(
        0,
        0,
        DASH_DOT,
        D,
        E | X,
        L | UNDERSCORE,
        E | X,
        L,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        DASH_DOT,
        D,
        E | X,
        L | UNDERSCORE,
        E | X,
        L,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    );
    let upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
    _mm256_and_si256(
        _mm256_shuffle_epi8(by_lower, bytes),
        _mm256_shuffle_epi8(by_upper, upper),
    )
}
