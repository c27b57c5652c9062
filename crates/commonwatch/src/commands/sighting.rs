//! `commonwatch sighting`: what is told of what was seen at home, and feedback on what others shared.

use node::Caller;
use node::sightings::{Answer, FeedbackWish, Pending};
use serde_json::json;
use store::{CommunityKey, FeedbackKind, Seen, SightingForm, SightingRule};
use uuid::Uuid;

use super::key::duration;
use super::pages::{PAGE, all};
use super::share::community;
use crate::cli::{Global, ReportArgs, RuleArgs, SightingCommand};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Stands for every community without a rule of its own.
const ALL_OTHERS: &str = "default";

/// Does what was asked of sightings.
pub async fn run(local: &Local, global: &Global, command: SightingCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        SightingCommand::Rule(args) => rule(local, &caller, &args, output).await,
        SightingCommand::Pending => pending(local, &caller, output).await,
        SightingCommand::Confirm { id, form } => {
            let form = form.as_deref().map(form_of).transpose()?;
            answer(local, &caller, &id, Answer::Confirm(form), output).await
        }
        SightingCommand::Decline { id } => answer(local, &caller, &id, Answer::Decline, output).await,
        SightingCommand::Report(args) => report(local, &caller, &args, output).await,
        SightingCommand::Feedback => feedback(local, &caller, output).await,
        SightingCommand::Send => send(local, output).await,
    }
}

fn form_of(text: &str) -> Result<SightingForm, Failure> {
    SightingForm::parse(text)
        .ok_or_else(|| Failure::input(format!("'{text}' is not a form")).help("full, sector, count or never"))
}

/// The alias of a community, or what stands for all others.
async fn alias(local: &Local, community: Option<policy::CommunityId>, none: &str) -> Result<String, Failure> {
    let Some(community) = community else {
        return Ok(none.to_owned());
    };
    let found = local.node.store().community_get(CommunityKey::Id(community)).await?;
    Ok(found.map_or_else(|| "(gone)".to_owned(), |community| community.alias))
}

async fn rule(local: &Local, caller: &Caller, args: &RuleArgs, output: Output) -> Result<(), Failure> {
    let (Some(name), Some(form)) = (&args.community, &args.form) else {
        return rules(local, caller, output).await;
    };
    let community = match name.as_str() {
        ALL_OTHERS => None,
        alias => Some(community(local, alias).await?),
    };
    let rule = SightingRule {
        community,
        form: form_of(form)?,
        asks: !args.automatic,
        seconds: duration(&args.window)? / 1_000_000,
        log_line: args.log_line,
    };
    local.node.sighting_rule_put(caller, rule).await?;
    rules(local, caller, output).await
}

async fn rules(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for rule in local.node.sighting_rules(caller).await? {
        let name = alias(local, rule.community, ALL_OTHERS).await?;
        if output.is_json() {
            output.json_line(&json!({
                "community": rule.community.map(|_| &name), "form": rule.form.as_str(), "asks": rule.asks,
                "seconds": rule.seconds, "log_line": rule.log_line,
            }));
        }
        rows.push(vec![
            name,
            rule.form.as_str().to_owned(),
            if rule.asks { "asks first" } else { "automatic" }.to_owned(),
            span(rule.seconds),
            if rule.log_line { "goes along" } else { "stays at home" }.to_owned(),
        ]);
    }
    if !output.is_json() {
        output.table(&["community", "told", "how", "counted over", "log line"], &rows);
    }
    Ok(())
}

/// A stretch of time as it is typed.
fn span(seconds: i64) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    unit.map_or_else(
        || format!("{seconds}s"),
        |(unit, letter)| format!("{}{letter}", seconds / unit),
    )
}

async fn pending(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let read = async |before| local.node.sightings_pending(caller, PAGE, before).await;
    let pending = all(read, |one| one.seen.id).await?;
    if pending.is_empty() {
        output.say("nothing waits for an answer");
    }
    for one in pending {
        let name = alias(local, one.seen.community, "(named members)").await?;
        show_pending(&one, &name, output);
    }
    Ok(())
}

fn show_pending(one: &Pending, community: &str, output: Output) {
    let seen = &one.seen;
    if output.is_json() {
        let values: Vec<_> = one
            .values
            .iter()
            .map(|value| json!({ "value": value.value, "kind": value.kind, "source": value.source, "count": value.count }))
            .collect();
        output.json_line(&json!({
            "id": seen.uuid, "indicator": seen.indicator, "community": community, "form": seen.form.map(SightingForm::as_str),
            "count": seen.count, "first": seen.first, "last": seen.last, "until": one.until, "values": values,
            "objects": one.objects,
        }));
        return;
    }
    let form = seen.form.map_or("never", SightingForm::as_str);
    output.line(&format!(
        "{}  to {community}, form {form}, until {}",
        seen.uuid, one.until
    ));
    output.line(&format!(
        "  {}: {} events, {} to {}",
        seen.indicator, seen.count, seen.first, seen.last
    ));
    for value in &one.values {
        let shown = if value.value.is_empty() {
            "(others)"
        } else {
            &value.value
        };
        output.line(&format!(
            "  stays here: {} in {}, {} times",
            printable(shown),
            printable(&value.source),
            value.count
        ));
    }
    for object in &one.objects {
        output.line(&format!("  is told: {}", printable(&object.to_string())));
    }
}

async fn answer(local: &Local, caller: &Caller, id: &str, said: Answer, output: Output) -> Result<(), Failure> {
    let uuid = Uuid::try_parse(id).map_err(|_| {
        Failure::input(format!("'{id}' is not the name of a sighting that waits"))
            .help("'commonwatch sighting pending' shows them")
    })?;
    let seen = local.node.sighting_answer(caller, uuid, said).await?;
    if output.is_json() {
        output.json_line(&json!({ "id": seen.uuid, "state": seen.state.as_str(), "reason": seen.reason }));
    } else {
        output.line(&outcome(&seen));
    }
    Ok(())
}

fn outcome(seen: &Seen) -> String {
    let why = seen.reason.as_ref().map(|reason| format!(": {}", printable(reason)));
    format!("{} {}{}", seen.indicator, seen.state.as_str(), why.unwrap_or_default())
}

async fn report(local: &Local, caller: &Caller, args: &ReportArgs, output: Output) -> Result<(), Failure> {
    let wish = FeedbackWish {
        kind: if args.expired {
            FeedbackKind::Expired
        } else {
            FeedbackKind::FalsePositive
        },
        comment: args.comment.clone(),
        withheld: args.anonymous,
    };
    let made = local.node.feedback_give(caller, &args.id, &wish).await?;
    if output.is_json() {
        output.json_line(&json!({ "id": made }));
    }
    output.say(&format!("told those it came from: {made}"));
    Ok(())
}

async fn feedback(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = local.node.feedback(caller, PAGE, before).await?;
        found.extend(page.feedback);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let mut rows = Vec::new();
    for one in found {
        let comment = node::sightings::comment_of(&one);
        if output.is_json() {
            output.json_line(&json!({
                "id": one.id, "kind": one.kind.as_str(), "about": one.about, "title": one.title, "from": one.from,
                "added": one.added, "comment": comment,
            }));
        }
        rows.push(vec![
            one.kind.as_str().to_owned(),
            one.title.unwrap_or_default(),
            one.from.unwrap_or_else(|| "(name withheld)".to_owned()),
            one.added.to_string(),
            comment.unwrap_or_default(),
            one.about,
        ]);
    }
    if !output.is_json() {
        output.table(&["what", "of", "from", "added", "comment", "id"], &rows);
    }
    Ok(())
}

async fn send(local: &Local, output: Output) -> Result<(), Failure> {
    let report = local.node.sightings_due(local.node.now()).await?;
    if output.is_json() {
        output.json_line(&report);
    } else {
        output.line(&format!(
            "{} told, {} wait for an answer, {} kept at home, {} refused, {} lapsed",
            report.told, report.waiting, report.kept, report.refused, report.lapsed
        ));
        for note in &report.notes {
            output.line(&printable(note));
        }
    }
    if report.refused > 0 {
        Err(Failure::found())
    } else {
        Ok(())
    }
}
