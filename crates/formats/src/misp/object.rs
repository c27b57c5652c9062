//! Converts one MISP object: a template with named attributes.

use std::cell::Cell;
use std::collections::HashMap;

use memchr::memmem;
use serde_json::value::RawValue;
use stix::Problem;
use stix::json::{Map, Value};
use uuid::Uuid;

use super::attribute::{Attribute, Facts, Meaning, understand};
use super::build::{Build, Inner, inners};
use super::context;
use super::convert;
use super::describe;
use super::element::{Element, Scope, carry};
use super::envelope::items_or_one;
use super::galaxy;
use super::object_table;
use super::observable::Observable;
use super::observe::{Linked, observe};
use super::out::Out;
use super::tags::Tags;
use super::text::{self, Json};
use super::traffic::{is_traffic, traffic};

/// Type of the object that keeps an object without a counterpart.
pub(super) const OBJECT: &str = "x-misp-object";

/// Templates whose objects belong into others that refer to them.
const PARTS: [&str; 3] = ["pe", "pe-section", "registry-key-value"];
/// How many such objects one object takes in.
const LINKED: usize = 64;

/// Objects that belong into others.
pub(super) struct Parts<'a> {
    by_uuid: HashMap<Uuid, (&'static str, &'a RawValue)>,
    /// Bytes that may still be parsed for this. Many objects may refer to the same part, but not to all parts each.
    budget: Cell<usize>,
}

/// Finds the objects that belong into others, before any is converted: they may stand after those that refer to them.
pub(super) fn parts<'a>(raw: &'a RawValue, path: &str) -> Result<Parts<'a>, Problem> {
    let mut by_uuid = HashMap::new();
    let finders = PARTS.map(|name| (name, memmem::Finder::new(name).into_owned()));
    items_or_one(raw, path, &mut |_, item| {
        if !finders
            .iter()
            .any(|(_, finder)| finder.find(item.get().as_bytes()).is_some())
        {
            return Ok(());
        }
        // A broken object is told when its turn comes.
        let Ok(Value::Object(map)) = stix::json::parse(item.get()) else {
            return Ok(());
        };
        let name = PARTS.iter().find(|name| Some(**name) == map.str("name"));
        if let (Some(name), Some(uuid)) = (name, map.str("uuid").and_then(text::uuid)) {
            by_uuid.insert(uuid, (*name, item));
        }
        Ok(())
    })?;
    let budget = Cell::new(raw.get().len().saturating_mul(4).saturating_add(1 << 20));
    Ok(Parts { by_uuid, budget })
}

/// The parts that an object refers to, parsed.
fn linked_maps<'a>(map: &Map<'_>, parts: &Parts<'a>) -> Vec<(&'static str, Map<'a>)> {
    let references = map.array("ObjectReference").unwrap_or_default();
    let mut uuids: Vec<Uuid> = Vec::new();
    for reference in references.iter().filter_map(Value::as_object) {
        let Some(uuid) = reference.str("referenced_uuid").and_then(text::uuid) else {
            continue;
        };
        if uuids.len() < LINKED && parts.by_uuid.contains_key(&uuid) && !uuids.contains(&uuid) {
            uuids.push(uuid);
        }
    }
    let parse = |uuid: &Uuid| {
        let (name, raw) = parts.by_uuid.get(uuid)?;
        let left = parts.budget.get().checked_sub(raw.get().len())?;
        parts.budget.set(left);
        match stix::json::parse(raw.get()) {
            Ok(Value::Object(map)) => Some((*name, map)),
            _ => None,
        }
    };
    uuids.iter().filter_map(parse).collect()
}

/// Converts one object.
pub(super) fn object(
    map: &Map<'_>,
    parts: &Parts<'_>,
    scope: &mut Scope,
    path: &str,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let mut element = Element::read(map, scope, path, out)?;
    let name = map.str("name").unwrap_or_default();
    let inners = inners(map);
    // What stands inside is told with the object, so the object is as narrow as the narrowest of it.
    for inner in inners.iter().filter(|inner| inner.map.contains("Tag")) {
        let tags = Tags::read(inner.map.get("Tag"));
        element.markings = element.markings.narrowed(&tags, out, &element.place)?;
    }
    let first = linked_maps(map, parts);
    let second: Vec<_> = first.iter().map(|(_, map)| linked_maps(map, parts)).collect();
    let linked: Vec<Linked<'_>> = first
        .iter()
        .zip(&second)
        .map(|((name, map), inside)| Linked {
            name,
            inners: super::build::inners(map),
            linked: inside
                .iter()
                .map(|(name, map)| Linked {
                    name,
                    inners: super::build::inners(map),
                    linked: Vec::new(),
                })
                .collect(),
        })
        .collect();
    let mut build = Build::new(element.uuid, inners.len());
    let id = if let Some(id) = rule(map, name, &inners, &mut build, &element, scope, out)? {
        id
    } else if let Some(id) = described(map, name, &inners, &mut build, &element, scope, out)? {
        id
    } else if observed(name, &inners, &linked, &mut build, out) {
        observed_object(map, &mut build, &element, scope, out)?
    } else {
        build.matched.fill(false);
        if !PARTS.contains(&name) {
            let shown: String = name.chars().take(60).collect();
            let why = if known(name) {
                "without what STIX requires of it"
            } else {
                ""
            };
            scope.keep_unmapped(
                format!("an object of template '{shown}' {why}").trim_end().to_owned(),
                &element.place,
            );
        }
        kept(map, &element, scope, out)?
    };
    scope.refs.add(&id);
    scope.seen.insert(element.uuid, super::event::known_kind(&id));
    scope.inside.extend(
        inners
            .iter()
            .filter_map(|inner| inner.uuid)
            .map(|uuid| (uuid, element.uuid)),
    );
    for (inner, matched) in inners.iter().zip(&build.matched) {
        if inner.to_ids && !matched {
            own_indicator(inner, &id, &element, scope, out)?;
        }
        for (cluster, _) in galaxy::clusters(inner.map.get("Galaxy"), &element.mention(scope), out)? {
            convert::galaxy_link(&cluster, scope, &element, out)?;
            scope.refs.add(&cluster);
        }
        context::of_inner(inner.map, &element, &id, scope, out)?;
    }
    context::references(map, &element, &id, scope, path, out);
    context::of_element(map, &element, &id, scope, path, out)
}

fn known(name: &str) -> bool {
    object_table::template(name).is_some() || is_traffic(name) || matches!(name, "domain-ip" | "email" | "geolocation")
}

fn observed<'i>(
    name: &str,
    inners: &'i [Inner<'i>],
    linked: &'i [Linked<'i>],
    build: &mut Build<'i>,
    out: &mut Out<'_>,
) -> bool {
    let built = if is_traffic(name) {
        traffic(name, inners, build, &mut out.scratch)
    } else {
        observe(name, inners, linked, build, &mut out.scratch)
    };
    // A template has many rules of STIX behind it; whatever breaks one is kept as it is instead.
    built
        && build
            .facts
            .observables
            .iter()
            .all(|(id, observable)| is_valid(id, observable, &mut out.scratch))
}

fn is_valid(id: &str, observable: &Observable<'_>, scratch: &mut Json) -> bool {
    scratch.clear();
    scratch.open();
    scratch.text("type", observable.kind);
    scratch.text("spec_version", "2.1");
    scratch.text("id", id);
    for (key, part) in &observable.properties {
        scratch.key(key);
        part.write(scratch);
    }
    scratch.close();
    stix::Object::parse(scratch.as_str()).is_ok_and(|object| {
        stix::check::check(object.map())
            .iter()
            .all(|problem| problem.severity != stix::Severity::Error)
    })
}

fn labels<'v>(map: &'v Map<'_>) -> [(&'static str, Option<&'v str>); 2] {
    [("name", map.str("name")), ("meta-category", map.str("meta-category"))]
}

fn category<'v>(map: &'v Map<'_>) -> Option<&'v str> {
    map.str("meta-category").filter(|category| !category.is_empty())
}

/// Carries the properties of an object and all of its attributes.
fn carry_object(map: &Map<'_>, described: bool, element: &Element<'_>, out: &mut Out<'_>) {
    let dated = super::time::seconds(map.get("timestamp")).is_some();
    let mut entries = map.iter().filter(|(key, _)| {
        !(convert::HANDLED.contains(key)
            || matches!(*key, "Attribute" | "ObjectReference")
            || (*key == "timestamp" && dated)
            || (*key == "comment" && described))
    });
    carry(&mut out.json, "x_misp_", &mut entries, Some(element.uuid));
    if let Some(attributes) = map.get("Attribute") {
        out.json.entry("x_misp_attributes", attributes);
    }
}

fn kept(map: &Map<'_>, element: &Element<'_>, scope: &Scope, out: &mut Out<'_>) -> Result<String, Problem> {
    let id = text::identifier(OBJECT, element.uuid);
    out.begin_extension(OBJECT, &id, &element.times, Some(&scope.creator), &element.place)?;
    element.standing(out);
    element.labels(&mut out.json, &labels(map));
    carry_object(map, false, element, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(id)
}

/// An object that is a detection rule.
fn rule(
    map: &Map<'_>,
    name: &str,
    inners: &[Inner<'_>],
    build: &mut Build<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<Option<String>, Problem> {
    let Some((relation, language, title)) = object_table::rule(name) else {
        return Ok(None);
    };
    let Some(at) = inners.iter().position(|inner| inner.relation == relation) else {
        return Ok(None);
    };
    build.matched[at] = true;
    let of = |relation: &str| {
        inners
            .iter()
            .find(|inner| inner.relation == relation)
            .map(|inner| inner.value.as_ref())
    };
    let id = text::identifier("indicator", element.uuid);
    out.begin("indicator", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    if let Some(title) = of(title) {
        out.json.text("name", title);
    }
    if let Some(comment) = of("comment").or_else(|| of("description")) {
        out.json.text("description", comment);
    }
    if let Some(version) = of("version") {
        out.json.text("pattern_version", version);
    }
    convert::pattern(language, &inners[at].value, element, out);
    if let Some(category) = category(map) {
        convert::kill_chain(category, out);
    }
    element.labels(&mut out.json, &labels(map));
    let links: Vec<_> = inners
        .iter()
        .filter(|inner| matches!(inner.relation, "reference" | "ref" | "link"))
        .collect();
    if !links.is_empty() {
        out.json.key("external_references");
        out.json.open_list();
        links.iter().for_each(|link| convert::external_url(&link.value, out));
        out.json.close_list();
    }
    carry_object(map, false, element, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(Some(id))
}

/// An object that describes what STIX has an object for.
fn described(
    map: &Map<'_>,
    name: &str,
    inners: &[Inner<'_>],
    build: &mut Build<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<Option<String>, Problem> {
    let Some(kind) = describe::kind(name, inners) else {
        return Ok(None);
    };
    let mut about = Vec::new();
    if kind == "note" {
        // A note is about something; of what it annotates, that which is known by now.
        let references = map
            .array("ObjectReference")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_object);
        let known = references.filter_map(|reference| reference.str("referenced_uuid").and_then(text::uuid));
        about.extend(known.filter_map(|uuid| scope.standing_for(uuid)));
        if about.is_empty() {
            about.push(scope.creator.clone());
        }
    }
    let subject = describe::Subject {
        template: name,
        kind,
        inners,
        category: category(map),
        about,
    };
    let id = describe::describe(&subject, element, scope, out)?;
    element.labels(&mut out.json, &labels(map));
    carry_object(map, false, element, out);
    out.finish(&element.place, element.times.dated)?;
    // The contact of a person is for nobody's detection, whatever its flag says.
    build.matched.fill(kind == "identity");
    Ok(Some(id))
}

/// An object of observables: an indicator where anything is for detection, based on what was observed.
fn observed_object(
    map: &Map<'_>,
    build: &mut Build<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    build.facts.pattern = std::mem::take(&mut build.terms).pattern();
    let detects = !build.facts.pattern.comparisons().is_empty();
    let indicator = text::identifier("indicator", element.uuid);
    if detects {
        out.begin("indicator", &indicator, &element.times, Some(&scope.creator));
        element.standing(out);
        let comment = map.str("comment").filter(|comment| !comment.is_empty());
        if let Some(comment) = comment {
            out.json.text("description", comment);
        }
        convert::stix_pattern(&build.facts, element, out);
        if let Some(category) = category(map) {
            convert::kill_chain(category, out);
        }
        element.labels(&mut out.json, &labels(map));
        carry_object(map, comment.is_some(), element, out);
        out.finish(&element.place, element.times.dated)?;
    }
    let observed = convert::begin_observed(element, scope, &build.facts, out);
    element.labels(&mut out.json, &labels(map));
    if !detects {
        carry_object(map, false, element, out);
    }
    out.finish(&element.place, element.times.dated)?;
    convert::observables(element, &build.facts, out)?;
    if !detects {
        return Ok(observed);
    }
    out.relationship(
        [&indicator, "based-on", &observed],
        &element.times,
        &scope.creator,
        &element.markings.list,
        element.revoked,
        &element.place,
    )?;
    Ok(indicator)
}

/// An attribute for detection that the object's own pattern does not hold becomes an indicator beside the object.
fn own_indicator(
    inner: &Inner<'_>,
    object: &str,
    element: &Element<'_>,
    scope: &mut Scope,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let uuid = inner
        .uuid
        .unwrap_or_else(|| Uuid::new_v5(&element.uuid, inner.value.as_bytes()));
    let attribute = Attribute {
        attribute_type: inner.attribute_type,
        value: &inner.value,
        data: None,
        uuid,
    };
    let mut facts = Facts::default();
    let language = match understand(&attribute, &mut facts, &mut out.scratch) {
        Some(Meaning::Observed | Meaning::PatternOnly) => None,
        Some(Meaning::Rule(language)) => Some(language),
        Some(Meaning::Vulnerability | Meaning::Campaign) | None => return Ok(()),
    };
    let id = text::identifier("indicator", uuid);
    out.begin("indicator", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    match language {
        Some(language) => convert::pattern(language, &inner.value, element, out),
        None => convert::stix_pattern(&facts, element, out),
    }
    element.labels(
        &mut out.json,
        &[
            ("type", Some(inner.attribute_type)),
            ("category", inner.map.str("category")),
        ],
    );
    out.json.truth("x_misp_nested", true);
    out.finish(&element.place, element.times.dated)?;
    let link = out.relationship(
        [&id, "related-to", object],
        &element.times,
        &scope.creator,
        &element.markings.list,
        element.revoked,
        &element.place,
    )?;
    scope.refs.add(&id);
    scope.refs.add(&link);
    Ok(())
}
