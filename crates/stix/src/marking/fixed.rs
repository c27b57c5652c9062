//! The marking definitions of the Traffic Light Protocol that the standards fix to the letter.
//!
//! STIX 2.1 section 7.2.1.4 gives those of TLP 1; the OASIS extension definition for TLP 2.0 (2022) gives the others.
//! They are facts of the standards, so an export can hold them, and an object that claims one of these
//! identifiers with another content is caught.

use super::{TLP_2_EXTENSION, Tlp};
use crate::Timestamp;
use crate::json::Map;

/// One fixed marking definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// `id`.
    pub id: &'static str,
    /// `name`, as in `TLP:AMBER`.
    pub name: &'static str,
    /// The colour as the object writes it: in `definition.tlp` (TLP 1) or in `tlp_2_0` of the extension.
    pub colour: &'static str,
    /// What it means today; TLP:WHITE is now TLP:CLEAR.
    pub tlp: Tlp,
    /// The whole object as JSON text.
    pub text: &'static str,
}

/// Writes the text of a fixed marking definition from its parts, so that each part stands once.
macro_rules! fixed {
    (1, $id:literal, $name:literal, $colour:literal, $tlp:expr) => {
        Fixed {
            id: concat!("marking-definition--", $id),
            name: $name,
            colour: $colour,
            tlp: $tlp,
            text: concat!(
                r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--"#,
                $id,
                r#"","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","name":""#,
                $name,
                r#"","definition":{"tlp":""#,
                $colour,
                r#""}}"#
            ),
        }
    };
    (2, $id:literal, $name:literal, $colour:literal, $tlp:expr) => {
        Fixed {
            id: concat!("marking-definition--", $id),
            name: $name,
            colour: $colour,
            tlp: $tlp,
            text: concat!(
                r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--"#,
                $id,
                r#"","created":"2022-10-01T00:00:00.000Z","name":""#,
                $name,
                r#"","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":"#,
                r#"{"extension_type":"property-extension","tlp_2_0":""#,
                $colour,
                r#""}}}"#
            ),
        }
    };
}

/// TLP 1, from the widest to the narrowest.
pub const TLP_1: [Fixed; 4] = [
    fixed!(
        1,
        "613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "TLP:WHITE",
        "white",
        Tlp::Clear
    ),
    fixed!(
        1,
        "34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "TLP:GREEN",
        "green",
        Tlp::Green
    ),
    fixed!(
        1,
        "f88d31f6-486f-44da-b317-01333bde0b82",
        "TLP:AMBER",
        "amber",
        Tlp::Amber
    ),
    fixed!(1, "5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED", "red", Tlp::Red),
];

/// TLP 2.0, from the widest to the narrowest.
pub const TLP_2: [Fixed; 5] = [
    fixed!(
        2,
        "94868c89-83c2-464b-929b-a1a8aa3c8487",
        "TLP:CLEAR",
        "clear",
        Tlp::Clear
    ),
    fixed!(
        2,
        "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        "TLP:GREEN",
        "green",
        Tlp::Green
    ),
    fixed!(
        2,
        "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "TLP:AMBER",
        "amber",
        Tlp::Amber
    ),
    fixed!(
        2,
        "939a9414-2ddd-4d32-a0cd-375ea402b003",
        "TLP:AMBER+STRICT",
        "amber+strict",
        Tlp::AmberStrict
    ),
    fixed!(2, "e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED", "red", Tlp::Red),
];

/// The fixed marking definition of an identifier.
pub fn by_id(id: &str) -> Option<&'static Fixed> {
    const ALL: [&[Fixed]; 2] = [&TLP_1, &TLP_2];
    ALL.into_iter().flatten().find(|fixed| fixed.id == id)
}

/// The marking definition of a colour as TLP 2.0 writes it.
pub const fn of_tlp(tlp: Tlp) -> &'static Fixed {
    const ALL: &[Fixed; 5] = &TLP_2;
    &ALL[tlp as usize]
}

impl Fixed {
    /// Says whether an object is this marking definition: the same properties with the same values, in any order.
    pub fn equals(&self, map: &Map<'_>) -> bool {
        let is_first = TLP_1.iter().any(|one| one.id == self.id);
        let created = map.str("created").and_then(|text| Timestamp::parse(text).ok());
        let day = if is_first { 1_484_870_400 } else { 1_664_582_400 };
        let colour = if is_first {
            let definition = map.object("definition").filter(|definition| definition.len() == 1);
            map.str("definition_type")
                .filter(|kind| *kind == "tlp")
                .and(definition)
                .and_then(|definition| definition.str("tlp"))
        } else {
            map.object("extensions")
                .filter(|extensions| extensions.len() == 1)
                .and_then(|extensions| extensions.object(TLP_2_EXTENSION))
                .filter(|one| one.len() == 2 && one.str("extension_type") == Some("property-extension"))
                .and_then(|one| one.str("tlp_2_0"))
        };
        map.len() == if is_first { 7 } else { 6 }
            && map.str("type") == Some("marking-definition")
            && map.str("spec_version") == Some("2.1")
            && map.str("id") == Some(self.id)
            && map.str("name") == Some(self.name)
            && created == Some(Timestamp::from_seconds(day))
            && colour == Some(self.colour)
    }
}

#[cfg(test)]
mod tests {
    use super::{TLP_1, TLP_2, by_id, of_tlp};
    use crate::marking::{TLP_MARKINGS, Tlp};
    use crate::{Object, check::check};

    #[test]
    fn the_texts_are_the_objects_they_stand_for() {
        for fixed in TLP_1.iter().chain(&TLP_2) {
            let object = Object::parse(fixed.text).unwrap();
            assert!(fixed.equals(object.map()), "{}", fixed.text);
            assert_eq!(check(object.map()), []);
            assert_eq!(Tlp::of_marking(fixed.id), Some(fixed.tlp));
            assert_eq!(Tlp::parse(fixed.name), Some(fixed.tlp));
        }
        assert_eq!(TLP_MARKINGS.len(), TLP_1.len() + TLP_2.len());
        assert_eq!(of_tlp(Tlp::AmberStrict).colour, "amber+strict");
    }

    #[test]
    fn a_changed_one_is_caught() {
        let red = by_id("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1").unwrap();
        for (from, to) in [
            ("\"red\"", "\"clear\""),
            ("TLP:RED", "TLP:CLEAR"),
            ("2022-10-01", "2022-10-02"),
            ("\"name\"", "\"x_more\":1,\"name\""),
        ] {
            let text = red.text.replace(from, to);
            let object = Object::parse(&text).unwrap();
            assert!(!red.equals(object.map()), "{text}");
            assert_eq!(check(object.map())[0].code, "tlp-marking-altered");
        }
    }
}
