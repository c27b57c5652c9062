//! The one form of a URL.
//!
//! Scheme and host in lower case, host by IDNA, the address of a host in numbers written the usual way, default port
//! and fragment gone, dot segments resolved, an empty path is `/`, percent-encoding in upper case and only where it
//! is needed. What a browser would do with it (WHATWG URL) decides, since that is what is looked for in logs. A text
//! without a scheme is read as `http`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::host;

const SCHEMES: [(&str, u16); 5] = [("http", 80), ("https", 443), ("ftp", 21), ("ws", 80), ("wss", 443)];

/// The canonical form, or why it is not a URL.
pub(super) fn canonical(text: &str) -> Result<String, &'static str> {
    let cleaned;
    let text = if text.contains(['\t', '\r', '\n']) {
        cleaned = text.replace(['\t', '\r', '\n'], "");
        cleaned.trim()
    } else {
        text
    };
    let (scheme, rest) = split_scheme(text)?;
    let default_port = SCHEMES.iter().find(|(name, _)| *name == scheme).map(|(_, port)| *port);
    let end = rest
        .find(|letter| matches!(letter, '/' | '?' | '#') || (letter == '\\' && default_port.is_some()))
        .unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let mut url = String::with_capacity(text.len() + 8);
    url.push_str(&scheme);
    url.push_str("://");
    let host_and_port = match authority.rsplit_once('@') {
        None => authority,
        Some((user, host_and_port)) => {
            if !user.is_empty() {
                encode(user, Part::User, &mut url);
                url.push('@');
            }
            host_and_port
        }
    };
    push_host(host_and_port, default_port, &mut url, &scheme)?;
    let tail = tail.split('#').next().unwrap_or_default();
    let (path, query) = match tail.split_once('?') {
        None => (tail, None),
        Some((path, query)) => (path, Some(query)),
    };
    push_path(path, default_port.is_some(), &mut url);
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        url.push('?');
        encode(query, Part::Query, &mut url);
    }
    Ok(url)
}

fn split_scheme(text: &str) -> Result<(String, &str), &'static str> {
    let scheme_end = text
        .bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')))
        .unwrap_or(text.len());
    let scheme = text[..scheme_end].to_ascii_lowercase();
    let after = &text[scheme_end..];
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase()) && scheme.len() <= 32;
    if is_scheme && let Some(rest) = after.strip_prefix("://") {
        return Ok((scheme, rest));
    }
    if let (true, Some(rest)) = (SCHEMES.iter().any(|(name, _)| *name == scheme), after.strip_prefix(':')) {
        // Browsers take any number of slashes, of either kind, after a scheme they know.
        return Ok((scheme, rest.trim_start_matches(['/', '\\'])));
    }
    let rest = text.strip_prefix("//").unwrap_or(text);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if host.contains('.') || rest.starts_with('[') {
        Ok(("http".to_owned(), rest))
    } else {
        Err("a scheme and '://' are expected at its start")
    }
}

fn push_host(text: &str, default_port: Option<u16>, url: &mut String, scheme: &str) -> Result<(), &'static str> {
    let (name, port) = if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest
            .split_once(']')
            .ok_or("the bracket of its IPv6 address is not closed")?;
        let address: Ipv6Addr = address.parse().map_err(|_| "the address in brackets is not IPv6")?;
        url.push_str(&format!("[{address}]"));
        (
            None,
            after
                .strip_prefix(':')
                .or_else(|| after.is_empty().then_some(""))
                .ok_or("text follows the IPv6 address")?,
        )
    } else {
        let (name, port) = text.split_once(':').unwrap_or((text, ""));
        (Some(name), port)
    };
    match name {
        None => {}
        Some("") if scheme == "file" => {}
        Some("") => return Err("it has no host"),
        Some(name) => url.push_str(&named_host(name)?),
    }
    if port.is_empty() {
        return Ok(());
    }
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its port is not a number");
    }
    let port: u16 = port.parse().map_err(|_| "its port is larger than 65535")?;
    if Some(port) != default_port {
        url.push_str(&format!(":{port}"));
    }
    Ok(())
}

fn named_host(name: &str) -> Result<String, &'static str> {
    let decoded;
    let name = if name.contains('%') {
        decoded = decode(name).ok_or("its host is not valid UTF-8")?;
        decoded.as_str()
    } else {
        name
    };
    let lower = name.to_ascii_lowercase();
    let bare = lower.strip_suffix('.').unwrap_or(&lower);
    if host::ends_in_number(bare) {
        return ipv4_as_browsers_read(bare)
            .map(|address| address.to_string())
            .ok_or("its host ends in a number but is not an address");
    }
    match host::domain(name) {
        // Letters that IDNA turns into digits, as in full-width numbers.
        Err(_) if !name.is_ascii() && name.len() <= 1_024 => idna::domain_to_ascii(name)
            .ok()
            .and_then(|ascii| ipv4_as_browsers_read(ascii.strip_suffix('.').unwrap_or(&ascii)))
            .map(|address| address.to_string())
            .ok_or("its host is not a domain name"),
        outcome => outcome,
    }
}

/// The address that a host means which is written in numbers in one of the ways that browsers read, the usual one
/// among them: `3221225985`, `0xc0.0.0x201`, `192.0.513` (WHATWG URL, "IPv4 parser").
pub fn address_of_host(text: &str) -> Option<Ipv4Addr> {
    let lower = text.to_ascii_lowercase();
    let bare = lower.strip_suffix('.').unwrap_or(&lower);
    host::ends_in_number(bare).then(|| ipv4_as_browsers_read(bare))?
}

/// One to four numbers, decimal, octal or hexadecimal, the last of which fills the bytes that are left.
fn ipv4_as_browsers_read(text: &str) -> Option<Ipv4Addr> {
    let mut numbers = [0_u64; 4];
    let mut count = 0;
    for part in text.split('.') {
        let (digits, radix) = match part {
            "0" => ("0", 10),
            _ if part.starts_with("0x") => (&part[2..], 16),
            _ if part.starts_with('0') => (&part[1..], 8),
            _ => (part, 10),
        };
        let value = if digits.is_empty() {
            0
        } else {
            u64::from_str_radix(digits, radix).ok()?
        };
        *numbers.get_mut(count)? = value;
        count += 1;
    }
    let last = *numbers.get(count.checked_sub(1)?)?;
    let leading = &numbers[..count - 1];
    if leading.iter().any(|number| *number > 255) || last >= 1 << (8 * (5 - count)) {
        return None;
    }
    let high = leading
        .iter()
        .enumerate()
        .fold(0_u64, |sum, (at, number)| sum | number << (8 * (3 - at)));
    u32::try_from(high | last).ok().map(Ipv4Addr::from_bits)
}

fn push_path(path: &str, browsers_know: bool, url: &mut String) {
    let mut encoded = String::with_capacity(path.len());
    if browsers_know && path.contains('\\') {
        encode(&path.replace('\\', "/"), Part::Path, &mut encoded);
    } else {
        encode(path, Part::Path, &mut encoded);
    }
    if !encoded.contains("/.") {
        url.push_str(if encoded.is_empty() { "/" } else { &encoded });
        return;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = encoded.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if last {
            kept.push("");
        }
    }
    for segment in &kept {
        url.push('/');
        url.push_str(segment);
    }
    if kept.is_empty() {
        url.push('/');
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    User,
    Path,
    Query,
}

/// Writes each byte plainly where the part allows it, percent-encoded otherwise; existing codes are read first.
fn encode(text: &str, part: Part, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let coded = if byte == b'%' { coded_byte(bytes, at) } else { None };
        let (value, plain) = match coded {
            Some(value) => (value, is_unreserved(value)),
            None => (byte, is_plain(byte, part)),
        };
        if plain {
            out.push(char::from(value));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(value >> 4)]));
            out.push(char::from(DIGITS[usize::from(value & 15)]));
        }
        at += if coded.is_some() { 3 } else { 1 };
    }
}

fn coded_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (high, low) = (digit(at + 1)?, digit(at + 2)?);
    u8::try_from(high << 4 | low).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_plain(byte: u8, part: Part) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':'
        )
        || (byte == b'@' && part != Part::User)
        || (byte == b'/' && part != Part::User)
        || (byte == b'?' && part == Part::Query)
}

fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match if byte == b'%' { coded_byte(bytes, at) } else { None } {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}
