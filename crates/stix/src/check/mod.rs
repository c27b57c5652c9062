//! Checks an object against the MUSTs of STIX 2.1, and a few SHOULDs that matter in practice.
//!
//! The types are data: `common`, `domain`, `relation`, `observable` and `extension` are tables of properties and
//! rules in the words of `shape`; `walk` goes through an object along them; `syntax`, `selector`, `special` and
//! `rules` hold what a table cannot say.
//!
//! | finding | severity |
//! |---|---|
//! | a MUST is broken: property missing, of the wrong type, out of its vocabulary or range, wrong reference, … | error |
//! | a type or property that STIX does not know (kept as custom) | warning |
//! | `created` or `modified` without milliseconds; a URL that needs percent-encoding; null or an empty list in a custom property | warning, because too many producers do it and nobody is harmed |
//!
//! A clean object costs no allocation.

mod common;
mod domain;
mod extension;
mod observable;
mod relation;
mod rules;
pub(crate) mod selector;
mod shape;
mod special;
mod syntax;
mod walk;

use crate::json::{Map, Value};
use crate::problem::{Problem, Severity};
use shape::Shape;
use walk::{Path, Walk};

/// What family a type of object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A domain object (SDO).
    Domain,
    /// A relationship object (SRO).
    Relation,
    /// A cyber-observable object (SCO).
    Observable,
    /// A marking definition, language content or extension definition.
    Meta,
    /// A bundle, which is no object.
    Bundle,
    /// A type that STIX 2.1 does not define.
    Unknown,
}

/// Whether objects of a type are cyber-observable ones (STIX 2.1 section 6): values, of which others say something.
pub fn is_observable(object_type: &str) -> bool {
    class(object_type) == Class::Observable
}

/// Whether a text may stand where STIX wants a URL: whether saying so is no error. It may still want percent-encoding.
pub fn is_url(text: &str) -> bool {
    !matches!(syntax::check(shape::Syntax::Url, text), Err((Severity::Error, _)))
}

/// The family of an object type.
pub fn class(object_type: &str) -> Class {
    find(object_type).map_or(Class::Unknown, |(class, _)| class)
}

fn find(object_type: &str) -> Option<(Class, &'static Shape)> {
    match object_type {
        "relationship" => Some((Class::Relation, &relation::RELATIONSHIP)),
        "sighting" => Some((Class::Relation, &relation::SIGHTING)),
        "marking-definition" => Some((Class::Meta, &relation::MARKING_DEFINITION)),
        "language-content" => Some((Class::Meta, &relation::LANGUAGE_CONTENT)),
        "extension-definition" => Some((Class::Meta, &relation::EXTENSION_DEFINITION)),
        "bundle" => Some((Class::Bundle, &relation::BUNDLE)),
        _ => domain::shape(object_type)
            .map(|shape| (Class::Domain, shape))
            .or_else(|| observable::shape(object_type).map(|shape| (Class::Observable, shape))),
    }
}

/// Says what is wrong with an object (or with a bundle and all that it holds); empty for a good one.
///
/// Each problem names the JSON path from this map and the object's identifier. Nothing is resolved outside the object.
pub fn check(map: &Map<'_>) -> Vec<Problem> {
    let mut walk = Walk::new(map, None);
    let Some(Value::String(object_type)) = map.get("type") else {
        special::without_type(&mut walk, map.get("type"));
        return walk.problems;
    };
    match find(object_type) {
        Some((class, own)) => walk.map(map, &[common_of(class, object_type), own], &Path::Root, true),
        None => walk.map(map, &[common_of_unknown(map)], &Path::Root, true),
    }
    walk.problems
}

/// Says whether a value would be a good one for a property of a type; true where STIX 2.1 does not define the property.
pub(crate) fn property_fits(map: &Map<'_>, object_type: &str, key: &str, value: &Value<'_>) -> bool {
    let (common, own) = match find(object_type) {
        Some((class, own)) => (common_of(class, object_type), own),
        None => (&common::VERSIONED, &common::VERSIONED),
    };
    let property = own
        .properties
        .iter()
        .chain(common.properties)
        .find(|property| property.name == key);
    let Some(property) = property else { return true };
    let mut walk = Walk::new(map, None);
    walk.value(value, &property.kind, &Path::Root);
    walk.problems
        .iter()
        .all(|problem| problem.severity == Severity::Warning)
}

fn common_of(class: Class, object_type: &str) -> &'static Shape {
    match class {
        Class::Observable => &common::OBSERVABLE,
        Class::Bundle => &common::BUNDLE,
        Class::Meta if object_type == "marking-definition" => &common::MARKING,
        Class::Meta | Class::Domain | Class::Relation | Class::Unknown => &common::VERSIONED,
    }
}

/// A custom type says what it is by its extension; without one, an object with versions has their timestamps.
fn common_of_unknown(map: &Map<'_>) -> &'static Shape {
    let says = |kind: &str| {
        map.object("extensions").is_some_and(|all| {
            all.iter()
                .any(|(_, extension)| extension.as_object().and_then(|one| one.str("extension_type")) == Some(kind))
        })
    };
    if says("new-sco") || !(map.contains("created") || map.contains("modified") || says("new-sdo") || says("new-sro")) {
        &common::OBSERVABLE
    } else {
        &common::VERSIONED
    }
}

#[cfg(test)]
mod tests;
