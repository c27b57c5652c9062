//! Making a recall: by the member that contributed, or by who coordinates the community.

use policy::{Action, CommunityId, MemberId, decide};
use stix::marking::{Pap, Tlp};
use stix::{Place, Problem};
use store::{NewRecall, Recall, RecallKind};

use super::absent;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Characters of a reason.
const MOST_REASON: usize = 1_000;

/// What is wanted of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecallWishKind {
    /// It goes.
    Retract,
    /// Its older versions go; the newer one was shared already.
    Correct,
    /// It stays under a stricter marking.
    Narrow(Tlp, Pap),
    /// One member is taken out.
    Exclude(MemberId),
}

/// A recall to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallWish {
    /// What is wanted.
    pub kind: RecallWishKind,
    /// The object.
    pub object: String,
    /// Only within this community; a coordinator names theirs.
    pub community: Option<CommunityId>,
    /// Why: everybody who has to act reads it.
    pub reason: String,
}

fn checked_reason(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    let fits = !reason.is_empty() && reason.chars().count() <= MOST_REASON && !reason.chars().any(char::is_control);
    if fits {
        return Ok(reason.to_owned());
    }
    let message = format!("a recall needs a reason of 1 to {MOST_REASON} characters, without control characters");
    let problem = Problem::error("bad-reason", Place::default(), message);
    Err(Error::input(problem.help(
        "those who have to act read it: say what is wrong, and nothing that must not be known",
    )))
}

impl Node {
    /// Recalls an item. Gives a recall for each member whose contributions are meant: one, but where a coordinator takes
    /// back what several members shared.
    ///
    /// # Errors
    /// When the caller may not, there is no such item, or it cannot be kept as wanted.
    pub async fn recall(&self, caller: &Caller, wish: &RecallWish) -> Result<Vec<Recall>, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::Retract(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        let reason = checked_reason(&wish.reason)?;
        let owners = self.owners(caller, member, wish).await?;
        let mut recalls = Vec::with_capacity(owners.len());
        for owner in owners {
            let new = NewRecall {
                uuid: self.fresh_uuid(),
                kind: self.recall_kind(caller, wish.kind).await?,
                object: wish.object.clone(),
                owner,
                community: wish.community,
                channel: None,
                versions: None,
                reason: reason.clone(),
            };
            self.store().recall(&caller.principal, &new).await?;
            let made = self.store().recall_get(new.uuid).await?;
            recalls.push(made.ok_or_else(absent)?);
        }
        self.recalls_changed();
        Ok(recalls)
    }

    async fn recall_kind(&self, caller: &Caller, kind: RecallWishKind) -> Result<RecallKind, Error> {
        Ok(match kind {
            RecallWishKind::Retract => RecallKind::Retract,
            RecallWishKind::Correct => RecallKind::Correct,
            RecallWishKind::Narrow(tlp, pap) => RecallKind::Narrow(tlp, pap),
            RecallWishKind::Exclude(member) => {
                let known = self.known_members(caller).await?;
                if !known.iter().any(|one| one.id == member) {
                    let absent = "there is no such member, or it is not open to you";
                    return Err(Error::NotFound(absent.to_owned()));
                }
                let principal = self.store().principal_of_member(member).await?;
                if principal.member.is_none() {
                    return Err(Error::Conflict("that member is suspended and sees nothing".to_owned()));
                }
                RecallKind::Exclude(Box::new(principal))
            }
        })
    }

    /// Whose contributions are meant.
    async fn owners(&self, caller: &Caller, member: MemberId, wish: &RecallWish) -> Result<Vec<MemberId>, Error> {
        let nothing = || Error::NotFound("there is no such object, or it is not open to you".to_owned());
        let own = self.store().spots(&wish.object, member).await?;
        let own_there = own.iter().any(|spot| {
            wish.community
                .is_none_or(|community| spot.audience.communities().contains(&community))
        });
        if own_there {
            return Ok(vec![member]);
        }
        let viewer = self.viewer(caller).await?;
        if !self.store().object_exists(&viewer, &wish.object).await? {
            return Err(nothing());
        }
        let Some(community) = wish.community else {
            return Err(Error::NotAllowed(
                "only the member that contributed an item recalls it everywhere; a coordinator names the community",
            ));
        };
        decide(&caller.principal, Action::RecallWithin(community))
            .map_err(|refusal| Error::refused(refusal, "there is no such object, or it is not open to you"))?;
        if wish.kind != RecallWishKind::Retract {
            return Err(Error::NotAllowed(
                "a coordinator takes an item back; correcting and narrowing it is for the member that contributed it",
            ));
        }
        let owners = self
            .store()
            .contributors(&caller.principal, &wish.object, community)
            .await?;
        if owners.is_empty() {
            return Err(nothing());
        }
        Ok(owners.into_iter().collect())
    }
}
