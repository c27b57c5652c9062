//! `commonwatch subscribe`: what is fetched from elsewhere.

use std::path::Path;

use node::subscriptions::{RunReport, SubscriptionWish};
use serde_json::{Map, Value, json};
use store::SubscriptionKind;

use super::key::duration;
use super::share::{community, pap, tlp};
use crate::cli::{AccessArgs, Global, SubscribeAddArgs, SubscribeCommand};
use crate::context::Local;
use crate::failure::{self, Failure, Kind};
use crate::output::{Output, printable};

/// Does what was asked of subscriptions.
pub async fn run(local: &Local, global: &Global, command: SubscribeCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        SubscribeCommand::Add(args) => {
            let wish = wish(local, &caller, &args).await?;
            if !args.no_preview {
                preview(local, &caller, &wish, output).await?;
            }
            let made = local.node.subscription_put(&caller, wish).await?;
            if output.is_json() {
                output
                    .json_line(&json!({ "name": made.subscription.terms.name, "uuid": made.subscription.terms.uuid }));
            }
            output.say(&format!(
                "'{}' is fetched every {}; the first time with the next round of 'commonwatch serve',",
                args.name, args.every
            ));
            output.say(&format!("or now with: commonwatch subscribe run {}", args.name));
            Ok(())
        }
        SubscribeCommand::Preview(args) => {
            let wish = wish(local, &caller, &args).await?;
            preview(local, &caller, &wish, output).await
        }
        SubscribeCommand::List => list(local, &caller, output).await,
        SubscribeCommand::Run { name } => {
            let report = local.node.subscription_run(&caller, &name).await?;
            print_run(&report, output)
        }
        SubscribeCommand::Remove { name } => {
            local.node.subscription_delete(&caller, &name).await?;
            output.say(&format!("'{name}' is no longer fetched; what came by it stays"));
            Ok(())
        }
    }
}

async fn wish(local: &Local, caller: &node::Caller, args: &SubscribeAddArgs) -> Result<SubscriptionWish, Failure> {
    let kind = SubscriptionKind::parse(&args.kind).ok_or_else(|| {
        let kinds = SubscriptionKind::ALL.map(SubscriptionKind::as_str).join(", ");
        Failure::input(format!("'{}' is not a kind of subscription", args.kind)).help(format!("one of {kinds}"))
    })?;
    let settings = access(&args.access, kind == SubscriptionKind::MispServer)?;
    Ok(SubscriptionWish {
        name: args.name.clone(),
        kind,
        url: args.url.clone(),
        settings: Value::Object(settings),
        member: caller
            .principal
            .member
            .ok_or_else(|| Failure::new(Kind::Refused, "this login has no member"))?,
        community: community(local, &args.community).await?,
        tlp: tlp(&args.tlp)?,
        pap: pap(&args.pap)?,
        interval_seconds: duration(&args.every)? / 1_000_000,
        size_limit: i64::try_from(args.size_limit << 20).unwrap_or(i64::MAX),
        enabled: true,
    })
}

/// What it takes to get in, from the options. A secret stays in its file and is read when it is needed, so that it is in
/// no process list, no history and no database.
pub fn access(args: &AccessArgs, is_misp: bool) -> Result<Map<String, Value>, Failure> {
    let mut settings = Map::new();
    let absolute = |path: &Path| path.canonicalize().map_err(|error| failure::file("read", path, &error));
    if let Some(path) = &args.secret_file {
        let name = match &args.login {
            Some(_) => "password",
            None if is_misp => "key",
            None => "bearer",
        };
        settings.insert(name.to_owned(), json!({ "file": absolute(path)? }));
    }
    if let Some(login) = &args.login {
        settings.insert("login".to_owned(), json!(login));
    }
    if let Some(proxy) = &args.proxy {
        settings.insert("proxy".to_owned(), json!(proxy));
    }
    if let Some(authorities) = &args.ca_file {
        settings.insert("ca_bundle".to_owned(), json!(absolute(authorities)?));
    }
    for pair in &args.set {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::input(format!("'{pair}' is not a setting"))
                .help("write it like page_size=500 or collection=indicators")
        })?;
        // A number, a truth value or an object as JSON; anything else is text.
        let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
        settings.insert(name.to_owned(), value);
    }
    Ok(settings)
}

async fn preview(local: &Local, caller: &node::Caller, wish: &SubscriptionWish, output: Output) -> Result<(), Failure> {
    let preview = local.node.subscription_preview(caller, wish).await?;
    output.problems(&preview.problems);
    if output.is_json() {
        output.json_line(&json!({
            "from": preview.from, "format": preview.format, "objects": preview.objects, "refused": preview.refused,
            "by_type": preview.by_type, "by_marking": preview.by_marking, "creators": preview.creators,
            "more": preview.more, "notes": preview.notes,
        }));
        return Ok(());
    }
    let more = if preview.more {
        " in the first part; there is more"
    } else {
        ""
    };
    output.line(&format!(
        "{} is {}: {} objects, {} refused{more}",
        preview.from, preview.format, preview.objects, preview.refused
    ));
    let rows: Vec<Vec<String>> = preview
        .by_type
        .iter()
        .map(|(object_type, count)| vec![object_type.clone(), count.to_string()])
        .collect();
    output.table(&["type", "objects"], &rows);
    let markings: Vec<String> = preview
        .by_marking
        .iter()
        .map(|(marking, count)| format!("{marking} {count}"))
        .collect();
    if !markings.is_empty() {
        output.line(&format!("marked: {}", markings.join(", ")));
    }
    let creators: Vec<String> = preview
        .creators
        .iter()
        .map(|(name, count)| format!("{} {count}", printable(name)))
        .collect();
    if !creators.is_empty() {
        output.line(&format!("in the name of: {}", creators.join(", ")));
    }
    for example in preview.examples.iter().take(EXAMPLES) {
        output.line(&format!("for example {}", example.id));
    }
    for note in &preview.notes {
        output.line(note);
    }
    Ok(())
}

async fn list(local: &Local, caller: &node::Caller, output: Output) -> Result<(), Failure> {
    let (mut rows, mut long) = (Vec::new(), Vec::new());
    for view in local.node.subscriptions(caller).await? {
        let one = view.subscription;
        if output.is_json() {
            output.json_line(&json!({
                "name": one.terms.name, "kind": one.terms.kind.as_str(), "url": one.terms.url, "enabled": one.terms.enabled,
                "last_run": one.last_run, "last_result": one.last_result, "last_error": one.last_error, "next_run": one.next_run,
                "accepted": one.accepted, "unchanged": one.unchanged, "refused": one.refused, "failures_in_a_row": one.failures_in_a_row,
                "settings": view.settings,
            }));
        }
        let when = one.last_run.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let result = one
            .last_error
            .or(one.last_result)
            .unwrap_or_else(|| "not run yet".to_owned());
        let counts = format!("{} / {} / {}", one.accepted, one.unchanged, one.refused);
        let (result, whole) = shortened(&one.terms.name, result);
        long.extend(whole);
        rows.push(vec![
            one.terms.name,
            one.terms.kind.as_str().to_owned(),
            when,
            counts,
            result,
            one.terms.url,
        ]);
    }
    if !output.is_json() {
        output.table(
            &[
                "name",
                "kind",
                "last run",
                "accepted / unchanged / refused",
                "result",
                "from",
            ],
            &rows,
        );
        for text in long {
            output.line("");
            output.line(&printable(&text));
        }
    }
    Ok(())
}

/// How many objects a preview names.
const EXAMPLES: usize = 3;
/// The longest result that stands in a table; a longer one is told below it, so that the columns stay together.
const RESULT_WIDTH: usize = 60;

/// A result as it stands in the table and, where that is cut, as it is told below.
pub fn shortened(name: &str, result: String) -> (String, Option<String>) {
    match result.char_indices().nth(RESULT_WIDTH) {
        None => (result, None),
        Some((end, _)) => {
            let cut = format!("{}…", result.get(..end).unwrap_or_default().trim_end());
            (cut, Some(format!("{name}: {result}")))
        }
    }
}

fn print_run(report: &RunReport, output: Output) -> Result<(), Failure> {
    if output.is_json() {
        output.json_line(&json!({
            "name": report.name, "result": report.result, "error": report.error, "accepted": report.accepted,
            "unchanged": report.unchanged, "refused": report.refused, "notes": report.notes,
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
