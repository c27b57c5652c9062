//! From markings and the sharer's wish to an audience: nobody widens what another marked.

use policy::{Audience, AudienceError, CommunityId, MemberId};
use stix::marking::{Pap, Tlp};
use stix::{Place, Problem};

/// How the sharer wants a transfer to be handled.
#[derive(Clone, Debug, Default)]
pub struct Handling {
    /// The communities it is for; with neither communities nor names it stays with the sharer's own member.
    pub communities: Vec<CommunityId>,
    /// Members it is narrowed to.
    pub named: Vec<MemberId>,
    /// The colour for objects that have none; objects that have one are narrowed by it, never widened.
    pub tlp: Option<Tlp>,
    /// The permitted actions for objects that have none; it narrows in the same way.
    pub pap: Option<Pap>,
    /// The colour where neither the object nor the sharer says one: the communities' rule.
    pub default_tlp: Option<Tlp>,
    /// The strictest colour that the communities take.
    pub strictest_tlp: Option<Tlp>,
    /// The loosest colour that the communities take.
    pub loosest_tlp: Option<Tlp>,
    /// Whether the sharer's name stays in the hub's own record.
    pub withheld: bool,
    /// The member in whose name it is shared, where that is not the caller's own: it must have asked for it.
    pub on_behalf: Option<MemberId>,
    /// Where the moderators of the community have let it through: what is written along with it. Only
    /// [`Node::held_decide`](crate::Node::held_decide) says so.
    pub released: Option<store::Along>,
}

/// What the object itself says, as far as its markings could be resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The strictest colour among its markings.
    pub tlp: Option<Tlp>,
    /// The strictest permitted actions among its markings.
    pub pap: Option<Pap>,
    /// Whether it refers to a marking that nobody here knows, and which therefore cannot be honoured as such.
    pub unknown: bool,
}

/// The colour where nobody says one: what stays inside the receiving organisations harms nobody by mistake.
const CAUTIOUS: Tlp = Tlp::AmberStrict;

impl Handling {
    /// Takes over what these communities say. Several: the strictest of their rules holds.
    pub(crate) fn follow(&mut self, communities: &[store::Community]) {
        let default: Option<Tlp> = communities.iter().map(|one| one.default_tlp).max();
        self.default_tlp = self.default_tlp.or(default);
        self.strictest_tlp = communities.iter().map(|one| one.strictest_tlp).min();
        self.loosest_tlp = communities.iter().map(|one| one.loosest_tlp).max();
    }

    /// The audience of one object shared by `own`.
    pub(crate) fn audience(&self, marked: Marked, own: MemberId) -> Result<Audience, Problem> {
        let mut tlp = match (marked.tlp, self.tlp) {
            (Some(object), Some(sharer)) => object.max(sharer),
            (Some(object), None) => object,
            (None, Some(sharer)) => sharer,
            (None, None) => self.default_tlp.unwrap_or(CAUTIOUS),
        };
        if marked.unknown {
            tlp = tlp.max(CAUTIOUS);
        }
        if let Some(strictest) = self.strictest_tlp.filter(|strictest| tlp > *strictest) {
            let message = format!(
                "{} is stricter than this community takes: {} at the most",
                tlp.label(),
                strictest.label()
            );
            let help = "share it with named members and no community, or with a community that takes it";
            return Err(Problem::error("too-strict-here", Place::path("$.object_marking_refs"), message).help(help));
        }
        if let Some(loosest) = self.loosest_tlp.filter(|loosest| tlp < *loosest) {
            let message = format!(
                "{} is looser than this community takes: {} at the least",
                tlp.label(),
                loosest.label()
            );
            let help = "mark it more strictly, or share it with a community that takes it";
            return Err(Problem::error("too-loose-here", Place::path("$.object_marking_refs"), message).help(help));
        }
        let pap = marked.pap.unwrap_or(Pap::Clear).max(self.pap.unwrap_or(Pap::Clear));
        let mut named = self.named.clone();
        if !named.is_empty() || self.communities.is_empty() {
            named.push(own);
        }
        Audience::new(tlp, pap, self.communities.iter().copied(), named).map_err(|error| {
            let help = match error {
                AudienceError::RedWithoutNames => "name them with --to on the command line, or with 'named' in the API",
                AudienceError::Nobody | AudienceError::Disjoint => "name a community or at least one member",
            };
            Problem::error("no-audience", Place::path("$.object_marking_refs"), error.to_string()).help(help)
        })
    }
}

#[cfg(test)]
mod tests {
    use policy::{CommunityId, MemberId};
    use proptest::prelude::*;
    use stix::marking::{Pap, Tlp};

    use super::{Handling, Marked};

    const OWN: MemberId = MemberId(1);
    const COLOURS: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    fn to_community(tlp: Option<Tlp>) -> Handling {
        Handling {
            communities: vec![CommunityId(1)],
            tlp,
            default_tlp: Some(Tlp::Green),
            ..Handling::default()
        }
    }

    fn marked(tlp: Option<Tlp>) -> Marked {
        Marked {
            tlp,
            ..Marked::default()
        }
    }

    #[test]
    fn the_community_decides_only_where_nobody_else_does() {
        let audience = to_community(None).audience(marked(None), OWN).unwrap();
        assert_eq!(audience.tlp(), Tlp::Green);
        let audience = to_community(None).audience(marked(Some(Tlp::Clear)), OWN).unwrap();
        assert_eq!(audience.tlp(), Tlp::Clear);
    }

    #[test]
    fn red_without_names_is_refused_and_says_what_to_do() {
        let problem = to_community(None).audience(marked(Some(Tlp::Red)), OWN).unwrap_err();
        assert_eq!(problem.code, "no-audience");
        assert!(problem.to_string().contains("name them"), "{problem}");
    }

    #[test]
    fn an_unknown_marking_is_treated_with_caution() {
        let unknown = Marked {
            unknown: true,
            ..marked(Some(Tlp::Clear))
        };
        assert_eq!(
            to_community(None).audience(unknown, OWN).unwrap().tlp(),
            Tlp::AmberStrict
        );
    }

    #[test]
    fn without_communities_and_names_it_stays_at_home() {
        let audience = Handling::default().audience(marked(None), OWN).unwrap();
        assert_eq!(audience.named().iter().copied().collect::<Vec<_>>(), [OWN]);
    }

    proptest! {
        #[test]
        fn nobody_widens_what_another_marked(
            object in prop::option::of(prop::sample::select(COLOURS.to_vec())),
            sharer in prop::option::of(prop::sample::select(COLOURS.to_vec())),
            pap in prop::sample::select(vec![None, Some(Pap::Clear), Some(Pap::Red)]),
        ) {
            let handling = Handling { named: vec![MemberId(2)], ..to_community(sharer) };
            let audience = handling.audience(Marked { tlp: object, pap, unknown: false }, OWN).unwrap();
            prop_assert!(object.is_none_or(|object| audience.tlp() >= object));
            prop_assert!(sharer.is_none_or(|sharer| audience.tlp() >= sharer));
            prop_assert!(pap.is_none_or(|pap| audience.pap() >= pap));
            prop_assert!(audience.named().contains(&OWN) && audience.named().contains(&MemberId(2)));
        }
    }
}
