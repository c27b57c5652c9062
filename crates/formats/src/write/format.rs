//! The formats that objects can be written in.

use std::fmt;

/// A format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutFormat {
    /// A STIX 2.1 bundle.
    Stix,
    /// STIX 2.1 objects, one a line.
    StixNdjson,
    /// MISP events in one file.
    Misp,
    /// A MISP feed directory.
    MispFeed,
    /// A table with one row for each indicator and value.
    Csv,
    /// Plain values, one a line.
    List,
    /// Suricata rules, each with its own number.
    SuricataRules,
    /// Suricata datasets and hash lists with the few rules that use them.
    SuricataDatasets,
    /// Intelligence file of Zeek.
    ZeekIntel,
    /// DNS response policy zone.
    Rpz,
    /// Hosts file.
    Hosts,
    /// Sets of nftables.
    Nftables,
    /// OpenIOC 1.0.
    OpenIoc,
}

/// What a format makes a reader's system do; PAP decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing by itself: data for exchange.
    Exchange,
    /// It watches and tells; an adversary does not notice.
    Detect,
    /// It blocks; an adversary notices.
    Block,
}

impl OutFormat {
    /// Every format.
    pub const ALL: [Self; 13] = [
        Self::Stix,
        Self::StixNdjson,
        Self::Misp,
        Self::MispFeed,
        Self::Csv,
        Self::List,
        Self::SuricataRules,
        Self::SuricataDatasets,
        Self::ZeekIntel,
        Self::Rpz,
        Self::Hosts,
        Self::Nftables,
        Self::OpenIoc,
    ];

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stix => "stix",
            Self::StixNdjson => "stix-ndjson",
            Self::Misp => "misp",
            Self::MispFeed => "misp-feed",
            Self::Csv => "csv",
            Self::List => "list",
            Self::SuricataRules => "suricata-rules",
            Self::SuricataDatasets => "suricata-datasets",
            Self::ZeekIntel => "zeek-intel",
            Self::Rpz => "rpz",
            Self::Hosts => "hosts",
            Self::Nftables => "nftables",
            Self::OpenIoc => "openioc",
        }
    }

    /// One line for help texts.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Stix => "STIX 2.1 bundle: everything, byte for byte",
            Self::StixNdjson => "STIX 2.1 objects, one a line",
            Self::Misp => "MISP events in one file",
            Self::MispFeed => "MISP feed directory: manifest, hashes and a file for each event",
            Self::Csv => "table with one row for each indicator and value",
            Self::List => "plain values, one a line",
            Self::SuricataRules => "Suricata rules for names, URLs, addresses, ports and fingerprints",
            Self::SuricataDatasets => "Suricata datasets and file hash lists, for many values",
            Self::ZeekIntel => "Zeek intelligence framework file",
            Self::Rpz => "DNS response policy zone (BIND, Knot, PowerDNS, Unbound): blocks names and addresses",
            Self::Hosts => "hosts file: blocks names on one machine",
            Self::Nftables => "nftables sets: addresses to block in a Linux firewall",
            Self::OpenIoc => "OpenIOC 1.0",
        }
    }

    /// What it makes a reader's system do.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Stix | Self::StixNdjson | Self::Misp | Self::MispFeed | Self::Csv => Effect::Exchange,
            // A plain list cannot say PAP, and ends in some tool.
            Self::List | Self::SuricataRules | Self::SuricataDatasets | Self::ZeekIntel | Self::OpenIoc => {
                Effect::Detect
            }
            Self::Rpz | Self::Hosts | Self::Nftables => Effect::Block,
        }
    }

    /// Whether a full set is one file, so that it can go to standard output.
    pub const fn is_one_file(self) -> bool {
        !matches!(self, Self::SuricataDatasets | Self::MispFeed)
    }
}

/// Why a text names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a format that can be written (one of {names})", names = names())]
pub struct UnknownFormat(String);

fn names() -> String {
    OutFormat::ALL.map(OutFormat::as_str).join(", ")
}

impl std::str::FromStr for OutFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownFormat(text.chars().take(40).collect()))
    }
}

impl fmt::Display for OutFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
