//! Hashes and scores that libfuzzy of ssdeep 2.14 gives for the same contents.

use super::*;
use crate::ssdeep::score;

/// Bytes that look random: the high byte of a linear congruential generator (Knuth's MMIX).
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn words(count: usize) -> Vec<u8> {
    let words: [&[u8]; 8] = [
        b"alpha ",
        b"bravo ",
        b"charlie ",
        b"delta ",
        b"echo ",
        b"foxtrot ",
        b"golf\n",
        b"hotel ",
    ];
    let noise = noise(count, 7);
    noise
        .iter()
        .flat_map(|byte| words[usize::from(byte >> 5)])
        .copied()
        .collect()
}

fn hash(content: &[u8]) -> String {
    let mut hasher = Hasher::default();
    content.chunks(1_000).for_each(|piece| hasher.update(piece));
    hasher.finish()
}

#[test]
fn short_contents_have_the_hashes_of_the_reference() {
    assert_eq!(hash(b""), "3::");
    assert_eq!(hash(&[0; 5_000]), "3::");
    assert_eq!(hash(&noise(1, 1)), "3:J:J");
    assert_eq!(hash(&noise(6, 1)), "3:piq:Iq");
    assert_eq!(hash(&noise(7, 1)), "3:piT:IT");
    assert_eq!(
        hash(&noise(192, 1)),
        "3:piH06MsHt8pK9cGP8IXy7sQfwN7+U9bXdb77OlTDXb6CJguUTl4M1IGb1cbt:Ijp8k+Ey7sP7r9bXaTDXb6CJg/lV1W"
    );
    assert_eq!(
        hash(&noise(193, 1)),
        "3:piH06MsHt8pK9cGP8IXy7sQfwN7+U9bXdb77OlTDXb6CJguUTl4M1IGb1cbTn:Ijp8k+Ey7sP7r9bXaTDXb6CJg/lV1m"
    );
}

#[test]
fn longer_contents_have_the_hashes_of_the_reference() {
    assert_eq!(
        hash(&noise(1_000, 1)),
        "24:KeEyQRArvuNgV1uBHpCqVZHWt5FXGxDeAmPKZz8zx:KtyQRArmOXu58qVhSW2yZS"
    );
    assert_eq!(
        hash(&noise(5_000, 1)),
        "96:KL4nrqGAxTGN7ewLXV/zpdCLByr5vx5FALEFnA6qk:+UrNeKxqgr5vbeEmzk"
    );
    assert_eq!(
        hash(&noise(100_000, 1)),
        "3072:o1YknPgt2glBd0P2jJEPOGJeffS3UZgxu2+:oRn44OBd0P2jmPOwd3UKuT"
    );
}

#[test]
fn texts_that_cut_seldom_or_often_have_the_hashes_of_the_reference() {
    assert_eq!(
        hash(&words(50)),
        "3:h8AUR1+AxGdIRA2RaRFBxtoq7uRFHAmATKumUR1+AMRFHDFNFEEXn6PwaFBxd2Vf:h8j/2X935u7MK8/Q7DFNFteT4zupvmSe"
    );
    assert_eq!(
        hash(&words(1_000)),
        "192:mxSCfqzTPJOrW0YdNUF89B9juxy+dFjEklRUGvmL:mxSCfqzTPJOrW0YdNUF89B9juxy+dFjM"
    );
    assert_eq!(
        hash(&words(10_000)),
        "384:mxSCfqzTPJOrW0YdNUF89B9juxy+dFjEklRUGvm88h7YmvxihhtiTI0N0XCmmkEG:U"
    );
}

#[test]
fn changed_contents_score_as_the_reference_says() {
    let original = noise(20_000, 1);
    let mut one_place = original.clone();
    one_place.splice(7_000..7_100, [b'x'; 300]);
    let mut many_places = original.clone();
    many_places.iter_mut().step_by(2_500).for_each(|byte| *byte = b'y');
    let [original, one_place, many_places] = [original, one_place, many_places].map(|content| hash(&content));
    assert_eq!(score(&original, &one_place), 99);
    assert_eq!(score(&original, &many_places), 86);
    assert_eq!(score(&one_place, &many_places), 83);
    // Twice as long: the block sizes differ by two.
    assert_eq!(score(&original, &hash(&noise(40_000, 1))), 61);
}

#[test]
fn short_contents_cannot_score_high() {
    // The cap of small block sizes: 64 letters at block size 3.
    assert_eq!(score(&hash(&words(50)), &hash(&words(52))), 64);
}
