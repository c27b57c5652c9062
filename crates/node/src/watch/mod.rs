//! The watch of a node: its member's own logs, traffic and past against what the member may see, all the time.
//!
//! ```text
//! store ── watchlist ── swap ──► matchers ◄── sources (followed files, listeners, brokers)
//!              │                    │
//!              └─ what is new ─► hunt over the past
//!                                   │
//!                     hits ─────────┴──► file of hits; counted for sightings (node::sightings)
//! that it watches, and which kinds of logs ──► the ledger; hubs that want to know (hubs)
//! ```
//!
//! Who wants to know of one indicator asks for a back-test: the same past, looked through once more, and nothing counted.
//!
//! Logs stay where they are: only hits leave the matchers, and only what the member's rules say of them leaves the node.

mod back_test;
mod health;
mod hubs;
mod matchers;
mod past;
mod recorder;
mod run;

use std::path::PathBuf;

pub use sources::SourceSpec;

pub use back_test::{BackTest, PastView};
pub(crate) use health::Shared;
pub use health::{Health, HubHealth, Hunts, SourceHealth, StreamHealth, WatchlistHealth};
pub use matchers::Matchers;
pub use past::{Each, each_log};

/// What is watched, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where logs come from.
    pub sources: Vec<SourceSpec>,
    /// Logs of the past, in which new indicators are hunted: files, folders, object storage.
    pub past: Vec<SourceSpec>,
    /// Folder for the indexes of the past.
    pub indexes: PathBuf,
    /// File to which hits are appended, a line of JSON each.
    pub hits: PathBuf,
    /// The login whose sight the watchlist is compiled through.
    pub login: String,
    /// Seconds between looks for new indicators.
    pub refresh_seconds: u64,
    /// Indicators worth less are left out.
    pub minimum_score: u8,
    /// Files and folders of Sigma rules.
    pub sigma: Vec<PathBuf>,
}
