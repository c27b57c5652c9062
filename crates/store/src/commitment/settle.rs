//! Settling a commitment, and with it those that follow it, in one transaction.

use std::collections::VecDeque;

use policy::Principal;
use stix::Timestamp;
use uuid::Uuid;

use super::read::{GET, UNKNOWN, columns, commitment};
use super::record::{Recorder, Step};
use super::write::{run, settled_already};
use super::{Commitment, CommitmentRules, CommitmentState, StepKind};
use crate::db::Db;
use crate::notice::FORGET_UNSENT;
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

const SETTLE: &str = concat!(
    "update commitment set state = ?2, settled = ?3, settled_by = ?4, evidence = ?5, reason = ?6, remind = null \
     where id = ?1 returning ",
    columns!()
);
const START: &str = concat!(
    "update commitment set state = 'open', starts = ?2, due = ?3, remind = ?4 where id = ?1 returning ",
    columns!()
);
const FOLLOWERS: &str = concat!(
    "select ",
    columns!(),
    " from commitment where follows = ?1 and state = 'waiting' order by id"
);

/// How a commitment is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    /// Which one.
    pub uuid: Uuid,
    /// How: a state in which nothing more is owed.
    pub state: CommitmentState,
    /// When.
    pub at: Timestamp,
    /// What shows that it was kept.
    pub evidence: Option<String>,
    /// Why it is not needed, or given up.
    pub reason: Option<String>,
}

/// A commitment that was settled, and what that did to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The commitment.
    pub commitment: Commitment,
    /// Those whose clocks run now.
    pub started: Vec<Commitment>,
    /// Those that ended with it, because what they would have followed will not be kept.
    pub ended: Vec<Commitment>,
}

/// Settles one row; it must be there.
async fn settle_one(
    writes: &mut impl Writes,
    recorder: &mut Recorder,
    actor: Option<&Principal>,
    id: i64,
    settling: &Settling,
) -> Result<Commitment> {
    let row = vec![
        id.into(),
        settling.state.as_str().into(),
        settling.at.into(),
        actor.and_then(|actor| actor.person).into(),
        settling.evidence.clone().into(),
        settling.reason.clone().into(),
    ];
    let rows = writes.rows(SETTLE, row).await?;
    let one = rows.first().map(commitment).transpose()?;
    let one = one.ok_or_else(|| Error::ours("a statement gave no row"))?;
    // Nobody is to be reminded of what is done.
    writes.rows(FORGET_UNSENT, vec![id.into()]).await?;
    let words = settling.evidence.as_deref().or(settling.reason.as_deref());
    let step = Step {
        at: settling.at,
        what: StepKind::Settled(settling.state),
        words,
    };
    recorder.step(writes, actor, &one, step).await?;
    Ok(one)
}

async fn start_one(
    writes: &mut impl Writes,
    recorder: &mut Recorder,
    follower: &Commitment,
    at: Timestamp,
    rules: CommitmentRules,
) -> Result<Commitment> {
    let (due, remind) = run(rules, &follower.terms, at)?;
    debug_assert!(due.micros() < UNKNOWN, "a clock runs for ten years at the most");
    let row = vec![follower.id.into(), at.into(), due.into(), remind.into()];
    let rows = writes.rows(START, row).await?;
    let one = rows.first().map(commitment).transpose()?;
    let one = one.ok_or_else(|| Error::ours("a statement gave no row"))?;
    let step = Step {
        at,
        what: StepKind::Started,
        words: None,
    };
    recorder.step(writes, None, &one, step).await?;
    Ok(one)
}

async fn settle(
    writes: &mut impl Writes,
    actor: &Principal,
    settling: &Settling,
    rules: CommitmentRules,
) -> Result<Settled> {
    let rows = writes.rows(GET, vec![settling.uuid.into()]).await?;
    let one = rows.first().map(commitment).transpose()?;
    let one = one.ok_or_else(|| Error::not_found("there is no such commitment"))?;
    if one.state.is_settled() {
        return Err(settled_already(&one));
    }
    let mut recorder = Recorder::default();
    let settled = settle_one(writes, &mut recorder, Some(actor), one.id, settling).await?;
    let (mut started, mut ended) = (Vec::new(), Vec::new());
    // A chain cannot close: one follows only what was there before it.
    let mut leads = VecDeque::from([settling.uuid]);
    while let Some(lead) = leads.pop_front() {
        let rows = writes.rows(FOLLOWERS, vec![lead.into()]).await?;
        for row in &rows {
            let follower = commitment(row)?;
            if settling.state == CommitmentState::Kept {
                started.push(start_one(writes, &mut recorder, &follower, settling.at, rules).await?);
                continue;
            }
            let ends = Settling {
                uuid: follower.terms.uuid,
                evidence: None,
                reason: Some(format!("what it follows, {lead}, is {}", settling.state.as_str())),
                ..settling.clone()
            };
            leads.push_back(follower.terms.uuid);
            ended.push(settle_one(writes, &mut recorder, None, follower.id, &ends).await?);
        }
    }
    recorder.finish(writes).await?;
    Ok(Settled {
        commitment: settled,
        started,
        ended,
    })
}

impl Store {
    /// Settles a commitment that is not settled yet; else it is a conflict. Where it is kept, the clocks of those that
    /// follow it start; where it never will be, they end with it.
    pub async fn commitment_settle(
        &self,
        actor: &Principal,
        settling: Settling,
        rules: CommitmentRules,
    ) -> Result<Settled> {
        let actor = actor.clone();
        writing!(self, true, |writes| settle(writes, &actor, &settling, rules))
    }
}
