//! What every request can reach: the node, and how this face of it is reached from outside.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use node::Node;
use node::events::EventCursor;
use policy::MemberId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::problem::Fault;

/// Exports at the same time; each keeps a thread.
const EXPORTS: usize = 16;

/// How the node is reached from outside.
#[derive(Clone, Debug)]
pub struct Options {
    /// What stands before every path, without a slash at its end, as in `https://hub.example`. None: addresses are given
    /// relative to the host that was asked.
    pub base_url: Option<String>,
    /// The last segment of the TAXII API root.
    pub root: String,
    /// Keys the `next` tokens. Kept by the caller, so that a token outlives a restart and works on every process.
    pub secret: [u8; 32],
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How often it is looked whether there are new events, while somebody waits for them.
    pub events_every: Duration,
    /// After how long of silence a stream of events says that it is there.
    pub heartbeat: Duration,
    /// Whether clients reach this over TLS, here or at a proxy: then browsers are told to insist on it.
    pub secure: bool,
}

impl Options {
    /// The usual root, no proxy, relative addresses.
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            base_url: None,
            root: "commonwatch".to_owned(),
            secret,
            trusted_proxies: Vec::new(),
            events_every: Duration::from_secs(1),
            heartbeat: Duration::from_secs(15),
            secure: false,
        }
    }
}

struct Inside {
    node: Node,
    options: Options,
    requests: AtomicU64,
    process: String,
    exports: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    streams: Arc<Mutex<HashMap<MemberId, usize>>>,
    news: watch::Sender<EventCursor>,
    /// Whether somebody looks for news.
    looking: Mutex<bool>,
    stopping: watch::Sender<bool>,
}

/// Streams of events of all members at the same time.
const STREAMS: usize = 1_024;
/// Streams of events of one member.
const STREAMS_OF_MEMBER: usize = 16;
/// Memory for the bodies of all requests together, in KiB: taking a body in costs about twice its size.
const BODIES_KIB: usize = 256 << 10;
/// How long a request waits for room before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(20);

/// The node and its face; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inside>);

impl App {
    /// Puts a face on a node.
    pub fn new(node: Node, options: Options) -> Self {
        let process = hex::encode(node.random::<4>());
        Self(Arc::new(Inside {
            node,
            options,
            requests: AtomicU64::new(0),
            process,
            exports: Arc::new(Semaphore::new(EXPORTS)),
            bodies: Arc::new(Semaphore::new(BODIES_KIB)),
            streams: Arc::default(),
            news: watch::Sender::new(EventCursor::START),
            looking: Mutex::new(false),
            stopping: watch::Sender::new(false),
        }))
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// Room for a body of so many bytes, kept until the request is answered.
    pub(crate) async fn room_for_body(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let wanted = bytes.div_ceil(1 << 10).min(BODIES_KIB);
        let room = Arc::clone(&self.0.bodies).acquire_many_owned(u32::try_from(wanted).unwrap_or(u32::MAX));
        match tokio::time::timeout(PATIENCE, room).await {
            Ok(Ok(room)) => Ok(room),
            Ok(Err(closed)) => Err(Fault::ours(closed)),
            Err(_) => Err(Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "too much is being taken in at once: try again in a moment",
            )
            .header(RETRY_AFTER, HeaderValue::from_static("10"))),
        }
    }

    /// How it is reached.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The address of a path, absolute where a base is configured.
    pub fn address(&self, path: &str) -> String {
        let base = self.0.options.base_url.as_deref().unwrap_or_default();
        format!("{}{path}", base.trim_end_matches('/'))
    }

    /// A place for one more export, where there is one; given back when it is dropped.
    pub(crate) fn export_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.exports).try_acquire_owned().ok()
    }

    /// A place for one more stream of events.
    pub(crate) fn enter_stream(&self, member: MemberId) -> Option<StreamPlace> {
        let mut streams = self.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = streams.values().sum();
        let own = streams.entry(member).or_default();
        if all >= STREAMS || *own >= STREAMS_OF_MEMBER {
            return None;
        }
        *own += 1;
        Some(StreamPlace {
            streams: Arc::clone(&self.0.streams),
            member,
        })
    }

    /// Hears of it when there may be new events: one look for all who wait, and none where nobody does.
    pub(crate) fn news(&self) -> watch::Receiver<EventCursor> {
        let receiver = self.0.news.subscribe();
        let mut looking = self.0.looking.lock().unwrap_or_else(PoisonError::into_inner);
        if !*looking {
            *looking = true;
            tokio::spawn(self.clone().look_for_news());
        }
        receiver
    }

    async fn look_for_news(self) {
        loop {
            tokio::time::sleep(self.0.options.events_every).await;
            {
                let mut looking = self.0.looking.lock().unwrap_or_else(PoisonError::into_inner);
                if self.0.news.receiver_count() == 0 {
                    *looking = false;
                    return;
                }
            }
            match self.node().events_now().await {
                Ok(place) => {
                    self.0
                        .news
                        .send_if_modified(|known| std::mem::replace(known, place) != place);
                }
                Err(error) => tracing::debug!(%error, "it could not be looked for events"),
            }
        }
    }

    /// Tells streams that the service stops: they end at once, so that nobody waits for them.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Hears of that.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// A name for the next request, unique to this process and its run.
    pub(crate) fn next_request_id(&self) -> String {
        format!(
            "{}-{:08x}",
            self.0.process,
            self.0.requests.fetch_add(1, Ordering::Relaxed)
        )
    }
}

/// One stream of events that is counted until this is dropped.
pub(crate) struct StreamPlace {
    streams: Arc<Mutex<HashMap<MemberId, usize>>>,
    member: MemberId,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = streams.get_mut(&self.member) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                streams.remove(&self.member);
            }
        }
    }
}
