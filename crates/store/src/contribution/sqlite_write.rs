//! Storing contributions in SQLite: row by row, with statements prepared once, in the writer's transaction.

use std::collections::HashMap;

use policy::{Audience, AudienceId, MemberId, Viewer};
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};

use super::share::{Shares, clean, hash_of, id_hash, listed_warnings, observable_key};
use super::weigh::{Before, Placing, Stored, Verdict, version_key, weigh};
use super::{Contribution, Origin, Outcome};
use crate::sqlite::Writing;
use crate::value;
use crate::{Error, Result};

/// Numbers that the writer remembers between statements. Bounded: when full, it is emptied.
#[derive(Default)]
pub(crate) struct Interned {
    audiences: HashMap<Audience, AudienceId>,
    terms: HashMap<String, i64>,
    /// Only of objects that others refer to: creators, and whatever else is named again and again.
    objects: HashMap<String, i64>,
}

const REMEMBERED: usize = 20_000;

const PUT_OBJECT: &str = "insert into object (hash, id, latest) values (?1, ?2, ?3)";
const OBJECT: &str = "select number, latest from object where hash = ?1 and id = ?2";
const SET_LATEST: &str = "update object set latest = ?2 where number = ?1";
const PUT: &str = "insert into contribution (added, object, version, audience, member, type, repeat, follows, superseded, \
                   withheld, revoked, spec_version, version_text, created, created_by, batch, digest, title, warnings, \
                   words, body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
                   ?19, ?20, ?21)";
const SUPERSEDE: &str = "update contribution set superseded = 1 where object = ?1 and version = ?2 and superseded = 0";
const PUT_OBSERVABLE: &str = "insert into observable (added, ordinal, kind, value, hash, audience) \
                              values (?1, ?2, ?3, ?4, ?5, ?6)";
const PUT_EDGE: &str =
    "insert into edge (added, property, target, audience) values (?1, ?2, ?3, ?4) on conflict do nothing";
const PUT_INDICATOR: &str = "insert into indicator (added, pattern_type, valid_from, valid_until, base_score, \
                             lifetime_days, ended, decay_speed) values (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)";

const STORED: &str = "select c.added, c.version, c.digest, c.created, o.id, c.revoked, c.member, c.audience \
                      from contribution c left join object o on o.number = c.created_by where c.added = ?1";
const SAME: &str = "select added, audience from contribution where object = ?1 and version = ?3 limit ?2";
const FROM_EARLIEST: &str = "select added, audience from contribution where object = ?1 order by version limit ?2";
const FROM_LATEST: &str = "select added, audience from contribution where object = ?1 order by version desc limit ?2";
const OWN_SAME: &str =
    "select added from contribution where object = ?1 and version = ?2 and audience = ?3 and member = ?4";
const OWN: &str = "select added from contribution where object = ?1 and audience = ?2 and member = ?3 limit 1";

/// How many rows of strangers are looked through for one that the member may see.
const LOOKED_THROUGH: i64 = 4_096;

struct Statements<'c> {
    object: CachedStatement<'c>,
    put_object: CachedStatement<'c>,
    put: CachedStatement<'c>,
    put_observable: CachedStatement<'c>,
    put_edge: CachedStatement<'c>,
    put_indicator: CachedStatement<'c>,
}

/// Stores what is new of a batch.
pub(super) fn contribute(
    writing: &mut Writing<'_>,
    origin: &Origin,
    sight: &Viewer,
    contributions: Vec<Contribution>,
) -> Result<Vec<Outcome>> {
    let connection = writing.connection;
    let (member_uuid, batch) = put_batch(writing, origin)?;
    let mut statements = Statements {
        object: connection.prepare_cached(OBJECT)?,
        put_object: connection.prepare_cached(PUT_OBJECT)?,
        put: connection.prepare_cached(PUT)?,
        put_observable: connection.prepare_cached(PUT_OBSERVABLE)?,
        put_edge: connection.prepare_cached(PUT_EDGE)?,
        put_indicator: connection.prepare_cached(PUT_INDICATOR)?,
    };
    let mut shares = Shares::default();
    let mut outcomes = Vec::with_capacity(contributions.len());
    for contribution in contributions {
        let audience = audience(writing, &contribution.audience)?;
        let version = version_key(&contribution);
        let hash = id_hash(&contribution.id);
        let found = find_object(&mut statements.object, hash, &contribution.id)?;
        let (object, before) = match found {
            Some(object) => before(connection, object, origin.member, audience, sight, &contribution)?,
            None => {
                statements.put_object.execute(params![hash, contribution.id, version])?;
                (connection.last_insert_rowid(), Before::default())
            }
        };
        let placing = match weigh(&before, &contribution, origin.member, audience, sight) {
            Verdict::Answer(outcome) => {
                outcomes.push(outcome);
                continue;
            }
            Verdict::Store(placing) => placing,
        };
        if found.is_some() {
            place(connection, object, &placing)?;
        }
        let added = writing.next_added();
        let row = RowOf {
            added,
            object,
            version,
            audience,
            batch,
            placing,
        };
        put(writing, &mut statements, origin, &row, &contribution)?;
        shares.add(audience, &contribution, added);
        outcomes.push(Outcome::Accepted {
            added: stix::Timestamp::from_micros(added),
        });
    }
    drop(statements);
    writing.append(&shares.entries(origin, &member_uuid))?;
    Ok(outcomes)
}

/// Where a row goes.
struct RowOf {
    added: i64,
    object: i64,
    version: i64,
    audience: AudienceId,
    batch: i64,
    placing: Placing,
}

fn put(
    writing: &mut Writing<'_>,
    statements: &mut Statements<'_>,
    origin: &Origin,
    row: &RowOf,
    contribution: &Contribution,
) -> Result<()> {
    let object_type = term(writing, &contribution.object_type)?;
    let created_by = match &contribution.created_by {
        Some(id) => Some(target(writing, statements, id)?),
        None => None,
    };
    statements.put.execute(params![
        row.added,
        row.object,
        row.version,
        row.audience.0,
        origin.member.0,
        object_type,
        row.placing.repeat,
        row.placing.follows,
        row.placing.superseded,
        origin.withheld,
        contribution.revoked,
        contribution.spec_version,
        contribution.version_text,
        contribution.created.map(|created| created.micros()),
        created_by,
        row.batch,
        contribution.digest.as_slice(),
        contribution.title.as_deref().map(clean),
        listed_warnings(&contribution.warnings),
        contribution.text.as_deref().map(clean),
        contribution.body
    ])?;
    for ((kind, value), ordinal) in contribution.observables.iter().zip(0_i64..) {
        let (kind, value) = (i64::from(*kind), observable_key(value));
        let hash = hash_of(kind, &value);
        statements
            .put_observable
            .execute(params![row.added, ordinal, kind, value, hash, row.audience.0])?;
    }
    for (property, id) in &contribution.edges {
        let property = term(writing, property)?;
        let target = target(writing, statements, id)?;
        statements
            .put_edge
            .execute(params![row.added, property, target, row.audience.0])?;
    }
    if let Some(facts) = &contribution.indicator {
        statements.put_indicator.execute(params![
            row.added,
            clean(&facts.pattern_type),
            facts.valid_from.micros(),
            facts.valid_until.map(|until| until.micros()),
            i64::from(facts.base_score),
            i64::from(facts.lifetime_days),
            f64::from(facts.decay_speed)
        ])?;
    }
    Ok(())
}

/// The call itself; also says which member it is.
fn put_batch(writing: &mut Writing<'_>, origin: &Origin) -> Result<(String, i64)> {
    let uuid: Option<String> = writing
        .connection
        .prepare_cached("select uuid from member where id = ?1")?
        .query_row([origin.member.0], |row| row.get(0))
        .optional()?;
    let uuid = uuid.ok_or_else(|| Error::not_found("the member that shares is not there"))?;
    let sql = "insert into batch (member, person, channel, transfer, at) values (?1, ?2, ?3, ?4, ?5)";
    writing.connection.prepare_cached(sql)?.execute(params![
        origin.member.0,
        origin.person.map(|person| person.0),
        clean(&origin.channel),
        origin.transfer.to_string(),
        writing.now().micros()
    ])?;
    Ok((uuid, writing.connection.last_insert_rowid()))
}

/// The number of an object and the version that nothing supersedes, where the object is known.
fn find_object(statement: &mut CachedStatement<'_>, hash: i64, id: &str) -> Result<Option<(i64, Option<i64>)>> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(statement.query_row(params![hash, id], read).optional()?)
}

/// What is stored of an object that is known here.
fn before(
    connection: &Connection,
    (object, latest): (i64, Option<i64>),
    member: MemberId,
    audience: AudienceId,
    sight: &Viewer,
    new: &Contribution,
) -> Result<(i64, Before)> {
    let mut before = Before {
        latest,
        ..Before::default()
    };
    if latest.is_none() {
        return Ok((object, before));
    }
    if !new.dated {
        before.own = connection
            .prepare_cached(OWN)?
            .query_row(params![object, audience.0, member.0], |row| row.get(0))
            .optional()?;
    }
    let version = version_key(new);
    let own_same: Option<i64> = connection
        .prepare_cached(OWN_SAME)?
        .query_row(params![object, version, audience.0, member.0], |row| row.get(0))
        .optional()?;
    if let Some(added) = own_same {
        before.repeat = true;
        before.same.push(stored(connection, added)?);
        // The same again is all there is to say.
        if before.same.iter().any(|row| row.digest == new.digest) {
            return Ok((object, before));
        }
    }
    let sees = |row: AudienceId| row == audience || sight.sees(row);
    let (any, same) = first_seen(connection, SAME, params![object, LOOKED_THROUGH, version], sees)?;
    before.repeat |= any;
    before.same.extend(same);
    for sql in [FROM_EARLIEST, FROM_LATEST] {
        let (_, witness) = first_seen(connection, sql, params![object, LOOKED_THROUGH], sees)?;
        before.witnesses.extend(witness);
    }
    Ok((object, before))
}

/// Whether there is any row, and the first whose audience is seen.
fn first_seen(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    sees: impl Fn(AudienceId) -> bool,
) -> Result<(bool, Option<Stored>)> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut any = false;
    while let Some(row) = rows.next()? {
        any = true;
        if sees(AudienceId(row.get(1)?)) {
            return Ok((any, Some(stored(connection, row.get(0)?)?)));
        }
    }
    Ok((any, None))
}

fn stored(connection: &Connection, added: i64) -> Result<Stored> {
    let read = |row: &rusqlite::Row<'_>| {
        let digest: Vec<u8> = row.get(2)?;
        let stored = Stored {
            added: row.get(0)?,
            version: row.get(1)?,
            digest: [0; 32],
            created: row.get(3)?,
            created_by: row.get(4)?,
            revoked: row.get(5)?,
            member: MemberId(row.get(6)?),
            audience: AudienceId(row.get(7)?),
        };
        Ok((digest, stored))
    };
    let (digest, stored) = connection.prepare_cached(STORED)?.query_row([added], read)?;
    Ok(Stored {
        digest: value::hash(&digest)?,
        ..stored
    })
}

/// Tells the object and its other rows what the new one changes for them.
fn place(connection: &Connection, object: i64, placing: &Placing) -> Result<()> {
    if let Some(latest) = placing.latest {
        connection
            .prepare_cached(SET_LATEST)?
            .execute(params![object, latest])?;
    }
    if let Some(superseded) = placing.supersedes {
        connection
            .prepare_cached(SUPERSEDE)?
            .execute(params![object, superseded])?;
    }
    Ok(())
}

/// The number of an audience; a new one makes every viewer stale.
fn audience(writing: &mut Writing<'_>, audience: &Audience) -> Result<AudienceId> {
    if let Some(id) = writing.interned.audiences.get(audience) {
        return Ok(*id);
    }
    let key = audience.key();
    let find = "select id from audience where key = ?1";
    let found = writing
        .connection
        .prepare_cached(find)?
        .query_row([&key], |row| row.get(0))
        .optional()?;
    let id = match found {
        Some(id) => AudienceId(id),
        None => {
            let insert = "insert into audience (key, terms) values (?1, ?2)";
            let terms = super::share::terms(audience)?;
            writing.connection.prepare_cached(insert)?.execute([&key, &terms])?;
            writing.policy_changed();
            AudienceId(writing.connection.last_insert_rowid())
        }
    };
    remember(&mut writing.interned.audiences, audience.clone(), id);
    Ok(id)
}

/// The number of an object type or property.
fn term(writing: &mut Writing<'_>, text: &str) -> Result<i64> {
    if let Some(number) = writing.interned.terms.get(text) {
        return Ok(*number);
    }
    let put = "insert into term (text) values (?1) on conflict (text) do nothing";
    writing.connection.prepare_cached(put)?.execute([text])?;
    let number = writing
        .connection
        .prepare_cached("select number from term where text = ?1")?
        .query_row([text], |row| row.get(0))?;
    remember(&mut writing.interned.terms, text.to_owned(), number);
    Ok(number)
}

/// The number of an object that is referred to, whether or not it is here.
fn target(writing: &mut Writing<'_>, statements: &mut Statements<'_>, id: &str) -> Result<i64> {
    if let Some(number) = writing.interned.objects.get(id) {
        return Ok(*number);
    }
    let hash = id_hash(id);
    let number = match find_object(&mut statements.object, hash, id)? {
        Some((number, _)) => number,
        None => {
            statements.put_object.execute(params![hash, id, None::<i64>])?;
            writing.connection.last_insert_rowid()
        }
    };
    remember(&mut writing.interned.objects, id.to_owned(), number);
    Ok(number)
}

fn remember<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= REMEMBERED {
        map.clear();
    }
    map.insert(key, value);
}
