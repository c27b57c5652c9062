//! Folding entries of the ledger into the numbers, counting everything again, and comparing.

use std::collections::{BTreeMap, BTreeSet};

use policy::{CommunityId, MemberId};
use serde::Deserialize;
use serde_json::Value as Json;
use stix::Timestamp;

use super::{Measure, Score, WHOLE, month};
use crate::db::Db;
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Result, Store};

const FOLDED: &str = "select folded from score_head";
const MOVE: &str = "update score_head set folded = ?1 where folded = ?2 returning id";
const ENTRIES: &str =
    "select position, at, member, body from ledger_entry where position >= ?1 order by position limit ?2";
const ADD_OWN: &str = "insert into score_own (member, community, month, measure, bucket, count) \
                       values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (member, community, month, measure, bucket) \
                       do update set count = score_own.count + excluded.count";
const ADD_TOTAL: &str = "insert into score_total (community, month, measure, bucket, count) values (?1, ?2, ?3, ?4, ?5) \
                         on conflict (community, month, measure, bucket) \
                         do update set count = score_total.count + excluded.count";
const ADD_SHARE: &str = "insert into score_share (community, month, measure, member, count) values (?1, ?2, ?3, ?4, ?5) \
                         on conflict (community, month, measure, member) \
                         do update set count = score_share.count + excluded.count";
const OWN: &str = "select member, community, month, measure, bucket, count from score_own";
const TOTAL: &str = "select community, month, measure, bucket, count from score_total";
const SHARE: &str = "select community, month, measure, member, count from score_share";
const CLEAR: [&str; 3] = [
    "delete from score_own",
    "delete from score_total",
    "delete from score_share",
];
/// Entries that are counted together when everything is counted again.
const PAGE: usize = 5_000;

type OwnKey = (MemberId, CommunityId, String, Measure, u16);
type TotalKey = (CommunityId, String, Measure, u16);
type ShareKey = (CommunityId, String, Measure, MemberId);

/// Numbers as they come from entries. Pure: whoever holds entries counts with it, here or offline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    own: BTreeMap<OwnKey, u64>,
    total: BTreeMap<TotalKey, u64>,
    share: BTreeMap<ShareKey, u64>,
}

/// What of an entry's body is counted.
#[derive(Deserialize)]
struct Scored {
    month: Option<String>,
    score: Option<Json>,
}

impl Tally {
    /// Counts an entry of a member; one without a score adds nothing.
    pub fn add(&mut self, member: MemberId, at: Timestamp, body: &str) {
        // Most entries have none: they are not read for it.
        if !body.contains("\"score\"") {
            return;
        }
        let Ok(Scored {
            month: named,
            score: Some(score),
        }) = serde_json::from_str::<Scored>(body)
        else {
            return;
        };
        let month = named.unwrap_or_else(|| month(at));
        for (community, measure, bucket, count) in Score::of_json(&score).cells() {
            let own = (member, community, month.clone(), measure, bucket);
            let total = (community, month.clone(), measure, bucket);
            let share = (community, month.clone(), measure, member);
            *self.own.entry(own).or_default() += count;
            *self.total.entry(total).or_default() += count;
            *self.share.entry(share).or_default() += count;
        }
    }

    /// Member, community, month, measure, bucket, how many.
    pub fn cells(&self) -> impl Iterator<Item = (&OwnKey, u64)> {
        self.own.iter().map(|(key, count)| (key, *count))
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The months in which the numbers of the whole partnership are not those of another.
    fn months_unlike(&self, other: &Self) -> BTreeSet<String> {
        let unlike = |one: &Self, other: &Self| {
            let own = one.own.iter().filter(|(key, count)| other.own.get(*key) != Some(count));
            let total = one
                .total
                .iter()
                .filter(|(key, count)| other.total.get(*key) != Some(count));
            let share = one
                .share
                .iter()
                .filter(|(key, count)| other.share.get(*key) != Some(count));
            let own = own.map(|((_, community, month, ..), _)| (*community, month.clone()));
            let total = total.map(|((community, month, ..), _)| (*community, month.clone()));
            let share = share.map(|((community, month, ..), _)| (*community, month.clone()));
            let all = own.chain(total).chain(share);
            all.filter(|(community, _)| *community == WHOLE)
                .map(|(_, month)| month)
                .collect()
        };
        let mut months: BTreeSet<String> = unlike(self, other);
        months.extend::<BTreeSet<String>>(unlike(other, self));
        months
    }

    /// How many rows it is at the most.
    fn rows(&self) -> usize {
        self.own.len() + self.total.len() + self.share.len()
    }

    async fn put(&self, writes: &mut impl Writes) -> Result<()> {
        for ((member, community, month, measure, bucket), count) in &self.own {
            let row = vec![
                (*member).into(),
                (*community).into(),
                month.into(),
                measure.as_str().into(),
                i64::from(*bucket).into(),
                number(*count).into(),
            ];
            writes.rows(ADD_OWN, row).await?;
        }
        for ((community, month, measure, bucket), count) in &self.total {
            let row = vec![
                (*community).into(),
                month.into(),
                measure.as_str().into(),
                i64::from(*bucket).into(),
                number(*count).into(),
            ];
            writes.rows(ADD_TOTAL, row).await?;
        }
        for ((community, month, measure, member), count) in &self.share {
            let row = vec![
                (*community).into(),
                month.into(),
                measure.as_str().into(),
                (*member).into(),
                number(*count).into(),
            ];
            writes.rows(ADD_SHARE, row).await?;
        }
        Ok(())
    }
}

/// A number that is not what the ledger says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreDifference {
    /// Of which table and place, for a person who looks into it.
    pub place: String,
    /// What the ledger says.
    pub counted: u64,
    /// What is stored.
    pub stored: u64,
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn stored(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// What two tables of the same kind differ in.
fn differ<K: Ord + std::fmt::Debug>(
    name: &str,
    counted: &BTreeMap<K, u64>,
    stored: &BTreeMap<K, u64>,
    differences: &mut Vec<ScoreDifference>,
) {
    let mut note = |key: &K, counted: u64, stored: u64| {
        if counted != stored {
            let place = format!("{name} {key:?}");
            differences.push(ScoreDifference { place, counted, stored });
        }
    };
    for (key, count) in counted {
        note(key, *count, stored.get(key).copied().unwrap_or_default());
    }
    for (key, count) in stored.iter().filter(|(key, _)| !counted.contains_key(key)) {
        note(key, 0, *count);
    }
}

struct Line {
    position: i64,
    at: Timestamp,
    member: Option<MemberId>,
    body: String,
}

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        position: row.int(0)?,
        at: row.time(1)?,
        member: row.maybe_int(2)?.map(MemberId),
        body: row.text(3)?,
    })
}

fn bucket(row: &Row, column: usize) -> Result<u16> {
    Ok(u16::try_from(row.int(column)?).unwrap_or(u16::MAX))
}

async fn put(writes: &mut impl Writes, from: i64, to: i64, tally: &Tally) -> Result<bool> {
    // Somebody else was quicker: what they folded is folded.
    if writes.rows(MOVE, vec![to.into(), from.into()]).await?.is_empty() {
        return Ok(false);
    }
    tally.put(writes).await?;
    Ok(true)
}

async fn rebuild(writes: &mut impl Writes, from: i64, to: i64, tally: &Tally) -> Result<bool> {
    if writes.rows(MOVE, vec![to.into(), from.into()]).await?.is_empty() {
        return Ok(false);
    }
    for clear in CLEAR {
        writes.rows(clear, Vec::new()).await?;
    }
    tally.put(writes).await?;
    Ok(true)
}

impl Store {
    async fn folded(&self) -> Result<i64> {
        let folded = self.row(FOLDED, Vec::new(), |row| row.int(0)).await?;
        Ok(folded.unwrap_or_default())
    }

    /// Counts entries from a place on, up to `limit`, and says where the next one begins.
    async fn counted(&self, tally: &mut Tally, from: i64, limit: usize) -> Result<i64> {
        let mut next = from;
        for line in self.list(ENTRIES, vec![from.into(), many(limit).into()], line).await? {
            next = line.position + 1;
            if let Some(member) = line.member {
                tally.add(member, line.at, &line.body);
            }
        }
        Ok(next)
    }

    /// Folds up to `limit` entries of the ledger into the numbers; gives how many it was, nought: nothing is left.
    pub async fn score_fold(&self, limit: usize) -> Result<usize> {
        let from = self.folded().await?;
        let mut tally = Tally::default();
        let next = self.counted(&mut tally, from, limit).await?;
        if next == from {
            return Ok(0);
        }
        let rows = tally.rows();
        let done = writing!(self, false, many = rows, |writes| put(writes, from, next, &tally))?;
        let many = usize::try_from(next - from).unwrap_or(usize::MAX);
        Ok(if done { many } else { 0 })
    }

    /// Counts the whole ledger again and compares; what differs is for an alarm, and nothing is changed.
    pub async fn score_check(&self) -> Result<Vec<ScoreDifference>> {
        let (mut tally, mut next) = (Tally::default(), 0);
        loop {
            let folded = self.folded().await?;
            while next < folded {
                let left = usize::try_from(folded - next).unwrap_or(PAGE);
                let after = self.counted(&mut tally, next, left.min(PAGE)).await?;
                if after == next {
                    break;
                }
                next = after;
            }
            let kept = self.stored_tally().await?;
            // What was folded while the tables were read may be in some of them: look again.
            if self.folded().await? != folded {
                continue;
            }
            let mut differences = Vec::new();
            differ("own", &tally.own, &kept.own, &mut differences);
            differ("total", &tally.total, &kept.total, &mut differences);
            differ("share", &tally.share, &kept.share, &mut differences);
            return Ok(differences);
        }
    }

    /// Puts what the ledger says in place of the stored numbers. Gives the months in which those of the whole partnership
    /// were others; nothing where it was not done, because somebody folded at the same time.
    pub async fn score_rebuild(&self) -> Result<Option<BTreeSet<String>>> {
        let from = self.folded().await?;
        let (mut tally, mut next) = (Tally::default(), 0);
        while next < from {
            let left = usize::try_from(from - next).unwrap_or(PAGE);
            let after = self.counted(&mut tally, next, left.min(PAGE)).await?;
            if after == next {
                break;
            }
            next = after;
        }
        let wrong = tally.months_unlike(&self.stored_tally().await?);
        loop {
            let after = self.counted(&mut tally, next, PAGE).await?;
            if after == next {
                break;
            }
            next = after;
        }
        let rows = tally.rows();
        let done = writing!(self, false, many = rows, |writes| rebuild(writes, from, next, &tally))?;
        Ok(done.then_some(wrong))
    }

    async fn stored_tally(&self) -> Result<Tally> {
        let mut tally = Tally::default();
        for row in self.rows(OWN, Vec::new()).await? {
            let (member, community) = (MemberId(row.int(0)?), CommunityId(row.int(1)?));
            let measure = row.word(3, Measure::parse)?;
            let key = (member, community, row.text(2)?, measure, bucket(&row, 4)?);
            tally.own.insert(key, stored(row.int(5)?));
        }
        for row in self.rows(TOTAL, Vec::new()).await? {
            let measure = row.word(2, Measure::parse)?;
            let key = (CommunityId(row.int(0)?), row.text(1)?, measure, bucket(&row, 3)?);
            tally.total.insert(key, stored(row.int(4)?));
        }
        for row in self.rows(SHARE, Vec::new()).await? {
            let measure = row.word(2, Measure::parse)?;
            let key = (CommunityId(row.int(0)?), row.text(1)?, measure, MemberId(row.int(3)?));
            tally.share.insert(key, stored(row.int(4)?));
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_in_the_month_it_names_or_in_its_own() {
        let at = Timestamp::parse("2026-11-30T10:00:00Z").unwrap();
        let mut tally = Tally::default();
        tally.add(MemberId(1), at, r#"{"score":{"0":{"shared":{"0":2}}}}"#);
        tally.add(
            MemberId(1),
            at,
            r#"{"month":"2026-10","score":{"0":{"shared":{"0":3}}}}"#,
        );
        tally.add(MemberId(2), at, r#"{"score":{"0":{"shared":{"0":1}}}}"#);
        tally.add(MemberId(2), at, r#"{"object":"x"}"#);
        let cells: Vec<_> = tally
            .cells()
            .map(|(key, count)| (key.0.0, key.2.clone(), count))
            .collect();
        let of = |month: &str| month.to_owned();
        assert_eq!(
            cells,
            [(1, of("2026-10"), 3), (1, of("2026-11"), 2), (2, of("2026-11"), 1)]
        );
        let november = (WHOLE_KEY, of("2026-11"), Measure::Shared, 0);
        assert_eq!(tally.total[&november], 3);
    }

    const WHOLE_KEY: CommunityId = WHOLE;

    #[test]
    fn a_difference_says_where_it_is() {
        let one: BTreeMap<u8, u64> = BTreeMap::from([(1, 5), (2, 1)]);
        let other: BTreeMap<u8, u64> = BTreeMap::from([(1, 4), (3, 7)]);
        let mut differences = Vec::new();
        differ("t", &one, &other, &mut differences);
        let told: Vec<_> = differences
            .iter()
            .map(|one| (&*one.place, one.counted, one.stored))
            .collect();
        assert_eq!(told, [("t 1", 5, 4), ("t 2", 1, 0), ("t 3", 0, 7)]);
    }
}
