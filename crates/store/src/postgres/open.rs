//! Connects to a server and brings the schema up to date.

use std::str::FromStr as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::Postgres;
use crate::migrate::{APPLIED, Applied, CREATE, MIGRATIONS, REMEMBER, digest, pending};
use crate::open::OpenOptions;
use crate::{Error, Result};

/// Connections beside those that read: one that writes, one that waits to.
const WRITERS: u32 = 2;

pub(super) async fn open(url: &str, schema: Option<&str>, options: &OpenOptions) -> Result<Postgres> {
    let schema = schema.unwrap_or("public");
    if !plain(schema) {
        return Err(Error::input(format!("'{schema}' cannot be the name of a schema"))
            .help("use 1 to 63 of a-z, 0-9 and _, beginning with a letter"));
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(Error::input("the URL of the database is not one of PostgreSQL")
            .help("write it like postgresql://user:password@host:5432/database"));
    }
    let connect = PgConnectOptions::from_str(url)?
        .application_name("commonwatch")
        .options([("search_path", schema)]);
    // The pool would try again for half a minute and then say that all its connections are in use: one of its own says
    // at once why the server cannot be reached.
    PgConnection::connect_with(&connect).await?.close().await?;
    let readers = u32::try_from(options.readers.max(1)).unwrap_or(u32::MAX);
    let pool = PgPoolOptions::new()
        .max_connections(readers.saturating_add(WRITERS))
        .connect_with(connect)
        .await?;
    let name = Sha256::digest(format!("commonwatch writers of {schema}").as_bytes());
    let lock = name
        .iter()
        .take(8)
        .fold(0_i64, |lock, byte| (lock << 8) | i64::from(*byte));
    let postgres = Postgres {
        pool,
        clock: Arc::clone(&options.clock),
        random: Arc::clone(&options.random),
        lock,
    };
    migrate(&postgres, schema, options.create).await?;
    Ok(postgres)
}

/// Whether a name needs no quotes.
fn plain(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

async fn migrate(postgres: &Postgres, schema: &str, create: bool) -> Result<()> {
    let mut transaction = postgres.pool.begin().await?;
    let there: bool = sqlx::query("select to_regclass($1) is not null")
        .bind(format!("{schema}.migration"))
        .fetch_one(&mut *transaction)
        .await?
        .try_get(0)?;
    if !there && !create {
        return Err(
            Error::not_found(format!("there is no store in the schema '{schema}' of this database"))
                .help("make one with 'commonwatch init', or name the right database"),
        );
    }
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(postgres.lock)
        .execute(&mut *transaction)
        .await?;
    if !there {
        for sql in [format!("create schema if not exists {schema}"), CREATE.to_owned()] {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
    }
    let mut applied = Vec::new();
    for row in sqlx::query(APPLIED).fetch_all(&mut *transaction).await? {
        applied.push(Applied {
            number: row.try_get(0)?,
            name: row.try_get(1)?,
            digest: row.try_get(2)?,
        });
    }
    for step in pending(MIGRATIONS, |step| step.postgres, &applied)? {
        sqlx::raw_sql(step.postgres).execute(&mut *transaction).await?;
        super::bound(
            REMEMBER,
            &[
                step.number.into(),
                step.name.into(),
                digest(step.postgres).into(),
                (postgres.clock)().into(),
            ],
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
