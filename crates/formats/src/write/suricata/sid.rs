//! Numbers of rules: the same for the same indicator and value in every export.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

/// Gives numbers out of a range.
pub(super) struct Sids {
    range: RangeInclusive<u32>,
    used: HashSet<u32>,
}

impl Sids {
    pub(super) fn new(range: RangeInclusive<u32>) -> Self {
        Self {
            range,
            used: HashSet::new(),
        }
    }

    /// The number that a key always gets, were it alone.
    pub(super) fn preferred(&self, key: &str) -> u32 {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        let span = u64::from(self.range.end().saturating_sub(*self.range.start())) + 1;
        let offset = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % span;
        u32::try_from(u64::from(*self.range.start()) + offset).unwrap_or(*self.range.start())
    }

    /// A number that nothing else in this export has: the preferred one, or where that is taken the next free one.
    /// None when the range is used up.
    pub(super) fn take(&mut self, key: &str) -> Option<u32> {
        let span = u64::from(self.range.end().checked_sub(*self.range.start())?) + 1;
        if self.used.len() as u64 >= span {
            return None;
        }
        let mut sid = self.preferred(key);
        while !self.used.insert(sid) {
            sid = if sid == *self.range.end() {
                *self.range.start()
            } else {
                sid + 1
            };
        }
        Some(sid)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Sids;

    #[test]
    fn a_key_has_one_number_and_no_number_two_keys() {
        let mut sids = Sids::new(1_000..=1_009);
        let first: Vec<u32> = (0..10).map(|key| sids.take(&key.to_string()).unwrap()).collect();
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 10);
        assert!(first.iter().all(|sid| (1_000..=1_009).contains(sid)));
        assert_eq!(sids.take("one more"), None);
        assert_eq!(Sids::new(1_000..=1_009).take("0"), Some(first[0]));
    }

    #[test]
    fn the_numbers_do_not_change_from_release_to_release() {
        let sids = Sids::new(3_000_000_000..=3_999_999_999);
        assert_eq!(sids.preferred("indicator--x domain c2.example dns"), 3_135_370_953);
    }
}
