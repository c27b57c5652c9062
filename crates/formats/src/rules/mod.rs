//! Detection rules as indicators: the exact text of each rule is the pattern, its language the pattern type.
//!
//! Rules are not compiled here. They are split where one ends and the next begins, which takes strings, comments,
//! regular expressions and brackets of the language into account, and what a rule says about itself becomes properties.

pub mod sigma;
pub mod suricata;
pub mod yara;

use std::collections::HashSet;

use stix::{Place, Problem, Timestamp};

use crate::draft::{self, Dates, Draft};
use crate::{ReadOptions, Sink};

/// What a rule says about itself.
#[derive(Debug, Default)]
pub(crate) struct Rule<'a> {
    /// `yara`, `sigma`, `suricata`, `snort`.
    pub language: &'static str,
    /// What makes it the same rule in another version: its own identifier, or its name.
    pub identity: String,
    pub name: String,
    pub description: Option<String>,
    pub text: &'a str,
    pub labels: Vec<String>,
    /// Addresses of documents.
    pub references: Vec<String>,
    /// Other names: a source such as `cve` and the identifier there.
    pub external_ids: Vec<(&'static str, String)>,
    /// Numbers of ATT&CK techniques.
    pub techniques: Vec<String>,
    pub confidence: Option<u8>,
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
}

/// Most references, labels and techniques that one rule is given.
const MOST: usize = 64;

/// Hands on rules of one input; a technique is handed on once.
#[derive(Default)]
pub(crate) struct Rules {
    techniques: HashSet<String>,
}

impl Rules {
    /// Hands on the indicator, and for each technique the attack-pattern and the relationship to it.
    pub fn hand_on(
        &mut self,
        rule: &Rule<'_>,
        place: Place,
        options: &ReadOptions,
        sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        let id = draft::id("indicator", &options.producer, &[rule.language, &rule.identity]);
        let dates = Dates {
            created: rule.created,
            modified: rule.modified,
        };
        let (mut draft, dated) = Draft::versioned(&id, options, dates);
        draft.list("labels", &rule.labels[..rule.labels.len().min(MOST)]);
        if let Some(confidence) = rule.confidence {
            draft.value("confidence", &confidence);
        }
        let references = references(rule);
        if !references.is_empty() {
            draft.value("external_references", &references);
        }
        draft.markings(&[], options);
        draft.text("name", &rule.name);
        draft.optional("description", rule.description.as_deref());
        draft.text("pattern", rule.text);
        draft.text("pattern_type", rule.language);
        let valid_from = rule.created.or(rule.modified).unwrap_or(options.now);
        draft.text("valid_from", &valid_from.to_string());
        draft.hand_on(place.clone(), dated, sink)?;
        for number in rule.techniques.iter().take(MOST) {
            let (target, technique) = draft::technique(number);
            if self.techniques.insert(number.clone()) {
                technique.hand_on(place.clone(), false, sink)?;
            }
            let relationship = draft::id(
                "relationship",
                &options.producer,
                &[id.as_str(), "indicates", target.as_str()],
            );
            let (mut draft, dated) = Draft::versioned(&relationship, options, dates);
            draft.markings(&[], options);
            draft.text("relationship_type", "indicates");
            draft.text("source_ref", id.as_str());
            draft.text("target_ref", target.as_str());
            draft.hand_on(place.clone(), dated, sink)?;
        }
        Ok(())
    }
}

fn references(rule: &Rule<'_>) -> Vec<serde_json::Value> {
    let ids = rule
        .external_ids
        .iter()
        .map(|(source, id)| serde_json::json!({ "source_name": source, "external_id": id }));
    let documents = rule.references.iter().map(|address| {
        if is_url(address) {
            serde_json::json!({ "source_name": rule.language, "url": address })
        } else {
            serde_json::json!({ "source_name": rule.language, "description": address })
        }
    });
    ids.chain(documents).take(MOST).collect()
}

/// Whether a rule names an address that an object may have as its URL: authors write whatever they like.
fn is_url(address: &str) -> bool {
    address.contains("://") && stix::check::is_url(address)
}

/// The number of a technique in a tag: `attack.t1059.001`, `T1059`, `mitre:t1566`.
pub(crate) fn technique_number(text: &str) -> Option<String> {
    let text = text.trim();
    let tail = text.rsplit_once("attack.").map_or(text, |(_, tail)| tail);
    let number = tail.strip_prefix(['t', 'T'])?;
    let (main, sub) = number
        .split_once(['.', '_'])
        .map_or((number, None), |(main, sub)| (main, Some(sub)));
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    match sub {
        _ if !digits(main, 4) => None,
        None => Some(format!("T{main}")),
        Some(sub) if digits(sub, 3) => Some(format!("T{main}.{sub}")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn only_what_an_object_may_have_as_its_url_is_one() {
        assert!(is_url("https://example.com/a b"));
        for none in [
            "example.com",
            "1http://example.com",
            "://example.com",
            "http://example.com/\u{1b}",
        ] {
            assert!(!is_url(none), "{none:?}");
        }
    }
}
