//! Who is accountable for a community, handed over by consent; and who shares in whose name.

use policy::{CommunityId, MemberId, PersonId, Principal};
use stix::Timestamp;

use crate::account::rule_changed;
use crate::db::Change;
use crate::membership::told;
use crate::value::{Row, many};
use crate::{Result, Store};

/// An offer to be accountable for a community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Which.
    pub community: CommunityId,
    /// To whom it is offered.
    pub member: MemberId,
    /// Who offers it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
}

/// That a member asked another to share in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// In whose name.
    pub member: MemberId,
    /// Who shares.
    pub delegate: MemberId,
    /// Who asked for it.
    pub person: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
}

const OFFER: &str = "insert into handover (community, member, by_member, by_person, at) values (?1, ?2, ?3, ?4, ?5) \
                     on conflict (community) do update set member = excluded.member, by_member = excluded.by_member, \
                     by_person = excluded.by_person, at = excluded.at";
const OFFERS_PAGE: &str = "select community, member, by_member, at from handover where community > ?1 \
                           and (member = ?2 or by_member = ?2) order by community limit ?3";
const DELEGATIONS_PAGE: &str = "select member, delegate, person, since from delegation \
                                where (member = ?1 or delegate = ?1) and (member > ?2 or (member = ?2 and delegate > ?3)) \
                                order by member, delegate limit ?4";
const OFFERS: &str = "select community, member, by_member, at from handover order by community";
const TAKE: &str = "delete from handover where community = ?1 and member = ?2 returning community";
const OWN: &str = "update community set owner = ?1 where id = ?2 returning id";
const COORDINATE: &str = "insert into membership (community, member, contributes, coordinates, since) \
                          values (?1, ?2, 1, 1, ?3) on conflict (community, member) do update \
                          set contributes = 1, coordinates = 1";

const DELEGATE: &str = "insert into delegation (member, delegate, person, since) values (?1, ?2, ?3, ?4) \
                        on conflict (member, delegate) do nothing";
const END: &str = "delete from delegation where member = ?1 and delegate = ?2 returning member";
const DELEGATIONS: &str = "select member, delegate, person, since from delegation \
                           where member = ?1 or delegate = ?1 order by member, delegate";

fn handover(row: &Row) -> Result<Handover> {
    Ok(Handover {
        community: CommunityId(row.int(0)?),
        member: MemberId(row.int(1)?),
        by: MemberId(row.int(2)?),
        at: row.time(3)?,
    })
}

fn delegation(row: &Row) -> Result<Delegation> {
    Ok(Delegation {
        member: MemberId(row.int(0)?),
        delegate: MemberId(row.int(1)?),
        person: row.maybe_int(2)?.map(PersonId),
        since: row.time(3)?,
    })
}

impl Store {
    /// Offers a community to another member, in place of an earlier offer.
    pub async fn handover_offer(
        &self,
        actor: &Principal,
        community: CommunityId,
        by: MemberId,
        to: MemberId,
    ) -> Result<()> {
        let row = vec![
            community.into(),
            to.into(),
            by.into(),
            actor.person.into(),
            self.now().into(),
        ];
        let subject = serde_json::json!({ "community": community.0, "from": by.0, "to": to.0 });
        let change = Change::new().with(OFFER, row);
        let change = change.entry(rule_changed(actor, "community offered", subject.clone()));
        self.change(change.entry(told(actor, to, "community offered", subject)))
            .await
            .map(drop)
    }

    /// Takes a community over: the member is its owner and coordinates it; the owner before stays in it. Not found where
    /// it was not offered to this member.
    pub async fn handover_accept(&self, actor: &Principal, community: CommunityId, member: MemberId) -> Result<()> {
        let missing = "this community is not offered to you";
        let change = Change::new()
            .must(TAKE, vec![community.into(), member.into()], missing)
            .must(OWN, vec![member.into(), community.into()], missing)
            .with(COORDINATE, vec![community.into(), member.into(), self.now().into()]);
        let subject = serde_json::json!({ "community": community.0, "owner": member.0 });
        let entry = rule_changed(actor, "community taken over", subject);
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// The offers that wait for an answer.
    pub async fn handover_list(&self) -> Result<Vec<Handover>> {
        self.list(OFFERS, Vec::new(), handover).await
    }

    /// The offers that a member made or got, by community, strictly after one.
    pub async fn handover_page(&self, member: MemberId, after: i64, limit: usize) -> Result<Vec<Handover>> {
        self.list(
            OFFERS_PAGE,
            vec![after.into(), member.into(), many(limit).into()],
            handover,
        )
        .await
    }

    /// Who shares in the name of a member, and in whose names it does, strictly after a pair.
    pub async fn delegation_page(&self, member: MemberId, after: (i64, i64), limit: usize) -> Result<Vec<Delegation>> {
        let values = vec![member.into(), after.0.into(), after.1.into(), many(limit).into()];
        self.list(DELEGATIONS_PAGE, values, delegation).await
    }

    /// Lets another member share in this one's name, until it is ended.
    pub async fn delegation_put(&self, actor: &Principal, member: MemberId, delegate: MemberId) -> Result<()> {
        let row = vec![member.into(), delegate.into(), actor.person.into(), self.now().into()];
        let subject = serde_json::json!({ "member": member.0, "delegate": delegate.0 });
        let change = Change::new().with(DELEGATE, row);
        let change = change.entry(told(actor, member, "asked to be spoken for", subject.clone()));
        self.change(change.entry(told(actor, delegate, "asked to speak for another", subject)))
            .await
            .map(drop)
    }

    /// Ends that; what was shared stays shared.
    pub async fn delegation_end(&self, actor: &Principal, member: MemberId, delegate: MemberId) -> Result<()> {
        let row = vec![member.into(), delegate.into()];
        let change = Change::new().must(END, row, "that member does not share in the name of this one");
        let subject = serde_json::json!({ "member": member.0, "delegate": delegate.0 });
        let entry = told(actor, member, "no longer spoken for", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Who shares in a member's name, and in whose names it shares.
    pub async fn delegation_list(&self, member: MemberId) -> Result<Vec<Delegation>> {
        self.list(DELEGATIONS, vec![member.into()], delegation).await
    }
}
