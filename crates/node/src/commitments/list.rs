//! Looking at commitments: what one's own member owes, what is owed to it, and one with its history.

use std::collections::HashMap;

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use store::{
    Commitment, CommitmentPlace, CommitmentQuery, CommitmentSide, CommitmentState, CommunityKey, MemberKey, StepKind,
};
use uuid::Uuid;

use super::own_member;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Commitments of one answer.
const MOST: usize = 1_000;

/// Which side of them is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// What the caller's member owes.
    #[default]
    Owes,
    /// What is owed to it.
    Owed,
}

/// Which are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListWish {
    /// Which side.
    pub side: Side,
    /// Only in this state; where none is named, what is owed still.
    pub state: Option<CommitmentState>,
    /// Also what is settled, where no state is named.
    pub all: bool,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only about this.
    pub subject: Option<String>,
    /// Only what is owed still and over its time.
    pub overdue: bool,
    /// Only what the caller is to see to.
    pub mine: bool,
    /// Behind this place.
    pub after: Option<CommitmentPlace>,
    /// At the most so many.
    pub limit: usize,
}

/// A member, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its number here.
    pub id: MemberId,
    /// Its name.
    pub name: String,
}

/// A commitment as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentShown {
    /// The commitment.
    pub commitment: Commitment,
    /// Who owes it.
    pub owed_by: Party,
    /// To whom.
    pub owed_to: Party,
    /// What its subject is called, as the caller sees it.
    pub title: Option<String>,
    /// Login of the person who sees to it; for their own people only.
    pub person: Option<String>,
    /// The community, where the caller's member is in it.
    pub community: Option<String>,
    /// Whether it is owed still and its time is over.
    pub overdue: bool,
    /// Whether it was kept after its time.
    pub late: bool,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentList {
    /// By when they are due.
    pub commitments: Vec<CommitmentShown>,
    /// Where to go on.
    pub next: Option<CommitmentPlace>,
}

/// One change, as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepShown {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: StepKind,
    /// Name of the member for which somebody did it; none: the node by itself.
    pub member: Option<String>,
    /// Login of the person; for their own people only.
    pub person: Option<String>,
    /// In whose words.
    pub words: Option<String>,
}

/// One commitment with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentDetail {
    /// The commitment.
    pub shown: CommitmentShown,
    /// What became of it, from the beginning.
    pub steps: Vec<StepShown>,
}

/// Names that were looked up, each once.
#[derive(Default)]
struct Names {
    members: HashMap<MemberId, String>,
    people: HashMap<PersonId, Option<(MemberId, String)>>,
    communities: HashMap<CommunityId, Option<String>>,
}

impl Names {
    async fn member(&mut self, node: &Node, id: MemberId) -> Result<Party, Error> {
        if let Some(name) = self.members.get(&id) {
            return Ok(Party { id, name: name.clone() });
        }
        let found = node.store().member_get(MemberKey::Id(id)).await?;
        let name = found.map_or_else(|| "(gone)".to_owned(), |member| member.name);
        self.members.insert(id, name.clone());
        Ok(Party { id, name })
    }

    /// The login of somebody of the caller's own member.
    async fn person(&mut self, node: &Node, caller: &Caller, id: Option<PersonId>) -> Result<Option<String>, Error> {
        let Some(id) = id else { return Ok(None) };
        if let std::collections::hash_map::Entry::Vacant(place) = self.people.entry(id) {
            let found = node.store().person_get(id).await?;
            place.insert(found.map(|person| (person.member, person.login)));
        }
        let known = self.people.get(&id).cloned().flatten();
        Ok(known
            .filter(|(member, _)| caller.principal.member == Some(*member))
            .map(|(_, login)| login))
    }

    async fn community(
        &mut self,
        node: &Node,
        caller: &Caller,
        id: Option<CommunityId>,
    ) -> Result<Option<String>, Error> {
        let Some(id) = id.filter(|id| caller.principal.communities.contains(id)) else {
            return Ok(None);
        };
        if let std::collections::hash_map::Entry::Vacant(place) = self.communities.entry(id) {
            let found = node.store().community_get(CommunityKey::Id(id)).await?;
            place.insert(found.map(|community| community.alias));
        }
        Ok(self.communities.get(&id).cloned().flatten())
    }
}

impl Node {
    /// Commitments of the caller's member, by when they are due.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn commitments(&self, caller: &Caller, wish: &ListWish) -> Result<CommitmentList, Error> {
        let member = own_member(caller)?;
        let query = CommitmentQuery {
            side: match wish.side {
                Side::Owes => CommitmentSide::OwedBy(member),
                Side::Owed => CommitmentSide::OwedTo(member),
            },
            settled: !wish.overdue && wish.state.map_or(wish.all, CommitmentState::is_settled),
            state: wish.state,
            kind: wish.kind.clone(),
            subject: wish.subject.clone(),
            // Somebody without an account sees to nothing.
            person: wish.mine.then(|| caller.principal.person.unwrap_or(PersonId(-1))),
            due_before: wish.overdue.then(|| self.now()),
            after: wish.after,
            limit: wish.limit.min(MOST),
        };
        let page = self.store().commitment_page(&query).await?;
        Ok(CommitmentList {
            commitments: self.shown(caller, &mut Names::default(), page.commitments).await?,
            next: page.next,
        })
    }

    /// One commitment with what became of it.
    ///
    /// # Errors
    /// When there is none, or it is not for the caller's member.
    pub async fn commitment_detail(&self, caller: &Caller, uuid: Uuid) -> Result<CommitmentDetail, Error> {
        let found = self.commitment(caller, uuid).await?;
        let mut names = Names::default();
        let mut steps = Vec::new();
        for step in self.store().commitment_steps(found.id).await? {
            steps.push(StepShown {
                at: step.at,
                what: step.what,
                member: match step.member {
                    Some(member) => Some(names.member(self, member).await?.name),
                    None => None,
                },
                person: names.person(self, caller, step.person).await?,
                words: step.words,
            });
        }
        let shown = self.shown(caller, &mut names, vec![found]).await?;
        let shown = shown.into_iter().next().ok_or_else(super::absent)?;
        Ok(CommitmentDetail { shown, steps })
    }

    /// The same commitment as a caller who was just answered about it sees it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn commitment_shown(&self, caller: &Caller, one: Commitment) -> Result<CommitmentShown, Error> {
        let shown = self.shown(caller, &mut Names::default(), vec![one]).await?;
        shown.into_iter().next().ok_or_else(super::absent)
    }

    async fn shown(
        &self,
        caller: &Caller,
        names: &mut Names,
        found: Vec<Commitment>,
    ) -> Result<Vec<CommitmentShown>, Error> {
        let now = self.now();
        let viewer = self.viewer(caller).await?;
        let ids: Vec<String> = found
            .iter()
            .filter(|one| one.terms.title.is_none())
            .map(|one| one.terms.subject.clone())
            .collect();
        let titles = self.store().object_titles(&viewer, &ids).await?;
        let mut shown = Vec::with_capacity(found.len());
        for one in found {
            let terms = &one.terms;
            shown.push(CommitmentShown {
                owed_by: names.member(self, terms.owed_by).await?,
                owed_to: names.member(self, terms.owed_to).await?,
                title: terms.title.clone().or_else(|| titles.get(&terms.subject).cloned()),
                person: names.person(self, caller, terms.person).await?,
                community: names.community(self, caller, terms.community).await?,
                overdue: one.is_overdue(now),
                late: one.was_kept_late(),
                commitment: one,
            });
        }
        Ok(shown)
    }
}
