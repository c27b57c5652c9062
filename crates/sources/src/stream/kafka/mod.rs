//! A topic of a broker that speaks the protocol of Kafka: every partition, from saved offsets.
//!
//! There are no consumer groups: each feed reads all partitions of the topic, and where it goes on is kept by the caller
//! ([`Status::positions`], by `topic/partition`), as with files. Partitions that are added later are found within a minute,
//! and read from their beginning.
//!
//! What the broker deleted before it was read is counted as dropped. Batches of aborted transactions are given too: a log line that
//! was taken back is better seen than missed.

mod partition;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rskafka::BackoffConfig;
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use stix::{Place, Problem};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::follow::Start;
use super::retry::{Retry, passing};
use super::{Outlet, Piece, Position, Positions, Status};
use crate::secrets::Secrets;
use partition::Partition;

/// Largest answer: above what brokers let through as one batch.
const ANSWER_BYTES: usize = 64 << 20;

/// How often to look for new partitions.
const LOOK: Duration = Duration::from_secs(60);

/// A topic, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kafka {
    /// Host and port of one broker or several.
    pub brokers: Vec<String>,
    /// Topic.
    pub topic: String,
    /// Where reading begins that has no saved offset in any partition.
    pub start: Start,
    /// Where to go on, as [`Status::positions`] had it.
    pub positions: Positions,
    /// Whether to speak TLS.
    pub tls: bool,
    /// Who vouches for the brokers, PEM; otherwise those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// How this client signs in: user and password, by SASL PLAIN.
    pub secrets: Secrets,
}

impl Kafka {
    /// Takes messages of all partitions until it is told to stop. Waits for a broker that is not there yet.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        tokio::select! {
            outcome = self.partitions(&outlet) => outcome,
            () = outlet.deserted() => Ok(()),
        }
    }

    async fn partitions(&self, outlet: &Outlet) -> Result<(), Problem> {
        let mut reading = JoinSet::new();
        let mut known = Vec::new();
        outlet.status.away();
        let mut start = self.start;
        if self.positions.keys().any(|name| self.partition_of(name).is_some()) {
            // Where others were read before, one that was not is new.
            start = Start::Beginning;
        }
        let mut retry = Retry::new();
        let client = loop {
            match self.client().await {
                Ok(client) => break client,
                Err(trouble) => self.passing(trouble, outlet)?,
            }
            retry.wait().await;
        };
        loop {
            let new = match self.new_partitions(&client, &known, start).await {
                Ok(new) => new,
                Err(trouble) => {
                    self.passing(trouble, outlet)?;
                    retry.wait().await;
                    continue;
                }
            };
            retry.succeeded();
            outlet.status.there();
            for (partition, client, offset) in new {
                known.push(partition);
                let source: Arc<str> = Arc::from(format!("{}/{partition}", self.topic));
                outlet.status.reached(&source, Position::Offset(offset));
                let outlet = outlet.clone();
                let reader = Partition {
                    client,
                    source,
                    offset,
                    outlet,
                };
                reading.spawn(reader.read());
            }
            start = Start::Beginning;
            tokio::select! {
                // A reader ends only where the feed does.
                Some(_) = reading.join_next() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn partition_of(&self, name: &str) -> Option<i32> {
        name.strip_prefix(&self.topic)?.strip_prefix('/')?.parse().ok()
    }

    /// Takes note of what may pass, so that it is tried again; what the broker refuses is not.
    fn passing(&self, trouble: Trouble, outlet: &Outlet) -> Result<(), Problem> {
        let error = match trouble {
            Trouble::Lasting(problem) => return Err(problem),
            Trouble::Of(error) => error,
        };
        let problem = self.problem(&error);
        if is_refusal(&error) {
            return Err(problem);
        }
        if is_of_connection(&error) {
            outlet.status.away();
        }
        outlet.note(passing(problem));
        Ok(())
    }

    async fn client(&self) -> Result<Client, Trouble> {
        let mut builder = ClientBuilder::new(self.brokers.clone())
            .client_id("commonwatch")
            .max_message_size(ANSWER_BYTES)
            // It tries once: trying again, and saying so, is done here.
            .backoff_config(BackoffConfig {
                deadline: Some(Duration::ZERO),
                ..BackoffConfig::default()
            });
        if self.tls {
            builder = builder.tls_config(crate::tls::client(self.ca.as_deref()).map_err(Trouble::Lasting)?);
        }
        if let (Some(user), Some(password)) = (self.secrets.get("user"), self.secrets.get("password")) {
            builder = builder.sasl_config(SaslConfig::Plain(Credentials::new(
                user.to_owned(),
                password.to_owned(),
            )));
        }
        Ok(builder.build().await?)
    }

    /// The partitions that are not read yet, each with where reading it begins.
    async fn new_partitions(
        &self,
        client: &Client,
        known: &[i32],
        start: Start,
    ) -> Result<Vec<(i32, PartitionClient, i64)>, Trouble> {
        let topics = client.list_topics().await?;
        let Some(topic) = topics.into_iter().find(|topic| topic.name == self.topic) else {
            if known.is_empty() {
                return Err(Trouble::Lasting(self.no_topic()));
            }
            return Ok(Vec::new());
        };
        let mut new = Vec::new();
        for partition in topic.partitions.into_iter().filter(|number| !known.contains(number)) {
            let client = client
                .partition_client(self.topic.as_str(), partition, UnknownTopicHandling::Error)
                .await?;
            let offset = match self.positions.get(&format!("{}/{partition}", self.topic)) {
                Some(Position::Offset(offset)) => *offset,
                _ => client.get_offset(place_of(start)).await?,
            };
            new.push((partition, client, offset));
        }
        Ok(new)
    }

    fn no_topic(&self) -> Problem {
        let message = format!("{}: there is no such topic", self.name());
        Problem::error("no-topic", Place::default(), message)
            .help("is it written as the broker has it, and may this user see it?")
    }

    fn problem(&self, error: &Error) -> Problem {
        let message = format!("{}: {}", self.name(), said(error));
        match error {
            Error::ServerError { .. } => {
                Problem::error("refused", Place::default(), message).help("may this user read the topic?")
            }
            _ if is_refusal(error) => Problem::error("refused", Place::default(), message)
                .help("are the user and password in the file named by `credentials` right, and does the broker take SASL PLAIN?"),
            _ => Problem::error("not-connected", Place::default(), message)
                .help("is the broker there, and does it want TLS or credentials?"),
        }
    }

    fn name(&self) -> String {
        format!("Kafka at {}, topic {}", self.brokers.join(","), self.topic)
    }
}

/// Why an attempt came to nothing.
enum Trouble {
    /// The broker, or the way to it.
    Of(Error),
    /// What no waiting mends.
    Lasting(Problem),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Of(error)
    }
}

fn place_of(start: Start) -> OffsetAt {
    match start {
        Start::Beginning => OffsetAt::Earliest,
        Start::End => OffsetAt::Latest,
    }
}

/// What is wrong; what the client says around it tells of tries of its own, which are not made.
fn said(error: &Error) -> String {
    match error {
        Error::ServerError {
            protocol_error,
            error_message,
            ..
        } => {
            let message = error_message.as_deref().unwrap_or_default();
            format!("the broker answers {protocol_error} {message}")
                .trim_end()
                .to_owned()
        }
        other => {
            let text = other.to_string();
            text.rsplit("Retry exceeded deadline. Source: ")
                .next()
                .unwrap_or_default()
                .to_owned()
        }
    }
}

/// Whether the broker is there and says no. That a password is wrong, the client tells in words only.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::ServerError { protocol_error, .. } => matches!(
            protocol_error,
            ProtocolError::TopicAuthorizationFailed | ProtocolError::ClusterAuthorizationFailed
        ),
        other => {
            let text = other.to_string();
            text.contains("Sasl handshake failed: API error") || text.contains("unsupported sasl mechanism")
        }
    }
}

fn is_of_connection(error: &Error) -> bool {
    !matches!(error, Error::ServerError { .. } | Error::InvalidResponse(_))
}
