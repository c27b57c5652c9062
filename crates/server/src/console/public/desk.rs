//! What strangers reported, for operators who are there in person: reading, answering, closing, sharing.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use node::tips::{TEXT_MOST, TipLine, TipOpened};
use store::TipState;
use uuid::Uuid;

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::people::{done, page_again};
use crate::console::shell::{Shell, encoded};
use crate::console::{on, show};
use crate::problem::Fault;

/// Lines of the list.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "console/public/reports.html")]
struct ListPage {
    shell: Shell,
    tips: Vec<TipLine>,
    is_on: bool,
    next: Option<i64>,
}

/// The reports; nothing of what is in them.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["before"])?;
    let unreadable = |_| crate::query::bad("bad-cursor", "'before' must be what an earlier page gave");
    let before = parameters
        .one("before")?
        .map(str::parse)
        .transpose()
        .map_err(unreadable)?;
    let tips = asked.node().tips(asked.caller(), before, LINES).await?;
    show(&ListPage {
        shell: Shell::of(&asked, "admin").await?,
        is_on: asked.node().site().await?.site.reports,
        next: tips.last().filter(|_| tips.len() >= LINES).map(|last| last.id),
        tips,
    })
}

#[derive(Template)]
#[template(path = "console/public/opened.html")]
struct OpenPage {
    shell: Shell,
    tip: TipOpened,
    /// What the page of sharing is given.
    to_share: String,
    done: Option<&'static str>,
    wrong: Option<String>,
    typed: String,
}

fn uuid(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("tip")).map_err(|_| Fault::not_found())
}

fn address(uuid: Uuid) -> String {
    format!("/admin/reports/{uuid}")
}

async fn open_page(asked: &Asked, uuid: Uuid) -> Result<OpenPage, Fault> {
    let tip = asked.node().tip_open(asked.caller(), uuid).await?;
    let mut shell = Shell::of(asked, "admin").await?;
    shell.address = address(uuid);
    Ok(OpenPage {
        shell,
        to_share: format!("{}\n\n{}", tip.text.subject, tip.text.details),
        tip,
        done: None,
        wrong: None,
        typed: String::new(),
    })
}

/// Who has to show first that it is them is sent to do so, and comes back.
fn in_person(asked: &Asked, fault: Fault, uuid: Uuid) -> Result<Response, Fault> {
    match fault.code() {
        "step-up-needed" => on(asked, &format!("/step-up?back={}", encoded(&address(uuid)))),
        _ => Err(fault),
    }
}

/// One report.
pub(super) async fn open(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let uuid = uuid(&asked)?;
    match open_page(&asked, uuid).await {
        Ok(page) => show(&OpenPage {
            done: done(&parameters),
            ..page
        }),
        Err(fault) => in_person(&asked, fault, uuid),
    }
}

/// Answers it, closes it, or both.
pub(super) async fn answer(mut asked: Asked) -> Result<Response, Fault> {
    let uuid = uuid(&asked)?;
    // Who may not read it is told so before anything of the form is looked at.
    if let Err(fault) = open_page(&asked, uuid).await {
        return in_person(&asked, fault, uuid);
    }
    let form = Form::read(&mut asked, &["text", "close"]).await?;
    let (text, close) = (form.text("text"), form.is_ticked("close"));
    let fault = match asked.node().tip_answer(asked.caller(), uuid, text, close).await {
        Ok(()) => {
            let word = if close { "report-closed" } else { "report-answered" };
            return on(&asked, &format!("{}?done={word}", address(uuid)));
        }
        Err(error) => Fault::from(error),
    };
    let asked = &asked;
    page_again(asked, fault, |wrong| async move {
        Ok(OpenPage {
            wrong: Some(wrong),
            typed: text.to_owned(),
            ..open_page(asked, uuid).await?
        })
    })
    .await
}

/// One file of it, to be kept and not to be shown: nobody knows what is in it.
pub(super) async fn file(asked: Asked) -> Result<Response, Fault> {
    let uuid = uuid(&asked)?;
    let number = asked.param("number").parse().map_err(|_| Fault::not_found())?;
    let (name, content) = match asked.node().tip_file(asked.caller(), uuid, number).await {
        Ok(file) => file,
        Err(error) => return in_person(&asked, error.into(), uuid),
    };
    attachment(&name, content)
}

/// Something to be kept and not to be shown: nobody knows what is in it.
pub(crate) fn attachment(name: &str, content: Vec<u8>) -> Result<Response, Fault> {
    let plain = |one: char| {
        if one.is_ascii_alphanumeric() || "._-".contains(one) {
            one
        } else {
            '_'
        }
    };
    let named = format!(
        "attachment; filename=\"{}\"",
        name.chars().map(plain).collect::<String>()
    );
    let mut response = (StatusCode::OK, content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&named).map_err(Fault::ours)?);
    Ok(response)
}

/// The key of the sentence for whose turn it is, for operators.
fn state_key(state: &TipState) -> &'static str {
    match state {
        TipState::Waiting => "desk-waiting",
        TipState::Answered => "desk-answered",
        TipState::Closed => "report-state-closed",
    }
}
