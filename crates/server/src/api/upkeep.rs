//! Upkeep of the node: backups, and the lists of harmless values. For operators.

use axum::response::Response;
use http::StatusCode;
use node::upkeep::BackupMade;
use policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{Parameters, json, must};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// A backup that was made.
#[derive(Serialize, ToSchema)]
pub struct BackupView {
    /// When.
    pub at: String,
    /// The file, on the node's own machine.
    pub file: String,
}

impl From<BackupMade> for BackupView {
    fn from(made: BackupMade) -> Self {
        Self {
            at: made.at.to_micros_text(),
            file: made.file,
        }
    }
}

/// The last backup.
#[derive(Serialize, ToSchema)]
pub struct LastBackupView {
    /// The last one that was made with this program; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<BackupView>,
}

/// When the last backup was made.
#[utoipa::path(get, path = "/api/v1/backups", tag = "upkeep", responses((status = 200, body = LastBackupView), (status = 403)))]
pub async fn backups(asked: Asked) -> Result<Response, Fault> {
    let last = asked.node().backup_state(asked.caller()).await?.map(BackupView::from);
    answer(StatusCode::OK, &LastBackupView { last })
}

/// Makes a backup in the folder for them, while the node is in use; of those, the newest five stay.
#[utoipa::path(post, path = "/api/v1/backups", tag = "upkeep",
    responses((status = 201, body = BackupView), (status = 403), (status = 409)))]
pub async fn backup(asked: Asked) -> Result<Response, Fault> {
    let made = asked.node().backup_make(asked.caller()).await?;
    answer(StatusCode::CREATED, &BackupView::from(made))
}

/// A list of harmless values.
#[derive(Serialize, ToSchema)]
pub struct WarninglistView {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Its version.
    pub version: u64,
    /// How many entries are in use.
    pub entries: usize,
    /// Whether it counts.
    pub enabled: bool,
}

/// Lists of harmless values.
#[derive(Serialize, ToSchema)]
pub struct WarninglistList {
    /// By name.
    pub warninglists: Vec<WarninglistView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The lists of harmless values, by name.
#[utoipa::path(get, path = "/api/v1/warninglists", tag = "upkeep",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = WarninglistList), (status = 400), (status = 403)))]
pub async fn warninglists(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let known = asked.node().warninglists();
    let mut all: Vec<_> = known
        .lists()
        .iter()
        .filter(|list| list.name.as_str() > wish.after())
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.truncate(wish.limit);
    let next = wish.next(&all, |last| last.name.clone());
    let views = all.into_iter().map(|list| WarninglistView {
        name: list.name.clone(),
        description: list.description.clone(),
        version: list.version,
        entries: list.entries,
        enabled: list.enabled,
    });
    let warninglists = views.collect();
    answer(StatusCode::OK, &WarninglistList { warninglists, next })
}

/// Whether a list counts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchView {
    /// Whether it does.
    pub enabled: bool,
}

/// Switches a list of harmless values: one that is off flags nothing and leaves nothing out.
#[utoipa::path(patch, path = "/api/v1/warninglists/{name}", tag = "upkeep", request_body = SwitchView,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn warninglist_switch(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Administer)?;
    let SwitchView { enabled } = json(&mut asked).await?;
    let name = asked.param("name").to_owned();
    asked.node().warninglist_switch(asked.caller(), &name, enabled).await?;
    Ok(nothing())
}
