//! How many attributes lie in each stretch of their numbers: so a deep page is found without walking what is before it.
//!
//! ```text
//! a row comes, moves or goes ──► its stretch is uncounted ──► misp_count_steps (afterwards) ──► shown, odd: by audience
//! viewer ──► misp_steps ──► stretches in order: so many are shown there, or only a walk can say
//! ```
//!
//! A count holds for everybody who sees the audience. What depends on who asks (several versions, a UUID under two members,
//! an event that goes to others than its attribute) is counted as odd, and its stretch is walked.

use std::collections::{BTreeMap, BTreeSet};

use policy::{AudienceId, Viewer};

use super::MispKind;
use crate::db::Db;
use crate::value::many;
use crate::writes::{Writes, writing};
use crate::{Result, Store};

/// Bits of a number within a stretch: 2,048 numbers.
const BITS: u32 = 11;

const UNCOUNT: &str = "insert into misp_uncounted (stretch) values (?1) on conflict do nothing";
const FORGET: &str = "delete from misp_step where stretch = ?1";
const UNCOUNT_EVENT: &str = "insert into misp_uncounted (stretch) select distinct id >> 11 from misp_row \
                             where event = ?1 and kind = 1 on conflict do nothing";
const FORGET_EVENT: &str = "delete from misp_step where stretch in (select distinct id >> 11 from misp_row \
                            where event = ?1 and kind = 1)";
const UNCOUNT_ADDED: &str = "insert into misp_uncounted (stretch) select distinct id >> 11 from misp_row \
                             where added >= ?1 and added <= ?2 and kind = 1 on conflict do nothing";
const FORGET_ADDED: &str = "delete from misp_step where stretch in (select distinct id >> 11 from misp_row \
                            where added >= ?1 and added <= ?2 and kind = 1)";
const EVENTS_ADDED: &str = "select distinct event from misp_row where added = ?1 and kind = 0";
/// The last stretch grows still, and is not worth counting.
const UNCOUNTED: &str = "select stretch from misp_uncounted \
                         where stretch < (select coalesce(max(id), 0) >> 11 from misp_element) order by stretch limit ?1";
const ALL_UNCOUNTED: &str = "select stretch from misp_uncounted";
/// Rows of one event and member are alike: whoever sees them is shown them where the event is its member's alone, is not
/// deleted, and goes to the same audience.
const COUNT: &str = "insert into misp_step (stretch, audience, shown, odd) \
                     select ?1, g.audience, cast(sum(case when g.plain then g.once else 0 end) as bigint), \
                     cast(sum(case when g.plain then g.several else g.once + g.several end) as bigint) from \
                     (select r.audience, r.once, r.several, \
                     not exists (select 1 from misp_row e where e.kind = 0 and e.id = r.event \
                     and (abs(e.member) <> r.member or e.flags >= 2)) \
                     and exists (select 1 from misp_row e where e.kind = 0 and e.id = r.event and e.audience = r.audience) \
                     as plain from (select audience, event, abs(member) as member, \
                     sum(case when several = 0 and flags & 2 = 0 and event <> 0 then 1 else 0 end) as once, \
                     sum(several) as several from misp_row where kind = 1 and id >= ?2 and id < ?3 \
                     group by audience, event, abs(member)) r) g group by g.audience";
const COUNTED: &str = "delete from misp_uncounted where stretch = ?1";
/// Attributes of a stretch that are shown to whoever sees them, where its count says that there are no others.
const SHOWN: &str = "select id, audience from misp_row where kind = 1 and id > ?1 and id <= ?2 and several = 0 \
                     and flags & 2 = 0 and event <> 0 order by id";
const STEPS: &str = "select stretch, shown, odd from misp_step where audience = ?1";

/// A stretch of numbers, for a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MispStep {
    /// The last number that lies in it.
    pub last: i64,
    /// How many attributes that are there, each once, the viewer is shown; none: only a walk can say.
    pub shown: Option<usize>,
}

/// The stretch of a number.
pub(super) fn stretch_of(id: i64) -> i64 {
    id >> BITS
}

/// Notes that stretches have to be counted again.
pub(super) async fn uncount(writes: &mut impl Writes, stretches: &BTreeSet<i64>) -> Result<()> {
    for stretch in stretches {
        writes.rows(UNCOUNT, vec![(*stretch).into()]).await?;
        writes.rows(FORGET, vec![(*stretch).into()]).await?;
    }
    Ok(())
}

/// The same of all stretches in which something of an event lies.
pub(super) async fn uncount_event(writes: &mut impl Writes, event: i64) -> Result<()> {
    writes.rows(UNCOUNT_EVENT, vec![event.into()]).await?;
    writes.rows(FORGET_EVENT, vec![event.into()]).await.map(drop)
}

/// The same of those in which something of these contributions lies, from the first to the last.
pub(super) async fn uncount_added(writes: &mut impl Writes, first: i64, last: i64) -> Result<()> {
    writes.rows(UNCOUNT_ADDED, vec![first.into(), last.into()]).await?;
    writes
        .rows(FORGET_ADDED, vec![first.into(), last.into()])
        .await
        .map(drop)
}

/// The same where a contribution is about to be erased: what it says itself, and what is in the events that it says.
pub(crate) async fn uncount_erased(writes: &mut impl Writes, added: i64) -> Result<()> {
    uncount_added(writes, added, added).await?;
    for row in writes.rows(EVENTS_ADDED, vec![added.into()]).await? {
        uncount_event(writes, row.int(0)?).await?;
    }
    Ok(())
}

async fn count(writes: &mut impl Writes, most: usize) -> Result<bool> {
    let found = writes.rows(UNCOUNTED, vec![many(most).into()]).await?;
    for row in &found {
        let stretch = row.int(0)?;
        writes.rows(FORGET, vec![stretch.into()]).await?;
        let values = vec![stretch.into(), (stretch << BITS).into(), ((stretch + 1) << BITS).into()];
        writes.rows(COUNT, values).await?;
        writes.rows(COUNTED, vec![stretch.into()]).await?;
    }
    Ok(found.len() >= most)
}

impl Store {
    /// Counts up to so many stretches that have to be; says whether there may be more.
    pub async fn misp_count_steps(&self, most: usize) -> Result<bool> {
        writing!(self, false, |writes| count(writes, most))
    }

    /// The number of the attribute up to which so many are passed over, in a stretch of which a count says how many the viewer
    /// is shown; none where there are not so many.
    pub async fn misp_step_place(&self, viewer: &Viewer, step: MispStep, passed: usize) -> Result<Option<i64>> {
        let values = vec![(step.last - (1 << BITS)).into(), step.last.into()];
        let rows = self
            .list(SHOWN, values, |row| Ok((row.int(0)?, AudienceId(row.int(1)?))))
            .await?;
        let mut seen = rows.into_iter().filter(|(_, audience)| viewer.sees(*audience));
        Ok(passed
            .checked_sub(1)
            .and_then(|before| seen.nth(before))
            .map(|(id, _)| id))
    }

    /// The stretches in which a viewer sees attributes, in their order, and those of which nobody knows.
    pub async fn misp_steps(&self, viewer: &Viewer) -> Result<Vec<MispStep>> {
        let mut shown: BTreeMap<i64, Option<usize>> = BTreeMap::new();
        for audience in viewer.audiences() {
            let steps = self.list(STEPS, vec![(*audience).into()], |row| {
                Ok((row.int(0)?, row.int(1)?, row.int(2)?))
            });
            for (stretch, count, odd) in steps.await? {
                let known = shown.entry(stretch).or_insert(Some(0));
                *known = match (*known, usize::try_from(count), odd) {
                    (Some(known), Ok(count), 0) => Some(known + count),
                    _ => None,
                };
            }
        }
        // What is changed between the two reads is counted as unknown.
        for stretch in self.list(ALL_UNCOUNTED, Vec::new(), |row| row.int(0)).await? {
            shown.insert(stretch, None);
        }
        let step = |(stretch, shown)| MispStep {
            last: ((stretch + 1) << BITS) - 1,
            shown,
        };
        Ok(shown.into_iter().map(step).collect())
    }
}

/// Whether rows of a kind are counted.
pub(super) fn is_counted(kind: MispKind) -> bool {
    kind == MispKind::Attribute
}
