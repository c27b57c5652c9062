//! Carrying sightings back: one count for each item that came from the other hub.

use std::collections::{BTreeMap, BTreeSet};

use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{BridgeSeen, ChangeKind, ChangeRow, ObjectRow};

use super::super::message::{Message, SeenCount};
use super::{Carry, Line, Reading};
use crate::subscriptions::Stop;

impl Carry<'_> {
    /// Counts sightings of what came from the other hub, and tells it the new counts; false where the rules have moved on
    /// before that.
    pub(super) async fn sightings(
        &mut self,
        line: &Line,
        reading: &Reading<'_>,
        rows: &[ChangeRow],
    ) -> Result<bool, Stop> {
        let store = self.node.store();
        let mut touched = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for change in rows {
            if matches!(change.kind, ChangeKind::Removed(_)) {
                if let Some(object) = store.bridge_seen_of(self.bridge.id, &change.row.id).await? {
                    touched.entry(object).or_insert((Tlp::Green, Pap::Clear));
                    gone.insert(&change.row.id);
                }
                continue;
            }
            let Some(seen) = sighting(&change.row) else { continue };
            let came = store.bridge_item(self.bridge.id, &seen.object, false).await?;
            if came.is_none_or(|item| item.state != "passed") {
                continue;
            }
            store.bridge_seen_put(self.bridge.id, &seen).await?;
            let details = store.object_get(reading.outlet.viewer, &change.row.id).await?;
            let marks = touched.entry(seen.object).or_insert((Tlp::Green, Pap::Clear));
            for detail in details {
                marks.0 = marks.0.max(detail.audience.tlp());
                marks.1 = marks.1.max(detail.audience.pap());
            }
        }
        let mut told = Vec::new();
        for (object, (tlp, pap)) in touched {
            let all = store.bridge_seen(self.bridge.id, &object).await?;
            let there: Vec<&BridgeSeen> = all.iter().filter(|one| !gone.contains(&one.sighting)).collect();
            let count = there.iter().map(|one| one.count).fold(0, i64::saturating_add);
            // Where all were taken back the count is none, of the time that they spoke of.
            let spoken = match there.is_empty() {
                true => all.iter().collect(),
                false => there,
            };
            let first = spoken.iter().map(|one| one.first_seen).min();
            let last = spoken.iter().map(|one| one.last_seen).max();
            if let (Some(first_seen), Some(last_seen)) = (first, last) {
                told.push(SeenCount {
                    object,
                    count,
                    first_seen,
                    last_seen,
                    tlp,
                    pap,
                });
            }
        }
        if !told.is_empty() {
            if !reading.rules.hold_for(self.node, rows).await? {
                return Ok(false);
            }
            let count = told.len() as u64;
            let reply = line.say(&Message::Seen { seen: told }).await?;
            for refused in &reply.refused {
                self.note(format!("a count of sightings was refused: {}", refused.why));
            }
            self.counts.seen += count.saturating_sub(reply.refused.len() as u64);
        }
        // Only now: what is forgotten before it was told is told never.
        for sighting in gone {
            self.node.store().bridge_seen_gone(self.bridge.id, sighting).await?;
        }
        Ok(true)
    }
}

/// What a sighting says, where it says how often and of what.
fn sighting(row: &ObjectRow) -> Option<BridgeSeen> {
    let object: serde_json::Value = serde_json::from_str(&row.body).ok()?;
    let time = |name: &str| {
        let text = object.get(name).and_then(serde_json::Value::as_str)?;
        Timestamp::parse(text).ok()
    };
    let modified = time("modified")?;
    Some(BridgeSeen {
        sighting: row.id.clone(),
        object: object.get("sighting_of_ref")?.as_str()?.to_owned(),
        count: object
            .get("count")
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(1)
            .max(0),
        first_seen: time("first_seen").unwrap_or(modified),
        last_seen: time("last_seen").unwrap_or(modified),
    })
}
