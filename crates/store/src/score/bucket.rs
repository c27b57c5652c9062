//! Stretches of time in buckets: eight for each doubling, so that a bucket is never wider than an eighth of what is in it.
//!
//! The first holds what is under a millisecond. Whole numbers only, so that every program puts the same into the same:
//! for `ms >= 1` and `e` the place of its highest bit, `1 + 8 * e + (ms - 2^e) * 8 / 2^e` (rounded down).

use std::collections::BTreeMap;

/// The bucket of the longest stretch of time that is told apart, some 280,000 years.
pub const LARGEST_BUCKET: u16 = 1 + 8 * 53;

/// The bucket of a stretch of time in microseconds.
pub fn bucket(micros: i64) -> u16 {
    let ms = micros.max(0).unsigned_abs() / 1_000;
    if ms == 0 {
        return 0;
    }
    let exponent = ms.ilog2();
    let eighth = ((ms - (1 << exponent)) << 3) >> exponent;
    // The exponent is below 54 and the eighth below 8.
    let bucket = 1 + 8 * exponent as u16 + eighth as u16;
    bucket.min(LARGEST_BUCKET)
}

/// What everything in a bucket is shorter than, in milliseconds.
pub fn upper_edge(bucket: u16) -> u64 {
    let Some(place) = bucket.checked_sub(1) else {
        return 1;
    };
    let (exponent, eighth) = (u32::from(place / 8), u64::from(place % 8));
    let (base, next) = (1_u64 << exponent.min(54), eighth + 1);
    // Rounded up: below 8 ms a bucket holds one number or none.
    base + (base * next).div_ceil(8)
}

/// How many of what length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u16, u64>);

impl Histogram {
    /// Adds to a bucket.
    pub fn add(&mut self, bucket: u16, many: u64) {
        *self.0.entry(bucket).or_default() += many;
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many are in each bucket, the shortest first.
    pub fn buckets(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.0.iter().map(|(bucket, many)| (*bucket, *many))
    }

    /// What so many of a hundred are shorter than, in milliseconds; none where there are none.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let total = self.total();
        let wanted = (u128::from(total) * u128::from(percent)).div_ceil(100).max(1);
        let mut so_far = 0_u128;
        for (bucket, many) in self.buckets() {
            so_far += u128::from(many);
            if so_far >= wanted {
                return Some(upper_edge(bucket));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bucket_holds_what_is_shorter_than_its_edge_and_not_than_the_one_before(micros in 0_i64..1 << 62) {
            let (ms, one) = (micros.unsigned_abs() / 1_000, bucket(micros));
            prop_assert!(ms < upper_edge(one));
            if one > 0 {
                prop_assert!(ms >= upper_edge(one - 1) || ms < 8);
                prop_assert!(upper_edge(one) - ms <= ms / 8 + 1);
            }
        }

        #[test]
        fn longer_is_never_in_an_earlier_bucket(one in 0_i64..1 << 62, other in 0_i64..1 << 62) {
            prop_assert_eq!(bucket(one.min(other)), bucket(one).min(bucket(other)));
        }

        #[test]
        fn a_percentile_has_so_many_at_or_below_it(times in prop::collection::vec(0_i64..1 << 45, 1..50), percent in 1_u64..100) {
            let mut histogram = Histogram::default();
            times.iter().for_each(|time| histogram.add(bucket(*time), 1));
            let edge = histogram.percentile(percent).unwrap();
            let below = times.iter().filter(|time| time.unsigned_abs() / 1_000 < edge).count() as u64;
            prop_assert!(below * 100 >= percent * times.len() as u64);
        }
    }

    #[test]
    fn nothing_has_no_percentile_and_what_never_was_takes_no_time() {
        assert_eq!(Histogram::default().percentile(50), None);
        assert_eq!(bucket(-5), 0);
        assert_eq!(bucket(i64::MAX), LARGEST_BUCKET.min(bucket(i64::MAX)));
        assert_eq!((bucket(1_000), upper_edge(1)), (1, 2));
    }
}
