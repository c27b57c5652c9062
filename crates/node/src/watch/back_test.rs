//! Back-tests: was this in our logs, before anybody told us of it?
//!
//! Somebody of the member whose logs these are asks for one indicator, or for everything that they see. It is looked for in
//! the logs of the past, in the background, one back-test at a time. What it finds is told to that member and nobody else; it
//! is not counted, not shared and not written down: the watch has done that by itself when the indicator came.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use matching::hunt::{self, Log, Prey};
use matching::run::{Armed, Current, Options, Taker as _};
use matching::watchlist;
use policy::{Action, MemberId, decide};
use sources::SourceSpec;
use stix::Timestamp;

use super::past::each_log;
use super::{Hunts, Settings};
use crate::accounts::Caller;
use crate::error::Error;
use crate::log_match::{Found, LogHit};
use crate::node::Node;

/// How long a back-test may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Hits that are told one by one.
const TOLD: usize = 200;
/// Problems that are told.
const PROBLEMS: usize = 10;

/// What is known of the logs of the past.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Whose logs they are; none where nothing is watched.
    member: Option<MemberId>,
    logs: Vec<SourceSpec>,
    indexes: PathBuf,
    last: Option<BackTest>,
}

/// A back-test, running or over.
#[derive(Clone, Debug, PartialEq)]
pub struct BackTest {
    /// The indicator that was looked for; none: everything that its asker saw.
    pub indicator: Option<String>,
    /// Who asked.
    pub by: String,
    /// When it began.
    pub began: Timestamp,
    /// When it was over; none while it runs.
    pub ended: Option<Timestamp>,
    /// Values and patterns that were looked for.
    pub looked_for: u64,
    /// Why nothing was looked for, where the indicator is left out of watchlists.
    pub left_out: Option<String>,
    /// Logs that were looked through.
    pub logs: u64,
    /// Bytes that were read of them; the others cannot hold it, as their indexes say.
    pub bytes_read: u64,
    /// Bytes that they have.
    pub bytes_total: u64,
    /// Different hits, each with the log it is in.
    pub told: Vec<(String, LogHit)>,
    /// All hits, repeats counted.
    pub hits: u64,
    /// Whether every log was looked through to its end.
    pub is_whole: bool,
    /// What could not be read.
    pub problems: Vec<String>,
}

impl BackTest {
    fn begun(indicator: Option<&str>, by: &str, began: Timestamp) -> Self {
        Self {
            indicator: indicator.map(str::to_owned),
            by: by.to_owned(),
            began,
            ended: None,
            looked_for: 0,
            left_out: None,
            logs: 0,
            bytes_read: 0,
            bytes_total: 0,
            told: Vec::new(),
            hits: 0,
            is_whole: false,
            problems: Vec::new(),
        }
    }
}

/// What somebody may know of the past of their member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastView {
    /// The places that are looked through.
    pub places: Vec<String>,
    /// What the watch did about them by itself.
    pub hunts: Hunts,
    /// The last back-test.
    pub last: Option<BackTest>,
}

impl Node {
    /// Takes note of which logs there are, and whose.
    pub(super) fn past_is_here(&self, caller: &Caller, settings: &Settings) {
        self.watch_shared().with_past(|past| {
            past.member = caller.principal.member;
            past.logs.clone_from(&settings.past);
            past.indexes.clone_from(&settings.indexes);
        });
    }

    /// Whether the logs of the past are those of the caller's member, and the caller may look into them.
    pub fn has_past(&self, caller: &Caller) -> bool {
        let own = caller.principal.member;
        let may = decide(&caller.principal, Action::JudgeSightings).is_ok();
        let is_ours = |past: &mut Past| own.is_some() && past.member == own && !past.logs.is_empty();
        may && self.watch_shared().with_past(is_ours)
    }

    /// The logs of the past, and the last back-test in them.
    ///
    /// # Errors
    /// When they are not those of the caller's member, or the caller may not look into them.
    pub fn past(&self, caller: &Caller) -> Result<PastView, Error> {
        self.must_have_past(caller)?;
        let hunts = self.watch_shared().with(|health| health.hunts.clone());
        Ok(self.watch_shared().with_past(|past| PastView {
            places: past.logs.iter().map(ToString::to_string).collect(),
            hunts,
            last: past.last.clone(),
        }))
    }

    fn must_have_past(&self, caller: &Caller) -> Result<(), Error> {
        decide(&caller.principal, Action::JudgeSightings).map_err(|refusal| Error::refused(refusal, ""))?;
        match self.has_past(caller) {
            true => Ok(()),
            false => Err(Error::NotFound("this node has no logs of the past for you".to_owned())),
        }
    }

    /// Begins a back-test and does not wait for it: of one indicator, or of everything that the caller sees.
    ///
    /// # Errors
    /// When the caller may not, does not see the indicator, or another back-test is running.
    pub async fn back_test(&self, caller: &Caller, indicator: Option<&str>) -> Result<(), Error> {
        self.must_have_past(caller)?;
        let options = watchlist::Options {
            seed: u64::from_le_bytes(self.random()),
            warninglists: Some(self.warninglists()),
            ..watchlist::Options::at(self.now())
        };
        if let Some(id) = indicator {
            let viewer = self.viewer(caller).await?;
            if stix::id::object_type(id) != "indicator" || !self.store().object_exists(&viewer, id).await? {
                return Err(Error::NotFound(
                    "there is no such indicator, or it is not open to you".to_owned(),
                ));
            }
        }
        let began = self.now();
        let (logs, indexes) = self.watch_shared().with_past(|past| {
            if past.last.as_ref().is_some_and(|last| last.ended.is_none()) {
                return Err(Error::Conflict("another back-test is running".to_owned()));
            }
            past.last = Some(BackTest::begun(indicator, &caller.name, began));
            Ok((past.logs.clone(), past.indexes.clone()))
        })?;
        let compiled = match indicator {
            Some(id) => self.watchlist_of_one(caller, options, id).await,
            None => self.watchlist(caller, options).await,
        };
        let (list, problems) = match compiled {
            Ok(compiled) => compiled,
            Err(error) => {
                self.back_test_over(|last| last.problems.push(error.to_string()));
                return Err(error);
            }
        };
        let left_out = list.meta().left_out.iter().find(|(_, many)| *many > 0);
        let left_out = left_out.map(|(why, _)| why.to_string());
        let looked_for = list.len() as u64;
        self.watch_shared().with_past(|past| {
            if let Some(last) = &mut past.last {
                last.looked_for = looked_for;
                last.left_out = left_out.filter(|_| looked_for == 0);
                last.problems.extend(problems.iter().take(5).map(ToString::to_string));
            }
        });
        if list.is_empty() {
            self.back_test_over(|last| last.is_whole = true);
            return Ok(());
        }
        let armed = Armed {
            watchlist: Some(list),
            sigma: None,
        };
        tokio::spawn(self.clone().look_back(armed, logs, indexes));
        Ok(())
    }

    async fn look_back(self, armed: Armed, logs: Vec<SourceSpec>, indexes: PathBuf) {
        let stop: Arc<AtomicBool> = Arc::default();
        let options = Options {
            stop: Arc::clone(&stop),
            ..Options::new(self.clock())
        };
        let node = self.clone();
        let mut work = tokio::task::spawn_blocking(move || node.look_through(armed, &logs, &indexes, &options));
        if tokio::time::timeout(PATIENCE, &mut work).await.is_err() {
            stop.store(true, Ordering::Relaxed);
            let _ = work.await;
        }
        let is_whole = !stop.load(Ordering::Relaxed);
        self.back_test_over(|last| last.is_whole = is_whole && last.problems.is_empty());
    }

    /// Looks through one log after the other, and tells of each when it is done with it. Blocks.
    fn look_through(&self, armed: Armed, logs: &[SourceSpec], indexes: &std::path::Path, options: &Options) {
        let shared = self.watch_shared().clone();
        let tell = |change: &mut dyn FnMut(&mut BackTest)| {
            shared.with_past(|past| past.last.iter_mut().for_each(&mut *change));
        };
        let prey = Prey::of(&armed);
        let current = Current::new(armed);
        for spec in logs {
            let mut each = |log: &mut Log<'_>| {
                if options.stop.load(Ordering::Relaxed) {
                    return Ok(ControlFlow::Break(()));
                }
                // The watch keeps the indexes; a log without one is read whole.
                let mut found = Found::default();
                let hunted = hunt::search(log, &prey, &current, options, &mut found);
                let hunted = hunted.unwrap_or_else(|problem| {
                    found.problem(problem);
                    hunt::Hunted::default()
                });
                tell(&mut |last| {
                    last.logs += 1;
                    last.bytes_read += hunted.bytes_read;
                    last.bytes_total += hunted.bytes_total;
                    last.hits += found.hits;
                    let room = TOLD.saturating_sub(last.told.len());
                    let told = found.told.drain(..).take(room);
                    last.told.extend(told.map(|hit| (log.name().to_owned(), hit)));
                    last.problems
                        .extend(found.problems.drain(..).map(|problem| problem.to_string()));
                    last.problems.truncate(PROBLEMS);
                });
                Ok(ControlFlow::Continue(()))
            };
            let mut unread = |problem: stix::Problem| {
                tell(&mut |last| {
                    last.problems.push(problem.to_string());
                    last.problems.truncate(PROBLEMS);
                });
            };
            let outcome = each_log(spec.clone(), Some(indexes), options.now.clone(), &mut each, &mut unread);
            if let Err(problem) = outcome {
                unread(problem);
            }
        }
    }

    fn back_test_over(&self, change: impl FnOnce(&mut BackTest)) {
        let now = self.now();
        self.watch_shared().with_past(|past| {
            if let Some(last) = &mut past.last {
                change(last);
                last.ended = Some(now);
            }
        });
    }
}
