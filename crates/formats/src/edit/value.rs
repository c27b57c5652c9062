//! Items whose meaning is one value: how they are read, and how they are made anew with another.

use serde_json::{Map, Value, json};
use stix::observable::{Kind, Observable, extract};
use stix::{Id, Place, Problem};

use crate::draft::observable_object;
use crate::indicators::{self, Entry, pattern};
use crate::{Found, ReadOptions, Sink};

/// Characters of a name that are shown.
const NAME: usize = 300;

/// What a value is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is looked for.
    Indicator,
    /// It is only mentioned.
    Mention,
}

/// An item as a person reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its STIX type.
    pub object_type: String,
    /// What people recognise it by.
    pub name: String,
    /// Its one value and what that is here for; none where it is something else, or more than one.
    pub value: Option<(Role, Observable)>,
    /// Whether its name may be corrected: of what the reader named as well as it could.
    pub is_named: bool,
}

impl Item {
    pub(super) fn of(map: &stix::json::Map<'_>) -> Self {
        let object_type = map.str("type").unwrap_or_default().to_owned();
        let keys = ["name", "value", "pattern", "relationship_type", "content"];
        let name = keys.into_iter().find_map(|key| map.str(key)).unwrap_or_default();
        Self {
            is_named: matches!(&*object_type, "report" | "grouping" | "incident" | "campaign"),
            name: name.chars().take(NAME).collect(),
            value: value_of(map),
            object_type,
        }
    }
}

/// The one value that an object stands for.
fn value_of(map: &stix::json::Map<'_>) -> Option<(Role, Observable)> {
    let mut values = extract(map);
    let (Some(only), true) = (values.pop(), values.is_empty()) else {
        return None;
    };
    if map.str("type") == Some("indicator") {
        let is_all = map.str("pattern") == Some(&pattern::of(&only));
        return is_all.then_some((Role::Indicator, only));
    }
    let (id, _) = observable_object(&only, &[])?;
    (map.str("id") == Some(id.as_str())).then_some((Role::Mention, only))
}

/// Keeps what is handed on.
#[derive(Default)]
pub(super) struct Captured(pub Vec<Found<'static>>);

impl Sink for Captured {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.0.push(Found {
            text: found.text.into_owned().into(),
            ..found
        });
        Ok(())
    }

    fn problem(&mut self, _: Problem) {}
}

/// An object with another value: an indicator keeps what else it says, what changes its part is made anew.
pub(super) fn with_value(
    found: &Found<'_>,
    old: &(Role, Observable),
    new: &(Role, Observable),
    options: &ReadOptions,
) -> Result<Found<'static>, Problem> {
    let mut map: Map<String, Value> = serde_json::from_str(&found.text).map_err(unreadable)?;
    if old.0 == Role::Indicator && new.0 == Role::Indicator && new.1.kind != Kind::Cve {
        let name = map.get("name").and_then(Value::as_str);
        if name == Some(&old.1.value) {
            map.insert("name".to_owned(), json!(new.1.value));
        }
        let id = indicators::identifier(&new.1, &options.producer);
        map.insert("id".to_owned(), json!(id.as_str()));
        map.insert("pattern".to_owned(), json!(pattern::of(&new.1)));
        return Ok(Found {
            text: Value::Object(map).to_string().into(),
            place: found.place.clone(),
            dated: found.dated,
        });
    }
    let refs = map.get("object_marking_refs").and_then(Value::as_array);
    let markings = refs.into_iter().flatten().filter_map(Value::as_str);
    let markings: Vec<Id> = markings.filter_map(|id| Id::parse(id).ok()).collect();
    let mut captured = Captured::default();
    match new.0 {
        Role::Indicator => {
            let entry = Entry {
                markings,
                ..Entry::default()
            };
            indicators::hand_on(&new.1, &entry, found.place.clone(), options, &mut captured)?;
        }
        Role::Mention => {
            let (_, draft) = observable_object(&new.1, &markings).ok_or_else(|| {
                let message = format!("{} cannot be only mentioned", new.1.kind.described());
                let help = "STIX has no object for it: look for it, or leave it out";
                Problem::error("no-object-for-kind", found.place.clone(), message).help(help)
            })?;
            draft.hand_on(found.place.clone(), false, &mut captured)?;
        }
    }
    captured.0.pop().ok_or_else(|| {
        let message = "the corrected item could not be made";
        Problem::error("not-made", Place::default(), message)
    })
}

pub(super) fn unreadable(error: serde_json::Error) -> Problem {
    Problem::error(
        "bad-json",
        Place::default(),
        format!("the item cannot be read: {error}"),
    )
}
