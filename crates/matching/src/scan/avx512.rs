//! Masks on x86-64 with AVX-512: each is one comparison of 64 bytes, the classes one look-up in a table of 128.

use std::arch::x86_64::{
    __m512i, _mm512_cmpeq_epi8_mask, _mm512_movepi8_mask, _mm512_permutex2var_epi8, _mm512_set1_epi8,
    _mm512_test_epi8_mask,
};

use super::STEP;
use super::step::{Masks, Steps};
use crate::token;

/// Looks through the whole block, if this processor can.
#[expect(
    unsafe_code,
    reason = "with it the pass takes about a tenth less time than with AVX2 (docs/performance.md)"
)]
pub(super) fn run_if_available(steps: &mut Steps<'_>) -> bool {
    let is_available = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    if is_available {
        // SAFETY: the processor has what the function is compiled for; the lines above asked it.
        unsafe { run(steps) };
    }
    is_available
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,bmi2,lzcnt,popcnt")]
fn run(steps: &mut Steps<'_>) {
    let mut at = Steps::FIRST;
    while let Some(bytes) = steps.next(at) {
        let masks = masks(bytes);
        steps.step(at, masks);
        at += STEP;
    }
}

const TOKEN: u8 = 1;
const HEX: u8 = 2;

/// The classes of the bytes of ASCII.
const CLASSES: [[u8; STEP]; 2] = classes();

const fn classes() -> [[u8; STEP]; 2] {
    let mut classes = [[0; STEP]; 2];
    let mut byte = 0;
    while byte < 128_u8 {
        let class = &mut classes[byte as usize / STEP][byte as usize % STEP];
        if token::is_token(byte) {
            *class |= TOKEN;
        }
        if byte.is_ascii_hexdigit() {
            *class |= HEX;
        }
        byte += 1;
    }
    classes
}

/// The masks of 64 bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn masks(bytes: &[u8; STEP]) -> Masks {
    let all = load(bytes);
    let class = _mm512_permutex2var_epi8(load(&CLASSES[0]), all, load(&CLASSES[1]));
    // The table is asked by the lower seven bits; a byte beyond ASCII has its sign bit set.
    let beyond_ascii = _mm512_movepi8_mask(all);
    let some = |bits: u8| _mm512_test_epi8_mask(class, _mm512_set1_epi8(bits as i8));
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(all, _mm512_set1_epi8(byte as i8));
    Masks {
        token: some(TOKEN) | beyond_ascii,
        hex: some(HEX) & !beyond_ascii,
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
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; STEP]) -> __m512i {
    bytemuck::cast(*bytes)
}
