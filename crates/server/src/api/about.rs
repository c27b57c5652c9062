//! Whether the node is there. Public, and therefore without data: no counts, no names, no version.

use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::app::App;
use crate::problem::Fault;

/// Says that requests are answered and the store can be read.
pub async fn status(app: App) -> Result<Response, Fault> {
    app.node().store().policy_generation().await?;
    Ok(axum::Json(json!({ "status": "ok" })).into_response())
}
