//! Templates of objects: `/objectTemplates/…`.

use axum::response::Response;
use serde_json::{Map, Value, json};
use store::{Vocabulary, VocabularyKind};

use super::{head, list_of, named, up_to_date};
use crate::asked::Asked;
use crate::misp::ask::part;
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::routes::Needs;

const KIND: VocabularyKind = VocabularyKind::ObjectTemplate;

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/objectTemplates", "/object_templates"] {
        routes.get(path, index);
        routes.get(&format!("{path}/index"), index);
        routes.get(&format!("{path}/view/{{number}}"), view);
        routes.get(&format!("{path}/getRaw/{{name}}"), raw);
        routes.post(&format!("{path}/update"), Needs::Operator, update);
    }
}

fn shown(one: &Vocabulary) -> Value {
    let mut json = json!({
        "id": one.id.to_string(), "user_id": "0", "org_id": "0", "uuid": one.uuid, "version": one.version.to_string(),
        "fixed": true, "active": one.enabled,
    });
    for (key, value) in head(one) {
        json[key] = value;
    }
    json
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let all = asked.node().vocabulary_list(asked.caller(), KIND).await?;
    list_of(all.iter().map(|one| json!({ "ObjectTemplate": shown(one) })).collect())
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let one = named(&asked, KIND).await?;
    let file = asked.node().vocabulary_file(KIND, one.id).await?;
    let attributes = file
        .get("attributes")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let element = |(at, (relation, attribute)): (usize, (String, Value))| {
        let list = |key: &str| {
            attribute
                .get(key)
                .filter(|list| list.is_array())
                .cloned()
                .unwrap_or_else(|| json!([]))
        };
        let truth = |key: &str| attribute.get(key).and_then(Value::as_bool).unwrap_or(false);
        json!({
            "id": (at + 1).to_string(), "object_template_id": one.id.to_string(), "object_relation": relation,
            "type": attribute.get("misp-attribute"), "description": attribute.get("description"),
            "ui-priority": attribute.get("ui-priority"), "categories": list("categories"),
            "sane_default": list("sane_default"), "values_list": list("values_list"),
            "disable_correlation": truth("disable_correlation"), "multiple": truth("multiple"),
        })
    };
    let elements: Vec<Value> = attributes.into_iter().enumerate().map(element).collect();
    answer::json_of(&json!({ "ObjectTemplate": shown(&one), "ObjectTemplateElement": elements }))
}

/// The file of a template by UUID or name, as it was imported; of several of one name, the latest.
async fn raw(asked: Asked) -> Result<Response, Fault> {
    let wanted = part(&asked, "name");
    let all = asked.node().vocabulary_list(asked.caller(), KIND).await?;
    let is_wanted = |one: &&Vocabulary| {
        let head: Map<String, Value> = head(one);
        one.uuid == wanted.to_ascii_lowercase() || head.get("name").and_then(Value::as_str) == Some(wanted)
    };
    let found = all
        .iter()
        .filter(is_wanted)
        .max_by_key(|one| one.version)
        .ok_or_else(Fault::not_found)?;
    answer::text(asked.node().vocabulary_text(KIND, found.id).await?, "application/json")
}

/// MISP answers with a list here, one item for each template that it changed.
async fn update(asked: Asked) -> Result<Response, Fault> {
    list_of(vec![up_to_date(
        &asked,
        "All object templates are up to date already.",
    )?])
}
