//! Stretches of hits: counted into, closed, decided, told, forgotten.

use std::collections::HashMap;

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use uuid::Uuid;

use super::{Seen, SeenState, SeenValue, SightingForm, community_number, community_of};
use crate::db::{Change, Db};
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Error, Result, Store};

/// Values of one stretch that are kept one by one.
const MOST_VALUES: i64 = 50;
/// Open stretches of one member.
const MOST_OPEN: i64 = 100_000;

/// Hits on one value, to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHit {
    /// The name of the stretch that begins with it, where none is open.
    pub uuid: Uuid,
    /// The indicator.
    pub indicator: String,
    /// The community that would be told.
    pub community: Option<CommunityId>,
    /// When a stretch that begins with it begins.
    pub starts: Timestamp,
    /// When that one ends.
    pub ends: Timestamp,
    /// The value.
    pub value: SeenValue,
    /// The event, where the rule lets it go along.
    pub event: Option<String>,
}

/// Which stretch is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenKey {
    /// Whose it is.
    pub member: MemberId,
    /// Its name.
    pub uuid: Uuid,
}

macro_rules! columns {
    () => {
        "id, uuid, member, indicator, community, starts, ends, first_seen, last_seen, count, event, state, form, \
         reason, settled, person"
    };
}

const COUNT_IN: &str = "insert into seen (uuid, member, indicator, community, starts, ends, first_seen, last_seen, count, event, \
                        state) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open') \
                        on conflict (member, indicator, community) where state = 'open' do update set \
                        count = seen.count + excluded.count, event = coalesce(seen.event, excluded.event), \
                        first_seen = case when excluded.first_seen < seen.first_seen then excluded.first_seen \
                        else seen.first_seen end, \
                        last_seen = case when excluded.last_seen > seen.last_seen then excluded.last_seen \
                        else seen.last_seen end returning id";
const COUNT_VALUE: &str = "update seen_value set count = count + ?3, source = ?4, \
                           first_seen = case when ?5 < first_seen then ?5 else first_seen end, \
                           last_seen = case when ?6 > last_seen then ?6 else last_seen end \
                           where seen = ?1 and value = ?2 returning seen";
const VALUES_THERE: &str = "select count(*) from seen_value where seen = ?1";
const PUT_VALUE: &str = "insert into seen_value (seen, value, kind, source, first_seen, last_seen, count) \
                         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const OPEN_THERE: &str =
    "select count(*) from (select id from seen where member = ?1 and state = 'open' limit ?2) as opened";

const OVER: &str = "select id from seen where state = ?1 and ends <= ?2 order by ends limit ?3";
const CLOSE: &str = "update seen set state = 'closed' where id = ?1 and state = 'open' returning id";
const BY_STATE: &str = concat!(
    "select ",
    columns!(),
    " from seen where state = ?1 and id > ?2 order by id limit ?3"
);
const OF_MEMBER: &str = concat!(
    "select ",
    columns!(),
    " from seen where member = ?1 and id < ?2 order by id desc limit ?3"
);
const WAITING: &str = concat!(
    "select ",
    columns!(),
    " from seen where member = ?1 and state = 'waiting' and id < ?2 order by id desc limit ?3"
);
const GET: &str = concat!("select ", columns!(), " from seen where member = ?1 and uuid = ?2");
const VALUES: &str = "select value, kind, source, count, first_seen, last_seen from seen_value where seen = ?1 \
                      order by count desc, value";
const VALUES_OF: &str = "select v.value, v.kind, v.source, v.count, v.first_seen, v.last_seen, v.seen from seen s \
                         join seen_value v on v.seen = s.id where s.member = ?1 and s.id between ?2 and ?3 \
                         order by v.count desc, v.value";
/// What is done with needs its event no longer.
const SETTLE: &str = "update seen set state = ?2, form = coalesce(?3, form), reason = ?4, settled = ?5, \
                      person = coalesce(?6, person), \
                      event = case when ?2 in ('waiting', 'confirmed') then event else null end \
                      where id = ?1 and state = ?7 returning id";
const LAPSE: &str =
    "update seen set state = 'lapsed', settled = ?2, event = null where id = ?1 and state = 'waiting' returning id";
const OLD: &str = "select id from seen where state in ('told', 'kept', 'declined', 'lapsed', 'refused') and ends <= ?1 \
                   order by ends limit ?2";
const FORGET_VALUES: &str = "delete from seen_value where seen = ?1";
const FORGET: &str = "delete from seen where id = ?1";

fn seen(row: &Row) -> Result<Seen> {
    let form = row.maybe_text(12)?;
    Ok(Seen {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        member: MemberId(row.int(2)?),
        indicator: row.text(3)?,
        community: community_of(row.int(4)?),
        starts: row.time(5)?,
        ends: row.time(6)?,
        first: row.time(7)?,
        last: row.time(8)?,
        count: row.int(9)?,
        event: row.maybe_text(10)?,
        state: row.word(11, SeenState::parse)?,
        form: form.as_deref().and_then(SightingForm::parse),
        reason: row.maybe_text(13)?,
        settled: row.maybe_time(14)?,
        person: row.maybe_int(15)?.map(PersonId),
    })
}

fn value(row: &Row) -> Result<SeenValue> {
    Ok(SeenValue {
        value: row.text(0)?,
        kind: row.text(1)?,
        source: row.text(2)?,
        count: row.int(3)?,
        first: row.time(4)?,
        last: row.time(5)?,
    })
}

/// Counts hits into the stretches that are open. A hit without a value says only how many. Refuses, if at all, before it
/// writes.
pub(super) async fn count_in(writes: &mut impl Writes, member: MemberId, hits: &[NewHit]) -> Result<()> {
    let open = writes.rows(OPEN_THERE, vec![member.into(), MOST_OPEN.into()]).await?;
    if open.first().map(|row| row.int(0)).transpose()?.unwrap_or_default() >= MOST_OPEN {
        let message = format!("a member may have {MOST_OPEN} stretches of hits open at once");
        return Err(Error::conflict(message).help("close those that are over with 'commonwatch sighting send'"));
    }
    for hit in hits {
        let one = &hit.value;
        let row = vec![
            hit.uuid.into(),
            member.into(),
            (&hit.indicator).into(),
            community_number(hit.community).into(),
            hit.starts.into(),
            hit.ends.into(),
            one.first.into(),
            one.last.into(),
            one.count.into(),
            hit.event.clone().into(),
        ];
        let rows = writes.rows(COUNT_IN, row).await?;
        let id = rows
            .first()
            .ok_or_else(|| Error::ours("a statement gave no row"))?
            .int(0)?;
        if !one.value.is_empty() {
            count_value(writes, id, one).await?;
        }
    }
    Ok(())
}

/// Counts a value by itself while there is room, and with the others beyond that.
async fn count_value(writes: &mut impl Writes, id: i64, one: &SeenValue) -> Result<()> {
    let count = |value: &str| {
        vec![
            id.into(),
            value.into(),
            one.count.into(),
            (&one.source).into(),
            one.first.into(),
            one.last.into(),
        ]
    };
    if !writes.rows(COUNT_VALUE, count(&one.value)).await?.is_empty() {
        return Ok(());
    }
    let there = writes.rows(VALUES_THERE, vec![id.into()]).await?;
    let room = there.first().map(|row| row.int(0)).transpose()?.unwrap_or_default() < MOST_VALUES;
    if !room && !writes.rows(COUNT_VALUE, count("")).await?.is_empty() {
        return Ok(());
    }
    let (value, kind) = if room { (&*one.value, &*one.kind) } else { ("", "") };
    let row = vec![
        id.into(),
        value.into(),
        kind.into(),
        (&one.source).into(),
        one.first.into(),
        one.last.into(),
        one.count.into(),
    ];
    writes.rows(PUT_VALUE, row).await.map(drop)
}

impl Store {
    /// Counts hits of a member, all or none, into the stretches that are open, and opens those that are missing.
    pub async fn seen_count(&self, member: MemberId, hits: Vec<NewHit>) -> Result<()> {
        let rows = 2 * hits.len();
        writing!(self, true, many = rows, |writes| count_in(writes, member, &hits))
    }

    /// The numbers of stretches in a state that ended at or before a time. Looked at before anything is written: mostly
    /// there is nothing to do.
    async fn seen_over(&self, state: SeenState, ended: Timestamp, limit: usize) -> Result<Vec<i64>> {
        let values = vec![state.as_str().into(), ended.into(), many(limit).into()];
        self.list(OVER, values, |row| row.int(0)).await
    }

    /// Ends the stretches whose time is over, up to `limit`; gives how many there were.
    pub async fn seen_close(&self, now: Timestamp, limit: usize) -> Result<usize> {
        let over = self.seen_over(SeenState::Open, now, limit).await?;
        let mut change = Change::new();
        for id in &over {
            change = change.with(CLOSE, vec![(*id).into()]);
        }
        if !over.is_empty() {
            self.change(change).await?;
        }
        Ok(over.len())
    }

    /// The stretches of every member that are in a state, in order, strictly after a number.
    pub async fn seen_in_state(&self, state: SeenState, after: i64, limit: usize) -> Result<Vec<Seen>> {
        let values = vec![state.as_str().into(), after.into(), many(limit).into()];
        self.list(BY_STATE, values, seen).await
    }

    /// The stretches of a member, the newest first, strictly before a number.
    pub async fn seen_list(&self, member: MemberId, before: Option<i64>, limit: usize) -> Result<Vec<Seen>> {
        let values = vec![member.into(), before.unwrap_or(i64::MAX).into(), many(limit).into()];
        self.list(OF_MEMBER, values, seen).await
    }

    /// Those of them that wait for an answer.
    pub async fn seen_waiting(&self, member: MemberId, before: Option<i64>, limit: usize) -> Result<Vec<Seen>> {
        let values = vec![member.into(), before.unwrap_or(i64::MAX).into(), many(limit).into()];
        self.list(WAITING, values, seen).await
    }

    /// One stretch of a member.
    pub async fn seen_get(&self, key: SeenKey) -> Result<Option<Seen>> {
        self.row(GET, vec![key.member.into(), key.uuid.into()], seen).await
    }

    /// The values of a stretch, the most frequent first.
    pub async fn seen_values(&self, id: i64) -> Result<Vec<SeenValue>> {
        self.list(VALUES, vec![id.into()], value).await
    }

    /// The values of each of a member's stretches from one number up to another, the most frequent first.
    pub async fn seen_values_of(&self, member: MemberId, from: i64, to: i64) -> Result<HashMap<i64, Vec<SeenValue>>> {
        let of = |row: &Row| Ok((row.int(6)?, value(row)?));
        let rows = self
            .list(VALUES_OF, vec![member.into(), from.into(), to.into()], of)
            .await?;
        let mut values: HashMap<i64, Vec<SeenValue>> = HashMap::new();
        for (seen, value) in rows {
            values.entry(seen).or_default().push(value);
        }
        Ok(values)
    }

    /// Writes what became of stretches that are in state `from`; those that are no longer are left as they are. Gives
    /// how many were.
    pub async fn seen_settle(&self, from: SeenState, settled: &[Seen]) -> Result<usize> {
        let mut change = Change::new();
        for one in settled {
            let row = vec![
                one.id.into(),
                one.state.as_str().into(),
                one.form.map(SightingForm::as_str).into(),
                one.reason.clone().into(),
                one.settled.into(),
                one.person.into(),
                from.as_str().into(),
            ];
            change = change.with(SETTLE, row);
        }
        let written = self.change(change).await?;
        Ok(written.iter().filter(|rows| !rows.is_empty()).count())
    }

    /// Ends the waiting for an answer for up to `limit` stretches that ended at or before a time; gives how many.
    pub async fn seen_lapse(&self, ended: Timestamp, now: Timestamp, limit: usize) -> Result<usize> {
        let over = self.seen_over(SeenState::Waiting, ended, limit).await?;
        if over.is_empty() {
            return Ok(0);
        }
        let mut change = Change::new();
        for id in &over {
            change = change.with(LAPSE, vec![(*id).into(), now.into()]);
        }
        let lapsed = self.change(change).await?;
        Ok(lapsed.iter().filter(|rows| !rows.is_empty()).count())
    }

    /// Forgets up to `limit` stretches that are done with and ended at or before a time; gives how many.
    pub async fn seen_forget(&self, ended: Timestamp, limit: usize) -> Result<usize> {
        let old = self
            .list(OLD, vec![ended.into(), many(limit).into()], |row| row.int(0))
            .await?;
        if old.is_empty() {
            return Ok(0);
        }
        let mut change = Change::new();
        for id in &old {
            change = change.with(FORGET_VALUES, vec![(*id).into()]);
            change = change.with(FORGET, vec![(*id).into()]);
        }
        self.change(change).await?;
        Ok(old.len())
    }
}
