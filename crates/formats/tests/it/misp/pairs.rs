//! The published pairs of MISP input and STIX output.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{data, read};

fn pairs(file: &str) -> Option<BTreeMap<String, Value>> {
    let path = data()?.join("sharing/misp-stix/documentation/mapping").join(file);
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn as_list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    }
}

#[test]
fn attributes_become_what_the_published_tables_say() {
    let Some(pairs) = pairs("misp_attributes_to_stix21.json") else {
        return;
    };
    let mut differences = Vec::new();
    for (name, pair) in &pairs {
        let mut attribute = pair["MISP"].clone();
        attribute["to_ids"] = json!(true);
        let (ours, _) = read(json!({"Attribute": [attribute]}).to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            let kind = theirs["type"].as_str().unwrap();
            let Some(own) = ours.objects.iter().find(|own| own["type"] == theirs["type"]) else {
                differences.push(format!("{name}: no {kind}"));
                continue;
            };
            for (key, value) in theirs.as_object().unwrap() {
                if [
                    "id",
                    "created_by_ref",
                    "object_refs",
                    "source_ref",
                    "target_ref",
                    "created",
                ]
                .contains(&key.as_str())
                    || key.ends_with("_ref")
                    || key.ends_with("_refs")
                {
                    continue;
                }
                let same = match (value.as_str(), own[key].as_str()) {
                    (Some(one), Some(other)) if one.ends_with('Z') => {
                        stix::Timestamp::parse(one).ok() == stix::Timestamp::parse(other).ok()
                    }
                    _ => own[key] == *value,
                };
                if !same {
                    differences.push(format!(
                        "{name}: {kind}.{key}\n    theirs {value}\n    ours   {}",
                        own[key]
                    ));
                }
            }
        }
    }
    println!("{}", differences.join("\n"));
}

fn compare(name: &str, theirs: &Value, ours: &[Value], differences: &mut Vec<String>) {
    let kind = theirs["type"].as_str().unwrap();
    let same_id = ours.iter().find(|own| own["id"] == theirs["id"]);
    let Some(own) = same_id.or_else(|| {
        ours.iter()
            .filter(|own| own["type"] == theirs["type"])
            .max_by_key(|own| {
                theirs
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(key, value)| own[key.as_str()] == **value)
                    .count()
            })
    }) else {
        differences.push(format!("{name}: no {kind}"));
        return;
    };
    for (key, value) in theirs.as_object().unwrap() {
        if ["id", "created_by_ref", "created", "modified"].contains(&key.as_str())
            || key.ends_with("_ref")
            || key.ends_with("_refs")
            || key.starts_with("x_misp_")
        {
            continue;
        }
        let same = match (value.as_str(), own[key].as_str()) {
            (Some(one), Some(other)) if one.ends_with('Z') => {
                stix::Timestamp::parse(one).ok() == stix::Timestamp::parse(other).ok()
            }
            _ => own[key] == *value,
        };
        if !same {
            differences.push(format!(
                "{name}: {kind}.{key}\n    theirs {value}\n    ours   {}",
                own[key]
            ));
        }
    }
}

#[test]
fn objects_become_what_the_published_tables_say() {
    let Some(pairs) = pairs("misp_objects_to_stix21.json") else {
        return;
    };
    let mut differences = Vec::new();
    for (name, pair) in &pairs {
        let (ours, _) = read(json!({"Object": as_list(&pair["MISP"])}).to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            compare(name, &theirs, &ours.objects, &mut differences);
        }
    }
    println!("{}", differences.join("\n"));
}

#[test]
fn galaxies_become_what_the_published_tables_say() {
    let Some(pairs) = pairs("misp_galaxies_to_stix21.json") else {
        return;
    };
    let mut differences = Vec::new();
    for (name, pair) in &pairs {
        let event = json!({"Event": {"info": "x", "timestamp": "1603642920", "Galaxy": [pair["MISP"]]}});
        let (ours, _) = read(event.to_string().as_bytes()).unwrap();
        for theirs in as_list(&pair["STIX"]) {
            compare(name, &theirs, &ours.objects, &mut differences);
        }
    }
    println!("{}", differences.join("\n"));
}
