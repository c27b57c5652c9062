//! Finds the observables of a STIX object.
//!
//! Only what an object is about counts: the value of a cyber-observable object, the constants that an indicator's
//! pattern is true for, the objects embedded in observed data, the number of a vulnerability. A URL in a description or a
//! reference is not an observable.

use super::{Kind, Observable, guess, normalise};
use crate::json::{Map, Value};
use crate::pattern::{CompareOperator, Comparison, Condition, Constant, Observation, Pattern, Step, Test};

/// The observables of an object, each once, in the order in which they stand in it.
///
/// What cannot be normalised is left out. The work is bounded by the size of the object.
pub fn extract(object: &Map<'_>) -> Vec<Observable> {
    let mut found = Found::default();
    match object.str("type") {
        Some("indicator") => of_indicator(object, &mut found),
        Some("observed-data") => {
            if let Some(embedded) = object.object("objects") {
                for (_, value) in embedded.iter() {
                    if let Some(map) = value.as_object() {
                        of_observable_object(map, &mut found);
                    }
                }
            }
        }
        Some("vulnerability") => of_vulnerability(object, &mut found),
        Some(_) => of_observable_object(object, &mut found),
        None => {}
    }
    found.list
}

/// The observables that a pattern asks for by equality, `IN` or `ISSUBSET`, each once.
pub fn of_pattern(pattern: &Pattern) -> Vec<Observable> {
    let mut found = Found::default();
    of_observation(&pattern.expression, &mut found);
    found.list
}

/// Collects values, each once; a set joins in when comparing one by one would become slow.
#[derive(Default)]
struct Found {
    list: Vec<Observable>,
    seen: std::collections::HashSet<Observable>,
}

impl Found {
    const SMALL: usize = 16;

    fn add(&mut self, observable: Option<Observable>) {
        let Some(observable) = observable else { return };
        if self.list.len() < Self::SMALL {
            if !self.list.contains(&observable) {
                self.list.push(observable);
            }
            return;
        }
        if self.seen.is_empty() {
            self.seen.extend(self.list.iter().cloned());
        }
        if self.seen.insert(observable.clone()) {
            self.list.push(observable);
        }
    }
}

/// The observable that a property of a cyber-observable object holds, as in `file`, `hashes.SHA-256`, `…`.
///
/// Steps of the path are joined by dots; quotes around a step, list positions and the names of extensions are left out.
pub fn from_property(object_type: &str, property: &str, value: &str) -> Option<Observable> {
    let kind = kind_of(object_type, property)?;
    if kind == Kind::CryptoWallet
        && let Some(found) = guess(value).filter(|found| matches!(found.kind, Kind::Bitcoin | Kind::Ethereum))
    {
        return Some(found);
    }
    normalise(kind, value).ok()
}

fn kind_of(object_type: &str, property: &str) -> Option<Kind> {
    let hash_name = property.strip_prefix("hashes.");
    Some(match (object_type, property) {
        ("ipv4-addr", "value") => Kind::Ipv4,
        ("ipv6-addr", "value") => Kind::Ipv6,
        ("domain-name" | "hostname" | "x-hostname", "value") => Kind::Domain,
        ("url", "value") | ("artifact", "url") => Kind::Url,
        ("email-addr", "value") => Kind::EmailAddress,
        ("email-message", "subject") => Kind::EmailSubject,
        ("mac-addr", "value") => Kind::MacAddress,
        ("autonomous-system", "number") => Kind::Asn,
        ("mutex", "name") => Kind::Mutex,
        ("file", "name") => Kind::FileName,
        ("file", "pe_imphash" | "windows-pebinary-ext.imphash") => Kind::Imphash,
        ("directory", "path") => Kind::FilePath,
        ("windows-registry-key", "key") => Kind::RegistryKey,
        ("process", "service_name" | "windows-service-ext.service_name") => Kind::WindowsService,
        ("user-account", "account_login" | "user_id") => Kind::UserAccount,
        ("x509-certificate", "serial_number") => Kind::CertificateSerial,
        ("user-agent", "value") => Kind::UserAgent,
        ("network-traffic", _) if property.ends_with("request_header.User-Agent") => Kind::UserAgent,
        ("phone-number", "value") => Kind::PhoneNumber,
        ("x-network-fingerprint", "ja3") => Kind::Ja3,
        ("x-network-fingerprint", "ja3s") => Kind::Ja3s,
        ("x-network-fingerprint", "ja4") => Kind::Ja4,
        ("x-network-fingerprint", "jarm") => Kind::Jarm,
        ("x-network-fingerprint", "hassh") => Kind::Hassh,
        ("cryptocurrency-wallet", "value") => Kind::CryptoWallet,
        ("vulnerability", "name") => Kind::Cve,
        ("x509-certificate", _) => match hash_name? {
            "MD5" => Kind::CertificateMd5,
            "SHA-1" => Kind::CertificateSha1,
            "SHA-256" => Kind::CertificateSha256,
            _ => return None,
        },
        ("file" | "artifact", _) => hash_kind(hash_name?)?,
        _ => return None,
    })
}

/// The kinds of the hash algorithms of STIX 2.1 section 10.7, also as tools of STIX 2.0 and MISP spell them.
fn hash_kind(name: &str) -> Option<Kind> {
    Some(match name {
        "MD5" | "md5" => Kind::Md5,
        "SHA-1" | "SHA1" | "sha1" => Kind::Sha1,
        "SHA-224" | "SHA224" => Kind::Sha224,
        "SHA-256" | "SHA256" | "sha256" => Kind::Sha256,
        "SHA-384" | "SHA384" => Kind::Sha384,
        "SHA-512" | "SHA512" | "sha512" => Kind::Sha512,
        "SHA3-224" => Kind::Sha3_224,
        "SHA3-256" => Kind::Sha3_256,
        "SHA3-384" => Kind::Sha3_384,
        "SHA3-512" => Kind::Sha3_512,
        "SSDEEP" | "ssdeep" => Kind::Ssdeep,
        "TLSH" | "tlsh" => Kind::Tlsh,
        "IMPHASH" | "imphash" => Kind::Imphash,
        _ => return None,
    })
}

fn of_observable_object(object: &Map<'_>, found: &mut Found) {
    let Some(object_type) = object.str("type") else { return };
    let mut add = |property: &str, value: Option<&str>| {
        if let Some(value) = value {
            found.add(from_property(object_type, property, value));
        }
    };
    match object_type {
        "autonomous-system" => {
            let number = object.get("number").and_then(Value::as_i64);
            add("number", number.map(|number| number.to_string()).as_deref());
        }
        "network-traffic" => {
            let header = object
                .object("extensions")
                .and_then(|extensions| extensions.object("http-request-ext"))
                .and_then(|request| request.object("request_header"));
            for (name, value) in header.iter().flat_map(|header| header.iter()) {
                if name.eq_ignore_ascii_case("user-agent") {
                    add("request_header.User-Agent", first_text(value));
                }
            }
        }
        "process" => {
            let service = object
                .object("extensions")
                .and_then(|extensions| extensions.object("windows-service-ext"));
            add("service_name", service.and_then(|service| service.str("service_name")));
        }
        "file" => {
            add("name", object.str("name"));
            let program = object
                .object("extensions")
                .and_then(|extensions| extensions.object("windows-pebinary-ext"));
            add("pe_imphash", program.and_then(|program| program.str("imphash")));
        }
        _ => {
            for property in [
                "value",
                "url",
                "subject",
                "name",
                "path",
                "key",
                "account_login",
                "user_id",
                "serial_number",
            ] {
                if kind_of(object_type, property).is_some() {
                    add(property, object.str(property));
                }
            }
        }
    }
    if let Some(hashes) = object.object("hashes") {
        let is_certificate = object_type == "x509-certificate";
        for (name, value) in hashes.iter() {
            let kind = if is_certificate {
                kind_of(object_type, &format!("hashes.{name}"))
            } else {
                hash_kind(name)
            };
            if let (Some(kind), Some(value)) = (kind, value.as_str()) {
                found.add(normalise(kind, value).ok());
            }
        }
    }
}

fn first_text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    value.as_str().or_else(|| {
        value
            .as_array()
            .and_then(|values| values.first())
            .and_then(Value::as_str)
    })
}

fn of_vulnerability(object: &Map<'_>, found: &mut Found) {
    if let Some(name) = object.str("name") {
        found.add(normalise(Kind::Cve, name).ok());
    }
    for reference in object.array("external_references").unwrap_or_default() {
        let Some(reference) = reference.as_object() else {
            continue;
        };
        if reference
            .str("source_name")
            .is_some_and(|source| source.eq_ignore_ascii_case("cve"))
            && let Some(number) = reference.str("external_id")
        {
            found.add(normalise(Kind::Cve, number).ok());
        }
    }
}

fn of_indicator(object: &Map<'_>, found: &mut Found) {
    // STIX 2.0 has no pattern_type: its patterns are all STIX.
    if object.str("pattern_type").is_some_and(|language| language != "stix") {
        return;
    }
    let Some(pattern) = object.str("pattern") else { return };
    if let Some((object_type, property, value)) = single_comparison(pattern) {
        found.add(from_property(object_type, property, value));
        return;
    }
    if let Ok(pattern) = Pattern::parse(pattern).or_else(|_| Pattern::parse_v20(pattern)) {
        of_observation(&pattern.expression, found);
    }
}

/// Reads `[type:path = 'value']`, which nine of ten patterns are, without building a tree.
fn single_comparison(pattern: &str) -> Option<(&str, &str, &str)> {
    let inside = pattern.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let (object_type, rest) = inside.split_once(':')?;
    let (property, value) = rest.split_once('=')?;
    let property = property.trim_end();
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    // A quoted last step, as in hashes.'SHA-256', stays in place: only its quotes go.
    let property = match property.strip_suffix('\'').and_then(|rest| rest.split_once(".'")) {
        Some(("hashes", name)) => hash_property(name)?,
        Some(_) => return None,
        None => property,
    };
    let value = value.trim_start().strip_prefix('\'')?.strip_suffix('\'')?;
    (plain(object_type) && plain(property) && !value.contains(['\'', '\\'])).then_some((object_type, property, value))
}

fn hash_property(name: &str) -> Option<&'static str> {
    Some(match name {
        "MD5" => "hashes.MD5",
        "SHA-1" => "hashes.SHA-1",
        "SHA-256" => "hashes.SHA-256",
        "SHA-512" => "hashes.SHA-512",
        _ => return None,
    })
}

fn of_observation(observation: &Observation, found: &mut Found) {
    match observation {
        Observation::Single(comparison) => of_comparison(comparison, found),
        Observation::And(parts) | Observation::Or(parts) | Observation::FollowedBy(parts) => {
            for part in parts {
                of_observation(part, found);
            }
        }
        Observation::Qualified(inner, _) => of_observation(inner, found),
    }
}

fn of_comparison(comparison: &Comparison, found: &mut Found) {
    match comparison {
        Comparison::Test(test) => of_test(test, found),
        Comparison::And(parts) | Comparison::Or(parts) => {
            for part in parts {
                of_comparison(part, found);
            }
        }
    }
}

fn of_test(test: &Test, found: &mut Found) {
    if test.negated {
        return;
    }
    let mut property = String::new();
    for step in &test.path.steps {
        if let Step::Property(name) = step
            && name != "extensions"
        {
            if !property.is_empty() {
                property.push('.');
            }
            property.push_str(name);
        }
    }
    let object_type = test.path.object_type.as_str();
    let mut add = |value: &str| found.add(of_path(object_type, &property, value));
    let mut add_constant = |constant: &Constant| match constant {
        Constant::String(value) => add(value),
        Constant::Integer(number) => add(&number.to_string()),
        _ => {}
    };
    match &test.condition {
        Condition::Compare(CompareOperator::Equal, constant) => add_constant(constant),
        Condition::In(constants) => constants.iter().for_each(add_constant),
        Condition::IsSubset(network) => add(network),
        _ => {}
    }
}

/// The value at the end of a path that may follow references: `network-traffic:dst_ref.value`.
fn of_path(object_type: &str, property: &str, value: &str) -> Option<Observable> {
    if kind_of(object_type, property).is_some() {
        return from_property(object_type, property, value);
    }
    let (reference, last) = property.rsplit_once('.')?;
    let target = reference.rsplit('.').next()?;
    let kind = match (object_type, target, last) {
        ("network-traffic", "src_ref" | "dst_ref", "value") | ("domain-name", "resolves_to_refs", "value") => {
            // The reference may name an address of either family, a name or an interface: the value says which.
            let hosts = [
                Kind::Ipv4,
                Kind::Ipv6,
                Kind::Ipv4Network,
                Kind::Ipv6Network,
                Kind::Domain,
                Kind::MacAddress,
            ];
            return guess(value).filter(|found| hosts.contains(&found.kind));
        }
        ("email-message", "from_ref" | "sender_ref" | "to_refs" | "cc_refs" | "bcc_refs", "value") => {
            Kind::EmailAddress
        }
        ("file", "parent_directory_ref", "path") => Kind::FilePath,
        ("file" | "artifact" | "email-message", "hashes", _) => hash_kind(last)?,
        _ => return None,
    };
    normalise(kind, value).ok()
}
