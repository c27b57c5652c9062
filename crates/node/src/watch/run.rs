//! Running the watch: compiling, swapping, reading, hunting, until told to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use matching::run::{Armed, Current, Options};
use matching::watchlist;
use sources::stream::{CancellationToken, Piece, Positions, Status};
use stix::{Problem, Timestamp};
use store::Position;
use tokio::sync::{mpsc, watch};

use super::hubs::Said;
use super::recorder::Recorder;
use super::{Matchers, Settings, Shared, StreamHealth, past};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::scorecard::{WatchWish, family};
use crate::sightings::SeenHit;

/// Pieces that wait for the matchers, of all sources together.
const WAITING: usize = 64;
/// Hits that wait to be counted, and that are counted together.
const COUNTED: usize = 1_000;
/// How often the state of the sources is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// The setting that says up to where the past was hunted.
const HUNTED: &str = "watch-hunted";
/// The setting that says up to where followed files were read.
const POSITIONS: &str = "watch-positions";

impl Node {
    /// Watches until told to stop. What cannot be read is said in the health; the rest goes on.
    ///
    /// # Errors
    /// When the login does not exist, or the store does not answer at the beginning.
    pub async fn watch(&self, settings: Settings, mut stopped: watch::Receiver<bool>) -> Result<(), Error> {
        let shared = self.watch_shared().clone();
        let caller = self.local_caller(&settings.login).await?;
        let stop: Arc<AtomicBool> = Arc::default();
        let clock = self.clock();
        let options = Options {
            stop: Arc::clone(&stop),
            ..Options::new(Arc::clone(&clock))
        };
        let (seen, counting) = mpsc::channel::<SeenHit>(COUNTED);
        let recorder = Recorder::new(&settings.hits, seen, shared.clone(), Arc::clone(&clock));
        let counted = tokio::spawn(self.clone().count(caller.clone(), counting));
        let current = Current::default();
        let now = self.now();
        shared.with(|health| health.since = Some(now));
        let mut reached = self.hubs_reached(&caller).await.unwrap_or_default();
        self.past_is_here(&caller, &settings);
        if let Err(error) = self.rearm(&caller, &settings, &current).await {
            shared.error(now, &error);
        }
        let (hubs, to_say) = watch::channel(Said::default());
        let telling = tokio::spawn(self.clone().tell_hubs(to_say));
        let token = CancellationToken::new();
        let reading = tokio::spawn(self.clone().read(
            settings.clone(),
            Matchers::new(current.clone(), options.clone(), recorder.clone()),
            token.clone(),
        ));
        let mut compiled = self.sight_state(&caller).await.unwrap_or_default();
        let mut said = BTreeSet::new();
        self.say_watching(&caller, compiled.0, &mut said, true).await;
        self.say_to_hubs(&hubs, &reached, &said);
        let mut is_hunted = self.hunt_new(&caller, &settings, &options, &recorder).await;
        loop {
            let pause = tokio::time::sleep(Duration::from_secs(settings.refresh_seconds.max(1)));
            tokio::select! {
                () = pause => {}
                _ = stopped.changed() => {}
            }
            if *stopped.borrow() {
                break;
            }
            recorder.flush(false);
            // Nothing new, and no day gone by: what is in force is what would be compiled.
            let before = self.hubs_reached(&caller).await;
            let state = self.sight_state(&caller).await.unwrap_or_default();
            let is_new = state != compiled;
            if is_new {
                compiled = state;
                is_hunted = false;
                if let Err(error) = self.rearm(&caller, &settings, &current).await {
                    shared.error(self.now(), &error);
                    continue;
                }
            }
            reached = before.unwrap_or(reached);
            self.say_watching(&caller, compiled.0, &mut said, is_new).await;
            self.say_to_hubs(&hubs, &reached, &said);
            if !is_hunted {
                is_hunted = self.hunt_new(&caller, &settings, &options, &recorder).await;
            }
        }
        stop.store(true, Ordering::Relaxed);
        token.cancel();
        let _ = reading.await;
        recorder.flush(true);
        drop(recorder);
        let _ = counted.await;
        // A hub that does not answer keeps nobody waiting.
        telling.abort();
        Ok(())
    }

    /// Leaves for the hubs what they are to know; they are told beside the watch.
    fn say_to_hubs(
        &self,
        hubs: &watch::Sender<Said>,
        reached: &BTreeMap<String, Timestamp>,
        families: &BTreeSet<store::LogFamily>,
    ) {
        let new = Said {
            upto: reached.clone(),
            families: families.clone(),
            day: self.now().micros().div_euclid(86_400_000_000),
        };
        hubs.send_if_modified(|said| {
            let is_new = *said != new;
            *said = new;
            is_new
        });
    }

    /// Notes for the scorecard that a watchlist is in force, or that logs of another kind are read.
    async fn say_watching(&self, caller: &Caller, last: Position, said: &mut BTreeSet<store::LogFamily>, is_new: bool) {
        let sources = self.watch_shared().with(|health| {
            let readers = health.sources.values().filter(|source| source.tally.events > 0);
            readers
                .map(|source| family(&source.tally.reader))
                .collect::<BTreeSet<_>>()
        });
        if !is_new && sources == *said {
            return;
        }
        let wish = WatchWish {
            upto: Timestamp::from_micros(last.0).min(self.now()),
            families: sources.iter().copied().collect(),
        };
        match self.watching_say(caller, &wish).await {
            Ok(_) => *said = sources,
            Err(error) => self.watch_shared().error(self.now(), &error),
        }
    }

    /// What a watchlist compiled now would differ by: the last thing the caller sees, which rules hold, which day it is.
    async fn sight_state(&self, caller: &Caller) -> Result<(Position, Vec<policy::AudienceId>, i64), Error> {
        let caller = self.as_of_now(caller).await?;
        let viewer = self.viewer(&caller).await?;
        let last = self.store().last_position(&viewer).await?;
        let day = self.now().micros().div_euclid(86_400_000_000);
        Ok((last, viewer.audiences().to_vec(), day))
    }

    fn watch_options(&self, settings: &Settings) -> watchlist::Options {
        watchlist::Options {
            seed: u64::from_le_bytes(self.random()),
            minimum_score: settings.minimum_score,
            warninglists: Some(self.warninglists()),
            ..watchlist::Options::at(self.now())
        }
    }

    /// Compiles what the caller sees now and puts it in force.
    async fn rearm(&self, caller: &Caller, settings: &Settings, current: &Current) -> Result<(), Error> {
        let caller = self.as_of_now(caller).await?;
        let (list, problems) = self.watchlist(&caller, self.watch_options(settings)).await?;
        let left_out = list.meta().left_out.iter().map(|(_, many)| many).sum();
        self.watch_shared().with(|health| {
            health.watchlist.compiled = Some(list.meta().compiled);
            health.watchlist.entries = list.len() as u64;
            health.watchlist.left_out = left_out;
            health.watchlist.unusable = problems.len() as u64;
            health.watchlist.swaps += 1;
        });
        let sigma = sigma_rules(settings, &list, &mut |problem| {
            self.watch_shared().error(self.now(), &problem)
        });
        current.swap(Armed {
            watchlist: Some(list),
            sigma,
        });
        Ok(())
    }

    /// Hunts in the past for what was added since the last hunt. Whether it was hunted for everywhere.
    async fn hunt_new(&self, caller: &Caller, settings: &Settings, options: &Options, recorder: &Recorder) -> bool {
        if settings.past.is_empty() {
            return true;
        }
        self.hunt_since(caller, settings, options, recorder)
            .await
            .unwrap_or_else(|error| {
                self.watch_shared().error(self.now(), &error);
                false
            })
    }

    async fn hunt_since(
        &self,
        caller: &Caller,
        settings: &Settings,
        options: &Options,
        recorder: &Recorder,
    ) -> Result<bool, Error> {
        let caller = self.as_of_now(caller).await?;
        let since = self.store().setting_get(HUNTED).await?;
        let since = since.and_then(|text| Timestamp::parse(&text).ok());
        let viewer = self.viewer(&caller).await?;
        let last = self.store().last_position(&viewer).await?;
        let (list, _) = self
            .watchlist_since(&caller, self.watch_options(settings), since)
            .await?;
        let mut is_hunted = true;
        if !list.is_empty() {
            let armed = Armed {
                watchlist: Some(list),
                sigma: None,
            };
            std::fs::create_dir_all(&settings.indexes)
                .map_err(|error| Error::Ours(format!("the folder of indexes cannot be made: {error}")))?;
            let (settings, options, recorder) = (settings.clone(), options.clone(), recorder.clone());
            let (shared, now) = (self.watch_shared().clone(), self.now());
            is_hunted =
                tokio::task::spawn_blocking(move || past::hunt(&settings, armed, &options, &recorder, &shared, now))
                    .await
                    .map_err(|error| Error::Ours(format!("a hunt stopped: {error}")))?;
        }
        if is_hunted && !options.stop.load(Ordering::Relaxed) {
            let hunted = Timestamp::from_micros(last.0).to_micros_text();
            self.store().setting_put(HUNTED, &hunted).await?;
        }
        Ok(is_hunted)
    }

    /// Runs the sources and hands what they give to the matchers.
    async fn read(self, settings: Settings, mut matchers: Matchers<Recorder>, stop: CancellationToken) {
        let shared = self.watch_shared().clone();
        let (sender, mut receiver) = mpsc::channel::<Piece>(WAITING);
        let positions = match self.store().setting_get(POSITIONS).await {
            Ok(Some(text)) => serde_json::from_str(&text).unwrap_or_default(),
            _ => Vec::<Positions>::new(),
        };
        let mut running = tokio::task::JoinSet::new();
        let mut streams = Vec::new();
        for (number, spec) in settings.sources.into_iter().enumerate() {
            let status: Arc<Status> = Arc::default();
            let name = spec.to_string();
            shared.with(|health| health.streams.insert(name.clone(), StreamHealth::default()));
            streams.push(Stream::new(name.clone(), Arc::clone(&status)));
            let from = positions.get(number).cloned().unwrap_or_default();
            let run = spec.run(from, sender.clone(), stop.clone(), status);
            running.spawn(async move { (name, run.await) });
        }
        drop(sender);
        let mut kept = String::new();
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                piece = receiver.recv() => {
                    let Some(piece) = piece else { break };
                    let (name, now) = (piece.source.to_string(), self.now());
                    shared.with(|health| health.sources.entry(name).or_default().last = Some(now));
                    if let Err(error) = tokio::task::block_in_place(|| matchers.give(piece)) {
                        shared.error(now, &error);
                    }
                }
                _ = look.tick() => {
                    for (name, tally, waiting) in matchers.tallies() {
                        shared.with(|health| {
                            let source = health.sources.entry(name).or_default();
                            (source.tally, source.waiting) = (tally, waiting);
                        });
                    }
                    for stream in &mut streams {
                        stream.tell(&shared, self.now());
                    }
                    self.keep_positions(&streams, &mut kept).await;
                }
                Some(Ok((name, outcome))) = running.join_next() => self.stream_ended(&shared, name, outcome),
            }
        }
        while let Some(ended) = running.join_next().await {
            if let Ok((name, outcome)) = ended {
                self.stream_ended(&shared, name, outcome);
            }
        }
        for stream in &mut streams {
            stream.tell(&shared, self.now());
        }
        let tallies = tokio::task::block_in_place(|| matchers.finish());
        for (name, tally) in tallies {
            shared.with(|health| health.sources.entry(name).or_default().tally = tally);
        }
        self.keep_positions(&streams, &mut kept).await;
    }

    fn stream_ended(&self, shared: &Shared, name: String, outcome: Result<(), Problem>) {
        let mut error = None;
        if let Err(problem) = outcome {
            shared.error(self.now(), &problem);
            error = Some(problem.to_string());
        }
        shared.with(|health| {
            let stream = health.streams.entry(name).or_default();
            stream.ended = true;
            stream.last_error = error.or(stream.last_error.take());
        });
    }

    /// Keeps up to where followed files and partitions were read, so that a restart loses nothing.
    async fn keep_positions(&self, streams: &[Stream], kept: &mut String) {
        let positions: Vec<Positions> = streams.iter().map(|stream| stream.status.positions()).collect();
        let text = serde_json::to_string(&positions).unwrap_or_default();
        if positions.iter().all(Positions::is_empty) || text == *kept {
            return;
        }
        kept.clone_from(&text);
        if let Err(error) = self.store().setting_put(POSITIONS, &text).await {
            self.watch_shared().error(self.now(), &error);
        }
    }

    /// Counts hits for sightings, many at a time.
    async fn count(self, caller: Caller, mut hits: mpsc::Receiver<SeenHit>) {
        let mut batch = Vec::with_capacity(COUNTED);
        while hits.recv_many(&mut batch, COUNTED).await > 0 {
            // As the member stands now: a community that it joined since the watch began counts.
            let recorded = match self.as_of_now(&caller).await {
                Ok(caller) => self.hits_record(&caller, &batch).await.map(drop),
                Err(error) => Err(error),
            };
            if let Err(error) = recorded {
                self.watch_shared().error(self.now(), &error);
            }
            batch.clear();
        }
    }
}

/// A stream that runs, and what was told of it.
struct Stream {
    name: String,
    status: Arc<Status>,
    errors: watch::Receiver<Option<Problem>>,
}

impl Stream {
    fn new(name: String, status: Arc<Status>) -> Self {
        let errors = status.errors();
        Self { name, status, errors }
    }

    /// Puts into the health how it is.
    fn tell(&mut self, shared: &Shared, now: Timestamp) {
        let is_new = self.errors.has_changed().unwrap_or(false);
        let error = self.errors.borrow_and_update().clone().filter(|_| is_new);
        if let Some(problem) = &error {
            shared.error(now, problem);
        }
        shared.with(|health| {
            let stream = health.streams.entry(self.name.clone()).or_default();
            (stream.counts, stream.away) = (self.status.counts(), self.status.is_away());
            if let Some(problem) = error {
                stream.last_error = Some(problem.to_string());
            }
        });
    }
}

fn sigma_rules(settings: &Settings, list: &matching::Watchlist, tell: &mut dyn FnMut(Problem)) -> Option<sigma::Rules> {
    let mut builder = sigma::Rules::builder();
    let mut any = false;
    for file in sources::walk(&settings.sigma) {
        let is_rule = |path: &Path| {
            path.extension()
                .is_some_and(|ending| ending == "yml" || ending == "yaml")
        };
        match file {
            Ok(path) if is_rule(&path) => {
                if let Ok(text) = std::fs::read_to_string(&path) {
                    builder.add(&path.display().to_string(), &text);
                    any = true;
                }
            }
            Ok(_) => {}
            Err(problem) => tell(problem),
        }
    }
    for rule in list.rules().iter().filter(|rule| rule.language == "sigma") {
        builder.add("shared rule", &rule.text);
        any = true;
    }
    if !any {
        return None;
    }
    let (rules, problems) = builder.build();
    problems.into_iter().for_each(tell);
    Some(rules)
}
