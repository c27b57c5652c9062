//! Reading commitments: one, its steps, and pages of them by when they are due.

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use uuid::Uuid;

use super::{Commitment, CommitmentState, CommitmentStep, NewCommitment, StepKind};
use crate::value::{Row, many};
use crate::{Result, Store};

macro_rules! columns {
    () => {
        "id, uuid, kind, subject, title, owed_by, person, owed_to, community, because, clock, follows, starts, \
         escalation, due, state, remind, settled, settled_by, evidence, reason, made, made_by"
    };
}
pub(super) use columns;

/// Stands for a due time that nobody knows yet, behind all others.
pub(super) const UNKNOWN: i64 = i64::MAX;

/// Whose commitments are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitmentSide {
    /// Those that this member owes.
    OwedBy(MemberId),
    /// Those that are owed to it.
    OwedTo(MemberId),
}

/// Where a page ended: what comes behind it comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitmentPlace {
    /// When the last one was due; the greatest instant where nobody knows.
    pub due: Timestamp,
    /// The last one.
    pub uuid: Uuid,
}

/// Which commitments are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentQuery {
    /// Whose.
    pub side: CommitmentSide,
    /// Also those that are settled.
    pub settled: bool,
    /// Only in this state.
    pub state: Option<CommitmentState>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only about this.
    pub subject: Option<String>,
    /// Only what this person is to see to.
    pub person: Option<PersonId>,
    /// Only those due before.
    pub due_before: Option<Timestamp>,
    /// Behind this place.
    pub after: Option<CommitmentPlace>,
    /// At the most so many.
    pub limit: usize,
}

impl CommitmentQuery {
    /// What is owed still on one side, the first page.
    pub fn new(side: CommitmentSide, limit: usize) -> Self {
        Self {
            side,
            settled: false,
            state: None,
            kind: None,
            subject: None,
            person: None,
            due_before: None,
            after: None,
            limit,
        }
    }
}

/// A page of commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentPage {
    /// By when they are due; those whose time nobody knows are last.
    pub commitments: Vec<Commitment>,
    /// Where to go on; none when this was all.
    pub next: Option<CommitmentPlace>,
}

macro_rules! page_of {
    ($side:literal, $more:literal) => {
        concat!(
            "select ",
            columns!(),
            " from commitment where ",
            $side,
            " = ?1",
            $more,
            " and (due, uuid) > (?2, ?3) and due <= ?4 and (?5 = '' or state = ?5) and (?6 = '' or kind = ?6) \
             and (?7 = '' or subject = ?7) and (?8 = 0 or person = ?8) order by due, uuid limit ?9"
        )
    };
}

const OWES: &str = page_of!("owed_by", " and settled is null");
const OWED_BY: &str = page_of!("owed_by", "");
const AWAITS: &str = page_of!("owed_to", " and settled is null");
const OWED_TO: &str = page_of!("owed_to", "");
pub(super) const GET: &str = concat!("select ", columns!(), " from commitment where uuid = ?1");
const REMIND: &str = concat!(
    "select ",
    columns!(),
    " from commitment where remind <= ?1 order by remind, id limit ?2"
);
const STEPS: &str = "select at, what, member, person, words from commitment_step where commitment = ?1 order by id";

pub(super) fn commitment(row: &Row) -> Result<Commitment> {
    let due = row.int(14)?;
    Ok(Commitment {
        id: row.int(0)?,
        terms: NewCommitment {
            uuid: row.uuid(1)?,
            kind: row.text(2)?,
            subject: row.text(3)?,
            title: row.maybe_text(4)?,
            owed_by: MemberId(row.int(5)?),
            person: row.maybe_int(6)?.map(PersonId),
            owed_to: MemberId(row.int(7)?),
            community: row.maybe_int(8)?.map(CommunityId),
            because: row.text(9)?,
            clock: row.text(10)?,
            follows: row.maybe_text(11)?.map(|_| row.uuid(11)).transpose()?,
            starts: row.maybe_time(12)?,
            escalation: row.text(13)?,
        },
        due: (due != UNKNOWN).then_some(Timestamp::from_micros(due)),
        state: row.word(15, CommitmentState::parse)?,
        remind: row.maybe_time(16)?,
        settled: row.maybe_time(17)?,
        settled_by: row.maybe_int(18)?.map(PersonId),
        evidence: row.maybe_text(19)?,
        reason: row.maybe_text(20)?,
        made: row.time(21)?,
        made_by: row.maybe_int(22)?.map(PersonId),
    })
}

fn step(row: &Row) -> Result<CommitmentStep> {
    Ok(CommitmentStep {
        at: row.time(0)?,
        what: row.word(1, StepKind::parse)?,
        member: row.maybe_int(2)?.map(MemberId),
        person: row.maybe_int(3)?.map(PersonId),
        words: row.maybe_text(4)?,
    })
}

fn place(commitment: &Commitment) -> CommitmentPlace {
    CommitmentPlace {
        due: commitment.due.unwrap_or(Timestamp::from_micros(UNKNOWN)),
        uuid: commitment.terms.uuid,
    }
}

impl Store {
    /// One commitment.
    pub async fn commitment_get(&self, uuid: Uuid) -> Result<Option<Commitment>> {
        self.row(GET, vec![uuid.into()], commitment).await
    }

    /// What became of one, from the beginning.
    pub async fn commitment_steps(&self, id: i64) -> Result<Vec<CommitmentStep>> {
        self.list(STEPS, vec![id.into()], step).await
    }

    /// Commitments of one side by when they are due.
    pub async fn commitment_page(&self, query: &CommitmentQuery) -> Result<CommitmentPage> {
        let (sql, member) = match (query.side, query.settled) {
            (CommitmentSide::OwedBy(member), false) => (OWES, member),
            (CommitmentSide::OwedBy(member), true) => (OWED_BY, member),
            (CommitmentSide::OwedTo(member), false) => (AWAITS, member),
            (CommitmentSide::OwedTo(member), true) => (OWED_TO, member),
        };
        let after = query.after.unwrap_or(CommitmentPlace {
            due: Timestamp::from_micros(i64::MIN),
            uuid: Uuid::nil(),
        });
        // One whose time nobody knows is due before no instant; where none is asked for, it is there.
        let latest = query.due_before.map_or(UNKNOWN, |before| before.micros() - 1);
        let values = vec![
            member.into(),
            after.due.into(),
            after.uuid.into(),
            latest.into(),
            query.state.map_or("", CommitmentState::as_str).into(),
            query.kind.as_deref().unwrap_or_default().into(),
            query.subject.as_deref().unwrap_or_default().into(),
            query.person.map_or(0, |person| person.0).into(),
            i64::try_from(query.limit).unwrap_or(i64::MAX).into(),
        ];
        let commitments = self.list(sql, values, commitment).await?;
        let full = commitments.len() >= query.limit;
        Ok(CommitmentPage {
            next: commitments.last().filter(|_| full).map(place),
            commitments,
        })
    }

    /// Commitments of everybody of which somebody is to be told by now, up to `limit`.
    pub async fn commitment_remind(&self, now: Timestamp, limit: usize) -> Result<Vec<Commitment>> {
        let limit = many(limit);
        self.list(REMIND, vec![now.into(), limit.into()], commitment).await
    }
}
