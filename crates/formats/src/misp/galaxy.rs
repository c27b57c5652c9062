//! Galaxies: clusters become the STIX objects they describe.

use stix::json::{Map, Value};
use stix::{Place, Problem};
use uuid::Uuid;

use super::convert::{external_id, external_url, is_cve};
use super::out::Out;
use super::text::{self, MISP_NAMESPACE};
use super::time;

/// The STIX type of a galaxy's clusters, by the galaxy's type; galaxies of no such kind stay tags.
pub(super) fn kind(galaxy_type: &str) -> Option<&'static str> {
    let type_without_version = galaxy_type
        .strip_prefix("stix-2.1-")
        .or_else(|| galaxy_type.strip_prefix("stix-2.0-"));
    if let Some(kind) = type_without_version {
        return super::event::KNOWN_CLUSTERS
            .iter()
            .find(|known| **known == kind)
            .copied();
    }
    Some(match galaxy_type {
        "cmtmf-attack-pattern"
        | "mitre-attack-pattern"
        | "mitre-enterprise-attack-attack-pattern"
        | "mitre-ics-techniques"
        | "mitre-mobile-attack-attack-pattern"
        | "mitre-pre-attack-attack-pattern" => "attack-pattern",
        "branded-vulnerability" => "vulnerability",
        "country" | "region" => "location",
        "mitre-course-of-action"
        | "mitre-enterprise-attack-course-of-action"
        | "mitre-mobile-attack-course-of-action" => "course-of-action",
        "mitre-enterprise-attack-intrusion-set"
        | "mitre-intrusion-set"
        | "mitre-mobile-attack-intrusion-set"
        | "mitre-pre-attack-intrusion-set" => "intrusion-set",
        "android"
        | "backdoor"
        | "banker"
        | "cryptominers"
        | "malpedia"
        | "mitre-enterprise-attack-malware"
        | "mitre-ics-software"
        | "mitre-malware"
        | "mitre-mobile-attack-malware"
        | "ransomware"
        | "stealer" => "malware",
        "sector" => "identity",
        "360net-threat-actor" | "microsoft-activity-group" | "mitre-ics-groups" | "threat-actor" => "threat-actor",
        "botnet"
        | "exploit-kit"
        | "mitre-enterprise-attack-tool"
        | "mitre-mobile-attack-tool"
        | "mitre-tool"
        | "rat"
        | "tds"
        | "tool" => "tool",
        _ => return None,
    })
}

/// Where clusters are mentioned: they are told no more widely than what mentions them.
pub(super) struct Mention<'v> {
    pub event: Uuid,
    pub markings: &'v str,
    pub place: &'v Place,
}

/// Writes the clusters of a list of galaxies, each once in an event; gives the identifiers of all of them.
pub(super) fn clusters(
    galaxies: Option<&Value<'_>>,
    mention: &Mention<'_>,
    out: &mut Out<'_>,
) -> Result<Vec<(String, &'static str)>, Problem> {
    let mut ids = Vec::new();
    let galaxies = galaxies.and_then(Value::as_array).unwrap_or_default();
    for galaxy in galaxies.iter().filter_map(Value::as_object) {
        let clusters = galaxy.array("GalaxyCluster").unwrap_or_default();
        for cluster in clusters.iter().filter_map(Value::as_object) {
            let galaxy_type = galaxy.str("type").or_else(|| cluster.str("type")).unwrap_or_default();
            let (Some(kind), Some(value)) = (kind(galaxy_type), cluster.str("value")) else {
                continue;
            };
            let uuid = cluster
                .str("uuid")
                .and_then(text::uuid)
                .unwrap_or_else(|| Uuid::new_v5(&MISP_NAMESPACE, format!("{galaxy_type}={value}").as_bytes()));
            let id = text::identifier(kind, uuid);
            if out.first_mention(mention.event, uuid) {
                write(&id, kind, galaxy, cluster, value, mention, out)?;
            }
            ids.push((id, kind));
        }
    }
    Ok(ids)
}

/// A value of `meta` as a list of texts: MISP writes one as a text, several as a list.
fn texts<'v>(meta: Option<&'v Map<'_>>, key: &str) -> Vec<&'v str> {
    match meta.and_then(|meta| meta.get(key)) {
        Some(Value::String(text)) if !text.is_empty() => vec![text],
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| !text.is_empty())
            .collect(),
        _ => Vec::new(),
    }
}

/// The name without the number that MISP appends to the values of ATT&CK, as in `APT16 - G0023`.
fn name<'v>(kind: &str, value: &'v str, numbers: &[&str]) -> &'v str {
    match value.rsplit_once(" - ") {
        Some((name, number)) if numbers.contains(&number) => name,
        _ if kind == "location" => value.split_once(" - ").map_or(value, |(_, name)| name),
        _ => value,
    }
}

fn write(
    id: &str,
    kind: &'static str,
    galaxy: &Map<'_>,
    cluster: &Map<'_>,
    value: &str,
    mention: &Mention<'_>,
    out: &mut Out<'_>,
) -> Result<(), Problem> {
    let meta = cluster.object("meta");
    let galaxy_type = galaxy.str("type").or_else(|| cluster.str("type")).unwrap_or_default();
    let numbers = texts(meta, "external_id");
    let mut name = name(kind, value, &numbers);
    // A cluster has no times of its own, and is the same cluster in every event.
    let times = out.undated();
    out.begin(kind, id, &times, None);
    out.marked(mention.markings);
    let mut description = cluster.str("description").unwrap_or_default();
    if galaxy_type == "country" && description.eq_ignore_ascii_case(value) {
        // MISP keeps the name of a country in lower case, and as it is written in the description.
        (name, description) = (description, value);
    }
    let from_galaxy = galaxy.str("description").unwrap_or_default();
    out.json.text("name", name);
    match (
        description.is_empty(),
        matches!(kind, "location" | "identity") && !from_galaxy.is_empty(),
    ) {
        (false, false) => out.json.text("description", description),
        (false, true) if galaxy_type.starts_with("stix-") => out.json.text("description", description),
        (false, true) => out.json.pieces_of("description", &[from_galaxy, " | ", description]),
        (true, true) => out.json.text("description", from_galaxy),
        (true, false) => {}
    }
    let used = properties(kind, galaxy_type, name, meta, out);
    let aliases: Vec<&str> = texts(meta, "synonyms")
        .into_iter()
        .filter(|alias| *alias != name)
        .collect();
    if !aliases.is_empty() && !matches!(kind, "vulnerability" | "location" | "identity" | "course-of-action") {
        list("aliases", &aliases, out);
    }
    out.json.key("labels");
    out.json.open_list();
    for (label, text) in [("galaxy-name", galaxy.str("name")), ("galaxy-type", Some(galaxy_type))] {
        if let Some(text) = text {
            out.json.pieces(&["misp:", label, "=\"", text, "\""]);
        }
    }
    out.json.close_list();
    references(kind, &numbers, meta, out);
    rest(meta, &used, out);
    out.finish(mention.place, false)
}

fn list(key: &str, values: &[&str], out: &mut Out<'_>) {
    out.json.key(key);
    out.json.open_list();
    values.iter().for_each(|value| out.json.string(value));
    out.json.close_list();
}

/// Properties that STIX has itself: those it requires of a kind, and those that `meta` gives by their STIX names.
/// Gives the names from `meta` that were used.
fn properties(
    kind: &str,
    galaxy_type: &str,
    name: &str,
    meta: Option<&Map<'_>>,
    out: &mut Out<'_>,
) -> Vec<&'static str> {
    const LISTS: [&str; 8] = [
        "malware_types",
        "threat_actor_types",
        "tool_types",
        "architecture_execution_envs",
        "implementation_languages",
        "capabilities",
        "goals",
        "roles",
    ];
    const TEXTS: [&str; 8] = [
        "primary_motivation",
        "resource_level",
        "sophistication",
        "tool_version",
        "objective",
        "administrative_area",
        "country",
        "region",
    ];
    let mut used = vec!["refs", "external_id", "synonyms", "kill_chain"];
    if kind == "malware" {
        out.json
            .truth("is_family", meta.is_some_and(|meta| text::truth(meta, "is_family")));
        used.push("is_family");
    }
    if kind == "identity" {
        out.json.text("identity_class", "class");
    }
    match galaxy_type {
        "country" => match texts(meta, "ISO").first() {
            Some(code) => out.json.text("country", code),
            None => out.json.text("region", "world"),
        },
        "region" => out.json.text("region", &name.to_ascii_lowercase().replace(' ', "-")),
        _ => {}
    }
    if galaxy_type.starts_with("stix-") {
        let types = texts(meta, "labels");
        let property = match kind {
            "malware" => Some("malware_types"),
            "threat-actor" => Some("threat_actor_types"),
            "tool" => Some("tool_types"),
            _ => None,
        };
        if let Some(property) = property.filter(|_| !types.is_empty()) {
            list(property, &types, out);
            used.push("labels");
        }
        for key in LISTS {
            let values = texts(meta, key);
            if !values.is_empty() {
                list(key, &values, out);
                used.push(key);
            }
        }
        for key in TEXTS {
            if let Some(text) = texts(meta, key).first() {
                out.json.text(key, text);
                used.push(key);
            }
        }
        for key in ["first_seen", "last_seen"] {
            if let Some(at) = texts(meta, key).first().and_then(|text| time::moment(text)) {
                out.json.text(key, &at.to_string());
                used.push(key);
            }
        }
    }
    let phases = texts(meta, "kill_chain");
    let phases: Vec<_> = phases.iter().filter_map(|phase| phase.split_once(':')).collect();
    if !phases.is_empty() && matches!(kind, "attack-pattern" | "malware" | "tool") {
        out.json.key("kill_chain_phases");
        out.json.open_list();
        for (chain, phase) in phases {
            out.json.open();
            out.json.text("kill_chain_name", chain);
            // ATT&CK for ICS and Mobile put the platform between chain and phase.
            out.json.text("phase_name", phase.rsplit(':').next().unwrap_or(phase));
            out.json.close();
        }
        out.json.close_list();
    }
    used
}

fn references(kind: &str, numbers: &[&str], meta: Option<&Map<'_>>, out: &mut Out<'_>) {
    let named: Vec<&str> = match kind {
        "vulnerability" => texts(meta, "aliases")
            .into_iter()
            .filter(|alias| is_cve(alias))
            .collect(),
        _ => Vec::new(),
    };
    let links = texts(meta, "refs");
    if numbers.is_empty() && named.is_empty() && links.is_empty() {
        return;
    }
    out.json.key("external_references");
    out.json.open_list();
    for number in numbers.iter().chain(&named) {
        let source = if number.starts_with("CAPEC-") {
            "capec"
        } else if is_cve(number) {
            "cve"
        } else {
            "mitre-attack"
        };
        external_id(source, number, out);
    }
    links.iter().for_each(|link| external_url(link, out));
    out.json.close_list();
}

/// Keeps the rest of `meta` as `x_misp_*`, in the characters that property names may have.
fn rest(meta: Option<&Map<'_>>, used: &[&str], out: &mut Out<'_>) {
    let Some(meta) = meta else { return };
    let mut taken: Vec<String> = Vec::new();
    for (key, value) in meta.iter().filter(|(key, _)| !used.contains(key)) {
        let key: String = key
            .chars()
            .take(200)
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect();
        if key.is_empty() || taken.contains(&key) || taken.len() > 200 {
            continue;
        }
        out.json.entry(&format!("x_misp_{key}"), value);
        taken.push(key);
    }
}
