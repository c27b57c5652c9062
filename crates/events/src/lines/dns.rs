//! Logs of name servers: queries of BIND, dnsmasq (Pi-hole), unbound.

use super::malformed::Malformed;
use super::text::{cut, cut_by, is_address, is_number, text, word};
use super::times;
use crate::event::Event;
use crate::role::Role;

/// Whether a line is one of BIND's about a client, with or without time and category before it.
pub(super) fn is_bind(line: &[u8]) -> bool {
    cut_by(line, b"client ").is_some_and(|(before, after)| {
        before.len() < 80 && cut(client_of(after), b'#').is_some_and(|(address, _)| is_address(address))
    })
}

/// What stands after `client`, without the number of the client that newer versions write.
fn client_of(after: &[u8]) -> &[u8] {
    match after.strip_prefix(b"@") {
        Some(numbered) => word(numbered).1,
        None => after,
    }
}

/// Reads `[time] [category: severity:] client [@0x…] 192.0.2.1#53 (example.com): query: example.com IN A + (192.0.2.53)`.
pub(super) fn read_bind<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let (before, after) = cut_by(line, b"client ").ok_or(Malformed::NotThis("a query log of BIND"))?;
    if let Some(time) = before.get(..24) {
        event.time = times::read(text(time).trim());
    }
    event.push(
        "prefix",
        text(before.trim_ascii().strip_suffix(b":").unwrap_or(before.trim_ascii())),
        Role::Other,
    );
    let (client, rest) = word(client_of(after));
    let (address, port) = cut(client, b'#').ok_or(Malformed::CutOff)?;
    event.push("client", text(address), Role::Source);
    event.push(
        "client_port",
        text(port.strip_suffix(b":").unwrap_or(port)),
        Role::SourcePort,
    );
    let Some((about, query)) = cut_by(rest, b"query: ") else {
        // Something else about the client: an answer that was rewritten, a refusal.
        event.push("message", text(rest), Role::Text);
        return if rest.is_empty() {
            Err(Malformed::CutOff)
        } else {
            Ok(())
        };
    };
    if let Some((_, view)) = cut_by(about, b"view ") {
        event.push(
            "view",
            text(view.trim_ascii().strip_suffix(b":").unwrap_or(view)),
            Role::Other,
        );
    }
    let (name, rest) = word(query);
    event.push("query", text(name), Role::Host);
    let (class, rest) = word(rest);
    event.push("class", text(class), Role::Other);
    let (kind, rest) = word(rest);
    event.push("type", text(kind), Role::Other);
    let (flags, rest) = word(rest);
    event.push("flags", text(flags), Role::Other);
    let (server, rest) = word(rest);
    event.push(
        "server",
        text(
            server
                .trim_ascii_start()
                .strip_prefix(b"(")
                .and_then(|server| server.strip_suffix(b")"))
                .unwrap_or(server),
        ),
        Role::Destination,
    );
    event.push("extra", text(rest), Role::Text);
    if kind.is_empty() {
        Err(Malformed::CutOff)
    } else {
        Ok(())
    }
}

/// Words with which dnsmasq begins what it says about a name.
const VERBS: &[&[u8]] = &[
    b"forwarded",
    b"reply",
    b"cached",
    b"cached-stale",
    b"config",
    b"gravity",
    b"regex",
    b"blacklisted",
    b"exactly",
    b"special",
    b"validation",
    b"dnssec-query",
    b"custom",
];

/// Whether a message is one of dnsmasq's about a name.
pub(super) fn is_dnsmasq(message: &[u8]) -> bool {
    let (first, rest) = word(verb_of(message));
    let between = [b" from ".as_slice(), b" to ", b" is "]
        .iter()
        .any(|between| cut_by(rest, between).is_some());
    between && (first.starts_with(b"query[") || first.starts_with(b"/") || VERBS.contains(&first))
}

/// The message without the number and client that `log-queries=extra` puts before it.
fn verb_of(message: &[u8]) -> &[u8] {
    let (number, rest) = word(message);
    let (client, after) = word(rest);
    let extra =
        is_number(number) && cut(client, b'/').is_some_and(|(address, port)| is_address(address) && is_number(port));
    if extra { after } else { message }
}

/// Reads a message of dnsmasq: `query[A] example.com from 192.0.2.1`, `reply example.com is 198.51.100.7`.
pub(super) fn read_dnsmasq<'l>(message: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let rest = verb_of(message);
    if rest.len() < message.len() {
        let (client, port) = cut(word(word(message).1).0, b'/').unwrap_or_default();
        event.push("client", text(client), Role::Source);
        event.push("client_port", text(port), Role::SourcePort);
    }
    let (verb, rest) = word(rest);
    match cut(verb, b'[') {
        Some((action, kind)) => {
            event.push("action", text(action), Role::Other);
            event.push("type", text(kind.strip_suffix(b"]").unwrap_or(kind)), Role::Other);
        }
        None => event.push("action", text(verb), Role::Other),
    }
    // Pi-hole says in two words what it blocked: `gravity blocked example.com is 0.0.0.0`.
    let (first, after) = word(rest);
    let rest = if matches!(first, b"blocked" | b"blacklisted" | b"denied") {
        after
    } else {
        rest
    };
    let (name, rest) = word(rest);
    event.push("query", text(name), Role::Host);
    let (how, value) = word(rest);
    match how {
        b"from" => event.push("client", text(value), Role::Source),
        b"to" => event.push("server", text(value), Role::Destination),
        b"is" if matches!(value, [b'<', ..] | b"NXDOMAIN" | b"NODATA" | b"SERVFAIL" | b"REFUSED") => {
            event.push("answer", text(value), Role::Other)
        }
        b"is" if value.starts_with(b"NODATA") => event.push("answer", text(value), Role::Other),
        b"is" => event.push("answer", text(value), Role::Host),
        _ => event.push("message", text(rest), Role::Text),
    }
    if value.is_empty() {
        Err(Malformed::CutOff)
    } else {
        Ok(())
    }
}

/// The part of a line of unbound's that follows `info:`, if it is about a query: `192.0.2.1 example.com. A IN`.
pub(super) fn is_unbound(message: &[u8]) -> bool {
    let (client, rest) = word(message);
    let (name, rest) = word(rest);
    let (kind, rest) = word(rest);
    is_address(client)
        && name.ends_with(b".")
        && kind
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && matches!(word(rest).0, b"IN" | b"CH" | b"HS")
}

/// Reads a query of unbound.
pub(super) fn read_unbound<'l>(message: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let (client, rest) = word(message);
    event.push("client", text(client), Role::Source);
    let (name, rest) = word(rest);
    event.push("query", text(name.strip_suffix(b".").unwrap_or(name)), Role::Host);
    let (kind, rest) = word(rest);
    event.push("type", text(kind), Role::Other);
    let (class, rest) = word(rest);
    event.push("class", text(class), Role::Other);
    event.push("result", text(rest), Role::Other);
    Ok(())
}
