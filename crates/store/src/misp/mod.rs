//! What MISP's interface needs beside the objects: events and their elements in rows that lists walk, and the numbers by
//! which clients know them. All of it is made of contributions, in their order, by `node::misp`; nothing here is said
//! that no contribution says, but for `published` and its time.
//!
//! ```text
//! contributions ── misp_next ──► node::misp::project ── MispPut ──► misp_put ──► rows
//! viewer ── MispSource ──► misp_scan ──► MispRow (one for each number) ──► misp_bodies
//! rows, afterwards ── misp_count_steps ──► counts by stretches of numbers ──► misp_steps, for deep pages
//! ```
//!
//! Every function that reads rows takes a [`policy::Viewer`], as everywhere.

mod kept;
mod number;
mod put;
mod registration;
mod scan;
mod sent;
mod step;
mod tag;

use policy::{AudienceId, MemberId};
use uuid::Uuid;

pub use kept::{MispBlocked, MispBlockedKind, MispBlocklist, MispDelegation, MispExclusion, MispSetting};
pub use put::{MispBatch, MispHomeless, MispLoose, MispPut};
pub use registration::MispRegistration;
pub use scan::{MispPage, MispSieve, MispSource};
pub use sent::{MispSent, MispSentState};
pub use step::MispStep;
pub(crate) use step::uncount_erased;
pub use tag::{MispOrganisation, MispTag};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MispKind {
    /// An event.
    Event,
    /// An attribute, in an object or not.
    Attribute,
    /// An object.
    Object,
    /// A report of an event.
    Report,
    /// A sighting.
    Sighting,
    /// A reference of an object to something else.
    Reference,
    /// A proposal to change something.
    Proposal,
    /// A note of an analyst.
    Note,
    /// An opinion of an analyst.
    Opinion,
    /// A relationship that an analyst sees.
    Relationship,
}

impl MispKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Event,
        Self::Attribute,
        Self::Object,
        Self::Report,
        Self::Sighting,
        Self::Reference,
        Self::Proposal,
        Self::Note,
        Self::Opinion,
        Self::Relationship,
    ];

    pub(crate) fn code(self) -> i64 {
        Self::ALL
            .iter()
            .zip(0..)
            .find_map(|(kind, code)| (*kind == self).then_some(code))
            .unwrap_or_default()
    }

    fn of_code(code: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }
}

/// Who contributed a row, as rows tell members apart: one that withholds its name is somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MispOwner {
    /// The member.
    pub member: MemberId,
    /// Whether its name is withheld.
    pub withheld: bool,
}

impl MispOwner {
    pub(crate) fn code(self) -> i64 {
        if self.withheld { -self.member.0 } else { self.member.0 }
    }

    fn of_code(code: i64) -> Self {
        Self {
            member: MemberId(code.abs()),
            withheld: code < 0,
        }
    }
}

/// An event or element, as lists walk it: without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispRow {
    /// Where its text is.
    pub number: i64,
    /// The contribution it was made of; nought where it stands for several.
    pub added: i64,
    /// What it is.
    pub kind: MispKind,
    /// The number by which clients know it.
    pub id: i64,
    /// Who contributed it.
    pub owner: MispOwner,
    /// Who may see it.
    pub audience: AudienceId,
    /// Which version of it.
    pub version: i64,
    /// The event it belongs to.
    pub event: i64,
    /// The object that it is in, or what it speaks of; nought: its event.
    pub parent: i64,
    /// Type of an attribute, name of an object.
    pub element_type: String,
    /// Category of an attribute, meta-category of an object.
    pub category: String,
    /// Whether it is for detection.
    pub to_ids: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// When it was changed, in seconds.
    pub changed: i64,
    /// The value of an attribute, the title of an event.
    pub value: String,
    /// The numbers of its tags.
    pub tags: Vec<i64>,
    several: bool,
}

/// MISP's bookkeeping of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MispEvent {
    /// The number by which clients know it.
    pub id: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// Whether it stands for what came without a report.
    pub loose: bool,
    /// Whether it is published.
    pub published: bool,
    /// When it was, in seconds; nought: never.
    pub publish_timestamp: i64,
    /// When anything of it was changed that all who see it see, in seconds.
    pub touched: i64,
}

/// Numbers as they stand in a row: between commas, so that one is found in it.
fn numbers(list: &[i64]) -> String {
    list.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

fn of_numbers(text: &str) -> Vec<i64> {
    text.split(',').filter_map(|number| number.parse().ok()).collect()
}
