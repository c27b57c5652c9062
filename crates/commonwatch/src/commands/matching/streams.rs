//! Inputs that never end: followed files, listeners, brokers. Each source has a thread of its own that matches; an interrupt
//! ends all of them; what came until then is matched, and what was found is told.

use std::net::SocketAddr;
use std::sync::Arc;

use matching::run::{Current, Options, Taker};
use node::watch::Matchers;
use sources::SourceSpec;
use sources::stream::{CancellationToken, Piece, Positions, Status};
use stix::{Place, Problem};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;

use super::{Read, Told};
use crate::context::{block_on, told_to_stop};
use crate::failure::Failure;

/// Pieces that wait between a source and its matcher.
const WAITING: usize = 64;

/// Runs streams until all have ended or an interrupt comes.
pub fn run(specs: Vec<SourceSpec>, current: &Current, options: &Options, told: &Told) -> Result<Vec<Read>, Failure> {
    block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Piece>(WAITING);
        let stop = CancellationToken::new();
        let mut interrupted = std::pin::pin!(told_to_stop());
        // Polled once before anything listens: who sees the note that it does may interrupt at once.
        tokio::select! {
            biased;
            () = &mut interrupted => return Ok(Vec::new()),
            () = std::future::ready(()) => {}
        }
        let mut running = Feeds::default();
        for spec in specs {
            running.start(spec, sender.clone(), stop.clone(), told);
        }
        drop(sender);
        let mut matchers = Matchers::new(current.clone(), options.clone(), told.clone());
        loop {
            tokio::select! {
                piece = receiver.recv() => match piece {
                    // A matcher that is behind holds the sources back: nothing is dropped.
                    Some(piece) => tokio::task::block_in_place(|| matchers.give(piece))?,
                    None => break,
                },
                // Sources end by this, and the channel after what they still hold; who asks again does not want to wait for that.
                () = &mut interrupted => {
                    if stop.is_cancelled() {
                        running.running.abort_all();
                        break;
                    }
                    stop.cancel();
                    interrupted.set(told_to_stop());
                }
            }
        }
        running.finish(told).await;
        let tallies = tokio::task::block_in_place(|| matchers.finish());
        Ok(tallies.into_iter().map(|(name, tally)| Read { name, tally }).collect())
    })
}

/// The sources that run, and how they are.
#[derive(Default)]
struct Feeds {
    running: JoinSet<()>,
    telling: JoinSet<()>,
    statuses: Vec<Arc<Status>>,
}

impl Feeds {
    fn start(&mut self, spec: SourceSpec, sender: Sender<Piece>, stop: CancellationToken, told: &Told) {
        let status = Arc::new(Status::default());
        self.telling
            .spawn(tell(status.listening(), status.errors(), told.clone()));
        self.statuses.push(Arc::clone(&status));
        let mut told = told.clone();
        self.running.spawn(async move {
            let name = spec.to_string();
            // What was not read is not 'nothing found'.
            match spec.run(Positions::default(), sender, stop, Arc::clone(&status)).await {
                Err(problem) => told.unread(problem),
                Ok(()) if status.is_away() => {
                    let message = format!("{name} was away at the end: what it has was not read");
                    told.unread(Problem::error("away", Place::default(), message));
                }
                Ok(()) => {}
            }
        });
    }

    /// Waits for their ends, and says what never came to be matched.
    async fn finish(mut self, told: &Told) {
        while self.running.join_next().await.is_some() {}
        self.telling.shutdown().await;
        let counts = self.statuses.iter().map(|status| status.counts());
        let (drops, cut, reconnects) = counts.fold((0, 0, 0), |(drops, cut, reconnects), counts| {
            (
                drops + counts.drops,
                cut + counts.cut_lines,
                reconnects + counts.reconnects,
            )
        });
        if reconnects > 0 {
            told.note(&format!("connections were lost and made again {reconnects} times"));
        }
        if drops > 0 {
            told.note(&format!("{drops} datagrams, messages or connections were dropped"));
        }
        if cut > 0 {
            told.note(&format!(
                "{cut} lines were longer than the limit and were matched as far as it"
            ));
        }
    }
}

/// Says where a source listens and what goes wrong with it, as it comes.
async fn tell(mut listening: Receiver<Option<SocketAddr>>, mut errors: Receiver<Option<Problem>>, mut told: Told) {
    loop {
        tokio::select! {
            Ok(()) = listening.changed() => {
                if let Some(address) = *listening.borrow_and_update() {
                    told.note(&format!("listening on {address}"));
                }
            }
            Ok(()) = errors.changed() => {
                let problem = errors.borrow_and_update().clone();
                if let Some(problem) = problem {
                    told.problem(problem);
                }
            }
            else => return,
        }
    }
}
