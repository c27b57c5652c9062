//! Attributes: `/attributes/…`, and `/attributes/describeTypes`.

use axum::response::Response;
use node::misp::{Deletion, FoundRows, Shaped};
use policy::Viewer;
use serde_json::{Map, Value, json};
use store::MispKind;

use super::ask::{Named, fields, filters, id, part};
use super::events::{number_of, viewer};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/attributes", index);
    routes.get("/attributes/index", index);
    routes.get("/attributes/describeTypes", describe_types);
    routes.ask("/attributes/view/{attribute}", view);
    routes.get("/attributes/{attribute}", view);
    routes.post("/attributes/add/{event}", Needs::Contributor, add);
    routes.post("/attributes/add/{event}/{option}", Needs::Contributor, add);
    routes.post("/attributes/edit/{attribute}", Needs::Contributor, edit);
    routes.put(
        http::Method::PUT,
        "/attributes/edit/{attribute}",
        Needs::Contributor,
        edit,
    );
    routes.post("/attributes/delete/{attribute}", Needs::Contributor, delete);
    routes.put(
        http::Method::DELETE,
        "/attributes/delete/{attribute}",
        Needs::Contributor,
        delete,
    );
    routes.post("/attributes/delete/{attribute}/{hard}", Needs::Analyst, delete);
    routes.post("/attributes/restore/{attribute}", Needs::Analyst, restore);
    routes.post("/attributes/addTag/{attribute}/{tag}", Needs::Contributor, add_tag);
    routes.post(
        "/attributes/removeTag/{attribute}/{tag}",
        Needs::Contributor,
        remove_tag,
    );
}

async fn describe_types(_: Asked) -> Result<Response, Fault> {
    let mut defaults = Map::new();
    let mut types = Vec::new();
    for (name, category, to_ids) in formats::misp::attribute_types() {
        let usual = json!({ "default_category": category, "to_ids": u8::from(to_ids) });
        defaults.insert(name.to_owned(), usual);
        types.push(json!(name));
    }
    let mut mappings = Map::new();
    let mut categories = Vec::new();
    for (category, types) in formats::misp::attribute_categories() {
        mappings.insert(category.to_owned(), json!(types));
        categories.push(json!(category));
    }
    answer::json_of(&json!({ "result": {
        "sane_defaults": defaults, "types": types, "categories": categories, "category_type_mappings": mappings,
    } }))
}

/// The number of an element that a client names and sees; one that it does not see is no other than one that is not there.
pub(super) async fn element(asked: &Asked, kind: MispKind, named: Named) -> Result<i64, Fault> {
    let viewer = viewer(asked).await?;
    let number = match named {
        Named::Number(number) => number,
        Named::Uuid(uuid) => {
            let found = asked.node().store().misp_element(kind, uuid).await?;
            found.ok_or_else(Fault::not_found)?
        }
    };
    match asked.node().misp_element_of(&viewer, kind, number).await? {
        Some(_) => Ok(number),
        None => Err(Fault::not_found()),
    }
}

/// One attribute with its event, as a viewer sees it.
async fn one(asked: &Asked, viewer: &Viewer, number: i64) -> Result<FoundRows, Fault> {
    let found = asked
        .node()
        .misp_element_of(viewer, MispKind::Attribute, number)
        .await?;
    found.ok_or_else(Fault::not_found)
}

pub(super) async fn shown(asked: &Asked, number: i64) -> Result<Response, Fault> {
    let viewer = viewer(asked).await?;
    let found = one(asked, &viewer, number).await?;
    asked.node().misp_give_rows(asked.caller(), &found).await?;
    let shaped = Shaped {
        sightings: true,
        ..Shaped::default()
    };
    let mut shown = asked.node().misp_attributes_json(&viewer, &found, &shaped).await?;
    let Some(attribute) = shown.pop() else {
        return Err(Fault::not_found());
    };
    answer::json_of(&json!({ "Attribute": attribute }))
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    viewer(&asked).await?;
    let number = element(&asked, MispKind::Attribute, id(&asked, "attribute")?).await?;
    shown(&asked, number).await
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let viewer = viewer(&asked).await?;
    let filter = super::filters::attributes(&asked, &viewer, &wanted).await?;
    let (limit, page) = super::filters::page(&wanted, 10_000)?;
    let limit = if wanted.contains_key("limit") { limit } else { 60 };
    let found = asked
        .node()
        .misp_find(&viewer, MispKind::Attribute, &filter, limit, page)
        .await?;
    asked.node().misp_give_rows(asked.caller(), &found).await?;
    let shown = asked
        .node()
        .misp_attributes_json(&viewer, &found, &Shaped::default())
        .await?;
    answer::json_of(&shown.into_iter().map(Value::Object).collect())
}

/// Adds one attribute, one for each line of a value with several, or a list of them.
async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let body = asked.take_body().await?;
    let event = number_of(&asked, named).await?;
    let list: Vec<Map<String, Value>> = match serde_json::from_slice(&body) {
        Ok(Value::Array(list)) => list.into_iter().filter_map(unwrapped).collect(),
        Ok(one) => unwrapped(one).into_iter().collect(),
        Err(error) => return Err(crate::query::bad("bad-json", format!("the body is no JSON: {error}"))),
    };
    let mut wanted: Vec<Map<String, Value>> = Vec::new();
    for one in list {
        match one.get("value") {
            Some(Value::Array(values)) => {
                for value in values {
                    let mut single = one.clone();
                    single.shift_remove("uuid");
                    single.insert("value".to_owned(), value.clone());
                    wanted.push(single);
                }
            }
            _ => wanted.push(one),
        }
    }
    if wanted.is_empty() {
        return Err(crate::query::bad(
            "no-attribute",
            "an attribute needs a type and a value",
        ));
    }
    if let Some(on) = super::ask::option(&asked, "breakOnDuplicate") {
        for one in &mut wanted {
            one.insert("breakOnDuplicate".to_owned(), json!(on));
        }
    }
    let several = wanted.len() > 1;
    let (mut made, mut errors) = (Vec::new(), Map::new());
    for (at, fields) in wanted.into_iter().enumerate() {
        match asked
            .node()
            .misp_element_add(asked.caller(), event, "Attribute", fields)
            .await
        {
            Ok((_, number)) => made.push(number),
            Err(node::Error::Input(problem)) if several => {
                errors.insert(format!("attribute_{at}"), json!({ "value": [problem.message] }));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if !several {
        return match made.first() {
            Some(number) => shown(&asked, *number).await,
            None => Err(Fault::not_found()),
        };
    }
    let viewer = viewer(&asked).await?;
    let mut found = FoundRows::default();
    for number in made {
        found.join(one(&asked, &viewer, number).await?);
    }
    let shown = asked
        .node()
        .misp_attributes_json(&viewer, &found, &Shaped::default())
        .await?;
    let list: Vec<Value> = shown.into_iter().map(Value::Object).collect();
    let mut answer_of = json!({ "Attribute": list });
    if !errors.is_empty() {
        answer_of["errors"] = Value::Object(errors);
    }
    answer::json_of(&answer_of)
}

fn unwrapped(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(mut fields) => match fields.remove("Attribute") {
            Some(Value::Object(inner)) => Some(inner),
            _ => Some(fields),
        },
        _ => None,
    }
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "attribute")?;
    let changes = fields(&mut asked, "Attribute").await?;
    let number = element(&asked, MispKind::Attribute, named).await?;
    asked
        .node()
        .misp_element_edit(asked.caller(), MispKind::Attribute, number, changes)
        .await?;
    shown(&asked, number).await
}

async fn delete(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "attribute")?;
    let wanted = filters(&mut asked).await?;
    let number = element(&asked, MispKind::Attribute, named).await?;
    let hard = asked.param("hard") == "1" || super::filters::on(&wanted, "hard");
    let deletion = if hard { Deletion::Hard } else { Deletion::Soft };
    asked
        .node()
        .misp_element_delete(asked.caller(), MispKind::Attribute, number, deletion)
        .await?;
    answer::done("Attribute deleted.")
}

async fn restore(asked: Asked) -> Result<Response, Fault> {
    let number = element(&asked, MispKind::Attribute, id(&asked, "attribute")?).await?;
    asked
        .node()
        .misp_element_restore(asked.caller(), MispKind::Attribute, number)
        .await?;
    shown(&asked, number).await
}

async fn add_tag(asked: Asked) -> Result<Response, Fault> {
    set_tag(asked, true).await
}

async fn remove_tag(asked: Asked) -> Result<Response, Fault> {
    set_tag(asked, false).await
}

async fn set_tag(asked: Asked, on: bool) -> Result<Response, Fault> {
    let number = element(&asked, MispKind::Attribute, id(&asked, "attribute")?).await?;
    let tag = super::tags::named(&asked, part(&asked, "tag")).await?;
    let kind = MispKind::Attribute;
    asked
        .node()
        .misp_tag_set(asked.caller(), kind, number, (&tag.name, &tag.colour), on)
        .await?;
    answer::done(if on { "Tag added." } else { "Tag removed." })
}
