//! A topic of an MQTT broker, at QoS 1: at least once.
//!
//! The session is kept by the broker under the client's name, which therefore must be one's own and stay. A message is acknowledged
//! when its piece was taken; what was not comes again after a new connection. The connection has a task of its own, so that
//! it stays alive while pieces wait.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, MqttOptions, Packet, Publish, QoS, TlsConfiguration,
    Transport,
};
use stix::{Place, Problem};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use super::acks::Acks;
use super::retry::Retry;
use super::{Ended, Kind, Outlet, Piece, Status};
use crate::secrets::Secrets;

/// Largest message. The broker gives a larger one again and again, so it stops the feed: it is above what brokers let through.
const MESSAGE_BYTES: usize = 64 << 20;

/// How long saying goodbye may take: a broker that is away is not waited for.
const GOODBYE: Duration = Duration::from_secs(2);

/// A topic, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mqtt {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Topic, with `+` and `#` as MQTT has them.
    pub topic: String,
    /// The name under which the broker keeps the session.
    pub client: String,
    /// Whether to speak TLS.
    pub tls: bool,
    /// Who vouches for the broker, PEM; otherwise those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// How this client signs in.
    pub secrets: Secrets,
}

impl Mqtt {
    /// Takes messages until it is told to stop. Waits for a broker that is not there yet.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        let (client, connection) = AsyncClient::new(self.options()?, 64);
        let (tell, mut told) = channel(64);
        let link = Link {
            connection,
            client: client.clone(),
            topic: self.topic.clone(),
            server: format!("{}:{}", self.host, self.port),
            status: Arc::clone(&outlet.status),
        };
        let linked = tokio::spawn(link.keep(tell));
        let (acks, mut taken) = Acks::new();
        let acknowledging = client.clone();
        tokio::spawn(async move {
            while let Some(publish) = taken.recv().await {
                if acknowledging.ack(&publish).await.is_err() {
                    break;
                }
            }
        });
        if self.give(&mut told, &acks, &outlet).await.is_ok() {
            // The connection ended by itself, and says why.
            return linked.await.unwrap_or(Ok(()));
        }
        // What was acknowledged goes out before this, as both wait in the same line.
        let _ = client.try_disconnect();
        let _ = tokio::time::timeout(GOODBYE, async { while told.recv().await.is_some() {} }).await;
        linked.abort();
        Ok(())
    }

    /// Hands messages on until there are none, or nobody takes them.
    async fn give(&self, told: &mut Receiver<Publish>, acks: &Acks<Publish>, outlet: &Outlet) -> Result<(), Ended> {
        let mut source: Arc<str> = Arc::from("");
        loop {
            let message = tokio::select! {
                biased;
                () = outlet.deserted() => return Err(Ended),
                message = told.recv() => message,
            };
            let Some(mut message) = message else { return Ok(()) };
            if *source != *message.topic {
                source = Arc::from(message.topic.as_str());
            }
            let payload = std::mem::replace(&mut message.payload, Bytes::new());
            let piece = Piece::new(&source, payload, Kind::Message).once_taken(acks.receipt(message));
            outlet.give(piece).await?;
        }
    }

    fn options(&self) -> Result<MqttOptions, Problem> {
        if self.client.is_empty() {
            return Err(
                Problem::error("no-client", Place::default(), "the client of MQTT has no name")
                    .help("the broker keeps what was not read yet under it: write ?client=NAME"),
            );
        }
        let mut options = MqttOptions::new(&self.client, &self.host, self.port);
        options
            .set_keep_alive(Duration::from_secs(30))
            .set_clean_session(false)
            .set_manual_acks(true)
            .set_max_packet_size(MESSAGE_BYTES, MESSAGE_BYTES);
        if let (Some(user), Some(password)) = (self.secrets.get("user"), self.secrets.get("password")) {
            options.set_credentials(user, password);
        }
        if self.tls {
            let config = crate::tls::client(self.ca.as_deref())?;
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config)));
        }
        Ok(options)
    }
}

/// The connection, made again whenever it is lost.
struct Link {
    connection: rumqttc::EventLoop,
    client: AsyncClient,
    topic: String,
    server: String,
    status: Arc<Status>,
}

impl Link {
    async fn keep(mut self, tell: Sender<Publish>) -> Result<(), Problem> {
        let mut retry = Retry::new();
        self.status.away();
        loop {
            match self.connection.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    retry.succeeded();
                    self.status.there();
                    // Also to a session that was kept: the topic may have changed since. The line has room, as nothing is published.
                    let _ = self.client.try_subscribe(&self.topic, QoS::AtLeastOnce);
                }
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    if tell.send(message).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(Event::Incoming(Packet::SubAck(answer))) => {
                    if answer.return_codes.contains(&rumqttc::SubscribeReasonCode::Failure) {
                        let message = format!("MQTT at {} refuses the topic {}", self.server, self.topic);
                        return Err(Problem::error("not-subscribed", Place::default(), message)
                            .help("may this user read the topic? Is it written as the broker wants it?"));
                    }
                }
                Ok(Event::Outgoing(rumqttc::Outgoing::Disconnect)) | Err(ConnectionError::RequestsDone) => {
                    return Ok(());
                }
                Ok(_) => {}
                Err(ConnectionError::ConnectionRefused(code)) if code != ConnectReturnCode::ServiceUnavailable => {
                    return Err(self.refused(code));
                }
                Err(error) => {
                    if tell.is_closed() {
                        return Ok(());
                    }
                    self.status.away();
                    let message = format!("MQTT at {}: {error}; it is tried again", self.server);
                    self.status
                        .note(Problem::warning("disconnected", Place::default(), message));
                    retry.wait().await;
                }
            }
        }
    }
    /// The broker is there and says no, which no waiting mends.
    fn refused(&self, code: ConnectReturnCode) -> Problem {
        let (why, help) = match code {
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => (
                "this user or password",
                "are `user` and `password` in the file named by `credentials` right, and may this user connect?",
            ),
            ConnectReturnCode::BadClientId => ("the client's name", "choose another `client`"),
            _ => ("this version of MQTT", "it must speak MQTT 3.1.1"),
        };
        let message = format!("MQTT at {} refuses {why}", self.server);
        Problem::error("not-connected", Place::default(), message).help(help)
    }
}
