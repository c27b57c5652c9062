//! Sigma rules: YAML, one rule in each document of a file.

use serde_yaml_ng::Value;
use stix::{Place, Problem};

use super::{Rule, Rules, technique_number};
use crate::indicators::date;
use crate::{ReadOptions, Sink};

/// Largest rule: YAML is held as a tree.
const RULE_BYTES: usize = 1 << 20;

/// Whether a text has the parts of a Sigma rule.
pub(crate) fn is_rules(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("detection:") && (has("logsource:") || has("title:"))
}

/// The documents of a file, each with the line it starts at.
fn documents(text: &str) -> Vec<(u64, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 1, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_end();
        if bare == "---" || bare == "..." || line.starts_with("--- ") {
            documents.push((start_line, &text[start..at]));
            start = at + line.len();
            start_line = number as u64 + 2;
        }
        at += line.len();
    }
    documents.push((start_line, &text[start..]));
    documents.retain(|(_, document)| {
        document
            .lines()
            .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    });
    documents
}

/// Reads a file of rules. A document that is no rule is a problem; the others are still read.
pub fn read(text: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut rules = Rules::default();
    for (line, document) in documents(text) {
        let place = Place::line(line, 1);
        match read_document(document, line) {
            Ok(rule) => rules.hand_on(&rule, place, options, sink)?,
            Err(problem) => sink.problem(problem),
        }
    }
    Ok(())
}

fn read_document(text: &str, line: u64) -> Result<Rule<'_>, Problem> {
    let refuse = |why: &str| {
        Problem::error(
            "sigma-syntax",
            Place::line(line, 1),
            format!("the Sigma rule cannot be read: {why}"),
        )
    };
    if text.len() > RULE_BYTES {
        return Err(refuse("it is larger than 1 MiB"));
    }
    let value: Value = serde_yaml_ng::from_str(text).map_err(|error| {
        let place = error.location().map_or_else(
            || Place::line(line, 1),
            |at| Place::line(line + at.line() as u64 - 1, at.column() as u64),
        );
        Problem {
            place,
            ..refuse(&error.to_string())
        }
    })?;
    let Value::Mapping(map) = &value else {
        return Err(refuse("expected keys and values"));
    };
    let text_of = |key: &str| map.get(key).and_then(scalar);
    let list_of = |key: &str| -> Vec<String> {
        match map.get(key) {
            Some(Value::Sequence(values)) => values.iter().filter_map(scalar).collect(),
            Some(value) => scalar(value).into_iter().collect(),
            None => Vec::new(),
        }
    };
    if !map.contains_key("detection") {
        return Err(refuse("'detection' is missing"));
    }
    let name = text_of("title").ok_or_else(|| refuse("'title' is missing"))?;
    let mut rule = Rule {
        language: "sigma",
        identity: text_of("id").unwrap_or_else(|| name.clone()),
        name,
        description: text_of("description"),
        text: text.trim_end(),
        labels: list_of("tags"),
        references: list_of("references"),
        created: text_of("date").as_deref().and_then(date::read),
        modified: text_of("modified").as_deref().and_then(date::read),
        ..Rule::default()
    };
    rule.techniques = rule.labels.iter().filter_map(|tag| technique_number(tag)).collect();
    let numbers = rule.labels.iter().filter_map(|tag| tag.strip_prefix("cve."));
    rule.external_ids = numbers
        .map(|number| ("cve", format!("CVE-{}", number.replace('.', "-"))))
        .collect();
    rule.labels
        .extend(text_of("level").map(|level| format!("sigma-level:{level}")));
    rule.labels
        .extend(text_of("status").map(|status| format!("sigma-status:{status}")));
    Ok(rule)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
