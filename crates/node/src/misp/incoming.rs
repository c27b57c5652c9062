//! An event as a client sent it: its head is read, its lists stay text, and what is in them is made ready one element after
//! another. So an event of any size is never held as a tree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use stix::Timestamp;
use uuid::Uuid;

use super::distribution::DistributionWish;
use super::prepare::{LISTS, SAID, element, inside, narrowest};
use crate::error::{Error, bad};

/// An event whose lists were not read yet.
pub(super) struct Incoming {
    body: Bytes,
    /// What it says of itself.
    pub head: Map<String, Value>,
    /// Where its lists stand in the body.
    lists: Vec<(String, Range<usize>)>,
}

/// Lists of an event, ready to be shared: under each name the text of its elements, with commas between.
#[derive(Default)]
pub(super) struct Lists(Vec<(String, String)>);

/// What is in an event, by whom it goes to.
pub(super) struct Ready {
    /// What goes where the event goes.
    pub stays: Lists,
    /// What goes to fewer.
    pub narrower: BTreeMap<DistributionWish, Lists>,
}

impl Incoming {
    /// Reads the head of an event, with or without `Event` around it.
    ///
    /// # Errors
    /// When the body is no JSON, or no object.
    pub fn read(body: Bytes) -> Result<Self, Error> {
        let text = std::str::from_utf8(&body).map_err(|error| no_json(&error))?;
        if text.is_empty() || is_empty_list(text) {
            return Self::of(&[], body.clone());
        }
        let outer = entries(text)?;
        let inner = |name: &str| {
            outer
                .iter()
                .rev()
                .find(|(key, raw)| key == name && raw.get().starts_with('{'))
        };
        let entries = match inner("Event").or_else(|| inner("request")) {
            Some((_, raw)) => entries(raw.get())?,
            None => outer,
        };
        Self::of(&entries, body.clone())
    }

    fn of(entries: &[(Cow<'_, str>, &RawValue)], body: Bytes) -> Result<Self, Error> {
        let (mut head, mut lists) = (Map::new(), Vec::new());
        for (key, raw) in entries {
            if LISTS.contains(&key.as_ref()) || SAID.contains(&key.as_ref()) {
                let start = (raw.get().as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
                // As everywhere in JSON here, what stands last counts.
                lists.retain(|(known, _)| known != key);
                lists.push((key.clone().into_owned(), start..start + raw.get().len()));
            } else {
                let value = serde_json::from_str(raw.get()).map_err(|error| no_json(&error))?;
                head.insert(key.clone().into_owned(), value);
            }
        }
        Ok(Self { body, head, lists })
    }

    /// Makes what is in the event ready, by whom it goes to.
    ///
    /// # Errors
    /// The first element that cannot be shared.
    pub fn ready(self, around: DistributionWish, now: Timestamp, fresh: &dyn Fn() -> Uuid) -> Result<Ready, Error> {
        let mut ready = Ready {
            stays: Lists::default(),
            narrower: BTreeMap::new(),
        };
        for (key, range) in &self.lists {
            let text = self.body.get(range.clone()).unwrap_or_default();
            each(text, &mut |value| {
                let Value::Object(mut fields) = value else {
                    let message = format!("an entry of '{key}' is no object");
                    return Err(bad("bad-element", message, "see MISP's format"));
                };
                let wish = match key.as_str() {
                    "Sighting" => DistributionWish::Inherit,
                    _ => inside(narrowest(&fields)?, around),
                };
                element(key, &mut fields, now, fresh)?;
                let lists = match wish {
                    DistributionWish::Inherit => &mut ready.stays,
                    wish => ready.narrower.entry(wish).or_default(),
                };
                lists.put(key, &fields)
            })?;
        }
        Ok(ready)
    }
}

impl Lists {
    /// Adds an element to a list.
    ///
    /// # Errors
    /// None in practice: what was read as JSON is written as JSON.
    pub fn put(&mut self, key: &str, fields: &Map<String, Value>) -> Result<(), Error> {
        let at = match self.0.iter().position(|(known, _)| known == key) {
            Some(at) => at,
            None => {
                self.0.push((key.to_owned(), String::new()));
                self.0.len() - 1
            }
        };
        let Some((_, text)) = self.0.get_mut(at) else {
            return Ok(());
        };
        if !text.is_empty() {
            text.push(',');
        }
        let element = serde_json::to_string(fields).map_err(|error| no_json(&error))?;
        text.push_str(&element);
        Ok(())
    }

    /// The elements of an object's lists.
    ///
    /// # Errors
    /// As [`Lists::put`].
    pub fn of(lists: &Map<String, Value>) -> Result<Self, Error> {
        let mut made = Self::default();
        for (key, list) in lists {
            for fields in list.as_array().into_iter().flatten().filter_map(Value::as_object) {
                made.put(key, fields)?;
            }
        }
        Ok(made)
    }

    /// The event with these lists in it, as MISP writes it: `{"Event": …}`.
    pub fn around(self, head: &Map<String, Value>) -> String {
        let size: usize = self.0.iter().map(|(key, text)| key.len() + text.len() + 8).sum();
        let head = super::project::inner(head);
        let mut whole = String::with_capacity(size + head.len() + 16);
        whole.push_str("{\"Event\":{");
        whole.push_str(&head);
        for (key, text) in self.0 {
            if !whole.ends_with('{') {
                whole.push(',');
            }
            whole.push_str(&format!("\"{key}\":["));
            whole.push_str(&text);
            whole.push(']');
        }
        whole.push_str("}}");
        whole
    }
}

fn no_json(error: &dyn fmt::Display) -> Error {
    bad("bad-json", format!("the body is no JSON: {error}"), "see MISP's format")
}

/// PyMISP sends an empty list where there is nothing to say.
fn is_empty_list(text: &str) -> bool {
    let inside = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|inside| inside.trim().is_empty())
}

/// The keys and the raw values of an object.
pub(super) fn entries(text: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Error> {
    formats::misp::members(text).map_err(|error| no_json(&error))
}

/// The elements of a list one by one, or the one that stands in its place.
fn each(text: &[u8], take: &mut dyn FnMut(Value) -> Result<(), Error>) -> Result<(), Error> {
    struct Elements<'t> {
        take: &'t mut dyn FnMut(Value) -> Result<(), Error>,
        stopped: &'t mut Option<Error>,
    }
    impl<'de> Visitor<'de> for Elements<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
            while let Some(element) = access.next_element()? {
                if let Err(error) = (self.take)(element) {
                    *self.stopped = Some(error);
                    return Err(serde::de::Error::custom("stopped"));
                }
            }
            Ok(())
        }
    }
    match text.first() {
        Some(b'[') => {}
        Some(b'{') => return take(serde_json::from_slice(text).map_err(|error| no_json(&error))?),
        _ => return Ok(()),
    }
    let mut stopped = None;
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = reader.deserialize_seq(Elements {
        take,
        stopped: &mut stopped,
    });
    match stopped {
        Some(error) => Err(error),
        None => read.map_err(|error| no_json(&error)),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};
    use stix::Timestamp;

    use super::{DistributionWish, Incoming, Lists};

    fn ready(event: &Value) -> Result<super::Ready, super::Error> {
        let incoming = Incoming::read(Bytes::from(event.to_string())).unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        incoming.ready(DistributionWish::Community(3), now, &uuid::Uuid::nil)
    }

    fn value(lists: Lists) -> Value {
        serde_json::from_str(&lists.around(&serde_json::Map::new())).unwrap()
    }

    #[test]
    fn what_goes_to_fewer_is_taken_out_of_its_event() {
        let event = json!({ "distribution": "3", "Attribute": [
            { "type": "domain", "value": "a.example" },
            { "type": "domain", "value": "b.example", "distribution": "0" },
            { "type": "domain", "value": "c.example", "distribution": "1" },
        ] });
        let mut ready = ready(&event).unwrap();
        let own = value(ready.narrower.remove(&DistributionWish::Own).unwrap());
        assert_eq!(own["Event"]["Attribute"][0]["value"], "b.example");
        let stays = value(ready.stays);
        assert_eq!(stays["Event"]["Attribute"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn an_event_is_read_with_and_without_a_wrapper() {
        let bare = json!({ "info": "one", "Tag": [{ "name": "a" }], "Object": { "name": "file" } });
        for body in [
            bare.to_string(),
            json!({ "Event": bare }).to_string(),
            json!({ "request": bare }).to_string(),
        ] {
            let incoming = Incoming::read(Bytes::from(body)).unwrap();
            assert_eq!(incoming.head["info"], "one");
            assert!(incoming.head.contains_key("Tag") && !incoming.head.contains_key("Object"));
            let ready = incoming.ready(DistributionWish::Own, Timestamp::from_seconds(1), &uuid::Uuid::nil);
            assert_eq!(value(ready.unwrap().stays)["Event"]["Object"][0]["name"], "file");
        }
        for nothing in ["", " [ ] "] {
            assert!(Incoming::read(Bytes::from(nothing)).unwrap().head.is_empty());
        }
    }

    #[test]
    fn what_is_no_event_is_told() {
        for broken in ["{", "[1]", "7", "{\"info\":\"a\"} b", "{\"Attribute\":[{]}"] {
            assert!(Incoming::read(Bytes::from(broken)).is_err(), "{broken}");
        }
        assert!(ready(&json!({ "Attribute": ["x"] })).is_err());
        assert!(ready(&json!({ "Attribute": [{ "type": "domain" }] })).is_err());
    }
}
