//! The two databases behind one face, for everything that is low in volume: one SQL text runs on both.
//!
//! The common subset: lower case, `?1` `?2` for values, whole numbers for instants and truth values, text for UUIDs and
//! JSON, `on conflict`, `returning`. Whatever is read or written a thousand times a second speaks each database's own
//! dialect instead, in `contribution`.

use crate::postgres::Postgres;
use crate::record::NewEntry;
use crate::sqlite::{Sqlite, Terms};
use crate::value::{Row, Value};
use crate::{Result, Store};

/// Which database is under this store.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// One statement of a change.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
    /// Where set, the statement must give a row; otherwise nothing is changed and this is what is not there.
    pub(crate) missing: Option<&'static str>,
}

/// Statements that are done together or not at all, with what the ledger says of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) statements: Vec<Statement>,
    pub(crate) entries: Vec<NewEntry>,
    /// Whether principals or viewers depend on it.
    pub(crate) policy: bool,
}

/// What is written along with something else, by the same transaction or not at all. Nothing, where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Along(pub(crate) Change);

impl Along {
    /// Whether it is nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.0.statements.is_empty() && self.0.entries.is_empty()
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0))
    }
}

impl Change {
    /// Also does all of another.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.statements.extend(other.statements);
        self.entries.extend(other.entries);
        self.policy |= other.policy;
        self
    }

    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Also does this.
    pub(crate) fn with(mut self, sql: &'static str, values: Vec<Value>) -> Self {
        self.statements.push(Statement {
            sql,
            values,
            missing: None,
        });
        self
    }

    /// Also does this, which must give a row.
    pub(crate) fn must(mut self, sql: &'static str, values: Vec<Value>, missing: &'static str) -> Self {
        self.statements.push(Statement {
            sql,
            values,
            missing: Some(missing),
        });
        self
    }

    /// Also writes a ledger entry.
    pub(crate) fn entry(mut self, entry: NewEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Also makes cached principals and viewers stale.
    pub(crate) fn policy(mut self) -> Self {
        self.policy = true;
        self
    }
}

impl Store {
    /// The rows that a statement gives.
    pub(crate) async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        match &self.db {
            Db::Sqlite(sqlite) => {
                sqlite
                    .read(move |connection| crate::sqlite::rows(connection, sql, &values))
                    .await
            }
            Db::Postgres(postgres) => postgres.rows(sql, &values).await,
        }
    }

    /// The first row that a statement gives, made into something.
    pub(crate) async fn row<T>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        make: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        self.rows(sql, values).await?.first().map(make).transpose()
    }

    /// Every row that a statement gives, each made into something.
    pub(crate) async fn list<T>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        make: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows(sql, values).await?.iter().map(make).collect()
    }

    /// Does a change as one; gives the rows of each statement.
    pub(crate) async fn change(&self, change: Change) -> Result<Vec<Vec<Row>>> {
        let policy = change.policy;
        let rows = match &self.db {
            Db::Sqlite(sqlite) => sqlite.write(Terms::SAFE, move |writing| writing.change(&change)).await,
            Db::Postgres(postgres) => postgres.change(&change, true).await,
        }?;
        if policy {
            // Wakes the streams of this process; those that cannot be told now meet it at their next look.
            let _ = self.policy_generation().await;
        }
        Ok(rows)
    }

    /// The same for what nobody is told to be safe: it does not wait for the disk.
    pub(crate) async fn change_soon(&self, change: Change) -> Result<()> {
        match &self.db {
            Db::Sqlite(sqlite) => {
                sqlite
                    .write(Terms::SMALL, move |writing| writing.change(&change).map(drop))
                    .await
            }
            Db::Postgres(postgres) => postgres.change(&change, false).await.map(drop),
        }
    }
}

/// The conflict of a value that must be unique, from `table.column`.
pub(crate) fn taken(columns: &str) -> crate::Error {
    let first = columns.split(',').next().unwrap_or(columns).trim();
    let (table, column) = first.split_once('.').unwrap_or(("row", first));
    crate::Error::conflict(format!("there is already a {table} with this {column}"))
}
