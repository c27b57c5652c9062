//! Making commitments, one or a thousand at once; delegating, extending, and noting who was told.

use policy::{PersonId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use super::read::{GET, UNKNOWN, columns, commitment};
use super::record::{Recorder, Step};
use super::{Commitment, CommitmentRules, CommitmentState, NewCommitment, StepKind};
use crate::db::Db;
use crate::notice::{NewNotice, notice_row};
use crate::webhook::{NewMessageOut, message_row};
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

const PUT: &str = concat!(
    "insert into commitment (uuid, kind, subject, title, owed_by, person, owed_to, community, because, clock, follows, \
     starts, escalation, due, state, remind, made, made_by) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) returning ",
    columns!()
);
const DELEGATE: &str = concat!(
    "update commitment set person = ?2 where uuid = ?1 and settled is null returning ",
    columns!()
);
const EXTEND: &str = concat!(
    "update commitment set due = ?2, remind = ?3 where uuid = ?1 and state = 'open' returning ",
    columns!()
);
const REMINDED: &str = concat!(
    "update commitment set remind = ?3 where id = ?1 and remind = ?2 returning ",
    columns!()
);

/// What was told of a commitment, and when something is to be told next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// Which one.
    pub id: i64,
    /// When it was to be told, as it was read: whoever comes second writes nothing.
    pub was: Timestamp,
    /// When next.
    pub next: Option<Timestamp>,
    /// What people are told.
    pub notices: Vec<NewNotice>,
    /// What webhooks are told.
    pub messages: Vec<NewMessageOut>,
    /// What the history says of it; nothing where nobody was told.
    pub words: Option<String>,
    /// Now.
    pub at: Timestamp,
}

/// When a clock runs, when it ends, and who is told first; nothing of it while it waits.
struct Run {
    starts: Option<Timestamp>,
    due: Option<Timestamp>,
    remind: Option<Timestamp>,
}

pub(super) fn settled_already(one: &Commitment) -> Error {
    Error::conflict(format!("it is settled already: {}", one.state.as_str()))
}

/// From a start to the end.
pub(super) fn run(
    rules: CommitmentRules,
    terms: &NewCommitment,
    starts: Timestamp,
) -> Result<(Timestamp, Option<Timestamp>)> {
    let due = (rules.due)(&terms.clock, starts);
    let due = due.ok_or_else(|| Error::input("the clock of this commitment leads to no time"))?;
    Ok((due, (rules.remind)(&terms.escalation, (starts, due), None)))
}

async fn running(writes: &mut impl Writes, rules: CommitmentRules, new: &NewCommitment) -> Result<Run> {
    let starts = match (new.follows, new.starts) {
        (None, None) => return Err(Error::ours("a commitment neither starts nor follows another")),
        (None, starts) => starts,
        (Some(follows), _) => {
            let rows = writes.rows(GET, vec![follows.into()]).await?;
            let followed = rows.first().map(commitment).transpose()?;
            let followed = followed.ok_or_else(|| Error::not_found("there is no commitment that it could follow"))?;
            match followed.state {
                CommitmentState::Kept => followed.settled,
                CommitmentState::Waiting | CommitmentState::Open => None,
                CommitmentState::NotNeeded | CommitmentState::Withdrawn => {
                    let message = format!(
                        "what it would follow will not be kept: it is {}",
                        followed.state.as_str()
                    );
                    return Err(Error::conflict(message));
                }
            }
        }
    };
    let Some(starts) = starts else {
        return Ok(Run {
            starts: None,
            due: None,
            remind: None,
        });
    };
    let (due, remind) = run(rules, new, starts)?;
    Ok(Run {
        starts: Some(starts),
        due: Some(due),
        remind,
    })
}

async fn make(
    writes: &mut impl Writes,
    actor: &Principal,
    at: Timestamp,
    new: &[NewCommitment],
    rules: CommitmentRules,
) -> Result<Vec<Commitment>> {
    let mut recorder = Recorder::default();
    let mut made = Vec::with_capacity(new.len());
    for terms in new {
        let run = running(writes, rules, terms).await?;
        let state = if run.due.is_some() {
            CommitmentState::Open
        } else {
            CommitmentState::Waiting
        };
        let row = vec![
            terms.uuid.into(),
            (&terms.kind).into(),
            (&terms.subject).into(),
            terms.title.clone().into(),
            terms.owed_by.into(),
            terms.person.into(),
            terms.owed_to.into(),
            terms.community.into(),
            (&terms.because).into(),
            (&terms.clock).into(),
            terms.follows.into(),
            run.starts.into(),
            (&terms.escalation).into(),
            run.due.map_or(UNKNOWN, Timestamp::micros).into(),
            state.as_str().into(),
            run.remind.into(),
            at.into(),
            actor.person.into(),
        ];
        let rows = writes.rows(PUT, row).await?;
        let one = rows.first().map(commitment).transpose()?;
        let one = one.ok_or_else(|| Error::ours("a statement gave no row"))?;
        let step = Step {
            at,
            what: StepKind::Made,
            words: None,
        };
        recorder.step(writes, Some(actor), &one, step).await?;
        made.push(one);
    }
    recorder.finish(writes).await?;
    Ok(made)
}

/// Changes one that is not settled.
async fn change(
    writes: &mut impl Writes,
    actor: &Principal,
    uuid: Uuid,
    (sql, row): (&'static str, Vec<crate::value::Value>),
    step: Step<'_>,
) -> Result<Commitment> {
    let rows = writes.rows(sql, row).await?;
    let Some(changed) = rows.first().map(commitment).transpose()? else {
        let rows = writes.rows(GET, vec![uuid.into()]).await?;
        return Err(match rows.first().map(commitment).transpose()? {
            None => Error::not_found("there is no such commitment"),
            Some(one) if one.state == CommitmentState::Waiting => {
                Error::conflict("it has no due time yet: it follows one that is not kept")
            }
            Some(one) => settled_already(&one),
        });
    };
    let mut recorder = Recorder::default();
    recorder.step(writes, Some(actor), &changed, step).await?;
    recorder.finish(writes).await?;
    Ok(changed)
}

async fn extend(
    writes: &mut impl Writes,
    actor: &Principal,
    (uuid, due): (Uuid, Timestamp),
    step: Step<'_>,
    rules: CommitmentRules,
) -> Result<Commitment> {
    let rows = writes.rows(GET, vec![uuid.into()]).await?;
    let remind = match rows.first().map(commitment).transpose()? {
        Some(one) => {
            let starts = one.terms.starts.unwrap_or(one.made);
            (rules.remind)(&one.terms.escalation, (starts, due), Some(step.at))
        }
        None => None,
    };
    let row = vec![uuid.into(), due.into(), remind.into()];
    change(writes, actor, uuid, (EXTEND, row), step).await
}

async fn reminded(writes: &mut impl Writes, told: &Reminded) -> Result<bool> {
    let rows = writes
        .rows(REMINDED, vec![told.id.into(), told.was.into(), told.next.into()])
        .await?;
    let Some(one) = rows.first().map(commitment).transpose()? else {
        return Ok(false);
    };
    for notice in &told.notices {
        let (sql, row) = notice_row(notice, told.at);
        writes.rows(sql, row).await?;
    }
    for message in &told.messages {
        let (sql, row) = message_row(message);
        writes.rows(sql, row).await?;
    }
    if let Some(words) = &told.words {
        let step = Step {
            at: told.at,
            what: StepKind::Reminded,
            words: Some(words),
        };
        Recorder::default().step(writes, None, &one, step).await?;
    }
    Ok(true)
}

async fn reminded_all(writes: &mut impl Writes, told: &[Reminded]) -> Result<usize> {
    let mut written = 0;
    for one in told {
        written += usize::from(reminded(writes, one).await?);
    }
    Ok(written)
}

impl Store {
    /// Makes commitments, all or none. What one follows must be there, or come before it here.
    pub async fn commitment_make(
        &self,
        actor: &Principal,
        at: Timestamp,
        new: Vec<NewCommitment>,
        rules: CommitmentRules,
    ) -> Result<Vec<Commitment>> {
        let actor = actor.clone();
        writing!(self, true, |writes| make(writes, &actor, at, &new, rules))
    }

    /// Names the person who is to see to a commitment, or nobody in particular; a conflict where it is settled.
    pub async fn commitment_delegate(
        &self,
        actor: &Principal,
        uuid: Uuid,
        person: Option<PersonId>,
        at: Timestamp,
    ) -> Result<Commitment> {
        let (actor, row) = (actor.clone(), vec![uuid.into(), person.into()]);
        let step = Step {
            at,
            what: StepKind::Delegated,
            words: None,
        };
        writing!(self, true, |writes| change(writes, &actor, uuid, (DELEGATE, row), step))
    }

    /// Lets a commitment be due at another time; a conflict where it is settled, or has none yet.
    pub async fn commitment_extend(
        &self,
        actor: &Principal,
        (uuid, due): (Uuid, Timestamp),
        at: Timestamp,
        reason: Option<String>,
        rules: CommitmentRules,
    ) -> Result<Commitment> {
        let actor = actor.clone();
        writing!(self, true, |writes| {
            let step = Step {
                at,
                what: StepKind::Extended,
                words: reason.as_deref(),
            };
            extend(writes, &actor, (uuid, due), step, rules)
        })
    }

    /// Writes what people are told of commitments, once: gives how many nobody else had told of meanwhile.
    pub async fn commitment_reminded(&self, told: Vec<Reminded>) -> Result<usize> {
        writing!(self, true, |writes| reminded_all(writes, &told))
    }
}
