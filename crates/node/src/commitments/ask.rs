//! Who may be asked for something about an item: those of whom the asker knows anyway that they can read it. Pure.
//!
//! That somebody can be asked tells the asker that they read the item, and so where they belong. Therefore the asker's
//! own knowledge is the measure: a community that hides its members, or whom somebody else named, says nothing here.

use std::collections::BTreeSet;

use policy::{Action, Audience, CommunityId, MemberId, Principal, decide, may_see};
use store::ObjectDetail;

/// One audience of an item, and how far the asker may ask in it.
struct Reach<'a> {
    audience: &'a Audience,
    communities: BTreeSet<CommunityId>,
}

/// Whom an asker may ask about an item.
pub(super) struct Reachable<'a> {
    reaches: Vec<Reach<'a>>,
    contributors: BTreeSet<MemberId>,
    own_name_is_withheld: bool,
}

impl<'a> Reachable<'a> {
    /// From the item as the asker sees it. `shown`: the communities whose members the asker knows.
    pub fn new(asker: &Principal, details: &'a [ObjectDetail], shown: &BTreeSet<CommunityId>) -> Self {
        let mut found = Self {
            reaches: Vec::new(),
            contributors: BTreeSet::new(),
            own_name_is_withheld: false,
        };
        for detail in details {
            let here = detail.audience.communities().iter().copied();
            let coordinated: BTreeSet<CommunityId> = here
                .clone()
                .filter(|community| decide(asker, Action::ManageCommunity(*community)).is_ok())
                .collect();
            let own = detail.origin.filter(|origin| asker.member == Some(*origin));
            let is_sharer = own.is_some_and(|own| decide(asker, Action::AskReaders(own)).is_ok());
            if is_sharer && detail.withheld {
                found.own_name_is_withheld = true;
            }
            let communities = if is_sharer && !detail.withheld {
                here.filter(|community| shown.contains(community)).collect()
            } else if detail.audience.named().is_empty() {
                coordinated.clone()
            } else {
                BTreeSet::new()
            };
            if !coordinated.is_empty() {
                found.contributors.extend(detail.origin);
            }
            if (is_sharer && !detail.withheld) || !communities.is_empty() {
                found.reaches.push(Reach {
                    audience: &detail.audience,
                    communities,
                });
            }
        }
        found
    }

    /// Whether the asker may ask anybody but their own member.
    pub fn asks_others(&self) -> bool {
        !self.reaches.is_empty() || !self.contributors.is_empty()
    }

    /// Whether they could, were their name not withheld.
    pub fn is_withheld(&self) -> bool {
        self.own_name_is_withheld
    }

    /// Whether those of a community may be asked as such.
    pub fn reaches(&self, community: CommunityId) -> bool {
        self.reaches.iter().any(|reach| reach.communities.contains(&community))
    }

    /// Whether a member that stands in these communities reads it, as far as the asker knows.
    pub fn reads(&self, member: MemberId, stands_in: &BTreeSet<CommunityId>) -> bool {
        self.reaches.iter().any(|reach| {
            let reader = Principal {
                member: Some(member),
                communities: stands_in.intersection(&reach.communities).copied().collect(),
                ..Principal::public()
            };
            may_see(&reader, reach.audience)
        })
    }

    /// Whether the asker coordinates a community to which this member contributed it under its name.
    pub fn contributed(&self, member: MemberId) -> bool {
        self.contributors.contains(&member)
    }
}
