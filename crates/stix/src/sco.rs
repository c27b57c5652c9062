//! Deterministic identifiers of cyber-observable objects (STIX 2.1 section 2.9): the same thing, the same id.
//!
//! The UUID is of version 5, over the canonical JSON of the properties that contribute for the type.

use serde_json::Value as OwnedValue;
use uuid::Uuid;

use crate::Id;
use crate::jcs;
use crate::json::{Map, Value};

/// The namespace that STIX 2.1 keeps for these identifiers.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// The properties that contribute to the identifier of a type; none for `process` and for types that STIX does not know.
pub fn contributing(object_type: &str) -> &'static [&'static str] {
    match object_type {
        "artifact" => &["hashes", "payload_bin"],
        "autonomous-system" => &["number"],
        "directory" => &["path"],
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => &["value"],
        "email-message" => &["from_ref", "subject", "body"],
        "file" => &["hashes", "name", "extensions", "parent_directory_ref"],
        "mutex" => &["name"],
        "network-traffic" => &[
            "start",
            "end",
            "src_ref",
            "dst_ref",
            "src_port",
            "dst_port",
            "protocols",
            "extensions",
        ],
        "software" => &["name", "cpe", "swid", "vendor", "version"],
        "user-account" => &["account_type", "user_id", "account_login"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number"],
        _ => &[],
    }
}

/// The identifier that STIX gives an object by its content; none if nothing in it contributes (then it is a random one).
pub fn deterministic_id(map: &Map<'_>) -> Option<Id> {
    let object_type = map.str("type")?;
    let mut chosen_hash = None;
    let mut entries = Vec::new();
    for property in contributing(object_type) {
        match (map.get(property), *property) {
            (Some(Value::Object(hashes)), "hashes") => chosen_hash = choose_hash(hashes),
            (Some(value), _) => entries.push((*property, value)),
            (None, _) => {}
        }
    }
    if let Some(hash) = &chosen_hash {
        entries.push(("hashes", hash));
    }
    if entries.is_empty() {
        return None;
    }
    let mut text = String::new();
    jcs::write_entries(&mut text, entries);
    Some(Id::new(object_type, Uuid::new_v5(&NAMESPACE, text.as_bytes())))
}

/// The same for an object that is being made, from its properties; those that do not contribute may be among them.
pub fn deterministic_id_of<'v>(
    object_type: &str,
    properties: impl IntoIterator<Item = (&'v str, &'v OwnedValue)>,
) -> Option<Id> {
    let own_type = ("type", Value::from(object_type));
    let properties = properties
        .into_iter()
        .filter(|(key, _)| contributing(object_type).contains(key))
        .map(|(key, value)| (key, Value::from(value)));
    deterministic_id(&std::iter::once(own_type).chain(properties).collect())
}

/// Only one hash contributes: the first of the four that every tool has, else the first by name.
fn choose_hash<'a>(hashes: &Map<'a>) -> Option<Value<'a>> {
    let (algorithm, hash) = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .into_iter()
        .find_map(|algorithm| Some((algorithm, hashes.get(algorithm)?)))
        .or_else(|| hashes.iter().min_by_key(|(algorithm, _)| *algorithm))?;
    let one: Map<'a> = std::iter::once((algorithm.to_owned(), hash.clone())).collect();
    Some(Value::Object(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{deterministic_id, deterministic_id_of};
    use crate::Object;

    fn id(text: &str) -> String {
        let object = Object::parse(text).unwrap();
        deterministic_id(object.map()).unwrap().to_string()
    }

    #[test]
    fn gives_the_identifiers_of_the_specification() {
        for (text, expected) in [
            (
                r#"{"type":"ipv4-addr","value":"198.51.100.3"}"#,
                "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            ),
            (
                r#"{"type":"domain-name","value":"example.com"}"#,
                "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
            ),
            (
                r#"{"type":"autonomous-system","number":15139,"name":"Slime Industries"}"#,
                "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff",
            ),
            (
                r#"{"type":"ipv6-addr","value":"2001:0db8:85a3:0000:0000:8a2e:0370:7334"}"#,
                "ipv6-addr--85a85a8c-ee99-5722-946d-3c3a3270fc6f",
            ),
            (
                r#"{"type":"mac-addr","value":"d2:fb:49:24:37:18"}"#,
                "mac-addr--757b1725-9903-54f5-a855-1240691d7659",
            ),
            (
                r#"{"type":"mutex","name":"__CLEANSWEEP__"}"#,
                "mutex--f93fe911-e545-5239-b9b0-597840d0c871",
            ),
            (
                r#"{"type":"url","value":"https://example.com/research/index.html"}"#,
                "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55",
            ),
            (
                r#"{"type":"email-addr","value":"john@example.com","display_name":"John Doe"}"#,
                "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934",
            ),
            (
                r#"{"type":"directory","path":"C:\\Windows\\System32"}"#,
                "directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622",
            ),
            (
                r#"{"type":"software","name":"Word","cpe":"cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*","version":"2002","vendor":"Microsoft"}"#,
                "software--710b0b41-d4d0-5d6c-a400-fc9254554ffc",
            ),
            (
                r#"{"type":"user-account","user_id":"1001","account_login":"jdoe","account_type":"unix","display_name":"John Doe"}"#,
                "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
            ),
            (
                r#"{"type":"windows-registry-key","key":"hkey_local_machine\\system\\bar\\foo","values":[{"name":"Foo","data":"qwerty","data_type":"REG_SZ"},{"name":"Bar","data":"42","data_type":"REG_DWORD"}]}"#,
                "windows-registry-key--f6a11ddf-fa2b-54c8-97ab-e7f28413095a",
            ),
            (
                r#"{"type":"file","hashes":{"SHA-256":"35a01331e9ad96f751278b891b6ea09699806faedfa237d40513d92ad1b7100f"},"extensions":{"ntfs-ext":{"alternate_data_streams":[{"name":"second.stream","size":25536}]}}}"#,
                "file--ba04c974-3cef-5f42-adc7-084d467874e2",
            ),
        ] {
            assert_eq!(id(text), expected);
        }
    }

    #[test]
    fn one_hash_contributes_and_the_order_of_writing_does_not() {
        let both = id(r#"{"type":"file","hashes":{"SHA-256":"bb","MD5":"aa"},"name":"a","size":1}"#);
        assert_eq!(both, id(r#"{"name":"a","type":"file","hashes":{"MD5":"aa"}}"#));
        let made = deterministic_id_of(
            "file",
            [
                ("name", &json!("a")),
                ("hashes", &json!({"MD5": "aa"})),
                ("size", &json!(7)),
            ],
        );
        assert_eq!(made.unwrap().as_str(), both);
        let rare = id(r#"{"type":"file","hashes":{"TLSH":"b","SSDEEP":"a"}}"#);
        assert_eq!(rare, id(r#"{"type":"file","hashes":{"SSDEEP":"a"}}"#));
    }

    #[test]
    fn says_when_there_is_none() {
        for text in [
            r#"{"type":"process","pid":1}"#,
            r#"{"type":"x-own","value":"a"}"#,
            r#"{"type":"file"}"#,
        ] {
            assert_eq!(deterministic_id(Object::parse(text).unwrap().map()), None);
        }
    }
}
