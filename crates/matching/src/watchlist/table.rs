//! Ascending hashes with an index over their upper bits: where a hash stands is found in one or two steps.

/// Hashes that share one place of the index, on average.
const IN_BUCKET: usize = 4;

/// How long the index over so many hashes is.
pub(super) fn index_len(many: usize) -> usize {
    (1 << bits_for(many)) + 1
}

fn bits_for(many: usize) -> u32 {
    (many / IN_BUCKET).max(1).next_power_of_two().trailing_zeros()
}

/// Writes the index over ascending hashes: for each value of their upper bits the first place not before it.
pub(super) fn index(hashes: &[u64], buckets: &mut [u32]) {
    let bits = bits_for(hashes.len());
    let mut at = 0;
    for (bucket, first) in buckets.iter_mut().enumerate() {
        while at < hashes.len() && upper(hashes[at], bits) < bucket as u64 {
            at += 1;
        }
        *first = at as u32;
    }
}

/// Puts rows into the order of their hashes, those of one hash in the order in which they come, and writes the index over
/// them. Hashes are spread evenly, so that each row goes to its bucket at once and little is left to sort there.
pub(super) fn arrange<T: Copy>(
    (hashes, rows): (&[u64], &[T]),
    buckets: &mut [u32],
    (sorted, arranged): (&mut [u64], &mut [T]),
) {
    let bits = bits_for(hashes.len());
    buckets.fill(0);
    for hash in hashes {
        buckets[upper(*hash, bits) as usize] += 1;
    }
    let mut first = 0;
    for bucket in buckets.iter_mut() {
        first += std::mem::replace(bucket, first);
    }
    for (hash, row) in hashes.iter().zip(rows) {
        let next = &mut buckets[upper(*hash, bits) as usize];
        sorted[*next as usize] = *hash;
        arranged[*next as usize] = *row;
        *next += 1;
    }
    // Where each bucket has come to its end the next begins.
    buckets.copy_within(..buckets.len() - 1, 1);
    buckets[0] = 0;
    for ends in buckets.windows(2) {
        let bucket = ends[0] as usize..ends[1] as usize;
        sort(&mut sorted[bucket.clone()], &mut arranged[bucket]);
    }
}

/// Sorts the few rows of a bucket; equal hashes keep their order.
fn sort<T: Copy>(hashes: &mut [u64], rows: &mut [T]) {
    /// More than this are there only where many rows have one hash.
    const FEW: usize = 32;
    if hashes.len() > FEW {
        let mut all: Vec<(u64, T)> = hashes.iter().copied().zip(rows.iter().copied()).collect();
        all.sort_by_key(|(hash, _)| *hash);
        for ((hash, row), (sorted_hash, sorted_row)) in hashes.iter_mut().zip(rows).zip(all) {
            (*hash, *row) = (sorted_hash, sorted_row);
        }
        return;
    }
    for at in 1..hashes.len() {
        let mut place = at;
        while place > 0 && hashes[place - 1] > hashes[place] {
            hashes.swap(place - 1, place);
            rows.swap(place - 1, place);
            place -= 1;
        }
    }
}

fn upper(hash: u64, bits: u32) -> u64 {
    hash.checked_shr(64 - bits).unwrap_or(0)
}

/// The places among which a hash stands if it is there. Of damaged tables: none, or others.
#[inline]
pub(super) fn bucket(buckets: &[u32], hash: u64) -> std::ops::Range<usize> {
    let Some(bits) = buckets.len().checked_sub(1).map(|many| many.trailing_zeros()) else {
        return 0..0;
    };
    let bucket = upper(hash, bits) as usize;
    match (buckets.get(bucket), buckets.get(bucket + 1)) {
        (Some(from), Some(to)) => *from as usize..*to as usize,
        _ => 0..0,
    }
}

/// The places at which a hash stands. Of damaged tables: none, or others.
#[inline]
pub(super) fn places(buckets: &[u32], hashes: &[u64], hash: u64) -> std::ops::Range<usize> {
    let bucket = bucket(buckets, hash);
    let Some(candidates) = hashes.get(bucket.clone()) else {
        return 0..0;
    };
    let Some(first) = candidates.iter().position(|one| *one >= hash) else {
        return 0..0;
    };
    let many = candidates[first..].iter().take_while(|one| **one == hash).count();
    let first = bucket.start + first;
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
            let mut buckets = vec![0; index_len(hashes.len())];
            index(&hashes, &mut buckets);
            for hash in hashes.iter().copied().chain([other, 0, u64::MAX]) {
                let found = places(&buckets, &hashes, hash);
                let expected = hashes.iter().filter(|one| **one == hash).count();
                prop_assert_eq!(found.len(), expected);
                prop_assert!(hashes[found].iter().all(|one| *one == hash));
            }
        }

        #[test]
        fn rows_are_arranged_by_their_hashes_and_keep_their_order_where_those_are_equal(
            hashes in proptest::collection::vec(prop_oneof![any::<u64>(), 0..3_u64, (u64::MAX - 3)..], 0..300),
        ) {
            let rows: Vec<usize> = (0..hashes.len()).collect();
            let mut expected: Vec<(u64, usize)> = hashes.iter().copied().zip(rows.clone()).collect();
            expected.sort_unstable();
            let mut buckets = vec![7; index_len(hashes.len())];
            let (mut sorted, mut arranged) = (vec![0; hashes.len()], vec![0; hashes.len()]);
            arrange((&hashes, &rows), &mut buckets, (&mut sorted, &mut arranged));
            let found: Vec<(u64, usize)> = sorted.iter().copied().zip(arranged).collect();
            prop_assert_eq!(found, expected);
            let mut of_sorted = vec![0; index_len(hashes.len())];
            index(&sorted, &mut of_sorted);
            prop_assert_eq!(buckets, of_sorted);
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
