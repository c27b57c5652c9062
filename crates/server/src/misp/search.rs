//! `restSearch` of events, attributes and objects, in the formats that it answers in.

use axum::response::Response;
use node::misp::{EventShape, Filter, Shaped};
use policy::Viewer;
use serde_json::{Value, json};
use store::MispKind;

use super::ask::{self, text};
use super::events::viewer;
use super::filters::{self, on};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Attributes of one answer that is not written page by page.
const MOST: usize = 250_000;
/// Attributes that are held for one answer; more are written page by page.
const HELD: usize = 5_000;
/// Attributes of a piece of such an answer.
const PIECE: usize = 2_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/attributes/restSearch", attributes);
    routes.ask("/events/restSearch", events);
    routes.ask("/objects/restSearch", objects);
    routes.ask("/attributes/restSearch/{format}", attributes);
    routes.ask("/events/restSearch/{format}", events);
}

fn format(asked: &Asked, wanted: &serde_json::Map<String, Value>) -> String {
    let named = text(wanted, "returnFormat").filter(|format| !format.is_empty());
    match (named, asked.param("format")) {
        (Some(format), _) => format.to_ascii_lowercase(),
        (None, "") => "json".to_owned(),
        (None, format) => format.to_ascii_lowercase(),
    }
}

fn shaped(wanted: &serde_json::Map<String, Value>) -> Shaped {
    Shaped {
        event: true,
        event_tags: on(wanted, "includeEventTags") || on(wanted, "includeContext"),
        warnings: on(wanted, "includeWarninglistHits"),
        sightings: on(wanted, "includeSightings"),
        scores: on(wanted, "includeDecayScore") || on(wanted, "includeFullModel"),
        models: filters::levels(wanted, &["decayingModel"]),
        least_score: ask::number(wanted, "score"),
        correlations: on(wanted, "includeCorrelations"),
        without_attachments: !on(wanted, "withAttachments"),
        event_uuid: on(wanted, "includeEventUuid"),
    }
}

async fn attributes(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = ask::filters(&mut asked).await?;
    let viewer = viewer(&asked).await?;
    let mut filter = filters::attributes(&asked, &viewer, &wanted).await?;
    let (limit, page) = filters::page(&wanted, MOST)?;
    let format = format(&asked, &wanted);
    if for_detection(&format) && filter.to_ids.is_none() {
        filter.to_ids = Some(true);
    }
    if format == "json" && page == 1 && limit > HELD {
        let most = if text(&wanted, "limit").is_some() {
            limit
        } else {
            usize::MAX
        };
        return streamed(asked, viewer, filter, shaped(&wanted), most);
    }
    let found = asked
        .node()
        .misp_find(&viewer, MispKind::Attribute, &filter, limit, page)
        .await?;
    asked.node().misp_give_rows(asked.caller(), &found).await?;
    match format.as_str() {
        "json" => {
            let shown = asked
                .node()
                .misp_attributes_text(&viewer, &found, &shaped(&wanted))
                .await?;
            let whole = format!("{{\"response\":{{\"Attribute\":[{shown}]}}}}");
            answer::text(whole, "application/json")
        }
        "count" => answer::json_of(&json!({ "response": { "count": found.rows.len() } })),
        other => super::formats::answer(&asked, &viewer, &found, other, &wanted).await,
    }
}

/// Attributes page by page, so that an answer of any length is held by nobody.
fn streamed(asked: Asked, viewer: Viewer, filter: Filter, shaped: Shaped, most: usize) -> Result<Response, Fault> {
    answer::pieces(asked, move |node, caller, pieces| async move {
        let _ = pieces.send("{\"response\":{\"Attribute\":[".to_owned()).await;
        let (mut page, mut given, mut written) = (1, 0, false);
        loop {
            let mut found = node
                .misp_find(&viewer, MispKind::Attribute, &filter, PIECE, page)
                .await?;
            let whole = found.rows.len() < PIECE;
            found.rows.truncate(most - given);
            node.misp_give_rows(&caller, &found).await?;
            let mut text = node.misp_attributes_text(&viewer, &found, &shaped).await?;
            if written && !text.is_empty() {
                text.insert(0, ',');
            }
            written |= !text.is_empty();
            given += found.rows.len();
            if pieces.send(text).await.is_err() || whole || given >= most {
                break;
            }
            page += 1;
        }
        let _ = pieces.send("]}}".to_owned()).await;
        Ok(())
    })
}

/// What narrows what is in events that a filter finds.
fn inside(filter: &Filter, events: Vec<i64>) -> Filter {
    Filter {
        to_ids: filter.to_ids,
        without_harmless: filter.without_harmless,
        deleted: filter.deleted,
        tags: node::misp::Words {
            none: filter.tags.none.clone(),
            ..Default::default()
        },
        events,
        ..Filter::default()
    }
}

/// Formats that make a system watch or block.
fn for_detection(format: &str) -> bool {
    matches!(
        format,
        "suricata" | "snort" | "rpz" | "hosts" | "zeek" | "bro" | "netfilter" | "yara"
    )
}

async fn objects(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = ask::filters(&mut asked).await?;
    let viewer = viewer(&asked).await?;
    let filter = filters::attributes(&asked, &viewer, &wanted).await?;
    let (limit, page) = filters::page(&wanted, MOST)?;
    if format(&asked, &wanted) != "json" {
        return Err(bad("no-such-format", "objects are answered as json"));
    }
    let found = asked.node().misp_find_objects(&viewer, &filter, limit, page).await?;
    asked.node().misp_give_rows(asked.caller(), &found).await?;
    let mut list = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let Some(event) = found.events.get(row.event) else {
            continue;
        };
        if let Some(mut object) = asked
            .node()
            .misp_object_json(&viewer, row, event, &EventShape::default())
            .await?
        {
            object.insert("Event".to_owned(), event.short());
            list.push(json!({ "Object": object }));
        }
    }
    answer::json_of(&json!({ "response": list }))
}

async fn events(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = ask::filters(&mut asked).await?;
    let viewer = viewer(&asked).await?;
    let filter = filters::events(&asked, &viewer, &wanted).await?;
    let (limit, page) = filters::page(&wanted, usize::MAX)?;
    let format = format(&asked, &wanted);
    if !matches!(format.as_str(), "json" | "count") {
        let mut of_attributes = filters::attributes(&asked, &viewer, &wanted).await?;
        of_attributes.event_changed = filter.event_changed;
        of_attributes.changed = filter.changed;
        if (for_detection(&format) || format == "text") && of_attributes.to_ids.is_none() {
            of_attributes.to_ids = Some(true);
        }
        // As in MISP: what is asked of attributes finds events, and those are written whole.
        let by_content = Filter {
            to_ids: None,
            ..filter.clone()
        };
        if by_content.is_of_attributes() {
            let events = asked.node().misp_find_events(&viewer, &filter, limit, page).await?;
            of_attributes = inside(&of_attributes, events.iter().map(|event| event.row.id).collect());
            of_attributes.of_nothing = of_attributes.events.is_empty();
        }
        let found = asked
            .node()
            .misp_find(&viewer, MispKind::Attribute, &of_attributes, MOST, 1)
            .await?;
        asked.node().misp_give_rows(asked.caller(), &found).await?;
        return super::formats::answer(&asked, &viewer, &found, &format, &wanted).await;
    }
    let found = asked.node().misp_find_events(&viewer, &filter, limit, page).await?;
    if format == "count" {
        return answer::json_of(&json!({ "response": { "count": found.len() } }));
    }
    let shape = EventShape {
        head_only: on(&wanted, "metadata"),
        deleted: filter.deleted != node::misp::Terms::Present,
        correlations: on(&wanted, "includeEventCorrelations") || on(&wanted, "includeCorrelations"),
        without_attachments: !on(&wanted, "withAttachments"),
        ..EventShape::default()
    };
    // As in MISP: a search finds whole events; what is in them is narrowed by detection, by what is not wanted, and where only
    // what was deleted is.
    let narrowed = filter.to_ids.is_some()
        || filter.without_harmless
        || filter.deleted == node::misp::Terms::Deleted
        || !filter.tags.none.is_empty();
    answer::pieces(asked, move |node, caller, pieces| async move {
        node.misp_give(&caller, &found).await?;
        let _ = pieces.send("{\"response\":[".to_owned()).await;
        for (at, event) in found.iter().enumerate() {
            if at > 0 {
                let _ = pieces.send(",".to_owned()).await;
            }
            let mut shape = shape.clone();
            if narrowed {
                let inside = inside(&filter, vec![event.row.id]);
                let rows = node.misp_find(&viewer, MispKind::Attribute, &inside, 0, 1).await?;
                shape.only = Some(rows.rows.iter().map(|row| row.id).collect());
            }
            node.misp_write_event(&viewer, event, &shape, &pieces).await?;
        }
        let _ = pieces.send("]}".to_owned()).await;
        Ok(())
    })
}
