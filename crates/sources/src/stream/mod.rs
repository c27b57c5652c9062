//! What never ends, as pieces over a bounded channel: followed files, pipes, listeners, subjects of brokers.
//!
//! Each feed has `run(self, out, stop, status)`. It waits where the channel is full, ends well when it is told to stop or when
//! nobody takes pieces any more, and keeps trying where the other side is away; what it fails for is what no waiting mends.
//!
//! A piece is acknowledged by who took it: [`Piece::taken`] moves the saved position of a file on, and acknowledges a broker's
//! message. What was handed over but not taken comes again after a restart: at least once, nowhere at most once.

#[cfg(any(feature = "nats", feature = "mqtt"))]
mod acks;
pub mod follow;
#[cfg(feature = "kafka")]
pub mod kafka;
mod lines;
#[cfg(feature = "mqtt")]
pub mod mqtt;
#[cfg(feature = "nats")]
pub mod nats;
mod outlet;
pub mod reader;
#[cfg(any(feature = "mqtt", feature = "kafka", feature = "nats"))]
mod retry;
mod status;
pub mod syslog;
pub mod udp;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

pub use lines::LINE_BYTES;
pub use status::{Counts, FilePosition, Position, Positions, Status};
pub use tokio_util::sync::CancellationToken;

pub(crate) use outlet::{Ended, Outlet};

/// How the bytes of a piece are to be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole lines, one or many; only the last of a source may lack its end.
    Lines,
    /// One datagram.
    Datagram,
    /// One message of a protocol that says where messages end.
    Message,
}

/// Some bytes of a stream.
#[derive(Debug)]
pub struct Piece {
    /// File, sender's address, subject or topic.
    pub source: Arc<str>,
    /// The bytes.
    pub bytes: Bytes,
    /// How they are to be cut.
    pub kind: Kind,
    /// What the message is called, where its broker or its sender names it: the same when it comes again.
    pub message: Option<Arc<str>>,
    receipt: Receipt,
}

impl Piece {
    pub(crate) fn new(source: &Arc<str>, bytes: Bytes, kind: Kind) -> Self {
        Self {
            source: Arc::clone(source),
            bytes,
            kind,
            message: None,
            receipt: Receipt(None),
        }
    }

    /// Says what the message is called.
    #[cfg(feature = "nats")]
    pub(crate) fn called(mut self, name: Option<Arc<str>>) -> Self {
        self.message = name;
        self
    }

    /// What is to be done once the piece was taken.
    pub(crate) fn once_taken(mut self, receipt: impl FnOnce() + Send + Sync + 'static) -> Self {
        self.receipt = Receipt(Some(Box::new(receipt)));
        self
    }

    /// Says that the piece was dealt with, so that it need not come again. To be called for each, in the order in which they came.
    pub fn taken(&mut self) {
        if let Some(receipt) = self.receipt.0.take() {
            receipt();
        }
    }
}

struct Receipt(Option<Box<dyn FnOnce() + Send + Sync>>);

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "awaited" } else { "none" })
    }
}
