//! Settings of the node that operators choose while it runs.

use axum::response::Response;
use http::StatusCode;
use node::chosen::Chosen;
use node::privacy::Retention;
use policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{json, must};
use super::partnership::{administer, nothing};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// Settings that can be chosen while the node runs; they are set as a whole.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    /// Name of the node, as people and TAXII discovery are shown it.
    pub title: String,
    /// What the node is for, a sentence.
    pub description: String,
    /// Whom to write to about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Months after which a member's contact has to be checked again.
    pub contact_months: u8,
    /// After how many days something that is done with is forgotten.
    pub retention: RetentionView,
}

/// After how many days something that is done with is forgotten; 0: never.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionView {
    /// Sessions that are over.
    pub sessions: u16,
    /// Invitations, and offers to link an account, that were accepted, withdrawn, or are over.
    pub invitations: u16,
    /// Proposals that were decided, or are over.
    pub proposals: u16,
    /// Notices, sent or not.
    pub notices: u16,
    /// What came of each batch handed in.
    pub transfers: u16,
    /// Reports of strangers that are closed.
    pub reports: u16,
}

/// What holds, and where it comes from.
#[derive(Serialize, ToSchema)]
pub struct SettingsInForceView {
    /// What holds.
    pub settings: SettingsView,
    /// Whether an operator chose it here; otherwise the configuration says so.
    pub chosen: bool,
}

impl From<Retention> for RetentionView {
    fn from(retention: Retention) -> Self {
        let Retention {
            sessions,
            invitations,
            proposals,
            notices,
            transfers,
            tips: reports,
        } = retention;
        Self {
            sessions,
            invitations,
            proposals,
            notices,
            transfers,
            reports,
        }
    }
}

impl From<RetentionView> for Retention {
    fn from(view: RetentionView) -> Self {
        Self {
            sessions: view.sessions,
            invitations: view.invitations,
            proposals: view.proposals,
            notices: view.notices,
            transfers: view.transfers,
            tips: view.reports,
        }
    }
}

impl From<&Chosen> for SettingsView {
    fn from(chosen: &Chosen) -> Self {
        Self {
            title: chosen.title.clone(),
            description: chosen.description.clone(),
            contact: chosen.contact.clone(),
            contact_months: chosen.contact_months,
            retention: chosen.retention.into(),
        }
    }
}

impl From<SettingsView> for Chosen {
    fn from(view: SettingsView) -> Self {
        Self {
            title: view.title,
            description: view.description,
            contact: view.contact.filter(|contact| !contact.is_empty()),
            contact_months: view.contact_months,
            retention: view.retention.into(),
        }
    }
}

async fn in_force(asked: &Asked) -> Result<Response, Fault> {
    let found = asked.node().chosen_read().await?;
    let view = SettingsInForceView {
        settings: SettingsView::from(&*found.chosen),
        chosen: found.here,
    };
    answer(StatusCode::OK, &view)
}

/// The settings that can be chosen while the node runs. For operators.
#[utoipa::path(get, path = "/api/v1/settings", tag = "upkeep", responses((status = 200, body = SettingsInForceView), (status = 403)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    in_force(&asked).await
}

/// Chooses settings; they stand above what the configuration says, and the ledger keeps who chose what.
#[utoipa::path(put, path = "/api/v1/settings", tag = "upkeep", request_body = SettingsView,
    responses((status = 200, body = SettingsInForceView), (status = 403), (status = 422)))]
pub async fn choose(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Configure)?;
    let view: SettingsView = json(&mut asked).await?;
    asked.node().choose(asked.caller(), Some(&Chosen::from(view))).await?;
    in_force(&asked).await
}

/// Gives up what was chosen: then the configuration says what holds.
#[utoipa::path(delete, path = "/api/v1/settings", tag = "upkeep", responses((status = 204), (status = 403)))]
pub async fn reset(asked: Asked) -> Result<Response, Fault> {
    asked.node().choose(asked.caller(), None).await?;
    Ok(nothing())
}
