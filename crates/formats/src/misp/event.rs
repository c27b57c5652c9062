//! Converts one MISP event: its elements one by one, then the report (or grouping) that names them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use stix::json::{Map, Value};
use stix::{Place, Problem, Timestamp};
use uuid::Uuid;

use super::element::{Scope, carry, contradiction, times};
use super::envelope::items_or_one;
use super::out::{Out, Times};
use super::tags::{Markings, Tags};
use super::text::{self, Json, MISP_NAMESPACE};
use super::{context, convert, galaxy, object, time};

/// Bytes of `object_refs` in one report; what goes beyond is put into groupings that the report refers to.
const REFERENCES_BYTES: usize = 8 << 20;

/// Keys whose values are converted one by one.
const LISTS: [&str; 8] = [
    "Attribute",
    "Object",
    "EventReport",
    "ShadowAttribute",
    "Sighting",
    "Note",
    "Opinion",
    "Relationship",
];

/// The identifiers that an event refers to, collected while its elements pass.
#[derive(Default)]
pub(super) struct References {
    list: Json,
    full: Vec<String>,
    last: u128,
}

impl References {
    pub fn add(&mut self, id: &str) {
        // The same identifier twice in a row: an element and its only link.
        let hash = text::uuid(id.rsplit_once("--").map_or("", |(_, uuid)| uuid)).map_or(0, |uuid| uuid.as_u128());
        if hash == self.last && self.list.as_str().ends_with(&format!("{id}\"")) {
            return;
        }
        self.last = hash;
        if self.list.len() > REFERENCES_BYTES {
            self.full.push(std::mem::take(&mut self.list).into_string());
        }
        self.list.string(id);
    }
}

/// The types that a galaxy named after STIX can have.
pub(super) const KNOWN_CLUSTERS: [&str; 10] = [
    "attack-pattern",
    "campaign",
    "course-of-action",
    "intrusion-set",
    "location",
    "malware",
    "threat-actor",
    "tool",
    "vulnerability",
    "infrastructure",
];

/// The identifier types that an element can become, as constants, so that a map of them stays small.
pub(super) fn known_kind(id: &str) -> &'static str {
    const KINDS: [&str; 18] = [
        "attack-pattern",
        "campaign",
        "course-of-action",
        "identity",
        "indicator",
        "intrusion-set",
        "location",
        "malware",
        "note",
        "observed-data",
        "threat-actor",
        "tool",
        "vulnerability",
        "report",
        "grouping",
        "infrastructure",
        object::OBJECT,
        convert::ATTRIBUTE,
    ];
    let kind = stix::id::object_type(id);
    KINDS
        .iter()
        .find(|known| **known == kind)
        .copied()
        .unwrap_or("observed-data")
}

/// The facts of an event, without its lists of elements.
pub(super) struct Head<'a> {
    facts: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Head<'a> {
    fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.facts.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    fn truth(&self, key: &str) -> bool {
        match self.get(key) {
            Some(Value::Bool(value)) => *value,
            Some(other) => text::scalar(other).is_some_and(|text| matches!(text.as_ref(), "1" | "true")),
            None => false,
        }
    }
}

/// Converts an event from its raw entries.
pub(super) fn event<'a>(
    raw: Vec<(Cow<'a, str>, &'a RawValue)>,
    whole: &str,
    path: &str,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let mut head = Head { facts: Vec::new() };
    let mut lists = Vec::new();
    for (key, value) in raw {
        if LISTS.contains(&key.as_ref()) {
            lists.push((key, value));
            continue;
        }
        match stix::json::parse(value.get()) {
            Ok(value) => head.facts.push((key, value)),
            Err(problem) => out.problem(Problem {
                place: Place::path(format!("{path}.{key}")),
                ..problem
            }),
        }
    }
    let place = Place::path(path);
    let uuid = head
        .str("uuid")
        .and_then(text::uuid)
        .unwrap_or_else(|| Uuid::new_v5(&MISP_NAMESPACE, whole.as_bytes()));
    // A whole instant is what our own interface for MISP's clients writes: an element keeps the time it was made.
    let date = head.str("date").and_then(time::moment);
    let changed = time::seconds(head.get("timestamp")).or_else(|| time::seconds(head.get("publish_timestamp")));
    let times = times(changed.or(date), date, out);
    let creator = match head.get("Orgc").and_then(Value::as_object) {
        Some(organisation) => context::organisation(organisation, &place, out)?,
        None => out.options.producer.to_string(),
    };
    let tags = Tags::read(head.get("Tag"));
    if tags.contradictory {
        out.problem(contradiction(Place::path(format!("{path}.Tag"))));
    }
    let markings = Markings::new(tags.tlp, tags.pap, out, &place)?;
    let mut scope = Scope {
        event: uuid,
        creator,
        date,
        markings,
        refs: References::default(),
        seen: HashMap::new(),
        inside: HashMap::new(),
        pending: Vec::new(),
        unmapped: BTreeMap::new(),
    };
    let mention = galaxy::Mention {
        event: uuid,
        markings: &scope.markings.list,
        place: &place,
    };
    for (cluster, _) in galaxy::clusters(head.get("Galaxy"), &mention, out)? {
        scope.refs.add(&cluster);
    }
    let published = head.truth("published");
    let kind = if published { "report" } else { "grouping" };
    let id = text::identifier(kind, uuid);
    elements(&lists, &id, path, &mut scope, out)?;
    scope.tell_unmapped(out);
    let references = std::mem::take(&mut scope.refs);
    let report = Report {
        head: &head,
        id: &id,
        published,
        times: &times,
        tags: &tags,
        place: &place,
    };
    report.write(references, &scope, out)
}

/// Converts the lists of an event: attributes before objects, so that references find what they refer to.
fn elements(
    lists: &[(Cow<'_, str>, &RawValue)],
    id: &str,
    path: &str,
    scope: &mut Scope,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let of = |name: &str| lists.iter().find(|(key, _)| key == name).map(|(_, raw)| *raw);
    if let Some(raw) = of("Attribute") {
        attributes(raw, &format!("{path}.Attribute"), scope, out)?;
    }
    if let Some(raw) = of("Object") {
        objects(raw, &format!("{path}.Object"), scope, out)?;
    }
    for (key, raw) in lists
        .iter()
        .filter(|(key, _)| !matches!(key.as_ref(), "Attribute" | "Object"))
    {
        items_or_one(raw, &format!("{path}.{key}"), &mut |path, raw| {
            with_map(raw, path, out, |map, out| {
                context::of_event(key, map, id, scope, path, out)
            })
        })?;
    }
    context::resolve(scope, out)
}

/// Converts attributes that stand by themselves.
pub(super) fn attributes(raw: &RawValue, path: &str, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    items_or_one(raw, path, &mut |path, raw| {
        with_map(raw, path, out, |map, out| convert::attribute(map, scope, path, out))
    })
}

/// Converts objects.
pub(super) fn objects(raw: &RawValue, path: &str, scope: &mut Scope, out: &mut Out<'_>) -> Result<(), Problem> {
    let parts = object::parts(raw, path)?;
    items_or_one(raw, path, &mut |path, raw| {
        with_map(raw, path, out, |map, out| object::object(map, &parts, scope, path, out))
    })
}

/// Parses one element; a broken one is told and left out, those around it go on.
fn with_map<'s>(
    raw: &RawValue,
    path: &str,
    out: &mut Out<'s>,
    then: impl FnOnce(&Map<'_>, &mut Out<'s>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let limit = out.options.limits.item_bytes;
    if raw.get().len() > limit {
        let message = format!("the element is {} bytes long, the limit is {limit}", raw.get().len());
        out.problem(Problem::error("item-too-long", Place::path(path), message));
        return Ok(());
    }
    match stix::json::parse(raw.get()) {
        Ok(Value::Object(map)) => then(&map, out),
        Ok(other) => {
            let message = format!("expected an object, found {}", other.kind());
            out.problem(Problem::error("misp-element", Place::path(path), message));
            Ok(())
        }
        Err(problem) => {
            out.problem(Problem {
                place: Place::path(path),
                ..problem
            });
            Ok(())
        }
    }
}

/// The facts of an event's report, or of the grouping of one that is not published.
struct Report<'v> {
    head: &'v Head<'v>,
    id: &'v str,
    published: bool,
    times: &'v Times,
    tags: &'v Tags<'v>,
    place: &'v Place,
}

impl Report<'_> {
    /// Writes it, after everything it refers to.
    fn write(&self, references: References, scope: &Scope, out: &mut Out<'_>) -> Result<(), Problem> {
        let Self {
            head,
            id,
            published,
            times,
            tags,
            place,
        } = *self;

        let name = head.str("info").filter(|info| !info.is_empty()).unwrap_or("MISP event");
        let mut last = references.list;
        for (at, list) in references.full.into_iter().enumerate() {
            let part = text::identifier("grouping", Uuid::new_v5(&scope.event, at.to_string().as_bytes()));
            out.begin("grouping", &part, times, Some(&scope.creator));
            out.marked(&scope.markings.list);
            out.json.text("name", &format!("{name} (part {})", at + 1));
            out.json.text("context", "misp-event-part");
            out.json.key("object_refs");
            out.json.raw(&format!("[{list}]"));
            out.json.text("x_misp_event_part", id);
            out.finish(place, times.dated)?;
            last.string(&part);
        }
        if last.as_str().is_empty() {
            // STIX asks for at least one; an event without elements refers to who made it.
            last.string(&scope.creator);
        }
        let kind = if published { "report" } else { "grouping" };
        out.begin(kind, id, times, Some(&scope.creator));
        out.marked(&scope.markings.list);
        out.json.text("name", name);
        if published {
            let at: Timestamp = time::seconds(head.get("publish_timestamp")).unwrap_or(times.at);
            out.json.text("published", &at.to_string());
            out.json.key("report_types");
            out.json.raw("[\"threat-report\"]");
        } else {
            out.json.text("context", "suspicious-activity");
        }
        out.json.key("object_refs");
        out.json.raw(&format!("[{}]", last.as_str()));
        if !tags.labels.is_empty() {
            out.json.key("labels");
            out.json.open_list();
            tags.labels.iter().for_each(|label| out.json.string(label));
            out.json.close_list();
        }
        let mut facts = head.facts.iter().map(|(key, value)| (key.as_ref(), value));
        carry(&mut out.json, "x_misp_event_", &mut facts, None);
        out.finish(place, times.dated)
    }
}

/// The scope of elements that came without their event, as from a search.
pub(super) fn loose_scope(out: &mut Out<'_>) -> Result<Scope, Problem> {
    Ok(Scope {
        event: Uuid::nil(),
        creator: out.options.producer.to_string(),
        date: None,
        markings: Markings::new(None, None, out, &Place::default())?,
        refs: References::default(),
        seen: HashMap::new(),
        inside: HashMap::new(),
        pending: Vec::new(),
        unmapped: BTreeMap::new(),
    })
}
