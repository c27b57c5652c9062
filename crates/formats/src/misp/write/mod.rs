//! STIX objects to MISP events.
//!
//! A report or grouping becomes an event with what it refers to; what no report refers to goes into one event that the
//! exporter names. What came from MISP carries its own properties (`x_misp_*`) and goes back as it came; other objects
//! become the attributes, objects and galaxy clusters that say the same. What MISP has no words for is named in a problem.

mod assemble;
mod cluster;
mod comparisons;
mod elements;
mod foreign;
mod restore;
mod values;

pub use elements::{Element, elements, part_of};

use std::collections::{BTreeMap, HashMap, HashSet};

use stix::json::{Map, Value};
use stix::marking::{Pap, Tlp};
use stix::{Place, Timestamp};
use uuid::Uuid;

use super::text::{self, Json};

/// What an event needs that objects do not say.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Title of the event that takes what no report refers to.
    pub info: String,
    /// UUID of that event; the same export should always give the same.
    pub event: Uuid,
    /// Organisation that the events of unnamed creators belong to.
    pub organisation: String,
    /// Its UUID.
    pub organisation_uuid: Uuid,
    /// The time to write where nothing says one.
    pub now: Timestamp,
}

/// One finished event.
#[derive(Clone, Debug)]
pub struct WrittenEvent {
    /// Its UUID, which is also its file name in a feed directory.
    pub uuid: Uuid,
    /// The event, as `{"Event": …}`.
    pub json: String,
    /// Its entry for the manifest of a feed directory.
    pub manifest: String,
    /// The values that a feed directory lists hashed.
    pub values: Vec<String>,
}

/// An attribute or object of MISP: its JSON without the closing bracket, so that more can be said about it.
struct Fragment {
    list: &'static str,
    body: String,
    tags: Vec<String>,
    /// TLP and PAP that the STIX object is marked with, and those that its own tags say already.
    marked: (Option<Tlp>, Option<Pap>),
    tagged: (Option<Tlp>, Option<Pap>),
    values: Vec<String>,
}

/// The header of an event: a report or grouping.
struct Header {
    id: String,
    uuid: Uuid,
    body: String,
    tags: Vec<String>,
    marked: (Option<Tlp>, Option<Pap>),
    tagged: (Option<Tlp>, Option<Pap>),
    info: String,
    timestamp: i64,
    date: String,
    creator: Option<String>,
    has_creator: bool,
    from_misp: bool,
    manifest: BTreeMap<&'static str, String>,
    references: Vec<String>,
}

/// Collects objects and writes the events they make.
pub struct Writer {
    options: WriteOptions,
    headers: Vec<Header>,
    parts: HashMap<String, Vec<String>>,
    fragments: HashMap<String, Vec<Fragment>>,
    /// Identifiers of fragments in the order they came.
    order: Vec<String>,
    /// What is said about an element, by the element's identifier: key and JSON.
    about: HashMap<String, Vec<(&'static str, String)>>,
    /// Observables that are told by something else already.
    covered: HashSet<String>,
    /// Observed data of others: what they bind.
    bound: HashMap<String, Vec<String>>,
    /// Galaxies of others, by identifier.
    clusters: HashMap<String, cluster::Cluster>,
    identities: HashMap<String, String>,
    statements: HashMap<String, Pap>,
    unsaid: BTreeMap<String, (u64, Place)>,
}

impl Writer {
    /// A writer of nothing yet.
    pub fn new(options: WriteOptions) -> Self {
        Self {
            options,
            headers: Vec::new(),
            parts: HashMap::new(),
            fragments: HashMap::new(),
            order: Vec::new(),
            about: HashMap::new(),
            covered: HashSet::new(),
            bound: HashMap::new(),
            clusters: HashMap::new(),
            identities: HashMap::new(),
            statements: HashMap::new(),
            unsaid: BTreeMap::new(),
        }
    }

    /// Takes one object, in any order. Objects without a well-formed identifier are named and left out.
    pub fn object(&mut self, object: &Map<'_>) {
        let (Some(id), Some(kind)) = (object.str("id"), object.str("type")) else {
            self.unsaid("an object without type and identifier", "");
            return;
        };
        if stix::id::check(id).is_err() {
            self.unsaid("an object with a malformed identifier", id);
            return;
        }
        if object.get("x_misp_nested").and_then(Value::as_bool) == Some(true) {
            return;
        }
        match kind {
            "report" | "grouping" => self.header(id, object),
            "identity" if !object.contains("x_misp_name") && !object.contains("x_misp_attributes") => {
                self.identity(id, object);
            }
            "marking-definition" => {
                let statement = object
                    .object("definition")
                    .and_then(|definition| definition.str("statement"));
                if let Some(pap) = statement.and_then(pap_statement) {
                    self.statements.insert(id.to_owned(), pap);
                }
            }
            "extension-definition" | "bundle" | "language-content" => {}
            _ if self.restore(id, kind, object) => {}
            _ => self.foreign(id, kind, object),
        }
    }

    fn identity(&mut self, id: &str, object: &Map<'_>) {
        if let Some(name) = object.str("name") {
            self.identities.insert(id.to_owned(), name.to_owned());
        }
        let galaxy = restore::galaxy_label(object);
        if let Some(galaxy_type) = galaxy {
            self.cluster(id, "identity", &galaxy_type, true, object);
        }
    }

    /// Takes note of something that MISP has no words for.
    fn unsaid(&mut self, what: &str, id: &str) {
        self.unsaid
            .entry(what.to_owned())
            .or_insert_with(|| (0, Place::default().object(id)))
            .0 += 1;
    }

    fn say(&mut self, about: &str, key: &'static str, json: String) {
        self.about.entry(about.to_owned()).or_default().push((key, json));
    }

    fn put(&mut self, id: &str, fragment: Fragment) {
        let fragments = self.fragments.entry(id.to_owned()).or_default();
        if fragments.is_empty() {
            self.order.push(id.to_owned());
        }
        fragments.push(fragment);
    }

    /// TLP and PAP of an object by its markings.
    fn marked(&self, object: &Map<'_>) -> (Option<Tlp>, Option<Pap>) {
        let refs = object.array("object_marking_refs").unwrap_or_default();
        let refs = || refs.iter().filter_map(Value::as_str);
        let tlp = refs().filter_map(Tlp::of_marking).max();
        let known = |id: &str| self.statements.get(id).copied().or_else(|| restore::own_pap(id));
        (tlp, refs().filter_map(known).max())
    }
}

fn pap_statement(statement: &str) -> Option<Pap> {
    let is_pap = statement
        .trim()
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("pap:"));
    is_pap.then(|| Pap::parse(statement)).flatten()
}

/// Writes `timestamp` as MISP does: seconds, as text.
fn timestamp(json: &mut Json, at: Timestamp) {
    json.text("timestamp", &at.micros().div_euclid(1_000_000).to_string());
}

/// When a STIX object was last changed.
fn changed(object: &Map<'_>, now: Timestamp) -> Timestamp {
    ["modified", "created"]
        .iter()
        .find_map(|key| object.str(key).and_then(|text| Timestamp::parse(text).ok()))
        .unwrap_or(now)
}

/// The UUID of an identifier.
fn uuid_of(id: &str) -> Uuid {
    id.split_once("--")
        .and_then(|(_, uuid)| text::uuid(uuid))
        .unwrap_or_else(|| Uuid::new_v5(&text::MISP_NAMESPACE, id.as_bytes()))
}

/// A tag by its name alone.
fn tag(name: &str) -> String {
    let mut json = Json::default();
    json.open();
    json.text("name", name);
    json.close();
    json.into_string()
}
