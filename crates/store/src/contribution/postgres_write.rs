//! Storing contributions in PostgreSQL: what is stored is looked up for the whole batch, the batch is weighed in memory,
//! and its rows go in by one statement for each table.

use std::collections::{BTreeSet, HashMap};

use policy::{Audience, AudienceId, Viewer};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres as Driver, Row as _};

use super::postgres_before::Befores;
use super::postgres_rows::{RowOf, Rows};
use super::share::{Shares, clean, id_hash, terms};
use super::weigh::{Stored, Verdict, version_key, weigh};
use super::{Contribution, Origin, Outcome};
use crate::db::Along;
use crate::postgres::{PgWriting, Postgres};
use crate::{Error, Result};

const AUDIENCES: &str = "select key, id from audience where key = any($1)";
const PUT_AUDIENCE: &str = "insert into audience (key, terms) values ($1, $2) returning id";
const TERMS: &str = "select text, number from term where text = any($1)";
const PUT_TERMS: &str = "insert into term (text) select unnest($1::text[]) returning text, number";
const OBJECTS: &str = "select o.id, o.number, o.latest from unnest($1::text[], $2::bigint[]) w(id, hash) \
                       join object o on o.hash = w.hash and o.id = w.id";
const PUT_OBJECTS: &str = "insert into object (id, hash) select * from unnest($1::text[], $2::bigint[]) \
                           returning id, number, latest";
const SET_LATEST: &str = "update object o set latest = w.latest from unnest($1::bigint[], $2::bigint[]) w(number, latest) \
                          where o.number = w.number";
const SUPERSEDE: &str = "update contribution c set superseded = 1 from unnest($1::bigint[], $2::bigint[]) w(object, version) \
                         where c.object = w.object and c.version = w.version and c.superseded = 0";
const PUT_BATCH: &str = "insert into batch (member, person, channel, transfer, at) values ($1, $2, $3, $4, $5) \
                         returning number, (select uuid from member where id = $1)";

/// An object of a batch: its number, and the version that nothing supersedes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ObjectOf {
    pub(super) number: i64,
    pub(super) latest: Option<i64>,
}

/// Stores what is new of a batch.
pub(super) async fn contribute(
    postgres: &Postgres,
    origin: &Origin,
    sight: &Viewer,
    contributions: Vec<Contribution>,
    along: &Along,
) -> Result<Vec<Outcome>> {
    let mut writing = postgres.begin(true).await?;
    writing.change(&along.0).await?;
    let (batch, member_uuid) = put_batch(&mut writing, origin).await?;
    let audiences = audiences(&mut writing, &contributions).await?;
    let term_numbers = term_numbers(&mut writing, &contributions).await?;
    let objects = objects(&mut writing, &contributions).await?;
    let mut befores = Befores::read(&mut writing, origin, sight, &contributions, &audiences, &objects).await?;
    let mut rows = Rows::new(origin, batch);
    let mut shares = Shares::default();
    let mut superseded = Vec::new();
    let mut outcomes = Vec::with_capacity(contributions.len());
    for contribution in contributions {
        let (Some(audience), Some(object)) = (
            audiences.get(&contribution.audience).copied(),
            objects.get(&contribution.id).copied(),
        ) else {
            return Err(Error::ours("a batch was not looked up whole"));
        };
        let version = version_key(&contribution);
        let before = befores.of(object, version, audience, contribution.dated);
        let placing = match weigh(&before, &contribution, origin.member, audience, sight) {
            Verdict::Answer(outcome) => {
                outcomes.push(outcome);
                continue;
            }
            Verdict::Store(placing) => placing,
        };
        let added = writing.next_added();
        superseded.extend(placing.supersedes.map(|version| (object.number, version)));
        befores.add(
            object,
            placing.latest,
            Stored {
                added,
                version,
                digest: contribution.digest,
                created: contribution.created.map(|created| created.micros()),
                created_by: contribution.created_by.clone(),
                revoked: contribution.revoked,
                member: origin.member,
                audience,
            },
        );
        shares.add(audience, &contribution, added);
        let row = RowOf {
            added,
            object: object.number,
            version,
            audience,
            placing,
        };
        rows.add(row, contribution, &term_numbers, &objects);
        outcomes.push(Outcome::Accepted {
            added: stix::Timestamp::from_micros(added),
        });
    }
    rows.put(&mut writing).await?;
    set(&mut writing, SET_LATEST, befores.latest()).await?;
    set(&mut writing, SUPERSEDE, superseded).await?;
    writing.append(&shares.entries(origin, &member_uuid)).await?;
    super::all_or_nothing(along, &outcomes)?;
    writing.commit().await?;
    Ok(outcomes)
}

async fn set(writing: &mut PgWriting, sql: &'static str, pairs: Vec<(i64, i64)>) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (numbers, values): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
    sqlx::query(sql)
        .bind(numbers)
        .bind(values)
        .execute(&mut *writing.transaction)
        .await?;
    Ok(())
}

/// The call itself; also says which member it is.
async fn put_batch(writing: &mut PgWriting, origin: &Origin) -> Result<(i64, String)> {
    let row: PgRow = sqlx::query(PUT_BATCH)
        .bind(origin.member.0)
        .bind(origin.person.map(|person| person.0))
        .bind(clean(&origin.channel).into_owned())
        .bind(origin.transfer.to_string())
        .bind(writing.now().micros())
        .fetch_one(&mut *writing.transaction)
        .await?;
    let uuid: Option<String> = row.try_get(1)?;
    let uuid = uuid.ok_or_else(|| Error::not_found("the member that shares is not there"))?;
    Ok((row.try_get(0)?, uuid))
}

/// The numbers of the audiences; a new one makes every viewer stale.
async fn audiences(writing: &mut PgWriting, contributions: &[Contribution]) -> Result<HashMap<Audience, AudienceId>> {
    let distinct: BTreeSet<&Audience> = contributions.iter().map(|one| &one.audience).collect();
    let keys: Vec<String> = distinct.iter().map(|audience| audience.key()).collect();
    let found = sqlx::query(AUDIENCES)
        .bind(keys)
        .fetch_all(&mut *writing.transaction)
        .await?;
    let mut by_key = HashMap::new();
    for row in found {
        by_key.insert(row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    let mut numbers = HashMap::with_capacity(distinct.len());
    for audience in distinct {
        let key = audience.key();
        let number = match by_key.get(&key) {
            Some(number) => *number,
            None => {
                writing.policy_changed();
                let row: PgRow = sqlx::query(PUT_AUDIENCE)
                    .bind(key)
                    .bind(terms(audience)?)
                    .fetch_one(&mut *writing.transaction)
                    .await?;
                row.try_get(0)?
            }
        };
        numbers.insert(audience.clone(), AudienceId(number));
    }
    Ok(numbers)
}

/// The numbers of object types and properties.
async fn term_numbers(writing: &mut PgWriting, contributions: &[Contribution]) -> Result<HashMap<String, i64>> {
    let properties = contributions
        .iter()
        .flat_map(|one| one.edges.iter().map(|(property, _)| property));
    let types = contributions.iter().map(|one| &one.object_type);
    let wanted: BTreeSet<&String> = types.chain(properties).collect();
    let pair = |row: &PgRow| Ok((row.try_get(0)?, row.try_get(1)?));
    found_or_put(writing, TERMS, PUT_TERMS, false, wanted, pair).await
}

/// The objects of a batch and all that it refers to.
async fn objects(writing: &mut PgWriting, contributions: &[Contribution]) -> Result<HashMap<String, ObjectOf>> {
    let referred = contributions.iter().flat_map(|one| {
        let targets = one.edges.iter().map(|(_, target)| target);
        targets.chain(&one.created_by)
    });
    let wanted: BTreeSet<&String> = contributions.iter().map(|one| &one.id).chain(referred).collect();
    let pair = |row: &PgRow| {
        let object = ObjectOf {
            number: row.try_get(1)?,
            latest: row.try_get(2)?,
        };
        Ok((row.try_get(0)?, object))
    };
    found_or_put(writing, OBJECTS, PUT_OBJECTS, true, wanted, pair).await
}

async fn found_or_put<T>(
    writing: &mut PgWriting,
    find: &'static str,
    put: &'static str,
    hashed: bool,
    wanted: BTreeSet<&String>,
    pair: impl Fn(&PgRow) -> Result<(String, T)>,
) -> Result<HashMap<String, T>> {
    let all: Vec<String> = wanted.iter().map(|one| (*one).clone()).collect();
    let rows = named(find, all, hashed).fetch_all(&mut *writing.transaction).await?;
    let mut found: HashMap<String, T> = rows.iter().map(&pair).collect::<Result<_>>()?;
    let missing: Vec<String> = wanted
        .into_iter()
        .filter(|one| !found.contains_key(*one))
        .cloned()
        .collect();
    if !missing.is_empty() {
        let rows = named(put, missing, hashed).fetch_all(&mut *writing.transaction).await?;
        for row in &rows {
            let (text, value) = pair(row)?;
            found.insert(text, value);
        }
    }
    Ok(found)
}

/// A statement about texts, with their hashes where it wants them.
fn named(sql: &'static str, texts: Vec<String>, hashed: bool) -> Query<'static, Driver, PgArguments> {
    let hashes: Vec<i64> = texts.iter().map(|text| id_hash(text)).collect();
    let query = sqlx::query(sql).bind(texts);
    if hashed { query.bind(hashes) } else { query }
}
