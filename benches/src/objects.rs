//! Made-up STIX objects with the sizes and references of ATT&CK and the mix of a sharing hub, any of them by its number.
//!
//! Of each twenty: two malware, attack patterns, intrusion sets and the like, four observables, four indicators with
//! patterns, ten relationships between what came before. 1.2 kB on average (ATT&CK Enterprise has 1.4). Addresses and
//! names are those reserved for documentation; the members' values look like, and are, nobody's.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// TLP:GREEN as an object of the TLP 2.0 extension.
const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
/// Objects that follow the same order of kinds.
const ROUND: u64 = 20;

/// How far back nine in ten relationships reach.
const RECENT: u64 = 20_000;

/// A reproducible sequence of objects.
#[derive(Clone, Copy, Debug)]
pub struct Objects {
    /// What the sequence depends on.
    pub seed: u64,
}

impl Objects {
    /// The text of an object.
    pub fn text(self, number: u64) -> String {
        Value::Object(self.object(number)).to_string()
    }

    /// The identifier of an object.
    pub fn id(self, number: u64) -> String {
        match self.object(number).remove("id") {
            Some(Value::String(id)) => id,
            _ => String::new(),
        }
    }

    fn object(self, number: u64) -> Map<String, Value> {
        let mut random = Random::of(self.seed, number);
        match number % ROUND {
            0 | 1 => self.domain_object(number, &mut random),
            2..=5 => observable(number, &mut random),
            6..=9 => self.indicator(&mut random),
            _ => self.relationship(number, &mut random),
        }
    }

    /// What every object of the first three kinds has.
    fn common(self, kind: &str, random: &mut Random) -> Map<String, Value> {
        let creator = format!("identity--{}", Random::of(self.seed ^ 0x1d, random.below(40)).uuid());
        let created = instant(random);
        let mut map = Map::new();
        map.insert("type".to_owned(), json!(kind));
        map.insert("spec_version".to_owned(), json!("2.1"));
        map.insert("id".to_owned(), json!(format!("{kind}--{}", random.uuid())));
        map.insert("created_by_ref".to_owned(), json!(creator));
        map.insert("created".to_owned(), json!(created));
        map.insert("modified".to_owned(), json!(created));
        map.insert("object_marking_refs".to_owned(), json!([GREEN]));
        map
    }

    /// The kind of a domain object, from its number alone, so that a relationship can name it.
    fn domain_kind(number: u64) -> &'static str {
        match (number / ROUND * 2 + number % ROUND) % 10 {
            0..=3 => "malware",
            4..=6 => "attack-pattern",
            7 => "intrusion-set",
            8 => "campaign",
            _ => "course-of-action",
        }
    }

    fn domain_object(self, number: u64, random: &mut Random) -> Map<String, Value> {
        let kind = Self::domain_kind(number);
        let mut map = self.common(kind, random);
        map.insert("name".to_owned(), json!(format!("{} {}", random.word(), random.word())));
        map.insert("description".to_owned(), json!(random.prose(900)));
        if kind == "malware" {
            map.insert("is_family".to_owned(), json!(true));
            map.insert("malware_types".to_owned(), json!(["backdoor"]));
        }
        if matches!(kind, "malware" | "intrusion-set" | "campaign" | "attack-pattern") {
            map.insert("aliases".to_owned(), json!([random.word(), random.word()]));
        }
        if matches!(kind, "malware" | "attack-pattern") {
            let phase = random.one(&["persistence", "lateral-movement", "collection", "impact"]);
            let phases = json!([{ "kill_chain_name": "mitre-attack", "phase_name": phase }]);
            map.insert("kill_chain_phases".to_owned(), phases);
        }
        map.insert("external_references".to_owned(), references(random, 3));
        map.insert("x_example_platforms".to_owned(), json!(["Windows", "Linux"]));
        map
    }

    fn indicator(self, random: &mut Random) -> Map<String, Value> {
        let mut map = self.common("indicator", random);
        let pattern = match random.below(5) {
            0 => format!("[file:hashes.'SHA-256' = '{}']", random.hex(64)),
            1 => format!(
                "[file:hashes.MD5 = '{}' OR file:name = '{}.exe']",
                random.hex(32),
                random.word()
            ),
            2 => format!("[domain-name:value = '{}']", host(random)),
            3 => format!("[url:value = 'https://{}/{}']", host(random), random.hex(12)),
            _ => format!("[ipv6-addr:value = '{}']", address(random)),
        };
        map.insert("name".to_owned(), json!(format!("{} {}", random.word(), random.word())));
        map.insert("description".to_owned(), json!(random.prose(350)));
        map.insert("indicator_types".to_owned(), json!(["malicious-activity"]));
        map.insert("pattern".to_owned(), json!(pattern));
        map.insert("pattern_type".to_owned(), json!("stix"));
        map.insert("pattern_version".to_owned(), json!("2.1"));
        let from = map.get("created").cloned().unwrap_or_default();
        map.insert("valid_from".to_owned(), from);
        map.insert("confidence".to_owned(), json!(random.below(101)));
        map.insert("labels".to_owned(), json!([random.word()]));
        map.insert("external_references".to_owned(), references(random, 1));
        map
    }

    fn relationship(self, number: u64, random: &mut Random) -> Map<String, Value> {
        let mut map = self.common("relationship", random);
        let rounds = number / ROUND + 1;
        let mut earlier = |first: u64, kinds: u64| {
            // What is said of old things is rare; most of it concerns what came lately.
            let back = if random.below(10) == 0 {
                rounds
            } else {
                rounds.min(RECENT / ROUND)
            };
            (rounds - 1 - random.below(back)) * ROUND + first + random.below(kinds)
        };
        let indicates = number.is_multiple_of(3);
        let source = if indicates { earlier(6, 4) } else { earlier(0, 2) };
        let target = earlier(0, 2);
        let kind = if indicates { "indicates" } else { "uses" };
        map.insert("relationship_type".to_owned(), json!(kind));
        map.insert("source_ref".to_owned(), json!(self.id(source)));
        map.insert("target_ref".to_owned(), json!(self.id(target)));
        map.insert("description".to_owned(), json!(random.prose(180)));
        map.insert("external_references".to_owned(), references(random, 2));
        map.insert(
            "x_example_attributes".to_owned(),
            json!({ "spec": "3.2.0", "deprecated": false }),
        );
        map
    }
}

/// A cyber-observable object, with the identifier that STIX computes from it.
fn observable(number: u64, random: &mut Random) -> Map<String, Value> {
    let mut map = Map::new();
    let kind = match number % ROUND {
        2 => "domain-name",
        3 => "url",
        4 => "ipv6-addr",
        _ => "file",
    };
    map.insert("type".to_owned(), json!(kind));
    map.insert("spec_version".to_owned(), json!("2.1"));
    match kind {
        "domain-name" => map.insert("value".to_owned(), json!(host(random))),
        "url" => map.insert(
            "value".to_owned(),
            json!(format!("https://{}/{}", host(random), random.hex(16))),
        ),
        "ipv6-addr" => map.insert("value".to_owned(), json!(address(random))),
        _ => {
            map.insert("name".to_owned(), json!(format!("{}.dll", random.word())));
            map.insert("size".to_owned(), json!(random.below(9_000_000)));
            let hashes = json!({ "MD5": random.hex(32), "SHA-256": random.hex(64) });
            map.insert("hashes".to_owned(), hashes)
        }
    };
    map.insert("object_marking_refs".to_owned(), json!([GREEN]));
    let text = Value::Object(map.clone()).to_string();
    let id = stix::Object::parse(&text)
        .ok()
        .and_then(|object| stix::sco::deterministic_id(object.map()))
        .map_or_else(|| format!("{kind}--{}", random.uuid()), |id| id.to_string());
    map.insert("id".to_owned(), json!(id));
    map
}

fn references(random: &mut Random, count: u64) -> Value {
    let one = |_| {
        json!({
            "source_name": format!("{} report", random.word()),
            "description": random.prose(90),
            "url": format!("https://{}/reports/{}", host(random), random.hex(10)),
        })
    };
    (0..count).map(one).collect()
}

fn host(random: &mut Random) -> String {
    format!("{}.{}.example", random.hex(6), random.word())
}

fn address(random: &mut Random) -> String {
    let number = random.next();
    format!(
        "2001:db8:{:x}:{:x}::{:x}",
        number >> 48,
        (number >> 32) & 0xffff,
        number & 0xffff | 1
    )
}

fn instant(random: &mut Random) -> String {
    let mut two = |end| random.below(end);
    let (month, day, hour, minute, second) = (two(12) + 1, two(28) + 1, two(24), two(60), two(60));
    format!("2025-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

#[cfg(test)]
mod tests {
    use super::Objects;

    #[test]
    fn what_is_made_breaks_no_rule_of_stix_and_never_changes() {
        let objects = Objects { seed: 7 };
        for number in 0..400 {
            let text = objects.text(number);
            assert_eq!(text, objects.text(number));
            let object = stix::Object::parse(&text).expect("it is JSON");
            let problems = stix::check::check(object.map());
            assert!(
                problems.iter().all(|one| one.severity != stix::Severity::Error),
                "{text}\n{problems:?}"
            );
        }
    }
}
