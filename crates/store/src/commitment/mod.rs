//! Commitments: who owes what to whom by when and why, and every step of what became of it.
//!
//! ```text
//!            the one it follows is kept
//! waiting ────────────────────────────────► open ──► kept         with or without evidence
//!    │                                       │
//!    └───────────────────────────────────────┴─────► not-needed   decided by who owes it, with a reason
//!                                                    withdrawn    by whom it is owed to
//! ```
//!
//! Whether one is overdue, or was kept late, is worked out from `due` and never stored. Settling one starts, or ends,
//! those that follow it in the same transaction. Every change is in the ledger, as a receipt for either side.
//!
//! Rows are for the two members concerned; the readers here do not ask who looks, the rules above do.

mod read;
mod record;
mod settle;
mod write;

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use uuid::Uuid;

pub use read::{CommitmentPage, CommitmentPlace, CommitmentQuery, CommitmentSide};
pub use settle::{Settled, Settling};
pub use write::Reminded;

/// What became of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommitmentState {
    /// It follows another that is not kept yet, so nobody knows when it is due.
    Waiting,
    /// It is owed.
    Open,
    /// It was kept.
    Kept,
    /// Who owed it decided that it is not needed.
    NotNeeded,
    /// Whom it was owed to gave it up.
    Withdrawn,
}

impl CommitmentState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Open, Self::Kept, Self::NotNeeded, Self::Withdrawn];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Kept => "kept",
            Self::NotNeeded => "not-needed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more is owed.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Waiting | Self::Open)
    }
}

/// A commitment to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommitment {
    /// Its name.
    pub uuid: Uuid,
    /// What kind of thing is owed; what kinds there are, the rules above know.
    pub kind: String,
    /// What it is about: a STIX identifier, or the UUID of a request or a person.
    pub subject: String,
    /// What that is called; only where it is no object, whose title everybody reads with their own eyes.
    pub title: Option<String>,
    /// Who owes it.
    pub owed_by: MemberId,
    /// The person of that member who is to see to it; none: anybody there.
    pub person: Option<PersonId>,
    /// To whom.
    pub owed_to: MemberId,
    /// The community in which it came about.
    pub community: Option<CommunityId>,
    /// Which rule or agreement says so, in words.
    pub because: String,
    /// The clock, as JSON.
    pub clock: String,
    /// The commitment whose keeping starts the clock.
    pub follows: Option<Uuid>,
    /// When the clock starts; only where it follows none.
    pub starts: Option<Timestamp>,
    /// Who is told when, as JSON.
    pub escalation: String,
}

/// A commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Its number in this store.
    pub id: i64,
    /// What was agreed; `starts` is none while it waits.
    pub terms: NewCommitment,
    /// When it is due; none while it waits.
    pub due: Option<Timestamp>,
    /// What became of it.
    pub state: CommitmentState,
    /// When somebody is to be told of it next.
    pub remind: Option<Timestamp>,
    /// When it was settled.
    pub settled: Option<Timestamp>,
    /// By whom, where a person did.
    pub settled_by: Option<PersonId>,
    /// What shows that it was kept.
    pub evidence: Option<String>,
    /// Why it is not needed, or was given up.
    pub reason: Option<String>,
    /// When it was made.
    pub made: Timestamp,
    /// By whom, where a person did.
    pub made_by: Option<PersonId>,
}

impl Commitment {
    /// Whether it is owed still and its time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.state.is_settled() && self.due.is_some_and(|due| due < now)
    }

    /// Whether it was kept, but after its time.
    pub fn was_kept_late(&self) -> bool {
        let late = self.due.zip(self.settled).is_some_and(|(due, settled)| due < settled);
        self.state == CommitmentState::Kept && late
    }
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// It was made.
    Made,
    /// The one it follows was kept, so its clock runs.
    Started,
    /// A person was named, or none any more.
    Delegated,
    /// It is due later.
    Extended,
    /// People were told.
    Reminded,
    /// It was settled so.
    Settled(CommitmentState),
}

impl StepKind {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Started => "started",
            Self::Delegated => "delegated",
            Self::Extended => "extended",
            Self::Reminded => "reminded",
            Self::Settled(state) => state.as_str(),
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = [
            Self::Made,
            Self::Started,
            Self::Delegated,
            Self::Extended,
            Self::Reminded,
        ];
        let settled = CommitmentState::ALL.into_iter().filter(|state| state.is_settled());
        plain
            .into_iter()
            .chain(settled.map(Self::Settled))
            .find(|kind| kind.as_str() == text)
    }
}

/// One change of a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: StepKind,
    /// For which member somebody did it; none: the node by itself.
    pub member: Option<MemberId>,
    /// Who.
    pub person: Option<PersonId>,
    /// In whose words.
    pub words: Option<String>,
}

/// From an escalation (JSON), the start and the end to when somebody is told first after an instant; with none, first of all.
pub type Reminding = fn(&str, (Timestamp, Timestamp), Option<Timestamp>) -> Option<Timestamp>;

/// What a store needs to know to run clocks, and cannot: pure functions of the rules above.
#[derive(Clone, Copy)]
pub struct CommitmentRules {
    /// From a clock (JSON) and a start to when it is due.
    pub due: fn(&str, Timestamp) -> Option<Timestamp>,
    /// When somebody is told.
    pub remind: Reminding,
}
