//! Which logs an event is from, in the words of Sigma: product, categories and services.

use std::fmt::Write as _;

use events::Event;

use crate::channels;
use crate::rule::LogSource;

/// Where events come from, as far as whoever reads them knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The name of the reader: `evtx`, `windows-json`, `zeek-json`, `suricata-eve`, `cloudtrail`, `nginx` …
    pub reader: &'a str,
    /// What the user said the input is, in Sigma's words; it wins over what the reader and the event say.
    pub product: Option<&'a str>,
    /// See [`Origin::product`].
    pub category: Option<&'a str>,
    /// See [`Origin::product`].
    pub service: Option<&'a str>,
}

impl<'a> Origin<'a> {
    /// Events of a reader of which nothing else is known.
    pub const fn reader(reader: &'a str) -> Self {
        Self {
            reader,
            product: None,
            category: None,
            service: None,
        }
    }
}

/// What the logs of an event are, which decides how its fields are named besides their own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Other,
    /// Windows, and what kind of event it is.
    Windows(WindowsKind),
    Zeek,
    Suricata,
    Web,
}

/// Events of Windows whose fields also go by the names that Sysmon has for the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowsKind {
    #[default]
    Plain,
    /// Security 4688.
    ProcessCreation,
    /// Security 5156.
    Connection,
}

/// Product, categories and services of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    pub kind: Kind,
    product: String,
    categories: Vec<String>,
    services: Vec<String>,
}

impl Sources {
    /// Whether a rule for some logs is for these. What a rule names must be known of the event.
    pub fn fit(&self, rule: &LogSource) -> bool {
        let product = rule.product.as_ref().is_none_or(|product| *product == self.product);
        let category = rule
            .category
            .as_ref()
            .is_none_or(|category| self.categories.contains(category));
        let service = rule
            .service
            .as_ref()
            .is_none_or(|service| self.services.contains(service));
        product && category && service
    }

    fn of(product: &str, categories: &[&str], services: &[&str], kind: Kind) -> Self {
        Self {
            kind,
            product: product.to_owned(),
            categories: categories.iter().map(|&name| name.to_owned()).collect(),
            services: services.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

/// Writes down all that [`sources`] looks at: events with the same text have the same sources.
pub fn key(event: &Event<'_>, origin: &Origin<'_>, into: &mut String) {
    into.clear();
    let parts = [
        origin.reader,
        origin.product.unwrap_or(""),
        origin.category.unwrap_or(""),
        origin.service.unwrap_or(""),
    ];
    for part in parts {
        let _ = write!(into, "{part}\0");
    }
    for names in LOOKED_AT {
        let value = value_of(event, names).unwrap_or("");
        // A value that long is none of those that are known.
        let _ = write!(into, "{}\0", if value.len() <= 128 { value } else { "" });
    }
}

/// The fields that say what an event is; the first name that is there counts. Exports of Windows events write them in
/// the groups they have in XML, and Winlogbeat under `winlog`.
const LOOKED_AT: [&[&str]; 7] = [
    CHANNEL,
    NUMBER,
    EVENT_TYPE,
    &["_path", "event_type", "event"],
    &["type"],
    PROGRAM,
    &["Provider_Name", "System.Provider.Name", "winlog.provider_name"],
];
const CHANNEL: &[&str] = &["Channel", "System.Channel", "winlog.channel"];
const NUMBER: &[&str] = &[
    "EventID",
    "System.EventID",
    "System.EventID.#text",
    "System.EventID.Value",
    "winlog.event_id",
];
const EVENT_TYPE: &[&str] = &["EventType", "EventData.EventType", "winlog.event_data.EventType"];
const PROGRAM: &[&str] = &["program", "appname", "app_name", "app-name", "APP-NAME", "process"];

fn value_of<'e>(event: &'e Event<'_>, names: &[&str]) -> Option<&'e str> {
    names.iter().find_map(|name| event.get(name))
}

/// Says which logs an event is from.
pub fn sources(event: &Event<'_>, origin: &Origin<'_>) -> Sources {
    let mut sources = guess(event, origin);
    if let Some(product) = origin.product {
        sources.product = product.to_ascii_lowercase();
    }
    for (told, into) in [
        (origin.category, &mut sources.categories),
        (origin.service, &mut sources.services),
    ] {
        if let Some(name) = told {
            *into = vec![name.to_ascii_lowercase()];
        }
    }
    sources
}

fn guess(event: &Event<'_>, origin: &Origin<'_>) -> Sources {
    let reader = origin.reader;
    if reader == "evtx" || reader.starts_with("windows") || value_of(event, CHANNEL).is_some() {
        return windows(event);
    }
    if reader.starts_with("zeek") {
        let path = event.get("_path").or(origin.service).unwrap_or("");
        let categories: &[&str] = match path {
            "dns" => &["dns"],
            "conn" => &["firewall"],
            "http" => &["proxy", "webserver"],
            _ => &[],
        };
        return Sources::of("zeek", categories, &[path], Kind::Zeek);
    }
    if reader.starts_with("suricata") {
        let path = event.get("event_type").unwrap_or("");
        let categories: &[&str] = match path {
            "dns" => &["dns"],
            "flow" => &["firewall"],
            "http" => &["proxy", "webserver"],
            _ => &[],
        };
        return Sources::of("suricata", categories, &[path], Kind::Suricata);
    }
    match reader {
        "cloudtrail" => Sources::of("aws", &[], &["cloudtrail"], Kind::Other),
        // The audit log of Linux: `type=EXECVE msg=audit(…): …`.
        "pairs" if event.get("type").is_some_and(is_audit_type) => Sources::of("linux", &[], &["auditd"], Kind::Other),
        // Apache's and nginx's access logs look the same.
        "web-access" => Sources::of("", &["webserver"], &["apache", "nginx"], Kind::Web),
        "squid" => Sources::of("", &["proxy"], &["squid"], Kind::Web),
        // W3C logs are written by web servers and by proxies alike.
        "w3c" => Sources::of("", &["webserver", "proxy"], &["iis"], Kind::Web),
        "bind-query" => Sources::of("", &["dns"], &["bind"], Kind::Web),
        "unbound-query" => Sources::of("", &["dns"], &["unbound"], Kind::Web),
        "pcap" | "pcapng" => {
            let categories: &[&str] = match event.get("event").unwrap_or("") {
                "flow" => &["firewall"],
                of if of.starts_with("dns") => &["dns"],
                of if of.starts_with("http") => &["proxy", "webserver"],
                _ => &[],
            };
            Sources::of("", categories, &[], Kind::Web)
        }
        "pihole" | "dnstap" => Sources::of("", &["dns"], &[reader], Kind::Web),
        "netflow" | "ipfix" | "vpc-flow" => Sources::of("", &["firewall"], &[], Kind::Other),
        _ if reader.starts_with("syslog") => syslog(event),
        _ => Sources::default(),
    }
}

fn is_audit_type(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn syslog(event: &Event<'_>) -> Sources {
    let program = value_of(event, PROGRAM).unwrap_or("").to_ascii_lowercase();
    let services: &[&str] = match program.as_str() {
        "sshd" | "sudo" | "su" | "login" => &["syslog", "auth", &program],
        "audit" | "auditd" | "audispd" => &["syslog", "auditd"],
        "cron" | "crond" => &["syslog", "cron"],
        other => &["syslog", other],
    };
    Sources::of("linux", &[], services, Kind::Other)
}

fn windows(event: &Event<'_>) -> Sources {
    let channel = value_of(event, CHANNEL).unwrap_or("");
    let number = value_of(event, NUMBER)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    let product = match channel {
        "Linux-Sysmon/Operational" => "linux",
        _ => "windows",
    };
    let categories = channels::categories(channel, number, value_of(event, EVENT_TYPE).unwrap_or(""));
    let services = channels::services(channel);
    let kind = match (channel, number) {
        ("Security", 4688) => WindowsKind::ProcessCreation,
        ("Security", 5156) => WindowsKind::Connection,
        _ => WindowsKind::Plain,
    };
    Sources::of(product, categories, services, Kind::Windows(kind))
}
