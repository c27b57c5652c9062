//! What becomes of a commitment: kept, not needed, withdrawn, delegated, given more time.

use policy::{Action, Principal, decide};
use stix::Timestamp;
use store::{Commitment, CommitmentState, Settled, Settling};
use uuid::Uuid;

use super::kinds::{Evidence, kind};
use super::{RULES, bad, words};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// How far in the future something may become due: ten years and a bit.
const FARTHEST: i64 = 4_000 * 86_400_000_000;

fn must(principal: &Principal, action: Action) -> Result<(), Error> {
    // Who came here may know the commitment; a refusal hides nothing from them.
    decide(principal, action).map_err(|refusal| Error::NotAllowed(refusal.why))
}

impl Node {
    /// Says that a commitment is kept, and with what that can be seen.
    ///
    /// # Errors
    /// When the caller may not, it is settled already, or its kind asks for evidence and there is none.
    pub async fn commitment_keep(
        &self,
        caller: &Caller,
        uuid: Uuid,
        evidence: Option<String>,
    ) -> Result<Settled, Error> {
        let one = self.commitment(caller, uuid).await?;
        must(&caller.principal, Action::KeepCommitment(one.terms.owed_by))?;
        if let Some(help) = kind(&one.terms.kind).and_then(|kind| kind.kept_by) {
            let message = format!("'{}' is kept by what it asks for, not by saying so", one.terms.kind);
            return Err(bad("kept-otherwise", message, help));
        }
        let needed = kind(&one.terms.kind).is_some_and(|kind| kind.evidence == Evidence::Needed);
        match &evidence {
            Some(evidence) => words("evidence", evidence)?,
            None if needed => {
                let message = format!("'{}' is kept with evidence", one.terms.kind);
                return Err(bad(
                    "evidence-needed",
                    message,
                    "say what was done, and where it can be seen",
                ));
            }
            None => {}
        }
        self.settle(caller, uuid, CommitmentState::Kept, evidence, None).await
    }

    /// Decides that a commitment is not needed, because of something.
    ///
    /// # Errors
    /// When the caller may not, or it is settled already.
    pub async fn commitment_not_needed(&self, caller: &Caller, uuid: Uuid, reason: String) -> Result<Settled, Error> {
        let one = self.commitment(caller, uuid).await?;
        must(&caller.principal, Action::DecideCommitment(one.terms.owed_by))?;
        words("reason", &reason)?;
        self.settle(caller, uuid, CommitmentState::NotNeeded, None, Some(reason))
            .await
    }

    /// Gives up what is owed to the caller's member.
    ///
    /// # Errors
    /// When the caller may not, or it is settled already.
    pub async fn commitment_withdraw(&self, caller: &Caller, uuid: Uuid, reason: String) -> Result<Settled, Error> {
        let one = self.commitment(caller, uuid).await?;
        must(&caller.principal, Action::ReleaseCommitment(one.terms.owed_to))?;
        words("reason", &reason)?;
        self.settle(caller, uuid, CommitmentState::Withdrawn, None, Some(reason))
            .await
    }

    /// Settles what somebody owes for whom a rule of another module speaks: kept with what was answered, or not needed for
    /// a reason.
    ///
    /// # Errors
    /// When the words cannot be used, or it is settled already.
    pub(crate) async fn settle_by_rule(
        &self,
        caller: &Caller,
        uuid: Uuid,
        evidence: Option<String>,
        reason: Option<String>,
    ) -> Result<(), Error> {
        for text in evidence.iter().chain(&reason) {
            words("answer", text)?;
        }
        let state = match evidence {
            Some(_) => CommitmentState::Kept,
            None => CommitmentState::NotNeeded,
        };
        self.settle(caller, uuid, state, evidence, reason).await.map(drop)
    }

    async fn settle(
        &self,
        caller: &Caller,
        uuid: Uuid,
        state: CommitmentState,
        evidence: Option<String>,
        reason: Option<String>,
    ) -> Result<Settled, Error> {
        let settling = Settling {
            uuid,
            state,
            at: self.now(),
            evidence,
            reason,
        };
        Ok(self
            .store()
            .commitment_settle(&caller.principal, settling, RULES)
            .await?)
    }

    /// Names the person of the caller's member who is to see to it, by login; nobody in particular where none is named.
    ///
    /// # Errors
    /// When the caller may not, it is settled already, or there is no such person at the member.
    pub async fn commitment_delegate(
        &self,
        caller: &Caller,
        uuid: Uuid,
        login: Option<&str>,
    ) -> Result<Commitment, Error> {
        let one = self.commitment(caller, uuid).await?;
        must(&caller.principal, Action::DecideCommitment(one.terms.owed_by))?;
        let person = match login {
            None => None,
            Some(login) => {
                let found = self.store().person_by_login(login).await?;
                // Somebody of another member is nobody here.
                let found = found.filter(|person| person.member == one.terms.owed_by && person.active);
                let nobody = || {
                    let message = "there is no active person with this login at your member";
                    bad("no-such-person", message, "delegate to one of your own people")
                };
                Some(found.ok_or_else(nobody)?.id)
            }
        };
        let changed = self
            .store()
            .commitment_delegate(&caller.principal, uuid, person, self.now());
        Ok(changed.await?)
    }

    /// Gives more time for what is owed to the caller's member.
    ///
    /// # Errors
    /// When the caller may not, it is settled already or not due yet at any time, or the new time is no later.
    pub async fn commitment_extend(
        &self,
        caller: &Caller,
        uuid: Uuid,
        due: Timestamp,
        reason: Option<String>,
    ) -> Result<Commitment, Error> {
        let one = self.commitment(caller, uuid).await?;
        must(&caller.principal, Action::ReleaseCommitment(one.terms.owed_to))?;
        if let Some(reason) = &reason {
            words("reason", reason)?;
        }
        let now = self.now();
        if one.due.is_some_and(|before| due <= before) || due <= now || due > now.plus_micros(FARTHEST) {
            let message = "more time is a later time, and no more than ten years";
            return Err(bad("no-later", message, "choose a time after the one it is due at now"));
        }
        let changed = self
            .store()
            .commitment_extend(&caller.principal, (uuid, due), now, reason, RULES);
        Ok(changed.await?)
    }
}
