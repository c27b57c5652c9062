//! An event on its way to another MISP server: what of it goes, and with which distribution. Pure.
//!
//! | here | there | why |
//! |---|---|---|
//! | 3 all communities | 3 | it goes on as far as it goes |
//! | 2 connected communities | 1 | one hop is what was allowed, and this is it |
//! | 1 this community, 0 own organisation | not sent | |
//! | 4 sharing group | 4, where the peer's member is in the group | who is in it, its community decides |
//! | 5 inherit | 5 | as what is around it, which went or did not |

use serde_json::{Map, Value, json};

/// The distribution that something has at the next server; none: it stays here. `in_group`: whether the peer's member is in
/// the sharing group of level 4.
pub(crate) fn onward(level: u8, in_group: bool) -> Option<u8> {
    match level {
        3 => Some(3),
        2 => Some(1),
        4 if in_group => Some(4),
        5 => Some(5),
        _ => None,
    }
}

/// What an instance works out for itself, and what names its own accounts.
const OF_THIS_INSTANCE: [&str; 14] = [
    "id",
    "event_id",
    "object_id",
    "org_id",
    "orgc_id",
    "user_id",
    "RelatedEvent",
    "RelatedAttribute",
    "event_creator_email",
    "attribute_count",
    "CryptographicKey",
    "proposal_email_lock",
    "locked",
    "warnings",
];

fn level(fields: &Map<String, Value>) -> u8 {
    match fields.get("distribution") {
        Some(Value::String(text)) => text.parse().unwrap_or(0),
        Some(Value::Number(number)) => number
            .as_u64()
            .and_then(|number| u8::try_from(number).ok())
            .unwrap_or(0),
        // What says nothing is as what is around it.
        None | Some(Value::Null) => 5,
        Some(_) => 0,
    }
}

/// Tags that leave this node.
fn exportable(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(tags)) = fields.get_mut("Tag") {
        let stays = |tag: &Value| tag.get("exportable") == Some(&Value::Bool(false));
        tags.retain(|tag| !stays(tag));
        for tag in tags.iter_mut().filter_map(Value::as_object_mut) {
            tag.retain(|key, _| matches!(key.as_str(), "name" | "colour" | "exportable" | "numerical_value"));
        }
    }
}

/// Makes the entries of a list ready; says how many of them stay here.
fn list(fields: &mut Map<String, Value>, key: &str, in_group: &dyn Fn(&str) -> bool) -> u64 {
    let mut stay = 0;
    if let Some(Value::Array(entries)) = fields.get_mut(key) {
        entries.retain_mut(|entry| {
            let Some(entry) = entry.as_object_mut() else {
                return false;
            };
            let goes = of_part(entry, in_group);
            stay += u64::from(goes.is_none());
            goes.map(|inside| stay += inside).is_some()
        });
    }
    stay
}

/// Makes a part of an event ready; none where it stays here, else how much of what is in it does.
fn of_part(fields: &mut Map<String, Value>, in_group: &dyn Fn(&str) -> bool) -> Option<u64> {
    let group = fields
        .get("sharing_group_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    // The group of a part is named by number alone, which says nothing elsewhere: it goes only with the event's own.
    let level = onward(level(fields), in_group(&group))?;
    fields.insert(
        "distribution".to_owned(),
        json!(if level == 4 { 5 } else { level }.to_string()),
    );
    fields.shift_remove("sharing_group_id");
    fields.shift_remove("SharingGroup");
    for key in OF_THIS_INSTANCE {
        fields.shift_remove(key);
    }
    exportable(fields);
    Some(list(fields, "Attribute", in_group))
}

/// Makes an event ready for another server, in place: `to` is its distribution there, `group` its sharing group as the
/// other side can read it. Says how many of its attributes, objects and reports stay here.
pub(crate) fn prepare(event: &mut Map<String, Value>, to: u8, group: Option<Value>) -> u64 {
    let own = event
        .get("sharing_group_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let in_group = |number: &str| to == 4 && !own.is_empty() && own != "0" && number == own;
    let mut stay = 0;
    for key in ["Attribute", "Object", "EventReport"] {
        stay += list(event, key, &in_group);
    }
    for key in OF_THIS_INSTANCE {
        event.shift_remove(key);
    }
    event.shift_remove("sharing_group_id");
    event.shift_remove("SharingGroup");
    event.shift_remove("Org");
    event.insert("distribution".to_owned(), json!(to.to_string()));
    if let Some(group) = group {
        event.insert("SharingGroup".to_owned(), group);
    }
    // Proposals go to whom they were made.
    event.shift_remove("ShadowAttribute");
    exportable(event);
    stay
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{onward, prepare};

    #[test]
    fn distribution_goes_down_by_one_on_the_way() {
        for (level, in_group, there) in [
            (0, true, None),
            (1, true, None),
            (2, false, Some(1)),
            (3, false, Some(3)),
            (4, false, None),
            (4, true, Some(4)),
            (5, false, Some(5)),
            (6, true, None),
            (255, true, None),
        ] {
            assert_eq!(onward(level, in_group), there, "{level} {in_group}");
        }
    }

    #[test]
    fn what_stays_here_is_not_in_what_goes() {
        let event = json!({
            "id": "1", "uuid": "u", "distribution": "2", "sharing_group_id": "0", "Orgc": { "uuid": "o" }, "Org": { "id": "9" },
            "Tag": [{ "id": "3", "name": "tlp:green", "exportable": true }, { "name": "internal", "exportable": false }],
            "ShadowAttribute": [{ "value": "p" }],
            "Attribute": [
                { "id": "7", "value": "a", "distribution": "5" },
                { "value": "b", "distribution": "1" },
                { "value": "c", "distribution": "3" },
                { "value": "d", "distribution": "4", "sharing_group_id": "6" },
                { "value": "e", "distribution": "what" },
            ],
            "Object": [{ "distribution": "5", "Attribute": [{ "value": "f", "distribution": "0" }, { "value": "g" }] }],
        });
        let mut event = event.as_object().unwrap().clone();
        assert_eq!(prepare(&mut event, 1, None), 4);
        assert_eq!(
            json!(event),
            json!({
                "uuid": "u", "distribution": "1", "Orgc": { "uuid": "o" },
                "Tag": [{ "name": "tlp:green", "exportable": true }],
                "Attribute": [{ "value": "a", "distribution": "5" }, { "value": "c", "distribution": "3" }],
                "Object": [{ "distribution": "5", "Attribute": [{ "value": "g", "distribution": "5" }] }],
            })
        );
    }

    #[test]
    fn a_part_goes_to_the_group_of_its_event_and_to_no_other() {
        let event = json!({ "distribution": "4", "sharing_group_id": "6", "Attribute": [
            { "value": "a", "distribution": "4", "sharing_group_id": "6" },
            { "value": "b", "distribution": "4", "sharing_group_id": "7" },
        ] });
        let mut event = event.as_object().unwrap().clone();
        assert_eq!(prepare(&mut event, 4, Some(json!({ "uuid": "g" }))), 1);
        assert_eq!(event["Attribute"], json!([{ "value": "a", "distribution": "5" }]));
        assert_eq!(event["SharingGroup"]["uuid"], "g");
    }

    proptest! {
        #[test]
        fn nothing_goes_further_than_it_was_to_go(level in 0_u8..8, in_group: bool) {
            if let Some(there) = onward(level, in_group) {
                prop_assert!(matches!((level, there), (3, 3) | (2, 1) | (4, 4) | (5, 5)));
                prop_assert!(level != 4 || in_group);
            }
        }
    }
}
