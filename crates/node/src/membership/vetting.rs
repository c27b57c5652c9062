//! Vetting: members that are there stand up for one that wants to come in.

use policy::{Action, MemberId, MemberState, decide};
use store::{Invitation, InvitationKey, Member, NewVouch, Vouch};

use super::NO_MEMBER;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// A member that is being vetted.
#[derive(Clone, Debug)]
pub struct Vetted {
    /// The member.
    pub member: Member,
    /// How many have to stand up for it.
    pub wanted: i64,
    /// Who did.
    pub vouches: Vec<Vouch>,
}

impl Node {
    /// The members that are being vetted: for an operator all; for a coordinator those invited to a community they
    /// coordinate, and those that were invited to none.
    ///
    /// # Errors
    /// When the caller is neither.
    pub async fn vetting(&self, caller: &Caller) -> Result<Vec<Vetted>, Error> {
        decide(&caller.principal, Action::CreateCommunity).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        let mut vetted = Vec::new();
        for member in self.store().member_list().await? {
            if member.state != MemberState::Vetting {
                continue;
            }
            let invitation = self.store().invitation_get(InvitationKey::Member(member.id)).await?;
            if !knows(caller, invitation.as_ref()) {
                continue;
            }
            vetted.push(Vetted {
                wanted: wanted(invitation.as_ref()),
                vouches: self.store().vouch_list(member.id).await?,
                member,
            });
        }
        Ok(vetted)
    }

    /// A page of them by name, strictly after one.
    ///
    /// # Errors
    /// When the caller may not stand up for anybody.
    pub async fn vetting_page(&self, caller: &Caller, after: &str, limit: usize) -> Result<Vec<Vetted>, Error> {
        decide(&caller.principal, Action::CreateCommunity).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        let (mut page, mut after) = (Vec::new(), after.to_owned());
        loop {
            let state = Some(MemberState::Vetting);
            let batch = self.store().member_page(&after, state, limit).await?;
            let full = batch.len() == limit;
            for member in batch {
                after.clone_from(&member.name);
                let invitation = self.store().invitation_get(InvitationKey::Member(member.id)).await?;
                if knows(caller, invitation.as_ref()) {
                    page.push(Vetted {
                        wanted: wanted(invitation.as_ref()),
                        vouches: self.store().vouch_list(member.id).await?,
                        member,
                    });
                }
                if page.len() == limit {
                    return Ok(page);
                }
            }
            if !full {
                return Ok(page);
            }
        }
    }

    /// Stands up for a member that is being vetted, in the name of the caller's own. Gives where it stands then.
    ///
    /// # Errors
    /// When the caller may not, there is no such member in vetting for them, or their member did so already.
    pub async fn vouch(&self, caller: &Caller, member: MemberId, note: &str) -> Result<Member, Error> {
        let known = self.vetting(caller).await?;
        if !known.iter().any(|one| one.member.id == member) {
            return Err(Error::NotFound(NO_MEMBER.to_owned()));
        }
        decide(&caller.principal, Action::Vouch(member)).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        let Some(sponsor) = caller.principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        if !note.is_empty() {
            check_text("note", note)?;
        }
        let invitation = self.store().invitation_get(InvitationKey::Member(member)).await?;
        let new = NewVouch {
            member,
            sponsor,
            person: caller.principal.person,
            note: note.to_owned(),
        };
        let place = invitation.as_ref().map(|invitation| invitation.id);
        let put = self
            .store()
            .vouch_put(&caller.principal, &new, wanted(invitation.as_ref()), place)
            .await;
        put.map_err(|error| match error.kind() {
            store::ErrorKind::Conflict => Error::Conflict("your member has stood up for this one already".to_owned()),
            _ => error.into(),
        })?;
        self.member_by_id(member).await
    }
}

/// Who was entered by hand needs one.
fn wanted(invitation: Option<&Invitation>) -> i64 {
    invitation.map_or(1, |invitation| invitation.terms.sponsors.max(1))
}

fn knows(caller: &Caller, invitation: Option<&Invitation>) -> bool {
    let community = invitation.and_then(|invitation| invitation.terms.community);
    decide(&caller.principal, Action::Administer).is_ok()
        || community.is_none_or(|community| caller.principal.coordinates.contains(&community))
}
