//! Cyber-observable objects under construction, and their identifiers.

use std::borrow::Cow;

use uuid::Uuid;

use super::text::{self, Json};

/// A value inside an observable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Part<'a>>),
    Dict(Vec<(Cow<'a, str>, Part<'a>)>),
}

impl<'a> Part<'a> {
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn write(&self, json: &mut Json) {
        match self {
            Self::Text(text) => json.string(text),
            Self::Integer(number) => json.integer(*number),
            Self::Float(number) => json.float(*number),
            Self::Bool(value) => json.bool(*value),
            Self::List(parts) => {
                json.open_list();
                parts.iter().for_each(|part| part.write(json));
                json.close_list();
            }
            Self::Dict(entries) => {
                json.open();
                for (key, part) in entries {
                    json.key(key);
                    part.write(json);
                }
                json.close();
            }
        }
    }

    /// Writes the form of RFC 8785: keys sorted. All keys here are ASCII, so byte order is the order it asks for.
    fn write_canonical(&self, json: &mut Json) {
        match self {
            Self::List(parts) => {
                json.open_list();
                parts.iter().for_each(|part| part.write_canonical(json));
                json.close_list();
            }
            Self::Dict(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
                json.open();
                for (key, part) in sorted {
                    json.key(key);
                    part.write_canonical(json);
                }
                json.close();
            }
            other => other.write(json),
        }
    }
}

/// One observable: its type and its properties, in the order they will be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Observable<'a> {
    pub kind: &'static str,
    pub properties: Vec<(Cow<'a, str>, Part<'a>)>,
}

impl<'a> Observable<'a> {
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            properties: Vec::with_capacity(4),
        }
    }

    pub fn with(mut self, property: impl Into<Cow<'a, str>>, part: Part<'a>) -> Self {
        self.properties.push((property.into(), part));
        self
    }

    pub fn get(&self, property: &str) -> Option<&Part<'a>> {
        self.properties
            .iter()
            .find(|(name, _)| name == property)
            .map(|(_, part)| part)
    }

    /// The identifier of STIX 2.1 section 2.9, from the properties that the type's section names as contributing;
    /// where none of them is there, one derived from the element that the observable comes from.
    pub fn id(&self, element: Uuid, scratch: &mut Json) -> String {
        scratch.clear();
        scratch.open();
        let mut any = false;
        let mut parts: Vec<(&str, &Part<'a>)> = stix::sco::contributing(self.kind)
            .iter()
            .filter_map(|name| Some((*name, self.get(name)?)))
            .collect();
        parts.sort_unstable_by_key(|(name, _)| *name);
        for (name, part) in parts {
            any = true;
            scratch.key(name);
            match (name, part) {
                ("hashes", Part::Dict(hashes)) => one_hash(hashes).write_canonical(scratch),
                _ => part.write_canonical(scratch),
            }
        }
        scratch.close();
        let uuid = if any {
            Uuid::new_v5(&stix::sco::NAMESPACE, scratch.as_str().as_bytes())
        } else {
            Uuid::new_v5(&element, self.kind.as_bytes())
        };
        text::identifier(self.kind, uuid)
    }
}

/// Of several hashes the identifier takes one: the first of four named ones, else the first by name (section 2.9).
fn one_hash<'a>(hashes: &[(Cow<'a, str>, Part<'a>)]) -> Part<'a> {
    let named = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .iter()
        .find_map(|name| hashes.iter().find(|(key, _)| key == name));
    named
        .or_else(|| hashes.iter().min_by(|(one, _), (other, _)| one.cmp(other)))
        .map_or_else(|| Part::Dict(Vec::new()), |entry| Part::Dict(vec![entry.clone()]))
}

/// The type of observable for an address, or none where the text is no address or network.
pub(super) fn address_kind(text: &str) -> Option<&'static str> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    match address.parse::<std::net::IpAddr>().ok()? {
        std::net::IpAddr::V4(_) if prefix.is_none_or(|bits| bits <= 32) => Some("ipv4-addr"),
        std::net::IpAddr::V6(_) if prefix.is_none_or(|bits| bits <= 128) => Some("ipv6-addr"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Observable, Part, address_kind};
    use crate::misp::text::Json;

    #[test]
    fn the_same_value_has_the_same_identifier_wherever_it_comes_from() {
        let one = Observable::new("domain-name").with("value", Part::text("example.org"));
        let id = one.id(Uuid::from_u128(1), &mut Json::default());
        assert_eq!(id, one.id(Uuid::from_u128(2), &mut Json::default()));
        let process = Observable::new("process").with("pid", Part::Integer(7));
        assert_ne!(
            process.id(Uuid::from_u128(1), &mut Json::default()),
            process.id(Uuid::from_u128(2), &mut Json::default())
        );
    }

    #[test]
    fn takes_networks_as_addresses() {
        assert_eq!(address_kind("198.51.100.0/24"), Some("ipv4-addr"));
        assert_eq!(address_kind("2001:db8::1"), Some("ipv6-addr"));
        assert_eq!(address_kind("198.51.100.0/33"), None);
        assert_eq!(address_kind("host.example"), None);
    }
}
