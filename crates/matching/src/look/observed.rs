//! An event as STIX observed data, so that patterns can be evaluated over it.
//!
//! | roles | object |
//! |---|---|
//! | source, destination, ports, protocol | `network-traffic` with its ends; HTTP request and user agent as its extension |
//! | address, name | `ipv4-addr`, `ipv6-addr`, `domain-name` |
//! | URL, mailbox, subject, MAC, mutex, account, AS | the object of that name |
//! | hashes, file name, path, process | one `file` each for what the event names as a file, its directory, the `process` |
//! | registry key | `windows-registry-key` |
//! | certificate | `x509-certificate` |

use std::net::IpAddr;

use events::{Event, Role};
use serde_json::{Map, Value, json};
use stix::Timestamp;
use stix::observable::{Kind, normalise};

use crate::watchlist::hexadecimal_digits;

/// The text of observed data for an event. An event without a time is taken as made now.
pub(crate) fn observed_data(event: &Event<'_>, now: Timestamp) -> String {
    let mut objects = Objects::default();
    objects.traffic(event);
    objects.file(event);
    for field in &event.fields {
        objects.simple(field.role, &field.value);
    }
    let time = event.time.unwrap_or(now).to_string();
    json!({
        "type": "observed-data",
        "first_observed": time,
        "last_observed": time,
        "number_observed": 1,
        "objects": objects.map,
    })
    .to_string()
}

#[derive(Default)]
struct Objects {
    map: Map<String, Value>,
}

impl Objects {
    /// Adds an object and gives the key by which others refer to it. Equal objects are one.
    fn add(&mut self, object: Value) -> String {
        if let Some((key, _)) = self.map.iter().find(|(_, known)| **known == object) {
            return key.clone();
        }
        let key = self.map.len().to_string();
        self.map.insert(key.clone(), object);
        key
    }

    fn host(&mut self, value: &str) -> Option<String> {
        let value = value.trim();
        let object = match value.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => json!({ "type": "ipv4-addr", "value": address.to_string() }),
            Ok(IpAddr::V6(address)) => json!({ "type": "ipv6-addr", "value": address.to_string() }),
            Err(_) => {
                let name = value.rsplit_once(':').map_or(value, |(name, _)| name);
                json!({ "type": "domain-name", "value": normalise(Kind::Domain, name).ok()?.value })
            }
        };
        Some(self.add(object))
    }

    fn traffic(&mut self, event: &Event<'_>) {
        let mut traffic = Map::new();
        for (role, key) in [(Role::Source, "src_ref"), (Role::Destination, "dst_ref")] {
            if let Some(end) = event.first(role).and_then(|value| self.host(value)) {
                traffic.insert(key.to_owned(), Value::String(end));
            }
        }
        for (role, key) in [(Role::SourcePort, "src_port"), (Role::DestinationPort, "dst_port")] {
            if let Some(port) = event.first(role).and_then(|port| port.trim().parse::<u16>().ok()) {
                traffic.insert(key.to_owned(), port.into());
            }
        }
        let agent = event.first(Role::UserAgent);
        let path = event.first(Role::UrlPath);
        if agent.is_some() || path.is_some() {
            let mut request = Map::new();
            if let Some(path) = path {
                request.insert("request_value".to_owned(), path.into());
            }
            let mut header = Map::new();
            if let Some(agent) = agent {
                header.insert("User-Agent".to_owned(), agent.into());
            }
            if let Some(host) = event.first(Role::Host) {
                header.insert("Host".to_owned(), host.into());
            }
            request.insert("request_header".to_owned(), Value::Object(header));
            traffic.insert("extensions".to_owned(), json!({ "http-request-ext": request }));
        }
        if traffic.is_empty() {
            return;
        }
        let protocols: Vec<String> = event
            .fields
            .iter()
            .filter(|field| field.role == Role::Protocol)
            .map(|field| field.value.to_lowercase())
            .collect();
        traffic.insert("protocols".to_owned(), protocols.into());
        traffic.insert("type".to_owned(), "network-traffic".into());
        self.add(Value::Object(traffic));
    }

    /// What an event says of one file: its name, its folder, its hashes.
    fn file(&mut self, event: &Event<'_>) {
        let mut hashes = Map::new();
        let mut file = Map::new();
        for field in &event.fields {
            let (name, value) = match field.role {
                Role::FileHash => match hash_name(&field.value) {
                    Some(name) => (name, field.value.to_ascii_lowercase()),
                    None => continue,
                },
                Role::Ssdeep => ("SSDEEP", field.value.to_string()),
                Role::Tlsh => ("TLSH", field.value.to_string()),
                Role::Imphash => {
                    let extension = json!({ "windows-pebinary-ext": { "imphash": field.value.to_ascii_lowercase() } });
                    file.insert("extensions".to_owned(), extension);
                    continue;
                }
                _ => continue,
            };
            hashes.insert(name.to_owned(), value.into());
        }
        let path = event.first(Role::FilePath).or_else(|| event.first(Role::Process));
        let split = path.and_then(|path| path.rsplit_once(['\\', '/']));
        let name = event.first(Role::FileName).or(split.map(|(_, name)| name)).or(path);
        if let Some(name) = name {
            file.insert("name".to_owned(), name.into());
        }
        if let Some((folder, _)) = split {
            let folder = self.add(json!({ "type": "directory", "path": folder }));
            file.insert("parent_directory_ref".to_owned(), folder.into());
        }
        if !hashes.is_empty() {
            file.insert("hashes".to_owned(), Value::Object(hashes));
        }
        if file.is_empty() {
            return;
        }
        file.insert("type".to_owned(), "file".into());
        let key = self.add(Value::Object(file));
        let command_line = event.first(Role::CommandLine);
        if command_line.is_some() || event.first(Role::Process).is_some() {
            let mut process = json!({ "type": "process", "image_ref": key });
            if let Some(line) = command_line {
                process["command_line"] = line.into();
            }
            self.add(process);
        }
    }

    fn simple(&mut self, role: Role, value: &str) {
        let normal = |kind| normalise(kind, value).ok().map(|observable| observable.value);
        let object = match role {
            Role::Address | Role::Host => {
                self.host(value);
                return;
            }
            Role::Url => normal(Kind::Url).map(|value| json!({ "type": "url", "value": value })),
            Role::EmailAddress => normal(Kind::EmailAddress).map(|value| json!({ "type": "email-addr", "value": value })),
            Role::EmailSubject => Some(json!({ "type": "email-message", "is_multipart": false, "subject": value })),
            Role::Mac => normal(Kind::MacAddress).map(|value| json!({ "type": "mac-addr", "value": value })),
            Role::Mutex => Some(json!({ "type": "mutex", "name": value })),
            Role::User => Some(json!({ "type": "user-account", "user_id": value, "account_login": value })),
            Role::RegistryKey => Some(json!({ "type": "windows-registry-key", "key": value })),
            Role::Asn => value
                .trim_start_matches(|letter: char| letter.is_ascii_alphabetic())
                .parse::<u32>()
                .ok()
                .map(|number| json!({ "type": "autonomous-system", "number": number })),
            Role::CertificateSerial => Some(json!({ "type": "x509-certificate", "serial_number": value })),
            Role::CertificateHash => hash_name(&value.replace(':', ""))
                .map(|name| json!({ "type": "x509-certificate", "hashes": { name: value.replace(':', "").to_ascii_lowercase() } })),
            Role::Service => Some(json!({
                "type": "process",
                "extensions": { "windows-service-ext": { "service_name": value } },
            })),
            _ => None,
        };
        if let Some(object) = object {
            self.add(object);
        }
    }
}

/// The name that STIX 2.1 section 10.7 gives the hash of this length; SHA-2 where SHA-3 is as long.
fn hash_name(value: &str) -> Option<&'static str> {
    let kinds = [
        (Kind::Md5, "MD5"),
        (Kind::Sha1, "SHA-1"),
        (Kind::Sha256, "SHA-256"),
        (Kind::Sha512, "SHA-512"),
    ];
    kinds
        .into_iter()
        .find(|(kind, _)| hexadecimal_digits(*kind) == Some(value.len()))
        .map(|(_, name)| name)
}
