//! The readers' questions on PostgreSQL: arrays in, rows out, one round trip each.

use std::collections::HashMap;

use policy::{AudienceId, MemberId, Viewer};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::merge::Order;
use super::reads::{AnySibling, End, Loaded, Reads, Referring, RunOf, Said, Source};
use super::select::Candidate;
use super::share::hash_of;
use super::words::Wanted;
use crate::Result;
use crate::postgres::Postgres;
use crate::value::{self, Row, Value};
use crate::writes::Rows;

pub(super) struct PostgresReads<'a> {
    postgres: &'a Postgres,
}

impl<'a> PostgresReads<'a> {
    /// Each statement sees what was committed when it began. That is enough: `added` is in the order of commits, so what
    /// comes meanwhile stands after the page, and a row taken back meanwhile is left out.
    pub(super) async fn begin(postgres: &'a Postgres) -> Result<Self> {
        Ok(Self { postgres })
    }
}

macro_rules! run {
    ($from:literal, $where:literal, $position:literal) => {
        (
            concat!(
                "select w.run, r.position from unnest($1::bigint[], $2::bigint[], $3::bigint[]) w(run, audience, beyond) \
                 cross join lateral (select ", $position, " as position from ", $from, " where ", $where, " and ", $position,
                " > w.beyond order by ", $position, " limit $4) r order by w.run, r.position"
            ),
            concat!(
                "select w.run, r.position from unnest($1::bigint[], $2::bigint[], $3::bigint[]) w(run, audience, beyond) \
                 cross join lateral (select ", $position, " as position from ", $from, " where ", $where, " and ", $position,
                " < w.beyond order by ", $position, " desc limit $4) r order by w.run, r.position desc"
            ),
        )
    };
}

const ALL: (&str, &str) = run!("contribution", "audience = w.audience", "added");
const TYPE: (&str, &str) = run!("contribution", "audience = w.audience and type = $5", "added");
const OBSERVABLE: (&str, &str) = run!(
    "observable",
    "audience = w.audience and hash = $7 and kind = $5 and value = $6",
    "added"
);
const TARGET: (&str, &str) = run!("edge", "audience = w.audience and target = $5", "added");
const FACET: (&str, &str) = run!("facet", "audience = w.audience and kind = $5 and value = $6", "added");
const MEMBER: (&str, &str) = run!(
    "contribution",
    "audience = w.audience and member = $5 and withheld = $6",
    "added"
);
const TOMBSTONES: (&str, &str) = run!("tombstone", "audience = w.audience", "position");

const LOAD: &str = "select c.added, c.object, c.version, c.repeat, c.superseded, c.audience, c.follows, c.revoked, o.id, \
                    c.spec_version, c.version_text, c.digest, c.title, c.body, c.member, c.withheld \
                    from contribution c join object o on o.number = c.object where c.added = any($1)";
const LOAD_HEAD: &str = "select c.added, c.object, c.version, c.repeat, c.superseded, c.audience, c.follows, c.revoked, \
                         o.id, c.spec_version, c.version_text, c.digest, c.title, '', c.member, c.withheld \
                         from contribution c join object o on o.number = c.object where c.added = any($1)";
const MATCHING: &str = "select added from search where words @@ to_tsquery('simple', $1) and added < $2 \
                        order by added desc limit $3";
const SIBLINGS: &str = "select object, added, version, audience from contribution where object = any($1)";
const ENDS: &str = "select e.added, t.text, o.number, o.id from edge e join term t on t.number = e.property \
                    join object o on o.number = e.target where e.added = any($1) order by e.added, t.text, o.id";
const REFERRING: &str = "select w.object, r.added from unnest($1::bigint[]) w(object) cross join lateral \
                         (select distinct added from edge where target = w.object and audience = any($2) \
                         order by added desc limit $3) r order by w.object, r.added desc";
const SAID: &str = "select added, kind, value from facet where added = any($1) order by added, kind, value";

impl Rows for PostgresReads<'_> {
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.postgres.rows(sql, &values).await
    }
}

impl Reads for PostgresReads<'_> {
    async fn runs(&mut self, order: Order, runs: &[RunOf<'_>], chunk: usize) -> Result<Vec<Vec<i64>>> {
        let mut found = vec![Vec::new(); runs.len()];
        let mut by_source: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, run) in runs.iter().enumerate() {
            by_source
                .entry(std::ptr::from_ref(run.source).addr())
                .or_default()
                .push(at);
        }
        let chunk_rows = i64::try_from(chunk).unwrap_or(i64::MAX);
        for group in by_source.into_values() {
            let Some(source) = group.first().and_then(|at| runs.get(*at)).map(|run| run.source) else {
                continue;
            };
            let of = |value: fn(&RunOf<'_>) -> i64| -> Vec<i64> {
                group.iter().filter_map(|at| runs.get(*at)).map(value).collect()
            };
            let numbers: Vec<i64> = group.iter().filter_map(|at| i64::try_from(*at).ok()).collect();
            let pair = match source {
                Source::All => ALL,
                Source::Type(_) => TYPE,
                Source::Observable(..) => OBSERVABLE,
                Source::Target(_) => TARGET,
                Source::Facet(..) => FACET,
                Source::Member(..) => MEMBER,
                Source::Tombstones => TOMBSTONES,
            };
            let query = sqlx::query(if order == Order::Rising { pair.0 } else { pair.1 })
                .bind(numbers)
                .bind(of(|run| run.audience.0))
                .bind(of(|run| run.beyond))
                .bind(chunk_rows);
            let query = match source {
                Source::All | Source::Tombstones => query,
                Source::Type(number) | Source::Target(number) => query.bind(*number),
                Source::Facet(kind, value) => query.bind(*kind).bind(value.clone()),
                Source::Member(member, withheld) => query.bind(*member).bind(i64::from(*withheld)),
                Source::Observable(kind, value) => query.bind(*kind).bind(value.clone()).bind(hash_of(*kind, value)),
            };
            for row in query.fetch_all(&self.postgres.pool).await? {
                let at: i64 = row.try_get(0)?;
                if let Some(run) = usize::try_from(at).ok().and_then(|at| found.get_mut(at)) {
                    run.push(row.try_get(1)?);
                }
            }
        }
        Ok(found)
    }

    async fn load(&mut self, positions: &[i64], bodies: bool) -> Result<Vec<Loaded>> {
        let rows = sqlx::query(if bodies { LOAD } else { LOAD_HEAD })
            .bind(positions.to_vec())
            .fetch_all(&self.postgres.pool)
            .await?;
        let rows: Result<HashMap<i64, Loaded>> = rows
            .iter()
            .map(|row| loaded(row).map(|loaded| (loaded.candidate.added, loaded)))
            .collect();
        let mut rows = rows?;
        Ok(positions.iter().filter_map(|position| rows.remove(position)).collect())
    }

    async fn matching(&mut self, wanted: &Wanted, before: i64, many: usize) -> Result<Vec<i64>> {
        let rows = sqlx::query(MATCHING)
            .bind(wanted.tsquery())
            .bind(before)
            .bind(i64::try_from(many).unwrap_or(i64::MAX))
            .fetch_all(&self.postgres.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn siblings(&mut self, objects: &[i64]) -> Result<Vec<AnySibling>> {
        let rows = sqlx::query(SIBLINGS)
            .bind(objects.to_vec())
            .fetch_all(&self.postgres.pool)
            .await?;
        let sibling = |row: &PgRow| {
            Ok(AnySibling {
                object: row.try_get(0)?,
                added: row.try_get(1)?,
                version: row.try_get(2)?,
                audience: AudienceId(row.try_get(3)?),
            })
        };
        rows.iter().map(sibling).collect()
    }

    async fn ends(&mut self, positions: &[i64]) -> Result<Vec<End>> {
        let rows = sqlx::query(ENDS)
            .bind(positions.to_vec())
            .fetch_all(&self.postgres.pool)
            .await?;
        let end = |row: &PgRow| {
            Ok(End {
                added: row.try_get(0)?,
                property: row.try_get(1)?,
                object: row.try_get(2)?,
                id: row.try_get(3)?,
            })
        };
        rows.iter().map(end).collect()
    }

    async fn referring(&mut self, viewer: &Viewer, objects: &[i64], each: usize) -> Result<Vec<Referring>> {
        let audiences: Vec<i64> = viewer.audiences().iter().map(|audience| audience.0).collect();
        let rows = sqlx::query(REFERRING)
            .bind(objects.to_vec())
            .bind(audiences)
            .bind(i64::try_from(each).unwrap_or(i64::MAX))
            .fetch_all(&self.postgres.pool)
            .await?;
        let referring = |row: &PgRow| {
            Ok(Referring {
                object: row.try_get(0)?,
                added: row.try_get(1)?,
            })
        };
        rows.iter().map(referring).collect()
    }

    async fn said(&mut self, positions: &[i64]) -> Result<Vec<Said>> {
        let rows = sqlx::query(SAID)
            .bind(positions.to_vec())
            .fetch_all(&self.postgres.pool)
            .await?;
        let said = |row: &PgRow| {
            Ok(Said {
                added: row.try_get(0)?,
                kind: row.try_get(1)?,
                value: row.try_get(2)?,
            })
        };
        rows.iter().map(said).collect()
    }
}

fn loaded(row: &PgRow) -> Result<Loaded> {
    let flag = |at: usize| row.try_get::<i64, _>(at).map(|flag| flag != 0);
    let version_text: String = row.try_get(10)?;
    Ok(Loaded {
        candidate: Candidate {
            added: row.try_get(0)?,
            object: row.try_get(1)?,
            version: row.try_get(2)?,
            unversioned: version_text.is_empty(),
            repeat: flag(3)?,
            superseded: flag(4)?,
        },
        audience: AudienceId(row.try_get(5)?),
        follows: flag(6)?,
        revoked: flag(7)?,
        id: row.try_get(8)?,
        spec_version: row.try_get(9)?,
        version_text,
        digest: value::hash(row.try_get::<&[u8], _>(11)?)?,
        title: row.try_get(12)?,
        body: row.try_get(13)?,
        member: MemberId(row.try_get(14)?),
        withheld: flag(15)?,
    })
}
