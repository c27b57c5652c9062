//! What decides what is written, and the account of what was not.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use stix::object::Object;
use stix::observable::{Kind, Observable};

use super::selector::Selector;

/// What has become of an object.
#[derive(Clone, Copy, Debug)]
pub enum Change<'o> {
    /// It is new, or the export is a full set.
    Added,
    /// It has a new version, or another score, marking or place on warninglists than when it was exported. Values of
    /// the previous version that are gone are written as removed; so is everything that the filters now leave out.
    Changed {
        /// The version that was exported before.
        previous: Option<&'o Object<'o>>,
    },
    /// It is not to be used any more: revoked, withdrawn, expired, no longer visible to the reader.
    Removed,
}

/// Whether everything is written, or what differs from an earlier export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The full set; what is removed is not in it.
    #[default]
    Full,
    /// What was added, changed and is to be removed since an earlier export.
    Changes,
}

/// What is known of an object besides its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The current score, 0 to 100, where there is one.
    pub score: Option<u8>,
    /// The TLP in force for the reader.
    pub tlp: Option<Tlp>,
    /// The PAP in force for the reader.
    pub pap: Option<Pap>,
    /// Whether that PAP forbids what this format makes a system do. Whoever exports asks the rules; they are not here.
    pub forbidden: bool,
}

/// Says on which list of harmless values an observable is, if it is on one.
pub type Harmless<'a> = &'a dyn Fn(&Observable) -> Option<String>;

/// Says whether another indicator still calls for a selector that one indicator gave up.
pub type StillWanted<'a> = &'a dyn Fn(&Selector) -> bool;

/// The choices of an export.
#[derive(Clone)]
pub struct Options<'a> {
    /// The time of the export: what has ended before it is not written.
    pub now: Timestamp,
    /// All, or what changed.
    pub mode: Mode,
    /// Indicators with a lower score are left out; those without a score are kept.
    pub minimum_score: u8,
    /// Keeps indicators whose `valid_until` has passed.
    pub expired: bool,
    /// Writes the values of cyber-observable objects too, which nobody has called malicious.
    pub observables: bool,
    /// Only these kinds of values; none stands for all.
    pub kinds: Option<Vec<Kind>>,
    /// Which values are on a warninglist.
    pub harmless: Option<Harmless<'a>>,
    /// Asked before a value is written as removed.
    pub still_wanted: Option<StillWanted<'a>>,
    /// A short name of the source, used in messages, comments and names of sets: lower-case letters and digits.
    pub source: String,
    /// Matches names below a domain too (Suricata rules, RPZ).
    pub subdomains: bool,
    /// Writes a rule for the host alone where an `https` URL has a path, which cannot be seen from outside.
    pub https_host_only: bool,
    /// Numbers for Suricata rules.
    pub sids: RangeInclusive<u32>,
    /// The name of the response policy zone.
    pub zone: String,
}

impl Options<'_> {
    /// The default choices at a time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            mode: Mode::Full,
            minimum_score: 0,
            expired: false,
            observables: false,
            kinds: None,
            harmless: None,
            still_wanted: None,
            source: "commonwatch".to_owned(),
            subdomains: true,
            https_host_only: false,
            sids: 3_000_000_000..=3_999_999_999,
            zone: "rpz.commonwatch".to_owned(),
        }
    }
}

/// Why something was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// The object is neither an indicator nor, where asked for, a cyber-observable object.
    NotAnIndicator,
    /// The object is revoked or removed, in a full set.
    Revoked,
    /// `valid_until` has passed.
    Expired,
    /// `valid_from` lies in the future.
    NotYetValid,
    /// The score is below the minimum.
    LowScore,
    /// The indicator says of itself that it is benign.
    Benign,
    /// PAP does not allow the format's effect.
    Pap,
    /// The value is on a warninglist.
    Warninglisted,
    /// The kind of value was not asked for.
    KindNotAsked,
    /// The format has no place for this kind of value.
    NotForFormat,
    /// The pattern, or part of it, cannot be said in this format without making it weaker.
    NotExpressible,
    /// The value would break the format or block far too much.
    Unsafe,
    /// The same value was written before.
    Duplicate,
    /// The value is removed by one indicator and still called for by another.
    StillWanted,
    /// The object or its pattern cannot be read.
    Unreadable,
}

impl LeftOut {
    /// A short reason for summaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAnIndicator => "not an indicator",
            Self::Revoked => "revoked or removed",
            Self::Expired => "expired",
            Self::NotYetValid => "not valid yet",
            Self::LowScore => "score too low",
            Self::Benign => "marked benign",
            Self::Pap => "PAP does not allow it",
            Self::Warninglisted => "on a warninglist",
            Self::KindNotAsked => "kind not asked for",
            Self::NotForFormat => "no place in this format",
            Self::NotExpressible => "cannot be said without making it weaker",
            Self::Unsafe => "unsafe in this format",
            Self::Duplicate => "written already",
            Self::StillWanted => "still called for by another indicator",
            Self::Unreadable => "cannot be read",
        }
    }
}

/// What was written and what was not, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects given.
    pub objects: u64,
    /// Values (or objects, in STIX) written as present, added or changed.
    pub written: u64,
    /// Values (or objects, in STIX) written as to be removed.
    pub removed: u64,
    /// What was left out, and why. Objects and values are counted as one each.
    pub left_out: BTreeMap<LeftOut, u64>,
}
