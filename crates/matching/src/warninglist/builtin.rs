//! Lists of our own: what standards set aside, and what every hash of nothing is.
//!
//! They are there without any file. Each can be switched off by its name: a partnership that practises with
//! documentation addresses switches `documentation-*` off.

use super::kinds::{ADDRESSES, Kinds};
use super::{Category, List, ListType, WarninglistsBuilder};
use stix::observable::Kind;

/// A list that comes with the program.
#[derive(Debug)]
pub struct BuiltIn {
    /// Its name, for switching.
    pub name: &'static str,
    /// What it holds.
    pub description: &'static str,
    list_type: ListType,
    kinds: Kinds,
    entries: &'static [&'static str],
}

const WHERE_ADDRESSES_ARE: Kinds = ADDRESSES.or(Kinds::of(&[Kind::Url]));
const WHERE_NAMES_ARE: Kinds = Kinds::of(&[Kind::Domain, Kind::Url, Kind::EmailAddress]);

impl BuiltIn {
    /// What is on it.
    pub fn entries(&self) -> &'static [&'static str] {
        self.entries
    }
}

/// The lists that come with the program.
pub fn built_in() -> &'static [BuiltIn] {
    &BUILT_IN
}

static BUILT_IN: [BuiltIn; 7] = [
    BuiltIn {
        name: "private-addresses",
        description: "Addresses that mean something else in every network: private use, shared by carriers, local to a link, loopback (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291)",
        list_type: ListType::Cidr,
        kinds: WHERE_ADDRESSES_ARE,
        entries: &[
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "::1/128",
            "fe80::/10",
            "fc00::/7",
        ],
    },
    BuiltIn {
        name: "special-addresses",
        description: "Addresses that are no single host: unspecified, broadcast, multicast, reserved, protocol assignments, benchmarking, discard (RFC 6890)",
        list_type: ListType::Cidr,
        kinds: WHERE_ADDRESSES_ARE,
        entries: &[
            "0.0.0.0/8",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "100::/64",
            "2001:2::/48",
            "ff00::/8",
        ],
    },
    BuiltIn {
        name: "documentation-addresses",
        description: "Addresses set aside for examples (RFC 5737, RFC 3849, RFC 9637)",
        list_type: ListType::Cidr,
        kinds: WHERE_ADDRESSES_ARE,
        entries: &[
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",
            "3fff::/20",
        ],
    },
    BuiltIn {
        name: "documentation-names",
        description: "Names set aside for examples (RFC 2606, RFC 6761)",
        list_type: ListType::Hostname,
        kinds: WHERE_NAMES_ARE,
        entries: &["example", "example.com", "example.net", "example.org"],
    },
    BuiltIn {
        name: "reserved-names",
        description: "Names that no public server answers for (RFC 2606, RFC 6761, RFC 6762, RFC 8375)",
        list_type: ListType::Hostname,
        kinds: WHERE_NAMES_ARE,
        entries: &[
            "test",
            "invalid",
            "localhost",
            "local",
            "localdomain",
            "home.arpa",
            "in-addr.arpa",
            "ip6.arpa",
        ],
    },
    BuiltIn {
        name: "empty-hashes",
        description: "Hashes of the empty input",
        list_type: ListType::String,
        kinds: Kinds::ALL,
        entries: &[
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        ],
    },
    BuiltIn {
        name: "zero-hashes",
        description: "Hashes of nothing but zeros or nothing but f, as broken tools write them",
        list_type: ListType::Regex,
        kinds: Kinds::of(&[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512]),
        entries: &["^(?:0+|f+)$"],
    },
];

impl WarninglistsBuilder {
    /// Adds the lists that come with the program.
    pub fn add_built_in(&mut self) -> &mut Self {
        for list in built_in() {
            let head = List {
                name: list.name.to_owned(),
                description: list.description.to_owned(),
                version: 1,
                category: Category::FalsePositive,
                list_type: list.list_type,
                entries: 0,
                enabled: true,
                kinds: list.kinds,
            };
            self.add_list(list.name, head, list.entries.iter().map(|entry| Some(*entry)));
        }
        self
    }
}
