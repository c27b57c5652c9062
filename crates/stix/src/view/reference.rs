//! The references of an object to others: the edges of the graph.

use crate::id;
use crate::json::{Map, Value};

/// Every reference of an object: the name of the property, and the identifier that it points to.
///
/// These are the properties ending in `_ref` and `_refs`, at the top and inside (extensions, parts of a mail, granular
/// markings). What is no identifier, such as the local keys of the deprecated container, is left out.
pub fn references<'v>(map: &'v Map<'_>) -> impl Iterator<Item = (&'v str, &'v str)> {
    collect(map, true)
}

/// The same without who made it and how it is marked, which are no edges between things.
pub fn graph_references<'v>(map: &'v Map<'_>) -> impl Iterator<Item = (&'v str, &'v str)> {
    collect(map, false)
}

fn collect<'v>(map: &'v Map<'_>, all: bool) -> impl Iterator<Item = (&'v str, &'v str)> {
    let mut found = Vec::new();
    // A stack of our own: how deep a hostile object nests is then no matter of the thread's stack.
    let mut open: Vec<&'v Map<'v>> = vec![map];
    while let Some(map) = open.pop() {
        for (key, value) in map.iter() {
            if !all && matches!(key, "created_by_ref" | "object_marking_refs" | "granular_markings") {
                continue;
            }
            let is_reference = key.ends_with("_ref") || key.ends_with("_refs");
            match value {
                Value::String(text) if is_reference => push(&mut found, key, text),
                Value::Array(values) if is_reference => {
                    for text in values.iter().filter_map(Value::as_str) {
                        push(&mut found, key, text);
                    }
                }
                Value::Object(map) => open.push(map),
                Value::Array(values) => open.extend(values.iter().filter_map(Value::as_object)),
                _ => {}
            }
        }
    }
    found.into_iter()
}

fn push<'v>(found: &mut Vec<(&'v str, &'v str)>, key: &'v str, text: &'v str) {
    if id::check(text).is_ok() {
        found.push((key, text));
    }
}
