//! Changes of where a member stands, with all that ends at the same moment.

use policy::{MemberId, MemberState, Principal};

use super::{technology, told};
use crate::db::{Along, Change};
use crate::{Result, Store};

/// What a change of state touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// People who can no longer sign in, or can again.
    pub people: usize,
    /// Keys and certificates that no longer let in, or do again.
    pub keys: usize,
    /// Subscriptions in its name that were switched off.
    pub subscriptions: usize,
    /// Peers of it that were switched off.
    pub peers: usize,
    /// Shares of it that waited for a moderator and were refused.
    pub waiting: usize,
    /// Communities it is no longer in.
    pub communities: usize,
}

const PUT: &str = "update member set state = ?1 where id = ?2 and state = ?3 returning id";
const PEOPLE: &str = "select id from person where member = ?1 and active = 1";
const KEYS: &str = "select c.id from credential c join person p on p.id = c.person \
                    where p.member = ?1 and c.revoked is null";
const SUBSCRIPTIONS: &str = "update subscription set enabled = 0 where member = ?1 and enabled = 1 returning id";
const PEERS: &str = "update peer set enabled = 0 where member = ?1 and enabled = 1 returning id";
const WAITING: &str = "update moderation set state = 'refused', reason = ?1, decided = ?2 \
                       where member = ?3 and state = 'waiting' returning id";
const REVOKE: &str = "update credential set revoked = ?1 where revoked is null \
                      and person in (select id from person where member = ?2)";
const OUT: &str = "delete from membership where member = ?1 returning community";
const DELEGATIONS: &str = "delete from delegation where member = ?1 or delegate = ?1";
const OFFERS: &str = "delete from handover where member = ?1";

impl Store {
    /// Moves a member from one state to another; not found where it is not in the first. Where it no longer acts, its
    /// subscriptions and peers are switched off and what waits for moderators is refused; where it has left, its keys
    /// are revoked, it is in no community any more, and what it runs is forgotten. All of it is one transaction, with what goes along.
    pub async fn member_state_put(
        &self,
        actor: &Principal,
        member: MemberId,
        from: MemberState,
        to: MemberState,
        reason: &str,
        along: Along,
    ) -> Result<Touched> {
        let now = self.now();
        let row = vec![to.as_str().into(), member.into(), from.as_str().into()];
        let mut change = Change::new()
            .must(PUT, row, "there is no such member in that state")
            .with(PEOPLE, vec![member.into()])
            .with(KEYS, vec![member.into()]);
        if !to.acts() {
            let why = format!("its member is now {}", to.as_str());
            change = change
                .with(SUBSCRIPTIONS, vec![member.into()])
                .with(PEERS, vec![member.into()])
                .with(WAITING, vec![why.into(), now.into(), member.into()]);
        }
        if to == MemberState::Left {
            change = change
                .with(OUT, vec![member.into()])
                .with(REVOKE, vec![now.into(), member.into()])
                .with(DELEGATIONS, vec![member.into()])
                .with(OFFERS, vec![member.into()])
                .with(technology::REMOVE, vec![member.into()]);
        }
        let subject = serde_json::json!({
            "member": member.0, "from": from.as_str(), "to": to.as_str(), "reason": reason,
        });
        let entry = told(actor, member, "member state", subject);
        let rows = self.change(change.entry(entry).policy().and(along.0)).await?;
        let count = |statement: usize| rows.get(statement).map_or(0, Vec::len);
        Ok(Touched {
            people: count(1),
            keys: count(2),
            subscriptions: count(3),
            peers: count(4),
            waiting: count(5),
            communities: count(6),
        })
    }
}
