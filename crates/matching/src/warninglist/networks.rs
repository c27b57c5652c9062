//! Which lists hold a network around an address.
//!
//! The networks of each family stand in one map by first address and prefix length. A look-up tries the prefix lengths
//! that occur, from the longest that can contain what is asked, so overlapping networks of many lists cost nothing extra.
//! A bit for each /16 that some IPv4 network touches answers for most addresses first.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::postings::{Chain, Postings};

#[derive(Debug, Default)]
pub(super) struct Networks {
    v4: Family<u32>,
    v6: Family<u128>,
    touched: Touched,
    postings: Postings,
}

/// A bit for each of the 65,536 upper halves of an IPv4 address; none where there is no network.
#[derive(Debug, Default)]
struct Touched(Vec<u64>);

impl Touched {
    fn add(&mut self, first: u32, prefix: u8) {
        self.0.resize(1 << 10, 0);
        let last = first | u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        for upper in first >> 16..=last >> 16 {
            if let Some(word) = self.0.get_mut(upper as usize >> 6) {
                *word |= 1 << (upper & 63);
            }
        }
    }

    fn has(&self, address: u32) -> bool {
        let upper = address >> 16;
        self.0
            .get(upper as usize >> 6)
            .is_some_and(|word| word >> (upper & 63) & 1 == 1)
    }
}

#[derive(Debug)]
struct Family<A> {
    lists: HashMap<(A, u8), Chain>,
    /// Prefix lengths that occur, bit by bit.
    lengths: [u128; 2],
}

impl<A> Default for Family<A> {
    fn default() -> Self {
        Self {
            lists: HashMap::new(),
            lengths: [0; 2],
        }
    }
}

impl<A: std::hash::Hash + Eq> Family<A> {
    fn add(&mut self, first: A, prefix: u8, list: u16, postings: &mut Postings) {
        if let Some(word) = self.lengths.get_mut(usize::from(prefix >> 7)) {
            *word |= 1 << (prefix & 127);
        }
        let lists = self.lists.entry((first, prefix)).or_default();
        *lists = postings.push(*lists, list);
    }

    fn has(&self, prefix: u8) -> bool {
        self.lengths
            .get(usize::from(prefix >> 7))
            .is_some_and(|word| word >> (prefix & 127) & 1 == 1)
    }
}

/// An address or a network as text, IPv4 in IPv6 read as IPv4; host bits are cut.
pub(super) fn parse(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (address, prefix) = match address {
        IpAddr::V6(v6) if prefix.is_none_or(|prefix| (96..=128).contains(&prefix)) => match v6.to_ipv4_mapped() {
            Some(v4) => (IpAddr::V4(v4), prefix.map(|prefix| prefix - 96)),
            None => (address, prefix),
        },
        _ => (address, prefix),
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(longest);
    (prefix <= longest).then_some((address, prefix))
}

fn mask4(address: Ipv4Addr, prefix: u8) -> u32 {
    address.to_bits()
        & u32::MAX
            .checked_shl(32_u32.saturating_sub(u32::from(prefix)))
            .unwrap_or(0)
}

fn mask6(address: Ipv6Addr, prefix: u8) -> u128 {
    address.to_bits()
        & u128::MAX
            .checked_shl(128_u32.saturating_sub(u32::from(prefix)))
            .unwrap_or(0)
}

impl Networks {
    pub(super) fn add(&mut self, address: IpAddr, prefix: u8, list: u16) {
        match address {
            IpAddr::V4(v4) => {
                let first = mask4(v4, prefix);
                self.touched.add(first, prefix);
                self.v4.add(first, prefix, list, &mut self.postings);
            }
            IpAddr::V6(v6) => self.v6.add(mask6(v6, prefix), prefix, list, &mut self.postings),
        }
    }

    /// Gives back what growing took too much of.
    pub(super) fn shrink(&mut self) {
        self.v4.lists.shrink_to_fit();
        self.v6.lists.shrink_to_fit();
        self.postings.shrink();
    }

    /// Gives each list with a network that contains the whole of the one asked for, the narrowest first.
    pub(super) fn find(&self, address: IpAddr, prefix: u8, found: &mut impl FnMut(u16, IpAddr, u8)) {
        // A network around what is asked touches the /16 in which it begins.
        if let IpAddr::V4(v4) = address
            && !self.touched.has(mask4(v4, prefix))
        {
            return;
        }
        for length in (0..=prefix).rev() {
            let (lists, first) = match address {
                IpAddr::V4(v4) if self.v4.has(length) => {
                    let first = mask4(v4, length);
                    (
                        self.v4.lists.get(&(first, length)),
                        IpAddr::V4(Ipv4Addr::from_bits(first)),
                    )
                }
                IpAddr::V6(v6) if self.v6.has(length) => {
                    let first = mask6(v6, length);
                    (
                        self.v6.lists.get(&(first, length)),
                        IpAddr::V6(Ipv6Addr::from_bits(first)),
                    )
                }
                _ => continue,
            };
            for list in lists.into_iter().flat_map(|chain| self.postings.lists(*chain)) {
                found(list, first, length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::{Networks, parse};

    #[test]
    fn reads_mapped_addresses_as_ipv4() {
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
        assert_eq!(parse("::ffff:192.0.2.0/120"), parse("192.0.2.0/24"));
        assert_eq!(parse("192.0.2.0/33"), None);
        assert_eq!(parse("2001:db8::/129"), None);
        assert_eq!(parse("192.0.2"), None);
    }

    proptest! {
        #[test]
        fn finds_exactly_the_networks_around(
            networks in prop::collection::vec((0..64_u32, 1..=32_u8), 1..20),
            asked in 0..64_u32,
            prefix in 1..=32_u8,
            // All within one /26, or spread over many a /16.
            spread in prop::sample::select(vec![0, 12, 20]),
        ) {
            let base = 0xC000_0200_u32;
            let at = |low: u32| base ^ low << spread;
            let mut all = Networks::default();
            for (number, (low, length)) in networks.iter().enumerate() {
                all.add(IpAddr::V4(Ipv4Addr::from_bits(at(*low))), *length, number as u16);
            }
            let mut found = Vec::new();
            all.find(IpAddr::V4(Ipv4Addr::from_bits(at(asked))), prefix, &mut |list, _, _| found.push(list));
            found.sort();
            let expected: Vec<u16> = networks.iter().enumerate().filter(|(_, (low, length))| {
                *length <= prefix && at(*low) >> (32 - length) == at(asked) >> (32 - length)
            }).map(|(number, _)| number as u16).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
