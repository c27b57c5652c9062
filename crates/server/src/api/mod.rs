//! The JSON API, version 1, under `/api/v1/`: sharing, finding, and running the partnership.
//!
//! | module | routes |
//! |---|---|
//! | [`about`] | `status`, `openapi.json`, `me`, `counts` |
//! | [`share`] | `share` |
//! | [`find`] | `search`, `objects/{id}`, `objects/{id}/neighbours`, `observables` |
//! | [`partnership`] | `members`, `people`, `communities` |
//! | [`keys`] | `keys` |
//! | [`sightings`] | `hits`, `sighting-rules`, `sightings/pending`, `feedback`, `objects/{id}/feedback` |
//! | [`telemetry`] | `telemetry` |
//! | [`export`] | `export` |
//! | [`exchange`] | `subscriptions`, `peers` |
//! | [`watch`] | `watch`, `metrics` |
//! | [`recall`] | `recalls` |
//! | [`item`] | `objects/{id}/receipts`, `receipts/numbers`, `disclosure` |
//! | [`requests`] | `requests` |
//! | [`ledger`] | `ledger/checkpoint`, `ledger/tile/…`, `receipts` |
//!
//! A parameter or field that is not known is refused: a mistyped `tlp` must not share what it was to hold back. Lists go
//! on by `cursor`, never by offset.

pub mod about;
pub mod ask;
pub mod document;
pub mod exchange;
pub mod export;
pub mod find;
pub mod item;
pub mod keys;
pub mod ledger;
pub mod partnership;
pub mod recall;
pub mod requests;
pub mod share;
pub mod sightings;
pub mod telemetry;
pub mod told;
pub mod view;
pub mod watch;

use http::Method;

use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

/// What every path of this room begins with.
pub const BASE: &str = "/api/v1";

/// The routes of this room.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::open(format!("{BASE}/status"), about::status),
        Route::open(format!("{BASE}/openapi.json"), about::openapi),
        route(Method::GET, "/me", Needs::Reader, about::me),
        route(Method::GET, "/counts", Needs::Reader, about::counts),
        route(Method::POST, "/share", Needs::Contributor, share::share),
        route(Method::GET, "/search", Needs::Reader, find::search),
        route(Method::GET, "/objects/{id}", Needs::Reader, find::object),
        route(Method::GET, "/objects/{id}/neighbours", Needs::Reader, find::neighbours),
        route(Method::GET, "/observables", Needs::Reader, find::observables),
        route(Method::GET, "/members", Needs::Reader, partnership::members),
        route(Method::POST, "/members", Needs::Operator, partnership::member_create),
        route(
            Method::PATCH,
            "/members/{member}",
            Needs::Operator,
            partnership::member_change,
        ),
        route(Method::POST, "/people", Needs::Operator, partnership::person_create),
        route(Method::GET, "/communities", Needs::Reader, partnership::communities),
        route(
            Method::POST,
            "/communities",
            Needs::Coordinator,
            partnership::community_create,
        ),
        route(
            Method::PUT,
            "/communities/{community}/members/{member}",
            Needs::Coordinator,
            partnership::membership_set,
        ),
        route(
            Method::DELETE,
            "/communities/{community}/members/{member}",
            Needs::Coordinator,
            partnership::membership_end,
        ),
        route(Method::GET, "/watch", Needs::Operator, watch::watch),
        route(Method::GET, "/metrics", Needs::Operator, watch::metrics),
        route(Method::GET, "/hits", Needs::Member, sightings::hits),
        route(Method::POST, "/hits", Needs::Contributor, sightings::record),
        route(Method::POST, "/telemetry", Needs::Contributor, telemetry::record),
        route(Method::GET, "/sighting-rules", Needs::Member, sightings::rules),
        route(Method::PUT, "/sighting-rules", Needs::Analyst, sightings::rules_put),
        route(Method::GET, "/sightings/pending", Needs::Member, sightings::pending),
        route(
            Method::POST,
            "/sightings/pending/{id}",
            Needs::Analyst,
            sightings::pending_answer,
        ),
        route(
            Method::POST,
            "/objects/{id}/feedback",
            Needs::Analyst,
            sightings::feedback_give,
        ),
        route(Method::GET, "/feedback", Needs::Member, sightings::feedback),
        route(Method::POST, "/recalls", Needs::Analyst, recall::create),
        route(Method::GET, "/recalls", Needs::Member, recall::list),
        route(Method::GET, "/recalls/{recall}", Needs::Member, recall::state),
        route(
            Method::POST,
            "/recalls/{recall}/acknowledge",
            Needs::Contributor,
            recall::acknowledge,
        ),
        route(Method::GET, "/objects/{id}/receipts", Needs::Member, item::receipts),
        route(Method::POST, "/objects/{id}/receipts", Needs::Contributor, item::say),
        route(Method::GET, "/receipts/numbers", Needs::Member, item::numbers),
        route(Method::GET, "/disclosure", Needs::Member, item::disclosure),
        route(Method::PUT, "/disclosure", Needs::Analyst, item::disclosure_put),
        route(Method::POST, "/requests", Needs::Contributor, requests::create),
        route(Method::GET, "/requests", Needs::Member, requests::list),
        route(Method::GET, "/requests/{request}", Needs::Member, requests::one),
        route(
            Method::POST,
            "/requests/{request}/answers",
            Needs::Contributor,
            requests::answer_give,
        ),
        route(
            Method::POST,
            "/requests/{request}/close",
            Needs::Contributor,
            requests::close,
        ),
        route(Method::GET, "/export", Needs::Reader, export::export),
        route(Method::GET, "/ledger/checkpoint", Needs::Reader, ledger::checkpoint),
        route(Method::GET, "/ledger/tile/{*tile}", Needs::Reader, ledger::tile),
        route(Method::GET, "/receipts", Needs::Member, ledger::receipts),
        route(Method::GET, "/subscriptions", Needs::Operator, exchange::subscriptions),
        route(
            Method::PUT,
            "/subscriptions/{name}",
            Needs::Operator,
            exchange::subscription_put,
        ),
        route(
            Method::DELETE,
            "/subscriptions/{name}",
            Needs::Operator,
            exchange::subscription_delete,
        ),
        route(
            Method::POST,
            "/subscriptions/{name}/preview",
            Needs::Operator,
            exchange::subscription_preview,
        ),
        route(
            Method::POST,
            "/subscriptions/{name}/run",
            Needs::Operator,
            exchange::subscription_run,
        ),
        route(Method::GET, "/peers", Needs::Operator, exchange::peers),
        route(Method::PUT, "/peers/{name}", Needs::Operator, exchange::peer_put),
        route(Method::DELETE, "/peers/{name}", Needs::Operator, exchange::peer_delete),
        route(Method::POST, "/peers/{name}/run", Needs::Operator, exchange::peer_run),
        route(
            Method::GET,
            "/peers/{name}/backlog",
            Needs::Operator,
            exchange::peer_backlog,
        ),
        route(Method::GET, "/keys", Needs::Member, keys::list),
        route(Method::POST, "/keys", Needs::Member, keys::create),
        route(Method::DELETE, "/keys/{key}", Needs::Member, keys::revoke),
    ]
}

fn route<H, F>(method: Method, path: &str, needs: Needs, handler: H) -> Route
where
    H: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Result<axum::response::Response, Fault>> + Send + 'static,
{
    Route::new(method, format!("{BASE}{path}"), needs, Dialect::Json, handler)
}
