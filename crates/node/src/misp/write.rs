//! What clients write: events and elements in MISP's JSON, shared by the one intake in the name of the caller's member.
//!
//! ```text
//! add an event     ──► the whole event; what goes to fewer than it is a part of its own
//! add to an event  ──► the element, and a part that says where it belongs
//! edit, delete     ──► the next version of the element
//! delete for good  ──► taken back, with what was made of it alone
//! ```
//!
//! An event is changed by the member that contributed it and nobody else; others propose.

use std::collections::BTreeMap;

use formats::{Found, Sink};
use policy::{Action, Audience, MemberId, Viewer, decide};
use serde_json::{Map, Value, json};
use stix::marking::{Pap, Tlp};
use stix::{Problem, Severity, Timestamp};
use store::{MispKind, MispRow, MispSource, Retraction};
use uuid::Uuid;

use super::distribution::{DistributionWish, lesser};
use super::incoming::{Incoming, Lists};
use super::prepare::{
    IGNORED, LISTS, OF_CLIENTS, SAID, alike, apply, apply_inside, context_of, narrowest, nothing, prepare, seconds,
    settle_tags, strip, tags_after, text_of, wish_of, within,
};
use super::project::{CHANNEL, truth, uuid_of};
use super::shape::{EventInfo, of_member, tag_sent};
use super::{ABSENT, absent, uuid_at};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::{Handling, Report, ShareRequest};
use crate::node::Node;

/// Rows that are read together.
const CHUNK: usize = 1_000;

/// Said to whoever would change an event of another member.
pub const ANOTHERS_EVENT: &str = "this event is another organisation's: propose a change to it";
/// Said to whoever would change something else of another member.
pub const ANOTHERS: &str = "this is another organisation's: propose a change to it";

/// How something is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It says that it was deleted, and can be restored.
    Soft,
    /// It is taken back.
    Hard,
}

/// What becomes of the report that formats make of the event around elements.
#[derive(Clone, Debug)]
enum Head {
    /// It is the event.
    Whole,
    /// It becomes the next version of the event's report, which keeps what it names.
    Next { refs: Vec<String>, created: Option<String> },
    /// It becomes a part of the event, which names what is new.
    Part { of: String },
    /// It is left out: what is shared belongs to the event already.
    None,
}

/// An event in whose name elements are shared.
struct Around {
    /// What of the event elements inherit: creator, tags, date.
    fields: Map<String, Value>,
    uuid: Uuid,
    /// The identifier of its report.
    header: String,
    audience: Audience,
    /// Whether it is there already, with a marking that holds for what comes into it.
    is_shared: bool,
}

impl Node {
    /// Takes in an event; gives its number.
    ///
    /// # Errors
    /// When the caller may not share, it is there already, or the intake refuses it.
    pub async fn misp_event_add(&self, caller: &Caller, body: bytes::Bytes) -> Result<i64, Error> {
        self.misp_may_write(caller)?;
        let mut incoming = Incoming::read(body)?;
        let mut event = std::mem::take(&mut incoming.head);
        self.misp_follow().await?;
        let uuid = uuid_at(&event, "uuid").unwrap_or_else(|| self.fresh_uuid());
        let viewer = self.misp_viewer(caller).await?;
        if let Some(known) = self.store().misp_event_by_uuid(uuid).await?
            && self.misp_event(&viewer, known.id).await?.is_some()
        {
            return Err(Error::Conflict(
                "an event of this UUID is there already: edit it".to_owned(),
            ));
        }
        if text_of(&event, "info").trim().is_empty() {
            return Err(bad("no-info", "an event needs a title", "give it as 'info'"));
        }
        let now = self.now();
        let wish = wish_of(&event, DistributionWish::Community(1))?;
        let handling = self.misp_handling(caller, wish, None).await?;
        strip(&mut event);
        event.insert("uuid".to_owned(), json!(uuid.to_string()));
        event.entry("date").or_insert_with(|| json!(now.to_string().get(..10)));
        event.entry("threat_level_id").or_insert_with(|| json!("4"));
        event.entry("analysis").or_insert_with(|| json!("0"));
        event.entry("timestamp").or_insert_with(|| json!(seconds(now)));
        self.misp_creator_set(caller, &mut event).await?;
        self.misp_is_taken_in(uuid, &event).await?;
        let published = truth(&event, "published");
        event.insert("published".to_owned(), json!(published));
        if published && text_of(&event, "publish_timestamp").parse::<i64>().unwrap_or(0) == 0 {
            let at = now.micros() / 1_000_000;
            event.insert("publish_timestamp".to_owned(), json!(at.to_string()));
        }
        let node = self.clone();
        let ready = off_requests(move || incoming.ready(wish, now, &|| node.fresh_uuid())).await??;
        let header = format!("{}--{uuid}", if published { "report" } else { "grouping" });
        let audience = self.misp_audience_of(caller, &handling)?;
        let around = Around {
            fields: context_of(&event),
            uuid,
            header,
            audience,
            is_shared: false,
        };
        let shared = self
            .misp_share(caller, event, ready.stays, uuid, handling, Head::Whole)
            .await?;
        self.misp_follow_event(shared.transfer, uuid).await?;
        for (wish, lists) in ready.narrower {
            self.misp_add_elements(caller, &around, wish, lists).await?;
        }
        self.misp_follow().await?;
        let made = self.store().misp_event_by_uuid(uuid).await?;
        made.map(|event| event.id)
            .ok_or_else(|| Error::Ours("the event was shared and is not there".to_owned()))
    }

    /// Changes an event: what of its head is given, and the attributes and objects that are given, new ones too.
    ///
    /// # Errors
    /// When there is no such event for the caller, it is not theirs, or the intake refuses something.
    pub async fn misp_event_edit(
        &self,
        caller: &Caller,
        id: i64,
        mut changes: Map<String, Value>,
    ) -> Result<(), Error> {
        let (viewer, event) = self.misp_own_event(caller, id).await?;
        let mut lists = Map::new();
        for key in LISTS.into_iter().chain(SAID).chain(["ShadowAttribute"]) {
            if let Some(list) = changes.shift_remove(key) {
                lists.insert(key.to_owned(), list);
            }
        }
        let moved = match changes.contains_key("distribution") {
            true => self.misp_event_moves(caller, &viewer, &event, &changes).await?,
            false => None,
        };
        let published = changes.get("published").map(|_| truth(&changes, "published"));
        let tags = changes.shift_remove("Tag");
        strip(&mut changes);
        for key in [
            "uuid",
            "timestamp",
            "published",
            "publish_timestamp",
            "Org",
            "Orgc",
            "date_sighting",
        ] {
            changes.shift_remove(key);
        }
        let mut head = event.fields.clone();
        let before = head.clone();
        for (key, value) in changes {
            head.insert(key, value);
        }
        if let Some(Value::Array(tags)) = tags {
            let known: Vec<Value> = event.tags.iter().map(tag_sent).collect();
            head.insert("Tag".to_owned(), Value::Array(tags_after(&known, &tags)));
        }
        let moves = moved.is_some();
        if head != before || head.contains_key("Tag") {
            self.misp_head_put(caller, &viewer, &event, head, published == Some(true), moved)
                .await?;
        }
        if moves {
            self.misp_bring_along(caller, &event).await?;
        }
        self.misp_edit_lists(caller, &viewer, &event, lists).await?;
        self.misp_touched(id, published).await
    }

    /// To whom an event goes from now on, where that is more than it was. Fewer it cannot become: what is in it has gone out.
    async fn misp_event_moves(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        changes: &Map<String, Value>,
    ) -> Result<Option<Handling>, Error> {
        let wish = wish_of(changes, DistributionWish::Inherit)?;
        if wish == DistributionWish::Inherit {
            return Ok(None);
        }
        let handling = self.misp_handling(caller, wish, None).await?;
        let wished = self.misp_audience_of(caller, &handling)?;
        let now = self
            .store()
            .audience_seen(viewer, event.row.audience)
            .await?
            .ok_or_else(absent)?;
        if wished.communities() == now.communities() && wished.named() == now.named() {
            return Ok(None);
        }
        let stays = now.communities().is_subset(wished.communities());
        let own_only =
            now.communities().is_empty() && now.named().iter().all(|one| Some(*one) == caller.principal.member);
        if stays && (own_only || now.named() == wished.named()) {
            return Ok(Some(handling));
        }
        let help = "narrow what is in it, or delete the event, which recalls it, and share it anew";
        Err(bad("event-narrowed", "an event keeps the readers that it has", help))
    }

    /// Lets another member see an event that its own member alone saw until now, and what is in it.
    pub(super) async fn misp_show_to(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        member: MemberId,
    ) -> Result<(), Error> {
        let handling = Handling {
            named: vec![member],
            ..Handling::default()
        };
        let head = event.fields.clone();
        self.misp_head_put(caller, viewer, event, head, false, Some(handling))
            .await?;
        self.misp_bring_along(caller, event).await
    }

    /// Shares what is in an event with those to whom the event goes now, where it went as far as the event did.
    async fn misp_bring_along(&self, caller: &Caller, before: &EventInfo) -> Result<(), Error> {
        let (viewer, event) = self.misp_own_event(caller, before.row.id).await?;
        let around = self.misp_around(&viewer, &event).await?;
        for kind in [MispKind::Attribute, MispKind::Object, MispKind::Report] {
            let mut scan = self.misp_every(&viewer, MispSource::Event(event.row.id), kind, CHUNK);
            while let Some(rows) = scan.next().await? {
                for row in &rows {
                    let alone = kind != MispKind::Attribute || row.parent == 0;
                    if alone && row.owner == event.row.owner && row.audience == before.row.audience {
                        let whole = self.misp_raw(&viewer, row).await?;
                        let wish = Some(DistributionWish::Inherit);
                        self.misp_put_again(caller, &viewer, &around, row, whole, wish).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes and adds what is given of an event's attributes, objects and what is said.
    async fn misp_edit_lists(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        lists: Map<String, Value>,
    ) -> Result<(), Error> {
        let mut new: BTreeMap<DistributionWish, Map<String, Value>> = BTreeMap::new();
        let mut changed = Vec::new();
        for (key, list) in lists {
            let entries = match list {
                Value::Array(entries) => entries,
                Value::Object(one) => vec![Value::Object(one)],
                _ => continue,
            };
            for entry in entries {
                let Value::Object(fields) = entry else { continue };
                let kind = match key.as_str() {
                    "Attribute" => MispKind::Attribute,
                    "Object" => MispKind::Object,
                    "EventReport" => MispKind::Report,
                    // What others said comes by its own ways.
                    _ => continue,
                };
                let known = match uuid_at(&fields, "uuid") {
                    Some(uuid) => self.store().misp_element(kind, uuid).await?,
                    None => None,
                };
                let known = match known {
                    Some(id) => self
                        .store()
                        .misp_row(viewer, kind, id)
                        .await?
                        .filter(|row| row.event == event.row.id),
                    None => None,
                };
                match known {
                    Some(row) => changed.push((row, fields)),
                    None => {
                        let wish = within(narrowest(&fields)?);
                        let lists = new.entry(wish).or_default();
                        if let Value::Array(list) = lists.entry(key.clone()).or_insert_with(|| json!([])) {
                            list.push(Value::Object(fields));
                        }
                    }
                }
            }
        }
        // What cannot be shared is refused before anything is written.
        let mut ready = Vec::new();
        for (wish, mut lists) in new {
            prepare(&mut lists, self.now(), &|| self.fresh_uuid())?;
            ready.push((wish, Lists::of(&lists)?));
        }
        for (row, fields) in changed {
            self.misp_edit_row(caller, viewer, event, &row, fields).await?;
        }
        let around = self.misp_around(viewer, event).await?;
        for (wish, lists) in ready {
            self.misp_add_elements(caller, &around, wish, lists).await?;
        }
        self.misp_follow().await
    }

    /// Writes the next version of what a client sent back; unchanged things stay as they are.
    async fn misp_edit_row(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        row: &MispRow,
        mut changes: Map<String, Value>,
    ) -> Result<(), Error> {
        let deleted = changes.get("deleted").map(|_| truth(&changes, "deleted"));
        let sent = text_of(&changes, "timestamp").parse::<i64>().ok();
        // What was sent back as it was read is not changed.
        if deleted == Some(row.deleted) || deleted.is_none() {
            let raw = self.misp_raw(viewer, row).await?;
            settle_tags(&raw, &mut changes);
            // What is not so need not be said: a switch that is off, a list without entries.
            let same = changes.iter().all(|(key, value)| {
                IGNORED.contains(&key.as_str())
                    || OF_CLIENTS.contains(&key.as_str())
                    || key == "Galaxy"
                    || nothing(value)
                    || match raw.get(key) {
                        Some(known) => alike(known, value),
                        None => alike(value, &Value::Bool(false)),
                    }
            });
            if same
                && !self
                    .misp_goes_elsewhere(caller, viewer, event, row, (&raw, &changes))
                    .await?
            {
                return Ok(());
            }
            // An older state must not undo a newer one: MISP's own rule.
            if sent.is_some_and(|sent| sent < row.changed) {
                return Ok(());
            }
        }
        changes.shift_remove("timestamp");
        match (deleted, row.deleted) {
            (Some(true), false) => self.misp_element_delete(caller, row.kind, row.id, Deletion::Soft).await,
            (Some(false), true) => self.misp_element_restore(caller, row.kind, row.id).await,
            _ => {
                let around = self.misp_around(viewer, event).await?;
                self.misp_next_version(caller, viewer, &around, row, changes).await
            }
        }
    }

    /// Whether what a client sent back is meant for others than it goes to now.
    async fn misp_goes_elsewhere(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        row: &MispRow,
        (raw, changes): (&Map<String, Value>, &Map<String, Value>),
    ) -> Result<bool, Error> {
        let level = |fields: &Map<String, Value>| fields.get("distribution").and_then(super::shape::level);
        let number = |fields| lesser(level(fields), event.distribution.level);
        if changes.contains_key("distribution") && number(changes) != number(raw) {
            return Ok(true);
        }
        let wish = within(narrowest(changes)?);
        if wish == DistributionWish::Inherit && row.audience == event.row.audience {
            return Ok(false);
        }
        let says = |one: &Value| one.get("distribution").is_some();
        let inside = changes.get("Attribute").and_then(Value::as_array);
        if !changes.contains_key("distribution") && !inside.is_some_and(|inside| inside.iter().any(says)) {
            return Ok(false);
        }
        let around = self.misp_around(viewer, event).await?;
        let moves = self.misp_moves(caller, viewer, &around, row, Some(wish)).await?;
        Ok(moves.is_some())
    }

    /// Adds an element to an event: `list` says what it is. Gives its number.
    ///
    /// # Errors
    /// When there is no such event for the caller, it is not theirs, or the intake refuses the element.
    pub async fn misp_element_add(
        &self,
        caller: &Caller,
        event: i64,
        list: &'static str,
        mut fields: Map<String, Value>,
    ) -> Result<(MispKind, i64), Error> {
        let (viewer, event) = self.misp_own_event(caller, event).await?;
        let kind = match list {
            "Attribute" => MispKind::Attribute,
            "Object" => MispKind::Object,
            _ => MispKind::Report,
        };
        let uuid = uuid_at(&fields, "uuid").unwrap_or_else(|| self.fresh_uuid());
        if let Some(id) = self.store().misp_element(kind, uuid).await?
            && self.store().misp_row(&viewer, kind, id).await?.is_some()
        {
            return Err(Error::Conflict(
                "something of this UUID is there already: edit it".to_owned(),
            ));
        }
        let wish = within(narrowest(&fields)?);
        fields.insert("uuid".to_owned(), json!(uuid.to_string()));
        self.misp_is_wanted(&viewer, &event, kind, &mut fields).await?;
        let mut lists = Map::new();
        lists.insert(list.to_owned(), json!([fields]));
        prepare(&mut lists, self.now(), &|| self.fresh_uuid())?;
        let around = self.misp_around(&viewer, &event).await?;
        self.misp_add_elements(caller, &around, wish, Lists::of(&lists)?)
            .await?;
        self.misp_touched(event.row.id, Some(false)).await?;
        self.misp_follow().await?;
        let id = self.store().misp_element(kind, uuid).await?;
        id.map(|id| (kind, id))
            .ok_or_else(|| Error::Ours("the element was shared and is not there".to_owned()))
    }

    /// Changes an element.
    ///
    /// # Errors
    /// When there is no such element for the caller, it is not theirs, or the intake refuses the change.
    pub async fn misp_element_edit(
        &self,
        caller: &Caller,
        kind: MispKind,
        id: i64,
        mut changes: Map<String, Value>,
    ) -> Result<(), Error> {
        let (viewer, event, row) = self.misp_own_element(caller, kind, id).await?;
        let raw = self.misp_raw(&viewer, &row).await?;
        settle_tags(&raw, &mut changes);
        let around = self.misp_around(&viewer, &event).await?;
        self.misp_next_version(caller, &viewer, &around, &row, changes).await?;
        self.misp_touched(event.row.id, Some(false)).await?;
        self.misp_follow().await
    }

    /// Puts a tag on an event or attribute, or takes it off.
    ///
    /// # Errors
    /// When there is no such thing for the caller, or it is not theirs.
    pub async fn misp_tag_set(
        &self,
        caller: &Caller,
        kind: MispKind,
        id: i64,
        (name, colour): (&str, &str),
        on: bool,
    ) -> Result<(), Error> {
        let tagged = |mut tags: Vec<Value>| {
            tags.retain(|tag| tag.get("name").and_then(Value::as_str) != Some(name));
            if on {
                tags.push(json!({ "name": name, "colour": colour }));
            }
            Value::Array(tags)
        };
        if kind == MispKind::Event {
            let (viewer, event) = self.misp_own_event(caller, id).await?;
            let tags = event.tags.iter().map(tag_sent).collect();
            let mut head = event.fields.clone();
            head.insert("Tag".to_owned(), tagged(tags));
            self.misp_head_put(caller, &viewer, &event, head, event.record.published, None)
                .await?;
            return self.misp_touched(id, None).await;
        }
        let (viewer, event, row) = self.misp_own_element(caller, kind, id).await?;
        let raw = self.misp_raw(&viewer, &row).await?;
        let tags = raw.get("Tag").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut changes = Map::new();
        changes.insert("Tag".to_owned(), tagged(tags));
        let around = self.misp_around(&viewer, &event).await?;
        self.misp_next_version(caller, &viewer, &around, &row, changes).await?;
        self.misp_touched(event.row.id, None).await?;
        self.misp_follow().await
    }

    /// Says of an event that it is published, or no longer. What is published names all that its readers may see of it.
    ///
    /// # Errors
    /// When there is no such event for the caller, or it is not theirs.
    pub async fn misp_event_publish(&self, caller: &Caller, id: i64, published: bool) -> Result<(), Error> {
        let (viewer, event) = self.misp_own_event(caller, id).await?;
        if published {
            self.misp_head_put(caller, &viewer, &event, event.fields.clone(), true, None)
                .await?;
        }
        let Some(mut record) = self.store().misp_event(id).await? else {
            return Err(absent());
        };
        record.published = published;
        if published {
            record.publish_timestamp = self.now().micros() / 1_000_000;
        }
        record.touched = event.timestamp();
        Ok(self.store().misp_event_set(&record).await?)
    }

    /// Deletes an event: all that its member contributed of it is taken back.
    ///
    /// # Errors
    /// When there is no such event for the caller, or it is not theirs to take back.
    pub async fn misp_event_delete(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let (viewer, event) = self.misp_own_event(caller, id).await?;
        self.misp_may_take_back(caller, &event.row)?;
        for kind in [MispKind::Attribute, MispKind::Object] {
            let mut scan = self.misp_every(&viewer, MispSource::Event(id), kind, CHUNK);
            while let Some(rows) = scan.next().await? {
                for row in &rows {
                    // What is in an object goes with it.
                    let alone = kind == MispKind::Object || row.parent == 0;
                    if alone && row.owner == event.row.owner {
                        self.misp_take_back(caller, row.kind, row.id, "the event was deleted")
                            .await?;
                    }
                }
            }
        }
        let claimed = self.store().misp_claimed(id, event.row.owner).await?;
        let heads = [
            format!("report--{}", event.record.uuid),
            format!("grouping--{}", event.record.uuid),
        ];
        for object in claimed.into_iter().chain(heads) {
            // What is named and belongs to everybody (techniques, organisations) stays.
            let of_event = matches!(
                stix::id::object_type(&object),
                "report"
                    | "grouping"
                    | "note"
                    | "opinion"
                    | "relationship"
                    | "x-misp-proposal"
                    | "x-misp-reference"
                    | "sighting"
            );
            if of_event && self.misp_is_of_event(&viewer, &object, event.record.uuid).await? {
                self.misp_retract(caller, &object, "the event was deleted").await?;
            }
        }
        self.misp_follow().await
    }

    /// Whether a report or grouping is an event's head or a part of it; another that it merely names is not. All else that
    /// is named is.
    async fn misp_is_of_event(&self, viewer: &Viewer, object: &str, event: Uuid) -> Result<bool, Error> {
        if !matches!(stix::id::object_type(object), "report" | "grouping") || uuid_of(object) == event {
            return Ok(true);
        }
        let found = self.store().object_get(viewer, object).await?.into_iter().next();
        let Some(detail) = found else { return Ok(false) };
        let body: Value = serde_json::from_str(&detail.row.body).unwrap_or_default();
        let part_of = body.get("x_misp_event_part").and_then(Value::as_str);
        Ok(part_of.is_some_and(|whole| uuid_of(whole) == event))
    }

    /// Deletes an element.
    ///
    /// # Errors
    /// When there is no such element for the caller, or it is not theirs.
    pub async fn misp_element_delete(
        &self,
        caller: &Caller,
        kind: MispKind,
        id: i64,
        deletion: Deletion,
    ) -> Result<(), Error> {
        let (viewer, event, row) = self.misp_own_element(caller, kind, id).await?;
        match deletion {
            Deletion::Hard => {
                self.misp_may_take_back(caller, &row)?;
                match (kind, row.parent) {
                    // What is in an object goes by the object's next version.
                    (MispKind::Attribute, parent) if parent != 0 => {
                        let Some(object) = self.store().misp_row(&viewer, MispKind::Object, parent).await? else {
                            return Err(absent());
                        };
                        let around = self.misp_around(&viewer, &event).await?;
                        self.misp_object_without(caller, &viewer, &around, &object, id).await?;
                    }
                    _ => self.misp_take_back(caller, kind, id, "deleted by its member").await?,
                }
            }
            Deletion::Soft => {
                let around = self.misp_around(&viewer, &event).await?;
                let mut changes = Map::new();
                changes.insert("deleted".to_owned(), json!(true));
                self.misp_next_version(caller, &viewer, &around, &row, changes).await?;
            }
        }
        self.misp_touched(event.row.id, Some(false)).await?;
        self.misp_follow().await
    }

    /// Restores an element that was deleted: the version that says so is taken back.
    ///
    /// # Errors
    /// When there is no such element for the caller, or it is not theirs.
    pub async fn misp_element_restore(&self, caller: &Caller, kind: MispKind, id: i64) -> Result<(), Error> {
        let (viewer, event, row) = self.misp_own_element(caller, kind, id).await?;
        self.misp_may_take_back(caller, &row)?;
        if kind == MispKind::Attribute && row.parent != 0 {
            let around = self.misp_around(&viewer, &event).await?;
            let mut changes = Map::new();
            changes.insert("deleted".to_owned(), json!(false));
            self.misp_next_version(caller, &viewer, &around, &row, changes).await?;
            return self.misp_follow().await;
        }
        let rows = self.store().misp_rows_of(&viewer, kind, id).await?;
        if rows.iter().all(|row| row.deleted) {
            let help = "add it anew, under another UUID";
            return Err(bad(
                "came-deleted",
                "this came as something deleted, and there is nothing to restore",
                help,
            ));
        }
        for deleted in rows
            .iter()
            .filter(|row| row.deleted && row.owner.member == event.row.owner.member)
        {
            for object in self.store().misp_objects_of(kind, id, row.owner).await? {
                let retraction = Retraction {
                    id: object,
                    versions: store::VersionFilter::of(Timestamp::from_micros(deleted.version)),
                    community: None,
                    reason: "restored".to_owned(),
                };
                self.store().retract(&caller.principal, &retraction).await?;
            }
        }
        self.misp_touched(event.row.id, Some(false)).await?;
        self.misp_follow().await
    }

    /// Whether a caller may write at all.
    pub(super) fn misp_may_write(&self, caller: &Caller) -> Result<(), Error> {
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, ABSENT))
    }

    fn misp_may_take_back(&self, caller: &Caller, row: &MispRow) -> Result<(), Error> {
        decide(&caller.principal, Action::Retract(row.owner.member)).map_err(|refusal| Error::refused(refusal, ABSENT))
    }

    /// Whether a caller may change an event.
    ///
    /// # Errors
    /// When there is no such event for the caller, or it is not theirs.
    pub async fn misp_may_change(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        self.misp_own_event(caller, id).await.map(drop)
    }

    /// An event of the caller's own member.
    pub(crate) async fn misp_own_event(&self, caller: &Caller, id: i64) -> Result<(Viewer, EventInfo), Error> {
        self.misp_follow().await?;
        let viewer = self.misp_viewer(caller).await?;
        let Some(event) = self.misp_event(&viewer, id).await? else {
            return Err(absent());
        };
        self.misp_may_write(caller)?;
        if Some(event.row.owner.member) != caller.principal.member {
            return Err(Error::NotAllowed(ANOTHERS_EVENT));
        }
        changes_here(event.row.owner.withheld, event.record.loose)?;
        Ok((viewer, event))
    }

    /// An element of an event of the caller's own member.
    pub(crate) async fn misp_own_element(
        &self,
        caller: &Caller,
        kind: MispKind,
        id: i64,
    ) -> Result<(Viewer, EventInfo, MispRow), Error> {
        self.misp_follow().await?;
        let viewer = self.misp_viewer(caller).await?;
        let Some(row) = self.store().misp_row(&viewer, kind, id).await? else {
            return Err(absent());
        };
        let Some(event) = self.misp_event(&viewer, row.event).await? else {
            return Err(absent());
        };
        self.misp_may_write(caller)?;
        if Some(row.owner.member) != caller.principal.member {
            return Err(Error::NotAllowed(ANOTHERS));
        }
        changes_here(row.owner.withheld, event.record.loose)?;
        Ok((viewer, event, row))
    }

    /// Says who made an event: the caller's own organisation, unless another is named that is no member here.
    async fn misp_creator_set(&self, caller: &Caller, event: &mut Map<String, Value>) -> Result<(), Error> {
        let named = event
            .get("Orgc")
            .and_then(Value::as_object)
            .and_then(|fields| uuid_at(fields, "uuid"));
        if let Some(uuid) = named
            && self.misp_member_of(uuid).await?.is_none()
        {
            return Ok(());
        }
        let Some(member) = caller.principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        let own = of_member(&self.member_by_id(member).await?);
        event.insert(
            "Orgc".to_owned(),
            json!({ "name": own.name, "uuid": own.uuid.to_string() }),
        );
        Ok(())
    }

    /// To whom something goes, before its marking narrows it.
    fn misp_audience_of(&self, caller: &Caller, handling: &Handling) -> Result<Audience, Error> {
        let mut named = handling.named.clone();
        if !named.is_empty() || handling.communities.is_empty() {
            named.extend(caller.principal.member);
        }
        Audience::new(Tlp::Clear, Pap::Clear, handling.communities.iter().copied(), named)
            .map_err(|error| bad("no-audience", error.to_string(), "give a distribution"))
    }

    async fn misp_around(&self, viewer: &Viewer, event: &EventInfo) -> Result<Around, Error> {
        let mut fields = event.fields.clone();
        fields.insert("uuid".to_owned(), json!(event.record.uuid.to_string()));
        let tags: Vec<Value> = event.tags.iter().map(tag_sent).collect();
        fields.insert("Tag".to_owned(), Value::Array(tags));
        let audience = self.store().audience_seen(viewer, event.row.audience).await?;
        let audience = audience.ok_or_else(absent)?;
        let header = self.misp_header(viewer, event.record.uuid).await?;
        Ok(Around {
            fields: context_of(&fields),
            uuid: event.record.uuid,
            header: header.map_or_else(|| format!("grouping--{}", event.record.uuid), |(id, _)| id),
            audience,
            is_shared: true,
        })
    }

    /// The report or grouping that an event is now, and what it says.
    async fn misp_header(&self, viewer: &Viewer, uuid: Uuid) -> Result<Option<(String, Map<String, Value>)>, Error> {
        let mut best: Option<(Timestamp, String, Map<String, Value>)> = None;
        for kind in ["report", "grouping"] {
            let id = format!("{kind}--{uuid}");
            let Some(detail) = self.store().object_get(viewer, &id).await?.into_iter().next() else {
                continue;
            };
            let Ok(Value::Object(body)) = serde_json::from_str(&detail.row.body) else {
                continue;
            };
            if best.as_ref().is_none_or(|(version, ..)| detail.row.version > *version) {
                best = Some((detail.row.version, id, body));
            }
        }
        Ok(best.map(|(_, id, body)| (id, body)))
    }

    /// Writes the next version of an event's report; a published one names all of the event that its readers see.
    async fn misp_head_put(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        event: &EventInfo,
        mut head: Map<String, Value>,
        published: bool,
        moved: Option<Handling>,
    ) -> Result<(), Error> {
        let uuid = event.record.uuid;
        let Some((header, body)) = self.misp_header(viewer, uuid).await? else {
            return Err(absent());
        };
        let was_published = header.starts_with("report--");
        let mut refs: Vec<String> = match body.get("object_refs") {
            Some(Value::Array(refs)) => refs.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if published {
            let known: std::collections::HashSet<String> = refs.iter().cloned().collect();
            let claimed = self
                .store()
                .misp_claimed_for(event.row.id, event.row.owner, event.row.audience)
                .await?;
            refs.extend(claimed.into_iter().filter(|id| !known.contains(id)));
        }
        let created = body.get("created").and_then(Value::as_str).map(str::to_owned);
        let now = self.misp_after(&event.row);
        let audience = self
            .store()
            .audience_seen(viewer, event.row.audience)
            .await?
            .ok_or_else(absent)?;
        let mut handling = match moved {
            Some(handling) => handling,
            None => {
                self.misp_handling(caller, DistributionWish::Inherit, Some(&audience))
                    .await?
            }
        };
        strip(&mut head);
        head.insert("uuid".to_owned(), json!(uuid.to_string()));
        head.insert("timestamp".to_owned(), json!(seconds(now)));
        // A report stays one: what was published is not taken back by saying that it is not.
        let as_report = published || was_published;
        head.insert("published".to_owned(), json!(as_report));
        if as_report {
            head.insert("publish_timestamp".to_owned(), json!(seconds(now).split('.').next()));
        }
        if !head.contains_key("Tag") {
            let tags: Vec<Value> = event.tags.iter().map(tag_sent).collect();
            head.insert("Tag".to_owned(), Value::Array(tags));
        }
        let created = if as_report == was_published { created } else { None };
        keep_marking(&mut handling, &audience, &head);
        let shared = self
            .misp_share(
                caller,
                head,
                Lists::default(),
                uuid,
                handling,
                Head::Next { refs, created },
            )
            .await?;
        // What waits for moderators takes nothing's place yet.
        if as_report && !was_published && !shared.waits {
            self.misp_replace(caller, &header, "published as a report").await?;
        }
        self.misp_follow().await
    }

    /// Shares new elements of an event with whom a wish says, and a part that names them.
    async fn misp_add_elements(
        &self,
        caller: &Caller,
        around: &Around,
        wish: DistributionWish,
        lists: Lists,
    ) -> Result<(), Error> {
        let mut handling = self.misp_handling(caller, wish, Some(&around.audience)).await?;
        if around.is_shared {
            keep_marking(&mut handling, &around.audience, &around.fields);
        }
        let mut event = around.fields.clone();
        event.insert("timestamp".to_owned(), json!(seconds(self.now())));
        event.insert("published".to_owned(), json!(false));
        let head = Head::Part {
            of: around.header.clone(),
        };
        self.misp_share(caller, event, lists, around.uuid, handling, head)
            .await
            .map(drop)
    }

    /// Writes the next version of an element: what it says, with changes.
    async fn misp_next_version(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        around: &Around,
        row: &MispRow,
        mut changes: Map<String, Value>,
    ) -> Result<(), Error> {
        // An object goes as a whole: to whom its narrowest part does.
        let asks = changes.contains_key("distribution")
            || changes
                .get("Attribute")
                .and_then(Value::as_array)
                .is_some_and(|inside| inside.iter().any(|one| one.get("distribution").is_some()));
        let wish = if asks { Some(narrowest(&changes)?) } else { None };
        strip(&mut changes);
        changes.shift_remove("uuid");
        if row.kind == MispKind::Attribute && row.parent != 0 {
            let Some(object) = self.store().misp_row(viewer, MispKind::Object, row.parent).await? else {
                return Err(absent());
            };
            let mut whole = self.misp_raw(viewer, &object).await?;
            let uuid = self
                .store()
                .misp_uuid(row.kind, row.id)
                .await?
                .unwrap_or_default()
                .to_string();
            if let Some(Value::Array(attributes)) = whole.get_mut("Attribute") {
                for attribute in attributes.iter_mut().filter_map(Value::as_object_mut) {
                    if text_of(attribute, "uuid") == uuid {
                        apply(attribute, &changes);
                        attribute.insert(
                            "timestamp".to_owned(),
                            json!((self.now().micros() / 1_000_000).to_string()),
                        );
                    }
                }
            }
            // As the object is no distribution of its own.
            let wish = wish.filter(|wish| *wish != DistributionWish::Inherit);
            let wish = self.misp_moves(caller, viewer, around, &object, wish).await?;
            return self.misp_put_again(caller, viewer, around, &object, whole, wish).await;
        }
        let wish = self.misp_moves(caller, viewer, around, row, wish).await?;
        let mut whole = self.misp_raw(viewer, row).await?;
        let inside = changes.shift_remove("Attribute");
        apply(&mut whole, &changes);
        if let (MispKind::Object, Some(Value::Array(changed))) = (row.kind, inside) {
            apply_inside(&mut whole, changed, self.now(), &|| self.fresh_uuid());
        }
        self.misp_put_again(caller, viewer, around, row, whole, wish).await
    }

    /// A wish, where it is another distribution than the one that an element has: clients send back what they read.
    async fn misp_moves(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        around: &Around,
        row: &MispRow,
        wish: Option<DistributionWish>,
    ) -> Result<Option<DistributionWish>, Error> {
        let Some(wish) = wish else { return Ok(None) };
        let now = self
            .store()
            .audience_seen(viewer, row.audience)
            .await?
            .ok_or_else(absent)?;
        let handling = self.misp_handling(caller, wish, Some(&around.audience)).await?;
        let wished = self.misp_audience_of(caller, &handling)?;
        let same = wished.communities() == now.communities() && wished.named() == now.named();
        Ok((!same).then_some(wish))
    }

    /// The next version of an object without one of its attributes.
    async fn misp_object_without(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        around: &Around,
        object: &MispRow,
        attribute: i64,
    ) -> Result<(), Error> {
        let mut whole = self.misp_raw(viewer, object).await?;
        let uuid = self
            .store()
            .misp_uuid(MispKind::Attribute, attribute)
            .await?
            .unwrap_or_default()
            .to_string();
        if let Some(Value::Array(attributes)) = whole.get_mut("Attribute") {
            attributes.retain(|one| one.get("uuid").and_then(Value::as_str) != Some(&uuid));
        }
        self.misp_put_again(caller, viewer, around, object, whole, None).await
    }

    /// Shares an element again, as it is now, with those it goes to.
    async fn misp_put_again(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        around: &Around,
        row: &MispRow,
        mut whole: Map<String, Value>,
        wish: Option<DistributionWish>,
    ) -> Result<(), Error> {
        let now = self.misp_after(row);
        whole.insert("timestamp".to_owned(), json!(seconds(now)));
        let own = self
            .store()
            .audience_seen(viewer, row.audience)
            .await?
            .ok_or_else(absent)?;
        let mut handling = match wish {
            None => {
                self.misp_handling(caller, DistributionWish::Inherit, Some(&own))
                    .await?
            }
            Some(wish) => self.misp_handling(caller, wish, Some(&around.audience)).await?,
        };
        keep_marking(&mut handling, &own, &around.fields);
        let leaves = own.communities().iter().any(|one| !handling.communities.contains(one));
        if wish.is_some() && leaves {
            // Whoever goes out of sight has to be told, and not everybody may do that.
            self.misp_may_take_back(caller, row)?;
        }
        let others = own.named().iter().any(|one| Some(*one) != caller.principal.member);
        if wish.is_some() && others {
            let help = "take it back where it was shared, and share it anew";
            return Err(bad(
                "named-readers",
                "this goes to members by name, which MISP has no number for",
                help,
            ));
        }
        let list = match row.kind {
            MispKind::Object => "Object",
            MispKind::Report => "EventReport",
            _ => "Attribute",
        };
        let mut event = around.fields.clone();
        event.insert("timestamp".to_owned(), json!(seconds(now)));
        event.insert("published".to_owned(), json!(false));
        let mut lists = Lists::default();
        lists.put(list, &whole)?;
        let before = self.store().misp_objects_of(row.kind, row.id, row.owner).await?;
        if let Some(created) = self.misp_created(viewer, &before).await? {
            event.insert("date".to_owned(), json!(created));
        }
        let now_in: Vec<policy::CommunityId> = handling.communities.clone();
        let shared = self
            .misp_share(caller, event, lists, around.uuid, handling, Head::None)
            .await?;
        let made = shared.made;
        // Before what it was goes: the new object belongs where that does.
        self.misp_follow().await?;
        if shared.waits {
            // What waits for moderators takes nothing's place yet.
            return Ok(());
        }
        for left in own.communities().iter().filter(|one| !now_in.contains(one)) {
            self.misp_leave(caller, row, *left, &made).await?;
        }
        // What it was before and is no longer, another object says now.
        for old in before.iter().filter(|old| !made.contains(old)) {
            self.misp_replace(caller, old, "said by another object now").await?;
        }
        self.misp_follow().await
    }

    /// Takes what was made of an element back from a community to which it goes no longer.
    async fn misp_leave(
        &self,
        caller: &Caller,
        row: &MispRow,
        community: policy::CommunityId,
        made: &[String],
    ) -> Result<(), Error> {
        let found = self.store().community_get(store::CommunityKey::Id(community)).await?;
        let Some(found) = found else { return Ok(()) };
        let Some((collection, _)) = self.collection(caller, &found.alias).await? else {
            return Ok(());
        };
        let (values, objects): (Vec<&String>, Vec<&String>) = made
            .iter()
            .filter(|id| {
                !matches!(
                    stix::id::object_type(id),
                    "identity" | "marking-definition" | "extension-definition"
                )
            })
            .partition(|id| stix::check::is_observable(stix::id::object_type(id)));
        let reason = "narrowed by its member";
        for object in objects {
            self.retract_and_tell(caller, &collection, object, store::VersionFilter::all(), reason)
                .await?;
        }
        for value in values {
            if !self
                .store()
                .misp_is_named_for(value, row.owner.member, row.audience)
                .await?
            {
                self.retract_and_tell(caller, &collection, value, store::VersionFilter::all(), reason)
                    .await?;
            }
        }
        Ok(())
    }

    /// When the objects that say an element were created.
    async fn misp_created(&self, viewer: &Viewer, objects: &[String]) -> Result<Option<String>, Error> {
        for id in objects {
            if let Some(detail) = self.store().object_get(viewer, id).await?.into_iter().next()
                && let Ok(Value::Object(body)) = serde_json::from_str::<Value>(&detail.row.body)
                && let Some(created) = body.get("created").and_then(Value::as_str)
            {
                return Ok(Some(created.to_owned()));
            }
        }
        Ok(None)
    }

    /// A version after a row's, and as late as now.
    fn misp_after(&self, row: &MispRow) -> Timestamp {
        Timestamp::from_micros(self.now().micros().max(row.version + 1))
    }

    /// What a client would have sent for what a row says.
    async fn misp_raw(&self, viewer: &Viewer, row: &MispRow) -> Result<Map<String, Value>, Error> {
        let mut raw = self.misp_fields(viewer, row).await?.unwrap_or_default();
        let uuid = self.store().misp_uuid(row.kind, row.id).await?.unwrap_or_default();
        raw.insert("uuid".to_owned(), json!(uuid.to_string()));
        if row.deleted {
            raw.insert("deleted".to_owned(), json!(true));
        }
        let mut tags = Vec::new();
        for number in &row.tags {
            if let Some(tag) = self.store().misp_tag(*number).await? {
                tags.push(tag_sent(&tag));
            }
        }
        if !tags.is_empty() {
            raw.insert("Tag".to_owned(), Value::Array(tags));
        }
        if row.kind == MispKind::Object {
            let source = MispSource::Parent(row.id);
            let page = self
                .store()
                .misp_scan(viewer, &source, MispKind::Attribute, 0, 100_000)
                .await?;
            let mut inside = Vec::with_capacity(page.rows.len());
            for attribute in page.rows.iter().filter(|one| one.added == row.added) {
                inside.push(Value::Object(Box::pin(self.misp_raw(viewer, attribute)).await?));
            }
            raw.insert("Attribute".to_owned(), Value::Array(inside));
        }
        Ok(raw)
    }

    /// Takes an element back, with all that was made of it alone.
    async fn misp_take_back(&self, caller: &Caller, kind: MispKind, id: i64, reason: &str) -> Result<(), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let Some(row) = self.store().misp_row(&viewer, kind, id).await? else {
            return Ok(());
        };
        let uuid = self.store().misp_uuid(kind, id).await?.unwrap_or_default();
        let objects = self.store().misp_objects_of(kind, id, row.owner).await?;
        let beside = format!("observed-data--{uuid}");
        let mut gone: Vec<String> = objects;
        if kind == MispKind::Attribute || kind == MispKind::Object {
            gone.push(beside);
        }
        for object in gone {
            let mut observed = Vec::new();
            if object.starts_with("observed-data--")
                && let Some(detail) = self.store().object_get(&viewer, &object).await?.into_iter().next()
                && let Ok(Value::Object(body)) = serde_json::from_str::<Value>(&detail.row.body)
            {
                let refs = body
                    .get("object_refs")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default();
                observed.extend(refs.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            let naming = self.store().misp_relations_of(&object, row.owner.member).await?;
            for relation in naming {
                self.misp_retract(caller, &relation, reason).await?;
            }
            self.misp_retract(caller, &object, reason).await?;
            for value in observed {
                if !self.store().misp_is_named(&value, row.owner.member).await? {
                    self.misp_retract(caller, &value, reason).await?;
                }
            }
        }
        Ok(())
    }

    async fn misp_retract(&self, caller: &Caller, object: &str, reason: &str) -> Result<(), Error> {
        let everything = self.collection(caller, crate::collections::EVERYTHING_ALIAS).await?;
        let Some(everything) = everything else {
            return Err(absent());
        };
        let versions = store::VersionFilter::all();
        self.retract_and_tell(caller, &everything.0, object, versions, reason)
            .await
            .map(drop)
    }

    /// Takes back what another object of the same member says now, or what was merely said of something: nobody has to
    /// answer.
    pub(super) async fn misp_replace(&self, caller: &Caller, object: &str, reason: &str) -> Result<(), Error> {
        let retraction = Retraction {
            id: object.to_owned(),
            versions: store::VersionFilter::all(),
            community: None,
            reason: reason.to_owned(),
        };
        self.store().retract(&caller.principal, &retraction).await?;
        Ok(())
    }

    /// Notes that an event was changed; a change of what is in it is not published until it is said.
    async fn misp_touched(&self, id: i64, published: Option<bool>) -> Result<(), Error> {
        let Some(mut record) = self.store().misp_event(id).await? else {
            return Ok(());
        };
        record.touched = record.touched.max(self.now().micros() / 1_000_000);
        if let Some(published) = published {
            record.published = published;
        }
        Ok(self.store().misp_event_set(&record).await?)
    }

    /// Hands an event to the intake; gives the identifiers of what was made of the elements.
    async fn misp_share(
        &self,
        caller: &Caller,
        event: Map<String, Value>,
        lists: Lists,
        uuid: Uuid,
        handling: Handling,
        head: Head,
    ) -> Result<Shared, Error> {
        let mut handling = handling;
        // A name that is withheld is not in the event either.
        handling.withheld = false;
        let request = ShareRequest {
            channel: CHANNEL.to_owned(),
            name: None,
            handling,
            list_items: false,
        };
        let (node, caller) = (self.clone(), caller.clone());
        let (report, made) = off_requests(move || {
            let text = lists.around(&event);
            let mut made = Vec::new();
            let report = node.share_with(&caller, request, |sink, options| {
                let mut carry = Carry {
                    inner: sink,
                    event: uuid,
                    head,
                    made: &mut made,
                };
                let detection = formats::misp::Detection::IndicatorOnly;
                formats::misp::read_json_as(text.as_bytes(), detection, options, &mut carry)
            })?;
            Ok::<_, Error>((report, made))
        })
        .await??;
        refused(&report)?;
        Ok(Shared {
            made,
            waits: report.waiting > 0,
            transfer: report.transfer,
        })
    }
}

/// Does what takes long off the threads that answer requests.
async fn off_requests<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Ours(format!("taking in the event stopped: {error}")))
}

/// What came of sharing.
struct Shared {
    /// The identifiers of what was made of the elements.
    made: Vec<String>,
    /// Whether some of it waits for moderators.
    waits: bool,
    /// The transfer.
    transfer: Uuid,
}

/// Keeps the colour and the permitted actions that something has, where no tag says others: those of the transfer that
/// brought it stand in no tag.
fn keep_marking(handling: &mut Handling, now: &Audience, fields: &Map<String, Value>) {
    let says = |prefix: &str| {
        let tags = fields.get("Tag").and_then(Value::as_array).into_iter().flatten();
        let mut names = tags.filter_map(|tag| tag.get("name").and_then(Value::as_str));
        names.any(|name| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    };
    if !says("tlp:") {
        handling.tlp = Some(now.tlp());
    }
    if !says("pap:") {
        handling.pap = Some(now.pap());
    }
}

/// Refuses to change by this interface what was not shared as an event, or not under its member's name: the next version
/// would tell whose it is.
fn changes_here(withheld: bool, loose: bool) -> Result<(), Error> {
    match (withheld, loose) {
        (true, _) => Err(Error::NotAllowed(
            "this was shared without its member's name: change it where it was shared",
        )),
        (_, true) => Err(Error::NotAllowed(
            "this stands for what was shared without a report: change it where it was shared",
        )),
        _ => Ok(()),
    }
}

/// The first refusal of a transfer, if there is one.
fn refused(report: &Report) -> Result<(), Error> {
    let first = report
        .problems
        .iter()
        .find(|problem| problem.severity == Severity::Error);
    match first {
        Some(problem) if report.refused > 0 => Err(Error::input(problem.clone())),
        _ => Ok(()),
    }
}

/// Hands on what was made of elements, and makes of the event around them what is wanted.
struct Carry<'s, 'm> {
    inner: &'s mut dyn Sink,
    event: Uuid,
    head: Head,
    made: &'m mut Vec<String>,
}

impl Sink for Carry<'_, '_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let id = id_in(&found.text);
        let is_head = matches!(stix::id::object_type(&id), "report" | "grouping") && uuid_of(&id) == self.event;
        if !is_head {
            self.made.push(id);
            return self.inner.object(found);
        }
        let Ok(Value::Object(mut object)) = serde_json::from_str::<Value>(&found.text) else {
            return self.inner.object(found);
        };
        match &self.head {
            Head::None => return Ok(()),
            Head::Whole => return self.inner.object(found),
            Head::Next { refs, created } => {
                if !refs.is_empty() {
                    object.insert("object_refs".to_owned(), json!(refs));
                }
                if let Some(created) = created {
                    object.insert("created".to_owned(), json!(created));
                }
            }
            Head::Part { of } => {
                let refs = object.get("object_refs").map(Value::to_string).unwrap_or_default();
                let id = Uuid::new_v5(&self.event, refs.as_bytes());
                let name = object
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                object.retain(|key, _| {
                    !key.starts_with("x_misp_") && !matches!(key.as_str(), "published" | "report_types" | "labels")
                });
                object.insert("type".to_owned(), json!("grouping"));
                object.insert("id".to_owned(), json!(format!("grouping--{id}")));
                object.insert("name".to_owned(), json!(format!("{name} (part)")));
                object.insert("context".to_owned(), json!("misp-event-part"));
                object.insert("x_misp_event_part".to_owned(), json!(of));
            }
        }
        let text = Value::Object(object).to_string();
        self.inner.object(Found {
            text: text.into(),
            place: found.place,
            dated: found.dated,
        })
    }

    fn problem(&mut self, problem: Problem) {
        self.inner.problem(problem);
    }
}

/// The identifier of an object that formats made: they write it third, after `type` and `spec_version`.
fn id_in(text: &str) -> String {
    let id = text
        .split_once("\"id\":\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(id, _)| id);
    id.unwrap_or_default().to_owned()
}
