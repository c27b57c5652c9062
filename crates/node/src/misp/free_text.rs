//! Values in a text that somebody pastes, as MISP's types.

use std::collections::BTreeSet;

use stix::observable::{Kind, guess, refang};

use crate::node::Node;

/// Values taken out of one text.
const MOST: usize = 10_000;

/// How MISP calls a kind of value.
fn type_of(kind: Kind, value: &str) -> Option<&'static str> {
    Some(match kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network => "ip-dst",
        Kind::Domain if value.matches('.').count() > 1 => "hostname",
        Kind::Domain => "domain",
        Kind::Url => "url",
        Kind::EmailAddress => "email-src",
        Kind::Asn => "AS",
        Kind::Cve => "vulnerability",
        Kind::Md5 => "md5",
        Kind::Sha1 => "sha1",
        Kind::Sha256 => "sha256",
        Kind::Sha512 => "sha512",
        Kind::FileName => "filename",
        _ => return None,
    })
}

impl Node {
    /// The values that a text holds, each once: type and value.
    pub fn misp_free_text(&self, text: &str) -> Vec<(&'static str, String)> {
        let clear = refang(text);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let ends = |letter: char| {
            letter.is_whitespace() || matches!(letter, ',' | ';' | '"' | '\'' | '<' | '>' | '|' | '(' | ')')
        };
        for word in clear.split(ends) {
            let word = word.trim_end_matches(['.', ':', '!', '?']);
            let Some(value) = guess(word) else { continue };
            let Some(element_type) = type_of(value.kind, &value.value) else {
                continue;
            };
            if found.len() < MOST && seen.insert((element_type, value.value.clone())) {
                found.push((element_type, value.value));
            }
        }
        found
    }

    /// Whether a warninglist of false positives knows a value.
    pub fn misp_is_known_harmless(&self, value: &str) -> bool {
        let lists = self.warninglists();
        guess(value).is_some_and(|observable| lists.hits(&observable).next().is_some())
    }
}
