//! How communities are run: the charter, who will be able to read what is shared, what waits for moderators, who is
//! accountable, and who speaks for whom.

mod charter;
mod handover;
mod moderation;
mod preview;

pub use charter::{CharterInForce, CharterText, OnLeaving, TARGETS};
pub(crate) use moderation::Moderators;
pub use moderation::{HeldDecision, HeldView};
pub use preview::{Broken, PreviewReport, PreviewWish};

use policy::{CommunityId, Principal};
use store::{Community, CommunityKey};

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

    /// A community by number, for use cases that have decided already.
    pub(crate) async fn community_by_id(&self, community: CommunityId) -> Result<Community, Error> {
        let found = self.store().community_get(CommunityKey::Id(community)).await?;
        found.ok_or_else(absent)
    }
}
