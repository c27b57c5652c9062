//! Compares two ssdeep hashes.

use super::{LETTERS, SMALLEST_BLOCK, WINDOW};

/// How alike two contents are by their ssdeep hashes, 0 (nothing in common) to 100. Zero as well when one of the texts is
/// not an ssdeep hash, or when the block sizes are too far apart to compare.
pub fn score(one: &str, other: &str) -> u32 {
    let (Some(one), Some(other)) = (Parts::of(one), Parts::of(other)) else {
        return 0;
    };
    if one.block == other.block {
        if one.text == other.text && one.double == other.double {
            return 100;
        }
        let whole = score_texts(&one.text, &other.text, one.block);
        return whole.max(score_texts(&one.double, &other.double, one.block.saturating_mul(2)));
    }
    if one.block.checked_mul(2) == Some(other.block) {
        score_texts(&one.double, &other.text, other.block)
    } else if other.block.checked_mul(2) == Some(one.block) {
        score_texts(&one.text, &other.double, one.block)
    } else {
        0
    }
}

/// The parts of a hash, with runs of a letter cut to three: long runs say little and would drown the rest.
struct Parts {
    block: u64,
    text: Vec<u8>,
    double: Vec<u8>,
}

impl Parts {
    fn of(hash: &str) -> Option<Self> {
        let (block, rest) = hash.split_once(':')?;
        let (text, rest) = rest.split_once(':')?;
        // The command-line tool puts the name of the file after a comma.
        let double = rest.split_once(',').map_or(rest, |(double, _)| double);
        if text.len() > LETTERS || double.len() > LETTERS {
            return None;
        }
        let block: u64 = block.parse().ok()?;
        (block >= SMALLEST_BLOCK).then(|| Self {
            block,
            text: without_runs(text),
            double: without_runs(double),
        })
    }
}

fn without_runs(text: &str) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        if !kept.ends_with(&[byte; 3]) {
            kept.push(byte);
        }
    }
    kept
}

fn score_texts(one: &[u8], other: &[u8], block: u64) -> u32 {
    if !have_common_part(one, other) {
        return 0;
    }
    let lengths = one.len() + other.len();
    let distance = edit_distance(one, other) * LETTERS / lengths;
    let likeness = 100_usize.saturating_sub(100 * distance / LETTERS);
    // Short texts of small blocks must not claim much; from a block size of 48 on the cap would not bind.
    let cap = (block / SMALLEST_BLOCK).saturating_mul(one.len().min(other.len()) as u64);
    let likeness = if block >= (99 + WINDOW as u64) / WINDOW as u64 * SMALLEST_BLOCK {
        likeness as u64
    } else {
        cap.min(likeness as u64)
    };
    likeness as u32
}

/// Whether seven letters in a row stand in both: without that, likeness is chance.
fn have_common_part(one: &[u8], other: &[u8]) -> bool {
    one.windows(WINDOW)
        .any(|part| other.windows(WINDOW).any(|candidate| candidate == part))
}

/// Letters to put in or to take out to make one text of the other; a changed letter is both.
fn edit_distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.iter().enumerate() {
        let mut corner = line;
        let mut left = line + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (above, candidate) in row.iter_mut().skip(1).zip(other) {
            let changed = corner + if letter == candidate { 0 } else { 2 };
            let best = changed.min(left + 1).min(*above + 1);
            corner = *above;
            *above = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO";
    const CHANGED: &str =
        "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSxa:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWOa";

    #[test]
    fn the_same_hash_scores_a_hundred_and_a_stranger_nothing() {
        assert_eq!(score(ONE, ONE), 100);
        assert_eq!(score(ONE, "96:abcdefghijklmnopqrstuvwxyz:abcdefghijklmnopq"), 0);
        assert_eq!(
            score(ONE, CHANGED),
            100,
            "rounded up: it does not say that they are the same"
        );
    }

    #[test]
    fn block_sizes_more_than_double_are_not_compared() {
        let far = ONE.replacen("96", "384", 1);
        assert_eq!(score(ONE, &far), 0);
    }

    #[test]
    fn what_is_not_a_hash_scores_nothing() {
        for broken in [
            "",
            ":",
            "::",
            "x:a:b",
            "0:aaaaaaa:a",
            "3:a",
            "18446744073709551615:abcdefgh:abcdefgh",
        ] {
            assert_eq!(score(broken, ONE), 0, "{broken}");
            let _ = score(broken, broken);
        }
    }

    #[test]
    fn a_file_name_behind_the_hash_is_ignored() {
        assert_eq!(score(&format!("{ONE},\"a,b.exe\""), ONE), 100);
    }
}
