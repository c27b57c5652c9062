//! Ascending hashes with an index over their upper bits: where a hash stands is found in one or two steps.

/// Hashes that share one place of the index, on average.
const IN_BUCKET: usize = 4;

/// The index over ascending hashes: for each value of their upper bits the first place not before it.
pub(super) fn buckets(hashes: &[u64]) -> Vec<u32> {
    let bits = (hashes.len() / IN_BUCKET).max(1).next_power_of_two().trailing_zeros();
    let mut buckets = Vec::with_capacity((1 << bits) + 1);
    let mut at = 0;
    for bucket in 0..1_u64 << bits {
        while at < hashes.len() && upper(hashes[at], bits) < bucket {
            at += 1;
        }
        buckets.push(at as u32);
    }
    buckets.push(hashes.len() as u32);
    buckets
}

fn upper(hash: u64, bits: u32) -> u64 {
    hash.checked_shr(64 - bits).unwrap_or(0)
}

/// The places at which a hash stands. Of damaged tables: none, or others.
#[inline]
pub(super) fn places(buckets: &[u32], hashes: &[u64], hash: u64) -> std::ops::Range<usize> {
    let Some(bits) = buckets.len().checked_sub(1).map(|many| many.trailing_zeros()) else {
        return 0..0;
    };
    let bucket = upper(hash, bits) as usize;
    let (Some(from), Some(to)) = (buckets.get(bucket), buckets.get(bucket + 1)) else {
        return 0..0;
    };
    let Some(candidates) = hashes.get(*from as usize..*to as usize) else {
        return 0..0;
    };
    let Some(first) = candidates.iter().position(|one| *one >= hash) else {
        return 0..0;
    };
    let many = candidates[first..].iter().take_while(|one| **one == hash).count();
    let first = *from as usize + first;
    first..first + many
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_hash_is_found_where_it_is_and_no_other(
            mut hashes in proptest::collection::vec(prop_oneof![any::<u64>(), 0..20_u64, (u64::MAX - 20)..], 0..200),
            other in any::<u64>(),
        ) {
            hashes.sort_unstable();
            let buckets = buckets(&hashes);
            for hash in hashes.iter().copied().chain([other, 0, u64::MAX]) {
                let found = places(&buckets, &hashes, hash);
                let expected = hashes.iter().filter(|one| **one == hash).count();
                prop_assert_eq!(found.len(), expected);
                prop_assert!(hashes[found].iter().all(|one| *one == hash));
            }
        }

        #[test]
        fn damaged_tables_find_nothing_and_harm_nobody(
            buckets in proptest::collection::vec(any::<u32>(), 0..20),
            hashes in proptest::collection::vec(any::<u64>(), 0..20),
            hash in any::<u64>(),
        ) {
            let found = places(&buckets, &hashes, hash);
            prop_assert!(found.end <= hashes.len());
        }
    }
}
