//! `commonwatch search` and `commonwatch show`.

use node::question::{FILTERS, Question};
use serde_json::{Value, json};
use store::{Found, SearchQuery};

use crate::cli::{Global, SearchArgs, ShowArgs};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// How many neighbours an object is shown with.
const NEIGHBOURS: usize = 50;

/// Finds objects: by value where the words are one, by words and filters otherwise.
pub async fn search(local: &Local, global: &Global, args: SearchArgs, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    if args.limit == 0 {
        return Err(Failure::input("a limit of 0 finds nothing").help("give --limit 1 or more, or leave it out"));
    }
    let mut question = Question::read(&question_text(&args.words), local.node.now());
    if let Some(odd) = question.odd.first() {
        let message = format!("'{}' at character {} cannot be read", printable(&odd.text), odd.at);
        return Err(Failure::input(message).help(format!("there could stand: {}", odd.could.join(", "))));
    }
    let has_filters = question.words.is_empty() || question != only_words(&question);
    question.types.extend(args.types);
    // What is not indexed yet would be missed: bring the index up to date first.
    while local.node.store().index_next(1_000).await? > 0 {}
    let value = question.value();
    let mut found = Vec::new();
    if value.is_some() || has_filters {
        found = local.node.ask(&caller, &question, args.limit, None).await?.page.found;
    }
    if found.is_empty() && !has_filters {
        let query = SearchQuery {
            words: question.words,
            types: question.types,
            ..SearchQuery::default()
        };
        found = local.node.search_best(&caller, &query, args.limit).await?;
    }
    if let Some(value) = value.filter(|_| !output.is_json()) {
        output.line(&format!("understood as {} {}", value.kind.as_str(), value.value));
    }
    show_found(&found, output);
    Ok(())
}

fn only_words(question: &Question) -> Question {
    Question {
        words: question.words.clone(),
        ..Question::default()
    }
}

/// A question from the words of a command line: what the shell took out of quotes stands between quotes again.
pub fn question_text(words: &[String]) -> String {
    let quoted = |word: &String| match word.split_once(':') {
        Some((name, value)) if FILTERS.contains(&name) && value.contains(char::is_whitespace) => {
            format!("{name}:\"{}\"", value.replace('"', ""))
        }
        _ => word.clone(),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Lists what was found.
pub fn show_found(found: &[Found], output: Output) {
    if output.is_json() {
        for one in found {
            output.json_line(&line(one));
        }
        return;
    }
    if found.is_empty() {
        output.line("nothing found");
        return;
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|one| {
            vec![
                one.row.object_type.clone(),
                one.title.clone().unwrap_or_default(),
                one.row.added.to_string(),
                one.row.id.clone(),
            ]
        })
        .collect();
    output.table(&["type", "name", "added", "id"], &rows);
}

fn line(found: &Found) -> Value {
    json!({
        "id": found.row.id, "type": found.row.object_type, "version": found.row.version_text, "added": found.row.added, "name": found.title,
    })
}

/// Shows one object with its contributions and neighbours.
pub async fn show(local: &Local, global: &Global, args: ShowArgs, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let shown = local.node.show(&caller, &args.id, NEIGHBOURS).await?;
    local.node.item_opened(&caller, &args.id, &shown).await?;
    let Some(latest) = shown.contributions.first() else {
        return Ok(());
    };
    if args.body {
        output.line(&latest.row.body);
        return Ok(());
    }
    if output.is_json() {
        let contributions: Vec<Value> = shown
            .contributions
            .iter()
            .map(|one| {
                json!({
                    "version": one.row.version_text, "added": one.row.added, "from": one.origin_name,
                    "tlp": one.audience.tlp().label(), "pap": one.audience.pap().label(), "warnings": one.warnings,
                })
            })
            .collect();
        let neighbours: Vec<Value> = shown
            .neighbours
            .iter()
            .map(|edge| json!({ "id": edge.other, "type": edge.other_type, "name": edge.title, "property": edge.property, "via": edge.via }))
            .collect();
        let object: Value = serde_json::from_str(&latest.row.body).unwrap_or(Value::Null);
        let score = shown
            .score
            .as_ref()
            .map(|score| json!({ "value": score.value, "why": score.to_string() }));
        let came_by: Vec<Value> = shown
            .came_by
            .iter()
            .map(|came| json!({ "path": came.path, "tlp": came.tlp.label(), "pap": came.pap.label(), "at": came.at }))
            .collect();
        output.json_line(
            &json!({ "object": object, "contributions": contributions, "neighbours": neighbours, "score": score, "came_by": came_by }),
        );
        return Ok(());
    }
    output.line(&format!(
        "{}  {}",
        latest.row.object_type,
        printable(latest.title.as_deref().unwrap_or("(no name)"))
    ));
    output.line(&latest.row.id);
    if let Some(score) = &shown.score {
        output.line(&format!("score {score}"));
    }
    for warning in &latest.warnings {
        output.line(&format!("known harmless on the list '{}'", printable(warning)));
    }
    output.line("");
    let rows: Vec<Vec<String>> = shown
        .contributions
        .iter()
        .map(|one| {
            vec![
                one.row.version_text.clone(),
                one.origin_name.clone().unwrap_or_else(|| "(name withheld)".to_owned()),
                format!("{} {}", one.audience.tlp().label(), one.audience.pap().label()),
                one.row.added.to_string(),
            ]
        })
        .collect();
    output.table(&["version", "from", "marking", "added"], &rows);
    for came in &shown.came_by {
        let hubs: Vec<String> = came
            .path
            .iter()
            .map(|hop| format!("{} ({})", printable(&hop.hub.title), hop.tlp.label()))
            .collect();
        output.line(&format!(
            "came over a bridge: {} -> here ({}, {}) at {}",
            hubs.join(" -> "),
            came.tlp.label(),
            came.pap.label(),
            came.at
        ));
    }
    if !shown.neighbours.is_empty() {
        output.line("");
        let rows: Vec<Vec<String>> = shown
            .neighbours
            .iter()
            .map(|edge| {
                let how = edge
                    .via
                    .as_ref()
                    .map_or_else(|| edge.property.clone(), |(_, relation)| relation.clone());
                vec![
                    how,
                    edge.other_type.clone().unwrap_or_default(),
                    edge.title.clone().unwrap_or_default(),
                    edge.other.clone(),
                ]
            })
            .collect();
        output.table(&["how", "type", "name", "id"], &rows);
    }
    output.line("");
    let pretty = serde_json::from_str::<Value>(&latest.row.body)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    output.line(&pretty.unwrap_or_else(|| latest.row.body.clone()));
    Ok(())
}
