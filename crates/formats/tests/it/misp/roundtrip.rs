//! Events through STIX and back have the same content.

use std::collections::HashMap;

use formats::misp::{WriteOptions, Writer, WrittenEvent};
use serde_json::Value;

use super::{Collected, data, event_files, options, read};

pub fn write(collected: &Collected) -> (Vec<WrittenEvent>, Vec<stix::Problem>) {
    let mut writer = Writer::new(WriteOptions {
        info: "Loose objects".to_owned(),
        event: uuid::Uuid::from_u128(7),
        organisation: "Example CERT".to_owned(),
        organisation_uuid: uuid::Uuid::from_u128(8),
        now: options().now,
    });
    for text in &collected.texts {
        writer.object(stix::Object::parse(text).unwrap().map());
    }
    let mut events = Vec::new();
    let problems = writer
        .finish(&mut |event| {
            events.push(event);
            Ok(())
        })
        .unwrap();
    (events, problems)
}

/// Content without what means nothing: nulls, empty lists, order, and whether a number is written as text.
pub fn normal(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Number(number) => Some(Value::String(number.to_string())),
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().filter_map(normal).collect();
            values.sort_by_key(|value| match value.get("uuid").and_then(Value::as_str) {
                Some(uuid) => format!("{uuid} {value}"),
                None => value.to_string(),
            });
            (!values.is_empty()).then_some(Value::Array(values))
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map
                .iter()
                .filter(|(key, value)| !(*key == "comment" && *value == ""))
                .filter_map(|(key, value)| Some((key.clone(), normal(value)?)))
                .collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            (!entries.is_empty()).then(|| Value::Object(entries.into_iter().collect()))
        }
        other => Some(other.clone()),
    }
}

/// What MISP requires and an event may lack: the writer adds it.
const ADDED: [&str; 11] = [
    "uuid",
    "timestamp",
    "date",
    "threat_level_id",
    "analysis",
    "published",
    "Orgc",
    "info",
    "distribution",
    "publish_timestamp",
    "comment",
];

/// Takes out of what came back what was not there before and the writer had to add.
fn without_added(before: &Value, after: &mut Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            after.retain(|key, _| before.contains_key(key) || !ADDED.contains(&key.as_str()));
            for (key, after) in after.iter_mut() {
                if let Some(before) = before.get(key) {
                    without_added(before, after);
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for after in after {
                let same = |key: &str| {
                    let wanted = after.get(key).filter(|value| !value.is_null())?;
                    before.iter().find(|before| before.get(key) == Some(wanted))
                };
                if let Some(before) = same("uuid")
                    .or_else(|| same("value"))
                    .or_else(|| same("name"))
                    .or_else(|| before.first())
                {
                    without_added(before, after);
                }
            }
        }
        _ => {}
    }
}

pub fn difference(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                difference(
                    &format!("{path}.{key}"),
                    value,
                    other.get(key).unwrap_or(&Value::Null),
                    found,
                );
            }
            for (key, value) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
                found.push(format!("{path}.{key} is new: {value}"));
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                difference(&format!("{path}[{at}]"), one, other, found);
            }
        }
        _ if before != after => {
            let short = |value: &Value| value.to_string().chars().take(200).collect::<String>();
            found.push(format!("{path}: {} became {}", short(before), short(after)));
        }
        _ => {}
    }
}

/// The events in any of the wrappings of the data.
fn events(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.iter().flat_map(events).collect(),
        Value::Object(map) => match map.get("response").or_else(|| map.get("Event")) {
            Some(inner) => events(inner),
            None if map.contains_key("info") || map.contains_key("analysis") || map.contains_key("date") => {
                vec![value.clone()]
            }
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Differences after the way through STIX and back.
pub fn round_trip(json: &[u8]) -> Vec<String> {
    let (collected, _) = read(json).unwrap();
    let (written, _) = write(&collected);
    let mut after: HashMap<String, Value> = HashMap::new();
    let mut unnamed = Vec::new();
    for event in &written {
        let value: Value = serde_json::from_str(&event.json).expect("the event is JSON");
        unnamed.push(value["Event"].clone());
        after.insert(event.uuid.to_string(), value["Event"].clone());
    }
    let mut found = Vec::new();
    for before in events(&serde_json::from_slice(json).unwrap()) {
        let name = before["uuid"].as_str().unwrap_or("no uuid").to_owned();
        let after = after.get(&name).or_else(|| (unnamed.len() == 1).then(|| &unnamed[0]));
        let Some(after) = after else {
            found.push(format!("event {name} is lost"));
            continue;
        };
        let before = normal(&before).unwrap();
        let mut after = normal(after).unwrap();
        without_added(&before, &mut after);
        difference("$", &before, &normal(&after).unwrap(), &mut found);
    }
    found
}

#[test]
fn every_real_event_comes_back_with_the_same_content() {
    let Some(data) = data() else { return };
    let mut found = Vec::new();
    let mut count = 0;
    for path in event_files(&data) {
        let bytes = std::fs::read(&path).unwrap();
        if read(&bytes).is_err() {
            continue;
        }
        count += 1;
        let differences = round_trip(&bytes);
        if !differences.is_empty() {
            found.push(format!("{}: {}", path.display(), differences.len()));
            found.extend(differences.into_iter().take(6));
        }
    }
    assert!(count > 50, "{count}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
