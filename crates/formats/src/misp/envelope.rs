//! Finds the events, attributes and objects in whatever MISP wraps around them.
//!
//! Only one element is ever held as a tree; everything else stays raw text of the input.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use stix::{Place, Problem};

/// One thing to convert, as raw text with its JSON path.
pub(super) enum Piece<'a> {
    Event(Vec<(Cow<'a, str>, &'a RawValue)>, &'a str),
    /// A list of attributes, or one.
    Attributes(&'a RawValue),
    /// A list of objects, or one.
    Objects(&'a RawValue),
    /// An item of a list that is none of these; the others are still read.
    Broken(Problem),
}

/// Takes the pieces, one by one.
pub(super) type Take<'t, 'a> = &'t mut dyn FnMut(Piece<'a>, &str) -> Result<(), Problem>;

/// How deep lists and wrappers may stand around an event.
const WRAPPERS: usize = 6;

/// Keys of which any shows that an object is an event.
const EVENT_KEYS: [&str; 6] = [
    "info",
    "date",
    "analysis",
    "threat_level_id",
    "Orgc",
    "publish_timestamp",
];

/// Finds the pieces of a whole text.
pub(super) fn pieces<'a>(text: &'a str, take: Take<'_, 'a>) -> Result<(), Problem> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| stix::json::problem(&error))?;
    walk(raw, "$", 0, take)
}

fn walk<'a>(raw: &'a RawValue, path: &str, depth: usize, take: Take<'_, 'a>) -> Result<(), Problem> {
    if depth > WRAPPERS {
        return Err(unknown(path, "it is wrapped too deeply"));
    }
    if is_list(raw) {
        return items(raw, &mut |at, item| {
            let path = format!("{path}[{at}]");
            if let Err(problem) = check(item, &path) {
                return take(Piece::Broken(problem), &path);
            }
            walk(item, &path, depth + 1, take)
        });
    }
    check(raw, path)?;
    let entries = entries(raw, path)?;
    let get = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, raw)| *raw);
    let has = |name: &str| get(name).is_some();
    if EVENT_KEYS.iter().any(|key| has(key)) {
        return take(Piece::Event(entries, raw.get()), path);
    }
    for wrapper in ["response", "Event"] {
        if let Some(inner) = get(wrapper) {
            return walk(inner, &format!("{path}.{wrapper}"), depth + 1, take);
        }
    }
    if has("meta-category") || has("template_uuid") {
        return take(Piece::Objects(raw), path);
    }
    if has("type") && has("value") {
        return take(Piece::Attributes(raw), path);
    }
    let (attributes, objects) = (get("Attribute"), get("Object"));
    if let Some(attributes) = attributes {
        take(Piece::Attributes(attributes), &format!("{path}.Attribute"))?;
    }
    if let Some(objects) = objects {
        take(Piece::Objects(objects), &format!("{path}.Object"))?;
    }
    Ok(())
}

/// Says what keeps an item from being read at all.
fn check(raw: &RawValue, path: &str) -> Result<(), Problem> {
    if is_list(raw) {
        return Ok(());
    }
    if !raw.get().starts_with('{') {
        return Err(unknown(path, "an object or a list is expected"));
    }
    let entries = entries(raw, path)?;
    let has = |name: &str| entries.iter().any(|(key, _)| key == name);
    let known = [
        "response",
        "Event",
        "Attribute",
        "Object",
        "meta-category",
        "template_uuid",
    ];
    if known.iter().chain(&EVENT_KEYS).any(|key| has(key)) || (has("type") && has("value")) {
        return Ok(());
    }
    Err(unknown(path, "none of Event, response, Attribute and Object is in it"))
}

fn unknown(path: &str, why: &str) -> Problem {
    Problem::error(
        "not-misp",
        Place::path(path),
        format!("this is not the JSON of MISP: {why}"),
    )
    .help("expected an event, a list of events, or the answer to a search")
}

pub(super) fn is_list(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

/// The keys and raw values of an object of JSON, in their order, each as often as it stands there.
///
/// # Errors
/// When the text is not one object.
pub fn members(text: &str) -> serde_json::Result<Vec<(Cow<'_, str>, &RawValue)>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let entries = reader.deserialize_map(Entries)?;
    reader.end()?;
    Ok(entries)
}

/// The keys and raw values of an object, each key once.
pub(super) fn entries<'a>(raw: &'a RawValue, path: &str) -> Result<Vec<(Cow<'a, str>, &'a RawValue)>, Problem> {
    let entries = members(raw.get()).map_err(|error| Problem {
        place: Place::path(path),
        ..stix::json::problem(&error)
    })?;
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(entries),
        Some(pair) => {
            let shown: String = pair[0].chars().take(80).collect();
            let message = format!("duplicate key '{shown}'");
            Err(Problem::error("json-duplicate-key", Place::path(path), message)
                .help("each key may stand once in an object"))
        }
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = access.next_entry()? {
            entries.push((key, value));
        }
        Ok(entries)
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Hands on the raw items of a list, one by one.
pub(super) fn items<'a>(
    raw: &'a RawValue,
    take: &mut dyn FnMut(usize, &'a RawValue) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut stopped = None;
    let mut reader = serde_json::Deserializer::from_str(raw.get());
    let read = reader.deserialize_seq(Items {
        take,
        stopped: &mut stopped,
    });
    match (stopped, read) {
        (Some(problem), _) => Err(problem),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(stix::json::problem(&error)),
    }
}

struct Items<'t, 'a> {
    take: &'t mut dyn FnMut(usize, &'a RawValue) -> Result<(), Problem>,
    stopped: &'t mut Option<Problem>,
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(item) = access.next_element::<&'de RawValue>()? {
            if let Err(problem) = (self.take)(at, item) {
                *self.stopped = Some(problem);
                return Err(serde::de::Error::custom("stopped"));
            }
            at += 1;
        }
        Ok(())
    }
}

/// Hands on the items of a list, or the one object that stands in its place.
pub(super) fn items_or_one<'a>(
    raw: &'a RawValue,
    path: &str,
    take: &mut dyn FnMut(&str, &'a RawValue) -> Result<(), Problem>,
) -> Result<(), Problem> {
    if is_list(raw) {
        items(raw, &mut |at, item| take(&format!("{path}[{at}]"), item))
    } else if raw.get().starts_with('{') {
        take(path, raw)
    } else {
        Ok(())
    }
}
