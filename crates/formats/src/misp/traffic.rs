//! Objects that are a connection between two ends.

use std::borrow::Cow;

use super::attribute::autonomous_system;
use super::build::{Build, Inner};
use super::fit::is_domain;
use super::observable::{Observable, Part, address_kind};
use super::observe::moment;
use super::text::Json;

/// Whether a template is about a connection.
pub(super) fn is_traffic(name: &str) -> bool {
    matches!(
        name,
        "ip-port" | "http-request" | "netflow" | "network-connection" | "network-socket"
    )
}

/// Which end of the connection a relation is about.
fn end(relation: &str) -> Option<&'static str> {
    Some(match relation {
        "ip-src" | "src-ip" | "hostname-src" => "src_ref",
        "ip" | "ip-dst" | "dst-ip" | "hostname-dst" | "hostname" | "host" | "domain" => "dst_ref",
        _ => return None,
    })
}

/// Builds the connection and its ends; says whether it could.
pub(super) fn traffic<'i>(name: &str, inners: &'i [Inner<'i>], build: &mut Build<'i>, scratch: &mut Json) -> bool {
    let mut traffic = Observable::new("network-traffic");
    if let Some(start) = moment(inners, &["first-seen", "first-packet-seen"]) {
        traffic.properties.push(("start".into(), Part::text(start.to_string())));
        if let Some(stop) = moment(inners, &["last-seen", "last-packet-seen"]).filter(|stop| *stop >= start) {
            traffic.properties.push(("end".into(), Part::text(stop.to_string())));
        }
    }
    let mut kinds = Vec::new();
    for reference in ["src_ref", "dst_ref"] {
        let mut ids = Vec::new();
        for inner in inners
            .iter()
            .filter(|inner| end(inner.relation) == Some(reference) && is_host(inner))
        {
            let kind = address_kind(&inner.value).unwrap_or("domain-name");
            kinds.push(kind);
            let mut address = Observable::new(kind).with("value", Part::text(inner.value.as_ref()));
            if kind != "domain-name"
                && let Some(system) = system(inners, reference)
            {
                let id = build.add(
                    Observable::new("autonomous-system").with("number", Part::Integer(system)),
                    scratch,
                );
                address = address.with("belongs_to_refs", Part::List(vec![Part::text(id)]));
            }
            ids.push((kind == "domain-name", build.add(address, scratch)));
        }
        // Where there are an address and a name, the connection went to the address.
        ids.sort_by_key(|(is_name, _)| *is_name);
        if let Some((_, id)) = ids.into_iter().next() {
            traffic.properties.push((reference.into(), Part::text(id)));
        }
    }
    if kinds.is_empty() {
        return false;
    }
    for (at, inner) in inners.iter().enumerate() {
        if let Some(reference) = end(inner.relation).filter(|_| is_host(inner)) {
            if build.detect(at, inner) {
                let kind = address_kind(&inner.value).unwrap_or("domain-name");
                build.terms.equals(&format!("network-traffic:{reference}.type"), kind);
                build
                    .terms
                    .address(&format!("network-traffic:{reference}.value"), &inner.value);
            }
            continue;
        }
        match inner.relation {
            "src-port" => drop(port(&mut traffic, "src_port", at, inner, build)),
            "dst-port" => drop(port(&mut traffic, "dst_port", at, inner, build)),
            _ => {}
        }
    }
    let protocols = protocols(name, inners, &kinds);
    traffic.properties.push(("protocols".into(), Part::List(protocols)));
    let extensions = extensions(name, inners, build);
    if !extensions.is_empty() {
        traffic.properties.push(("extensions".into(), Part::Dict(extensions)));
    }
    build.add(traffic, scratch);
    build.facts.observables.reverse();
    true
}

fn is_host(inner: &Inner<'_>) -> bool {
    address_kind(&inner.value).is_some() || is_domain(&inner.value)
}

fn system(inners: &[Inner<'_>], reference: &str) -> Option<i64> {
    let relation = if reference == "src_ref" { "src-as" } else { "dst-as" };
    inners
        .iter()
        .find(|inner| inner.relation == relation)
        .and_then(|inner| autonomous_system(&inner.value))
}

fn port(
    traffic: &mut Observable<'_>,
    property: &'static str,
    at: usize,
    inner: &Inner<'_>,
    build: &mut Build<'_>,
) -> bool {
    let Ok(port) = inner.value.trim().parse::<u16>() else {
        return false;
    };
    if traffic.get(property).is_none() {
        traffic
            .properties
            .push((property.into(), Part::Integer(i64::from(port))));
    }
    if build.detect(at, inner) {
        build.terms.bare(&format!("network-traffic:{property}"), &port);
    }
    true
}

/// The protocols from the outside in (STIX 2.1 section 6.12), as far as the object or its template names them.
fn protocols<'i>(name: &str, inners: &'i [Inner<'i>], kinds: &[&'static str]) -> Vec<Part<'i>> {
    let mut protocols: Vec<Cow<'i, str>> = Vec::new();
    if name == "netflow" && inners.iter().any(|inner| inner.relation == "tcp-flags") {
        protocols.push("tcp".into());
    }
    for relation in ["protocol", "layer3-protocol", "layer4-protocol", "layer7-protocol"] {
        for inner in inners.iter().filter(|inner| inner.relation == relation) {
            let protocol = inner.value.to_ascii_lowercase();
            if !protocols.contains(&Cow::Borrowed(protocol.as_str())) {
                protocols.push(protocol.into());
            }
        }
    }
    if protocols.is_empty() {
        match name {
            "http-request" => protocols.extend(["tcp".into(), "http".into()]),
            "ip-port" if kinds.contains(&"ipv6-addr") => protocols.push("ipv6".into()),
            "ip-port" if kinds.contains(&"ipv4-addr") => protocols.push("ipv4".into()),
            _ => protocols.push("tcp".into()),
        }
    }
    protocols.into_iter().map(Part::Text).collect()
}

fn extensions<'i>(name: &str, inners: &'i [Inner<'i>], build: &mut Build<'i>) -> Vec<(Cow<'i, str>, Part<'i>)> {
    const HTTP: &str = "network-traffic:extensions.'http-request-ext'";
    let first = |relation: &str| inners.iter().find(|inner| inner.relation == relation);
    let mut extensions = Vec::new();
    if name == "http-request" {
        let mut request: Vec<(Cow<'i, str>, Part<'i>)> = Vec::new();
        let mut header: Vec<(Cow<'i, str>, Part<'i>)> = Vec::new();
        for (at, inner) in inners.iter().enumerate() {
            let field = match inner.relation {
                "method" => {
                    build.equals(at, inner, &format!("{HTTP}.request_method"));
                    continue;
                }
                "uri" | "url" => {
                    build.equals(at, inner, &format!("{HTTP}.request_value"));
                    continue;
                }
                "user-agent" => "User-Agent",
                "content-type" => "Content-Type",
                "cookie" => "Cookie",
                "referer" => "Referer",
                "proxy-user" => "Proxy-Authorization",
                _ => continue,
            };
            match header.iter_mut().find(|(name, _)| name == field) {
                Some((_, Part::List(values))) => values.push(Part::text(inner.value.as_ref())),
                _ => header.push((field.into(), Part::List(vec![Part::text(inner.value.as_ref())]))),
            }
            build.equals(at, inner, &format!("{HTTP}.request_header.'{field}'[*]"));
        }
        // STIX requires method and value; without either there is no request to speak of.
        if let (Some(method), Some(value)) = (first("method"), first("uri").or_else(|| first("url"))) {
            request.push(("request_method".into(), Part::text(method.value.as_ref())));
            request.push(("request_value".into(), Part::text(value.value.as_ref())));
            if !header.is_empty() {
                request.push(("request_header".into(), Part::Dict(header)));
            }
            extensions.push(("http-request-ext".into(), Part::Dict(request)));
        }
    }
    if let Some(flags) = first("tcp-flags")
        && flags.value.len().is_multiple_of(2)
        && flags.value.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        let flags = vec![("src_flags_hex".into(), Part::text(flags.value.as_ref()))];
        extensions.push(("tcp-ext".into(), Part::Dict(flags)));
    }
    if name == "network-socket"
        && let Some(family) = first("address-family")
    {
        let mut socket: Vec<(Cow<'i, str>, Part<'i>)> =
            vec![("address_family".into(), Part::text(family.value.as_ref()))];
        for state in inners.iter().filter(|inner| inner.relation == "state") {
            match state.value.as_ref() {
                "listening" => socket.push(("is_listening".into(), Part::Bool(true))),
                "blocking" => socket.push(("is_blocking".into(), Part::Bool(true))),
                _ => {}
            }
        }
        if let Some(kind) = first("socket-type") {
            socket.push(("socket_type".into(), Part::text(kind.value.as_ref())));
        }
        socket.dedup_by(|(one, _), (other, _)| one == other);
        extensions.push(("socket-ext".into(), Part::Dict(socket)));
    }
    extensions
}
