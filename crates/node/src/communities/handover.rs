//! Handing a community over, by consent of both; and letting another member share in one's name.

use policy::{Action, CommunityId, MemberId, decide};
use store::{Delegation, Handover};

use super::{NO_COMMUNITY, absent};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

impl Node {
    /// Offers a community to another member. Nothing changes until it accepts.
    ///
    /// # Errors
    /// When the caller does not act for the owner, or the other member is not there or not active.
    pub async fn handover_offer(&self, caller: &Caller, community: CommunityId, to: MemberId) -> Result<(), Error> {
        let found = self.known_community(caller, community).await?;
        if caller.principal.member != Some(found.owner) && !caller.principal.communities.contains(&community) {
            return Err(absent());
        }
        decide(&caller.principal, Action::HandOver(found.owner))
            .map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
        let other = self.member_by_id(to).await?;
        if !other.state.acts() || other.id == found.owner {
            return Err(Error::Conflict(format!("{} cannot take it over", other.name)));
        }
        Ok(self
            .store()
            .handover_offer(&caller.principal, community, found.owner, to)
            .await?)
    }

    /// Takes a community over that was offered to the caller's member.
    ///
    /// # Errors
    /// When the caller does not act for their member, or it was not offered.
    pub async fn handover_accept(&self, caller: &Caller, community: CommunityId) -> Result<(), Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let offers = self.handovers(caller).await?;
        let offered = offers
            .iter()
            .any(|one| one.community == community && one.member == member);
        if !offered {
            return Err(absent());
        }
        decide(&caller.principal, Action::ActFor(member)).map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
        Ok(self
            .store()
            .handover_accept(&caller.principal, community, member)
            .await?)
    }

    /// The offers that the caller's member made or got.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn handovers(&self, caller: &Caller) -> Result<Vec<Handover>, Error> {
        let own = caller.principal.member;
        let mut all = self.store().handover_list().await?;
        all.retain(|one| Some(one.member) == own || Some(one.by) == own);
        Ok(all)
    }

    /// A page of them by number of the community, strictly after one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn handover_page(&self, caller: &Caller, after: i64, limit: usize) -> Result<Vec<Handover>, Error> {
        match caller.principal.member {
            Some(own) => Ok(self.store().handover_page(own, after, limit).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Lets another member share in the name of the caller's own.
    ///
    /// # Errors
    /// When the caller does not act for their member, or the other is not there or not active.
    pub async fn delegation_put(&self, caller: &Caller, delegate: MemberId) -> Result<(), Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ActFor(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        let other = self.member_by_id(delegate).await?;
        if !other.state.acts() || delegate == member {
            return Err(Error::Conflict(format!("{} cannot share in your name", other.name)));
        }
        Ok(self.store().delegation_put(&caller.principal, member, delegate).await?)
    }

    /// Ends that; what was shared stays.
    ///
    /// # Errors
    /// When the caller does not act for their member, or the other never shared in its name.
    pub async fn delegation_end(&self, caller: &Caller, delegate: MemberId) -> Result<(), Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ActFor(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        Ok(self.store().delegation_end(&caller.principal, member, delegate).await?)
    }

    /// Who shares in the name of the caller's member, and in whose names it shares.
    ///
    /// # Errors
    /// When the caller has no member.
    pub async fn delegations(&self, caller: &Caller) -> Result<Vec<Delegation>, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        Ok(self.store().delegation_list(member).await?)
    }

    /// A page of them, strictly after a pair.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn delegation_page(
        &self,
        caller: &Caller,
        after: (i64, i64),
        limit: usize,
    ) -> Result<Vec<Delegation>, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        Ok(self.store().delegation_page(member, after, limit).await?)
    }

    /// The caller as the member in whose name they share: no person of it, and no more than a contributor may do there.
    ///
    /// # Errors
    /// When that member did not ask for it, or the caller is no coordinator.
    pub(crate) async fn spoken_for(&self, caller: &Caller, member: MemberId) -> Result<Caller, Error> {
        let no_such = "there is no such member, or it did not ask you to share in its name";
        let own = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let delegations = self.store().delegation_list(member).await?;
        if !delegations
            .iter()
            .any(|one| one.member == member && one.delegate == own)
        {
            return Err(Error::NotFound(no_such.to_owned()));
        }
        decide(&caller.principal, Action::ActFor(own)).map_err(|refusal| Error::refused(refusal, no_such))?;
        let mut principal = self.store().principal_of_member(member).await?;
        if principal.member.is_none() {
            return Err(Error::NotFound(no_such.to_owned()));
        }
        principal.role = Some(policy::Role::Contributor);
        principal.read_only = false;
        Ok(Caller::new(principal, &caller.name))
    }
}
