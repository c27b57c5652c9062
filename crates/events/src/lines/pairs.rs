//! Logs of `key=value` pairs: firewalls (iptables, FortiGate), logfmt, mail servers. What stands between the pairs is text.

use std::borrow::Cow;

use super::columns::unnamed;
use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{general, put};
use super::text::{closing_quote, text, unescaped_text};
use crate::event::Event;
use crate::role::Role;

/// Whether there are enough pairs in a text to take it for a list of them.
pub(super) fn are_pairs(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut pairs = 0;
    let mut words = 0;
    while let Some(found) = next_key(rest) {
        pairs += 1;
        words += rest
            .get(..found.start)
            .unwrap_or_default()
            .split(u8::is_ascii_whitespace)
            .filter(|word| word.len() > 1)
            .count();
        rest = skip_value(rest.get(found.value..).unwrap_or_default());
        if pairs >= 6 {
            break;
        }
    }
    // Three pairs, or a list of nothing else.
    pairs >= 3 || pairs == 2 && words <= 1
}

/// Reads all pairs of a text. What stands between them becomes a field named `between`.
pub(super) fn read<'l>(bytes: &'l [u8], between: &'static str, event: &mut Event<'l>) -> Result<(), Malformed> {
    let mut rest = bytes;
    let mut values = 0;
    let mut result = Ok(());
    while let Some(found) = next_key(rest) {
        values += 1;
        if values > super::MOST_FIELDS {
            event.push(between, text(rest), Role::Text);
            return Err(Malformed::TooManyFields);
        }
        let before = rest.get(..found.start).unwrap_or_default();
        push_between(before, between, event);
        let name = text(rest.get(found.start..found.value - 1).unwrap_or_default());
        let raw = rest.get(found.value..).unwrap_or_default();
        let (value, after) = match raw.strip_prefix(b"\"") {
            Some(inner) => match closing_quote(inner) {
                Some(end) => (
                    unescaped_text(inner.get(..end).unwrap_or_default()),
                    inner.get(end + 1..).unwrap_or_default(),
                ),
                None => {
                    result = Err(Malformed::CutOff);
                    (unescaped_text(inner), [].as_slice())
                }
            },
            None => {
                let after = skip_value(raw);
                let value = raw.get(..raw.len() - after.len()).unwrap_or_default();
                (text(trimmed(value)), after)
            }
        };
        rest = after;
        pair(name, value, event);
    }
    push_between(rest, between, event);
    join::add_url(event, "host+path", Scheme::ByPort);
    result
}

fn pair<'l>(name: Cow<'l, str>, value: Cow<'l, str>, event: &mut Event<'l>) {
    let meaning = general::meaning(&name).unwrap_or_else(|| unnamed(&value));
    put(event, name, value, meaning);
}

fn push_between<'l>(before: &'l [u8], name: &'static str, event: &mut Event<'l>) {
    let before = before.trim_ascii();
    // A comma or a bracket says nothing.
    if before.iter().any(u8::is_ascii_alphanumeric) {
        event.push(name, text(before), Role::Text);
    }
}

/// A value without the marks that mail servers put around it.
fn trimmed(value: &[u8]) -> &[u8] {
    let value = value
        .strip_suffix(b",")
        .or_else(|| value.strip_suffix(b";"))
        .unwrap_or(value);
    match value {
        [b'<', inner @ .., b'>'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

struct Key {
    start: usize,
    /// Where the value begins, after the equals sign.
    value: usize,
}

/// The next `key=` that stands at the beginning of a word.
fn next_key(bytes: &[u8]) -> Option<Key> {
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
    let mut from = 0;
    loop {
        let equals = from + memchr::memchr(b'=', bytes.get(from..)?)?;
        let before = bytes.get(from..equals)?;
        let length = before.iter().rev().take_while(|byte| is_key(byte)).count();
        let start = equals - length;
        let begins = start.checked_sub(1).and_then(|at| bytes.get(at));
        let at_word = begins.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b'|' | b'(' | b'[' | b'{'));
        if length > 0 && length <= 64 && at_word && bytes.get(start).is_some_and(u8::is_ascii_alphabetic) {
            return Some(Key {
                start,
                value: equals + 1,
            });
        }
        from = equals + 1;
    }
}

/// What follows a value without quotes: it ends at a blank, or at a mark after which the next key stands.
fn skip_value(raw: &[u8]) -> &[u8] {
    if let Some(inner) = raw.strip_prefix(b"\"") {
        return closing_quote(inner)
            .and_then(|end| inner.get(end + 1..))
            .unwrap_or_default();
    }
    let mut end = 0;
    while let Some(byte) = raw.get(end) {
        let following = || raw.get(end + 1..).unwrap_or_default();
        match byte {
            b' ' | b'\t' => break,
            b',' | b';' | b'|'
                if next_key(following().get(..66).unwrap_or(following())).is_some_and(|key| key.start == 0) =>
            {
                break;
            }
            _ => end += 1,
        }
    }
    raw.get(end..).unwrap_or_default()
}
