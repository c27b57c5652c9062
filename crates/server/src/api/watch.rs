//! How the watch of the node's own member is, for people and for Prometheus.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// What the text format of Prometheus is served as.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is watched: the age of the watchlist, each source with what was read and could not be, hunts, the last error.
#[utoipa::path(get, path = "/api/v1/watch", tag = "watch",
    responses((status = 200, description = "The health of the watch", content_type = "application/json"), (status = 403)))]
pub async fn watch(asked: Asked) -> Result<Response, Fault> {
    let health = asked.node().watch_health(asked.caller())?;
    answer(StatusCode::OK, &health)
}

/// The same in the text format of Prometheus.
#[utoipa::path(get, path = "/api/v1/metrics", tag = "watch",
    responses((status = 200, description = "Metrics of the watch", content_type = "text/plain"), (status = 403)))]
pub async fn metrics(asked: Asked) -> Result<Response, Fault> {
    let health = asked.node().watch_health(asked.caller())?;
    let text = health.to_prometheus(asked.node().now());
    let kind = [(http::header::CONTENT_TYPE, PROMETHEUS)];
    Ok((StatusCode::OK, kind, text).into_response())
}
