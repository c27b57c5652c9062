//! The fixed-size rows of a watchlist's sections.

use bytemuck::{AnyBitPattern, NoUninit};
use stix::marking::{Pap, Tlp};

use serde::{Deserialize, Serialize};

/// One value that is, or was to be, looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, NoUninit, AnyBitPattern)]
#[repr(C)]
pub(super) struct Record {
    /// Where its text is in the section of values.
    pub(super) value: u32,
    /// Whose it is.
    pub(super) indicator: u32,
    /// [`stix::observable::Kind::code`].
    pub(super) kind: u8,
    /// See the constants below.
    pub(super) flags: u8,
    /// Why it was left out: a number of the list of reasons in the meta section.
    pub(super) reason: u16,
}

/// What lies below the value counts too: names below a name.
pub(super) const COVERS_BELOW: u8 = 1;
/// It is not looked for; `reason` says why.
pub(super) const LEFT_OUT: u8 = 2;
/// It is no indicator by itself: a pattern asks for it, and events that hold it are worth evaluating.
pub(super) const PART_OF_PATTERN: u8 = 4;

/// What is known of an indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, NoUninit, AnyBitPattern)]
#[repr(C)]
pub(super) struct Indicator {
    /// The UUID of `indicator--UUID`; in the first four bytes the place of the whole identifier where it is another.
    pub(super) uuid: [u8; 16],
    /// Number of what it has in common with others.
    pub(super) shared: u32,
    /// Where its name is, [`NONE`] where it is that of its value.
    pub(super) name: u32,
    /// Seconds since 1970 at which its validity ends, nought where it does not.
    pub(super) valid_until: u32,
    /// 0 to 100, [`UNKNOWN`] where there is none.
    pub(super) score: u8,
    /// 0 to 100, [`UNKNOWN`] where there is none.
    pub(super) confidence: u8,
    /// See the constants below.
    pub(super) flags: u16,
}

/// The identifier is no `indicator--UUID`.
pub(super) const OTHER_IDENTIFIER: u16 = 1;
/// No name of its own.
pub(super) const NONE: u32 = u32::MAX;
/// No number.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// What many indicators have in common; written once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Shared {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) shared_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tlp: Option<Tlp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pap: Option<Pap>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) techniques: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) threats: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) actions: Vec<String>,
}
