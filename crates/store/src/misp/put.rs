//! Writes what was made of contributions, and what belongs to no event into one of its own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use policy::{AudienceId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use super::number::{Numbers, first, missing, uuid_at};
use super::{MispEvent, MispKind, MispOwner, numbers, step};
use crate::account::rule_changed;
use crate::contribution::Followed;
use crate::contribution::follow::{AT_HOME, BRING_HOME, CLAIM, HOMELESS, HOMELESS_ENDS};
use crate::db::{Change, Db};
use crate::listed::Listed;
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Result, Store};

const FOLLOWED: &str = "select misp from head";
/// Gives a row unless somebody else was quicker.
const MOVE: &str = "update head set misp = ?1 where misp = ?2 returning id";
const PUT_EVENT: &str = "insert into misp_event (uuid, loose, published, publish_timestamp, touched) \
                         values (?1, ?2, ?3, ?4, ?5) on conflict (uuid) do update set published = excluded.published, \
                         publish_timestamp = case when excluded.publish_timestamp > misp_event.publish_timestamp \
                         then excluded.publish_timestamp else misp_event.publish_timestamp end, \
                         touched = case when excluded.touched > misp_event.touched then excluded.touched \
                         else misp_event.touched end returning id";
const SEVERAL: &str = "update misp_row set several = 1 where kind = ?1 and id = ?2 returning number";
const HOME: &str = "select event from misp_home where object = ?1 and member = ?2";
const EVENT_OWNER: &str = "select r.member from misp_row r join misp_event e on e.id = r.id \
                           where e.uuid = ?1 and r.kind = 0 order by r.number limit 1";
const EVENT_KNOWN: &str = "select event from misp_row where kind = ?1 and id = ?2 and member = ?3 and event <> 0 \
                           order by number desc limit 1";
const PUT_HOME: &str = "insert into misp_home (object, member, event) values (?1, ?2, ?3) on conflict do nothing";
const EVENT_AROUND: &str =
    "select event from misp_row where kind = ?1 and id = ?2 and event <> 0 order by number limit 1";
const PUT: &str = "insert into misp_row (number, added, kind, id, member, audience, version, several, event, parent, \
                   type, category, flags, changed, value1, value2, value, tags) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
                   ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
const NAMED: &str = "insert into misp_named (kind, number, audience) values (?1, ?2, ?3) on conflict do nothing";
const PUT_BODY: &str = "insert into misp_body (number, body) values (?1, ?2)";
const PUT_EXTENDS: &str = "insert into misp_extends (whole, event) values (?1, ?2) on conflict do nothing";
const THERE: &str = "select 1 from misp_row where event = ?1 and kind = 0 and id = ?1 and audience = ?2 limit 1";
const PUT_HOMELESS: &str = "insert into misp_homeless (added) values (?1) on conflict do nothing";
const HOUSED: &str = "delete from misp_homeless where added = ?1";
const MOVE_IN: &str = "update misp_row set event = ?2 where added = ?1 and event + 0 = 0 and kind <> 0";

/// Contributions that are to be followed, and up to where that is.
#[derive(Clone, Debug)]
pub struct MispBatch {
    from: i64,
    to: i64,
    /// The contributions.
    pub rows: Vec<Followed>,
}

impl MispBatch {
    /// Up to where it goes: after this the next batch begins.
    pub fn end(&self) -> i64 {
        self.to
    }
}

/// An event or element that a contribution says.
#[derive(Clone, Debug, PartialEq)]
pub struct MispPut {
    /// The contribution; nought for what stands for several.
    pub added: i64,
    /// The number of its object.
    pub object: i64,
    /// Who contributed it.
    pub owner: MispOwner,
    /// Who may see it.
    pub audience: AudienceId,
    /// Which version of it.
    pub version: i64,
    /// What it is.
    pub kind: MispKind,
    /// Its UUID.
    pub uuid: Uuid,
    /// The object it is in, or what it speaks of: kind and UUID; none: its event.
    pub parent: Option<(MispKind, Uuid)>,
    /// The event, where that is known without asking where the object belongs.
    pub event: Option<Uuid>,
    /// The event whose report is stored already and names it, but comes after it: what no other report named belongs there.
    pub expected: Option<Uuid>,
    /// Type of an attribute, name of an object.
    pub element_type: String,
    /// Category of an attribute, meta-category of an object.
    pub category: String,
    /// Whether it is for detection.
    pub to_ids: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// When it was changed, in seconds.
    pub changed: i64,
    /// The value of an attribute, the title of an event.
    pub value: String,
    /// By what it is found, each on its own: the halves of what has two.
    pub values: Vec<String>,
    /// The numbers of its tags.
    pub tags: Vec<i64>,
    /// The numbers of organisations that it names and that are no members here.
    pub organisations: Vec<i64>,
    /// Of an event: whether it is published, and when it was, in seconds.
    pub published: Option<(bool, i64)>,
    /// Of an event: the one that it extends.
    pub extends: Option<Uuid>,
    /// Whether it belongs to an event only where a report names it: a bare value, which others speak of.
    pub only_named: bool,
    /// Whether it only names more of what belongs to its event.
    pub is_part: bool,
    /// What it says: members of a JSON object, between its brackets.
    pub body: String,
}

/// What belongs to no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MispLoose {
    /// The contribution.
    pub added: i64,
    /// Who contributed it.
    pub owner: MispOwner,
    /// Who may see it.
    pub audience: AudienceId,
    /// When it was shared.
    pub at: Timestamp,
}

/// How things stand with what belongs to no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MispHomeless {
    /// The last contribution of it; nought where there is nothing.
    pub last: i64,
    /// When the first of it was shared.
    pub oldest: Option<Timestamp>,
    /// When the last transfer of all ended.
    pub ended: Option<Timestamp>,
}

/// By what a value is found: as MISP's own database compares them, in any case.
pub(super) fn value_hash(value: &str) -> i64 {
    let hash = crate::contribution::value_hash(&value.to_lowercase());
    // Nought says that there is none.
    if hash == 0 { 1 } else { hash }
}

async fn put(writes: &mut impl Writes, batch: &(i64, i64), rows: &[MispPut]) -> Result<bool> {
    let (from, to) = *batch;
    if writes.rows(MOVE, vec![to.into(), from.into()]).await?.is_empty() {
        return Ok(false);
    }
    let mut met = Met {
        numbers: Numbers::of(writes, rows).await?,
        named: HashSet::new(),
        stretches: BTreeSet::new(),
        events: BTreeSet::new(),
    };
    for row in rows {
        put_one(writes, row, &mut met).await?;
    }
    step::uncount(writes, &met.stretches).await?;
    for event in &met.events {
        step::uncount_event(writes, *event).await?;
    }
    Ok(true)
}

/// What a batch has met so far.
struct Met {
    numbers: Numbers,
    /// Tags and organisations whose audiences are noted.
    named: HashSet<(i64, i64, i64)>,
    /// Where attributes were put.
    stretches: BTreeSet<i64>,
    /// Events whose own rows were put, or to which something moved.
    events: BTreeSet<i64>,
}

async fn put_one(writes: &mut impl Writes, row: &MispPut, met: &mut Met) -> Result<()> {
    let owner = row.owner.code();
    let (id, is_new, event) = match row.kind {
        MispKind::Event => {
            let event = match row.published {
                Some((published, at)) if !row.is_part && is_owner(writes, row).await? => {
                    let values = vec![
                        row.uuid.as_bytes().to_vec().into(),
                        0_i64.into(),
                        published.into(),
                        at.into(),
                        row.changed.into(),
                    ];
                    first(writes, PUT_EVENT, values).await?.ok_or_else(missing)?
                }
                _ => met.numbers.event(writes, row.uuid).await?,
            };
            if row.is_part {
                // The part itself goes when the event does.
                let home = vec![row.object.into(), owner.into(), event.into()];
                writes.rows(PUT_HOME, home).await?;
            }
            writes
                .rows(CLAIM, vec![row.added.into(), owner.into(), event.into()])
                .await?;
            let home = vec![row.added.into(), owner.into(), event.into(), row.owner.member.0.into()];
            // What is homeless belongs to no event, so where nothing was brought home nothing is to be forgotten.
            if !writes.rows(BRING_HOME, home.clone()).await?.is_empty() {
                writes.rows(AT_HOME, home).await?;
            }
            met.events.insert(event);
            if row.is_part {
                return Ok(());
            }
            if let Some(whole) = row.extends {
                writes.rows(PUT_EXTENDS, vec![whole.into(), event.into()]).await?;
            }
            (event, false, event)
        }
        kind => {
            let (id, is_new) = met.numbers.element(writes, kind, row.uuid).await?;
            let event = match row.event {
                Some(uuid) => met.numbers.event(writes, uuid).await?,
                None => match first(writes, HOME, vec![row.object.into(), owner.into()]).await? {
                    Some(event) => event,
                    // It may have been another object until now: an indicator that is for detection no longer.
                    None if !is_new => known_home(writes, row, id).await?,
                    None => match row.expected {
                        Some(uuid) => met.numbers.event(writes, uuid).await?,
                        None => 0,
                    },
                },
            };
            (id, is_new, event)
        }
    };
    let (mut event, mut parent) = (event, 0);
    if let Some((kind, uuid)) = row.parent {
        parent = met.numbers.element(writes, kind, uuid).await?.0;
        if event == 0 {
            // What is said of something is where that is, whoever says it.
            let around = first(writes, EVENT_AROUND, vec![kind.code().into(), parent.into()]).await?;
            event = around.unwrap_or_default();
        }
    }
    let several = match is_new {
        true => false,
        false => !writes
            .rows(SEVERAL, vec![row.kind.code().into(), id.into()])
            .await?
            .is_empty(),
    };
    let value = |at: usize| row.values.get(at).map_or(0, |value| value_hash(value));
    let flags = i64::from(row.to_ids) | i64::from(row.deleted) << 1 | i64::from(row.only_named) << 2;
    let number = met.numbers.row();
    let values = vec![
        number.into(),
        row.added.into(),
        row.kind.code().into(),
        id.into(),
        owner.into(),
        row.audience.into(),
        row.version.into(),
        several.into(),
        event.into(),
        parent.into(),
        (&row.element_type).into(),
        (&row.category).into(),
        flags.into(),
        row.changed.into(),
        value(0).into(),
        value(1).into(),
        (&row.value).into(),
        numbers(&row.tags).into(),
    ];
    writes.rows(PUT, values).await?;
    if step::is_counted(row.kind) {
        met.stretches.insert(step::stretch_of(id));
    }
    if event == 0 && !row.only_named {
        writes.rows(PUT_HOMELESS, vec![row.added.into()]).await?;
    }
    writes.rows(PUT_BODY, vec![number.into(), (&row.body).into()]).await?;
    let named = row
        .tags
        .iter()
        .map(|tag| (1_i64, *tag))
        .chain(row.organisations.iter().map(|one| (2_i64, *one)));
    for (kind, number) in named {
        if met.named.insert((kind, number, row.audience.0)) {
            writes
                .rows(NAMED, vec![kind.into(), number.into(), row.audience.into()])
                .await?;
        }
    }
    Ok(())
}

/// Whether an event is of the member that contributes a row of it, or of nobody yet: only the first says whether it is
/// published.
async fn is_owner(writes: &mut impl Writes, row: &MispPut) -> Result<bool> {
    let known = first(writes, EVENT_OWNER, vec![row.uuid.as_bytes().to_vec().into()]).await?;
    Ok(known.is_none_or(|known| known.abs() == row.owner.member.0))
}

/// The event of an element that another object of its owner said until now; the object belongs there from now on.
async fn known_home(writes: &mut impl Writes, row: &MispPut, id: i64) -> Result<i64> {
    let owner = row.owner.code();
    let known = first(
        writes,
        EVENT_KNOWN,
        vec![row.kind.code().into(), id.into(), owner.into()],
    )
    .await?;
    let Some(event) = known else { return Ok(0) };
    writes
        .rows(PUT_HOME, vec![row.object.into(), owner.into(), event.into()])
        .await?;
    Ok(event)
}

async fn put_loose(writes: &mut impl Writes, head: &MispPut, added: &[i64]) -> Result<()> {
    let mut numbers = Numbers::hold(writes).await?;
    let uuid = head.uuid.as_bytes().to_vec();
    let values = vec![
        uuid.into(),
        1_i64.into(),
        1_i64.into(),
        head.changed.into(),
        head.changed.into(),
    ];
    let event = first(writes, PUT_EVENT, values).await?.ok_or_else(missing)?;
    if writes
        .rows(THERE, vec![event.into(), head.audience.into()])
        .await?
        .is_empty()
    {
        let number = numbers.row();
        let there = vec![
            number.into(),
            head.added.into(),
            head.kind.code().into(),
            event.into(),
            head.owner.code().into(),
            head.audience.into(),
            head.version.into(),
            0_i64.into(),
            event.into(),
            0_i64.into(),
            "".into(),
            "".into(),
            0_i64.into(),
            head.changed.into(),
            0_i64.into(),
            0_i64.into(),
            (&head.value).into(),
            "".into(),
        ];
        writes.rows(PUT, there).await?;
        writes.rows(PUT_BODY, vec![number.into(), (&head.body).into()]).await?;
    }
    for one in added {
        writes.rows(MOVE_IN, vec![(*one).into(), event.into()]).await?;
        writes.rows(HOUSED, vec![(*one).into()]).await?;
    }
    match (added.iter().min(), added.iter().max()) {
        (Some(first), Some(last)) => step::uncount_added(writes, *first, *last).await,
        _ => Ok(()),
    }
}

const EVENT_GET: &str = "select id, uuid, loose, published, publish_timestamp, touched from misp_event where id = ?1";
const EVENT_BY_UUID: &str =
    "select id, uuid, loose, published, publish_timestamp, touched from misp_event where uuid = ?1";
const EVENTS_FROM: &str = "select id, uuid, loose, published, publish_timestamp, touched from misp_event \
                           where id >= ?1 and id <= ?2";
static EVENTS_OF: LazyLock<Listed> = LazyLock::new(|| {
    let sql = "select id, uuid, loose, published, publish_timestamp, touched from misp_event where id in ??";
    Listed::new(sql, 0)
});
const ELEMENT_BY_UUID: &str = "select id from misp_element where uuid = ?1 and kind = ?2";
const UUID_OF: &str = "select uuid from misp_element where id = ?1 and kind = ?2";
const EXTENDING: &str = "select event from misp_extends where whole = ?1 order by event";
const SETTLE: &str = "insert into misp_settled (kind, id) values (?1, ?2) on conflict do nothing";
const SET: &str = "update misp_event set published = ?2, publish_timestamp = ?3, touched = ?4 where id = ?1";

fn event(row: &Row) -> Result<MispEvent> {
    Ok(MispEvent {
        id: row.int(0)?,
        uuid: uuid_at(row, 1)?,
        loose: row.flag(2)?,
        published: row.flag(3)?,
        publish_timestamp: row.int(4)?,
        touched: row.int(5)?,
    })
}

fn loose(row: &Row) -> Result<MispLoose> {
    Ok(MispLoose {
        added: row.int(0)?,
        owner: MispOwner::of_code(row.int(1)?),
        audience: AudienceId(row.int(2)?),
        at: row.time(3)?,
    })
}

impl Store {
    /// What is to be followed next, up to `limit` contributions; none: everything is.
    pub async fn misp_next(&self, limit: usize) -> Result<Option<MispBatch>> {
        let from = self.row(FOLLOWED, Vec::new(), |row| row.int(0)).await?;
        self.misp_after(from.unwrap_or_default(), limit).await
    }

    /// The same of what comes after a batch that is being written.
    pub async fn misp_after(&self, from: i64, limit: usize) -> Result<Option<MispBatch>> {
        if from >= self.last_added().await? {
            return Ok(None);
        }
        let rows = self.contributions_after(from, limit).await?;
        // Entries of other kinds move the clock too: where nothing was contributed there is nothing to go to.
        Ok(rows.last().map(|row| row.added).map(|to| MispBatch { from, to, rows }))
    }

    /// Writes what was made of a batch. Nothing, where somebody else was quicker; says whether it did.
    pub async fn misp_put(&self, batch: &MispBatch, rows: Vec<MispPut>) -> Result<bool> {
        let ends = (batch.from, batch.to);
        let count = rows.len();
        writing!(self, false, many = count, |writes| put(writes, &ends, &rows))
    }

    /// What belongs to no event and whose transfer is over, or began before an instant; of what was contributed after
    /// `after`, as [`MispLoose::added`] says it.
    pub async fn misp_homeless(&self, before: Timestamp, after: i64, limit: usize) -> Result<Vec<MispLoose>> {
        let values = vec![before.into(), many(limit).into(), after.into()];
        self.list(HOMELESS, values, loose).await
    }

    /// How things stand with what belongs to no event: as long as it is so, looking again finds nothing.
    pub async fn misp_homeless_ends(&self) -> Result<MispHomeless> {
        let ends = self.row(HOMELESS_ENDS, Vec::new(), |row| {
            Ok(MispHomeless {
                last: row.maybe_int(0)?.unwrap_or_default(),
                oldest: row.maybe_time(1)?,
                ended: row.maybe_time(2)?,
            })
        });
        Ok(ends.await?.unwrap_or_default())
    }

    /// Puts contributions that belong to no event into one of their own.
    pub async fn misp_put_loose(&self, head: MispPut, added: Vec<i64>) -> Result<()> {
        let count = added.len();
        writing!(self, false, many = count, |writes| put_loose(writes, &head, &added))
    }

    /// The bookkeeping of an event, whoever may see it: what it says of itself is asked with a viewer.
    pub async fn misp_event(&self, id: i64) -> Result<Option<MispEvent>> {
        self.row(EVENT_GET, vec![id.into()], event).await
    }

    /// The same by UUID.
    pub async fn misp_event_by_uuid(&self, uuid: Uuid) -> Result<Option<MispEvent>> {
        self.row(EVENT_BY_UUID, vec![uuid.as_bytes().to_vec().into()], event)
            .await
    }

    /// The same of many, by number.
    pub async fn misp_events_of(&self, ids: &[i64]) -> Result<HashMap<i64, MispEvent>> {
        let found = self.listed(&EVENTS_OF, &[], ids, event).await?;
        Ok(found.into_iter().map(|event| (event.id, event)).collect())
    }

    /// The same of all between two numbers, both of them too.
    pub async fn misp_events(&self, first: i64, last: i64) -> Result<Vec<MispEvent>> {
        self.list(EVENTS_FROM, vec![first.into(), last.into()], event).await
    }

    /// The number of an element; it tells nothing of it.
    pub async fn misp_element(&self, kind: MispKind, uuid: Uuid) -> Result<Option<i64>> {
        let values = vec![uuid.as_bytes().to_vec().into(), kind.code().into()];
        self.row(ELEMENT_BY_UUID, values, |row| row.int(0)).await
    }

    /// The UUID of an element.
    pub async fn misp_uuid(&self, kind: MispKind, id: i64) -> Result<Option<Uuid>> {
        self.row(UUID_OF, vec![id.into(), kind.code().into()], |row| uuid_at(row, 0))
            .await
    }

    /// Notes that something was decided about: it is shown no longer.
    pub async fn misp_settle(&self, actor: &Principal, kind: MispKind, id: i64) -> Result<()> {
        let entry = rule_changed(actor, "proposal settled", serde_json::json!({ "proposal": id }));
        let change = Change::new()
            .with(SETTLE, vec![kind.code().into(), id.into()])
            .entry(entry);
        self.change(change).await.map(drop)
    }

    /// The numbers of events that said that they extend one, whoever may see them: what they say now is asked with a viewer.
    pub async fn misp_extending(&self, whole: Uuid) -> Result<Vec<i64>> {
        self.list(EXTENDING, vec![whole.into()], |row| row.int(0)).await
    }

    /// Writes MISP's bookkeeping of an event.
    pub async fn misp_event_set(&self, event: &MispEvent) -> Result<()> {
        let values = vec![
            event.id.into(),
            event.published.into(),
            event.publish_timestamp.into(),
            event.touched.into(),
        ];
        self.change(Change::new().with(SET, values)).await.map(drop)
    }
}
