//! What a search for attributes is answered in, beside MISP's JSON.

use axum::response::Response;
use formats::write::OutFormat;
use node::misp::{FoundRows, Shaped};
use policy::Viewer;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::answer;
use super::filters::{list, on};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// The columns of a table where none are asked for.
const COLUMNS: [&str; 13] = [
    "uuid",
    "event_id",
    "category",
    "type",
    "value",
    "comment",
    "to_ids",
    "date",
    "object_relation",
    "attribute_tag",
    "object_uuid",
    "object_name",
    "object_meta_category",
];
/// What a table says of events, where that is asked for.
const OF_EVENT: [&str; 9] = [
    "event_info",
    "event_member_org",
    "event_source_org",
    "event_distribution",
    "event_threat_level_id",
    "event_analysis",
    "event_date",
    "event_tag",
    "event_timestamp",
];

/// Answers in a format.
pub(super) async fn answer(
    asked: &Asked,
    viewer: &Viewer,
    found: &FoundRows,
    format: &str,
    wanted: &Map<String, Value>,
) -> Result<Response, Fault> {
    // Rules as they are go past the writers of formats, which ask what PAP and warninglists say.
    let mut usable = std::collections::HashSet::new();
    if matches!(format, "yara" | "snort") {
        for row in &found.rows {
            if asked.node().misp_may_detect(viewer, row).await? {
                usable.insert(row.number);
            }
        }
    }
    let values = || found.rows.iter().map(|row| row.value.as_str());
    let out = match format {
        "csv" => return table(asked, viewer, found, wanted).await,
        "text" | "values" => return lines(values()),
        "hashes" => {
            let hashes = found
                .rows
                .iter()
                .filter(|row| is_hash(&row.element_type))
                .map(|row| row.value.rsplit_once('|').map_or(row.value.as_str(), |(_, hash)| hash));
            return lines(hashes);
        }
        "yara" => {
            let rules = found
                .rows
                .iter()
                .filter(|row| row.element_type == "yara" && usable.contains(&row.number))
                .map(|row| row.value.as_str());
            return lines(rules);
        }
        "cache" => {
            let digests: Vec<String> = values()
                .map(|value| hex::encode(Sha256::digest(value.as_bytes())))
                .collect();
            return lines(digests.iter().map(String::as_str));
        }
        "stix2" | "stix-json" | "stix" => OutFormat::Stix,
        "suricata" => OutFormat::SuricataRules,
        "zeek" | "bro" => OutFormat::ZeekIntel,
        "rpz" => OutFormat::Rpz,
        "hosts" => OutFormat::Hosts,
        "netfilter" | "nftables" => OutFormat::Nftables,
        "openioc" => OutFormat::OpenIoc,
        "snort" => {
            let rules = found
                .rows
                .iter()
                .filter(|row| matches!(row.element_type.as_str(), "snort" | "suricata") && usable.contains(&row.number))
                .map(|row| row.value.as_str());
            return lines(rules);
        }
        other => {
            let name: String = other.chars().take(40).collect();
            let message = format!(
                "'{name}' is no format here; there are json, csv, text, hashes, cache, count, stix2, suricata, snort, zeek, \
                 rpz, hosts, netfilter, openioc, yara"
            );
            return Err(bad("no-such-format", message));
        }
    };
    let media_type = match out {
        OutFormat::Stix => "application/json",
        OutFormat::OpenIoc => "application/xml",
        _ => "text/plain; charset=utf-8",
    };
    let bytes = asked.node().misp_export(asked.caller(), viewer, found, out).await?;
    answer::text(bytes, media_type)
}

fn is_hash(element_type: &str) -> bool {
    let hash = element_type.rsplit('|').next().unwrap_or_default();
    matches!(
        hash,
        "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "imphash" | "ssdeep" | "tlsh" | "authentihash"
    ) || element_type == "malware-sample"
}

/// One value a line, each once.
fn lines<'v>(values: impl Iterator<Item = &'v str>) -> Result<Response, Fault> {
    let mut seen = std::collections::HashSet::new();
    let mut text = String::new();
    for value in values.filter(|value| !value.is_empty()) {
        if seen.insert(value) {
            text.push_str(value);
            text.push('\n');
        }
    }
    answer::text(text, "text/plain; charset=utf-8")
}

/// A table as MISP writes it: texts quoted, numbers bare.
async fn table(
    asked: &Asked,
    viewer: &Viewer,
    found: &FoundRows,
    wanted: &Map<String, Value>,
) -> Result<Response, Fault> {
    let mut columns: Vec<String> = list(wanted, "requested_attributes");
    columns.extend(list(wanted, "requestedAttributes"));
    if columns.is_empty() {
        columns = COLUMNS.iter().map(ToString::to_string).collect();
    }
    if on(wanted, "includeContext") {
        columns.extend(OF_EVENT.iter().map(ToString::to_string));
    }
    columns.dedup();
    let mut text = String::new();
    if !on(wanted, "headerless") {
        text.push_str(&columns.join(","));
        text.push('\n');
    }
    let shown = asked
        .node()
        .misp_attributes_json(viewer, found, &Shaped::default())
        .await?;
    let objects = asked.node().misp_objects_around(viewer, found).await?;
    for (row, attribute) in found.rows.iter().zip(&shown) {
        let Some(event) = found.events.get(row.event) else {
            continue;
        };
        let tags = |value: Option<&Value>| {
            let names = value.and_then(Value::as_array).into_iter().flatten();
            names
                .filter_map(|tag| tag.get("name").and_then(Value::as_str))
                .collect::<Vec<_>>()
                .join(",")
        };
        let object = objects.get(&row.parent);
        let cells: Vec<String> = columns
            .iter()
            .map(|column| match column.as_str() {
                "event_id" => row.event.to_string(),
                "to_ids" => i32::from(row.to_ids).to_string(),
                "date" => day(row.changed),
                "timestamp" => row.changed.to_string(),
                "attribute_tag" => quoted(&tags(attribute.get("Tag"))),
                "object_uuid" => quoted(object.map_or("", |(uuid, ..)| uuid)),
                "object_name" => quoted(object.map_or("", |(_, name, _)| name)),
                "object_meta_category" => quoted(object.map_or("", |(_, _, category)| category)),
                "event_info" => quoted(&event.row.value),
                "event_member_org" => quoted(&event.owner.name),
                "event_source_org" => quoted(&event.creator.name),
                "event_distribution" => event.distribution.level.to_string(),
                "event_threat_level_id" => event.level("threat_level_id", 4).to_string(),
                "event_analysis" => event.level("analysis", 0).to_string(),
                "event_date" => quoted(event.date()),
                "event_tag" => quoted(&event.tag_names().join(",")),
                "event_timestamp" => event.timestamp().to_string(),
                "event_uuid" => quoted(&event.record.uuid.to_string()),
                other => match attribute.get(other) {
                    Some(Value::String(text)) => quoted(text),
                    Some(Value::Bool(truth)) => i32::from(*truth).to_string(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => quoted(""),
                },
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    answer::text(text, "text/csv; charset=utf-8")
}

/// A cell in quotes (RFC 4180 section 2).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn day(seconds: i64) -> String {
    let text = stix::Timestamp::from_seconds(seconds).to_string();
    text.chars().take(10).filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::{day, is_hash, quoted};

    #[test]
    fn cells_cannot_end_themselves() {
        assert_eq!(quoted("a\"b,c\n"), "\"a\"\"b,c\n\"");
    }

    #[test]
    fn hashes_are_told_from_what_stands_beside_them() {
        assert!(is_hash("filename|sha256") && is_hash("md5") && !is_hash("filename"));
    }

    #[test]
    fn days_are_eight_digits() {
        assert_eq!(day(1_767_225_600), "20260101");
    }
}
