//! Rules across properties that no table can say.

use super::walk::{Path, Walk};
use crate::json::{Map, Value};
use crate::marking::{self, fixed};
use crate::pattern::Pattern;

/// A marking must not mark itself (section 7.2.1: no circular references).
pub(super) fn not_its_own_marking(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    let Some(own) = map.str("id") else { return };
    let refs = map.array("object_marking_refs").unwrap_or_default();
    if refs.iter().any(|one| one.as_str() == Some(own)) {
        walk.error(
            "circular-marking",
            &Path::Key(path, "object_marking_refs"),
            "a marking definition must not mark itself",
        );
    }
}

/// The TLP markings are fixed to the letter (section 7.2.1.4, and the extension for TLP 2.0); a statement is a text.
pub(super) fn marking_definition(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    let definition = map.object("definition");
    match (map.str("definition_type"), definition) {
        (Some("statement"), Some(definition)) if definition.str("statement").is_none() => {
            walk.error(
                "missing-property",
                &Path::Key(path, "definition"),
                "a statement marking needs the text 'statement'",
            );
        }
        _ => {}
    }
    if let Some(fixed) = map.str("id").and_then(fixed::by_id) {
        if !fixed.equals(map) {
            walk.error(
                "tlp-marking-altered",
                path,
                format_args!(
                    "the marking definition of {} is fixed by the standard, and this one differs from it",
                    fixed.name
                ),
            );
        }
    } else if map.str("definition_type") == Some("tlp") {
        walk.error(
            "tlp-marking-altered",
            &Path::Key(path, "id"),
            "TLP has four marking definitions fixed by STIX 2.1 section 7.2.1.4; others are not allowed",
        );
    } else if map
        .object("extensions")
        .and_then(|extensions| extensions.object(marking::TLP_2_EXTENSION))
        .is_some()
    {
        walk.error(
            "tlp-marking-altered",
            &Path::Key(path, "id"),
            "TLP 2.0 has five fixed marking definitions; others are not allowed",
        );
    }
}

/// Section 4.11: `name` is required of a family.
pub(super) fn malware_family_has_a_name(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    if matches!(map.get("is_family"), Some(Value::Bool(true))) && !map.contains("name") {
        walk.error("missing-property", path, "a malware family needs a 'name'");
    }
}

/// Section 6.6: `body` goes with one part, `body_multipart` with several.
pub(super) fn email_body(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    let wrong = match map.get("is_multipart") {
        Some(Value::Bool(true)) => "body",
        Some(Value::Bool(false)) => "body_multipart",
        _ => return,
    };
    if map.contains(wrong) {
        let message = format_args!("'{wrong}' contradicts the value of 'is_multipart'");
        walk.error("exclusive-properties", &Path::Key(path, wrong), message);
    }
}

/// Section 6.12: traffic that goes on has no end.
pub(super) fn active_traffic_has_no_end(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    if matches!(map.get("is_active"), Some(Value::Bool(true))) && map.contains("end") {
        walk.error(
            "exclusive-properties",
            &Path::Key(path, "end"),
            "network traffic that is active has no 'end'",
        );
    }
}

/// Section 7.3.2: the list of new properties goes with top-level extensions only.
pub(super) fn extension_properties_are_of_the_top_level(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    let types = map.array("extension_types").unwrap_or_default();
    if map.contains("extension_properties")
        && !types
            .iter()
            .any(|one| one.as_str() == Some("toplevel-property-extension"))
    {
        walk.error(
            "exclusive-properties",
            &Path::Key(path, "extension_properties"),
            "only a toplevel-property-extension lists its properties",
        );
    }
}

/// A pattern of type `stix` is in the pattern language (section 9).
pub(super) fn pattern(walk: &mut Walk<'_>, map: &Map<'_>, path: &Path<'_>) {
    let (Some("stix"), Some(text)) = (map.str("pattern_type"), map.str("pattern")) else {
        return;
    };
    let parsed = if map
        .str("pattern_version")
        .is_some_and(|version| version.starts_with("2.0"))
    {
        Pattern::parse_v20(text)
    } else {
        Pattern::parse(text)
    };
    if let Err(problem) = parsed {
        walk.pattern_problem(problem, &Path::Key(path, "pattern"));
    }
}
