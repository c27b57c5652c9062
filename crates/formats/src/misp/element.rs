//! What attributes and objects have in common: identity, times, markings, labels, and the properties kept for the way back.

use std::collections::{BTreeMap, HashMap};

use stix::json::{Map, Value};
use stix::{Place, Problem, Timestamp};
use uuid::Uuid;

use super::galaxy::Mention;
use super::out::{Out, Times};
use super::tags::{Markings, Tags};
use super::text::{self, Json, MISP_NAMESPACE};
use super::time;

/// What an element inherits from the event around it, and what the event collects from its elements.
pub(super) struct Scope {
    pub event: Uuid,
    pub creator: String,
    pub date: Option<Timestamp>,
    pub markings: Markings,
    /// `object_refs` of the event under construction.
    pub refs: super::event::References,
    /// STIX identifier type that stands for each element, for references between them.
    pub seen: HashMap<Uuid, &'static str>,
    /// The object that each attribute inside an object belongs to.
    pub inside: HashMap<Uuid, Uuid>,
    /// References between elements, resolved when all elements are known.
    pub pending: Vec<super::context::Reference>,
    /// How many elements of which kind have no counterpart, and where the first stands.
    pub unmapped: BTreeMap<String, (u64, Place)>,
}

impl Scope {
    /// The STIX identifier of what stands for an element; for an attribute inside an object, of the object.
    pub fn standing_for(&self, uuid: Uuid) -> Option<String> {
        let uuid = if self.seen.contains_key(&uuid) {
            uuid
        } else {
            *self.inside.get(&uuid)?
        };
        self.seen.get(&uuid).map(|kind| text::identifier(kind, uuid))
    }

    /// Counts an element that is kept without a counterpart in STIX.
    pub fn keep_unmapped(&mut self, what: String, place: &Place) {
        self.unmapped.entry(what).or_insert_with(|| (0, place.clone())).0 += 1;
    }

    /// Says what was kept without a counterpart, one problem for each kind.
    pub fn tell_unmapped(&mut self, out: &mut Out<'_>) {
        for (what, (count, place)) in std::mem::take(&mut self.unmapped) {
            let message = match count {
                1 => format!("{what} has no counterpart in STIX; it is kept as a MISP extension object"),
                _ => format!("{what} has no counterpart in STIX; {count} of them are kept as MISP extension objects"),
            };
            out.problem(Problem::warning("misp-unmapped", place, message));
        }
    }
}

/// Identity, times, markings and labels of one attribute or object.
pub(super) struct Element<'v> {
    pub uuid: Uuid,
    pub times: Times,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub revoked: bool,
    pub markings: Markings,
    pub tags: Tags<'v>,
    pub place: Place,
}

impl<'v> Element<'v> {
    pub fn read(map: &'v Map<'_>, scope: &mut Scope, path: &str, out: &mut Out<'_>) -> Result<Self, Problem> {
        let place = Place::path(path);
        let uuid = unique(map, scope, path, out);
        let times = times(time::seconds(map.get("timestamp")), scope.date, out);
        let tags = Tags::read(map.get("Tag"));
        if tags.contradictory {
            out.problem(contradiction(place.clone()));
        }
        let seen = |key| map.get(key).and_then(text::scalar).and_then(|text| time::moment(&text));
        Ok(Self {
            uuid,
            times,
            first_seen: seen("first_seen"),
            last_seen: seen("last_seen"),
            revoked: text::truth(map, "deleted"),
            markings: scope.markings.narrowed(&tags, out, &place)?,
            tags,
            place,
        })
    }

    /// Where the clusters that this is tagged with are mentioned.
    pub fn mention(&self, scope: &Scope) -> Mention<'_> {
        Mention {
            event: scope.event,
            markings: &self.markings.list,
            place: &self.place,
        }
    }

    /// Writes `revoked` and `object_marking_refs`.
    pub fn standing(&self, out: &mut Out<'_>) {
        if self.revoked {
            out.json.truth("revoked", true);
        }
        out.marked(&self.markings.list);
    }

    /// Writes `labels`: pairs of name and value first, then the tags.
    pub fn labels(&self, json: &mut Json, pairs: &[(&str, Option<&str>)]) {
        if self.tags.labels.is_empty() && pairs.iter().all(|(_, value)| value.is_none()) {
            return;
        }
        json.key("labels");
        json.open_list();
        for (name, value) in pairs {
            if let Some(value) = value {
                json.pieces(&["misp:", name, "=\"", value, "\""]);
            }
        }
        self.tags.labels.iter().for_each(|label| json.string(label));
        json.close_list();
    }

    /// The start and the end of when this was seen: what the element says, else when it was last changed.
    pub fn window(&self) -> (Timestamp, Timestamp) {
        let first = self.first_seen.or(self.last_seen).unwrap_or(self.times.at);
        let last = self.last_seen.or(self.first_seen).unwrap_or(self.times.at);
        (first, last.max(first))
    }
}

/// Two colours of TLP on one element.
pub(super) fn contradiction(place: Place) -> Problem {
    Problem::warning(
        "tlp-contradiction",
        place,
        "there are tags of two colours of TLP here; the narrower one counts",
    )
    .help("remove the tag that does not hold any more")
}

/// When an element was made and changed: MISP keeps only the latter, so it was made on the day of its event.
pub(super) fn times(changed: Option<Timestamp>, date: Option<Timestamp>, out: &Out<'_>) -> Times {
    let Some(modified) = changed else {
        return out.undated();
    };
    let created = date.map_or(modified, |date| date.min(modified));
    Times {
        created: created.to_string(),
        modified: modified.to_string(),
        at: modified,
        dated: true,
    }
}

/// The UUID of an element; where it has none, or one that another element of the event has, one derived from where it stands.
fn unique(map: &Map<'_>, scope: &Scope, path: &str, out: &mut Out<'_>) -> Uuid {
    let own = map.str("uuid").and_then(text::uuid);
    if let Some(uuid) = own
        && !scope.seen.contains_key(&uuid)
    {
        return uuid;
    }
    if own.is_some() {
        let message = "another element of the event has the same UUID; this one is kept under a derived one";
        out.problem(Problem::warning(
            "duplicate-uuid",
            Place::path(format!("{path}.uuid")),
            message,
        ));
    }
    let mut scratch = Json::default();
    scratch.map(map, |key| {
        matches!(
            key,
            "type" | "category" | "value" | "name" | "object_relation" | "uuid" | "Attribute"
        )
    });
    let namespace = Uuid::new_v5(&MISP_NAMESPACE, scope.event.as_bytes());
    let derived = Uuid::new_v5(&namespace, scratch.as_str().as_bytes());
    if scope.seen.contains_key(&derived) {
        // The same element word for word: only where it stands tells them apart.
        return Uuid::new_v5(&derived, path.as_bytes());
    }
    derived
}

/// Keeps the properties of a MISP element for the way back, as `x_misp_*`.
///
/// Plain values become properties of their own; what is nested and has no place in STIX goes into the list `x_misp_other`.
pub(super) fn carry(
    json: &mut Json,
    prefix: &str,
    entries: &mut dyn Iterator<Item = (&str, &Value<'_>)>,
    uuid: Option<Uuid>,
) {
    let mut other = Json::default();
    other.open_list();
    let empty = other.len();
    for (key, value) in entries {
        match key {
            "uuid" => {
                let buffer = &mut Uuid::encode_buffer();
                let derived = uuid.map(|uuid| &*uuid.hyphenated().encode_lower(buffer));
                if value.as_str().is_none() || value.as_str() != derived {
                    json.entry(&format!("{prefix}uuid"), value);
                }
            }
            "Tag" => {
                json.entry(&format!("{prefix}tags"), value);
            }
            "Galaxy" => {
                json.entry(&format!("{prefix}galaxies"), value);
            }
            "meta-category" => {
                json.entry(&format!("{prefix}meta_category"), value);
            }
            _ if is_plain(key) && is_scalar(value) => carry_scalar(json, prefix, key, value),
            _ => {
                let before = other.len();
                other.open();
                other.text("key", key);
                if other.entry("value", value) {
                    other.close();
                } else {
                    other.truncate(before);
                }
            }
        }
    }
    if other.len() > empty {
        other.close_list();
        json.key(&format!("{prefix}other"));
        json.raw(other.as_str());
    }
}

fn carry_scalar(json: &mut Json, prefix: &str, key: &str, value: &Value<'_>) {
    if matches!(value, Value::Null) {
        return;
    }
    json.key_pieces(prefix, key);
    json.value(value);
}

fn is_scalar(value: &Value<'_>) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// Whether a key can be part of a property name (STIX 2.1 section 3.1), and is none of those we use ourselves.
fn is_plain(key: &str) -> bool {
    (1..=200).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !matches!(
            key,
            "tags"
                | "galaxies"
                | "meta_category"
                | "other"
                | "attributes"
                | "references"
                | "reports"
                | "proposals"
                | "part"
        )
}
