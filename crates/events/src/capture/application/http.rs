//! HTTP/1.x: the heads of requests and responses; bodies are passed over without being kept.
//!
//! Written by hand because what attackers and old devices send is often not quite HTTP, and a reader that insists
//! loses the host: here a line without a colon is left out and the others count.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::{Conversation, Step};
use crate::capture::bytes::text;
use crate::capture::tell::Out;
use crate::{Event, Role};

/// Header lines that are looked at.
const LINES: usize = 200;
/// Requests that wait for their response.
const WAITING: usize = 256;

const METHODS: [&[u8]; 26] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"CONNECT ",
    b"TRACE ",
    b"PATCH ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"MKCOL ",
    b"COPY ",
    b"MOVE ",
    b"LOCK ",
    b"UNLOCK ",
    b"SEARCH ",
    b"REPORT ",
    b"NOTIFY ",
    b"SUBSCRIBE ",
    b"M-SEARCH ",
    b"RPC_IN_DATA ",
    b"RPC_OUT_DATA ",
    b"MERGE ",
    b"CHECKOUT ",
    b"PURGE ",
];

/// Whether a client's first bytes are a request.
pub(super) fn is_request(bytes: &[u8]) -> bool {
    METHODS.iter().any(|method| bytes.starts_with(method)) || unusual_request(bytes)
}

/// Whether a server's first bytes are a response.
pub(super) fn is_response(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/")
}

/// A method of its own making, with all that a request line has.
fn unusual_request(bytes: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', bytes).filter(|end| *end < 8_192) else {
        return false;
    };
    let line = bytes[..end].trim_ascii_end();
    let mut words = line.split(|byte| *byte == b' ');
    words
        .next()
        .is_some_and(|method| !method.is_empty() && method.iter().all(u8::is_ascii_graphic))
        && words.clone().count() >= 2
        && words.next_back().is_some_and(|version| version.starts_with(b"HTTP/1."))
}

/// What stands where in one direction.
#[derive(Clone, Copy, Default)]
enum At {
    #[default]
    Head,
    /// The size of the next chunk.
    ChunkSize,
    /// Lines after the last chunk.
    Trailer,
}

/// Which request a response answers, as far as that changes how it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Head,
    Connect,
    Other,
}

/// The reader of one connection.
#[derive(Default)]
pub(super) struct Http {
    client: At,
    server: At,
    asked: VecDeque<Asked>,
    /// Another protocol follows: the proxy has connected, or both have switched.
    switched: bool,
}

impl Conversation for Http {
    fn service(&self) -> &'static str {
        "http"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        if self.switched {
            return Step::Again;
        }
        match if from_client { self.client } else { self.server } {
            At::Head => self.head(from_client, bytes, out),
            At::ChunkSize => self.chunk(from_client, bytes),
            At::Trailer => self.trailer(from_client, bytes),
        }
    }

    fn hole(&mut self, from_client: bool) {
        *self.at(from_client) = At::Head;
    }

    fn rest(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) {
        // A head that was cut off still says where it was going.
        let at = *self.at(from_client);
        if matches!(at, At::Head) && memchr::memchr(b'\n', bytes).is_some() && !self.switched {
            self.message(from_client, bytes, out);
        }
    }
}

impl Http {
    const fn at(&mut self, from_client: bool) -> &mut At {
        if from_client {
            &mut self.client
        } else {
            &mut self.server
        }
    }

    fn head(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        // Empty lines before a request are passed over (RFC 9112, section 2.2).
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if blank > 0 {
            return Step::take(blank);
        }
        let good = if from_client {
            is_request(bytes)
        } else {
            is_response(bytes)
        };
        if !good {
            // Behind a hole or a body of unknown length: the next head is at the start of a line, if anywhere.
            return match memchr::memchr(b'\n', bytes) {
                Some(end) => Step::take(end + 1),
                None if bytes.len() > 8_192 => Step::take(bytes.len()),
                None => Step::More,
            };
        }
        let Some(length) = head_length(bytes) else {
            return Step::More;
        };
        self.message(from_client, &bytes[..length], out).plus(length)
    }

    /// Reads a head and gives how its body is read.
    fn message(&mut self, from_client: bool, head: &[u8], out: &mut Out<'_, '_>) -> Body {
        let message = Message::of(head);
        let mut event = out.begin("http");
        let body = if from_client {
            let Some(asked) = request(&message, &mut event, out.ends.destination_port) else {
                return Body::Length(0);
            };
            if self.asked.len() < WAITING {
                self.asked.push_back(asked);
            }
            message.body(false)
        } else {
            response(&message, &mut event);
            self.answered(&message)
        };
        out.give(&event);
        if matches!(body, Body::Chunks) {
            *self.at(from_client) = At::ChunkSize;
        }
        body
    }

    /// How the body of a response is read, which depends on what was asked (RFC 9112, section 6.3).
    fn answered(&mut self, message: &Message<'_>) -> Body {
        let status = message.status();
        if status == 101 {
            self.switched = true;
            return Body::Length(0);
        }
        if (100..200).contains(&status) {
            return Body::Length(0);
        }
        let asked = self.asked.pop_front().unwrap_or(Asked::Other);
        if asked == Asked::Connect && (200..300).contains(&status) {
            self.switched = true;
            return Body::Length(0);
        }
        if asked == Asked::Head || matches!(status, 204 | 304) {
            return Body::Length(0);
        }
        message.body(true)
    }

    fn chunk(&mut self, from_client: bool, bytes: &[u8]) -> Step {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            return if bytes.len() > 1_024 { Step::Ignore } else { Step::More };
        };
        let digits = bytes[..end].split(|byte| *byte == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
        match size {
            Some(0) => {
                *self.at(from_client) = At::Trailer;
                Step::take(end + 1)
            }
            Some(size) => Step::Take((end as u64 + 1).saturating_add(size).saturating_add(2)),
            None => {
                *self.at(from_client) = At::Head;
                Step::take(end + 1)
            }
        }
    }

    fn trailer(&mut self, from_client: bool, bytes: &[u8]) -> Step {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            return if bytes.len() > 8_192 { Step::Ignore } else { Step::More };
        };
        if bytes[..end].trim_ascii().is_empty() {
            *self.at(from_client) = At::Head;
        }
        Step::take(end + 1)
    }
}

/// How the bytes behind a head are passed over.
#[derive(Clone, Copy)]
enum Body {
    Length(u64),
    Chunks,
    /// To the end of the connection.
    ToTheEnd,
}

impl Body {
    fn plus(self, head: usize) -> Step {
        match self {
            Self::Length(body) => Step::Take((head as u64).saturating_add(body)),
            Self::Chunks => Step::take(head),
            Self::ToTheEnd => Step::Take(u64::MAX),
        }
    }
}

/// Where a head ends, its empty line included.
fn head_length(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| match &bytes[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// A head taken apart.
pub(super) struct Message<'a> {
    first: &'a [u8],
    headers: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Message<'a> {
    /// One whose first line and headers are known already.
    pub const fn new(first: &'a [u8], headers: Vec<(&'a [u8], &'a [u8])>) -> Self {
        Self { first, headers }
    }

    fn of(head: &'a [u8]) -> Self {
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.next().unwrap_or_default();
        let headers = lines
            .take(LINES)
            .filter_map(|line| {
                let colon = memchr::memchr(b':', line)?;
                Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()))
            })
            .collect();
        Self { first, headers }
    }

    fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.headers
            .iter()
            .find(|(have, _)| have.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }

    fn status(&self) -> u16 {
        let mut words = self.first.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        words
            .nth(1)
            .and_then(|status| std::str::from_utf8(status).ok()?.parse().ok())
            .unwrap_or(0)
    }

    fn body(&self, response: bool) -> Body {
        let chunked = self
            .get("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().ends_with(b"chunked"));
        if chunked {
            return Body::Chunks;
        }
        let length = self
            .get("content-length")
            .and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
        match length {
            Some(length) => Body::Length(length),
            None if response => Body::ToTheEnd,
            None => Body::Length(0),
        }
    }
}

/// Adds what a request says; nothing where it is none.
pub(super) fn request<'a>(message: &Message<'a>, event: &mut Event<'a>, port: u16) -> Option<Asked> {
    let (method, rest) = split(message.first, b' ')?;
    let target = match memchr::memrchr(b' ', rest) {
        Some(at) if rest[at + 1..].starts_with(b"HTTP/") => rest[..at].trim_ascii(),
        _ => rest,
    };
    event.push("http.message", "request", Role::Other);
    event.push("http.method", text(method), Role::Other);
    let host = message.get("host").map(text).unwrap_or_default();
    let target = text(target);
    if method == b"CONNECT" {
        event.push("http.host", target, Role::Host);
    } else if let Some((scheme, rest)) = target.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
        // The absolute form that proxies are sent.
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let inner = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        event.push("http.host", inner.to_owned(), Role::Host);
        if !host.is_empty() && !host.eq_ignore_ascii_case(inner) {
            event.push("http.host", host.clone(), Role::Host);
        }
        let _ = scheme;
        event.push("http.url", target.to_string(), Role::Url);
    } else {
        // Without a header the request went to the address.
        let to = match event.first(Role::Destination) {
            Some(address) if host.is_empty() && address.contains(':') => format!("[{address}]"),
            Some(address) if host.is_empty() => address.to_owned(),
            _ => host.to_string(),
        };
        if !to.is_empty() && target.starts_with('/') {
            let with_port = if port == 80 || has_port(&to) {
                String::new()
            } else {
                format!(":{port}")
            };
            event.push("http.url", format!("http://{to}{with_port}{target}"), Role::Url);
        }
        event.push("http.host", host, Role::Host);
        event.push("http.path", target, Role::UrlPath);
    }
    for (header, field, role) in [
        ("user-agent", "http.user_agent", Role::UserAgent),
        ("referer", "http.referrer", Role::Url),
        ("origin", "http.origin", Role::Url),
        ("content-type", "http.content_type", Role::Other),
        ("x-forwarded-host", "http.forwarded_host", Role::Host),
    ] {
        if let Some(value) = message.get(header) {
            event.push(field, text(value), role);
        }
    }
    forwarded(message, event);
    Some(match method {
        b"HEAD" => Asked::Head,
        b"CONNECT" => Asked::Connect,
        _ => Asked::Other,
    })
}

/// Adds the addresses for which a proxy says it asks.
fn forwarded<'a>(message: &Message<'a>, event: &mut Event<'a>) {
    for header in ["x-forwarded-for", "x-real-ip", "true-client-ip", "cf-connecting-ip"] {
        let Some(value) = message.get(header) else { continue };
        for address in value.split(|byte| *byte == b',').take(32) {
            event.push("http.forwarded_for", text(address.trim_ascii()), Role::Address);
        }
    }
}

/// Adds what a response says.
pub(super) fn response<'a>(message: &Message<'a>, event: &mut Event<'a>) {
    event.push("http.message", "response", Role::Other);
    let status = message.status();
    if status > 0 {
        event.push("http.status", status.to_string(), Role::Other);
    }
    for (header, field, role) in [
        ("content-type", "http.content_type", Role::Other),
        ("content-length", "http.content_length", Role::Other),
        ("server", "http.server", Role::Text),
        ("location", "http.location", Role::Url),
    ] {
        if let Some(value) = message.get(header) {
            // A path alone names no host.
            let role = if role == Role::Url && value.starts_with(b"/") {
                Role::UrlPath
            } else {
                role
            };
            event.push(field, text(value), role);
        }
    }
    if let Some(name) = message.get("content-disposition").and_then(file_name) {
        event.push("http.file_name", name, Role::FileName);
    }
}

/// The file name in a content disposition.
fn file_name(value: &[u8]) -> Option<Cow<'_, str>> {
    let at = memchr::memmem::find(value, b"filename=")?;
    let rest = &value[at + 9..];
    let name = match rest {
        [b'"', quoted @ ..] => quoted.split(|byte| *byte == b'"').next()?,
        bare => bare.split(|byte| *byte == b';').next()?,
    };
    Some(text(name))
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr::memchr(at, bytes)?;
    Some((&bytes[..place], bytes[place + 1..].trim_ascii()))
}

fn is_scheme(text: &str) -> bool {
    matches!(text, "http" | "https" | "ftp" | "ws" | "wss") || text.eq_ignore_ascii_case("http")
}

/// Whether a host already has its port; the colons of a bare IPv6 address are none.
fn has_port(host: &str) -> bool {
    match host.rsplit_once(':') {
        Some((before, port)) => {
            !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
                && (!before.contains(':') || before.ends_with(']'))
        }
        None => false,
    }
}
