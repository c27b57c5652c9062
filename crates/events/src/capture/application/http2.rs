//! HTTP/2 in the clear (RFC 9113): the heads of requests and responses, told as those of HTTP/1 are; bodies are passed
//! over.
//!
//! Heads are packed with HPACK (RFC 7541), whose tables depend on all that was said before: behind a hole a direction
//! cannot be read any more.

use loona_hpack::Decoder;

use super::http::{Message, request, response};
use super::{Conversation, Step};
use crate::Role;
use crate::capture::bytes::{Bytes, text};
use crate::capture::tell::Out;

/// What a client says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Bytes of a frame before its content (section 4.1).
const HEADER: usize = 9;
/// Longest packed head that is kept.
const PACKED: usize = 256 << 10;
/// Longest head that is kept once it is unpacked: a byte can stand for a whole line.
const UNPACKED: usize = 256 << 10;
/// Lines of a head that are kept.
const LINES: usize = 200;
/// Largest table that a side may ask for.
const TABLE: usize = 1 << 16;

// Kinds of frames and their flags (section 6).
const HEADERS: u8 = 1;
const PUSH_PROMISE: u8 = 5;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 0x20;

/// Whether a client's first bytes begin HTTP/2.
pub(super) fn is_preface(bytes: &[u8]) -> bool {
    bytes.starts_with(&PREFACE[..TELLING])
}

/// Bytes of the preface that no other protocol begins with.
const TELLING: usize = 14;

/// The reader of one connection.
#[derive(Default)]
pub(super) struct Http2 {
    client: Side,
    server: Side,
    /// What the client says first was passed.
    begun: bool,
}

#[derive(Default)]
struct Side {
    decoder: Option<Decoder<'static>>,
    /// A head that goes on in the next frame.
    head: Vec<u8>,
    /// It is a request that the server promises to answer unasked.
    promised: bool,
    lost: bool,
}

impl Conversation for Http2 {
    fn service(&self) -> &'static str {
        "http2"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        if from_client && !self.begun {
            if bytes.len() < PREFACE.len() {
                return Step::More;
            }
            self.begun = true;
            return if bytes.starts_with(PREFACE) {
                Step::take(PREFACE.len())
            } else {
                Step::Ignore
            };
        }
        let mut rest = Bytes(bytes);
        let (Some(length), Some(kind), Some(flags), Some(_)) = (rest.u24(), rest.u8(), rest.u8(), rest.u32()) else {
            return Step::More;
        };
        let side = self.side(from_client);
        if side.lost {
            return Step::Ignore;
        }
        let length = length as usize;
        if !matches!(kind, HEADERS | PUSH_PROMISE | CONTINUATION) {
            return Step::take(HEADER + length);
        }
        if length > PACKED {
            return too_long(out);
        }
        let Some(content) = rest.take(length) else {
            return Step::More;
        };
        let Some(piece) = piece(kind, flags, content) else {
            out.tell.broken(
                out.packet.number,
                "http2-broken",
                "a frame of HTTP/2 contradicts its lengths",
            );
            return Step::Ignore;
        };
        if kind != CONTINUATION {
            side.head.clear();
            side.promised = kind == PUSH_PROMISE;
        }
        if side.head.len() + piece.len() > PACKED {
            return too_long(out);
        }
        side.head.extend_from_slice(piece);
        if flags & END_HEADERS != 0 && !side.tell_head(from_client, out) {
            out.tell
                .broken(out.packet.number, "http2-broken", "a head of HTTP/2 cannot be unpacked");
            return Step::Ignore;
        }
        Step::take(HEADER + length)
    }

    fn hole(&mut self, from_client: bool) {
        self.side(from_client).lost = true;
    }
}

impl Http2 {
    const fn side(&mut self, from_client: bool) -> &mut Side {
        if from_client {
            &mut self.client
        } else {
            &mut self.server
        }
    }
}

fn too_long(out: &mut Out<'_, '_>) -> Step {
    out.tell.broken(
        out.packet.number,
        "http2-head-too-long",
        "a head of HTTP/2 is longer than 256 KiB, the limit: this direction is not read on",
    );
    Step::Ignore
}

/// The piece of a head that a frame carries, without padding, priority and promised stream.
fn piece(kind: u8, flags: u8, content: &[u8]) -> Option<&[u8]> {
    let mut rest = Bytes(content);
    let padding = if kind != CONTINUATION && flags & PADDED != 0 {
        usize::from(rest.u8()?)
    } else {
        0
    };
    match kind {
        PUSH_PROMISE => {
            rest.u32()?;
        }
        HEADERS if flags & PRIORITY != 0 => {
            rest.take(5)?;
        }
        _ => {}
    }
    let length = rest.0.len().checked_sub(padding)?;
    rest.0.get(..length)
}

/// The lines of a head, pseudo-headers apart (RFC 9113, section 8.3).
#[derive(Default)]
struct Head {
    method: Option<Vec<u8>>,
    scheme: Vec<u8>,
    authority: Vec<u8>,
    path: Vec<u8>,
    status: Option<Vec<u8>>,
    lines: Vec<(Vec<u8>, Vec<u8>)>,
    size: usize,
}

impl Head {
    fn add(&mut self, name: &[u8], value: &[u8]) {
        self.size = self.size.saturating_add(name.len() + value.len());
        if self.size > UNPACKED {
            return;
        }
        match name {
            b":method" => self.method = Some(value.to_vec()),
            b":scheme" => self.scheme = value.to_vec(),
            b":authority" => self.authority = value.to_vec(),
            b":path" => self.path = value.to_vec(),
            b":status" => self.status = Some(value.to_vec()),
            _ if self.lines.len() < LINES => self.lines.push((name.to_vec(), value.to_vec())),
            _ => {}
        }
    }

    /// Whether a URL can be made of it.
    fn names_a_site(&self) -> bool {
        matches!(self.scheme.as_slice(), b"http" | b"https") && !self.authority.is_empty()
    }

    /// The first line that HTTP/1 would have; none for what follows a body.
    fn first_line(&self) -> Option<Vec<u8>> {
        if let Some(status) = &self.status {
            return Some([b"HTTP/2 ".as_slice(), status].concat());
        }
        let method = self.method.as_deref()?;
        let target = if method == b"CONNECT" {
            self.authority.clone()
        } else if self.names_a_site() {
            [self.scheme.as_slice(), b"://", &self.authority, &self.path].concat()
        } else {
            self.path.clone()
        };
        Some([method, b" ", &target, b" HTTP/2"].concat())
    }
}

impl Side {
    /// Unpacks the head that is whole now and tells it; says whether it could be unpacked.
    fn tell_head(&mut self, from_client: bool, out: &mut Out<'_, '_>) -> bool {
        let decoder = self.decoder.get_or_insert_with(|| {
            let mut decoder = Decoder::new();
            decoder.set_max_allowed_table_size(TABLE);
            decoder
        });
        let mut head = Head::default();
        let unpacked = decoder.decode_with_cb(&self.head, |name, value| head.add(&name, &value));
        self.head.clear();
        if unpacked.is_err() {
            return false;
        }
        let Some(first) = head.first_line() else { return true };
        let message = Message::new(
            &first,
            head.lines
                .iter()
                .map(|(name, value)| (name.as_slice(), value.as_slice()))
                .collect(),
        );
        let mut event = out.begin("http");
        if from_client || self.promised {
            if request(&message, &mut event, out.ends.destination_port).is_none() {
                return true;
            }
            if head.names_a_site() {
                event.push("http.path", text(&head.path), Role::UrlPath);
            }
        } else {
            response(&message, &mut event);
        }
        event.push("http.version", "2", Role::Other);
        out.give(&event);
        true
    }
}
