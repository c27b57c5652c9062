//! PostgreSQL: a pool of connections, several processes on one database.
//!
//! Everybody who writes takes one advisory lock for the length of the transaction, so that `added` and the places in the
//! ledger are in the order of the commits. Reading takes no lock.

mod open;

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Column as _, Postgres as Driver, Row as _, Transaction, TypeInfo as _};

use ledger::Frontier;

use crate::db::Change;
use crate::open::{Clock, OpenOptions, Random};
use crate::record::{self, NewEntry};
use crate::value::{Row, Value};
use crate::{Error, ErrorKind, Result};

/// A PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
    clock: Clock,
    random: Random,
    /// Names the advisory lock of those who write.
    lock: i64,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

/// A transaction that writes, and holds the lock of those who do.
pub(crate) struct PgWriting {
    pub(crate) transaction: Transaction<'static, Driver>,
    clock: Clock,
    random: Random,
    added: i64,
    frontier: Frontier,
    policy: bool,
}

/// The same statement with the placeholders of PostgreSQL. No statement of ours has a `?` elsewhere.
fn translated(sql: &'static str) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql.replace('?', "$"))
}

fn bound<'q>(sql: &'static str, values: &[Value]) -> Query<'q, Driver, PgArguments> {
    let mut query = sqlx::query(translated(sql));
    for value in values {
        query = match value {
            Value::Int(value) => query.bind(*value),
            Value::Real(value) => query.bind(*value),
            Value::Text(value) => query.bind(value.clone()),
            Value::Bytes(value) => query.bind(value.clone()),
        };
    }
    query
}

impl Postgres {
    /// Connects, makes the schema where wanted, and brings it up to date.
    pub(crate) async fn open(url: &str, schema: Option<&str>, options: &OpenOptions) -> Result<Self> {
        open::open(url, schema, options).await
    }

    pub(crate) async fn rows(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>> {
        let rows = bound(sql, values).fetch_all(&self.pool).await?;
        rows.iter().map(row).collect()
    }

    pub(crate) async fn change(&self, change: &Change, acknowledged: bool) -> Result<Vec<Vec<Row>>> {
        let mut writing = self.begin(acknowledged).await?;
        let given = writing.change(change).await?;
        writing.commit().await?;
        Ok(given)
    }

    /// Begins to write. What is not `acknowledged` need not reach the disk before the answer.
    pub(crate) async fn begin(&self, acknowledged: bool) -> Result<PgWriting> {
        let mut transaction = self.pool.begin().await?;
        if !acknowledged {
            sqlx::query("set local synchronous_commit = off")
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(self.lock)
            .execute(&mut *transaction)
            .await?;
        let head: PgRow = sqlx::query("select added, frontier from head")
            .fetch_one(&mut *transaction)
            .await?;
        let frontier = record::frontier(head.try_get::<&[u8], _>(1)?)?;
        Ok(PgWriting {
            added: head.try_get(0)?,
            transaction,
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            frontier,
            policy: false,
        })
    }
}

impl PgWriting {
    /// Does a change as a part of what is written; gives the rows of each statement.
    pub(crate) async fn change(&mut self, change: &Change) -> Result<Vec<Vec<Row>>> {
        let mut given = Vec::with_capacity(change.statements.len());
        for statement in &change.statements {
            let rows = self.given(statement.sql, &statement.values).await?;
            if let (Some(missing), true) = (statement.missing, rows.is_empty()) {
                return Err(Error::not_found(missing));
            }
            given.push(rows);
        }
        self.append(&change.entries).await?;
        self.policy |= change.policy;
        Ok(given)
    }

    /// The rows that a statement gives.
    pub(crate) async fn given(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>> {
        let rows = bound(sql, values).fetch_all(&mut *self.transaction).await?;
        rows.iter().map(row).collect()
    }

    /// The instant, microsecond by microsecond unique and growing over everything stored.
    pub(crate) fn next_added(&mut self) -> i64 {
        self.added = (self.clock)().micros().max(self.added + 1);
        self.added
    }

    /// The time.
    pub(crate) fn now(&self) -> stix::Timestamp {
        (self.clock)()
    }

    /// Makes cached principals and viewers stale.
    pub(crate) fn policy_changed(&mut self) {
        self.policy = true;
    }

    /// Appends entries to the ledger.
    pub(crate) async fn append(&mut self, entries: &[NewEntry]) -> Result<()> {
        for entry in entries {
            let at = self.now();
            let leaf = record::Leaf::append(&mut self.frontier, entry, at, &self.random)?;
            let values = [
                leaf.position.into(),
                at.into(),
                (&entry.kind).into(),
                entry.member.into(),
                (&entry.body).into(),
                leaf.salt.into(),
                leaf.hash.into(),
            ];
            bound(record::INSERT_ENTRY, &values)
                .execute(&mut *self.transaction)
                .await?;
            for completed in leaf.completed {
                let position = record::stored(completed.position)?;
                let values = [
                    i64::from(completed.level).into(),
                    position.into(),
                    completed.hash.0.into(),
                ];
                bound(record::INSERT_HASH, &values)
                    .execute(&mut *self.transaction)
                    .await?;
            }
        }
        Ok(())
    }

    /// Makes it last.
    pub(crate) async fn commit(mut self) -> Result<()> {
        sqlx::query("update head set added = $1, frontier = $2, generation = generation + $3")
            .bind(self.added)
            .bind(self.frontier.to_bytes())
            .bind(i64::from(self.policy))
            .execute(&mut *self.transaction)
            .await?;
        Ok(self.transaction.commit().await?)
    }
}

/// A row, by the few column types that our schema has.
fn row(row: &PgRow) -> Result<Row> {
    let value = |(at, column): (usize, &sqlx::postgres::PgColumn)| {
        Ok(match column.type_info().name() {
            "INT8" => Value::Int(row.try_get(at)?),
            "INT4" => Value::Int(row.try_get::<Option<i32>, _>(at)?.map(i64::from)),
            "FLOAT8" => Value::Real(row.try_get(at)?),
            "BYTEA" => Value::Bytes(row.try_get(at)?),
            _ => Value::Text(row.try_get(at)?),
        })
    };
    row.columns()
        .iter()
        .enumerate()
        .map(value)
        .collect::<Result<_>>()
        .map(Row)
}

/// Says what PostgreSQL could not do in words that help.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let told = match &error {
            sqlx::Error::Database(database) => match database.code().as_deref() {
                Some("23505") => {
                    let table = database.table().unwrap_or("row");
                    let constraint = database.constraint().unwrap_or_default();
                    // As in member_name_key.
                    let column = constraint
                        .strip_prefix(table)
                        .and_then(|rest| rest.strip_prefix('_'))
                        .and_then(|rest| rest.strip_suffix("_key"))
                        .unwrap_or("key");
                    crate::db::taken(&format!("{table}.{column}"))
                }
                Some("23503") => Self::new(
                    ErrorKind::Conflict,
                    "it refers to something that is not there, or is still referred to",
                ),
                Some("53100") => Self::unavailable("the database server's disk is full; nothing was stored")
                    .help("free some space on the server, then try again"),
                Some("25006") => Self::unavailable("the database is read-only")
                    .help("connect to the primary server, not to a standby"),
                Some("40001" | "40P01" | "55P03" | "57014") => {
                    Self::unavailable("the database was busy with the same rows").help("try again in a moment")
                }
                Some(code) if code.starts_with("53") || code.starts_with("57") => {
                    Self::unavailable(format!("the database server cannot answer now: {database}"))
                        .help("try again; look into the server's log")
                }
                Some("28000" | "28P01") => Self::unavailable("the database server refuses the account")
                    .help("check user and password in the URL"),
                Some("3D000") => Self::not_found("there is no such database on the server")
                    .help("make it with 'createdb', or correct the URL"),
                Some("42501") => Self::unavailable("the database account lacks a right that is needed")
                    .help("let the account own the schema"),
                _ => Self::ours(format!("the database refused a statement: {database}")),
            },
            sqlx::Error::PoolTimedOut => Self::unavailable("every connection to the database is in use")
                .help("try again; allow more readers if this lasts"),
            sqlx::Error::Io(io) => Self::unavailable(format!("the database server cannot be reached: {io}"))
                .help("check that it runs and that host and port in the URL are right"),
            sqlx::Error::Tls(tls) => Self::unavailable(format!("no secure connection to the database server: {tls}")),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::unavailable("the store is closed"),
            sqlx::Error::Configuration(what) => Self::input(format!("the URL of the database is not usable: {what}"))
                .help("write it like postgres://user:password@host:5432/database"),
            other => Self::ours(format!("the database driver failed: {other}")),
        };
        told.because(error)
    }
}
