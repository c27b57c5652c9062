//! Further names of fields: rules say `c-useragent`, logs say `user_agent`, `http.http_user_agent` or something else.

use std::ops::Range;

use events::{Field, Role};

use crate::logsource::{Kind, WindowsKind};

/// What a field also is.
pub enum Also {
    /// The field, or a part of its value, under another name, which is in lower case.
    Part(&'static str, Range<usize>),
    /// A value that follows from it.
    Value(&'static str, &'static str),
}

/// The name that rules have for a field, from its name in lower case: exports of Windows events put the names of Windows into
/// the groups of the XML, and Winlogbeat under `winlog`.
pub fn plain(kind: Kind, lower: &str) -> &str {
    if !matches!(kind, Kind::Windows(_)) {
        return lower;
    }
    let value = lower
        .strip_suffix(".#text")
        .or_else(|| lower.strip_suffix(".value"))
        .unwrap_or(lower);
    if let Some(of_user) = value.strip_prefix("userdata.") {
        return of_user.rsplit('.').next().unwrap_or(of_user);
    }
    let groups = ["winlog.event_data.", "eventdata.", "event_data.", "system."];
    match groups.iter().find_map(|group| value.strip_prefix(group)) {
        Some("provider.name") => "provider_name",
        Some(name) => name,
        None => match value {
            "winlog.channel" => "channel",
            "winlog.event_id" => "eventid",
            "winlog.computer_name" => "computer",
            "winlog.provider_name" => "provider_name",
            _ => lower,
        },
    }
}

/// Calls with what a field also is in a log of some kind; `lower` is its name in lower case.
pub fn also(kind: Kind, field: &Field<'_>, lower: &str, call: &mut impl FnMut(Also)) {
    let value = field.value.as_ref();
    let whole = 0..value.len();
    match kind {
        Kind::Windows(WindowsKind::ProcessCreation) => match lower {
            "newprocessname" => call(Also::Part("image", whole)),
            "parentprocessname" => call(Also::Part("parentimage", whole)),
            "subjectusername" => call(Also::Part("user", whole)),
            "newprocessid" => call(Also::Part("processid", whole)),
            _ => {}
        },
        Kind::Windows(WindowsKind::Connection) => match lower {
            "application" => call(Also::Part("image", whole)),
            "sourceaddress" => call(Also::Part("sourceip", whole)),
            "destaddress" => call(Also::Part("destinationip", whole)),
            "destport" => call(Also::Part("destinationport", whole)),
            "direction" if value == "%%14593" => call(Also::Value("initiated", "true")),
            "direction" if value == "%%14592" => call(Also::Value("initiated", "false")),
            _ => {}
        },
        Kind::Zeek | Kind::Suricata | Kind::Web => web(field, lower, call),
        Kind::Windows(WindowsKind::Plain) | Kind::Other => {}
    }
}

/// The names of W3C, which SigmaHQ's rules for web servers and proxies use.
fn web(field: &Field<'_>, lower: &str, call: &mut impl FnMut(Also)) {
    let value = field.value.as_ref();
    let whole = || 0..value.len();
    let last = lower.rsplit('.').next().unwrap_or(lower);
    match last {
        "method" | "request_method" | "http_method" | "verb" => call(Also::Part("cs-method", whole())),
        "status" | "status_code" | "sc_status" | "response_code" => call(Also::Part("sc-status", whole())),
        "referrer" | "referer" | "http_referer" | "http_refer" | "cs(referer)" => {
            call(Also::Part("cs-referer", whole()))
        }
        "cookie" | "cs(cookie)" => call(Also::Part("cs-cookie", whole())),
        "rrname" | "qname" | "query_name" | "query" => call(Also::Part("query", whole())),
        "rrtype" | "qtype_name" => call(Also::Part("record_type", whole())),
        _ => {}
    }
    match field.role {
        Role::UserAgent => {
            call(Also::Part("c-useragent", whole()));
            call(Also::Part("cs-user-agent", whole()));
        }
        Role::Host => {
            call(Also::Part("cs-host", whole()));
            call(Also::Part("r-dns", whole()));
        }
        Role::Url | Role::UrlPath => {
            call(Also::Part("c-uri", whole()));
            let stem_end = value.find('?').unwrap_or(value.len());
            call(Also::Part("cs-uri-stem", 0..stem_end));
            call(Also::Part("c-uri-stem", 0..stem_end));
            if stem_end < value.len() {
                call(Also::Part("cs-uri-query", stem_end + 1..value.len()));
                call(Also::Part("c-uri-query", stem_end + 1..value.len()));
            }
            let name = value[..stem_end].rfind('/').map_or(0, |slash| slash + 1);
            if let Some(dot) = value[name..stem_end].rfind('.') {
                call(Also::Part("c-uri-extension", name + dot + 1..stem_end));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn names(kind: Kind, name: &'static str, value: &'static str, role: Role) -> Vec<(&'static str, String)> {
        let field = Field {
            name: Cow::Borrowed(name),
            value: Cow::Borrowed(value),
            role,
        };
        let mut found = Vec::new();
        also(kind, &field, name, &mut |also| match also {
            Also::Part(name, range) => found.push((name, value[range].to_owned())),
            Also::Value(name, value) => found.push((name, value.to_owned())),
        });
        found
    }

    #[test]
    fn an_address_is_also_its_parts() {
        let found = names(Kind::Zeek, "uri", "/a.b/c.php?x=1", Role::UrlPath);
        assert!(found.contains(&("c-uri", "/a.b/c.php?x=1".to_owned())));
        assert!(found.contains(&("cs-uri-query", "x=1".to_owned())));
        assert!(found.contains(&("c-uri-extension", "php".to_owned())));
    }

    #[test]
    fn the_audit_log_speaks_as_sysmon_does() {
        let kind = Kind::Windows(WindowsKind::ProcessCreation);
        let found = names(kind, "newprocessname", r"C:\a.exe", Role::Process);
        assert_eq!(found, [("image", r"C:\a.exe".to_owned())]);
    }
}
