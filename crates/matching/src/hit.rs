//! What a match tells: which value of which event is on the watchlist, and all that is known of the indicator.

use serde::{Deserialize, Serialize};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use stix::observable::Kind;

/// What is known of an indicator; travels with every hit on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// STIX identifier of the indicator, or of what a rule file calls its rule.
    pub id: String,
    /// Its name, or its value where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Who shared it: the member, or the file it was read from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shared_by: String,
    /// The marking: who may be told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// What may be done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pap: Option<Pap>,
    /// The producer's confidence, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Its worth when the watchlist was compiled, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// When its validity ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// ATT&CK techniques: identifier and name, as in `T1566 Phishing`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// What it stands for: malware, campaigns, groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threats: Vec<String>,
    /// What to do: names and texts of courses of action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
}

/// How a value of an event relates to what the indicator names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It is the value itself.
    Same,
    /// It is a name below the indicator's name.
    Below,
    /// It is an address in the indicator's network.
    Within,
    /// It is a URL that begins with the indicator's URL.
    BeginsWith,
    /// It is alike: a fuzzy hash.
    Alike,
    /// The event fulfils the indicator's pattern.
    Pattern,
    /// The event or file fulfils a rule (Sigma, YARA).
    Rule,
}

/// A value of an event is on the watchlist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// When the event happened, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The file, stream or sensor the event came from.
    pub source: String,
    /// What read it: `zeek-json`, `pcap`, `evtx`.
    pub reader: String,
    /// The line, packet or record, counted from one.
    pub at: u64,
    /// The name of the field, in the words of the log.
    pub field: String,
    /// The value as it stands in the event.
    pub value: String,
    /// How it relates to what the indicator names.
    pub relation: Relation,
    /// The kind of value that the indicator names; none for patterns and rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What the indicator names: its value, its pattern, or the name of its rule.
    pub matched: String,
    /// The machine concerned, as far as the event says: who began, or who wrote the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The indicator.
    pub indicator: Context,
    /// How many hits on the same indicator, value and host stand for this one: itself and those held back before it.
    pub count: u64,
    /// The event itself: the line, or its fields as JSON. Stays at home unless somebody decides otherwise.
    pub event: String,
}
