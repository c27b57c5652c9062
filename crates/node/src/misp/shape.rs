//! Rows to the JSON that MISP's clients read.
//!
//! An event may have hundreds of thousands of attributes, so it is written piece by piece; nothing of it is held but the
//! piece at hand.

use std::borrow::Cow;
use std::collections::HashMap;

use policy::action::Withheld;
use policy::{Action, AudienceId, CommunityId, Viewer, decide};
use serde_json::{Map, Value, json};
use store::{MispEvent, MispKind, MispOwner, MispRow, MispSource, MispTag};
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

use super::distribution::Distribution;
use super::members::{Members, json_of, quoted};
use super::project::{inner, truth, uuid_of};
use super::uuid_at;
use super::vocabulary::shown::{Tagged, galaxies};
use crate::error::Error;
use crate::node::Node;

/// Rows read together.
const CHUNK: usize = 1_000;
/// Things of a kind that are said about an event and what is in it, at the most: sightings can be millions.
const SAID_MOST: usize = 20_000;

/// A piece of an answer; whoever reads may have gone, and then nothing more is written.
pub type Pieces = Sender<String>;

/// An event as it is shown, without what is in it.
#[derive(Clone, Debug)]
pub struct EventInfo {
    /// The row that a viewer sees.
    pub row: MispRow,
    /// MISP's bookkeeping.
    pub record: MispEvent,
    /// What it says.
    pub fields: Map<String, Value>,
    /// Its tags.
    pub tags: Vec<MispTag>,
    /// Who made it.
    pub creator: Organisation,
    /// Who shared it here.
    pub owner: Organisation,
    /// To whom it goes.
    pub distribution: Distribution,
    /// The sharing group of level 4.
    pub group: Option<store::Community>,
}

/// An organisation as MISP names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its UUID.
    pub uuid: Uuid,
    /// Whether it is a member here.
    pub local: bool,
}

impl Organisation {
    /// The same in MISP's words.
    pub fn json(&self) -> Value {
        json!({ "id": self.id.to_string(), "name": self.name, "uuid": self.uuid.to_string(), "local": self.local })
    }
}

/// What is to be written of an event.
#[derive(Clone, Debug, Default)]
pub struct EventShape {
    /// Only its head.
    pub head_only: bool,
    /// What was deleted, too.
    pub deleted: bool,
    /// Without attributes and objects that are not these.
    pub only: Option<std::collections::HashSet<i64>>,
    /// Events with the same values, too.
    pub correlations: bool,
    /// No sightings and nothing else that is said about it.
    pub plain: bool,
    /// No sightings.
    pub without_sightings: bool,
    /// Without the content of attachments.
    pub without_attachments: bool,
    /// With what is in the events that extend it.
    pub extended: bool,
}

/// What an attribute is shown with.
#[derive(Clone, Debug, Default)]
pub struct Shaped {
    /// The event, in short.
    pub event: bool,
    /// The tags of its event, too.
    pub event_tags: bool,
    /// The warninglists that know it.
    pub warnings: bool,
    /// Its sightings.
    pub sightings: bool,
    /// What it is worth, by the models in use or those named.
    pub scores: bool,
    /// The models that count; none named: those in use.
    pub models: Vec<i64>,
    /// The score below which it counts as decayed, in place of the models' own.
    pub least_score: Option<i64>,
    /// Attributes of the same value elsewhere.
    pub correlations: bool,
    /// Without the content of attachments.
    pub without_attachments: bool,
    /// The UUID of its event.
    pub event_uuid: bool,
}

impl EventInfo {
    /// Its date.
    pub fn date(&self) -> &str {
        self.fields.get("date").and_then(Value::as_str).unwrap_or_default()
    }

    /// When it was changed, in seconds.
    pub fn timestamp(&self) -> i64 {
        self.record.touched.max(self.row.changed)
    }

    /// A level that it says of itself.
    pub fn level(&self, key: &str, otherwise: i64) -> i64 {
        match self.fields.get(key) {
            Some(Value::String(text)) => text.parse().unwrap_or(otherwise),
            Some(Value::Number(number)) => number.as_i64().unwrap_or(otherwise),
            _ => otherwise,
        }
    }

    /// By what its organisation is found: name, number and UUID.
    pub fn creator_names(&self) -> [String; 3] {
        [
            self.creator.name.clone(),
            self.creator.uuid.to_string(),
            self.creator.id.to_string(),
        ]
    }

    /// The names of its tags.
    pub fn tag_names(&self) -> Vec<Cow<'_, str>> {
        self.tags.iter().map(|tag| Cow::Borrowed(tag.name.as_str())).collect()
    }

    /// What MISP writes of an event before what is in it.
    pub fn head(&self) -> Map<String, Value> {
        let text = |key: &str, otherwise: &str| {
            self.fields
                .get(key)
                .and_then(Value::as_str)
                .map_or_else(|| otherwise.to_owned(), str::to_owned)
        };
        let mut head = Map::new();
        let mut put = |key: &str, value: Value| {
            head.insert(key.to_owned(), value);
        };
        put("id", json!(self.row.id.to_string()));
        put("orgc_id", json!(self.creator.id.to_string()));
        put("org_id", json!(self.owner.id.to_string()));
        put("date", json!(self.date()));
        put("threat_level_id", json!(self.level("threat_level_id", 4).to_string()));
        put("info", json!(self.row.value));
        put("published", json!(self.record.published));
        put("uuid", json!(self.record.uuid.to_string()));
        put("analysis", json!(self.level("analysis", 0).to_string()));
        put("timestamp", json!(self.timestamp().to_string()));
        put("distribution", json!(self.distribution.level.to_string()));
        put("proposal_email_lock", json!(false));
        put("locked", json!(false));
        put("publish_timestamp", json!(self.record.publish_timestamp.to_string()));
        put("sharing_group_id", json!(group_number(self.distribution.group)));
        put("disable_correlation", json!(truth(&self.fields, "disable_correlation")));
        put("extends_uuid", json!(text("extends_uuid", "")));
        put("protected", json!(false));
        put("event_creator_email", json!(""));
        put("Org", self.owner.json());
        put("Orgc", self.creator.json());
        if let Some(group) = &self.group {
            put(
                "SharingGroup",
                json!({ "id": group.id.0.to_string(), "name": group.title, "uuid": group.uuid.to_string() }),
            );
        }
        head
    }

    /// The event in short, as it stands beside an attribute.
    pub fn short(&self) -> Value {
        json!({
            "id": self.row.id.to_string(), "org_id": self.owner.id.to_string(), "orgc_id": self.creator.id.to_string(),
            "distribution": self.distribution.level.to_string(), "info": self.row.value,
            "uuid": self.record.uuid.to_string(), "publish_timestamp": self.record.publish_timestamp.to_string(),
            "date": self.date(), "published": self.record.published,
            "threat_level_id": self.level("threat_level_id", 4).to_string(),
            "Orgc": self.creator.json(),
        })
    }
}

fn truth_json(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

fn group_number(group: Option<CommunityId>) -> String {
    group.map_or_else(|| "0".to_owned(), |group| group.0.to_string())
}

/// A tag as a client sends it.
pub(super) fn tag_sent(tag: &MispTag) -> Value {
    json!({ "name": tag.name, "colour": tag.colour })
}

/// A tag as MISP writes it on what has it.
pub fn tag_json(tag: &MispTag) -> Value {
    json!({
        "id": tag.id.to_string(), "name": tag.name, "colour": tag.colour, "exportable": tag.exportable,
        "user_id": "0", "hide_tag": tag.hidden, "numerical_value": tag.number.map(|number| number.to_string()),
        "is_galaxy": tag.name.starts_with("misp-galaxy:"), "is_custom_galaxy": false, "local_only": false,
        "local": false, "relationship_type": null,
    })
}

/// Tags as they stand on what has them. One that is not to be given on is known to whoever looks for it, and not shown.
pub fn tags_json(tags: &[MispTag]) -> Value {
    tags.iter().filter(|tag| tag.exportable).map(tag_json).collect()
}

/// What a row says, read back.
pub fn parsed(body: &str) -> Map<String, Value> {
    match serde_json::from_str(&format!("{{{body}}}")) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Names in what is shown, looked up once.
#[derive(Default)]
pub(crate) struct Names {
    tags: HashMap<i64, Option<MispTag>>,
    /// Tags as they stand on what has them.
    tags_shown: HashMap<i64, String>,
    /// Events in short.
    events_shown: HashMap<i64, String>,
    /// The clusters that tags stand for.
    clusters: HashMap<i64, Vec<Tagged>>,
    /// To whom something goes, by its audience, the one around it, and what it says of that.
    distributions: HashMap<(AudienceId, AudienceId, Option<u8>), Distribution>,
    owners: HashMap<MispOwner, Organisation>,
    creators: HashMap<(String, String), Option<Organisation>>,
    groups: HashMap<CommunityId, Option<store::Community>>,
}

impl Node {
    /// An event by its number, as a viewer sees it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_event(&self, viewer: &Viewer, id: i64) -> Result<Option<EventInfo>, Error> {
        match self.store().misp_row(viewer, MispKind::Event, id).await? {
            Some(row) => self.misp_event_info_of(viewer, row).await,
            None => Ok(None),
        }
    }

    /// What a row says, where a viewer sees it.
    pub(super) async fn misp_fields(
        &self,
        viewer: &Viewer,
        row: &MispRow,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let bodies = self.store().misp_bodies(viewer, &[row.number]).await?;
        Ok(bodies.get(&row.number).map(|body| parsed(body)))
    }

    pub(crate) async fn misp_event_info_of(&self, viewer: &Viewer, row: MispRow) -> Result<Option<EventInfo>, Error> {
        let mut infos = self.misp_event_infos(viewer, vec![row], &mut Names::default()).await?;
        Ok(infos.pop())
    }

    /// Events as they are shown, of rows that a viewer sees; what is deleted is left out.
    pub(crate) async fn misp_event_infos(
        &self,
        viewer: &Viewer,
        mut rows: Vec<MispRow>,
        names: &mut Names,
    ) -> Result<Vec<EventInfo>, Error> {
        rows.retain(|row| !row.deleted);
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
        let records = self.store().misp_events_of(&ids).await?;
        let bodies = self.store().misp_bodies(viewer, &numbers).await?;
        let mut infos = Vec::with_capacity(rows.len());
        for row in rows {
            let (Some(record), Some(body)) = (records.get(&row.id), bodies.get(&row.number)) else {
                continue;
            };
            let fields = parsed(body);
            let mut tags = Vec::with_capacity(row.tags.len());
            for number in &row.tags {
                tags.extend(self.misp_tag_of(names, *number).await?);
            }
            let owner = match names.owners.get(&row.owner) {
                Some(owner) => owner.clone(),
                None => {
                    let owner = self.misp_owner(viewer, row.owner).await?;
                    names.owners.entry(row.owner).or_insert(owner).clone()
                }
            };
            let creator = match fields.get("Orgc").and_then(Value::as_object) {
                Some(creator) => self.misp_creator_of(creator, names).await?,
                None => None,
            };
            let said = fields.get("distribution").and_then(level);
            let key = (row.audience, row.audience, said);
            let distribution = match names.distributions.get(&key) {
                Some(known) => *known,
                None => {
                    let distribution = self.misp_distribution(viewer, &row, said).await?;
                    *names.distributions.entry(key).or_insert(distribution)
                }
            };
            let group = match distribution.group {
                Some(group) => self.misp_group_of(group, names).await?,
                None => None,
            };
            infos.push(EventInfo {
                row,
                record: *record,
                fields,
                tags,
                creator: creator.unwrap_or_else(|| owner.clone()),
                owner,
                distribution,
                group,
            });
        }
        Ok(infos)
    }

    async fn misp_creator_of(
        &self,
        creator: &Map<String, Value>,
        names: &mut Names,
    ) -> Result<Option<Organisation>, Error> {
        let text = |key: &str| creator.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        // By its name too: each event names the same organisation as it likes.
        let key = (text("uuid"), text("name"));
        if let Some(known) = names.creators.get(&key) {
            return Ok(known.clone());
        }
        let found = self.misp_creator(creator).await?;
        Ok(names.creators.entry(key).or_insert(found).clone())
    }

    async fn misp_group_of(&self, group: CommunityId, names: &mut Names) -> Result<Option<store::Community>, Error> {
        if let Some(known) = names.groups.get(&group) {
            return Ok(known.clone());
        }
        let found = self.store().community_get(store::CommunityKey::Id(group)).await?;
        Ok(names.groups.entry(group).or_insert(found).clone())
    }

    /// To whom a row goes, as a viewer may know it.
    pub(crate) async fn misp_distribution(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        said: Option<u8>,
    ) -> Result<Distribution, Error> {
        let Some(audience) = self.store().audience_seen(viewer, row.audience).await? else {
            return Ok(Distribution { level: 0, group: None });
        };
        let usual = self.misp_usual(viewer.principal()).await?;
        let distribution = Distribution::of(&audience, usual, said);
        // The name of a group is for those who are in it.
        let known = |group: &CommunityId| viewer.principal().communities.contains(group);
        Ok(match distribution.group {
            Some(group) if !known(&group) => Distribution { level: 1, group: None },
            _ => distribution,
        })
    }

    /// Who contributed something, as far as a viewer may know.
    pub(crate) async fn misp_owner(&self, viewer: &Viewer, owner: MispOwner) -> Result<Organisation, Error> {
        let withheld = if owner.withheld { Withheld::Yes } else { Withheld::No };
        let may = decide(viewer.principal(), Action::SeeOrigin(owner.member, withheld)).is_ok();
        let member = match may {
            true => self.store().member_get(store::MemberKey::Id(owner.member)).await?,
            false => None,
        };
        Ok(member.map_or_else(|| self.misp_host(), |member| of_member(&member)))
    }

    /// The organisation that stands for nobody in particular: this node.
    pub(crate) fn misp_host(&self) -> Organisation {
        let settings = self.settings();
        Organisation {
            id: 0,
            name: self.chosen().title.clone(),
            uuid: uuid_of(settings.identity.as_str()),
            local: true,
        }
    }

    async fn misp_creator(&self, creator: &Map<String, Value>) -> Result<Option<Organisation>, Error> {
        let text = |key: &str| creator.get(key).and_then(Value::as_str);
        let Some(uuid) = uuid_at(creator, "uuid") else {
            return Ok(None);
        };
        if let Some(member) = self.misp_member_of(uuid).await? {
            return Ok(Some(of_member(&member)));
        }
        if uuid == self.misp_host().uuid {
            return Ok(Some(self.misp_host()));
        }
        let name = text("name").unwrap_or("unknown");
        let found = self.store().misp_organisation_named(uuid, name).await?;
        Ok(Some(Organisation {
            id: found.id,
            name: name.to_owned(),
            uuid,
            local: false,
        }))
    }

    /// The member whose organisation has a UUID: that of its identity.
    pub(crate) async fn misp_member_of(&self, uuid: Uuid) -> Result<Option<store::Member>, Error> {
        let known = self.identities().await?.member_of(&format!("identity--{uuid}"));
        match known {
            Some(member) => Ok(self.store().member_get(store::MemberKey::Id(member)).await?),
            None => Ok(None),
        }
    }

    pub(crate) async fn misp_tag_of(&self, names: &mut Names, number: i64) -> Result<Option<MispTag>, Error> {
        if let Some(known) = names.tags.get(&number) {
            return Ok(known.clone());
        }
        let tag = self.store().misp_tag(number).await?;
        names.tags.insert(number, tag.clone());
        Ok(tag)
    }

    pub(crate) async fn misp_tag_names(&self, numbers: &[i64]) -> Result<Vec<String>, Error> {
        let mut names = Vec::with_capacity(numbers.len());
        for number in numbers {
            names.extend(self.store().misp_tag(*number).await?.map(|tag| tag.name));
        }
        Ok(names)
    }

    /// One attribute, as MISP writes it; `body` is what its row says, an object.
    async fn misp_attribute_members<'t>(
        &self,
        viewer: &Viewer,
        row: &'t MispRow,
        body: &'t str,
        event: &EventInfo,
        around: Option<&MispRow>,
        names: &mut Names,
    ) -> Result<Members<'t>, Error> {
        let fields = super::incoming::entries(body)?;
        let field = |key: &str| {
            let found = fields.iter().rev().find(|(known, _)| known == key);
            found.map_or("null", |(_, raw)| raw.get())
        };
        let text = |key: &str| match field(key) {
            raw if raw == "null" || raw.starts_with('"') => Cow::Borrowed(raw),
            raw => Cow::Owned(json_of(raw)),
        };
        let around = around.unwrap_or(&event.row);
        let said = serde_json::from_str(field("distribution")).ok();
        let said = said.as_ref().and_then(level);
        let distribution = match around.audience == row.audience && said != Some(4) {
            true => Distribution::INHERIT,
            false => self.misp_distribution_in(viewer, row, around, said, names).await?,
        };
        let distribution = distribution.or_lesser(said, event.distribution.level);
        let mut out = Members::new();
        out.push("id", quoted(row.id));
        out.push("event_id", quoted(event.row.id));
        out.push("object_id", quoted(row.parent));
        out.push("object_relation", text("object_relation"));
        out.push("category", json_of(&row.category));
        out.push("type", json_of(&row.element_type));
        out.push("to_ids", truth_json(row.to_ids));
        out.push("uuid", field("uuid"));
        out.push("timestamp", quoted(row.changed));
        out.push("distribution", quoted(distribution.level.into()));
        out.push(
            "sharing_group_id",
            quoted(distribution.group.map_or(0, |group| group.0)),
        );
        out.push(
            "comment",
            Some(field("comment"))
                .filter(|raw| raw.starts_with('"'))
                .unwrap_or("\"\""),
        );
        out.push("deleted", truth_json(row.deleted));
        let uncorrelated = matches!(field("disable_correlation").trim_matches('"'), "1" | "true");
        out.push("disable_correlation", truth_json(uncorrelated));
        out.push("first_seen", text("first_seen"));
        out.push("last_seen", text("last_seen"));
        out.push("value", json_of(&row.value));
        for (key, raw) in fields {
            out.put_missing(key, raw.get());
        }
        self.misp_tags_into(&row.tags, names, &mut out, None).await?;
        Ok(out)
    }

    /// Writes tags, and those that the event around has and the attribute has not.
    async fn misp_tags_into(
        &self,
        tags: &[i64],
        names: &mut Names,
        out: &mut Members<'_>,
        inherited: Option<&EventInfo>,
    ) -> Result<(), Error> {
        let mut list = String::new();
        let mut add = |tag: &str| {
            list.push(if list.is_empty() { '[' } else { ',' });
            list.push_str(tag);
        };
        for number in tags {
            if !names.tags_shown.contains_key(number) {
                let tag = self.misp_tag_of(names, *number).await?.filter(|tag| tag.exportable);
                let shown = tag.as_ref().map(|tag| json_of(&tag_json(tag))).unwrap_or_default();
                names.tags_shown.insert(*number, shown);
            }
            if let Some(shown) = names.tags_shown.get(number).filter(|shown| !shown.is_empty()) {
                add(shown);
            }
        }
        for tag in inherited.iter().flat_map(|event| &event.tags) {
            if !tags.contains(&tag.id) && tag.exportable {
                let mut tag = tag_json(tag);
                tag["inherited"] = json!(1);
                add(&json_of(&tag));
            }
        }
        if !list.is_empty() {
            list.push(']');
            out.put("Tag", list);
        }
        Ok(())
    }

    /// To whom a row goes that is in something else which goes to others; worked out once for all that are alike.
    async fn misp_distribution_in(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        around: &MispRow,
        said: Option<u8>,
        names: &mut Names,
    ) -> Result<Distribution, Error> {
        let key = (row.audience, around.audience, said);
        if let Some(known) = names.distributions.get(&key) {
            return Ok(*known);
        }
        let distribution = self.misp_distribution_beside(viewer, row, around, said).await?;
        names.distributions.insert(key, distribution);
        Ok(distribution)
    }

    /// The same, worked out: inherited where both go to the same, unless its author named a group, and it is that of both.
    async fn misp_distribution_beside(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        around: &MispRow,
        said: Option<u8>,
    ) -> Result<Distribution, Error> {
        let inherits = row.audience == around.audience || self.same_readers(viewer, row, around).await?;
        let own = match inherits && said != Some(4) {
            true => return Ok(Distribution::INHERIT),
            false => self.misp_distribution(viewer, row, said).await?,
        };
        Ok(if inherits && own.level != 4 {
            Distribution::INHERIT
        } else {
            own
        })
    }

    /// Whether two rows are for the same readers, markings apart.
    async fn same_readers(&self, viewer: &Viewer, one: &MispRow, other: &MispRow) -> Result<bool, Error> {
        let one = self.store().audience_seen(viewer, one.audience).await?;
        let other = self.store().audience_seen(viewer, other.audience).await?;
        Ok(match (one, other) {
            (Some(one), Some(other)) => one.communities() == other.communities() && one.named() == other.named(),
            _ => false,
        })
    }

    /// Attributes as a search shows them, in their order: for whoever needs to look into them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_attributes_json(
        &self,
        viewer: &Viewer,
        found: &super::find::FoundRows,
        shaped: &Shaped,
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let text = self.misp_attributes_text(viewer, found, shaped).await?;
        serde_json::from_str(&format!("[{text}]"))
            .map_err(|error| Error::Ours(format!("attributes were not written as JSON: {error}")))
    }

    /// Attributes as a search shows them, in their order: objects with commas between.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_attributes_text(
        &self,
        viewer: &Viewer,
        found: &super::find::FoundRows,
        shaped: &Shaped,
    ) -> Result<String, Error> {
        let mut names = Names::default();
        let mut text = String::new();
        let mut around: HashMap<i64, Option<MispRow>> = HashMap::new();
        let models = match shaped.scores {
            true => self.misp_models(&shaped.models).await?,
            false => Vec::new(),
        };
        for rows in found.rows.chunks(CHUNK) {
            let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
            let bodies = self.store().misp_bodies(viewer, &numbers).await?;
            for row in rows {
                let (Some(event), Some(body)) = (found.events.get(row.event), bodies.get(&row.number)) else {
                    continue;
                };
                if row.parent != 0 && !around.contains_key(&row.parent) {
                    let object = self.store().misp_row(viewer, MispKind::Object, row.parent).await?;
                    around.insert(row.parent, object);
                }
                let object = around.get(&row.parent).and_then(Option::as_ref);
                let body = format!("{{{body}}}");
                let mut json = self
                    .misp_attribute_members(viewer, row, &body, event, object, &mut names)
                    .await?;
                if shaped.without_attachments {
                    json.remove("data");
                }
                if shaped.event {
                    let short = names.events_shown.entry(event.row.id);
                    let short = short.or_insert_with(|| json_of(&event.short()));
                    json.put("Event", short.clone());
                }
                if shaped.event_uuid {
                    json.put("event_uuid", json_of(event.record.uuid.to_string().as_str()));
                }
                if shaped.event_tags && !event.tags.is_empty() {
                    self.misp_tags_into(&row.tags, &mut names, &mut json, Some(event))
                        .await?;
                }
                if shaped.warnings {
                    let warnings = self.misp_warnings(row);
                    let warnings: Vec<Value> = warnings.iter().map(|name| json!({ "name": name })).collect();
                    json.put("warnings", json_of(&warnings));
                }
                if shaped.sightings {
                    let sightings = self.misp_said(viewer, MispKind::Sighting, row.id, event).await?;
                    json.put("Sighting", json_of(&sightings));
                }
                if shaped.scores {
                    let worth = self.misp_worth(viewer, row, event, &models, shaped.least_score).await?;
                    let worth: Vec<Value> = worth.iter().map(super::worth::Worth::json).collect();
                    json.put("decay_score", json_of(&worth));
                }
                if shaped.correlations {
                    let related = self.misp_related(viewer, row).await?;
                    json.put("RelatedAttribute", json_of(&related));
                }
                if !text.is_empty() {
                    text.push(',');
                }
                json.write(&mut text);
            }
        }
        Ok(text)
    }

    /// What of a kind is said of an element.
    pub(crate) async fn misp_said(
        &self,
        viewer: &Viewer,
        kind: MispKind,
        about: i64,
        event: &EventInfo,
    ) -> Result<Vec<Value>, Error> {
        let page = self
            .store()
            .misp_scan(viewer, &MispSource::Parent(about), kind, 0, SAID_MOST)
            .await?;
        let mut said = Vec::with_capacity(page.rows.len());
        for row in page.rows.iter().filter(|row| !row.deleted) {
            said.extend(self.misp_said_json(viewer, row, event).await?);
        }
        Ok(said)
    }

    /// Something that is said, as MISP writes it.
    pub(crate) async fn misp_said_json(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        event: &EventInfo,
    ) -> Result<Option<Value>, Error> {
        let Some(mut fields) = self.misp_fields(viewer, row).await? else {
            return Ok(None);
        };
        let mut put = |key: &str, value: Value| {
            fields.insert(key.to_owned(), value);
        };
        put("id", json!(row.id.to_string()));
        let owner = self.misp_owner(viewer, row.owner).await?;
        match row.kind {
            MispKind::Sighting => {
                put("attribute_id", json!(row.parent.to_string()));
                put("event_id", json!(event.row.id.to_string()));
                put("org_id", json!(owner.id.to_string()));
                put("Organisation", owner.json());
            }
            MispKind::Reference => {
                let object = self.store().misp_uuid(MispKind::Object, row.parent).await?;
                let object = object.unwrap_or_default().to_string();
                put("object_id", json!(row.parent.to_string()));
                put("object_uuid", json!(object));
                put("source_uuid", json!(object));
                put("event_id", json!(event.row.id.to_string()));
                put("timestamp", json!(row.changed.to_string()));
                put("deleted", json!(row.deleted));
            }
            MispKind::Report => {
                put("event_id", json!(event.row.id.to_string()));
                put("timestamp", json!(row.changed.to_string()));
                put("deleted", json!(row.deleted));
                let said = fields.get("distribution").and_then(level);
                let distribution = match row.audience == event.row.audience {
                    true => Distribution::INHERIT,
                    false => self.misp_distribution(viewer, row, said).await?,
                };
                let distribution = distribution.or_lesser(said, event.distribution.level);
                fields.insert("distribution".to_owned(), json!(distribution.level.to_string()));
                fields.insert("sharing_group_id".to_owned(), json!(group_number(distribution.group)));
            }
            MispKind::Proposal => {
                put("event_id", json!(event.row.id.to_string()));
                put("old_id", json!(row.parent.to_string()));
                put("org_id", json!(owner.id.to_string()));
                put("event_org_id", json!(event.creator.id.to_string()));
                put("event_uuid", json!(event.record.uuid.to_string()));
                put("deleted", json!(row.deleted));
                put("Org", owner.json());
            }
            _ => {
                fields.shift_remove("timestamp");
                let mut put = |key: &str, value: Value| {
                    fields.insert(key.to_owned(), value);
                };
                put("Orgc", owner.json());
                put("orgc_uuid", json!(owner.uuid.to_string()));
                put("org_uuid", json!(owner.uuid.to_string()));
            }
        }
        Ok(Some(Value::Object(fields)))
    }

    /// Attributes elsewhere of the same value, as far as a viewer sees them.
    pub(crate) async fn misp_related(&self, viewer: &Viewer, row: &MispRow) -> Result<Vec<Value>, Error> {
        /// What more attributes share than this is common, and says nothing.
        const MOST: usize = 50;
        if super::project::says_nothing(&row.element_type) {
            return Ok(Vec::new());
        }
        let source = MispSource::Value(row.value.clone());
        let page = self
            .store()
            .misp_scan(viewer, &source, MispKind::Attribute, 0, MOST + 1)
            .await?;
        let others = page
            .rows
            .iter()
            .filter(|other| other.event != row.event && !other.deleted);
        let others: Vec<&MispRow> = others.collect();
        // Most values stand alone: only of the others it is asked what was said of them.
        if others.is_empty() || self.misp_is_excluded(&row.value).await? {
            return Ok(Vec::new());
        }
        let numbers: Vec<i64> = others.iter().map(|row| row.number).chain([row.number]).collect();
        let bodies = self.store().misp_bodies(viewer, &numbers).await?;
        let connects = |row: &MispRow| {
            let body = bodies.get(&row.number);
            body.is_none_or(|body| !truth(&parsed(body), "disable_correlation"))
        };
        if !connects(row) {
            return Ok(Vec::new());
        }
        let mut met = super::find::EventsMet::default();
        let mut related = Vec::new();
        for other in others.into_iter().filter(|other| connects(other)).take(MOST) {
            self.misp_meet(viewer, other.event, &mut met).await?;
            let Some(event) = met.get(other.event) else { continue };
            if truth(&event.fields, "disable_correlation") {
                continue;
            }
            related.push(json!({
                "id": other.id.to_string(), "event_id": other.event.to_string(), "value": other.value,
                "type": other.element_type, "category": other.category, "to_ids": other.to_ids,
                "Event": event.short(), "info": event.row.value, "date": event.date(),
                "org_id": event.owner.id.to_string(),
            }));
        }
        Ok(related)
    }

    /// Events in which attributes of the same value are, as far as a viewer sees them.
    async fn misp_related_events(&self, viewer: &Viewer, event: &EventInfo) -> Result<Vec<Value>, Error> {
        let mut related = Vec::new();
        if truth(&event.fields, "disable_correlation") {
            return Ok(related);
        }
        for number in self.store().misp_related(viewer, event.row.id).await? {
            let other = self.misp_event(viewer, number).await?;
            if let Some(other) = other.filter(|other| !truth(&other.fields, "disable_correlation")) {
                related.push(json!({ "Event": other.short() }));
            }
        }
        Ok(related)
    }

    /// Writes an event, piece by piece: `{"Event": …}`.
    ///
    /// # Errors
    /// When the store does not answer. What was written until then is no whole event.
    pub async fn misp_write_event(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        shape: &EventShape,
        pieces: &Pieces,
    ) -> Result<(), Error> {
        let mut head = event.head();
        if shape.head_only {
            head.insert("Tag".to_owned(), tags_json(&event.tags));
            let count = self.misp_count(viewer, event).await?;
            head.insert("attribute_count".to_owned(), json!(count.to_string()));
            let _ = pieces.send(format!("{{\"Event\":{{{}}}}}", inner(&head))).await;
            return Ok(());
        }
        let count = self.misp_count(viewer, event).await?;
        head.insert("attribute_count".to_owned(), json!(count.to_string()));
        if pieces
            .send(format!("{{\"Event\":{{{},\"Attribute\":[", inner(&head)))
            .await
            .is_err()
        {
            return Ok(());
        }
        let mut said = match shape.plain {
            true => HashMap::new(),
            false => self.misp_said_in(viewer, event).await?,
        };
        if shape.without_sightings {
            said.retain(|(kind, _), _| *kind != MispKind::Sighting);
        }
        let extending = match shape.extended {
            true => self.misp_extending(viewer, event).await?,
            false => Vec::new(),
        };
        let mut writing = Writing::new(self, viewer, event, shape, said);
        writing.attributes(pieces).await?;
        for event in &extending {
            writing.event = event;
            writing.attributes(pieces).await?;
        }
        writing.event = event;
        if pieces.send("],\"Object\":[".to_owned()).await.is_err() {
            return Ok(());
        }
        writing.first = true;
        writing.objects(pieces).await?;
        for event in &extending {
            writing.event = event;
            writing.objects(pieces).await?;
        }
        let mut tail = Map::new();
        let of_event = |kind: MispKind| -> Vec<Value> { writing.said.get(&(kind, 0)).cloned().unwrap_or_default() };
        for (key, kind) in [
            ("ShadowAttribute", MispKind::Proposal),
            ("EventReport", MispKind::Report),
            ("Note", MispKind::Note),
            ("Opinion", MispKind::Opinion),
            ("Relationship", MispKind::Relationship),
        ] {
            let said = of_event(kind);
            if matches!(kind, MispKind::Proposal | MispKind::Report) || !said.is_empty() {
                tail.insert(key.to_owned(), Value::Array(said));
            }
        }
        let related = match shape.correlations {
            true => self.misp_related_events(viewer, event).await?,
            false => Vec::new(),
        };
        tail.insert("RelatedEvent".to_owned(), Value::Array(related));
        let mut tagged = Vec::new();
        for tag in &event.tags {
            tagged.extend(self.misp_clusters_of(viewer, tag).await?);
        }
        let tags: Vec<&str> = event.tags.iter().map(|tag| tag.name.as_str()).collect();
        let galaxies = galaxies(&tagged, event.fields.get("Galaxy"), &tags);
        tail.insert("Galaxy".to_owned(), Value::Array(galaxies));
        tail.insert("CryptographicKey".to_owned(), json!([]));
        if !event.tags.is_empty() {
            tail.insert("Tag".to_owned(), tags_json(&event.tags));
        }
        let _ = pieces.send(format!("],{}}}}}", inner(&tail))).await;
        Ok(())
    }

    /// The events that extend one, as far as a viewer sees them.
    async fn misp_extending(&self, viewer: &Viewer, event: &EventInfo) -> Result<Vec<EventInfo>, Error> {
        let uuid = event.record.uuid;
        let mut extending = Vec::new();
        for number in self.store().misp_extending(uuid).await? {
            let other = self.misp_event(viewer, number).await?;
            extending.extend(other.filter(|other| uuid_at(&other.fields, "extends_uuid") == Some(uuid)));
        }
        Ok(extending)
    }

    /// How many attributes of an event a viewer sees.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_count(&self, viewer: &Viewer, event: &EventInfo) -> Result<usize, Error> {
        Ok(self
            .store()
            .misp_count(viewer, event.row.id, event.row.owner.member)
            .await?)
    }

    /// What is said of an event and of what is in it, by kind and what it is about.
    async fn misp_said_in(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
    ) -> Result<HashMap<(MispKind, i64), Vec<Value>>, Error> {
        let mut said: HashMap<(MispKind, i64), Vec<Value>> = HashMap::new();
        for kind in [
            MispKind::Report,
            MispKind::Sighting,
            MispKind::Reference,
            MispKind::Proposal,
            MispKind::Note,
            MispKind::Opinion,
            MispKind::Relationship,
        ] {
            let source = MispSource::Event(event.row.id);
            let page = self.store().misp_scan(viewer, &source, kind, 0, SAID_MOST).await?;
            for row in page.rows.iter().filter(|row| !row.deleted) {
                if let Some(json) = self.misp_said_json(viewer, row, event).await? {
                    said.entry((kind, row.parent)).or_default().push(json);
                }
            }
        }
        Ok(said)
    }
}

/// An event on its way out.
struct Writing<'w> {
    node: &'w Node,
    viewer: &'w Viewer,
    event: &'w EventInfo,
    shape: &'w EventShape,
    said: HashMap<(MispKind, i64), Vec<Value>>,
    names: Names,
    /// Whether nothing of the list at hand is written yet.
    first: bool,
}

impl<'w> Writing<'w> {
    fn new(
        node: &'w Node,
        viewer: &'w Viewer,
        event: &'w EventInfo,
        shape: &'w EventShape,
        said: HashMap<(MispKind, i64), Vec<Value>>,
    ) -> Self {
        Self {
            node,
            viewer,
            event,
            shape,
            said,
            names: Names::default(),
            first: true,
        }
    }

    /// Whether a row is shown: of the member whose event it is, and what is asked for.
    fn is_wanted(&self, row: &MispRow) -> bool {
        if row.owner.member != self.event.row.owner.member {
            return false;
        }
        (self.shape.deleted || !row.deleted) && self.shape.only.as_ref().is_none_or(|only| only.contains(&row.id))
    }

    /// Attributes that are in no object.
    async fn attributes(&mut self, pieces: &Pieces) -> Result<(), Error> {
        let source = MispSource::Event(self.event.row.id);
        let mut scan = self.node.misp_every(self.viewer, source, MispKind::Attribute, CHUNK);
        while let Some(rows) = scan.next().await? {
            let rows: Vec<&MispRow> = rows
                .iter()
                .filter(|row| row.parent == 0 && self.is_wanted(row))
                .collect();
            let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
            let bodies = self.node.store().misp_bodies(self.viewer, &numbers).await?;
            let mut text = String::new();
            for row in rows {
                let Some(body) = bodies.get(&row.number) else { continue };
                if !std::mem::take(&mut self.first) {
                    text.push(',');
                }
                self.attribute(row, body, None, &mut text).await?;
            }
            if !text.is_empty() && pieces.send(text).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Writes an attribute behind a text.
    async fn attribute(
        &mut self,
        row: &MispRow,
        body: &str,
        around: Option<&MispRow>,
        text: &mut String,
    ) -> Result<(), Error> {
        let body = format!("{{{body}}}");
        let mut json = self
            .node
            .misp_attribute_members(self.viewer, row, &body, self.event, around, &mut self.names)
            .await?;
        match self.galaxies(row).await? {
            Some(galaxies) => json.put("Galaxy", json_of(&galaxies)),
            None => json.put_missing("Galaxy", "[]"),
        }
        if self.shape.without_attachments {
            json.remove("data");
        }
        for (key, kind) in [
            ("Sighting", MispKind::Sighting),
            ("ShadowAttribute", MispKind::Proposal),
            ("Note", MispKind::Note),
            ("Opinion", MispKind::Opinion),
            ("Relationship", MispKind::Relationship),
        ] {
            match self.said.get(&(kind, row.id)) {
                Some(said) => json.put(key, json_of(said)),
                None if kind == MispKind::Proposal => json.put(key, "[]"),
                None => {}
            }
        }
        json.write(text);
        Ok(())
    }

    /// The clusters that the tags of an attribute stand for; none where no tag stands for one.
    async fn galaxies(&mut self, row: &MispRow) -> Result<Option<Vec<Value>>, Error> {
        let mut tagged = Vec::new();
        for number in &row.tags {
            if !self.names.clusters.contains_key(number) {
                let found = match self.node.misp_tag_of(&mut self.names, *number).await? {
                    Some(tag) => self.node.misp_clusters_of(self.viewer, &tag).await?,
                    None => Vec::new(),
                };
                self.names.clusters.insert(*number, found);
            }
            tagged.extend(self.names.clusters.get(number).into_iter().flatten().cloned());
        }
        Ok((!tagged.is_empty()).then(|| galaxies(&tagged, None, &[])))
    }

    async fn objects(&mut self, pieces: &Pieces) -> Result<(), Error> {
        let source = MispSource::Event(self.event.row.id);
        let mut scan = self.node.misp_every(self.viewer, source, MispKind::Object, CHUNK);
        while let Some(rows) = scan.next().await? {
            let own = self.event.row.owner.member;
            let wanted = |row: &&MispRow| row.owner.member == own && (self.shape.deleted || !row.deleted);
            let rows: Vec<&MispRow> = rows.iter().filter(wanted).collect();
            for row in rows {
                let Some(mut json) = self.object(row).await? else {
                    continue;
                };
                let mut text = String::new();
                if !std::mem::take(&mut self.first) {
                    text.push(',');
                }
                json.retain(|_, value| !value.is_null());
                text.push('{');
                text.push_str(&inner(&json));
                text.push('}');
                if pieces.send(text).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn object(&mut self, row: &MispRow) -> Result<Option<Map<String, Value>>, Error> {
        let store = self.node.store();
        let mut json = match self.node.misp_object_head(self.viewer, row, self.event).await? {
            Some(json) => json,
            None => return Ok(None),
        };
        let references = self
            .said
            .get(&(MispKind::Reference, row.id))
            .cloned()
            .unwrap_or_default();
        json.insert("ObjectReference".to_owned(), Value::Array(references));
        let page = store
            .misp_scan(
                self.viewer,
                &MispSource::Parent(row.id),
                MispKind::Attribute,
                0,
                100_000,
            )
            .await?;
        let rows: Vec<&MispRow> = page.rows.iter().filter(|row| self.is_wanted(row)).collect();
        if rows.is_empty() && self.shape.only.as_ref().is_some_and(|only| !only.contains(&row.id)) {
            return Ok(None);
        }
        let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
        let bodies = store.misp_bodies(self.viewer, &numbers).await?;
        let mut attributes = String::from("[");
        for inside in rows {
            if let Some(body) = bodies.get(&inside.number) {
                if attributes.len() > 1 {
                    attributes.push(',');
                }
                self.attribute(inside, body, Some(row), &mut attributes).await?;
            }
        }
        attributes.push(']');
        let attributes = serde_json::from_str(&attributes)
            .map_err(|error| Error::Ours(format!("attributes were not written as JSON: {error}")))?;
        json.insert("Attribute".to_owned(), attributes);
        Ok(Some(json))
    }
}

impl Node {
    /// An object without what is in it.
    pub(crate) async fn misp_object_head(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        event: &EventInfo,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let Some(mut json) = self.misp_fields(viewer, row).await? else {
            return Ok(None);
        };
        let said = json.get("distribution").and_then(level);
        let distribution = self.misp_distribution_beside(viewer, row, &event.row, said).await?;
        let distribution = distribution.or_lesser(said, event.distribution.level);
        let mut put = |key: &str, value: Value| {
            json.insert(key.to_owned(), value);
        };
        put("id", json!(row.id.to_string()));
        put("event_id", json!(event.row.id.to_string()));
        put("timestamp", json!(row.changed.to_string()));
        put("distribution", json!(distribution.level.to_string()));
        put("sharing_group_id", json!(group_number(distribution.group)));
        put("deleted", json!(row.deleted));
        json.entry("comment").or_insert_with(|| json!(""));
        json.entry("description").or_insert_with(|| json!(""));
        json.entry("ObjectReference").or_insert_with(|| json!([]));
        Ok(Some(json))
    }

    /// An object with what is in it, as MISP writes it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_object_json(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        event: &EventInfo,
        shape: &EventShape,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let references = self.misp_said(viewer, MispKind::Reference, row.id, event).await?;
        let said = HashMap::from([((MispKind::Reference, row.id), references)]);
        Writing::new(self, viewer, event, shape, said).object(row).await
    }
}

/// The organisation that a member is.
pub(crate) fn of_member(member: &store::Member) -> Organisation {
    Organisation {
        id: member.id.0,
        name: member.name.clone(),
        uuid: uuid_of(&member.identity),
        local: true,
    }
}

/// A level of distribution as it is written.
pub(super) fn level(value: &Value) -> Option<u8> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => u8::try_from(number.as_u64()?).ok(),
        _ => None,
    }
}
