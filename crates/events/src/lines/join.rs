//! Puts host and path together to the URL that a client asked for, which few logs write as one value.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use crate::event::Event;
use crate::role::Role;

/// Names, without what stands before their last dot, whose value is the host of a request.
const HOSTS: &[&str] = &[
    "host",
    "hostname",
    "http_host",
    "httphost",
    "cs-host",
    "cs(Host)",
    "r-host",
    "vhost",
    "domain",
    "authority",
    "dhost",
    "server_name",
    "site",
    "shost",
    "request_host",
];

/// Whether a log says by its port that TLS was spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// The log is of unencrypted traffic, whatever the port.
    Http,
    /// `https` on port 443 or where a field says so.
    ByPort,
}

/// Adds the URL under `name`, if the event has the path of one and no whole URL that ends in it.
pub(super) fn add_url(event: &mut Event<'_>, name: &'static str, scheme: Scheme) {
    let Some(path) = path_of(event) else { return };
    if event
        .fields
        .iter()
        .any(|field| field.role == Role::Url && ends_in(&field.value, path))
    {
        return;
    }
    let named = |field: &&crate::Field<'_>| {
        HOSTS.contains(&last(&field.name)) && matches!(field.role, Role::Host | Role::Destination)
    };
    let host = event.fields.iter().find(named).map(|field| field.value.as_ref());
    // Without a host header the request went to the address.
    let Some(host) = host.or_else(|| event.first(Role::Destination)) else {
        return;
    };
    let port = event.first(Role::DestinationPort).unwrap_or_default();
    let secure = scheme == Scheme::ByPort && (port == "443" || says_https(event));
    let query = query_of(event);
    let url = url(host, port, path, query, secure);
    event.push(name, url, Role::Url);
}

fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn path_of<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    let path = event.fields.iter().find(|field| {
        field.role == Role::UrlPath
            || (field.role == Role::FilePath && last(&field.name) == "path" && field.value.starts_with('/'))
    });
    path.map(|field| field.value.as_ref())
        .filter(|path| path.starts_with('/'))
}

/// The query, where the log writes it apart from its path.
fn query_of<'e>(event: &'e Event<'_>) -> &'e str {
    ["cs-uri-query", "url.query", "query_string", "args"]
        .iter()
        .find_map(|name| event.get(name))
        .unwrap_or_default()
}

fn says_https(event: &Event<'_>) -> bool {
    let mut fields = event.fields.iter();
    fields.any(|field| {
        field.value.eq_ignore_ascii_case("https")
            && matches!(last(&field.name), "scheme" | "cs-uri-scheme" | "protocol" | "service")
    })
}

fn ends_in(url: &str, path: &str) -> bool {
    url.strip_suffix(path).is_some_and(|before| before.contains("://"))
}

/// A URL of its parts; the port only where it is not the one that the scheme means.
pub(super) fn url(host: &str, port: &str, path: &str, query: &str, secure: bool) -> String {
    let scheme = if secure { "https" } else { "http" };
    let usual = if secure { "443" } else { "80" };
    let host: Cow<'_, str> = match host.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{host}]").into(),
        Err(_) => host
            .strip_suffix(usual)
            .and_then(|host| host.strip_suffix(':'))
            .unwrap_or(host)
            .into(),
    };
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let (colon, port) = if has_port || matches!(port, "" | "0") || port == usual {
        ("", "")
    } else {
        (":", port)
    };
    let (mark, query) = if matches!(query, "" | "-") {
        ("", "")
    } else {
        ("?", query)
    };
    format!("{scheme}://{host}{colon}{port}{path}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn the_port_stands_where_it_says_something() {
        for (host, port, secure, expected) in [
            ("example.com", "80", false, "http://example.com/a?b"),
            ("example.com", "8080", false, "http://example.com:8080/a?b"),
            ("example.com:8080", "8080", false, "http://example.com:8080/a?b"),
            ("example.com:443", "443", true, "https://example.com/a?b"),
            ("2001:db8::1", "", false, "http://[2001:db8::1]/a?b"),
            ("[2001:db8::1]", "81", false, "http://[2001:db8::1]:81/a?b"),
        ] {
            assert_eq!(url(host, port, "/a", "b", secure), expected);
        }
    }
}
