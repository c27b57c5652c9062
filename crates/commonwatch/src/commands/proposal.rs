//! `commonwatch proposal`: what takes two people.

use node::proposals::{Act, ProposalView};
use serde_json::json;
use store::MemberKey;

use super::share::member as find_member;
use crate::cli::Global;
use crate::cli::proposal::ProposalCommand;
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::Output;

/// Does what was asked of proposals.
pub async fn run(local: &Local, global: &Global, command: ProposalCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    let (done, view) = match command {
        ProposalCommand::List { all } => {
            list(&node.proposals(&caller, all).await?, output);
            return Ok(());
        }
        ProposalCommand::Expel { member, reason } => {
            let id = find_member(local, &member).await?;
            let found = node.store().member_get(MemberKey::Id(id)).await?;
            let absent = || Failure::new(Kind::Refused, format!("there is no member '{member}'"));
            let act = Act::Expel {
                member: found.ok_or_else(absent)?.uuid,
            };
            ("proposed", node.proposal_make(&caller, &act, &reason).await?)
        }
        ProposalCommand::Release { uuid, reason } => {
            let act = Act::Release { held: uuid };
            ("proposed", node.proposal_make(&caller, &act, &reason).await?)
        }
        ProposalCommand::Confirm { uuid } => ("confirmed, and done", node.proposal_confirm(&caller, uuid).await?),
        ProposalCommand::Refuse { uuid, reason } => ("refused", node.proposal_refuse(&caller, uuid, &reason).await?),
        ProposalCommand::Withdraw { uuid } => ("withdrawn", node.proposal_withdraw(&caller, uuid).await?),
    };
    if output.is_json() {
        output.json_line(&shown(&view));
    }
    output.say(&format!("{done}: {}", view.about));
    if done == "proposed" {
        let uuid = view.proposal.terms.uuid;
        output.say(&format!(
            "another confirms it until {}: commonwatch proposal confirm {uuid}",
            view.proposal.terms.expires
        ));
    }
    Ok(())
}

fn shown(view: &ProposalView) -> serde_json::Value {
    let proposal = &view.proposal;
    json!({
        "id": proposal.terms.uuid, "act": view.act, "about": view.about, "reason": proposal.terms.reason,
        "by": view.by, "made": proposal.made, "expires": proposal.terms.expires, "state": proposal.state.as_str(),
        "note": proposal.note,
    })
}

fn list(views: &[ProposalView], output: Output) {
    if output.is_json() {
        views.iter().for_each(|view| output.json_line(&shown(view)));
        return;
    }
    let row = |view: &ProposalView| {
        let terms = &view.proposal.terms;
        vec![
            terms.uuid.to_string(),
            view.about.clone(),
            view.by.clone(),
            terms.reason.clone(),
            view.proposal.state.as_str().to_owned(),
            terms.expires.to_string(),
        ]
    };
    let rows: Vec<_> = views.iter().map(row).collect();
    output.table(&["name", "what", "proposed by", "why", "state", "until"], &rows);
}
