//! One direction of a TCP connection, put together: out of order, twice, overlapping or with holes.
//!
//! The first copy of a byte counts. A hole is given up when the other side has acknowledged what is behind it, when too
//! much waits behind it, or when the connection ends.

use std::collections::VecDeque;

/// Segments that wait behind a hole.
const WAITING: usize = 256;

/// What a direction has brought so far, and what waits.
#[derive(Default)]
pub(super) struct Stream {
    /// Number of the next byte that is expected.
    next: Option<u32>,
    /// What came too early, in order of its numbers.
    early: VecDeque<(u32, Vec<u8>)>,
    early_bytes: usize,
    /// What came in order and was not taken yet.
    pub ready: Vec<u8>,
    /// Bytes to pass over before anything is kept again.
    pub skip: u64,
    /// Nothing more of this direction is of interest.
    pub done: bool,
}

impl Stream {
    /// Bytes that are held.
    pub fn held(&self) -> usize {
        self.ready.capacity() + self.early_bytes
    }

    /// Lets go of everything.
    pub fn finish(&mut self) {
        *self = Self {
            next: self.next,
            done: true,
            ..Self::default()
        };
    }

    /// The connection begins at this number.
    pub fn begin(&mut self, number: u32) {
        if self.next.is_none() {
            self.next = Some(number);
        }
    }

    /// Takes a segment; says whether there is more to read.
    pub fn add(&mut self, number: u32, bytes: &[u8], limit: usize) -> bool {
        if self.done || bytes.is_empty() {
            return false;
        }
        let next = *self.next.get_or_insert(number);
        let ahead = number.wrapping_sub(next).cast_signed();
        if ahead <= 0 {
            let Some(fresh) = bytes.get(ahead.unsigned_abs() as usize..) else {
                return false;
            };
            if fresh.is_empty() {
                return false;
            }
            self.append(fresh);
            self.join();
            return true;
        }
        let at = self
            .early
            .partition_point(|(other, _)| number.wrapping_sub(*other).cast_signed() > 0);
        if self
            .early
            .get(at)
            .is_some_and(|(other, have)| *other == number && have.len() >= bytes.len())
        {
            return false;
        }
        if self.early.len() < WAITING && self.early_bytes + bytes.len() <= limit {
            self.early.insert(at, (number, bytes.to_vec()));
            self.early_bytes += bytes.len();
        }
        false
    }

    /// Whether something waits behind a hole.
    pub fn has_hole(&self) -> bool {
        !self.early.is_empty()
    }

    /// Whether no more can wait behind a hole.
    pub fn is_full(&self, limit: usize) -> bool {
        self.early.len() >= WAITING || self.early_bytes >= limit / 2
    }

    /// Whether the other side says it has what is missing here.
    pub fn is_behind(&self, acknowledged: u32) -> bool {
        match (self.next, self.early.front()) {
            (Some(next), Some((first, _))) => {
                acknowledged.wrapping_sub(next).cast_signed() > 0
                    && acknowledged.wrapping_sub(*first).cast_signed() >= 0
            }
            _ => false,
        }
    }

    /// Gives up the first hole: goes on behind it. What was ready before it is gone.
    pub fn jump(&mut self) -> bool {
        let Some((first, _)) = self.early.front() else {
            return false;
        };
        let missing = first.wrapping_sub(self.next.unwrap_or(*first));
        self.next = Some(*first);
        self.ready.clear();
        self.skip = self.skip.saturating_sub(missing.into());
        self.join();
        true
    }

    /// Takes what was read off the front.
    pub fn consume(&mut self, count: usize) {
        self.ready.drain(..count.min(self.ready.len()));
        if self.ready.is_empty() && self.ready.capacity() > 4_096 {
            self.ready = Vec::new();
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.next = self.next.map(|next| next.wrapping_add(length));
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        self.ready.extend_from_slice(&bytes[skipped..]);
    }

    /// Moves what is no longer early behind what is ready.
    fn join(&mut self) {
        while let (Some(next), Some((first, _))) = (self.next, self.early.front()) {
            let ahead = first.wrapping_sub(next).cast_signed();
            if ahead > 0 {
                break;
            }
            let Some((_, bytes)) = self.early.pop_front() else {
                break;
            };
            self.early_bytes -= bytes.len();
            if let Some(fresh) = bytes
                .get(ahead.unsigned_abs() as usize..)
                .filter(|fresh| !fresh.is_empty())
            {
                self.append(fresh);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Stream;

    #[test]
    fn the_first_copy_of_a_byte_counts() {
        let mut stream = Stream::default();
        stream.begin(u32::MAX - 1);
        assert!(stream.add(u32::MAX - 1, b"abcd", 100));
        assert!(stream.add(0, b"XXefgh", 100));
        assert_eq!(stream.ready, b"abcdefgh");
    }

    #[test]
    fn a_hole_is_passed_over_when_it_is_given_up() {
        let mut stream = Stream::default();
        assert!(stream.add(10, b"ab", 100));
        assert!(!stream.add(20, b"uv", 100));
        assert!(stream.has_hole() && stream.is_behind(22) && !stream.is_behind(12));
        assert!(stream.jump());
        assert_eq!(stream.ready, b"uv");
    }

    proptest! {
        #[test]
        fn any_order_of_segments_gives_the_same_bytes(
            cuts in prop::collection::vec(1_usize..40, 1..20),
            order in any::<prop::sample::Index>(),
            start in any::<u32>(),
        ) {
            let total: usize = cuts.iter().sum();
            let bytes: Vec<u8> = (0..total).map(|at| at as u8).collect();
            let mut segments = Vec::new();
            let mut at = 0;
            for cut in cuts {
                segments.push((start.wrapping_add(at as u32), bytes[at..at + cut].to_vec()));
                at += cut;
            }
            let length = segments.len();
            segments.rotate_left(order.index(length));
            let mut stream = Stream::default();
            stream.begin(start);
            for (number, bytes) in segments {
                stream.add(number, &bytes, 1 << 16);
            }
            prop_assert_eq!(stream.ready, bytes);
        }
    }
}
