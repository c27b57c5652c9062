//! From an account to what it may see: principals, viewers, and the generation that says when both are stale.

use std::sync::Arc;

use policy::{CommunityId, MemberId, Principal, Viewer};

use crate::account::Person;
use crate::{Result, Store};

impl Store {
    /// Grows whenever anything changes on which a principal or viewer depends. Compare for equality only.
    pub async fn policy_generation(&self) -> Result<i64> {
        Err(crate::unbuilt())
    }

    /// What the policy needs to know of a person; somebody inactive, or of an inactive member, is the public.
    pub async fn principal_of(&self, person: &Person, read_only: bool) -> Result<Principal> {
        let _ = (person, read_only);
        Err(crate::unbuilt())
    }

    /// A member as a reader without a person: whom pushes and exports are made for.
    pub async fn principal_of_member(&self, member: MemberId) -> Result<Principal> {
        let _ = member;
        Err(crate::unbuilt())
    }

    /// Resolves what a principal may see, now.
    pub async fn viewer(&self, principal: Arc<Principal>) -> Result<Viewer> {
        let _ = principal;
        Err(crate::unbuilt())
    }

    /// Narrows a view to what was addressed to one community.
    pub async fn viewer_within(&self, viewer: &Viewer, community: CommunityId) -> Result<Viewer> {
        let _ = (viewer, community);
        Err(crate::unbuilt())
    }
}
