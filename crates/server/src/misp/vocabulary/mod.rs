//! Words that organisations have agreed on, as MISP's clients ask for them.
//!
//! | paths | module |
//! |---|---|
//! | `/taxonomies/…` | [`taxonomies`] |
//! | `/warninglists/…` | [`warninglists`] |
//! | `/noticelists/…` | [`noticelists`] |
//! | `/objectTemplates/…` | [`templates`] |
//! | `/galaxies/…` | [`galaxies`] |
//! | `/galaxy_clusters/…` | [`clusters`] |
//! | `/galaxy_cluster_relations/…` | [`relations`] |
//! | `/decayingModel/…` | [`decay`] |
//!
//! Nothing is fetched: what MISP calls an update says that the operator imports vocabularies here.

mod clusters;
mod decay;
mod galaxies;
mod noticelists;
mod relations;
mod taxonomies;
mod templates;
mod warninglists;

use axum::response::Response;
use node::misp::vocabulary::head;
use policy::{Action, decide};
use serde_json::{Value, json};
use store::{Vocabulary, VocabularyKind};

use super::ask::part;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;

pub(super) fn routes(routes: &mut Routes) {
    taxonomies::routes(routes);
    warninglists::routes(routes);
    noticelists::routes(routes);
    templates::routes(routes);
    galaxies::routes(routes);
    clusters::routes(routes);
    relations::routes(routes);
    decay::routes(routes);
}

/// The one that the path names, by number, name or UUID.
async fn named(asked: &Asked, kind: VocabularyKind) -> Result<Vocabulary, Fault> {
    Ok(asked
        .node()
        .vocabulary(asked.caller(), kind, part(asked, "number"))
        .await?)
}

/// Switches the one that the path names.
async fn switched(asked: &Asked, kind: VocabularyKind, enabled: Option<bool>) -> Result<Vocabulary, Fault> {
    let name = part(asked, "number");
    let enabled = match enabled {
        Some(enabled) => enabled,
        None => !named(asked, kind).await?.enabled,
    };
    Ok(asked
        .node()
        .vocabulary_switch(asked.caller(), (kind, name), Some(enabled), None)
        .await?)
}

/// What an update answers: MISP's words, which programs look for, and what is so here.
fn up_to_date(asked: &Asked, words: &str) -> Result<Value, Fault> {
    decide(&asked.caller().principal, Action::Administer)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "no such page")))?;
    let message = "nothing was fetched: the operator imports vocabularies with 'commonwatch misp import'";
    Ok(json!({ "saved": true, "success": true, "name": words, "message": message, "url": asked.uri.path() }))
}

/// A list of texts, however it is written: a list, one text, or a list written into a text.
fn texts(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
        Some(Value::String(text)) if text.trim_start().starts_with('[') => match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(list)) => list.iter().filter_map(one).collect(),
            _ => vec![text.clone()],
        },
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

fn list_of(list: Vec<Value>) -> Result<Response, Fault> {
    answer::json_of(&Value::Array(list))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::texts;

    #[test]
    fn a_list_is_read_however_it_is_written() {
        for value in [json!(["1", "2"]), json!([1, 2]), json!("[1,2]")] {
            assert_eq!(texts(Some(&value)), ["1", "2"], "{value}");
        }
        assert_eq!(texts(Some(&json!("a"))), ["a"]);
        assert!(texts(None).is_empty());
    }
}
