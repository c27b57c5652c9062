//! Masks on x86-64 with AVX2: each is two comparisons of 32 bytes.

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8, _mm256_set_epi64x,
    _mm256_set1_epi8, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::STEP;
use super::step::{Masks, Steps};

/// Looks through the whole block, if this processor can.
#[expect(
    unsafe_code,
    reason = "the fast pass is six times as fast with AVX2 as with the table (docs/performance.md)"
)]
pub(super) fn run_if_available(steps: &mut Steps<'_>) -> bool {
    let is_available = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    if is_available {
        // SAFETY: the processor has what the function is compiled for; the line above asked it.
        unsafe { run(steps) };
    }
    is_available
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run(steps: &mut Steps<'_>) {
    let mut at = Steps::FIRST;
    while let Some(bytes) = steps.next(at) {
        let masks = masks(bytes);
        steps.step(at, masks);
        at += STEP;
    }
}

/// The masks of 64 bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn masks(bytes: &[u8; STEP]) -> Masks {
    let (halves, _) = bytes.as_chunks::<32>();
    let (low, high) = (load(&halves[0]), load(&halves[1]));
    let (low_class, high_class) = (class(low), class(high));
    let sign = both(low, high);
    let equal = |byte: u8| {
        let wanted = _mm256_set1_epi8(byte as i8);
        both(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted))
    };
    let some = |class_bits: i8| {
        let (bits, zero) = (_mm256_set1_epi8(class_bits), _mm256_setzero_si256());
        both(
            _mm256_cmpgt_epi8(_mm256_and_si256(low_class, bits), zero),
            _mm256_cmpgt_epi8(_mm256_and_si256(high_class, bits), zero),
        )
    };
    Masks {
        // A byte beyond ASCII has its sign bit set.
        token: some(0x1f) | sign,
        hex: some(DIGIT | HEX_LETTER),
        dot: equal(b'.'),
        newline: equal(b'\n'),
        backslash: equal(b'\\'),
        colon: equal(b':'),
        tab: equal(b'\t'),
        open_brace: equal(b'{'),
        close_brace: equal(b'}'),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    let (words, _) = bytes.as_chunks::<8>();
    let word = |at: usize| i64::from_le_bytes(words[at]);
    _mm256_set_epi64x(word(3), word(2), word(1), word(0))
}

#[inline]
#[target_feature(enable = "avx2")]
fn both(low: __m256i, high: __m256i) -> u64 {
    let (low, high) = (_mm256_movemask_epi8(low) as u32, _mm256_movemask_epi8(high) as u32);
    u64::from(high) << 32 | u64::from(low)
}

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
