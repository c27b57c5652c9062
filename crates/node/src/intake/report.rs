//! What became of a transfer: how many items were accepted, unchanged and refused, and why.

use serde::Serialize;
use stix::{Problem, Severity, Timestamp};
use uuid::Uuid;

/// Problems and item results that a report keeps in full; beyond this they are counted only.
pub const MOST_KEPT: usize = 10_000;

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum ItemState {
    /// Stored.
    Accepted,
    /// It was there already, with the same content for the same readers.
    Unchanged,
    /// Not stored.
    Refused {
        /// Why.
        problem: Box<Problem>,
    },
}

/// One item of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemResult {
    /// Identifier, where the item got far enough to have one.
    pub id: Option<String>,
    /// Version as the object writes it; empty where it has none.
    pub version: String,
    /// What became of it.
    #[serde(flatten)]
    pub state: ItemState,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Identifier of the transfer, under which its record is kept.
    pub transfer: Uuid,
    /// When it began.
    pub started: Timestamp,
    /// What the content turned out to be, as in `stix-bundle`.
    pub format: &'static str,
    /// Items stored.
    pub accepted: u64,
    /// Items that were there already.
    pub unchanged: u64,
    /// Items refused.
    pub refused: u64,
    /// Items of the accepted that wait for the moderators of the community.
    #[serde(skip_serializing_if = "is_nought")]
    pub waiting: u64,
    /// The items, in order, as far as they were asked for and kept.
    pub items: Vec<ItemResult>,
    /// Refusals and warnings, in order, the first [`MOST_KEPT`] of them.
    pub problems: Vec<Problem>,
    /// Problems counted but not kept.
    pub problems_left_out: u64,
}

fn is_nought(number: &u64) -> bool {
    *number == 0
}

impl Report {
    /// A transfer that begins.
    pub fn new(transfer: Uuid, started: Timestamp) -> Self {
        Self {
            transfer,
            started,
            format: "",
            accepted: 0,
            unchanged: 0,
            refused: 0,
            waiting: 0,
            items: Vec::new(),
            problems: Vec::new(),
            problems_left_out: 0,
        }
    }

    /// Takes note of a warning, or of an item that never became an object.
    pub fn problem(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.refused += 1;
        }
        self.keep(problem);
    }

    /// Takes note of what became of an object; `keep_item` says whether the item itself is wanted.
    pub fn item(&mut self, result: ItemResult, keep_item: bool) {
        match &result.state {
            ItemState::Accepted => self.accepted += 1,
            ItemState::Unchanged => self.unchanged += 1,
            ItemState::Refused { problem } => {
                self.refused += 1;
                self.keep((**problem).clone());
            }
        }
        if keep_item && self.items.len() < MOST_KEPT {
            self.items.push(result);
        }
    }

    /// Keeps a problem, or counts it when there are too many.
    pub fn keep(&mut self, problem: Problem) {
        if self.problems.len() < MOST_KEPT {
            self.problems.push(problem);
        } else {
            self.problems_left_out += 1;
        }
    }
}
