//! Recalls that wait for an answer and agreements that wait for consent are owed as commitments; whoever answers or accepts
//! keeps them. They are owed to the member that runs this node: so nobody learns from them who recalled what, or who was
//! given it.

use policy::{MemberId, Principal};
use store::{Agreement, AgreementKind, CommitmentState, Member, Recall, Settling};
use uuid::Uuid;

use super::RULES;
use super::clock::{At, Clock, Days, Start, UTC, Unit};
use super::make::Promise;
use crate::error::Error;
use crate::node::Node;

/// The space in which the names of these commitments are made.
const NAMES: Uuid = Uuid::from_u128(0x2d4b_5a38_91f6_4c27_8b5e_0f63_c1d9_7a44);
/// The setting that says up to which recall it was looked who owes an answer.
const LOOKED_AT: &str = "recalls-owed";
/// Recalls read together.
const AT_ONCE: usize = 500;

fn of_recall(recall: Uuid, member: MemberId) -> Uuid {
    Uuid::new_v5(&NAMES, format!("recall {recall} {}", member.0).as_bytes())
}

fn of_agreement(kind: AgreementKind, number: i64, member: MemberId) -> Uuid {
    Uuid::new_v5(
        &NAMES,
        format!("agreement {} {number} {}", kind.as_str(), member.0).as_bytes(),
    )
}

impl Node {
    /// The member that runs this node.
    pub(crate) async fn own_member(&self) -> Result<Option<Member>, Error> {
        let own = self.settings().identity.to_string();
        let members = self.store().member_list().await?;
        Ok(members.into_iter().find(|member| member.identity == own))
    }

    /// Makes a commitment of every recall that a member has not answered, and of every agreement that one has not accepted;
    /// each once. Gives how many were made.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn owed_ask(&self) -> Result<usize, Error> {
        let Some(own) = self.own_member().await? else {
            return Ok(0);
        };
        let mut promises = Vec::new();
        // Whom a recall concerns is written down with it, so each recall is looked at once.
        let looked_at = self.store().setting_get(LOOKED_AT).await?;
        let looked_at = looked_at.and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut after = (looked_at, MemberId(i64::MAX));
        loop {
            let outstanding = self.recalls_outstanding(after, AT_ONCE).await?;
            let Some((last, owed)) = outstanding.last() else { break };
            after = (last.id, owed.member);
            for (recall, owed) in outstanding {
                let uuid = of_recall(recall.uuid, owed.member);
                if owed.member != own.id && self.store().commitment_get(uuid).await?.is_none() {
                    promises.push(answer_recall(uuid, &recall, owed.member, own.id));
                }
            }
        }
        for due in self.agreements_due(self.now()).await? {
            let uuid = of_agreement(due.agreement.terms.kind, due.agreement.number, due.member.id);
            if due.member.id != own.id && self.store().commitment_get(uuid).await?.is_none() {
                promises.push(accept_agreement(uuid, &due.agreement, due.member.id, own.id));
            }
        }
        let made = promises.len();
        let actor = self.store().principal_of_member(own.id).await?;
        let mut promises = promises.into_iter().peekable();
        while promises.peek().is_some() {
            self.commitments_by_rule(&actor, promises.by_ref().take(AT_ONCE).collect())
                .await?;
        }
        if after.0 > looked_at {
            self.store().setting_put(LOOKED_AT, &after.0.to_string()).await?;
        }
        Ok(made)
    }

    /// Keeps what a member owed because of a recall, now that it has answered.
    pub(crate) async fn recall_answered(&self, actor: &Principal, recall: Uuid, member: MemberId) -> Result<(), Error> {
        self.keep_owed(actor, of_recall(recall, member)).await
    }

    /// Keeps what a member owed because of an agreement, now that it has accepted it.
    pub(crate) async fn agreement_accepted(
        &self,
        actor: &Principal,
        kind: AgreementKind,
        number: i64,
        member: MemberId,
    ) -> Result<(), Error> {
        self.keep_owed(actor, of_agreement(kind, number, member)).await
    }

    /// Keeps what is owed under this name, where it is owed still.
    pub(crate) async fn keep_owed(&self, actor: &Principal, uuid: Uuid) -> Result<(), Error> {
        let owed = self.store().commitment_get(uuid).await?;
        if owed.is_some_and(|one| one.settled.is_none()) {
            let settling = Settling {
                uuid,
                state: CommitmentState::Kept,
                at: self.now(),
                evidence: None,
                reason: None,
            };
            self.store().commitment_settle(actor, settling, RULES).await?;
        }
        Ok(())
    }
}

fn answer_recall(uuid: Uuid, recall: &Recall, member: MemberId, own: MemberId) -> Promise {
    Promise {
        uuid,
        kind: "answer-recall".to_owned(),
        subject: recall.uuid.to_string(),
        title: Some("a recall".to_owned()),
        owed_by: member,
        person: None,
        owed_to: own,
        community: None,
        because: "whoever was given an item acts on its recall, and answers".to_owned(),
        clock: None,
        escalation: None,
    }
}

fn accept_agreement(uuid: Uuid, agreement: &Agreement, member: MemberId, own: MemberId) -> Promise {
    let clock = Clock {
        from: Start::Instant(agreement.terms.due),
        count: 0,
        unit: Unit::Days,
        days: Days::Calendar,
        at: At::SameTime,
        zone: UTC.to_owned(),
        holidays: Vec::new(),
    };
    let kind = agreement.terms.kind.as_str();
    Promise {
        uuid,
        kind: "accept-agreement".to_owned(),
        subject: Uuid::new_v5(&NAMES, format!("{kind} {}", agreement.number).as_bytes()).to_string(),
        title: Some(format!("version {} of the agreement", agreement.number)),
        owed_by: member,
        person: None,
        owed_to: own,
        community: None,
        because: "members accept the agreement that is in force".to_owned(),
        clock: Some(clock),
        escalation: None,
    }
}
