//! The end of a compilation: what was gathered is put in order and written into the image.
//!
//! What it costs in memory is the values as they were gathered and the image, not more: each section is written where it
//! stays, and what it was made of is given back before the next. Rows, of which there are most, are arranged in place.

use stix::Problem;

use super::build::Builder;
use super::image::{Draft, SECTIONS, Section};
use super::meta::{Meta, Reason};
use super::record::{Indicator, Record};
use super::{FLAG_NO_ADDRESS_TOKENS, Watchlist, table};
use crate::scan;

/// Bits of the first look for each token; one in sixteen is set.
const BITS_FOR_TOKEN: usize = 16;
/// Words with a bit for each /24 there is.
const EVERY_BLOCK: usize = 1 << 18;

impl Builder {
    /// Ends the compilation.
    pub fn build(mut self) -> (Watchlist, Vec<Problem>) {
        self.numbers.entries = self.records.len() as u64;
        if !self.has_address_tokens {
            self.numbers.flags |= FLAG_NO_ADDRESS_TOKENS;
        }
        let mut tokens = std::mem::take(&mut self.tokens);
        let mut probes = std::mem::take(&mut self.probes);
        let mut blocks = std::mem::take(&mut self.blocks);
        let networks = std::thread::scope(|scope| {
            scope.spawn(|| sort(&mut tokens));
            sort(&mut probes);
            sort(&mut blocks);
            ranges(std::mem::take(&mut self.networks))
        });
        let network_index = index_of(&networks);
        let address_words = address_words(&blocks, &networks);
        let token_words = (probes.len() * BITS_FOR_TOKEN / 64).max(64).next_power_of_two();
        self.numbers.token_words = token_words as u64;
        sort(&mut self.words);
        let (shared_offsets, shared_texts) = joined(&self.shared);
        let meta = self.meta();
        let patterns: String = self
            .patterns
            .iter()
            .map(|pattern| serde_json::to_string(pattern).unwrap_or_default() + "\n")
            .collect();

        let mut lengths = [0; SECTIONS];
        for (section, bytes) in [
            (Section::Meta, meta.len()),
            (Section::Bits, 8 * (token_words + address_words)),
            (Section::NetworkIndex, 4 * network_index.len()),
            (Section::Networks, 8 * networks.len()),
            (Section::TokenBuckets, 4 * table::index_len(tokens.len())),
            (Section::TokenHashes, 8 * tokens.len()),
            (Section::WordHashes, 8 * self.words.len()),
            (Section::WordEntries, 4 * self.words.len()),
            (Section::EntryBuckets, 4 * table::index_len(self.hashes.len())),
            (Section::EntryHashes, 8 * self.hashes.len()),
            (Section::Records, size_of::<Record>() * self.records.len()),
            (Section::Values, self.values.len()),
            (Section::Indicators, size_of::<Indicator>() * self.indicators.len()),
            (Section::SharedOffsets, 4 * shared_offsets.len()),
            (Section::SharedTexts, shared_texts.len()),
            (Section::Patterns, patterns.len()),
        ] {
            lengths[section as usize] = bytes;
        }
        let mut draft = Draft::new(&lengths);

        let bits: &mut [u64] = draft.room(Section::Bits);
        for hash in probes {
            bits[scan::word_of(hash, token_words)] |= scan::bits_of(hash);
        }
        set_addresses(&blocks, &networks, &mut bits[token_words..]);
        drop(blocks);
        draft.write(Section::NetworkIndex, &network_index);
        draft.write(Section::Networks, &networks);
        drop((network_index, networks));
        table::index(&tokens, draft.room(Section::TokenBuckets));
        draft.write(Section::TokenHashes, &tokens);
        drop(tokens);
        self.rows(&mut draft);
        draft.write(Section::Values, &self.values);
        drop(std::mem::take(&mut self.values));
        draft.write(Section::Indicators, &self.indicators);
        draft.write(Section::Meta, meta.as_bytes());
        draft.write(Section::SharedOffsets, &shared_offsets);
        draft.write(Section::SharedTexts, shared_texts.as_bytes());
        draft.write(Section::Patterns, patterns.as_bytes());
        let (watchlist, mut problems) = Watchlist::of(draft.finish(self.numbers));
        problems.splice(0..0, self.problems);
        (watchlist, problems)
    }

    /// Writes the rows in the order of their hashes, and for each word by which a value is found the row it then is.
    fn rows(&mut self, draft: &mut Draft) {
        let (hashes, records) = (std::mem::take(&mut self.hashes), std::mem::take(&mut self.records));
        let words = std::mem::take(&mut self.words);
        let of_words: Vec<(u64, u32)> = words
            .iter()
            .map(|(_, row)| (hashes[*row as usize], records[*row as usize].value))
            .collect();
        let mut buckets = vec![0; table::index_len(hashes.len())];
        let (sorted, arranged) = draft.rooms(Section::EntryHashes, Section::Records);
        table::arrange((&hashes, &records), &mut buckets, (&mut *sorted, &mut *arranged));
        drop((hashes, records));
        // Texts were put down in the order of the rows, so rows of one hash have ascending places.
        let place = |(hash, value): &(u64, u32)| {
            let same = table::places(&buckets, sorted, *hash);
            let before = arranged[same.clone()].partition_point(|record| record.value < *value);
            (same.start + before) as u32
        };
        let entries: Vec<u32> = of_words.iter().map(place).collect();
        draft.write(Section::EntryBuckets, &buckets);
        draft.write(Section::WordEntries, &entries);
        let word_hashes = draft.room(Section::WordHashes);
        for (room, (hash, _)) in word_hashes.iter_mut().zip(words) {
            *room = hash;
        }
    }

    fn meta(&mut self) -> String {
        let mut reasons: Vec<(u16, Reason)> = self.reasons.drain().map(|(reason, number)| (number, reason)).collect();
        reasons.sort_by_key(|(number, _)| *number);
        let mut left_out: Vec<(Reason, u64)> = self.left_out.drain().collect();
        left_out.sort_by_key(|(reason, many)| (std::cmp::Reverse(*many), reason.to_string()));
        let meta = Meta {
            compiled: self.options.now,
            reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
            left_out,
            problems: self.problems.len() as u64 + self.untold,
        };
        serde_json::to_string(&meta).unwrap_or_default()
    }
}

fn sort<T: Ord>(values: &mut Vec<T>) {
    values.sort_unstable();
    values.dedup();
}

/// The addresses of all networks as ranges that do not touch.
fn ranges(mut networks: Vec<[u32; 2]>) -> Vec<[u32; 2]> {
    networks.sort_unstable();
    let mut ranges: Vec<[u32; 2]> = Vec::new();
    for [first, last] in networks {
        match ranges.last_mut() {
            Some(range) if first <= range[1].saturating_add(1) => range[1] = range[1].max(last),
            _ => ranges.push([first, last]),
        }
    }
    ranges
}

/// For each /16 the first range that ends in or after it; nothing where there is none at all.
fn index_of(ranges: &[[u32; 2]]) -> Vec<u32> {
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut at = 0;
    let first_of = |upper: u32| {
        while ranges.get(at).is_some_and(|range| range[1] < upper << 16) {
            at += 1;
        }
        at as u32
    };
    (0..=u32::from(u16::MAX)).map(first_of).collect()
}

/// How many words there are with a bit for each /24 in which something is looked for.
fn address_words(blocks: &[u32], networks: &[[u32; 2]]) -> usize {
    let of_networks = networks
        .iter()
        .map(|[first, last]| ((last >> 8) - (first >> 8)) as usize + 1);
    match blocks.len() + of_networks.sum::<usize>() {
        0 => 0,
        many => (many * BITS_FOR_TOKEN / 64)
            .max(64)
            .next_power_of_two()
            .min(EVERY_BLOCK),
    }
}

/// Sets a bit for each /24 in which something is looked for; those beyond the last bit begin again at the first.
fn set_addresses(blocks: &[u32], networks: &[[u32; 2]], bits: &mut [u64]) {
    let last = (bits.len() * 64).wrapping_sub(1);
    let mut set = |block: u32| {
        let place = block as usize & last;
        bits[place >> 6] |= 1 << (place & 63);
    };
    blocks.iter().copied().for_each(&mut set);
    for [first, last] in networks {
        (first >> 8..=last >> 8).for_each(&mut set);
    }
}

/// Texts one behind the other, with where each begins and the last ends.
fn joined(texts: &[String]) -> (Vec<u32>, String) {
    let mut offsets = vec![0];
    let mut all = String::new();
    for text in texts {
        all.push_str(text);
        offsets.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
    }
    (offsets, all)
}
