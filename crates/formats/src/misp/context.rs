//! What MISP says about elements: who made them, who saw them, what was noted, proposed or related.
//!
//! Each becomes the STIX object that says the same, and carries what MISP wrote as `x_misp_*` for the way back.

use stix::json::{Map, Value};
use stix::{Place, Problem};
use uuid::Uuid;

use super::element::{Element, Scope, times};
use super::out::{Out, Times};
use super::text::{self, Json, MISP_NAMESPACE};
use super::time;

/// Type of the object that keeps a reference to something outside of its event.
pub(super) const REFERENCE: &str = "x-misp-reference";
/// Type of the object that keeps a proposed change.
pub(super) const PROPOSAL: &str = "x-misp-proposal";

/// A reference from an object to another element of the event.
pub(super) struct Reference {
    id: Uuid,
    source: String,
    target: Option<Uuid>,
    kind: String,
    comment: String,
    raw: String,
    times: Times,
    markings: String,
    revoked: bool,
    place: Place,
}

/// Writes the identity of an organisation, once; gives its identifier.
pub(super) fn organisation(map: &Map<'_>, place: &Place, out: &mut Out<'_>) -> Result<String, Problem> {
    let name = map
        .str("name")
        .filter(|name| !name.is_empty())
        .unwrap_or("unknown organisation");
    let uuid = map
        .str("uuid")
        .and_then(text::uuid)
        .unwrap_or_else(|| Uuid::new_v5(&MISP_NAMESPACE, format!("organisation={name}").as_bytes()));
    let id = text::identifier("identity", uuid);
    if out.first_mention(Uuid::nil(), uuid) {
        let times = out.undated();
        out.begin("identity", &id, &times, None);
        out.json.text("name", name);
        out.json.text("identity_class", "organization");
        out.finish(place, false)?;
    }
    Ok(id)
}

/// Converts what stands inside an attribute or object about it.
pub(super) fn of_element(
    map: &Map<'_>,
    element: &Element<'_>,
    id: &str,
    scope: &mut Scope,
    path: &str,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    for key in super::convert::HANDLED {
        for (at, inner) in map.array(key).unwrap_or_default().iter().enumerate() {
            let Some(inner) = inner.as_object() else { continue };
            let place = Place::path(format!("{path}.{key}[{at}]"));
            let about = About {
                id,
                markings: &element.markings.list,
                place: &place,
                nested: false,
            };
            one(key, inner, &about, scope, out)?;
        }
    }
    Ok(())
}

/// Converts what stands inside an attribute of an object about it; the object carries what MISP wrote.
pub(super) fn of_inner(
    map: &Map<'_>,
    element: &Element<'_>,
    object: &str,
    scope: &mut Scope,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    for key in super::convert::HANDLED {
        for inner in map.array(key).unwrap_or_default().iter().filter_map(Value::as_object) {
            let about = About {
                id: object,
                markings: &element.markings.list,
                place: &element.place,
                nested: true,
            };
            one(key, inner, &about, scope, out)?;
        }
    }
    Ok(())
}

/// Converts what stands in the event's own lists.
pub(super) fn of_event(
    key: &str,
    map: &Map<'_>,
    event: &str,
    scope: &mut Scope,
    path: &str,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let place = Place::path(path);
    let markings = scope.markings.list.clone();
    let element = map.str("attribute_uuid").and_then(text::uuid);
    let target = element.and_then(|uuid| scope.standing_for(uuid));
    let about = About {
        id: target.as_deref().unwrap_or(event),
        markings: &markings,
        place: &place,
        nested: false,
    };
    one(key, map, &about, scope, out)
}

/// What is spoken about.
struct About<'v> {
    id: &'v str,
    markings: &'v str,
    place: &'v Place,
    /// Whether what MISP wrote is carried by something else already.
    nested: bool,
}

fn one(key: &str, map: &Map<'_>, about: &About<'_>, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    match key {
        "Sighting" => sighting(map, about, scope, out),
        "ShadowAttribute" => proposal(map, about, scope, out),
        "EventReport" => event_report(map, about, scope, out),
        _ => analyst(key, map, about, scope, out),
    }
}

/// The UUID of something said, or one that follows from what it says and about what.
fn own_uuid(map: &Map<'_>, about: &str) -> Uuid {
    map.str("uuid").and_then(text::uuid).unwrap_or_else(|| {
        let mut scratch = Json::default();
        scratch.map(map, |_| true);
        Uuid::new_v5(
            &Uuid::new_v5(&MISP_NAMESPACE, about.as_bytes()),
            scratch.as_str().as_bytes(),
        )
    })
}

fn raw(key: &str, map: &Map<'_>, out: &mut Out<'_>) {
    out.json.key(key);
    out.json.map(map, |_| true);
}

/// What MISP wrote, unless something else carries it.
fn carried(key: &str, map: &Map<'_>, about: &About<'_>, out: &mut Out<'_>) {
    if about.nested {
        out.json.truth("x_misp_nested", true);
    } else {
        raw(key, map, out);
    }
}

fn refer(key: &str, ids: &[&str], out: &mut Out<'_>) {
    out.json.key(key);
    out.json.open_list();
    ids.iter().for_each(|id| out.json.string(id));
    out.json.close_list();
}

/// A sighting is one; a false positive is a disagreement; an expiry is a note.
fn sighting(map: &Map<'_>, about: &About<'_>, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    let uuid = own_uuid(map, about.id);
    let seen = time::seconds(map.get("date_sighting"));
    let times = times(seen, None, out);
    let seer = match map.object("Organisation") {
        Some(organisation) => Some(self::organisation(organisation, about.place, out)?),
        None => None,
    };
    let creator = seer.as_deref().unwrap_or(&scope.creator).to_owned();
    let source = map.str("source").filter(|source| !source.is_empty());
    let kind = map.get("type").and_then(text::scalar);
    let object_type = match kind.as_deref() {
        Some("1") => "opinion",
        Some("2") => "note",
        _ => "sighting",
    };
    let id = text::identifier(object_type, uuid);
    out.begin(object_type, &id, &times, Some(&creator));
    out.marked(about.markings);
    match object_type {
        "opinion" => {
            out.json.text("opinion", "strongly-disagree");
            out.json.text("explanation", "reported as a false positive");
            refer("object_refs", &[about.id], out);
        }
        "note" => {
            out.json.text("abstract", "expired");
            out.json.pieces_of("content", &["expired on ", &times.modified]);
            refer("object_refs", &[about.id], out);
        }
        _ => {
            if let Some(source) = source {
                out.json.text("description", source);
            }
            if seen.is_some() {
                out.json.text("first_seen", &times.modified);
                out.json.text("last_seen", &times.modified);
            }
            out.json.number("count", 1);
            out.json.text("sighting_of_ref", about.id);
            if let Some(seer) = &seer {
                refer("where_sighted_refs", &[seer], out);
            }
        }
    }
    carried("x_misp_sighting", map, about, out);
    out.finish(about.place, times.dated)?;
    scope.refs.add(&id);
    Ok(())
}

/// A proposed change is nobody's knowledge yet: it is kept, and no indicator is made of it.
fn proposal(map: &Map<'_>, about: &About<'_>, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    if about.nested {
        scope.keep_unmapped("a proposal".to_owned(), about.place);
        return Ok(());
    }
    let id = text::identifier(PROPOSAL, Uuid::new_v5(&own_uuid(map, about.id), about.id.as_bytes()));
    let times = times(time::seconds(map.get("timestamp")), scope.date, out);
    out.begin_extension(PROPOSAL, &id, &times, Some(&scope.creator), about.place)?;
    out.marked(about.markings);
    out.json.text("x_misp_about_ref", about.id);
    raw("x_misp_proposal", map, out);
    out.finish(about.place, times.dated)?;
    scope.refs.add(&id);
    scope.keep_unmapped("a proposal".to_owned(), about.place);
    Ok(())
}

fn event_report(map: &Map<'_>, about: &About<'_>, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    let id = text::identifier("note", own_uuid(map, about.id));
    let times = times(time::seconds(map.get("timestamp")), scope.date, out);
    out.begin("note", &id, &times, Some(&scope.creator));
    if text::truth(map, "deleted") {
        out.json.truth("revoked", true);
    }
    out.marked(about.markings);
    if let Some(name) = map.str("name").filter(|name| !name.is_empty()) {
        out.json.text("abstract", name);
    }
    let content = map.str("content").filter(|content| !content.is_empty());
    out.json.text("content", content.unwrap_or("(empty)"));
    refer("object_refs", &[about.id], out);
    out.json.key("x_misp_event_report");
    // The text itself is not kept twice.
    if !out.json.map(map, |key| key != "content" || content.is_none()) {
        out.json.raw("{}");
    }
    out.finish(about.place, times.dated)?;
    scope.refs.add(&id);
    Ok(())
}

/// Notes, opinions and relationships of analysts, and those about them.
fn analyst(key: &str, map: &Map<'_>, about: &About<'_>, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    let uuid = own_uuid(map, about.id);
    let moment = |key| map.str(key).and_then(time::moment);
    let changed = moment("modified").or_else(|| moment("created"));
    let times = times(changed, moment("created"), out);
    let creator = match map.object("Orgc") {
        Some(organisation) => self::organisation(organisation, about.place, out)?,
        None => scope.creator.clone(),
    };
    let (object_type, name) = match key {
        "Note" => ("note", "x_misp_note"),
        "Opinion" => ("opinion", "x_misp_opinion"),
        _ => {
            return relationship(map, uuid, about, &times, scope);
        }
    };
    let id = text::identifier(object_type, uuid);
    out.begin(object_type, &id, &times, Some(&creator));
    out.marked(about.markings);
    if object_type == "note" {
        out.json.text(
            "content",
            map.str("note").filter(|text| !text.is_empty()).unwrap_or("(empty)"),
        );
    } else {
        let degree = map
            .get("opinion")
            .and_then(text::scalar)
            .and_then(|text| text.parse::<f64>().ok());
        out.json.text("opinion", agreement(degree.unwrap_or(50.0)));
        if let Some(comment) = map.str("comment").filter(|text| !text.is_empty()) {
            out.json.text("explanation", comment);
        }
    }
    if let Some(authors) = map.str("authors").filter(|text| !text.is_empty()) {
        refer("authors", &[authors], out);
    }
    refer("object_refs", &[about.id], out);
    carried(name, map, about, out);
    out.finish(about.place, times.dated)?;
    scope.refs.add(&id);
    for key in ["Note", "Opinion", "Relationship"] {
        for inner in map.array(key).unwrap_or_default().iter().filter_map(Value::as_object) {
            let about = About {
                id: &id,
                nested: true,
                ..*about
            };
            analyst(key, inner, &about, scope, out)?;
        }
    }
    Ok(())
}

/// MISP counts agreement from 0 to 100, STIX in five steps (its opinion-enum).
pub fn agreement(degree: f64) -> &'static str {
    match degree {
        ..20.0 => "strongly-disagree",
        ..40.0 => "disagree",
        ..=60.0 => "neutral",
        ..=80.0 => "agree",
        _ => "strongly-agree",
    }
}

fn relationship(map: &Map<'_>, uuid: Uuid, about: &About<'_>, times: &Times, scope: &mut Scope) -> Result<(), Problem> {
    if about.nested {
        // It is carried by what it stands in; STIX has no relationship of a note.
        return Ok(());
    }
    let mut json = Json::default();
    json.open();
    json.key("analyst");
    json.map(map, |_| true);
    json.close();
    scope.pending.push(Reference {
        id: uuid,
        source: about.id.to_owned(),
        target: map.str("related_object_uuid").and_then(text::uuid),
        kind: map.str("relationship_type").unwrap_or("related-to").to_owned(),
        comment: String::new(),
        raw: json.into_string(),
        times: times.clone(),
        markings: about.markings.to_owned(),
        revoked: false,
        place: about.place.clone(),
    });
    Ok(())
}

/// Takes note of the references of an object, to be resolved when all elements of the event are known.
pub(super) fn references(map: &Map<'_>, element: &Element<'_>, id: &str, scope: &mut Scope, path: &str, out: &Out<'_>) {
    for (at, reference) in map.array("ObjectReference").unwrap_or_default().iter().enumerate() {
        let Some(reference) = reference.as_object() else {
            continue;
        };
        let mut json = Json::default();
        json.open();
        json.key("object");
        json.map(reference, |_| true);
        json.close();
        let changed = time::seconds(reference.get("timestamp"));
        let times = match changed {
            Some(_) => times(changed, scope.date, out),
            None => element.times.clone(),
        };
        scope.pending.push(Reference {
            id: own_uuid(reference, id),
            source: id.to_owned(),
            target: reference.str("referenced_uuid").and_then(text::uuid),
            kind: reference.str("relationship_type").unwrap_or_default().to_owned(),
            comment: reference.str("comment").unwrap_or_default().to_owned(),
            raw: json.into_string(),
            times,
            markings: element.markings.list.clone(),
            revoked: text::truth(reference, "deleted"),
            place: Place::path(format!("{path}.ObjectReference[{at}]")),
        });
    }
}

/// Writes the references, now that every element of the event is known.
pub(super) fn resolve(scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    for reference in std::mem::take(&mut scope.pending) {
        let target = reference.target.and_then(|uuid| scope.standing_for(uuid));
        let id = match &target {
            Some(target) => {
                let id = text::identifier("relationship", reference.id);
                out.begin("relationship", &id, &reference.times, Some(&scope.creator));
                standing(&reference, out);
                out.json.text("relationship_type", &relationship_type(&reference.kind));
                out.json.text("source_ref", &reference.source);
                out.json.text("target_ref", target);
                id
            }
            None => {
                scope.keep_unmapped(
                    "a reference to something outside of its event".to_owned(),
                    &reference.place,
                );
                let id = text::identifier(REFERENCE, reference.id);
                out.begin_extension(REFERENCE, &id, &reference.times, Some(&scope.creator), &reference.place)?;
                standing(&reference, out);
                out.json.text("x_misp_about_ref", &reference.source);
                id
            }
        };
        out.json.key("x_misp_reference");
        out.json.raw(&reference.raw);
        out.finish(&reference.place, reference.times.dated)?;
        scope.refs.add(&id);
    }
    Ok(())
}

fn standing(reference: &Reference, out: &mut Out<'_>) {
    if reference.revoked {
        out.json.truth("revoked", true);
    }
    out.marked(&reference.markings);
    if !reference.comment.is_empty() {
        out.json.text("description", &reference.comment);
    }
}

/// A relationship type in the letters that STIX allows (section 5.1): lower case, digits and hyphens.
pub fn relationship_type(text: &str) -> String {
    let cleaned: String = text
        .chars()
        .take(200)
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let cleaned = cleaned.trim_matches('-');
    if cleaned.is_empty() {
        "related-to".to_owned()
    } else {
        cleaned.to_owned()
    }
}
