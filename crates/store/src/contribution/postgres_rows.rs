//! The rows of a batch as columns, which PostgreSQL takes as arrays.

use std::collections::{BTreeSet, HashMap};

use policy::AudienceId;

use super::postgres_write::ObjectOf;
use super::share::{clean, hash_of, listed_warnings, observable_key};
use super::weigh::Placing;
use super::{Contribution, Origin};
use crate::Result;
use crate::postgres::PgWriting;

const PUT: &str = "insert into contribution (added, object, version, audience, type, repeat, follows, superseded, revoked, \
                   spec_version, version_text, created, created_by, digest, title, warnings, words, body, member, \
                   withheld, batch) select w.*, $19::bigint, $20::bigint, $21::bigint from unnest($1::bigint[], \
                   $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], \
                   $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bytea[], $15::text[], \
                   $16::text[], $17::text[], $18::text[]) w";
const PUT_OBSERVABLES: &str = "insert into observable (added, ordinal, kind, value, hash, audience) select * from \
                               unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])";
const PUT_EDGES: &str = "insert into edge (added, property, target, audience) \
                         select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])";
const PUT_INDICATORS: &str = "insert into indicator (added, pattern_type, valid_from, valid_until, base_score, \
                              lifetime_days, ended, decay_speed) select a, p, f, u, b, l, 0, d from unnest($1::bigint[], \
                              $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], \
                              $7::double precision[]) w(a, p, f, u, b, l, d)";

/// Columns to be inserted.
#[derive(Default)]
pub(super) struct Rows {
    member: i64,
    withheld: bool,
    batch: i64,
    contributions: Columns,
    observables: Observables,
    edges: (Vec<i64>, Vec<i64>, Vec<i64>, Vec<i64>),
    indicators: Indicators,
}

#[derive(Default)]
struct Columns {
    added: Vec<i64>,
    object: Vec<i64>,
    version: Vec<i64>,
    audience: Vec<i64>,
    object_type: Vec<i64>,
    repeat: Vec<i64>,
    follows: Vec<i64>,
    superseded: Vec<i64>,
    revoked: Vec<i64>,
    spec_version: Vec<String>,
    version_text: Vec<String>,
    created: Vec<Option<i64>>,
    created_by: Vec<Option<i64>>,
    digest: Vec<Vec<u8>>,
    title: Vec<Option<String>>,
    warnings: Vec<Option<String>>,
    words: Vec<Option<String>>,
    body: Vec<String>,
}

#[derive(Default)]
struct Observables {
    added: Vec<i64>,
    ordinal: Vec<i64>,
    kind: Vec<i64>,
    value: Vec<String>,
    hash: Vec<i64>,
    audience: Vec<i64>,
}

#[derive(Default)]
struct Indicators {
    added: Vec<i64>,
    pattern_type: Vec<String>,
    valid_from: Vec<i64>,
    valid_until: Vec<Option<i64>>,
    base_score: Vec<i64>,
    lifetime_days: Vec<i64>,
    decay_speed: Vec<f64>,
}

/// Where a row goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowOf {
    pub(super) added: i64,
    pub(super) object: i64,
    pub(super) version: i64,
    pub(super) audience: AudienceId,
    pub(super) placing: Placing,
}

impl Rows {
    pub(super) fn new(origin: &Origin, batch: i64) -> Self {
        Self {
            member: origin.member.0,
            withheld: origin.withheld,
            batch,
            ..Self::default()
        }
    }

    /// Adds the rows of one contribution.
    pub(super) fn add(
        &mut self,
        row: RowOf,
        contribution: Contribution,
        terms: &HashMap<String, i64>,
        objects: &HashMap<String, ObjectOf>,
    ) {
        let number = |id: &String| objects.get(id).map(|object| object.number);
        let into = &mut self.observables;
        for ((kind, value), ordinal) in contribution.observables.iter().zip(0_i64..) {
            let (kind, value) = (i64::from(*kind), observable_key(value));
            into.added.push(row.added);
            into.ordinal.push(ordinal);
            into.kind.push(kind);
            into.hash.push(hash_of(kind, &value));
            into.value.push(value.into_owned());
            into.audience.push(row.audience.0);
        }
        let edge = |(property, target): &(String, String)| Some((*terms.get(property)?, number(target)?));
        let edges: BTreeSet<(i64, i64)> = contribution.edges.iter().filter_map(edge).collect();
        for (property, target) in edges {
            self.edges.0.push(row.added);
            self.edges.1.push(property);
            self.edges.2.push(target);
            self.edges.3.push(row.audience.0);
        }
        if let Some(facts) = &contribution.indicator {
            let into = &mut self.indicators;
            into.added.push(row.added);
            into.pattern_type.push(clean(&facts.pattern_type).into_owned());
            into.valid_from.push(facts.valid_from.micros());
            into.valid_until.push(facts.valid_until.map(|until| until.micros()));
            into.base_score.push(i64::from(facts.base_score));
            into.lifetime_days.push(i64::from(facts.lifetime_days));
            into.decay_speed.push(f64::from(facts.decay_speed));
        }
        let cleaned = |text: Option<String>| text.map(|text| clean(&text).into_owned());
        let into = &mut self.contributions;
        into.added.push(row.added);
        into.object.push(row.object);
        into.version.push(row.version);
        into.audience.push(row.audience.0);
        into.object_type
            .push(terms.get(&contribution.object_type).copied().unwrap_or_default());
        into.repeat.push(row.placing.repeat.into());
        into.follows.push(row.placing.follows.into());
        into.superseded.push(row.placing.superseded.into());
        into.revoked.push(contribution.revoked.into());
        into.spec_version.push(contribution.spec_version);
        into.version_text.push(contribution.version_text);
        into.created.push(contribution.created.map(|created| created.micros()));
        into.created_by.push(contribution.created_by.as_ref().and_then(number));
        into.digest.push(contribution.digest.to_vec());
        into.title.push(cleaned(contribution.title));
        into.warnings.push(listed_warnings(&contribution.warnings));
        into.words.push(cleaned(contribution.text));
        into.body.push(contribution.body);
    }

    /// Inserts them.
    pub(super) async fn put(self, writing: &mut PgWriting) -> Result<()> {
        let connection = &mut *writing.transaction;
        let rows = self.contributions;
        if rows.added.is_empty() {
            return Ok(());
        }
        sqlx::query(PUT)
            .bind(rows.added)
            .bind(rows.object)
            .bind(rows.version)
            .bind(rows.audience)
            .bind(rows.object_type)
            .bind(rows.repeat)
            .bind(rows.follows)
            .bind(rows.superseded)
            .bind(rows.revoked)
            .bind(rows.spec_version)
            .bind(rows.version_text)
            .bind(rows.created)
            .bind(rows.created_by)
            .bind(rows.digest)
            .bind(rows.title)
            .bind(rows.warnings)
            .bind(rows.words)
            .bind(rows.body)
            .bind(self.member)
            .bind(i64::from(self.withheld))
            .bind(self.batch)
            .execute(&mut *connection)
            .await?;
        let rows = self.observables;
        if !rows.added.is_empty() {
            sqlx::query(PUT_OBSERVABLES)
                .bind(rows.added)
                .bind(rows.ordinal)
                .bind(rows.kind)
                .bind(rows.value)
                .bind(rows.hash)
                .bind(rows.audience)
                .execute(&mut *connection)
                .await?;
        }
        if !self.edges.0.is_empty() {
            let (added, properties, targets, audiences) = self.edges;
            let query = sqlx::query(PUT_EDGES).bind(added).bind(properties).bind(targets);
            query.bind(audiences).execute(&mut *connection).await?;
        }
        let rows = self.indicators;
        if !rows.added.is_empty() {
            sqlx::query(PUT_INDICATORS)
                .bind(rows.added)
                .bind(rows.pattern_type)
                .bind(rows.valid_from)
                .bind(rows.valid_until)
                .bind(rows.base_score)
                .bind(rows.lifetime_days)
                .bind(rows.decay_speed)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}
