//! Converts one MISP attribute into STIX objects.

use stix::Problem;
use stix::json::Map;
use uuid::Uuid;

use super::Detection;
use super::attribute::{Attribute, Facts, Meaning, understand};
use super::context;
use super::element::{Element, Scope, carry};
use super::fit::is_base64;
use super::galaxy;
use super::out::Out;
use super::text;

/// Type of the object that keeps an attribute without a counterpart.
pub(super) const ATTRIBUTE: &str = "x-misp-attribute";

/// Keys of an attribute that are read on their own and not carried along by name.
pub(super) const HANDLED: [&str; 5] = ["Sighting", "ShadowAttribute", "Note", "Opinion", "Relationship"];

/// Converts an attribute that stands by itself (not inside an object).
pub(super) fn attribute(map: &Map<'_>, scope: &mut Scope, path: &str, out: &mut Out<'_>) -> Result<(), Problem> {
    let element = Element::read(map, scope, path, out)?;
    let attribute = Attribute {
        attribute_type: map.str("type").unwrap_or_default(),
        value: map.str("value").unwrap_or_default(),
        data: map.str("data").filter(|data| !data.is_empty() && is_base64(data)),
        uuid: element.uuid,
    };
    if attribute.attribute_type.is_empty() {
        out.problem(
            Problem::error(
                "misp-attribute-type",
                element.place,
                "an attribute without a type means nothing",
            )
            .help("every attribute has 'type' and 'value'"),
        );
        return Ok(());
    }
    let to_ids = text::truth(map, "to_ids");
    let mut facts = Facts::default();
    let meaning = understand(&attribute, &mut facts, &mut out.scratch);
    let id = match meaning {
        Some(Meaning::Vulnerability) => vulnerability(map, &attribute, &element, scope, out)?,
        Some(Meaning::Campaign) => campaign(map, &attribute, &element, scope, out)?,
        Some(Meaning::Observed) if to_ids => {
            let id = indicator(map, &attribute, &element, scope, &facts, None, out)?;
            if out.detection == Detection::Observed {
                observed_as_well(map, &id, &element, scope, &facts, out)?;
            }
            id
        }
        Some(Meaning::Observed) => observed_data(map, true, &element, scope, &facts, out)?,
        Some(Meaning::PatternOnly) if to_ids => indicator(map, &attribute, &element, scope, &facts, None, out)?,
        Some(Meaning::Rule(language)) if to_ids => {
            indicator(map, &attribute, &element, scope, &facts, Some(language), out)?
        }
        None | Some(Meaning::PatternOnly | Meaning::Rule(_)) => {
            scope.keep_unmapped(unmapped(&attribute), &element.place);
            kept(map, &element, scope, out)?
        }
    };
    scope.refs.add(&id);
    scope.seen.insert(element.uuid, super::event::known_kind(&id));
    for (id, _) in galaxy::clusters(map.get("Galaxy"), &element.mention(scope), out)? {
        galaxy_link(&id, scope, &element, out)?;
        scope.refs.add(&id);
    }
    context::of_element(map, &element, &id, scope, path, out)
}

/// What an indicator is based on: the value, seen.
fn observed_as_well(
    map: &Map<'_>,
    indicator: &str,
    element: &Element<'_>,
    scope: &Scope,
    facts: &Facts<'_>,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let observed = observed_data(map, false, element, scope, facts, out)?;
    out.relationship(
        [indicator, "based-on", &observed],
        &element.times,
        &scope.creator,
        &element.markings.list,
        element.revoked,
        &element.place,
    )
    .map(drop)
}

/// Why an attribute has no counterpart: its type, or a value that does not fit it.
fn unmapped(attribute: &Attribute<'_>) -> String {
    let shown: String = attribute.attribute_type.chars().take(60).collect();
    match super::attribute_table::shape(attribute.attribute_type) {
        None => format!("an attribute of type '{shown}'"),
        Some(
            super::attribute_table::Shape::TextPattern(_)
            | super::attribute_table::Shape::NumberPattern(_)
            | super::attribute_table::Shape::Rule(_),
        ) => format!("an attribute of type '{shown}' that is not for detection"),
        Some(_) => format!("an attribute of type '{shown}' whose value does not fit the type"),
    }
}

/// Links what stands for an element to a cluster that it is tagged with.
pub(super) fn galaxy_link(
    cluster: &str,
    scope: &mut Scope,
    element: &Element<'_>,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let Some(kind) = scope.seen.get(&element.uuid) else {
        return Ok(());
    };
    let source = text::identifier(kind, element.uuid);
    let indicates = [
        "attack-pattern--",
        "campaign--",
        "infrastructure--",
        "intrusion-set--",
        "malware--",
        "threat-actor--",
        "tool--",
    ];
    let link = if *kind == "indicator" && indicates.iter().any(|prefix| cluster.starts_with(prefix)) {
        "indicates"
    } else {
        "related-to"
    };
    let id = out.relationship(
        [&source, link, cluster],
        &element.times,
        &scope.creator,
        &element.markings.list,
        element.revoked,
        &element.place,
    )?;
    scope.refs.add(&id);
    Ok(())
}

fn names<'v>(map: &'v Map<'_>) -> [(&'static str, Option<&'v str>); 2] {
    [("type", map.str("type")), ("category", map.str("category"))]
}

/// Carries the properties of an attribute, except those that the object says in its own words.
fn carry_attribute(map: &Map<'_>, described: bool, uuid: Uuid, out: &mut Out<'_>) {
    let dated = super::time::seconds(map.get("timestamp")).is_some();
    let mut entries = map.iter().filter(|(key, _)| {
        !(HANDLED.contains(key) || (*key == "timestamp" && dated) || (*key == "comment" && described))
    });
    carry(&mut out.json, "x_misp_", &mut entries, Some(uuid));
}

fn describe(map: &Map<'_>, out: &mut Out<'_>) -> bool {
    match map.str("comment").filter(|comment| !comment.is_empty()) {
        Some(comment) => {
            out.json.text("description", comment);
            true
        }
        None => false,
    }
}

fn indicator(
    map: &Map<'_>,
    attribute: &Attribute<'_>,
    element: &Element<'_>,
    scope: &Scope,
    facts: &Facts<'_>,
    language: Option<&str>,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    let id = text::identifier("indicator", element.uuid);
    out.begin("indicator", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    let described = describe(map, out);
    match language {
        Some(language) => pattern(language, attribute.value, element, out),
        None => stix_pattern(facts, element, out),
    }
    if let Some(category) = map.str("category").filter(|category| !category.is_empty()) {
        kill_chain(category, out);
    }
    element.labels(&mut out.json, &names(map));
    carry_attribute(map, described, element.uuid, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(id)
}

/// Writes the pattern of facts and when it holds.
pub(super) fn stix_pattern(facts: &Facts<'_>, element: &Element<'_>, out: &mut Out<'_>) {
    out.json.key("pattern");
    out.json.pieces(&["[", facts.pattern.comparisons(), "]"]);
    out.json.text("pattern_type", "stix");
    out.json.text("pattern_version", "2.1");
    validity(element, out);
}

/// Writes a rule as it is and when it holds.
pub(super) fn pattern(language: &str, rule: &str, element: &Element<'_>, out: &mut Out<'_>) {
    out.json.text("pattern", rule);
    out.json.text("pattern_type", language);
    validity(element, out);
}

fn validity(element: &Element<'_>, out: &mut Out<'_>) {
    let (from, until) = (element.first_seen.unwrap_or(element.times.at), element.last_seen);
    if element.first_seen.is_none() {
        out.json.text("valid_from", &element.times.modified);
    } else {
        out.json.text("valid_from", &from.to_string());
    }
    // STIX asks that the end comes after the start; what was seen in one moment has no end.
    if let Some(until) = until.filter(|until| *until > from) {
        out.json.text("valid_until", &until.to_string());
    }
}

pub(super) fn kill_chain(category: &str, out: &mut Out<'_>) {
    out.json.key("kill_chain_phases");
    out.json.open_list();
    out.json.open();
    out.json.text("kill_chain_name", "misp-category");
    out.json.text("phase_name", category);
    out.json.close();
    out.json.close_list();
}

/// Writes the observables and what binds them; where it stands for the attribute, it carries its properties too.
fn observed_data(
    map: &Map<'_>,
    stands_for_it: bool,
    element: &Element<'_>,
    scope: &Scope,
    facts: &Facts<'_>,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    let id = begin_observed(element, scope, facts, out);
    element.labels(&mut out.json, &names(map));
    if stands_for_it {
        carry_attribute(map, false, element.uuid, out);
    }
    out.finish(&element.place, element.times.dated)?;
    observables(element, facts, out)?;
    Ok(id)
}

pub(super) fn begin_observed(element: &Element<'_>, scope: &Scope, facts: &Facts<'_>, out: &mut Out<'_>) -> String {
    let id = text::identifier("observed-data", element.uuid);
    out.begin("observed-data", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    if element.first_seen.is_none() && element.last_seen.is_none() {
        out.json.text("first_observed", &element.times.modified);
        out.json.text("last_observed", &element.times.modified);
    } else {
        let (first, last) = element.window();
        out.json.text("first_observed", &first.to_string());
        out.json.text("last_observed", &last.to_string());
    }
    out.json.number("number_observed", 1);
    out.json.key("object_refs");
    out.json.open_list();
    facts.observables.iter().for_each(|(id, _)| out.json.string(id));
    out.json.close_list();
    id
}

pub(super) fn observables(element: &Element<'_>, facts: &Facts<'_>, out: &mut Out<'_>) -> Result<(), Problem> {
    for (id, observable) in &facts.observables {
        out.observable(id, observable, &element.markings.list, &element.place)?;
    }
    Ok(())
}

fn vulnerability(
    map: &Map<'_>,
    attribute: &Attribute<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    let id = text::identifier("vulnerability", element.uuid);
    out.begin("vulnerability", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    out.json.text("name", attribute.value);
    let described = describe(map, out);
    if is_cve(attribute.value) {
        out.json.key("external_references");
        out.json.open_list();
        external_id("cve", attribute.value, out);
        out.json.close_list();
    }
    element.labels(&mut out.json, &names(map));
    carry_attribute(map, described, element.uuid, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(id)
}

fn campaign(
    map: &Map<'_>,
    attribute: &Attribute<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    let id = text::identifier("campaign", element.uuid);
    out.begin("campaign", &id, &element.times, Some(&scope.creator));
    element.standing(out);
    out.json.text("name", attribute.value);
    let described = describe(map, out);
    element.labels(&mut out.json, &names(map));
    carry_attribute(map, described, element.uuid, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(id)
}

fn kept(map: &Map<'_>, element: &Element<'_>, scope: &Scope, out: &mut Out<'_>) -> Result<String, Problem> {
    let id = text::identifier(ATTRIBUTE, element.uuid);
    out.begin_extension(ATTRIBUTE, &id, &element.times, Some(&scope.creator), &element.place)?;
    element.standing(out);
    element.labels(&mut out.json, &names(map));
    carry_attribute(map, false, element.uuid, out);
    out.finish(&element.place, element.times.dated)?;
    Ok(id)
}

/// Says whether a text is the number of a CVE record.
pub(super) fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
}

pub(super) fn external_id(source: &str, id: &str, out: &mut Out<'_>) {
    out.json.open();
    out.json.text("source_name", source);
    out.json.text("external_id", id);
    out.json.close();
}

pub(super) fn external_url(url: &str, out: &mut Out<'_>) {
    out.json.open();
    out.json.text("source_name", "url");
    out.json.text("url", url);
    out.json.close();
}
