//! Makes STIX objects of a story.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use stix::Timestamp;
use uuid::Uuid;

use super::SampleShare;
use super::stories::Story;

/// The name space of everything in the sample.
const SAMPLE: Uuid = Uuid::from_u128(0x7d1c_5b0e_6f3a_5a58_9c53_2f0b_a4c8_11d7);
const DAY: i64 = 86_400_000_000;

/// One story as a bundle, with the wish of its sharer.
pub fn share(story: &Story, now: Timestamp) -> SampleShare {
    let mut made = Making {
        story,
        at: midnight(now).plus_micros(-story.days_ago * DAY),
        objects: Vec::new(),
    };
    made.all();
    let bundle = json!({
        "type": "bundle",
        "id": format!("bundle--{}", identifier(story.key, "bundle")),
        "objects": made.objects,
    });
    SampleShare {
        by: story.by,
        community: story.community,
        named: story.named,
        tlp: story.tlp,
        withheld: story.withheld,
        bundle: bundle.to_string(),
    }
}

/// The identity of a member of the sample.
pub fn identity(member: &str) -> stix::Id {
    stix::Id::new("identity", identifier("member", member))
}

fn identifier(story: &str, what: &str) -> Uuid {
    Uuid::new_v5(&SAMPLE, format!("{story}/{what}").as_bytes())
}

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.micros().div_euclid(DAY) * DAY)
}

struct Making<'a> {
    story: &'a Story,
    at: Timestamp,
    objects: Vec<Value>,
}

impl Making<'_> {
    fn all(&mut self) {
        let story = self.story;
        let (name, description) = story.campaign;
        let first_seen = self.at.plus_micros(-9 * DAY).to_string();
        let campaign = self.add(
            "campaign",
            name,
            json!({ "name": name, "description": description, "first_seen": first_seen }),
        );
        let mut things = vec![campaign.clone()];
        if let Some(group) = story.group {
            let group = self.add(
                "intrusion-set",
                group,
                json!({ "name": group, "description": "A name we gave; who it is we do not know." }),
            );
            self.relate(&campaign, "attributed-to", &group);
            things.push(group);
        }
        let malware = story.malware.map(|(name, malware_type, description)| {
            let properties =
                json!({ "name": name, "description": description, "malware_types": [malware_type], "is_family": true });
            let malware = self.add("malware", name, properties);
            self.relate(&campaign, "uses", &malware);
            things.push(malware.clone());
            malware
        });
        for (external_id, name) in story.techniques {
            let reference = json!([{ "source_name": "mitre-attack", "external_id": external_id }]);
            let technique = self.add(
                "attack-pattern",
                external_id,
                json!({ "name": name, "external_references": reference }),
            );
            self.relate(&campaign, "uses", &technique);
            things.push(technique);
        }
        let vulnerability = story.vulnerability.map(|(cve, description)| {
            let reference = json!([{ "source_name": "cve", "external_id": cve }]);
            let properties = json!({ "name": cve, "description": description, "external_references": reference });
            let vulnerability = self.add("vulnerability", cve, properties);
            self.relate(&campaign, "targets", &vulnerability);
            things.push(vulnerability.clone());
            vulnerability
        });
        for (name, description) in story.advice {
            let advice = self.add(
                "course-of-action",
                name,
                json!({ "name": name, "description": description }),
            );
            if let Some(target) = vulnerability.as_ref().or(malware.as_ref()) {
                self.relate(&advice, "mitigates", target);
            }
            things.push(advice);
        }
        let indicators = self.indicators();
        for indicator in &indicators {
            self.relate(indicator, "indicates", malware.as_ref().unwrap_or(&campaign));
        }
        self.sightings(&indicators);
        things.extend(indicators);
        let published = self.at.plus_micros(DAY / 2).to_string();
        let report = json!({
            "name": story.title, "description": story.text, "report_types": ["campaign"], "published": published, "object_refs": things,
        });
        self.add("report", "report", report);
    }

    fn indicators(&mut self) -> Vec<String> {
        let story = self.story;
        let mut made = Vec::new();
        for domain in story.domains {
            made.push(self.indicator(domain, format!("[domain-name:value = '{domain}']"), 80));
            self.observable("domain-name", json!({ "value": domain }), &["value"]);
        }
        let (network, first, count) = story.addresses;
        for last in first..first.saturating_add(count) {
            let address = format!("{network}{last}");
            made.push(self.indicator(&address, format!("[ipv4-addr:value = '{address}']"), 60));
            self.observable("ipv4-addr", json!({ "value": address }), &["value"]);
        }
        for address in story.addresses_v6 {
            made.push(self.indicator(address, format!("[ipv6-addr:value = '{address}']"), 60));
        }
        for url in story.urls {
            made.push(self.indicator(url, format!("[url:value = '{url}']"), 85));
        }
        for sender in story.senders {
            made.push(self.indicator(sender, format!("[email-message:from_ref.value = '{sender}']"), 70));
        }
        for file in story.files {
            let sha256 = hex::encode(Sha256::digest(format!("commonwatch sample {} {file}", story.key)));
            made.push(self.indicator(file, format!("[file:hashes.'SHA-256' = '{sha256}']"), 95));
        }
        made
    }

    fn indicator(&mut self, value: &str, pattern: String, confidence: u8) -> String {
        let properties = json!({
            "name": value, "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix",
            "valid_from": self.at.to_string(), "confidence": confidence,
        });
        self.add("indicator", value, properties)
    }

    fn sightings(&mut self, indicators: &[String]) {
        for (number, (sector, domain, count)) in self.story.sightings.iter().enumerate() {
            let Some(indicator) = indicators.get(*domain) else {
                continue;
            };
            let (first, last) = (self.at.to_string(), self.at.plus_micros(DAY).to_string());
            let properties = json!({
                "description": format!("Seen by an organisation of the sector {sector}"),
                "first_seen": first, "last_seen": last, "count": count, "sighting_of_ref": indicator,
            });
            self.add("sighting", &format!("sighting {number}"), properties);
        }
    }

    fn relate(&mut self, source: &str, relationship_type: &str, target: &str) {
        let properties = json!({ "relationship_type": relationship_type, "source_ref": source, "target_ref": target });
        self.add(
            "relationship",
            &format!("{source} {relationship_type} {target}"),
            properties,
        );
    }

    fn add(&mut self, object_type: &str, name: &str, properties: Value) -> String {
        let id = format!(
            "{object_type}--{}",
            identifier(self.story.key, &format!("{object_type} {name}"))
        );
        let mut object = Map::new();
        object.insert("type".to_owned(), json!(object_type));
        object.insert("spec_version".to_owned(), json!("2.1"));
        object.insert("id".to_owned(), json!(id));
        if !self.story.withheld {
            object.insert("created_by_ref".to_owned(), json!(identity(self.story.by)));
        }
        object.insert("created".to_owned(), json!(self.at));
        object.insert("modified".to_owned(), json!(self.at));
        if let Value::Object(properties) = properties {
            object.extend(properties);
        }
        object.insert("object_marking_refs".to_owned(), json!([self.story.tlp.marking_id()]));
        self.objects.push(Value::Object(object));
        id
    }

    fn observable(&mut self, object_type: &str, properties: Value, contributing: &[&str]) {
        let Value::Object(properties) = properties else { return };
        let parts = contributing
            .iter()
            .filter_map(|key| Some((*key, properties.get(*key)?)));
        let Some(id) = stix::sco::deterministic_id_of(object_type, parts) else {
            return;
        };
        let mut object = Map::new();
        object.insert("type".to_owned(), json!(object_type));
        object.insert("spec_version".to_owned(), json!("2.1"));
        object.insert("id".to_owned(), json!(id));
        object.extend(properties);
        object.insert("object_marking_refs".to_owned(), json!([self.story.tlp.marking_id()]));
        self.objects.push(Value::Object(object));
    }
}
