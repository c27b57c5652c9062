//! Indicators from lists and tables: one value each, a pattern for it, and what stands beside it.

pub(crate) mod columns;
pub mod date;
pub mod list;
pub mod pattern;
pub mod table;

use stix::observable::{Kind, Observable};
use stix::{Id, Place, Problem, Timestamp};

use crate::draft::{self, Dates, Draft};
use crate::{ReadOptions, Sink};

/// What a source says about one indicator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub name: Option<String>,
    pub description: Option<String>,
    pub labels: Vec<String>,
    pub indicator_types: Vec<&'static str>,
    pub confidence: Option<u8>,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
    pub markings: Vec<Id>,
}

/// Hands on the indicator for a value, or the vulnerability for a number of one.
pub(crate) fn hand_on(
    observable: &Observable,
    entry: &Entry,
    place: Place,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    if observable.kind == Kind::Cve {
        let (_, vulnerability) = draft::vulnerability(&observable.value);
        return vulnerability.hand_on(place, false, sink);
    }
    let pattern = pattern::of(observable);
    let id = identifier_of(&pattern, &options.producer);
    let dates = Dates {
        created: entry.first_seen,
        modified: entry.last_seen,
    };
    let (mut draft, dated) = Draft::versioned(&id, options, dates);
    draft.list("labels", &entry.labels);
    if let Some(confidence) = entry.confidence {
        draft.value("confidence", &confidence);
    }
    draft.markings(&entry.markings, options);
    draft.text("name", entry.name.as_deref().unwrap_or(&observable.value));
    draft.optional("description", entry.description.as_deref());
    draft.list("indicator_types", &entry.indicator_types);
    draft.text("pattern", &pattern);
    draft.text("pattern_type", "stix");
    let valid_from = entry.first_seen.or(entry.last_seen).unwrap_or(options.now);
    draft.text("valid_from", &valid_from.to_string());
    // STIX 2.1 section 4.7 asks that the end lie after the beginning.
    if let Some(until) = entry.valid_until.filter(|until| *until > valid_from) {
        draft.text("valid_until", &until.to_string());
    }
    draft.hand_on(place, dated, sink)
}

/// The identifier of the indicator that a list of this producer makes of a value.
pub fn identifier(observable: &Observable, producer: &Id) -> Id {
    identifier_of(&pattern::of(observable), producer)
}

fn identifier_of(pattern: &str, producer: &Id) -> Id {
    draft::id("indicator", producer, &["stix", pattern])
}

/// The observable of a cell or line: defanged or not, with a port or a wildcard in front.
pub(crate) fn observable_of(text: &str) -> Option<Observable> {
    use stix::observable::{guess, refang};
    let refanged = refang(text.trim().trim_matches(['"', '\'', '<', '>', '`']));
    let value = refanged.trim();
    if let Some(found) = guess(value) {
        return Some(found);
    }
    // `*.example.com` means the domain with everything below it, which is how domains are matched anyway.
    if let Some(domain) = value.strip_prefix("*.").or_else(|| value.strip_prefix('.')) {
        return guess(domain).filter(|found| found.kind == Kind::Domain);
    }
    let (host, port) = value.rsplit_once(':')?;
    if !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) {
        return guess(host).filter(|found| matches!(found.kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Domain));
    }
    None
}

/// The entry of STIX's open vocabulary (section 10.10) that a word of a source stands for.
pub(crate) fn indicator_type(word: &str) -> Option<&'static str> {
    let word = word.trim().to_ascii_lowercase();
    Some(match word.replace([' ', '_'], "-").as_str() {
        "anomalous-activity" | "suspicious" | "anomaly" => "anomalous-activity",
        "anonymization" | "tor" | "tor-exit" | "vpn" | "proxy" => "anonymization",
        "benign" | "whitelist" | "allowlist" => "benign",
        "compromised" => "compromised",
        "malicious-activity" | "malicious" | "malware" | "c2" | "c&c" | "cnc" | "botnet" | "botnet-cc" | "phishing"
        | "ransomware" | "payload-delivery" | "payload" | "malware-download" | "exploit" => "malicious-activity",
        "attribution" => "attribution",
        _ => return None,
    })
}
