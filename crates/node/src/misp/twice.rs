//! What is there already, or known to be harmless, and so not wanted in an event: as its client says, and as MISP has it
//! where it says nothing.

use std::collections::BTreeMap;

use policy::Viewer;
use serde_json::{Map, Value};
use store::{MispKind, MispRow, MispSource};

use super::prepare::text_of;
use super::project::truth;
use super::shape::EventInfo;
use crate::error::{Error, bad};
use crate::node::Node;

/// Rows that are read together.
const CHUNK: usize = 1_000;

impl Node {
    /// Refuses an attribute that stands in its event already, unless `breakOnDuplicate` is off; an object of which there is
    /// one alike, where `breakOnDuplicate` is on; and what a warninglist knows, where `enforceWarninglist` is on. What it was
    /// told is no part of the element.
    pub(super) async fn misp_is_wanted(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        kind: MispKind,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Error> {
        let said = fields.shift_remove("breakOnDuplicate").map(|value| said(&value));
        let enforced = truth(fields, "enforceWarninglist");
        fields.shift_remove("enforceWarninglist");
        match kind {
            MispKind::Attribute => {
                if enforced && self.misp_is_known_harmless(&text_of(fields, "value")) {
                    let help = "leave it out, or add it without enforceWarninglist";
                    let message = "Attribute trips over a warninglist and enforceWarninglist is enforced";
                    return Err(bad("known-harmless", message, help));
                }
                if said != Some(false) {
                    self.misp_is_new_here(viewer, event, fields).await?;
                }
            }
            MispKind::Object if said == Some(true) => self.misp_is_new_object(viewer, event, fields).await?,
            _ => {}
        }
        Ok(())
    }

    /// An attribute stands in an event once: MISP refuses the same type, category and value again.
    async fn misp_is_new_here(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        fields: &Map<String, Value>,
    ) -> Result<(), Error> {
        let value = text_of(fields, "value");
        let (element_type, category) = (text_of(fields, "type"), text_of(fields, "category"));
        let source = MispSource::Value(value.split('|').next().unwrap_or_default().to_owned());
        let page = self
            .store()
            .misp_scan(viewer, &source, MispKind::Attribute, 0, CHUNK)
            .await?;
        let same = page.rows.iter().any(|row| {
            let alike = row.value == value && row.element_type == element_type;
            row.event == event.row.id
                && row.parent == 0
                && !row.deleted
                && alike
                && (category.is_empty() || row.category == category)
        });
        match same {
            true => Err(bad(
                "attribute-twice",
                "A similar attribute already exists for this event.",
                "edit the one that is there, or give another category",
            )),
            false => Ok(()),
        }
    }

    /// Refuses an object where one of the same name with the same attributes is in the event.
    async fn misp_is_new_object(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        fields: &Map<String, Value>,
    ) -> Result<(), Error> {
        let name = text_of(fields, "name");
        let attributes = fields.get("Attribute").and_then(Value::as_array).into_iter().flatten();
        let wanted = counted(
            attributes
                .filter_map(Value::as_object)
                .map(|one| (text_of(one, "type"), text_of(one, "value"))),
        );
        let mut scan = self.misp_every(viewer, MispSource::Event(event.row.id), MispKind::Object, CHUNK);
        while let Some(rows) = scan.next().await? {
            let of_name = |row: &&MispRow| !row.deleted && row.element_type == name;
            for row in rows.iter().filter(of_name) {
                let source = MispSource::Parent(row.id);
                let inside = self
                    .store()
                    .misp_scan(viewer, &source, MispKind::Attribute, 0, CHUNK)
                    .await?;
                let there = inside.rows.into_iter().filter(|one| !one.deleted);
                if counted(there.map(|one| (one.element_type, one.value))) == wanted {
                    let help = "edit the one that is there, or add it without breakOnDuplicate";
                    let message = format!("Duplicate object found: {}", row.id);
                    return Err(bad("duplicate-object", message, help));
                }
            }
        }
        Ok(())
    }
}

/// How often there is what.
fn counted(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for pair in pairs {
        *counts.entry(pair).or_default() += 1;
    }
    counts
}

/// A switch, however it is written.
fn said(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !matches!(text.trim(), "" | "0" | "false"),
        _ => false,
    }
}
