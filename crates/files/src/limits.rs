//! What is worked out for a file, and how much a file may cost.

use std::time::Duration;

use stix::observable::Kind;

/// Which hashes the watchlist needs; nothing else is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named as the hash it asks for")]
pub struct Wanted {
    pub md5: bool,
    pub sha1: bool,
    pub sha224: bool,
    pub sha256: bool,
    pub sha384: bool,
    pub sha512: bool,
    pub sha3_224: bool,
    pub sha3_256: bool,
    pub sha3_384: bool,
    pub sha3_512: bool,
    pub ssdeep: bool,
    pub tlsh: bool,
    pub imphash: bool,
}

impl Wanted {
    /// No hash: names, sizes and rules only.
    pub const NONE: Self = Self {
        md5: false,
        sha1: false,
        sha224: false,
        sha256: false,
        sha384: false,
        sha512: false,
        sha3_224: false,
        sha3_256: false,
        sha3_384: false,
        sha3_512: false,
        ssdeep: false,
        tlsh: false,
        imphash: false,
    };

    /// Every hash there is.
    pub const ALL: Self = Self {
        md5: true,
        sha1: true,
        sha224: true,
        sha256: true,
        sha384: true,
        sha512: true,
        sha3_224: true,
        sha3_256: true,
        sha3_384: true,
        sha3_512: true,
        ssdeep: true,
        tlsh: true,
        imphash: true,
    };

    /// The hashes among kinds of observables, such as those that a watchlist holds.
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        let mut wanted = Self::NONE;
        for kind in kinds {
            match kind {
                Kind::Md5 => wanted.md5 = true,
                Kind::Sha1 => wanted.sha1 = true,
                Kind::Sha224 => wanted.sha224 = true,
                Kind::Sha256 => wanted.sha256 = true,
                Kind::Sha384 => wanted.sha384 = true,
                Kind::Sha512 => wanted.sha512 = true,
                Kind::Sha3_224 => wanted.sha3_224 = true,
                Kind::Sha3_256 => wanted.sha3_256 = true,
                Kind::Sha3_384 => wanted.sha3_384 = true,
                Kind::Sha3_512 => wanted.sha3_512 = true,
                Kind::Ssdeep => wanted.ssdeep = true,
                Kind::Tlsh => wanted.tlsh = true,
                Kind::Imphash => wanted.imphash = true,
                _ => {}
            }
        }
        wanted
    }
}

/// Caps on one file and everything inside it. Reaching one is a [`stix::Problem`] that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside archives; a compressed archive (`tar.gz`) is two levels. Zero opens none.
    pub archive_depth: usize,
    /// Members of all archives of one file together.
    pub archive_members: u64,
    /// Bytes that come out of decompressors, all members of one file together.
    pub decompressed_bytes: u64,
    /// How many times a compressed stream may expand, beyond its first mebibyte.
    pub expansion: u64,
    /// Largest content held in memory. Rules, import hashes and zip archives inside other archives need all of a
    /// content at once; a larger one is hashed and told without them. Each thread may hold one for each level of archives.
    pub memory_bytes: u64,
    /// Largest content for which fuzzy hashes (ssdeep, TLSH) are made.
    pub fuzzy_bytes: u64,
    /// How long the rules may take for one content. yara-x counts in whole seconds.
    pub rule_time: Duration,
    /// Matches of one string of a rule whose places the rule counts; those after it are not looked for. As in yara-x.
    pub rule_matches: usize,
    /// Matched strings that are told with each rule that is met.
    pub told_strings: usize,
    /// Bytes of a matched string that are told.
    pub excerpt_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            archive_depth: 5,
            archive_members: 100_000,
            decompressed_bytes: 4 << 30,
            expansion: 200,
            memory_bytes: 64 << 20,
            fuzzy_bytes: 1 << 30,
            rule_time: Duration::from_secs(30),
            rule_matches: 1_000_000,
            told_strings: 5,
            excerpt_bytes: 64,
        }
    }
}
