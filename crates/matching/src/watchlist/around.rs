//! What stands around indicators: the malware, groups and techniques they indicate, and what to do about them.

use std::collections::HashMap;

use stix::json::{Map, Value};

use super::compile::About;

/// Names that one indicator is given at the most.
const MOST: usize = 16;
/// Letters of a name or of what to do.
const LETTERS: usize = 300;

/// Things and relationships, seen one by one, to be asked about indicators afterwards.
#[derive(Debug, Default)]
pub struct Around {
    things: HashMap<String, Thing>,
    /// Indicator, or malware and the like, to what it indicates or uses.
    leads_to: HashMap<String, Vec<String>>,
    /// To the courses of action against it.
    countered_by: HashMap<String, Vec<String>>,
}

#[derive(Debug)]
enum Thing {
    Technique(String),
    Threat(String),
    Action(String),
}

impl Around {
    /// Takes note of an object, if it is one that says something about indicators.
    pub fn see(&mut self, object: &Map<'_>) {
        let (Some(object_type), Some(id)) = (object.str("type"), object.str("id")) else {
            return;
        };
        let name = || cut(object.str("name").unwrap_or_default());
        let thing = match object_type {
            "relationship" => return self.relationship(object),
            "attack-pattern" => Thing::Technique(technique(object)),
            "malware" | "campaign" | "intrusion-set" | "threat-actor" | "tool" | "infrastructure" => {
                Thing::Threat(name())
            }
            "course-of-action" => {
                let description = object.str("description").map(|text| format!(": {}", cut(text)));
                Thing::Action(name() + &description.unwrap_or_default())
            }
            _ => return,
        };
        self.things.insert(id.to_owned(), thing);
    }

    fn relationship(&mut self, object: &Map<'_>) {
        let (Some(source), Some(target)) = (object.str("source_ref"), object.str("target_ref")) else {
            return;
        };
        let (from, to) = (source.to_owned(), target.to_owned());
        match object.str("relationship_type") {
            Some("mitigates" | "remediates" | "investigates") => self.countered_by.entry(to).or_default().push(from),
            Some("indicates" | "uses" | "attributed-to") => self.leads_to.entry(from).or_default().push(to),
            _ => {}
        }
    }

    /// Adds what is known around an indicator: what it indicates, the techniques of that, and what to do about either.
    pub fn tell(&self, indicator: &str, about: &mut About) {
        let mut ids = vec![indicator];
        let near = self.leads_to.get(indicator).into_iter().flatten();
        let near: Vec<&str> = near.map(String::as_str).collect();
        ids.extend(&near);
        // One step further for techniques: an indicator indicates malware, which uses techniques.
        let further = near.iter().filter_map(|id| self.leads_to.get(*id)).flatten();
        let techniques = further.filter(|id| matches!(self.things.get(*id), Some(Thing::Technique(_))));
        ids.extend(techniques.map(String::as_str));
        for id in &ids {
            match self.things.get(*id) {
                Some(Thing::Technique(name)) => add(&mut about.techniques, name),
                Some(Thing::Threat(name)) => add(&mut about.threats, name),
                _ => {}
            }
            for action in self.countered_by.get(*id).into_iter().flatten() {
                if let Some(Thing::Action(text)) = self.things.get(action) {
                    add(&mut about.actions, text);
                }
            }
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !name.is_empty() && names.len() < MOST && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Number and name of a technique, as in `T1566 Phishing`.
fn technique(object: &Map<'_>) -> String {
    let name = cut(object.str("name").unwrap_or_default());
    let references = object.array("external_references").unwrap_or_default();
    let number = references.iter().filter_map(Value::as_object).find_map(|reference| {
        let is_attack = reference.str("source_name")?.starts_with("mitre");
        reference.str("external_id").filter(|_| is_attack)
    });
    match number {
        Some(number) => format!("{number} {name}"),
        None => name,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indicator_is_told_its_threats_techniques_and_actions() {
        let mut around = Around::default();
        for text in [
            r#"{"type":"malware","id":"malware--1","name":"Example Worm"}"#,
            r#"{"type":"attack-pattern","id":"attack-pattern--1","name":"Phishing","external_references":[{"source_name":"mitre-attack","external_id":"T1566"}]}"#,
            r#"{"type":"course-of-action","id":"course-of-action--1","name":"Block it","description":"At the proxy"}"#,
            r#"{"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"}"#,
            r#"{"type":"relationship","id":"relationship--2","relationship_type":"uses","source_ref":"malware--1","target_ref":"attack-pattern--1"}"#,
            r#"{"type":"relationship","id":"relationship--3","relationship_type":"mitigates","source_ref":"course-of-action--1","target_ref":"malware--1"}"#,
        ] {
            around.see(stix::json::parse(text).unwrap().as_object().unwrap());
        }
        let mut about = About::default();
        around.tell("indicator--1", &mut about);
        assert_eq!(about.threats, ["Example Worm"]);
        assert_eq!(about.techniques, ["T1566 Phishing"]);
        assert_eq!(about.actions, ["Block it: At the proxy"]);
        let mut nothing = About::default();
        around.tell("indicator--2", &mut nothing);
        assert!(nothing.threats.is_empty());
    }
}
