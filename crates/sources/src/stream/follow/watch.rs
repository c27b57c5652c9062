//! Told by the file system that something in a directory changed.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use stix::{Place, Problem};
use tokio::sync::Notify;

/// While it lives, changes are told.
#[derive(Debug)]
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
}

/// Changes since they were waited for last; many are told as one.
#[derive(Debug)]
pub(super) struct Changes(Arc<Notify>);

impl Changes {
    pub async fn wait(&mut self) {
        self.0.notified().await;
    }
}

impl Watch {
    pub fn new(directories: &HashSet<PathBuf>) -> (Result<Self, Problem>, Changes) {
        let told = Arc::new(Notify::new());
        let tell = Arc::clone(&told);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Our own looking opens and reads files and directories: telling of that would never end.
            let of_reading = matches!(&event, Ok(event) if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)));
            if !of_reading {
                tell.notify_one();
            }
        });
        let watch = watcher.and_then(|mut watcher| {
            for directory in directories {
                watcher.watch(directory, RecursiveMode::NonRecursive)?;
            }
            Ok(Self { _watcher: watcher })
        });
        let watch = watch.map_err(|error| {
            let message =
                format!("the file system does not tell of changes ({error}), so files are looked at every few seconds");
            Problem::warning("no-file-events", Place::default(), message)
                .help("raise fs.inotify.max_user_watches, or fs.inotify.max_user_instances")
        });
        (watch, Changes(told))
    }
}
