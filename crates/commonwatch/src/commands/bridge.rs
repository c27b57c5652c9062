//! `commonwatch bridge`: what two hubs agreed, and what passes between them.

use node::bridges::{AcceptWish, AfterEnd, BridgeView, BridgeWish, CarryReport, PairHere};
use serde_json::{Value, json};

use super::key::duration;
use super::share::{member, pap, tlp};
use super::subscribe::access;
use crate::cli::Global;
use crate::cli::bridge::{BridgeAcceptArgs, BridgeCommand, BridgeProposeArgs};
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::{Output, printable};

/// Does what was asked of bridges.
pub async fn run(local: &Local, global: &Global, command: BridgeCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        BridgeCommand::Propose(args) => {
            let wish = wish(local, &args).await?;
            let made = local.node.bridge_propose(&caller, wish).await?;
            told(&made, output);
            output.say("nothing passes before the other hub accepts");
            Ok(())
        }
        BridgeCommand::Accept(args) => {
            let made = local.node.bridge_accept(&caller, &args.name, accepting(&args)?).await?;
            told(&made, output);
            output.say(&format!(
                "version {} of the terms holds here from now on",
                made.bridge.set.version
            ));
            Ok(())
        }
        BridgeCommand::List => {
            let bridges = local.node.bridges(&caller).await?;
            list(&bridges, output);
            Ok(())
        }
        BridgeCommand::Show { name } => show(local, &caller, &name, output).await,
        BridgeCommand::Run { name } => print_run(&local.node.bridge_run(&caller, &name).await?, output),
        BridgeCommand::Pause { name } => {
            told(&local.node.bridge_pause(&caller, &name, true).await?, output);
            output.say("nothing passes but recalls; what is shared meanwhile passes when the bridge is resumed");
            Ok(())
        }
        BridgeCommand::Resume { name } => {
            told(&local.node.bridge_pause(&caller, &name, false).await?, output);
            output.say("the next run carries what was shared meanwhile");
            Ok(())
        }
        BridgeCommand::End { name } => {
            let ended = local.node.bridge_end(&caller, &name).await?;
            told(&ended, output);
            output.say("nothing passes any more; recalls of what has passed still do");
            Ok(())
        }
    }
}

async fn wish(local: &Local, args: &BridgeProposeArgs) -> Result<BridgeWish, Failure> {
    let (colour, actions) = (tlp(&args.tlp)?, pap(&args.pap)?);
    let mut pairs = Vec::new();
    for (named, sends, takes) in [
        (&args.send, true, false),
        (&args.take, false, true),
        (&args.both, true, true),
    ] {
        for pair in named {
            let (ours, theirs) = pair.split_once('=').ok_or_else(|| {
                Failure::input(format!("'{pair}' is no pair of communities"))
                    .help("write our alias and theirs, as in --send water=eau")
            })?;
            pairs.push(PairHere {
                ours: ours.to_owned(),
                theirs: theirs.to_owned(),
                sends,
                takes,
                tlp: colour,
                pap: actions,
                onward: args.onward,
                anonymous: !args.named,
                hops: args.hops,
            });
        }
    }
    Ok(BridgeWish {
        name: args.name.clone(),
        url: args.url.clone(),
        settings: Some(Value::Object(access(&args.access, false)?)),
        member: member(local, &args.member).await?,
        pairs,
        after_end: if args.withdraw_at_end {
            AfterEnd::Withdrawn
        } else {
            AfterEnd::Stays
        },
        interval_seconds: duration(&args.every)? / 1_000_000,
    })
}

fn accepting(args: &BridgeAcceptArgs) -> Result<AcceptWish, Failure> {
    let settings = access(&args.access, false)?;
    let every = args.every.as_deref().map(duration).transpose()?;
    Ok(AcceptWish {
        version: args.terms,
        url: args.url.clone(),
        settings: (!settings.is_empty()).then_some(Value::Object(settings)),
        interval_seconds: every.map(|every| every / 1_000_000),
    })
}

/// Says what became of it, and whether the other hub knows.
fn told(view: &BridgeView, output: Output) {
    let set = &view.bridge.set;
    if output.is_json() {
        output.json_line(&json!({
            "name": set.name, "bridge": set.uuid, "state": set.state.as_str(), "version": set.version,
            "proposed": view.proposed.as_ref().map(|(version, _)| version), "told": set.untold.is_none(),
        }));
    }
    if set.untold.is_some() {
        let why = view.bridge.last_error.as_deref().unwrap_or("the next run tells it");
        output.note(&printable(why));
    }
}

fn waiting(view: &BridgeView) -> String {
    match &view.proposed {
        None => String::new(),
        Some((version, _)) if view.bridge.set.proposal_ours => format!("version {version} waits for them"),
        Some((version, _)) => format!("version {version} waits for you"),
    }
}

fn list(bridges: &[BridgeView], output: Output) {
    let mut rows = Vec::new();
    for view in bridges {
        let (one, set) = (&view.bridge, &view.bridge.set);
        let result = one
            .last_error
            .clone()
            .or_else(|| one.last_result.clone())
            .unwrap_or_default();
        if output.is_json() {
            output.json_line(&json!({
                "name": set.name, "bridge": set.uuid, "state": set.state.as_str(), "hub": set.hub_title, "url": set.url,
                "version": set.version, "proposed": view.proposed.as_ref().map(|(version, _)| version),
                "waits_for_us": view.proposed.is_some() && !set.proposal_ours, "sent": one.sent, "taken": one.taken,
                "refused": one.refused, "last_run": one.last_run, "last_result": one.last_result,
                "last_error": one.last_error, "settings": view.settings,
            }));
        }
        rows.push(vec![
            set.name.clone(),
            set.hub_title.clone().unwrap_or_default(),
            set.state.as_str().to_owned(),
            waiting(view),
            format!("{} / {} / {}", one.sent, one.taken, one.refused),
            result,
        ]);
    }
    if !output.is_json() {
        let head = ["name", "hub", "state", "proposed", "sent / taken / refused", "last run"];
        output.table(&head, &rows);
    }
}

fn pair_words(pair: &PairHere) -> String {
    let way = match (pair.sends, pair.takes) {
        (true, true) => "<->",
        (true, false) => "->",
        _ => "<-",
    };
    let onward = if pair.onward { "onward" } else { "no further" };
    let names = if pair.anonymous {
        "contributors unnamed"
    } else {
        "contributors named"
    };
    format!(
        "{} {way} {}: up to {} and {}, {onward}, {names}, {} hops",
        pair.ours,
        pair.theirs,
        pair.tlp.label(),
        pair.pap.label(),
        pair.hops
    )
}

async fn show(local: &Local, caller: &node::Caller, name: &str, output: Output) -> Result<(), Failure> {
    let view = local.node.bridge(caller, name).await?;
    let passed = local.node.bridge_passed(caller, name).await?;
    list(std::slice::from_ref(&view), output);
    for pair in &view.pairs {
        output.line(&format!("holds: {}", printable(&pair_words(pair))));
    }
    if let Some((version, pairs)) = &view.proposed {
        for pair in pairs {
            output.line(&format!(
                "proposed (version {version}): {}",
                printable(&pair_words(pair))
            ));
        }
    }
    for step in &view.steps {
        let side = if step.ours { "here" } else { "the other hub" };
        let person = step.name.as_deref().unwrap_or("somebody");
        output.line(&format!(
            "{} {} version {} by {} ({side})",
            step.at,
            step.what,
            step.version,
            printable(person)
        ));
    }
    for item in passed {
        let way = if item.outward { "out" } else { "in" };
        let why = item.why.map(|why| format!(": {why}")).unwrap_or_default();
        output.line(&format!(
            "{} {way} {} {} {}, there {} {}{}",
            item.at,
            item.object,
            item.state,
            item.before.0,
            item.after.0,
            item.after.1,
            printable(&why)
        ));
    }
    Ok(())
}

fn print_run(report: &CarryReport, output: Output) -> Result<(), Failure> {
    if output.is_json() {
        let value = serde_json::to_value(report).unwrap_or_default();
        output.json_line(&value);
    } else {
        output.line(&format!("{}: {}", report.name, printable(&report.result)));
        for note in &report.notes {
            output.line(&printable(note));
        }
    }
    match &report.error {
        Some(error) => Err(Failure::new(Kind::Unavailable, error.clone())),
        None if report.refused > 0 => Err(Failure::found()),
        None => Ok(()),
    }
}
