//! What a source is called, in messages and in the health of a watch: its address without what stands behind the `?`.

use std::fmt;

use super::SourceSpec;

impl fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Follow { pattern, .. } => write!(f, "follow:{pattern}"),
            Self::SyslogUdp(address) => write!(f, "syslog+udp://{address}"),
            Self::SyslogTcp { address, tls: None } => write!(f, "syslog+tcp://{address}"),
            Self::SyslogTcp { address, tls: Some(_) } => write!(f, "syslog+tls://{address}"),
            Self::Udp(address) => write!(f, "udp://{address}"),
            #[cfg(feature = "nats")]
            Self::Nats { nats, .. } => write!(f, "nats://{}/{}", nats.server, nats.subject),
            #[cfg(feature = "mqtt")]
            Self::Mqtt { mqtt, .. } => write!(f, "mqtt://{}:{}/{}", mqtt.host, mqtt.port, mqtt.topic),
            #[cfg(feature = "kafka")]
            Self::Kafka { kafka, .. } => write!(f, "kafka://{}/{}", kafka.brokers.join(","), kafka.topic),
            #[cfg(feature = "s3")]
            Self::S3 { settings, prefix, .. } => write!(f, "s3://{}/{prefix}", settings.bucket),
        }
    }
}
