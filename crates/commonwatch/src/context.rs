//! The rim: reads the clock, draws randomness, opens the node of a data directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use node::{Caller, Node, Settings};
use stix::Timestamp;
use store::{DATABASE_FILE, Location, OpenOptions, Store};

use crate::cli::Global;
use crate::config::{self, Config};
use crate::failure::{self, Failure, Kind};

/// The file with the key that signs checkpoints.
pub const LEDGER_KEY: &str = "ledger.key";
/// The file with the key that seals second factors. It is not in the store, so that a copy of the store gives none away.
pub const SEAL_KEY: &str = "seal.key";
/// The setting that holds the node's STIX identity.
const IDENTITY: &str = "identity";

/// The node of a data directory.
pub struct Local {
    /// The node.
    pub node: Node,
    /// Its configuration.
    pub config: Config,
    /// Its directory.
    pub data: PathBuf,
    /// The public key with which its checkpoints and receipts are verified.
    pub verifying_key: ledger::VerifyingKey,
}

/// What opening may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Create {
    /// Make the node where there is none.
    Yes,
    /// A missing node is an error.
    No,
}

/// The time: the one place of the binary that reads the clock.
#[expect(clippy::disallowed_methods, reason = "this is the rim")]
pub fn now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let now = Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX));
    #[cfg(debug_assertions)]
    return now.plus_micros(wrong_by());
    #[cfg(not(debug_assertions))]
    now
}

/// By how much this clock is to be wrong, in microseconds: so that a test can have a machine whose clock is. Builds for use
/// do not look.
#[cfg(debug_assertions)]
fn wrong_by() -> i64 {
    static WRONG_BY: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
    *WRONG_BY.get_or_init(|| {
        let seconds = std::env::var("COMMONWATCH_CLOCK_WRONG_BY_SECONDS").ok();
        seconds
            .and_then(|text| text.parse::<i64>().ok())
            .unwrap_or(0)
            .saturating_mul(1_000_000)
    })
}

/// Fills a slice with random bytes of the operating system.
///
/// Aborts when the system gives none: every key and salt would be guessable.
pub fn fill_random(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        std::process::abort();
    }
}

/// Waits until the system or somebody at the terminal says that it is to end. From the first poll on such a word no longer kills.
pub async fn told_to_stop() {
    let terminated = async {
        #[cfg(unix)]
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Runs a command that talks to the store.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(
                Kind::Ours,
                format!("the threads of the program could not be started: {error}"),
            )
        })?;
    runtime.block_on(work)
}

/// Says whether a data directory holds a node.
pub fn exists(data: &Path) -> bool {
    data.join(LEDGER_KEY).exists()
}

/// Where the store of a configuration is.
pub fn location(data: &Path, config: &Config) -> Location {
    match &config.postgres {
        Some(url) => Location::Postgres(url.clone(), None),
        None => Location::Sqlite(data.to_path_buf()),
    }
}

/// What the store needs from outside.
pub fn options(create: Create, ledger_key: ledger::SigningKey) -> OpenOptions {
    OpenOptions {
        clock: Arc::new(now),
        random: Arc::new(fill_random),
        ledger_key,
        readers: 4,
        create: create == Create::Yes,
        durable: true,
    }
}

impl Local {
    /// Opens the node of a data directory.
    pub async fn open(global: &Global, create: Create) -> Result<Self, Failure> {
        let data = global.data.clone();
        // A directory that may not be looked into is not one without a node.
        if let Err(error) = data.join(LEDGER_KEY).try_exists() {
            return Err(failure::file("read", &data, &error));
        }
        if create == Create::No && !exists(&data) && !data.join(DATABASE_FILE).exists() {
            let message = format!("there is no node in {}", data.display());
            let help = "start one with 'commonwatch serve' or look around with 'commonwatch demo'; --data names another directory";
            return Err(Failure::new(Kind::Refused, message).help(help));
        }
        if !exists(&data) && data.join(DATABASE_FILE).exists() {
            let message = format!("{} holds a store, but not its {LEDGER_KEY}", data.display());
            let help = "put the key back from where it is kept with the backups; if it is lost for good, restore the store's \
                        file into a new directory with 'commonwatch restore': the node then signs under a new name";
            return Err(Failure::input(message).help(help));
        }
        if create == Create::Yes {
            private_directory(&data)?;
        }
        let config = Config::read(&data)?;
        let key = ledger_key(&data)?;
        let verifying_key = key.verifying_key().clone();
        let store = Store::open(&location(&data, &config), options(create, key)).await?;
        let identity = identity(&store).await?;
        let settings = Settings {
            description: config.description.clone(),
            contact: config.contact.clone(),
            public_reading: config.public_reading,
            request_bytes: config.request_mib << 20,
            page_most: config.page_most,
            seal: seal(&data, create)?,
            four_eyes: config.four_eyes,
            providers: config.providers()?,
            webhooks: config.webhooks.rules()?,
            retention: config.retention.into(),
            site: config.public.site(now())?,
            backups: config.postgres.is_none().then(|| data.join("backups")),
            ..Settings::new(&config.title, identity)
        };
        let node = Node::new(store, settings, Arc::new(now), Arc::new(fill_random)).await?;
        Ok(Self {
            node,
            config,
            data,
            verifying_key,
        })
    }

    /// Whoever the command acts as.
    pub async fn caller(&self, global: &Global) -> Result<Caller, Failure> {
        let caller = self.node.local_caller(&global.login).await;
        caller.map_err(|error| match error {
            node::Error::NotFound(_) => {
                Failure::from(error).help("'commonwatch member list' shows the logins; --as takes one of them")
            }
            other => other.into(),
        })
    }
}

async fn identity(store: &Store) -> Result<stix::Id, Failure> {
    if let Some(text) = store.setting_get(IDENTITY).await? {
        return stix::Id::parse(&text).map_err(|error| {
            Failure::new(
                Kind::Ours,
                format!("the node's identity in the store is damaged: {error}"),
            )
        });
    }
    let mut random = [0; 16];
    fill_random(&mut random);
    let identity = stix::Id::new("identity", uuid::Builder::from_random_bytes(random).into_uuid());
    store.setting_put(IDENTITY, identity.as_str()).await?;
    Ok(identity)
}

/// Reads the key that seals second factors, or makes it where a node may be made.
fn seal(data: &Path, create: Create) -> Result<Option<node::Seal>, Failure> {
    let path = data.join(SEAL_KEY);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let key = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
            let damaged = || {
                Failure::input(format!("{} is no key of 64 hexadecimal digits", path.display())).help(
                    "restore it from a backup; without it, remove it and let people enrol their second factors anew",
                )
            };
            Ok(Some(node::Seal::new(key.ok_or_else(damaged)?)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && create == Create::Yes => {
            let mut random = [0; 32];
            fill_random(&mut random);
            private_file(&path, &hex::encode(random))?;
            Ok(Some(node::Seal::new(random)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failure::file("read", &path, &error)),
    }
}

/// Reads the signing key, or makes it.
pub fn ledger_key(data: &Path) -> Result<ledger::SigningKey, Failure> {
    let path = data.join(LEDGER_KEY);
    let damaged = |error: ledger::key::KeyError| {
        Failure::input(format!("{} is not a signing key: {error}", path.display()))
            .help("restore it from a backup; receipts given out so far can only be verified with its public half")
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => ledger::SigningKey::from_secret_text(text.trim()).map_err(damaged),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut random = [0; 32];
            fill_random(&mut random);
            let mut name = [0; 4];
            fill_random(&mut name);
            let key = ledger::SigningKey::from_random(&format!("commonwatch-{}", hex::encode(name)), random)
                .map_err(damaged)?;
            private_file(&path, &key.to_secret_text())?;
            Ok(key)
        }
        Err(error) => Err(failure::file("read", &path, &error)),
    }
}

/// Writes the commented configuration, unless there is one.
pub fn write_config(data: &Path, title: &str, postgres: Option<&str>) -> Result<(), Failure> {
    private_directory(data)?;
    let path = data.join(config::FILE);
    if path.exists() {
        return Ok(());
    }
    private_file(&path, &config::template(title, postgres))
}

/// Makes a directory that only its owner can enter.
pub fn private_directory(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| failure::file("made", path, &error))
}

/// Writes a file that only its owner can read; never over one that is there.
pub fn private_file(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| failure::file("written", path, &error))
}
