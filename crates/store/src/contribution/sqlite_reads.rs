//! The readers' questions on SQLite: prepared statements, a look-up at a time.

use policy::{AudienceId, MemberId, Viewer};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::merge::Order;
use super::reads::{AnySibling, End, Loaded, Reads, Referring, RunOf, Said, Source};
use super::select::Candidate;
use super::share::hash_of;
use super::words::Wanted;
use crate::value::{self, Row, Value};
use crate::writes::Rows;
use crate::{Result, at_once};

pub(super) struct SqliteReads<'a> {
    connection: &'a Connection,
}

impl SqliteReads<'_> {
    /// Answers a question from one state of the database.
    pub(super) fn run<T>(
        connection: &Connection,
        question: impl AsyncFnOnce(&mut SqliteReads<'_>) -> Result<T>,
    ) -> Result<T> {
        // The writer of a database in memory reads inside its own transaction.
        let own = connection.is_autocommit();
        if own {
            connection.prepare_cached("begin")?.execute([])?;
        }
        let answer = at_once(question(&mut SqliteReads { connection }));
        if own {
            connection.prepare_cached("commit")?.execute([])?;
        }
        answer
    }
}

macro_rules! run {
    ($from:literal, $where:literal, $position:literal) => {
        (
            concat!(
                "select ",
                $position,
                " from ",
                $from,
                " where ",
                $where,
                " and ",
                $position,
                " > ?2 order by ",
                $position,
                " limit ?3"
            ),
            concat!(
                "select ",
                $position,
                " from ",
                $from,
                " where ",
                $where,
                " and ",
                $position,
                " < ?2 order by ",
                $position,
                " desc limit ?3"
            ),
        )
    };
}

const ALL: (&str, &str) = run!("contribution", "audience = ?1", "added");
const TYPE: (&str, &str) = run!("contribution", "audience = ?1 and type = ?4", "added");
const OBSERVABLE: (&str, &str) = run!(
    "observable",
    "audience = ?1 and hash = ?6 and kind = ?4 and value = ?5",
    "added"
);
const TARGET: (&str, &str) = run!("edge", "audience = ?1 and target = ?4", "added");
const FACET: (&str, &str) = run!("facet", "audience = ?1 and kind = ?4 and value = ?5", "added");
const MEMBER: (&str, &str) = run!(
    "contribution",
    "audience = ?1 and member = ?4 and withheld = ?5",
    "added"
);
const TOMBSTONES: (&str, &str) = run!("tombstone", "audience = ?1", "position");

const LOAD: &str = "select c.added, c.object, c.version, c.repeat, c.superseded, c.audience, c.follows, c.revoked, o.id, \
                    c.spec_version, c.version_text, c.digest, c.title, c.body, c.member, c.withheld \
                    from contribution c join object o on o.number = c.object where c.added = ?1";
const LOAD_HEAD: &str = "select c.added, c.object, c.version, c.repeat, c.superseded, c.audience, c.follows, c.revoked, \
                         o.id, c.spec_version, c.version_text, c.digest, c.title, '', c.member, c.withheld \
                         from contribution c join object o on o.number = c.object where c.added = ?1";
const MATCHING: &str = "select rowid from search where search match ?1 and rowid < ?2 order by rowid desc limit ?3";
const SIBLINGS: &str = "select added, version, audience from contribution where object = ?1";
const ENDS: &str = "select t.text, o.number, o.id from edge e join term t on t.number = e.property \
                    join object o on o.number = e.target where e.added = ?1 order by t.text, o.id";
const REFERRING: &str = "select added, audience from edge where target = ?1 limit ?2";
const REFERRING_IN: &str =
    "select distinct added from edge where target = ?1 and audience = ?2 order by added desc limit ?3";
/// Rows that refer to one thing and are read without a look at whose they are, for each that is wanted: more than these
/// are read by audience, so that what everybody refers to costs what is wanted of it and no more.
const READ_FOR_EACH: usize = 4;
const SAID: &str = "select kind, value from facet where added = ?1 order by kind, value";

impl Rows for SqliteReads<'_> {
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        crate::sqlite::rows(self.connection, sql, &values)
    }
}

impl Reads for SqliteReads<'_> {
    async fn runs(&mut self, order: Order, runs: &[RunOf<'_>], chunk: usize) -> Result<Vec<Vec<i64>>> {
        let mut found = Vec::with_capacity(runs.len());
        let chunk_rows = value::many(chunk);
        for run in runs {
            let pair = match run.source {
                Source::All => ALL,
                Source::Type(_) => TYPE,
                Source::Observable(..) => OBSERVABLE,
                Source::Target(_) => TARGET,
                Source::Facet(..) => FACET,
                Source::Member(..) => MEMBER,
                Source::Tombstones => TOMBSTONES,
            };
            let sql = if order == Order::Rising { pair.0 } else { pair.1 };
            let mut statement = self.connection.prepare_cached(sql)?;
            let (audience, beyond) = (run.audience.0, run.beyond);
            let mut rows = match run.source {
                Source::All | Source::Tombstones => statement.query(params![audience, beyond, chunk_rows])?,
                Source::Type(number) | Source::Target(number) => {
                    statement.query(params![audience, beyond, chunk_rows, number])?
                }
                Source::Facet(kind, value) => statement.query(params![audience, beyond, chunk_rows, kind, value])?,
                Source::Member(member, withheld) => {
                    statement.query(params![audience, beyond, chunk_rows, member, withheld])?
                }
                Source::Observable(kind, value) => statement.query(params![
                    audience,
                    beyond,
                    chunk_rows,
                    kind,
                    value,
                    hash_of(*kind, value)
                ])?,
            };
            let mut positions = Vec::new();
            while let Some(row) = rows.next()? {
                positions.push(row.get(0)?);
            }
            found.push(positions);
        }
        Ok(found)
    }

    async fn load(&mut self, positions: &[i64], bodies: bool) -> Result<Vec<Loaded>> {
        let mut statement = self.connection.prepare_cached(if bodies { LOAD } else { LOAD_HEAD })?;
        let mut found = Vec::with_capacity(positions.len());
        for position in positions {
            let mut rows = statement.query([position])?;
            if let Some(row) = rows.next()? {
                found.push(loaded(row)?);
            }
        }
        Ok(found)
    }

    async fn matching(&mut self, wanted: &Wanted, before: i64, many: usize) -> Result<Vec<i64>> {
        let many = value::many(many);
        let mut statement = self.connection.prepare_cached(MATCHING)?;
        let positions = statement.query_map(params![wanted.fts5(), before, many], |row| row.get(0))?;
        Ok(positions.collect::<rusqlite::Result<_>>()?)
    }

    async fn siblings(&mut self, objects: &[i64]) -> Result<Vec<AnySibling>> {
        let mut statement = self.connection.prepare_cached(SIBLINGS)?;
        let mut found = Vec::new();
        for object in objects {
            let mut rows = statement.query([object])?;
            while let Some(row) = rows.next()? {
                found.push(AnySibling {
                    object: *object,
                    added: row.get(0)?,
                    version: row.get(1)?,
                    audience: AudienceId(row.get(2)?),
                });
            }
        }
        Ok(found)
    }

    async fn ends(&mut self, positions: &[i64]) -> Result<Vec<End>> {
        let mut statement = self.connection.prepare_cached(ENDS)?;
        let mut found = Vec::new();
        for added in positions {
            let mut rows = statement.query([added])?;
            while let Some(row) = rows.next()? {
                found.push(End {
                    added: *added,
                    property: row.get(0)?,
                    object: row.get(1)?,
                    id: row.get(2)?,
                });
            }
        }
        Ok(found)
    }

    async fn referring(&mut self, viewer: &Viewer, objects: &[i64], each: usize) -> Result<Vec<Referring>> {
        let mut all = self.connection.prepare_cached(REFERRING)?;
        let mut of_audience = self.connection.prepare_cached(REFERRING_IN)?;
        let read_most = each.saturating_mul(READ_FOR_EACH);
        let mut found = Vec::new();
        for object in objects {
            let mut positions: Vec<i64> = Vec::new();
            let mut read = 0;
            let mut rows = all.query(params![object, value::many(read_most.saturating_add(1))])?;
            while let Some(row) = rows.next()? {
                read += 1;
                if viewer.sees(AudienceId(row.get(1)?)) {
                    positions.push(row.get(0)?);
                }
            }
            if read > read_most {
                positions.clear();
                for audience in viewer.audiences() {
                    let mut rows = of_audience.query(params![object, audience.0, value::many(each)])?;
                    while let Some(row) = rows.next()? {
                        positions.push(row.get(0)?);
                    }
                }
            }
            positions.sort_unstable_by_key(|added| std::cmp::Reverse(*added));
            positions.dedup();
            let referring = |added: i64| Referring { object: *object, added };
            found.extend(positions.into_iter().take(each).map(referring));
        }
        Ok(found)
    }

    async fn said(&mut self, positions: &[i64]) -> Result<Vec<Said>> {
        let mut statement = self.connection.prepare_cached(SAID)?;
        let mut found = Vec::new();
        for added in positions {
            let mut rows = statement.query([added])?;
            while let Some(row) = rows.next()? {
                found.push(Said {
                    added: *added,
                    kind: row.get(0)?,
                    value: row.get(1)?,
                });
            }
        }
        Ok(found)
    }
}

fn loaded(row: &rusqlite::Row<'_>) -> Result<Loaded> {
    let version_text: String = row.get(10)?;
    let digest = match row.get_ref(11)? {
        ValueRef::Blob(bytes) => value::hash(bytes)?,
        _ => value::hash(&[])?,
    };
    Ok(Loaded {
        candidate: Candidate {
            added: row.get(0)?,
            object: row.get(1)?,
            version: row.get(2)?,
            unversioned: version_text.is_empty(),
            repeat: row.get(3)?,
            superseded: row.get(4)?,
        },
        audience: AudienceId(row.get(5)?),
        follows: row.get(6)?,
        revoked: row.get(7)?,
        id: row.get(8)?,
        spec_version: row.get(9)?,
        version_text,
        digest,
        title: row.get(12)?,
        body: row.get(13)?,
        member: MemberId(row.get(14)?),
        withheld: row.get(15)?,
    })
}
