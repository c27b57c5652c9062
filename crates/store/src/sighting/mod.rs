//! What a member saw at home, counted over stretches of time, and what became of telling others.
//!
//! ```text
//! hit ──► open ──► closed ──► confirmed ──► told        shared as a sighting
//!                        │          └─────► refused     the intake did not take it
//!                        ├─► kept                       the member tells nobody, or nobody may be told
//!                        └─► waiting ─► confirmed | declined | lapsed
//! ```
//!
//! The form is written down before anything is shared, so that a repeated run after a break makes the same sighting
//! again and no second one. Rows are the member's own: every reader here names the member, and the rules above decide
//! who acts for it.

mod journal;
mod message;
mod rule;
mod seen;

pub use journal::ReportSum;
pub use message::{NewMessage, PendingMessage};
pub use rule::SightingRule;
pub use seen::{NewHit, SeenKey};

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use uuid::Uuid;

/// What of a sighting is told, from nothing to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SightingForm {
    /// Nothing.
    Never,
    /// How many, over which stretch of time; not by whom.
    Count,
    /// The same, and the sectors of the member.
    Sector,
    /// Who, when first and last, how many.
    Full,
}

impl SightingForm {
    /// Every form, from nothing to the most.
    pub const ALL: [Self; 4] = [Self::Never, Self::Count, Self::Sector, Self::Full];

    /// The name, as stored and as people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Count => "count",
            Self::Sector => "sector",
            Self::Full => "full",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == text)
    }
}

/// What became of a stretch of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeenState {
    /// Hits are counted into it.
    Open,
    /// Its time is over; nothing is decided.
    Closed,
    /// A person is asked.
    Waiting,
    /// It is to be told; the form is fixed.
    Confirmed,
    /// It was shared.
    Told,
    /// It stays at home.
    Kept,
    /// A person said no.
    Declined,
    /// Nobody answered in time.
    Lapsed,
    /// The intake refused it.
    Refused,
}

impl SeenState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Closed,
        Self::Waiting,
        Self::Confirmed,
        Self::Told,
        Self::Kept,
        Self::Declined,
        Self::Lapsed,
        Self::Refused,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Told => "told",
            Self::Kept => "kept",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Refused => "refused",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One value that was hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenValue {
    /// The value; empty for those beyond the most that are kept one by one.
    pub value: String,
    /// What kind of value it is; empty where nobody said.
    pub kind: String,
    /// The log or sensor in which it was seen last.
    pub source: String,
    /// How often.
    pub count: i64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
}

/// Hits of a member on an indicator over a stretch of time, for one community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number in this store: the later, the higher.
    pub id: i64,
    /// Drawn at random when it began; the sighting gets it, so nobody can guess from it whose it is.
    pub uuid: Uuid,
    /// Whose hits they are.
    pub member: MemberId,
    /// The indicator.
    pub indicator: String,
    /// The community that would be told; none: the members named with the indicator.
    pub community: Option<CommunityId>,
    /// When the stretch begins.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// The first event.
    pub first: Timestamp,
    /// The last event.
    pub last: Timestamp,
    /// How many events.
    pub count: i64,
    /// One of the events, where the rule lets it go along.
    pub event: Option<String>,
    /// What became of it.
    pub state: SeenState,
    /// What was or would be told.
    pub form: Option<SightingForm>,
    /// Why it is where it is, where that needs saying.
    pub reason: Option<String>,
    /// When that was.
    pub settled: Option<Timestamp>,
    /// Who decided, where a person did.
    pub person: Option<PersonId>,
}

/// A community as it is stored here: 0 for none.
fn community_number(community: Option<CommunityId>) -> i64 {
    community.map_or(0, |community| community.0)
}

fn community_of(number: i64) -> Option<CommunityId> {
    (number != 0).then_some(CommunityId(number))
}
