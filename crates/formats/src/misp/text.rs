//! Writes JSON straight into one reused text.
//!
//! MISP and STIX differ on what "nothing" looks like: MISP writes `null` and `[]`, STIX 2.1 section 2.4 forbids empty
//! lists. [`Json::value`] therefore leaves out what holds nothing, at every depth.

use std::borrow::Cow;
use std::fmt::Write as _;

use stix::json::{Map, Value};
use uuid::Uuid;

/// Our namespace for identifiers derived from what MISP gives none to.
pub(super) const MISP_NAMESPACE: Uuid = Uuid::from_u128(0x9e5c_2b1d_7f0a_4c55_8a36_41d0_6b7e_93f2);

/// A JSON text under construction; commas are put where they belong.
#[derive(Default)]
pub(super) struct Json {
    text: String,
}

impl Json {
    pub fn clear(&mut self) {
        self.text.clear();
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_string(self) -> String {
        self.text
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes back everything written after a length.
    pub fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
    }

    /// A comma, unless a bracket was just opened or a key waits for its value.
    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    pub fn open(&mut self) {
        self.separate();
        self.text.push('{');
    }

    pub fn close(&mut self) {
        self.text.push('}');
    }

    pub fn open_list(&mut self) {
        self.separate();
        self.text.push('[');
    }

    pub fn close_list(&mut self) {
        self.text.push(']');
    }

    pub fn key(&mut self, key: &str) {
        self.separate();
        self.text.push('"');
        escape(key, &mut self.text);
        self.text.push_str("\":");
    }

    /// A key made of a prefix and a name.
    pub fn key_pieces(&mut self, prefix: &str, key: &str) {
        self.separate();
        self.text.push('"');
        escape(prefix, &mut self.text);
        escape(key, &mut self.text);
        self.text.push_str("\":");
    }

    pub fn string(&mut self, text: &str) {
        self.separate();
        self.text.push('"');
        escape(text, &mut self.text);
        self.text.push('"');
    }

    /// A string made of pieces, as in an identifier.
    pub fn pieces(&mut self, pieces: &[&str]) {
        self.separate();
        self.text.push('"');
        for piece in pieces {
            escape(piece, &mut self.text);
        }
        self.text.push('"');
    }

    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.string(text);
    }

    pub fn pieces_of(&mut self, key: &str, pieces: &[&str]) {
        self.key(key);
        self.pieces(pieces);
    }

    pub fn number(&mut self, key: &str, number: i64) {
        self.key(key);
        let _ = write!(self.text, "{number}");
    }

    pub fn integer(&mut self, number: i64) {
        self.separate();
        let _ = write!(self.text, "{number}");
    }

    pub fn float(&mut self, number: f64) {
        self.separate();
        match serde_json::Number::from_f64(number) {
            Some(number) => {
                let _ = write!(self.text, "{number}");
            }
            None => self.text.push('0'),
        }
    }

    pub fn truth(&mut self, key: &str, value: bool) {
        self.key(key);
        self.bool(value);
    }

    pub fn bool(&mut self, value: bool) {
        self.separate();
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// JSON that is already text.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    /// A key and its value, or nothing where the value holds nothing.
    pub fn entry(&mut self, key: &str, value: &Value<'_>) -> bool {
        let before = self.text.len();
        self.key(key);
        let written = self.value(value);
        if !written {
            self.text.truncate(before);
        }
        written
    }

    /// A value without the nulls, empty lists and empty objects in it; says whether anything was left to write.
    pub fn value(&mut self, value: &Value<'_>) -> bool {
        let before = self.text.len();
        match value {
            Value::Null => false,
            Value::Bool(value) => {
                self.bool(*value);
                true
            }
            Value::Number(number) => {
                self.separate();
                let _ = write!(self.text, "{number}");
                true
            }
            Value::String(text) => {
                self.string(text);
                true
            }
            Value::Array(values) => {
                self.open_list();
                let mut any = false;
                for value in values {
                    any |= self.value(value);
                }
                self.text.push(']');
                if !any {
                    self.text.truncate(before);
                }
                any
            }
            Value::Object(map) => {
                let any = self.map(map, |_| true);
                if !any {
                    self.text.truncate(before);
                }
                any
            }
        }
    }

    /// An object with the keys that a test lets through; says whether any was written.
    pub fn map(&mut self, map: &Map<'_>, keep: impl Fn(&str) -> bool) -> bool {
        self.open();
        let mut any = false;
        for (key, value) in map.iter().filter(|(key, _)| keep(key)) {
            any |= self.entry(key, value);
        }
        self.text.push('}');
        any
    }
}

/// Appends a text with the escapes that JSON asks for (RFC 8259 section 7).
pub(super) fn escape(text: &str, out: &mut String) {
    // Nearly every text has nothing to escape; looking at all of it without a way out early is what vectorises.
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    if !text.bytes().fold(false, |found, byte| found | special(byte)) {
        out.push_str(text);
        return;
    }
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !special(byte) {
            continue;
        }
        out.push_str(&text[from..at]);
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Reads a UUID with hyphens, in either case. STIX takes only those of a known version (section 2.9); for any
/// other, one stands that always follows from it.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    let uuid = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()?;
    if (1..=8).contains(&uuid.get_version_num()) && uuid.get_variant() == uuid::Variant::RFC4122 {
        Some(uuid)
    } else {
        Some(Uuid::new_v5(&MISP_NAMESPACE, uuid.as_bytes()))
    }
}

/// A STIX identifier of a type and a UUID.
pub(super) fn identifier(kind: &str, uuid: Uuid) -> String {
    let mut buffer = Uuid::encode_buffer();
    let uuid = uuid.hyphenated().encode_lower(&mut buffer);
    let mut id = String::with_capacity(kind.len() + 38);
    id.push_str(kind);
    id.push_str("--");
    id.push_str(uuid);
    id
}

/// A scalar as text: MISP writes the same number now as `"4"`, now as `4`.
pub(super) fn scalar<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(value) => Some(Cow::Borrowed(if *value { "1" } else { "0" })),
        _ => None,
    }
}

/// A truth value in any of the spellings that MISP uses.
pub(super) fn truth(map: &Map<'_>, key: &str) -> bool {
    match map.get(key) {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => matches!(text.as_ref(), "1" | "true" | "True"),
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn leaves_out_what_holds_nothing_at_every_depth() {
        let value = stix::json::parse(r#"{"a":null,"b":[],"c":{"d":[null,{}],"e":1},"f":[[],"x"],"g":""}"#).unwrap();
        let mut json = Json::default();
        assert!(json.value(&value));
        assert_eq!(json.as_str(), r#"{"c":{"e":1},"f":["x"],"g":""}"#);
    }

    #[test]
    fn escapes_what_json_asks_for_and_nothing_else() {
        let mut json = Json::default();
        json.string("a\"b\\c\n\u{1}é");
        assert_eq!(json.as_str(), "\"a\\\"b\\\\c\\n\\u0001é\"");
    }
}
