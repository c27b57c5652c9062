//! CEF (ArcSight) and LEEF (QRadar): a header between bars, then keys and values.

use std::borrow::Cow;

use super::columns::unnamed;
use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{Meaning, cef, general, put};
use super::text::{cut, text};
use super::times;
use crate::event::Event;
use crate::role::Role;

const CEF_HEADER: [&str; 7] = [
    "version",
    "vendor",
    "product",
    "device_version",
    "signature_id",
    "name",
    "severity",
];
const LEEF_HEADER: [&str; 5] = ["version", "vendor", "product", "device_version", "event_id"];

/// Reads what begins with `CEF:`.
pub(super) fn read_cef<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = line.strip_prefix(b"CEF:").ok_or(Malformed::NotThis("a CEF record"))?;
    for name in CEF_HEADER {
        let Some(bar) = unescaped_bar(rest) else {
            event.push(name, unescaped(rest), Role::Text);
            return Err(Malformed::CutOff);
        };
        let role = if name == "name" { Role::Text } else { Role::Other };
        event.push(name, unescaped(rest.get(..bar).unwrap_or_default()), role);
        rest = rest.get(bar + 1..).unwrap_or_default();
    }
    let first = event.fields.len();
    each_pair(rest, event);
    by_label(event, first);
    join::add_url(event, "dhost+request", Scheme::ByPort);
    Ok(())
}

/// Reads what begins with `LEEF:`.
pub(super) fn read_leef<'l>(line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = line.strip_prefix(b"LEEF:").ok_or(Malformed::NotThis("a LEEF record"))?;
    let second = rest.starts_with(b"2");
    for name in LEEF_HEADER {
        let Some((value, after)) = cut(rest, b'|') else {
            event.push(name, text(rest), Role::Text);
            return Err(Malformed::CutOff);
        };
        event.push(name, text(value), Role::Other);
        rest = after;
    }
    let mut separator = b'\t';
    // Version 2 may name the separator, as a character or by its number.
    if second
        && let Some((name, after)) = cut(rest, b'|')
        && name.len() <= 5
        && !name.contains(&b'=')
    {
        separator = named_separator(name).unwrap_or(b'\t');
        rest = after;
    }
    for pair in rest
        .split(|byte| *byte == separator)
        .filter(|pair| !pair.is_empty())
        .take(super::MOST_FIELDS)
    {
        match cut(pair, b'=') {
            Some((key, value)) => put_pair(text(key.trim_ascii()), text(value), event),
            None => event.push("", text(pair), Role::Text),
        }
    }
    join::add_url(event, "dhost+url", Scheme::ByPort);
    Ok(())
}

fn named_separator(name: &[u8]) -> Option<u8> {
    match name {
        [] => None,
        [one] => Some(*one),
        _ => {
            let digits = std::str::from_utf8(name)
                .ok()?
                .trim_start_matches(['0', '\\'])
                .strip_prefix(['x', 'X'])?;
            u8::from_str_radix(digits, 16).ok()
        }
    }
}

/// The extension of CEF: a value goes on, with its blanks, up to the word before the next equals sign.
fn each_pair<'l>(extension: &'l [u8], event: &mut Event<'l>) {
    let mut rest = extension.trim_ascii_start();
    for _ in 0..super::MOST_FIELDS {
        let Some((key, after)) = cut(rest, b'=') else { break };
        let end = end_of_value(after);
        put_pair(
            text(key.trim_ascii()),
            unescaped(after.get(..end).unwrap_or_default().trim_ascii_end()),
            event,
        );
        rest = after.get(end..).unwrap_or_default().trim_ascii_start();
    }
    event.push("", text(rest), Role::Text);
}

/// Where the value that `bytes` begins with ends: before the blank before the next key.
fn end_of_value(bytes: &[u8]) -> usize {
    let mut from = 0;
    while let Some(equals) = memchr::memchr(b'=', bytes.get(from..).unwrap_or_default()).map(|at| from + at) {
        let before = bytes.get(..equals).unwrap_or_default();
        let key = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_.-[]".contains(byte))
            .count();
        let start = equals - key;
        if key > 0 && start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b' ') {
            return start - 1;
        }
        from = equals + 1;
    }
    bytes.len()
}

fn put_pair<'l>(key: Cow<'l, str>, value: Cow<'l, str>, event: &mut Event<'l>) {
    if key == "rt" || key == "devTime" {
        // CEF also allows `Oct 12 2026 10:11:12`, which is told as it stands.
        event.time = event.time.or_else(|| times::read(&value));
    }
    let meaning = cef::meaning(&key).unwrap_or_else(|| unnamed(&value));
    put(event, key, value, meaning);
}

/// A field whose use its sender names (`cs1Label=URL cs1=…`) is what the label says.
fn by_label(event: &mut Event<'_>, first: usize) {
    let labels: Vec<(String, Meaning)> = event
        .fields
        .iter()
        .skip(first)
        .filter_map(|field| {
            Some((
                field.name.strip_suffix("Label")?.to_owned(),
                general::meaning(&field.value)?,
            ))
        })
        .collect();
    for (name, meaning) in labels {
        if let Some(at) = event.fields.iter().position(|field| field.name == *name) {
            let field = event.fields.remove(at);
            put(event, field.name, field.value, meaning);
        }
    }
}

/// Where the next bar without a backslash is.
fn unescaped_bar(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'|', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'|') {
            return Some(at);
        }
        at += 2;
    }
}

/// `\|`, `\=`, `\\`, `\n` and `\r` undone.
fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    let whole = text(raw);
    if !whole.contains('\\') {
        return whole;
    }
    let mut plain = String::with_capacity(whole.len());
    let mut characters = whole.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some(escaped @ ('|' | '=' | '\\')) => plain.push(escaped),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}
