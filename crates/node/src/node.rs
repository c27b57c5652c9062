//! A node at work: its store, its clock, its settings. Every use case is a method on [`Node`] in a module of its own.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use matching::Warninglists;
use policy::{Principal, Viewer};
use stix::Timestamp;
use store::Store;

use crate::accounts::Caller;
use crate::error::Error;
use crate::intake::Identities;
use crate::privacy::Retention;
use crate::seal::Seal;
use crate::sign_ins::SignIns;

/// What the operator decided about this node.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name shown to people and in TAXII discovery.
    pub title: String,
    /// What it is for, a sentence.
    pub description: String,
    /// Whom to write to about it.
    pub contact: Option<String>,
    /// The STIX identity in whose name this node makes objects (from lists and reports).
    pub identity: stix::Id,
    /// Whether somebody without an account may read what is TLP:CLEAR.
    pub public_reading: bool,
    /// Bytes of one request, after decompression.
    pub request_bytes: usize,
    /// Objects on a page when nothing is asked for.
    pub page_default: usize,
    /// Objects on a page at the most.
    pub page_most: usize,
    /// Bytes of bodies on a page; a page ends early when the next object would pass it.
    pub page_bytes: usize,
    /// How far in the future `modified` may lie, in microseconds: clocks differ, but a version from next year would stay the last one for a year.
    pub clock_tolerance: i64,
    /// Months after which a member's contact has to be checked again.
    pub contact_months: u8,
    /// Seals the second factors of people; without it nobody can have one.
    pub seal: Option<Seal>,
    /// Whether what [`policy::action::takes_two`] names takes two people. Off only where one person runs the node.
    pub four_eyes: bool,
    /// Identity providers through which people sign in.
    pub providers: Vec<crate::providers::Provider>,
    /// Where webhooks may go.
    pub webhooks: crate::webhooks::Rules,
    /// After how long something that is done with is forgotten.
    pub retention: Retention,
    /// What is public at first.
    pub site: crate::site::Site,
    /// The folder for backups that are made from a page; none: none are.
    pub backups: Option<std::path::PathBuf>,
}

impl Settings {
    /// The settings of a fresh node.
    pub fn new(title: &str, identity: stix::Id) -> Self {
        Self {
            title: title.to_owned(),
            description: "Threat information shared under rules that hold".to_owned(),
            contact: None,
            identity,
            public_reading: false,
            request_bytes: 32 << 20,
            page_default: 1_000,
            page_most: 10_000,
            page_bytes: 16 << 20,
            clock_tolerance: 24 * 3_600 * 1_000_000,
            contact_months: 6,
            seal: None,
            four_eyes: true,
            providers: Vec::new(),
            webhooks: crate::webhooks::Rules::default(),
            retention: Retention::default(),
            site: crate::site::Site::default(),
            backups: None,
        }
    }
}

/// Reads the clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Fills a slice with random bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;
/// Something that happens between two steps.
pub type Happening = Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, ()> + Send + Sync>;

struct Inner {
    store: Store,
    clock: Clock,
    random: Random,
    settings: Settings,
    sign_ins: SignIns,
    process_secret: [u8; 32],
    decoy_hash: String,
    warninglists: RwLock<Arc<Warninglists>>,
    compiled_from: Mutex<String>,
    identities: RwLock<(i64, Arc<Identities>)>,
    running: crate::subscriptions::Running,
    watch: crate::watch::Shared,
    gather: crate::telemetry::Gather,
    telemetry_kept: crate::telemetry::Kept,
    telemetry_adding: tokio::sync::Mutex<()>,
    recalls: tokio::sync::watch::Sender<u64>,
    recalls_waiting: Mutex<Vec<crate::recall::Waiting>>,
    providers_kept: crate::providers::Kept,
    letters: crate::tips::Letters,
    misp: crate::misp::Kept,
    chosen: RwLock<crate::chosen::ChosenInForce>,
    happening: Mutex<Option<Happening>>,
}

/// A node at work; cheap to clone.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

impl Node {
    /// Puts a node together. Clock and randomness are parameters, so that a test can set them.
    ///
    /// # Errors
    /// When the warninglists in the store cannot be read.
    pub async fn new(store: Store, settings: Settings, clock: Clock, random: Random) -> Result<Self, Error> {
        let mut process_secret = [0; 32];
        random(&mut process_secret);
        let mut salt = [0; 16];
        random(&mut salt);
        let decoy_hash = crate::accounts::hash_password("", &salt)?;
        let chosen = crate::chosen::ChosenInForce {
            chosen: Arc::new(crate::chosen::Chosen::from(&settings)),
            here: false,
        };
        let node = Self(Arc::new(Inner {
            store,
            clock,
            random,
            settings,
            sign_ins: SignIns::default(),
            process_secret,
            decoy_hash,
            warninglists: RwLock::default(),
            compiled_from: Mutex::default(),
            identities: RwLock::new((i64::MIN, Arc::default())),
            running: crate::subscriptions::Running::default(),
            watch: crate::watch::Shared::default(),
            gather: crate::telemetry::Gather::default(),
            telemetry_kept: crate::telemetry::Kept::default(),
            telemetry_adding: tokio::sync::Mutex::default(),
            recalls: tokio::sync::watch::Sender::default(),
            recalls_waiting: Mutex::default(),
            providers_kept: crate::providers::Kept::default(),
            letters: crate::tips::Letters::default(),
            misp: crate::misp::Kept::default(),
            chosen: RwLock::new(chosen),
            happening: Mutex::default(),
        }));
        node.chosen_read().await?;
        node.reload_warninglists().await?;
        node.four_eyes_noted().await?;
        Ok(node)
    }

    /// The store. Its readers ask for a [`Viewer`].
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What the operator decided in the configuration; what can be chosen while the node runs says [`Node::chosen`].
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Where this process keeps what was chosen while it runs.
    pub(crate) fn chosen_kept(&self) -> &RwLock<crate::chosen::ChosenInForce> {
        &self.0.chosen
    }

    /// What reads the time.
    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.0.clock)
    }

    /// How the watch is.
    pub(crate) fn watch_shared(&self) -> &crate::watch::Shared {
        &self.0.watch
    }

    /// Reports on their way into the store.
    pub(crate) fn telemetry_gather(&self) -> &crate::telemetry::Gather {
        &self.0.gather
    }

    /// Whose turn it is to add up what messages say.
    pub(crate) fn telemetry_adding(&self) -> &tokio::sync::Mutex<()> {
        &self.0.telemetry_adding
    }

    /// Who would be told of what is reported.
    pub(crate) fn telemetry_kept(&self) -> &crate::telemetry::Kept {
        &self.0.telemetry_kept
    }

    /// How many tips came from where.
    pub(crate) fn letters(&self) -> &crate::tips::Letters {
        &self.0.letters
    }

    /// What is known of identity providers.
    pub(crate) fn providers_kept(&self) -> &crate::providers::Kept {
        &self.0.providers_kept
    }

    /// Tells those who wait for recalls that there may be one.
    pub(crate) fn recalls_changed(&self) {
        self.0.recalls.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Hears of it when recalls were made by this process.
    pub(crate) fn recalls_heard(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.recalls.subscribe()
    }

    /// Answers to recalls that will say more once the watchlist was swapped.
    pub(crate) fn with_waiting<T>(&self, change: impl FnOnce(&mut Vec<crate::recall::Waiting>) -> T) -> T {
        change(&mut self.0.recalls_waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0.random)(&mut bytes);
        bytes
    }

    /// A fresh UUID of version 4.
    pub fn fresh_uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.random()).into_uuid()
    }

    /// What a caller may see just now.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn viewer(&self, caller: &Caller) -> Result<Viewer, Error> {
        let viewer = self.viewer_worked_out(caller).await?;
        self.let_happen().await;
        Ok(viewer)
    }

    async fn viewer_worked_out(&self, caller: &Caller) -> Result<Viewer, Error> {
        if let Some(viewer) = caller.sight.as_ref().and_then(|sight| sight.viewer.get()) {
            return Ok(viewer.clone());
        }
        let viewer = self.store().viewer(Arc::clone(&caller.principal)).await?;
        if let Some(sight) = &caller.sight {
            let _ = sight.viewer.set(viewer.clone());
        }
        Ok(viewer)
    }

    /// Lets something happen each time a view was worked out and nothing was read by it yet; nothing where none is given. A
    /// node at work never has one: with it a test lets the rules move on in that very moment, without a race.
    pub fn happens_before_reading(&self, happening: Option<Happening>) {
        *self.0.happening.lock().unwrap_or_else(PoisonError::into_inner) = happening;
    }

    async fn let_happen(&self) {
        let take = || self.0.happening.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Taken out meanwhile, so that it does not happen within itself.
        if let Some(happening) = take() {
            happening().await;
            self.happens_before_reading(Some(happening));
        }
    }

    pub(crate) fn misp_kept(&self) -> &crate::misp::Kept {
        &self.0.misp
    }

    /// What streams wait on: it changes whenever somebody may see or do something else than before. Changes made in this
    /// process are told at once, those of others when the generation is read next (each request does that, and
    /// `commonwatch serve` every second).
    pub fn policy_changed(&self) -> tokio::sync::watch::Receiver<i64> {
        self.store().policy_changes()
    }

    /// Whether a caller may still see all that this view of theirs opens. A long answer asks when the rules have changed,
    /// and ends where it is not so.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn still_sees(&self, caller: &Caller, before: &Viewer) -> Result<bool, Error> {
        let now = self.as_of_now(caller).await?;
        if before.principal().member != now.principal.member {
            return Ok(false);
        }
        let now = self.viewer(&now).await?;
        Ok(before.audiences().iter().all(|audience| now.sees(*audience)))
    }

    /// A caller as the accounts stand now, for work that goes on after the request that began it: the public where
    /// the person or the member may no longer act.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn as_of_now(&self, caller: &Caller) -> Result<Caller, Error> {
        let before = &caller.principal;
        let principal = match (before.person, before.member) {
            (Some(person), _) => match self.store().person_get(person).await? {
                Some(person) => Principal {
                    scopes: before.scopes,
                    presence: before.presence,
                    ..self.store().principal_of(&person, before.read_only).await?
                },
                None => Principal::public(),
            },
            (None, Some(member)) => self.store().principal_of_member(member).await?,
            (None, None) => Principal::public(),
        };
        Ok(Caller::new(principal, &caller.name))
    }

    /// The warninglists in force.
    pub fn warninglists(&self) -> Arc<Warninglists> {
        Arc::clone(&self.0.warninglists.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the warninglists in force were compiled from.
    pub(crate) fn warninglists_compiled_from(&self) -> String {
        self.0
            .compiled_from
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn put_warninglists(&self, lists: Warninglists, compiled_from: String) {
        *self.0.compiled_from.lock().unwrap_or_else(PoisonError::into_inner) = compiled_from;
        *self.0.warninglists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
    }

    /// The members by identity, where they were read under this policy generation.
    pub(crate) fn kept_identities(&self, generation: i64) -> Option<Arc<Identities>> {
        let kept = self.0.identities.read().unwrap_or_else(PoisonError::into_inner);
        (kept.0 == generation).then(|| Arc::clone(&kept.1))
    }

    pub(crate) fn keep_identities(&self, generation: i64, identities: Arc<Identities>) {
        *self.0.identities.write().unwrap_or_else(PoisonError::into_inner) = (generation, identities);
    }

    /// What runs by schedule just now.
    pub(crate) fn running(&self) -> &crate::subscriptions::Running {
        &self.0.running
    }

    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    pub(crate) fn process_secret(&self) -> &[u8; 32] {
        &self.0.process_secret
    }

    pub(crate) fn decoy_hash(&self) -> &str {
        &self.0.decoy_hash
    }
}
