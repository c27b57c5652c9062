//! MISP's distribution and sharing groups, to whom they address here, and back.
//!
//! | MISP | here | never wider, because |
//! |---|---|---|
//! | 0 your organisation only | the member itself | nobody else is named |
//! | 1 this community, 2 connected, 3 all | one community: the one that stands for MISP's | what passes to other nodes is decided by its charter and the marking, not by the number |
//! | 4 sharing group | the community of that number | its members and nobody else |
//! | 5 inherit | what the event, or the object around it, addresses | |
//!
//! A sharing group is a community: who is in it may change, and who left sees nothing more, at once.

use policy::{Audience, CommunityId, MemberId, Principal};
use stix::Problem;
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::Handling;
use crate::node::Node;

/// The setting that names the community which stands for "this community" where a member is in several.
pub const COMMUNITY: &str = "misp-community";

/// To whom something goes, as clients of MISP say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DistributionWish {
    /// 0: nobody but one's own member.
    Own,
    /// 1 to 3: the community that stands for MISP's; the number is kept for whoever asks.
    Community(u8),
    /// 4: a sharing group, by number or UUID.
    Group(GroupName),
    /// 5, or nothing said: as what is around it.
    Inherit,
}

/// How clients name a sharing group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupName {
    /// By its number here.
    Number(i64),
    /// By its UUID.
    Uuid(Uuid),
}

/// To whom something goes, as clients of MISP read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// 0 to 5.
    pub level: u8,
    /// The sharing group of level 4.
    pub group: Option<CommunityId>,
}

impl Distribution {
    /// The same, or where it is inherited what an author wrote that is less than that.
    pub(super) fn or_lesser(self, said: Option<u8>, event: u8) -> Self {
        match lesser(said, event) {
            Some(level) if self == Self::INHERIT => Self { level, group: None },
            _ => self,
        }
    }

    /// What everybody knows who sees something: its readers inherit it.
    pub const INHERIT: Self = Self { level: 5, group: None };

    /// Reads an audience; `usual` is the community that stands for MISP's, `said` what its author wrote. What MISP has
    /// no words for is said to go no further than it does.
    pub fn of(audience: &Audience, usual: Option<CommunityId>, said: Option<u8>) -> Self {
        let mut communities = audience.communities().iter().copied();
        let named = !audience.named().is_empty();
        match (communities.next(), communities.next(), named) {
            (Some(one), None, false) if Some(one) == usual => {
                let level = said.filter(|said| (1..=3).contains(said)).unwrap_or(1);
                Self { level, group: None }
            }
            (Some(one), None, false) => Self {
                level: 4,
                group: Some(one),
            },
            // Several communities, or members by name: no number says that, and a wider one must not.
            _ => Self { level: 0, group: None },
        }
    }
}

/// What the author of a part wrote, where that is less than its event's number and goes to the same here: it is shown, and
/// held to on the way to other servers.
pub(super) fn lesser(said: Option<u8>, event: u8) -> Option<u8> {
    said.filter(|said| (1..=2).contains(said) && (2..=3).contains(&event) && *said < event)
}

impl Node {
    /// The community that stands for MISP's "this community", for a caller.
    pub(crate) async fn misp_usual(&self, principal: &Principal) -> Result<Option<CommunityId>, Error> {
        let set = self.store().setting_get(COMMUNITY).await?;
        if let Some(alias) = set {
            let found = self.store().community_get(store::CommunityKey::Alias(&alias)).await?;
            return Ok(found.map(|one| one.id).filter(|id| principal.communities.contains(id)));
        }
        Ok(principal
            .contributes_to
            .iter()
            .chain(&principal.communities)
            .copied()
            .min())
    }

    /// How something that a caller writes is handled. `around`: what it inherits from.
    pub(crate) async fn misp_handling(
        &self,
        caller: &Caller,
        wish: DistributionWish,
        around: Option<&Audience>,
    ) -> Result<Handling, Error> {
        let mut handling = Handling::default();
        match wish {
            DistributionWish::Own => {}
            DistributionWish::Inherit => {
                let Some(around) = around else {
                    return Err(bad(
                        "nothing-to-inherit",
                        "an event inherits its distribution from nothing",
                        "give 0 to 4",
                    ));
                };
                handling.communities = around.communities().iter().copied().collect();
                handling.named = named_beside(around, caller.principal.member);
            }
            DistributionWish::Community(_) => match self.misp_usual(&caller.principal).await? {
                Some(community) => handling.communities = vec![community],
                None => {
                    let message = "you are in no community that this could be distributed to";
                    let help = "use distribution 0 (your organisation only), or join a community";
                    return Err(bad("no-community", message, help));
                }
            },
            DistributionWish::Group(name) => handling.communities = vec![self.misp_group(caller, name).await?],
        }
        if let Some(around) = around
            && !handling.communities.is_empty()
        {
            let inside = handling
                .communities
                .iter()
                .all(|one| around.communities().contains(one));
            if !inside {
                let message = "this would go to others than the event it is in";
                return Err(bad(
                    "wider-than-event",
                    message,
                    "give distribution 5 (as the event), or 0",
                ));
            }
            // Who is named narrows what is in the event too.
            handling.named = named_beside(around, caller.principal.member);
        }
        Ok(handling)
    }

    /// The community that a sharing group is.
    pub(crate) async fn misp_group(&self, caller: &Caller, name: GroupName) -> Result<CommunityId, Error> {
        let known = self.communities(caller).await?;
        let found = known.iter().find(|one| match name {
            GroupName::Number(number) => one.id.0 == number,
            GroupName::Uuid(uuid) => one.uuid == uuid,
        });
        let found = found.filter(|one| caller.principal.communities.contains(&one.id));
        match found {
            Some(one) => Ok(one.id),
            None => Err(Problem::error(
                "no-such-group",
                stix::Place::default(),
                "there is no such sharing group, or it is not open to you",
            )
            .help("GET /sharing_groups lists those that are")
            .into()),
        }
    }
}

/// The names of an audience that has no community, without the sharer, whom the intake names by itself.
fn named_beside(around: &Audience, own: Option<MemberId>) -> Vec<MemberId> {
    around
        .named()
        .iter()
        .copied()
        .filter(|member| Some(*member) != own)
        .collect()
}

#[cfg(test)]
mod tests {
    use policy::{Audience, CommunityId, MemberId};
    use proptest::prelude::*;
    use stix::marking::{Pap, Tlp};

    use super::Distribution;

    fn audience(communities: &[i64], named: &[i64]) -> Audience {
        let communities = communities.iter().copied().map(CommunityId);
        Audience::new(Tlp::Green, Pap::Clear, communities, named.iter().copied().map(MemberId)).unwrap()
    }

    #[test]
    fn an_audience_is_read_as_the_number_that_says_no_more() {
        let usual = Some(CommunityId(1));
        assert_eq!(Distribution::of(&audience(&[1], &[]), usual, Some(3)).level, 3);
        assert_eq!(Distribution::of(&audience(&[1], &[]), usual, None).level, 1);
        assert_eq!(Distribution::of(&audience(&[1], &[]), usual, Some(0)).level, 1);
        let group = Distribution::of(&audience(&[2], &[]), usual, Some(3));
        assert_eq!((group.level, group.group), (4, Some(CommunityId(2))));
    }

    proptest! {
        #[test]
        fn no_number_says_more_than_the_audience(
            communities in prop::collection::btree_set(1_i64..5, 0..3),
            named in prop::collection::btree_set(1_i64..5, 0..3),
            said in prop::option::of(0_u8..6),
        ) {
            prop_assume!(!communities.is_empty() || !named.is_empty());
            let communities: Vec<i64> = communities.into_iter().collect();
            let named: Vec<i64> = named.into_iter().collect();
            let read = Distribution::of(&audience(&communities, &named), Some(CommunityId(1)), said);
            match read.level {
                0 => {}
                1..=3 => prop_assert!(communities == [1] && named.is_empty()),
                4 => prop_assert!(named.is_empty() && communities == [read.group.unwrap().0]),
                _ => prop_assert!(false, "nothing is inherited from an audience"),
            }
        }
    }
}
