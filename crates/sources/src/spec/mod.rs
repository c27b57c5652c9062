//! What a person writes to name a source: `follow:/var/log/zeek/*.log`, `syslog+udp://0.0.0.0:514`, `s3://bucket/prefix`.
//!
//! | address | what it is | what `?…` may say |
//! |---|---|---|
//! | `-` | standard input | |
//! | `file:PATH`, or a path | a file or directory at rest | |
//! | `follow:PATTERN` | files that grow | `start=beginning` |
//! | `syslog+udp://HOST:PORT`, `syslog+tcp://…` | syslog | |
//! | `syslog+tls://HOST:PORT` | syslog over TLS | `certificate`, `key`, `client_ca` |
//! | `udp://HOST:PORT` | datagrams, as of NetFlow | |
//! | `nats://HOST:PORT/SUBJECT` | NATS | `durable`, `queue`, `tls`, `ca`, `credentials` |
//! | `mqtt://HOST:PORT/TOPIC` | MQTT | `client`, `tls`, `ca`, `credentials` |
//! | `kafka://HOST:PORT,HOST:PORT/TOPIC` | Kafka | `start`, `tls`, `ca`, `credentials` |
//! | `s3://BUCKET/PREFIX` | object storage | `endpoint`, `region`, `ca`, `credentials` |
//!
//! Secrets are never part of an address: an address stands in logs, lists of processes and the configuration.

mod name;
mod parse;
mod run;

use std::path::PathBuf;

use crate::stream::follow::Start;
use crate::stream::syslog::TlsFiles;

/// A source as it was named. Files that it names are not read before it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceSpec {
    /// Standard input.
    Stdin,
    /// A file or directory at rest.
    File(PathBuf),
    /// Files that grow.
    Follow {
        /// A path or pattern.
        pattern: String,
        /// Where reading begins.
        start: Start,
    },
    /// Syslog over UDP.
    SyslogUdp(String),
    /// Syslog over TCP, perhaps with TLS.
    SyslogTcp {
        /// Where to listen.
        address: String,
        /// The files of TLS.
        tls: Option<TlsFiles>,
    },
    /// Datagrams.
    Udp(String),
    /// A subject of NATS.
    #[cfg(feature = "nats")]
    Nats {
        /// All but how to sign in.
        nats: crate::stream::nats::Nats,
        /// The file that says how to sign in.
        credentials: Option<PathBuf>,
    },
    /// A topic of an MQTT broker.
    #[cfg(feature = "mqtt")]
    Mqtt {
        /// All but how to sign in.
        mqtt: crate::stream::mqtt::Mqtt,
        /// The file that says how to sign in.
        credentials: Option<PathBuf>,
    },
    /// A topic of a Kafka broker.
    #[cfg(feature = "kafka")]
    Kafka {
        /// All but how to sign in.
        kafka: crate::stream::kafka::Kafka,
        /// The file that says how to sign in.
        credentials: Option<PathBuf>,
    },
    /// Objects of a bucket.
    #[cfg(feature = "s3")]
    S3 {
        /// All but how to sign in.
        settings: crate::s3::Settings,
        /// What the keys begin with.
        prefix: String,
        /// The file that says how to sign in.
        credentials: Option<PathBuf>,
    },
}

impl SourceSpec {
    /// Whether it ends by itself: then it is opened and read, otherwise it is run.
    pub fn is_at_rest(&self) -> bool {
        match self {
            Self::File(_) => true,
            #[cfg(feature = "s3")]
            Self::S3 { .. } => true,
            _ => false,
        }
    }

    /// Whether its messages have names that stay the same when they come again: those of a durable consumer.
    pub fn names_messages(&self) -> bool {
        match self {
            #[cfg(feature = "nats")]
            Self::Nats { nats, .. } => nats.durable.is_some(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
