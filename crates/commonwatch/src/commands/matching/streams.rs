//! Inputs that never end: followed files, listeners, brokers. Each source has a matcher of its own; an interrupt ends all of
//! them, and what was found is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use matching::run::{Current, Options, Taker};
use node::watch::Matchers;
use sources::SourceSpec;
use sources::stream::{CancellationToken, Piece, Positions, Status};

use super::{Read, Told};
use crate::context::block_on;
use crate::failure::Failure;

/// Pieces that wait between the sources and their matchers.
const WAITING: usize = 64;

/// Runs streams until all have ended or an interrupt comes.
pub fn run(specs: Vec<SourceSpec>, current: &Current, options: &Options, told: &Told) -> Result<Vec<Read>, Failure> {
    block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Piece>(WAITING);
        let stop = CancellationToken::new();
        let mut running = tokio::task::JoinSet::new();
        for spec in specs {
            let status: Arc<Status> = Arc::default();
            running.spawn(spec.run(Positions::default(), sender.clone(), stop.clone(), status));
        }
        drop(sender);
        let mut matchers = Matchers::new(current.clone(), options.clone(), told.clone());
        loop {
            tokio::select! {
                piece = receiver.recv() => match piece {
                    Some(piece) => tokio::task::block_in_place(|| matchers.give(piece))?,
                    None => break,
                },
                () = crate::commands::told_to_stop() => {
                    options.stop.store(true, Ordering::Relaxed);
                    stop.cancel();
                    break;
                }
            }
        }
        drop(receiver);
        let mut told = told.clone();
        while let Some(ended) = running.join_next().await {
            if let Ok(Err(problem)) = ended {
                told.problem(problem);
            }
        }
        let tallies = tokio::task::block_in_place(|| matchers.finish());
        Ok(tallies.into_iter().map(|(name, tally)| Read { name, tally }).collect())
    })
}
