//! Privacy: the record of processing, what is kept of a person, and erasing one.

use axum::response::Response;
use http::StatusCode;
use node::privacy::Recipients;
use policy::{Action, PersonId, decide};
use serde::{Deserialize, Serialize};
use store::privacy::Kept;
use utoipa::ToSchema;

use super::ask::json;
use super::partnership::refused;
use super::settings::RetentionView;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// Personal data of one kind.
#[derive(Serialize, ToSchema)]
pub struct KeptView {
    /// The table it is in.
    pub table: &'static str,
    /// What of people.
    pub data: &'static str,
    /// What for.
    pub purpose: &'static str,
    /// How long.
    pub kept: &'static str,
    /// What happens to it when the person is erased.
    pub erased: &'static str,
}

impl From<&Kept> for KeptView {
    fn from(kept: &Kept) -> Self {
        Self {
            table: kept.table,
            data: kept.data,
            purpose: kept.purpose,
            kept: kept.kept,
            erased: kept.erased,
        }
    }
}

/// A category of those who receive personal data from here.
#[derive(Serialize, ToSchema)]
pub struct RecipientsView {
    /// Which.
    pub category: &'static str,
    /// What of people they receive.
    pub data: &'static str,
    /// What for.
    pub purpose: &'static str,
    /// Who they are; empty for whoever is no operator, and where single ones are not the operators' to know.
    pub names: Vec<String>,
    /// The countries that their members name; empty for whoever is no operator.
    pub countries: Vec<String>,
}

impl From<Recipients> for RecipientsView {
    fn from(recipients: Recipients) -> Self {
        Self {
            category: recipients.category,
            data: recipients.data,
            purpose: recipients.purpose,
            names: recipients.names,
            countries: recipients.countries,
        }
    }
}

/// The record of processing.
#[derive(Serialize, ToSchema)]
pub struct RecordView {
    /// Who answers for it.
    pub node: String,
    /// Whom to write to.
    pub contact: Option<String>,
    /// What is kept.
    pub kept: Vec<KeptView>,
    /// Who receives it, as the node is set up now.
    pub recipients: Vec<RecipientsView>,
    /// The rules that run.
    pub retention: RetentionView,
}

/// What personal data is kept here where, what for, how long, who receives it, and what goes when somebody is erased.
#[utoipa::path(get, path = "/api/v1/privacy/record", tag = "privacy", responses((status = 200, body = RecordView), (status = 403)))]
pub async fn record(asked: Asked) -> Result<Response, Fault> {
    let kept = asked.node().privacy_record(asked.caller())?;
    let recipients = asked.node().privacy_recipients(asked.caller()).await?;
    let chosen = asked.node().chosen();
    let view = RecordView {
        node: chosen.title.clone(),
        contact: chosen.contact.clone(),
        kept: kept.iter().map(KeptView::from).collect(),
        recipients: recipients.into_iter().map(RecipientsView::from).collect(),
        retention: chosen.retention.into(),
    };
    answer(StatusCode::OK, &view)
}

/// Everything that is kept of a person, by table: for themselves, and for operators.
#[utoipa::path(get, path = "/api/v1/people/{login}/data", tag = "privacy",
    params(("login" = String, Path, description = "Their login")),
    responses((status = 200, content_type = "application/json", body = serde_json::Value), (status = 404)))]
pub async fn data(asked: Asked) -> Result<Response, Fault> {
    let data = asked.node().person_data(asked.caller(), asked.param("login")).await?;
    answer(StatusCode::OK, &data)
}

/// The login, a second time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseView {
    /// The login of who is to be erased, as in the path.
    pub login: String,
}

/// What stands for who was erased.
#[derive(Serialize, ToSchema)]
pub struct ErasedView {
    /// The pseudonym in what they did.
    pub pseudonym: String,
}

/// Erases a person: no account, no name, no way in; what they did stays under a pseudonym. It cannot be taken back.
#[utoipa::path(post, path = "/api/v1/people/{login}/erase", tag = "privacy", request_body = EraseView,
    params(("login" = String, Path, description = "Their login")),
    responses((status = 200, body = ErasedView), (status = 403), (status = 404), (status = 422)))]
pub async fn erase(mut asked: Asked) -> Result<Response, Fault> {
    // Who erases nobody learns nothing of what was sent.
    decide(&asked.caller().principal, Action::ErasePerson(PersonId(0))).map_err(refused)?;
    let sent: EraseView = json(&mut asked).await?;
    let login = asked.param("login").to_owned();
    let pseudonym = asked.node().person_erase(asked.caller(), &login, &sent.login).await?;
    answer(StatusCode::OK, &ErasedView { pseudonym })
}
