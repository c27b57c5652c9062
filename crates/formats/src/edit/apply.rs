//! Applies what somebody changed: first what each item becomes, then what that does to those that refer to it.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use stix::{Object, Problem};

use super::about::Ends;
use super::value::{Item, unreadable, with_value};
use super::{Edit, Edits};
use crate::{Found, ReadOptions, Sink};

/// References without which these say nothing.
const NEEDED: [&str; 4] = ["source_ref", "target_ref", "sighting_of_ref", "object_refs"];

/// What became of the identifiers.
#[derive(Default)]
struct Fates {
    left_out: HashSet<String>,
    renamed: HashMap<String, String>,
}

impl Fates {
    fn touches(&self, text: &str) -> bool {
        let mut all = self.left_out.iter().chain(self.renamed.keys());
        all.any(|id| text.contains(id.as_str()))
    }

    /// The identifier that a reference leads to now; none where that is left out.
    fn now<'t>(&'t self, id: &'t str) -> Option<&'t str> {
        if let Some(new) = self.renamed.get(id) {
            return Some(new);
        }
        (!self.left_out.contains(id)).then_some(id)
    }
}

/// Hands on the items as they were changed; gives how many there are.
pub(super) fn apply(
    found: &[Found<'static>],
    edits: &Edits,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<u64, Problem> {
    let mut fates = Fates::default();
    let mut kept = Vec::with_capacity(found.len());
    for (place, one) in found.iter().enumerate() {
        match edits.items.get(&place) {
            Some(edit) if edit.leave_out => fates
                .left_out
                .extend(Some(id_of(&one.text)).filter(|id| !id.is_empty())),
            Some(edit) => {
                let changed = changed(one, edit, options)?;
                let (old, new) = (id_of(&one.text), id_of(&changed.text));
                if old != new {
                    fates.renamed.insert(old, new);
                }
                kept.push(changed);
            }
            None => kept.push(one.clone()),
        }
    }
    // Another item of the same value keeps what refers to it.
    for one in &kept {
        fates.left_out.remove(&id_of(&one.text));
    }
    let kept = settled(kept, &mut fates, sink)?;
    let mut handed = 0;
    let mut refs = Vec::new();
    if let Some(about) = &edits.about {
        refs = about.hand_on(&ends(&kept), options, &mut Counted(sink, &mut handed))?;
    }
    for one in kept {
        let text = match refs.is_empty() || !is_container(&one.text) {
            true => one.text,
            false => with_refs(&one.text, &refs)?.into(),
        };
        sink.object(Found { text, ..one })?;
        handed += 1;
    }
    Ok(handed)
}

/// Counts what passes.
struct Counted<'s>(&'s mut dyn Sink, &'s mut u64);

impl Sink for Counted<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        *self.1 += 1;
        self.0.object(found)
    }

    fn problem(&mut self, problem: Problem) {
        self.0.problem(problem);
    }
}

/// Takes out or renames references until nothing refers to what is left out.
fn settled(
    mut kept: Vec<Found<'static>>,
    fates: &mut Fates,
    sink: &mut dyn Sink,
) -> Result<Vec<Found<'static>>, Problem> {
    loop {
        let mut next = Vec::with_capacity(kept.len());
        let mut gone = HashSet::new();
        for one in kept {
            if !fates.touches(&one.text) {
                next.push(one);
                continue;
            }
            let mut map: Map<String, Value> = serde_json::from_str(&one.text).map_err(unreadable)?;
            if refer(&mut map, fates) {
                let text = Value::Object(map).to_string().into();
                next.push(Found { text, ..one });
            } else {
                let message = "it says nothing without what was left out, so it is left out too";
                sink.problem(Problem::warning("left-out-too", one.place.clone(), message));
                gone.insert(id_of(&one.text));
            }
        }
        kept = next;
        if gone.is_empty() {
            return Ok(kept);
        }
        fates.left_out.extend(gone);
    }
}

/// Sets every reference right; says whether the object still says something.
fn refer(map: &mut Map<String, Value>, fates: &Fates) -> bool {
    let keys: Vec<String> = map.keys().filter(|key| is_reference(key)).cloned().collect();
    for key in keys {
        let is_needed = NEEDED.contains(&key.as_str());
        let set = match map.get(&key) {
            Some(Value::String(id)) => fates.now(id).map(|id| json!(id)),
            Some(Value::Array(ids)) => {
                let mut seen = HashSet::new();
                let now = ids.iter().filter_map(Value::as_str).filter_map(|id| fates.now(id));
                let now: Vec<&str> = now.filter(|id| seen.insert(*id)).collect();
                (!now.is_empty()).then(|| json!(now))
            }
            _ => continue,
        };
        match set {
            Some(value) => drop(map.insert(key, value)),
            None if is_needed => return false,
            None => drop(map.shift_remove(&key)),
        }
    }
    true
}

fn is_reference(key: &str) -> bool {
    key.ends_with("_ref") || key.ends_with("_refs")
}

fn changed(found: &Found<'static>, edit: &Edit, options: &ReadOptions) -> Result<Found<'static>, Problem> {
    let item = Item::of(Object::parse(&found.text)?.map());
    let mut one = found.clone();
    if let (Some(old), Some(new)) = (&item.value, &edit.value)
        && old != new
    {
        one = with_value(found, old, new, options)?;
    }
    let name = edit.name.as_ref().filter(|name| item.is_named && **name != item.name);
    if name.is_none() && edit.marking.is_none() {
        return Ok(one);
    }
    let mut map: Map<String, Value> = serde_json::from_str(&one.text).map_err(unreadable)?;
    if let Some(name) = name {
        map.insert("name".to_owned(), json!(name));
    }
    if let Some(tlp) = edit.marking {
        mark(&mut map, tlp);
    }
    one.text = Value::Object(map).to_string().into();
    Ok(one)
}

/// Adds a colour. Of several the strictest holds, so this never makes anything looser.
fn mark(map: &mut Map<String, Value>, tlp: Tlp) {
    let id = json!(tlp.marking_id());
    let refs = map.entry("object_marking_refs").or_insert_with(|| json!([]));
    if let Some(refs) = refs.as_array_mut()
        && !refs.contains(&id)
    {
        refs.push(id);
    }
}

fn ends(kept: &[Found<'static>]) -> Ends {
    let mut ends = Ends::default();
    for one in kept {
        let id = id_of(&one.text);
        match stix::id::object_type(&id) {
            "indicator" => ends.indicators.push(id),
            "attack-pattern" => ends.techniques.push(id),
            "vulnerability" => ends.vulnerabilities.push(id),
            _ => {}
        }
    }
    ends
}

fn is_container(text: &str) -> bool {
    let id = id_of(text);
    matches!(stix::id::object_type(&id), "report" | "grouping")
}

/// A container that refers to these too.
fn with_refs(text: &str, refs: &[String]) -> Result<String, Problem> {
    let mut map: Map<String, Value> = serde_json::from_str(text).map_err(unreadable)?;
    let known = map.entry("object_refs").or_insert_with(|| json!([]));
    if let Some(known) = known.as_array_mut() {
        for id in refs.iter().map(|id| json!(id)) {
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }
    Ok(Value::Object(map).to_string())
}

fn id_of(text: &str) -> String {
    let object = Object::parse(text);
    let id = object.as_ref().ok().and_then(|object| object.map().str("id"));
    id.unwrap_or_default().to_owned()
}
