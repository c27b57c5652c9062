//! Puts events together from what was collected.

use std::collections::HashSet;

use stix::Problem;
use stix::marking::{Pap, Tlp};

use super::super::text::Json;
use super::{Fragment, Header, Writer, WrittenEvent, tag};

/// Hands on one finished event.
type Take<'t> = &'t mut dyn FnMut(WrittenEvent) -> Result<(), Problem>;

impl Writer {
    /// Writes the events; gives what could not be said in MISP.
    pub fn finish(mut self, take: Take<'_>) -> Result<Vec<Problem>, Problem> {
        let mut used: HashSet<String> = HashSet::new();
        for mut header in std::mem::take(&mut self.headers) {
            if let Some(parts) = self.parts.remove(&header.id) {
                header.references.extend(parts);
            }
            let written = self.event(&header, &mut used);
            take(written)?;
        }
        let loose: Vec<String> = self
            .order
            .iter()
            .filter(|id| !used.contains(*id) && !self.covered.contains(*id))
            .cloned()
            .chain(
                self.clusters
                    .keys()
                    .filter(|id| !used.contains(*id) && !self.clusters[*id].is_restored())
                    .cloned(),
            )
            .collect();
        if !loose.is_empty() {
            let header = self.loose_header(loose);
            let written = self.event(&header, &mut used);
            take(written)?;
        }
        self.unsaid_references();
        let unsaid = self.unsaid.into_iter().map(|(what, (count, place))| {
            let message = if count == 1 {
                format!("{what} cannot be said in MISP and is left out")
            } else {
                format!("{what} cannot be said in MISP; {count} of them are left out")
            };
            Problem::warning("misp-unsaid", place, message).help("export as STIX to keep everything")
        });
        Ok(unsaid.collect())
    }

    /// Only objects of MISP refer to others: relationships of anything else are named.
    fn unsaid_references(&mut self) {
        let is_object = |id: &str| {
            let fragments = self.fragments.get(id);
            fragments.is_some_and(|fragments| fragments.iter().any(|fragment| fragment.list == "Object"))
        };
        let unsaid: Vec<(String, usize)> = self
            .about
            .iter()
            .filter(|(id, _)| !is_object(id))
            .map(|(id, said)| {
                (
                    id.clone(),
                    said.iter().filter(|(key, _)| *key == "ObjectReference").count(),
                )
            })
            .collect();
        for (id, count) in unsaid {
            for _ in 0..count {
                self.unsaid("a relationship whose source is no object", &id);
            }
        }
    }

    fn loose_header(&self, references: Vec<String>) -> Header {
        let now = self.options.now;
        let seconds = now.micros().div_euclid(1_000_000);
        let date = now.to_string().get(..10).unwrap_or_default().to_owned();
        let mut json = Json::default();
        json.open();
        json.text("uuid", &self.options.event.to_string());
        json.text("info", &self.options.info);
        json.text("date", &date);
        json.text("timestamp", &seconds.to_string());
        json.text("threat_level_id", "4");
        json.text("analysis", "2");
        json.text("distribution", "0");
        json.truth("published", true);
        json.text("publish_timestamp", &seconds.to_string());
        Header {
            id: String::new(),
            uuid: self.options.event,
            body: json.into_string(),
            tags: Vec::new(),
            marked: (None, None),
            tagged: (None, None),
            info: self.options.info.clone(),
            timestamp: seconds,
            date,
            creator: None,
            has_creator: false,
            from_misp: false,
            manifest: [("analysis", "2".to_owned()), ("threat_level_id", "4".to_owned())]
                .into_iter()
                .collect(),
            references,
        }
    }

    /// Writes one event.
    fn event(&self, header: &Header, used: &mut HashSet<String>) -> WrittenEvent {
        let mut members: Vec<&str> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for id in &header.references {
            if seen.insert(id) {
                members.push(id);
            }
            for inner in self.bound.get(id).into_iter().flatten() {
                if seen.insert(inner) {
                    members.push(inner);
                }
            }
        }
        used.extend(members.iter().map(|id| (*id).to_owned()));
        let fragments = |list: &'static str| {
            members
                .iter()
                .filter_map(|id| Some((*id, self.fragments.get(*id)?)))
                .flat_map(|(id, fragments)| fragments.iter().map(move |fragment| (id, fragment)))
                .filter(move |(_, fragment)| fragment.list == list)
        };
        // MISP objects have no tags: where one is narrower than its event, the event becomes as narrow.
        let mut marked = header.marked;
        for (_, fragment) in fragments("Object") {
            if fragment.marked.0 > fragment.tagged.0 {
                marked.0 = marked.0.max(fragment.marked.0);
            }
            if fragment.marked.1 > fragment.tagged.1 {
                marked.1 = marked.1.max(fragment.marked.1);
            }
        }
        let mut values = Vec::new();
        let mut json = Json::default();
        json.open();
        json.key("Event");
        json.raw(&header.body);
        self.creator(header, &mut json);
        let mut tags = header.tags.clone();
        tags.extend(missing_tags(marked, header.tagged));
        let mut galaxies = Vec::new();
        for cluster in members.iter().filter_map(|id| self.clusters.get(*id)) {
            if !(header.from_misp && cluster.is_restored()) {
                tags.push(tag(&cluster.tag()));
                galaxies.push(cluster.galaxy());
            }
        }
        list("Tag", &tags, &mut json);
        list("Galaxy", &galaxies, &mut json);
        for name in ["Attribute", "Object"] {
            json.key(name);
            json.open_list();
            for (id, fragment) in fragments(name) {
                self.write(id, fragment, marked, &mut json);
                values.extend(fragment.values.iter().cloned());
            }
            json.close_list();
        }
        self.said_about(&header.id, &mut json);
        json.close();
        json.close();
        WrittenEvent {
            uuid: header.uuid,
            json: json.into_string(),
            manifest: self.manifest(header, &tags),
            values,
        }
    }

    pub(super) fn creator(&self, header: &Header, json: &mut Json) {
        if header.has_creator {
            return;
        }
        let (name, uuid) = self.creator_of(header);
        json.key("Orgc");
        json.open();
        json.text("name", &name);
        json.text("uuid", &uuid);
        json.close();
    }

    fn creator_of(&self, header: &Header) -> (String, String) {
        match header
            .creator
            .as_deref()
            .and_then(|id| Some((self.identities.get(id)?, id)))
        {
            Some((name, id)) => (name.clone(), super::uuid_of(id).to_string()),
            None => (
                self.options.organisation.clone(),
                self.options.organisation_uuid.to_string(),
            ),
        }
    }

    fn write(&self, id: &str, fragment: &Fragment, event: (Option<Tlp>, Option<Pap>), json: &mut Json) {
        json.raw(&fragment.body);
        if fragment.list == "Attribute" {
            let own = (
                fragment.marked.0.filter(|tlp| Some(*tlp) > event.0),
                fragment.marked.1.filter(|pap| Some(*pap) > event.1),
            );
            let mut tags = fragment.tags.clone();
            tags.extend(missing_tags(own, fragment.tagged));
            list("Tag", &tags, json);
        }
        let said = self.about.get(id).map(Vec::as_slice).unwrap_or_default();
        if fragment.list == "Object" {
            let references = said.iter().filter(|(key, _)| *key == "ObjectReference");
            let references: Vec<&str> = references.map(|(_, json)| json.as_str()).collect();
            list("ObjectReference", &references, json);
        }
        self.said_about(id, json);
        json.close();
    }

    /// Writes the lists of what is said about an element.
    fn said_about(&self, id: &str, json: &mut Json) {
        let Some(said) = self.about.get(id) else { return };
        for name in [
            "EventReport",
            "Sighting",
            "ShadowAttribute",
            "Note",
            "Opinion",
            "Relationship",
        ] {
            let entries: Vec<&str> = said
                .iter()
                .filter(|(key, _)| *key == name)
                .map(|(_, json)| json.as_str())
                .collect();
            list(name, &entries, json);
        }
    }

    fn manifest(&self, header: &Header, tags: &[String]) -> String {
        let (name, uuid) = self.creator_of(header);
        let mut json = Json::default();
        json.open();
        json.key("Orgc");
        json.open();
        json.text("name", &name);
        json.text("uuid", &uuid);
        json.close();
        list("Tag", tags, &mut json);
        json.text("info", &header.info);
        json.text("date", &header.date);
        for (key, value) in &header.manifest {
            json.text(key, value);
        }
        json.number("timestamp", header.timestamp);
        json.close();
        json.into_string()
    }
}

fn list<S: AsRef<str>>(key: &str, entries: &[S], json: &mut Json) {
    if entries.is_empty() {
        return;
    }
    json.key(key);
    json.open_list();
    entries.iter().for_each(|entry| json.raw(entry.as_ref()));
    json.close_list();
}

/// Tags for markings that no tag says yet.
pub(super) fn missing_tags(marked: (Option<Tlp>, Option<Pap>), tagged: (Option<Tlp>, Option<Pap>)) -> Vec<String> {
    let mut tags = Vec::new();
    if let Some(tlp) = marked.0.filter(|tlp| Some(*tlp) > tagged.0) {
        tags.push(tag(&tlp.label().to_ascii_lowercase()));
    }
    if let Some(pap) = marked.1.filter(|pap| Some(*pap) > tagged.1) {
        tags.push(tag(pap.label()));
    }
    tags
}
