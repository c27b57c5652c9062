//! Rules of Suricata and Snort: one on each line, a backslash at the end of a line joins the next.

use std::io::Read;

use stix::{Place, Problem};

use super::{Rule, Rules, technique_number};
use crate::indicators::date;
use crate::lines::Lines;
use crate::{ReadOptions, Sink};

const ACTIONS: [&str; 13] = [
    "alert",
    "drop",
    "reject",
    "pass",
    "log",
    "rejectsrc",
    "rejectdst",
    "rejectboth",
    "sdrop",
    "block",
    "react",
    "rewrite",
    "activate",
];

/// Most lines that one rule is continued over.
const CONTINUED: usize = 1_000;

/// Whether a text is a file of rules, even if all of them are switched off.
pub(crate) fn is_rules(text: &str) -> bool {
    let mut others = 0;
    for line in text.lines().take(2_000) {
        let bare = line.trim().trim_start_matches(['#', ' ']);
        if begins_rule(bare)
            && (bare.contains("(") && (bare.contains("sid:") || bare.contains("sid :") || bare.contains("msg:"))
                || bare.ends_with('\\'))
        {
            return true;
        }
        others += usize::from(!line.trim().is_empty() && !line.trim_start().starts_with('#'));
        if others > 20 {
            return false;
        }
    }
    false
}

fn begins_rule(line: &str) -> bool {
    line.split_whitespace()
        .next()
        .is_some_and(|word| ACTIONS.contains(&word))
        && line.split_whitespace().nth(1).is_some()
}

/// Reads a file of rules; those that are commented out are switched off and not read.
pub fn read(input: &mut dyn Read, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut lines = Lines::new(input, options.limits.item_bytes.min(1 << 20));
    let mut rules = Rules::default();
    let mut rule = String::new();
    let mut start = 0;
    let mut joined = 0;
    while let Some(line) = lines.next()? {
        let line = match line {
            Ok(line) => line.trim().to_owned(),
            Err(problem) => {
                sink.problem(problem);
                continue;
            }
        };
        if rule.is_empty() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            start = lines.number;
            joined = 0;
        }
        if let Some(part) = line.strip_suffix('\\')
            && joined < CONTINUED
            && rule.len() < 1 << 20
        {
            rule.push_str(part);
            joined += 1;
            continue;
        }
        rule.push_str(&line);
        hand_on(&std::mem::take(&mut rule), start, &mut rules, options, sink)?;
    }
    if !rule.is_empty() {
        hand_on(&rule, start, &mut rules, options, sink)?;
    }
    Ok(())
}

fn hand_on(
    text: &str,
    line: u64,
    rules: &mut Rules,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    let place = Place::line(line, 1);
    match read_rule(text) {
        Ok(rule) => rules.hand_on(&rule, place, options, sink),
        Err(why) => {
            let problem = Problem::error("suricata-syntax", place, format!("the rule cannot be read: {why}"));
            sink.problem(problem.help("a rule is: action protocol source -> destination (msg:\"…\"; …; sid:1;)"));
            Ok(())
        }
    }
}

fn read_rule(text: &str) -> Result<Rule<'_>, &'static str> {
    if !begins_rule(text) {
        return Err("it does not begin with an action such as alert");
    }
    let open = text.find('(').ok_or("its options in brackets are missing")?;
    let inside = text[open + 1..]
        .trim_end()
        .strip_suffix(')')
        .ok_or("its closing bracket is missing")?;
    let mut rule = Rule {
        language: if is_snort(inside) { "snort" } else { "suricata" },
        text,
        ..Rule::default()
    };
    let (mut sid, mut gid) = (None, None);
    for option in options_of(inside)? {
        let (key, value) = option.split_once(':').unwrap_or((option, ""));
        let (key, value) = (key.trim(), value.trim());
        match key {
            "msg" => rule.name = unquoted(value),
            "sid" => sid = Some(value.to_owned()),
            "gid" => gid = Some(value),
            "classtype" => rule.labels.push(format!("classtype:{value}")),
            "reference" => reference(value, &mut rule),
            "metadata" => metadata(value, &mut rule),
            _ => {}
        }
    }
    let sid = sid.filter(|sid| !sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_digit()));
    let sid = sid.ok_or("its number 'sid' is missing")?;
    rule.identity = format!("{}:{sid}", gid.unwrap_or("1"));
    if rule.name.is_empty() {
        rule.name = format!("{} rule {sid}", rule.language);
    }
    Ok(rule)
}

/// The options between the brackets: a semicolon ends each, except in quotes or after a backslash.
fn options_of(text: &str) -> Result<Vec<&str>, &'static str> {
    let mut options = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                options.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if quoted {
        return Err("a quote is not closed");
    }
    if !text[start..].trim().is_empty() {
        return Err("the semicolon after its last option is missing");
    }
    Ok(options)
}

fn unquoted(value: &str) -> String {
    let inside = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}

fn reference(value: &str, rule: &mut Rule<'_>) {
    let Some((kind, rest)) = value.split_once(',') else {
        return;
    };
    let rest = rest.trim();
    match kind.trim() {
        "url" if rest.contains("://") => rule.references.push(rest.to_owned()),
        "url" => rule.references.push(format!("http://{rest}")),
        "cve" => {
            let number = rest.trim_start_matches("CVE-").trim_start_matches("cve-");
            rule.external_ids.push(("cve", format!("CVE-{number}")));
        }
        _ => rule.references.push(value.to_owned()),
    }
}

fn metadata(value: &str, rule: &mut Rule<'_>) {
    for pair in value.split(',').take(256) {
        let (key, value) = pair.trim().split_once([' ', ':']).unwrap_or((pair.trim(), ""));
        let value = value.trim();
        match key {
            "created_at" => rule.created = date::read(&value.replace('_', "-")),
            "updated_at" => rule.modified = date::read(&value.replace('_', "-")),
            "mitre_technique_id" => rule.techniques.extend(technique_number(value)),
            "confidence" => {
                rule.confidence = match value.to_ascii_lowercase().as_str() {
                    "low" => Some(15),
                    "medium" => Some(50),
                    "high" => Some(85),
                    _ => None,
                }
            }
            "cve" => rule
                .external_ids
                .push(("cve", value.to_ascii_uppercase().replace('_', "-"))),
            "malware_family" | "attack_target" | "signature_severity" | "tag" if !value.is_empty() => {
                rule.labels.push(format!("{key}:{value}"));
            }
            _ => {}
        }
    }
}

/// Keywords that only one of the two engines has.
fn is_snort(options: &str) -> bool {
    const SNORT: [&str; 7] = [
        "policy balanced-ips",
        "policy security-ips",
        "policy connectivity-ips",
        "policy max-detect-ips",
        "service:",
        "rem:",
        "ruleset community",
    ];
    const SURICATA: [&str; 8] = [
        "http.",
        "tls.",
        "dns.",
        "file.",
        "ssh.",
        "app-layer-",
        "dataset:",
        "xbits:",
    ];
    SNORT.iter().any(|word| options.contains(word)) && !SURICATA.iter().any(|word| options.contains(word))
}
