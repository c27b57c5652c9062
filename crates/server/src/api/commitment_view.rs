//! What the JSON API shows of commitments.

use node::commitments::clock::Clock;
use node::commitments::{CommitmentDetail, CommitmentList, CommitmentShown, StepShown};
use serde::Serialize;
use serde_json::Value;
use stix::Timestamp;
use store::{Commitment, CommitmentPlace};
use utoipa::ToSchema;

/// A commitment.
#[derive(Serialize, ToSchema)]
pub struct CommitmentView {
    /// Its UUID.
    pub id: String,
    /// What kind of thing is owed.
    pub kind: String,
    /// STIX identifier of the item it is about, or the UUID of something else.
    pub subject: String,
    /// What that is called, as you see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The member that owes it.
    pub owed_by: String,
    /// Login of the person who sees to it, where that is somebody of your member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The member it is owed to.
    pub owed_to: String,
    /// Alias of the community in which it came about, where your member is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// Which rule or agreement says so.
    pub because: String,
    /// Its clock, in words.
    pub runs: String,
    /// Its clock.
    #[schema(value_type = Object)]
    pub clock: Value,
    /// When the clock started; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// When it is due; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// `waiting`, `open`, `kept`, `not-needed` or `withdrawn`.
    pub state: &'static str,
    /// Whether it is owed still and its time is over.
    pub overdue: bool,
    /// Whether it was kept after its time.
    pub late: bool,
    /// Who is told when.
    #[schema(value_type = Vec<Object>)]
    pub escalation: Value,
    /// When it was made.
    pub made: String,
    /// When it was settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<String>,
    /// What shows that it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Why it is not needed, or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<CommitmentShown> for CommitmentView {
    fn from(shown: CommitmentShown) -> Self {
        let one = shown.commitment;
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let runs = Clock::from_json(&one.terms.clock).map_or_else(|_| String::new(), |clock| clock.to_string());
        Self {
            id: one.terms.uuid.to_string(),
            title: shown.title,
            owed_by: shown.owed_by.name,
            person: shown.person,
            owed_to: shown.owed_to.name,
            community: shown.community,
            runs,
            clock: json(&one.terms.clock),
            escalation: json(&one.terms.escalation),
            kind: one.terms.kind,
            subject: one.terms.subject,
            because: one.terms.because,
            starts: one.terms.starts.map(Timestamp::to_micros_text),
            due: one.due.map(Timestamp::to_micros_text),
            state: one.state.as_str(),
            overdue: shown.overdue,
            late: shown.late,
            made: one.made.to_micros_text(),
            settled: one.settled.map(Timestamp::to_micros_text),
            evidence: one.evidence,
            reason: one.reason,
        }
    }
}

/// A page of commitments.
#[derive(Serialize, ToSchema)]
pub struct CommitmentListView {
    /// By when they are due; those that wait are last.
    pub commitments: Vec<CommitmentView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl From<CommitmentList> for CommitmentListView {
    fn from(list: CommitmentList) -> Self {
        let cursor = |place: CommitmentPlace| format!("{}.{}", place.due.micros(), place.uuid);
        Self {
            commitments: list.commitments.into_iter().map(CommitmentView::from).collect(),
            next: list.next.map(cursor),
        }
    }
}

/// One change.
#[derive(Serialize, ToSchema)]
pub struct StepView {
    /// When.
    pub at: String,
    /// `made`, `started`, `delegated`, `extended`, `reminded`, `kept`, `not-needed` or `withdrawn`.
    pub what: &'static str,
    /// The member for which somebody did it; absent: the node by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Login of the person, where that is somebody of your member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// In whose words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl From<StepShown> for StepView {
    fn from(step: StepShown) -> Self {
        Self {
            at: step.at.to_micros_text(),
            what: step.what.as_str(),
            member: step.member,
            person: step.person,
            words: step.words,
        }
    }
}

/// One commitment with its history.
#[derive(Serialize, ToSchema)]
pub struct CommitmentDetailView {
    /// The commitment.
    #[serde(flatten)]
    pub commitment: CommitmentView,
    /// What became of it, from the beginning.
    pub history: Vec<StepView>,
}

impl From<CommitmentDetail> for CommitmentDetailView {
    fn from(detail: CommitmentDetail) -> Self {
        Self {
            commitment: CommitmentView::from(detail.shown),
            history: detail.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub struct MadeView {
    /// UUIDs of the commitments, one for each member.
    pub made: Vec<String>,
}

impl From<Vec<Commitment>> for MadeView {
    fn from(made: Vec<Commitment>) -> Self {
        Self {
            made: made.iter().map(|one| one.terms.uuid.to_string()).collect(),
        }
    }
}
