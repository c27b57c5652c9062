//! Reading one partition, over lost connections and deleted messages.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{OffsetAt, PartitionClient};
use rskafka::record::RecordAndOffset;
use stix::{Place, Problem};

use super::super::retry::Retry;
use super::super::{Ended, Kind, LINE_BYTES, Outlet, Piece, Position};
use super::{is_of_connection, said};

/// Most bytes that one fetch brings, if not one batch is larger.
const FETCH_BYTES: i32 = 4 << 20;

/// How long the broker may wait for something to come.
const FETCH_WAIT_MILLISECONDS: i32 = 1000;

/// How long to wait where there is something, but nothing to read: the end of a transaction, or what is not committed yet.
const IDLE: Duration = Duration::from_secs(1);

/// One partition that is read.
pub(super) struct Partition {
    pub client: PartitionClient,
    pub source: Arc<str>,
    pub offset: i64,
    pub outlet: Outlet,
}

impl Partition {
    /// Reads until nobody takes pieces any more.
    pub async fn read(mut self) {
        let mut retry = Retry::new();
        loop {
            let fetched = self
                .client
                .fetch_records(self.offset, 1..FETCH_BYTES, FETCH_WAIT_MILLISECONDS)
                .await;
            let (records, end) = match fetched {
                Ok(fetched) => fetched,
                Err(error) => {
                    if let Err(error) = self.mend(error).await {
                        if is_of_connection(&error) {
                            self.outlet.status.away();
                        }
                        self.note("not-fetched", &format!("{}; it is tried again", said(&error)));
                        retry.wait().await;
                    }
                    continue;
                }
            };
            retry.succeeded();
            self.outlet.status.there();
            let nothing_to_read = records.is_empty() && end > self.offset;
            for record in records {
                if self.give(record).await.is_err() {
                    return;
                }
            }
            if nothing_to_read {
                tokio::time::sleep(IDLE).await;
            }
        }
    }

    async fn give(&mut self, record: RecordAndOffset) -> Result<(), Ended> {
        self.offset = record.offset + 1;
        let Some(value) = record.record.value else {
            return Ok(());
        };
        if value.len() > LINE_BYTES {
            self.outlet.status.dropped(1);
            self.note(
                "too-large",
                &format!("a message of more than {LINE_BYTES} bytes is left out"),
            );
            return Ok(());
        }
        let (status, source, next) = (Arc::clone(&self.outlet.status), Arc::clone(&self.source), self.offset);
        let piece = Piece::new(&self.source, Bytes::from(value), Kind::Message)
            .once_taken(move || status.reached(&source, Position::Offset(next)));
        self.outlet.give(piece).await
    }

    /// Goes on where the partition still has something, if the broker no longer has what comes next.
    async fn mend(&mut self, error: Error) -> Result<(), Error> {
        let is_out_of_range = matches!(
            error,
            Error::ServerError {
                protocol_error: ProtocolError::OffsetOutOfRange,
                ..
            }
        );
        if !is_out_of_range {
            return Err(error);
        }
        let earliest = self.client.get_offset(OffsetAt::Earliest).await?;
        let latest = self.client.get_offset(OffsetAt::Latest).await?;
        if self.offset < earliest {
            let lost = earliest - self.offset;
            self.outlet.status.dropped(lost.unsigned_abs());
            self.note(
                "deleted",
                &format!("the broker deleted {lost} messages before they were read"),
            );
        } else if self.offset > latest {
            self.note(
                "begins-anew",
                "the broker has less than was read already: the topic was made anew, and is read from its beginning",
            );
        } else {
            return Err(error);
        }
        self.offset = earliest;
        Ok(())
    }

    fn note(&self, code: &'static str, what: &str) {
        let message = format!("Kafka, {} at offset {}: {what}", self.source, self.offset);
        self.outlet
            .note(Problem::warning(code, Place::default(), message).help("look at the broker's log and its retention"));
    }
}
