//! Turns the value of one MISP attribute into observables and a pattern.

use std::borrow::Cow;
use std::collections::HashSet;

use uuid::Uuid;

use super::attribute_table::{End, Shape, shape};
use super::fit::{fits, is_plainly_domain, is_url, mac_address, registry_key};
use super::observable::{Observable, Part, address_kind};
use super::pattern::{Pattern, hash_step};
use super::text::Json;

/// What an attribute means in STIX.
#[derive(Debug, PartialEq)]
pub(super) enum Meaning {
    /// Observables (with the first one standing for the attribute) and a pattern.
    Observed,
    /// A pattern, but nothing that can be observed on its own.
    PatternOnly,
    /// A rule in the language named.
    Rule(&'static str),
    Vulnerability,
    Campaign,
}

/// Observables with their identifiers, and the comparisons that find them; reused from attribute to attribute.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub observables: Vec<(String, Observable<'a>)>,
    pub pattern: Pattern,
    /// Identifiers, once there are too many to compare one by one.
    many: HashSet<String>,
}

/// Up to this many observables are compared one by one.
const FEW: usize = 16;

impl<'a> Facts<'a> {
    /// Adds an observable and gives its identifier.
    pub fn add(&mut self, observable: Observable<'a>, element: Uuid, scratch: &mut Json) -> String {
        let id = observable.id(element, scratch);
        if self.observables.len() == FEW {
            self.many.extend(self.observables.iter().map(|(id, _)| id.clone()));
        }
        let known = if self.observables.len() < FEW {
            self.observables.iter().any(|(other, _)| *other == id)
        } else {
            !self.many.insert(id.clone())
        };
        if !known {
            self.observables.push((id.clone(), observable));
        }
        id
    }
}

/// What of an attribute decides its meaning.
pub(super) struct Attribute<'a> {
    pub attribute_type: &'a str,
    pub value: &'a str,
    /// Base64 of the content, for attachments and samples.
    pub data: Option<&'a str>,
    pub uuid: Uuid,
}

/// Understands an attribute; none where STIX has no counterpart, or the value does not fit its type.
pub(super) fn understand<'a>(attribute: &Attribute<'a>, facts: &mut Facts<'a>, scratch: &mut Json) -> Option<Meaning> {
    let shape = shape(attribute.attribute_type)?;
    if attribute.value.is_empty() {
        return None;
    }
    let mut add = |facts: &mut Facts<'a>, observable| facts.add(observable, attribute.uuid, scratch);
    let value = attribute.value;
    match shape {
        Shape::Value("url", _) if !is_url(value) => {
            // People write hosts into fields for URLs; what is neither is no observable.
            let kind = address_kind(value).or_else(|| is_plainly_domain(value).then_some("domain-name"))?;
            add(facts, Observable::new(kind).with("value", Part::text(value)));
            facts.pattern.address(&[kind, ":value"], value);
        }
        Shape::Value(kind, property) => {
            let value = match kind {
                "windows-registry-key" => registry_key(value),
                "mac-addr" => mac_address(value),
                _ => Cow::Borrowed(value),
            };
            facts.pattern.equals(&[kind, ":", property], &value);
            add(facts, Observable::new(kind).with(property, Part::Text(value)));
        }
        Shape::Hash(kind, algorithm) => {
            add(facts, Observable::new(kind).with("hashes", hash(algorithm, value)));
            hash_pattern(&mut facts.pattern, kind, algorithm, value);
        }
        Shape::NamedHash(algorithm) => {
            let (name, digest) = split(value)?;
            let file = Observable::new("file")
                .with("hashes", hash(algorithm, digest))
                .with("name", Part::text(name));
            add(facts, file);
            facts.pattern.equals(&["file:name"], name);
            hash_pattern(&mut facts.pattern, "file", algorithm, digest);
        }
        Shape::AutonomousSystem => {
            let number = autonomous_system(value)?;
            add(
                facts,
                Observable::new("autonomous-system").with("number", Part::Integer(number)),
            );
            facts.pattern.number(&["autonomous-system:number"], number);
        }
        Shape::Address { end, port } => {
            let (address, port) = if port {
                let (address, port) = split_port(value)?;
                (address, Some(port))
            } else {
                (value, None)
            };
            let kind = address_kind(address)?;
            let id = add(facts, Observable::new(kind).with("value", Part::text(address)));
            add(facts, connection(end, id, port));
            // The connection stands for the attribute; what it refers to follows.
            facts.observables.reverse();
            endpoint(&mut facts.pattern, end, kind, address);
            if let Some(port) = port {
                facts.pattern.number(&["network-traffic:", end.port()], port);
            }
        }
        Shape::DomainAddress => {
            let (domain, address) = split(value)?;
            let kind = address_kind(address)?;
            let id = add(facts, Observable::new(kind).with("value", Part::text(address)));
            let domain_name = Observable::new("domain-name")
                .with("value", Part::text(domain))
                .with("resolves_to_refs", Part::List(vec![Part::text(id)]));
            add(facts, domain_name);
            facts.observables.reverse();
            facts.pattern.equals(&["domain-name:value"], domain);
            facts
                .pattern
                .address(&["domain-name:resolves_to_refs[*].value"], address);
        }
        Shape::HostPort => {
            let (host, port) = split_port(value)?;
            let kind = address_kind(host).unwrap_or("domain-name");
            let id = add(facts, Observable::new(kind).with("value", Part::text(host)));
            add(facts, connection(End::Destination, id, Some(port)));
            facts.observables.reverse();
            facts.pattern.equals(&["network-traffic:dst_ref.value"], host);
            facts.pattern.number(&["network-traffic:dst_port"], port);
        }
        Shape::EmailAddress(property) => {
            let id = add(facts, Observable::new("email-addr").with("value", Part::text(value)));
            let many = property.ends_with('s');
            let reference = if many {
                Part::List(vec![Part::text(id)])
            } else {
                Part::text(id)
            };
            add(facts, message(false).with(property, reference));
            facts.observables.reverse();
            let step = if many { "[*].value" } else { ".value" };
            facts.pattern.equals(&["email-message:", property, step], value);
        }
        Shape::EmailText(property) => {
            add(facts, message(false).with(property, Part::text(value)));
            facts.pattern.equals(&["email-message:", property], value);
        }
        Shape::EmailHeader(header) => {
            let headers = Part::Dict(vec![(Cow::Borrowed(header), Part::List(vec![Part::text(value)]))]);
            add(facts, message(false).with("additional_header_fields", headers));
            facts
                .pattern
                .equals(&["email-message:additional_header_fields.'", header, "'[*]"], value);
        }
        Shape::EmailReceived => {
            add(
                facts,
                message(false).with("received_lines", Part::List(vec![Part::text(value)])),
            );
            facts.pattern.equals(&["email-message:received_lines[*]"], value);
        }
        Shape::EmailAttachment => {
            let id = add(facts, Observable::new("file").with("name", Part::text(value)));
            add(
                facts,
                message(true).with("body_multipart", Part::List(vec![attached(value, id)])),
            );
            facts.observables.reverse();
            facts
                .pattern
                .equals(&["email-message:body_multipart[*].body_raw_ref.name"], value);
        }
        Shape::RegistryValue => {
            let (key, data) = value.split_once('|')?;
            let values = Part::List(vec![Part::Dict(vec![("data".into(), Part::text(data))])]);
            let key = registry_key(key);
            facts.pattern.equals(&["windows-registry-key:key"], &key);
            let registry = Observable::new("windows-registry-key")
                .with("key", Part::Text(key))
                .with("values", values);
            add(facts, registry);
            facts.pattern.equals(&["windows-registry-key:values[*].data"], data);
        }
        Shape::Attachment => {
            let mut file = Observable::new("file").with("name", Part::text(value));
            if let Some(data) = attribute.data {
                let id = add(facts, Observable::new("artifact").with("payload_bin", Part::text(data)));
                file = file.with("content_ref", Part::text(id));
            }
            add(facts, file);
            facts.observables.reverse();
            facts.pattern.equals(&["file:name"], value);
        }
        Shape::Sample => {
            let (name, digest) = split(value)?;
            let mut file = Observable::new("file")
                .with("hashes", hash("MD5", digest))
                .with("name", Part::text(name));
            if let Some(data) = attribute.data {
                let id = add(facts, sample(data));
                file = file.with("content_ref", Part::text(id));
            }
            add(facts, file);
            facts.observables.reverse();
            facts.pattern.equals(&["file:name"], name);
            hash_pattern(&mut facts.pattern, "file", "MD5", digest);
        }
        Shape::Account(service) => {
            let account = Observable::new("user-account")
                .with("account_login", Part::text(value))
                .with("account_type", Part::text(service));
            add(facts, account);
            facts.pattern.equals(&["user-account:account_type"], service);
            facts.pattern.equals(&["user-account:account_login"], value);
        }
        Shape::TextPattern(path) => {
            facts.pattern.equals(&[path], value);
            return Some(Meaning::PatternOnly);
        }
        Shape::NumberPattern(path) => {
            facts.pattern.number(&[path], value.trim().parse().ok()?);
            return Some(Meaning::PatternOnly);
        }
        Shape::Rule(language) => return Some(Meaning::Rule(language)),
        Shape::Vulnerability => return Some(Meaning::Vulnerability),
        Shape::Campaign => return Some(Meaning::Campaign),
    }
    let fits = facts.observables.iter().all(|(_, observable)| fits(observable));
    fits.then_some(Meaning::Observed)
}

/// Parts a composite value at its last bar: names may hold bars, the second half (a hash, an address) does not.
pub(super) fn split(value: &str) -> Option<(&str, &str)> {
    value
        .rsplit_once('|')
        .filter(|(first, second)| !first.is_empty() && !second.is_empty())
}

/// Parts `host|port`, as well as the `host:port` that some tools write.
fn split_port(value: &str) -> Option<(&str, i64)> {
    let (host, port) = split(value).or_else(|| value.rsplit_once(':'))?;
    let port: u16 = port.trim().parse().ok()?;
    Some((host, i64::from(port)))
}

pub(super) fn autonomous_system(value: &str) -> Option<i64> {
    let value = value.trim();
    let digits = value
        .strip_prefix("AS")
        .or_else(|| value.strip_prefix("as"))
        .unwrap_or(value);
    digits.trim().parse::<u32>().ok().map(i64::from)
}

pub(super) fn hash<'a>(algorithm: &'static str, digest: &'a str) -> Part<'a> {
    Part::Dict(vec![(Cow::Borrowed(algorithm), Part::text(digest))])
}

pub(super) fn hash_pattern(pattern: &mut Pattern, kind: &str, algorithm: &str, digest: &str) {
    let [before, name, after] = hash_step(algorithm);
    pattern.equals(&[kind, ":hashes.", before, name, after], digest);
}

pub(super) fn endpoint(pattern: &mut Pattern, end: End, kind: &str, value: &str) {
    pattern.equals(&["network-traffic:", end.reference(), ".type"], kind);
    pattern.address(&["network-traffic:", end.reference(), ".value"], value);
}

fn connection<'a>(end: End, address: String, port: Option<i64>) -> Observable<'a> {
    let traffic = Observable::new("network-traffic").with(end.reference(), Part::text(address));
    let traffic = match port {
        Some(port) => traffic.with(end.port(), Part::Integer(port)),
        None => traffic,
    };
    traffic.with("protocols", Part::List(vec![Part::text("tcp")]))
}

fn message<'a>(multipart: bool) -> Observable<'a> {
    Observable::new("email-message").with("is_multipart", Part::Bool(multipart))
}

pub(super) fn attached<'a>(name: &str, file: String) -> Part<'a> {
    Part::Dict(vec![
        ("body_raw_ref".into(), Part::text(file)),
        (
            "content_disposition".into(),
            Part::text(format!("attachment; filename='{name}'")),
        ),
    ])
}

/// A malware sample as MISP stores it: a zip encrypted with the password that everybody uses for samples.
pub(super) fn sample(data: &str) -> Observable<'_> {
    Observable::new("artifact")
        .with("mime_type", Part::text("application/zip"))
        .with("payload_bin", Part::text(data))
        .with("encryption_algorithm", Part::text("mime-type-indicated"))
        .with("decryption_key", Part::text("infected"))
}
