//! To whom a sighting may go: where the indicator came from, and never further than it was marked. Pure.

use std::collections::BTreeMap;

use policy::{Action, Audience, CommunityId, MemberId, Principal, decide};
use stix::marking::{Pap, Tlp};

use crate::intake::Handling;

/// To whom, and how marked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Destination {
    /// In which community; none: the named members, wherever they are.
    pub community: Option<CommunityId>,
    /// Narrowed to these.
    pub named: Vec<MemberId>,
    /// The colour.
    pub tlp: Tlp,
    /// The permitted actions.
    pub pap: Pap,
}

impl Destination {
    /// How the intake is told.
    pub fn handling(&self, withheld: bool) -> Handling {
        Handling {
            communities: self.community.into_iter().collect(),
            named: self.named.clone(),
            tlp: Some(self.tlp),
            pap: Some(self.pap),
            withheld,
            ..Handling::default()
        }
    }

    /// The identifiers of the fixed markings, for nodes that the object is passed on to.
    pub fn markings(&self) -> Vec<&'static str> {
        let pap = stix::marking::PAP_MARKINGS
            .iter()
            .find(|(_, pap)| *pap == self.pap && self.pap != Pap::Clear);
        [self.tlp.marking_id()]
            .into_iter()
            .chain(pap.map(|(id, _)| *id))
            .collect()
    }
}

/// Where a member may tell of an indicator that it sees by these audiences: for each community the widest of them, and
/// every set of named members. What is TLP:CLEAR for everybody is told to the community only: that somebody saw it at
/// home is no public knowledge.
pub(super) fn destinations<'a>(
    audiences: impl IntoIterator<Item = &'a Audience>,
    principal: &Principal,
) -> Vec<Destination> {
    let Some(own) = principal.member else {
        return Vec::new();
    };
    let mut widest: BTreeMap<CommunityId, (bool, Destination)> = BTreeMap::new();
    let mut named_only = Vec::new();
    for audience in audiences {
        let destination = |community| Destination {
            community,
            named: audience.named().iter().copied().collect(),
            tlp: audience.tlp().max(Tlp::Green),
            pap: audience.pap(),
        };
        let speaks = |community: &&CommunityId| decide(principal, Action::Contribute(**community)).is_ok();
        for community in audience.communities().iter().filter(speaks) {
            let one = (!audience.named().is_empty(), destination(Some(*community)));
            let kept = widest.entry(*community).or_insert_with(|| one.clone());
            let narrowness = |one: &(bool, Destination)| (one.0, one.1.tlp, one.1.pap);
            if narrowness(&one) < narrowness(kept) {
                *kept = one;
            }
        }
        let others_named = audience.named().contains(&own) && audience.named().len() > 1;
        if audience.communities().is_empty() && others_named {
            named_only.push(destination(None));
        }
    }
    named_only.sort();
    named_only.dedup_by(|one, other| one.named == other.named);
    named_only
        .into_iter()
        .chain(widest.into_values().map(|(_, destination)| destination))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use policy::{Audience, CommunityId, MemberId, Principal, Role, may_see};
    use proptest::prelude::*;
    use stix::marking::{Pap, Tlp};

    use super::destinations;

    const OWN: MemberId = MemberId(1);

    fn principal() -> Principal {
        Principal {
            member: Some(OWN),
            role: Some(Role::Contributor),
            read_only: false,
            communities: BTreeSet::from([CommunityId(1), CommunityId(2)]),
            contributes_to: BTreeSet::from([CommunityId(1)]),
            ..Principal::public()
        }
    }

    fn audience(tlp: Tlp, communities: &[i64], named: &[i64]) -> Audience {
        let communities = communities.iter().map(|number| CommunityId(*number));
        Audience::new(
            tlp,
            Pap::Clear,
            communities,
            named.iter().map(|number| MemberId(*number)),
        )
        .unwrap()
    }

    #[test]
    fn it_goes_where_the_indicator_came_from_and_the_member_may_speak() {
        let green = audience(Tlp::Green, &[1, 2, 3], &[]);
        let found = destinations([&green], &principal());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].community, Some(CommunityId(1)));
    }

    #[test]
    fn what_everybody_may_know_is_still_told_to_the_community_only() {
        let clear = audience(Tlp::Clear, &[1], &[]);
        assert_eq!(destinations([&clear], &principal())[0].tlp, Tlp::Green);
    }

    #[test]
    fn what_is_for_named_members_goes_to_these() {
        let red = audience(Tlp::Red, &[], &[1, 5]);
        let found = destinations([&red], &principal());
        assert_eq!((found.len(), found[0].community, found[0].tlp), (1, None, Tlp::Red));
        assert_eq!(found[0].named, [MemberId(1), MemberId(5)]);
        assert!(destinations([&audience(Tlp::Red, &[], &[1])], &principal()).is_empty());
    }

    proptest! {
        #[test]
        fn nobody_is_told_who_does_not_see_the_indicator(
            given in prop::collection::vec(
                (0_usize..5, prop::collection::vec(1_i64..4, 0..3), prop::collection::vec(1_i64..4, 0..3)), 1..4,
            ),
            reader in 2_i64..4, stands_in in prop::collection::btree_set(1_i64..4, 0..3),
        ) {
            let colours = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];
            let build = |(tlp, communities, named): &(usize, Vec<i64>, Vec<i64>)| {
                let communities = communities.iter().map(|number| CommunityId(*number));
                let named: Vec<MemberId> = named.iter().map(|number| MemberId(*number)).collect();
                Audience::new(colours[*tlp], Pap::Clear, communities, named).ok()
            };
            let audiences: Vec<Audience> = given.iter().filter_map(build).collect();
            // As the member sees it.
            let seen: Vec<&Audience> = audiences.iter().filter(|one| may_see(&principal(), one)).collect();
            let reader = Principal {
                member: Some(MemberId(reader)),
                communities: stands_in.into_iter().map(CommunityId).collect(),
                ..Principal::public()
            };
            for destination in destinations(seen.iter().copied(), &principal()) {
                let mut named = destination.named.clone();
                if !named.is_empty() || destination.community.is_none() {
                    named.push(OWN);
                }
                let told = Audience::new(destination.tlp, destination.pap, destination.community, named).unwrap();
                let sees_indicator = seen.iter().any(|one| may_see(&reader, one));
                prop_assert!(!may_see(&reader, &told) || sees_indicator);
            }
        }
    }
}
