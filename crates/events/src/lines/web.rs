//! Access logs of web servers: the common and the combined form of Apache and nginx, with what is often put before and
//! after them (a virtual host, forwarded-for, times).

use std::borrow::Cow;

use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{Meaning, put};
use super::text::{cut_by, is_address, is_number, text, token};
use super::times;
use crate::event::Event;
use crate::role::Role;

/// Whether a line has the time and the quoted request of an access log.
pub(super) fn is_access(line: &[u8]) -> bool {
    cut_by(line, b" [").is_some_and(|(before, after)| {
        !before.is_empty()
            && after.get(20..).is_some()
            && after.get(2) == Some(&b'/')
            && after.get(11) == Some(&b':')
            && times::is_month(after.get(3..6).unwrap_or_default())
            && cut_by(after, b"] \"").is_some()
    })
}

/// Reads one line.
pub(super) fn read<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let (before, after) = cut_by(line, b" [").ok_or(Malformed::NotThis("a line of an access log"))?;
    who(before, event);
    let (time, mut rest) = cut_by(after, b"]").ok_or(Malformed::CutOff)?;
    let time = text(time);
    event.time = times::clf(&time);
    event.push("time", time, Role::Other);
    let mut result = Ok(());
    let mut at = 0;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            break;
        }
        let quoted = rest.first() == Some(&b'"');
        let (value, following, whole) = token(rest);
        result = result.and(whole);
        rest = following;
        match at {
            0 => request(value, event),
            1 => event.push("status", value, Role::Other),
            2 => event.push("bytes", value, Role::Other),
            3 if quoted => event.push("referer", value, Role::Url),
            4 if quoted => event.push("user_agent", value, Role::UserAgent),
            _ => extra(value, event),
        }
        at += 1;
    }
    join::add_url(event, "vhost+request", Scheme::ByPort);
    // A line that ends before its status was cut off.
    if at < 2 {
        result.and(Err(Malformed::CutOff))
    } else {
        result
    }
}

/// `[vhost[:port]] client ident user`.
fn who<'l>(before: &'l [u8], event: &mut Event<'l>) {
    let mut words = before
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .peekable();
    let Some(first) = words.next() else { return };
    match words.peek().copied() {
        Some(second) if is_address(second) && !is_address(first) => {
            let (host, port) = match first.iter().rposition(|byte| *byte == b':') {
                Some(colon) if is_number(first.get(colon + 1..).unwrap_or_default()) => first.split_at(colon),
                _ => (first, [].as_slice()),
            };
            event.push("vhost", text(host), Role::Host);
            event.push("port", text(port.get(1..).unwrap_or_default()), Role::DestinationPort);
            event.push("client", text(second), Role::Source);
            words.next();
        }
        _ => event.push("client", text(first), Role::Source),
    }
    event.push("ident", words.next().map(text).unwrap_or_default(), Role::Other);
    for word in words {
        event.push("user", text(word), Role::User);
    }
}

/// `GET /index.html HTTP/1.1`; anything else that a client sent stays whole.
pub(super) fn request<'l>(request: Cow<'l, str>, event: &mut Event<'l>) {
    let mut parts = request.splitn(3, ' ');
    let (Some(method), Some(target)) = (parts.next(), parts.next()) else {
        event.push("request", request, Role::Text);
        return;
    };
    let version = parts.next().unwrap_or_default().to_owned();
    let (method, target) = (method.to_owned(), target.to_owned());
    let meaning = if method == "CONNECT" {
        Meaning::Is(Role::Host)
    } else {
        Meaning::Web
    };
    event.push("method", method, Role::Other);
    put(event, "target".into(), target.into(), meaning);
    event.push("version", version, Role::Other);
}

/// What servers add at the end: forwarded-for addresses, times, host names.
fn extra<'l>(value: Cow<'l, str>, event: &mut Event<'l>) {
    if value.split(',').all(|part| is_address(part.trim().as_bytes())) {
        put(event, "extra".into(), value, Meaning::List(Role::Address));
    } else if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        event.push("extra", value, Role::Other);
    } else {
        event.push("extra", value, Role::Text);
    }
}
