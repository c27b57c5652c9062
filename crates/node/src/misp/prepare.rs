//! What clients send, made ready to be shared: whom each piece goes to, what it needs, and what is not theirs to say. Nothing
//! here asks the store.

use serde_json::{Map, Value, json};
use stix::Timestamp;
use uuid::Uuid;

use super::distribution::{DistributionWish, GroupName};
use super::uuid_at;
use crate::error::{Error, bad};

/// The lists of an event whose entries may go to fewer than the event.
pub(super) const LISTS: [&str; 2] = ["Attribute", "Object"];
/// Lists of what is said: where its event goes, unless it says that it goes to fewer.
pub(super) const SAID: [&str; 5] = ["EventReport", "Note", "Opinion", "Relationship", "Sighting"];
pub(super) fn text_of(fields: &Map<String, Value>, key: &str) -> String {
    match fields.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Seconds with a fraction, which the reader of formats knows.
pub(super) fn seconds(at: Timestamp) -> String {
    format!(
        "{}.{:06}",
        at.micros().div_euclid(1_000_000),
        at.micros().rem_euclid(1_000_000)
    )
}

/// What a client says of distribution.
pub(super) fn wish_of(fields: &Map<String, Value>, otherwise: DistributionWish) -> Result<DistributionWish, Error> {
    let level = text_of(fields, "distribution");
    if level.is_empty() {
        return Ok(otherwise);
    }
    Ok(match level.as_str() {
        "0" => DistributionWish::Own,
        "1" => DistributionWish::Community(1),
        "2" => DistributionWish::Community(2),
        "3" => DistributionWish::Community(3),
        "4" => {
            let group = fields
                .get("SharingGroup")
                .and_then(Value::as_object)
                .and_then(|fields| uuid_at(fields, "uuid"));
            let number = text_of(fields, "sharing_group_id").parse().ok();
            match (group, number) {
                (Some(uuid), _) => DistributionWish::Group(GroupName::Uuid(uuid)),
                (None, Some(number)) => DistributionWish::Group(GroupName::Number(number)),
                (None, None) => {
                    let help = "give it as 'sharing_group_id'";
                    return Err(bad("no-group", "distribution 4 needs a sharing group", help));
                }
            }
        }
        "5" => DistributionWish::Inherit,
        _ => {
            return Err(bad(
                "bad-distribution",
                "a distribution is a number from 0 to 5",
                "see docs/misp.md",
            ));
        }
    })
}

/// What no version of an element says of itself: another instance's numbers, and what is worked out for each reader.
pub(super) const IGNORED: [&str; 22] = [
    "id",
    "event_id",
    "object_id",
    "org_id",
    "orgc_id",
    "sharing_group_id",
    "SharingGroup",
    "Org",
    "attribute_count",
    "RelatedEvent",
    "RelatedAttribute",
    "ShadowAttribute",
    "event_creator_email",
    "event_uuid",
    "Event",
    "CryptographicKey",
    "user_id",
    "locked",
    "proposal_email_lock",
    "protected",
    "timestamp",
    "distribution",
];

/// What clients keep with an element and send along.
pub(super) const OF_CLIENTS: [&str; 8] = [
    "local",
    "decay_score",
    "warnings",
    "feed",
    "Server",
    "Feed",
    "malware_filename",
    "encrypt",
];

pub(super) fn strip(fields: &mut Map<String, Value>) {
    for key in IGNORED {
        if !matches!(key, "timestamp" | "distribution") {
            fields.shift_remove(key);
        }
    }
    for key in OF_CLIENTS {
        fields.shift_remove(key);
    }
}

pub(super) fn apply(whole: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (key, value) in changes {
        if !matches!(
            key.as_str(),
            "timestamp" | "Sighting" | "ObjectReference" | "Note" | "Opinion" | "Relationship" | "Galaxy"
        ) {
            whole.insert(key.clone(), value.clone());
        }
    }
}

/// The tags that something has after a client sent some: those it has and new ones, without those that it says are deleted.
pub(super) fn tags_after(known: &[Value], sent: &[Value]) -> Vec<Value> {
    let name = |tag: &Value| tag.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut tags = known.to_vec();
    for tag in sent {
        let named = name(tag);
        let deleted = tag.as_object().is_some_and(|tag| super::project::truth(tag, "deleted"));
        if deleted {
            tags.retain(|known| name(known) != named);
        } else if !named.is_empty() && !tags.iter().any(|known| name(known) == named) {
            tags.push(tag.clone());
        }
    }
    tags
}

/// Makes of the tags that a client sent those that something has then; nothing, where they are those that it has.
pub(super) fn settle_tags(known: &Map<String, Value>, changes: &mut Map<String, Value>) {
    let Some(Value::Array(sent)) = changes.get("Tag") else {
        return;
    };
    let known = known
        .get("Tag")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let tags = tags_after(known, sent);
    match tags == known {
        true => changes.shift_remove("Tag"),
        false => changes.insert("Tag".to_owned(), Value::Array(tags)),
    };
}

/// Changes what is in an object: known attributes by their UUID, the rest is new.
pub(super) fn apply_inside(
    whole: &mut Map<String, Value>,
    changed: Vec<Value>,
    now: Timestamp,
    fresh: &dyn Fn() -> Uuid,
) {
    let at = json!((now.micros() / 1_000_000).to_string());
    let Some(Value::Array(attributes)) = whole.get_mut("Attribute") else {
        return;
    };
    for attribute in changed {
        let Value::Object(mut fields) = attribute else { continue };
        strip(&mut fields);
        let uuid = text_of(&fields, "uuid");
        let known = attributes
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .find(|known| !uuid.is_empty() && text_of(known, "uuid") == uuid);
        match known {
            Some(known) => {
                let before = known.clone();
                settle_tags(&before, &mut fields);
                apply(known, &fields);
                if *known != before {
                    known.insert("timestamp".to_owned(), at.clone());
                }
            }
            None => {
                fields.insert("timestamp".to_owned(), at.clone());
                complete(&mut fields);
                named(&mut fields, fresh);
                attributes.push(Value::Object(fields));
            }
        }
    }
}

/// The head of an event around elements that are shared by themselves: who made it, how it is marked, when.
pub(super) fn context_of(event: &Map<String, Value>) -> Map<String, Value> {
    let mut context = Map::new();
    for key in ["uuid", "info", "date", "Orgc", "Tag"] {
        if let Some(value) = event.get(key) {
            context.insert(key.to_owned(), value.clone());
        }
    }
    context
}

/// The same of something that comes into an event that is there: numbers of MISP's that are wider than its event's go where
/// that goes.
pub(super) fn within(wish: DistributionWish) -> DistributionWish {
    match wish {
        DistributionWish::Community(_) => DistributionWish::Inherit,
        wish => wish,
    }
}

/// To whom something in an event goes: never to others than the event, and where two groups are meant to nobody but the
/// member itself, since no audience says "in both".
pub(super) fn inside(wish: DistributionWish, around: DistributionWish) -> DistributionWish {
    match (wish, around) {
        (DistributionWish::Inherit, _) | (_, DistributionWish::Own) => DistributionWish::Inherit,
        (DistributionWish::Community(_), _) => DistributionWish::Inherit,
        (wish, around) if wish == around => DistributionWish::Inherit,
        (DistributionWish::Own | DistributionWish::Group(_), _) => DistributionWish::Own,
    }
}

/// To whom an attribute or object goes. An object goes as a whole: to whom its narrowest part does.
pub(super) fn narrowest(fields: &Map<String, Value>) -> Result<DistributionWish, Error> {
    let own = wish_of(fields, DistributionWish::Inherit)?;
    let mut narrowest = own;
    for inside in fields
        .get("Attribute")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
    {
        let wish = wish_of(inside, DistributionWish::Inherit)?;
        narrowest = match (narrowest, wish) {
            (DistributionWish::Own, _) | (_, DistributionWish::Own) => DistributionWish::Own,
            (one, DistributionWish::Inherit | DistributionWish::Community(_)) => one,
            (DistributionWish::Inherit | DistributionWish::Community(_), group) => group,
            // Two groups in one object: nobody is sure to be in both.
            (one, other) if one == other => one,
            _ => DistributionWish::Own,
        };
    }
    Ok(narrowest)
}

/// Gives elements what MISP gives them where a client does not: UUID, time, category; and takes off what is not theirs.
pub(super) fn prepare(lists: &mut Map<String, Value>, now: Timestamp, fresh: &dyn Fn() -> Uuid) -> Result<(), Error> {
    for (key, list) in lists.iter_mut() {
        let Value::Array(entries) = list else { continue };
        for entry in entries {
            let Some(fields) = entry.as_object_mut() else {
                return Err(bad(
                    "bad-element",
                    format!("an entry of '{key}' is no object"),
                    "see MISP's format",
                ));
            };
            element(key, fields, now, fresh)?;
        }
    }
    Ok(())
}

/// The same for one element of a list.
pub(super) fn element(
    key: &str,
    fields: &mut Map<String, Value>,
    now: Timestamp,
    fresh: &dyn Fn() -> Uuid,
) -> Result<(), Error> {
    strip(fields);
    // What analysts say has no time of this kind.
    if !matches!(key, "Note" | "Opinion" | "Relationship") {
        fields.entry("timestamp").or_insert_with(|| json!(seconds(now)));
    }
    if key == "Attribute" {
        checked(fields)?;
        complete(fields);
    }
    named(fields, fresh);
    if key != "Object" {
        return Ok(());
    }
    if text_of(fields, "name").is_empty() {
        return Err(bad(
            "no-name",
            "an object needs the name of its template",
            "give it as 'name'",
        ));
    }
    if let Some(Value::Array(inside)) = fields.get_mut("Attribute") {
        for attribute in inside.iter_mut().filter_map(Value::as_object_mut) {
            strip(attribute);
            checked(attribute)?;
            complete(attribute);
            named(attribute, fresh);
            attribute
                .entry("timestamp")
                .or_insert_with(|| json!((now.micros() / 1_000_000).to_string()));
        }
    }
    Ok(())
}

/// The same of a proposal, with what a client leaves out.
pub(super) fn check_attribute(fields: &mut Map<String, Value>) -> Result<(), Error> {
    checked(fields)?;
    complete(fields);
    Ok(())
}

/// What MISP asks of an attribute.
fn checked(fields: &Map<String, Value>) -> Result<(), Error> {
    for key in ["type", "value"] {
        if text_of(fields, key).trim().is_empty() {
            return Err(bad(
                "bad-attribute",
                format!("an attribute needs a {key}"),
                "see /attributes/describeTypes",
            ));
        }
    }
    let element_type = text_of(fields, "type");
    if formats::misp::default_category(&element_type).is_none() {
        let message = format!(
            "there is no type '{}' of attributes",
            element_type.chars().take(60).collect::<String>()
        );
        return Err(bad(
            "bad-type",
            message,
            "GET /attributes/describeTypes lists those there are",
        ));
    }
    Ok(())
}

fn complete(fields: &mut Map<String, Value>) {
    let element_type = text_of(fields, "type");
    if let Some((category, to_ids)) = formats::misp::default_category(&element_type) {
        if text_of(fields, "category").is_empty() {
            fields.insert("category".to_owned(), json!(category));
        }
        fields.entry("to_ids").or_insert_with(|| json!(to_ids));
    }
}

/// Gives an element a UUID where it has none.
fn named(fields: &mut Map<String, Value>, fresh: &dyn Fn() -> Uuid) {
    if uuid_at(fields, "uuid").is_none() {
        fields.insert("uuid".to_owned(), json!(fresh().to_string()));
    }
}

/// Whether two JSON values say the same in MISP's loose way.
pub(super) fn alike(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Bool(truth) => if *truth { "1" } else { "0" }.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (one, other) {
        (Value::Array(one), Value::Array(other)) if one.is_empty() && other.is_empty() => true,
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => one == other,
        _ => text(one) == text(other),
    }
}

/// Whether a value says nothing.
pub(super) fn nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stix::Timestamp;

    use super::{DistributionWish, GroupName, narrowest, seconds};

    #[test]
    fn an_object_goes_where_its_narrowest_part_goes() {
        let of = |object: serde_json::Value| narrowest(object.as_object().unwrap()).unwrap();
        assert_eq!(
            of(json!({ "distribution": "5", "Attribute": [{ "distribution": "0" }] })),
            DistributionWish::Own
        );
        let group = json!({ "distribution": "5", "Attribute": [{ "distribution": "4", "sharing_group_id": "7" }] });
        assert_eq!(of(group), DistributionWish::Group(GroupName::Number(7)));
        let two = json!({ "distribution": "4", "sharing_group_id": "6",
            "Attribute": [{ "distribution": "4", "sharing_group_id": "7" }] });
        assert_eq!(of(two), DistributionWish::Own);
    }

    #[test]
    fn tags_are_added_and_taken_off_by_name() {
        let known = json!({ "Tag": [{ "name": "a", "colour": "#000000" }, { "name": "b" }] });
        let after = |sent: serde_json::Value| {
            let mut changes = json!({ "Tag": sent }).as_object().unwrap().clone();
            super::settle_tags(known.as_object().unwrap(), &mut changes);
            changes.get("Tag").cloned()
        };
        assert_eq!(after(json!([{ "name": "a", "id": "7" }])), None);
        let changed = after(json!([{ "name": "a", "deleted": true }, { "name": "c" }]));
        assert_eq!(changed, Some(json!([{ "name": "b" }, { "name": "c" }])));
    }

    #[test]
    fn two_changes_within_a_second_are_two_times() {
        assert_eq!(
            seconds(Timestamp::from_micros(1_800_000_000_000_001)),
            "1800000000.000001"
        );
    }
}
