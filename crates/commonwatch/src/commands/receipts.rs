//! `commonwatch receipts`: what became of an item, what others may read of your member, and its own numbers.

use std::io::BufRead;
use std::path::Path;

use node::Caller;
use node::item::Numbers;
use node::recount::Recount;
use serde_json::json;
use store::{CommunityKey, Disclosure, ItemStep, Shown};

use super::recall::told;
use super::share::community;
use crate::cli::Global;
use crate::cli::recall::{DisclosureArgs, ReceiptsCommand};
use crate::context::Local;
use crate::failure::{self, Failure};
use crate::output::Output;

/// Stands for every community without a line of its own.
const ALL_OTHERS: &str = "default";

/// Does what was asked of receipts.
pub async fn run(local: &Local, global: &Global, command: ReceiptsCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        ReceiptsCommand::Item { id } => item(local, &caller, &id, output).await,
        ReceiptsCommand::Say { id, what, note } => {
            let step = ItemStep::parse(&what).filter(|step| *step != ItemStep::Opened);
            let step = step.ok_or_else(|| {
                Failure::input(format!("'{what}' is nothing to be said")).help("acknowledged or acted")
            })?;
            let new = local.node.item_say(&caller, &id, step, note.as_deref()).await?;
            output.say(if new {
                "noted"
            } else {
                "noted before; the first time counts"
            });
            Ok(())
        }
        ReceiptsCommand::Numbers => {
            show_numbers(&local.node.own_numbers(&caller).await?, output);
            Ok(())
        }
        ReceiptsCommand::Disclosure(args) => disclosure(local, &caller, &args, output).await,
    }
}

async fn item(local: &Local, caller: &Caller, id: &str, output: Output) -> Result<(), Failure> {
    let receipts = local.node.item_receipts(caller, id).await?;
    told("could see", &receipts.could_see, |()| String::new(), output);
    let given = |given: &store::Given| format!("{} by {}", given.at, given.channel);
    told("received", &receipts.received, given, output);
    let at = |at: &stix::Timestamp| at.to_string();
    told("opened", &receipts.opened, at, output);
    told("acknowledged", &receipts.acknowledged, at, output);
    told("acted", &receipts.acted, at, output);
    told("saw", &receipts.saw, at, output);
    Ok(())
}

/// Prints a member's own numbers.
fn show_numbers(numbers: &Numbers, output: Output) {
    let rows = [
        ("pages", numbers.items.pages),
        ("objects", numbers.items.objects),
        ("opened", numbers.items.opened),
        ("acknowledged", numbers.items.acknowledged),
        ("acted", numbers.items.acted),
        ("recalls_made", numbers.recalls.made),
        ("recalls_owed", numbers.recalls.owed),
        ("recalls_acknowledged", numbers.recalls.acknowledged),
        ("asked", numbers.requests.asked),
        ("answered", numbers.requests.answered),
    ];
    if output.is_json() {
        let object: serde_json::Map<_, _> = rows
            .map(|(name, count)| (name.to_owned(), json!(count)))
            .into_iter()
            .collect();
        output.json_line(&object);
        return;
    }
    let rows: Vec<Vec<String>> = rows
        .map(|(name, count)| vec![name.replace('_', " "), count.to_string()])
        .to_vec();
    output.table(&["number", "count"], &rows);
}

/// Counts a member's own numbers again from a file of receipts or an export of the ledger; needs no node.
pub fn recount(path: &Path, output: Output) -> Result<(), Failure> {
    let file = std::fs::File::open(path).map_err(|error| failure::file("read", path, &error))?;
    let mut recount = Recount::default();
    for line in std::io::BufReader::new(file).lines() {
        let line = line.map_err(|error| failure::file("read", path, &error))?;
        // The first line of an export, and leaves of others, open nothing.
        let Ok(line) = serde_json::from_str::<Line>(&line) else {
            continue;
        };
        let answered = line.receipts.into_iter().flatten().filter_map(|receipt| receipt.entry);
        for entry in answered.chain(line.entry) {
            recount.add(entry.at_micros, &entry.kind, &entry.body);
        }
    }
    if recount.entries == 0 {
        let message = format!("{} holds no entry of yours", path.display());
        return Err(Failure::input(message).help("take what 'ledger receipts' or 'ledger export' wrote"));
    }
    show_numbers(&recount.numbers(), output);
    show_score(&recount, output);
    Ok(())
}

/// Prints the numbers of the scorecard, month by month; community 0 is the whole partnership.
fn show_score(recount: &Recount, output: Output) {
    let score = recount.score();
    if output.is_json() {
        for one in &score {
            output.json_line(&json!({
                "community": one.community.0, "month": one.month, "measure": one.measure.as_str(),
                "count": one.number.count, "median_ms": one.number.median, "ninth_decile_ms": one.number.ninth_decile,
            }));
        }
        return;
    }
    let span = |ms: Option<u64>| ms.map(server::pages::scorecard::span).unwrap_or_default();
    let row = |one: &node::recount::Scored| {
        vec![
            one.community.0.to_string(),
            one.month.clone(),
            one.measure.as_str().to_owned(),
            one.number.count.to_string(),
            span(one.number.median),
            span(one.number.ninth_decile),
        ]
    };
    let rows: Vec<Vec<String>> = score.iter().map(row).collect();
    output.table(
        &["community", "month", "measure", "count", "half within", "nine in ten"],
        &rows,
    );
}

/// A line of an export, a receipt, or an answer of the API.
#[derive(serde::Deserialize)]
struct Line {
    entry: Option<Opened>,
    receipts: Option<Vec<Line>>,
}

/// What an entry says.
#[derive(serde::Deserialize)]
struct Opened {
    at_micros: i64,
    kind: String,
    body: String,
}

async fn disclosure(local: &Local, caller: &Caller, args: &DisclosureArgs, output: Output) -> Result<(), Failure> {
    if let Some(name) = &args.community {
        let community = match name.as_str() {
            ALL_OTHERS => None,
            alias => Some(community(local, alias).await?),
        };
        let mut lines = local.node.disclosure(caller).await?;
        let before = lines.iter().position(|line| line.community == community);
        let line = before.and_then(|at| lines.get(at)).or(lines.first()).copied();
        let line = chosen(line.unwrap_or(Disclosure::DEFAULT), args)?;
        let line = Disclosure { community, ..line };
        match before.and_then(|at| lines.get_mut(at)) {
            Some(there) => *there = line,
            None => lines.push(line),
        }
        local.node.disclosure_put(caller, &lines).await?;
    }
    show_disclosure(local, caller, output).await
}

fn chosen(line: Disclosure, args: &DisclosureArgs) -> Result<Disclosure, Failure> {
    let shown = |wanted: &Option<String>, before: Shown| match wanted {
        None => Ok(before),
        Some(name) => Shown::parse(name)
            .ok_or_else(|| Failure::input(format!("'{name}' is no way to tell")).help("none, count or name")),
    };
    Ok(Disclosure {
        community: line.community,
        received: shown(&args.received, line.received)?,
        opened: shown(&args.opened, line.opened)?,
        acknowledged: shown(&args.acknowledged, line.acknowledged)?,
        acted: shown(&args.acted, line.acted)?,
        saw: shown(&args.saw, line.saw)?,
    })
}

async fn show_disclosure(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for line in local.node.disclosure(caller).await? {
        let name = match line.community {
            None => ALL_OTHERS.to_owned(),
            Some(community) => {
                let found = local.node.store().community_get(CommunityKey::Id(community)).await?;
                found.map_or_else(|| "(gone)".to_owned(), |community| community.alias)
            }
        };
        let values = [line.received, line.opened, line.acknowledged, line.acted, line.saw].map(Shown::as_str);
        if output.is_json() {
            let [received, opened, acknowledged, acted, saw] = values;
            output.json_line(&json!({
                "community": name, "received": received, "opened": opened, "acknowledged": acknowledged,
                "acted": acted, "saw": saw,
            }));
        }
        rows.push(std::iter::once(name).chain(values.map(str::to_owned)).collect());
    }
    if !output.is_json() {
        output.table(
            &["community", "received", "opened", "acknowledged", "acted", "saw"],
            &rows,
        );
    }
    Ok(())
}
