//! Reports of many systems: how often, not where.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;
use node::telemetry::Reported;
use policy::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{Parameters, must};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// What became of a message.
#[derive(Serialize, ToSchema)]
pub struct ReportedView {
    /// Whether a message with this id was counted before; then nothing is counted now.
    pub repeated: bool,
    /// Events that were counted.
    pub counted: u64,
    /// Events on what is no indicator that is open to the caller, by its identifier; those beyond a hundred under the empty one.
    pub unknown: BTreeMap<String, u64>,
    /// Lines that could not be read.
    pub refused: u64,
    /// The first twenty of them.
    pub refusals: Vec<RefusalView>,
}

/// A line that could not be read.
#[derive(Serialize, ToSchema)]
pub struct RefusalView {
    /// Its number, from one.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

impl From<Reported> for ReportedView {
    fn from(reported: Reported) -> Self {
        let refusal = |refused: node::telemetry::Refused| RefusalView {
            line: refused.line,
            why: refused.why,
        };
        Self {
            repeated: reported.repeated,
            counted: reported.counted,
            unknown: reported.unknown,
            refused: reported.refused,
            refusals: reported.refusals.into_iter().map(refusal).collect(),
        }
    }
}

/// Counts reports of the member's own systems: lines of JSON, each with an `indicator`, and where wanted a `time` and a `count`.
///
/// A message is counted once, however often it is sent; the answer comes when it is safe. Send it again, with the same id,
/// where no answer came.
#[utoipa::path(post, path = "/api/v1/telemetry", tag = "sightings",
    params(("message" = String, Query, description = "What the sender calls this message: 1 to 200 visible ASCII characters, drawn anew for each message. It is remembered for seven days")),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = ReportedView), (status = 400), (status = 403), (status = 409), (status = 413), (status = 422), (status = 503)))]
pub async fn record(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::RecordHits)?;
    let parameters = Parameters::read(&asked, &["message"])?;
    let message = parameters
        .one("message")?
        .ok_or_else(|| {
            let text = "name the message: ?message= and a UUID drawn for it, the same one when it is sent again";
            bad("message-missing", text)
        })?
        .to_owned();
    let body = asked.take_body().await?;
    let reported = asked.node().telemetry_record(asked.caller(), &message, body).await?;
    answer(StatusCode::OK, &ReportedView::from(reported))
}
