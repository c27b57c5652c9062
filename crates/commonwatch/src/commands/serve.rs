//! `commonwatch serve`: runs the node until it is told to stop.

use std::io::{ErrorKind, IsTerminal};
use std::net::SocketAddr;
use std::time::Duration;

use node::mail::Mailer;
use node::telemetry::FeedStatus;
use serde_json::json;
use server::{App, Limits, Listening, Tls};
use sources::stream::CancellationToken;
use store::MemberKind;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cli::{Global, ServeArgs};
use crate::config::Config;
use crate::context::{Create, Local, exists, fill_random, now, private_file, told_to_stop, write_config};
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// How often the node looks for work that is due: subscriptions, pushes, sightings, the full-text index.
const ROUND: Duration = Duration::from_secs(2);
/// How often it looks whether another process changed who may see what.
const POLICY_ROUND: Duration = Duration::from_secs(1);
/// How often it forgets what is done with.
const RETENTION_ROUND: Duration = Duration::from_secs(600);
/// How often it looks for what is new for saved searches.
const SEARCHES_ROUND: Duration = Duration::from_secs(60);
/// How long rounds may take to end when the node stops.
const GRACE: Duration = Duration::from_secs(5);
/// In how many rounds it is looked once which contacts have to be checked: that is a matter of days.
const CONTACTS_EACH: u32 = 300;
/// Rounds after which it is looked again what else is owed.
const OWED_EACH: u32 = 30;
/// How long a feed of reports that broke off waits before it begins again.
const FEED_PAUSE: Duration = Duration::from_secs(10);
/// Objects that are indexed for full text in one step; between steps others may write.
const INDEXED_AT_ONCE: usize = 2_000;

/// The setting that holds the key of the page tokens.
const TOKEN_SECRET: &str = "token-secret";

/// Runs the node of the data directory, making it first where there is none.
pub async fn run(global: &Global, args: &ServeArgs, output: Output) -> Result<(), Failure> {
    if !exists(&global.data) {
        write_config(&global.data, &args.organisation, args.postgres.as_deref())?;
    }
    let local = Local::open(global, Create::Yes).await?;
    if args.postgres.is_some() && args.postgres != local.config.postgres {
        let message = format!("the node in {} keeps its store elsewhere", global.data.display());
        return Err(Failure::input(message)
            .help("--postgres is for the first start; leave it out, or name another --data directory for a new node"));
    }
    if local.node.store().member_list().await?.is_empty() {
        let identity = local.node.settings().identity.clone();
        let founded = local
            .node
            .found(&args.organisation, MemberKind::Operator, &identity)
            .await?;
        announce(&founded.password, global, output);
    }
    let listen = args.listen.clone().unwrap_or_else(|| local.config.listen.clone());
    let tls = tls(&local, args.self_signed)?;
    let listening = bind(&listen, tls).await?;
    let address = listening.address();
    let base = base_address(&local.config, &address, listening.is_tls());
    output.say(&format!("serving {base}/ (stop with Ctrl-C)"));
    if output.is_json() {
        output.json_line(&json!({ "serving": base, "address": address }));
    }
    serve(local, listening.into_listening(), base).await
}

fn announce(password: &str, global: &Global, output: Output) {
    if output.is_json() {
        output.json_line(&json!({ "login": node::founding::OPERATOR, "password": password }));
    }
    output.say(&format!("a new node is in {}", global.data.display()));
    output.say(&format!("operator login: {}", node::founding::OPERATOR));
    output.say(&format!("password, shown this once: {password}"));
}

/// A socket that is open, with what speaks on it.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
}

impl Bound {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it speaks TLS.
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Hands it to the server.
    pub fn into_listening(self) -> Listening {
        Listening {
            listener: self.listener,
            tls: self.tls,
            limits: Limits::default(),
        }
    }
}

/// Opens a socket.
pub async fn bind(listen: &str, tls: Option<Tls>) -> Result<Bound, Failure> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let (kind, help) = match error.kind() {
            ErrorKind::AddrInUse => (
                Kind::Unavailable,
                "another program is using the port (another node?); choose one with --listen ADDRESS:PORT",
            ),
            ErrorKind::PermissionDenied => (
                Kind::Input,
                "ports below 1024 need a right of their own; choose another with --listen ADDRESS:PORT",
            ),
            ErrorKind::AddrNotAvailable => (
                Kind::Input,
                "this machine has no such address; 127.0.0.1 is the machine itself, 0.0.0.0 all its addresses",
            ),
            _ => (
                Kind::Input,
                "write an address and a port, as in --listen 127.0.0.1:6100",
            ),
        };
        Failure::new(kind, format!("cannot listen on {listen}: {error}")).help(help)
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(Kind::Ours, format!("the socket has no address: {error}")))?;
    Ok(Bound { listener, address, tls })
}

/// The address under which others reach the node.
pub fn base_address(config: &Config, address: &SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    let public = config
        .public_url
        .as_deref()
        .map(|url| url.trim_end_matches('/').to_owned());
    public.unwrap_or_else(|| format!("{scheme}://{address}"))
}

/// Answers requests and does what is due until the process is told to stop; then finishes what is under way.
pub async fn serve(local: Local, listening: Listening, base: String) -> Result<(), Failure> {
    let mailer = local.config.mailer()?;
    let mut options = server::Options::new(token_secret(&local).await?);
    options.secure = listening.tls.is_some();
    options.base_url = Some(base);
    options.trusted_proxies.clone_from(&local.config.trusted_proxies);
    let app = App::new(local.node.clone(), options);
    let (stop, stopped) = watch::channel(false);
    let mut rounds = tokio::task::JoinSet::new();
    rounds.spawn(index(local.node.clone(), stopped.clone()));
    rounds.spawn(subscriptions(local.node.clone(), stopped.clone()));
    rounds.spawn(pushes(local.node.clone(), stopped.clone()));
    rounds.spawn(bridges(local.node.clone(), stopped.clone()));
    rounds.spawn(sightings(local.node.clone(), stopped.clone()));
    rounds.spawn(commitments(local.node.clone(), mailer, stopped.clone()));
    rounds.spawn(webhooks(local.node.clone(), stopped.clone()));
    rounds.spawn(saved_searches(local.node.clone(), stopped.clone()));
    rounds.spawn(policy(local.node.clone(), stopped.clone()));
    rounds.spawn(retention(local.node.clone(), stopped.clone()));
    rounds.spawn(scorecards(local.node.clone(), stopped.clone()));
    if local.config.watch.is_on() {
        let settings = local.config.watch.settings(&local.data)?;
        let node = local.node.clone();
        let stopped = stopped.clone();
        rounds.spawn(async move {
            if let Err(error) = node.watch(settings, stopped).await {
                tracing::error!(%error, "nothing is watched");
            }
        });
    }
    for feed in local.config.telemetry.feeds()? {
        rounds.spawn(reports(local.node.clone(), feed, stopped.clone()));
    }
    let stopping = app.clone();
    let told = async move {
        told_to_stop().await;
        stopping.stop();
    };
    server::serve(listening, server::router(app), told).await;
    let _ = stop.send(true);
    // What is being fetched is cut off; it resumes where it was saved.
    let _ = tokio::time::timeout(GRACE, async { while rounds.join_next().await.is_some() {} }).await;
    rounds.shutdown().await;
    local.node.store().clone().close().await;
    Ok(())
}

/// The key of the page tokens, kept in the store: a token outlives a restart and works on every process.
async fn token_secret(local: &Local) -> Result<[u8; 32], Failure> {
    let store = local.node.store();
    let kept = store.setting_get(TOKEN_SECRET).await?;
    if let Some(Ok(secret)) = kept.map(|text| hex::decode(text).unwrap_or_default().try_into()) {
        return Ok(secret);
    }
    let mut secret = [0; 32];
    fill_random(&mut secret);
    store.setting_put(TOKEN_SECRET, &hex::encode(secret)).await?;
    Ok(secret)
}

/// Keeps the full-text index up to date, step by step, until told to stop. A step that fails is tried again.
async fn index(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        let indexed = node.store().index_next(INDEXED_AT_ONCE).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the full-text index is behind");
            0
        });
        if indexed > 0 {
            tokio::task::yield_now().await;
            if *stopped.borrow() {
                return;
            }
        } else if pause(&mut stopped).await {
            return;
        }
    }
}

/// Runs subscriptions that are due, round after round, until told to stop.
async fn subscriptions(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = node.warninglists_follow().await {
            tracing::warn!(%error, "the warninglists could not be read");
        }
        if let Err(error) = node.subscriptions_run_due(node.now()).await {
            tracing::warn!(%error, "subscriptions could not be run");
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Pushes to peers that are due, round after round, until told to stop.
async fn pushes(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = node.pushes_run_due(node.now()).await {
            tracing::warn!(%error, "pushes could not be run");
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Carries what waits at bridges to partner hubs, round after round, until told to stop.
async fn bridges(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = node.bridges_run_due(node.now()).await {
            tracing::warn!(%error, "bridges could not be carried");
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Tells what is due of what was seen at home, round after round, until told to stop.
async fn sightings(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        match node.sightings_due(node.now()).await {
            Ok(report) if report.refused > 0 => {
                tracing::warn!(refused = report.refused, notes = ?report.notes, "sightings were refused");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "sightings could not be told"),
        }
        if let Err(error) = node.telemetry_forget().await {
            tracing::warn!(%error, "ids of old messages could not be forgotten");
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Counts reports that come through a broker, until told to stop. What breaks off is begun again: the messages wait.
async fn reports(node: node::Node, feed: node::telemetry::Feed, mut stopped: watch::Receiver<bool>) {
    loop {
        let stop = CancellationToken::new();
        let status = std::sync::Arc::new(FeedStatus::default());
        let mut errors = status.source.errors();
        let mut running =
            std::pin::pin!(node.telemetry_feed(feed.clone(), stop.clone(), std::sync::Arc::clone(&status)));
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                Ok(()) = errors.changed() => {
                    if let Some(problem) = errors.borrow_and_update().as_ref() {
                        tracing::warn!(%problem, "reports");
                    }
                }
                _ = stopped.changed() => stop.cancel(),
            }
        };
        tracing::info!(counts = ?status.counts(), "a feed of reports ended");
        if let Err(problem) = ended {
            tracing::error!(%problem, "reports are not counted; it is tried again");
        }
        let until = tokio::time::sleep(FEED_PAUSE);
        tokio::select! {
            () = until => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Tells what is due of commitments, and sends what waits where a mail server is named, round after round, until told
/// to stop.
async fn commitments(node: node::Node, mailer: Option<Mailer>, mut stopped: watch::Receiver<bool>) {
    let mut round = 0_u32;
    loop {
        if round.is_multiple_of(CONTACTS_EACH)
            && let Err(error) = node.contacts_ask().await
        {
            tracing::warn!(%error, "contacts could not be asked to be checked");
        }
        if round.is_multiple_of(OWED_EACH)
            && let Err(error) = node.owed_ask().await
        {
            tracing::warn!(%error, "answers to recalls and consent to agreements could not be asked for");
        }
        round = round.wrapping_add(1);
        if let Err(error) = node.commitments_due(node.now()).await {
            tracing::warn!(%error, "notices of commitments could not be written");
        }
        if let Some(mailer) = &mailer {
            match node.mail_due(node.now(), mailer).await {
                Ok(report) => {
                    if let Some(error) = report.error {
                        tracing::warn!(error, given_up = report.given_up, "mail was not taken");
                    }
                }
                Err(error) => tracing::warn!(%error, "mail could not be sent"),
            }
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Posts what is new and due to webhooks, round after round, until told to stop.
async fn webhooks(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        match node.webhooks_due(node.now()).await {
            Ok(report) if report.given_up + report.switched_off > 0 => {
                tracing::warn!(?report, "messages of webhooks did not arrive");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "webhooks could not be posted to"),
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Tells people what is new for the searches that they saved, round after round, until told to stop.
async fn saved_searches(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = node.saved_searches_due(node.now()).await {
            tracing::warn!(%error, "people could not be told what is new for their saved searches");
        }
        tokio::select! {
            () = tokio::time::sleep(SEARCHES_ROUND) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Forgets what is done with, round after round, until told to stop; says what.
async fn retention(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        match node.retention_run(node.now()).await {
            Ok(forgotten) if forgotten.is_nothing() => {}
            Ok(forgotten) => tracing::info!(?forgotten, "the retention rules removed what is over"),
            Err(error) => tracing::warn!(%error, "the retention rules could not run"),
        }
        tokio::select! {
            () = tokio::time::sleep(RETENTION_ROUND) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Keeps the numbers of the scorecards up to date, round after round, and counts them again each night; until told to stop.
async fn scorecards(node: node::Node, mut stopped: watch::Receiver<bool>) {
    let day = |node: &node::Node| node.now().micros().div_euclid(86_400_000_000);
    let mut checked = day(&node);
    loop {
        if let Err(error) = node.scorecards_run().await {
            tracing::warn!(%error, "the numbers of the scorecards are behind");
        }
        let today = day(&node);
        if today != checked {
            checked = today;
            match node.store().score_check().await {
                Ok(differences) if differences.is_empty() => tracing::info!("the scorecards are what the ledger says"),
                Ok(differences) => tracing::error!(
                    many = differences.len(),
                    first = ?differences.first(),
                    "ALARM: numbers of the scorecards are not what the ledger says; run 'commonwatch scorecard check'"
                ),
                Err(error) => tracing::warn!(%error, "the scorecards could not be counted again"),
            }
        }
        if pause(&mut stopped).await {
            return;
        }
    }
}

/// Looks each second whether another process changed who may see what, so that open answers end in time.
async fn policy(node: node::Node, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = node.store().policy_generation().await {
            tracing::debug!(%error, "the policy generation could not be read");
        }
        tokio::select! {
            () = tokio::time::sleep(POLICY_ROUND) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Waits for the next round; says whether to stop instead.
async fn pause(stopped: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(ROUND) => *stopped.borrow(),
        _ = stopped.changed() => true,
    }
}

/// The certificate to serve with, where one is named or one for a first try was asked for.
fn tls(local: &Local, self_signed: bool) -> Result<Option<Tls>, Failure> {
    let read = |path: &std::path::Path| std::fs::read(path).map_err(|error| failure::file("read", path, &error));
    let bad = |error: server::tls::TlsError| Failure::input(format!("the certificate cannot be used: {error}"));
    match (&local.config.tls_certificate, &local.config.tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = Tls::from_pem(&read(certificate)?, &read(key)?);
            let names = format!("{} and {}", certificate.display(), key.display());
            Ok(Some(tls.map_err(|error| {
                bad(error).help(format!("the files are {names}, as in commonwatch.toml"))
            })?))
        }
        (None, None) if self_signed => {
            let (chain, key) = (local.data.join("self-signed.pem"), local.data.join("self-signed.key"));
            if !chain.exists() {
                let made = Tls::self_signed(&["localhost".to_owned(), "127.0.0.1".to_owned()], now()).map_err(bad)?;
                private_file(&chain, &made.certificate)?;
                private_file(&key, &made.key)?;
            }
            Ok(Some(Tls::from_pem(&read(&chain)?, &read(&key)?).map_err(bad)?))
        }
        (None, None) => Ok(None),
        _ => Err(Failure::input("tls-certificate and tls-key belong together")
            .help("name both in commonwatch.toml, or neither")),
    }
}

/// Where the log goes: standard error, in the form asked for, at the level of COMMONWATCH_LOG. A command that ends says
/// itself what went wrong, so only a node that goes on warns unasked.
pub fn start_log(json: bool, goes_on: bool) {
    let level = if goes_on { "warn" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("COMMONWATCH_LOG").unwrap_or_else(|_| level.into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let started = if json { log.json().try_init() } else { log.try_init() };
    // A second start in one process (tests) keeps the first log.
    let _ = started;
}
