//! Before sharing: who will be able to read it, what the charter says against it, and whether this group is unusual.
//!
//! The rule of what is unusual is simple, so that a person can follow it: of the last fifty shares of the member, none or
//! one went to this group (the same communities and the same named members). Below five shares nothing is said.

use std::collections::BTreeMap;

use policy::{Action, Audience, MemberId, Principal, decide, may_see};
use serde::Serialize;
use stix::marking::{Pap, Tlp};
use stix::{Place, Problem};
use store::Community;

use super::shows_members;
use crate::accounts::Caller;
use crate::error::Error;
use crate::intake::{Handling, Marked};
use crate::node::Node;

/// Shares looked back at.
const LOOKED_BACK: usize = 50;
/// Shares below which nothing is unusual.
const LEAST_TO_COMPARE: usize = 5;
/// Kinds of member with fewer than this many are not told apart where a community hides its members.
const LEAST_OF_A_KIND: usize = 5;

/// What is to be shared, as far as it decides who reads it.
#[derive(Clone, Debug, Default)]
pub struct PreviewWish {
    /// Communities, named members, markings.
    pub handling: Handling,
}

/// A part of a charter, or a rule, that stands against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The code that the intake would refuse it with.
    pub code: &'static str,
    /// Which part of the charter, as it is named there; none for a rule that holds everywhere.
    pub charter: Option<&'static str>,
    /// A sentence for the person.
    pub message: String,
}

/// Who will be able to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PreviewReport {
    /// The marking it gets where the objects say nothing stricter.
    pub tlp: String,
    /// The permitted actions.
    pub pap: String,
    /// Members that are addressed, one's own among them.
    pub members: usize,
    /// How many of each kind; few of a kind are `other` where a community hides its members.
    pub kinds: BTreeMap<String, usize>,
    /// Clients of members that it reaches.
    pub clients: usize,
    /// Whether it is for everybody, also without an account where the node is open to the public.
    pub everybody: bool,
    /// The members whose names may be seen.
    pub names: Vec<String>,
    /// Whether that is all of them.
    pub all_names: bool,
    /// Whether it waits for the moderators of a community first.
    pub waits: bool,
    /// The partner hubs to which it passes over a bridge, and so whoever their agreement lets read it there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bridges: Vec<String>,
    /// Why this group is unusual for the member; none where it is not.
    pub unusual: Option<String>,
    /// What stands against it; where there is something, nobody gets it.
    pub refused: Vec<Broken>,
}

impl Node {
    /// Says who will be able to read what is shared like this. Shares nothing.
    ///
    /// # Errors
    /// When the caller may not share like this at all.
    pub async fn share_preview(&self, caller: &Caller, wish: PreviewWish) -> Result<PreviewReport, Error> {
        let principal = &caller.principal;
        let mut handling = wish.handling;
        self.may_share(caller, &handling)?;
        let Some(own) = principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        let mut communities = self.store().community_list().await?;
        communities.retain(|one| handling.communities.contains(&one.id));
        handling.follow(&communities);
        let mut report = PreviewReport::default();
        let mut broken = Vec::new();
        broken.extend(
            self.check_named(caller, &communities, &handling.named)
                .await
                .err()
                .map(against),
        );
        let moderators = match self.moderators(principal, &communities).await {
            Ok(moderators) => moderators,
            Err(error) => {
                broken.push(against(error));
                None
            }
        };
        let audience = match handling.audience(Marked::default(), own) {
            Ok(audience) => Some(audience),
            Err(problem) => {
                broken.push(of_problem(&problem));
                None
            }
        };
        report.waits = moderators.is_some();
        if let (Some(moderators), Some(audience)) = (&moderators, &audience) {
            broken.extend(
                moderators
                    .holding(audience, own)
                    .err()
                    .map(|problem| of_problem(&problem)),
            );
        }
        report.refused = broken;
        if let Some(audience) = audience {
            report.tlp = audience.tlp().label().to_owned();
            report.pap = audience.pap().label().to_owned();
            report.unusual = self.unusual(own, &audience).await?;
            if report.refused.is_empty() {
                self.readers(caller, &communities, &audience, &mut report).await?;
                for community in &communities {
                    let hubs = self.hubs_beyond(community, &audience).await?;
                    let shown = shows_members(principal, community);
                    let named = hubs
                        .into_iter()
                        .map(|hub| if shown { hub } else { "a partner hub".to_owned() });
                    report.bridges.extend(named);
                }
            }
        }
        Ok(report)
    }

    /// Counts who may see an audience.
    async fn readers(
        &self,
        caller: &Caller,
        communities: &[Community],
        audience: &Audience,
        report: &mut PreviewReport,
    ) -> Result<(), Error> {
        let public = may_see(&Principal::public(), audience);
        report.everybody = public;
        let hidden = communities.iter().any(|one| !shows_members(&caller.principal, one));
        let known: Vec<MemberId> = self.members(caller).await?.iter().map(|member| member.id).collect();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for member in self.store().member_list().await? {
            if !member.state.acts() {
                continue;
            }
            let reader = self.store().principal_of_member(member.id).await?;
            let itself = Principal {
                providers: std::collections::BTreeSet::new(),
                provider_communities: std::collections::BTreeSet::new(),
                ..reader.clone()
            };
            if addressed(&itself, audience) {
                report.members += 1;
                *kinds.entry(member.kind.as_str().to_owned()).or_default() += 1;
                if !hidden && known.contains(&member.id) {
                    report.names.push(member.name);
                }
            } else if !public && may_see(&reader, audience) {
                report.clients += 1;
            }
        }
        report.all_names = report.names.len() == report.members;
        report.kinds = if hidden { folded(kinds) } else { kinds };
        Ok(())
    }

    /// Says why a group is unusual for a member.
    async fn unusual(&self, own: MemberId, audience: &Audience) -> Result<Option<String>, Error> {
        let last = self.store().shared_last(own, LOOKED_BACK).await?;
        let same = |one: &&Audience| one.communities() == audience.communities() && one.named() == audience.named();
        let times = last.iter().filter(same).count();
        let said = match times {
            _ if last.len() < LEAST_TO_COMPARE => None,
            0 => Some(format!(
                "none of the last {} shares of your member went to this group",
                last.len()
            )),
            1 if last.len() >= 4 * LEAST_TO_COMPARE => Some(format!(
                "one of the last {} shares of your member went to this group",
                last.len()
            )),
            _ => None,
        };
        Ok(said)
    }

    /// Whether a caller may share with these communities, or with named members only.
    pub(crate) fn may_share(&self, caller: &Caller, handling: &Handling) -> Result<(), Error> {
        let refused = |refusal| Error::refused(refusal, super::NO_COMMUNITY);
        for community in &handling.communities {
            decide(&caller.principal, Action::Contribute(*community)).map_err(refused)?;
        }
        if handling.communities.is_empty() {
            decide(&caller.principal, Action::ContributeToNamed).map_err(refused)?;
        }
        Ok(())
    }
}

/// Whether somebody is addressed, and does not merely meet what is public.
fn addressed(reader: &Principal, audience: &Audience) -> bool {
    let addressed = Audience::new(
        audience.tlp().max(Tlp::Green),
        Pap::Clear,
        audience.communities().iter().copied(),
        audience.named().iter().copied(),
    );
    addressed.is_ok_and(|audience| may_see(reader, &audience))
}

/// Kinds that few members are of, together.
fn folded(kinds: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let mut folded: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, count) in kinds {
        let kind = if count < LEAST_OF_A_KIND {
            "other".to_owned()
        } else {
            kind
        };
        *folded.entry(kind).or_default() += count;
    }
    folded
}

fn against(error: Error) -> Broken {
    match error {
        Error::Input(problem) => of_problem(&problem),
        other => of_problem(&Problem::error("refused", Place::default(), other.to_string())),
    }
}

fn of_problem(problem: &Problem) -> Broken {
    let charter = match problem.code {
        "too-strict-here" => Some("strictest_tlp"),
        "too-loose-here" => Some("loosest_tlp"),
        "moderated-alone" | "moderators-not-named" => Some("moderated"),
        _ => None,
    };
    Broken {
        code: problem.code,
        charter,
        message: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::folded;

    #[test]
    fn few_of_a_kind_are_not_told_apart() {
        let kinds = BTreeMap::from([
            ("city".to_owned(), 6),
            ("cert".to_owned(), 1),
            ("university".to_owned(), 2),
        ]);
        let expected = BTreeMap::from([("city".to_owned(), 6), ("other".to_owned(), 3)]);
        assert_eq!(folded(kinds), expected);
    }
}
