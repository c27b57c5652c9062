//! The answer to "who may see this", in a canonical form that is stored once and referred to by number.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use stix::marking::{Pap, Tlp};

use crate::principal::{CommunityId, MemberId};

/// Marking, communities and named members of a contribution. Two contributions with equal audiences share one row.
///
/// | field | meaning |
/// |---|---|
/// | `communities` | whose members are addressed; empty: the named, wherever they are |
/// | `named` | where not empty, only these of them (the contributor among them) |
///
/// An empty set narrows nothing, and never are both empty. So a name beside a community narrows that community: it does
/// not bring in a member from elsewhere, and who leaves the community sees nothing more of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct Audience {
    tlp: Tlp,
    pap: Pap,
    communities: BTreeSet<CommunityId>,
    named: BTreeSet<MemberId>,
}

/// An audience as it was written down. Reading one back goes through [`Audience::new`], so that no damaged row addresses
/// more than could ever have been made.
#[derive(Deserialize)]
struct Terms {
    tlp: Tlp,
    pap: Pap,
    communities: BTreeSet<CommunityId>,
    named: BTreeSet<MemberId>,
}

impl TryFrom<Terms> for Audience {
    type Error = AudienceError;

    fn try_from(terms: Terms) -> Result<Self, AudienceError> {
        Self::new(terms.tlp, terms.pap, terms.communities, terms.named)
    }
}

/// Why there is no such audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// Nobody is addressed.
    #[error("the audience is empty: name a community or at least one member")]
    Nobody,
    /// TLP:RED addresses named members only (FIRST TLP 2.0: "for the eyes and ears of individual recipients only").
    #[error("TLP:RED goes to named members only: name them, or choose TLP:AMBER+STRICT")]
    RedWithoutNames,
    /// Two markings leave nobody.
    #[error("the two markings together leave nobody who may see the item")]
    Disjoint,
}

impl Audience {
    /// Addresses communities, narrowed to the named members where there are any. Name the contributor too.
    pub fn new(
        tlp: Tlp,
        pap: Pap,
        communities: impl IntoIterator<Item = CommunityId>,
        named: impl IntoIterator<Item = MemberId>,
    ) -> Result<Self, AudienceError> {
        let (communities, named): (BTreeSet<_>, BTreeSet<_>) =
            (communities.into_iter().collect(), named.into_iter().collect());
        if tlp == Tlp::Red && named.is_empty() {
            return Err(AudienceError::RedWithoutNames);
        }
        if communities.is_empty() && named.is_empty() {
            return Err(AudienceError::Nobody);
        }
        Ok(Self {
            tlp,
            pap,
            communities,
            named,
        })
    }

    /// The colour.
    pub fn tlp(&self) -> Tlp {
        self.tlp
    }

    /// What may be done with it.
    pub fn pap(&self) -> Pap {
        self.pap
    }

    /// The communities addressed.
    pub fn communities(&self) -> &BTreeSet<CommunityId> {
        &self.communities
    }

    /// The members it is narrowed to; empty when it is not.
    pub fn named(&self) -> &BTreeSet<MemberId> {
        &self.named
    }

    /// Both markings at once: the stricter colour and action, only the communities and names that both allow. Nobody sees
    /// the result who could not see each of the two.
    ///
    /// Two markings for different communities leave nobody, even where some member is in both: no audience says "in both".
    pub fn narrowed_by(&self, other: &Self) -> Result<Self, AudienceError> {
        let communities = both(&self.communities, &other.communities)?;
        let named = both(&self.named, &other.named)?;
        Self::new(self.tlp.max(other.tlp), self.pap.max(other.pap), communities, named)
    }

    /// The canonical text: equal audiences have equal keys.
    pub fn key(&self) -> String {
        self.to_string()
    }
}

/// What two restrictions leave, where an empty one restricts nothing.
fn both<T: Copy + Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Result<BTreeSet<T>, AudienceError> {
    if one.is_empty() || other.is_empty() {
        return Ok(one.union(other).copied().collect());
    }
    let left: BTreeSet<T> = one.intersection(other).copied().collect();
    if left.is_empty() {
        Err(AudienceError::Disjoint)
    } else {
        Ok(left)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} communities", self.tlp.label(), self.pap.label())?;
        for community in &self.communities {
            write!(f, " {}", community.0)?;
        }
        write!(f, " named")?;
        for member in &self.named {
            write!(f, " {}", member.0)?;
        }
        Ok(())
    }
}
