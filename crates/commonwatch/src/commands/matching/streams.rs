//! Inputs that never end: followed files, listeners, brokers. Each source has a thread of its own that matches; an interrupt
//! ends all of them, and what was found is told.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use matching::run::{self, Current, Options, Taker, Tally};
use sources::SourceSpec;
use sources::stream::{CancellationToken, Kind, Piece, Status};
use stix::Problem;

use super::{Read, Told};
use crate::context::block_on;
use crate::failure::{Failure, Kind as FailureKind};

/// Pieces that wait between a source and its matcher.
const WAITING: usize = 64;
/// Sources (files of a pattern, senders of datagrams) that are told apart; further ones share one.
const SOURCES: usize = 1_000;

/// Runs streams until all have ended or an interrupt comes.
pub fn run(specs: Vec<SourceSpec>, current: &Current, options: &Options, told: &Told) -> Result<Vec<Read>, Failure> {
    block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Piece>(WAITING);
        let stop = CancellationToken::new();
        let mut running = tokio::task::JoinSet::new();
        for spec in specs {
            let (sender, stop) = (sender.clone(), stop.clone());
            running.spawn(async move {
                spec.run(Default::default(), sender, stop, Arc::new(Status::default()))
                    .await
            });
        }
        drop(sender);
        let mut matchers = Matchers::new(current, options, told);
        loop {
            tokio::select! {
                piece = receiver.recv() => match piece {
                    Some(piece) => matchers.give(piece)?,
                    None => break,
                },
                _ = tokio::signal::ctrl_c() => {
                    options.stop.store(true, Ordering::Relaxed);
                    stop.cancel();
                    break;
                }
            }
        }
        let mut told = told.clone();
        while let Some(ended) = running.join_next().await {
            if let Ok(Err(problem)) = ended {
                told.problem(problem);
            }
        }
        Ok(matchers.finish())
    })
}

/// The matcher of each source.
struct Matchers<'a> {
    current: &'a Current,
    options: &'a Options,
    told: &'a Told,
    threads: HashMap<Arc<str>, Matcher>,
    flows: Option<Flows>,
}

struct Matcher {
    sender: SyncSender<Piece>,
    thread: JoinHandle<()>,
    tally: Arc<Mutex<Tally>>,
}

impl<'a> Matchers<'a> {
    fn new(current: &'a Current, options: &'a Options, told: &'a Told) -> Self {
        Self {
            current,
            options,
            told,
            threads: HashMap::new(),
            flows: None,
        }
    }

    fn give(&mut self, piece: Piece) -> Result<(), Failure> {
        if piece.kind == Kind::Datagram {
            let flows = self.flows.get_or_insert_with(|| Flows::new(self.options));
            flows.datagram(piece, self.current, self.options, self.told);
            return Ok(());
        }
        let mut name = Arc::clone(&piece.source);
        if !self.threads.contains_key(&name) && self.threads.len() >= SOURCES {
            name = "other sources".into();
        }
        if !self.threads.contains_key(&name) {
            let matcher = self.start(&name)?;
            self.threads.insert(Arc::clone(&name), matcher);
        }
        let ended = || Failure::new(FailureKind::Ours, format!("the matcher of {name} ended"));
        let matcher = self.threads.get(&name).ok_or_else(ended)?;
        // A matcher that is behind holds the sources back: nothing is dropped.
        tokio::task::block_in_place(|| matcher.sender.send(piece)).map_err(|_| ended())
    }

    fn start(&self, name: &Arc<str>) -> Result<Matcher, Failure> {
        let (sender, receiver) = sync_channel::<Piece>(WAITING);
        let tally: Arc<Mutex<Tally>> = Arc::default();
        let (name, current, options) = (Arc::clone(name), self.current.clone(), self.options.clone());
        let (mut told, shared) = (self.told.clone(), Arc::clone(&tally));
        let work = move || {
            // A piece is acknowledged when the next one is asked for: then it has been matched.
            let mut last: Option<Piece> = None;
            let mut next = || {
                if let Some(mut piece) = last.take() {
                    piece.taken();
                }
                let piece = receiver.recv().ok()?;
                let bytes = piece.bytes.to_vec();
                last = Some(piece);
                Some(bytes)
            };
            let mut tell = |tally: &Tally| shared.lock().unwrap_or_else(PoisonError::into_inner).clone_from(tally);
            run::pieces(&name, &mut next, &current, &options, &mut told, &mut tell);
        };
        let thread = std::thread::Builder::new()
            .name("matcher".to_owned())
            .spawn(work)
            .map_err(|error| Failure::new(FailureKind::Unavailable, format!("no thread for a matcher: {error}")))?;
        Ok(Matcher { sender, thread, tally })
    }

    fn finish(self) -> Vec<Read> {
        let mut reads: Vec<Read> = self
            .threads
            .into_iter()
            .map(|(name, matcher)| {
                drop(matcher.sender);
                let _ = matcher.thread.join();
                let tally = matcher.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Read {
                    name: name.to_string(),
                    tally,
                }
            })
            .collect();
        if let Some(flows) = self.flows {
            reads.push(Read {
                name: "flow records".to_owned(),
                tally: flows.records.tally().clone(),
            });
        }
        reads.sort_by(|a, b| a.name.cmp(&b.name));
        reads
    }
}

/// Datagrams of exporters of flows.
struct Flows {
    collector: events::capture::flow_export::Collector,
    records: run::Records,
}

impl Flows {
    fn new(options: &Options) -> Self {
        Self {
            collector: events::capture::flow_export::Collector::new(&options.limits),
            records: run::Records::default(),
        }
    }

    fn datagram(&mut self, mut piece: Piece, current: &Current, options: &Options, told: &Told) {
        let source = Arc::clone(&piece.source);
        let mut told = told.clone();
        let records = &mut self.records;
        let mut sink = |event: &events::Event<'_>| {
            records.push(event, (&source, "flow-export"), current, options, &mut told);
        };
        // Templates are kept for each exporter: its address is the name of the source.
        let from = source.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let outcome: Result<u64, Problem> = self
            .collector
            .datagram(SocketAddr::new(from, 0), &piece.bytes, &mut sink);
        if let Err(problem) = outcome {
            told.problem(problem);
        }
        piece.taken();
    }
}
