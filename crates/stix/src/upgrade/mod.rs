//! Turns objects of STIX 2.0 into STIX 2.1, one by one, always in the same way, and without losing anything.
//!
//! | STIX 2.0 | STIX 2.1 |
//! |---|---|
//! | no `spec_version` in objects | `"spec_version": "2.1"` after `type` |
//! | `labels` of indicators, malware, reports, threat actors, tools | the words of the old vocabulary go to `indicator_types`, …; others stay labels |
//! | pattern of an indicator | `pattern_type` `stix`; where only the old grammar reads it, it is written anew and the old text kept in `x_stix20_pattern` |
//! | malware | `is_family` true: 2.0 had names and no samples |
//! | TLP marking definitions | the fixed objects of 2.1 |
//! | a custom property whose name 2.1 gave another meaning | `x_stix20_…`, with a warning |
//! | `spec_version` of a bundle | gone: objects carry it |
//! | `objects` of observed data | as they are: 2.1 section 2.13 allows observables of 2.0 there, and 2.0 patterns refer to their names |
//!
//! Identifiers, timestamps and order stay. Whether the result is good STIX 2.1 is for [`crate::check::check`].

mod vocabulary;

use std::borrow::Cow;

use self::vocabulary::{INDICATOR, MALWARE, REPORT, THREAT_ACTOR, TOOL};
use crate::check::{self, Class, class};
use crate::json::{Map, Value};
use crate::marking::fixed;
use crate::pattern::Pattern;
use crate::problem::{Place, Problem};

type Entries<'v> = Vec<(Cow<'v, str>, Value<'v>)>;

/// Says whether 2.1 introduced a property: in a 2.0 object it was somebody's own, and may hold anything.
fn is_new(object_type: &str, key: &str) -> bool {
    let of_type: &[&str] = match object_type {
        "attack-pattern" => &["aliases"],
        "identity" => &["roles"],
        "indicator" => &["indicator_types", "pattern_type", "pattern_version"],
        "malware" => &[
            "malware_types",
            "is_family",
            "aliases",
            "first_seen",
            "last_seen",
            "operating_system_refs",
            "architecture_execution_envs",
            "implementation_languages",
            "capabilities",
            "sample_refs",
        ],
        "marking-definition" => &["name"],
        "relationship" => &["start_time", "stop_time"],
        "report" => &["report_types"],
        "sighting" => &["description"],
        "threat-actor" => &["threat_actor_types", "first_seen", "last_seen"],
        "tool" => &["tool_types", "aliases"],
        _ => &[],
    };
    matches!(key, "confidence" | "lang" | "extensions") || of_type.contains(&key)
}

/// Says whether an object, or a bundle, is written in STIX 2.0.
pub fn is_stix_2_0(map: &Map<'_>) -> bool {
    let object_type = map.str("type").unwrap_or_default();
    match map.str("spec_version") {
        Some(version) => version == "2.0",
        None => match class(object_type) {
            Class::Domain | Class::Relation | Class::Meta => true,
            Class::Observable | Class::Bundle => false,
            Class::Unknown => map.contains("created"),
        },
    }
}

/// The object in STIX 2.1, or none if it is that already.
pub fn upgrade(map: &Map<'_>) -> Result<Option<String>, Problem> {
    upgrade_with_notes(map, &mut Vec::new())
}

/// The same, and tells (as warnings) what was assumed and what had to move to a custom property.
pub fn upgrade_with_notes(map: &Map<'_>, notes: &mut Vec<Problem>) -> Result<Option<String>, Problem> {
    if let Some(version) = map
        .str("spec_version")
        .filter(|version| !matches!(*version, "2.0" | "2.1"))
    {
        let shown = crate::id::shown(version, 20);
        return Err(Problem::error(
            "unknown-spec-version",
            Place::path("$.spec_version"),
            format!("'{shown}' is no version of STIX that is read here"),
        )
        .help("send STIX 2.1 or 2.0"));
    }
    let is_bundle = map.str("type") == Some("bundle");
    let bundled_old = is_bundle
        && map
            .array("objects")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_object)
            .any(is_stix_2_0);
    if !is_stix_2_0(map) && !bundled_old {
        return Ok(None);
    }
    let object = if is_bundle {
        bundle(map, notes)
    } else {
        object(map, notes)
    };
    serde_json::to_string(&object).map(Some).map_err(|error| {
        Problem::error(
            "upgrade-failed",
            Place::path("$"),
            format!("the upgraded object cannot be written: {error}"),
        )
    })
}

fn bundle<'v>(map: &'v Map<'_>, notes: &mut Vec<Problem>) -> Value<'v> {
    let one = |at: usize, value: &'v Value<'v>, notes: &mut Vec<Problem>| match value {
        Value::Object(inner) if is_stix_2_0(inner) && inner.str("type") != Some("bundle") => {
            let before = notes.len();
            let upgraded = object(inner, notes);
            let tail = notes.split_off(before);
            notes.extend(tail.into_iter().map(|note| note.within(&format!("$.objects[{at}]"))));
            upgraded
        }
        other => other.clone(),
    };
    let entries = map.iter().filter(|(key, _)| *key != "spec_version");
    let entries = entries.map(|(key, value)| match value {
        Value::Array(values) if key == "objects" => {
            let objects = values
                .iter()
                .enumerate()
                .map(|(at, value)| one(at, value, notes))
                .collect();
            (key, Value::Array(objects))
        }
        other => (key, other.clone()),
    });
    Value::Object(entries.collect())
}

fn object<'v>(map: &'v Map<'_>, notes: &mut Vec<Problem>) -> Value<'v> {
    let object_type = map.str("type").unwrap_or_default();
    let id = map.str("id").unwrap_or_default();
    let mut upgrade = Upgrade {
        map,
        id,
        entries: Vec::with_capacity(map.len() + 4),
        notes,
    };
    upgrade.common(object_type);
    match object_type {
        "indicator" => {
            upgrade.types("indicator_types", INDICATOR);
            upgrade.pattern();
        }
        "malware" => {
            upgrade.types("malware_types", MALWARE);
            upgrade.family();
        }
        "report" => upgrade.types("report_types", REPORT),
        "threat-actor" => upgrade.types("threat_actor_types", THREAT_ACTOR),
        "tool" => upgrade.types("tool_types", TOOL),
        "marking-definition" => upgrade.marking(),
        _ => {}
    }
    Value::Object(upgrade.entries.into_iter().collect())
}

/// An object on its way from 2.0 to 2.1.
struct Upgrade<'v, 'n> {
    map: &'v Map<'v>,
    id: &'v str,
    entries: Entries<'v>,
    notes: &'n mut Vec<Problem>,
}

impl<'v> Upgrade<'v, '_> {
    fn note(&mut self, code: &'static str, key: &str, message: String) {
        let place = Place::path(format!("$.{key}")).object(self.id);
        self.notes.push(Problem::warning(code, place, message));
    }

    /// Takes over all properties, `spec_version` behind `type`, and out of the way what 2.1 would read otherwise.
    fn common(&mut self, object_type: &str) {
        for (key, value) in self.map.iter() {
            if key == "spec_version" {
                continue;
            }
            let name = if is_new(object_type, key) && !check::property_fits(self.map, object_type, key, value) {
                let aside = self.free_name(&format!("x_stix20_{key}"));
                let message = format!("'{key}' means something else in STIX 2.1; it is kept as '{aside}'");
                self.note("upgrade-moved-property", key, message);
                Cow::Owned(aside)
            } else {
                Cow::Borrowed(key)
            };
            self.entries.push((name, value.clone()));
            if key == "type" {
                self.entries.push((Cow::Borrowed("spec_version"), Value::from("2.1")));
            }
        }
        if !self.has("spec_version") {
            self.entries
                .insert(0, (Cow::Borrowed("spec_version"), Value::from("2.1")));
        }
    }

    /// A name that no property has yet.
    fn free_name(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while self.map.contains(&name) || self.entries.iter().any(|(key, _)| *key == name) {
            name.push('_');
        }
        name
    }

    fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }

    /// Moves the labels that were words of the type's vocabulary in 2.0 to the property that 2.1 has for them.
    fn types(&mut self, property: &'static str, vocabulary: &[&str]) {
        if self.has(property) {
            return;
        }
        let Some(at) = self.entries.iter().position(|(key, _)| key == "labels") else {
            return;
        };
        let Value::Array(labels) = &self.entries[at].1 else {
            return;
        };
        let (words, rest): (Vec<_>, Vec<_>) = labels
            .iter()
            .cloned()
            .partition(|label| label.as_str().is_some_and(|label| vocabulary.contains(&label)));
        if words.is_empty() {
            return;
        }
        if rest.is_empty() {
            self.entries[at] = (Cow::Borrowed(property), Value::Array(words));
        } else {
            self.entries[at].1 = Value::Array(rest);
            self.entries.insert(at, (Cow::Borrowed(property), Value::Array(words)));
        }
    }

    fn pattern(&mut self) {
        let Some(at) = self.entries.iter().position(|(key, _)| key == "pattern") else {
            return;
        };
        let is_stix = self
            .entries
            .iter()
            .find(|(key, _)| key == "pattern_type")
            .is_none_or(|(_, kind)| kind.as_str() == Some("stix"));
        if !self.has("pattern_type") {
            self.entries
                .insert(at + 1, (Cow::Borrowed("pattern_type"), Value::from("stix")));
        }
        let Value::String(text) = self.entries[at].1.clone() else {
            return;
        };
        if !is_stix || Pattern::parse(&text).is_ok() {
            return;
        }
        // What neither grammar reads is left as it is, for the checker to name.
        if let Ok(old) = Pattern::parse_v20(&text) {
            let aside = self.free_name("x_stix20_pattern");
            let message =
                format!("the pattern is in the grammar of STIX 2.0; it is written anew, the old text is in '{aside}'");
            self.note("upgrade-rewrote-pattern", "pattern", message);
            self.entries[at].1 = Value::String(Cow::Owned(old.to_string()));
            self.entries.insert(at + 1, (Cow::Owned(aside), Value::String(text)));
        }
    }

    fn family(&mut self) {
        if self.has("is_family") {
            return;
        }
        let named = self.has("name");
        let at = self
            .entries
            .iter()
            .position(|(key, _)| key == "name")
            .map_or(self.entries.len(), |at| at + 1);
        self.entries
            .insert(at, (Cow::Borrowed("is_family"), Value::Bool(named)));
        let message = "STIX 2.0 does not say whether this is a family; a malware with a name is taken for one";
        self.note("upgrade-assumed", "is_family", message.to_owned());
    }

    /// A TLP marking becomes the fixed object of 2.1 if it said the same in 2.0.
    fn marking(&mut self) {
        let Some(fixed) = fixed::by_id(self.id).filter(|_| !self.has("name")) else {
            return;
        };
        let mut named = self.entries.clone();
        named.push((Cow::Borrowed("name"), Value::from(fixed.name)));
        let named: Map<'v> = named.into_iter().collect();
        if fixed.equals(&named) {
            let at = self
                .entries
                .iter()
                .position(|(key, _)| key == "definition_type")
                .map_or(self.entries.len(), |at| at + 1);
            self.entries
                .insert(at, (Cow::Borrowed("name"), Value::from(fixed.name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_stix_2_0, upgrade, upgrade_with_notes};
    use crate::check::check;
    use crate::marking::fixed;
    use crate::{Object, Severity};

    fn upgraded(text: &str) -> (String, Vec<&'static str>) {
        let mut notes = Vec::new();
        let object = Object::parse(text).unwrap();
        let text = upgrade_with_notes(object.map(), &mut notes).unwrap().unwrap();
        assert!(notes.iter().all(|note| note.severity == Severity::Warning));
        (text, notes.into_iter().map(|note| note.code).collect())
    }

    const HEAD: &str = r#""created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z""#;

    #[test]
    fn an_indicator_gets_its_types_and_its_pattern_in_the_new_grammar() {
        let text = format!(
            r#"{{"type":"indicator","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",{HEAD},"labels":["malicious-activity","misp:to_ids"],"pattern":"[file:size = 1] START '2016-06-01T00:00:00Z' STOP '2016-07-01T00:00:00Z'","valid_from":"2016-04-06T20:03:48Z"}}"#
        );
        let (text, notes) = upgraded(&text);
        insta::assert_snapshot!(text, @r#"{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","indicator_types":["malicious-activity"],"labels":["misp:to_ids"],"pattern":"[file:size = 1] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z'","x_stix20_pattern":"[file:size = 1] START '2016-06-01T00:00:00Z' STOP '2016-07-01T00:00:00Z'","pattern_type":"stix","valid_from":"2016-04-06T20:03:48Z"}"#);
        assert_eq!(notes, ["upgrade-rewrote-pattern"]);
        assert_eq!(check(Object::parse(&text).unwrap().map()), []);
        assert_eq!(upgrade(Object::parse(&text).unwrap().map()), Ok(None));
    }

    #[test]
    fn what_2_1_would_misread_steps_aside() {
        let text = format!(
            r#"{{"type":"malware","id":"malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",{HEAD},"name":"a","labels":["bot"],"confidence":"high","x_stix20_confidence":1}}"#
        );
        let (text, notes) = upgraded(&text);
        assert!(text.contains(r#""name":"a","is_family":true,"malware_types":["bot"],"x_stix20_confidence_":"high","x_stix20_confidence":1}"#), "{text}");
        assert_eq!(notes, ["upgrade-moved-property", "upgrade-assumed"]);
        assert_eq!(check(Object::parse(&text).unwrap().map()), []);
    }

    #[test]
    fn a_tlp_marking_becomes_the_fixed_one() {
        let old = r#"{"type":"marking-definition","id":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed","created":"2017-01-20T00:00:00.000Z","definition_type":"tlp","definition":{"tlp":"red"}}"#;
        assert_eq!(upgraded(old).0, fixed::TLP_1[3].text);
        let (lie, _) = upgraded(&old.replace("\"red\"", "\"white\""));
        assert_eq!(check(Object::parse(&lie).unwrap().map())[0].code, "tlp-marking-altered");
    }

    #[test]
    fn a_bundle_is_upgraded_with_all_in_it() {
        let text = format!(
            r#"{{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","spec_version":"2.0","objects":[{{"type":"x-own","id":"x-own--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",{HEAD}}},{{"type":"malware","id":"malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",{HEAD},"name":"a"}}]}}"#
        );
        let mut notes = Vec::new();
        let object = Object::parse(&text).unwrap();
        let text = upgrade_with_notes(object.map(), &mut notes).unwrap().unwrap();
        assert_eq!(text.matches("spec_version").count(), 2);
        assert_eq!(notes[0].place.path.as_deref(), Some("$.objects[1].is_family"));
        assert_eq!(check(Object::parse(&text).unwrap().map()), []);
    }

    #[test]
    fn knows_what_is_old_and_refuses_what_it_does_not_know() {
        for (text, old) in [
            (r#"{"type":"identity"}"#, true),
            (r#"{"type":"identity","spec_version":"2.1"}"#, false),
            (r#"{"type":"file"}"#, false),
            (r#"{"type":"x-own","created":"a"}"#, true),
            (r#"{"type":"x-own"}"#, false),
        ] {
            assert_eq!(is_stix_2_0(Object::parse(text).unwrap().map()), old, "{text}");
        }
        let object = Object::parse(r#"{"type":"identity","spec_version":"1.2"}"#).unwrap();
        assert_eq!(upgrade(object.map()).unwrap_err().code, "unknown-spec-version");
    }
}
