//! Who may speak for whom: passing on what another member made, and sharing without one's own name.
//!
//! | the object says it was created by | and here it is known | answer |
//! |---|---|---|
//! | the sharer, nobody, or an organisation that is no member here | | taken (the rules of versions hold, `stix::version`) |
//! | another member of this node | to the sharer: not at all, or only from the sharer's own hand | taken; the origin shows who shared it |
//! | another member of this node | in this version, from somebody else | taken, if it goes to nobody who could not get it already |
//! | another member of this node | in other versions, from somebody else | refused: only the creator makes a new version |
//!
//! Only what the sharer may see is looked at: a refusal must not tell what is hidden from them.

use std::collections::HashMap;

use policy::{Audience, MemberId};
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

    /// The name of the member other than `own` that an identity stands for.
    pub fn other(&self, identity: &str, own: MemberId) -> Option<&str> {
        let (member, name) = self.0.get(identity)?;
        (*member != own).then_some(name)
    }

    /// The identity of a member.
    pub fn of_member(&self, member: MemberId) -> Option<&str> {
        let found = self.0.iter().find(|(_, (id, _))| *id == member);
        found.map(|(identity, _)| identity.as_str())
    }
}

/// Why `own` may not share this object of the member called `creator`, given what `own` sees of it here.
pub(crate) fn passing_on(new: &Contribution, creator: &str, known: &[ObjectDetail], own: MemberId) -> Option<Problem> {
    let others: Vec<&ObjectDetail> = known.iter().filter(|one| one.origin != Some(own)).collect();
    if others.is_empty() {
        return None;
    }
    let same = |one: &&&ObjectDetail| new.version.is_none() || Some(one.row.version) == new.version;
    let passed_on: Vec<&&ObjectDetail> = others.iter().filter(same).collect();
    if passed_on.is_empty() {
        let message = format!("only its creator makes a new version of an object, and '{creator}' is a member here");
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
    let message = format!("'{creator}' shared this for fewer readers; nobody widens what another marked");
    let problem = Problem::error("wider-than-creator", Place::path("$.object_marking_refs"), message);
    Some(problem.help("share it with the same communities and a marking at least as strict, or ask them to"))
}

/// Whether everybody whom `new` reaches is reached by `old`, as far as the two say it.
fn reaches_no_further(new: &Audience, old: &Audience, own: MemberId) -> bool {
    let public = old.tlp() == stix::marking::Tlp::Clear && old.named().is_empty();
    let at_home = new.communities().is_empty() && new.named().iter().eq([&own]);
    public || at_home || old.narrowed_by(new).is_ok_and(|both| both == *new)
}

/// Why an object cannot be shared without the sharer's name: it says the name itself.
pub(crate) fn names_the_sharer(text: &str, identity: &str) -> Option<Problem> {
    text.find(identity)?;
    let message = "the object names your own organisation, and you asked to keep your name out of it";
    let help = format!("take '{identity}' out of it (created_by_ref, identity, sightings), or share it with your name");
    Some(Problem::error("names-the-sharer", Place::path("$"), message).help(help))
}
