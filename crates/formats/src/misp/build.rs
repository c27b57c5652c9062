//! Builds the observables and the pattern of an object from its attributes.

use std::borrow::Cow;

use stix::json::{Map, Value};
use uuid::Uuid;

use super::attribute::{Facts, autonomous_system};
use super::fit::{is_base64, is_hash, registry_key};
use super::observable::{Observable, Part};
use super::pattern::{Terms, hash_step};
use super::text::{self, Json};
use super::time;

/// The integers of STIX: 54 bits with the sign (section 2.10), and nothing that is counted is negative.
const INTEGERS: std::ops::Range<i64> = 0..1 << 53;

/// One attribute inside an object.
pub(super) struct Inner<'v> {
    pub relation: &'v str,
    pub attribute_type: &'v str,
    pub value: Cow<'v, str>,
    pub data: Option<&'v str>,
    pub to_ids: bool,
    pub uuid: Option<Uuid>,
    pub map: &'v Map<'v>,
}

/// The attributes of an object that count: not deleted, with a value.
pub(super) fn inners<'v>(object: &'v Map<'v>) -> Vec<Inner<'v>> {
    let attributes = object.array("Attribute").unwrap_or_default();
    attributes
        .iter()
        .filter_map(Value::as_object)
        .filter(|map| !text::truth(map, "deleted"))
        .filter_map(|map| {
            let value = map
                .get("value")
                .and_then(text::scalar)
                .filter(|value| !value.is_empty())?;
            Some(Inner {
                relation: map.str("object_relation").unwrap_or_default(),
                attribute_type: map.str("type").unwrap_or_default(),
                value,
                data: map.str("data").filter(|data| !data.is_empty() && is_base64(data)),
                to_ids: text::truth(map, "to_ids"),
                uuid: map.str("uuid").and_then(text::uuid),
                map,
            })
        })
        .collect()
}

/// What is built: the facts, the terms of the pattern, and which attributes went into the latter.
pub(super) struct Build<'i> {
    pub facts: Facts<'i>,
    pub terms: Terms,
    pub matched: Vec<bool>,
    pub element: Uuid,
}

impl<'i> Build<'i> {
    pub fn new(element: Uuid, attributes: usize) -> Self {
        Self {
            facts: Facts::default(),
            terms: Terms::default(),
            matched: vec![false; attributes],
            element,
        }
    }

    /// Adds an observable and gives its identifier.
    pub fn add(&mut self, observable: Observable<'i>, scratch: &mut Json) -> String {
        self.facts.add(observable, self.element, scratch)
    }

    /// Marks an attribute as matched by the pattern, where it is for detection; says whether it is.
    pub fn detect(&mut self, at: usize, inner: &Inner<'_>) -> bool {
        if inner.to_ids {
            self.matched[at] = true;
        }
        inner.to_ids
    }

    /// Compares a path with a text where the attribute is for detection.
    pub fn equals(&mut self, at: usize, inner: &Inner<'_>, path: &str) {
        if self.detect(at, inner) {
            self.terms.equals(path, &inner.value);
        }
    }

    /// Puts an attribute into an observable as a target of the table says; says whether it could.
    pub fn put(
        &mut self,
        observable: &mut Observable<'i>,
        target: &'static str,
        at: usize,
        inner: &'i Inner<'i>,
    ) -> bool {
        let (parents, leaf) = match target.rsplit_once('/') {
            Some((parents, leaf)) => (Some(parents), leaf),
            None => (None, target),
        };
        let value = inner.value.as_ref();
        let (sigil, name) = match leaf.as_bytes().first() {
            Some(b'#' | b'@' | b'*' | b'!' | b'%' | b'&') => leaf.split_at(1),
            _ => ("", leaf),
        };
        let mut path = format!("{}:", observable.kind);
        let mut entries = &mut observable.properties;
        for parent in parents.into_iter().flat_map(|parents| parents.split('/')) {
            let [before, step, after] = hash_step(parent);
            path.extend([before, step, after, "."]);
            let Some(inside) = dictionary(entries, parent) else {
                return false;
            };
            entries = inside;
        }
        if sigil == "%" {
            if !is_hash(name, value) {
                return false;
            }
            let [before, step, after] = hash_step(name);
            path.extend(["hashes.", before, step, after]);
            let Some(hashes) = dictionary(entries, "hashes") else {
                return false;
            };
            if !hashes.iter().any(|(key, _)| key == name) {
                hashes.push((Cow::Borrowed(name), Part::text(value)));
            }
            self.equals(at, inner, &path);
            return true;
        }
        path.push_str(name);
        let part = match sigil {
            "#" => value
                .trim()
                .parse()
                .ok()
                .filter(|number| INTEGERS.contains(number))
                .map(Part::Integer),
            "&" => autonomous_system(value).map(Part::Integer),
            "@" => time::moment(value).map(|at| Part::text(at.to_string())),
            "!" => Some(Part::Bool(matches!(value, "1" | "true" | "True"))),
            _ if observable.kind == "windows-registry-key" && name == "key" => Some(Part::Text(registry_key(value))),
            _ => Some(Part::text(value)),
        };
        let Some(part) = part else { return false };
        if sigil == "*" {
            path.push_str("[*]");
        }
        if self.detect(at, inner) {
            match (&part, sigil) {
                (Part::Integer(number), _) => self.terms.bare(&path, number),
                (Part::Bool(truth), _) => self.terms.bare(&path, truth),
                (Part::Text(moment), "@") => self.terms.bare(&path, &format_args!("t'{moment}'")),
                (Part::Text(text), _) => self.terms.equals(&path, text),
                _ => {}
            }
        }
        match entries.iter_mut().find(|(key, _)| key == name) {
            Some((_, Part::List(parts))) if sigil == "*" => parts.push(part),
            // A second value of what has one place stays with the carried attributes.
            Some(_) => {}
            None if sigil == "*" => entries.push((Cow::Borrowed(name), Part::List(vec![part]))),
            None => entries.push((Cow::Borrowed(name), part)),
        }
        true
    }
}

/// The dictionary of a name inside other properties, made where it is missing.
fn dictionary<'m, 'i>(
    entries: &'m mut Vec<(Cow<'i, str>, Part<'i>)>,
    name: &'static str,
) -> Option<&'m mut Vec<(Cow<'i, str>, Part<'i>)>> {
    let at = match entries.iter().position(|(key, _)| key == name) {
        Some(at) => at,
        None => {
            entries.push((Cow::Borrowed(name), Part::Dict(Vec::new())));
            entries.len() - 1
        }
    };
    match &mut entries[at].1 {
        Part::Dict(inside) => Some(inside),
        _ => None,
    }
}
