//! Compiling a watchlist: values with their indicators go in, one image comes out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use stix::observable::{Kind, Observable};
use stix::{Problem, Timestamp};

use super::anchor::Anchor;
use super::compare::{comparable, is_hexadecimal};
use super::image::Numbers;
use super::meta::Reason;
use super::record::{
    COVERS_BELOW, Indicator, LEFT_OUT, NONE, OTHER_IDENTIFIER, PART_OF_PATTERN, Record, Shared, UNKNOWN,
};
use super::{FLAG_BEYOND_ASCII, FLAG_COLONS, FLAG_EVERY_LINE};
use crate::hit::Context;
use crate::key;
use crate::token;
use crate::warninglist::Warninglists;

/// Longest name that is kept.
const NAME: usize = 1_000;
/// Problems kept one by one; the others are counted.
const PROBLEMS: usize = 1_000;

/// What decides which indicators are looked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time at which it is compiled.
    pub now: Timestamp,
    /// The seed of its hashes.
    pub seed: u64,
    /// Indicators worth less are left out, 0 to 100.
    pub minimum_score: u8,
    /// Indicators of which the producer is less sure are left out, 0 to 100; those without a confidence are not.
    pub minimum_confidence: u8,
    /// Indicators with a stricter marking are left out: for a watchlist that is handed to somebody else.
    pub strictest_tlp: Option<stix::marking::Tlp>,
    /// Indicators whose use is more restricted are left out: for a watchlist that is loaded where others can look.
    pub strictest_pap: Option<stix::marking::Pap>,
    /// Whether an indicator of a name counts for the names below it.
    pub covers_below: bool,
    /// Values known to be harmless.
    pub warninglists: Option<Arc<Warninglists>>,
}

impl Options {
    /// Everything that is valid and worth something, names with what is below them.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            seed: 0,
            minimum_score: 1,
            minimum_confidence: 0,
            strictest_tlp: None,
            strictest_pap: None,
            covers_below: true,
            warninglists: None,
        }
    }
}

/// The number of an indicator in the watchlist that is being compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndicatorNumber(u32);

/// A watchlist in the making.
#[derive(Debug)]
pub struct Builder {
    pub(super) options: Options,
    pub(super) values: Vec<u8>,
    /// The rows: of each value its hash and its record, in the order in which they came.
    pub(super) hashes: Vec<u64>,
    pub(super) records: Vec<Record>,
    pub(super) tokens: Vec<u64>,
    /// Hashes of the tokens by which values are found inside text, with the row they are of.
    pub(super) words: Vec<(u64, u32)>,
    pub(super) probes: Vec<u64>,
    /// The /24 of each address that is looked for; ranges of those of networks.
    pub(super) blocks: Vec<u32>,
    /// First and last address of each IPv4 network.
    pub(super) networks: Vec<[u32; 2]>,
    /// Whether a token is an IPv4 address: the host of a URL, or a part of a pattern.
    pub(super) has_address_tokens: bool,
    pub(super) indicators: Vec<Indicator>,
    pub(super) shared: Vec<String>,
    shared_numbers: HashMap<Shared, u32>,
    last_shared: Option<(Shared, u32)>,
    pub(super) reasons: HashMap<Reason, u16>,
    pub(super) patterns: Vec<(u32, String, String)>,
    pub(super) numbers: Numbers,
    pub(super) left_out: HashMap<Reason, u64>,
    pub(super) problems: Vec<Problem>,
    pub(super) untold: u64,
}

impl Builder {
    /// Starts an empty watchlist.
    pub fn new(options: Options) -> Self {
        let numbers = Numbers {
            seed: options.seed,
            ..Numbers::default()
        };
        Self {
            options,
            values: Vec::new(),
            hashes: Vec::new(),
            records: Vec::new(),
            tokens: Vec::new(),
            words: Vec::new(),
            probes: Vec::new(),
            blocks: Vec::new(),
            networks: Vec::new(),
            has_address_tokens: false,
            indicators: Vec::new(),
            shared: Vec::new(),
            shared_numbers: HashMap::new(),
            last_shared: None,
            reasons: HashMap::new(),
            patterns: Vec::new(),
            numbers,
            left_out: HashMap::new(),
            problems: Vec::new(),
            untold: 0,
        }
    }

    /// How many values it holds so far, with those left out.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it holds nothing so far.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.patterns.is_empty()
    }

    /// Adds the values of a builder with the same options, whose indicators are numbers of this one.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self {
            options: _,
            values,
            hashes,
            records,
            tokens,
            words,
            probes,
            blocks,
            networks,
            has_address_tokens,
            indicators: _,
            shared: _,
            shared_numbers: _,
            last_shared: _,
            reasons,
            patterns,
            numbers,
            left_out,
            problems,
            untold,
        } = other;
        // Where the texts do not fit any more, places beyond them cannot be given either: see `text`.
        let texts_before = u32::try_from(self.values.len()).ok();
        if texts_before.is_some() {
            self.values.extend_from_slice(&values);
        }
        let place = |at: u32| texts_before.and_then(|before| at.checked_add(before)).unwrap_or(NONE);
        let mut reason_of = vec![0; reasons.len()];
        for (reason, number) in reasons {
            let here = self.reason(reason);
            if let Some(place) = reason_of.get_mut(usize::from(number)) {
                *place = here;
            }
        }
        let rows_before = self.records.len() as u32;
        self.hashes.extend(hashes);
        self.records.extend(records.into_iter().map(|record| {
            let reason = match reason_of.get(usize::from(record.reason)) {
                Some(here) if record.flags & LEFT_OUT != 0 => *here,
                _ => record.reason,
            };
            Record {
                value: place(record.value),
                reason,
                ..record
            }
        }));
        self.words
            .extend(words.into_iter().map(|(hash, row)| (hash, row + rows_before)));
        self.tokens.extend(tokens);
        self.probes.extend(probes);
        self.blocks.extend(blocks);
        self.networks.extend(networks);
        self.has_address_tokens |= has_address_tokens;
        self.patterns.extend(patterns);
        for (reason, many) in left_out {
            *self.left_out.entry(reason).or_default() += many;
        }
        self.numbers.include(&numbers);
        self.untold += untold;
        for problem in problems {
            self.problem(problem);
        }
    }

    /// The number of a reason for leaving values out.
    fn reason(&mut self, reason: Reason) -> u16 {
        let next = self.reasons.len().min(usize::from(u16::MAX)) as u16;
        *self.reasons.entry(reason).or_insert(next)
    }

    /// Adds what is known of an indicator; its values follow.
    pub fn indicator(&mut self, context: &Context) -> IndicatorNumber {
        let uuid = context
            .id
            .strip_prefix("indicator--")
            .and_then(|uuid| uuid::Uuid::try_parse(uuid).ok());
        let (uuid, flags) = match uuid {
            Some(uuid) => (uuid.into_bytes(), 0),
            None => {
                let mut place = [0; 16];
                place[..4].copy_from_slice(&self.text(&context.id).to_le_bytes());
                (place, OTHER_IDENTIFIER)
            }
        };
        let name = if context.name.is_empty() {
            NONE
        } else {
            self.text(cut(&context.name, NAME))
        };
        let shared = self.shared(context);
        let seconds = |time: Timestamp| {
            u32::try_from(time.micros().max(0).unsigned_abs().div_ceil(1_000_000)).unwrap_or(u32::MAX)
        };
        self.indicators.push(Indicator {
            uuid,
            shared,
            name,
            valid_until: context.valid_until.map_or(0, seconds),
            score: context.score.unwrap_or(UNKNOWN),
            confidence: context.confidence.unwrap_or(UNKNOWN),
            flags,
        });
        IndicatorNumber((self.indicators.len() - 1) as u32)
    }

    /// Adds a value of an indicator, unless a warninglist knows it as harmless.
    pub fn value(&mut self, indicator: IndicatorNumber, observable: &Observable) {
        let lists = self.options.warninglists.clone();
        let harmless = lists
            .as_ref()
            .and_then(|lists| lists.hits(observable).find(crate::warninglist::Hit::is_false_positive));
        match harmless {
            Some(hit) => self.leave_out(indicator, observable, Reason::Harmless(hit.list.name.clone())),
            None => self.look_for(indicator, observable),
        }
    }

    /// Keeps a value only to be able to say why it is not looked for.
    pub fn leave_out(&mut self, indicator: IndicatorNumber, observable: &Observable, reason: Reason) {
        *self.left_out.entry(reason.clone()).or_default() += 1;
        let reason = self.reason(reason);
        let record = Record {
            value: self.text(&observable.value),
            indicator: indicator.0,
            kind: observable.kind.code(),
            flags: LEFT_OUT,
            reason,
        };
        let hash = self.hash(observable, &Anchor::of(observable.kind, &observable.value));
        self.row(hash, record);
    }

    fn look_for(&mut self, indicator: IndicatorNumber, observable: &Observable) {
        let value = observable.value.as_str();
        let anchor = Anchor::of(observable.kind, value);
        if anchor == Anchor::Nothing {
            return self.leave_out(indicator, observable, Reason::NothingToFind);
        }
        let covers = observable.kind == Kind::Domain && self.options.covers_below && !is_public_suffix(value);
        let record = Record {
            value: self.text(value),
            indicator: indicator.0,
            kind: observable.kind.code(),
            flags: if covers { COVERS_BELOW } else { 0 },
            reason: 0,
        };
        let hash = self.hash(observable, &anchor);
        let row = self.row(hash, record);
        self.numbers.active += 1;
        let word = is_found_by_word(observable.kind).then_some(row);
        self.anchor(&anchor, observable.kind, word);
        if observable.kind == Kind::Asn {
            self.token(value.as_bytes(), word);
        }
    }

    /// Adds a row; gives its number.
    fn row(&mut self, hash: u64, record: Record) -> u32 {
        self.hashes.push(hash);
        self.records.push(record);
        (self.records.len() - 1) as u32
    }

    /// Makes lines that hold an anchor pass the first looks.
    fn anchor(&mut self, anchor: &Anchor<'_>, kind: Kind, row: Option<u32>) {
        match anchor {
            Anchor::Address(IpAddr::V4(address)) => {
                self.blocks.push(address.to_bits() >> 8);
                // Whole addresses are found by their number; those in URLs and patterns are not entries of their own.
                if kind != Kind::Ipv4 {
                    self.has_address_tokens = true;
                    let text = address.to_string();
                    self.tokens.push(key::of_token(self.numbers.seed, text.as_bytes()));
                }
            }
            Anchor::Address(IpAddr::V6(address)) => {
                self.numbers.flags |= FLAG_COLONS;
                if kind != Kind::Ipv6 {
                    let text = address.to_string();
                    self.tokens.push(key::of_token(self.numbers.seed, text.as_bytes()));
                }
            }
            Anchor::Network(IpAddr::V4(first), length) => {
                self.numbers.lengths4 |= 1 << length;
                let first = first.to_bits();
                let rest = u32::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
                self.networks.push([first & !rest, first | rest]);
            }
            Anchor::Network(IpAddr::V6(_), length) => {
                self.numbers.flags |= FLAG_COLONS;
                self.numbers.lengths6[usize::from(length / 64)] |= 1 << (length % 64);
            }
            Anchor::Token(text) => {
                self.token(text.as_bytes(), row);
                self.international(text, row);
            }
            Anchor::Separated(text) => {
                self.numbers.flags |= FLAG_COLONS;
                self.token(text.as_bytes(), row);
                if let Some(row) = row
                    && let Some(record) = self.records.get(row as usize).copied()
                    && let Some(value) = read_text(&self.values, record.value).map(str::to_owned)
                {
                    // Hyphens keep the digits together as one word, in any length that hyphens give.
                    let hyphens = value.replace(':', "-");
                    self.token(hyphens.as_bytes(), Some(row));
                }
            }
            Anchor::Nothing => {}
        }
    }

    fn token(&mut self, text: &[u8], row: Option<u32>) {
        let range = token::trimmed(text, 0..text.len());
        let text = &text[range];
        let hash = key::of_token(self.numbers.seed, text);
        self.tokens.push(hash);
        self.probes.push(token::probe(text));
        // The scanner takes what looks like an address for one: `agent/10.20.30.40`, `v1.2.3.4`.
        if matches!(token::shape(text), token::Shape::Address { .. }) {
            self.blocks.push(token::block_of(text));
            self.has_address_tokens = true;
        }
        if !token::is_salient(text) {
            self.numbers.word_lengths |= 1 << text.len().min(63);
        }
        if let Some(row) = row {
            self.words.push((hash, row));
        }
    }

    /// A name in punycode may stand in a log in its own letters.
    fn international(&mut self, name: &str, row: Option<u32>) {
        if !name.is_ascii() {
            self.numbers.flags |= FLAG_BEYOND_ASCII;
        }
        if !name.split('.').any(|label| label.starts_with("xn--")) {
            return;
        }
        if let (letters, Ok(())) = idna::domain_to_unicode(name) {
            self.numbers.flags |= FLAG_BEYOND_ASCII;
            self.token(letters.as_bytes(), row);
        }
    }

    fn hash(&self, observable: &Observable, anchor: &Anchor<'_>) -> u64 {
        let seed = self.numbers.seed;
        let kind = observable.kind.code();
        match anchor {
            Anchor::Address(address) if matches!(observable.kind, Kind::Ipv4 | Kind::Ipv6) => {
                key_of(seed, kind, *address, None)
            }
            Anchor::Network(address, length) => key_of(seed, kind, *address, Some(*length)),
            _ => key::of_value(seed, kind, comparable(observable.kind, &observable.value).as_bytes()),
        }
    }

    /// Adds a pattern that is more than values. `anchors`: values of which one stands in every event that fulfils it; none
    /// where there is no such value, and then every event has to be read.
    pub(super) fn pattern(&mut self, indicator: IndicatorNumber, text: &str, anchors: Option<&[Observable]>) {
        self.rule(indicator, "stix", text);
        let Some(anchors) = anchors else {
            self.numbers.flags |= FLAG_EVERY_LINE;
            return;
        };
        for observable in anchors {
            let anchor = Anchor::of(observable.kind, &observable.value);
            match anchor {
                Anchor::Nothing => self.numbers.flags |= FLAG_EVERY_LINE,
                Anchor::Address(_) | Anchor::Network(..) => {
                    let record = Record {
                        value: self.text(&observable.value),
                        indicator: indicator.0,
                        kind: observable.kind.code(),
                        flags: PART_OF_PATTERN,
                        reason: 0,
                    };
                    self.row(self.hash(observable, &anchor), record);
                    self.anchor(&anchor, observable.kind, None);
                }
                Anchor::Token(_) | Anchor::Separated(_) => self.anchor(&anchor, observable.kind, None),
            }
        }
    }

    /// Adds a rule in another language, for whoever evaluates those.
    pub(super) fn rule(&mut self, indicator: IndicatorNumber, language: &str, text: &str) {
        self.patterns.push((indicator.0, language.to_owned(), text.to_owned()));
        self.numbers.active += 1;
    }

    /// Takes note of something that could not be used.
    pub(super) fn problem(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        } else {
            self.untold += 1;
        }
    }

    /// Puts a text among the values and gives its place. Places beyond 4 GiB cannot be given: the text is then empty.
    fn text(&mut self, text: &str) -> u32 {
        let Ok(place) = u32::try_from(self.values.len()) else {
            return NONE;
        };
        let text = cut(text, usize::from(u16::MAX));
        self.values.extend_from_slice(&(text.len() as u16).to_le_bytes());
        self.values.extend_from_slice(text.as_bytes());
        place
    }

    fn shared(&mut self, context: &Context) -> u32 {
        let is_last = |last: &Shared| {
            last.shared_by == context.shared_by
                && last.tlp == context.tlp
                && last.pap == context.pap
                && last.techniques == context.techniques
                && last.threats == context.threats
                && last.actions == context.actions
        };
        if let Some((last, number)) = &self.last_shared
            && is_last(last)
        {
            return *number;
        }
        let shared = Shared {
            shared_by: context.shared_by.clone(),
            tlp: context.tlp,
            pap: context.pap,
            techniques: context.techniques.clone(),
            threats: context.threats.clone(),
            actions: context.actions.clone(),
        };
        let next = self.shared.len() as u32;
        let number = *self.shared_numbers.entry(shared.clone()).or_insert(next);
        if number == next {
            self.shared.push(serde_json::to_string(&shared).unwrap_or_default());
        }
        self.last_shared = Some((shared, number));
        number
    }
}

/// The key of an address or network.
pub(super) fn key_of(seed: u64, kind: u8, address: IpAddr, length: Option<u8>) -> u64 {
    match address {
        IpAddr::V4(address) => key::of_address(seed, kind, u128::from(address.to_bits()), length.unwrap_or(32)),
        IpAddr::V6(address) => key::of_address(seed, kind, address.to_bits(), length.unwrap_or(128)),
    }
}

/// Whether values of a kind are found inside text by a word of theirs. The others show what they are by their form.
fn is_found_by_word(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network | Kind::Domain | Kind::Url | Kind::EmailAddress
    ) && !is_hexadecimal(kind)
}

/// A name under which anybody can have names: what is below it belongs to others.
fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() == name.len())
        || !name.contains('.')
}

/// A text cut at a boundary of letters.
fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most.min(text.len())))
        .unwrap_or_default()
}

/// A text among the values.
pub(super) fn read_text(values: &[u8], place: u32) -> Option<&str> {
    let rest = values.get(place as usize..)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    std::str::from_utf8(rest.get(..usize::from(u16::from_le_bytes(*length)))?).ok()
}

const _: () = assert!(size_of::<Record>() == 12 && size_of::<Indicator>() == 32);
