//! The node: its ledger, what it fetches and pushes, and what each page is for.

use askama::Template;
use axum::response::Response;
use ledger::Receipt;
use node::push::PeerView;
use node::subscriptions::SubscriptionView;

use super::{done, on, page_again};
use crate::api::ask::Parameters;
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::show;
use crate::problem::Fault;
use crate::query::bad;

/// Lines of a page.
const LINES: usize = 50;
/// Subscriptions and peers that are shown.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "console/people/ledger.html")]
struct LedgerPage {
    shell: Shell,
    size: u64,
    note: String,
    receipts: Vec<Line>,
    from: u64,
    next: Option<u64>,
}

/// A receipt in the list.
struct Line {
    position: u64,
    at: stix::Timestamp,
    kind: String,
    body: String,
}

impl From<Receipt> for Line {
    fn from(receipt: Receipt) -> Self {
        Self {
            position: receipt.position,
            at: stix::Timestamp::from_micros(receipt.entry.at_micros),
            kind: receipt.entry.kind,
            body: receipt.entry.body,
        }
    }
}

/// How large the ledger is, the checkpoint, and the receipts of one's own member.
pub(crate) async fn ledger(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["from"])?;
    let number = |text: &str| {
        text.parse()
            .map_err(|_| bad("bad-parameter", "'from' must be a position in the log"))
    };
    let from = parameters.one("from")?.map(number).transpose()?.unwrap_or(0);
    let node = asked.node();
    let checkpoint = node.checkpoint().await?;
    let receipts = node.receipts(asked.caller(), from, LINES).await?;
    let last = receipts.last().filter(|_| receipts.len() >= LINES);
    show(&LedgerPage {
        shell: Shell::of(&asked, "ledger").await?,
        size: checkpoint.unverified().size,
        note: checkpoint.note().to_string(),
        from,
        next: last.map(|last| last.position + 1),
        receipts: receipts.into_iter().map(Line::from).collect(),
    })
}

#[derive(Template)]
#[template(path = "console/people/exchange.html")]
struct ExchangePage {
    shell: Shell,
    subscriptions: Vec<SubscriptionView>,
    peers: Vec<PeerView>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl ExchangePage {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        administer(asked)?;
        let (node, caller) = (asked.node(), asked.caller());
        let mut shell = Shell::of(asked, "exchange").await?;
        "/exchange".clone_into(&mut shell.address);
        Ok(Self {
            shell,
            subscriptions: node.subscription_page(caller, "", SHOWN).await?,
            peers: node.peer_page(caller, "", SHOWN).await?,
            done: None,
            wrong: None,
        })
    }
}

/// What is fetched and what is pushed, and how each is doing.
pub(crate) async fn exchange(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&ExchangePage {
        done: done(&parameters),
        ..ExchangePage::of(&asked).await?
    })
}

async fn ran<T>(asked: &Asked, what: Result<T, node::Error>, word: &str) -> Result<Response, Fault> {
    let fault = match what {
        Ok(_) => return on(asked, &format!("/exchange?done={word}")),
        Err(error) => error,
    };
    page_again(fault, |wrong| async move {
        Ok(ExchangePage {
            wrong: Some(wrong),
            ..ExchangePage::of(asked).await?
        })
    })
    .await
}

/// Fetches now.
pub(crate) async fn subscription_run(asked: Asked) -> Result<Response, Fault> {
    let ran_now = asked.node().subscription_run(asked.caller(), asked.param("name")).await;
    ran(&asked, ran_now, "ran").await
}

/// Lets a subscription run by itself, or no longer.
pub(crate) async fn subscription_switch(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let enabled = Form::read(&mut asked, &["enabled"]).await?.is_ticked("enabled");
    let (node, name) = (asked.node(), asked.param("name"));
    let switched = node.subscription_enable(asked.caller(), name, enabled).await;
    ran(&asked, switched, "switched").await
}

/// Pushes now.
pub(crate) async fn peer_run(asked: Asked) -> Result<Response, Fault> {
    let pushed = asked.node().push_run(asked.caller(), asked.param("name")).await;
    ran(&asked, pushed, "ran").await
}

/// Lets a push run by itself, or no longer.
pub(crate) async fn peer_switch(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let enabled = Form::read(&mut asked, &["enabled"]).await?.is_ticked("enabled");
    let (node, name) = (asked.node(), asked.param("name"));
    let switched = node.peer_enable(asked.caller(), name, enabled).await;
    ran(&asked, switched, "switched").await
}

#[derive(Template)]
#[template(path = "console/people/help.html")]
struct HelpPage {
    shell: Shell,
}

/// What each page is for, and the keys of the keyboard.
pub(crate) async fn help(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    show(&HelpPage {
        shell: Shell::of(&asked, "help").await?,
    })
}

/// What a page is for; nothing where nobody wrote it down.
fn purpose(shell: &Shell, path: &str) -> String {
    let key = format!("help-{}", path.trim_start_matches('/'));
    let said = shell.t.say(&key);
    if said == key { String::new() } else { said.into_owned() }
}

/// A name as a part of a path.
fn part(name: &str) -> String {
    crate::console::shell::encoded(name).replace('/', "%2F")
}
