//! What the fast pass asks of a watchlist: is a token worth reading its line for?
//!
//! Tables of a million entries lie outside of the processor's caches, so that nearly every step of a look-up waits. Tokens
//! are therefore asked for together, step by step: what one step reads for all of them is on its way at the same time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use stix::observable::Kind;

use super::anchor::squeezed;
use super::build::key_of;
use super::image::Section;
use super::{FLAG_BEYOND_ASCII, FLAG_COLONS, FLAG_NO_ADDRESS_TOKENS, Watchlist, record, table};
use crate::key;
use crate::scan::{Also, Looks};
use crate::token;

/// Bytes of a token in which names above it are looked for: no name is longer, also in its own letters.
const LONGEST_NAME: usize = 1_024;

impl Watchlist {
    /// Which of some hashes of tokens are there; each comes with the number of whom it is asked for.
    fn have_tokens(&self, asked: &[(usize, u64)]) -> u64 {
        let buckets = self.image.section::<u32>(Section::TokenBuckets);
        let hashes = self.image.section::<u64>(Section::TokenHashes);
        let places: Vec<Range<usize>> = asked.iter().map(|(_, hash)| table::bucket(buckets, *hash)).collect();
        let mut known = 0;
        for ((number, hash), place) in asked.iter().zip(places) {
            let is_there = hashes.get(place).unwrap_or_default().contains(hash);
            known |= u64::from(is_there) << number;
        }
        known
    }

    /// Whether some addresses are looked for, alone or in a network, without naming by which entry: two or three places are
    /// read for each, however many lengths of networks there are.
    fn have_addresses4(&self, asked: &[(usize, Ipv4Addr)]) -> u64 {
        let index = self.image.section::<u32>(Section::NetworkIndex);
        let ranges = self.image.section::<[u32; 2]>(Section::Networks);
        let buckets = self.image.section::<u32>(Section::EntryBuckets);
        let hash = |address: Ipv4Addr| key_of(self.image.numbers.seed, Kind::Ipv4.code(), IpAddr::V4(address), None);
        let bounds = |(_, address): &(usize, Ipv4Addr)| {
            let upper = (address.to_bits() >> 16) as usize;
            // The range that begins in this /16 and ends in a later one is the first of the next.
            let first = index.get(upper).map_or(0, |first| *first as usize);
            let end = index.get(upper + 1).map_or(ranges.len(), |next| *next as usize + 1);
            let hash = hash(*address);
            (first..end.min(ranges.len()), hash, table::bucket(buckets, hash))
        };
        let bounds: Vec<_> = asked.iter().map(bounds).collect();
        let hashes = self.image.section::<u64>(Section::EntryHashes);
        let mut known = 0;
        for ((number, address), (networks, hash, bucket)) in asked.iter().zip(bounds) {
            let bits = address.to_bits();
            let near = ranges.get(networks).unwrap_or_default();
            let place = near.partition_point(|range| range[1] < bits);
            let is_in_network = near.get(place).is_some_and(|range| range[0] <= bits);
            let has_hash = hashes.get(bucket).unwrap_or_default().contains(&hash);
            let is_known = is_in_network || has_hash && self.entries(hash, record::LEFT_OUT).next().is_some();
            known |= u64::from(is_known) << number;
        }
        known
    }

    fn has_token(&self, token: &[u8]) -> bool {
        self.have_tokens(&[(0, key::of_token(self.image.numbers.seed, token))]) != 0
    }

    fn has_address(&self, address: IpAddr) -> bool {
        let mut found = Vec::new();
        self.find_address(address, record::LEFT_OUT, &mut found);
        !found.is_empty()
    }
}

impl Looks for Watchlist {
    fn table(&self) -> (&[u64], usize) {
        const NOTHING: (&[u64], usize) = (&[0], 1);
        let table = self.image.section::<u64>(Section::Bits);
        let token_words = self.image.numbers.token_words as usize;
        let is_power = |words: usize| words.is_power_of_two();
        match table.len().checked_sub(token_words) {
            Some(addresses) if is_power(token_words) && (addresses == 0 || is_power(addresses)) => (table, token_words),
            _ => NOTHING,
        }
    }

    fn knows_tokens(&self, text: &[u8], tokens: &[Range<usize>]) -> u64 {
        let seed = self.image.numbers.seed;
        let (mut names, mut addresses) = (Vec::with_capacity(2 * tokens.len()), Vec::with_capacity(tokens.len()));
        for (number, range) in tokens.iter().enumerate() {
            let token = text.get(range.clone()).unwrap_or_default();
            if let token::Shape::Address { .. } = token::shape(token)
                && let Some(address) = std::str::from_utf8(token).ok().and_then(|text| text.parse().ok())
            {
                addresses.push((number, address));
                if self.image.numbers.flags & FLAG_NO_ADDRESS_TOKENS == 0 {
                    names.push((number, key::of_token(seed, token)));
                }
                continue;
            }
            names.push((number, key::of_token(seed, token)));
            let end = &token[token.len().saturating_sub(LONGEST_NAME)..];
            for dot in memchr::memchr_iter(b'.', end) {
                if dot + 1 < end.len() {
                    names.push((number, key::of_token(seed, &end[dot + 1..])));
                }
            }
        }
        self.have_tokens(&names) | self.have_addresses4(&addresses)
    }

    fn knows_colon_run(&self, run: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(run) else {
            return false;
        };
        for form in token::colon_forms(text) {
            if let Ok(address) = form.parse::<Ipv6Addr>()
                && (self.has_address(IpAddr::V6(address)) || self.has_token(address.to_string().as_bytes()))
            {
                return true;
            }
        }
        self.has_token(squeezed(text).as_bytes())
    }

    fn also(&self) -> Also {
        let numbers = &self.image.numbers;
        Also {
            word_lengths: numbers.word_lengths,
            colons: numbers.flags & FLAG_COLONS != 0,
            beyond_ascii: numbers.flags & FLAG_BEYOND_ASCII != 0,
            every_line: self.needs_every_event(),
        }
    }
}
