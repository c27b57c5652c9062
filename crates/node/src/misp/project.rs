//! From contributions to events and elements.

use std::collections::BTreeMap;

use formats::misp::{Element, WriteOptions, elements, part_of};
use serde_json::{Map, Value};
use stix::Timestamp;
use store::{Followed, MispKind, MispLoose, MispOwner, MispPut};
use uuid::Uuid;

use super::uuid_at;
use super::{HOMELESS_MICROS, Members};
use crate::error::Error;
use crate::node::Node;

/// Namespace of what has no UUID of its own in MISP's view.
const NAMESPACE: Uuid = uuid::uuid!("b6f0a5f2-3b0e-5c8e-9d0a-6f2d1c7a4e11");
/// The setting that holds the secret of these UUIDs.
const SECRET: &str = "misp-loose-secret";
/// What belongs to no event is brought home in such steps.
const HOUSED: usize = 5_000;

/// Keys that say how another instance numbers things, or what is worked out for each reader.
const ELSEWHERE: [&str; 23] = [
    "id",
    "event_id",
    "object_id",
    "org_id",
    "orgc_id",
    "sharing_group_id",
    "SharingGroup",
    "event_uuid",
    "Event",
    "Tag",
    "Org",
    "attribute_count",
    "RelatedEvent",
    "RelatedAttribute",
    "event_creator_email",
    "locked",
    "proposal_email_lock",
    "user_id",
    "warnings",
    "attribute_id",
    "decay_score",
    "sharing_group",
    "Feed",
];

/// What an element is, before it is a row.
struct Made {
    kind: MispKind,
    uuid: Uuid,
    fields: Map<String, Value>,
    parent: Option<(MispKind, Uuid)>,
    event: Option<Uuid>,
    tags: Vec<Value>,
}

impl Node {
    /// What contributions say, in MISP's terms.
    pub(super) async fn project(&self, rows: Vec<Followed>) -> Result<Vec<MispPut>, Error> {
        let mut members = None;
        let mut put = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| !row.body.is_empty()) {
            let members = match &members {
                Some(members) => members,
                None => members.insert(self.misp_members().await?),
            };
            let options = self.misp_options(row, members);
            // What came by this interface says its values in elements; the bare ones stand beside for other readers.
            if is_bare(&row.id) && row.channel.starts_with(CHANNEL) {
                continue;
            }
            let (made, part) = understand(row, &options);
            if let Some(event) = part {
                put.push(part_row(row, event));
            }
            for one in made {
                put.push(self.misp_row_of(row, one).await?);
            }
        }
        Ok(put)
    }

    fn misp_options(&self, row: &Followed, members: &Members) -> WriteOptions {
        let member = members.get(&row.member).filter(|_| !row.withheld);
        let identity = member.and_then(|member| stix::Id::parse(&member.identity).ok());
        let own = &self.settings().identity;
        WriteOptions {
            info: String::new(),
            event: Uuid::nil(),
            organisation: member.map_or_else(|| self.chosen().title.clone(), |member| member.name.clone()),
            organisation_uuid: identity
                .as_ref()
                .map_or_else(|| uuid_of(own.as_str()), |id| uuid_of(id.as_str())),
            now: Timestamp::from_micros(row.added),
        }
    }

    async fn misp_row_of(&self, row: &Followed, made: Made) -> Result<MispPut, Error> {
        let Made {
            kind,
            uuid,
            mut fields,
            parent,
            event,
            tags,
        } = made;
        let text = |fields: &Map<String, Value>, key: &str| fields.get(key).and_then(scalar).unwrap_or_default();
        let mut numbers = Vec::with_capacity(tags.len());
        for tag in &tags {
            let Some(name) = tag.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
                continue;
            };
            let colour = tag.get("colour").and_then(Value::as_str).unwrap_or(COLOUR);
            let number = self.misp_tag_number(name, colour).await?;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let changed = text(&fields, "timestamp").parse().unwrap_or(row.added / 1_000_000);
        let deleted = row.revoked || truth(&fields, "deleted");
        let mut organisations = Vec::new();
        if kind == MispKind::Event
            && let Some(Value::Object(creator)) = fields.get("Orgc")
            && let Some(uuid) = uuid_at(creator, "uuid")
        {
            let name = creator.get("name").and_then(Value::as_str).unwrap_or("unknown");
            if self.misp_member_of(uuid).await?.is_none() {
                organisations.push(self.store().misp_organisation_named(uuid, name).await?.id);
            }
        }
        let (element_type, category, value) = match kind {
            MispKind::Event => (String::new(), String::new(), text(&fields, "info")),
            MispKind::Object => (text(&fields, "name"), text(&fields, "meta-category"), String::new()),
            MispKind::Attribute => (text(&fields, "type"), text(&fields, "category"), text(&fields, "value")),
            MispKind::Sighting => (text(&fields, "type"), String::new(), text(&fields, "source")),
            _ => (String::new(), String::new(), String::new()),
        };
        let values = if kind == MispKind::Attribute {
            halves(&element_type, &value)
        } else {
            Vec::new()
        };
        let published = (kind == MispKind::Event).then(|| {
            let at = text(&fields, "publish_timestamp").parse().unwrap_or(0);
            (truth(&fields, "published"), at)
        });
        let extends = (kind == MispKind::Event)
            .then(|| uuid_at(&fields, "extends_uuid"))
            .flatten();
        for key in ["deleted", "published", "publish_timestamp"] {
            fields.shift_remove(key);
        }
        fields.insert("uuid".to_owned(), Value::String(uuid.to_string()));
        Ok(MispPut {
            added: row.added,
            object: row.object,
            owner: owner(row),
            audience: row.audience,
            version: row.version,
            kind,
            uuid,
            parent,
            event,
            expected: self.misp_expected(row.transfer),
            to_ids: truth(&fields, "to_ids"),
            element_type: clean(element_type),
            category: clean(category),
            deleted,
            changed,
            value: clean(value),
            values,
            tags: numbers,
            organisations,
            published,
            extends,
            only_named: is_bare(&row.id),
            is_part: false,
            body: inner(&fields),
        })
    }

    /// What goes into the UUIDs of events that stand for what came without a report, so that nobody can work out from one
    /// who shared it.
    async fn misp_secret(&self) -> Result<String, Error> {
        if let Some(secret) = self.store().setting_get(SECRET).await? {
            return Ok(secret);
        }
        let fresh: [u8; 32] = self.random();
        self.store().setting_put(SECRET, &hex::encode(fresh)).await?;
        let kept = self.store().setting_get(SECRET).await?;
        kept.ok_or_else(|| Error::Ours("a setting was written and is not there".to_owned()))
    }

    /// Gives what belongs to no event one of its own: by who shared it, with whom, on which day.
    pub(super) async fn misp_house(&self) -> Result<(), Error> {
        let before = self.now().plus_micros(-HOMELESS_MICROS);
        let ends = self.store().misp_homeless_ends().await?;
        let known = {
            let known = self.misp_kept().homeless.lock();
            *known.unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        let ripens = ends.oldest.is_some_and(|oldest| oldest < before);
        // Where no transfer ended since the last time, only what came after that can be ready.
        let after = match known.ended == ends.ended && !ripens {
            true => known.last,
            false => 0,
        };
        let mut secret = None;
        loop {
            let homeless = match ends.last > after {
                true => self.store().misp_homeless(before, after, HOUSED).await?,
                false => Vec::new(),
            };
            if homeless.is_empty() {
                let known = self.misp_kept().homeless.lock();
                *known.unwrap_or_else(std::sync::PoisonError::into_inner) = ends;
                return Ok(());
            }
            let secret = match &secret {
                Some(secret) => secret,
                None => secret.insert(self.misp_secret().await?),
            };
            let mut houses: BTreeMap<Uuid, (MispLoose, Vec<i64>)> = BTreeMap::new();
            for one in homeless {
                let day = one.at.to_string().chars().take(10).collect::<String>();
                let name = format!(
                    "{secret} {} {} {} {day}",
                    one.owner.member.0, one.owner.withheld, one.audience.0
                );
                let uuid = Uuid::new_v5(&NAMESPACE, name.as_bytes());
                let house = houses.entry(uuid).or_insert_with(|| (one, Vec::new()));
                if house.1.last() != Some(&one.added) {
                    house.1.push(one.added);
                }
            }
            for (uuid, (first, added)) in houses {
                let head = house_head(uuid, &first);
                self.store().misp_put_loose(head, added).await?;
            }
        }
    }
}

/// The event of what one member shared with the same readers on one day without a report. Who that was is for each reader
/// to know or not, and so no part of what it says.
fn house_head(uuid: Uuid, first: &MispLoose) -> MispPut {
    let day = first.at.to_string().chars().take(10).collect::<String>();
    let info = format!("Shared on {day} without a report");
    let changed = first.at.micros() / 1_000_000;
    let fields = serde_json::json!({
        "info": info, "date": day, "timestamp": changed.to_string(), "threat_level_id": "4", "analysis": "2",
    });
    MispPut {
        added: 0,
        object: 0,
        owner: first.owner,
        audience: first.audience,
        version: first.at.micros(),
        kind: MispKind::Event,
        uuid,
        parent: None,
        event: None,
        expected: None,
        element_type: String::new(),
        category: String::new(),
        to_ids: false,
        deleted: false,
        changed,
        value: info,
        values: Vec::new(),
        tags: Vec::new(),
        organisations: Vec::new(),
        published: Some((true, changed)),
        extends: None,
        only_named: false,
        is_part: false,
        body: fields.as_object().map(inner).unwrap_or_default(),
    }
}

/// The colour of a tag of which none is said.
pub(super) const COLOUR: &str = "#0088cc";

/// By which way something comes that clients of MISP write.
pub(super) const CHANNEL: &str = "misp";

/// Whether an object is a value and says nothing of it (STIX 2.1 section 6).
fn is_bare(id: &str) -> bool {
    stix::check::is_observable(stix::id::object_type(id))
}

fn owner(row: &Followed) -> MispOwner {
    MispOwner {
        member: row.member,
        withheld: row.withheld,
    }
}

/// A text that both databases take: PostgreSQL knows no zero character.
fn clean(text: String) -> String {
    match text.contains('\0') {
        true => text.replace('\0', "\u{fffd}"),
        false => text,
    }
}

/// The UUID of an identifier.
pub(super) fn uuid_of(id: &str) -> Uuid {
    let uuid = id.rsplit_once("--").and_then(|(_, uuid)| Uuid::try_parse(uuid).ok());
    uuid.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, id.as_bytes()))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(if *truth { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

/// A truth value, in any of the ways that MISP writes it.
pub(super) fn truth(fields: &Map<String, Value>, key: &str) -> bool {
    fields
        .get(key)
        .and_then(scalar)
        .is_some_and(|text| matches!(text.as_str(), "1" | "true"))
}

/// A JSON object without its brackets.
pub(super) fn inner(fields: &Map<String, Value>) -> String {
    let text = serde_json::to_string(fields).unwrap_or_default();
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// By what a value is found: MISP's composite types are found by either half.
fn halves(element_type: &str, value: &str) -> Vec<String> {
    if value.is_empty() {
        return Vec::new();
    }
    match value
        .split_once('|')
        .filter(|_| element_type.contains('|') || element_type == "malware-sample")
    {
        Some((one, other)) => vec![one.to_owned(), other.to_owned()],
        None => vec![value.to_owned()],
    }
}

/// Types whose equal values connect nothing.
pub(super) fn says_nothing(element_type: &str) -> bool {
    matches!(
        element_type,
        "text"
            | "comment"
            | "other"
            | "boolean"
            | "counter"
            | "float"
            | "port"
            | "datetime"
            | "size-in-bytes"
            | "mime-type"
            | "attachment"
            | "yara"
            | "sigma"
            | "snort"
            | "zeek"
    )
}

fn part_row(row: &Followed, event: Uuid) -> MispPut {
    MispPut {
        added: row.added,
        object: row.object,
        owner: owner(row),
        audience: row.audience,
        version: row.version,
        kind: MispKind::Event,
        uuid: event,
        parent: None,
        event: Some(event),
        expected: None,
        element_type: String::new(),
        category: String::new(),
        to_ids: false,
        deleted: false,
        changed: 0,
        value: String::new(),
        values: Vec::new(),
        tags: Vec::new(),
        organisations: Vec::new(),
        published: None,
        extends: None,
        only_named: false,
        is_part: true,
        body: String::new(),
    }
}

fn kind_of(list: &str) -> Option<MispKind> {
    Some(match list {
        "Event" => MispKind::Event,
        "Attribute" => MispKind::Attribute,
        "Object" => MispKind::Object,
        "EventReport" => MispKind::Report,
        "Sighting" => MispKind::Sighting,
        "ObjectReference" => MispKind::Reference,
        "ShadowAttribute" => MispKind::Proposal,
        "Note" => MispKind::Note,
        "Opinion" => MispKind::Opinion,
        "Relationship" => MispKind::Relationship,
        _ => return None,
    })
}

/// What an object says in MISP's terms, and the event that it names more of.
fn understand(row: &Followed, options: &WriteOptions) -> (Vec<Made>, Option<Uuid>) {
    let Ok(object) = stix::Object::parse(&row.body) else {
        return (Vec::new(), None);
    };
    let map = object.map();
    if let Some(event) = part_of(map) {
        return (Vec::new(), Some(event));
    }
    let mut made = Vec::new();
    for element in elements(map, options) {
        take(row, element, &mut made);
    }
    (made, None)
}

fn take(row: &Followed, element: Element, made: &mut Vec<Made>) {
    let Some(kind) = kind_of(element.list) else { return };
    let Ok(Value::Object(mut fields)) = serde_json::from_str(&element.json) else {
        return;
    };
    let tags = element
        .tags
        .iter()
        .filter_map(|tag| serde_json::from_str(tag).ok())
        .collect();
    let own = uuid_at(&fields, "uuid");
    let derived = || match &element.about {
        // What is said of something has the identity of the object that says it.
        Some(_) => uuid_of(&row.id),
        None => Uuid::new_v5(&uuid_of(&row.id), element.json.as_bytes()),
    };
    let uuid = own.unwrap_or_else(derived);
    let (mut parent, mut event) = (None, None);
    if let Some(about) = &element.about {
        match stix::id::object_type(about) {
            "report" | "grouping" => event = Some(uuid_of(about)),
            _ => parent = Some((spoken_of(kind, &fields), uuid_of(about))),
        }
        // A sighting of an attribute in an object names the attribute.
        let named = uuid_at(&fields, "attribute_uuid");
        if let Some(named) = named.filter(|_| kind == MispKind::Sighting) {
            parent = Some((MispKind::Attribute, named));
        }
    }
    if kind == MispKind::Object {
        let attributes = fields.shift_remove("Attribute");
        for attribute in attributes.iter().filter_map(Value::as_array).flatten() {
            take_inner(attribute, uuid, made);
        }
    }
    for key in ELSEWHERE {
        fields.shift_remove(key);
    }
    made.push(Made {
        kind,
        uuid,
        fields,
        parent,
        event,
        tags,
    });
}

/// An attribute in an object.
fn take_inner(attribute: &Value, object: Uuid, made: &mut Vec<Made>) {
    let Some(mut fields) = attribute.as_object().cloned() else {
        return;
    };
    let own = uuid_at(&fields, "uuid");
    let uuid = own.unwrap_or_else(|| Uuid::new_v5(&object, attribute.to_string().as_bytes()));
    let tags = fields.get("Tag").and_then(Value::as_array).cloned().unwrap_or_default();
    // What is said of it has rows of its own.
    for key in ELSEWHERE
        .into_iter()
        .chain(["Sighting", "ShadowAttribute", "Note", "Opinion", "Relationship"])
    {
        fields.shift_remove(key);
    }
    made.push(Made {
        kind: MispKind::Attribute,
        uuid,
        fields,
        parent: Some((MispKind::Object, object)),
        event: None,
        tags,
    });
}

/// What analysts speak of says what they wrote; references are of objects, sightings of attributes.
fn spoken_of(kind: MispKind, fields: &Map<String, Value>) -> MispKind {
    match (kind, fields.get("object_type").and_then(Value::as_str)) {
        (MispKind::Reference, _) => MispKind::Object,
        (_, Some("Object")) if kind != MispKind::Sighting => MispKind::Object,
        (_, Some("EventReport")) => MispKind::Report,
        (_, Some("Note")) => MispKind::Note,
        (_, Some("Opinion")) => MispKind::Opinion,
        _ => MispKind::Attribute,
    }
}

#[cfg(test)]
mod tests {
    use super::halves;

    #[test]
    fn composite_values_are_found_by_either_half() {
        assert_eq!(halves("ip-dst|port", "198.51.100.7|443"), ["198.51.100.7", "443"]);
        assert_eq!(halves("url", "http://a.example/x|y"), ["http://a.example/x|y"]);
        assert!(halves("text", "").is_empty());
    }
}
