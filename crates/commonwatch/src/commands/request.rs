//! `commonwatch request`: asking a community, answering, closing.

use node::requests::{RequestView, RequestWish};
use serde_json::json;
use stix::Timestamp;
use uuid::Uuid;

use super::pages::{PAGE, all};
use super::share::community;
use crate::cli::Global;
use crate::cli::recall::RequestCommand;
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Does what was asked of requests.
pub async fn run(local: &Local, global: &Global, command: RequestCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    let view = match command {
        RequestCommand::List { community: alias } => {
            let community = community(local, &alias).await?;
            let read = async |before| node.requests(&caller, community, PAGE, before).await;
            for request in all(read, |request| request.id).await? {
                show(&request, output);
            }
            return Ok(());
        }
        RequestCommand::Ask {
            community: alias,
            question,
            until,
            anonymous,
            to_all,
            beyond,
        } => {
            let until = until.as_deref().map(time).transpose()?;
            let wish = RequestWish {
                community: community(local, &alias).await?,
                question,
                until,
                anonymous,
                to_all,
                beyond,
            };
            node.request_ask(&caller, &wish).await?
        }
        RequestCommand::Show { id } => {
            let uuid = named(&id)?;
            let mut view = node.request(&caller, uuid).await?;
            while let Some(last) = view.next {
                let page = node.request_answers(&caller, uuid, Some(last), PAGE).await?;
                view.answers.extend(page.answers);
                view.next = page.next;
            }
            view
        }
        RequestCommand::Answer { id, text, to_all } => node.request_answer(&caller, named(&id)?, &text, to_all).await?,
        RequestCommand::Close { id, summary } => node.request_close(&caller, named(&id)?, &summary).await?,
    };
    show(&view, output);
    Ok(())
}

/// The name of a request that was typed.
fn named(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text).map_err(|_| {
        Failure::input(format!("'{text}' is not the id of a request"))
            .help("'commonwatch request list COMMUNITY' shows them")
    })
}

fn time(text: &str) -> Result<Timestamp, Failure> {
    Timestamp::parse(text)
        .map_err(|error| Failure::input(format!("'{text}' is no time: {error}")).help("as in 2026-12-01T12:00:00Z"))
}

fn show(view: &RequestView, output: Output) {
    let from = view.from.as_deref().unwrap_or("(name withheld)");
    if output.is_json() {
        let answers: Vec<_> = view
            .answers
            .iter()
            .map(|one| json!({ "from": one.from, "text": one.text, "to_all": one.to_all, "at": one.at }))
            .collect();
        output.json_line(&json!({
            "id": view.asked.uuid, "question": view.asked.question, "from": view.from, "own": view.own, "at": view.at,
            "until": view.asked.until, "beyond": view.asked.beyond, "closed": view.closed, "summary": view.summary, "answers": answers,
        }));
        return;
    }
    let state = if view.closed.is_some() { "closed" } else { "open" };
    output.line(&format!(
        "{}  {state}, asked at {} by {}",
        view.asked.uuid,
        view.at,
        printable(from)
    ));
    output.line(&format!("  {}", printable(&view.asked.question)));
    for answer in &view.answers {
        let from = answer.from.as_deref().unwrap_or("(name not known here)");
        let whom = if answer.to_all { "to all" } else { "to the asker" };
        output.line(&format!("  {} {whom}: {}", printable(from), printable(&answer.text)));
    }
    if let Some(summary) = &view.summary {
        output.line(&format!("  what came of it: {}", printable(summary)));
    }
}
