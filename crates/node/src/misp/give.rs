//! The record of what is handed out: which member was given what, by this interface.

use policy::AudienceId;
use stix::Timestamp;
use store::{DeliveryFilter, NewDelivery, Standing};

use super::find::FoundRows;
use super::shape::EventInfo;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// The way, as the record names it.
const WAY: &str = "misp";
/// Objects that are named in one entry.
const NAMED: usize = 1_000;

impl Node {
    /// Records that events are handed out, with all that is in them.
    ///
    /// # Errors
    /// When the store does not answer, or the entry could not be written: then nothing may be handed out.
    pub async fn misp_give(&self, caller: &Caller, events: &[EventInfo]) -> Result<(), Error> {
        for events in events.chunks(NAMED) {
            let ids = events
                .iter()
                .flat_map(|event| ["report", "grouping"].map(|kind| format!("{kind}--{}", event.record.uuid)))
                .collect();
            let filter = DeliveryFilter {
                ids,
                misp_events: events.iter().map(|event| event.row.id).collect(),
                ..DeliveryFilter::default()
            };
            let rows: Vec<(i64, AudienceId)> = events
                .iter()
                .map(|event| (event.row.added, event.row.audience))
                .collect();
            // What belongs to an event may have been added before it and after it: all of it that the caller sees now.
            let last = self.store().last_position(&self.misp_viewer(caller).await?).await?;
            let (from, to) = (Timestamp::from_micros(0), Timestamp::from_micros(last.0));
            self.misp_given(caller, filter, from, to, &rows).await?;
        }
        Ok(())
    }

    /// Records that the heads of events are handed out, without what is in them.
    ///
    /// # Errors
    /// As [`Node::misp_give`].
    pub async fn misp_give_heads(&self, caller: &Caller, events: &[EventInfo]) -> Result<(), Error> {
        let rows = events.iter().map(|event| event.row.clone()).collect();
        let events = super::find::EventsMet::default();
        self.misp_give_rows(caller, &FoundRows { rows, events }).await
    }

    /// Records that what is said is handed out.
    ///
    /// # Errors
    /// As [`Node::misp_give`].
    pub async fn misp_give_said(&self, caller: &Caller, rows: &[store::MispRow]) -> Result<(), Error> {
        let events = super::find::EventsMet::default();
        let rows = rows.to_vec();
        self.misp_give_rows(caller, &FoundRows { rows, events }).await
    }

    /// Records that attributes or objects are handed out.
    ///
    /// # Errors
    /// As [`Node::misp_give`].
    pub async fn misp_give_rows(&self, caller: &Caller, found: &FoundRows) -> Result<(), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let mut added: Vec<i64> = found.rows.iter().map(|row| row.added).collect();
        added.sort_unstable();
        added.dedup();
        for places in added.chunks(NAMED) {
            let named = self.store().contributions_named(&viewer, places).await?;
            let filter = DeliveryFilter {
                ids: named.iter().map(|(id, ..)| id.clone()).collect(),
                ..DeliveryFilter::default()
            };
            let (Some(first), Some(last)) = (places.first(), places.last()) else {
                continue;
            };
            let rows: Vec<(i64, AudienceId)> = named
                .iter()
                .map(|(_, added, audience, _)| (*added, *audience))
                .collect();
            let (after, to) = (Timestamp::from_micros(first - 1), Timestamp::from_micros(*last));
            self.misp_given(caller, filter, after, to, &rows).await?;
        }
        Ok(())
    }

    async fn misp_given(
        &self,
        caller: &Caller,
        filter: DeliveryFilter,
        after: Timestamp,
        to: Timestamp,
        rows: &[(i64, AudienceId)],
    ) -> Result<(), Error> {
        let Some(member) = caller.principal.member.filter(|_| !rows.is_empty()) else {
            return Ok(());
        };
        let body = serde_json::json!({
            "channel": WAY, "first_added": after.to_micros_text(), "reader": caller.name,
        });
        let delivery = NewDelivery {
            member,
            channel: WAY.to_owned(),
            standing: Standing::of(&caller.principal, None),
            filter,
            after,
            to,
            objects: rows.len() as u64,
            rows: rows
                .iter()
                .map(|(added, audience)| (Timestamp::from_micros(*added), *audience))
                .collect(),
            body: body.as_object().cloned().unwrap_or_default(),
        };
        Ok(self.store().delivery_record(delivery).await?)
    }
}
