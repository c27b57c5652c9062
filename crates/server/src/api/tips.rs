//! What strangers reported, for operators who are there themselves: no key opens a report.

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use node::tips::{TipLine, TipOpened};
use policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, json, must};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// A report, without what was written.
#[derive(Serialize, ToSchema)]
pub struct TipView {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub reference: String,
    /// What it is about.
    pub kind: &'static str,
    /// Whose turn it is.
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
            kind: line.kind.as_str(),
            state: line.state.as_str(),
            made: line.made.to_micros_text(),
            changed: line.changed.to_micros_text(),
        }
    }
}

/// Reports.
#[derive(Serialize, ToSchema)]
pub struct TipList {
    /// The newest first.
    pub tips: Vec<TipView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What strangers reported, without what was written. For operators.
#[utoipa::path(get, path = "/api/v1/tips", tag = "public",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 500 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = TipList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let mut wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    wish.limit = wish.limit.min(500);
    let page = asked.node().tips(asked.caller(), wish.number()?, wish.limit).await?;
    let next = wish.next(&page, |last| last.id.to_string());
    let tips = page.into_iter().map(TipView::from).collect();
    answer(StatusCode::OK, &TipList { tips, next })
}

/// A file of a report.
#[derive(Serialize, ToSchema)]
pub struct TipFileView {
    /// Its number.
    pub number: i64,
    /// What its sender called it.
    pub name: String,
    /// How many bytes it has.
    pub bytes: usize,
}

/// Something that was said about a report.
#[derive(Serialize, ToSchema)]
pub struct TipSaidView {
    /// `operator` or `reporter`.
    pub by: &'static str,
    /// When.
    pub at: String,
    /// What.
    pub text: String,
}

/// A report, opened.
#[derive(Serialize, ToSchema)]
pub struct TipDetailView {
    /// The report.
    #[serde(flatten)]
    pub tip: TipView,
    /// What it is about, in a line.
    pub subject: String,
    /// What it is.
    pub details: String,
    /// Which system or organisation.
    pub about: String,
    /// Where an answer may go.
    pub contact: String,
    /// Its files.
    pub files: Vec<TipFileView>,
    /// What was said since.
    pub said: Vec<TipSaidView>,
}

impl From<TipOpened> for TipDetailView {
    fn from(tip: TipOpened) -> Self {
        let file = |(number, name, bytes)| TipFileView { number, name, bytes };
        let said = tip.said.into_iter().map(|one| TipSaidView {
            by: if one.by_operator { "operator" } else { "reporter" },
            at: one.at.to_micros_text(),
            text: one.text,
        });
        Self {
            subject: tip.text.subject,
            details: tip.text.details,
            about: tip.text.about,
            contact: tip.text.contact,
            files: tip.files.into_iter().map(file).collect(),
            said: said.collect(),
            tip: tip.line.into(),
        }
    }
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("tip")).map_err(|_| Fault::not_found())
}

/// Opens a report. In a session, not by a key.
#[utoipa::path(get, path = "/api/v1/tips/{tip}", tag = "public",
    params(("tip" = String, Path, description = "Its name")),
    responses((status = 200, body = TipDetailView), (status = 403), (status = 404)))]
pub async fn open(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReadTips)?;
    let opened = asked.node().tip_open(asked.caller(), named(&asked)?).await?;
    answer(StatusCode::OK, &TipDetailView::from(opened))
}

/// A file of a report, as it came: treat it as what may do harm. In a session, not by a key.
#[utoipa::path(get, path = "/api/v1/tips/{tip}/files/{number}", tag = "public",
    params(("tip" = String, Path, description = "Its name"), ("number" = i64, Path, description = "The number of the file")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403), (status = 404)))]
pub async fn file(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReadTips)?;
    let number = asked.param("number").parse().map_err(|_| Fault::not_found())?;
    let (_, content) = asked.node().tip_file(asked.caller(), named(&asked)?, number).await?;
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    // Whatever its sender called it is no name for a file here.
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"reported\""),
    );
    Ok(response)
}

/// An answer to a report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TipAnswerView {
    /// What its reporter reads; needed where it is not closed with it.
    #[serde(default)]
    pub text: String,
    /// Whether it is closed.
    #[serde(default)]
    pub close: bool,
}

/// Answers a report, or closes it. In a session, not by a key.
#[utoipa::path(post, path = "/api/v1/tips/{tip}/answer", tag = "public", request_body = TipAnswerView,
    params(("tip" = String, Path, description = "Its name")),
    responses((status = 204), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn reply(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReadTips)?;
    let uuid = named(&asked)?;
    let said: TipAnswerView = json(&mut asked).await?;
    asked
        .node()
        .tip_answer(asked.caller(), uuid, &said.text, said.close)
        .await?;
    Ok(nothing())
}
