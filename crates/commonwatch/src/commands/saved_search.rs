//! `commonwatch saved-search`: searches that you keep, and what is new of each.

use node::question::Question;
use serde_json::json;
use store::{SavedSearch, SavedTerms};

use super::find::{question_text, show_found};
use crate::cli::Global;
use crate::cli::saved_search::SavedSearchCommand;
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// New things that are listed.
const LISTED: usize = 100;

/// Does what was asked of saved searches.
pub async fn run(local: &Local, global: &Global, command: SavedSearchCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        SavedSearchCommand::Add(args) => {
            let terms = SavedTerms {
                name: args.name,
                question: question_text(&args.words),
                today: !args.not_today,
                mail: args.mail,
                webhook: args.webhook,
            };
            let made = node.saved_search_make(&caller, &terms).await?;
            if output.is_json() {
                output.json_line(&line(&made));
            }
            output.say(&format!(
                "saved '{}'; what comes from now on is new",
                printable(&made.terms.name)
            ));
        }
        SavedSearchCommand::List => {
            let shown = node.saved_searches(&caller, false).await?;
            let mut rows = Vec::new();
            for one in &shown {
                if output.is_json() {
                    let mut line = line(&one.saved);
                    line["new"] = json!(one.fresh.count);
                    line["more"] = json!(one.fresh.more);
                    output.json_line(&line);
                }
                let more = if one.fresh.more { "+" } else { "" };
                rows.push(vec![
                    one.saved.terms.name.clone(),
                    format!("{}{more}", one.fresh.count),
                    one.saved.terms.question.clone(),
                ]);
            }
            if !output.is_json() {
                output.table(&["name", "new", "question"], &rows);
            }
        }
        SavedSearchCommand::Look { name } => {
            let saved = named(local, &caller, &name).await?;
            let looked = node.saved_search_look(&caller, saved.uuid).await?;
            let question = Question::read(&looked.terms.question, node.now());
            let mut found = node.ask(&caller, &question, LISTED, None).await?.page.found;
            found.retain(|one| one.row.added.micros() > looked.seen.0);
            show_found(&found, output);
        }
        SavedSearchCommand::Remove { name } => {
            let saved = named(local, &caller, &name).await?;
            node.saved_search_delete(&caller, saved.uuid).await?;
            output.say("it is forgotten");
        }
    }
    Ok(())
}

async fn named(local: &Local, caller: &node::Caller, name: &str) -> Result<SavedSearch, Failure> {
    let shown = local.node.saved_searches(caller, false).await?;
    let found = shown
        .into_iter()
        .map(|one| one.saved)
        .find(|saved| saved.terms.name == name);
    let none = || Failure::input(format!("you have no saved search called '{}'", printable(name)));
    found.ok_or_else(|| none().help("'commonwatch saved-search list' names them"))
}

fn line(saved: &SavedSearch) -> serde_json::Value {
    let terms = &saved.terms;
    json!({
        "id": saved.uuid, "name": terms.name, "question": terms.question, "today": terms.today, "mail": terms.mail,
        "webhook": terms.webhook, "created": saved.created,
    })
}
