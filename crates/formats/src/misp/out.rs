//! Where finished STIX objects leave the converter.

use std::borrow::Cow;

use stix::{Place, Problem, Severity, Timestamp};
use uuid::Uuid;

use super::text::{self, Json, MISP_NAMESPACE};
use crate::{Found, ReadOptions, Sink, Summary};

/// Identifier of the extension definition for the object types that MISP needs and STIX does not have.
pub(super) const EXTENSION: &str = "extension-definition--7fd2a1c6-4e0b-5d8f-9b63-2c1e8a40d5f7";
const EXTENSION_CREATOR: &str = "identity--3b0e6c1a-95d4-5c27-8e1f-6a7d20b4c9e3";
const EXTENSION_TIME: &str = "2026-11-23T00:00:00.000Z";

/// When an object was made and last changed, as text that is written often.
#[derive(Clone, Debug)]
pub(super) struct Times {
    pub created: String,
    pub modified: String,
    pub at: Timestamp,
    /// Whether the source said so.
    pub dated: bool,
}

/// The object under construction, and the sink that takes it.
pub(super) struct Out<'s> {
    sink: &'s mut dyn Sink,
    pub json: Json,
    pub scratch: Json,
    pub summary: Summary,
    pub options: &'s ReadOptions,
    pub detection: super::Detection,
    extension_told: bool,
    told: std::collections::HashSet<(Uuid, Uuid)>,
}

impl<'s> Out<'s> {
    pub fn new(format: &'static str, options: &'s ReadOptions, sink: &'s mut dyn Sink) -> Self {
        Self {
            sink,
            json: Json::default(),
            scratch: Json::default(),
            summary: Summary {
                format,
                ..Summary::default()
            },
            options,
            detection: super::Detection::default(),
            extension_told: false,
            told: std::collections::HashSet::new(),
        }
    }

    /// Times for what has none of its own.
    pub fn undated(&self) -> Times {
        let now = self.options.now.to_string();
        Times {
            created: now.clone(),
            modified: now,
            at: self.options.now,
            dated: false,
        }
    }

    /// Begins an object that has versions.
    pub fn begin(&mut self, kind: &str, id: &str, times: &Times, creator: Option<&str>) {
        self.begin_observable(kind, id);
        if let Some(creator) = creator {
            self.json.text("created_by_ref", creator);
        }
        self.json.text("created", &times.created);
        self.json.text("modified", &times.modified);
    }

    /// Begins an object without versions.
    pub fn begin_observable(&mut self, kind: &str, id: &str) {
        self.json.clear();
        self.json.open();
        self.json.text("type", kind);
        self.json.text("spec_version", "2.1");
        self.json.text("id", id);
    }

    /// Begins an object of a type that only MISP knows, which STIX 2.1 section 7.3 asks to define.
    pub fn begin_extension(
        &mut self,
        kind: &str,
        id: &str,
        times: &Times,
        creator: Option<&str>,
        place: &Place,
    ) -> Result<(), Problem> {
        self.tell_extension(place)?;
        self.begin(kind, id, times, creator);
        self.json.key("extensions");
        self.json
            .raw(&format!("{{\"{EXTENSION}\":{{\"extension_type\":\"new-sdo\"}}}}"));
        Ok(())
    }

    /// Closes the object and hands it on.
    pub fn finish(&mut self, place: &Place, dated: bool) -> Result<(), Problem> {
        self.json.close();
        if self.json.len() > self.options.limits.item_bytes {
            let message = format!(
                "the object would be {} bytes long, the limit is {}",
                self.json.len(),
                self.options.limits.item_bytes
            );
            self.problem(Problem::error("item-too-long", place.clone(), message).help("leave the attachment out"));
            return Ok(());
        }
        self.summary.objects += 1;
        self.sink.object(Found {
            text: Cow::Borrowed(self.json.as_str()),
            place: place.clone(),
            dated,
        })
    }

    pub fn problem(&mut self, mut problem: Problem) {
        if problem.severity == Severity::Error {
            self.summary.refused += 1;
        }
        if problem.place.file.is_none() {
            problem.place.file.clone_from(&self.options.name);
        }
        self.sink.problem(problem);
    }

    /// Says whether this is the first mention of something inside an event; the nil UUID stands for all events together.
    pub fn first_mention(&mut self, event: Uuid, uuid: Uuid) -> bool {
        self.told.insert((event, uuid))
    }

    /// Writes an observable.
    pub fn observable(
        &mut self,
        id: &str,
        observable: &super::observable::Observable<'_>,
        markings: &str,
        place: &Place,
    ) -> Result<(), Problem> {
        self.begin_observable(observable.kind, id);
        self.marked(markings);
        for (key, part) in &observable.properties {
            self.json.key(key);
            part.write(&mut self.json);
        }
        self.finish(place, true)
    }

    /// Writes `object_marking_refs` from a prepared list.
    pub fn marked(&mut self, markings: &str) {
        if !markings.is_empty() {
            self.json.key("object_marking_refs");
            self.json.raw(markings);
        }
    }

    /// Writes a relationship whose identifier follows from its three parts.
    pub fn relationship(
        &mut self,
        [source, kind, target]: [&str; 3],
        times: &Times,
        creator: &str,
        markings: &str,
        revoked: bool,
        place: &Place,
    ) -> Result<String, Problem> {
        let id = relationship_id(source, kind, target);
        self.begin("relationship", &id, times, Some(creator));
        if revoked {
            self.json.truth("revoked", true);
        }
        self.marked(markings);
        self.json.text("relationship_type", kind);
        self.json.text("source_ref", source);
        self.json.text("target_ref", target);
        self.finish(place, times.dated)?;
        Ok(id)
    }

    fn tell_extension(&mut self, place: &Place) -> Result<(), Problem> {
        if self.extension_told {
            return Ok(());
        }
        self.extension_told = true;
        let times = Times {
            created: EXTENSION_TIME.to_owned(),
            modified: EXTENSION_TIME.to_owned(),
            at: self.options.now,
            dated: true,
        };
        self.begin("identity", EXTENSION_CREATOR, &times, None);
        self.json.text("name", "Commonwatch");
        self.json.text("identity_class", "system");
        self.finish(place, true)?;
        self.begin("extension-definition", EXTENSION, &times, Some(EXTENSION_CREATOR));
        self.json.text("name", "MISP elements");
        self.json.text(
            "description",
            "Attributes, objects and proposals of MISP that have no counterpart in STIX, with their properties as x_misp_*",
        );
        self.json.text("schema", "docs/formats/misp-mapping.md");
        self.json.text("version", "1.0.0");
        self.json.key("extension_types");
        self.json.raw("[\"new-sdo\"]");
        self.finish(place, true)
    }
}

/// The identifier of a relationship, from its three parts.
pub(super) fn relationship_id(source: &str, kind: &str, target: &str) -> String {
    let mut name = String::with_capacity(source.len() + kind.len() + target.len() + 2);
    name.push_str(source);
    name.push(' ');
    name.push_str(kind);
    name.push(' ');
    name.push_str(target);
    text::identifier("relationship", Uuid::new_v5(&MISP_NAMESPACE, name.as_bytes()))
}
