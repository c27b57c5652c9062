//! What is said of events and of what is in them: sightings, references, proposals, what analysts note. Whoever sees
//! something may say something of it; it goes where that goes.

use formats::misp::{agreement, relationship_type};
use policy::{Action, Viewer, decide};
use serde_json::{Map, Value, json};
use stix::Timestamp;
use store::{MispKind, MispRow, MispSource, MispTag};
use uuid::Uuid;

use super::distribution::DistributionWish;
use super::find::{EventsMet, FoundRows};
use super::project::CHANNEL;
use super::shape::EventInfo;
use super::{absent, uuid_at};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::ShareRequest;
use crate::node::Node;

/// Attributes of one value that a sighting by value is of, at the most.
const SIGHTED: usize = 1_000;
/// What somebody may propose of an attribute.
const PROPOSED: [&str; 8] = [
    "type",
    "category",
    "value",
    "to_ids",
    "comment",
    "first_seen",
    "last_seen",
    "data",
];
/// Rows walked together.
const CHUNK: usize = 5_000;

/// Something that is said, as a STIX object without what all have.
struct Said<'s> {
    /// What it is in MISP's terms.
    kind: MispKind,
    object_type: &'s str,
    uuid: Uuid,
    object: Value,
    /// Whether it is for nobody but the member that says it.
    own_only: bool,
}

/// What somebody saw.
#[derive(Clone, Debug, Default)]
pub struct SightingWish {
    /// 0 seen, 1 a false positive, 2 it has expired.
    pub kind: u8,
    /// Where or by what it was seen.
    pub source: String,
    /// When, in seconds.
    pub at: Option<i64>,
    /// Its UUID, where the client has one.
    pub uuid: Option<Uuid>,
}

impl FoundRows {
    /// Adds what another search found.
    pub fn join(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.events.met.extend(other.events.met);
    }
}

impl Node {
    /// An element by its number with its event, as a viewer sees them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_element_of(&self, viewer: &Viewer, kind: MispKind, id: i64) -> Result<Option<FoundRows>, Error> {
        let Some(row) = self.store().misp_row(viewer, kind, id).await? else {
            return Ok(None);
        };
        let mut events = EventsMet::default();
        self.misp_meet(viewer, row.event, &mut events).await?;
        if events.get(row.event).is_none() {
            return Ok(None);
        }
        Ok(Some(FoundRows {
            rows: vec![row],
            events,
        }))
    }

    /// The tags that a caller may know of: those on what they see, and those that were made as such.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_tags_known(&self, viewer: &Viewer) -> Result<Vec<MispTag>, Error> {
        let met = self.store().misp_tags_met(viewer).await?;
        let mut known = Vec::new();
        let mut after = 0;
        loop {
            let tags = self.store().misp_tags(after, CHUNK).await?;
            let Some(last) = tags.last() else { return Ok(known) };
            after = last.id;
            known.extend(tags.into_iter().filter(|tag| met.contains(&tag.id) || tag.is_open));
        }
    }

    /// Makes a tag that everybody may know of.
    ///
    /// # Errors
    /// When the caller may not share.
    pub async fn misp_tag_make(&self, caller: &Caller, wish: &MispTag) -> Result<MispTag, Error> {
        decide(&caller.principal, Action::ContributeToNamed)
            .map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let tag = self.store().misp_tag_named(wish).await?;
        self.store().misp_tag_open(tag.id).await?;
        Ok(tag)
    }

    /// Changes how a tag looks.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_tag_change(&self, caller: &Caller, wish: &MispTag) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        self.store().misp_tag_change(&caller.principal, wish).await?;
        self.misp_tags_changed();
        Ok(())
    }

    /// Forgets a tag; on what has it, it is no longer shown.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn misp_tag_forget(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        self.store().misp_tag_delete(&caller.principal, id).await?;
        self.misp_tags_changed();
        Ok(())
    }

    /// The attributes of a value that a viewer sees.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_attributes_of_value(&self, viewer: &Viewer, value: &str) -> Result<Vec<i64>, Error> {
        let source = MispSource::Value(value.to_owned());
        let page = self
            .store()
            .misp_scan(viewer, &source, MispKind::Attribute, 0, SIGHTED)
            .await?;
        Ok(page
            .rows
            .into_iter()
            .filter(|row| !row.deleted && row.event != 0)
            .map(|row| row.id)
            .collect())
    }

    /// Says of an attribute that it was seen, is a false positive, or has expired; gives the sighting's number.
    ///
    /// # Errors
    /// When there is no such attribute for the caller, or they may not share.
    pub async fn misp_sighting_add(&self, caller: &Caller, attribute: i64, wish: &SightingWish) -> Result<i64, Error> {
        let viewer = self.misp_viewer(caller).await?;
        let row = self
            .store()
            .misp_row(&viewer, MispKind::Attribute, attribute)
            .await?
            .ok_or_else(absent)?;
        let target = self.misp_stix_id(&row).await?;
        let uuid = wish.uuid.unwrap_or_else(|| self.fresh_uuid());
        let now = self.now();
        let at = wish.at.map_or(now, Timestamp::from_seconds);
        let attribute_uuid = self.store().misp_uuid(row.kind, row.id).await?.unwrap_or_default();
        let carried = json!({
            "uuid": uuid.to_string(), "type": wish.kind.to_string(), "source": wish.source,
            "date_sighting": (at.micros() / 1_000_000).to_string(), "attribute_uuid": attribute_uuid.to_string(),
        });
        let (object_type, mut object) = match wish.kind {
            1 => (
                "opinion",
                json!({ "opinion": "strongly-disagree", "explanation": "reported as a false positive",
                "object_refs": [target] }),
            ),
            2 => (
                "note",
                json!({ "abstract": "expired", "content": format!("expired on {at}"), "object_refs": [target] }),
            ),
            _ => (
                "sighting",
                json!({ "first_seen": at.to_string(), "last_seen": at.to_string(), "count": 1,
                "sighting_of_ref": target }),
            ),
        };
        if object_type == "sighting" && !wish.source.is_empty() {
            object["description"] = json!(wish.source);
        }
        object["x_misp_sighting"] = carried;
        self.misp_is_new(caller, MispKind::Sighting, wish.uuid).await?;
        let said = Said {
            kind: MispKind::Sighting,
            object_type,
            uuid,
            object,
            own_only: false,
        };
        self.misp_say(caller, &viewer, &row, said).await
    }

    /// Says how an object is related to something else; gives the reference's number.
    ///
    /// # Errors
    /// When there is no such object for the caller, it is not theirs, or what it refers to is not there.
    pub async fn misp_reference_add(
        &self,
        caller: &Caller,
        object: i64,
        mut reference: Map<String, Value>,
    ) -> Result<i64, Error> {
        let (viewer, event, row) = self.misp_own_element(caller, MispKind::Object, object).await?;
        let text = |key: &str| {
            reference
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let named = text("referenced_uuid");
        let named = if named.is_empty() { text("referenced_id") } else { named };
        let mut target = None;
        for kind in [MispKind::Object, MispKind::Attribute] {
            let id = match Uuid::try_parse(&named) {
                Ok(uuid) => self.store().misp_element(kind, uuid).await?,
                Err(_) => named.parse().ok(),
            };
            if let Some(id) = id
                && let Some(found) = self.store().misp_row(&viewer, kind, id).await?
                && found.event == event.row.id
            {
                target = Some(found);
                break;
            }
        }
        let Some(target) = target else {
            return Err(bad(
                "no-target",
                "what the reference is to is not in this event",
                "give it as 'referenced_uuid'",
            ));
        };
        let (source, to) = (self.misp_stix_id(&row).await?, self.misp_stix_id(&target).await?);
        let uuid = uuid_at(&reference, "uuid").unwrap_or_else(|| self.fresh_uuid());
        let target_uuid = self
            .store()
            .misp_uuid(target.kind, target.id)
            .await?
            .unwrap_or_default();
        let kind = text("relationship_type");
        reference.retain(|key, _| matches!(key.as_str(), "relationship_type" | "comment"));
        reference.insert("uuid".to_owned(), json!(uuid.to_string()));
        reference.insert("referenced_uuid".to_owned(), json!(target_uuid.to_string()));
        reference.insert("referenced_id".to_owned(), json!(target.id.to_string()));
        reference.insert(
            "referenced_type".to_owned(),
            json!(if target.kind == MispKind::Object { "1" } else { "0" }),
        );
        let object = json!({
            "relationship_type": relationship_type(&kind), "source_ref": source, "target_ref": to,
            "x_misp_reference": { "object": reference },
        });
        let said = Said {
            kind: MispKind::Reference,
            object_type: "relationship",
            uuid,
            object,
            own_only: false,
        };
        self.misp_is_new(caller, MispKind::Reference, Some(uuid)).await?;
        self.misp_say(caller, &viewer, &row, said).await
    }

    /// Notes, judges or relates something, as an analyst; gives the number of what was said.
    ///
    /// # Errors
    /// When there is no such thing for the caller, or they may not share.
    pub async fn misp_analyst_add(
        &self,
        caller: &Caller,
        kind: MispKind,
        about: (MispKind, Uuid),
        fields: Map<String, Value>,
    ) -> Result<i64, Error> {
        let uuid = uuid_at(&fields, "uuid");
        self.misp_is_new(caller, kind, uuid).await?;
        self.misp_analyst_put(caller, kind, about, fields).await
    }

    /// Refuses a UUID that something of the kind has, which the caller sees.
    async fn misp_is_new(&self, caller: &Caller, kind: MispKind, uuid: Option<Uuid>) -> Result<(), Error> {
        let Some(uuid) = uuid else { return Ok(()) };
        let viewer = self.misp_viewer(caller).await?;
        let known = match self.store().misp_element(kind, uuid).await? {
            Some(id) => self.store().misp_row(&viewer, kind, id).await?,
            None => None,
        };
        match known {
            Some(_) => Err(Error::Conflict("something of this UUID is there already".to_owned())),
            None => Ok(()),
        }
    }

    async fn misp_analyst_put(
        &self,
        caller: &Caller,
        kind: MispKind,
        (about_kind, about): (MispKind, Uuid),
        mut fields: Map<String, Value>,
    ) -> Result<i64, Error> {
        let viewer = self.misp_viewer(caller).await?;
        let (row, target) = self.misp_spoken_of(&viewer, about_kind, about).await?;
        let own_only = match fields.get("distribution").map(ToString::to_string).as_deref() {
            Some("\"0\"" | "0") => true,
            Some("\"4\"" | "4") => {
                let help = "give 5 (as what it is about) or 0";
                return Err(bad(
                    "no-group-here",
                    "what analysts say goes where it is about, or nowhere else",
                    help,
                ));
            }
            _ => false,
        };
        let uuid = uuid_at(&fields, "uuid").unwrap_or_else(|| self.fresh_uuid());
        let now = self.now();
        let moment = moment_text(now);
        fields.retain(|key, _| {
            !matches!(
                key.as_str(),
                "id" | "org_uuid" | "orgc_uuid" | "Org" | "Orgc" | "_canEdit"
            )
        });
        fields.insert("uuid".to_owned(), json!(uuid.to_string()));
        fields.insert("object_uuid".to_owned(), json!(about.to_string()));
        fields.insert("object_type".to_owned(), json!(type_name(about_kind)));
        let created = fields
            .get("created")
            .and_then(Value::as_str)
            .and_then(|text| Timestamp::parse(text).ok());
        let created = created.map_or_else(|| moment.clone(), moment_text);
        fields.insert("created".to_owned(), json!(created));
        fields.insert("modified".to_owned(), json!(moment));
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (object_type, object) = match kind {
            MispKind::Opinion => {
                let degree = match fields.get("opinion") {
                    Some(Value::Number(number)) => number.as_f64(),
                    Some(Value::String(text)) => text.parse().ok(),
                    _ => None,
                };
                let Some(degree) = degree.filter(|degree| (0.0..=100.0).contains(degree)) else {
                    return Err(bad(
                        "bad-opinion",
                        "an opinion is a number from 0 to 100",
                        "give it as 'opinion'",
                    ));
                };
                (
                    "opinion",
                    json!({ "opinion": agreement(degree), "explanation": text("comment"), "object_refs": [target],
                    "x_misp_opinion": fields }),
                )
            }
            MispKind::Relationship => {
                let related = text("related_object_uuid");
                let other = Uuid::try_parse(&related).map_err(|_| {
                    bad(
                        "no-target",
                        "a relationship is to something",
                        "give 'related_object_uuid'",
                    )
                })?;
                let other_kind = kind_named(&text("related_object_type")).unwrap_or(MispKind::Attribute);
                let (_, to) = self.misp_spoken_of(&viewer, other_kind, other).await?;
                (
                    "relationship",
                    json!({ "relationship_type": relationship_type(&text("relationship_type")), "source_ref": target,
                    "target_ref": to, "x_misp_reference": { "analyst": fields } }),
                )
            }
            _ => {
                let content = text("note");
                if content.trim().is_empty() {
                    return Err(bad("no-note", "a note needs a text", "give it as 'note'"));
                }
                (
                    "note",
                    json!({ "content": content, "object_refs": [target], "x_misp_note": fields }),
                )
            }
        };
        let said = Said {
            kind,
            object_type,
            uuid,
            object,
            own_only,
        };
        self.misp_say(caller, &viewer, &row, said).await
    }

    /// Changes what an analyst said.
    ///
    /// # Errors
    /// When there is no such thing for the caller, or it is not theirs.
    pub async fn misp_analyst_edit(
        &self,
        caller: &Caller,
        kind: MispKind,
        id: i64,
        changes: Map<String, Value>,
    ) -> Result<(), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let row = self.misp_own_said(caller, &viewer, kind, id).await?;
        let uuid = self.store().misp_uuid(kind, id).await?.unwrap_or_default();
        let mut fields = self.misp_fields(&viewer, &row).await?.unwrap_or_default();
        for (key, value) in changes {
            if !matches!(
                key.as_str(),
                "id" | "uuid" | "object_uuid" | "object_type" | "Org" | "Orgc" | "timestamp"
            ) {
                fields.insert(key, value);
            }
        }
        let about = uuid_at(&fields, "object_uuid");
        let about_kind = fields.get("object_type").and_then(Value::as_str).and_then(kind_named);
        let (Some(about), Some(about_kind)) = (about, about_kind) else {
            return Err(absent());
        };
        fields.insert("uuid".to_owned(), json!(uuid.to_string()));
        self.misp_analyst_put(caller, kind, (about_kind, about), fields)
            .await
            .map(drop)
    }

    /// Proposes something to whoever made an event; gives the proposal's number.
    ///
    /// # Errors
    /// When there is no such event for the caller, or they may not share.
    pub async fn misp_proposal_add(
        &self,
        caller: &Caller,
        event: i64,
        attribute: Option<i64>,
        mut fields: Map<String, Value>,
    ) -> Result<i64, Error> {
        let viewer = self.misp_viewer(caller).await?;
        let info = self.misp_event(&viewer, event).await?.ok_or_else(absent)?;
        let (row, target) = match attribute {
            None => (info.row.clone(), self.misp_event_stix_id(&viewer, &info).await?),
            Some(id) => {
                let row = self
                    .store()
                    .misp_row(&viewer, MispKind::Attribute, id)
                    .await?
                    .ok_or_else(absent)?;
                let target = self.misp_stix_id(&row).await?;
                let known = self.misp_fields(&viewer, &row).await?.unwrap_or_default();
                for key in ["type", "category", "value", "to_ids", "comment"] {
                    if let (false, Some(value)) = (fields.contains_key(key), known.get(key)) {
                        fields.insert(key.to_owned(), value.clone());
                    }
                }
                (row, target)
            }
        };
        super::prepare::check_attribute(&mut fields)?;
        let uuid = uuid_at(&fields, "uuid").unwrap_or_else(|| self.fresh_uuid());
        fields.retain(|key, _| PROPOSED.contains(&key.as_str()) || key == "proposal_to_delete");
        fields.insert("uuid".to_owned(), json!(uuid.to_string()));
        fields.insert(
            "timestamp".to_owned(),
            json!((self.now().micros() / 1_000_000).to_string()),
        );
        let definition = formats::misp::extension_definition();
        let object = json!({
            "extensions": { definition: { "extension_type": "new-sdo" } },
            "x_misp_about_ref": target, "x_misp_proposal": fields,
        });
        let said = Said {
            kind: MispKind::Proposal,
            object_type: "x-misp-proposal",
            uuid,
            object,
            own_only: false,
        };
        self.misp_is_new(caller, MispKind::Proposal, Some(uuid)).await?;
        self.misp_say(caller, &viewer, &row, said).await
    }

    /// Takes a proposal over: the element becomes what was proposed.
    ///
    /// # Errors
    /// When there is no such proposal for the caller, or the event is not theirs.
    pub async fn misp_proposal_accept(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let (row, mut fields) = self.misp_proposal_to_own(caller, id).await?;
        let deletes = super::project::truth(&fields, "proposal_to_delete");
        // However the proposal came: what it may change is what may be proposed.
        fields.retain(|key, _| PROPOSED.contains(&key.as_str()));
        match (row.parent, deletes) {
            (0, _) => {
                self.misp_element_add(caller, row.event, "Attribute", fields).await?;
            }
            (attribute, true) => {
                let deletion = super::write::Deletion::Soft;
                self.misp_element_delete(caller, MispKind::Attribute, attribute, deletion)
                    .await?;
            }
            (attribute, false) => {
                self.misp_element_edit(caller, MispKind::Attribute, attribute, fields)
                    .await?
            }
        }
        Ok(self
            .store()
            .misp_settle(&caller.principal, MispKind::Proposal, id)
            .await?)
    }

    /// Puts a proposal aside.
    ///
    /// # Errors
    /// When there is no such proposal for the caller, or neither it nor the event is theirs.
    pub async fn misp_proposal_discard(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let row = self
            .store()
            .misp_row(&viewer, MispKind::Proposal, id)
            .await?
            .ok_or_else(absent)?;
        if Some(row.owner.member) == caller.principal.member {
            return self.misp_said_delete(caller, MispKind::Proposal, id).await;
        }
        self.misp_proposal_to_own(caller, id).await?;
        Ok(self
            .store()
            .misp_settle(&caller.principal, MispKind::Proposal, id)
            .await?)
    }

    /// A proposal to change an event of the caller's own member.
    async fn misp_proposal_to_own(&self, caller: &Caller, id: i64) -> Result<(MispRow, Map<String, Value>), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let row = self
            .store()
            .misp_row(&viewer, MispKind::Proposal, id)
            .await?
            .ok_or_else(absent)?;
        self.misp_own_event(caller, row.event).await?;
        let fields = self.misp_fields(&viewer, &row).await?.unwrap_or_default();
        Ok((row, fields))
    }

    /// Attributes in the format of a tool.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_export(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        found: &FoundRows,
        format: formats::write::OutFormat,
    ) -> Result<Vec<u8>, Error> {
        let mut added: Vec<i64> = found.rows.iter().map(|row| row.added).collect();
        added.sort_unstable();
        added.dedup();
        let named = self.store().contributions_named(viewer, &added).await?;
        let mut ids: Vec<String> = named.into_iter().map(|(id, ..)| id).collect();
        ids.dedup();
        let (node, caller, viewer) = (self.clone(), caller.clone(), viewer.clone());
        tokio::task::spawn_blocking(move || node.export_objects(&caller, &viewer, &ids, format))
            .await
            .map_err(|error| Error::Ours(format!("the export stopped: {error}")))?
    }

    /// Whether a reader's system may watch for an attribute: its PAP allows that, and no warninglist knows its value.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_may_detect(&self, viewer: &Viewer, row: &MispRow) -> Result<bool, Error> {
        let Some(audience) = self.store().audience_seen(viewer, row.audience).await? else {
            return Ok(false);
        };
        let forbidden = crate::export::forbids(audience.pap(), formats::write::OutFormat::SuricataRules);
        Ok(!forbidden && !self.misp_is_harmless(row))
    }

    /// The objects around attributes: UUID, name and meta-category, by number.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_objects_around(
        &self,
        viewer: &Viewer,
        found: &FoundRows,
    ) -> Result<std::collections::HashMap<i64, (String, String, String)>, Error> {
        let mut around = std::collections::HashMap::new();
        for row in found.rows.iter().filter(|row| row.parent != 0) {
            if around.contains_key(&row.parent) {
                continue;
            }
            if let Some(object) = self.store().misp_row(viewer, MispKind::Object, row.parent).await? {
                let uuid = self
                    .store()
                    .misp_uuid(MispKind::Object, object.id)
                    .await?
                    .unwrap_or_default();
                around.insert(row.parent, (uuid.to_string(), object.element_type, object.category));
            }
        }
        Ok(around)
    }

    /// Objects that a filter lets through: those themselves, or those with an attribute that it lets through.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_find_objects(
        &self,
        viewer: &Viewer,
        filter: &super::find::Filter,
        limit: usize,
        page: usize,
    ) -> Result<FoundRows, Error> {
        let of_objects = super::find::Filter {
            object_name: Default::default(),
            ..filter.clone()
        };
        if !of_objects.is_of_attributes() {
            return self.misp_find(viewer, MispKind::Object, filter, limit, page).await;
        }
        let inside = self.misp_find(viewer, MispKind::Attribute, &of_objects, 0, 1).await?;
        let mut numbers: Vec<i64> = inside
            .rows
            .iter()
            .map(|row| row.parent)
            .filter(|parent| *parent != 0)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut found = FoundRows {
            rows: Vec::new(),
            events: inside.events,
        };
        let mut skip = limit.saturating_mul(page.max(1) - 1);
        for number in numbers {
            let Some(row) = self.store().misp_row(viewer, MispKind::Object, number).await? else {
                continue;
            };
            if !filter.object_name.admit(&[&row.element_type]) || row.deleted {
                continue;
            }
            self.misp_meet(viewer, row.event, &mut found.events).await?;
            if skip > 0 {
                skip -= 1;
            } else if limit == 0 || found.rows.len() < limit {
                found.rows.push(row);
            }
        }
        Ok(found)
    }

    /// Something that is said, with the event it belongs to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_said_of(
        &self,
        viewer: &Viewer,
        kind: MispKind,
        id: i64,
    ) -> Result<Option<(EventInfo, Value)>, Error> {
        let Some(row) = self.store().misp_row(viewer, kind, id).await? else {
            return Ok(None);
        };
        let Some(event) = self.misp_event(viewer, row.event).await? else {
            return Ok(None);
        };
        let said = self.misp_said_json(viewer, &row, &event).await?;
        Ok(said.map(|said| (event, said)))
    }

    /// What of a kind is said: of an element, or in an event, or everything, the newest last.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_said_list(
        &self,
        viewer: &Viewer,
        kind: MispKind,
        source: &MispSource,
        most: usize,
    ) -> Result<Vec<(MispRow, EventInfo, Value)>, Error> {
        let mut met = EventsMet::default();
        let mut list = Vec::new();
        let mut scan = self.misp_every(viewer, source.clone(), kind, CHUNK);
        while let Some(rows) = scan.next().await? {
            for row in rows.into_iter().filter(|row| !row.deleted) {
                self.misp_meet(viewer, row.event, &mut met).await?;
                let Some(event) = met.get(row.event).cloned() else {
                    continue;
                };
                if let Some(said) = self.misp_said_json(viewer, &row, &event).await? {
                    list.push((row, event, said));
                }
                if list.len() >= most {
                    return Ok(list);
                }
            }
        }
        Ok(list)
    }

    /// Takes back what one's own member said.
    ///
    /// # Errors
    /// When there is no such thing for the caller, or it is not theirs.
    pub async fn misp_said_delete(&self, caller: &Caller, kind: MispKind, id: i64) -> Result<(), Error> {
        let viewer = self.misp_viewer(caller).await?;
        let row = self.misp_own_said(caller, &viewer, kind, id).await?;
        for object in self.store().misp_objects_of(kind, id, row.owner).await? {
            self.misp_replace(caller, &object, "taken back through MISP's interface")
                .await?;
        }
        self.misp_follow().await
    }

    /// What was said by the caller's own member, and may be changed by the caller.
    async fn misp_own_said(&self, caller: &Caller, viewer: &Viewer, kind: MispKind, id: i64) -> Result<MispRow, Error> {
        let row = self.store().misp_row(viewer, kind, id).await?.ok_or_else(absent)?;
        decide(&caller.principal, Action::ContributeToNamed)
            .map_err(|refusal| Error::refused(refusal, "no such thing"))?;
        match Some(row.owner.member) == caller.principal.member {
            true => Ok(row),
            false => Err(Error::NotAllowed("another organisation said this")),
        }
    }

    /// The STIX object that an element is.
    async fn misp_stix_id(&self, row: &MispRow) -> Result<String, Error> {
        let mut objects = self.store().misp_objects_of(row.kind, row.id, row.owner).await?;
        if row.kind == MispKind::Attribute && row.parent != 0 {
            // What is in an object has no STIX object of its own.
            objects = self
                .store()
                .misp_objects_of(MispKind::Object, row.parent, row.owner)
                .await?;
        }
        objects.into_iter().next().ok_or_else(absent)
    }

    async fn misp_event_stix_id(&self, viewer: &Viewer, event: &EventInfo) -> Result<String, Error> {
        for kind in ["report", "grouping"] {
            let id = format!("{kind}--{}", event.record.uuid);
            if !self.store().object_get(viewer, &id).await?.is_empty() {
                return Ok(id);
            }
        }
        Err(absent())
    }

    /// What is spoken of, as a viewer sees it: its row, and the STIX object that it is.
    async fn misp_spoken_of(&self, viewer: &Viewer, kind: MispKind, uuid: Uuid) -> Result<(MispRow, String), Error> {
        if kind == MispKind::Event {
            let known = self.store().misp_event_by_uuid(uuid).await?.ok_or_else(absent)?;
            let event = self.misp_event(viewer, known.id).await?.ok_or_else(absent)?;
            let id = self.misp_event_stix_id(viewer, &event).await?;
            return Ok((event.row, id));
        }
        let id = self.store().misp_element(kind, uuid).await?.ok_or_else(absent)?;
        let row = self.store().misp_row(viewer, kind, id).await?.ok_or_else(absent)?;
        let target = self.misp_stix_id(&row).await?;
        Ok((row, target))
    }

    /// Shares an object that says something of a row, with those the row goes to; gives its number.
    async fn misp_say(&self, caller: &Caller, viewer: &Viewer, row: &MispRow, said: Said<'_>) -> Result<i64, Error> {
        let Said {
            kind,
            object_type,
            uuid,
            mut object,
            own_only,
        } = said;
        decide(&caller.principal, Action::ContributeToNamed)
            .map_err(|refusal| Error::refused(refusal, "no such thing"))?;
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let identity = self.member_by_id(member).await?.identity;
        let audience = self
            .store()
            .audience_seen(viewer, row.audience)
            .await?
            .ok_or_else(absent)?;
        let mut handling = self
            .misp_handling(caller, DistributionWish::Inherit, Some(&audience))
            .await?;
        // Whoever says something speaks where they may speak: in the communities to which they contribute.
        handling
            .communities
            .retain(|community| caller.principal.contributes_to.contains(community));
        if own_only {
            handling.communities.clear();
            handling.named.clear();
        }
        handling.tlp = Some(audience.tlp());
        handling.pap = Some(audience.pap());
        let now = self.now();
        let id = format!("{object_type}--{uuid}");
        // The next version of something keeps the time at which that was made.
        let before = self.store().object_get(viewer, &id).await?.into_iter().next();
        let before = before.and_then(|detail| serde_json::from_str::<Value>(&detail.row.body).ok());
        let created = before
            .as_ref()
            .and_then(|body| body.get("created"))
            .and_then(Value::as_str)
            .map(str::to_owned);
        object["type"] = json!(object_type);
        object["spec_version"] = json!("2.1");
        object["id"] = json!(id);
        object["created"] = json!(created.unwrap_or_else(|| now.to_string()));
        object["modified"] = json!(now.to_string());
        object["created_by_ref"] = json!(identity);
        object["object_marking_refs"] = json!([audience.tlp().marking_id()]);
        let request = ShareRequest {
            channel: CHANNEL.to_owned(),
            name: None,
            handling,
            list_items: false,
        };
        let report = self.share_bytes(caller, request, object.to_string()).await?;
        if let Some(problem) = report
            .problems
            .into_iter()
            .find(|problem| problem.severity == stix::Severity::Error)
        {
            return Err(Error::input(problem));
        }
        self.misp_follow().await?;
        let id = self.store().misp_element(kind, uuid).await?;
        id.ok_or_else(|| Error::Ours("what was said was shared and is not there".to_owned()))
    }
}

/// A moment as MISP writes it: in UTC, without saying so.
pub fn moment_text(at: Timestamp) -> String {
    at.to_string().replace('T', " ").chars().take(19).collect()
}

/// How MISP names a kind of thing that analysts speak of.
pub fn type_name(kind: MispKind) -> &'static str {
    match kind {
        MispKind::Event => "Event",
        MispKind::Object => "Object",
        MispKind::Report => "EventReport",
        MispKind::Note => "Note",
        MispKind::Opinion => "Opinion",
        MispKind::Relationship => "Relationship",
        _ => "Attribute",
    }
}

/// The kind that MISP names so.
pub fn kind_named(name: &str) -> Option<MispKind> {
    [
        MispKind::Event,
        MispKind::Attribute,
        MispKind::Object,
        MispKind::Report,
        MispKind::Note,
        MispKind::Opinion,
        MispKind::Relationship,
    ]
    .into_iter()
    .find(|kind| type_name(*kind).eq_ignore_ascii_case(name))
}
