//! A subject of NATS: core, at most once as NATS has it, or a durable consumer of JetStream, at least once.
//!
//! A message of JetStream is acknowledged when its piece was taken ([`Piece::taken`]). The client connects again by itself and takes
//! its subscriptions with it; what a core subscription missed meanwhile, or was too slow for, is gone: the latter is counted as drops.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use async_nats::jetstream::{self, consumer::AckPolicy, consumer::pull};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, Statistics, Subscriber};
use futures_util::StreamExt as _;
use stix::{Place, Problem};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::acks::Acks;
use super::retry::{Retry, passing};
use super::{Kind, Outlet, Piece, Status};
use crate::secrets::Secrets;

/// How long a message may be on its way to the matcher before the server gives it again.
const ACK_WAIT: Duration = Duration::from_secs(120);

/// How long to wait before a message that was sent counts as dropped.
const SETTLE: Duration = Duration::from_millis(50);

/// Most messages that are on their way at a time.
const UNACKNOWLEDGED: i64 = 4096;

/// A subject, and how it is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nats {
    /// Host and port.
    pub server: String,
    /// Subject, with `*` and `>` as NATS has them.
    pub subject: String,
    /// Name of a durable consumer: with it the subject is read from JetStream.
    pub durable: Option<String>,
    /// Name of a queue group, among whose members messages are shared out. Core only.
    pub queue: Option<String>,
    /// Whether TLS is required.
    pub tls: bool,
    /// Who vouches for the server, PEM; otherwise those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// How this client signs in.
    pub secrets: Secrets,
}

impl Nats {
    /// Takes messages until it is told to stop. Waits for a server that is not there yet.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        let client = tokio::select! {
            client = self.connect(&outlet) => client?,
            () = outlet.deserted() => return Ok(()),
        };
        match &self.durable {
            Some(durable) => self.durable(&client, durable, &outlet).await,
            None => self.core(&client, &outlet).await,
        }
    }

    /// Tries until a server is there; what it refuses is not tried again.
    async fn connect(&self, outlet: &Outlet) -> Result<Client, Problem> {
        let mut retry = Retry::new();
        outlet.status.away();
        loop {
            match self.options(outlet)?.connect(self.server.as_str()).await {
                Ok(client) => {
                    outlet.status.there();
                    return Ok(client);
                }
                Err(error) => {
                    let problem = self.problem("not-connected", &error);
                    if !matches!(
                        error.kind(),
                        ConnectErrorKind::Io | ConnectErrorKind::TimedOut | ConnectErrorKind::Dns
                    ) {
                        return Err(problem);
                    }
                    outlet.note(passing(problem));
                    retry.wait().await;
                }
            }
        }
    }

    fn options(&self, outlet: &Outlet) -> Result<ConnectOptions, Problem> {
        let mut options = ConnectOptions::new().name("commonwatch").require_tls(self.tls);
        if let Some(text) = self.secrets.nats() {
            options = options
                .credentials(text)
                .map_err(|error| self.problem("bad-credentials", &error))?;
        } else if let Some(token) = self.secrets.get("token") {
            options = options.token(token.to_owned());
        } else if let (Some(user), Some(password)) = (self.secrets.get("user"), self.secrets.get("password")) {
            options = options.user_and_password(user.to_owned(), password.to_owned());
        }
        if let Some(ca) = &self.ca {
            options = options.add_root_certificates(ca.clone());
        }
        let (status, server) = (Arc::clone(&outlet.status), self.server.clone());
        Ok(options.event_callback(move |event| {
            let (status, server) = (Arc::clone(&status), server.clone());
            async move {
                match event {
                    Event::Connected => status.there(),
                    // How many were dropped, `Received` knows: of these events some are dropped too.
                    Event::SlowConsumer(_) => status.note(too_slow(&server)),
                    Event::Disconnected => {
                        status.away();
                        status.note(connection_lost(&server));
                    }
                    // By this feed's own end.
                    Event::Closed => {}
                    other => {
                        let message = format!("NATS at {server}: {other}");
                        // Each try to connect again says the same.
                        if status.last_error().is_none_or(|last| last.message != message) {
                            status.note(Problem::warning("nats", Place::default(), message));
                        }
                    }
                }
            }
        }))
    }

    async fn core(&self, client: &Client, outlet: &Outlet) -> Result<(), Problem> {
        let subscribed = match &self.queue {
            Some(queue) => client.queue_subscribe(self.subject.clone(), queue.clone()).await,
            None => client.subscribe(self.subject.clone()).await,
        };
        let messages = subscribed.map_err(|error| self.problem("not-subscribed", &error))?;
        let mut received = Received::new(client);
        let outcome = self.receive(messages, &mut received, outlet).await;
        // What came and still waits is given to nobody any more.
        outlet.status.dropped(received.missing());
        outcome
    }

    async fn receive(&self, mut messages: Subscriber, received: &mut Received, outlet: &Outlet) -> Result<(), Problem> {
        let mut source: Arc<str> = Arc::from("");
        loop {
            let message = tokio::select! {
                biased;
                () = outlet.deserted() => return Ok(()),
                message = messages.next() => message,
                // Only where no message waits.
                dropped = received.dropped() => {
                    outlet.status.dropped(dropped);
                    continue;
                }
            };
            let Some(message) = message else {
                return Err(self.problem("not-subscribed", &"the client ended"));
            };
            called(&mut source, &message.subject);
            let piece = Piece::new(&source, message.payload, Kind::Message);
            if outlet.give(piece).await.is_err() {
                return Ok(());
            }
            received.messages += 1;
        }
    }

    async fn durable(&self, client: &Client, durable: &str, outlet: &Outlet) -> Result<(), Problem> {
        let context = jetstream::new(client.clone());
        let not_there = |error: &dyn std::fmt::Display| self.problem("no-stream", error);
        let name = context
            .stream_by_subject(self.subject.clone())
            .await
            .map_err(|error| not_there(&error))?;
        let stream = context.get_stream(&name).await.map_err(|error| not_there(&error))?;
        let config = pull::Config {
            durable_name: Some(durable.to_owned()),
            filter_subject: self.subject.clone(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: UNACKNOWLEDGED,
            ..pull::Config::default()
        };
        let consumer = stream.get_or_create_consumer(durable, config).await;
        let consumer = consumer.map_err(|error| self.problem("no-consumer", &error))?;
        let mut messages = consumer
            .messages()
            .await
            .map_err(|error| self.problem("no-consumer", &error))?;
        let (acks, mut taken) = Acks::new();
        // Outlives this feed until every piece was taken or let go.
        let status = Arc::clone(&outlet.status);
        tokio::spawn(async move {
            while let Some(acker) = taken.recv().await {
                let acker: jetstream::message::Acker = acker;
                if let Err(error) = acker.ack().await {
                    let message = format!("a message could not be acknowledged and will come again: {error}");
                    status.note(Problem::warning("not-acknowledged", Place::default(), message));
                }
            }
        });
        let mut retry = Retry::new();
        let mut source: Arc<str> = Arc::from("");
        loop {
            let message = tokio::select! {
                () = outlet.deserted() => return Ok(()),
                message = messages.next() => message,
            };
            let message = match message {
                Some(Ok(message)) => message,
                // Heartbeats that stay away while the server is: the stream asks anew by itself.
                Some(Err(error)) => {
                    outlet.note(passing(self.problem("nats", &error)));
                    tokio::select! {
                        () = outlet.deserted() => return Ok(()),
                        () = retry.wait() => continue,
                    }
                }
                None => return Err(self.problem("no-consumer", &"the consumer was deleted")),
            };
            retry.succeeded();
            let name = name_of(&message);
            let (message, acker) = message.split();
            called(&mut source, &message.subject);
            let piece = Piece::new(&source, message.payload, Kind::Message)
                .called(name)
                .once_taken(acks.receipt(acker));
            if outlet.give(piece).await.is_err() {
                return Ok(());
            }
        }
    }

    fn problem(&self, code: &'static str, error: &dyn std::fmt::Display) -> Problem {
        let message = format!("NATS at {}, subject {}: {error}", self.server, self.subject);
        Problem::error(code, Place::default(), message).help(match code {
            "no-stream" => {
                "with `durable` a stream of JetStream must hold the subject: make one, or leave `durable` out"
            }
            "bad-credentials" => "the file named by `credentials` must be a .creds file, or have lines as `user = …`",
            "not-connected" => "is the server there, and does it want TLS or credentials?",
            "no-consumer" => "may this user create consumers, and is the durable one not made for something else?",
            _ => "look at the server's log",
        })
    }
}

/// What its sender called a message (the header `Nats-Msg-Id`), or else its place in the stream.
fn name_of(message: &jetstream::Message) -> Option<Arc<str>> {
    let headers = message.headers.as_ref();
    if let Some(given) = headers.and_then(|headers| headers.get(async_nats::header::NATS_MESSAGE_ID)) {
        return Some(Arc::from(given.as_str()));
    }
    let info = message.info().ok()?;
    Some(format!("{}/{}", info.stream, info.stream_sequence).into())
}

/// Messages of a core subscription: what the server sent and nobody received was dropped, as the client's room for it was full.
struct Received {
    sent: Arc<Statistics>,
    messages: u64,
    dropped: u64,
}

impl Received {
    fn new(client: &Client) -> Self {
        Self {
            sent: client.statistics(),
            messages: 0,
            dropped: 0,
        }
    }

    /// Messages that were sent, and neither received nor counted as dropped.
    fn missing(&self) -> u64 {
        let sent = self.sent.in_messages.load(Relaxed);
        sent.saturating_sub(self.messages).saturating_sub(self.dropped)
    }

    /// How many were dropped since it was asked last; waits for ever where none were. To be asked when no message waits.
    async fn dropped(&mut self) -> u64 {
        if self.missing() > 0 {
            // One may have been counted as sent that is only now put where it waits.
            tokio::time::sleep(SETTLE).await;
        }
        match self.missing() {
            0 => std::future::pending().await,
            dropped => {
                self.dropped += dropped;
                dropped
            }
        }
    }
}

fn too_slow(server: &str) -> Problem {
    let message = format!("messages of NATS at {server} come faster than they are matched; some are dropped");
    Problem::warning("dropped", Place::default(), message)
        .help("with `durable`, JetStream keeps them until they are matched")
}

fn connection_lost(server: &str) -> Problem {
    let message = format!("the connection to NATS at {server} is lost; it is tried again");
    Problem::warning("disconnected", Place::default(), message)
}

/// Keeps the name of the last source, which mostly is that of the next.
fn called(source: &mut Arc<str>, name: &str) {
    if **source != *name {
        *source = Arc::from(name);
    }
}
