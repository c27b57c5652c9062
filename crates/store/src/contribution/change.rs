//! What changed since a position: for exports, pushes and whatever keeps a copy.

use std::collections::{HashMap, HashSet};

use policy::{AudienceId, Viewer};
use stix::Timestamp;

use super::merge::Order;
use super::page::{ObjectRow, Position};
use super::reads::{Known, Loaded, Reads, Source, Walk, reading};
use super::select::Candidate;
use crate::value::Row;
use crate::{Result, Store};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new to this viewer.
    Added,
    /// A version came to one that the viewer knew.
    Changed,
    /// It must no longer be used.
    Removed(RemovedWhy),
}

/// Why an object must no longer be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemovedWhy {
    /// The member that contributed it took it back.
    Retracted,
    /// Its creator revoked it.
    Revoked,
    /// Its time is over.
    Expired,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its place in the order of everything stored.
    pub position: Position,
    /// What happened.
    pub kind: ChangeKind,
    /// The version concerned; without a body where it is retracted.
    pub row: ObjectRow,
}

/// Changes in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Changes {
    /// The changes.
    pub rows: Vec<ChangeRow>,
    /// Where to go on next time, also when there were none.
    pub cursor: Position,
    /// Whether there is more now.
    pub more: bool,
}

/// Rows looked at together.
const BATCH: usize = 500;

const TOMBSTONES: &str = "select t.position, t.audience, t.object, t.version, t.version_text, t.spec_version, t.digest, \
                          t.added, t.why, o.id from tombstone t join object o on o.number = t.object \
                          where t.position >= ?1 and t.position <= ?2";

const TAKEN_BACK: &str = "select added from tombstone where position > ?1 and added >= ?2 and added <= ?3 and why = 0";

/// Tombstones of contributions that are there: their time is over.
const EXPIRED: i64 = 1;

struct Tombstone {
    audience: AudienceId,
    candidate: Candidate,
    expired: bool,
    row: ObjectRow,
}

fn tombstone(row: &Row) -> Result<(i64, Tombstone)> {
    let version_text = row.text(4)?;
    let candidate = Candidate {
        added: row.int(7)?,
        object: row.int(2)?,
        version: row.int(3)?,
        unversioned: version_text.is_empty(),
        repeat: true,
        superseded: true,
    };
    let loaded = Loaded {
        candidate,
        audience: AudienceId(row.int(1)?),
        follows: true,
        revoked: false,
        id: row.text(9)?,
        spec_version: row.text(5)?,
        version_text,
        digest: row.hash(6)?,
        title: None,
        body: String::new(),
        // Who it was of is told nobody.
        member: policy::MemberId(0),
        withheld: true,
    };
    let tombstone = Tombstone {
        audience: loaded.audience,
        candidate,
        expired: row.int(8)? == EXPIRED,
        row: loaded.row(),
    };
    Ok((row.int(0)?, tombstone))
}

async fn tombstones(reads: &mut impl Reads, viewer: &Viewer, batch: &[i64]) -> Result<HashMap<i64, Tombstone>> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
        return Ok(HashMap::new());
    };
    let rows = reads.rows(TOMBSTONES, vec![(*first).into(), (*last).into()]).await?;
    let mut found: HashMap<i64, Tombstone> = rows.iter().map(tombstone).collect::<Result<_>>()?;
    found.retain(|_, tombstone| viewer.sees(tombstone.audience));
    Ok(found)
}

async fn changes(reads: &mut impl Reads, viewer: &Viewer, cursor: Option<Position>, limit: usize) -> Result<Changes> {
    let cursor = cursor.unwrap_or_default();
    let sources = [Source::All, Source::Tombstones];
    let mut walk = Walk::new(viewer, &sources, Order::Rising, Some(cursor.0), limit);
    let mut changes = Changes {
        cursor,
        ..Changes::default()
    };
    loop {
        let batch = walk.next(reads, BATCH.min(limit.max(1))).await?;
        if batch.is_empty() {
            return Ok(changes);
        }
        let loaded = reads.load(&batch, true).await?;
        let tombstones = tombstones(reads, viewer, &batch).await?;
        let unclear = |row: &Candidate, follows: bool| row.repeat || row.superseded || follows;
        let rows = loaded.iter().map(|row| (row.candidate, row.follows));
        let undecided = rows.filter(|(row, follows)| unclear(row, *follows)).map(|(row, _)| row);
        let gone = tombstones.values().map(|tombstone| tombstone.candidate);
        let mut known = Known::default();
        known.learn(reads, viewer, undecided.chain(gone)).await?;
        let mut loaded: HashMap<i64, Loaded> = loaded.into_iter().map(|row| (row.candidate.added, row)).collect();
        for position in batch {
            if changes.rows.len() >= limit.max(1) {
                changes.more = true;
                return Ok(changes);
            }
            let change = match (loaded.remove(&position), tombstones.get(&position)) {
                (Some(row), _) => came(row, &known),
                (None, Some(tombstone)) => went(reads, tombstone, &known).await?,
                (None, None) => None,
            };
            let at = |(kind, row)| ChangeRow {
                position: Position(position),
                kind,
                row,
            };
            changes.rows.extend(change.map(at));
            changes.cursor = Position(position);
        }
    }
}

/// What a contribution changed, unless a later version has come since.
fn came(row: Loaded, known: &Known) -> Option<(ChangeKind, ObjectRow)> {
    let versions = known.of(row.candidate.object);
    let current =
        versions.is_none_or(|versions| versions.is_last(row.candidate.version) && versions.is_earliest(&row.candidate));
    if !current {
        return None;
    }
    let kind = if row.revoked {
        ChangeKind::Removed(RemovedWhy::Revoked)
    } else if versions.is_some_and(|versions| versions.anything_before(row.candidate.added)) {
        ChangeKind::Changed
    } else {
        ChangeKind::Added
    };
    Some((kind, row.row()))
}

/// What a tombstone changed: nothing while the same version is visible otherwise, and where an earlier version is left,
/// that is the current one again.
async fn went(reads: &mut impl Reads, tombstone: &Tombstone, known: &Known) -> Result<Option<(ChangeKind, ObjectRow)>> {
    let gone = &tombstone.candidate;
    let removed = |why| Ok(Some((ChangeKind::Removed(why), tombstone.row.clone())));
    let left = known.of(gone.object).filter(|versions| versions.last().is_some());
    match left {
        Some(versions) if tombstone.expired => {
            if versions.is_last(gone.version) && versions.is_earliest(gone) {
                removed(RemovedWhy::Expired)
            } else {
                Ok(None)
            }
        }
        None if tombstone.expired => Ok(None),
        None => removed(RemovedWhy::Retracted),
        Some(versions) if versions.has(gone.version) => Ok(None),
        Some(versions) => {
            let Some((version, added)) = versions.last() else {
                return Ok(None);
            };
            if !gone.unversioned && version > gone.version {
                return Ok(None);
            }
            let row = reads.load(&[added], true).await?.pop();
            Ok(row.map(|row| {
                let kind = if row.revoked {
                    ChangeKind::Removed(RemovedWhy::Revoked)
                } else {
                    ChangeKind::Changed
                };
                (kind, row.row())
            }))
        }
    }
}

async fn last(reads: &mut impl Reads, viewer: &Viewer) -> Result<Position> {
    let sources = [Source::All, Source::Tombstones];
    let newest = Walk::new(viewer, &sources, Order::Falling, None, 1)
        .next(reads, 1)
        .await?;
    Ok(newest
        .first()
        .map_or(Position::default(), |position| Position(*position)))
}

impl Store {
    /// The place of the last thing that was stored, whoever may see it: it says when, and nothing else.
    pub async fn newest(&self) -> Result<Position> {
        self.last_added().await.map(Position)
    }

    /// Which contributions between two places, both included, were taken back or replaced by others after a place: for
    /// whoever has read them before that, and is about to pass them on.
    pub async fn taken_back_since(
        &self,
        after: Position,
        between: (Timestamp, Timestamp),
    ) -> Result<HashSet<Timestamp>> {
        let values = vec![after.0.into(), between.0.into(), between.1.into()];
        let gone = self.list(TAKEN_BACK, values, |row| row.time(0)).await?;
        Ok(gone.into_iter().collect())
    }

    /// The place of the last thing that the viewer may see or be told of: a cursor for what comes after.
    pub async fn last_position(&self, viewer: &Viewer) -> Result<Position> {
        reading!(self, viewer => |reads| last(reads, &viewer))
    }

    /// The changes strictly after a cursor (none: from the beginning).
    pub async fn changes(&self, viewer: &Viewer, cursor: Option<Position>, limit: usize) -> Result<Changes> {
        reading!(self, viewer => |reads| changes(reads, &viewer, cursor, limit))
    }
}
