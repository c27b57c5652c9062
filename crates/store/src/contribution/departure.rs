//! What a member has shared, looked up for the member's sake: how much there is and for whom when it goes, and single
//! contributions that are taken back by their place.
//!
//! There is no index by member: storing would pay for it each time. The ledger says in which stretches of the order a
//! member shared something, and only those are read.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Audience, AudienceId, MemberId, Principal};
use stix::Timestamp;

use super::assess::judge_early;
use super::retract::{is_own, take_back_at};
use crate::db::Db;
use crate::value::many;
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

/// Entries of the ledger read together.
const ENTRIES: i64 = 500;
/// Rows taken back in one transaction.
const TAKEN_AT_ONCE: usize = 500;

const SHARED: &str = "select position, body from ledger_entry where member = ?1 and kind = 'shared' and position > ?2 \
                      order by position limit ?3";
const NEWEST_SHARED: &str = "select body from ledger_entry where member = ?1 and kind = 'shared' \
                             order by position desc limit ?2";
const BETWEEN: &str = "select c.added, c.audience from contribution c where c.added >= ?1 and c.added <= ?2 \
                       and c.member = ?3 order by c.added";

/// What one audience was given by a member and still has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedWith {
    /// Who may see it.
    pub audience: Audience,
    /// Where the contributions are.
    pub added: Vec<Timestamp>,
}

/// What the ledger says of one share.
struct Entry {
    audience: String,
    first: Timestamp,
    last: Timestamp,
}

fn entry(body: &str) -> Result<Entry> {
    let damaged = || Error::ours("an entry of the ledger cannot be read").help("run 'commonwatch doctor'");
    let body: serde_json::Value = serde_json::from_str(body).map_err(|error| damaged().because(error))?;
    let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str).ok_or_else(damaged);
    let time = |name: &str| Timestamp::parse(text(name)?).map_err(|error| damaged().because(error));
    Ok(Entry {
        audience: text("audience")?.to_owned(),
        first: time("first_added")?,
        last: time("last_added")?,
    })
}

async fn take_rows(writes: &mut impl Writes, member: MemberId, added: &[Timestamp], reason: &str) -> Result<usize> {
    let mut own = Vec::with_capacity(added.len());
    for place in added {
        if is_own(writes, member, place.micros()).await? {
            own.push(place.micros());
        }
    }
    judge_early(writes, &own).await?;
    let mut taken = 0;
    for place in added {
        taken += take_back_at(writes, member, place.micros(), reason).await?;
    }
    Ok(taken)
}

impl Store {
    /// All that a member contributed and did not take back, by audience. This is for the member itself and for whoever
    /// decides about its leaving: it gives places, and nothing of what is there.
    pub async fn shared_by(&self, member: MemberId) -> Result<Vec<SharedWith>> {
        let mut places: BTreeMap<AudienceId, BTreeSet<i64>> = BTreeMap::new();
        let mut after = -1;
        loop {
            let read = |row: &crate::value::Row| Ok((row.int(0)?, entry(&row.text(1)?)?));
            let values = vec![member.into(), after.into(), ENTRIES.into()];
            let entries = self.list(SHARED, values, read).await?;
            let Some((last, _)) = entries.last() else { break };
            after = *last;
            for (_, entry) in entries {
                let values = vec![entry.first.into(), entry.last.into(), member.into()];
                for row in self.rows(BETWEEN, values).await? {
                    // Shares of one transfer for several audiences lie between each other.
                    places.entry(AudienceId(row.int(1)?)).or_default().insert(row.int(0)?);
                }
            }
        }
        let mut shared = Vec::with_capacity(places.len());
        for (audience, added) in places {
            shared.push(SharedWith {
                audience: self.audience(audience).await?,
                added: added.into_iter().map(Timestamp::from_micros).collect(),
            });
        }
        Ok(shared)
    }

    /// For whom a member shared last, the newest first: one audience for each entry that the ledger has of it.
    pub async fn shared_last(&self, member: MemberId, limit: usize) -> Result<Vec<Audience>> {
        let limit = many(limit);
        let bodies = self
            .list(NEWEST_SHARED, vec![member.into(), limit.into()], |row| row.text(0))
            .await?;
        let (_, audiences) = self.audiences().await?;
        let mut shared = Vec::with_capacity(bodies.len());
        for body in bodies {
            let key = entry(&body)?.audience;
            shared.extend(
                audiences
                    .iter()
                    .find(|(_, audience)| audience.key() == key)
                    .map(|(_, audience)| audience.clone()),
            );
        }
        Ok(shared)
    }

    /// Takes back single contributions of the actor's member, by their places: erased, with a tombstone and a ledger entry
    /// each. What is not there, or not of that member, is passed over. Gives how many went.
    pub async fn retract_places(&self, actor: &Principal, added: &[Timestamp], reason: &str) -> Result<usize> {
        let Some(member) = actor.member else { return Ok(0) };
        if let Some(last) = added.iter().max() {
            self.judge_before_erasing(last.micros()).await?;
        }
        let mut taken = 0;
        for part in added.chunks(TAKEN_AT_ONCE) {
            let (part, reason) = (part.to_vec(), reason.to_owned());
            taken += writing!(self, true, |writes| take_rows(writes, member, &part, &reason))?;
        }
        Ok(taken)
    }
}
