//! How communities are run: the charter, who will be able to read what is shared, what waits for moderators, who is
//! accountable, and who speaks for whom.

mod charter;
mod handover;
mod moderation;
mod preview;

pub use charter::{CharterInForce, CharterText, OnLeaving, TARGETS};
pub(crate) use moderation::Moderators;
pub use moderation::{HELD_MOST, HeldDecision, HeldView};
pub use preview::{Broken, PreviewReport, PreviewWish};

use policy::{Action, CommunityId, Principal, decide};
use store::{Community, CommunityKey, Member, Membership};

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// The words for a community that is not there or not for this caller.
pub(crate) const NO_COMMUNITY: &str = "there is no such community, or it is not open to you";

fn absent() -> Error {
    Error::NotFound(NO_COMMUNITY.to_owned())
}

/// Whether a community shows its members to somebody.
pub(crate) fn shows_members(principal: &Principal, community: &Community) -> bool {
    !community.hides_members || principal.coordinates.contains(&community.id)
}

impl Node {
    /// A community that the caller may know of.
    async fn known_community(&self, caller: &Caller, community: CommunityId) -> Result<Community, Error> {
        let known = self.communities(caller).await?;
        known.into_iter().find(|one| one.id == community).ok_or_else(absent)
    }

    /// Who is in a community and what they may do there, by name; none where the caller may not know: its members are
    /// hidden from them, or they are not in it.
    ///
    /// # Errors
    /// When there is no such community for the caller.
    pub async fn community_members(
        &self,
        caller: &Caller,
        community: CommunityId,
    ) -> Result<Option<Vec<(Member, Membership)>>, Error> {
        let found = self.known_community(caller, community).await?;
        let belongs = caller.principal.communities.contains(&community);
        let administers = decide(&caller.principal, Action::Administer).is_ok();
        if !shows_members(&caller.principal, &found) || !(belongs || administers) {
            return Ok(None);
        }
        let mut inside = self.store().membership_list(community).await?;
        let known = self.members(caller).await?;
        let with = known.into_iter().filter_map(|member| {
            let at = inside.iter().position(|one| one.member == member.id)?;
            Some((member, inside.swap_remove(at)))
        });
        Ok(Some(with.collect()))
    }

    /// A community by number, for use cases that have decided already.
    pub(crate) async fn community_by_id(&self, community: CommunityId) -> Result<Community, Error> {
        let found = self.store().community_get(CommunityKey::Id(community)).await?;
        found.ok_or_else(absent)
    }
}
