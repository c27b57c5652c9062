//! What the ledger says of commitments: the same for either side, each as its own receipt.
//!
//! What people wrote as evidence or reason is there as a digest: the ledger is for ever, their words are not.

use std::collections::HashMap;

use policy::{MemberId, Principal};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;

use super::{Commitment, CommitmentState, StepKind};
use crate::record::NewEntry;
use crate::score::{Measure, Score, WHOLE};
use crate::value::Row;
use crate::writes::Writes;
use crate::{Error, Result};

/// The kind of these entries.
const KIND: &str = "commitment";
const IDENTITY: &str = "select identity from member where id = ?1";
const PUT_STEP: &str =
    "insert into commitment_step (commitment, at, what, member, person, words) values (?1, ?2, ?3, ?4, ?5, ?6)";

/// A change as it is written down.
pub(super) struct Step<'a> {
    pub at: Timestamp,
    pub what: StepKind,
    pub words: Option<&'a str>,
}

/// Writes steps and receipts within one transaction; knows each member's identity after the first time.
#[derive(Default)]
pub(super) struct Recorder {
    identities: HashMap<MemberId, String>,
    entries: Vec<NewEntry>,
}

impl Recorder {
    async fn identity(&mut self, writes: &mut impl Writes, member: MemberId) -> Result<String> {
        if let Some(known) = self.identities.get(&member) {
            return Ok(known.clone());
        }
        let rows = writes.rows(IDENTITY, vec![member.into()]).await?;
        let identity = |row: &Row| row.text(0);
        let found = rows.first().map(identity).transpose()?;
        let found = found.ok_or_else(|| Error::not_found("there is no such member"))?;
        self.identities.insert(member, found.clone());
        Ok(found)
    }

    /// Writes a step, and notes its receipts.
    pub async fn step(
        &mut self,
        writes: &mut impl Writes,
        actor: Option<&Principal>,
        one: &Commitment,
        step: Step<'_>,
    ) -> Result<()> {
        let row = vec![
            one.id.into(),
            step.at.into(),
            step.what.as_str().into(),
            actor.and_then(|actor| actor.member).into(),
            actor.and_then(|actor| actor.person).into(),
            step.words.into(),
        ];
        writes.rows(PUT_STEP, row).await?;
        if step.what == StepKind::Reminded {
            // That the node wrote to somebody binds nobody.
            return Ok(());
        }
        let by = match actor.and_then(|actor| actor.member) {
            Some(member) => Some(self.identity(writes, member).await?),
            None => None,
        };
        let terms = &one.terms;
        let mut body = json!({
            "what": step.what.as_str(), "at": step.at.to_micros_text(), "by": by, "commitment": terms.uuid,
            "owed_by": self.identity(writes, terms.owed_by).await?,
            "owed_to": self.identity(writes, terms.owed_to).await?,
            "due": one.due.map(Timestamp::to_micros_text),
        });
        if let Some(fields) = body.as_object_mut() {
            if step.what == StepKind::Made {
                let more = [
                    ("kind", json!(terms.kind)),
                    ("subject", json!(terms.subject)),
                    ("because", json!(terms.because)),
                    ("clock", clock(&terms.clock)),
                    ("follows", json!(terms.follows)),
                ];
                fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
            }
            if let Some(words) = step.words {
                let digest = hex::encode(Sha256::digest(words.as_bytes()));
                fields.insert("words_sha256".to_owned(), digest.into());
            }
        }
        let mut sides = vec![terms.owed_by];
        if terms.owed_to != terms.owed_by {
            sides.push(terms.owed_to);
        }
        let score = promise(one, step.what, step.at);
        self.entries.extend(sides.into_iter().map(|member| {
            let mut body = body.clone();
            if member == terms.owed_by {
                score.put_into(&mut body);
            }
            NewEntry {
                kind: KIND.to_owned(),
                member: Some(member),
                body: body.to_string(),
            }
        }));
        Ok(())
    }

    /// Appends the receipts.
    pub async fn finish(self, writes: &mut impl Writes) -> Result<()> {
        writes.append(&self.entries).await
    }
}

/// What a step adds to the numbers of who owes it.
fn promise(one: &Commitment, what: StepKind, at: Timestamp) -> Score {
    let measure = match what {
        StepKind::Settled(CommitmentState::Kept) if one.due.is_some_and(|due| due < at) => Measure::KeptLate,
        StepKind::Settled(CommitmentState::Kept) => Measure::KeptInTime,
        StepKind::Settled(CommitmentState::NotNeeded) => Measure::NotNeeded,
        _ => return Score::default(),
    };
    let mut score = Score::default();
    for community in one.terms.community.into_iter().chain([WHOLE]) {
        score.count(community, measure, 1);
    }
    score
}

fn clock(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
