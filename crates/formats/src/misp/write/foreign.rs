//! Objects that did not come from MISP, as the attributes, objects and clusters that say the same.

use stix::Timestamp;
use stix::json::{Map, Value};
use stix::pattern::Pattern;
use uuid::Uuid;

use super::super::text::{self, Json};
use super::cluster::Cluster;
use super::comparisons::{Found, alternatives, file, pair};
use super::{Fragment, Writer, changed, tag, timestamp, uuid_of, values};

impl Writer {
    /// Writes what an object of somebody else says.
    pub(super) fn foreign(&mut self, id: &str, kind: &str, object: &Map<'_>) {
        match kind {
            "indicator" => self.indicator(id, object),
            "vulnerability" => {
                let Some(name) = object.str("name") else { return };
                let found = Found {
                    kind: "vulnerability",
                    category: "External analysis",
                    value: name.to_owned(),
                };
                self.attributes(id, object, vec![found], false);
            }
            "attack-pattern" | "campaign" | "course-of-action" | "intrusion-set" | "location" | "malware"
            | "threat-actor" | "tool" => self.cluster(id, kind, &format!("stix-2.1-{kind}"), false, object),
            "observed-data" => {
                let refs = object.array("object_refs").unwrap_or_default();
                let refs = refs.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                self.bound.insert(id.to_owned(), refs);
            }
            "note" => self.note(id, object),
            "relationship" => self.relationship(id, object),
            "sighting" => self.sighting(id, object),
            "opinion" => self.opinion(id, object),
            _ if stix::check::class(kind) == stix::check::Class::Observable => self.observable(id, kind, object),
            _ => self.unsaid(&format!("an object of type '{kind}'"), id),
        }
    }

    /// Takes a cluster, from a galaxy of MISP or made for an object.
    pub(super) fn cluster(&mut self, id: &str, kind: &str, galaxy_type: &str, restored: bool, object: &Map<'_>) {
        let Some(value) = object
            .str("name")
            .or_else(|| object.str("country"))
            .or_else(|| object.str("region"))
        else {
            self.unsaid(&format!("an object of type '{kind}' without a name"), id);
            return;
        };
        let texts = |key: &str| {
            let values = object.array(key).unwrap_or_default();
            values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let references = object.array("external_references").unwrap_or_default();
        let references = references.iter().filter_map(Value::as_object);
        let cluster = Cluster {
            galaxy_type: galaxy_type.to_owned(),
            value: value.to_owned(),
            uuid: uuid_of(id),
            description: object.str("description").unwrap_or_default().to_owned(),
            synonyms: texts("aliases"),
            references: references
                .filter_map(|reference| reference.str("url"))
                .map(str::to_owned)
                .collect(),
            restored,
        };
        self.clusters.insert(id.to_owned(), cluster);
    }

    fn indicator(&mut self, id: &str, object: &Map<'_>) {
        let Some(pattern) = object.str("pattern") else { return };
        let rule = match object.str("pattern_type").unwrap_or("stix") {
            "stix" => None,
            "yara" => Some(("yara", "Payload installation")),
            "sigma" => Some(("sigma", "Payload installation")),
            "snort" => Some(("snort", "Network activity")),
            "suricata" => Some(("suricata", "Network activity")),
            other => {
                let other: String = other.chars().take(60).collect();
                self.unsaid(&format!("an indicator with a pattern of type '{other}'"), id);
                return;
            }
        };
        if let Some((kind, category)) = rule {
            let found = Found {
                kind,
                category,
                value: pattern.to_owned(),
            };
            self.attributes(id, object, vec![found], true);
            return;
        }
        let whole = || Found {
            kind: "stix2-pattern",
            category: "Payload installation",
            value: pattern.to_owned(),
        };
        let Ok(parsed) = Pattern::parse(pattern) else {
            self.attributes(id, object, vec![whole()], true);
            return;
        };
        // One value each: attributes. Facts about one file: an object. Anything else means more than its parts.
        if let Some(found) = alternatives(&parsed) {
            self.attributes(id, object, found, true);
        } else if let Some(found) = pair(&parsed) {
            self.attributes(id, object, vec![found], true);
        } else if let Some(found) = file(&parsed) {
            let fragment = self.file_object(id, object, &found);
            self.put(id, fragment);
        } else {
            self.attributes(id, object, vec![whole()], true);
        }
    }

    fn observable(&mut self, id: &str, kind: &str, object: &Map<'_>) {
        let mut found = Vec::new();
        for (key, value) in object.iter() {
            match (key, value) {
                ("hashes", Value::Object(hashes)) => {
                    for (algorithm, digest) in hashes.iter() {
                        let mapped = values::attribute(&format!("{kind}:hashes.{algorithm}"));
                        if let (Some((kind, category)), Some(value)) = (mapped, digest.as_str()) {
                            found.push(Found {
                                kind,
                                category,
                                value: value.to_owned(),
                            });
                        }
                    }
                }
                ("id" | "type" | "payload_bin", _) => {}
                _ => {
                    let mapped = values::attribute(&format!("{kind}:{key}"));
                    if let (Some((kind, category)), Some(value)) = (mapped, text::scalar(value)) {
                        found.push(Found {
                            kind,
                            category,
                            value: value.into_owned(),
                        });
                    }
                }
            }
        }
        let is_file = kind == "file" && found.len() > 1;
        if found.is_empty() {
            // A connection says nothing but its ends, and those come as themselves.
            if !matches!(kind, "network-traffic" | "email-message") {
                self.unsaid(&format!("an object of type '{kind}'"), id);
            }
        } else if is_file {
            let fragment = self.file_object(id, object, &found);
            self.put(id, fragment);
        } else {
            self.attributes(id, object, found, false);
        }
    }

    /// Writes attributes for an object, the first under its own UUID.
    fn attributes(&mut self, id: &str, object: &Map<'_>, found: Vec<Found>, to_ids: bool) {
        let own = uuid_of(id);
        for (at, found) in found.into_iter().enumerate() {
            let uuid = if at == 0 {
                own
            } else {
                Uuid::new_v5(&own, at.to_string().as_bytes())
            };
            let mut json = Json::default();
            attribute(&mut json, uuid, &found, to_ids, object, self.options.now);
            if let Some(comment) = described(object) {
                json.text("comment", &comment);
            }
            seen(&mut json, object);
            let fragment = self.foreign_fragment("Attribute", json, object, values::hashed(found.kind, &found.value));
            self.put(id, fragment);
        }
    }

    /// Writes several facts about one file as an object of the template `file`.
    fn file_object(&self, id: &str, object: &Map<'_>, found: &[Found]) -> Fragment {
        let own = uuid_of(id);
        let to_ids = object.str("type") == Some("indicator");
        let mut json = Json::default();
        json.open();
        json.text("uuid", &own.to_string());
        json.text("name", "file");
        json.text("meta-category", "file");
        json.text("template_uuid", "688c46fb-5edb-40a3-8273-1af7923e2215");
        json.text("template_version", "25");
        json.text("description", "File object describing a file with meta-information");
        timestamp(&mut json, changed(object, self.options.now));
        json.text("comment", &described(object).unwrap_or_default());
        seen(&mut json, object);
        json.key("Attribute");
        json.open_list();
        let mut hashed = Vec::new();
        for (at, found) in found.iter().enumerate() {
            let uuid = Uuid::new_v5(&own, at.to_string().as_bytes());
            attribute(&mut json, uuid, found, to_ids, object, self.options.now);
            json.text("object_relation", found.kind);
            json.close();
            hashed.extend(values::hashed(found.kind, &found.value));
        }
        json.close_list();
        self.foreign_fragment("Object", json, object, hashed)
    }

    fn foreign_fragment(&self, list: &'static str, json: Json, object: &Map<'_>, values: Vec<String>) -> Fragment {
        let labels = object.array("labels").unwrap_or_default();
        Fragment {
            list,
            body: json.into_string(),
            tags: labels.iter().filter_map(Value::as_str).map(tag).collect(),
            marked: self.marked(object),
            tagged: (None, None),
            values,
        }
    }

    /// A note about something becomes an event report of the event that is, or holds, the thing.
    fn note(&mut self, id: &str, object: &Map<'_>) {
        let about = object
            .array("object_refs")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .next();
        let (Some(about), Some(content)) = (about, object.str("content")) else {
            return;
        };
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid_of(id).to_string());
        if about.starts_with("report--") || about.starts_with("grouping--") {
            json.text("name", object.str("abstract").unwrap_or("Note"));
            json.text("content", content);
            json.text("distribution", "5");
            timestamp(&mut json, changed(object, self.options.now));
            json.close();
            self.say(about, "EventReport", json.into_string());
            return;
        }
        json.text("note", content);
        json.text("note_type_name", "Note");
        json.text("object_uuid", &uuid_of(about).to_string());
        if let Some(authors) = object.array("authors") {
            let authors: Vec<&str> = authors.iter().filter_map(Value::as_str).collect();
            json.text("authors", &authors.join(", "));
        }
        json.text("distribution", "5");
        json.close();
        self.say(about, "Note", json.into_string());
    }

    /// A relationship becomes the reference of a MISP object; whether its source is one shows at the end.
    fn relationship(&mut self, id: &str, object: &Map<'_>) {
        let (Some(source), Some(target)) = (object.str("source_ref"), object.str("target_ref")) else {
            return;
        };
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid_of(id).to_string());
        json.text("referenced_uuid", &uuid_of(target).to_string());
        json.text(
            "relationship_type",
            object.str("relationship_type").unwrap_or("related-to"),
        );
        json.text("comment", object.str("description").unwrap_or_default());
        timestamp(&mut json, changed(object, self.options.now));
        json.close();
        self.say(source, "ObjectReference", json.into_string());
    }

    fn sighting(&mut self, id: &str, object: &Map<'_>) {
        let Some(about) = object.str("sighting_of_ref") else {
            return;
        };
        let at = ["last_seen", "first_seen"]
            .iter()
            .find_map(|key| object.str(key).and_then(|text| Timestamp::parse(text).ok()));
        self.seen(id, about, "0", at.unwrap_or_else(|| changed(object, self.options.now)));
    }

    /// An opinion that disagrees is what MISP calls a false positive; others are opinions there as well.
    fn opinion(&mut self, id: &str, object: &Map<'_>) {
        let about = object
            .array("object_refs")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .next();
        let (Some(about), Some(opinion)) = (about, object.str("opinion")) else {
            return;
        };
        if opinion == "strongly-disagree" && about.starts_with("indicator--") {
            self.seen(id, about, "1", changed(object, self.options.now));
            return;
        }
        let degree = match opinion {
            "strongly-disagree" => "0",
            "disagree" => "30",
            "agree" => "70",
            "strongly-agree" => "100",
            _ => "50",
        };
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid_of(id).to_string());
        json.text("opinion", degree);
        json.text("comment", object.str("explanation").unwrap_or_default());
        json.text("object_uuid", &uuid_of(about).to_string());
        json.text("distribution", "5");
        json.close();
        self.say(about, "Opinion", json.into_string());
    }

    fn seen(&mut self, id: &str, about: &str, kind: &str, at: Timestamp) {
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid_of(id).to_string());
        json.text("type", kind);
        json.text("date_sighting", &at.micros().div_euclid(1_000_000).to_string());
        json.close();
        self.say(about, "Sighting", json.into_string());
    }
}

/// Writes an attribute, left open.
fn attribute(json: &mut Json, uuid: Uuid, found: &Found, to_ids: bool, object: &Map<'_>, now: Timestamp) {
    json.open();
    json.text("uuid", &uuid.to_string());
    json.text("type", found.kind);
    json.text("category", found.category);
    json.text("value", &found.value);
    json.truth("to_ids", to_ids);
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        json.truth("deleted", true);
    }
    timestamp(json, changed(object, now));
}

fn described(object: &Map<'_>) -> Option<String> {
    match (object.str("name"), object.str("description")) {
        (Some(name), Some(description)) => Some(format!("{name}: {description}")),
        (name, description) => name.or(description).map(str::to_owned),
    }
}

/// When an indicator holds is when MISP has seen it.
fn seen(json: &mut Json, object: &Map<'_>) {
    for (property, key) in [("valid_from", "first_seen"), ("valid_until", "last_seen")] {
        if let Some(at) = object.str(property) {
            json.text(key, at);
        }
    }
}
