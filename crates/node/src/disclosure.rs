//! What others may read of what a member did with their items: by name, counted, or not at all; and no count so small
//! that it points at somebody.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Action, CommunityId, MemberId, decide};
use stix::{Place, Problem};
use store::{Disclosure, Shown};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// A count about fewer members than this is not told to anybody else.
pub const FEWEST: u64 = 5;

/// A count as it may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// So many.
    Exactly(u64),
    /// Fewer than five; nobody, perhaps.
    FewerThanFive,
    /// All of a larger number that is told, but for fewer than five.
    AllButFewerThanFive,
}

impl Figure {
    /// So many of a number that is told as well: neither they nor the rest may be fewer than five.
    pub fn of(some: u64, all: u64) -> Self {
        let rest = all.saturating_sub(some);
        match (some, rest) {
            (0..FEWEST, _) => Self::FewerThanFive,
            (_, 1..FEWEST) => Self::AllButFewerThanFive,
            _ => Self::Exactly(some),
        }
    }
}

/// Of the members that did something: those that may be named, and how many others may be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    /// By name.
    pub named: Vec<(String, T)>,
    /// The others, without those that are counted nowhere.
    pub others: Figure,
}

/// What of a member's doings is meant.
pub(crate) type Aspect = fn(&Disclosure) -> Shown;

/// What all members let others read.
pub(crate) struct Chosen(BTreeMap<MemberId, Vec<Disclosure>>);

impl Chosen {
    /// What a member lets others read in these communities: the least of what it chose for them.
    pub fn of(&self, member: MemberId, communities: &BTreeSet<CommunityId>) -> Disclosure {
        let lines = self.0.get(&member).map(Vec::as_slice).unwrap_or_default();
        let everywhere = lines.iter().find(|line| line.community.is_none());
        let everywhere = everywhere.copied().unwrap_or(Disclosure::DEFAULT);
        let there = |community: &CommunityId| {
            let line = lines.iter().find(|line| line.community == Some(*community));
            line.copied().unwrap_or(everywhere)
        };
        communities
            .iter()
            .map(there)
            .reduce(Disclosure::least)
            .unwrap_or(everywhere)
    }

    /// The members that chose something.
    pub fn members(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.0.keys().copied()
    }
}

/// What all members let others read, and whom the reader knows.
pub(crate) struct Discretion {
    chosen: Chosen,
    known: BTreeMap<MemberId, String>,
}

impl Discretion {
    /// The name of a member, where it lets it be told and the reader knows of the member.
    pub fn name(&self, member: MemberId, communities: &BTreeSet<CommunityId>, aspect: Aspect) -> Option<&str> {
        let named = aspect(&self.chosen.of(member, communities)) == Shown::Name;
        self.known.get(&member).filter(|_| named).map(String::as_str)
    }

    /// What may be told of these members, `of` so many.
    pub fn tell<T: Clone>(
        &self,
        did: &BTreeMap<MemberId, T>,
        of: usize,
        communities: &BTreeSet<CommunityId>,
        aspect: Aspect,
    ) -> Told<T> {
        let mut told = Vec::new();
        let mut others = 0;
        for (member, what) in did {
            match self.name(*member, communities, aspect) {
                Some(name) => told.push((name.to_owned(), what.clone())),
                None if aspect(&self.chosen.of(*member, communities)) == Shown::None => {}
                None => others += 1,
            }
        }
        let all = (of as u64).saturating_sub(told.len() as u64);
        Told {
            named: told,
            others: Figure::of(others, all),
        }
    }

    /// Names of members that the reader knows of, whatever they did.
    pub fn known(&self, members: impl Iterator<Item = MemberId>) -> Told<()> {
        let (mut named, mut others) = (Vec::new(), 0);
        for member in members {
            match self.known.get(&member) {
                Some(name) => named.push((name.clone(), ())),
                None => others += 1,
            }
        }
        Told {
            named,
            others: Figure::of(others, others),
        }
    }
}

fn bad(message: String) -> Error {
    let problem = Problem::error("bad-disclosure", Place::default(), message);
    Error::input(problem.help("give one line for each community, and one without a community for all others"))
}

impl Node {
    /// What all members let others read.
    pub(crate) async fn disclosure_chosen(&self) -> Result<Chosen, Error> {
        let mut chosen: BTreeMap<MemberId, Vec<Disclosure>> = BTreeMap::new();
        for (member, line) in self.store().disclosure_all().await? {
            chosen.entry(member).or_default().push(line);
        }
        Ok(Chosen(chosen))
    }

    /// What all members let others read, for one reader.
    pub(crate) async fn discretion(&self, caller: &Caller) -> Result<Discretion, Error> {
        let chosen = self.disclosure_chosen().await?;
        let known = self.known_members(caller).await?;
        let known = known.into_iter().map(|member| (member.id, member.name)).collect();
        Ok(Discretion { chosen, known })
    }

    /// What the caller's member lets others read; the line for all other communities first.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn disclosure(&self, caller: &Caller) -> Result<Vec<Disclosure>, Error> {
        let member = self.own_receipts(caller)?;
        let mut lines = self.store().disclosure_list(member).await?;
        if lines.first().is_none_or(|line| line.community.is_some()) {
            lines.insert(0, Disclosure::DEFAULT);
        }
        Ok(lines)
    }

    /// Puts these lines in place of those that the caller's member had.
    ///
    /// # Errors
    /// When the caller may not decide that, a community is named twice or not open to the member.
    pub async fn disclosure_put(&self, caller: &Caller, lines: &[Disclosure]) -> Result<(), Error> {
        let absent = "there is no such community, or it is not open to you";
        decide(&caller.principal, Action::Disclose).map_err(|refusal| Error::refused(refusal, absent))?;
        let member = self.own_receipts(caller)?;
        let mut named = BTreeSet::new();
        for line in lines {
            if line
                .community
                .is_some_and(|community| !caller.principal.communities.contains(&community))
            {
                return Err(Error::NotFound(absent.to_owned()));
            }
            if !named.insert(line.community) {
                return Err(bad("two lines are for the same community".to_owned()));
            }
        }
        Ok(self
            .store()
            .disclosure_put_all(&caller.principal, member, lines)
            .await?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FEWEST, Figure};

    proptest! {
        #[test]
        fn no_figure_and_no_difference_of_figures_is_about_fewer_than_five(all in 0_u64..40, some in 0_u64..40) {
            let some = some.min(all);
            if let Figure::Exactly(told) = Figure::of(some, all) {
                prop_assert_eq!(told, some);
                prop_assert!(some >= FEWEST);
                prop_assert!(all - some == 0 || all - some >= FEWEST);
            }
        }
    }
}
