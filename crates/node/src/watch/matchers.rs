//! A matcher for each source of a stream: a thread that reads lines as they come, and one collector for flow records.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use matching::run::{self, Current, Options, Records, Taker, Tally};
use sources::stream::{Kind, Piece};

use crate::error::Error;

/// Pieces that wait between a source and its matcher.
const WAITING: usize = 64;
/// Sources (files of a pattern, senders of messages) that are told apart; further ones share one.
const SOURCES: usize = 1_000;
/// The name of the source that flow records are counted under.
const FLOWS: &str = "flow records";

/// The matchers of all sources of a stream. `T` takes their hits, a clone each.
pub struct Matchers<T> {
    current: Current,
    options: Options,
    taker: T,
    threads: HashMap<Arc<str>, Matcher>,
    flows: Option<Flows>,
}

struct Matcher {
    sender: SyncSender<Piece>,
    thread: JoinHandle<()>,
    tally: Arc<Mutex<Tally>>,
    waiting: Arc<AtomicU64>,
}

/// Datagrams of exporters of flows.
struct Flows {
    collector: events::capture::flow_export::Collector,
    records: Records,
}

impl<T: Taker + Clone + 'static> Matchers<T> {
    /// Starts without any source.
    pub fn new(current: Current, options: Options, taker: T) -> Self {
        Self {
            current,
            options,
            taker,
            threads: HashMap::new(),
            flows: None,
        }
    }

    /// Hands a piece to the matcher of its source. Blocks while that is behind: nothing is dropped.
    ///
    /// # Errors
    /// When a matcher cannot be started, or has ended.
    pub fn give(&mut self, piece: Piece) -> Result<(), Error> {
        if piece.kind == Kind::Datagram {
            self.datagram(piece);
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
        let ended = || Error::Ours(format!("the matcher of {name} has ended"));
        let matcher = self.threads.get(&name).ok_or_else(ended)?;
        matcher.waiting.fetch_add(1, Ordering::Relaxed);
        matcher.sender.send(piece).map_err(|_| ended())
    }

    /// What was read of each source, and how many pieces of it wait.
    pub fn tallies(&self) -> Vec<(String, Tally, u64)> {
        let mut tallies: Vec<(String, Tally, u64)> = self
            .threads
            .iter()
            .map(|(name, matcher)| {
                let tally = matcher.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
                (name.to_string(), tally, matcher.waiting.load(Ordering::Relaxed))
            })
            .collect();
        if let Some(flows) = &self.flows {
            tallies.push((FLOWS.to_owned(), flows.records.tally().clone(), 0));
        }
        tallies.sort_by(|a, b| a.0.cmp(&b.0));
        tallies
    }

    /// Waits until all pieces are matched; gives what was read.
    pub fn finish(mut self) -> Vec<(String, Tally)> {
        let mut tallies = Vec::new();
        for (name, matcher) in self.threads.drain() {
            drop(matcher.sender);
            let _ = matcher.thread.join();
            let tally = matcher.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tallies.push((name.to_string(), tally));
        }
        if let Some(flows) = &self.flows {
            tallies.push((FLOWS.to_owned(), flows.records.tally().clone()));
        }
        tallies.sort_by(|a, b| a.0.cmp(&b.0));
        tallies
    }

    fn start(&self, name: &Arc<str>) -> Result<Matcher, Error> {
        let (sender, receiver) = sync_channel::<Piece>(WAITING);
        let (tally, waiting): (Arc<Mutex<Tally>>, Arc<AtomicU64>) = Default::default();
        let (name, current, options) = (Arc::clone(name), self.current.clone(), self.options.clone());
        let (mut taker, shared, left) = (self.taker.clone(), Arc::clone(&tally), Arc::clone(&waiting));
        let work = move || {
            // A piece is acknowledged when the next one is asked for: then it has been matched.
            let mut last: Option<Piece> = None;
            let mut next = || {
                if let Some(mut piece) = last.take() {
                    piece.taken();
                    left.fetch_sub(1, Ordering::Relaxed);
                }
                let piece = receiver.recv().ok()?;
                let bytes = piece.bytes.to_vec();
                last = Some(piece);
                Some(bytes)
            };
            let mut tell = |tally: &Tally| shared.lock().unwrap_or_else(PoisonError::into_inner).clone_from(tally);
            run::pieces(&name, &mut next, &current, &options, &mut taker, &mut tell);
        };
        let thread = std::thread::Builder::new()
            .name("matcher".to_owned())
            .spawn(work)
            .map_err(|error| Error::Ours(format!("no thread for a matcher: {error}")))?;
        Ok(Matcher {
            sender,
            thread,
            tally,
            waiting,
        })
    }

    fn datagram(&mut self, mut piece: Piece) {
        let flows = self.flows.get_or_insert_with(|| Flows {
            collector: events::capture::flow_export::Collector::new(&self.options.limits),
            records: Records::default(),
        });
        // Templates are kept for each exporter: its address, without a port, is the name of the source.
        let from = piece.source.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let from = SocketAddr::new(from, 0);
        let source = Arc::clone(&piece.source);
        let (records, current, options) = (&mut flows.records, &self.current, &self.options);
        let mut taker = self.taker.clone();
        let mut each = |event: &events::Event<'_>| {
            records.push(event, (&source, "flow-export"), current, options, &mut taker);
        };
        let outcome = flows.collector.datagram(from, &piece.bytes, &mut each);
        if let Err(problem) = outcome {
            self.taker.problem(problem);
        }
        piece.taken();
    }
}
