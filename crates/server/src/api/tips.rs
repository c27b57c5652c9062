//! What strangers reported, for operators: the list by anyone who administers; reading, answering and closing in person.

use axum::response::Response;
use http::StatusCode;
use node::tips::{TipLine, TipOpened, TipSaid};
use policy::Action;
use serde::{Deserialize, Serialize};
use store::TipKind;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, must};
use super::view::answer;
use crate::asked::Asked;
use crate::console::public::attachment;
use crate::problem::Fault;

/// What a report is about.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TipKindView {
    /// Something happened.
    Incident,
    /// Something is weak.
    Weakness,
}

/// A report, without what was written.
#[derive(Serialize, ToSchema)]
pub struct TipView {
    /// Its name.
    pub id: String,
    /// What people call it, as in `R-ABCD-EFGH`.
    pub reference: String,
    /// What it is about.
    pub kind: TipKindView,
    /// Whose turn it is: `waiting` (the operators'), `answered` (the reporter's), `closed`.
    pub state: &'static str,
    /// When it came.
    pub made: String,
    /// When something was said about it last.
    pub changed: String,
}

impl From<TipLine> for TipView {
    fn from(line: TipLine) -> Self {
        Self {
            id: line.uuid.to_string(),
            reference: line.reference,
            kind: match line.kind {
                TipKind::Incident => TipKindView::Incident,
                TipKind::Weakness => TipKindView::Weakness,
            },
            state: line.state.as_str(),
            made: line.made.to_string(),
            changed: line.changed.to_string(),
        }
    }
}

/// Reports.
#[derive(Serialize, ToSchema)]
pub struct TipList {
    /// The newest first.
    pub tips: Vec<TipView>,
    /// What `cursor` has to be for the next part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A file of a report.
#[derive(Serialize, ToSchema)]
pub struct TipFileView {
    /// Its number.
    pub number: i64,
    /// Its name, as the reporter wrote it.
    pub name: String,
    /// Its bytes.
    pub bytes: usize,
}

/// Something that was said about a report.
#[derive(Serialize, ToSchema)]
pub struct TipSaidView {
    /// Whether an operator said it, and not the reporter.
    pub by_operator: bool,
    /// When.
    pub at: String,
    /// What.
    pub text: String,
}

impl From<TipSaid> for TipSaidView {
    fn from(said: TipSaid) -> Self {
        Self {
            by_operator: said.by_operator,
            at: said.at.to_string(),
            text: said.text,
        }
    }
}

/// A report, opened.
#[derive(Serialize, ToSchema)]
pub struct TipOpenedView {
    /// Which.
    #[serde(flatten)]
    pub tip: TipView,
    /// What it is about, in a line.
    pub subject: String,
    /// What was seen.
    pub details: String,
    /// Which system or organisation; empty where it was not said.
    pub about: String,
    /// How to reach the reporter; empty where it was not said.
    pub contact: String,
    /// Its files.
    pub files: Vec<TipFileView>,
    /// What was said since, in order.
    pub said: Vec<TipSaidView>,
}

impl From<TipOpened> for TipOpenedView {
    fn from(opened: TipOpened) -> Self {
        let file = |(number, name, bytes)| TipFileView { number, name, bytes };
        Self {
            tip: opened.line.into(),
            subject: opened.text.subject,
            details: opened.text.details,
            about: opened.text.about,
            contact: opened.text.contact,
            files: opened.files.into_iter().map(file).collect(),
            said: opened.said.into_iter().map(TipSaidView::from).collect(),
        }
    }
}

/// An answer to a report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TipAnswer {
    /// What the reporter reads; may be empty where the report is closed.
    #[serde(default)]
    #[schema(max_length = 10000)]
    pub text: String,
    /// Whether the report is closed with it.
    #[serde(default)]
    pub close: bool,
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("tip")).map_err(|_| Fault::not_found())
}

/// What strangers reported: without what they wrote.
#[utoipa::path(get, path = "/api/v1/tips", tag = "public",
    params(("limit" = Option<usize>, Query, description = "How many at the most; 500 are", minimum = 1),
        ("cursor" = Option<String>, Query, description = "What an earlier answer gave as `next`", pattern = "^[0-9]{1,18}$")),
    responses((status = 200, body = TipList), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let mut page = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    page.limit = page.limit.min(node::tips::LIST_MOST);
    let tips = asked.node().tips(asked.caller(), page.number()?, page.limit).await?;
    let next = page.next(&tips, |last| last.id.to_string());
    let tips = tips.into_iter().map(TipView::from).collect();
    answer(StatusCode::OK, &TipList { tips, next })
}

/// Opens a report. Not by a key, and with a recent proof.
#[utoipa::path(get, path = "/api/v1/tips/{tip}", tag = "public",
    params(("tip" = String, Path, description = "Its UUID")),
    responses((status = 200, body = TipOpenedView), (status = 403), (status = 404)))]
pub async fn show(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let opened = asked.node().tip_open(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &TipOpenedView::from(opened))
}

/// One file of a report. Nobody knows what is in it. Not by a key, and with a recent proof.
#[utoipa::path(get, path = "/api/v1/tips/{tip}/files/{number}", tag = "public",
    params(("tip" = String, Path, description = "Its UUID"), ("number" = String, Path, description = "The number of the file")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 403), (status = 404)))]
pub async fn file(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let number = asked.param("number").parse().map_err(|_| Fault::not_found())?;
    let (name, content) = asked.node().tip_file(asked.caller(), named(&asked)?, number).await?;
    attachment(&name, content)
}

/// Answers a report, closes it, or both. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/tips/{tip}/answer", tag = "public", request_body = TipAnswer,
    params(("tip" = String, Path, description = "Its UUID")),
    responses((status = 200, body = TipOpenedView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn say(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReadTips)?;
    Parameters::read(&asked, &[])?;
    let said: TipAnswer = json(&mut asked).await?;
    let (node, uuid) = (asked.node(), named(&asked)?);
    node.tip_answer(asked.caller(), uuid, &said.text, said.close).await?;
    let opened = node.tip_open(asked.caller(), uuid).await?;
    answer(StatusCode::OK, &TipOpenedView::from(opened))
}
