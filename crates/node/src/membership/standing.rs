//! Leaving, suspending, coming back: with all that ends at the same moment, and an account of what becomes of the rest.

use std::collections::BTreeMap;

use policy::{Action, Audience, CommunityId, MemberId, MemberState, Principal, Role, decide};
use serde::Serialize;
use store::{Along, HeldState, Member, Touched};

use super::NO_MEMBER;
use crate::accounts::Caller;
use crate::communities::OnLeaving;
use crate::error::Error;
use crate::node::Node;

/// What becomes of what a member shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It stays where it is, for those who may see it now.
    Stays,
    /// It was taken back, as the charter of a community wants it.
    Withdrawn,
}

/// What becomes of what was shared with some communities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedFate {
    /// Their aliases; none: named members in no community, or the member's own house.
    pub communities: Vec<String>,
    /// How many contributions.
    pub items: usize,
    /// What becomes of them.
    pub fate: Fate,
}

/// What a change of state did.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The member as it stands now.
    pub member: Member,
    /// People, keys, subscriptions and the like that it touched.
    pub touched: Touched,
    /// What becomes of what it shared.
    pub shared: Vec<SharedFate>,
}

/// Contributions with the same communities and the same fate.
type Group = (Vec<CommunityId>, Fate);

/// Whether a caller may let a member leave: their own, or as an operator another.
fn leaves(caller: &Caller, member: MemberId) -> Result<Action, Error> {
    let own = caller.principal.member == Some(member);
    let action = if own {
        Action::Leave(member)
    } else {
        Action::Expel(member)
    };
    decide(&caller.principal, action).map_err(|refusal| {
        // Of another member it is not even said that it is there.
        if own || caller.principal.has(Role::Operator) {
            Error::refused(refusal, NO_MEMBER)
        } else {
            Error::NotFound(NO_MEMBER.to_owned())
        }
    })?;
    Ok(action)
}

impl Node {
    /// Moves a member to another state; it takes effect at once, for requests, streams, subscriptions and pushes.
    ///
    /// A coordinator may let their own member leave; everything else is for operators. Asking again for what is so
    /// already finishes what a break left undone.
    ///
    /// # Errors
    /// When the caller may not, the member cannot go from where it stands to there, or it is still accountable for a
    /// community.
    pub async fn member_state_change(
        &self,
        caller: &Caller,
        member: MemberId,
        to: MemberState,
        reason: &str,
    ) -> Result<Departure, Error> {
        if to == MemberState::Left {
            let action = leaves(caller, member)?;
            let found = self.member_by_id(member).await?;
            // Who never came in is not put out, and what was begun is finished by one.
            if found.state.is_listed() {
                self.alone(action)?;
            }
        } else {
            decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        }
        self.member_moves(caller, member, to, reason, Along::default()).await
    }

    /// The same for who may; what goes along is written with the change of state.
    pub(crate) async fn member_moves(
        &self,
        caller: &Caller,
        member: MemberId,
        to: MemberState,
        reason: &str,
        along: Along,
    ) -> Result<Departure, Error> {
        let found = self.member_by_id(member).await?;
        if !to.acts() && caller.principal.member == Some(member) && to != MemberState::Left {
            return Err(Error::NotAllowed(
                "an operator cannot suspend their own member: nobody could let it in again",
            ));
        }
        if found.state != to && !found.state.may_become(to) {
            let (name, from, to) = (found.name, found.state.as_str(), to.as_str());
            return Err(Error::Conflict(format!("{name} is {from} and cannot become {to}")));
        }
        if to == MemberState::Left {
            self.check_not_accountable(member).await?;
        }
        let waiting = self.waiting_of(member).await?;
        let shared = self.store().shared_by(member).await?;
        let mut touched = Touched::default();
        if found.state != to {
            let reason: String = reason.chars().take(1_000).collect();
            let put = self
                .store()
                .member_state_put(&caller.principal, member, found.state, to, &reason, along);
            touched = put.await?;
            if found.state == MemberState::Left {
                self.store().vouch_forget(&caller.principal, member).await?;
            }
        }
        let own = Principal {
            member: Some(member),
            ..Principal::public()
        };
        if !to.acts() {
            self.store()
                .retract_places(&own, &waiting, "its member takes part no longer")
                .await?;
        }
        let mut groups: BTreeMap<(Vec<CommunityId>, bool), usize> = BTreeMap::new();
        for part in shared {
            let (communities, fate) = self.fate(&part.audience, to).await?;
            let added: Vec<_> = part
                .added
                .into_iter()
                .filter(|place| !waiting.contains(place))
                .collect();
            if fate == Fate::Withdrawn {
                self.store().retract_places(&own, &added, "its member left").await?;
            }
            if !added.is_empty() {
                *groups.entry((communities, fate == Fate::Withdrawn)).or_default() += added.len();
            }
        }
        Ok(Departure {
            member: self.member_by_id(member).await?,
            touched,
            shared: self.named_fates(groups).await?,
        })
    }

    pub(crate) async fn check_not_accountable(&self, member: MemberId) -> Result<(), Error> {
        let all = self.store().community_list().await?;
        let owned: Vec<_> = all
            .iter()
            .filter(|one| one.owner == member)
            .map(|one| one.alias.as_str())
            .collect();
        if owned.is_empty() {
            return Ok(());
        }
        Err(Error::Conflict(format!(
            "it is still accountable for {}: hand over first, with 'commonwatch community hand-over'",
            owned.join(", ")
        )))
    }

    /// Where the contributions of a member are that wait for moderators.
    async fn waiting_of(&self, member: MemberId) -> Result<Vec<stix::Timestamp>, Error> {
        let all = self.store().held_of_member(member, None, usize::MAX).await?;
        let waiting = all.into_iter().filter(|held| held.state == HeldState::Waiting);
        Ok(waiting.map(|held| held.terms.added).collect())
    }

    /// What becomes of what a member shared with an audience: the strictest charter of its communities decides.
    async fn fate(&self, audience: &Audience, to: MemberState) -> Result<Group, Error> {
        let communities: Vec<CommunityId> = audience.communities().iter().copied().collect();
        let mut fate = Fate::Stays;
        if to == MemberState::Left {
            for community in &communities {
                if self.charter_in_force(*community).await?.text.on_leaving == OnLeaving::Withdrawn {
                    fate = Fate::Withdrawn;
                }
            }
        }
        Ok((communities, fate))
    }

    async fn named_fates(&self, groups: BTreeMap<(Vec<CommunityId>, bool), usize>) -> Result<Vec<SharedFate>, Error> {
        let all = self.store().community_list().await?;
        let alias = |id: &CommunityId| all.iter().find(|one| one.id == *id).map(|one| one.alias.clone());
        let fates = groups.into_iter().map(|((communities, withdrawn), items)| SharedFate {
            communities: communities.iter().filter_map(alias).collect(),
            items,
            fate: if withdrawn { Fate::Withdrawn } else { Fate::Stays },
        });
        Ok(fates.collect())
    }
}
