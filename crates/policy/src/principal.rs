//! Who is asking: the member, the person, their roles, and where they stand.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::scope::Scopes;

macro_rules! number_id {
    ($(#[$meta:meta] $name:ident),* $(,)?) => {$(
        #[$meta]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

number_id! {
    /// Number of a member (an organisation) in this node's store.
    MemberId,
    /// Number of a community in this node's store.
    CommunityId,
    /// Number of a person in this node's store.
    PersonId,
    /// Number of an interned audience in this node's store.
    AudienceId,
}

/// What a person does here. Roles add up: each brings what those before it may do ([`Role::implies`]), for the person's
/// own member and never for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads what the member may see.
    Reader,
    /// Shares in the member's name.
    Contributor,
    /// Shares, and judges: sightings, false positives, retractions of the member's own items.
    Analyst,
    /// Runs communities: charter, membership.
    Coordinator,
    /// Runs the node: members, people, keys, subscriptions. Sees no more content than their member may see.
    Operator,
}

impl Role {
    /// Every role, from the least to the most.
    pub const ALL: [Self; 5] = [
        Self::Reader,
        Self::Contributor,
        Self::Analyst,
        Self::Coordinator,
        Self::Operator,
    ];

    /// Whether holding this role brings what `other` may do.
    pub fn implies(self, other: Self) -> bool {
        self >= other
    }

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Contributor => "contributor",
            Self::Analyst => "analyst",
            Self::Coordinator => "coordinator",
            Self::Operator => "operator",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How somebody showed that it is them. What an act asks of it says [`crate::action::proof_of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// With something that whoever finds it can present: a key, a certificate, the address of a feed. Also where nobody
    /// is there at all: a subscription, a peer, the public.
    Key,
    /// With a session that was proven too long ago.
    Session,
    /// As the person they are, a short while ago: with password, code or passkey, or at the node's own machine.
    Proven,
}

/// Whoever asks, with all that the rules need to know of them. Made by the store from an account, or [`Principal::public`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The member asked for; none for the public.
    pub member: Option<MemberId>,
    /// The person, where a person or a person's key asks.
    pub person: Option<PersonId>,
    /// The highest role held; none for the public.
    pub role: Option<Role>,
    /// Whether the credential may only read.
    pub read_only: bool,
    /// What the credential is for; they only take away.
    pub scopes: Scopes,
    /// How the person showed that it is them.
    pub presence: Presence,
    /// Communities in which the member may read.
    pub communities: BTreeSet<CommunityId>,
    /// Communities in which the member may contribute; a subset of `communities`.
    pub contributes_to: BTreeSet<CommunityId>,
    /// Communities that the member coordinates or owns; a subset of `communities`.
    pub coordinates: BTreeSet<CommunityId>,
    /// Members whose client this member is (TLP:AMBER may reach clients); suspended ones left out.
    pub providers: BTreeSet<MemberId>,
    /// Communities in which one of the providers may read.
    pub provider_communities: BTreeSet<CommunityId>,
}

impl Principal {
    /// Somebody without an account.
    pub fn public() -> Self {
        Self {
            member: None,
            person: None,
            role: None,
            read_only: true,
            scopes: Scopes::ALL,
            presence: Presence::Key,
            communities: BTreeSet::new(),
            contributes_to: BTreeSet::new(),
            coordinates: BTreeSet::new(),
            providers: BTreeSet::new(),
            provider_communities: BTreeSet::new(),
        }
    }

    /// Whether the role held brings what `role` may do.
    pub fn has(&self, role: Role) -> bool {
        self.role.is_some_and(|held| held.implies(role))
    }
}
