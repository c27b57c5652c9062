//! `commonwatch public`: what everybody may see and say.

use node::publication::{AdviceWish, Published};
use node::tips::{TipLine, TipOpened};
use serde_json::json;
use stix::Timestamp;

use super::pages::{PAGE, all};
use crate::cli::Global;
use crate::cli::public::{PublicCommand, PublishArgs};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::Output;

/// Does what was asked.
pub async fn run(local: &Local, global: &Global, command: PublicCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        PublicCommand::List => {
            let pages = node.site().await?.site.pages;
            let read = async |before| node.advice_all(&caller, before, PAGE).await;
            list(&all(read, |one| one.publication.id).await?, pages, output);
        }
        PublicCommand::Publish(args) => {
            let uuid = node.advice_publish(&caller, &wish(args)?).await?;
            if output.is_json() {
                output.json_line(&json!({ "published": uuid }));
            }
            output.say(&format!("published: {uuid}"));
            if !node.site().await?.site.pages {
                output.note("the public pages are off: set pages = true under [public] in commonwatch.toml");
            }
        }
        PublicCommand::TakeBack { uuid } => {
            node.advice_take_back(&caller, uuid).await?;
            output.say("taken back: nobody sees it any more");
        }
        PublicCommand::Reports => {
            let read = async |before| node.tips(&caller, before, PAGE).await;
            reports(&all(read, |tip| tip.id).await?, output);
        }
        PublicCommand::Report { uuid } => show(&node.tip_open(&caller, uuid).await?, output),
        PublicCommand::Answer { uuid, text, close } => {
            node.tip_answer(&caller, uuid, &text, close).await?;
            output.say(if close {
                "closed"
            } else {
                "answered: the reporter reads it by their link"
            });
        }
    }
    Ok(())
}

fn wish(args: PublishArgs) -> Result<AdviceWish, Failure> {
    let no_day = |text: &String| Failure::input(format!("'{text}' is no day")).help("as in --until 2027-01-31");
    let day = |text: &String| Timestamp::parse(&format!("{text}T23:59:59Z")).map_err(|_| no_day(text));
    Ok(AdviceWish {
        ends: args.until.as_ref().map(day).transpose()?,
        object: args.object,
        language: args.language,
        title: args.title,
        happened: args.happened,
        concerned: args.concerned,
        advice: args.advice,
        sectors: args.sector,
    })
}

fn list(published: &[Published], pages: bool, output: Output) {
    if output.is_json() {
        for one in published {
            let words = &one.publication.words;
            output.json_line(&json!({
                "id": words.uuid, "object": words.object, "title": words.title, "language": words.language,
                "sectors": words.sectors, "until": words.ends, "published": one.publication.published,
                "changed": one.publication.changed, "shown": one.is_shown && pages, "behind": one.is_behind,
                "named": one.publication.named,
            }));
        }
        return;
    }
    let row = |one: &Published| {
        let state = match (pages, one.is_shown, one.is_behind) {
            (false, ..) => "the pages are off",
            (_, false, _) => "shown no more: recalled, narrowed or revoked",
            (_, _, true) => "shown; there is a later version",
            _ => "shown",
        };
        let words = &one.publication.words;
        vec![
            words.uuid.to_string(),
            words.title.clone(),
            words.object.clone(),
            state.to_owned(),
        ]
    };
    let rows: Vec<_> = published.iter().map(row).collect();
    output.table(&["name", "title", "item", "state"], &rows);
}

fn reports(tips: &[TipLine], output: Output) {
    if output.is_json() {
        for tip in tips {
            output.json_line(&line(tip));
        }
        return;
    }
    let row = |tip: &TipLine| {
        vec![
            tip.uuid.to_string(),
            tip.reference.clone(),
            tip.kind.as_str().to_owned(),
            tip.state.as_str().to_owned(),
            tip.made.to_string(),
        ]
    };
    let rows: Vec<_> = tips.iter().map(row).collect();
    output.table(&["name", "reference", "kind", "state", "came"], &rows);
}

fn line(tip: &TipLine) -> serde_json::Value {
    json!({
        "id": tip.uuid, "reference": tip.reference, "kind": tip.kind.as_str(), "state": tip.state.as_str(),
        "made": tip.made, "changed": tip.changed,
    })
}

fn show(tip: &TipOpened, output: Output) {
    if output.is_json() {
        let mut shown = line(&tip.line);
        shown["text"] = json!(tip.text);
        let file =
            |(number, name, size): &(i64, String, usize)| json!({ "number": number, "name": name, "bytes": size });
        shown["files"] = tip.files.iter().map(file).collect();
        let said = |one: &node::tips::TipSaid| json!({ "operator": one.by_operator, "at": one.at, "text": one.text });
        shown["said"] = tip.said.iter().map(said).collect();
        output.json_line(&shown);
        return;
    }
    let text = &tip.text;
    output.line(&format!(
        "{} ({}, {})",
        tip.line.reference,
        tip.line.kind.as_str(),
        tip.line.state.as_str()
    ));
    for (what, said) in [("about", &text.about), ("contact", &text.contact)] {
        if !said.is_empty() {
            output.line(&format!("{what}: {said}"));
        }
    }
    output.line(&format!("\n{}\n\n{}", text.subject, text.details));
    for (_, name, size) in &tip.files {
        output.line(&format!("file: {name} ({size} bytes); the page of the report gives it"));
    }
    for one in &tip.said {
        let who = if one.by_operator { "operator" } else { "reporter" };
        output.line(&format!("\n{} {who}:\n{}", one.at, one.text));
    }
}
