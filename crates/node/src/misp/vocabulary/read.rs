//! Reads one file of a vocabulary in the formats of MISP's own repositories. What it is says its content, not its name.
//!
//! | what | by what it is known |
//! |---|---|
//! | taxonomy | `namespace` and a list of `predicates` |
//! | clusters of a galaxy | `type` and a list of `values` |
//! | galaxy | `type`, `name` and `icon` or `namespace`, and no `values` |
//! | warninglist | `type` and a `list` |
//! | noticelist | a list of notices, `notice` |
//! | template of objects | `attributes` and `meta-category` |
//! | model of decay | `parameters` and `formula` |
//!
//! Pure: bytes in, what is to be kept out.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use stix::{Place, Problem};
use store::{ImportedCluster, ImportedRelation, VocabularyKind, VocabularyWish};
use uuid::Uuid;

use super::taxonomy;

/// Bytes of a file.
pub(super) const FILE_BYTES: usize = 64 << 20;
/// Clusters of a file, tags of a taxonomy, attributes of a template, notices of a list.
pub(super) const ENTRIES: usize = 100_000;
/// Relations of a cluster, elements of a cluster.
const PARTS: usize = 10_000;
/// Characters of a name.
pub(super) const NAME: usize = 255;
/// Characters of what a cluster is found by.
const WORDS: usize = 16_384;

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Read {
    /// The file.
    pub file: VocabularyWish,
    /// The clusters in it.
    pub clusters: Vec<ImportedCluster>,
}

pub(super) fn wrong(place: &str, message: impl Into<String>, help: &str) -> Problem {
    Problem::error(
        "bad-vocabulary",
        Place {
            path: Some(place.to_owned()),
            ..Place::default()
        },
        message,
    )
    .help(help)
}

/// SHA-256 of a file.
pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// What a file is; none where it is JSON of another kind.
fn kind(map: &Map<String, Value>) -> Option<VocabularyKind> {
    let list = |key: &str| map.get(key).is_some_and(Value::is_array);
    let object = |key: &str| map.get(key).is_some_and(Value::is_object);
    let has = |key: &str| map.contains_key(key);
    if has("$schema") {
        return None;
    }
    if list("predicates") {
        return Some(VocabularyKind::Taxonomy);
    }
    if list("values") && has("type") {
        return Some(VocabularyKind::Clusters);
    }
    if list("list") && has("type") {
        return Some(VocabularyKind::Warninglist);
    }
    if list("notice") {
        return Some(VocabularyKind::Noticelist);
    }
    if object("attributes") && has("meta-category") {
        return Some(VocabularyKind::ObjectTemplate);
    }
    if object("parameters") && has("formula") {
        return Some(VocabularyKind::DecayModel);
    }
    (has("type") && has("name") && (has("icon") || has("namespace"))).then_some(VocabularyKind::Galaxy)
}

/// Reads a file; none where it holds no vocabulary.
pub(super) fn read(text: &str) -> Result<Option<Read>, Problem> {
    if text.len() > FILE_BYTES {
        return Err(wrong(
            "$",
            "the file is larger than 64 MiB",
            "split it, or leave it out",
        ));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| {
        wrong(
            "$",
            format!("this is no JSON: {error}"),
            "take the file from its repository again",
        )
    })?;
    let Value::Object(map) = value else { return Ok(None) };
    let Some(kind) = kind(&map) else { return Ok(None) };
    let mut clusters = Vec::new();
    let (key, head) = match kind {
        VocabularyKind::Taxonomy => taxonomy_of(&map)?,
        VocabularyKind::Galaxy => galaxy(&map)?,
        VocabularyKind::Clusters => {
            clusters = clusters_of(&map)?;
            (name(&map, "type")?, json!({ "clusters": clusters.len() }))
        }
        // The room of warninglists reads the rest.
        VocabularyKind::Warninglist => (name(&map, "name")?, json!({})),
        VocabularyKind::Noticelist => noticelist(&map)?,
        VocabularyKind::ObjectTemplate => template(&map)?,
        VocabularyKind::DecayModel => (name(&map, "name")?, model(&map)?),
    };
    let uuid = match map.get("uuid") {
        None | Some(Value::Null) => String::new(),
        Some(value) => uuid_of(value, "$.uuid")?.to_string(),
    };
    // Of templates only the UUID is one of a kind.
    let key = if kind == VocabularyKind::ObjectTemplate {
        uuid.clone()
    } else {
        key
    };
    let clusters_only = kind == VocabularyKind::Clusters;
    let file = VocabularyWish {
        kind,
        key,
        uuid,
        version: version(&map)?,
        enabled: matches!(
            kind,
            VocabularyKind::Galaxy | VocabularyKind::Clusters | VocabularyKind::ObjectTemplate
        ),
        built_in: false,
        digest: digest(text),
        head: head.to_string(),
        body: if clusters_only { String::new() } else { text.to_owned() },
    };
    Ok(Some(Read { file, clusters }))
}

/// A text that names something.
fn name(map: &Map<String, Value>, key: &str) -> Result<String, Problem> {
    named(map, key, "$")
}

fn named(map: &Map<String, Value>, key: &str, place: &str) -> Result<String, Problem> {
    let place = format!("{place}.{key}");
    let text = map.get(key).and_then(Value::as_str).unwrap_or_default();
    let count = text.chars().count();
    if text.trim().is_empty() || count > NAME || text.chars().any(char::is_control) {
        let message = format!("'{key}' must be a text of 1 to {NAME} characters without control characters");
        return Err(wrong(&place, message, "the file is left out; the others are read"));
    }
    Ok(text.to_owned())
}

fn text<'m>(map: &'m Map<String, Value>, key: &str) -> &'m str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn uuid_of(value: &Value, place: &str) -> Result<Uuid, Problem> {
    let text = value.as_str().unwrap_or_default();
    Uuid::try_parse(text).map_err(|_| {
        wrong(
            place,
            format!("'{text}' is no UUID"),
            "the file is left out; the others are read",
        )
    })
}

/// Versions count up or are dates, as numbers or as texts.
fn version(map: &Map<String, Value>) -> Result<i64, Problem> {
    let number = match map.get("version") {
        None => Some(0),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    number.filter(|number| *number >= 0).ok_or_else(|| {
        wrong(
            "$.version",
            "the version is no whole number",
            "the file is left out; the others are read",
        )
    })
}

fn bounded(count: usize, most: usize, place: &str) -> Result<(), Problem> {
    if count > most {
        let message = format!("there are {count} entries, and at the most {most} are read");
        return Err(wrong(place, message, "split the file, or leave it out"));
    }
    Ok(())
}

fn taxonomy_of(map: &Map<String, Value>) -> Result<(String, Value), Problem> {
    let namespace = name(map, "namespace")?;
    if namespace.contains([':', '=', '"']) || namespace.contains(char::is_whitespace) {
        let message = format!("the namespace '{namespace}' would not be one part of a tag");
        return Err(wrong(
            "$.namespace",
            message,
            "a namespace has no blanks, colons, equals signs or quotation marks",
        ));
    }
    let tags = taxonomy::tags(map)?;
    bounded(tags.len(), ENTRIES, "$.values")?;
    let head = json!({
        "namespace": namespace, "description": text(map, "description"),
        "exclusive": map.get("exclusive").and_then(Value::as_bool).unwrap_or(false), "tags": tags.len(),
    });
    Ok((namespace, head))
}

fn galaxy(map: &Map<String, Value>) -> Result<(String, Value), Problem> {
    let key = name(map, "type")?;
    let head = json!({
        "name": name(map, "name")?, "type": key, "description": text(map, "description"), "icon": text(map, "icon"),
        "namespace": map.get("namespace").and_then(Value::as_str).unwrap_or("misp"),
        "kill_chain_order": map.get("kill_chain_order").cloned().unwrap_or(Value::Null),
    });
    Ok((key, head))
}

fn noticelist(map: &Map<String, Value>) -> Result<(String, Value), Problem> {
    let key = name(map, "name")?;
    let notices = map.get("notice").and_then(Value::as_array).map_or(0, Vec::len);
    bounded(notices, ENTRIES, "$.notice")?;
    let list = |key: &str| match map.get(key) {
        Some(Value::Array(list)) => Value::Array(list.clone()),
        Some(Value::String(text)) => json!([text]),
        _ => json!([]),
    };
    let head = json!({
        "name": key, "expanded_name": text(map, "expanded_name"), "ref": list("ref"),
        "geographical_area": list("geographical_area"),
    });
    Ok((key, head))
}

fn template(map: &Map<String, Value>) -> Result<(String, Value), Problem> {
    let key = name(map, "name")?;
    if map.get("uuid").is_none() {
        return Err(wrong(
            "$.uuid",
            "a template of objects has a UUID",
            "the file is left out; the others are read",
        ));
    }
    let attributes = map.get("attributes").and_then(Value::as_object);
    bounded(attributes.map_or(0, Map::len), ENTRIES, "$.attributes")?;
    for (relation, attribute) in attributes.into_iter().flatten() {
        if attribute.get("misp-attribute").and_then(Value::as_str).is_none() {
            let place = format!("$.attributes.{relation}");
            return Err(wrong(
                &place,
                "it does not say which type of attribute it is",
                "'misp-attribute' says it",
            ));
        }
    }
    let list = |key: &str| {
        map.get(key)
            .filter(|value| value.is_array())
            .cloned()
            .unwrap_or_else(|| json!([]))
    };
    let head = json!({
        "name": key, "meta-category": text(map, "meta-category"), "description": text(map, "description"),
        "requirements": { "required": list("required"), "requiredOneOf": list("requiredOneOf") },
    });
    Ok((key, head))
}

fn model(map: &Map<String, Value>) -> Result<Value, Problem> {
    super::decay::Terms::read(map)?;
    Ok(Value::Object(map.clone()))
}

/// The clusters of a file, each with what it has to do with others.
fn clusters_of(map: &Map<String, Value>) -> Result<Vec<ImportedCluster>, Problem> {
    let galaxy = name(map, "type")?;
    let values = map
        .get("values")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    bounded(values.len(), ENTRIES, "$.values")?;
    let mut seen = std::collections::HashSet::new();
    let mut clusters = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let place = format!("$.values[{at}]");
        let Some(value) = value.as_object() else {
            return Err(wrong(
                &place,
                "a cluster is an object",
                "the file is left out; the others are read",
            ));
        };
        let cluster = cluster(&galaxy, map, value, &place)?;
        if !seen.insert(cluster.uuid) {
            let message = format!("the UUID {} comes twice in this file", cluster.uuid);
            return Err(wrong(&place, message, "the file is left out; the others are read"));
        }
        clusters.push(cluster);
    }
    Ok(clusters)
}

fn cluster(
    galaxy: &str,
    file: &Map<String, Value>,
    value: &Map<String, Value>,
    place: &str,
) -> Result<ImportedCluster, Problem> {
    let called = named(value, "value", place)?;
    let tag = tag(galaxy, &called);
    let uuid = match value.get("uuid") {
        None | Some(Value::Null) => Uuid::new_v5(&Uuid::NAMESPACE_OID, tag.as_bytes()),
        Some(uuid) => uuid_of(uuid, &format!("{place}.uuid"))?,
    };
    let elements = elements(value.get("meta"));
    bounded(elements.len(), PARTS, place)?;
    let mut relations = Vec::new();
    let related = value
        .get("related")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    bounded(related.len(), PARTS, place)?;
    for (at, relation) in related.iter().enumerate() {
        let place = format!("{place}.related[{at}]");
        let target = uuid_of(
            relation.get("dest-uuid").unwrap_or(&Value::Null),
            &format!("{place}.dest-uuid"),
        )?;
        let kind = relation.get("type").and_then(Value::as_str).unwrap_or("related-to");
        let tags = relation
            .get("tags")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        relations.push(ImportedRelation {
            target,
            kind: kind.chars().take(NAME).collect(),
            tags,
        });
    }
    let description = text(value, "description");
    let body = json!({
        "description": description, "source": text(file, "source"),
        "authors": file.get("authors").filter(|authors| authors.is_array()).cloned().unwrap_or_else(|| json!([])),
        "collection_uuid": text(file, "uuid"), "elements": elements,
        "revoked": value.get("revoked").and_then(Value::as_bool).unwrap_or(false),
    });
    let words = words(&called, description, &elements);
    Ok(ImportedCluster {
        uuid,
        value: called,
        tag,
        words,
        body: body.to_string(),
        relations,
    })
}

/// The tag that stands for a cluster.
pub(super) fn tag(galaxy: &str, value: &str) -> String {
    format!("misp-galaxy:{galaxy}=\"{value}\"")
}

/// What a cluster is found by: its name, other names, what it is.
pub(super) fn words(value: &str, description: &str, elements: &[(String, String)]) -> String {
    let mut words = value.to_lowercase();
    let others = elements
        .iter()
        .filter(|(key, _)| matches!(key.as_str(), "synonyms" | "external_id"));
    for text in others.map(|(_, text)| text.as_str()).chain([description]) {
        words.push('\n');
        words.push_str(&text.to_lowercase());
    }
    words.chars().take(WORDS).collect()
}

/// What is said of a cluster, one text at a time.
fn elements(meta: Option<&Value>) -> Vec<(String, String)> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut elements = Vec::new();
    for (key, value) in meta.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Array(list) => elements.extend(list.iter().map(|value| (key.clone(), plain(value)))),
            Value::Null => {}
            other => elements.push((key.clone(), plain(other))),
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use store::VocabularyKind;

    use super::read;

    fn kind(text: &str) -> Option<VocabularyKind> {
        read(text).unwrap().map(|read| read.file.kind)
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        let taxonomy = r#"{"namespace":"a","predicates":[{"value":"b"}],"version":1}"#;
        assert_eq!(kind(taxonomy), Some(VocabularyKind::Taxonomy));
        let galaxy =
            r#"{"type":"tool","name":"Tool","icon":"x","uuid":"9b8037f7-bc8f-4de1-a797-37266619bc0b","version":1}"#;
        assert_eq!(kind(galaxy), Some(VocabularyKind::Galaxy));
        assert_eq!(kind(r#"{"type":"tool","values":[]}"#), Some(VocabularyKind::Clusters));
        assert_eq!(
            kind(r#"{"type":"string","name":"n","list":[]}"#),
            Some(VocabularyKind::Warninglist)
        );
        assert_eq!(kind(r#"{"name":"gdpr","notice":[]}"#), Some(VocabularyKind::Noticelist));
        for other in [
            r#"{"$schema":"x","type":"object","name":"y","icon":"z"}"#,
            r#"{"taxonomies":[]}"#,
            "[]",
            "7",
        ] {
            assert_eq!(kind(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let said = |text: &str| read(text).unwrap_err().to_string();
        assert!(said("{").contains("this is no JSON"));
        let relation = r#"{"type":"tool","values":[{"value":"Saw","related":[{"dest-uuid":"x","type":"y"}]}]}"#;
        assert!(
            said(relation).contains("$.values[0].related[0].dest-uuid"),
            "{}",
            said(relation)
        );
        assert!(said(r#"{"type":"tool","values":[{"value":" "}]}"#).contains("$.values[0].value"));
        assert!(said(r#"{"namespace":"a b","predicates":[]}"#).contains("$.namespace"));
        assert!(said(r#"{"name":"a","meta-category":"b","attributes":{}}"#).contains("$.uuid"));
        assert!(said(r#"{"name":"m","formula":"polynomial","parameters":{"lifetime":0}}"#).contains("lifetime"));
    }

    #[test]
    fn a_cluster_keeps_what_is_said_of_it_and_is_found_by_its_other_names() {
        let text = r#"{"type":"tool","authors":["A"],"values":[{"value":"Saw","description":"Cuts.",
            "meta":{"synonyms":["Blade","Edge"],"date":"2020"}}]}"#;
        let read = read(text).unwrap().unwrap();
        let cluster = &read.clusters[0];
        assert_eq!(cluster.tag, "misp-galaxy:tool=\"Saw\"");
        assert_eq!(cluster.words, "saw\nblade\nedge\ncuts.");
        let body: serde_json::Value = serde_json::from_str(&cluster.body).unwrap();
        assert_eq!(body["elements"].as_array().unwrap().len(), 3);
    }
}
