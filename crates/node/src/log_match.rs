//! A log that somebody drops here: matched against what they may see, and forgotten.
//!
//! Nothing of it is written down, neither the log nor what was found in it (only that the member matched one, once:
//! [`crate::walk`]); and nothing that was compiled for one caller is used for another.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use matching::hit::Context;
use matching::run::{self, Armed, Current, Options, Taker};
use matching::{Hit, Watchlist, watchlist};
use stix::{Problem, Timestamp};
use tokio::sync::Semaphore;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// Bytes of a log that is pasted.
pub const LOG_MOST: usize = 4 << 20;
/// Bytes of a log that comes as a file; it is matched as it arrives, and never held whole.
pub const LOG_FILE_MOST: usize = 256 << 20;
/// Different hits that are told one by one.
const TOLD_MOST: usize = 500;
/// Problems that are told.
const PROBLEMS_MOST: usize = 5;
/// How long a log is matched before it is given up: a few patterns may be slow on a hostile one.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for one that arrives meanwhile.
const PATIENCE_FILE: Duration = Duration::from_secs(60);
/// What a packed log may become.
const UNPACKED: sources::Limits = sources::Limits {
    decompressed_bytes: 1 << 30,
    expansion: 2_000,
    layers: 2,
};
/// How long a log waits for its turn: what waits holds memory that others need for what they send.
const TURN: Duration = Duration::from_secs(30);
/// Compiling and matching take a processor and memory: one log at a time, the others wait their turn.
static TURNS: Semaphore = Semaphore::const_new(1);
/// Who sends slowly must not keep others from pasting: files have turns of their own.
static FILE_TURNS: Semaphore = Semaphore::const_new(2);

/// What was found in a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogMatch {
    /// Different hits, in the order of the log.
    pub told: Vec<LogHit>,
    /// All hits, repeats counted.
    pub hits: u64,
    /// Hits that are not among those told.
    pub untold: u64,
    /// Lines or records that were read.
    pub records: u64,
    /// Values, patterns and rules that were looked for.
    pub looked_for: u64,
    /// Values that were not: known to be harmless, over, or worth too little.
    pub left_out: u64,
    /// Whether it was read to its end.
    pub is_whole: bool,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A value of the log that is on the watchlist.
#[derive(Clone, Debug, PartialEq)]
pub struct LogHit {
    /// The first line (or record) it was on, counted from one.
    pub line: u64,
    /// When that was, as the line says.
    pub time: Option<Timestamp>,
    /// The value, as it stands there.
    pub value: String,
    /// What the indicator names.
    pub matched: String,
    /// The machine concerned, as far as the line says.
    pub host: Option<String>,
    /// How many lines have it.
    pub count: u64,
    /// The indicator, and what is known of it.
    pub indicator: Context,
}

/// Takes what is found: what repeats is counted.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) told: Vec<LogHit>,
    places: HashMap<(String, String), usize>,
    pub(crate) hits: u64,
    pub(crate) untold: u64,
    pub(crate) problems: Vec<Problem>,
}

impl Taker for Found {
    fn hit(&mut self, hit: Hit) {
        self.hits += 1;
        match self.places.entry((hit.indicator.id.clone(), hit.value.clone())) {
            Entry::Occupied(place) => {
                if let Some(told) = self.told.get_mut(*place.get()) {
                    told.count += 1;
                }
            }
            Entry::Vacant(place) if self.told.len() < TOLD_MOST => {
                place.insert(self.told.len());
                self.told.push(LogHit {
                    line: hit.at,
                    time: hit.time,
                    value: hit.value,
                    matched: hit.matched,
                    host: hit.host,
                    count: 1,
                    indicator: hit.indicator,
                });
            }
            Entry::Vacant(_) => self.untold += 1,
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS_MOST {
            self.problems.push(problem);
        }
    }
}

/// The Sigma rules that others shared.
fn shared_rules(list: &Watchlist) -> Option<sigma::Rules> {
    let mut rules = sigma::Rules::builder();
    let mut has_some = false;
    for rule in list.rules().iter().filter(|rule| rule.language == "sigma") {
        rules.add("shared rule", &rule.text);
        has_some = true;
    }
    // What is wrong with them concerns who shared them, not who drops a log.
    has_some.then(|| rules.build().0)
}

impl Node {
    /// Matches a log against everything that the caller may see.
    ///
    /// # Errors
    /// When the caller has no member or may not read, the log is empty or too large, or the store does not answer.
    pub async fn log_match(&self, caller: &Caller, log: Vec<u8>) -> Result<LogMatch, Error> {
        if caller.principal.member.is_none() {
            return Err(Error::NotAllowed("sign in first"));
        }
        if log.iter().all(u8::is_ascii_whitespace) {
            return Err(bad(
                "empty-log",
                "there is nothing in the log",
                "paste some lines of it, or choose a file",
            ));
        }
        if log.len() > LOG_MOST {
            let message = format!("a log may have {} MiB here", LOG_MOST >> 20);
            let help = "send a part of it, or match it at home: commonwatch match FILE";
            return Err(bad("log-too-large", message, help));
        }
        self.matched(caller, Box::new(Cursor::new(log)), &TURNS, PATIENCE).await
    }

    /// The same of a log that arrives as a file, packed or not: it is matched as it comes, and nothing of it is kept. What
    /// `input` gives after a minute is not looked at.
    ///
    /// # Errors
    /// As [`Node::log_match`]; and where it is packed in a way that cannot be undone.
    pub async fn log_match_file(&self, caller: &Caller, input: Box<dyn Read + Send>) -> Result<LogMatch, Error> {
        if caller.principal.member.is_none() {
            return Err(Error::NotAllowed("sign in first"));
        }
        self.matched(caller, input, &FILE_TURNS, PATIENCE_FILE).await
    }

    async fn matched(
        &self,
        caller: &Caller,
        input: Box<dyn Read + Send>,
        turns: &Semaphore,
        patience: Duration,
    ) -> Result<LogMatch, Error> {
        let Ok(Ok(_turn)) = tokio::time::timeout(TURN, turns.acquire()).await else {
            return Err(Error::Unavailable("other logs are being matched".to_owned()));
        };
        let options = watchlist::Options {
            seed: u64::from_le_bytes(self.random()),
            warninglists: Some(self.warninglists()),
            ..watchlist::Options::at(self.now())
        };
        let (list, _) = self.watchlist(caller, options).await?;
        let stop: Arc<AtomicBool> = Arc::default();
        let options = Options {
            stop: Arc::clone(&stop),
            ..Options::new(self.clock())
        };
        let mut work = tokio::task::spawn_blocking(move || matched(list, input, &options));
        let done = match tokio::time::timeout(patience, &mut work).await {
            Ok(done) => done,
            Err(_) => {
                stop.store(true, Ordering::Relaxed);
                work.await
            }
        };
        let found = done.map_err(|error| Error::Ours(format!("matching a log stopped: {error}")))??;
        self.walk_matched(caller).await?;
        Ok(found)
    }
}

fn matched(list: Watchlist, input: Box<dyn Read + Send>, options: &Options) -> Result<LogMatch, Error> {
    let looked_for = list.len() as u64;
    let left_out = list.meta().left_out.iter().map(|(_, many)| many).sum();
    let sigma = shared_rules(&list);
    let current = Current::new(Armed {
        watchlist: Some(list),
        sigma,
    });
    let mut found = Found::default();
    let opened = sources::unpack(input, "log", UNPACKED)?;
    let tally = run::read(opened.input, "log", &current, options, &mut found);
    Ok(LogMatch {
        told: found.told,
        hits: found.hits,
        untold: found.untold,
        records: tally.records,
        looked_for,
        left_out,
        is_whole: !options.stop.load(Ordering::Relaxed),
        problems: found.problems,
    })
}
