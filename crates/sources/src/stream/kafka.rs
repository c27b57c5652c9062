//! A topic of a broker that speaks the protocol of Kafka: every partition, from saved offsets.
//!
//! There are no consumer groups: each feed reads all partitions of the topic, and where it goes on is kept by the caller
//! ([`Status::positions`], by `topic/partition`), as with files. Partitions that are added later are read after a restart.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rskafka::client::partition::{OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use stix::{Place, Problem};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::follow::Start;
use super::{Kind, LINE_BYTES, Outlet, Piece, Position, Positions, Status};
use crate::secrets::Secrets;

/// Most bytes that one fetch brings.
const FETCH_BYTES: i32 = 4 << 20;

/// How long the broker may wait for something to come.
const FETCH_WAIT_MILLISECONDS: i32 = 1000;

/// How long to wait before something is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// A topic, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kafka {
    /// Host and port of one broker or several.
    pub brokers: Vec<String>,
    /// Topic.
    pub topic: String,
    /// For partitions without a saved offset.
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
    /// Takes messages of all partitions until it is told to stop.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        tokio::select! {
            outcome = self.partitions(&outlet) => outcome,
            () = outlet.deserted() => Ok(()),
        }
    }

    async fn partitions(&self, outlet: &Outlet) -> Result<(), Problem> {
        let client = self.client().await?;
        let topics = client
            .list_topics()
            .await
            .map_err(|error| self.problem("not-connected", &error))?;
        let Some(topic) = topics.into_iter().find(|topic| topic.name == self.topic) else {
            return Err(self.problem("no-topic", &"there is no such topic"));
        };
        let mut reading = JoinSet::new();
        for partition in topic.partitions {
            let client = client
                .partition_client(self.topic.as_str(), partition, UnknownTopicHandling::Error)
                .await;
            let client = client.map_err(|error| self.problem("no-topic", &error))?;
            let source: Arc<str> = Arc::from(format!("{}/{partition}", self.topic));
            let offset = match self.positions.get(&*source) {
                Some(Position::Offset(offset)) => *offset,
                _ => self.begin(&client).await?,
            };
            outlet.status.reached(&source, Position::Offset(offset));
            let reader = Partition {
                client,
                source,
                offset,
                outlet: outlet.clone(),
            };
            reading.spawn(reader.read());
        }
        // They end only where the feed does.
        while reading.join_next().await.is_some() {}
        Ok(())
    }

    async fn client(&self) -> Result<Client, Problem> {
        let mut builder = ClientBuilder::new(self.brokers.clone())
            .client_id("commonwatch")
            .max_message_size(16 << 20);
        if self.tls {
            builder = builder.tls_config(crate::tls::client(self.ca.as_deref())?);
        }
        if let (Some(user), Some(password)) = (self.secrets.get("user"), self.secrets.get("password")) {
            builder = builder.sasl_config(SaslConfig::Plain(Credentials::new(
                user.to_owned(),
                password.to_owned(),
            )));
        }
        builder
            .build()
            .await
            .map_err(|error| self.problem("not-connected", &error))
    }

    async fn begin(&self, client: &PartitionClient) -> Result<i64, Problem> {
        let at = match self.start {
            Start::Beginning => OffsetAt::Earliest,
            Start::End => OffsetAt::Latest,
        };
        client
            .get_offset(at)
            .await
            .map_err(|error| self.problem("no-topic", &error))
    }

    fn problem(&self, code: &'static str, error: &dyn std::fmt::Display) -> Problem {
        let message = format!("Kafka at {}, topic {}: {error}", self.brokers.join(","), self.topic);
        Problem::error(code, Place::default(), message).help(match code {
            "no-topic" => "is the topic written as the broker has it, and may this user read it?",
            _ => "is the broker there, and does it want TLS or credentials?",
        })
    }
}

/// One partition that is read.
struct Partition {
    client: PartitionClient,
    source: Arc<str>,
    offset: i64,
    outlet: Outlet,
}

impl Partition {
    async fn read(mut self) {
        let mut failed = false;
        loop {
            let fetched = self
                .client
                .fetch_records(self.offset, 1..FETCH_BYTES, FETCH_WAIT_MILLISECONDS)
                .await;
            let records = match fetched {
                Ok((records, _)) => records,
                Err(error) => {
                    let message = format!(
                        "Kafka, {} at offset {}: {error}; it is tried again",
                        self.source, self.offset
                    );
                    self.outlet.note(
                        Problem::warning("not-fetched", Place::default(), message)
                            .help("an offset out of range was deleted by the broker: remove the saved position"),
                    );
                    failed = true;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            if std::mem::take(&mut failed) {
                self.outlet.status.reconnected();
            }
            for record in records {
                self.offset = record.offset + 1;
                let Some(value) = record.record.value else { continue };
                if value.len() > LINE_BYTES {
                    self.outlet.status.dropped(1);
                    continue;
                }
                let (status, source, next) = (Arc::clone(&self.outlet.status), Arc::clone(&self.source), self.offset);
                let piece = Piece::new(&self.source, Bytes::from(value), Kind::Message)
                    .once_taken(move || status.reached(&source, Position::Offset(next)));
                if self.outlet.give(piece).await.is_err() {
                    return;
                }
            }
        }
    }
}
