//! Events that are one JSON object: Zeek, Suricata EVE, Windows exports, CloudTrail, and any other.

use std::borrow::Cow;

use memchr::memmem;

use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{Meaning, cloud, eve, general, put, windows, zeek};
use super::scan::{self, Name, Plain};
use crate::event::Event;
use crate::role::Role;

/// Whose names an object uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Zeek,
    Eve,
    Windows,
    CloudTrail,
    /// Nobody's in particular.
    Any,
}

/// How much of a line is looked at to recognise its dialect.
const LOOKED_AT: usize = 4 << 10;

impl Dialect {
    /// What the names at the beginning of an object show.
    pub fn of(object: &[u8]) -> Self {
        let head = object.get(..LOOKED_AT).unwrap_or(object);
        let has = |name: &str| memmem::find(head, name.as_bytes()).is_some();
        if has("\"id.orig_h\"")
            || (has("\"_path\"") && (has("\"ts\"") || has("\"_write_ts\"")))
            || (has("\"ts\"") && has("\"uid\""))
        {
            Self::Zeek
        } else if has("\"event_type\"")
            && has("\"timestamp\"")
            && (has("\"src_ip\"") || has("\"flow_id\"") || has("\"stats\""))
        {
            Self::Eve
        } else if has("\"EventID\"") || has("\"winlog\"") || has("\"EventData\"") {
            Self::Windows
        } else if has("\"eventSource\"") && has("\"awsRegion\"") || has("\"userIdentity\"") && has("\"eventVersion\"") {
            Self::CloudTrail
        } else if has("\"ts\"") && (has("\"host\"") || has("\"fuid\"") || has("\"fingerprint\"") || has("\"peer\"")) {
            Self::Zeek
        } else {
            Self::Any
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Zeek => "zeek-json",
            Self::Eve => "suricata-eve",
            Self::Windows => "windows-json",
            Self::CloudTrail => "cloudtrail",
            Self::Any => "json",
        }
    }

    /// What a name means, and the name for good where our tables have it.
    fn meaning(self, name: &str) -> (Option<&'static str>, Option<Meaning>) {
        let known = match self {
            Self::Zeek => zeek::COMMON.get(name),
            Self::Eve => eve::NAMES.get(name),
            Self::CloudTrail => cloud::CLOUDTRAIL.get(name),
            Self::Windows => return (None, windows::meaning(name)),
            Self::Any => return (None, general::meaning(name)),
        };
        match known {
            Some((name, meaning)) => (Some(name), Some(meaning)),
            // Zeek and EVE have their own words; what they do not know is of a plugin, and the general table may know it.
            None if self == Self::Zeek => (None, None),
            None => (None, general::meaning(name)),
        }
    }
}

/// Reads one object.
pub(super) fn read<'l>(dialect: Dialect, object: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let result = scan::each_value(object, &mut |name, plain| take(dialect, event, name, plain));
    match dialect {
        Dialect::Zeek => {
            by_log(event);
            join::add_url(event, "host+uri", Scheme::Http);
        }
        Dialect::Eve => join::add_url(event, "http.hostname+http.url", Scheme::Http),
        Dialect::Windows => name_data(event),
        Dialect::CloudTrail => {}
        Dialect::Any => join::add_url(event, "host+path", Scheme::ByPort),
    }
    result
}

fn take<'l>(dialect: Dialect, event: &mut Event<'l>, name: Name<'l, '_>, plain: Plain<'l>) {
    let (value, otherwise) = match plain {
        Plain::Text(text) => (text, Role::Text),
        Plain::Bare(word) => (Cow::Borrowed(word), Role::Other),
    };
    match name {
        Name::Top(name) => {
            let (_, meaning) = dialect.meaning(&name);
            put(event, name, value, meaning.unwrap_or(Meaning::Is(otherwise)));
        }
        Name::Joined(path) => {
            let path = if dialect == Dialect::Windows {
                plain_path(path)
            } else {
                Cow::Borrowed(path)
            };
            let (known, meaning) = dialect.meaning(&path);
            let name = known.map_or_else(|| Cow::Owned(path.into_owned()), Cow::Borrowed);
            put(event, name, value, meaning.unwrap_or(Meaning::Is(otherwise)));
        }
    }
}

/// Gives the values of a Zeek line the meaning that they have in its log.
fn by_log(event: &mut Event<'_>) {
    let log = match event.fields.iter().find(|field| field.name == "_path") {
        Some(path) => zeek::by_path(&path.value),
        None => event.fields.iter().find_map(|field| zeek::by_mark(&field.name)),
    };
    let Some(log) = log else { return };
    for (name, meaning) in log.own {
        let Some(at) = event.fields.iter().position(|field| field.name == *name) else {
            continue;
        };
        match meaning {
            Meaning::Is(role) => {
                let all = event.fields.iter_mut().skip(at);
                all.filter(|field| field.name == *name)
                    .for_each(|field| field.role = *role);
            }
            // Only names that occur once have a meaning that has to look at the value.
            meaning => {
                let field = event.fields.remove(at);
                put(event, field.name, field.value, *meaning);
                if let Some(field) = event.fields.pop() {
                    event.fields.insert(at, field);
                }
            }
        }
    }
}

/// The path of a value in a Windows event without what exports put around it: `Event` at the top and `#attributes`.
fn plain_path(path: &str) -> Cow<'_, str> {
    let inner = path.strip_prefix("Event.").unwrap_or(path);
    if inner.contains("#attributes.") {
        Cow::Owned(inner.replace("#attributes.", ""))
    } else {
        Cow::Borrowed(inner)
    }
}

/// Values that an export writes as pairs, `{"@Name":"Image","#text":"…"}`, get the name that they tell.
fn name_data(event: &mut Event<'_>) {
    let is_name = |name: &str| name.ends_with("Data.@Name") || name.ends_with("Data.Name");
    if !event.fields.iter().any(|field| is_name(&field.name)) {
        return;
    }
    let fields = std::mem::take(&mut event.fields);
    let mut fields = fields.into_iter().peekable();
    while let Some(field) = fields.next() {
        if !is_name(&field.name) {
            event.fields.push(field);
            continue;
        }
        let above = field
            .name
            .strip_suffix("@Name")
            .or(field.name.strip_suffix("Name"))
            .unwrap_or_default();
        let of_pair = |name: &str| {
            matches!(
                name.strip_prefix(above),
                Some("#text" | "text" | "Text" | "Value" | "value")
            )
        };
        // A name without a value has an empty one.
        if let Some(value) = fields.next_if(|next| of_pair(&next.name)) {
            let name = format!("EventData.{}", field.value);
            let meaning = windows::meaning(&name).unwrap_or(Meaning::Is(Role::Text));
            put(event, name.into(), value.value, meaning);
        }
    }
}
