//! What was handed to whom: stretches of the order of everything stored, never a row for each object and member.
//!
//! ```text
//! page ──► ledger entry (exact: from, to, how many, digest) ──► stretch (pages that follow each other)
//! contribution, stretch ──► given?   to_added >= added > from_added, the standing opens its audience,
//!                                    the filter lets it through, no later version was there at that time
//! ```
//!
//! So "was given" is worked out and never guessed: the page is found in the ledger, and with it the time. It errs to one
//! side only. A page that left a row out because its reader had the same version from another row, or by a filter for
//! first or named versions, counts as having held it.

mod given;
mod mark;
mod stretch;

pub use given::{Given, Spot};
pub(crate) use given::{given_by, given_to, spots};

use std::collections::BTreeSet;

use policy::{Audience, AudienceId, CommunityId, MemberId, Principal, may_see};
use serde::{Deserialize, Serialize};
use stix::Timestamp;

/// Pages that follow each other are one stretch for so long, in microseconds; the longer, the more of the ledger is read
/// to find the page of one object.
const ONE_STRETCH: i64 = 3_600_000_000;

/// What of a principal decides what it sees, and within which community it asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    communities: BTreeSet<CommunityId>,
    providers: BTreeSet<MemberId>,
    provider_communities: BTreeSet<CommunityId>,
    within: Option<CommunityId>,
}

impl Standing {
    /// Where a principal stands, asking within a community or for everything.
    pub fn of(principal: &Principal, within: Option<CommunityId>) -> Self {
        Self {
            communities: principal.communities.clone(),
            providers: principal.providers.clone(),
            provider_communities: principal.provider_communities.clone(),
            within,
        }
    }

    /// Whether a member that stands here sees what an audience may see.
    pub fn sees(&self, member: MemberId, audience: &Audience) -> bool {
        let principal = Principal {
            member: Some(member),
            communities: self.communities.clone(),
            providers: self.providers.clone(),
            provider_communities: self.provider_communities.clone(),
            ..Principal::public()
        };
        let within = self
            .within
            .is_none_or(|within| audience.communities().contains(&within));
        within && may_see(&principal, audience)
    }
}

/// What a page was asked to hold, where not the last versions of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFilter {
    /// Only these objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Only what belongs to these events of MISP's interface, beside the objects that are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misp_events: Vec<i64>,
    /// Only these types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Whether other versions than the last were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub versions: bool,
}

impl DeliveryFilter {
    /// As it is stored; empty where nothing is filtered.
    pub(crate) fn text(&self) -> crate::Result<String> {
        if *self == Self::default() {
            return Ok(String::new());
        }
        serde_json::to_string(self).map_err(|error| crate::Error::ours("a filter cannot be written").because(error))
    }

    /// Whether an object is what was asked for; `homes` are the events that it belongs to.
    fn lets_through(&self, id: &str, homes: &[i64]) -> bool {
        let object_type = stix::id::object_type(id);
        let everything = self.ids.is_empty() && self.misp_events.is_empty();
        (everything || self.ids.iter().any(|one| one == id) || homes.iter().any(|home| self.misp_events.contains(home)))
            && (self.types.is_empty() || self.types.iter().any(|one| one == object_type))
    }
}

/// A page that is handed to a member.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDelivery {
    /// To whom.
    pub member: MemberId,
    /// By which way: `taxii`, `export`, `push:NAME`.
    pub channel: String,
    /// Where the member stood.
    pub standing: Standing,
    /// What was asked for.
    pub filter: DeliveryFilter,
    /// The page holds what was added after this,
    pub after: Timestamp,
    /// up to this.
    pub to: Timestamp,
    /// How many objects it holds.
    pub objects: u64,
    /// The place of each, and whom it is for.
    pub rows: Vec<(Timestamp, AudienceId)>,
    /// What else the ledger says of it.
    pub body: serde_json::Map<String, serde_json::Value>,
}
