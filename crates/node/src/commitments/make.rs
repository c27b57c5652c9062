//! Making commitments: by people about items, and by the rules of other modules.

use std::collections::BTreeSet;

use policy::{Action, CommunityId, MemberId, PersonId, Principal, decide};
use stix::Timestamp;
use store::{Commitment, Member, NewCommitment, ObjectDetail};
use uuid::Uuid;

use super::ask::Reachable;
use super::clock::{Clock, Start};
use super::escalation::Escalation;
use super::kinds::{Asked, Kind, known};
use super::{RULES, absent, bad, own_member, words};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Members that are asked by name at once; more are asked as a community.
const NAMED_MOST: usize = 200;

/// Who shall owe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owing {
    /// These members.
    Members(Vec<MemberId>),
    /// Every member of this community that can read the item, but one's own.
    Community(CommunityId),
}

/// A commitment about an item, as a person wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentWish {
    /// Its kind, by name.
    pub kind: String,
    /// The item.
    pub subject: String,
    /// Who shall owe it.
    pub owing: Owing,
    /// Which rule or agreement says so.
    pub because: String,
    /// When it is due; as is usual for the kind where nothing is said.
    pub clock: Option<Clock>,
    /// Who is told when; as is usual for the kind where nothing is said.
    pub escalation: Option<Escalation>,
}

/// A commitment that a rule of another module makes: who may ask whom for what, that module has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its name; another one made with it can follow it.
    pub uuid: Uuid,
    /// Its kind, by name.
    pub kind: String,
    /// What it is about: a STIX identifier, or the UUID of something in this node.
    pub subject: String,
    /// What that is called, where it is no object.
    pub title: Option<String>,
    /// Who owes it.
    pub owed_by: MemberId,
    /// Who of them sees to it.
    pub person: Option<PersonId>,
    /// To whom.
    pub owed_to: MemberId,
    /// The community in which it came about.
    pub community: Option<CommunityId>,
    /// Which rule or agreement says so.
    pub because: String,
    /// When it is due; as is usual for the kind where nothing is said.
    pub clock: Option<Clock>,
    /// Who is told when; as is usual for the kind where nothing is said.
    pub escalation: Option<Escalation>,
}

fn new_commitment(promise: Promise, at: Timestamp) -> Result<NewCommitment, Error> {
    let kind = known(&promise.kind)?;
    let clock = match promise.clock {
        Some(clock) => clock,
        None => kind.clock.parse()?,
    };
    clock.check()?;
    let escalation = promise.escalation.unwrap_or_else(|| kind.usual_escalation());
    escalation.check()?;
    let (starts, follows) = match clock.from {
        Start::Made => (Some(at), None),
        Start::Instant(start) => (Some(start), None),
        Start::After(uuid) => (None, Some(uuid)),
    };
    Ok(NewCommitment {
        uuid: promise.uuid,
        kind: promise.kind,
        subject: promise.subject,
        title: promise.title,
        owed_by: promise.owed_by,
        person: promise.person,
        owed_to: promise.owed_to,
        community: promise.community,
        because: promise.because,
        clock: clock.to_json(),
        follows,
        starts,
        escalation: escalation.to_json(),
    })
}

/// The same words for every reason, so that asking does not tell who is where.
fn not_askable(name: &str) -> Error {
    let message =
        format!("'{name}' cannot be asked about this item: it may not read it, or you cannot know that it does");
    let help = "ask members whom you named, or who show themselves in a community that it was shared with";
    bad("cannot-be-asked", message, help)
}

impl Node {
    /// Makes commitments that a rule of another module calls for, all or none in one transaction.
    ///
    /// # Errors
    /// When a kind, clock or escalation cannot be used, or what one follows is not there or will never be kept.
    pub async fn commitments_by_rule(
        &self,
        actor: &Principal,
        promises: Vec<Promise>,
    ) -> Result<Vec<Commitment>, Error> {
        let at = self.now();
        let new = promises.into_iter().map(|promise| new_commitment(promise, at));
        let new = new.collect::<Result<Vec<_>, _>>()?;
        Ok(self.store().commitment_make(actor, at, new, RULES).await?)
    }

    /// Asks members for something about an item, or promises it for one's own. What is asked is owed to the caller's
    /// member.
    ///
    /// # Errors
    /// When the caller may not ask these members for this, the item is not open to them, or the clock cannot be used.
    pub async fn commitments_make(&self, caller: &Caller, wish: CommitmentWish) -> Result<Vec<Commitment>, Error> {
        decide(&caller.principal, Action::MakeCommitments).map_err(|refusal| Error::refused(refusal, ""))?;
        let own = own_member(caller)?;
        let kind = known(&wish.kind)?;
        if kind.asked == Asked::Nobody {
            let message = format!("'{}' is asked for by a rule of this node, not by people", kind.name);
            return Err(bad(
                "not-for-people",
                message,
                "acknowledge, act, answer-sighting and review-marking are",
            ));
        }
        words("rule or agreement", &wish.because)?;
        let viewer = self.viewer(caller).await?;
        let details = self.store().object_get(&viewer, &wish.subject).await?;
        if details.is_empty() {
            return Err(Error::NotFound(
                "there is no such item, or it is not open to you".to_owned(),
            ));
        }
        let owing = self.owing(caller, own, kind, &wish, &details).await?;
        let community = match wish.owing {
            Owing::Community(community) => Some(community),
            Owing::Members(_) => None,
        };
        self.check_clock(caller, wish.clock.as_ref(), &owing).await?;
        let promise = |owed_by: MemberId| Promise {
            uuid: self.fresh_uuid(),
            kind: wish.kind.clone(),
            subject: wish.subject.clone(),
            title: None,
            owed_by,
            person: None,
            owed_to: own,
            community,
            because: wish.because.clone(),
            clock: wish.clock.clone(),
            escalation: wish.escalation.clone(),
        };
        let promises = owing.into_iter().map(promise).collect();
        self.commitments_by_rule(&caller.principal, promises).await
    }

    /// Nobody is to be late at once, and what one follows must be owed by the same member and known to the caller: else
    /// it would tell one member when another did something.
    async fn check_clock(&self, caller: &Caller, clock: Option<&Clock>, owing: &[MemberId]) -> Result<(), Error> {
        let Some(clock) = clock else { return Ok(()) };
        clock.check()?;
        match clock.from {
            Start::Made => Ok(()),
            Start::Instant(start) if clock.due(start)? <= self.now() => {
                let message = "this would be overdue at once";
                Err(bad("overdue-at-once", message, "choose a later time"))
            }
            Start::Instant(_) => Ok(()),
            Start::After(uuid) => {
                let lead = self.commitment(caller, uuid).await?;
                if owing.iter().all(|member| *member == lead.terms.owed_by) {
                    return Ok(());
                }
                Err(absent())
            }
        }
    }

    async fn owing(
        &self,
        caller: &Caller,
        own: MemberId,
        kind: &Kind,
        wish: &CommitmentWish,
        details: &[ObjectDetail],
    ) -> Result<Vec<MemberId>, Error> {
        let shown = self.communities_that_show_members(caller).await?;
        let reachable = Reachable::new(&caller.principal, details, &shown);
        let only_own = wish.owing == Owing::Members(vec![own]);
        if only_own {
            return Ok(vec![own]);
        }
        if !reachable.asks_others() {
            return Err(Error::NotAllowed(if reachable.is_withheld() {
                "your name is withheld with this item, and asking would tell it; a coordinator of the community can ask"
            } else {
                "only an analyst of the member that shared an item under its name, or a coordinator of a community it is \
                 in, can ask others about it"
            }));
        }
        let known = self.members(caller).await?;
        match &wish.owing {
            Owing::Members(members) => self.named(kind, &reachable, &known, members).await,
            Owing::Community(community) => self.of_community(own, kind, &reachable, &known, *community).await,
        }
    }

    async fn named(
        &self,
        kind: &Kind,
        reachable: &Reachable<'_>,
        known: &[Member],
        members: &[MemberId],
    ) -> Result<Vec<MemberId>, Error> {
        let members: BTreeSet<MemberId> = members.iter().copied().collect();
        if members.is_empty() || members.len() > NAMED_MOST {
            let message = format!("name 1 to {NAMED_MOST} members");
            return Err(bad("bad-members", message, "more are asked together as a community"));
        }
        for member in &members {
            let found = known.iter().find(|one| one.id == *member);
            let found =
                found.ok_or_else(|| Error::NotFound("there is no such member, or it is not open to you".to_owned()))?;
            let askable = match kind.asked {
                Asked::Contributor => reachable.contributed(*member),
                _ => {
                    let principal = self.store().principal_of_member(*member).await?;
                    principal.member.is_some() && reachable.reads(*member, &principal.communities)
                }
            };
            if !askable {
                return Err(not_askable(&found.name));
            }
        }
        Ok(members.into_iter().collect())
    }

    async fn of_community(
        &self,
        own: MemberId,
        kind: &Kind,
        reachable: &Reachable<'_>,
        known: &[Member],
        community: CommunityId,
    ) -> Result<Vec<MemberId>, Error> {
        if kind.asked != Asked::Readers || !reachable.reaches(community) {
            let message = "the members of this community cannot be asked for this together";
            return Err(bad("cannot-be-asked", message, "name the members one by one"));
        }
        let stands_in = BTreeSet::from([community]);
        let active: BTreeSet<MemberId> = known.iter().filter(|one| one.state.acts()).map(|one| one.id).collect();
        let memberships = self.store().membership_list(community).await?;
        let owing: Vec<MemberId> = memberships
            .iter()
            .map(|membership| membership.member)
            .filter(|member| *member != own && active.contains(member) && reachable.reads(*member, &stands_in))
            .collect();
        if owing.is_empty() {
            let message = "nobody else in this community can be asked about this item";
            return Err(bad("nobody-to-ask", message, "look at who it was shared with"));
        }
        Ok(owing)
    }

    /// The communities of the caller's member whose members the caller knows.
    async fn communities_that_show_members(&self, caller: &Caller) -> Result<BTreeSet<CommunityId>, Error> {
        let principal = &caller.principal;
        let all = self.store().community_list().await?;
        let shown = all.iter().filter(|community| {
            let coordinates = principal.coordinates.contains(&community.id);
            principal.communities.contains(&community.id) && (coordinates || !community.hides_members)
        });
        Ok(shown.map(|community| community.id).collect())
    }
}
