//! What a value is on a list: the rules by which the truth about the generated lines is made.
//!
//! An address is on the list itself or lies in a network; a name is itself or lies below a domain, in any case; a URL is
//! host and path together, as Zeek tells them apart; a hash is equal in either case. All that apply count. The same
//! rules are written down a second time, slowly and otherwise, in the tests.

use std::net::Ipv4Addr;

use super::indicators::{Indicator, mask};

/// A list, sorted by kind.
#[derive(Debug, Default)]
pub struct Index {
    /// Addresses in ascending order.
    pub addresses: Vec<u32>,
    /// Networks: length of the prefix, first address.
    pub networks: Vec<(u8, u32)>,
    /// Names in ascending order.
    pub domains: Vec<String>,
    /// URLs in ascending order.
    pub urls: Vec<String>,
    /// Hashes in ascending order.
    pub hashes: Vec<String>,
    /// The lengths of prefixes that occur.
    lengths: Vec<u8>,
}

impl Index {
    /// Sorts a list.
    pub fn of(list: impl Iterator<Item = Indicator>) -> Self {
        let mut index = Self::default();
        for indicator in list {
            match indicator {
                Indicator::Address(address) => index.addresses.push(address),
                Indicator::Network(first, length) => index.networks.push((length, first)),
                Indicator::Domain(name) => index.domains.push(name),
                Indicator::Url(url) => index.urls.push(url),
                Indicator::Hash(hash) => index.hashes.push(hash),
            }
        }
        index.addresses.sort_unstable();
        index.networks.sort_unstable();
        index.domains.sort_unstable();
        index.urls.sort_unstable();
        index.hashes.sort_unstable();
        index.lengths = index.networks.iter().map(|(length, _)| *length).collect();
        index.lengths.dedup();
        index
    }

    /// Adds what an address hits.
    pub fn address(&self, address: u32, hits: &mut Vec<String>) {
        if self.addresses.binary_search(&address).is_ok() {
            hits.push(Indicator::Address(address).to_string());
        }
        for length in &self.lengths {
            let first = address & mask(*length);
            if self.networks.binary_search(&(*length, first)).is_ok() {
                hits.push(Indicator::Network(first, *length).to_string());
            }
        }
    }

    /// Adds what a name hits, or an address in its place.
    pub fn name(&self, name: &str, hits: &mut Vec<String>) {
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return self.address(address.to_bits(), hits);
        }
        let name = name.to_ascii_lowercase();
        let mut rest = Some(name.as_str());
        while let Some(part) = rest {
            if contains(&self.domains, part) {
                hits.push(part.to_owned());
            }
            rest = part.split_once('.').map(|(_, rest)| rest);
        }
    }

    /// Adds what a request hits: the URL that host and path make together.
    pub fn request(&self, host: &str, path: &str, hits: &mut Vec<String>) {
        let url = format!("http://{}{path}", host.to_ascii_lowercase());
        if contains(&self.urls, &url) {
            hits.push(url);
        }
    }

    /// Adds what a hash hits.
    pub fn hash(&self, hash: &str, hits: &mut Vec<String>) {
        let hash = hash.to_ascii_lowercase();
        if contains(&self.hashes, &hash) {
            hits.push(hash);
        }
    }

    /// Whether an address hits nothing.
    pub fn is_clean_address(&self, address: u32) -> bool {
        self.addresses.binary_search(&address).is_err()
            && self.lengths.iter().all(|length| {
                self.networks
                    .binary_search(&(*length, address & mask(*length)))
                    .is_err()
            })
    }

    /// Whether a name hits nothing.
    pub fn is_clean_name(&self, name: &str) -> bool {
        let mut hits = Vec::new();
        self.name(name, &mut hits);
        hits.is_empty()
    }
}

fn contains(sorted: &[String], text: &str) -> bool {
    sorted.binary_search_by(|one| one.as_str().cmp(text)).is_ok()
}
