//! Objects and their references: `/objects/…`, `/objectReferences/…`.

use axum::response::Response;
use node::misp::{Deletion, EventShape};
use serde_json::{Value, json};
use store::MispKind;

use super::ask::{fields, filters, id, text};
use super::attributes::element;
use super::events::{number_of, viewer};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/objects/view/{element}", view);
    routes.post("/objects/add/{event}", Needs::Contributor, add);
    routes.post("/objects/add/{event}/{template}", Needs::Contributor, add);
    routes.post("/objects/edit/{element}", Needs::Contributor, edit);
    routes.post("/objects/delete/{element}", Needs::Contributor, delete);
    routes.put(
        http::Method::DELETE,
        "/objects/delete/{element}",
        Needs::Contributor,
        delete,
    );
    routes.post("/objects/delete/{element}/{hard}", Needs::Analyst, delete);
    routes.post("/objectReferences/add", Needs::Contributor, add_reference);
    routes.post(
        "/objectReferences/delete/{element}",
        Needs::Contributor,
        delete_reference,
    );
    routes.post(
        "/objectReferences/delete/{element}/{hard}",
        Needs::Contributor,
        delete_reference,
    );
    routes.get("/objectReferences/view/{element}", view_reference);
}

async fn shown(asked: &Asked, number: i64) -> Result<Response, Fault> {
    let viewer = viewer(asked).await?;
    let found = asked.node().misp_element_of(&viewer, MispKind::Object, number).await?;
    let found = found.ok_or_else(Fault::not_found)?;
    asked.node().misp_give_rows(asked.caller(), &found).await?;
    let (Some(row), shape) = (
        found.rows.first(),
        EventShape {
            deleted: true,
            ..EventShape::default()
        },
    ) else {
        return Err(Fault::not_found());
    };
    let event = found.events.get(row.event).ok_or_else(Fault::not_found)?;
    let object = asked.node().misp_object_json(&viewer, row, event, &shape).await?;
    let mut object = object.ok_or_else(Fault::not_found)?;
    object.insert("Event".to_owned(), event.short());
    answer::json_of(&json!({ "Object": object }))
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    viewer(&asked).await?;
    let number = element(&asked, MispKind::Object, id(&asked, "element")?).await?;
    shown(&asked, number).await
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let mut object = fields(&mut asked, "Object").await?;
    if let Some(on) = super::ask::option(&asked, "breakOnDuplicate") {
        object.insert("breakOnDuplicate".to_owned(), json!(on));
    }
    let event = number_of(&asked, named).await?;
    let (_, number) = asked
        .node()
        .misp_element_add(asked.caller(), event, "Object", object)
        .await?;
    shown(&asked, number).await
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "element")?;
    let changes = fields(&mut asked, "Object").await?;
    let number = element(&asked, MispKind::Object, named).await?;
    asked
        .node()
        .misp_element_edit(asked.caller(), MispKind::Object, number, changes)
        .await?;
    shown(&asked, number).await
}

async fn delete(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "element")?;
    let wanted = filters(&mut asked).await?;
    let number = element(&asked, MispKind::Object, named).await?;
    let hard = asked.param("hard") == "1" || super::filters::on(&wanted, "hard");
    let deletion = if hard { Deletion::Hard } else { Deletion::Soft };
    asked
        .node()
        .misp_element_delete(asked.caller(), MispKind::Object, number, deletion)
        .await?;
    answer::done("Object deleted")
}

async fn add_reference(mut asked: Asked) -> Result<Response, Fault> {
    let reference = fields(&mut asked, "ObjectReference").await?;
    let object = text(&reference, "object_uuid")
        .or_else(|| text(&reference, "object_id"))
        .unwrap_or_default();
    let named = super::ask::Named::parse(&object).ok_or_else(Fault::not_found)?;
    let number = element(&asked, MispKind::Object, named).await?;
    let made = asked
        .node()
        .misp_reference_add(asked.caller(), number, reference)
        .await?;
    shown_reference(&asked, made).await
}

async fn shown_reference(asked: &Asked, number: i64) -> Result<Response, Fault> {
    let viewer = viewer(asked).await?;
    let shown = asked.node().misp_said_of(&viewer, MispKind::Reference, number).await?;
    let Some((_, Value::Object(reference))) = shown else {
        return Err(Fault::not_found());
    };
    answer::json_of(&json!({ "ObjectReference": reference }))
}

async fn view_reference(asked: Asked) -> Result<Response, Fault> {
    viewer(&asked).await?;
    let number = element(&asked, MispKind::Reference, id(&asked, "element")?).await?;
    shown_reference(&asked, number).await
}

async fn delete_reference(asked: Asked) -> Result<Response, Fault> {
    let number = element(&asked, MispKind::Reference, id(&asked, "element")?).await?;
    asked
        .node()
        .misp_said_delete(asked.caller(), MispKind::Reference, number)
        .await?;
    answer::done("ObjectReference deleted")
}
