//! The watchlist: everything to look for now, compiled, immutable, swapped whole.
//!
//! ```text
//! indicators ── [compile] ── values, patterns ── [build] ── image ── save, open (mapped) ── Watchlist
//!                why not?                                                                     │
//!                                        lines: tokens ──► Looks (scan)                       │
//!                                        events: values ─► find, find_below, find_network … ◄─┘
//! ```

mod anchor;
mod around;
mod build;
mod compare;
mod compile;
mod explain;
mod finish;
mod image;
mod lists;
mod looks;
mod meta;
mod pattern;
mod record;
mod table;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use stix::observable::{Kind, Observable};
use stix::pattern::{Compiled, Observation, Observed, Pattern, PatternSet};
use stix::{Place, Problem, Timestamp};

use crate::hit::Context;
use crate::key;
use build::{key_of, read_text};
use compare::comparable;
use image::{Image, Section};
use record::{Indicator, NONE, OTHER_IDENTIFIER, Record, Shared, UNKNOWN};

pub use around::Around;
pub use build::{Builder, IndicatorNumber, Options};
pub use compile::About;
pub use explain::{Entry, Explanation};
pub use image::OpenError;
pub use meta::{Meta, Reason};

pub(crate) use anchor::{Anchor, squeezed};
pub(crate) use compare::{bare_url, comparable as compared, hexadecimal_digits, url_beginnings};
pub(crate) use explain::relation;

const FLAG_COLONS: u64 = 1;
const FLAG_BEYOND_ASCII: u64 = 2;
const FLAG_EVERY_LINE: u64 = 4;
/// No token that is looked for looks like an IPv4 address; files without it may have some.
const FLAG_NO_ADDRESS_TOKENS: u64 = 8;

/// Everything to look for. Made by [`Builder`] or [`Watchlist::open`], never changed.
#[derive(Debug)]
pub struct Watchlist {
    image: Image,
    meta: Meta,
    /// Patterns that one event can fulfil.
    single: Patterns,
    /// Patterns that ask for several events.
    several: Patterns,
    /// What they ask of each event, and which of them asks it.
    parts: (PatternSet, Vec<usize>),
    rules: Vec<Rule>,
}

/// Patterns with the indicators they are of.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) set: PatternSet,
    texts: Vec<(u32, String)>,
}

/// A rule in a language that is evaluated elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The indicator it is of.
    pub indicator: u32,
    /// `sigma`, `yara`.
    pub language: String,
    /// Its text.
    pub text: String,
}

/// The place of a value among the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNumber(u32);

impl Watchlist {
    /// Makes the image usable: patterns are compiled, which are the only part that is not in it ready to use.
    fn of(image: Image) -> (Self, Vec<Problem>) {
        let mut watchlist = Self {
            meta: Meta {
                compiled: Timestamp::from_micros(0),
                reasons: Vec::new(),
                left_out: Vec::new(),
                problems: 0,
            },
            image,
            single: Patterns::default(),
            several: Patterns::default(),
            parts: Default::default(),
            rules: Vec::new(),
        };
        if let Ok(meta) = serde_json::from_slice(watchlist.image.section(Section::Meta)) {
            watchlist.meta = meta;
        }
        let mut problems = Vec::new();
        let texts: Vec<(u32, String, String)> = watchlist
            .image
            .section::<u8>(Section::Patterns)
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        for (indicator, language, text) in texts {
            if language != "stix" {
                watchlist.rules.push(Rule {
                    indicator,
                    language,
                    text,
                });
                continue;
            }
            let pattern = Pattern::parse(&text).or_else(|_| Pattern::parse_v20(&text));
            let added = pattern.and_then(|pattern| watchlist.add_pattern(&pattern, indicator, text));
            if let Err(mut problem) = added {
                problem.place = Place {
                    object: Some(watchlist.context(indicator).id),
                    ..problem.place
                };
                problems.push(problem);
            }
        }
        (watchlist, problems)
    }

    fn add_pattern(&mut self, pattern: &Pattern, indicator: u32, text: String) -> Result<(), Problem> {
        let compiled = Compiled::new(pattern)?;
        let mut parts = Vec::new();
        pattern::observations(&pattern.expression, &mut parts);
        let is_single = is_single(&pattern.expression);
        let patterns = if is_single { &mut self.single } else { &mut self.several };
        let number = patterns.set.add(compiled);
        patterns.texts.push((indicator, text));
        if !is_single {
            for part in parts {
                self.parts.0.add(Compiled::new(&part)?);
                self.parts.1.push(number);
            }
        }
        Ok(())
    }

    /// The patterns over several events in which an event has a part, ascending.
    pub(crate) fn concerned(&self, observed: &Observed<'_>) -> Vec<usize> {
        let (set, pattern_of) = &self.parts;
        let parts = set.matches(std::slice::from_ref(observed)).matching;
        let mut patterns: Vec<usize> = parts.iter().filter_map(|part| pattern_of.get(*part).copied()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns
    }

    /// Maps a saved watchlist.
    ///
    /// # Errors
    /// When the file is not there, is something else, or is damaged.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::of(Image::open(path)?).0)
    }

    /// Saves it; a file that is there is replaced at once or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        self.image.save(path)
    }

    /// How much is looked for: values, patterns and rules.
    pub fn len(&self) -> usize {
        self.image.numbers.active as usize
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its size in bytes, in memory or mapped.
    pub fn bytes(&self) -> usize {
        self.image.len()
    }

    /// What it says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Rules in other languages.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether every event has to be read, because of patterns that no single value gives away.
    pub fn needs_every_event(&self) -> bool {
        self.image.numbers.flags & FLAG_EVERY_LINE != 0
    }

    pub(crate) fn single(&self) -> &Patterns {
        &self.single
    }

    pub(crate) fn several(&self) -> &Patterns {
        &self.several
    }

    /// The kinds of value that are looked for, so that what is costly to compute is computed only where needed.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut seen = [false; 256];
        for record in self.image.section::<Record>(Section::Records) {
            if record.flags & record::LEFT_OUT == 0 {
                seen[usize::from(record.kind)] = true;
            }
        }
        Kind::ALL
            .iter()
            .copied()
            .filter(|kind| seen[usize::from(kind.code())])
            .collect()
    }

    /// What is known of an indicator, by its number.
    pub fn context(&self, number: u32) -> Context {
        let values = self.image.section::<u8>(Section::Values);
        let Some(indicator) = self
            .image
            .section::<Indicator>(Section::Indicators)
            .get(number as usize)
        else {
            return Context::default();
        };
        let [a, b, c, d, ..] = indicator.uuid;
        let id = if indicator.flags & OTHER_IDENTIFIER == 0 {
            format!("indicator--{}", uuid::Uuid::from_bytes(indicator.uuid))
        } else {
            read_text(values, u32::from_le_bytes([a, b, c, d]))
                .unwrap_or_default()
                .to_owned()
        };
        let shared = self.shared(indicator.shared).unwrap_or_default();
        let known = |number: u8| (number != UNKNOWN).then_some(number);
        Context {
            id,
            name: if indicator.name == NONE {
                String::new()
            } else {
                read_text(values, indicator.name).unwrap_or_default().to_owned()
            },
            shared_by: shared.shared_by,
            tlp: shared.tlp,
            pap: shared.pap,
            confidence: known(indicator.confidence),
            score: known(indicator.score),
            valid_until: (indicator.valid_until != 0)
                .then(|| Timestamp::from_micros(i64::from(indicator.valid_until) * 1_000_000)),
            techniques: shared.techniques,
            threats: shared.threats,
            actions: shared.actions,
        }
    }

    /// What is known of the indicator of an entry. One that has no identifier of its own gets that of its value.
    pub(crate) fn context_of(&self, entry: EntryNumber) -> Context {
        let mut context = self.context(self.indicator_of(entry));
        if let Some(observable) = self.observable_of(entry) {
            if context.id.is_empty() {
                context.id = lists::identifier(&observable);
            }
            if context.name.is_empty() {
                context.name = observable.value;
            }
        }
        context
    }

    fn shared(&self, number: u32) -> Option<Shared> {
        let offsets = self.image.section::<u32>(Section::SharedOffsets);
        let (from, to) = (offsets.get(number as usize)?, offsets.get(number as usize + 1)?);
        let texts = self.image.section::<u8>(Section::SharedTexts);
        serde_json::from_slice(texts.get(*from as usize..*to as usize)?).ok()
    }

    /// Whether the validity of an indicator has ended at a time after the compilation.
    pub(crate) fn has_ended(&self, indicator: u32, now: Timestamp) -> bool {
        let indicators = self.image.section::<Indicator>(Section::Indicators);
        indicators.get(indicator as usize).is_some_and(|indicator| {
            indicator.valid_until != 0 && i64::from(indicator.valid_until) * 1_000_000 <= now.micros()
        })
    }

    fn record(&self, entry: EntryNumber) -> Record {
        let records = self.image.section::<Record>(Section::Records);
        records.get(entry.0 as usize).copied().unwrap_or(Record {
            flags: record::LEFT_OUT,
            ..Record::default()
        })
    }

    /// The number of the indicator an entry is of.
    pub(crate) fn indicator_of(&self, entry: EntryNumber) -> u32 {
        self.record(entry).indicator
    }

    /// What an entry names.
    pub(crate) fn observable_of(&self, entry: EntryNumber) -> Option<Observable> {
        let record = self.record(entry);
        Some(Observable {
            kind: Kind::from_code(record.kind)?,
            value: read_text(self.image.section::<u8>(Section::Values), record.value)?.to_owned(),
        })
    }

    /// All entries of a kind that are looked for, with their values: for kinds that are compared one by one.
    pub(crate) fn all_of(&self, kind: Kind) -> Vec<(EntryNumber, String)> {
        let records = self.image.section::<Record>(Section::Records);
        let values = self.image.section::<u8>(Section::Values);
        records
            .iter()
            .zip(0..)
            .filter(|(record, _)| record.kind == kind.code() && record.flags & NOT_MATCHED == 0)
            .filter_map(|(record, number)| Some((EntryNumber(number), read_text(values, record.value)?.to_owned())))
            .collect()
    }

    /// Gives every value that is looked for, alone or as a part of a pattern.
    pub(crate) fn each_value(&self, give: &mut dyn FnMut(Kind, &str)) {
        let values = self.image.section::<u8>(Section::Values);
        for record in self.image.section::<Record>(Section::Records) {
            if record.flags & LEFT_OUT == 0
                && let (Some(kind), Some(value)) = (Kind::from_code(record.kind), read_text(values, record.value))
            {
                give(kind, value);
            }
        }
    }

    /// For each pattern the values of which one stands in every event that has a part in fulfilling it.
    pub(crate) fn pattern_anchors(&self) -> impl Iterator<Item = Vec<Observable>> + '_ {
        let texts = self.single.texts.iter().chain(&self.several.texts);
        texts.filter_map(|(_, text)| {
            let parsed = Pattern::parse(text).or_else(|_| Pattern::parse_v20(text));
            pattern::anchors(&parsed.ok()?)
        })
    }

    /// The entries whose hash is this and whose flags have none of these bits.
    fn entries(&self, hash: u64, without: u8) -> impl Iterator<Item = EntryNumber> + '_ {
        let buckets = self.image.section::<u32>(Section::EntryBuckets);
        let hashes = self.image.section::<u64>(Section::EntryHashes);
        table::places(buckets, hashes, hash)
            .map(|place| EntryNumber(place as u32))
            .filter(move |entry| self.record(*entry).flags & without == 0)
    }

    fn entries_that(
        &self,
        hash: u64,
        without: u8,
        found: &mut Vec<EntryNumber>,
        is_it: impl Fn(Kind, &str, u8) -> bool,
    ) {
        for entry in self.entries(hash, without) {
            let record = self.record(entry);
            let value = read_text(self.image.section::<u8>(Section::Values), record.value);
            if let (Some(kind), Some(value)) = (Kind::from_code(record.kind), value)
                && is_it(kind, value, record.flags)
            {
                found.push(entry);
            }
        }
    }

    /// The entries that name this address, or a network that holds it.
    pub(crate) fn find_address(&self, address: IpAddr, without: u8, found: &mut Vec<EntryNumber>) {
        let seed = self.image.numbers.seed;
        match address {
            IpAddr::V4(v4) => {
                let hash = key_of(seed, Kind::Ipv4.code(), address, None);
                self.entries_that(hash, without, found, |_, value, _| value.parse() == Ok(v4));
                let mut lengths = self.image.numbers.lengths4;
                while lengths != 0 {
                    let length = lengths.trailing_zeros().min(32) as u8;
                    lengths &= lengths - 1;
                    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
                    let first = IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask));
                    let hash = key_of(seed, Kind::Ipv4Network.code(), first, Some(length));
                    self.entries_that(hash, without, found, |_, value, _| is_network(value, first, length));
                }
            }
            IpAddr::V6(v6) => {
                let hash = key_of(seed, Kind::Ipv6.code(), address, None);
                self.entries_that(hash, without, found, |_, value, _| value.parse() == Ok(v6));
                for length in (0..128_u8).filter(|length| self.has_length6(*length)) {
                    let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
                    let first = IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask));
                    let hash = key_of(seed, Kind::Ipv6Network.code(), first, Some(length));
                    self.entries_that(hash, without, found, |_, value, _| is_network(value, first, length));
                }
            }
        }
    }

    fn has_length6(&self, length: u8) -> bool {
        self.image.numbers.lengths6[usize::from(length / 64)] >> (length % 64) & 1 == 1
    }

    /// The entries of a kind that name this value, given in the form in which it is compared.
    pub(crate) fn find_compared(&self, kind: Kind, compared: &str, without: u8, found: &mut Vec<EntryNumber>) {
        let hash = key::of_value(self.image.numbers.seed, kind.code(), compared.as_bytes());
        self.entries_that(hash, without, found, |of, value, _| {
            of == kind && comparable(kind, value) == compared
        });
    }

    /// The entries that name this normalised value.
    pub(crate) fn find(&self, observable: &Observable, without: u8, found: &mut Vec<EntryNumber>) {
        match observable.kind {
            Kind::Ipv4 | Kind::Ipv6 => {
                if let Ok(address) = observable.value.parse() {
                    self.find_address(address, without, found);
                }
            }
            Kind::Ipv4Network | Kind::Ipv6Network => {
                if let Some(Anchor::Network(first, length)) = anchor::network(&observable.value) {
                    let hash = key_of(self.image.numbers.seed, observable.kind.code(), first, Some(length));
                    self.entries_that(hash, without, found, |_, value, _| value == observable.value);
                }
            }
            kind => self.find_compared(kind, &comparable(kind, &observable.value), without, found),
        }
    }

    /// The entries that name a name above this one and count for what is below. `name` is normalised.
    pub(crate) fn find_above(&self, name: &str, found: &mut Vec<EntryNumber>) {
        let mut rest = name;
        while let Some((_, parent)) = rest.split_once('.') {
            rest = parent;
            let hash = key::of_value(self.image.numbers.seed, Kind::Domain.code(), parent.as_bytes());
            self.entries_that(hash, NOT_MATCHED, found, |kind, value, flags| {
                kind == Kind::Domain && flags & record::COVERS_BELOW != 0 && value == parent
            });
        }
    }

    /// The entries that are found inside text by a token.
    pub(crate) fn of_word(&self, token: &[u8]) -> impl Iterator<Item = EntryNumber> + '_ {
        let hash = key::of_token(self.image.numbers.seed, token);
        let hashes = self.image.section::<u64>(Section::WordHashes);
        let entries = self.image.section::<u32>(Section::WordEntries);
        let first = hashes.partition_point(|one| *one < hash);
        let many = hashes
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|one| **one == hash)
            .count();
        entries
            .get(first..first + many)
            .unwrap_or_default()
            .iter()
            .map(|entry| EntryNumber(*entry))
            .filter(|entry| self.record(*entry).flags & NOT_MATCHED == 0)
    }
}

/// Flags of entries that are no match by themselves.
pub(crate) const NOT_MATCHED: u8 = record::LEFT_OUT | record::PART_OF_PATTERN;
/// Flags of entries that are not even looked at.
pub(crate) const LEFT_OUT: u8 = record::LEFT_OUT;

/// By what a normalised value is found.
pub(crate) fn anchor_of(kind: Kind, value: &str) -> Anchor<'_> {
    Anchor::of(kind, value)
}

fn is_network(value: &str, first: IpAddr, length: u8) -> bool {
    anchor::network(value) == Some(Anchor::Network(first, length))
}

fn is_single(expression: &Observation) -> bool {
    match expression {
        Observation::Single(_) => true,
        Observation::Or(parts) => parts.iter().all(is_single),
        _ => false,
    }
}

impl Patterns {
    /// Indicator and text of a pattern.
    pub(crate) fn get(&self, number: usize) -> Option<(u32, &str)> {
        self.texts
            .get(number)
            .map(|(indicator, text)| (*indicator, text.as_str()))
    }
}

#[cfg(test)]
mod tests;
