//! TLS: what client and server say before they encrypt: names, fingerprints of how they speak, certificates.
//!
//! Certificates are in the clear up to TLS 1.2; in TLS 1.3 only the hellos are.

mod certificate;
mod fingerprint;
mod hello;

use super::{Conversation, Step};
use crate::capture::bytes::Bytes;
use crate::capture::tell::Out;
use crate::{Event, Role};

use hello::{ClientHello, ServerHello};

/// Certificates of a chain that are told.
const CHAIN: usize = 10;
/// Longest record: 2^14 and what encryption may add (RFC 5246, section 6.2.3).
const RECORD: usize = (1 << 14) + 2_048;

/// Whether bytes begin as a record with a hello does, or as a hello in the form of SSL 2 that offers more.
pub(super) fn is_hello(bytes: &[u8]) -> bool {
    matches!(bytes, [22, 3, 0..=4, high, low, 1 | 2, ..] if u16::from_be_bytes([*high, *low]) >= 4)
        || old_hello(bytes).is_some()
}

/// The length of a hello in the form of SSL 2 (RFC 5246, appendix E.2): it has no extensions, thus no name, and no JA3.
fn old_hello(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [high @ 0x80..=0xff, low, 1, 3, 0..=3, 0, _, 0, _, 0, ..] => {
            Some(usize::from(u16::from_be_bytes([high & 0x7f, *low])) + 2)
        }
        _ => None,
    }
}

/// The reader of one connection.
#[derive(Default)]
pub(super) struct Tls {
    /// Handshake messages of each direction, out of their records, as far as they are not whole.
    client: Vec<u8>,
    server: Vec<u8>,
    /// The name that the client asked for, told again with the certificates.
    name: Option<String>,
}

impl Conversation for Tls {
    fn service(&self) -> &'static str {
        "tls"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        if let Some(length) = old_hello(bytes).filter(|_| from_client) {
            return Step::take(length);
        }
        let mut rest = Bytes(bytes);
        let (Some(kind), Some(version), Some(length)) = (rest.u8(), rest.u16(), rest.u16()) else {
            return Step::More;
        };
        let length = usize::from(length);
        if version >> 8 != 3 || length > RECORD || !(20..=24).contains(&kind) {
            return Step::Ignore;
        }
        // Alerts say nothing here; a change of cipher and application data mean that the rest is encrypted.
        match kind {
            22 => {}
            21 => return Step::take(5 + length),
            _ => return Step::Ignore,
        }
        let Some(record) = rest.take(length) else {
            return Step::More;
        };
        let limit = out.tell.limits.stream_bytes;
        let messages = if from_client {
            &mut self.client
        } else {
            &mut self.server
        };
        messages.extend_from_slice(record);
        let mut pending = std::mem::take(messages);
        let mut at = 0;
        while let Some(message) = handshake(&pending[at..]) {
            if self.message(from_client, message, out) {
                return Step::Ignore;
            }
            at += message.len();
        }
        pending.drain(..at);
        if pending.len() > limit {
            return Step::Ignore;
        }
        if from_client {
            self.client = pending;
        } else {
            self.server = pending;
        }
        Step::take(5 + length)
    }

    fn hole(&mut self, from_client: bool) {
        // Behind a hole a record begins nowhere in particular.
        if from_client {
            self.client.clear();
        } else {
            self.server.clear();
        }
    }
}

/// The first handshake message, if it is whole.
pub(super) fn handshake(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = Bytes(bytes);
    rest.u8()?;
    let length = usize::try_from(rest.u24()?).ok()?;
    bytes.get(..4 + length)
}

impl Tls {
    /// Reads a handshake message; says whether the rest of the direction is of no interest.
    fn message(&mut self, from_client: bool, message: &[u8], out: &mut Out<'_, '_>) -> bool {
        match (message[0], &message[4..]) {
            (1, body) => {
                match ClientHello::parse(body) {
                    Some(hello) => self.client_hello(&hello, out),
                    None => out.tell.broken(
                        out.packet.number,
                        "tls-broken",
                        "the hello of the TLS client contradicts its lengths",
                    ),
                }
                // A second hello may follow a request to retry; a certificate of the client is rare and its own affair.
                false
            }
            (2, body) => match ServerHello::parse(body) {
                Some(hello) => {
                    self.server_hello(&hello, out);
                    hello.is_last_in_clear()
                }
                None => {
                    out.tell.broken(
                        out.packet.number,
                        "tls-broken",
                        "the hello of the TLS server contradicts its lengths",
                    );
                    true
                }
            },
            (11, body) => {
                self.certificates(from_client, body, out);
                true
            }
            (14, _) => true,
            _ => false,
        }
    }

    fn client_hello(&mut self, hello: &ClientHello<'_>, out: &mut Out<'_, '_>) {
        let mut event = out.begin("tls");
        describe_client(&mut event, hello, 't');
        self.name = hello.server_name().map(Into::into).or_else(|| self.name.take());
        out.give(&event);
    }

    fn server_hello(&mut self, hello: &ServerHello<'_>, out: &mut Out<'_, '_>) {
        let mut event = out.begin("tls");
        describe_server(&mut event, hello);
        if let Some(name) = &self.name {
            event.push("tls.server_name", name.as_str(), Role::Other);
        }
        out.give(&event);
    }

    fn certificates(&self, from_client: bool, body: &[u8], out: &mut Out<'_, '_>) {
        let mut rest = Bytes(body);
        let Some(length) = rest.u24() else { return };
        let Some(list) = rest.take(length as usize) else { return };
        let mut list = Bytes(list);
        for place in 0..CHAIN {
            let Some(certificate) = list.u24().and_then(|length| list.take(length as usize)) else {
                return;
            };
            let mut event = out.begin("tls");
            event.push("tls.message", "certificate", Role::Other);
            event.push(
                "tls.certificate.side",
                if from_client { "client" } else { "server" },
                Role::Other,
            );
            event.push("tls.certificate.place", place.to_string(), Role::Other);
            if let Some(name) = &self.name {
                event.push("tls.server_name", name.as_str(), Role::Other);
            }
            if !certificate::describe(&mut event, certificate) {
                out.tell.broken(
                    out.packet.number,
                    "certificate-broken",
                    "a certificate is not X.509 in DER",
                );
            }
            out.give(&event);
        }
    }
}

/// Adds what a client says, over a transport (`t` for TCP, `q` for QUIC).
fn describe_client<'a>(event: &mut Event<'a>, hello: &ClientHello<'a>, transport: char) {
    event.push("tls.message", "client_hello", Role::Other);
    event.push("tls.version", version_name(hello.highest_version()), Role::Other);
    if let Some(name) = hello.server_name() {
        event.push("tls.sni", name, Role::Host);
    }
    for protocol in hello.application_protocols() {
        event.push("tls.alpn", String::from_utf8_lossy(protocol), Role::Other);
    }
    event.push("tls.ja3", fingerprint::ja3(hello), Role::Ja3);
    event.push("tls.ja4", fingerprint::ja4(hello, transport), Role::Ja4);
}

/// Adds what a server answers.
fn describe_server<'a>(event: &mut Event<'a>, hello: &ServerHello<'a>) {
    event.push("tls.message", "server_hello", Role::Other);
    event.push("tls.version", version_name(hello.version()), Role::Other);
    event.push("tls.cipher", format!("0x{:04x}", hello.cipher), Role::Other);
    if let Some(protocol) = hello.application_protocol() {
        event.push("tls.alpn", String::from_utf8_lossy(protocol), Role::Other);
    }
    event.push("tls.ja3s", fingerprint::ja3s(hello), Role::Ja3s);
}

/// Adds what a hello that QUIC carried says (RFC 9001, section 4). False where it is none that can be read.
pub(super) fn describe_in_quic<'a>(event: &mut Event<'a>, message: &'a [u8]) -> bool {
    match message {
        [1, _, _, _, body @ ..] => ClientHello::parse(body).is_some_and(|hello| {
            describe_client(event, &hello, 'q');
            true
        }),
        [2, _, _, _, body @ ..] => ServerHello::parse(body).is_some_and(|hello| {
            describe_server(event, &hello);
            true
        }),
        _ => false,
    }
}

/// A version as people write it.
fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0304 => "TLS 1.3".to_owned(),
        draft if draft >> 8 == 0x7f => format!("TLS 1.3 draft {}", draft & 0xff),
        other => format!("0x{other:04x}"),
    }
}
