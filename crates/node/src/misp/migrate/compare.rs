//! Compares an event as another instance has it with the same event as it is read here, field by field. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Fields of the head that must be the same.
const HEAD: [&str; 6] = ["info", "date", "threat_level_id", "analysis", "uuid", "extends_uuid"];
/// Fields of an attribute.
const ATTRIBUTE: [&str; 7] = [
    "type",
    "category",
    "value",
    "to_ids",
    "comment",
    "first_seen",
    "last_seen",
];
/// Fields of an object.
const OBJECT: [&str; 4] = ["name", "meta-category", "template_uuid", "comment"];
/// Fields of a report.
const REPORT: [&str; 2] = ["name", "content"];

/// The differences, each in a sentence; what is here and was not there is one too.
pub(super) fn differences(there: &Value, here: &Value) -> Vec<String> {
    let mut told = Vec::new();
    fields("the event", &HEAD, there, here, &mut told);
    let creator = |event: &Value| {
        event
            .pointer("/Orgc/uuid")
            .and_then(Value::as_str)
            .map(str::to_lowercase)
    };
    if creator(there) != creator(here) {
        told.push("the event: another organisation stands as its creator".to_owned());
    }
    tags("the event", there, here, &mut told);
    each("attribute", "Attribute", &ATTRIBUTE, there, here, &mut told);
    each("report", "EventReport", &REPORT, there, here, &mut told);
    each("object", "Object", &OBJECT, there, here, &mut told);
    let objects = by_uuid(here, "Object");
    for (uuid, object) in by_uuid(there, "Object") {
        if let Some(other) = objects.get(&uuid) {
            each("attribute", "Attribute", &ATTRIBUTE, object, other, &mut told);
        }
    }
    told
}

fn each(what: &str, list: &str, names: &[&str], there: &Value, here: &Value, told: &mut Vec<String>) {
    let (one, other) = (by_uuid(there, list), by_uuid(here, list));
    for (uuid, value) in &one {
        let name = format!("{what} {uuid}");
        match other.get(uuid) {
            None => told.push(format!("{name} is not here")),
            Some(found) => {
                fields(&name, names, value, found, told);
                tags(&name, value, found, told);
            }
        }
    }
    told.extend(
        other
            .keys()
            .filter(|uuid| !one.contains_key(*uuid))
            .map(|uuid| format!("{what} {uuid} was not there")),
    );
}

fn by_uuid<'v>(value: &'v Value, list: &str) -> BTreeMap<String, &'v Value> {
    let entries = value
        .get(list)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let present = entries
        .iter()
        .filter(|one| !super::partition::is_on(one.get("deleted")));
    present
        .filter_map(|one| Some((one.get("uuid")?.as_str()?.to_lowercase(), one)))
        .collect()
}

fn fields(what: &str, names: &[&str], there: &Value, here: &Value, told: &mut Vec<String>) {
    for name in names {
        let (one, other) = (scalar(there.get(*name), name), scalar(here.get(*name), name));
        if one != other {
            let short = |text: &str| text.chars().take(60).collect::<String>();
            told.push(format!(
                "{what}: {name} was '{}' there and is '{}' here",
                short(&one),
                short(&other)
            ));
        }
    }
}

fn tags(what: &str, there: &Value, here: &Value, told: &mut Vec<String>) {
    let names = |value: &Value| -> BTreeSet<String> {
        let list = value
            .get("Tag")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        list.iter()
            .filter_map(|tag| tag.get("name")?.as_str().map(str::to_owned))
            .collect()
    };
    let (one, other) = (names(there), names(here));
    told.extend(
        one.difference(&other)
            .map(|tag| format!("{what}: the tag '{tag}' is not here")),
    );
    told.extend(
        other
            .difference(&one)
            .map(|tag| format!("{what}: the tag '{tag}' was not there")),
    );
}

/// A scalar as both sides mean it: numbers and truth values either way, times as instants, nothing as nothing.
fn scalar(value: Option<&Value>, name: &str) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Bool(truth)) => if *truth { "1" } else { "0" }.to_owned(),
        Some(Value::String(text)) => text.replace("\r\n", "\n"),
        Some(other) => other.to_string(),
    };
    if name == "to_ids" && text.is_empty() {
        return "0".to_owned();
    }
    if name.ends_with("_seen") {
        let instant = text
            .parse::<jiff::Timestamp>()
            .map(|at| at.as_microsecond().to_string());
        return instant.unwrap_or(text);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn an_event_that_came_whole_has_no_differences_however_it_is_written() {
        let there = json!({ "uuid": "A", "info": "x", "analysis": "2", "Orgc": { "uuid": "O" }, "Tag": [{ "name": "t" }],
            "Attribute": [{ "uuid": "B", "type": "domain", "value": "a.example", "to_ids": true,
                "first_seen": "2026-01-01T00:00:00.000000+00:00" }] });
        let here = json!({ "uuid": "A", "info": "x", "analysis": 2, "Orgc": { "uuid": "o" }, "Tag": [{ "name": "t", "id": "9" }],
            "Attribute": [{ "uuid": "b", "type": "domain", "value": "a.example", "to_ids": "1", "comment": "",
                "first_seen": "2026-01-01T00:00:00Z" }] });
        assert_eq!(differences(&there, &here), Vec::<String>::new());
    }

    #[test]
    fn what_differs_is_told_with_its_place() {
        let there = json!({ "info": "x", "Orgc": { "uuid": "o" }, "Tag": [{ "name": "t" }],
            "Attribute": [{ "uuid": "b", "value": "1", "to_ids": false }, { "uuid": "c" }, { "uuid": "gone", "deleted": true }],
            "Object": [{ "uuid": "d", "name": "file", "Attribute": [{ "uuid": "e", "value": "1" }] }] });
        let here = json!({ "info": "y", "Orgc": { "uuid": "p" }, "Attribute": [{ "uuid": "b", "value": "2" }],
            "Object": [{ "uuid": "d", "name": "file", "Attribute": [{ "uuid": "e", "value": "3" }, { "uuid": "f" }] }] });
        assert_eq!(
            differences(&there, &here),
            [
                "the event: info was 'x' there and is 'y' here",
                "the event: another organisation stands as its creator",
                "the event: the tag 't' is not here",
                "attribute b: value was '1' there and is '2' here",
                "attribute c is not here",
                "attribute e: value was '1' there and is '3' here",
                "attribute f was not there",
            ]
        );
    }
}
