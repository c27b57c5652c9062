//! What is fetched, pushed and bridged, how each is doing; running, resting and removing one.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::running::{Running, State};
use super::{done, mistake};
use crate::api::ask::Parameters;
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show, show_as};
use crate::problem::Fault;

/// Subscriptions and peers that are shown.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "console/exchange/list.html")]
struct ListPage {
    shell: Shell,
    subscriptions: Vec<Running>,
    peers: Vec<Running>,
    bridges: Vec<Running>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl ListPage {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        administer(asked)?;
        let (node, caller) = (asked.node(), asked.caller());
        let mut shell = Shell::of(asked, "exchange").await?;
        "/exchange".clone_into(&mut shell.address);
        let subscriptions = node.subscription_page(caller, "", SHOWN).await?;
        let peers = node.peer_page(caller, "", SHOWN).await?;
        let bridges = node.bridges(caller).await?;
        Ok(Self {
            shell,
            subscriptions: subscriptions.into_iter().map(Running::from).collect(),
            peers: peers.into_iter().map(Running::from).collect(),
            bridges: bridges.into_iter().map(Running::from).collect(),
            done: None,
            wrong: None,
        })
    }
}

/// What is fetched, pushed and bridged, and how each is doing.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&ListPage {
        done: done(&parameters),
        ..ListPage::of(&asked).await?
    })
}

/// Sends on after a change, or shows the list again with why there was none.
async fn did<T>(asked: &Asked, what: Result<T, node::Error>, word: &str) -> Result<Response, Fault> {
    let error = match what {
        Ok(_) => return on(asked, &format!("/exchange?done={word}")),
        Err(error) => error,
    };
    if let node::Error::NotFound(_) = error {
        return Err(error.into());
    }
    let page = ListPage {
        wrong: Some(mistake(asked, error)?),
        ..ListPage::of(asked).await?
    };
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn enabled(asked: &mut Asked) -> Result<bool, Fault> {
    administer(asked)?;
    Ok(Form::read(asked, &["enabled"]).await?.is_ticked("enabled"))
}

/// Fetches now.
pub(super) async fn subscription_run(asked: Asked) -> Result<Response, Fault> {
    let ran = asked.node().subscription_run(asked.caller(), asked.param("name")).await;
    did(&asked, ran, "ran").await
}

/// Lets a subscription run by itself, or no longer.
pub(super) async fn subscription_switch(mut asked: Asked) -> Result<Response, Fault> {
    let enabled = enabled(&mut asked).await?;
    let (node, name) = (asked.node(), asked.param("name"));
    let switched = node.subscription_enable(asked.caller(), name, enabled).await;
    did(&asked, switched, "switched").await
}

/// Ends a subscription; what came by it stays.
pub(super) async fn subscription_remove(asked: Asked) -> Result<Response, Fault> {
    let node = asked.node();
    let removed = node.subscription_delete(asked.caller(), asked.param("name")).await;
    did(&asked, removed, "removed").await
}

/// Pushes now.
pub(super) async fn peer_run(asked: Asked) -> Result<Response, Fault> {
    let pushed = asked.node().push_run(asked.caller(), asked.param("name")).await;
    did(&asked, pushed, "ran").await
}

/// Lets a push run by itself, or no longer.
pub(super) async fn peer_switch(mut asked: Asked) -> Result<Response, Fault> {
    let enabled = enabled(&mut asked).await?;
    let (node, name) = (asked.node(), asked.param("name"));
    let switched = node.peer_enable(asked.caller(), name, enabled).await;
    did(&asked, switched, "switched").await
}

/// Ends pushing to a peer; what it got stays there.
pub(super) async fn peer_remove(asked: Asked) -> Result<Response, Fault> {
    let removed = asked.node().peer_delete(asked.caller(), asked.param("name")).await;
    did(&asked, removed, "removed").await
}

/// Carries a bridge now.
pub(super) async fn bridge_run(asked: Asked) -> Result<Response, Fault> {
    let carried = asked.node().bridge_run(asked.caller(), asked.param("name")).await;
    did(&asked, carried, "ran").await
}
