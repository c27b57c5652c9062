//! What is said of events: sightings, proposals, reports, what analysts note.

use axum::response::Response;
use node::misp::{Deletion, EventInfo, SightingWish, kind_named, type_name};
use policy::Viewer;
use serde_json::{Map, Value, json};
use store::{MispKind, MispRow, MispSource};

use super::ask::{Named, fields, filters, id, number, part, text};
use super::attributes::element;
use super::events::{number_of, viewer};
use super::filters::list;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// What analysts say, also of what analysts say.
const NESTED: [MispKind; 3] = [MispKind::Note, MispKind::Opinion, MispKind::Relationship];
/// Of what is said, in one answer.
const MOST: usize = 20_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.post("/sightings/add", Needs::Contributor, add);
    routes.post("/sightings/add/{attribute}", Needs::Contributor, add);
    routes.post("/sightings/delete/{said}", Needs::Contributor, delete);
    routes.ask("/sightings", index);
    routes.ask("/sightings/index", index);
    routes.ask("/sightings/index/{event}", index);
    routes.ask("/sightings/listSightings", list_of);
    routes.ask("/sightings/listSightings/{about}/{context}", list_of);
    routes.ask("/sightings/restSearch", search);
    routes.ask("/sightings/restSearch/{context}", search);
    routes.post("/sightings/bulkSaveSightings/{event}", Needs::Contributor, bulk);
    routes.post("/sightings/filterSightingUuidsForPush/{event}", Needs::Reader, for_push);
    routes.get("/shadowAttributes", proposals);
    routes.get("/shadowAttributes/index", proposals);
    routes.ask("/shadow_attributes/index", proposals);
    routes.ask("/shadow_attributes/index/{event}", proposals);
    routes.get("/shadowAttributes/index/{event}", proposals);
    routes.get("/shadowAttributes/view/{said}", proposal);
    routes.post("/shadowAttributes/add/{event}", Needs::Contributor, propose);
    routes.post("/shadowAttributes/edit/{attribute}", Needs::Contributor, propose_change);
    routes.post(
        "/shadowAttributes/delete/{attribute}",
        Needs::Contributor,
        propose_deletion,
    );
    routes.post("/shadowAttributes/accept/{said}", Needs::Contributor, accept);
    routes.post("/shadowAttributes/discard/{said}", Needs::Contributor, discard);
    routes.get("/eventReports/view/{said}", report);
    routes.get("/eventReports/index", reports);
    routes.get("/eventReports/index/{filter}", reports);
    routes.post("/eventReports/add/{event}", Needs::Contributor, report_add);
    routes.post("/eventReports/edit/{said}", Needs::Contributor, report_edit);
    routes.post("/eventReports/delete/{said}", Needs::Contributor, report_delete);
    routes.post("/eventReports/delete/{said}/{hard}", Needs::Analyst, report_delete);
    for path in ["/analyst_data", "/analystData"] {
        routes.get(&format!("{path}/view/{{kind}}/{{said}}"), note);
        routes.ask(&format!("{path}/index/{{kind}}"), notes);
        routes.post(
            &format!("{path}/add/{{kind}}/{{about}}/{{about_type}}"),
            Needs::Contributor,
            note_add,
        );
        routes.post(&format!("{path}/edit/{{kind}}/{{said}}"), Needs::Contributor, note_edit);
        routes.post(
            &format!("{path}/delete/{{kind}}/{{said}}"),
            Needs::Contributor,
            note_delete,
        );
        routes.post(&format!("{path}/indexMinimal"), Needs::Reader, notes_minimal);
    }
}

/// The number of something that is said, as a client names it.
async fn said(asked: &Asked, kind: MispKind) -> Result<i64, Fault> {
    viewer(asked).await?;
    element(asked, kind, id(asked, "said")?).await
}

async fn shown(asked: &Asked, kind: MispKind, number: i64, wrapper: &str) -> Result<Response, Fault> {
    let viewer = viewer(asked).await?;
    let Some((event, said)) = asked.node().misp_said_of(&viewer, kind, number).await? else {
        return Err(Fault::not_found());
    };
    if let Some(row) = asked.node().store().misp_row(&viewer, kind, number).await? {
        asked.node().misp_give_said(asked.caller(), &[row]).await?;
    }
    let mut answer_of = Map::new();
    answer_of.insert(wrapper.to_owned(), said);
    if kind == MispKind::Report {
        answer_of.insert("Event".to_owned(), event.short());
    }
    if matches!(kind, MispKind::Note | MispKind::Opinion | MispKind::Relationship) {
        for inner in NESTED {
            let about = MispSource::Parent(number);
            let found = given(asked, &viewer, inner, &about).await?;
            let said: Vec<Value> = found.into_iter().map(|(_, _, said)| said).collect();
            if !said.is_empty() {
                answer_of[wrapper][type_name(inner)] = Value::Array(said);
            }
        }
    }
    answer::json_of(&Value::Object(answer_of))
}

/// What of a kind is said, recorded as handed out.
async fn given(
    asked: &Asked,
    viewer: &Viewer,
    kind: MispKind,
    source: &MispSource,
) -> Result<Vec<(MispRow, EventInfo, Value)>, Fault> {
    let found = asked.node().misp_said_list(viewer, kind, source, MOST).await?;
    let rows: Vec<MispRow> = found.iter().map(|(row, ..)| row.clone()).collect();
    asked.node().misp_give_said(asked.caller(), &rows).await?;
    Ok(found)
}

// Sightings.

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let in_path = part(&asked, "attribute").to_owned();
    let wish = fields(&mut asked, "Sighting").await?;
    let viewer = viewer(&asked).await?;
    let kind = match text(&wish, "type").as_deref() {
        None | Some("" | "0") => 0,
        Some("1") => 1,
        Some("2") => 2,
        Some(_) => return Err(bad("bad-type", "a sighting is of type 0, 1 or 2")),
    };
    let at = number(&wish, "timestamp").or_else(|| number(&wish, "date_sighting"));
    let uuid = text(&wish, "uuid").and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok());
    let sighting = SightingWish {
        kind,
        source: text(&wish, "source").unwrap_or_default(),
        at,
        uuid,
    };
    let named = if in_path.is_empty() {
        text(&wish, "id").unwrap_or_default()
    } else {
        in_path
    };
    let mut attributes = Vec::new();
    let mut sighting_of = sighting.clone();
    match Named::parse(&named) {
        Some(named) => attributes.push(element(&asked, MispKind::Attribute, named).await?),
        None => {
            // A UUID alone names the attribute, not the sighting.
            if let (Some(uuid), true) = (uuid, !wish.contains_key("value") && !wish.contains_key("values")) {
                attributes.push(element(&asked, MispKind::Attribute, Named::Uuid(uuid)).await?);
                sighting_of.uuid = None;
            }
            for value in list(&wish, "values").into_iter().chain(list(&wish, "value")) {
                attributes.extend(asked.node().misp_attributes_of_value(&viewer, &value).await?);
            }
        }
    }
    attributes.sort_unstable();
    attributes.dedup();
    if attributes.is_empty() {
        return Err(bad(
            "nothing-sighted",
            "no attribute was found that this could be a sighting of",
        ));
    }
    if attributes.len() > 1 {
        sighting_of.uuid = None;
    }
    let mut made = Vec::with_capacity(attributes.len());
    for attribute in &attributes {
        made.push(
            asked
                .node()
                .misp_sighting_add(asked.caller(), *attribute, &sighting_of)
                .await?,
        );
    }
    match made.as_slice() {
        [one] => shown(&asked, MispKind::Sighting, *one, "Sighting").await,
        several => answer::done(&format!("{} sightings successfully added.", several.len())),
    }
}

async fn delete(asked: Asked) -> Result<Response, Fault> {
    let number = said(&asked, MispKind::Sighting).await?;
    asked
        .node()
        .misp_said_delete(asked.caller(), MispKind::Sighting, number)
        .await?;
    answer::done("Sighting successfully deleted.")
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let source = match asked.param("event") {
        "" => MispSource::All,
        _ => MispSource::Event(number_of(&asked, id(&asked, "event")?).await?),
    };
    let found = given(&asked, &viewer, MispKind::Sighting, &source).await?;
    answer::json_of(&found.into_iter().map(|(_, _, said)| said).collect())
}

async fn list_of(mut asked: Asked) -> Result<Response, Fault> {
    let mut wanted = filters(&mut asked).await?;
    if !asked.param("about").is_empty() {
        wanted.insert("id".to_owned(), json!(part(&asked, "about")));
        wanted.insert("context".to_owned(), json!(part(&asked, "context")));
    }
    let viewer = viewer(&asked).await?;
    let named = text(&wanted, "id")
        .and_then(|named| Named::parse(&named))
        .ok_or_else(Fault::not_found)?;
    let source = match text(&wanted, "context").as_deref() {
        Some("event") => MispSource::Event(number_of(&asked, named).await?),
        _ => MispSource::Parent(element(&asked, MispKind::Attribute, named).await?),
    };
    let org = text(&wanted, "org_id");
    let found = given(&asked, &viewer, MispKind::Sighting, &source).await?;
    let found = found.into_iter().map(|(_, _, said)| said);
    let wanted = found.filter(|said| org.as_deref().is_none_or(|org| is_by(said, org)));
    answer::json_of(&wanted.collect())
}

async fn search(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let context = match part(&asked, "context") {
        "" => text(&wanted, "context").unwrap_or_default(),
        context => context.to_owned(),
    };
    let viewer = viewer(&asked).await?;
    let named = text(&wanted, "id").and_then(|named| Named::parse(&named));
    let source = match (context.as_str(), named) {
        ("event", Some(named)) => MispSource::Event(number_of(&asked, named).await?),
        ("attribute", Some(named)) => MispSource::Parent(element(&asked, MispKind::Attribute, named).await?),
        _ => MispSource::All,
    };
    let uuids = list(&wanted, "uuid");
    let source = match (uuids.len(), context.as_str()) {
        (1, "event") => {
            MispSource::Event(number_of(&asked, Named::parse(&uuids[0]).ok_or_else(Fault::not_found)?).await?)
        }
        _ => source,
    };
    let span = super::filters::times(&asked, &wanted)?;
    let (kind, origin, org) = (text(&wanted, "type"), text(&wanted, "source"), text(&wanted, "org_id"));
    let with_event = super::filters::on(&wanted, "includeEvent") || super::filters::on(&wanted, "include_event_meta");
    let with_attribute =
        super::filters::on(&wanted, "includeAttribute") || super::filters::on(&wanted, "include_attribute");
    let found = given(&asked, &viewer, MispKind::Sighting, &source).await?;
    let mut list = Vec::new();
    for (row, event, mut said) in found {
        let at = said
            .get("date_sighting")
            .and_then(Value::as_str)
            .and_then(|at| at.parse().ok())
            .unwrap_or(0);
        let same = |key: &str, wanted: &Option<String>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| said.get(key).and_then(Value::as_str) == Some(wanted))
        };
        let in_time = span.0.is_none_or(|from| at >= from) && span.1.is_none_or(|to| at <= to);
        let by = org.as_deref().is_none_or(|org| is_by(&said, org));
        if !in_time || !same("type", &kind) || !same("source", &origin) || !by {
            continue;
        }
        if with_event {
            said["Event"] = event.short();
        }
        if with_attribute
            && let Some(found) = asked
                .node()
                .misp_element_of(&viewer, MispKind::Attribute, row.parent)
                .await?
        {
            let shown = asked
                .node()
                .misp_attributes_json(&viewer, &found, &Default::default())
                .await?;
            said["Attribute"] = shown.into_iter().next().map_or(Value::Null, Value::Object);
        }
        list.push(json!({ "Sighting": said }));
    }
    answer::json_of(&json!({ "response": list }))
}

/// Whether a sighting is of an organisation, named by number or UUID.
fn is_by(said: &Value, org: &str) -> bool {
    let of = |pointer: &str| said.pointer(pointer).and_then(Value::as_str);
    of("/org_id") == Some(org) || of("/Organisation/uuid").is_some_and(|uuid| uuid.eq_ignore_ascii_case(org))
}

/// Sightings of an event that another server brings.
async fn bulk(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let body = asked.take_body().await?;
    let list: Vec<Value> = serde_json::from_slice(&body)
        .map_err(|error| bad("bad-json", format!("a list of sightings was expected: {error}")))?;
    viewer(&asked).await?;
    number_of(&asked, named).await?;
    let mut saved = 0;
    for one in list {
        let one = match one {
            Value::Object(mut fields) => match fields.remove("Sighting") {
                Some(Value::Object(inner)) => inner,
                _ => fields,
            },
            _ => continue,
        };
        let attribute = text(&one, "attribute_uuid").and_then(|uuid| Named::parse(&uuid));
        let Some(attribute) = attribute else { continue };
        let Ok(attribute) = element(&asked, MispKind::Attribute, attribute).await else {
            continue;
        };
        let uuid = text(&one, "uuid").and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok());
        if let Some(uuid) = uuid
            && asked
                .node()
                .store()
                .misp_element(MispKind::Sighting, uuid)
                .await?
                .is_some()
        {
            continue;
        }
        let wish = SightingWish {
            kind: number(&one, "type")
                .and_then(|kind| u8::try_from(kind).ok())
                .filter(|kind| *kind < 3)
                .unwrap_or(0),
            source: text(&one, "source").unwrap_or_default(),
            at: number(&one, "date_sighting"),
            uuid,
        };
        asked.node().misp_sighting_add(asked.caller(), attribute, &wish).await?;
        saved += 1;
    }
    answer::done(&format!("{saved} sightings saved."))
}

/// Which of the sightings that another server would bring are not here.
async fn for_push(mut asked: Asked) -> Result<Response, Fault> {
    let body = asked.take_body().await?;
    let list: Vec<String> = serde_json::from_slice(&body)
        .map_err(|error| bad("bad-json", format!("a list of UUIDs was expected: {error}")))?;
    let viewer = viewer(&asked).await?;
    let mut unknown = Vec::new();
    for uuid in list {
        let Ok(parsed) = uuid::Uuid::try_parse(&uuid) else {
            continue;
        };
        let known = match asked.node().store().misp_element(MispKind::Sighting, parsed).await? {
            Some(number) => asked
                .node()
                .misp_said_of(&viewer, MispKind::Sighting, number)
                .await?
                .is_some(),
            None => false,
        };
        if !known {
            unknown.push(json!(uuid));
        }
    }
    answer::json_of(&Value::Array(unknown))
}

// Proposals.

async fn proposals(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let source = match asked.param("event") {
        "" => MispSource::All,
        _ => MispSource::Event(number_of(&asked, id(&asked, "event")?).await?),
    };
    let found = given(&asked, &viewer, MispKind::Proposal, &source).await?;
    answer::json_of(
        &found
            .into_iter()
            .map(|(_, _, said)| json!({ "ShadowAttribute": said }))
            .collect(),
    )
}

async fn proposal(asked: Asked) -> Result<Response, Fault> {
    let number = said(&asked, MispKind::Proposal).await?;
    shown(&asked, MispKind::Proposal, number, "ShadowAttribute").await
}

async fn propose(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let wish = fields(&mut asked, "ShadowAttribute").await?;
    viewer(&asked).await?;
    let event = number_of(&asked, named).await?;
    let number = asked
        .node()
        .misp_proposal_add(asked.caller(), event, None, wish)
        .await?;
    shown(&asked, MispKind::Proposal, number, "ShadowAttribute").await
}

async fn propose_about(asked: Asked, wish: Map<String, Value>) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let attribute = element(&asked, MispKind::Attribute, id(&asked, "attribute")?).await?;
    let found = asked
        .node()
        .misp_element_of(&viewer, MispKind::Attribute, attribute)
        .await?;
    let event = found
        .and_then(|found| found.rows.first().map(|row| row.event))
        .ok_or_else(Fault::not_found)?;
    let number = asked
        .node()
        .misp_proposal_add(asked.caller(), event, Some(attribute), wish)
        .await?;
    shown(&asked, MispKind::Proposal, number, "ShadowAttribute").await
}

async fn propose_change(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "ShadowAttribute").await?;
    propose_about(asked, wish).await
}

async fn propose_deletion(asked: Asked) -> Result<Response, Fault> {
    let mut wish = Map::new();
    wish.insert("proposal_to_delete".to_owned(), json!(true));
    propose_about(asked, wish).await?;
    answer::done("The proposal to delete this attribute has been saved")
}

async fn accept(asked: Asked) -> Result<Response, Fault> {
    let number = said(&asked, MispKind::Proposal).await?;
    asked.node().misp_proposal_accept(asked.caller(), number).await?;
    answer::done("Proposed change accepted.")
}

async fn discard(asked: Asked) -> Result<Response, Fault> {
    let number = said(&asked, MispKind::Proposal).await?;
    asked.node().misp_proposal_discard(asked.caller(), number).await?;
    answer::done("Proposal discarded.")
}

// Reports.

async fn report(asked: Asked) -> Result<Response, Fault> {
    let number = said(&asked, MispKind::Report).await?;
    shown(&asked, MispKind::Report, number, "EventReport").await
}

async fn reports(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let source = match part(&asked, "filter").strip_prefix("event_id:").and_then(Named::parse) {
        Some(named) => MispSource::Event(number_of(&asked, named).await?),
        None => MispSource::All,
    };
    let found = given(&asked, &viewer, MispKind::Report, &source).await?;
    let shown = found
        .into_iter()
        .map(|(_, event, said)| json!({ "EventReport": said, "Event": event.short() }));
    answer::json_of(&shown.collect())
}

async fn report_add(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let wish = fields(&mut asked, "EventReport").await?;
    if text(&wish, "name").unwrap_or_default().trim().is_empty() {
        return Err(bad("no-name", "a report needs a name"));
    }
    let event = number_of(&asked, named).await?;
    let (_, number) = asked
        .node()
        .misp_element_add(asked.caller(), event, "EventReport", wish)
        .await?;
    shown(&asked, MispKind::Report, number, "EventReport").await
}

async fn report_edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "EventReport").await?;
    let number = said(&asked, MispKind::Report).await?;
    asked
        .node()
        .misp_element_edit(asked.caller(), MispKind::Report, number, wish)
        .await?;
    shown(&asked, MispKind::Report, number, "EventReport").await
}

async fn report_delete(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let number = said(&asked, MispKind::Report).await?;
    let hard = asked.param("hard") == "1" || super::filters::on(&wanted, "hard");
    let deletion = if hard { Deletion::Hard } else { Deletion::Soft };
    let uuid = asked.node().store().misp_uuid(MispKind::Report, number).await?;
    let uuid = uuid.unwrap_or_default();
    asked
        .node()
        .misp_element_delete(asked.caller(), MispKind::Report, number, deletion)
        .await?;
    let how = if hard { "hard" } else { "soft" };
    answer::done(&format!("Event Report {uuid} {how} deleted"))
}

// Analyst data.

fn kind(asked: &Asked) -> Result<MispKind, Fault> {
    let found = kind_named(part(asked, "kind"));
    found
        .filter(|kind| matches!(kind, MispKind::Note | MispKind::Opinion | MispKind::Relationship))
        .ok_or_else(Fault::not_found)
}

async fn note(asked: Asked) -> Result<Response, Fault> {
    let kind = kind(&asked)?;
    let number = said(&asked, kind).await?;
    shown(&asked, kind, number, type_name(kind)).await
}

async fn notes(asked: Asked) -> Result<Response, Fault> {
    let kind = kind(&asked)?;
    let viewer = viewer(&asked).await?;
    let found = given(&asked, &viewer, kind, &MispSource::All).await?;
    let shown = found.into_iter().map(|(_, _, said)| {
        let mut entry = Map::new();
        entry.insert(type_name(kind).to_owned(), said);
        Value::Object(entry)
    });
    answer::json_of(&shown.collect())
}

/// What another server compares: UUIDs with the time of their last change, by kind.
async fn notes_minimal(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let mut minimal = Map::new();
    for kind in [MispKind::Note, MispKind::Opinion, MispKind::Relationship] {
        let found = given(&asked, &viewer, kind, &MispSource::All).await?;
        let mut entries = Map::new();
        for (_, _, said) in found {
            let field = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            entries.insert(field("uuid"), json!(field("modified")));
        }
        if !entries.is_empty() {
            minimal.insert(type_name(kind).to_owned(), Value::Object(entries));
        }
    }
    answer::json_of(&Value::Object(minimal))
}

async fn note_add(mut asked: Asked) -> Result<Response, Fault> {
    let kind = kind(&asked)?;
    let about = uuid::Uuid::try_parse(part(&asked, "about")).map_err(|_| Fault::not_found())?;
    let about_kind = kind_named(part(&asked, "about_type")).ok_or_else(Fault::not_found)?;
    let mut wish = fields(&mut asked, type_name(kind)).await?;
    let inner = inner(&mut wish);
    viewer(&asked).await?;
    let number = asked
        .node()
        .misp_analyst_add(asked.caller(), kind, (about_kind, about), wish)
        .await?;
    say_of(&asked, (kind, number), inner).await?;
    shown(&asked, kind, number, type_name(kind)).await
}

async fn note_edit(mut asked: Asked) -> Result<Response, Fault> {
    let kind = kind(&asked)?;
    let mut wish = fields(&mut asked, type_name(kind)).await?;
    let inner = inner(&mut wish);
    let number = said(&asked, kind).await?;
    asked
        .node()
        .misp_analyst_edit(asked.caller(), kind, number, wish)
        .await?;
    say_of(&asked, (kind, number), inner).await?;
    shown(&asked, kind, number, type_name(kind)).await
}

async fn note_delete(asked: Asked) -> Result<Response, Fault> {
    let kind = kind(&asked)?;
    let number = said(&asked, kind).await?;
    asked.node().misp_said_delete(asked.caller(), kind, number).await?;
    answer::done(&format!("{} deleted.", type_name(kind)))
}

/// What a client sends inside of what an analyst says, which is about that.
fn inner(wish: &mut Map<String, Value>) -> Vec<(MispKind, Map<String, Value>)> {
    let mut inner = Vec::new();
    for kind in NESTED {
        if let Some(Value::Array(list)) = wish.remove(type_name(kind)) {
            let entries = list.into_iter().filter_map(|entry| entry.as_object().cloned());
            inner.extend(entries.map(|entry| (kind, entry)));
        }
    }
    inner
}

/// Says what is new of it; what is there already is changed by its own address.
async fn say_of(
    asked: &Asked,
    (about_kind, number): (MispKind, i64),
    inner: Vec<(MispKind, Map<String, Value>)>,
) -> Result<(), Fault> {
    let about = asked.node().store().misp_uuid(about_kind, number).await?;
    let about = about.unwrap_or_default();
    for (kind, mut wish) in inner {
        let uuid = text(&wish, "uuid").and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok());
        if let Some(uuid) = uuid
            && asked.node().store().misp_element(kind, uuid).await?.is_some()
        {
            continue;
        }
        for deeper in NESTED {
            wish.remove(type_name(deeper));
        }
        asked
            .node()
            .misp_analyst_add(asked.caller(), kind, (about_kind, about), wish)
            .await?;
    }
    Ok(())
}
