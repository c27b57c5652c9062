//! Syslog, RFC 5424 and what is called RFC 3164: a head that says who speaks, and a message that is recognised again.

use super::cef;
use super::dns;
use super::json::{self, Dialect};
use super::malformed::Malformed;
use super::names::{general, put};
use super::pairs;
use super::text::{closing_quote, cut, cut_by, is_address, is_number, text, unescaped_text, word};
use super::times;
use super::web;
use crate::event::Event;
use crate::role::Role;

/// Whether a line has a head of syslog: a priority, or a time and something that writes with one.
pub(super) fn is_syslog(line: &[u8]) -> bool {
    if priority(line).is_some() {
        return true;
    }
    match time_of(line) {
        Some((_, rest)) => {
            let (first, after) = word(rest);
            is_tag(first)
                || is_host(first) && is_tag(word(after).0)
                || after.starts_with(b"CEF:")
                || after.starts_with(b"LEEF:")
        }
        None => false,
    }
}

/// Reads one line.
pub(super) fn read<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = line;
    if let Some((number, after)) = priority(line) {
        event.push("priority", text(number), Role::Other);
        rest = after;
        if let Some(after) = rest.strip_prefix(b"1 ") {
            return read_5424(after, event);
        }
    }
    if let Some((time, after)) = time_of(rest) {
        let time = text(time);
        event.time = times::read(&time);
        event.push("time", time, Role::Other);
        let (first, following) = word(after);
        rest = after;
        // Some write no host; then the tag comes first.
        if is_host(first) && !is_tag(first) && !is_record(first) && !following.is_empty() {
            let role = if is_address(first) {
                Role::Address
            } else {
                Role::Computer
            };
            event.push("host", text(first), role);
            rest = following;
        }
    }
    let (tag, after) = word(rest);
    let mut program = [].as_slice();
    if is_tag(tag) && !is_record(tag) {
        let tag = tag.strip_suffix(b":").unwrap_or(tag);
        match cut(tag, b'[') {
            Some((name, pid)) => {
                program = name;
                event.push("program", text(name), Role::Other);
                event.push("pid", text(pid.strip_suffix(b"]").unwrap_or(pid)), Role::Other);
            }
            None => {
                program = tag;
                event.push("program", text(tag), Role::Other);
            }
        }
        rest = after;
    }
    message(program, rest, event)
}

/// `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424 section 6).
fn read_5424<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = line;
    let mut program = [].as_slice();
    for name in ["time", "host", "program", "pid", "msgid"] {
        let (value, after) = word(rest);
        if value.is_empty() {
            return Err(Malformed::CutOff);
        }
        if name == "time" {
            event.time = times::read(&text(value));
        }
        if name == "program" {
            program = value;
        }
        let role = match name {
            "host" if is_address(value) => Role::Address,
            "host" => Role::Computer,
            _ => Role::Other,
        };
        event.push(name, text(value), role);
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(b"-") {
        rest = after;
    }
    while let Some(element) = rest.strip_prefix(b"[") {
        rest = structured(element, event)?;
    }
    message(program, rest.trim_ascii_start(), event)
}

/// One element of structured data (section 6.3): `id name="value" …]`. Gives what follows its bracket.
fn structured<'l>(element: &'l [u8], event: &mut Event<'l>) -> Result<&'l [u8], Malformed> {
    let id_end = element
        .iter()
        .position(|byte| matches!(byte, b' ' | b']'))
        .ok_or(Malformed::CutOff)?;
    let (id, mut rest) = element.split_at(id_end);
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b"]") {
            return Ok(after);
        }
        let (name, value) = cut_by(rest, b"=\"").ok_or(Malformed::CutOff)?;
        let end = closing_quote(value).ok_or(Malformed::CutOff)?;
        let (quoted, after) = value.split_at(end);
        let name = format!("{}.{}", text(id), text(name));
        let meaning = general::meaning(&name).unwrap_or(super::names::Meaning::Is(Role::Text));
        // The closing bracket is the third character that section 6.3.3 has escaped.
        let value = unescaped_text(quoted).replace("\\]", "]");
        put(event, name.into(), value.into(), meaning);
        rest = after.get(1..).unwrap_or_default();
    }
}

/// Reads the message by what it is; text if it is nothing else.
fn message<'l>(program: &[u8], message: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let message = message
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(message)
        .trim_ascii_start();
    if message.is_empty() {
        return Ok(());
    }
    let before = event.fields.len();
    if body(program, message, event).is_err() {
        // Not what it looked like, or cut off: as text nothing in it is lost.
        event.fields.truncate(before);
        event.push("message", text(message), Role::Text);
    }
    Ok(())
}

fn body<'l>(program: &[u8], message: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let object = message.strip_prefix(b"@cee:").unwrap_or(message).trim_ascii();
    if message.starts_with(b"CEF:") {
        cef::read_cef(message, event)
    } else if message.starts_with(b"LEEF:") {
        cef::read_leef(message, event)
    } else if object.first() == Some(&b'{') {
        json::read(Dialect::of(object), object, event)
    } else if program.starts_with(b"dnsmasq") && dns::is_dnsmasq(message) {
        dns::read_dnsmasq(message, event)
    } else if program == b"named" && dns::is_bind(message) {
        dns::read_bind(message, event)
    } else if program == b"unbound" && cut_by(message, b"info: ").is_some_and(|(_, query)| dns::is_unbound(query)) {
        cut_by(message, b"info: ").map_or(Ok(()), |(_, query)| dns::read_unbound(query, event))
    } else if web::is_access(message) {
        web::read(message, event)
    } else if pairs::are_pairs(message) {
        pairs::read(message, "message", event)
    } else {
        event.push("message", text(message), Role::Text);
        Ok(())
    }
}

/// `<134>` and what follows it.
fn priority(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (number, rest) = cut(line.strip_prefix(b"<")?, b'>')?;
    (number.len() <= 3 && is_number(number)).then_some((number, rest))
}

/// The time at the beginning of a head, and what follows it: `Mar 24 17:15:20` or ISO 8601.
fn time_of(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let iso = head.get(..4).is_some_and(is_number) && head.get(4) == Some(&b'-') && head.get(13) == Some(&b':');
    if iso {
        return head.get(10).filter(|byte| **byte == b'T').map(|_| word(head));
    }
    let clock = head.get(7..15)?;
    let is_clock = head.get(3) == Some(&b' ') && clock.get(2) == Some(&b':') && clock.get(5) == Some(&b':');
    if !is_clock || !times::is_month(head.get(..3)?) {
        return None;
    }
    Some((head.get(..15)?, head.get(15..)?.trim_ascii_start()))
}

/// `sshd[123]:`, `kernel:`.
fn is_tag(word: &[u8]) -> bool {
    let Some(name) = word.strip_suffix(b":") else {
        return false;
    };
    let name = match cut(name, b'[') {
        Some((name, pid)) if pid.ends_with(b"]") => name,
        Some(_) => return false,
        None => name,
    };
    !name.is_empty()
        && name.len() <= 64
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./()@%".contains(byte))
}

fn is_host(word: &[u8]) -> bool {
    !word.is_empty()
        && word.len() <= 255
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte))
}

/// Whether a record of another format begins where a host or tag could stand.
fn is_record(word: &[u8]) -> bool {
    word.starts_with(b"CEF:") || word.starts_with(b"LEEF:")
}
