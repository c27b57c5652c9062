//! What is stored of the objects of a batch, read at once, and kept up to date while the batch is weighed.

use std::collections::HashMap;

use policy::{Audience, AudienceId, MemberId, Viewer};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::postgres_write::ObjectOf;
use super::weigh::{Before, Stored, version_key};
use super::{Contribution, Origin};
use crate::Result;
use crate::postgres::PgWriting;
use crate::value;

macro_rules! stored {
    ($from:literal) => {
        concat!(
            "select w.object, c.added, c.version, c.digest, c.created, o.id, c.revoked, c.member, c.audience from ",
            $from,
            " left join object o on o.number = c.created_by"
        )
    };
}

const OWN_SAME: &str = stored!(
    "unnest($1::bigint[], $2::bigint[], $3::bigint[]) w(object, version, audience) \
     join contribution c on c.object = w.object and c.version = w.version and c.audience = w.audience and c.member = $4"
);
const SEEN_SAME: &str = stored!(
    "unnest($1::bigint[], $2::bigint[]) w(object, version) cross join lateral (select * from contribution \
     where object = w.object and version = w.version and audience = any($3) limit 1) c"
);
const EARLIEST: &str = stored!(
    "unnest($1::bigint[]) w(object) cross join lateral (select * from contribution \
     where object = w.object and audience = any($2) order by version limit 1) c"
);
const LATEST: &str = stored!(
    "unnest($1::bigint[]) w(object) cross join lateral (select * from contribution \
     where object = w.object and audience = any($2) order by version desc limit 1) c"
);
const ANY_SAME: &str = "select w.object, w.version from unnest($1::bigint[], $2::bigint[]) w(object, version) \
                        where exists (select 1 from contribution \
                        where object = w.object and version = w.version)";
const OWN: &str = "select w.object, w.audience, c.added from unnest($1::bigint[], $2::bigint[]) w(object, audience) \
                   cross join lateral (select added from contribution \
                   where object = w.object and audience = w.audience and member = $3 limit 1) c";

/// What is known of the objects of a batch.
#[derive(Debug, Default)]
pub(super) struct Befores {
    latest: HashMap<i64, i64>,
    /// Objects whose `latest` must be written.
    moved: HashMap<i64, i64>,
    /// By object and version.
    same: HashMap<(i64, i64), Vec<Stored>>,
    earliest: HashMap<i64, Stored>,
    last: HashMap<i64, Stored>,
    /// By object and audience, for what comes without times of its own.
    own: HashMap<(i64, AudienceId), i64>,
}

impl Befores {
    /// Reads what is stored before the batch.
    pub(super) async fn read(
        writing: &mut PgWriting,
        origin: &Origin,
        sight: &Viewer,
        contributions: &[Contribution],
        audiences: &HashMap<Audience, AudienceId>,
        objects: &HashMap<String, ObjectOf>,
    ) -> Result<Self> {
        let mut befores = Self::default();
        let (mut numbers, mut versions, mut to) = (Vec::new(), Vec::new(), Vec::new());
        let mut undated = (Vec::new(), Vec::new());
        for contribution in contributions {
            let object = objects.get(&contribution.id);
            let audience = audiences.get(&contribution.audience);
            let (Some(object), Some(audience)) = (object, audience) else {
                continue;
            };
            let Some(latest) = object.latest else { continue };
            befores.latest.insert(object.number, latest);
            numbers.push(object.number);
            versions.push(version_key(contribution));
            to.push(audience.0);
            if !contribution.dated {
                undated.0.push(object.number);
                undated.1.push(audience.0);
            }
        }
        if numbers.is_empty() {
            return Ok(befores);
        }
        let mut seen: Vec<i64> = sight.audiences().iter().map(|audience| audience.0).collect();
        seen.extend(&to);
        seen.sort_unstable();
        seen.dedup();
        let connection = &mut *writing.transaction;

        let any = sqlx::query(ANY_SAME).bind(numbers.clone()).bind(versions.clone());
        for row in any.fetch_all(&mut *connection).await? {
            befores.same.entry((row.try_get(0)?, row.try_get(1)?)).or_default();
        }
        let own_same = sqlx::query(OWN_SAME)
            .bind(numbers.clone())
            .bind(versions.clone())
            .bind(to)
            .bind(origin.member.0);
        let seen_same = sqlx::query(SEEN_SAME)
            .bind(numbers.clone())
            .bind(versions)
            .bind(seen.clone());
        for query in [own_same, seen_same] {
            for row in query.fetch_all(&mut *connection).await? {
                let (object, row) = stored(&row)?;
                befores.same.entry((object, row.version)).or_default().push(row);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        for (sql, into) in [(EARLIEST, &mut befores.earliest), (LATEST, &mut befores.last)] {
            let query = sqlx::query(sql).bind(numbers.clone()).bind(seen.clone());
            for row in query.fetch_all(&mut *connection).await? {
                let (object, row) = stored(&row)?;
                into.insert(object, row);
            }
        }
        if !undated.0.is_empty() {
            let query = sqlx::query(OWN).bind(undated.0).bind(undated.1).bind(origin.member.0);
            for row in query.fetch_all(&mut *connection).await? {
                let key = (row.try_get(0)?, AudienceId(row.try_get(1)?));
                befores.own.insert(key, row.try_get(2)?);
            }
        }
        Ok(befores)
    }

    /// What is known before one contribution.
    pub(super) fn of(&self, object: ObjectOf, version: i64, audience: AudienceId, dated: bool) -> Before {
        let number = object.number;
        let same = self.same.get(&(number, version));
        let witnesses = [self.earliest.get(&number), self.last.get(&number)];
        Before {
            latest: self.latest.get(&number).copied(),
            repeat: same.is_some(),
            same: same.cloned().unwrap_or_default(),
            witnesses: witnesses.into_iter().flatten().cloned().collect(),
            own: self.own.get(&(number, audience)).copied().filter(|_| !dated),
        }
    }

    /// Takes in what the batch itself stores.
    pub(super) fn add(&mut self, object: ObjectOf, latest: Option<i64>, row: Stored) {
        let number = object.number;
        if let Some(latest) = latest {
            self.latest.insert(number, latest);
            self.moved.insert(number, latest);
        }
        self.own.entry((number, row.audience)).or_insert(row.added);
        let earliest = self.earliest.entry(number).or_insert_with(|| row.clone());
        if row.version < earliest.version {
            *earliest = row.clone();
        }
        let last = self.last.entry(number).or_insert_with(|| row.clone());
        if row.version > last.version {
            *last = row.clone();
        }
        self.same.entry((number, row.version)).or_default().push(row);
    }

    /// The objects whose latest version has moved.
    pub(super) fn latest(self) -> Vec<(i64, i64)> {
        self.moved.into_iter().collect()
    }
}

fn stored(row: &PgRow) -> Result<(i64, Stored)> {
    let stored = Stored {
        added: row.try_get(1)?,
        version: row.try_get(2)?,
        digest: value::hash(row.try_get::<&[u8], _>(3)?)?,
        created: row.try_get(4)?,
        created_by: row.try_get(5)?,
        revoked: row.try_get::<i64, _>(6)? != 0,
        member: MemberId(row.try_get(7)?),
        audience: AudienceId(row.try_get(8)?),
    };
    Ok((row.try_get(0)?, stored))
}
