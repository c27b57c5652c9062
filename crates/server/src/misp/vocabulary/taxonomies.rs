//! Taxonomies: `/taxonomies/…`. Everybody reads them; operators say which are in use and offer their tags.

use std::collections::HashMap;

use axum::response::Response;
use node::misp::tag_json;
use node::misp::vocabulary::TaxonomyTag;
use serde_json::{Value, json};
use store::{MispTag, Vocabulary, VocabularyKind};

use super::{head, list_of, named, switched, texts, up_to_date};
use crate::asked::Asked;
use crate::misp::ask::{fields, part, truth};
use crate::misp::{Routes, answer, tags};
use crate::problem::Fault;
use crate::routes::Needs;

const KIND: VocabularyKind = VocabularyKind::Taxonomy;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/taxonomies", index);
    routes.get("/taxonomies/index", index);
    routes.get("/taxonomies/view/{number}", view);
    routes.get("/taxonomies/export/{number}", export);
    routes.post("/taxonomies/enable/{number}", Needs::Operator, enable);
    routes.post("/taxonomies/disable/{number}", Needs::Operator, disable);
    routes.post("/taxonomies/addTag", Needs::Operator, add_tags);
    routes.post("/taxonomies/addTag/{number}", Needs::Operator, add_tags);
    routes.post("/taxonomies/disableTag", Needs::Operator, disable_tags);
    routes.post("/taxonomies/disableTag/{number}", Needs::Operator, disable_tags);
    routes.post("/taxonomies/toggleRequired/{number}", Needs::Operator, toggle_required);
    routes.post("/taxonomies/update", Needs::Operator, update);
}

/// The tags that the caller knows of, by name.
async fn known(asked: &Asked) -> Result<HashMap<String, MispTag>, Fault> {
    let known = tags::known(asked).await?;
    Ok(known.into_iter().map(|tag| (tag.name.clone(), tag)).collect())
}

fn shown(one: &Vocabulary) -> Value {
    let head = head(one);
    json!({
        "id": one.id.to_string(), "namespace": one.key, "description": head.get("description"),
        "version": one.version.to_string(), "enabled": one.enabled, "exclusive": head.get("exclusive"),
        "required": one.required, "highlighted": false,
    })
}

fn counted(one: &Vocabulary, tags: &[TaxonomyTag], known: &HashMap<String, MispTag>) -> Value {
    let there = |tag: &&TaxonomyTag| known.get(&tag.name).is_some_and(|known| !known.hidden);
    json!({
        "Taxonomy": shown(one), "total_count": tags.len(), "current_count": tags.iter().filter(there).count(),
    })
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let known = known(&asked).await?;
    let mut list = Vec::new();
    for one in asked.node().vocabulary_list(asked.caller(), KIND).await? {
        let tags = asked.node().taxonomy_tags(one.id).await?;
        list.push(counted(&one, &tags, &known));
    }
    list_of(list)
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let one = named(&asked, KIND).await?;
    let known = known(&asked).await?;
    let tags = asked.node().taxonomy_tags(one.id).await?;
    let entry = |tag: &TaxonomyTag| {
        let there = known.get(&tag.name);
        json!({
            "tag": tag.name, "expanded": tag.expanded, "description": tag.description, "colour": tag.colour,
            "numerical_value": tag.number, "exclusive_predicate": tag.is_exclusive, "events": 0, "attributes": 0,
            "existing_tag": there.map_or(Value::Bool(false), |there| json!({ "Tag": tag_json(there) })),
        })
    };
    let mut json = counted(&one, &tags, &known);
    json["entries"] = tags.iter().map(entry).collect();
    answer::json_of(&json)
}

async fn export(asked: Asked) -> Result<Response, Fault> {
    let one = named(&asked, KIND).await?;
    answer::text(asked.node().vocabulary_text(KIND, one.id).await?, "application/json")
}

async fn enable(asked: Asked) -> Result<Response, Fault> {
    switched(&asked, KIND, Some(true)).await?;
    answer::done("Taxonomy enabled")
}

async fn disable(asked: Asked) -> Result<Response, Fault> {
    switched(&asked, KIND, Some(false)).await?;
    answer::done("Taxonomy disabled")
}

/// The taxonomy and the tags of it that a body or the path names; none named: all.
async fn wanted(asked: &mut Asked) -> Result<(String, Option<Vec<String>>), Fault> {
    let wish = fields(asked, "Taxonomy").await?;
    let mut name = part(asked, "number").to_owned();
    if name.is_empty() {
        name = texts(wish.get("taxonomy_id")).pop().unwrap_or_default();
    }
    let only = texts(wish.get("name").or_else(|| wish.get("nameList")));
    Ok((name, (!only.is_empty()).then_some(only)))
}

async fn add_tags(mut asked: Asked) -> Result<Response, Fault> {
    let (name, only) = wanted(&mut asked).await?;
    let (offered, too_long) = asked
        .node()
        .taxonomy_offer(asked.caller(), &name, only.as_deref())
        .await?;
    let message = format!("{offered} tags are offered, {too_long} are too long to be tags");
    answer::json_of(
        &json!({ "saved": true, "success": true, "name": "The tag(s) has been saved.", "message": message }),
    )
}

async fn disable_tags(mut asked: Asked) -> Result<Response, Fault> {
    let (name, only) = wanted(&mut asked).await?;
    asked
        .node()
        .taxonomy_withdraw(asked.caller(), &name, only.as_deref())
        .await?;
    answer::done("The tag(s) has been hidden.")
}

async fn toggle_required(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Taxonomy").await?;
    let before = named(&asked, KIND).await?;
    let required = truth(&wish, "required").unwrap_or(!before.required);
    let name = before.id.to_string();
    asked
        .node()
        .vocabulary_switch(asked.caller(), (KIND, &name), None, Some(required))
        .await?;
    answer::done("Taxonomy toggleRequireded")
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&up_to_date(&asked, "All taxonomy libraries are up to date already.")?)
}
