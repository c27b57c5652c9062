//! Masks on x86-64 with AVX-512: each is one comparison of 64 bytes, the classes one look-up in a table of 128.

use std::arch::x86_64::{
    __m512i, _mm512_cmpeq_epi8_mask, _mm512_mask_cmpeq_epi8_mask, _mm512_movepi8_mask, _mm512_permutex2var_epi8,
    _mm512_set1_epi8, _mm512_test_epi8_mask,
};

use super::masks::{Masks, Rare};
use super::step::Steps;
use super::{BYTES, STEP, avx2};
use crate::token;

/// Looks through the whole block, if this processor can.
#[expect(
    unsafe_code,
    reason = "with it the pass takes about a tenth less time than with AVX2 (docs/performance.md)"
)]
pub(super) fn run_if_available<const BRACES: bool, const MORE: bool>(steps: &mut Steps<'_>) -> bool {
    let is_available = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
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

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi,bmi1,bmi2,lzcnt,popcnt")]
fn run<const BRACES: bool, const MORE: bool>(steps: &mut Steps<'_>) {
    steps.all::<BRACES, MORE>(|bytes| masks(bytes), |bytes| rare(bytes), |bytes| avx2::window(bytes));
}

const TOKEN: u8 = 1;
const HEX: u8 = 2;
const RARE: u8 = 4;

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
        if matches!(byte, b'\n' | b'\\' | b'%') {
            *class |= RARE;
        }
        byte += 1;
    }
    classes
}

/// The masks of 64 bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn masks(bytes: &[u8; BYTES]) -> Masks {
    let all = from(bytes, 0);
    let class = _mm512_permutex2var_epi8(load(&CLASSES[0]), all, load(&CLASSES[1]));
    // The table is asked by the lower seven bits; a byte beyond ASCII has its sign bit set.
    let beyond_ascii = _mm512_movepi8_mask(all);
    let some = |bits: u8| _mm512_test_epi8_mask(class, _mm512_set1_epi8(bits as i8));
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(all, _mm512_set1_epi8(byte as i8));
    Masks {
        token: some(TOKEN) | beyond_ascii,
        hex: some(HEX) & !beyond_ascii,
        dot: equal(b'.'),
        rare: some(RARE) & !beyond_ascii,
        named: _mm512_mask_cmpeq_epi8_mask(equal(b'"'), from(bytes, 1), _mm512_set1_epi8(b':' as i8)),
        colon: equal(b':'),
        tab: equal(b'\t'),
    }
}

/// The rare bytes of 64, told apart.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn rare(bytes: &[u8; BYTES]) -> Rare {
    let all = from(bytes, 0);
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(all, _mm512_set1_epi8(byte as i8));
    Rare {
        newline: equal(b'\n'),
        backslash: equal(b'\\'),
        percent: equal(b'%'),
    }
}

/// The 64 bytes that begin at the first or the second.
#[inline]
#[target_feature(enable = "avx512f")]
fn from(bytes: &[u8; BYTES], at: usize) -> __m512i {
    let (chunks, _) = bytes[at..].as_chunks::<STEP>();
    load(&chunks[0])
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; STEP]) -> __m512i {
    bytemuck::cast(*bytes)
}
