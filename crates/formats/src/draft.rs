//! Writes the STIX objects that readers make: deterministic identifiers, times, markings, escaped JSON.

use serde::Serialize;
use stix::observable::{Kind, Observable};
use stix::{Id, Place, Problem, Timestamp};
use uuid::Uuid;

use crate::{Found, ReadOptions, Sink};

/// Namespace of the identifiers of objects that we make from what has none.
const OURS: Uuid = Uuid::from_u128(0x6f1c_9c2e_40d7_5b0e_9a43_d2b7_5e81_c06f);

/// Namespace of cyber-observable objects (STIX 2.1 section 2.9).
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// When what is the same for all was made: the first day of STIX 2.1, as good as any.
const COMMON: &str = "2021-06-10T00:00:00.000Z";

/// The same identifier for the same producer and content, on every machine.
pub(crate) fn id(object_type: &str, producer: &Id, content: &[&str]) -> Id {
    let mut name = producer.as_str().to_owned();
    for part in content {
        name.push('\n');
        name.push_str(part);
    }
    Id::new(object_type, Uuid::new_v5(&OURS, name.as_bytes()))
}

/// The same identifier whoever reads it: for techniques and the like, which are the same for all.
pub(crate) fn shared_id(object_type: &str, content: &str) -> Id {
    Id::new(
        object_type,
        Uuid::new_v5(&OURS, format!("{object_type}\n{content}").as_bytes()),
    )
}

/// One STIX object being written.
pub(crate) struct Draft {
    json: String,
}

/// When a source says that something was made and last changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dates {
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
}

impl Dates {
    /// Both times, the second not before the first, and whether they come from the source.
    fn resolve(self, now: Timestamp) -> (Timestamp, Timestamp, bool) {
        match (self.created.or(self.modified), self.modified) {
            (None, _) => (now, now, false),
            (Some(created), None) => (created, created, true),
            (Some(created), Some(modified)) => (created.min(modified), created.max(modified), true),
        }
    }
}

impl Draft {
    /// Begins an object without versions.
    pub fn observable(object_type: &str, id: &Id) -> Self {
        let mut draft = Self {
            json: String::with_capacity(512),
        };
        draft.json.push('{');
        draft.text("type", object_type);
        draft.text("spec_version", "2.1");
        draft.text("id", id.as_str());
        draft
    }

    /// Begins an object with versions; gives whether its times come from the source.
    pub fn versioned(id: &Id, options: &ReadOptions, dates: Dates) -> (Self, bool) {
        let mut draft = Self::observable(id.object_type(), id);
        let (created, modified, dated) = dates.resolve(options.now);
        draft.text("created_by_ref", options.producer.as_str());
        draft.text("created", &created.to_string());
        draft.text("modified", &modified.to_string());
        (draft, dated)
    }

    /// Begins an object that is the same whoever makes it and whenever: without creator and markings, so that two who
    /// name the same technique say the same and nothing about each other.
    fn common(id: &Id) -> Self {
        let mut draft = Self::observable(id.object_type(), id);
        draft.text("created", COMMON);
        draft.text("modified", COMMON);
        draft
    }

    fn key(&mut self, key: &str) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        self.json.push('"');
        self.json.push_str(key);
        self.json.push_str("\":");
    }

    /// A string.
    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        push_string(&mut self.json, value);
    }

    /// A string, left out when there is none.
    pub fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            self.text(key, value);
        }
    }

    /// Any value that serialises.
    pub fn value(&mut self, key: &str, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.key(key);
            self.json.push_str(&text);
        }
    }

    /// A list of strings, left out when it is empty, as STIX asks.
    pub fn list<S: AsRef<str>>(&mut self, key: &str, values: &[S]) {
        if values.is_empty() {
            return;
        }
        self.key(key);
        for (at, value) in values.iter().enumerate() {
            self.json.push(if at == 0 { '[' } else { ',' });
            push_string(&mut self.json, value.as_ref());
        }
        self.json.push(']');
    }

    /// The markings: those of the source, else those that the caller gave.
    pub fn markings(&mut self, own: &[Id], options: &ReadOptions) {
        self.list(
            "object_marking_refs",
            if own.is_empty() { &options.default_markings } else { own },
        );
    }

    /// Closes the object and hands it on.
    pub fn hand_on(mut self, place: Place, dated: bool, sink: &mut dyn Sink) -> Result<(), Problem> {
        self.json.push('}');
        sink.object(Found {
            text: self.json.into(),
            place,
            dated,
        })
    }
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.push_str(text);
    } else {
        let quoted = serde_json::Value::String(text.to_owned()).to_string();
        json.push_str(&quoted[1..quoted.len() - 1]);
    }
    json.push('"');
}

/// The cyber-observable object of an observable: its identifier and how to write it; none for kinds that STIX has no object for.
pub(crate) fn observable_object(observable: &Observable, markings: &[Id]) -> Option<(Id, Draft)> {
    let value = observable.value.as_str();
    let hash = |name: &str| Some(("file", "hashes", serde_json::json!({ name: value })));
    let plain = |object_type, key| Some((object_type, key, serde_json::json!(value)));
    let (object_type, key, content) = match observable.kind {
        Kind::Ipv4 | Kind::Ipv4Network => plain("ipv4-addr", "value"),
        Kind::Ipv6 | Kind::Ipv6Network => plain("ipv6-addr", "value"),
        Kind::Domain => plain("domain-name", "value"),
        Kind::Url => plain("url", "value"),
        Kind::EmailAddress => plain("email-addr", "value"),
        Kind::MacAddress => plain("mac-addr", "value"),
        Kind::Mutex => plain("mutex", "name"),
        Kind::FileName => plain("file", "name"),
        Kind::FilePath => plain("directory", "path"),
        Kind::RegistryKey => plain("windows-registry-key", "key"),
        Kind::Md5 => hash("MD5"),
        Kind::Sha1 => hash("SHA-1"),
        Kind::Sha256 => hash("SHA-256"),
        Kind::Sha512 => hash("SHA-512"),
        Kind::Sha3_256 => hash("SHA3-256"),
        Kind::Sha3_512 => hash("SHA3-512"),
        Kind::Ssdeep => hash("SSDEEP"),
        Kind::Tlsh => hash("TLSH"),
        Kind::Asn => {
            let number: u32 = value.strip_prefix("AS")?.parse().ok()?;
            Some(("autonomous-system", "number", serde_json::json!(number)))
        }
        _ => None,
    }?;
    // The contributing properties as RFC 8785 writes them; with one key there is nothing to sort.
    let canonical = serde_json::json!({ key: content }).to_string();
    let id = Id::new(object_type, Uuid::new_v5(&OBSERVABLES, canonical.as_bytes()));
    let mut draft = Draft::observable(object_type, &id);
    draft.list("object_marking_refs", markings);
    draft.value(key, &content);
    Some((id, draft))
}

/// An attack-pattern for a technique of MITRE ATT&CK.
pub(crate) fn technique(number: &str) -> (Id, Draft) {
    let id = shared_id("attack-pattern", number);
    let mut draft = Draft::common(&id);
    draft.text("name", number);
    let path = number.replace('.', "/");
    draft.value(
        "external_references",
        &serde_json::json!([{
            "source_name": "mitre-attack",
            "external_id": number,
            "url": format!("https://attack.mitre.org/techniques/{path}"),
        }]),
    );
    (id, draft)
}

/// A vulnerability by its number.
pub(crate) fn vulnerability(number: &str) -> (Id, Draft) {
    let id = shared_id("vulnerability", number);
    let mut draft = Draft::common(&id);
    draft.text("name", number);
    draft.value(
        "external_references",
        &serde_json::json!([{ "source_name": "cve", "external_id": number }]),
    );
    (id, draft)
}

/// Cuts a text to a number of characters at a word, for descriptions and names.
pub(crate) fn excerpt(text: &str, characters: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(characters) else {
        return text.trim();
    };
    let cut = &text[..end];
    cut.rfind(char::is_whitespace).map_or(cut, |space| &cut[..space]).trim()
}
