//! Values that a table cannot describe: names, hashes, dictionaries, extensions and objects within objects.

use super::relation::EXTENSION_TYPES;
use super::shape::Kind;
use super::walk::{Path, Short, Walk};
use super::{Class, class, common, observable, syntax};
use crate::id;
use crate::json::{Map, Value};
use crate::problem::Severity;

/// Section 3.8.
const RESERVED: [&str; 5] = ["severity", "username", "phone_number", "phone_numbers", "action"];

/// So many problems of one bundle are told.
const BUNDLE_LIMIT: usize = 1_000;

pub(super) fn own_type(walk: &mut Walk<'_>, text: &str, path: &Path<'_>) {
    if class(text) != Class::Unknown {
        return;
    }
    if let Err(why) = id::check_object_type(text) {
        walk.error("bad-type", path, format_args!("'{}': {why}", Short(text)));
    } else if text.len() < 3 || text.contains("--") {
        walk.error(
            "bad-type",
            path,
            format_args!("'{text}': an object type has at least 3 characters and no double hyphen"),
        );
    } else if !text.starts_with("x-") && !walk.is_extended() {
        walk.warning(
            "unknown-type",
            path,
            format_args!(
                "STIX 2.1 has no object type '{}'; it is kept as a custom object",
                Short(text)
            ),
        );
    }
}

pub(super) fn own_id(walk: &mut Walk<'_>, text: &str, path: &Path<'_>) {
    match id::check(text) {
        Err(error) => walk.error("bad-id", path, error),
        Ok(prefix) => match walk.object.str("type") {
            Some(own) if own != prefix => {
                let message = format_args!(
                    "the identifier is of type '{prefix}', the object of type '{}'",
                    Short(own)
                );
                walk.error("id-type-mismatch", path, message);
            }
            _ if !is_rfc_4122(text) => walk.error(
                "bad-id",
                path,
                format_args!("'{text}' has a UUID of no version that RFC 4122 or RFC 9562 knows"),
            ),
            _ => {}
        },
    }
}

/// Looks at the two digits that say version and variant.
fn is_rfc_4122(id: &str) -> bool {
    let uuid = id.as_bytes().last_chunk::<36>();
    uuid.is_some_and(|uuid| {
        matches!(uuid[14], b'1'..=b'8') && matches!(uuid[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
    })
}

/// Custom properties are kept; their names have rules (section 11.1), and a misspelt property should be seen.
pub(super) fn unknown_property(walk: &mut Walk<'_>, key: &str, value: &Value<'_>, path: &Path<'_>, top: bool) {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let lettered = key.starts_with(|first: char| first.is_ascii_lowercase());
    if !(3..=250).contains(&key.len()) || !lettered || !key.bytes().all(allowed) {
        walk.error(
            "bad-property-name",
            path,
            "the name of a property has 3 to 250 characters of a-z, 0-9 and underscores and begins with a letter",
        );
    } else if key == "defanged" && top && !walk.is_observable() {
        walk.error(
            "misplaced-property",
            path,
            "only cyber-observable objects may have 'defanged'",
        );
    } else if top && RESERVED.contains(&key) && !walk.is_extended() {
        walk.error(
            "reserved-name",
            path,
            format_args!("the name '{key}' is reserved by STIX 2.1 for later use"),
        );
    } else if !key.starts_with("x_") && !walk.has_own_properties() {
        walk.warning(
            "unknown-property",
            path,
            format_args!("STIX 2.1 does not define '{key}' here; it is kept as a custom property"),
        );
    }
    match value {
        Value::Null => walk.warning("empty-value", path, "null is no value in STIX; leave the property out"),
        Value::Array(values) if values.is_empty() => {
            walk.warning("empty-value", path, "a list must not be empty; leave the property out");
        }
        _ => {}
    }
}

pub(super) fn hashes<'m>(walk: &mut Walk<'m>, map: &'m Map<'m>, path: &Path<'_>) {
    if !dictionary_keys(walk, map, path) {
        return;
    }
    for (algorithm, value) in map.iter() {
        let here = Path::Key(path, algorithm);
        let Some(text) = value.as_str() else {
            walk.error(
                "wrong-type",
                &here,
                format_args!("a hash must be a string, found {}", value.kind()),
            );
            continue;
        };
        if algorithm.len() < 3 {
            walk.error(
                "bad-dictionary-key",
                &here,
                "the name of a hash algorithm has at least 3 characters",
            );
        }
        if let Err(why) = syntax::hash(algorithm, text) {
            walk.error("bad-hash", &here, format_args!("'{}': {why}", Short(text)));
        }
        match syntax::hash_algorithm(algorithm) {
            Some(proper) if proper != algorithm => {
                let message =
                    format_args!("STIX writes this algorithm '{proper}'; patterns will not find '{algorithm}'");
                walk.warning("hash-algorithm-name", &here, message);
            }
            _ => {}
        }
    }
}

/// Section 2.5.
fn dictionary_keys(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) -> bool {
    if map.is_empty() {
        walk.error(
            "empty-dictionary",
            path,
            "a dictionary must not be empty; leave the property out instead",
        );
    }
    for (key, _) in map.iter() {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if key.is_empty() || key.len() > 250 || !key.bytes().all(allowed) {
            walk.error(
                "bad-dictionary-key",
                &Path::Key(path, key),
                "a key of a dictionary is made of 1 to 250 of a-z, A-Z, 0-9, hyphens and underscores",
            );
        }
    }
    !map.is_empty()
}

pub(super) fn dictionary<'m>(walk: &mut Walk<'m>, map: &'m Map<'m>, inner: &'static Kind, path: &Path<'_>) {
    dictionary_keys(walk, map, path);
    for (key, value) in map.iter() {
        walk.value(value, inner, &Path::Key(path, key));
    }
}

/// Section 7.1: by language, then by property, the translated text.
pub(super) fn translations(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    if map.is_empty() {
        walk.error("empty-dictionary", path, "there must be at least one translation");
    }
    for (language, value) in map.iter() {
        let here = Path::Key(path, language);
        if !syntax::is_language(language) {
            walk.error("bad-value", &here, "the key is not a language tag such as en or pt-BR");
        }
        match value {
            Value::Object(texts) => {
                dictionary_keys(walk, texts, &here);
            }
            other => walk.error(
                "wrong-type",
                &here,
                format_args!("a translation must be an object, found {}", other.kind()),
            ),
        }
    }
}

pub(super) fn extensions<'m>(walk: &mut Walk<'m>, map: &'m Map<'m>, path: &Path<'_>) {
    if map.is_empty() {
        walk.error(
            "empty-dictionary",
            path,
            "'extensions' must not be empty; leave it out instead",
        );
    }
    let predefined = walk
        .object
        .str("type")
        .and_then(observable::shape)
        .map_or(&[][..], |shape| shape.extensions);
    for (key, value) in map.iter() {
        let here = Path::Key(path, key);
        let Value::Object(extension) = value else {
            let message = format_args!("an extension must be an object, found {}", value.kind());
            walk.error("wrong-type", &here, message);
            continue;
        };
        if let Some((_, shape)) = predefined.iter().find(|(name, _)| *name == key) {
            walk.map(extension, &[shape], &here, false);
        } else if key.starts_with("extension-definition--") {
            defined(walk, key, extension, &here);
        } else {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if key.len() < 3 || key.len() > 250 || !key.bytes().all(allowed) {
                walk.error(
                    "bad-extension",
                    &here,
                    "the key of an extension is the identifier of an extension-definition, or 3 to 250 of a-z, 0-9 and hyphens",
                );
            }
            if extension.is_empty() {
                walk.error("empty-dictionary", &here, "an extension must not be empty");
            }
        }
    }
}

/// An extension by an extension-definition (section 7.3).
fn defined(walk: &mut Walk<'_>, key: &str, extension: &Map<'_>, path: &Path<'_>) {
    if let Err(error) = id::check(key) {
        walk.error("bad-extension", path, error);
    }
    match extension.get("extension_type") {
        Some(Value::String(kind)) if EXTENSION_TYPES.contains(&kind.as_ref()) => {}
        Some(_) => {
            let message = format_args!("'extension_type' must be one of {}", EXTENSION_TYPES.join(", "));
            walk.error("not-in-vocabulary", &Path::Key(path, "extension_type"), message);
        }
        None => walk.error(
            "missing-property",
            path,
            "the required property 'extension_type' is missing",
        ),
    }
}

/// The deprecated way of observed data to hold its observables: by key, referring to each other by key.
pub(super) fn container<'m>(walk: &mut Walk<'m>, map: &'m Map<'m>, path: &Path<'_>) {
    if map.is_empty() {
        walk.error("empty-dictionary", path, "'objects' must hold at least one observable");
    }
    for (key, value) in map.iter() {
        let here = Path::Key(path, key);
        let Value::Object(object) = value else {
            walk.error(
                "wrong-type",
                &here,
                format_args!("an observable must be an object, found {}", value.kind()),
            );
            continue;
        };
        let mut inner = Walk::new(object, Some(map));
        inner.steps = walk.steps;
        // Section 2.13: observables of STIX 2.0, with their old names, may stand here.
        inner.custom = true;
        let own = object.str("type").and_then(observable::shape);
        match own {
            Some(own) => inner.map(object, &[&common::CONTAINED, own], &here, true),
            None => inner.map(object, &[&common::CONTAINED], &here, true),
        }
        walk.steps = inner.steps;
        walk.take(inner.problems);
    }
}

pub(super) fn objects<'m>(walk: &mut Walk<'m>, values: &'m [Value<'m>], path: &Path<'_>) {
    if values.is_empty() {
        walk.error(
            "empty-list",
            path,
            "a list must not be empty; leave the property out instead",
        );
    }
    let outer = path.to_string();
    for (at, value) in values.iter().enumerate() {
        let here = Path::Item(path, at);
        match value {
            Value::Object(object) if object.str("type") == Some("bundle") => {
                walk.error("nested-bundle", &here, "a bundle must not hold a bundle");
            }
            Value::Object(object) => {
                let place = format!("{outer}[{at}]");
                for problem in super::check(object) {
                    walk.problems.push(problem.within(&place));
                }
                if walk.problems.len() > BUNDLE_LIMIT {
                    let message = format_args!("only the first {BUNDLE_LIMIT} problems of the bundle are told");
                    return walk.stop(message);
                }
            }
            other => walk.error(
                "wrong-type",
                &here,
                format_args!("a bundle holds objects, found {}", other.kind()),
            ),
        }
    }
}

/// The message for an object that has no usable type.
pub(super) fn without_type(walk: &mut Walk<'_>, value: Option<&Value<'_>>) {
    match value {
        None => walk.advise(
            Severity::Error,
            "missing-property",
            &Path::Root,
            (
                "the required property 'type' is missing",
                "give each STIX object its type, as in \"type\": \"indicator\"",
            ),
        ),
        Some(other) => walk.error(
            "wrong-type",
            &Path::Key(&Path::Root, "type"),
            format_args!("'type' must be a string, found {}", other.kind()),
        ),
    }
}
