//! What became of a transfer, for the member that made it.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use store::Transfer;
use uuid::Uuid;

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::shell::{Shell, encoded};
use crate::console::show;
use crate::problem::Fault;

/// Items of a report that are shown one by one.
const ITEMS: usize = 200;

/// A report as the store keeps it.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    format: String,
    #[serde(default)]
    waiting: u64,
    #[serde(default)]
    items: Vec<KeptItem>,
    #[serde(default)]
    problems: Vec<KeptProblem>,
}

#[derive(Deserialize)]
struct KeptItem {
    id: Option<String>,
    state: String,
}

#[derive(Deserialize)]
struct KeptProblem {
    severity: String,
    message: String,
    #[serde(default)]
    help: Option<String>,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    line: Option<u64>,
}

#[derive(Template)]
#[template(path = "console/feed/shared.html")]
struct SharedPage {
    shell: Shell,
    transfer: Transfer,
    kept: Kept,
    /// Items of the report that are not shown.
    left: usize,
}

/// What became of a transfer, for the member that made it.
pub(crate) async fn report(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let uuid = Uuid::try_parse(asked.param("status")).map_err(|_| Fault::not_found())?;
    let viewer = asked.node().viewer(asked.caller()).await?;
    let transfer = asked.node().store().transfer_get(&viewer, uuid).await?;
    let transfer = transfer.ok_or_else(Fault::not_found)?;
    let mut kept: Kept = serde_json::from_str(&transfer.detail).unwrap_or_default();
    kept.items.retain(|item| item.state != "refused" && item.id.is_some());
    // What holds the others together stands first.
    kept.items.sort_by_key(|item| {
        let id = item.id.as_deref().unwrap_or_default();
        !matches!(stix::id::object_type(id), "report" | "grouping" | "incident")
    });
    let left = kept.items.len().saturating_sub(ITEMS);
    kept.items.truncate(ITEMS);
    kept.problems.truncate(ITEMS);
    let page = SharedPage {
        shell: Shell::of(&asked, "share").await?,
        transfer,
        kept,
        left,
    };
    show(&page)
}
