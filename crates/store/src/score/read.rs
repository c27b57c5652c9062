//! Reading the numbers, and what members say of their live watch.

use policy::{CommunityId, MemberId, Principal};
use serde_json::json;
use stix::Timestamp;

use super::{LogFamily, Measure, WHOLE};
use crate::db::Db;
use crate::record::NewEntry;
use crate::value::Row;
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

/// A community over a stretch of months, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreSpan {
    /// Which; [`WHOLE`] for the partnership.
    pub community: CommunityId,
    /// The first month, as in `2026-01`.
    pub from: String,
    /// The last one.
    pub to: String,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreCell {
    /// In which month.
    pub month: String,
    /// Of what.
    pub measure: Measure,
    /// In which bucket.
    pub bucket: u16,
    /// How many.
    pub count: u64,
}

/// How much of a number is one member's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCount {
    /// In which month.
    pub month: String,
    /// Of what.
    pub measure: Measure,
    /// Whose.
    pub member: MemberId,
    /// How many.
    pub count: u64,
}

const OWN: &str = "select month, measure, bucket, count from score_own where member = ?1 and community = ?2 \
                   and month >= ?3 and month <= ?4 order by month, measure, bucket";
const TOTAL: &str = "select month, measure, bucket, count from score_total where community = ?1 \
                     and month >= ?2 and month <= ?3 order by month, measure, bucket";
const SHARE: &str = "select month, measure, member, count from score_share where community = ?1 \
                     and month >= ?2 and month <= ?3 order by month, measure, member";
const FAMILIES: &str = "select o.member, o.bucket from score_share s join score_own o on o.member = s.member \
                        and o.community = s.community and o.month = s.month and o.measure = s.measure \
                        where s.community = ?1 and s.month = ?2 and s.measure = 'log-family'";
const WATCHED_UPTO: &str = "select upto from watching where member = ?1";
const PUT_WATCHED_UPTO: &str = "insert into watching (member, upto) values (?1, ?2) \
                                on conflict (member) do update set upto = excluded.upto";
const OVERDUE: &str = "select count(*) from commitment where owed_by = ?1 and settled is null and due < ?2";

fn cell(row: &Row) -> Result<ScoreCell> {
    Ok(ScoreCell {
        month: row.text(0)?,
        measure: row.word(1, Measure::parse)?,
        bucket: u16::try_from(row.int(2)?).unwrap_or(u16::MAX),
        count: u64::try_from(row.int(3)?).unwrap_or_default(),
    })
}

async fn watching_put(
    writes: &mut impl Writes,
    member: MemberId,
    communities: &[CommunityId],
    upto: Timestamp,
    families: &[LogFamily],
) -> Result<u64> {
    let now = writes.now();
    let before = writes.rows(WATCHED_UPTO, vec![member.into()]).await?;
    let before = before.first().map(|row| row.time(0)).transpose()?;
    // The first time nothing is measured: what was there before the watch did not wait for it.
    let after = before.map_or(upto, |before| before.min(upto));
    let ages = crate::contribution::watch_ages(writes, member, (after, upto), now).await?;
    let mut score = ages.score;
    for community in communities.iter().copied().chain([WHOLE]) {
        score.count(community, Measure::Live, 1);
        for family in families {
            score.family(community, *family);
        }
    }
    let names: Vec<String> = families.iter().map(|family| family.as_str().to_owned()).collect();
    let upto = before.map_or(upto, |before| before.max(upto));
    writes.rows(PUT_WATCHED_UPTO, vec![member.into(), upto.into()]).await?;
    let mut body = json!({
        "after": after.to_micros_text(), "upto": upto.to_micros_text(), "families": names,
        "indicators": ages.indicators,
    });
    score.put_into(&mut body);
    let entry = NewEntry {
        kind: "watching".to_owned(),
        member: Some(member),
        body: body.to_string(),
    };
    writes.append(&[entry]).await?;
    Ok(ages.indicators)
}

impl Store {
    /// A member's own numbers.
    pub async fn score_own(&self, member: MemberId, span: &ScoreSpan) -> Result<Vec<ScoreCell>> {
        let values = vec![
            member.into(),
            span.community.into(),
            (&span.from).into(),
            (&span.to).into(),
        ];
        self.list(OWN, values, cell).await
    }

    /// The numbers of all members together. Who may read them, and which, is the caller's question.
    pub async fn score_total(&self, span: &ScoreSpan) -> Result<Vec<ScoreCell>> {
        let values = vec![span.community.into(), (&span.from).into(), (&span.to).into()];
        self.list(TOTAL, values, cell).await
    }

    /// How much of them is whose, to tell nothing about few.
    pub async fn score_shares(&self, span: &ScoreSpan) -> Result<Vec<MemberCount>> {
        let values = vec![span.community.into(), (&span.from).into(), (&span.to).into()];
        let of = |row: &Row| {
            Ok(MemberCount {
                month: row.text(0)?,
                measure: row.word(1, Measure::parse)?,
                member: MemberId(row.int(2)?),
                count: u64::try_from(row.int(3)?).unwrap_or_default(),
            })
        };
        self.list(SHARE, values, of).await
    }

    /// Which members said in a month that they read which kinds of logs.
    pub async fn score_families(&self, community: CommunityId, month: &str) -> Result<Vec<(MemberId, LogFamily)>> {
        let rows = self.rows(FAMILIES, vec![community.into(), month.into()]).await?;
        let mut families = Vec::with_capacity(rows.len());
        for row in rows {
            let code = u16::try_from(row.int(1)?).unwrap_or(u16::MAX);
            let member = MemberId(row.int(0)?);
            families.extend(LogFamily::of_code(code).map(|family| (member, family)));
        }
        Ok(families)
    }

    /// Notes that a member's watch has everything in force that was added up to a place, and what it reads. Gives how many
    /// indicators are new in it.
    pub async fn watching_put(&self, actor: &Principal, upto: Timestamp, families: &[LogFamily]) -> Result<u64> {
        let Some(member) = actor.member else {
            return Err(Error::not_found("only a member has a watch"));
        };
        let communities: Vec<CommunityId> = actor.communities.iter().copied().collect();
        let families = families.to_vec();
        writing!(self, false, |writes| watching_put(
            writes,
            member,
            &communities,
            upto,
            &families
        ))
    }

    /// How many commitments of a member are open and overdue.
    pub async fn commitments_overdue(&self, member: MemberId, now: Timestamp) -> Result<u64> {
        let values = vec![member.into(), now.into()];
        let count = self.row(OVERDUE, values, |row| row.int(0)).await?;
        Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
    }
}
