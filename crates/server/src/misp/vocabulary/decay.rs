//! Models of decay: `/decayingModel/…`.

use axum::response::Response;
use serde_json::{Value, json};
use store::{Vocabulary, VocabularyKind};

use super::{head, list_of, named, switched, up_to_date};
use crate::asked::Asked;
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::routes::Needs;

const KIND: VocabularyKind = VocabularyKind::DecayModel;

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/decayingModel", "/decaying_model"] {
        routes.get(path, index);
        routes.get(&format!("{path}/index"), index);
        routes.get(&format!("{path}/view/{{number}}"), view);
        routes.post(&format!("{path}/enable/{{number}}"), Needs::Operator, |asked| {
            set(asked, true)
        });
        routes.post(&format!("{path}/disable/{{number}}"), Needs::Operator, |asked| {
            set(asked, false)
        });
        routes.post(&format!("{path}/update"), Needs::Operator, update);
    }
}

fn shown(one: &Vocabulary) -> Value {
    let head = head(one);
    json!({ "DecayingModel": {
        "id": one.id.to_string(), "uuid": one.uuid, "name": one.key, "description": head.get("description"),
        "parameters": head.get("parameters"), "attribute_types": head.get("attribute_types").cloned().unwrap_or_else(|| json!([])),
        "ref": head.get("ref").cloned().unwrap_or_else(|| json!([])), "formula": "polynomial", "org_id": "0",
        "version": one.version.to_string(), "enabled": one.enabled, "all_orgs": true, "default": true, "isEditable": false,
    } })
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let all = asked.node().vocabulary_list(asked.caller(), KIND).await?;
    list_of(all.iter().map(shown).collect())
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&shown(&named(&asked, KIND).await?))
}

async fn set(asked: Asked, enabled: bool) -> Result<Response, Fault> {
    let one = switched(&asked, KIND, Some(enabled)).await?;
    let message = if enabled {
        "Decaying Model enabled."
    } else {
        "Decaying Model disabled."
    };
    let mut json = shown(&one);
    for (key, value) in [
        ("saved", json!(true)),
        ("success", json!(true)),
        ("name", json!(message)),
        ("message", json!(message)),
    ] {
        json[key] = value;
    }
    answer::json_of(&json)
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&up_to_date(&asked, "Default decaying models are up to date already.")?)
}
