//! Who may speak for whom: passing on what another member made, and sharing without one's own name.
//!
//! | the object says it was created by | and here it is known | answer |
//! |---|---|---|
//! | the sharer, nobody, or an organisation that is no member here | | taken (the rules of versions hold, `stix::version`) |
//! | another member of this node | to the sharer: not at all, or only from the sharer's own hand | taken; the origin shows who shared it |
//! | another member of this node | in this version, from somebody else | taken, if it goes to nobody who could not get it already, marked no more freely |
//! | another member of this node | in other versions, from somebody else | refused: only the creator makes a new version |
//!
//! Only what the sharer may see is looked at: a refusal must not tell what is hidden from them. Nor does it name anybody:
//! communities may hide their members from each other.

use std::collections::HashMap;

use policy::{Audience, MemberId};
use stix::marking::Tlp;
use stix::{Place, Problem};
use store::{Contribution, ObjectDetail};

/// The members of a node by the STIX identity that stands for them.
#[derive(Debug, Default)]
pub(crate) struct Identities(HashMap<String, (MemberId, String)>);

impl Identities {
    /// From the list of members.
    pub fn of(members: Vec<store::Member>) -> Self {
        let by_identity = |member: store::Member| (member.identity, (member.id, member.name));
        Self(members.into_iter().map(by_identity).collect())
    }

    /// Whether an identity stands for a member other than `own`.
    pub fn is_other(&self, identity: &str, own: MemberId) -> bool {
        self.0.get(identity).is_some_and(|(member, _)| *member != own)
    }

    /// The member that an identity stands for.
    pub fn member_of(&self, identity: &str) -> Option<MemberId> {
        self.0.get(identity).map(|(member, _)| *member)
    }

    /// The identity and the name of a member.
    pub fn of_member(&self, member: MemberId) -> Option<(&str, &str)> {
        let found = self.0.iter().find(|(_, (id, _))| *id == member);
        found.map(|(identity, (_, name))| (identity.as_str(), name.as_str()))
    }
}

/// Why `own` may not share this object of another member, given what `own` sees of it here.
pub(crate) fn passing_on(new: &Contribution, known: &[ObjectDetail], own: MemberId) -> Option<Problem> {
    let others: Vec<&ObjectDetail> = known.iter().filter(|one| one.origin != Some(own)).collect();
    if others.is_empty() {
        return None;
    }
    let same = |one: &&&ObjectDetail| new.version.is_none() || Some(one.row.version) == new.version;
    let passed_on: Vec<&&ObjectDetail> = others.iter().filter(same).collect();
    if passed_on.is_empty() {
        let message = "only its creator makes a new version of an object, and the creator of this one is a member here";
        let problem = Problem::error("version-not-by-creator", Place::path("$.created_by_ref"), message);
        return Some(problem.help(
            "ask them to share the new version, or make an object with an id of its own and relate it with 'derived-from'",
        ));
    }
    if passed_on
        .iter()
        .any(|one| reaches_no_further(&new.audience, &one.audience, own))
    {
        return None;
    }
    let message = "its creator shared this for fewer readers or fewer uses; nobody widens what another marked";
    let problem = Problem::error("wider-than-creator", Place::path("$.object_marking_refs"), message);
    Some(problem.help("share it with the same communities and a marking at least as strict, or ask them to"))
}

/// Whether everybody whom `new` reaches is reached by `old`, as far as the two say it, and `new` allows no more.
fn reaches_no_further(new: &Audience, old: &Audience, own: MemberId) -> bool {
    let no_freer = new.tlp() >= old.tlp() && new.pap() >= old.pap();
    let public = old.tlp() == Tlp::Clear && old.named().is_empty();
    // Up to TLP:AMBER what stays at home still goes to the clients of the house.
    let at_home = new.communities().is_empty() && new.named().iter().eq([&own]) && new.tlp() > Tlp::Amber;
    no_freer && (public || at_home || old.narrowed_by(new).is_ok_and(|both| both == *new))
}

/// The property with which an object asks that the name of whoever shares it is withheld. It goes with the object from node
/// to node, where a wish of one transfer would be lost at the first push.
pub(crate) const WITHHELD: &str = "x_commonwatch_withheld";

/// Whether an object asks for that.
pub(crate) fn asks_to_withhold(text: &str) -> bool {
    // Escapes can spell what a plain look does not see.
    (text.contains(WITHHELD) || text.contains("\\u"))
        && stix::Object::parse(text)
            .is_ok_and(|object| object.map().get(WITHHELD).and_then(stix::json::Value::as_bool) == Some(true))
}

/// Why an object cannot be shared without the sharer's name: it says the name itself, or the identity that stands for it.
pub(crate) fn names_the_sharer(text: &str, identity: &str, name: &str) -> Option<Problem> {
    // Escapes can spell what a plain look does not see.
    let spelt_out = |text: &str| Some(stix::jcs::canonical_map(stix::Object::parse(text).ok()?.map()));
    let escaped = text.contains("\\u").then(|| spelt_out(text)).flatten();
    let text = escaped.as_deref().unwrap_or(text).to_lowercase();
    let quoted = serde_json::Value::from(name.to_lowercase()).to_string();
    if !text.contains(identity) && !text.contains(&quoted) {
        return None;
    }
    let message = "the object names your own organisation, and you asked to keep your name out of it";
    let help = format!(
        "take '{identity}' and '{name}' out of it (created_by_ref, identity, sightings), or share it with your name"
    );
    Some(Problem::error("names-the-sharer", Place::path("$"), message).help(help))
}

#[cfg(test)]
mod tests {
    use policy::{Audience, CommunityId, MemberId};
    use stix::marking::{Pap, Tlp};

    use super::{names_the_sharer, reaches_no_further};

    const OWN: MemberId = MemberId(7);

    fn audience(tlp: Tlp, pap: Pap, communities: &[i64], named: &[MemberId]) -> Audience {
        let communities = communities.iter().map(|number| CommunityId(*number));
        Audience::new(tlp, pap, communities, named.iter().copied()).unwrap()
    }

    #[test]
    fn what_stays_at_home_keeps_its_colour_and_goes_to_no_client() {
        let strict = audience(Tlp::AmberStrict, Pap::Clear, &[1], &[]);
        for freer in [Tlp::Clear, Tlp::Green, Tlp::Amber] {
            assert!(!reaches_no_further(
                &audience(freer, Pap::Clear, &[], &[OWN]),
                &strict,
                OWN
            ));
        }
        let at_home = audience(Tlp::AmberStrict, Pap::Clear, &[], &[OWN]);
        assert!(reaches_no_further(&at_home, &strict, OWN));
        let red = audience(Tlp::Red, Pap::Clear, &[], &[OWN, MemberId(8)]);
        assert!(!reaches_no_further(&at_home, &red, OWN));
    }

    #[test]
    fn what_is_passed_on_allows_no_more_uses() {
        let public = |pap| audience(Tlp::Clear, pap, &[1], &[]);
        assert!(!reaches_no_further(&public(Pap::Clear), &public(Pap::Red), OWN));
        assert!(reaches_no_further(&public(Pap::Red), &public(Pap::Amber), OWN));
        let at_home = |pap| audience(Tlp::Red, pap, &[], &[OWN]);
        assert!(!reaches_no_further(&at_home(Pap::Green), &public(Pap::Amber), OWN));
    }

    #[test]
    fn what_is_public_may_be_passed_on_to_anybody() {
        let public = audience(Tlp::Clear, Pap::Clear, &[1], &[]);
        assert!(reaches_no_further(
            &audience(Tlp::Green, Pap::Clear, &[2], &[]),
            &public,
            OWN
        ));
        let green = audience(Tlp::Green, Pap::Clear, &[1], &[]);
        assert!(!reaches_no_further(
            &audience(Tlp::Green, Pap::Clear, &[2], &[]),
            &green,
            OWN
        ));
    }

    #[test]
    fn a_name_is_found_however_it_is_spelt() {
        let identity = "identity--7f0a3a53-5d0a-4b7c-8a53-0d4c3f0e8a11";
        let names = |text: &str| names_the_sharer(text, identity, "Example Hospital").is_some();
        assert!(names(&format!(r#"{{"created_by_ref":"{identity}"}}"#)));
        assert!(names(&format!(
            r#"{{"created_by_ref":"{}"}}"#,
            identity.replace("7f0a", r"\u0037f0a")
        )));
        assert!(names(&format!(r#"{{"created_by_ref":"{}"}}"#, identity.to_uppercase())));
        assert!(names(r#"{"type":"identity","name":"EXAMPLE hospital"}"#));
        assert!(names(r#"{"name":"Example\u0020Hospital"}"#));
        assert!(!names(r#"{"name":"Seen at Example Hospital and elsewhere"}"#));
    }
}
