//! Reports that come through a broker: as many consumers as are started share a durable one, and each message is counted
//! once, whichever of them breaks off.
//!
//! A message is acknowledged after it was counted. What breaks off in between comes again, and is known by its name.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use sources::SourceSpec;
use sources::stream::{CancellationToken, Piece, Positions, Status};
use stix::{Place, Problem};
use tokio::sync::mpsc;

use crate::error::Error;
use crate::node::Node;

/// Messages of one feed that are counted at a time: enough that they are written together.
const AT_ONCE: usize = 64;
/// How long to wait before counting is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Reports on their way to the node.
#[derive(Clone, Debug)]
pub struct Feed {
    /// A subject of JetStream with a durable consumer.
    pub source: SourceSpec,
    /// The login of whose member the reports are.
    pub login: String,
}

/// How a feed is doing.
#[derive(Debug, Default)]
pub struct FeedStatus {
    /// How its source is doing.
    pub source: Arc<Status>,
    counts: std::sync::Mutex<FeedCounts>,
}

/// What came through a feed since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Messages that were counted.
    pub messages: u64,
    /// Events in them.
    pub events: u64,
    /// Messages that had been counted before.
    pub repeated: u64,
    /// Lines and messages that could not be read.
    pub refused: u64,
}

impl FeedStatus {
    /// What came so far.
    pub fn counts(&self) -> FeedCounts {
        *self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn add(&self, add: impl FnOnce(&mut FeedCounts)) {
        add(&mut self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Node {
    /// Counts what comes through a feed until it is told to stop. Waits for a broker that is away, and for a store that
    /// does not answer.
    ///
    /// # Errors
    /// What no waiting mends: a source whose messages have no names, a login that may not report.
    pub async fn telemetry_feed(
        &self,
        feed: Feed,
        stop: CancellationToken,
        status: Arc<FeedStatus>,
    ) -> Result<(), Problem> {
        let (sender, mut pieces) = mpsc::channel(AT_ONCE);
        let inner = stop.child_token();
        let source = feed
            .source
            .run(Positions::default(), sender, inner.clone(), Arc::clone(&status.source));
        let source = tokio::spawn(source);
        let mut counting = FuturesOrdered::new();
        let outcome = loop {
            tokio::select! {
                piece = pieces.recv(), if counting.len() < AT_ONCE => {
                    let Some(piece) = piece else { break Ok(()) };
                    counting.push_back(self.count_piece(&feed.login, piece, &stop, &status));
                }
                Some(counted) = counting.next() => {
                    if let Err(problem) = taken(counted) {
                        break Err(problem);
                    }
                }
            }
        };
        inner.cancel();
        // What is being counted is acknowledged, so that it need not come again.
        while let Some(counted) = counting.next().await {
            let _ = taken(counted);
        }
        drop(pieces);
        let source = source.await.unwrap_or(Ok(()));
        outcome.and(source)
    }

    /// Counts a message; gives it back with whether it was dealt with.
    async fn count_piece(
        &self,
        login: &str,
        piece: Piece,
        stop: &CancellationToken,
        status: &FeedStatus,
    ) -> Result<(Piece, bool), Problem> {
        let Some(message) = piece.message.clone() else {
            let text = format!(
                "messages of {} have no names, so that none would be counted only once",
                piece.source
            );
            return Err(Problem::error("no-message-names", Place::default(), text)
                .help("read them from JetStream: nats://HOST:PORT/SUBJECT?durable=NAME"));
        };
        loop {
            match self.count_message(login, &message, piece.bytes.clone()).await {
                Ok(reported) => {
                    status.add(|counts| {
                        counts.messages += u64::from(!reported.repeated);
                        counts.repeated += u64::from(reported.repeated);
                        counts.events += reported.counted;
                        counts.refused += reported.refused;
                    });
                    return Ok((piece, true));
                }
                Err(Error::Input(problem)) => {
                    status.add(|counts| counts.refused += 1);
                    status.source.note(*problem);
                    return Ok((piece, true));
                }
                Err(error @ (Error::NotAllowed(_) | Error::NotFound(_))) => {
                    let text = format!("reports cannot be counted for '{login}': {error}");
                    return Err(Problem::error("feed-not-allowed", Place::default(), text)
                        .help("name the login of a contributor; the messages wait in the broker"));
                }
                Err(error) => {
                    let text = format!("reports cannot be counted just now: {error}");
                    status
                        .source
                        .note(Problem::warning("feed-waits", Place::default(), text));
                    tokio::select! {
                        () = stop.cancelled() => return Ok((piece, false)),
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
        }
    }

    async fn count_message(&self, login: &str, message: &str, bytes: Bytes) -> Result<super::Reported, Error> {
        // As the accounts stand now: a member that was suspended counts nothing more.
        let caller = self.local_caller(login).await?;
        self.telemetry_record(&caller, message, bytes).await
    }
}

/// Acknowledges a message that was dealt with.
fn taken(counted: Result<(Piece, bool), Problem>) -> Result<(), Problem> {
    let (mut piece, is_dealt_with) = counted?;
    if is_dealt_with {
        piece.taken();
    }
    Ok(())
}
