//! Moderation before release: what members share with such a community waits until a coordinator lets it through.
//!
//! ```text
//! share ──► contribution for contributor and moderators, TLP:AMBER+STRICT at least ──► release ──► contribution for the community
//!                                                                                 └──► refuse ──► erased; the reason to its contributor
//! ```
//!
//! What waits is an object like any other, so nobody but its audience meets it: not in searches, counts, pages or exports.

use std::collections::BTreeSet;

use policy::{Action, Audience, CommunityId, MemberId, Principal, Role, decide};
use serde_json::value::RawValue;
use stix::marking::Tlp;
use stix::{Place, Problem, Timestamp};
use store::{Along, Contribution, Held, HeldId, HeldState, NewHeld, ObjectDetail, Origin};
use uuid::Uuid;

use super::{NO_COMMUNITY, bad};
use crate::accounts::Caller;
use crate::error::Error;
use crate::intake::{Handling, ShareRequest};
use crate::node::Node;
use crate::partnership::check_text;

/// Objects of one answer.
pub const HELD_MOST: usize = 200;

/// Something that waits, as a moderator sees it.
#[derive(Clone, Debug)]
pub struct HeldView {
    /// What waits.
    pub held: Held,
    /// The member that shared it; none where its name is withheld.
    pub member: Option<MemberId>,
    /// The object, as it was contributed.
    pub object: Box<RawValue>,
}

/// What a moderator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldDecision {
    /// The community may have it.
    Release,
    /// It may not, and why; its contributor reads that.
    Refuse(String),
}

/// Whose consent a transfer waits for.
pub(crate) struct Moderators {
    community: CommunityId,
    members: BTreeSet<MemberId>,
}

impl Moderators {
    /// For whom something waits until it is released: those it is addressed to, of these only contributor and moderators.
    pub fn holding(&self, wanted: &Audience, own: MemberId) -> Result<Audience, Problem> {
        let mut named: Vec<MemberId> = match wanted.named() {
            all if all.is_empty() => self.members.iter().copied().collect(),
            some => self.members.intersection(some).copied().collect(),
        };
        if named.is_empty() {
            let message = "this community is moderated, and none of its moderators is among those you named";
            let problem = Problem::error("moderators-not-named", Place::default(), message);
            return Err(problem.help("name one of them too, or share with named members and no community"));
        }
        named.push(own);
        // No further than the organisations themselves: clients wait too.
        let tlp = wanted.tlp().max(Tlp::AmberStrict);
        Audience::new(tlp, wanted.pap(), [], named)
            .map_err(|error| Problem::error("no-audience", Place::default(), error.to_string()))
    }

    /// What is to wait of a contribution.
    pub fn held(&self, uuid: Uuid, origin: &Origin, contribution: &Contribution, wanted: &Audience) -> NewHeld {
        NewHeld {
            uuid,
            community: self.community,
            member: origin.member,
            person: origin.person,
            withheld: origin.withheld,
            channel: origin.channel.clone(),
            object: contribution.id.clone(),
            version_text: contribution.version_text.clone(),
            // Set when it is stored.
            added: Timestamp::from_micros(0),
            tlp: wanted.tlp(),
            pap: wanted.pap(),
            named: wanted.named().iter().copied().collect(),
        }
    }
}

fn absent() -> Error {
    Error::NotFound("there is nothing of this name that waits, or it is not open to you".to_owned())
}

impl Node {
    /// Whose consent a share needs; nobody's where no community of it is moderated, or the sharer moderates it.
    ///
    /// # Errors
    /// When a moderated community is addressed together with others: each would have to decide for all.
    pub(crate) async fn moderators(
        &self,
        principal: &Principal,
        communities: &[store::Community],
    ) -> Result<Option<Moderators>, Error> {
        let asks = |one: &&store::Community| one.moderated && !principal.coordinates.contains(&one.id);
        let Some(community) = communities.iter().find(asks) else {
            return Ok(None);
        };
        if communities.len() > 1 {
            let message = format!("'{}' is moderated and decides for itself only", community.alias);
            return Err(bad(
                "moderated-alone",
                message,
                "share with it alone, and with the others alone",
            ));
        }
        let memberships = self.store().membership_list(community.id).await?;
        let coordinating = memberships.iter().filter(|one| one.coordinates).map(|one| one.member);
        Ok(Some(Moderators {
            community: community.id,
            members: coordinating.chain([community.owner]).collect(),
        }))
    }

    /// What waits in a community that the caller moderates, the oldest first, after a number. What was shared before their
    /// member moderated is open to those it was held for, and not listed here.
    ///
    /// # Errors
    /// When the caller does not moderate it.
    pub async fn held_waiting(
        &self,
        caller: &Caller,
        community: CommunityId,
        after: Option<HeldId>,
        limit: usize,
    ) -> Result<Vec<HeldView>, Error> {
        decide(&caller.principal, Action::Moderate(community))
            .map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
        let limit = limit.min(HELD_MOST);
        let (mut views, mut after) = (Vec::new(), after);
        // What is not for them is read past: a page that is not full is the last one.
        while views.len() < limit {
            let room = limit - views.len();
            let waiting = self.store().held_waiting(community, after, room).await?;
            let Some(last) = waiting.last() else { break };
            after = Some(last.id);
            for held in waiting {
                if let Some(detail) = self.held_object(caller, &held).await? {
                    let object = RawValue::from_string(detail.row.body)
                        .map_err(|error| Error::Ours(format!("a stored object is no JSON: {error}")))?;
                    views.push(HeldView {
                        member: detail.origin,
                        object,
                        held,
                    });
                }
            }
        }
        Ok(views)
    }

    /// What the caller's own member shared that waits or waited, the newest first.
    ///
    /// # Errors
    /// When the caller has no member.
    pub async fn held_own(&self, caller: &Caller, before: Option<HeldId>, limit: usize) -> Result<Vec<Held>, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        Ok(self
            .store()
            .held_of_member(member, before, limit.min(HELD_MOST))
            .await?)
    }

    /// Lets something that waits through to its community, or refuses it. What is TLP:RED is let through by two
    /// ([`crate::proposals`]).
    ///
    /// # Errors
    /// When the caller does not moderate that community, nothing of that name waits, or the intake no longer takes it.
    pub async fn held_decide(&self, caller: &Caller, uuid: Uuid, decision: HeldDecision) -> Result<Held, Error> {
        let found = self.held_waiting_here(caller, uuid).await?;
        match decision {
            HeldDecision::Release => {
                let action = Action::Release(found.terms.community, found.terms.tlp);
                decide(&caller.principal, action).map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
                self.alone(action)?;
                self.held_release(caller, &found, Along::default()).await?;
            }
            HeldDecision::Refuse(reason) => {
                check_text("reason", &reason)?;
                // That it is there for the caller to see is what is asked first of both.
                self.held_object(caller, &found).await?.ok_or_else(absent)?;
                self.store().held_refuse(&caller.principal, &found, &reason).await?;
                let own = Principal {
                    member: Some(found.terms.member),
                    ..Principal::public()
                };
                let added = [found.terms.added];
                self.store()
                    .retract_places(&own, &added, "refused by the moderators")
                    .await?;
            }
        }
        self.store().held_get(uuid).await?.ok_or_else(absent)
    }

    /// Something that waits or waited in a community which the caller moderates.
    pub(crate) async fn held_here(&self, caller: &Caller, uuid: Uuid) -> Result<Held, Error> {
        let found = self.store().held_get(uuid).await?.ok_or_else(absent)?;
        decide(&caller.principal, Action::Moderate(found.terms.community)).map_err(|refusal| {
            // Of a queue that is not theirs nobody learns what is in it.
            match refusal.hidden || !caller.principal.coordinates.contains(&found.terms.community) {
                true => absent(),
                false => Error::refused(refusal, NO_COMMUNITY),
            }
        })?;
        Ok(found)
    }

    /// The same, where nobody has decided on it.
    pub(crate) async fn held_waiting_here(&self, caller: &Caller, uuid: Uuid) -> Result<Held, Error> {
        let found = self.held_here(caller, uuid).await?;
        let waits = found.state == HeldState::Waiting;
        waits.then_some(found).ok_or_else(absent)
    }

    /// Lets something through that waits; that it was decided, and what goes along, is written with the contribution.
    pub(crate) async fn held_release(&self, caller: &Caller, held: &Held, along: Along) -> Result<(), Error> {
        let detail = self.held_object(caller, held).await?.ok_or_else(absent)?;
        let released = HeldState::Released;
        let decision = self.store().held_decision(&caller.principal, held, released, None);
        self.release(held, detail, decision.and(along)).await
    }

    /// The contribution that waits, where the caller sees it.
    async fn held_object(&self, caller: &Caller, held: &Held) -> Result<Option<ObjectDetail>, Error> {
        let viewer = self.viewer(caller).await?;
        let details = self.store().object_get(&viewer, &held.terms.object).await?;
        Ok(details.into_iter().find(|one| one.row.added == held.terms.added))
    }

    /// Contributes for the community what waited, in the name of whoever shared it.
    async fn release(&self, held: &Held, detail: ObjectDetail, along: Along) -> Result<(), Error> {
        let terms = &held.terms;
        let mut principal = self.store().principal_of_member(terms.member).await?;
        if principal.member.is_none() {
            return Err(Error::Conflict(
                "the member that shared it takes part no longer".to_owned(),
            ));
        }
        principal.person = terms.person;
        principal.role = Some(Role::Contributor);
        principal.read_only = false;
        let request = ShareRequest {
            channel: terms.channel.clone(),
            handling: Handling {
                communities: vec![terms.community],
                named: terms.named.clone(),
                tlp: Some(terms.tlp),
                pap: Some(terms.pap),
                withheld: terms.withheld,
                released: Some(along),
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let contributor = Caller::new(principal, "released");
        let report = self
            .share_bytes(&contributor, request, detail.row.body.into_bytes())
            .await?;
        match report
            .problems
            .into_iter()
            .find(|problem| problem.severity == stix::Severity::Error)
        {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}
