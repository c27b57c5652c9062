//! Receipts by item: who could see it, was given it, opened it, acknowledged, acted, and saw it at home.

use std::collections::{BTreeMap, BTreeSet};

use policy::{CommunityId, MemberId};
use stix::{Place, Problem, Timestamp};
use store::{Given, ItemStep, OwnNumbers, RecallNumbers, RequestNumbers, Spot};

use crate::accounts::Caller;
use crate::disclosure::{Aspect, Told};
use crate::error::Error;
use crate::find::Shown;
use crate::node::Node;

/// Characters of what somebody says of an item.
const MOST_NOTE: usize = 1_000;

/// What became of one item, as far as the one who shared it may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemReceipts {
    /// Who may see it now.
    pub could_see: Told<()>,
    /// Who was given it, when first and by which way.
    pub received: Told<Given>,
    /// Where one of its people read the one object, when first.
    pub opened: Told<Timestamp>,
    /// Who says that it took note.
    pub acknowledged: Told<Timestamp>,
    /// Who says that it acted.
    pub acted: Told<Timestamp>,
    /// Who told of having seen it at home.
    pub saw: Told<Timestamp>,
}

/// A member's own numbers: the same come from its receipts ([`crate::recount`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Pages, and what was done about items.
    pub items: OwnNumbers,
    /// Recalls.
    pub recalls: RecallNumbers,
    /// Questions.
    pub requests: RequestNumbers,
}

fn absent() -> Error {
    Error::NotFound("there is no such object, or it is not open to you".to_owned())
}

pub(crate) fn checked_note(note: Option<&str>) -> Result<Option<&str>, Error> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > MOST_NOTE) {
        let message = format!("a note may have {MOST_NOTE} characters at the most");
        let problem = Problem::error("long-note", Place::default(), message);
        return Err(Error::input(problem.help("say it shorter")));
    }
    Ok(note)
}

impl Node {
    /// Notes that a person read one object, the first time for their member. What the member itself contributed is not
    /// news to it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn item_opened(&self, caller: &Caller, id: &str, shown: &Shown) -> Result<(), Error> {
        let principal = &caller.principal;
        let own = shown.contributions.iter().all(|one| one.origin == principal.member);
        if principal.person.is_some() && principal.member.is_some() && !own {
            self.store().item_mark(principal, id, ItemStep::Opened, None).await?;
        }
        Ok(())
    }

    /// Says that the caller's member took note of an object, or acted on it. Gives whether that was new.
    ///
    /// # Errors
    /// When the caller may not say so, sees no such object, or the note is too long.
    pub async fn item_say(&self, caller: &Caller, id: &str, step: ItemStep, note: Option<&str>) -> Result<bool, Error> {
        policy::decide(&caller.principal, policy::Action::Acknowledge)
            .map_err(|refusal| Error::refused(refusal, ""))?;
        let note = checked_note(note)?;
        let viewer = self.viewer(caller).await?;
        if !self.store().object_exists(&viewer, id).await? {
            return Err(absent());
        }
        Ok(self.store().item_mark(&caller.principal, id, step, note).await?)
    }

    /// What became of an object that the caller's member contributed.
    ///
    /// # Errors
    /// When the caller's member contributed no such object; whether others did is not told.
    pub async fn item_receipts(&self, caller: &Caller, id: &str) -> Result<ItemReceipts, Error> {
        let own = self.own_receipts(caller)?;
        let spots = self.store().spots(id, own).await?;
        if spots.is_empty() {
            return Err(absent());
        }
        let store = self.store();
        let mut could_see = BTreeSet::new();
        for (member, standing) in store.standings().await? {
            if member != own && spots.iter().any(|spot| standing.sees(member, &spot.audience)) {
                could_see.insert(member);
            }
        }
        let mut received = store.given(&spots).await?;
        received.remove(&own);
        // Somebody may have done the same with another member's copy of it: that is not this contributor's to read.
        let concerned = |member: &MemberId| could_see.contains(member) || received.contains_key(member);
        let mut marks = BTreeMap::new();
        for step in ItemStep::ALL {
            let mut did = store.item_marks(id, step).await?;
            did.retain(|member, _| concerned(member));
            marks.insert(step, did);
        }
        let viewer = self.viewer(caller).await?;
        let seen = store.seen_by(&viewer, id).await?;
        let seen = seen.into_iter().filter(|one| concerned(&one.member));
        let (withheld, shown): (Vec<_>, Vec<_>) = seen.partition(|one| one.withheld);
        let discretion = self.discretion(caller).await?;
        let communities = communities(&spots);
        let all = could_see.union(&received.keys().copied().collect()).count();
        let of = |step: ItemStep, aspect: Aspect| {
            let did = marks.get(&step).cloned().unwrap_or_default();
            discretion.tell(&did, all, &communities, aspect)
        };
        let mut saw: BTreeMap<MemberId, Timestamp> = BTreeMap::new();
        saw.extend(shown.iter().chain(&withheld).map(|one| (one.member, one.first)));
        let mut told = discretion.tell(&saw, all, &communities, |chosen| chosen.saw);
        if !withheld.is_empty() {
            // Who withheld its name when it told of it, is counted whatever it chose otherwise.
            told = discretion.tell(&saw, all, &communities, |chosen| chosen.saw.min(store::Shown::Count));
        }
        Ok(ItemReceipts {
            could_see: discretion.known(could_see.iter().copied()),
            received: discretion.tell(&received, all, &communities, |chosen| chosen.received),
            opened: of(ItemStep::Opened, |chosen| chosen.opened),
            acknowledged: of(ItemStep::Acknowledged, |chosen| chosen.acknowledged),
            acted: of(ItemStep::Acted, |chosen| chosen.acted),
            saw: told,
        })
    }

    /// The numbers of the caller's own member.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn own_numbers(&self, caller: &Caller) -> Result<Numbers, Error> {
        let own = self.own_receipts(caller)?;
        Ok(Numbers {
            items: self.store().own_numbers(own).await?,
            recalls: self.store().recall_numbers(own).await?,
            requests: self.store().request_numbers(own).await?,
        })
    }
}

fn communities(spots: &[Spot]) -> BTreeSet<CommunityId> {
    let each = spots.iter().flat_map(|spot| spot.audience.communities());
    each.copied().collect()
}
