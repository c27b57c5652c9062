//! Acts that take two people: what one proposed, and what another made of it.
//!
//! What the act is, who may do it, and who may confirm it is decided in `node::proposals`; here it is a text. A
//! confirmation is an [`Along`]: it is written by the same transaction as the act itself, or not at all.

use policy::{MemberId, PersonId, Principal};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::{Along, Change};
use crate::value::{Row, many};
use crate::{Result, Store};

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProposalState {
    /// It waits for a second person.
    Open,
    /// It was confirmed, and done with that.
    Confirmed,
    /// A second person refused it.
    Refused,
    /// Whoever proposed it took it back.
    Withdrawn,
    /// Nobody decided in time.
    Expired,
}

impl ProposalState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Confirmed,
        Self::Refused,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A proposal to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    /// Its name.
    pub uuid: Uuid,
    /// What would be done, as JSON.
    pub act: String,
    /// Why.
    pub reason: String,
    /// Who proposes it.
    pub by_person: PersonId,
    /// For which member.
    pub member: MemberId,
    /// Until when it can be confirmed.
    pub expires: Timestamp,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number: the later, the higher.
    pub id: i64,
    /// What is proposed.
    pub terms: NewProposal,
    /// When it was made.
    pub made: Timestamp,
    /// What became of it.
    pub state: ProposalState,
    /// When.
    pub decided: Option<Timestamp>,
    /// By whom.
    pub decider: Option<PersonId>,
    /// Why it was refused.
    pub note: Option<String>,
}

macro_rules! columns {
    () => {
        "id, uuid, act, reason, by_person, member, made, expires, state, decided, decider, note"
    };
}

/// What nobody decided in time makes room for the same act, proposed anew.
const EXPIRE: &str = "update proposal set state = 'expired' where state = 'open' and expires <= ?1";
const INSERT: &str = concat!(
    "insert into proposal (uuid, act, reason, by_person, member, made, expires, state) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open') returning ",
    columns!()
);
const BY_UUID: &str = concat!("select ", columns!(), " from proposal where uuid = ?1");
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from proposal where id < ?1 order by id desc limit ?2"
);
const DECIDE: &str = "update proposal set state = ?2, decided = ?3, decider = ?4, note = ?5 \
                      where id = ?1 and state = 'open' and expires > ?3 returning id";
const NO_LONGER: &str = "there is no such proposal that is still open";

/// The ledger proves the words, and does not tell them to everybody of the member.
fn digest(words: &str) -> String {
    hex::encode(Sha256::digest(words.as_bytes()))
}

fn proposal(row: &Row, now: Timestamp) -> Result<Proposal> {
    let expires = row.time(7)?;
    let state = match row.word(8, ProposalState::parse)? {
        ProposalState::Open if expires <= now => ProposalState::Expired,
        state => state,
    };
    Ok(Proposal {
        id: row.int(0)?,
        terms: NewProposal {
            uuid: row.uuid(1)?,
            act: row.text(2)?,
            reason: row.text(3)?,
            by_person: PersonId(row.int(4)?),
            member: MemberId(row.int(5)?),
            expires,
        },
        made: row.time(6)?,
        state,
        decided: row.maybe_time(9)?,
        decider: row.maybe_int(10)?.map(PersonId),
        note: row.maybe_text(11)?,
    })
}

impl Store {
    /// Makes a proposal. One that is open for the same act is a conflict.
    pub async fn proposal_put(&self, actor: &Principal, new: NewProposal) -> Result<Proposal> {
        let now = self.now();
        let subject = serde_json::json!({
            "proposal": new.uuid, "act": new.act, "reason_sha256": digest(&new.reason), "expires": new.expires,
        });
        let row = vec![
            new.uuid.into(),
            (&new.act).into(),
            (&new.reason).into(),
            new.by_person.into(),
            new.member.into(),
            now.into(),
            new.expires.into(),
        ];
        let change = Change::new().with(EXPIRE, vec![now.into()]).with(INSERT, row);
        let rows = self
            .change(change.entry(rule_changed(actor, "proposed", subject)))
            .await?;
        proposal(given(&rows, 1)?, now)
    }

    /// One of them.
    pub async fn proposal_get(&self, uuid: Uuid) -> Result<Option<Proposal>> {
        let now = self.now();
        self.row(BY_UUID, vec![uuid.into()], |row| proposal(row, now)).await
    }

    /// Proposals, the newest first, before a number.
    pub async fn proposal_list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Proposal>> {
        let now = self.now();
        let before = before.unwrap_or(i64::MAX);
        self.list(LIST, vec![before.into(), many(limit).into()], |row| proposal(row, now))
            .await
    }

    fn proposal_decision(
        &self,
        actor: &Principal,
        proposal: &Proposal,
        state: ProposalState,
        note: Option<&str>,
    ) -> Change {
        let row = vec![
            proposal.id.into(),
            state.as_str().into(),
            self.now().into(),
            actor.person.into(),
            note.map(str::to_owned).into(),
        ];
        let subject = serde_json::json!({
            "proposal": proposal.terms.uuid, "act": proposal.terms.act, "state": state.as_str(),
            "note_sha256": note.map(digest), "proposed_by": proposal.terms.by_person.0,
        });
        Change::new()
            .must(DECIDE, row, NO_LONGER)
            .entry(rule_changed(actor, "proposal decided", subject))
    }

    /// Refuses or withdraws a proposal; not found where it is no longer open.
    pub async fn proposal_close(
        &self,
        actor: &Principal,
        proposal: &Proposal,
        state: ProposalState,
        note: Option<&str>,
    ) -> Result<()> {
        let change = self.proposal_decision(actor, proposal, state, note);
        self.change(change).await.map(drop)
    }

    /// The confirmation of a proposal, to be written along with the act; it fails, and the act with it, where the proposal
    /// is no longer open by then.
    pub fn proposal_confirmation(&self, actor: &Principal, proposal: &Proposal) -> Along {
        Along(self.proposal_decision(actor, proposal, ProposalState::Confirmed, None))
    }
}
