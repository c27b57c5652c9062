//! One bridge to a partner hub: what was agreed by whom, what passed, accepting what was proposed, ending it.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::bridges::{AcceptWish, AfterEnd, BridgeView, PairHere};
use policy::Action;
use serde_json::Value;
use store::{BridgeItem, BridgeState, BridgeStep};

use super::running::{Running, State};
use super::there::access;
use super::{done, mistake, most};
use crate::api::ask::{Parameters, must};
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded, part};
use crate::console::{on, show, show_as};
use crate::problem::Fault;
use crate::query::bad;

#[derive(Template)]
#[template(path = "console/exchange/bridge.html")]
struct Page {
    shell: Shell,
    line: Running,
    counts: [i64; 3],
    version: i64,
    pairs: Vec<PairHere>,
    /// What becomes of what has passed, by the terms that hold and by those proposed.
    after_end: AfterEnd,
    proposed_after_end: AfterEnd,
    /// What waits for consent: its version, what would pass, and whether it waits for us.
    proposed: Option<(i64, Vec<PairHere>, bool)>,
    /// Whether nobody here has said yet where the other hub is.
    needs_address: bool,
    steps: Vec<BridgeStep>,
    passed: Vec<BridgeItem>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        administer(asked)?;
        let (node, caller, name) = (asked.node(), asked.caller(), asked.param("name"));
        let view: BridgeView = node.bridge(caller, name).await?;
        let passed = node.bridge_passed(caller, name).await?;
        let mut shell = Shell::of(asked, "exchange").await?;
        shell.address = format!("/exchange/bridges/{}", part(name));
        let waits_for_us = !view.bridge.set.proposal_ours;
        let has_ended = view.bridge.set.state == BridgeState::Ended;
        Ok(Self {
            shell,
            counts: [view.bridge.sent, view.bridge.taken, view.bridge.refused],
            version: view.bridge.set.version,
            pairs: view.pairs.clone(),
            after_end: view.after_end.unwrap_or(AfterEnd::Stays),
            proposed_after_end: view.proposed_after_end.unwrap_or(AfterEnd::Stays),
            proposed: view
                .proposed
                .clone()
                .filter(|_| !has_ended)
                .map(|(version, pairs)| (version, pairs, waits_for_us)),
            needs_address: view.bridge.set.url.is_empty(),
            steps: view.steps.clone(),
            line: Running::from(view),
            passed,
            done: None,
            wrong: None,
        })
    }

    /// Whether the other side proposed something: it is answered before anything else is proposed.
    fn waits_for_us(&self) -> bool {
        matches!(self.proposed, Some((_, _, true)))
    }

    async fn again(asked: &Asked, error: node::Error) -> Result<Response, Fault> {
        if let node::Error::NotFound(_) = error {
            return Err(error.into());
        }
        let page = Self {
            wrong: Some(mistake(asked, error)?),
            ..Self::of(asked).await?
        };
        show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }
}

/// The bridge.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let page = Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    };
    show(&page)
}

/// Accepts the version that was read, with where the other hub is if nobody has said so yet.
pub(super) async fn accept(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let form = Form::read(&mut asked, &["version", "url", "login", "secret"]).await?;
    let here = format!("/exchange/bridges/{}", part(asked.param("name")));
    must(&asked, Action::SendElsewhere)?;
    let version = form.text("version").parse();
    let mut settings = serde_json::Map::new();
    access(&mut settings, form.text("login").trim(), form.text("secret"), false);
    let wish = AcceptWish {
        version: version.map_err(|_| bad("bad-version", "the form is not whole: load the page again"))?,
        url: form.maybe("url").map(str::to_owned),
        settings: (!settings.is_empty()).then_some(Value::Object(settings)),
        interval_seconds: None,
    };
    let accepted = asked
        .node()
        .bridge_accept(asked.caller(), asked.param("name"), wish)
        .await;
    match accepted {
        Ok(_) => on(&asked, &format!("{here}?done=accepted")),
        Err(error) => Page::again(&asked, error).await,
    }
}

/// Pauses it on this side, or lets it go on.
pub(super) async fn switch(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let enabled = Form::read(&mut asked, &["enabled"]).await?.is_ticked("enabled");
    if enabled {
        must(&asked, Action::SendElsewhere)?;
    }
    let name = asked.param("name");
    match asked.node().bridge_pause(asked.caller(), name, !enabled).await {
        Ok(_) => on(&asked, &format!("/exchange/bridges/{}?done=switched", part(name))),
        Err(error) => Page::again(&asked, error).await,
    }
}

/// Ends it at once, whatever the other side says.
pub(super) async fn end(asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let name = asked.param("name");
    match asked.node().bridge_end(asked.caller(), name).await {
        Ok(_) => on(&asked, &format!("/exchange/bridges/{}?done=ended", part(name))),
        Err(error) => Page::again(&asked, error).await,
    }
}

/// The key of the sentence for what somebody did about the agreement.
fn step_key(what: &str) -> &'static str {
    match what {
        "accepted" => "bridge-step-accepted",
        "ended" => "bridge-step-ended",
        "paused" => "bridge-step-paused",
        "resumed" => "bridge-step-resumed",
        _ => "bridge-step-proposed",
    }
}
