//! Converts one MISP object: a template with named attributes.

use serde_json::value::RawValue;
use stix::Problem;
use stix::json::Map;

use super::context;
use super::element::{Element, Scope, carry};
use super::out::Out;
use super::text;

/// Type of the object that keeps an object without a counterpart.
pub(super) const OBJECT: &str = "x-misp-object";

/// Objects that other objects are put together with.
pub(super) struct Parts;

pub(super) fn parts(_raw: &RawValue, _path: &str, _out: &mut Out<'_>) -> Result<Parts, Problem> {
    Ok(Parts)
}

pub(super) fn object(
    map: &Map<'_>,
    _parts: &Parts,
    scope: &mut Scope,
    path: &str,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let element = Element::read(map, scope, path, out)?;
    let id = text::identifier(OBJECT, element.uuid);
    out.begin_extension(OBJECT, &id, &element.times, Some(&scope.creator), &element.place)?;
    element.standing(out);
    carry_object(map, &element, out);
    out.finish(&element.place, element.times.dated)?;
    scope.refs.add(&id);
    scope.seen.insert(element.uuid, OBJECT);
    context::references(map, &element, &id, scope, path, out);
    context::of_element(map, &element, &id, scope, path, out)
}

fn carry_object(map: &Map<'_>, element: &Element<'_>, out: &mut Out<'_>) {
    let dated = super::time::seconds(map.get("timestamp")).is_some();
    let mut entries = map.iter().filter(|(key, _)| {
        !(super::convert::HANDLED.contains(key)
            || matches!(*key, "Attribute" | "ObjectReference")
            || (*key == "timestamp" && dated))
    });
    carry(&mut out.json, "x_misp_", &mut entries, Some(element.uuid));
    if let Some(attributes) = map.get("Attribute") {
        out.json.entry("x_misp_attributes", attributes);
    }
}
