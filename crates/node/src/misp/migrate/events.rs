//! The events of a migration: fetched one by one, placed, taken in, counted, and compared.

use serde_json::Value;
use stix::Severity;
use uuid::Uuid;

use super::partition::{Goes, MOST_TREE, Narrower, Outline, split};
use super::source::{Source, Unit, events_in, is_about_one, stopped};
use super::{Moving, compare};
use crate::accounts::Caller;
use crate::error::Error;
use crate::intake::{Handling, ShareRequest};
use crate::misp::prepare::text_of;
use crate::misp::{EventInfo, EventShape};
use crate::node::Node;

/// By which way it comes, as the record says.
const CHANNEL: &str = "misp-migration";
/// Events after which the place is noted.
const BATCH: usize = 20;
/// Differences told of one event.
const MOST_DIFFERENCES: usize = 20;

impl Moving<'_> {
    /// Takes in every event of the source, and says at the end how that compares.
    pub async fn events(&mut self, source: &Source) -> Result<(), Error> {
        let units = source.units(self.wish.size_limit).await?;
        let total = units.len();
        let after = self.place.after.clone();
        let mut taken: Vec<(Uuid, u64)> = Vec::new();
        let mut since = 0;
        for (count, unit) in units.iter().enumerate() {
            let key = unit.key();
            if key <= after && !after.is_empty() && key != self.place.doing {
                continue;
            }
            self.unit(source, unit, &mut taken).await?;
            self.place.after = key;
            since += 1;
            if since >= BATCH || taken.len() >= 1_000 {
                since = 0;
                self.settle(&mut taken).await?;
                (self.tell)(&format!("{} of {total}", count + 1));
            }
        }
        self.settle(&mut taken).await?;
        self.compare(source, &units).await
    }

    /// Notes the place, once what it stands for is stored and counted.
    async fn settle(&mut self, taken: &mut Vec<(Uuid, u64)>) -> Result<(), Error> {
        self.node.misp_follow().await?;
        let viewer = self.node.viewer(&self.caller).await?;
        for (uuid, there) in taken.drain(..) {
            let here = match self.event_here(&viewer, uuid).await? {
                Some(event) => self.node.misp_count(&viewer, &event).await? as u64,
                None => 0,
            };
            let report = &mut self.place.report;
            report.attributes_there += there;
            report.attributes_here += here;
            if here != there {
                report.difference(
                    format!("event {uuid}"),
                    format!("{there} attributes there, {here} here"),
                );
            }
        }
        self.save().await
    }

    async fn event_here(&self, viewer: &policy::Viewer, uuid: Uuid) -> Result<Option<EventInfo>, Error> {
        match self.node.store().misp_event_by_uuid(uuid).await? {
            Some(known) => self.node.misp_event(viewer, known.id).await,
            None => Ok(None),
        }
    }

    /// Whether an event is here as it is there.
    async fn is_here(&self, uuid: Uuid, changed: i64) -> Result<bool, Error> {
        let viewer = self.node.viewer(&self.caller).await?;
        let known = self.event_here(&viewer, uuid).await?;
        Ok(known.is_some_and(|known| known.timestamp() >= changed))
    }

    async fn unit(&mut self, source: &Source, unit: &Unit, taken: &mut Vec<(Uuid, u64)>) -> Result<(), Error> {
        if let Unit::Event(uuid, changed) = unit
            && self.place.doing != unit.key()
            && self.is_here(*uuid, *changed).await?
        {
            self.place.report.events.there_already += 1;
            return Ok(());
        }
        let text = match source.read(unit, self.wish.size_limit).await {
            Ok(text) => text,
            Err(failure) if is_about_one(&failure) => {
                self.place.report.events.did_not += 1;
                self.place.report.reason(unit.name(), failure.message);
                return Ok(());
            }
            Err(failure) => {
                // What came before is counted before the break is told.
                self.settle(taken).await?;
                return Err(stopped(&failure));
            }
        };
        let events = match events_in(&text) {
            Ok(events) => events,
            Err(why) => {
                self.place.report.events.did_not += 1;
                self.place.report.reason(unit.name(), why);
                return Ok(());
            }
        };
        if events.is_empty() {
            self.place.report.reason(unit.name(), "there are no events in it");
        }
        for raw in events {
            match serde_json::from_str::<Outline>(raw.get()) {
                Ok(outline) => self.event(unit, &outline, raw.get(), taken).await?,
                Err(error) => {
                    self.place.report.events.did_not += 1;
                    self.place
                        .report
                        .reason(unit.name(), format!("an event in it cannot be read: {error}"));
                }
            }
        }
        Ok(())
    }

    async fn event(
        &mut self,
        unit: &Unit,
        outline: &Outline,
        text: &str,
        taken: &mut Vec<(Uuid, u64)>,
    ) -> Result<(), Error> {
        let Some(uuid) = outline.uuid else {
            self.place.report.events.did_not += 1;
            self.place.report.reason(
                unit.name(),
                "an event in it has no UUID, so nobody could tell it from another",
            );
            return Ok(());
        };
        if matches!(unit, Unit::File(_))
            && self.place.doing != unit.key()
            && self.is_here(uuid, outline.changed()).await?
        {
            self.place.report.events.there_already += 1;
            return Ok(());
        }
        let mut goes = self.rules.of_event(outline);
        let places = self.rules.narrower(outline);
        if places.0.is_empty() && places.1.is_empty() {
            if self.share(uuid, goes, text.to_owned()).await? {
                taken.push((uuid, outline.count()));
            }
            return Ok(());
        }
        if text.len() > MOST_TREE {
            let why = format!(
                "parts of it go to fewer than it does, and it has more than {MOST_TREE} bytes: all of it went to your own member"
            );
            self.place.report.reason(format!("event {uuid}"), why);
            goes = Goes::Own;
            if self.share(uuid, goes, text.to_owned()).await? {
                taken.push((uuid, outline.count()));
            }
            return Ok(());
        }
        let Ok(Value::Object(mut event)) = serde_json::from_str::<Value>(text) else {
            self.place
                .report
                .reason(format!("event {uuid}"), "it is no JSON object");
            return Ok(());
        };
        let narrower = split(&mut event, &places);
        self.place.doing = unit.key();
        self.save().await?;
        if self.share(uuid, goes, Value::Object(event).to_string()).await? {
            self.node.misp_follow().await?;
            self.narrower(uuid, narrower).await?;
            taken.push((uuid, outline.count()));
        }
        self.place.doing = String::new();
        Ok(())
    }

    /// Hands an event to the intake; says whether it is here now.
    async fn share(&mut self, uuid: Uuid, goes: Goes, text: String) -> Result<bool, Error> {
        let communities = match goes {
            Goes::Own => Vec::new(),
            Goes::Community => vec![self.wish.community],
            Goes::Group(group) => {
                let key = self
                    .node
                    .store()
                    .community_list()
                    .await?
                    .into_iter()
                    .find(|one| one.uuid == group);
                // A group that is not here any more: nobody but the operator's own member.
                key.map(|community| community.id).into_iter().collect()
            }
        };
        let request = ShareRequest {
            channel: CHANNEL.to_owned(),
            name: Some(format!("event {uuid}")),
            handling: Handling {
                communities,
                ..Handling::default()
            },
            list_items: false,
        };
        let (node, caller) = (self.node.clone(), self.caller.clone());
        let shared = tokio::task::spawn_blocking(move || {
            node.share_with(&caller, request, |sink, options| {
                formats::misp::read_json(text.as_bytes(), options, sink)
            })
        });
        let shared = shared
            .await
            .map_err(|error| Error::Ours(format!("the intake broke off: {error}")))?;
        let what = format!("event {uuid}");
        let report = &mut self.place.report;
        let shared = match shared {
            Ok(shared) => shared,
            Err(Error::Input(problem)) => {
                report.events.did_not += 1;
                report.reason(what, problem.to_string());
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        report.objects.came += shared.accepted;
        report.objects.there_already += shared.unchanged;
        report.objects.did_not += shared.refused;
        for problem in shared
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
        {
            report.reason(what.clone(), problem.to_string());
        }
        match shared.accepted {
            0 if shared.unchanged == 0 => {
                report.events.did_not += 1;
                Ok(false)
            }
            0 => {
                report.events.there_already += 1;
                Ok(true)
            }
            _ => {
                report.events.came += 1;
                Ok(true)
            }
        }
    }

    /// Adds what goes to fewer than its event: to the operator's own member.
    async fn narrower(&mut self, uuid: Uuid, parts: Vec<Narrower>) -> Result<(), Error> {
        let report = &mut self.place.report;
        let each = |list: &str, name: &str, added| {
            match added {
                // In conflict: it came before the break.
                Ok(()) | Err(Error::Conflict(_)) => report.narrowed += 1,
                Err(Error::Input(problem)) => report.reason(format!("{list} {name}"), problem.to_string()),
                Err(Error::NotAllowed(why)) => report.reason(format!("{list} {name}"), why),
                Err(error) => return Err(error),
            }
            Ok(())
        };
        self.node.misp_add_narrower(&self.caller, uuid, parts, each).await
    }

    /// Counts what is here of what is there, and compares some of it field by field.
    async fn compare(&mut self, source: &Source, units: &[Unit]) -> Result<(), Error> {
        let viewer = self.node.viewer(&self.caller).await?;
        let mut there = 0_u64;
        let mut here = 0_u64;
        for unit in units {
            if let Unit::Event(uuid, _) = unit {
                there += 1;
                here += u64::from(self.event_here(&viewer, *uuid).await?.is_some());
            }
        }
        let tally = self.place.report.events;
        if matches!(source, Source::Dump(_)) {
            there = tally.came + tally.there_already + tally.did_not;
            here = tally.came + tally.there_already;
        }
        self.place.report.events_there = there;
        self.place.report.events_here = here;
        let samples = self.wish.samples.min(units.len());
        for number in 0..samples {
            // Spread over all of them, the oldest and the newest too.
            let Some(unit) = units.get(number * (units.len() - 1) / samples.saturating_sub(1).max(1)) else {
                continue;
            };
            let text = match source.read(unit, self.wish.size_limit.min(MOST_TREE as u64)).await {
                Ok(text) => text,
                Err(failure) => {
                    self.place
                        .report
                        .difference(unit.name(), format!("it could not be read again: {}", failure.message));
                    continue;
                }
            };
            for raw in events_in(&text).unwrap_or_default() {
                let Ok(event) = serde_json::from_str::<Value>(raw.get()) else {
                    continue;
                };
                self.compare_one(&viewer, &event).await?;
            }
        }
        Ok(())
    }

    async fn compare_one(&mut self, viewer: &policy::Viewer, there: &Value) -> Result<(), Error> {
        let Some(uuid) = there
            .get("uuid")
            .and_then(Value::as_str)
            .and_then(|uuid| Uuid::try_parse(uuid).ok())
        else {
            return Ok(());
        };
        let Some(info) = self.event_here(viewer, uuid).await? else {
            self.place.report.difference(format!("event {uuid}"), "it is not here");
            return Ok(());
        };
        let shape = EventShape {
            plain: false,
            ..EventShape::default()
        };
        let Some(text) = self.node.misp_event_text(viewer, &info, &shape, MOST_TREE * 2).await? else {
            return Ok(());
        };
        let here: Value = serde_json::from_str(&text).map_err(|error| Error::Ours(error.to_string()))?;
        self.place.report.compared += 1;
        let found = compare::differences(there, here.get("Event").unwrap_or(&Value::Null));
        for difference in found.into_iter().take(MOST_DIFFERENCES) {
            self.place.report.difference(format!("event {uuid}"), difference);
        }
        Ok(())
    }
}

impl Node {
    /// Adds to an event what only one's own member may have of it. `each` is told of each part, by its list and its UUID,
    /// what came of it, and says whether to go on.
    pub(crate) async fn misp_add_narrower(
        &self,
        caller: &Caller,
        event: Uuid,
        parts: Vec<Narrower>,
        mut each: impl FnMut(&str, &str, Result<(), Error>) -> Result<(), Error> + Send,
    ) -> Result<(), Error> {
        let Some(record) = self.store().misp_event_by_uuid(event).await? else {
            return Ok(());
        };
        for (list, mut fields) in parts {
            let name = text_of(&fields, "uuid");
            fields.insert("distribution".to_owned(), Value::from("0"));
            fields.shift_remove("sharing_group_id");
            fields.shift_remove("SharingGroup");
            let added = self.misp_element_add(caller, record.id, list, fields).await;
            each(list, &name, added.map(drop))?;
        }
        // Adding something says of an event that it is not published any more; this one is as it was there.
        Ok(self.store().misp_event_set(&record).await?)
    }
}
