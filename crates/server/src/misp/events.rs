//! Events: `/events/…`.

use axum::response::Response;
use node::misp::{EventInfo, EventShape, tag_json};
use policy::Viewer;
use serde_json::{Map, Value, json};

use super::ask::{Named, fields, id, number, part, text, truth};
use super::{Routes, answer, filters};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// Heads of events that are held for one answer; more are written piece by piece.
const PIECE: usize = 1_000;
/// Events that are held to be sorted.
const SORTED: usize = 50_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/events", index);
    routes.ask("/events/index", index);
    routes.ask("/events/view/{event}", view);
    routes.ask("/events/view/{event}/{option}", view);
    routes.post("/events/add", Needs::Contributor, add);
    routes.post("/events/add/metadata:1", Needs::Contributor, add);
    routes.post("/events/edit/{event}", Needs::Contributor, edit);
    routes.post("/events/edit/{event}/{metadata}", Needs::Contributor, edit);
    routes.put(http::Method::PUT, "/events/edit/{event}", Needs::Contributor, edit);
    routes.post("/events/delete/{event}", Needs::Analyst, delete);
    routes.put(http::Method::DELETE, "/events/delete/{event}", Needs::Analyst, delete);
    routes.put(http::Method::DELETE, "/events/{event}", Needs::Analyst, delete);
    routes.post("/events/publish/{event}", Needs::Contributor, publish);
    routes.post("/events/alert/{event}", Needs::Contributor, publish);
    routes.post("/events/unpublish/{event}", Needs::Contributor, unpublish);
    routes.post("/events/addTag/{event}/{tag}", Needs::Contributor, add_tag);
    routes.post("/events/removeTag/{event}/{tag}", Needs::Contributor, remove_tag);
    routes.post("/events/filterEventIdsForPush", Needs::Reader, for_push);
    routes.post("/events/freeTextImport/{event}", Needs::Contributor, free_text);
    routes.post("/events/freeTextImport/{event}/{option}", Needs::Contributor, free_text);
    routes.put(
        http::Method::GET,
        "/events/queryACL/{question}",
        Needs::Operator,
        access,
    );
}

/// The viewer of a request, with all that was contributed until now in sight.
pub(super) async fn viewer(asked: &Asked) -> Result<Viewer, Fault> {
    asked.node().misp_follow().await?;
    Ok(asked.node().misp_viewer(asked.caller()).await?)
}

/// The number of an event that a client names and sees; one that it does not see is no other than one that is not there.
pub(super) async fn number_of(asked: &Asked, named: Named) -> Result<i64, Fault> {
    let viewer = viewer(asked).await?;
    let number = match named {
        Named::Number(number) => number,
        Named::Uuid(uuid) => {
            let found = asked.node().store().misp_event_by_uuid(uuid).await?;
            found.map(|event| event.id).ok_or_else(Fault::not_found)?
        }
    };
    match asked.node().misp_event(&viewer, number).await? {
        Some(_) => Ok(number),
        None => Err(Fault::not_found()),
    }
}

/// The event that a part of the path names, as the caller sees it.
pub(super) async fn event(asked: &Asked, viewer: &Viewer, named: Named) -> Result<EventInfo, Fault> {
    let number = number_of(asked, named).await?;
    let found = asked.node().misp_event(viewer, number).await?;
    found.ok_or_else(Fault::not_found)
}

async fn view(mut asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let event = event(&asked, &viewer, id(&asked, "event")?).await?;
    if asked.is_head() {
        return answer::text("", "application/json");
    }
    let wanted = super::ask::filters(&mut asked).await?;
    let shape = EventShape {
        deleted: wanted
            .get("deleted")
            .is_some_and(|value| !matches!(value, Value::String(text) if text == "0")),
        correlations: truth(&wanted, "includeEventCorrelations") != Some(false),
        without_attachments: truth(&wanted, "includeAttachments") == Some(false),
        extended: filters::on(&wanted, "extended"),
        without_sightings: super::ask::option(&asked, "noSightings") == Some(true)
            || filters::on(&wanted, "noSightings"),
        ..EventShape::default()
    };
    written(asked, viewer, event, shape)
}

/// An event piece by piece as it is read.
pub(super) fn written(asked: Asked, viewer: Viewer, event: EventInfo, shape: EventShape) -> Result<Response, Fault> {
    answer::pieces(asked, move |node, caller, pieces| async move {
        node.misp_give(&caller, std::slice::from_ref(&event)).await?;
        node.misp_write_event(&viewer, &event, &shape, &pieces).await
    })
}

/// Whether a client asks for no more than the head in answer to a change: it stands at the end of the path.
fn head_only(asked: &Asked) -> EventShape {
    EventShape {
        head_only: asked.uri.path().trim_end_matches('/').ends_with("metadata:1"),
        ..EventShape::default()
    }
}

/// An event after something was changed, for its author.
pub(super) async fn shown_as(asked: Asked, number: i64, shape: EventShape) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let event = event(&asked, &viewer, Named::Number(number)).await?;
    written(asked, viewer, event, shape)
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let shape = head_only(&asked);
    let body = super::ask::body(&mut asked).await?;
    let number = asked.node().misp_event_add(asked.caller(), body).await?;
    shown_as(asked, number, shape).await
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let shape = head_only(&asked);
    let changes = fields(&mut asked, "Event").await?;
    let number = number_of(&asked, named).await?;
    asked.node().misp_event_edit(asked.caller(), number, changes).await?;
    shown_as(asked, number, shape).await
}

async fn delete(asked: Asked) -> Result<Response, Fault> {
    let number = number_of(&asked, id(&asked, "event")?).await?;
    asked.node().misp_event_delete(asked.caller(), number).await?;
    answer::done("Event deleted.")
}

async fn publish(asked: Asked) -> Result<Response, Fault> {
    let number = number_of(&asked, id(&asked, "event")?).await?;
    asked.node().misp_event_publish(asked.caller(), number, true).await?;
    answer::json_of(&json!({
        "saved": true, "success": true, "name": "Job queued", "message": "Job queued", "url": "/events/alert",
        "id": number.to_string(),
    }))
}

async fn unpublish(asked: Asked) -> Result<Response, Fault> {
    let number = number_of(&asked, id(&asked, "event")?).await?;
    asked.node().misp_event_publish(asked.caller(), number, false).await?;
    answer::done("Event unpublished.")
}

async fn add_tag(asked: Asked) -> Result<Response, Fault> {
    set_tag(asked, true).await
}

async fn remove_tag(asked: Asked) -> Result<Response, Fault> {
    set_tag(asked, false).await
}

async fn set_tag(asked: Asked, on: bool) -> Result<Response, Fault> {
    let number = number_of(&asked, id(&asked, "event")?).await?;
    let tag = super::tags::named(&asked, part(&asked, "tag")).await?;
    let kind = store::MispKind::Event;
    asked
        .node()
        .misp_tag_set(asked.caller(), kind, number, (&tag.name, &tag.colour), on)
        .await?;
    answer::done(if on { "Tag added." } else { "Tag removed." })
}

/// The list of events: heads with tags, or, where `minimal` is asked, what another server compares.
async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = super::ask::filters(&mut asked).await?;
    let viewer = viewer(&asked).await?;
    let filter = filters::events(&asked, &viewer, &wanted).await?;
    let (limit, page) = filters::page(&wanted, usize::MAX)?;
    let minimal = truth(&wanted, "minimal") == Some(true);
    if let Some(order) = Order::of(&wanted)? {
        let mut found = all(&asked, &viewer, &filter).await?;
        order.sort(&mut found);
        let skip = limit.saturating_mul(page - 1);
        let most = if limit == 0 { usize::MAX } else { limit };
        let found: Vec<EventInfo> = found.into_iter().skip(skip).take(most).collect();
        asked.node().misp_give_heads(asked.caller(), &found).await?;
        let list = heads(asked.node(), &viewer, &found, minimal).await?;
        return answer::json_of(&Value::Array(list));
    }
    if (limit > 0 && limit <= PIECE) || filter.finds_events_by_attributes() {
        let found = asked.node().misp_find_events(&viewer, &filter, limit, page).await?;
        asked.node().misp_give_heads(asked.caller(), &found).await?;
        let list = heads(asked.node(), &viewer, &found, minimal).await?;
        return answer::json_of(&Value::Array(list));
    }
    // Piece by piece, so that a list of any length is held by nobody: pages of the same length tile a larger one.
    let most = if limit == 0 { usize::MAX } else { limit };
    let skip = most.saturating_mul(page - 1);
    answer::pieces(asked, move |node, caller, pieces| async move {
        let (mut at, mut passed, mut given) = (skip / PIECE + 1, skip - skip % PIECE, 0);
        let mut text = "[".to_owned();
        loop {
            let mut found = node.misp_find_events(&viewer, &filter, PIECE, at).await?;
            let whole = found.len() < PIECE;
            let before = skip.saturating_sub(passed).min(found.len());
            passed += found.len();
            found.drain(..before);
            found.truncate(most - given);
            node.misp_give_heads(&caller, &found).await?;
            for head in heads(&node, &viewer, &found, minimal).await? {
                if given > 0 {
                    text.push(',');
                }
                given += 1;
                text.push_str(&head.to_string());
            }
            if pieces.send(std::mem::take(&mut text)).await.is_err() || whole || given >= most {
                break;
            }
            at += 1;
        }
        let _ = pieces.send("]".to_owned()).await;
        Ok(())
    })
}

/// The order of a list that is not that of the numbers.
struct Order {
    by: String,
    descending: bool,
}

impl Order {
    fn of(wanted: &Map<String, Value>) -> Result<Option<Self>, Fault> {
        const KNOWN: [&str; 11] = [
            "id",
            "uuid",
            "info",
            "date",
            "timestamp",
            "publish_timestamp",
            "published",
            "threat_level_id",
            "analysis",
            "distribution",
            "orgc",
        ];
        let Some(by) = text(wanted, "sort").filter(|by| !by.is_empty()) else {
            return Ok(None);
        };
        let by = match by.trim_start_matches("Event.").to_ascii_lowercase().as_str() {
            "orgc.name" | "orgc_id" | "owner_org" => "orgc".to_owned(),
            by => by.to_owned(),
        };
        if !KNOWN.contains(&by.as_str()) {
            let message = format!("events are sorted by one of {}", KNOWN.join(", "));
            return Err(bad("bad-order", message));
        }
        let descending = truth(wanted, "desc") == Some(true) || text(wanted, "direction").as_deref() == Some("desc");
        Ok((by != "id" || descending).then_some(Self { by, descending }))
    }

    fn sort(&self, events: &mut [EventInfo]) {
        let number = |event: &EventInfo| match self.by.as_str() {
            "id" => event.row.id,
            "timestamp" => event.timestamp(),
            "publish_timestamp" => event.record.publish_timestamp,
            "published" => i64::from(event.record.published),
            "threat_level_id" => event.level("threat_level_id", 4),
            "analysis" => event.level("analysis", 0),
            "distribution" => event.distribution.level.into(),
            _ => 0,
        };
        let words = |event: &EventInfo| match self.by.as_str() {
            "uuid" => event.record.uuid.to_string(),
            "info" => event.row.value.to_lowercase(),
            "date" => event.date().to_owned(),
            "orgc" => event.creator.name.to_lowercase(),
            _ => String::new(),
        };
        events.sort_by_cached_key(|event| (number(event), words(event)));
        if self.descending {
            events.reverse();
        }
    }
}

/// All events that a filter lets through, as far as they can be held to be sorted.
async fn all(asked: &Asked, viewer: &Viewer, filter: &node::misp::Filter) -> Result<Vec<EventInfo>, Fault> {
    let mut found: Vec<EventInfo> = Vec::new();
    loop {
        let page = found.len() / PIECE + 1;
        let some = asked.node().misp_find_events(viewer, filter, PIECE, page).await?;
        let whole = some.len() < PIECE;
        found.extend(some);
        if found.len() > SORTED {
            let message =
                format!("more than {SORTED} events are not sorted: ask for fewer, or in the order of their numbers");
            return Err(bad("too-many", message));
        }
        if whole {
            return Ok(found);
        }
    }
}

/// What MISP's own tests ask: functions of which nobody said who may use them. Every route here says so, or does not compile.
async fn access(asked: Asked) -> Result<Response, Fault> {
    policy::decide(&asked.caller().principal, policy::Action::Administer)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "no such page")))?;
    match part(&asked, "question") {
        "findMissingFunctionNames" => answer::json_of(&json!([])),
        _ => Err(Fault::not_found()),
    }
}

/// Heads of events as a list shows them, or, where `minimal` is asked, what another server compares.
async fn heads(
    node: &node::Node,
    viewer: &Viewer,
    found: &[EventInfo],
    minimal: bool,
) -> Result<Vec<Value>, node::Error> {
    let mut list = Vec::with_capacity(found.len());
    for event in found {
        if minimal {
            list.push(json!({
                "id": event.row.id.to_string(), "timestamp": event.timestamp().to_string(),
                "sighting_timestamp": "0", "published": event.record.published,
                "uuid": event.record.uuid.to_string(), "orgc_uuid": event.creator.uuid.to_string(),
            }));
            continue;
        }
        let mut head = event.head();
        let count = node.misp_count(viewer, event).await?;
        head.insert("attribute_count".to_owned(), json!(count.to_string()));
        let tags: Vec<Value> = event
            .tags
            .iter()
            .filter(|tag| tag.exportable)
            .map(|tag| {
                json!({ "id": tag.id.to_string(), "event_id": event.row.id.to_string(),
                "tag_id": tag.id.to_string(), "local": false, "relationship_type": "", "Tag": tag_json(tag) })
            })
            .collect();
        head.insert("EventTag".to_owned(), Value::Array(tags));
        head.insert("GalaxyCluster".to_owned(), json!([]));
        list.push(Value::Object(head));
    }
    Ok(list)
}

/// Finds values in a text, as people paste it; adds them as attributes, or only says what they would be. What warninglists
/// know is added for reference only (`adhereToWarninglists` is `soft`), or found and not added (it is on).
async fn free_text(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let wish = fields(&mut asked, "Attribute").await?;
    let number = number_of(&asked, named).await?;
    asked.node().misp_may_change(asked.caller(), number).await?;
    let found = asked.node().misp_free_text(&text(&wish, "value").unwrap_or_default());
    let distribution = text(&wish, "distribution").filter(|level| !level.is_empty());
    let only_shown = truth(&wish, "returnMetaAttributes") == Some(true);
    let softly = text(&wish, "adhereToWarninglists").as_deref() == Some("soft");
    let strictly = truth(&wish, "adhereToWarninglists") == Some(true);
    let mut list = Vec::with_capacity(found.len());
    for (element_type, value) in found {
        let harmless = (softly || strictly) && asked.node().misp_is_known_harmless(&value);
        let (category, to_ids) = ::formats::misp::default_category(element_type).unwrap_or(("Other", false));
        let mut attribute = Map::new();
        attribute.insert("type".to_owned(), json!(element_type));
        attribute.insert("category".to_owned(), json!(category));
        attribute.insert("to_ids".to_owned(), json!(to_ids && !harmless));
        attribute.insert("value".to_owned(), json!(value));
        if let Some(level) = &distribution {
            attribute.insert("distribution".to_owned(), json!(level));
        }
        let mut shown = Value::Object(attribute.clone());
        if only_shown {
            shown["types"] = json!({ element_type: element_type });
            shown["default_type"] = json!(element_type);
            shown["original_value"] = json!(value);
            list.push(shown);
            continue;
        }
        if harmless && strictly {
            list.push(shown);
            continue;
        }
        let added = asked
            .node()
            .misp_element_add(asked.caller(), number, "Attribute", attribute)
            .await;
        match added {
            Ok((_, made)) => {
                shown["id"] = json!(made.to_string());
                shown["event_id"] = json!(number.to_string());
                list.push(shown);
            }
            // What is there already is no fault of the text.
            Err(node::Error::Input(problem)) if problem.code == "attribute-twice" => list.push(shown),
            Err(node::Error::Input(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    answer::json_of(&Value::Array(list))
}

/// Which of the events that another server would push are newer there, or not here at all.
async fn for_push(mut asked: Asked) -> Result<Response, Fault> {
    let body = asked.take_body().await?;
    let offered: Vec<Value> = serde_json::from_slice(&body)
        .map_err(|error| bad("bad-json", format!("a list of events was expected: {error}")))?;
    let viewer = viewer(&asked).await?;
    let mut wanted = Vec::new();
    for one in offered {
        let one: Map<String, Value> = match one {
            Value::Object(mut fields) => match fields.remove("Event") {
                Some(Value::Object(inner)) => inner,
                _ => fields,
            },
            _ => continue,
        };
        let Some(uuid) = text(&one, "uuid").and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok()) else {
            continue;
        };
        let changed = number(&one, "timestamp").unwrap_or(0);
        let known = match asked.node().store().misp_event_by_uuid(uuid).await? {
            Some(known) => asked.node().misp_event(&viewer, known.id).await?,
            None => None,
        };
        if known.is_none_or(|known| known.timestamp() < changed) {
            wanted.push(Value::String(uuid.to_string()));
        }
    }
    answer::json_of(&Value::Array(wanted))
}
