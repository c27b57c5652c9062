//! The native access log of Squid: `time elapsed client result/status bytes method URL user hierarchy/peer type`.

use super::malformed::Malformed;
use super::names::{Meaning, put};
use super::text::{cut, is_address, is_number, text, word};
use super::times;
use crate::event::Event;
use crate::role::Role;

/// Whether a line begins as one of Squid's.
pub(super) fn is_squid(line: &[u8]) -> bool {
    let (time, rest) = word(line);
    let (elapsed, rest) = word(rest);
    let (client, rest) = word(rest);
    let (result, _) = word(rest);
    cut(time, b'.').is_some_and(|(seconds, millis)| is_number(seconds) && millis.len() == 3 && is_number(millis))
        && is_number(elapsed.strip_prefix(b"-").unwrap_or(elapsed))
        && !client.is_empty()
        && cut(result, b'/').is_some_and(|(_, status)| is_number(status))
}

/// Reads one line.
pub(super) fn read<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = line;
    let mut next = || {
        let (first, after) = word(rest);
        rest = after;
        first
    };
    let time = text(next());
    event.time = times::epoch(&time);
    event.push("time", time, Role::Other);
    event.push("elapsed", text(next()), Role::Other);
    let client = next();
    let role = if is_address(client) { Role::Source } else { Role::Text };
    event.push("client", text(client), role);
    event.push("result", text(next()), Role::Other);
    event.push("bytes", text(next()), Role::Other);
    let method = next();
    event.push("method", text(method), Role::Other);
    let url = text(next());
    match method {
        // A tunnel: only where it goes is known.
        b"CONNECT" => event.push("url", url, Role::Host),
        _ => put(event, "url".into(), url, Meaning::Web),
    }
    event.push("user", text(next()), Role::User);
    let peer = next();
    match cut(peer, b'/') {
        Some((hierarchy, peer)) => {
            event.push("hierarchy", text(hierarchy), Role::Other);
            event.push("peer", text(peer), Role::Destination);
        }
        None => event.push("hierarchy", text(peer), Role::Text),
    }
    let kind = next();
    event.push("type", text(kind), Role::Other);
    // More than the native form has was added by whoever runs it.
    event.push("extra", text(rest), Role::Text);
    if event.time.is_none() {
        Err(Malformed::NotThis("a line of Squid's access log"))
    } else if kind.is_empty() {
        Err(Malformed::CutOff)
    } else {
        Ok(())
    }
}
