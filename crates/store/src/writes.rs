//! What low-volume writing asks of a database, so that each way of writing is written once.

use crate::Result;
use crate::postgres::PgWriting;
use crate::record::NewEntry;
use crate::sqlite::Writing;
use crate::value::{Row, Value};

/// Whatever does statements: a transaction that writes, or a store that is only read.
pub(crate) trait Rows {
    /// Does a statement in the common subset; gives its rows.
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>>;
}

/// Reads outside a transaction.
impl Rows for &crate::Store {
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        crate::Store::rows(self, sql, values).await
    }
}

/// A transaction that writes.
pub(crate) trait Writes: Rows {
    /// The instant, microsecond by microsecond unique and growing over everything stored.
    fn next_added(&mut self) -> i64;

    /// Appends entries to the ledger.
    async fn append(&mut self, entries: &[NewEntry]) -> Result<()>;

    /// The time.
    fn now(&self) -> stix::Timestamp;

    /// Makes cached principals and viewers stale.
    fn policy_changed(&mut self);

    /// Puts words (`?2`) of a contribution (`?1`) that is there into the full-text index of this database.
    fn put_words(&self) -> &'static str;

    /// Takes the words of a contribution (`?1`) out of it.
    fn forget_words(&self) -> &'static str;
}

impl Rows for Writing<'_> {
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        crate::sqlite::rows(self.connection, sql, &values)
    }
}

impl Writes for Writing<'_> {
    fn next_added(&mut self) -> i64 {
        Writing::next_added(self)
    }

    async fn append(&mut self, entries: &[NewEntry]) -> Result<()> {
        Writing::append(self, entries)
    }

    fn now(&self) -> stix::Timestamp {
        Writing::now(self)
    }

    fn policy_changed(&mut self) {
        Writing::policy_changed(self);
    }

    fn put_words(&self) -> &'static str {
        crate::contribution::PUT_WORDS.0
    }

    fn forget_words(&self) -> &'static str {
        crate::contribution::FORGET_WORDS.0
    }
}

impl Rows for PgWriting {
    async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.given(sql, &values).await
    }
}

impl Writes for PgWriting {
    fn next_added(&mut self) -> i64 {
        PgWriting::next_added(self)
    }

    async fn append(&mut self, entries: &[NewEntry]) -> Result<()> {
        PgWriting::append(self, entries).await
    }

    fn now(&self) -> stix::Timestamp {
        PgWriting::now(self)
    }

    fn policy_changed(&mut self) {
        PgWriting::policy_changed(self);
    }

    fn put_words(&self) -> &'static str {
        crate::contribution::PUT_WORDS.1
    }

    fn forget_words(&self) -> &'static str {
        crate::contribution::FORGET_WORDS.1
    }
}

/// Writes on whichever database there is, in one transaction.
///
/// With `many = N` it says that it is about so many rows and that it fails, if at all, before it writes: it is then not
/// guarded, because what is undone alone costs the square of what it writes.
macro_rules! writing {
    ($store:expr, $acknowledged:expr, |$writes:ident| $work:expr) => {{
        let terms = $crate::sqlite::Terms {
            acknowledged: $acknowledged,
            ..$crate::sqlite::Terms::SMALL
        };
        $crate::writes::writing!(@ $store, terms, |$writes| $work)
    }};
    ($store:expr, $acknowledged:expr, many = $rows:expr, |$writes:ident| $work:expr) => {{
        let terms = $crate::sqlite::Terms {
            rows: $rows,
            acknowledged: $acknowledged,
            guarded: false,
        };
        $crate::writes::writing!(@ $store, terms, |$writes| $work)
    }};
    (@ $store:expr, $terms:expr, |$writes:ident| $work:expr) => {
        match &$store.db {
            Db::Sqlite(sqlite) => sqlite.write($terms, move |$writes| $crate::at_once($work)).await,
            Db::Postgres(postgres) => {
                let mut transaction = postgres.begin($terms.acknowledged).await?;
                let $writes = &mut transaction;
                let result = $work.await?;
                transaction.commit().await?;
                Ok(result)
            }
        }
    };
}
pub(crate) use writing;
