//! Objects that did not come from MISP, as the attributes, objects and clusters that say the same.

use stix::Timestamp;
use stix::json::{Map, Value};
use stix::pattern::{Comparison, Constant, Literal, Observation, Pattern, Step, literals};
use uuid::Uuid;

use super::super::observable::address_kind;
use super::super::text::{self, Json};
use super::{Fragment, Writer, changed, tag, timestamp, uuid_of, values};

/// A galaxy cluster for an actor, a campaign, malware and the like.
pub(super) struct Cluster {
    galaxy_type: String,
    value: String,
    uuid: Uuid,
    description: String,
    synonyms: Vec<String>,
    references: Vec<String>,
    restored: bool,
}

impl Cluster {
    /// Whether it came from a galaxy of MISP, which the event carries itself.
    pub fn is_restored(&self) -> bool {
        self.restored
    }

    /// The name of the tag for the cluster; quotes would end it early.
    pub fn tag(&self) -> String {
        format!("misp-galaxy:{}=\"{}\"", self.galaxy_type, self.value.replace('"', "'"))
    }

    /// The galaxy with this one cluster.
    pub fn galaxy(&self) -> String {
        let name = self.galaxy_type.replace('-', " ");
        let uuid = Uuid::new_v5(&text::MISP_NAMESPACE, format!("galaxy={}", self.galaxy_type).as_bytes());
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid.to_string());
        json.text("name", &name);
        json.text("type", &self.galaxy_type);
        json.text("description", &name);
        json.key("GalaxyCluster");
        json.open_list();
        json.open();
        json.text("uuid", &self.uuid.to_string());
        json.text("type", &self.galaxy_type);
        json.text("value", &self.value);
        json.text("tag_name", &self.tag());
        json.text("description", &self.description);
        json.key("meta");
        json.open();
        for (key, list) in [("synonyms", &self.synonyms), ("refs", &self.references)] {
            if !list.is_empty() {
                json.key(key);
                json.open_list();
                list.iter().for_each(|value| json.string(value));
                json.close_list();
            }
        }
        json.close();
        json.close();
        json.close_list();
        json.close();
        json.into_string()
    }
}

/// One attribute to write.
struct Found {
    kind: &'static str,
    category: &'static str,
    value: String,
}

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

/// A path without quotes and list steps, as the table of values names it.
fn path(literal: &Literal<'_>) -> String {
    let mut text = format!("{}:", literal.path.object_type);
    let mut first = true;
    for step in &literal.path.steps {
        if let Step::Property(name) = step {
            if !first {
                text.push('.');
            }
            text.push_str(name);
            first = false;
        }
    }
    text
}

fn constant(constant: &Constant) -> Option<String> {
    match constant {
        Constant::String(text) => Some(text.clone()),
        Constant::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn one(literal: &Literal<'_>) -> Option<Found> {
    if !literal.is_equality() && literal.operator != stix::pattern::Operator::IsSubset || literal.negated {
        return None;
    }
    let (kind, category) = values::attribute(&path(literal))?;
    let value = constant(&literal.constant)?;
    let kind = match kind {
        // The end of a connection can be a name as well.
        "ip-dst" if address_kind(&value).is_none() => "hostname",
        "ip-src" if address_kind(&value).is_none() => return None,
        kind => kind,
    };
    Some(Found { kind, category, value })
}

/// The values of a pattern of which any one will do.
fn alternatives(pattern: &Pattern) -> Option<Vec<Found>> {
    fn is_or(comparison: &Comparison) -> bool {
        match comparison {
            Comparison::Test(_) => true,
            Comparison::Or(parts) => parts.iter().all(is_or),
            Comparison::And(_) => false,
        }
    }
    fn is_single(observation: &Observation) -> bool {
        match observation {
            Observation::Single(comparison) => is_or(comparison),
            Observation::Or(parts) => parts.iter().all(is_single),
            _ => false,
        }
    }
    if !is_single(&pattern.expression) {
        return None;
    }
    literals(pattern)
        .iter()
        .map(one)
        .collect::<Option<Vec<_>>>()
        .filter(|found| !found.is_empty())
}

fn conjunction(pattern: &Pattern) -> Option<Vec<Literal<'_>>> {
    let Observation::Single(Comparison::And(parts)) = &pattern.expression else {
        return None;
    };
    parts
        .iter()
        .all(|part| matches!(part, Comparison::Test(_)))
        .then(|| literals(pattern))
}

/// Two values that MISP writes as one: address and port, host and port, domain and address.
fn pair(pattern: &Pattern) -> Option<Found> {
    let literals = conjunction(pattern)?;
    let mut get = std::collections::HashMap::new();
    for literal in literals.iter().filter(|literal| literal.is_equality()) {
        get.insert(path(literal), constant(&literal.constant)?);
    }
    if get.len() != literals.len() {
        return None;
    }
    get.remove("network-traffic:dst_ref.type");
    get.remove("network-traffic:src_ref.type");
    let found = |kind, value| Found {
        kind,
        category: "Network activity",
        value,
    };
    let mut take = |key: &str| get.remove(key);
    let (destination, source) = (
        take("network-traffic:dst_ref.value"),
        take("network-traffic:src_ref.value"),
    );
    let (to, from) = (take("network-traffic:dst_port"), take("network-traffic:src_port"));
    let (domain, address) = (take("domain-name:value"), take("domain-name:resolves_to_refs.value"));
    if !get.is_empty() {
        return None;
    }
    match (destination, source, to, from, domain, address) {
        (Some(host), None, Some(port), None, None, None) => {
            let kind = if address_kind(&host).is_some() {
                "ip-dst|port"
            } else {
                "hostname|port"
            };
            Some(found(kind, format!("{host}|{port}")))
        }
        (Some(host), None, None, None, None, None) => Some(found(
            if address_kind(&host).is_some() {
                "ip-dst"
            } else {
                "hostname"
            },
            host,
        )),
        (None, Some(host), None, Some(port), None, None) if address_kind(&host).is_some() => {
            Some(found("ip-src|port", format!("{host}|{port}")))
        }
        (None, Some(host), None, None, None, None) if address_kind(&host).is_some() => Some(found("ip-src", host)),
        (None, None, None, None, Some(domain), Some(address)) => {
            Some(found("domain|ip", format!("{domain}|{address}")))
        }
        _ => None,
    }
}

/// Facts about one file that must hold together.
fn file(pattern: &Pattern) -> Option<Vec<Found>> {
    let literals = conjunction(pattern)?;
    if !literals.iter().all(|literal| literal.path.object_type == "file") {
        return None;
    }
    literals.iter().map(one).collect()
}
