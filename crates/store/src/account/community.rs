//! Communities: groups of members with a charter, and who is in them.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use stix::marking::Tlp;
use uuid::Uuid;

use crate::{Result, Store};

/// A group of members with a charter. It is read as a TAXII collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Its number in this store.
    pub id: CommunityId,
    /// Its name for other systems: the id of the TAXII collection.
    pub uuid: Uuid,
    /// Its name in addresses, unique.
    pub alias: String,
    /// The name shown.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// The member accountable for it.
    pub owner: MemberId,
    /// Whether every member may know that it exists.
    pub public: bool,
    /// Whether its members are hidden from each other.
    pub hides_members: bool,
    /// The marking of what comes in without one.
    pub default_tlp: Tlp,
    /// The strictest marking it takes; what is stricter is refused.
    pub strictest_tlp: Tlp,
    /// Since when it is here.
    pub created: Timestamp,
}

/// A community to be made; the fields are those of [`Community`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommunity {
    /// See [`Community::uuid`].
    pub uuid: Uuid,
    /// See [`Community::alias`].
    pub alias: String,
    /// See [`Community::title`].
    pub title: String,
    /// See [`Community::purpose`].
    pub purpose: String,
    /// See [`Community::owner`].
    pub owner: MemberId,
    /// See [`Community::public`].
    pub public: bool,
    /// See [`Community::hides_members`].
    pub hides_members: bool,
    /// See [`Community::default_tlp`].
    pub default_tlp: Tlp,
    /// See [`Community::strictest_tlp`].
    pub strictest_tlp: Tlp,
}

/// A member in a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub community: CommunityId,
    /// Who.
    pub member: MemberId,
    /// Whether the member may share here.
    pub contributes: bool,
    /// Whether the member runs it.
    pub coordinates: bool,
    /// Since when.
    pub since: Timestamp,
}

/// How a community is named in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommunityKey<'a> {
    /// By number.
    Id(CommunityId),
    /// By UUID.
    Uuid(Uuid),
    /// By alias.
    Alias(&'a str),
}

impl Store {
    /// Makes a community and puts its owner in it, contributing and coordinating. A taken alias is a conflict.
    pub async fn community_put(&self, actor: &Principal, new: NewCommunity) -> Result<Community> {
        let _ = (actor, new);
        Err(crate::unbuilt())
    }

    /// Changes a community: everything but its number and creation is taken from `community`.
    pub async fn community_update(&self, actor: &Principal, community: &Community) -> Result<()> {
        let _ = (actor, community);
        Err(crate::unbuilt())
    }

    /// Every community, by alias. What a viewer may know of is the caller's question.
    pub async fn community_list(&self) -> Result<Vec<Community>> {
        Err(crate::unbuilt())
    }

    /// One community.
    pub async fn community_get(&self, key: CommunityKey<'_>) -> Result<Option<Community>> {
        let _ = key;
        Err(crate::unbuilt())
    }

    /// Puts a member into a community, or changes what it may do there. `since` is set here.
    pub async fn membership_put(
        &self,
        actor: &Principal,
        community: CommunityId,
        member: MemberId,
        contributes: bool,
        coordinates: bool,
    ) -> Result<Membership> {
        let _ = (actor, community, member, contributes, coordinates);
        Err(crate::unbuilt())
    }

    /// Takes a member out of a community; says whether it was in it.
    pub async fn membership_remove(&self, actor: &Principal, community: CommunityId, member: MemberId) -> Result<bool> {
        let _ = (actor, community, member);
        Err(crate::unbuilt())
    }

    /// Who is in a community.
    pub async fn membership_list(&self, community: CommunityId) -> Result<Vec<Membership>> {
        let _ = community;
        Err(crate::unbuilt())
    }
}
