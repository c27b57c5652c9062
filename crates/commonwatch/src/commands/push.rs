//! `commonwatch push`: where this node pushes to.

use node::push::{PeerKind, PeerWish, PushReport};
use serde_json::{Value, json};

use super::key::duration;
use super::share::{community, member};
use super::subscribe::{access, shortened};
use crate::cli::{Global, PushAddArgs, PushCommand};
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::{Output, printable};

/// Does what was asked of peers.
pub async fn run(local: &Local, global: &Global, command: PushCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        PushCommand::Add(args) => {
            let made = local.node.peer_put(&caller, wish(local, &args).await?).await?;
            if output.is_json() {
                output.json_line(&json!({ "name": made.peer.terms.name, "uuid": made.peer.terms.uuid }));
            }
            output.say(&format!(
                "'{}' gets what {} may see, every {}",
                args.name, args.member, args.every
            ));
            output.say(&format!(
                "the first time with the next round of 'commonwatch serve', or now with: commonwatch push run {}",
                args.name
            ));
            Ok(())
        }
        PushCommand::List => list(local, &caller, output).await,
        PushCommand::Run { name } => {
            let report = local.node.push_run(&caller, &name).await?;
            print_run(&report, output)
        }
        PushCommand::Remove { name } => {
            local.node.peer_delete(&caller, &name).await?;
            output.say(&format!("nothing more is pushed to '{name}'; what it got stays there"));
            Ok(())
        }
    }
}

async fn wish(local: &Local, args: &PushAddArgs) -> Result<PeerWish, Failure> {
    let community = match &args.community {
        Some(alias) => Some(community(local, alias).await?),
        None => None,
    };
    let kind = PeerKind::parse(&args.kind)
        .ok_or_else(|| Failure::input(format!("'{}' is not a kind of peer", args.kind)).help("taxii or misp"))?;
    let mut settings = access(&args.access, kind == PeerKind::Misp)?;
    if kind == PeerKind::Misp {
        settings.insert("kind".to_owned(), json!(kind.as_str()));
    }
    Ok(PeerWish {
        name: args.name.clone(),
        url: args.url.clone(),
        settings: Value::Object(settings),
        member: member(local, &args.member).await?,
        community,
        interval_seconds: duration(&args.every)? / 1_000_000,
        enabled: true,
    })
}

async fn list(local: &Local, caller: &node::Caller, output: Output) -> Result<(), Failure> {
    let (mut rows, mut long) = (Vec::new(), Vec::new());
    for view in local.node.peers(caller).await? {
        let one = view.peer;
        let backlog = local.node.push_backlog(caller, &one.terms.name).await?;
        if output.is_json() {
            output.json_line(&json!({
                "name": one.terms.name, "url": one.terms.url, "enabled": one.terms.enabled, "last_run": one.last_run,
                "last_result": one.last_result, "last_error": one.last_error, "next_run": one.next_run, "sent": one.sent,
                "refused": one.refused, "failures_in_a_row": one.failures_in_a_row, "waiting": backlog.waiting,
                "waiting_more": backlog.more, "waiting_since": backlog.oldest, "settings": view.settings,
            }));
        }
        let waiting = format!("{}{}", backlog.waiting, if backlog.more { " and more" } else { "" });
        let when = one.last_run.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let result = one
            .last_error
            .or(one.last_result)
            .unwrap_or_else(|| "not run yet".to_owned());
        let (result, whole) = shortened(&one.terms.name, result);
        long.extend(whole);
        rows.push(vec![
            one.terms.name,
            waiting,
            when,
            format!("{} / {}", one.sent, one.refused),
            result,
            one.terms.url,
        ]);
    }
    if !output.is_json() {
        output.table(
            &["name", "waiting", "last run", "sent / refused", "result", "to"],
            &rows,
        );
        for text in long {
            output.line("");
            output.line(&printable(&text));
        }
    }
    Ok(())
}

fn print_run(report: &PushReport, output: Output) -> Result<(), Failure> {
    if output.is_json() {
        output.json_line(&json!({
            "name": report.name, "result": report.result, "error": report.error, "sent": report.sent, "refused": report.refused,
            "taken_back": report.taken_back, "notes": report.notes,
        }));
    } else {
        output.line(&format!("{}: {}", report.name, report.result));
        for note in report
            .notes
            .iter()
            .filter(|note| !report.result.contains(note.as_str()))
        {
            output.line(note);
        }
    }
    match &report.error {
        Some(error) => Err(Failure::new(Kind::Unavailable, error.clone())),
        None if report.refused > 0 => Err(Failure::found()),
        None => Ok(()),
    }
}
