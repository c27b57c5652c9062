//! `commonwatch commitment`: who owes what to whom by when, and what became of it.

use node::Caller;
use node::commitments::clock::Clock;
use node::commitments::escalation::{Escalation, Rung, Whom};
use node::commitments::{CommitmentShown, CommitmentWish, ListWish, Owing, Side, StepShown, calendar};
use serde_json::{Value, json};
use store::{CommitmentState, Settled};
use uuid::Uuid;

use super::share::{community, member};
use crate::cli::Global;
use crate::cli::commitment::{CommitmentCommand, CommitmentListArgs, CommitmentMakeArgs};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// The most events of a calendar.
const EVENTS_MOST: usize = 1_000;

/// Does what was asked of commitments.
pub async fn run(local: &Local, global: &Global, command: CommitmentCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        CommitmentCommand::List(args) => list(local, &caller, &args, output).await,
        CommitmentCommand::Show { id } => show(local, &caller, uuid(&id)?, output).await,
        CommitmentCommand::Make(args) => make(local, &caller, args, output).await,
        CommitmentCommand::Keep { id, evidence } => {
            let settled = node.commitment_keep(&caller, uuid(&id)?, evidence).await?;
            settled_so(local, &caller, settled, output).await
        }
        CommitmentCommand::NotNeeded { id, because } => {
            let settled = node.commitment_not_needed(&caller, uuid(&id)?, because).await?;
            settled_so(local, &caller, settled, output).await
        }
        CommitmentCommand::Withdraw { id, because } => {
            let settled = node.commitment_withdraw(&caller, uuid(&id)?, because).await?;
            settled_so(local, &caller, settled, output).await
        }
        CommitmentCommand::Delegate { id, login } => {
            let changed = node.commitment_delegate(&caller, uuid(&id)?, login.as_deref()).await?;
            let shown = node.commitment_shown(&caller, changed).await?;
            one_line(&shown, output);
            Ok(())
        }
        CommitmentCommand::Extend { id, due, because } => {
            let due = super::charter::time(&due)?;
            let changed = node.commitment_extend(&caller, uuid(&id)?, due, because).await?;
            let shown = node.commitment_shown(&caller, changed).await?;
            one_line(&shown, output);
            Ok(())
        }
        CommitmentCommand::Calendar { address } => in_calendar(local, &caller, address, output).await,
        CommitmentCommand::Remind => remind(local, output).await,
    }
}

fn uuid(id: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(id).map_err(|_| {
        Failure::input(format!("'{id}' is not the id of a commitment")).help("'commonwatch commitment list' shows them")
    })
}

async fn list(local: &Local, caller: &Caller, args: &CommitmentListArgs, output: Output) -> Result<(), Failure> {
    let state = match args.state.as_deref() {
        None | Some("all") => None,
        Some(text) => Some(CommitmentState::parse(text).ok_or_else(|| {
            let states = CommitmentState::ALL.map(CommitmentState::as_str).join(", ");
            Failure::input(format!("'{text}' is not a state")).help(format!("{states} or all"))
        })?),
    };
    let wish = ListWish {
        side: if args.owed { Side::Owed } else { Side::Owes },
        state,
        all: args.state.as_deref() == Some("all"),
        kind: args.kind.clone(),
        overdue: args.overdue,
        mine: args.mine,
        limit: args.limit,
        ..ListWish::default()
    };
    let found = local.node.commitments(caller, &wish).await?.commitments;
    if output.is_json() {
        found.iter().for_each(|shown| output.json_line(&described(shown)));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|shown| {
            let terms = &shown.commitment.terms;
            let whose = if args.owed { &shown.owed_by } else { &shown.owed_to };
            vec![
                terms.uuid.to_string(),
                due(shown),
                state_words(shown),
                terms.kind.clone(),
                whose.name.clone(),
                shown.title.clone().unwrap_or_else(|| terms.subject.clone()),
            ]
        })
        .collect();
    let whose = if args.owed { "owed by" } else { "owed to" };
    output.table(&["id", "due", "state", "kind", whose, "about"], &rows);
    Ok(())
}

fn due(shown: &CommitmentShown) -> String {
    shown
        .commitment
        .due
        .map_or_else(|| "not known yet".to_owned(), |due| due.to_string())
}

fn state_words(shown: &CommitmentShown) -> String {
    let state = shown.commitment.state.as_str();
    match (shown.overdue, shown.late) {
        (true, _) => "overdue".to_owned(),
        (_, true) => format!("{state}, late"),
        _ => state.to_owned(),
    }
}

fn described(shown: &CommitmentShown) -> Value {
    let one = &shown.commitment;
    json!({
        "id": one.terms.uuid, "kind": one.terms.kind, "subject": one.terms.subject, "title": shown.title,
        "owed_by": shown.owed_by.name, "person": shown.person, "owed_to": shown.owed_to.name,
        "community": shown.community, "because": one.terms.because, "runs": runs(shown), "starts": one.terms.starts,
        "due": one.due, "state": one.state.as_str(), "overdue": shown.overdue, "late": shown.late, "made": one.made,
        "settled": one.settled, "evidence": one.evidence, "reason": one.reason,
    })
}

fn runs(shown: &CommitmentShown) -> String {
    Clock::from_json(&shown.commitment.terms.clock).map_or_else(|_| String::new(), |clock| clock.to_string())
}

async fn show(local: &Local, caller: &Caller, uuid: Uuid, output: Output) -> Result<(), Failure> {
    let detail = local.node.commitment_detail(caller, uuid).await?;
    if output.is_json() {
        let mut line = described(&detail.shown);
        line["history"] = detail.steps.iter().map(step_described).collect();
        output.json_line(&line);
        return Ok(());
    }
    let (shown, one) = (&detail.shown, &detail.shown.commitment);
    let mut lines = vec![
        ("what", one.terms.kind.clone()),
        ("about", one.terms.subject.clone()),
        ("", shown.title.clone().unwrap_or_default()),
        ("owed by", shown.owed_by.name.clone()),
        ("seen to by", shown.person.clone().unwrap_or_default()),
        ("owed to", shown.owed_to.name.clone()),
        ("because", one.terms.because.clone()),
        ("runs", runs(shown)),
        ("due", due(shown)),
        ("state", state_words(shown)),
        ("evidence", one.evidence.clone().unwrap_or_default()),
        ("reason", one.reason.clone().unwrap_or_default()),
    ];
    lines.retain(|(_, text)| !text.is_empty());
    for (name, text) in lines {
        output.line(&format!("{name:<12}{}", printable(&text)));
    }
    output.line("");
    let rows: Vec<Vec<String>> = detail
        .steps
        .iter()
        .map(|step| {
            let who = step.person.as_ref().or(step.member.as_ref()).cloned();
            vec![
                step.at.to_string(),
                step.what.as_str().to_owned(),
                who.unwrap_or_else(|| "(the node)".to_owned()),
                step.words.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output.table(&["when", "what", "who", "words"], &rows);
    Ok(())
}

fn step_described(step: &StepShown) -> Value {
    json!({
        "at": step.at, "what": step.what.as_str(), "member": step.member, "person": step.person, "words": step.words,
    })
}

async fn make(local: &Local, caller: &Caller, args: CommitmentMakeArgs, output: Output) -> Result<(), Failure> {
    let owing = match &args.community {
        Some(alias) => Owing::Community(community(local, alias).await?),
        None => {
            let mut members = Vec::with_capacity(args.members.len());
            for name in &args.members {
                members.push(member(local, name).await?);
            }
            Owing::Members(members)
        }
    };
    let rungs = args.tell.iter().map(|text| rung(text)).collect::<Result<Vec<_>, _>>()?;
    let wish = CommitmentWish {
        kind: args.kind,
        subject: args.item,
        owing,
        because: args.because,
        clock: args.due.as_deref().map(str::parse).transpose()?,
        escalation: (!rungs.is_empty()).then_some(Escalation(rungs)),
    };
    let made = local.node.commitments_make(caller, wish).await?;
    for one in made {
        let shown = local.node.commitment_shown(caller, one).await?;
        one_line(&shown, output);
    }
    Ok(())
}

/// As in `1 day before: person`.
fn rung(text: &str) -> Result<Rung, Failure> {
    let bad = || {
        Failure::input(format!("'{text}' does not say who is told when"))
            .help("write it like '1 day before: person', 'when due: coordinators' or '2 days after: owed-to'")
    };
    let (when, whom) = text.split_once(':').ok_or_else(bad)?;
    Ok(Rung {
        when: when.trim().parse()?,
        to: Whom::parse(whom.trim()).ok_or_else(bad)?,
    })
}

fn one_line(shown: &CommitmentShown, output: Output) {
    if output.is_json() {
        output.json_line(&described(shown));
        return;
    }
    let terms = &shown.commitment.terms;
    output.line(&format!(
        "{}  {} owes {}: {}, due {}",
        terms.uuid,
        printable(&shown.owed_by.name),
        printable(&shown.owed_to.name),
        terms.kind,
        due(shown)
    ));
}

async fn settled_so(local: &Local, caller: &Caller, settled: Settled, output: Output) -> Result<(), Failure> {
    let (started, ended) = (settled.started.len(), settled.ended.len());
    let shown = local.node.commitment_shown(caller, settled.commitment).await?;
    if output.is_json() {
        output.json_line(&described(&shown));
        return Ok(());
    }
    output.line(&format!("{} {}", shown.commitment.terms.uuid, state_words(&shown)));
    if started > 0 {
        output.line(&format!("{started} that follow it run now"));
    }
    if ended > 0 {
        output.line(&format!("{ended} that follow it ended with it"));
    }
    Ok(())
}

async fn in_calendar(local: &Local, caller: &Caller, address: bool, output: Output) -> Result<(), Failure> {
    if address {
        let (secret, key) = local.node.calendar_feed_create(caller).await?;
        let path = format!("/api/v1/calendar/{secret}.ics");
        if output.is_json() {
            output.json_line(&json!({ "number": key.id.0, "path": path }));
        }
        output.say(&format!("address, shown this once: {path}"));
        output.say("put the node's own address before it; who has it reads what your member owes and is owed");
        return Ok(());
    }
    let mut all = Vec::new();
    for side in [Side::Owes, Side::Owed] {
        let wish = ListWish {
            side,
            limit: EVENTS_MOST,
            ..ListWish::default()
        };
        let found = local.node.commitments(caller, &wish).await?.commitments;
        let is_new = |shown: &CommitmentShown| side == Side::Owes || shown.owed_by.id != shown.owed_to.id;
        all.extend(found.into_iter().filter(is_new));
    }
    let text = calendar::calendar(&local.node.chosen().title, &all, local.node.now());
    output.line(text.trim_end());
    Ok(())
}

async fn remind(local: &Local, output: Output) -> Result<(), Failure> {
    let now = local.node.now();
    let told = local.node.commitments_due(now).await?;
    let sent = match local.config.mailer()? {
        Some(mailer) => Some(local.node.mail_due(now, &mailer).await?),
        None => None,
    };
    if output.is_json() {
        output.json_line(&json!({ "told": told, "sent": sent }));
    }
    output.say(&format!("{} commitments, {} notices", told.commitments, told.notices));
    match sent {
        None => output.say("no mail is sent: commonwatch.toml has no [mail] server"),
        Some(sent) => {
            output.say(&format!(
                "{} messages sent, {} notices given up",
                sent.messages, sent.given_up
            ));
            if let Some(error) = sent.error {
                output.note(&format!("the mail server did not take one: {}", printable(&error)));
                return Err(Failure::found());
            }
        }
    }
    Ok(())
}
