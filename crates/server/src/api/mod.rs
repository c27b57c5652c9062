//! The JSON API, version 1, under `/api/v1/`.

mod about;

use crate::routes::Route;

/// The routes of this room.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::open("/api/v1/status", about::status)]
}
