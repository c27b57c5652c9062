//! Directories on several threads: every ordinary file below some paths, each scanned once.
//!
//! One thread walks and hands paths to the others through a short queue, so that memory does not grow with the tree. Links
//! are not followed (but for the paths that were named), so there are no loops. What is not an ordinary file is never opened: a
//! pipe or a terminal would wait for somebody. What the kernel makes up (`/proc`, `/sys`) is passed over. Everything passed over
//! is counted.

mod open;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use stix::{Place, Problem};

use crate::scan::{FileSink, Scanner, Worker};
use open::{Filesystem, KernelFilesystems, Opened};

/// Paths that wait for a thread.
const QUEUE: usize = 1_024;

/// How to walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether names that begin with a dot are scanned.
    pub hidden: bool,
    /// Folders below a named path that are entered, in levels.
    pub depth: usize,
    /// Whether to stay on the filesystem of each named path.
    pub same_filesystem: bool,
    /// Threads that scan, at least one.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hidden: true,
            depth: 200,
            same_filesystem: false,
            threads: 1,
        }
    }
}

/// How far a walk is. What is still to come is not known before `walked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files found so far.
    pub found: u64,
    /// Files scanned so far.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Whether all files are found.
    pub walked: bool,
}

/// What a walk came by, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files scanned to their end.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Members of archives told.
    pub members: u64,
    /// Bytes of these.
    pub member_bytes: u64,
    /// Rules met.
    pub rules: u64,
    /// Contents that rules could not be asked of; each is a problem.
    pub unasked: u64,
    /// Problems told, those of unreadable files among them.
    pub problems: u64,
    /// Folders entered.
    pub folders: u64,
    /// Files and folders that could not be read; each is a problem with its reason.
    pub unreadable: u64,
    /// What was passed over.
    pub skipped: Skipped,
}

/// What was passed over, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Symbolic links.
    pub links: u64,
    /// Pipes, sockets and devices.
    pub special: u64,
    /// Names that begin with a dot, where the options leave them out.
    pub hidden: u64,
    /// Folders deeper than the limit.
    pub too_deep: u64,
    /// Folders on other filesystems, where the options leave them out.
    pub other_filesystems: u64,
    /// What the kernel makes up.
    pub kernel: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.members += other.members;
        self.member_bytes += other.member_bytes;
        self.rules += other.rules;
        self.unasked += other.unasked;
        self.problems += other.problems;
        self.folders += other.folders;
        self.unreadable += other.unreadable;
        self.skipped.links += other.skipped.links;
        self.skipped.special += other.skipped.special;
        self.skipped.hidden += other.skipped.hidden;
        self.skipped.too_deep += other.skipped.too_deep;
        self.skipped.other_filesystems += other.skipped.other_filesystems;
        self.skipped.kernel += other.skipped.kernel;
    }
}

/// Scans every file below `paths`. Each thread has a sink of its own, made by `sink`; all are given back. `progress` is called
/// after each file, from any thread.
pub fn walk<S: FileSink + Send>(
    paths: &[PathBuf],
    options: &Options,
    scanner: &Scanner,
    progress: &(dyn Fn(Progress) + Sync),
    sink: &(dyn Fn() -> S + Sync),
) -> (Tally, Vec<S>) {
    let counters = Counters::default();
    let (sender, receiver) = sync_channel(QUEUE);
    let receiver = Mutex::new(receiver);
    let mut tally = Tally::default();
    let mut sinks = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads.max(1))
            .map(|_| scope.spawn(|| scan_all(&receiver, scanner, &counters, progress, sink())))
            .collect();
        let mut walking = Walking {
            options,
            kernel: KernelFilesystems::of_this_machine(),
            counters: &counters,
            sender,
            tally: Tally::default(),
        };
        for path in paths {
            walking.named(path);
        }
        counters.walked.store(true, Ordering::Relaxed);
        tally.add(&walking.tally);
        // The queue ends with its sender, and with it the threads.
        drop(walking);
        for thread in threads {
            match thread.join() {
                Ok((own, sink)) => {
                    tally.add(&own);
                    sinks.push(sink);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    (tally, sinks)
}

/// What goes through the queue.
enum Job {
    /// A file; whether the path was named, so that a link is followed.
    File(PathBuf, bool),
    Unreadable(Problem),
}

#[derive(Default)]
struct Counters {
    found: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    walked: AtomicBool,
}

impl Counters {
    fn now(&self) -> Progress {
        Progress {
            found: self.found.load(Ordering::Relaxed),
            files: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            walked: self.walked.load(Ordering::Relaxed),
        }
    }
}

/// What each scanning thread does.
fn scan_all<S: FileSink>(
    receiver: &Mutex<Receiver<Job>>,
    scanner: &Scanner,
    counters: &Counters,
    progress: &(dyn Fn(Progress) + Sync),
    mut sink: S,
) -> (Tally, S) {
    let mut worker = scanner.worker();
    let mut tally = Tally::default();
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(Job::File(path, named)) => {
                let before = tally.bytes;
                scan_one(&path, named, &mut worker, &mut tally, &mut sink);
                counters.files.fetch_add(1, Ordering::Relaxed);
                counters.bytes.fetch_add(tally.bytes - before, Ordering::Relaxed);
                progress(counters.now());
            }
            Ok(Job::Unreadable(problem)) => {
                tally.problems += 1;
                tally.unreadable += 1;
                sink.problem(problem);
            }
            Err(_) => return (tally, sink),
        }
    }
}

fn scan_one(path: &Path, named: bool, worker: &mut Worker<'_>, tally: &mut Tally, sink: &mut dyn FileSink) {
    let outcome = match open::ordinary(path, named) {
        Ok(Opened::File(mut file)) => worker.scan_file(path, &mut file, sink),
        // It was an ordinary file a moment ago.
        Ok(Opened::Special) => {
            tally.skipped.special += 1;
            return;
        }
        Err(error) => Err(unreadable(path, &error)),
    };
    match outcome {
        Ok(scanned) => {
            tally.files += 1;
            tally.bytes += scanned.bytes;
            tally.members += scanned.members;
            tally.member_bytes += scanned.member_bytes;
            tally.rules += scanned.rules;
            tally.unasked += scanned.unasked;
            tally.problems += scanned.problems;
        }
        Err(problem) => {
            tally.unreadable += 1;
            tally.problems += 1;
            sink.problem(problem);
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let place = Place {
        file: Some(path.to_string_lossy().into_owned()),
        ..Place::default()
    };
    Problem::error("unreadable", place, format!("it cannot be read: {error}"))
}

/// The thread that finds files.
struct Walking<'w> {
    options: &'w Options,
    kernel: KernelFilesystems,
    counters: &'w Counters,
    sender: SyncSender<Job>,
    tally: Tally,
}

impl Walking<'_> {
    /// A path that somebody named: a link there is meant.
    fn named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => self.below(path, Filesystem::of(&found)),
            Ok(found) => self.other(path.to_owned(), &found, true),
            Err(error) => self.send(Job::Unreadable(unreadable(path, &error))),
        }
    }

    fn below(&mut self, root: &Path, home: Filesystem) {
        if self.kernel.contains(home) {
            self.tally.skipped.kernel += 1;
            return;
        }
        let mut pending = vec![(root.to_owned(), 0_usize)];
        while let Some((folder, depth)) = pending.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.send(Job::Unreadable(unreadable(&folder, &error)));
                    continue;
                }
            };
            self.tally.folders += 1;
            for entry in entries {
                let found = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
                let (path, found) = match found {
                    Ok(found) => found,
                    Err(error) => {
                        self.send(Job::Unreadable(unreadable(&folder, &error)));
                        continue;
                    }
                };
                if !self.options.hidden && is_hidden(&path) {
                    self.tally.skipped.hidden += 1;
                } else if !found.is_dir() {
                    self.other(path, &found, false);
                } else if self.kernel.contains(Filesystem::of(&found)) {
                    self.tally.skipped.kernel += 1;
                } else if self.options.same_filesystem && Filesystem::of(&found) != home {
                    self.tally.skipped.other_filesystems += 1;
                } else if depth >= self.options.depth {
                    self.tally.skipped.too_deep += 1;
                } else {
                    pending.push((path, depth + 1));
                }
            }
        }
    }

    /// What is not a folder.
    fn other(&mut self, path: PathBuf, found: &fs::Metadata, named: bool) {
        if found.is_symlink() {
            self.tally.skipped.links += 1;
        } else if !found.is_file() {
            self.tally.skipped.special += 1;
        } else if self.kernel.contains(Filesystem::of(found)) {
            self.tally.skipped.kernel += 1;
        } else {
            self.counters.found.fetch_add(1, Ordering::Relaxed);
            self.send(Job::File(path, named));
        }
    }

    fn send(&self, job: Job) {
        // Only fails when all threads are gone, and then a panic is on its way.
        let _ = self.sender.send(job);
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}
