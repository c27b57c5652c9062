//! One record of an event file, from the JSON that the crate `evtx` renders to an event.
//!
//! ```text
//! Event
//! ├ System      EventID, Channel …          the element's name; an attribute of it as Provider_Name, Security_UserID
//! ├ EventData   Data Name="Image"           the name that the data carry; Data where they carry none
//! └ UserData    EventXML ─ Param            the name of the innermost element
//! ```

use std::borrow::Cow;
use std::fmt;

use serde_json::Deserializer;
use serde_json::de::SliceRead;
use stix::Timestamp;

use super::{hashes, names};
use crate::event::Event;
use crate::role::Role;

/// Elements below each other: deeper ones are not read. `evtx` itself nests no deeper than values inside values do.
const DEEPEST: usize = 16;

/// Fields of one event; a record of 64 KiB can hold many more only if it was made for it.
const MOST_FIELDS: usize = 4_096;

/// Fills an event from a record's JSON.
pub(super) fn fill<'a>(json: &'a [u8], event: &mut Event<'a>) -> Result<(), serde_json::Error> {
    let mut reader = Deserializer::new(SliceRead::new(json));
    let top = Element {
        event,
        name: Cow::Borrowed(""),
        section: Section::Outside,
        attributes: false,
        depth: 0,
    };
    serde::de::DeserializeSeed::deserialize(top, &mut reader)?;
    reader.end()
}

/// Adds a value by the name that Windows gives it. `number`: it is one, or a flag, and holds nothing unless its name says so.
pub(super) fn put<'a>(event: &mut Event<'a>, name: Cow<'a, str>, value: Cow<'a, str>, number: bool, system: bool) {
    if system && name == "TimeCreated_SystemTime" {
        event.time = Timestamp::parse(&value).ok();
        return;
    }
    if event.fields.len() >= MOST_FIELDS {
        return;
    }
    let role = match names::role(&name) {
        Role::Text if number => Role::Other,
        role => role,
    };
    if matches!(name.as_ref(), "Hashes" | "Hash") {
        hashes::split(value.clone(), event);
    }
    event.push(name, value, role);
}

/// Which part of a record an element stands in; it decides how its attributes are named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Outside,
    System,
    Data,
}

/// Reads the value of one JSON key into the event.
struct Element<'e, 'a> {
    event: &'e mut Event<'a>,
    name: Cow<'a, str>,
    section: Section,
    /// Whether the keys are those of attributes of the element `name`.
    attributes: bool,
    depth: usize,
}

impl<'a> Element<'_, 'a> {
    fn push(self, value: Cow<'a, str>, number: bool) {
        put(self.event, self.name, value, number, self.section == Section::System);
    }

    /// How a key below this element is read; none where it holds nothing that is looked at.
    fn below<'n>(&'n mut self, key: Cow<'a, str>) -> Option<Element<'n, 'a>> {
        let (name, section, attributes) = match (key.as_ref(), self.section) {
            // Namespaces; the names of data are in the keys already.
            ("#attributes", Section::System) => (self.name.clone(), Section::System, true),
            ("#attributes", _) => return None,
            ("#text", _) => (self.name.clone(), self.section, false),
            ("System", Section::Outside) => (Cow::Borrowed(""), Section::System, false),
            ("Event", Section::Outside) => (Cow::Borrowed(""), Section::Outside, false),
            (_, Section::Outside) => (Cow::Borrowed(""), Section::Data, false),
            _ if self.attributes => (Cow::Owned(format!("{}_{key}", self.name)), self.section, false),
            _ => (key, self.section, false),
        };
        let depth = self.depth + 1;
        (depth <= DEEPEST).then_some(Element {
            event: self.event,
            name,
            section,
            attributes,
            depth,
        })
    }
}

impl<'a> serde::de::DeserializeSeed<'a> for Element<'_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> serde::de::Visitor<'a> for Element<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record of an event file")
    }

    fn visit_map<A: serde::de::MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'a>>()? {
            match self.below(key) {
                Some(below) => map.next_value_seed(below)?,
                None => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: serde::de::SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while list
            .next_element_seed(Element {
                event: &mut *self.event,
                name: self.name.clone(),
                ..self
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'a str) -> Result<(), E> {
        self.push(Cow::Borrowed(value), false);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.push(Cow::Owned(value.to_owned()), false);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.push(Cow::Owned(value.to_string()), true);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.push(Cow::Owned(value.to_string()), true);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(Cow::Owned(value.to_string()), true);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(Cow::Borrowed(if value { "true" } else { "false" }), true);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> serde::de::Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(value.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> Vec<(String, String, Role)> {
        let mut event = Event::default();
        fill(json.as_bytes(), &mut event).unwrap();
        let fields = event.fields.into_iter();
        fields
            .map(|field| (field.name.into_owned(), field.value.into_owned(), field.role))
            .collect()
    }

    fn pairs(json: &str) -> Vec<(String, String)> {
        event(json).into_iter().map(|(name, value, _)| (name, value)).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn system_attributes_are_named_after_their_element() {
        let found = pairs(
            r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{
                "Provider":{"#attributes":{"Name":"MsiInstaller"}},"EventID":{"#attributes":{"Qualifiers":0},"#text":1040},
                "Security":{"#attributes":{"UserID":"S-1-5-18"}},"Correlation":null}}}"##,
        );
        let expected = [
            pair("Provider_Name", "MsiInstaller"),
            pair("EventID_Qualifiers", "0"),
            pair("EventID", "1040"),
            pair("Security_UserID", "S-1-5-18"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn data_keep_their_names_and_those_without_are_data() {
        let found = pairs(
            r##"{"Event":{"EventData":{"Image":"C:\\a.exe","ProcessId":7,"Initiated":true,"Data":{"#text":["one","","two"]},"Binary":null}}}"##,
        );
        let expected = [
            pair("Image", r"C:\a.exe"),
            pair("ProcessId", "7"),
            pair("Initiated", "true"),
            pair("Data", "one"),
            pair("Data", "two"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn user_data_are_named_by_the_innermost_element() {
        let found = pairs(
            r##"{"Event":{"UserData":{"LogFileCleared":{"#attributes":{"xmlns":"x"},"SubjectUserName":"user"}}}}"##,
        );
        assert_eq!(found, [pair("SubjectUserName", "user")]);
    }

    #[test]
    fn the_time_is_that_of_the_system_part_alone() {
        let mut event = Event::default();
        fill(
            br##"{"Event":{"System":{"TimeCreated":{"#attributes":{"SystemTime":"2026-05-12T18:35:05.155949Z"}}},"EventData":{"SystemTime":"x"}}}"##,
            &mut event,
        )
        .unwrap();
        assert_eq!(event.time, Timestamp::parse("2026-05-12T18:35:05.155949Z").ok());
        assert_eq!(event.get("SystemTime"), Some("x"));
    }
}
