//! Reads rows as a viewer may: each number once, the last version of it that they see.
//!
//! What a viewer sees is read in one run for each of their audiences and merged, so that a page costs what it holds,
//! however much lies between that is not for them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::LazyLock;

use policy::{AudienceId, MemberId, Viewer};

use super::put::value_hash;
use super::{MispKind, MispOwner, MispRow, of_numbers};
use crate::listed::Listed;
use crate::value::{Row, Value, many};
use crate::{Error, Result, Store};

macro_rules! rows {
    ($where:literal) => {
        concat!(
            "select number, added, kind, id, member, audience, version, several, event, parent, type, category, flags, ",
            "changed, value, tags from misp_row where ",
            $where
        )
    };
}

const ALL: &str = rows!("audience = ?1 and kind = ?2 and id > ?3 order by id limit ?4");
/// The same without what a sieve keeps back. A row of which there are several versions is never kept back: which of them is
/// meant is known only afterwards.
const SIEVED: &str = rows!(
    "audience = ?1 and kind = ?2 and id > ?3 and (several = 1 or (flags & ?5 = ?6 \
     and (?7 = '' or ?7 like '%,' || lower(type) || ',%') \
     and (?8 = '' or lower(value) like ?8 or type like '%|%' or type = 'malware-sample'))) order by id limit ?4"
);
const OF_EVENT: &str = rows!("event = ?1 and kind = ?2 and id > ?3 order by id limit ?4");
const OF_PARENT: &str = rows!("parent = ?1 and kind = ?2 and id > ?3 and parent <> 0 order by id limit ?4");
const OF_VALUE1: &str = rows!("value1 = ?1 and kind = ?2 and id > ?3 and value1 <> 0 order by id limit ?4");
const OF_VALUE2: &str = rows!("value2 = ?1 and kind = ?2 and id > ?3 and value2 <> 0 order by id limit ?4");
const OF_ID: &str = rows!("kind = ?1 and id = ?2");
const SETTLED: &str = "select id from misp_settled where kind = ?1";
const CHANGED: &str = "select id, audience from misp_row where kind = ?1 and changed >= ?2 limit ?3";
const CHANGED_COUNT: &str =
    "select count(*) from (select 1 from misp_row where kind = ?1 and changed >= ?2 limit ?3) few";
/// The same in the order of their numbers; the sum keeps databases from gathering and sorting all that has changed.
const CHANGED_ON: &str = "select id, audience from misp_row where kind = ?1 and changed + 0 >= ?2 and id > ?3 \
                          order by id limit ?4";

/// How many attributes of an event each audience has, of those that are there once.
const COUNT: &str = "select audience, count(*) from misp_row where event = ?1 and kind = 1 and flags < 2 and several = 0 \
                     and (member = ?2 or member = -?2) group by audience";
/// Of those that are there several times one counts, the best.
const COUNTED: &str = rows!("event = ?1 and kind = 1 and several = 1");
/// Events with attributes of the same value. Types whose equal values connect nothing are left out, and so are values and
/// attributes of which somebody said so; `?3` has the viewer's audiences between commas, so that what others see takes no
/// place of what the viewer does.
const RELATED: &str = "select distinct b.event from misp_row a \
                       join misp_row b on b.value1 = a.value1 and b.value1 <> 0 where a.event = ?1 and a.kind = 1 \
                       and a.value1 <> 0 and a.flags < 2 and b.kind = 1 and b.flags < 2 and b.event <> ?1 and b.event <> 0 \
                       and a.type not in ('text', 'comment', 'other', 'boolean', 'counter', 'float', 'port', 'datetime', \
                       'size-in-bytes', 'mime-type', 'attachment', 'yara', 'sigma', 'snort', 'zeek') \
                       and ?3 like '%,' || a.audience || ',%' and ?3 like '%,' || b.audience || ',%' \
                       and not exists (select 1 from misp_exclusion x where lower(a.value) like x.pattern escape '!' \
                       or a.type like '%|%' and lower(a.value) like x.pattern || '|%' escape '!') \
                       and not exists (select 1 from misp_body s where s.number in (a.number, b.number) \
                       and (s.body like '%\"disable_correlation\":true%' or s.body like '%\"disable_correlation\":\"1\"%')) \
                       limit ?2";
/// Events that one is related to, at the most.
const RELATED_MOST: i64 = 2_000;

static OF_IDS: LazyLock<Listed> = LazyLock::new(|| Listed::new(rows!("kind = ?1 and id in ??"), 1));
static SEVERAL: LazyLock<Listed> = LazyLock::new(|| Listed::new(rows!("kind = ?1 and several = 1 and id in ??"), 1));
static BODIES: LazyLock<Listed> = LazyLock::new(|| {
    let sql = "select b.number, b.body, r.audience from misp_body b join misp_row r on r.number = b.number where b.number in ??";
    Listed::new(sql, 0)
});
static EVENTS_OF: LazyLock<Listed> =
    LazyLock::new(|| Listed::new("select event, audience from misp_row where kind = 0 and id in ??", 0));

/// Of what has changed since a moment, so many are gathered and sorted; where it is more, all are walked in their order.
const CHANGED_MOST: usize = 20_000;

/// Which rows are walked, in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MispSource {
    /// All of a kind.
    All,
    /// Those of them that a sieve lets through.
    Sieved(MispSieve),
    /// Those of an event.
    Event(i64),
    /// Those in an object, or about something.
    Parent(i64),
    /// Attributes with this value, whole or as one half of it.
    Value(String),
    /// Those changed since, in seconds.
    Changed(i64),
}

/// What the database itself keeps back on a long way, because it is certainly not asked for. What comes through may not be
/// asked for either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MispSieve {
    /// For detection or not.
    pub to_ids: Option<bool>,
    /// Deleted or not.
    pub deleted: Option<bool>,
    /// Types, in any case; none: all of them.
    pub types: Vec<String>,
    /// What the value is like, in any case, with `%` for whatever stands in its place; only characters of ASCII and no
    /// backslash. What has two values comes through.
    pub value: Option<String>,
}

impl MispSieve {
    /// Its part of the values of [`SIEVED`].
    fn values(&self) -> [Value; 4] {
        let flag = |wanted: Option<bool>, bit: i64| match wanted {
            Some(wanted) => (bit, i64::from(wanted) * bit),
            None => (0, 0),
        };
        let (detection, deletion) = (flag(self.to_ids, 1), flag(self.deleted, 2));
        let types: String = self.types.iter().map(|one| one.to_lowercase() + ",").collect();
        let types = match types.is_empty() {
            true => types,
            false => format!(",{types}"),
        };
        let value = self.value.as_deref().unwrap_or_default().to_ascii_lowercase();
        [
            (detection.0 | deletion.0).into(),
            (detection.1 | deletion.1).into(),
            types.into(),
            value.into(),
        ]
    }
}

/// Rows, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct MispPage {
    /// Each number once.
    pub rows: Vec<MispRow>,
    /// Numbers up to this one were looked at; none: there are no more.
    pub next: Option<i64>,
}

fn read(row: &Row) -> Result<MispRow> {
    let flags = row.int(12)?;
    Ok(MispRow {
        number: row.int(0)?,
        added: row.int(1)?,
        kind: MispKind::of_code(row.int(2)?).ok_or_else(|| Error::ours("a row of MISP's interface is of no kind"))?,
        id: row.int(3)?,
        owner: MispOwner::of_code(row.int(4)?),
        audience: AudienceId(row.int(5)?),
        version: row.int(6)?,
        several: row.flag(7)?,
        event: row.int(8)?,
        parent: row.int(9)?,
        element_type: row.text(10)?,
        category: row.text(11)?,
        to_ids: flags & 1 != 0,
        deleted: flags & 2 != 0,
        changed: row.int(13)?,
        value: row.text(14)?,
        tags: of_numbers(&row.text(15)?),
    })
}

/// Which of the rows of one number is meant: of the member that contributed it first, the last version. What another
/// member contributes under the same UUID takes its place for nobody.
fn meant(rows: &[MispRow]) -> Option<&MispRow> {
    let owner = rows.iter().min_by_key(|row| row.number)?.owner.member;
    let own = rows.iter().filter(|row| row.owner.member == owner);
    own.max_by_key(|row| (row.version, Reverse(row.number)))
}

impl Store {
    /// Rows of a kind after a number, as a viewer sees them; about `limit` of them.
    pub async fn misp_scan(
        &self,
        viewer: &Viewer,
        source: &MispSource,
        kind: MispKind,
        after: i64,
        limit: usize,
    ) -> Result<MispPage> {
        let limit = limit.max(1);
        let (mut found, next) = match source {
            MispSource::All => self.merged(viewer, None, kind, after, limit).await?,
            MispSource::Sieved(sieve) => self.merged(viewer, Some(sieve), kind, after, limit).await?,
            MispSource::Event(event) => self.run(OF_EVENT, *event, kind, after, limit).await?,
            MispSource::Parent(parent) => self.run(OF_PARENT, *parent, kind, after, limit).await?,
            MispSource::Value(value) => self.of_value(value, kind, after, limit).await?,
            MispSource::Changed(since) => self.changed(viewer, *since, kind, after, limit).await?,
        };
        found.retain(|row| viewer.sees(row.audience));
        if kind == MispKind::Proposal && !found.is_empty() {
            let settled = self.list(SETTLED, vec![kind.code().into()], |row| row.int(0)).await?;
            found.retain(|row| !settled.contains(&row.id));
        }
        Ok(MispPage {
            rows: self.best(viewer, kind, found).await?,
            next,
        })
    }

    /// One row by its number, as a viewer sees it.
    pub async fn misp_row(&self, viewer: &Viewer, kind: MispKind, id: i64) -> Result<Option<MispRow>> {
        let mut rows = self.list(OF_ID, vec![kind.code().into(), id.into()], read).await?;
        rows.retain(|row| viewer.sees(row.audience));
        Ok(meant(&rows).cloned())
    }

    /// The rows of many numbers, as a viewer sees them.
    pub async fn misp_rows(&self, viewer: &Viewer, kind: MispKind, ids: &[i64]) -> Result<Vec<MispRow>> {
        let mut rows = self.listed(&OF_IDS, &[kind.code().into()], ids, read).await?;
        rows.retain(|row| viewer.sees(row.audience));
        rows.sort_by_key(|row| row.id);
        let same = |one: &MispRow, other: &MispRow| one.id == other.id;
        Ok(rows.chunk_by(same).filter_map(meant).cloned().collect())
    }

    /// All rows of a number that a viewer sees, whatever their version.
    pub async fn misp_rows_of(&self, viewer: &Viewer, kind: MispKind, id: i64) -> Result<Vec<MispRow>> {
        let mut rows = self.list(OF_ID, vec![kind.code().into(), id.into()], read).await?;
        rows.retain(|row| viewer.sees(row.audience));
        Ok(rows)
    }

    /// What rows say, by their place; those that the viewer does not see are left out.
    pub async fn misp_bodies(&self, viewer: &Viewer, rows: &[i64]) -> Result<HashMap<i64, String>> {
        let found = self.listed(&BODIES, &[], rows, |row| {
            Ok((row.int(0)?, row.text(1)?, AudienceId(row.int(2)?)))
        });
        let seen = found
            .await?
            .into_iter()
            .filter(|(_, _, audience)| viewer.sees(*audience));
        Ok(seen.map(|(number, body, _)| (number, body)).collect())
    }

    /// Which of these events a viewer sees.
    pub async fn misp_seen_events(&self, viewer: &Viewer, events: &[i64]) -> Result<std::collections::HashSet<i64>> {
        let found = self.listed(&EVENTS_OF, &[], events, |row| {
            Ok((row.int(0)?, AudienceId(row.int(1)?)))
        });
        let seen = found.await?.into_iter().filter(|(_, audience)| viewer.sees(*audience));
        Ok(seen.map(|(event, _)| event).collect())
    }

    /// How many attributes of an event, contributed by its member, a viewer sees.
    pub async fn misp_count(&self, viewer: &Viewer, event: i64, owner: MemberId) -> Result<usize> {
        let counts = self
            .list(COUNT, vec![event.into(), owner.into()], |row| {
                Ok((AudienceId(row.int(0)?), row.int(1)?))
            })
            .await?;
        let once: i64 = counts
            .iter()
            .filter(|(audience, _)| viewer.sees(*audience))
            .map(|(_, count)| count)
            .sum();
        let mut several = self.list(COUNTED, vec![event.into()], read).await?;
        several.retain(|row| viewer.sees(row.audience));
        several.sort_by_key(|row| row.id);
        let several = self.best(viewer, MispKind::Attribute, several).await?;
        let several = several
            .iter()
            .filter(|row| !row.deleted && row.owner.member == owner)
            .count();
        Ok(usize::try_from(once).unwrap_or_default() + several)
    }

    /// The numbers of events in which attributes of the same value are as in one, as far as a viewer sees both.
    pub async fn misp_related(&self, viewer: &Viewer, event: i64) -> Result<Vec<i64>> {
        let seen: String = viewer
            .audiences()
            .iter()
            .map(|audience| format!("{},", audience.0))
            .collect();
        let values = vec![event.into(), RELATED_MOST.into(), format!(",{seen}").into()];
        let mut events = self.list(RELATED, values, |row| row.int(0)).await?;
        events.sort_unstable();
        Ok(events)
    }

    async fn run(
        &self,
        sql: &'static str,
        key: i64,
        kind: MispKind,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<MispRow>, Option<i64>)> {
        let mut limit = limit.max(2);
        loop {
            let values = vec![key.into(), kind.code().into(), after.into(), many(limit).into()];
            let mut rows = self.list(sql, values, read).await?;
            let full = rows.len() >= limit;
            if full
                && rows
                    .iter()
                    .all(|row| Some(row.id) == rows.first().map(|first| first.id))
            {
                // One number fills it: only with what comes after is it known to be whole.
                limit *= 4;
                continue;
            }
            let next = if full { cut(&mut rows) } else { None };
            return Ok((rows, next));
        }
    }

    async fn of_value(
        &self,
        value: &str,
        kind: MispKind,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<MispRow>, Option<i64>)> {
        let hash = value_hash(value);
        let (mut one, first) = self.run(OF_VALUE1, hash, kind, after, limit).await?;
        let (other, second) = self.run(OF_VALUE2, hash, kind, after, limit).await?;
        let next = match (first, second) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        one.extend(other);
        one.retain(|row| next.is_none_or(|next| row.id <= next));
        one.sort_by_key(|row| row.id);
        one.dedup_by_key(|row| row.number);
        Ok((one, next))
    }

    async fn changed(
        &self,
        viewer: &Viewer,
        since: i64,
        kind: MispKind,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<MispRow>, Option<i64>)> {
        let place = |row: &Row| Ok((row.int(0)?, AudienceId(row.int(1)?)));
        let values = vec![kind.code().into(), since.into(), many(CHANGED_MOST).into()];
        let count = self.row(CHANGED_COUNT, values.clone(), |row| row.int(0)).await?;
        let (mut ids, next) = if count.is_some_and(|count| count < many(CHANGED_MOST)) {
            let found = self.list(CHANGED, values, place).await?;
            let seen = found.into_iter().filter(|(_, audience)| viewer.sees(*audience));
            let mut ids: Vec<i64> = seen.map(|(id, _)| id).filter(|id| *id > after).collect();
            ids.sort_unstable();
            ids.dedup();
            let next = (ids.len() > limit).then(|| ids.get(limit - 1).copied()).flatten();
            (ids, next)
        } else {
            let values = vec![kind.code().into(), since.into(), after.into(), many(limit).into()];
            let found = self.list(CHANGED_ON, values, place).await?;
            // What others have changed is passed over; it goes on after it.
            let next = found.last().map(|(id, _)| *id).filter(|_| found.len() >= limit);
            let seen = found.into_iter().filter(|(_, audience)| viewer.sees(*audience));
            let mut ids: Vec<i64> = seen.map(|(id, _)| id).collect();
            ids.dedup();
            (ids, next)
        };
        ids.truncate(limit);
        let mut rows = self.listed(&OF_IDS, &[kind.code().into()], &ids, read).await?;
        rows.sort_by_key(|row| row.id);
        Ok((rows, next))
    }

    /// All of a kind: one run for each audience, merged.
    async fn merged(
        &self,
        viewer: &Viewer,
        sieve: Option<&MispSieve>,
        kind: MispKind,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<MispRow>, Option<i64>)> {
        struct Run {
            ready: VecDeque<MispRow>,
            ended: bool,
            beyond: i64,
        }
        let audiences = viewer.audiences();
        let chunk = (limit * 2 / audiences.len().max(1)).clamp(16, limit.max(16));
        let mut runs: Vec<Run> = Vec::with_capacity(audiences.len());
        let mut heads = BinaryHeap::new();
        let fill = async |run: &mut Run, audience: AudienceId| -> Result<Option<i64>> {
            let mut values = vec![
                audience.into(),
                kind.code().into(),
                run.beyond.into(),
                many(chunk).into(),
            ];
            values.extend(sieve.iter().flat_map(|sieve| sieve.values()));
            let sql = if sieve.is_some() { SIEVED } else { ALL };
            let rows = self.list(sql, values, read).await?;
            run.ended = rows.len() < chunk;
            if let Some(last) = rows.last() {
                run.beyond = last.id;
            }
            run.ready.extend(rows);
            Ok(run.ready.front().map(|row| row.id))
        };
        for (at, audience) in audiences.iter().enumerate() {
            let mut run = Run {
                ready: VecDeque::new(),
                ended: false,
                beyond: after,
            };
            if let Some(head) = fill(&mut run, *audience).await? {
                heads.push(Reverse((head, at)));
            }
            runs.push(run);
        }
        let mut rows: Vec<MispRow> = Vec::with_capacity(limit);
        while let Some(Reverse((id, at))) = heads.pop() {
            // All rows of a number come together.
            if rows.len() >= limit && rows.last().is_some_and(|last| last.id != id) {
                return Ok((std::mem::take(&mut rows), Some(id - 1)));
            }
            let (Some(run), Some(audience)) = (runs.get_mut(at), audiences.get(at)) else {
                break;
            };
            rows.extend(run.ready.pop_front());
            let head = match run.ready.front() {
                Some(row) => Some(row.id),
                None if run.ended => None,
                None => fill(run, *audience).await?,
            };
            heads.extend(head.map(|head| Reverse((head, at))));
        }
        Ok((rows, None))
    }

    /// The rows that are meant: of each number one, where it is among those given.
    async fn best(&self, viewer: &Viewer, kind: MispKind, mut rows: Vec<MispRow>) -> Result<Vec<MispRow>> {
        let mut several: Vec<i64> = rows.iter().filter(|row| row.several).map(|row| row.id).collect();
        several.dedup();
        let mut others: HashMap<i64, Vec<MispRow>> = HashMap::new();
        for row in self.listed(&SEVERAL, &[kind.code().into()], &several, read).await? {
            if viewer.sees(row.audience) {
                others.entry(row.id).or_default().push(row);
            }
        }
        let wanted: HashMap<i64, i64> = others
            .into_iter()
            .filter_map(|(id, rows)| Some((id, meant(&rows)?.number)))
            .collect();
        // A number whose last version stands elsewhere (in another event, with another value) is not one of these.
        rows.retain(|row| !row.several || wanted.get(&row.id) == Some(&row.number));
        rows.dedup_by_key(|row| row.id);
        Ok(rows)
    }
}

/// Takes away the last number, of which rows may be missing; says where to go on.
fn cut(rows: &mut Vec<MispRow>) -> Option<i64> {
    let last = rows.last()?.id;
    let whole = rows.iter().rposition(|row| row.id != last)?;
    let next = rows.get(whole)?.id;
    rows.truncate(whole + 1);
    Some(next)
}
