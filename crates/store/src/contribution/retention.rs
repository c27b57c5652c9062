//! What a community may keep no longer: withdrawn from it, by when it was added, whoever contributed it.

use std::collections::BTreeMap;

use policy::{AudienceId, CommunityId, MemberId};
use serde_json::json;
use stix::Timestamp;

use super::assess::judge_early;
use super::recall::{Fate, copy, elsewhere};
use super::retract::{Own, take_back};
use crate::db::Db;
use crate::record::NewEntry;
use crate::value::many;
use crate::writes::{Writes, writing};
use crate::{Result, Store};

const OLD: &str = "select c.added, c.version, c.version_text, c.audience, c.type, c.spec_version, c.digest, c.object, \
                   a.terms, o.id, c.member from contribution c join object o on o.number = c.object \
                   join audience a on a.id = c.audience where c.audience = ?1 and c.added < ?2 order by c.added limit ?3";
/// Objects that one entry of the ledger names.
const NAMED: usize = 200;

async fn withdraw(
    writes: &mut impl Writes,
    community: CommunityId,
    audience: AudienceId,
    before: Timestamp,
    limit: i64,
) -> Result<usize> {
    let rows = writes
        .rows(OLD, vec![audience.into(), before.into(), limit.into()])
        .await?;
    let added: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
    judge_early(writes, &added).await?;
    let mut went: BTreeMap<MemberId, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let (own, id, member) = (Own::read(row)?, row.text(9)?, MemberId(row.int(10)?));
        if let Fate::StaysFor(others) = elsewhere(&own.terms, Some(community))? {
            copy(writes, &own, member, &others).await?;
        }
        take_back(writes, &own).await?;
        went.entry(member).or_default().push(id);
    }
    let mut entries = Vec::new();
    for (member, ids) in went {
        for part in ids.chunks(NAMED) {
            let body = json!({
                "community": community.0, "before": before.to_micros_text(), "count": part.len(), "objects": part,
            });
            entries.push(NewEntry {
                kind: "retention".to_owned(),
                member: Some(member),
                body: body.to_string(),
            });
        }
    }
    if !entries.is_empty() {
        writes.append(&entries).await?;
    }
    Ok(rows.len())
}

impl Store {
    /// Withdraws from a community what was added before an instant, at most so many contributions: erased there with a
    /// tombstone, kept for the other communities that they were addressed to, with an entry of the ledger for each member
    /// that contributed some. Gives how many went.
    pub async fn retention_withdraw(&self, community: CommunityId, before: Timestamp, limit: usize) -> Result<usize> {
        let (_, audiences) = self.audiences().await?;
        let mut went = 0;
        for (id, audience) in audiences.iter() {
            if went >= limit {
                break;
            }
            if !audience.communities().contains(&community) {
                continue;
            }
            let (id, left) = (*id, many(limit - went));
            let any = self.rows(OLD, vec![id.into(), before.into(), 1.into()]).await?;
            if !any.is_empty() {
                went += writing!(self, true, |writes| withdraw(writes, community, id, before, left))?;
            }
        }
        Ok(went)
    }
}
