//! Objects that came from MISP, back to what they were.

use stix::Timestamp;
use stix::json::{Map, Value};
use stix::marking::Pap;
use uuid::Uuid;

use super::super::convert::ATTRIBUTE;
use super::super::object::OBJECT;
use super::super::tags::Tags;
use super::super::text::{self, Json, MISP_NAMESPACE};
use super::{Fragment, Header, Writer, changed, tag, timestamp, uuid_of};

/// The PAP that one of our own marking definitions stands for.
pub(super) fn own_pap(id: &str) -> Option<Pap> {
    [Pap::Clear, Pap::Green, Pap::Amber, Pap::Red].into_iter().find(|pap| {
        let uuid = Uuid::new_v5(&MISP_NAMESPACE, pap.label().as_bytes());
        id.strip_prefix("marking-definition--").and_then(text::uuid) == Some(uuid)
    })
}

/// The type of galaxy that a label says an object comes from.
pub(super) fn galaxy_label(object: &Map<'_>) -> Option<String> {
    let labels = object.array("labels")?;
    labels.iter().filter_map(Value::as_str).find_map(|label| {
        let galaxy = label.strip_prefix("misp:galaxy-type=\"")?.strip_suffix('"')?;
        Some(galaxy.to_owned())
    })
}

/// Whether an object carries a label that our reader gives to what it makes of elements.
pub(super) fn is_from_misp(object: &Map<'_>) -> bool {
    let labels = object.array("labels").unwrap_or_default();
    labels.iter().filter_map(Value::as_str).any(|label| {
        ["misp:type=", "misp:name=", "misp:category=", "misp:meta-category="]
            .iter()
            .any(|start| label.starts_with(start))
    })
}

fn strings(object: &Map<'_>, key: &str) -> Vec<String> {
    let values = object.array(key).unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn raw(value: &Value<'_>) -> Option<String> {
    let mut json = Json::default();
    json.value(value).then(|| json.into_string())
}

impl Writer {
    /// Restores what came from MISP; says whether it did.
    pub(super) fn restore(&mut self, id: &str, kind: &str, object: &Map<'_>) -> bool {
        if kind == OBJECT
            || object.contains("x_misp_attributes")
            || (object.contains("x_misp_name") && object.contains("x_misp_meta_category"))
        {
            let fragment = self.misp_object(id, object);
            self.put(id, fragment);
        } else if kind == ATTRIBUTE || object.contains("x_misp_type") && object.contains("x_misp_value") {
            let fragment = self.attribute(id, object);
            self.put(id, fragment);
        } else if let Some(reference) = object.object("x_misp_reference") {
            let about = object.str("source_ref").or_else(|| object.str("x_misp_about_ref"));
            for (key, list) in [("object", "ObjectReference"), ("analyst", "Relationship")] {
                if let (Some(about), Some(json)) = (about, reference.get(key).and_then(raw)) {
                    self.say(about, list, json);
                }
            }
        } else if let Some(json) = object.get("x_misp_proposal").and_then(raw) {
            if let Some(about) = object.str("x_misp_about_ref") {
                self.say(about, "ShadowAttribute", json);
            }
        } else if object.contains("x_misp_event_report") {
            self.event_report(object);
        } else {
            return self.said(object) || self.is_told_already(id, kind, object);
        }
        if kind == "observed-data" {
            self.covered.extend(strings(object, "object_refs"));
        }
        true
    }

    /// Sightings, notes and opinions.
    fn said(&mut self, object: &Map<'_>) -> bool {
        for (property, list) in [
            ("x_misp_sighting", "Sighting"),
            ("x_misp_note", "Note"),
            ("x_misp_opinion", "Opinion"),
        ] {
            let Some(json) = object.get(property).and_then(raw) else {
                continue;
            };
            let first = || {
                object
                    .array("object_refs")
                    .and_then(|refs| refs.first())
                    .and_then(Value::as_str)
            };
            if let Some(about) = object.str("sighting_of_ref").or_else(first) {
                self.say(about, list, json);
            }
            return true;
        }
        false
    }

    fn event_report(&mut self, object: &Map<'_>) {
        let (Some(carried), Some(about)) = (
            object.object("x_misp_event_report"),
            object
                .array("object_refs")
                .and_then(|refs| refs.first())
                .and_then(Value::as_str),
        ) else {
            return;
        };
        let mut json = Json::default();
        json.map(carried, |_| true);
        json.truncate(json.len() - 1);
        if !carried.contains("content")
            && let Some(content) = object.str("content").filter(|content| *content != "(empty)")
        {
            json.text("content", content);
        }
        json.close();
        self.say(about, "EventReport", json.into_string());
    }

    /// What our reader makes besides the object that carries the element.
    fn is_told_already(&mut self, id: &str, kind: &str, object: &Map<'_>) -> bool {
        match kind {
            "observed-data" if is_from_misp(object) => {
                self.covered.extend(strings(object, "object_refs"));
                true
            }
            "relationship" => {
                let (source, link, target) = (
                    object.str("source_ref"),
                    object.str("relationship_type"),
                    object.str("target_ref"),
                );
                let (Some(source), Some(link), Some(target)) = (source, link, target) else {
                    return false;
                };
                // Derived from exactly these three: made by our reader, and made again by it.
                link == "based-on" || super::super::out::relationship_id(source, link, target) == id
            }
            _ => match galaxy_label(object) {
                Some(galaxy_type) => {
                    self.cluster(id, kind, &galaxy_type, true, object);
                    true
                }
                None => false,
            },
        }
    }

    fn attribute(&mut self, id: &str, object: &Map<'_>) -> Fragment {
        let mut json = Json::default();
        open(&mut json, id, object, self.options.now);
        uncarry(&mut json, object, "x_misp_", &["x_misp_tags", "x_misp_uuid"]);
        comment(&mut json, object);
        let value = object.get("x_misp_value").and_then(text::scalar).unwrap_or_default();
        let kind = object.str("x_misp_type").unwrap_or_default();
        self.fragment("Attribute", json, object, super::values::hashed(kind, &value))
    }

    fn misp_object(&mut self, id: &str, object: &Map<'_>) -> Fragment {
        let mut json = Json::default();
        open(&mut json, id, object, self.options.now);
        uncarry(
            &mut json,
            object,
            "x_misp_",
            &["x_misp_tags", "x_misp_uuid", "x_misp_attributes"],
        );
        if object.str("x_misp_comment").is_none()
            && object.str("type") == Some("indicator")
            && object.str("pattern_type") == Some("stix")
        {
            comment(&mut json, object);
        }
        let attributes = object.array("x_misp_attributes").unwrap_or_default();
        let mut values = Vec::new();
        json.key("Attribute");
        json.open_list();
        let mut tagged = (None, None);
        for attribute in attributes.iter().filter_map(Value::as_object) {
            json.map(attribute, |_| true);
            let value = attribute.get("value").and_then(text::scalar).unwrap_or_default();
            values.extend(super::values::hashed(attribute.str("type").unwrap_or_default(), &value));
            let tags = Tags::read(attribute.get("Tag"));
            tagged = (tagged.0.max(tags.tlp), tagged.1.max(tags.pap));
        }
        json.close_list();
        let mut fragment = self.fragment("Object", json, object, values);
        fragment.tagged = (fragment.tagged.0.max(tagged.0), fragment.tagged.1.max(tagged.1));
        fragment
    }

    fn fragment(&self, list: &'static str, json: Json, object: &Map<'_>, values: Vec<String>) -> Fragment {
        let tags = object.get("x_misp_tags");
        let read = Tags::read(tags);
        Fragment {
            list,
            body: json.into_string(),
            tags: tags
                .and_then(Value::as_array)
                .unwrap_or_default()
                .iter()
                .filter_map(raw)
                .collect(),
            marked: self.marked(object),
            tagged: (read.tlp, read.pap),
            values,
        }
    }

    /// The header of an event from a report or grouping.
    pub(super) fn header(&mut self, id: &str, object: &Map<'_>) {
        let references = strings(object, "object_refs");
        if let Some(whole) = object.str("x_misp_event_part") {
            self.parts.entry(whole.to_owned()).or_default().extend(references);
            return;
        }
        let from_misp = object.contains("x_misp_event_info") || object.contains("x_misp_event_uuid");
        let modified = changed(object, self.options.now);
        let mut json = Json::default();
        json.open();
        let uuid = object
            .str("x_misp_event_uuid")
            .and_then(text::uuid)
            .unwrap_or_else(|| uuid_of(id));
        match object.str("x_misp_event_uuid") {
            Some(uuid) => json.text("uuid", uuid),
            None => json.text("uuid", &uuid.to_string()),
        }
        let published = object.str("type") == Some("report");
        let created = object
            .str("created")
            .and_then(|text| Timestamp::parse(text).ok())
            .unwrap_or(modified);
        let date = object
            .str("x_misp_event_date")
            .map_or_else(|| created.to_string()[..10].to_owned(), str::to_owned);
        let info = object.str("name").unwrap_or("STIX report").to_owned();
        let moment = object.str("published").and_then(|text| Timestamp::parse(text).ok());
        let written = uncarry(
            &mut json,
            object,
            "x_misp_event_",
            &["x_misp_event_tags", "x_misp_event_uuid"],
        );
        let mut default = |key: &'static str, value: &str| {
            if !written.contains(&key) {
                json.text(key, value);
            }
        };
        default("info", &info);
        default("date", &date);
        default("timestamp", &modified.micros().div_euclid(1_000_000).to_string());
        default("threat_level_id", "4");
        default("analysis", if published { "2" } else { "0" });
        if !from_misp {
            default("distribution", "0");
            if let Some(moment) = moment.filter(|_| published) {
                default("publish_timestamp", &moment.micros().div_euclid(1_000_000).to_string());
            }
        }
        if !written.contains(&"published") {
            json.truth("published", published);
        }
        let has_creator = object
            .array("x_misp_event_other")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_object)
            .any(|other| other.str("key") == Some("Orgc"));
        let carried = object.get("x_misp_event_tags");
        let read = Tags::read(carried);
        let mut tags: Vec<String> = carried
            .and_then(Value::as_array)
            .unwrap_or_default()
            .iter()
            .filter_map(raw)
            .collect();
        if !from_misp {
            tags.extend(strings(object, "labels").iter().map(|label| tag(label)));
        }
        let level = |key: &str, other: &str| {
            object
                .get(key)
                .and_then(text::scalar)
                .map_or_else(|| other.to_owned(), |text| text.into_owned())
        };
        let manifest = [
            (
                "analysis",
                level("x_misp_event_analysis", if published { "2" } else { "0" }),
            ),
            ("threat_level_id", level("x_misp_event_threat_level_id", "4")),
        ];
        self.headers.push(Header {
            id: id.to_owned(),
            uuid,
            body: json.into_string(),
            tags,
            marked: self.marked(object),
            tagged: (read.tlp, read.pap),
            info,
            timestamp: modified.micros().div_euclid(1_000_000),
            date,
            creator: object.str("created_by_ref").map(str::to_owned),
            has_creator,
            from_misp,
            manifest: manifest.into_iter().collect(),
            references,
        });
    }
}

/// Opens an element with its identity and time.
fn open(json: &mut Json, id: &str, object: &Map<'_>, now: Timestamp) {
    json.open();
    match object.str("x_misp_uuid") {
        Some(uuid) => json.text("uuid", uuid),
        None => json.text("uuid", &uuid_of(id).to_string()),
    }
    if !object.contains("x_misp_timestamp") {
        timestamp(json, changed(object, now));
    }
    if object.get("revoked").and_then(Value::as_bool) == Some(true) && !object.contains("x_misp_deleted") {
        json.truth("deleted", true);
    }
}

fn comment(json: &mut Json, object: &Map<'_>) {
    if !object.contains("x_misp_comment")
        && let Some(comment) = object.str("description")
    {
        json.text("comment", comment);
    }
}

/// Writes what an object carries for MISP under the names that MISP gives it; gives the names.
fn uncarry<'v>(json: &mut Json, object: &'v Map<'_>, prefix: &str, except: &[&str]) -> Vec<&'v str> {
    let mut written = Vec::new();
    let other = format!("{prefix}other");
    for (key, value) in object.iter() {
        if except.contains(&key) {
            continue;
        }
        let Some(name) = key.strip_prefix(prefix) else { continue };
        if key == other {
            for entry in value.as_array().unwrap_or_default().iter().filter_map(Value::as_object) {
                if let (Some(name), Some(value)) = (entry.str("key"), entry.get("value")) {
                    json.entry(name, value);
                }
            }
            continue;
        }
        let name = match name {
            "galaxies" => "Galaxy",
            "meta_category" => "meta-category",
            name => name,
        };
        json.entry(name, value);
        written.push(name);
    }
    written
}
