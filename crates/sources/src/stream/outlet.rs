//! The way out of a feed: the channel, the word to stop, and the counts.

use std::sync::Arc;

use stix::Problem;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::{Piece, Status};

/// Nobody takes pieces any more, or the feed was told to stop.
#[derive(Debug)]
pub(crate) struct Ended;

#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    out: Sender<Piece>,
    pub stop: CancellationToken,
    pub status: Arc<Status>,
}

impl Outlet {
    pub fn new(out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Self {
        Self { out, stop, status }
    }

    /// Hands a piece on; waits for room. Where there is room it is handed on after the word to stop too, so that the last
    /// half line gets through.
    pub async fn give(&self, piece: Piece) -> Result<(), Ended> {
        let bytes = piece.bytes.len() as u64;
        tokio::select! {
            biased;
            sent = self.out.send(piece) => sent.map_err(|_| Ended)?,
            () = self.stop.cancelled() => return Err(Ended),
        }
        self.status.gave(bytes);
        Ok(())
    }

    /// Waits until there is nobody left who takes pieces.
    pub async fn deserted(&self) {
        tokio::select! {
            () = self.out.closed() => {}
            () = self.stop.cancelled() => {}
        }
    }

    pub fn note(&self, problem: Problem) {
        self.status.note(problem);
    }
}
