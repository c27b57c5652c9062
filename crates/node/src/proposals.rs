//! Acts that take two people: one proposes with a reason, another of the right role confirms within [`OPEN_DAYS`] days.
//!
//! ```text
//! propose ──► open ── confirm, by another ──► the act and the confirmation, one transaction
//!               ├──── refuse, by another
//!               ├──── withdraw, by who proposed
//!               └──── nobody for seven days: expired
//! ```
//!
//! Which acts those are says [`policy::action::takes_two`]. To add one: a line there, a variant of [`Act`], and how it is
//! looked up ([`Node::subject`]) and done ([`Node::carry_out`]); those take the confirmation along into their transaction.
//! Both people are asked of the policy when it is proposed and again when it is confirmed.

use std::collections::BTreeSet;

use policy::{Action, MemberState, Presence, Role, decide, may};
use serde::{Deserialize, Serialize};
use store::{Along, CommunityKey, MemberKey, NewProposal, Person, Proposal, ProposalState};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::partnership::check_text;

/// Days within which a proposal has to be confirmed.
pub const OPEN_DAYS: i64 = 7;
/// Proposals looked at together.
const BATCH: usize = 500;
/// The setting that says what the ledger was told last of whether acts take two.
const SETTING: &str = "four-eyes";
const NO_PROPOSAL: &str = "there is no such proposal, or it is not open to you";

/// What takes two people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// Let something TLP:RED through that waits for the moderators of a community.
    Release {
        /// What waits.
        held: Uuid,
    },
    /// Put a member out of the partnership.
    Expel {
        /// The member.
        member: Uuid,
    },
}

/// A proposal, as somebody sees it who may do what is proposed.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// What is proposed.
    pub act: Act,
    /// The same in words.
    pub about: String,
    /// The login of who proposed it.
    pub by: String,
}

/// What an act is about, as it stands now.
struct Subject {
    action: Action,
    about: String,
}

fn absent() -> Error {
    Error::NotFound(NO_PROPOSAL.to_owned())
}

fn no_longer(state: ProposalState) -> Error {
    Error::Conflict(format!("this proposal is {} and can be proposed anew", state.as_str()))
}

impl Node {
    /// Whether an act takes a second person at this node.
    fn takes_two(&self, action: Action) -> bool {
        self.settings().four_eyes && policy::action::takes_two(action)
    }

    /// Refuses what one person alone does not do.
    pub(crate) fn alone(&self, action: Action) -> Result<(), Error> {
        if self.takes_two(action) {
            return Err(Error::NotAllowed(
                "one person proposes this and another confirms it: POST /api/v1/proposals, or 'commonwatch proposal'",
            ));
        }
        Ok(())
    }

    /// Tells the ledger whether acts take two, where that is not what it was told last. The configuration file alone says
    /// so: no request and no command changes it.
    pub(crate) async fn four_eyes_noted(&self) -> Result<(), Error> {
        let now = if self.settings().four_eyes { "on" } else { "off" };
        let before = self.store().setting_get(SETTING).await?;
        if before.as_deref().unwrap_or("on") != now {
            let own = policy::Principal::public();
            self.store().setting_change(&own, SETTING, now, "four eyes").await?;
        }
        Ok(())
    }

    /// What an act is about; what is not there or not open to this caller is absent.
    async fn subject(&self, caller: &Caller, act: &Act) -> Result<Subject, Error> {
        match act {
            Act::Release { held } => {
                let found = self.held_here(caller, *held).await?;
                Ok(Subject {
                    action: Action::Release(found.terms.community, found.terms.tlp),
                    about: format!(
                        "release {} of {} as {}",
                        found.terms.object,
                        found.since,
                        found.terms.tlp.label()
                    ),
                })
            }
            Act::Expel { member } => {
                let found = self.store().member_get(MemberKey::Uuid(*member)).await?;
                let known = self.members(caller).await?;
                let found = found.filter(|found| known.iter().any(|one| one.id == found.id));
                let found = found.ok_or_else(absent)?;
                Ok(Subject {
                    action: Action::Expel(found.id),
                    about: format!("put {} out of the partnership", found.name),
                })
            }
        }
    }

    /// Refuses to have confirmed what could not be done.
    async fn can_be_done(&self, caller: &Caller, act: &Act) -> Result<(), Error> {
        match act {
            Act::Release { held } => self.held_waiting_here(caller, *held).await.map(drop),
            Act::Expel { member } => {
                let found = self.store().member_get(MemberKey::Uuid(*member)).await?;
                let found = found.ok_or_else(absent)?;
                if !found.state.may_become(MemberState::Left) {
                    return Err(Error::Conflict(format!("{} is {}", found.name, found.state.as_str())));
                }
                self.check_not_accountable(found.id).await
            }
        }
    }

    /// Does what was proposed; the confirmation goes along.
    async fn carry_out(&self, caller: &Caller, act: &Act, reason: &str, along: Along) -> Result<(), Error> {
        match act {
            Act::Release { held } => {
                let found = self.held_waiting_here(caller, *held).await?;
                self.held_release(caller, &found, along).await
            }
            Act::Expel { member } => {
                let found = self.store().member_get(MemberKey::Uuid(*member)).await?;
                let member = found.ok_or_else(absent)?.id;
                let moved = self.member_moves(caller, member, MemberState::Left, reason, along);
                moved.await.map(drop)
            }
        }
    }

    /// Proposes an act.
    ///
    /// # Errors
    /// When the caller may not do it, nobody else is needed for it, or it is proposed already.
    pub async fn proposal_make(&self, caller: &Caller, act: &Act, reason: &str) -> Result<ProposalView, Error> {
        let subject = self.subject(caller, act).await?;
        decide(&caller.principal, subject.action).map_err(|refusal| Error::refused(refusal, NO_PROPOSAL))?;
        let (Some(by_person), Some(member)) = (caller.principal.person, caller.principal.member) else {
            return Err(Error::NotAllowed("a proposal is made by a person"));
        };
        if !self.takes_two(subject.action) {
            let help = "do it: 'commonwatch member leave', 'commonwatch community release', or by the API";
            return Err(bad("one-is-enough", "nobody else is needed for this", help));
        }
        check_text("reason", reason)?;
        self.can_be_done(caller, act).await?;
        let new = NewProposal {
            uuid: self.fresh_uuid(),
            act: serde_json::to_string(act)
                .map_err(|error| Error::Ours(format!("an act cannot be written down: {error}")))?,
            reason: reason.to_owned(),
            by_person,
            member,
            expires: self.now().plus_micros(OPEN_DAYS * 86_400_000_000),
        };
        let made = self.store().proposal_put(&caller.principal, new).await;
        let made = made.map_err(|error| match error.kind() {
            store::ErrorKind::Conflict => Error::Conflict("this is proposed already, and waits for another".to_owned()),
            _ => error.into(),
        })?;
        self.tell_who_decides(caller, subject.action, &made).await?;
        Ok(ProposalView {
            proposal: made,
            act: act.clone(),
            about: subject.about,
            by: caller.name.clone(),
        })
    }

    /// Tells those who may confirm it that something waits for one of them; not what, as mail is read on its way.
    async fn tell_who_decides(&self, caller: &Caller, action: Action, made: &Proposal) -> Result<(), Error> {
        let store = self.store();
        let members = match action {
            Action::Release(community, _) => {
                let memberships = store.membership_list(community).await?;
                let coordinating = memberships.iter().filter(|one| one.coordinates).map(|one| one.member);
                let owner = store.community_get(CommunityKey::Id(community)).await?;
                owner
                    .map(|community| community.owner)
                    .into_iter()
                    .chain(coordinating)
                    .collect()
            }
            _ => {
                let people = store.person_list(None).await?;
                let operators = people.iter().filter(|person| person.role == Role::Operator);
                operators.map(|person| person.member).collect::<BTreeSet<_>>()
            }
        };
        let mut told = Vec::new();
        for member in members {
            told.extend(store.addressee_list(member).await?);
        }
        let least = match action {
            Action::Release(..) => Role::Coordinator,
            _ => Role::Operator,
        };
        told.retain(|one| one.role.implies(least) && Some(one.person) != caller.principal.person);
        let terms = &made.terms;
        let body = format!(
            "{} proposed something that takes two people. It can be confirmed or refused until {}.\n\nRead it:\n  \
             commonwatch proposal list\n",
            caller.name, terms.expires
        );
        self.tell_people(&told, "A second person is asked for", &body).await;
        Ok(())
    }

    /// A proposal as this caller sees it; none where it is neither their own nor theirs to decide.
    async fn seen(&self, caller: &Caller, proposal: Proposal) -> Result<Option<(ProposalView, Action)>, Error> {
        let act: Act = serde_json::from_str(&proposal.terms.act)
            .map_err(|error| Error::Ours(format!("a stored proposal is unreadable: {error}")))?;
        let subject = match self.subject(caller, &act).await {
            Ok(subject) => subject,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        if may(&caller.principal, subject.action).is_err() {
            return Ok(None);
        }
        let by = self.store().person_get(proposal.terms.by_person).await?;
        let view = ProposalView {
            proposal,
            act,
            about: subject.about,
            by: by.map(|person| person.login).unwrap_or_default(),
        };
        Ok(Some((view, subject.action)))
    }

    /// The proposals that the caller may decide on or made, the newest first: the open ones, or all.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn proposals(&self, caller: &Caller, all: bool) -> Result<Vec<ProposalView>, Error> {
        self.proposal_page(caller, all, None, usize::MAX).await
    }

    /// A page of them, strictly before a number.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn proposal_page(
        &self,
        caller: &Caller,
        all: bool,
        mut before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<ProposalView>, Error> {
        let mut views = Vec::new();
        loop {
            let batch = self.store().proposal_list(before, BATCH).await?;
            let is_last = batch.len() < BATCH;
            before = batch.last().map(|last| last.id);
            for proposal in batch {
                let wanted = all || proposal.state == ProposalState::Open;
                if wanted && let Some((view, _)) = self.seen(caller, proposal).await? {
                    views.push(view);
                }
                if views.len() >= limit {
                    return Ok(views);
                }
            }
            if is_last {
                return Ok(views);
            }
        }
    }

    /// One of them.
    ///
    /// # Errors
    /// When it is not there, or not open to this caller.
    pub async fn proposal(&self, caller: &Caller, uuid: Uuid) -> Result<ProposalView, Error> {
        Ok(self.proposal_for(caller, uuid).await?.0)
    }

    async fn proposal_for(&self, caller: &Caller, uuid: Uuid) -> Result<(ProposalView, Action), Error> {
        let found = self.store().proposal_get(uuid).await?.ok_or_else(absent)?;
        self.seen(caller, found).await?.ok_or_else(absent)
    }

    /// A proposal that is open, for somebody who decides on it and is not who made it.
    async fn proposal_to_decide(&self, caller: &Caller, uuid: Uuid) -> Result<(ProposalView, Action), Error> {
        let (view, action) = self.proposal_for(caller, uuid).await?;
        decide(&caller.principal, action).map_err(|refusal| Error::refused(refusal, NO_PROPOSAL))?;
        if caller
            .principal
            .person
            .is_none_or(|own| own == view.proposal.terms.by_person)
        {
            return Err(Error::NotAllowed(
                "another person than the one who proposed it decides on it; who proposed it may withdraw it",
            ));
        }
        match view.proposal.state {
            ProposalState::Open => Ok((view, action)),
            state => Err(no_longer(state)),
        }
    }

    /// Confirms a proposal of somebody else, which does it.
    ///
    /// # Errors
    /// When the caller may not do it, is who proposed it, or who proposed it may not any more; or when it is no longer open
    /// or cannot be done.
    pub async fn proposal_confirm(&self, caller: &Caller, uuid: Uuid) -> Result<ProposalView, Error> {
        let (view, action) = self.proposal_to_decide(caller, uuid).await?;
        let by = self.store().person_get(view.proposal.terms.by_person).await?;
        if !self.proposes_still(by, action).await? {
            return Err(Error::Conflict(
                "who proposed it may not do it any more: refuse it, and let somebody propose it who may".to_owned(),
            ));
        }
        let along = self.store().proposal_confirmation(&caller.principal, &view.proposal);
        let carried = self
            .carry_out(caller, &view.act, &view.proposal.terms.reason, along)
            .await;
        let decided = self.decided(view).await?;
        match (carried, decided.proposal.state) {
            (Ok(()), _) => Ok(decided),
            // Somebody else was faster, or time was.
            (Err(Error::NotFound(_)), state) if state != ProposalState::Open => Err(no_longer(state)),
            (Err(other), _) => Err(other),
        }
    }

    /// Whether who proposed an act may do it now.
    async fn proposes_still(&self, by: Option<Person>, action: Action) -> Result<bool, Error> {
        let Some(person) = by.filter(|person| person.active) else {
            return Ok(false);
        };
        let mut principal = self.store().principal_of(&person, false).await?;
        principal.presence = Presence::Proven;
        Ok(may(&principal, action).is_ok())
    }

    /// Refuses a proposal of somebody else, with a reason.
    ///
    /// # Errors
    /// As [`Node::proposal_confirm`].
    pub async fn proposal_refuse(&self, caller: &Caller, uuid: Uuid, reason: &str) -> Result<ProposalView, Error> {
        let (view, _) = self.proposal_to_decide(caller, uuid).await?;
        check_text("reason", reason)?;
        let store = self.store();
        store
            .proposal_close(&caller.principal, &view.proposal, ProposalState::Refused, Some(reason))
            .await?;
        self.decided(view).await
    }

    /// Takes one's own proposal back.
    ///
    /// # Errors
    /// When it is not the caller's own, or no longer open.
    pub async fn proposal_withdraw(&self, caller: &Caller, uuid: Uuid) -> Result<ProposalView, Error> {
        let (view, _) = self.proposal_for(caller, uuid).await?;
        if caller.principal.person != Some(view.proposal.terms.by_person) || caller.principal.presence == Presence::Key
        {
            return Err(Error::NotAllowed(
                "a proposal is withdrawn by who made it, and by no key; another refuses it",
            ));
        }
        if view.proposal.state != ProposalState::Open {
            return Err(no_longer(view.proposal.state));
        }
        let store = self.store();
        store
            .proposal_close(&caller.principal, &view.proposal, ProposalState::Withdrawn, None)
            .await?;
        self.decided(view).await
    }

    async fn decided(&self, view: ProposalView) -> Result<ProposalView, Error> {
        let found = self.store().proposal_get(view.proposal.terms.uuid).await?;
        let proposal = found.ok_or_else(absent)?;
        Ok(ProposalView { proposal, ..view })
    }
}
