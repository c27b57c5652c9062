//! From an address to the running thing.

use std::sync::Arc;

#[cfg(feature = "s3")]
use stix::Place;
use stix::Problem;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::SourceSpec;
use crate::open::Limits;
use crate::stream::follow::Follow;
use crate::stream::reader::Reader;
use crate::stream::syslog::Syslog;
use crate::stream::udp::Udp;
use crate::stream::{Piece, Positions, Status};

impl SourceSpec {
    /// Runs a stream until it ends or is told to stop. `positions` are those of [`Status::positions`] at the last end.
    ///
    /// A file at rest is read too, as lines; whoever reads formats that are no lines opens it instead.
    pub async fn run(
        self,
        positions: Positions,
        out: Sender<Piece>,
        stop: CancellationToken,
        status: Arc<Status>,
    ) -> Result<(), Problem> {
        match self {
            Self::Stdin => Reader::stdin(Limits::default()).run(out, stop, status).await,
            Self::File(path) => Reader::file(&path, Limits::default()).run(out, stop, status).await,
            Self::Follow { pattern, start } => {
                let follow = Follow {
                    start,
                    positions,
                    ..Follow::new([pattern])
                };
                follow.run(out, stop, status).await
            }
            Self::SyslogUdp(address) => Udp::bind(&address).await?.messages().run(out, stop, status).await,
            Self::Udp(address) => Udp::bind(&address).await?.run(out, stop, status).await,
            Self::SyslogTcp { address, tls } => {
                Syslog::bind(&address, tls.as_ref()).await?.run(out, stop, status).await
            }
            #[cfg(feature = "nats")]
            Self::Nats { mut nats, credentials } => {
                nats.secrets = secrets(credentials)?;
                nats.run(out, stop, status).await
            }
            #[cfg(feature = "mqtt")]
            Self::Mqtt { mut mqtt, credentials } => {
                mqtt.secrets = secrets(credentials)?;
                mqtt.run(out, stop, status).await
            }
            #[cfg(feature = "kafka")]
            Self::Kafka { mut kafka, credentials } => {
                kafka.secrets = secrets(credentials)?;
                kafka.positions = positions;
                kafka.run(out, stop, status).await
            }
            #[cfg(feature = "s3")]
            Self::S3 { .. } => {
                let message = format!("'{self}' is read as logs of the past, not watched");
                Err(Problem::error("at-rest", Place::default(), message)
                    .help("use 'commonwatch hunt s3://… --indexes FOLDER', or `past` in the node's [watch]"))
            }
        }
    }

    /// The bucket and prefix of an address of object storage.
    #[cfg(feature = "s3")]
    pub fn bucket(self, clock: crate::Clock) -> Result<(crate::s3::Bucket, String), Problem> {
        match self {
            Self::S3 {
                mut settings,
                prefix,
                credentials,
            } => {
                settings.secrets = secrets(credentials)?;
                Ok((crate::s3::Bucket::new(settings, clock)?, prefix))
            }
            _ => Err(
                Problem::error("bad-source", Place::default(), "this is no object storage")
                    .help("write s3://bucket/prefix"),
            ),
        }
    }
}

#[cfg(any(feature = "nats", feature = "mqtt", feature = "kafka", feature = "s3"))]
fn secrets(file: Option<std::path::PathBuf>) -> Result<crate::Secrets, Problem> {
    file.map_or_else(|| Ok(crate::Secrets::default()), |path| crate::Secrets::read(&path))
}
