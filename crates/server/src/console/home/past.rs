//! The logs of the past: was something in them before anybody told us of it? Back-tests, begun here or from an indicator.

use askama::Template;
use axum::response::Response;
use node::log_match::LogHit;
use node::watch::{BackTest, PastView};

use super::super::faults::told;
use super::super::form::Form;
use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::{mistake, show_again};
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::go_to;
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/home/past.html")]
struct Page {
    shell: Shell,
    may_watch: bool,
    has_past: bool,
    past: PastView,
    /// What was typed.
    indicator: String,
    wrong: Option<String>,
}

impl Page {
    async fn new(asked: &Asked, indicator: &str) -> Result<Self, Fault> {
        let mut shell = Shell::of(asked, "hits").await?;
        "/hits/past".clone_into(&mut shell.address);
        Ok(Self {
            past: asked.node().past(asked.caller())?,
            may_watch: super::hits::may_watch(asked),
            has_past: true,
            indicator: indicator.to_owned(),
            wrong: None,
            shell,
        })
    }
}

/// The places that are looked through, and the last back-test.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    show_page(&Page::new(&asked, "").await?)
}

/// Begins a back-test. It goes on by itself; the page that one is sent to tells how far it is.
pub(super) async fn begin(mut asked: Asked) -> Result<Response, Fault> {
    asked.node().past(asked.caller())?;
    let form = Form::read(&mut asked, &["indicator"]).await?;
    let indicator = form.maybe("indicator");
    match asked.node().back_test(asked.caller(), indicator).await {
        Ok(()) => go_to(&Shell::plain(&asked.app, &asked.headers, "hits").to("/hits/past")),
        Err(error @ node::Error::NotFound(_)) => {
            again(&asked, told(&asked, &error.into()), form.text("indicator")).await
        }
        Err(error) => again(&asked, mistake(&asked, error.into())?, form.text("indicator")).await,
    }
}

async fn again(asked: &Asked, why: String, typed: &str) -> Result<Response, Fault> {
    let mut page = Page::new(asked, typed).await?;
    page.wrong = Some(why);
    show_again(&page)
}

/// The page of the indicator of a hit.
fn path_of(hit: &LogHit) -> String {
    format!("/objects/{}", encoded(&hit.indicator.id))
}

/// What a hit is called.
fn name_of(hit: &LogHit) -> &str {
    match hit.indicator.name.is_empty() {
        true => &hit.indicator.id,
        false => &hit.indicator.name,
    }
}

/// Megabytes, rounded up: people compare them with the size of a log.
fn megabytes(bytes: &u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// Whether it runs still.
fn is_running(test: &BackTest) -> bool {
    test.ended.is_none()
}
