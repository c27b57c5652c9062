//! Files followed as they grow, through rotation by renaming, by copying and truncating, through deletion and re-creation.
//!
//! | what happens to the file | what is done |
//! |---|---|
//! | grows | whole lines are given, half a line waits for its end |
//! | renamed, a new one in its place | the old one is read to its end first, and looked at until it is deleted or another follows it |
//! | emptied and filled anew | seen by its size or by its first bytes; read from its beginning |
//! | deleted | read to its end, closed; one that appears in its place is read from its beginning |
//! | renamed while nobody looked | found by its number in the same directory, and read from where reading had stopped |
//!
//! Looking is a step of its own ([`Follower::poll_now`]) that needs no runtime and no clock. [`Follow::run`] takes that step when
//! the file system tells that something changed, and every few seconds, because some file systems (NFS, some mounts of containers)
//! tell nothing.

mod tail;
mod watch;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stix::{Place, Problem};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::{Ended, LINE_BYTES, Outlet, Piece, Positions, Status};
use tail::Tail;

/// Most files that are followed by one feed.
const MOST_FILES: usize = 4096;

/// Where reading of a file begins that is there when following begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// What is in it already is left out.
    #[default]
    End,
    /// What is in it is read as well.
    Beginning,
}

/// What to follow, and how.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Paths, or patterns as in `/var/log/zeek/*.log`; files that appear later are followed as well.
    pub patterns: Vec<String>,
    /// For files without a saved position.
    pub start: Start,
    /// Where to go on, as [`Status::positions`] had it.
    pub positions: Positions,
    /// Longest line that is given whole.
    pub line_bytes: usize,
    /// How long to go without looking where the file system tells nothing.
    pub look_every: Duration,
}

impl Follow {
    /// Follows these paths and patterns from the end of what is there.
    pub fn new<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self {
            patterns: patterns.into_iter().map(Into::into).collect(),
            start: Start::End,
            positions: Positions::new(),
            line_bytes: LINE_BYTES,
            look_every: Duration::from_secs(2),
        }
    }

    /// Follows until it is told to stop.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        let outlet = Outlet::new(out, stop, status);
        let look_every = self.look_every;
        let mut follower = Follower::new(self, Arc::clone(&outlet.status))?;
        let (watch, mut changes) = watch::Watch::new(&follower.directories());
        if let Err(problem) = &watch {
            outlet.note(problem.clone());
        }
        loop {
            let (back, ended) = {
                let outlet = outlet.clone();
                let runtime = Handle::current();
                let looking = tokio::task::spawn_blocking(move || {
                    let outcome =
                        follower.poll_now(&mut |piece| runtime.block_on(outlet.give(piece)).map_err(|Ended| Gone));
                    (follower, outcome.is_err())
                });
                looking.await.map_err(|_| {
                    Problem::error("follow-failed", Place::default(), "following files broke off")
                        .help("this is a fault of ours")
                })?
            };
            follower = back;
            if ended {
                return Ok(());
            }
            tokio::select! {
                () = outlet.deserted() => break,
                () = changes.wait() => {}
                () = tokio::time::sleep(look_every) => {}
            }
        }
        for piece in follower.rest() {
            if outlet.give(piece).await.is_err() {
                break;
            }
        }
        drop(watch);
        Ok(())
    }
}

/// The one who was to take pieces wants no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// Follows files one look at a time.
#[derive(Debug)]
pub struct Follower {
    patterns: Vec<glob::Pattern>,
    tails: BTreeMap<PathBuf, Tail>,
    /// Files that were read, by device and number: one that was renamed to a name that is followed too is not read again.
    known: HashSet<(u64, u64)>,
    positions: Positions,
    start: Start,
    line_bytes: usize,
    status: Arc<Status>,
}

impl Follower {
    /// Nothing is read before the first look.
    pub fn new(follow: Follow, status: Arc<Status>) -> Result<Self, Problem> {
        let pattern = |text: &String| {
            glob::Pattern::new(text).map_err(|error| {
                let message = format!("`{text}` is not a pattern of paths: {}", error.msg);
                Problem::error("bad-pattern", Place::default(), message).help("write for example /var/log/zeek/*.log")
            })
        };
        let patterns = follow.patterns.iter().map(pattern).collect::<Result<_, _>>()?;
        for (name, position) in &follow.positions {
            status.reached(name, *position);
        }
        Ok(Self {
            patterns,
            tails: BTreeMap::new(),
            known: HashSet::new(),
            positions: follow.positions,
            start: follow.start,
            line_bytes: follow.line_bytes,
            status,
        })
    }

    /// Looks at every file once and gives what is new, waiting for nothing but the one who takes it.
    pub fn poll_now(&mut self, give: &mut dyn FnMut(Piece) -> Result<(), Gone>) -> Result<(), Gone> {
        // Those that are followed first: one that was renamed is known before its new name is found.
        for tail in self.tails.values_mut() {
            tail.look(give)?;
            self.known.extend(tail.ids());
        }
        let mut there = HashSet::new();
        for path in self.matching() {
            let Some(id) = tail::id_of(&path) else { continue };
            there.insert(id);
            if self.tails.contains_key(&path) || self.known.contains(&id) {
                continue;
            }
            if self.tails.len() == MOST_FILES {
                let message = format!("more than {MOST_FILES} files match, the limit of one feed");
                self.status.note(
                    Problem::error(
                        "too-many-files",
                        super::super::open::place(&path.display().to_string()),
                        message,
                    )
                    .help("follow them by several feeds"),
                );
                break;
            }
            let position = self.positions.remove(&path.display().to_string());
            let mut tail = Tail::new(
                path.clone(),
                self.start,
                position,
                self.line_bytes,
                Arc::clone(&self.status),
            );
            tail.look(give)?;
            self.known.extend(tail.ids());
            self.tails.insert(path, tail);
        }
        // A file that is found after the first look is new: all of it is.
        self.start = Start::Beginning;
        let plain: HashSet<PathBuf> = self.plain().collect();
        self.tails.retain(|path, tail| !tail.is_over() || plain.contains(path));
        let held: HashSet<(u64, u64)> = self.tails.values().flat_map(Tail::ids).collect();
        self.known.retain(|id| there.contains(id) || held.contains(id));
        Ok(())
    }

    /// The half lines that are held. They are given, but the position stays before them: after a restart they come whole.
    pub fn rest(&mut self) -> Vec<Piece> {
        self.tails.values_mut().flat_map(Tail::rest).collect()
    }

    /// Directories in which something may change.
    fn directories(&self) -> HashSet<PathBuf> {
        let parents = self.patterns.iter().map(|pattern| {
            let path = PathBuf::from(pattern.as_str());
            let mut parent = path.parent().map(PathBuf::from).unwrap_or_default();
            while is_pattern(&parent) && parent.pop() {}
            if parent.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                parent
            }
        });
        let files = self
            .matching()
            .into_iter()
            .filter_map(|path| path.parent().map(PathBuf::from));
        parents
            .chain(files.filter(|path| !path.as_os_str().is_empty()))
            .collect()
    }

    fn plain(&self) -> impl Iterator<Item = PathBuf> {
        let paths = self.patterns.iter().map(|pattern| PathBuf::from(pattern.as_str()));
        paths.filter(|path| !is_pattern(path))
    }

    fn matching(&self) -> Vec<PathBuf> {
        let options = glob::MatchOptions {
            require_literal_leading_dot: true,
            ..glob::MatchOptions::default()
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for pattern in &self.patterns {
            if let Ok(found) = glob::glob_with(pattern.as_str(), options) {
                paths.extend(found.filter_map(Result::ok));
            }
        }
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

fn is_pattern(path: &std::path::Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .any(|byte| b"*?[".contains(byte))
}

#[cfg(test)]
mod tests;
