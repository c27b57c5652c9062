//! A list of indicators: one sequence, of which every list is a beginning.
//!
//! Of each twenty: ten IPv4 addresses, two networks, five domains, a URL and two SHA-256. Each value is in the sequence
//! once and in its canonical form. Addresses and networks lie outside of all ranges that standards set aside, since
//! warninglists take those out; they are drawn evenly over what is left, and mean nobody in particular.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt::{self, Display, Formatter};
use std::hash::{Hash, Hasher};
use std::net::Ipv4Addr;

use super::names;
use crate::random::Random;

/// Ranges of no public host, and a few resolvers that everybody talks to.
const SET_ASIDE: [(Ipv4Addr, u8); 20] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
    (Ipv4Addr::new(1, 0, 0, 0), 24),
    (Ipv4Addr::new(1, 1, 1, 0), 24),
    (Ipv4Addr::new(8, 8, 4, 0), 24),
    (Ipv4Addr::new(8, 8, 8, 0), 24),
    (Ipv4Addr::new(9, 9, 9, 0), 24),
    (Ipv4Addr::new(208, 67, 222, 0), 24),
];

/// One value of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// An IPv4 address.
    Address(u32),
    /// An IPv4 network: its first address and the length of its prefix.
    Network(u32, u8),
    /// A domain, which covers everything below it.
    Domain(String),
    /// A URL.
    Url(String),
    /// A SHA-256 in lower case.
    Hash(String),
}

impl Indicator {
    /// What a line of a list is.
    pub fn read(line: &str) -> Self {
        if line.contains("://") {
            return Self::Url(line.to_owned());
        }
        if let Ok(address) = line.parse::<Ipv4Addr>() {
            return Self::Address(address.to_bits());
        }
        if let Some((first, length)) = line.split_once('/')
            && let (Ok(first), Ok(length)) = (first.parse::<Ipv4Addr>(), length.parse())
        {
            return Self::Network(first.to_bits(), length);
        }
        if line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self::Hash(line.to_ascii_lowercase());
        }
        Self::Domain(line.to_ascii_lowercase())
    }

    /// The same as a STIX pattern.
    pub fn pattern(&self) -> String {
        match self {
            Self::Address(_) | Self::Network(..) => format!("[ipv4-addr:value = '{self}']"),
            Self::Domain(name) => format!("[domain-name:value = '{name}']"),
            Self::Url(url) => format!("[url:value = '{url}']"),
            Self::Hash(hash) => format!("[file:hashes.'SHA-256' = '{hash}']"),
        }
    }
}

impl Display for Indicator {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(bits) => Display::fmt(&Ipv4Addr::from_bits(*bits), out),
            Self::Network(first, length) => write!(out, "{}/{length}", Ipv4Addr::from_bits(*first)),
            Self::Domain(text) | Self::Url(text) | Self::Hash(text) => out.write_str(text),
        }
    }
}

/// The bits of a network's address that are set in its prefix.
pub fn mask(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

/// Whether somebody could have this address, and no standard or habit gives it a meaning.
pub fn is_ordinary(address: u32) -> bool {
    SET_ASIDE
        .iter()
        .all(|(first, length)| (first.to_bits() ^ address) & mask(*length) != 0)
}

/// The sequence of indicators of a seed.
#[derive(Debug)]
pub struct Indicators {
    seed: u64,
    number: u64,
    /// How many addresses, and networks of each length, were drawn.
    drawn: [u32; 33],
    /// Hashes of names and URLs so far.
    texts: HashSet<u64>,
}

impl Indicators {
    /// The sequence from its beginning.
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            number: 0,
            drawn: [0; 33],
            texts: HashSet::new(),
        }
    }

    /// The next network of a length, or address where the length is 32; networks that touch what is set aside are left out.
    fn network(&mut self, length: u8) -> u32 {
        let mut first = 0;
        // Each is met once before the first comes again.
        for _ in 0..=u32::MAX {
            let drawn = self.drawn.get_mut(usize::from(length));
            let number = drawn.map_or(0, |drawn| {
                *drawn = drawn.wrapping_add(1);
                *drawn
            });
            first = scatter(number, length) << (32 - u32::from(length));
            let others = SET_ASIDE
                .iter()
                .all(|(aside, other)| (aside.to_bits() ^ first) & mask(length.min(*other)) != 0);
            if others {
                break;
            }
        }
        first
    }

    /// Whether a text is there for the first time.
    fn is_new(&mut self, text: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.texts.insert(hasher.finish())
    }

    fn domain(&mut self, random: &mut Random) -> String {
        loop {
            let name = names::domain(random);
            if self.is_new(&name) {
                return name;
            }
        }
    }

    fn url(&mut self, random: &mut Random) -> String {
        let scheme = if random.below(10) < 7 { "http" } else { "https" };
        // A fifth of the URLs on real lists have an address for a host.
        let host = if random.below(5) == 0 {
            Ipv4Addr::from_bits(self.network(32)).to_string()
        } else {
            self.domain(random)
        };
        format!("{scheme}://{host}{}", names::path(random))
    }
}

impl Iterator for Indicators {
    type Item = Indicator;

    fn next(&mut self) -> Option<Indicator> {
        let mut random = Random::of(self.seed, self.number);
        let place = self.number % 20;
        self.number += 1;
        Some(match place {
            3 | 14 => {
                let length = prefix(&mut random);
                Indicator::Network(self.network(length), length)
            }
            1 | 5 | 9 | 13 | 17 => Indicator::Domain(self.domain(&mut random)),
            7 => Indicator::Url(self.url(&mut random)),
            11 | 19 => Indicator::Hash(random.hex(64)),
            _ => Indicator::Address(self.network(32)),
        })
    }
}

/// The length of a network's prefix: /24 in four of five.
fn prefix(random: &mut Random) -> u8 {
    match random.below(1_000) {
        0..800 => 24,
        800..840 => 28,
        840..880 => 29,
        880..910 => 27,
        910..940 => 30,
        940..960 => 26,
        960..975 => 25,
        975..985 => 23,
        985..992 => 22,
        992..996 => 21,
        996..998 => 20,
        998 => 19,
        _ => 16,
    }
}

/// One of all numbers of so many bits, each for one number: steps that can each be undone.
fn scatter(number: u32, bits: u8) -> u32 {
    let bits = u32::from(bits);
    let within = u32::MAX >> (32 - bits);
    let mut scattered = number & within;
    for odd in [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d] {
        scattered = scattered.wrapping_mul(odd) & within;
        scattered ^= scattered >> (bits / 2);
    }
    scattered
}
