//! IPv4 and IPv6 addresses and CIDR blocks, for ISSUBSET and ISSUPERSET.

use std::net::IpAddr;

/// A block of addresses; one address is a block of its own. Bits behind the prefix are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Network {
    version_four: bool,
    bits: u128,
    prefix: u8,
}

impl Network {
    /// Parses `192.0.2.0/24`, `192.0.2.1`, `2001:db8::/32`, or `2001:db8::1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (version_four, bits, width) = match address.parse().ok()? {
            // Kept at the top of the 128 bits, so that a prefix means the same for both versions.
            IpAddr::V4(address) => (true, u128::from(u32::from(address)) << 96, 32),
            IpAddr::V6(address) => (false, u128::from(address), 128),
        };
        let prefix = match prefix {
            None => width,
            Some(digits) if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= width)?
            }
            Some(_) => return None,
        };
        Some(Self {
            version_four,
            bits: bits & mask(prefix),
            prefix,
        })
    }

    /// Says whether every address of the other block is in this one.
    pub(super) fn contains(self, other: Self) -> bool {
        other.within(self.version_four, self.prefix) == Some(self)
    }

    /// The block with this version and prefix in which this block lies.
    pub(super) fn within(self, version_four: bool, prefix: u8) -> Option<Self> {
        (self.version_four == version_four && prefix <= self.prefix).then(|| Self {
            bits: self.bits & mask(prefix),
            prefix,
            ..self
        })
    }

    /// Whether it is of version 4, and how many bits its prefix has.
    pub(super) fn shape(self) -> (bool, u8) {
        (self.version_four, self.prefix)
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn a_block_contains_its_addresses_and_smaller_blocks_of_the_same_version() {
        let contains =
            |outer: &str, inner: &str| Network::parse(outer).unwrap().contains(Network::parse(inner).unwrap());
        assert!(contains("198.51.100.0/24", "198.51.100.7"));
        assert!(contains("198.51.100.9/24", "198.51.100.128/25"));
        assert!(contains("0.0.0.0/0", "203.0.113.1"));
        assert!(!contains("198.51.100.0/24", "198.51.101.0"));
        assert!(!contains("198.51.100.0/25", "198.51.100.0/24"));
        assert!(contains("2001:db8::/32", "2001:db8:1::/48"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("::/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "::"));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "192.0.2",
            "192.0.2.1/33",
            "192.0.2.1/",
            "192.0.2.1/+8",
            "2001:db8::/129",
            "example.com",
            "1/2/3",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
