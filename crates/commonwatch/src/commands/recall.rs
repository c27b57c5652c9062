//! `commonwatch recall`: taking back, correcting and narrowing what was shared, and answering.

use node::Caller;
use node::disclosure::{Figure, Told};
use node::recall::{AcknowledgeWish, Done, RecallWish, RecallWishKind};
use serde_json::json;
use stix::marking::{Pap, Tlp};
use store::Recall;
use uuid::Uuid;

use super::pages::{PAGE, all};
use super::share::{community, member, pap, tlp};
use crate::cli::Global;
use crate::cli::recall::{RecallArgs, RecallCommand};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Does what was asked of recalls.
pub async fn run(local: &Local, global: &Global, command: RecallCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        RecallCommand::Make(args) => make(local, &caller, &args, output).await,
        RecallCommand::List => {
            let read = async |before| local.node.recalls(&caller, PAGE, before).await;
            list(&all(read, |recall| recall.id).await?, output);
            Ok(())
        }
        RecallCommand::Show { id } => show(local, &caller, named(&id)?, output).await,
        RecallCommand::Owed { open } => owed(local, &caller, open, output).await,
        RecallCommand::Acknowledge { id, done, note } => {
            let done = Done::parse(&done)
                .ok_or_else(|| Failure::input(format!("'{done}' is no answer")).help("removed, replaced or kept"))?;
            let wish = AcknowledgeWish {
                done,
                swapped: None,
                note,
                automatic: false,
            };
            local.node.recall_acknowledge(&caller, named(&id)?, &wish).await?;
            output.say("acknowledged");
            Ok(())
        }
        RecallCommand::Remind { id, member } => {
            local
                .node
                .recall_remind(&caller, named(&id)?, member.as_deref())
                .await?;
            output.say("whoever has not answered is reminded, once a day at the most");
            Ok(())
        }
    }
}

/// The name of a recall that was typed.
fn named(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text).map_err(|_| {
        Failure::input(format!("'{text}' is not the id of a recall"))
            .help("'commonwatch recall list' shows yours, 'commonwatch recall owed' those that ask something of you")
    })
}

/// A figure in words.
pub fn figure(figure: Figure) -> String {
    match figure {
        Figure::Exactly(count) => count.to_string(),
        Figure::FewerThanFive => "fewer than five".to_owned(),
        Figure::AllButFewerThanFive => "all but fewer than five".to_owned(),
    }
}

/// Prints who did something: names with what is said of each, and how many others.
pub fn told<T>(what: &str, told: &Told<T>, say: impl Fn(&T) -> String, output: Output) {
    if output.is_json() {
        let named: Vec<_> = told
            .named
            .iter()
            .map(|(name, one)| json!({ "member": name, "say": say(one) }))
            .collect();
        output.json_line(&json!({ "what": what, "named": named, "others": figure(told.others) }));
        return;
    }
    output.line(&format!(
        "{what}: {} by name, others: {}",
        told.named.len(),
        figure(told.others)
    ));
    for (name, one) in &told.named {
        output.line(&format!("  {} {}", printable(name), printable(&say(one))));
    }
}

async fn kind(local: &Local, args: &RecallArgs) -> Result<RecallWishKind, Failure> {
    Ok(match args.kind.as_str() {
        "retract" => RecallWishKind::Retract,
        "correct" => RecallWishKind::Correct,
        "narrow" => {
            let colour = args.tlp.as_deref().map(tlp).transpose()?;
            let actions = args.pap.as_deref().map(pap).transpose()?;
            if colour.is_none() && actions.is_none() {
                return Err(Failure::input("say how it is to be marked").help("--tlp amber+strict, or --pap amber"));
            }
            RecallWishKind::Narrow(colour.unwrap_or(Tlp::Clear), actions.unwrap_or(Pap::Clear))
        }
        "exclude" => match &args.member {
            Some(name) => RecallWishKind::Exclude(member(local, name).await?),
            None => return Err(Failure::input("say who is taken out").help("--member NAME")),
        },
        other => {
            let help = "retract, correct, narrow or exclude";
            return Err(Failure::input(format!("'{other}' is no kind of recall")).help(help));
        }
    })
}

async fn make(local: &Local, caller: &Caller, args: &RecallArgs, output: Output) -> Result<(), Failure> {
    let wish = RecallWish {
        kind: kind(local, args).await?,
        object: args.object.clone(),
        community: match &args.community {
            Some(alias) => Some(community(local, alias).await?),
            None => None,
        },
        reason: args.reason.clone(),
    };
    let made = local.node.recall(caller, &wish).await?;
    list(&made, output);
    Ok(())
}

fn list(recalls: &[Recall], output: Output) {
    let mut rows = Vec::new();
    for recall in recalls {
        if output.is_json() {
            output.json_line(&json!({
                "id": recall.uuid, "kind": recall.kind, "object": recall.object, "reason": recall.reason, "at": recall.at,
            }));
        }
        rows.push(vec![
            recall.uuid.to_string(),
            recall.kind.clone(),
            recall.object.clone(),
            recall.at.to_string(),
            recall.reason.clone(),
        ]);
    }
    if !output.is_json() {
        output.table(&["recall", "kind", "object", "at", "reason"], &rows);
    }
}

async fn show(local: &Local, caller: &Caller, uuid: Uuid, output: Output) -> Result<(), Failure> {
    let state = local.node.recall_state(caller, uuid).await?;
    list(std::slice::from_ref(&state.recall), output);
    told("given", &state.given, |()| String::new(), output);
    told(
        "acknowledged",
        &state.acknowledged,
        |answer| {
            let swapped = answer.swapped.map(|at| format!(", watchlist without it at {at}"));
            let note = answer.note.as_ref().map(|note| format!(": {note}"));
            format!(
                "{} at {} by a {}{}{}",
                answer.done,
                answer.at,
                answer.by,
                swapped.unwrap_or_default(),
                note.unwrap_or_default()
            )
        },
        output,
    );
    told(
        "not acknowledged",
        &state.outstanding,
        |one| {
            let told = one
                .told
                .map_or_else(|| "not told yet".to_owned(), |at| format!("told at {at}"));
            let reminded = one.reminded.map(|at| format!(", reminded at {at}"));
            format!("given at {}, {told}{}", one.given, reminded.unwrap_or_default())
        },
        output,
    );
    if state.complete == Some(true) {
        output.say("everybody has answered");
    }
    output.say("this shows who was asked and what they answered, not that any copy is erased");
    Ok(())
}

async fn owed(local: &Local, caller: &Caller, open: bool, output: Output) -> Result<(), Failure> {
    let read = async |after: Option<i64>| {
        local
            .node
            .recalls_owed(caller, open, PAGE, after.unwrap_or_default())
            .await
    };
    let mut rows = Vec::new();
    for one in all(read, |one| one.recall.id).await? {
        let (recall, owed) = (one.recall, one.owed);
        if output.is_json() {
            output.json_line(&json!({
                "id": recall.uuid, "kind": recall.kind, "object": recall.object, "reason": recall.reason,
                "still_open": one.still_open, "done": owed.done, "acknowledged": owed.acknowledged,
            }));
        }
        let what = match (one.still_open, recall.replaced_by) {
            (false, _) => "remove".to_owned(),
            (true, Some(instead)) => format!("keep as {instead}"),
            (true, None) => "still shared".to_owned(),
        };
        rows.push(vec![
            recall.uuid.to_string(),
            what,
            recall.object,
            owed.done.unwrap_or_else(|| "not answered".to_owned()),
            recall.reason,
        ]);
    }
    if !output.is_json() {
        output.table(&["recall", "what to do", "object", "answer", "reason"], &rows);
    }
    Ok(())
}
