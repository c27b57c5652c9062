//! Where a store is, and what it needs from outside to work: a clock, randomness, a key to sign with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use stix::Timestamp;

/// Reads the clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills a slice with random bytes fit for secrets.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Which database.
#[derive(Clone, Debug)]
pub enum Location {
    /// The file `commonwatch.db` in this directory.
    Sqlite(PathBuf),
    /// A database of this process alone, gone with it; for tests and dry runs.
    SqliteMemory,
    /// A PostgreSQL server: its URL, and the schema to use where that is not `public`.
    Postgres(String, Option<String>),
}

/// What a store needs from outside.
#[derive(Clone)]
pub struct OpenOptions {
    /// The clock.
    pub clock: Clock,
    /// The source of salts.
    pub random: Random,
    /// The key that signs checkpoints of the ledger; its name is the name of the log.
    pub ledger_key: ledger::SigningKey,
    /// How many connections read at the same time.
    pub readers: usize,
    /// Whether to make the database where there is none; otherwise that is an error.
    pub create: bool,
    /// Whether an acknowledged contribution survives a power cut (an fsync for each group of commits).
    pub durable: bool,
}

impl fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenOptions")
            .field("readers", &self.readers)
            .field("create", &self.create)
            .field("durable", &self.durable)
            .finish_non_exhaustive()
    }
}

/// The name of the database file in the data directory.
pub const DATABASE_FILE: &str = "commonwatch.db";
