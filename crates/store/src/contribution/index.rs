//! The work that is kept out of writing: full text, what lists are narrowed by, and the end of indicators whose time is over.
//!
//! Each begins where they left off, so they may be stopped at any point and run by any process.

use std::collections::HashSet;

use super::page::Position;
use super::{facet, words};
use crate::db::Db;
use crate::value::{Row, many};
use crate::writes::{Writes, writing};
use crate::{Result, Store};

const INDEXED: &str = "select indexed from head";
const INDEXED_TO: &str = "select case when indexed < facets then indexed else facets end from head";
const NEXT: &str = "select c.added, c.words, (select string_agg(o.value, ' ') from observable o where o.added = c.added) \
                    from contribution c where c.added > ?1 order by c.added limit ?2";
/// Which of a stretch are still there: some may have been retracted since they were read.
const THERE: &str = "select added from contribution where added >= ?1 and added <= ?2";
/// Gives a row unless somebody else was quicker.
const MOVE: &str = "update head set indexed = ?1 where indexed = ?2 returning id";

const NARROWED: &str = "select facets from head";
/// Only what may say something is read.
const NEXT_SAID: &str = "select c.added, c.audience, t.text, case when t.text in ('attack-pattern', 'identity') then c.body \
                         else '' end from contribution c join term t on t.number = c.type where c.added > ?1 \
                         order by c.added limit ?2";
const MOVE_SAID: &str = "update head set facets = ?1 where facets = ?2 returning id";
const PUT_SAID: &str =
    "insert into facet (added, kind, value, audience) values (?1, ?2, ?3, ?4) on conflict do nothing";

const ENDING: &str = "select i.added, c.audience, c.object, c.version, c.version_text, c.type, c.spec_version, c.digest \
                      from indicator i join contribution c on c.added = i.added \
                      where i.valid_until is not null and i.ended = 0 and i.valid_until <= ?1 \
                      order by i.valid_until limit ?2";
const END: &str = "update indicator set ended = 1 where added = ?1 and ended = 0 returning added";
const TOMBSTONE: &str = "insert into tombstone (position, audience, object, version, version_text, type, spec_version, \
                         digest, added, why) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
const BEHIND: &str = "select count(*) from contribution where added > (select indexed from head)";

/// What one contribution is found by.
struct Indexed {
    added: i64,
    words: String,
}

fn indexed(row: &Row) -> Result<Indexed> {
    let (text, values) = (row.maybe_text(1)?, row.maybe_text(2)?);
    let all = format!("{} {}", text.unwrap_or_default(), values.unwrap_or_default());
    Ok(Indexed {
        added: row.int(0)?,
        words: words::indexed(&all),
    })
}

async fn put(writes: &mut impl Writes, from: i64, to: i64, rows: &[Indexed]) -> Result<usize> {
    if writes.rows(MOVE, vec![to.into(), from.into()]).await?.is_empty() {
        return Ok(0);
    }
    let first = rows.first().map_or(to, |row| row.added);
    let there = writes.rows(THERE, vec![first.into(), to.into()]).await?;
    let there = there.iter().map(|row| row.int(0)).collect::<Result<HashSet<i64>>>()?;
    let sql = writes.put_words();
    for row in rows
        .iter()
        .filter(|row| !row.words.is_empty() && there.contains(&row.added))
    {
        writes.rows(sql, vec![row.added.into(), (&row.words).into()]).await?;
    }
    Ok(rows.len())
}

/// What one contribution says of itself.
struct Says {
    added: i64,
    audience: i64,
    said: std::collections::BTreeSet<(facet::FacetKind, String)>,
}

fn says(row: &Row) -> Result<Says> {
    Ok(Says {
        added: row.int(0)?,
        audience: row.int(1)?,
        said: facet::said(&row.text(2)?, &row.text(3)?),
    })
}

async fn put_said(writes: &mut impl Writes, from: i64, to: i64, rows: &[Says]) -> Result<usize> {
    if writes.rows(MOVE_SAID, vec![to.into(), from.into()]).await?.is_empty() {
        return Ok(0);
    }
    for row in rows.iter().filter(|row| !row.said.is_empty()) {
        // It may have been retracted since it was read.
        if writes
            .rows(THERE, vec![row.added.into(), row.added.into()])
            .await?
            .is_empty()
        {
            continue;
        }
        for (kind, value) in &row.said {
            let values = vec![row.added.into(), kind.code().into(), value.into(), row.audience.into()];
            writes.rows(PUT_SAID, values).await?;
        }
    }
    Ok(rows.len())
}

async fn end(writes: &mut impl Writes, rows: &[Row]) -> Result<usize> {
    let mut ended = 0;
    for row in rows {
        let added = row.int(0)?;
        if writes.rows(END, vec![added.into()]).await?.is_empty() {
            continue;
        }
        let position = writes.next_added();
        let tombstone = vec![
            position.into(),
            row.int(1)?.into(),
            row.int(2)?.into(),
            row.int(3)?.into(),
            row.text(4)?.into(),
            row.int(5)?.into(),
            row.text(6)?.into(),
            row.hash(7)?.into(),
            added.into(),
        ];
        writes.rows(TOMBSTONE, tombstone).await?;
        ended += 1;
    }
    Ok(ended)
}

impl Store {
    /// Does up to `limit` pieces of each work that is kept out of writing: full text, what lists are narrowed by, and the
    /// end of indicators whose time is over. Gives how many it did; nought: nothing is left.
    pub async fn index_next(&self, limit: usize) -> Result<usize> {
        let many = many(limit);
        let ending = self.rows(ENDING, vec![self.now().into(), many.into()]).await?;
        let mut done = 0;
        if !ending.is_empty() {
            done += writing!(self, false, |writes| end(writes, &ending))?;
        }
        let from = self
            .row(INDEXED, Vec::new(), |row| row.int(0))
            .await?
            .unwrap_or_default();
        let rows = self.list(NEXT, vec![from.into(), many.into()], indexed).await?;
        if let Some(last) = rows.last() {
            let to = last.added;
            done += writing!(self, false, |writes| put(writes, from, to, &rows))?;
        }
        let from = self
            .row(NARROWED, Vec::new(), |row| row.int(0))
            .await?
            .unwrap_or_default();
        let rows = self.list(NEXT_SAID, vec![from.into(), many.into()], says).await?;
        if let Some(last) = rows.last() {
            let to = last.added;
            done += writing!(self, false, |writes| put_said(writes, from, to, &rows))?;
        }
        Ok(done)
    }

    /// Up to where all that was added is found by words and facets.
    pub async fn indexed_to(&self) -> Result<Position> {
        let to = self.row(INDEXED_TO, Vec::new(), |row| row.int(0)).await?;
        Ok(Position(to.unwrap_or_default()))
    }

    /// How many contributions search does not find yet.
    pub async fn index_behind(&self) -> Result<u64> {
        let behind = self.row(BEHIND, Vec::new(), |row| row.int(0)).await?;
        Ok(behind.unwrap_or_default().unsigned_abs())
    }
}
