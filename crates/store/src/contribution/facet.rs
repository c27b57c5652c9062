//! What an object says of itself that lists are narrowed by: techniques of attackers, sectors.
//!
//! | type | says |
//! |---|---|
//! | `attack-pattern` | the identifier of a technique in ATT&CK, and of the technique that it is part of |
//! | `identity` | its `sectors`; a class of identities also its name, as in MISP's galaxy of sectors |
//!
//! It is read from the object after it was stored (`super::index`), so that it costs the writer nothing.

use std::collections::BTreeSet;

use stix::json::Map;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetKind {
    /// A technique, as in `T1566.001`.
    Technique,
    /// A sector, as in `water`.
    Sector,
}

/// Characters of a value.
const VALUE_MOST: usize = 100;
/// Values of one object.
const VALUES_MOST: usize = 50;

impl FacetKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Technique, Self::Sector];

    /// The number, as stored.
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Technique => 1,
            Self::Sector => 2,
        }
    }

    pub(super) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The type of the objects that say it.
    pub(super) const fn object_type(self) -> &'static str {
        match self {
            Self::Technique => "attack-pattern",
            Self::Sector => "identity",
        }
    }

    /// Whether a text is the identifier of a technique: `T` and four digits, and three more for a part of one.
    pub fn is_technique(text: &str) -> bool {
        let digits = |text: &str, many: usize| text.len() == many && text.bytes().all(|one| one.is_ascii_digit());
        let Some(rest) = text.strip_prefix('T') else {
            return false;
        };
        match rest.split_once('.') {
            None => digits(rest, 4),
            Some((technique, part)) => digits(technique, 4) && digits(part, 3),
        }
    }

    /// A value as it is stored and asked for.
    pub fn written(self, text: &str) -> String {
        match self {
            Self::Technique => text.trim().to_ascii_uppercase(),
            Self::Sector => {
                let parts = text
                    .split(|one: char| !one.is_alphanumeric())
                    .filter(|part| !part.is_empty());
                parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
            }
        }
    }
}

/// What an object says.
pub(super) fn said(object_type: &str, body: &str) -> BTreeSet<(FacetKind, String)> {
    let mut found = BTreeSet::new();
    if FacetKind::ALL.iter().any(|kind| kind.object_type() == object_type)
        && let Ok(object) = stix::Object::parse(body)
    {
        match object_type {
            "attack-pattern" => techniques(object.map(), &mut found),
            _ => sectors(object.map(), &mut found),
        }
    }
    found
}

fn techniques(map: &Map<'_>, found: &mut BTreeSet<(FacetKind, String)>) {
    let references = map.get("external_references").and_then(|value| value.as_array());
    for reference in references.into_iter().flatten().take(VALUES_MOST) {
        let Some(reference) = reference.as_object() else {
            continue;
        };
        let is_attack = reference
            .str("source_name")
            .is_some_and(|name| name.starts_with("mitre"));
        let id = reference.str("external_id").unwrap_or_default().to_ascii_uppercase();
        if is_attack && FacetKind::is_technique(&id) {
            if let Some((whole, _)) = id.split_once('.') {
                found.insert((FacetKind::Technique, whole.to_owned()));
            }
            found.insert((FacetKind::Technique, id));
        }
    }
}

fn sectors(map: &Map<'_>, found: &mut BTreeSet<(FacetKind, String)>) {
    let listed = map.get("sectors").and_then(|value| value.as_array());
    let listed = listed
        .into_iter()
        .flatten()
        .take(VALUES_MOST)
        .filter_map(|value| value.as_str());
    let class = (map.str("identity_class") == Some("class"))
        .then(|| map.str("name"))
        .flatten();
    for text in listed.chain(class) {
        let value = FacetKind::Sector.written(text);
        if !value.is_empty() && value.len() <= VALUE_MOST {
            found.insert((FacetKind::Sector, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(object_type: &str, body: &str) -> Vec<String> {
        said(object_type, body).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn a_part_of_a_technique_says_the_technique_too() {
        let body = r#"{"external_references":[{"source_name":"mitre-attack","external_id":"T1566.001"},
            {"source_name":"capec","external_id":"T1111"},{"source_name":"mitre-attack","external_id":"G0001"},7]}"#;
        assert_eq!(values("attack-pattern", body), ["T1566", "T1566.001"]);
        assert!(values("malware", body).is_empty());
    }

    #[test]
    fn an_identity_says_its_sectors_and_a_class_its_name() {
        let body = r#"{"sectors":["Water","government-local",3],"identity_class":"class","name":"Oil & Gas"}"#;
        assert_eq!(values("identity", body), ["government-local", "oil-gas", "water"]);
        assert!(values("identity", r#"{"identity_class":"organization","name":"Oil"}"#).is_empty());
        assert!(values("identity", "nonsense").is_empty());
    }

    #[test]
    fn a_technique_is_written_one_way() {
        for good in ["T1566", "T1566.001"] {
            assert!(FacetKind::is_technique(good), "{good}");
        }
        for bad in ["", "T", "t1566", "T156", "T1566.", "T1566.1", "TA0001", "T15665"] {
            assert!(!FacetKind::is_technique(bad), "{bad}");
        }
    }
}
