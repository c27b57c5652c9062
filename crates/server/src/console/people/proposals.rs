//! What takes two people: proposed by one, confirmed or refused by another.

use askama::Template;
use axum::response::Response;
use node::proposals::{Act, ProposalView};
use policy::Action;
use store::{MemberKey, ProposalState};
use uuid::Uuid;

use super::{done, page_again};
use crate::api::ask::{Parameters, member, must};
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show};
use crate::problem::Fault;
use crate::query::bad;

#[derive(Template)]
#[template(path = "console/people/proposals.html")]
struct Page {
    shell: Shell,
    lines: Vec<Line>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

struct Line {
    seen: ProposalView,
    is_open: bool,
    is_own: bool,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        let caller = asked.caller();
        let line = |seen: ProposalView| Line {
            is_open: seen.proposal.state == ProposalState::Open,
            is_own: caller.principal.person == Some(seen.proposal.terms.by_person),
            seen,
        };
        let mut shell = Shell::of(asked, "proposals").await?;
        "/proposals".clone_into(&mut shell.address);
        Ok(Self {
            shell,
            lines: asked
                .node()
                .proposals(caller, true)
                .await?
                .into_iter()
                .map(line)
                .collect(),
            done: None,
            wrong: None,
        })
    }
}

/// The proposals that the caller may decide on or made.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    })
}

async fn ended<T>(asked: &Asked, what: Result<T, node::Error>, word: &str) -> Result<Response, Fault> {
    let fault = match what {
        Ok(_) => return on(asked, &format!("/proposals?done={word}")),
        Err(error) => error,
    };
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            wrong: Some(wrong),
            ..Page::of(asked).await?
        })
    })
    .await
}

/// Proposes.
pub(crate) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let form = Form::read(&mut asked, &["kind", "held", "member", "reason"]).await?;
    let act = match (form.text("kind"), form.maybe("held"), form.maybe("member")) {
        ("release", Some(held), None) => Act::Release {
            held: Uuid::try_parse(held).map_err(|_| Fault::not_found())?,
        },
        ("expel", None, Some(name)) => {
            let id = member(&asked, name).await?;
            let found = asked.node().store().member_get(MemberKey::Id(id)).await?;
            Act::Expel {
                member: found.ok_or_else(Fault::not_found)?.uuid,
            }
        }
        _ => return Err(bad("bad-act", "propose to release something, or to put a member out")),
    };
    let made = asked
        .node()
        .proposal_make(asked.caller(), &act, form.text("reason").trim())
        .await;
    ended(&asked, made, "proposed").await
}

/// Confirms, refuses or withdraws.
pub(crate) async fn decide(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let uuid = Uuid::try_parse(asked.param("proposal")).map_err(|_| Fault::not_found())?;
    let form = Form::read(&mut asked, &["decision", "reason"]).await?;
    let (node, caller) = (asked.node(), asked.caller());
    match form.text("decision") {
        "confirm" => ended(&asked, node.proposal_confirm(caller, uuid).await, "confirmed").await,
        "refuse" => {
            let refused = node.proposal_refuse(caller, uuid, form.text("reason").trim()).await;
            ended(&asked, refused, "refused").await
        }
        "withdraw" => ended(&asked, node.proposal_withdraw(caller, uuid).await, "withdrawn").await,
        _ => Err(bad("bad-decision", "confirm it, refuse it or withdraw it")),
    }
}
