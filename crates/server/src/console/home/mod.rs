//! What concerns us: hits and the watch, commitments, requests, recalls, scorecards.

use crate::routes::Route;

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
