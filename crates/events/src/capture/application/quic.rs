//! QUIC: what client and server say before only they can read it: the hellos of TLS in their Initial packets.
//!
//! Initial packets are sealed with keys that anybody can work out from the connection id that the client chose (RFC 9001,
//! section 5.2): version 1, version 2 (RFC 9369) and the drafts from 23 on. Google's QUIC before that, whose hello was in
//! the clear, is read for the name that it asks for.

use std::collections::BTreeMap;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey, quic};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};

use super::tls;
use crate::Role;
use crate::capture::bytes::{Bytes, text};
use crate::capture::tell::Out;

/// Longest id of a connection (RFC 9000, section 17.2).
const CONNECTION_ID: usize = 20;
/// Bytes of a side's hellos that are put together; the largest that clients send are below 4 KiB.
const HELLO: u64 = 16 << 10;
/// Packets of a side that are opened before it is given up.
const PACKETS: u32 = 32;
/// Bytes of the number that each packet begins with, of its key of protection and of its sample (RFC 9001, section 5.4).
const SAMPLE_AT: usize = 4;
const SAMPLE: usize = 16;
/// Tags of a hello of Google's QUIC that are looked at.
const TAGS: usize = 64;

/// What a version seals its Initial packets with.
struct Version {
    number: u32,
    salt: [u8; 20],
    labels: [&'static str; 3],
    /// The number of the kind of Initial packets.
    initial: u8,
}

/// RFC 9369, section 3.1.
const VERSION_2: u32 = 0x6b33_43cf;
const LABELS_1: [&str; 3] = ["quic key", "quic iv", "quic hp"];
const LABELS_2: [&str; 3] = ["quicv2 key", "quicv2 iv", "quicv2 hp"];
/// RFC 9001, section 5.2.
const SALT_1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f,
    0x0a,
];
/// RFC 9369, section 3.3.1.
const SALT_2: [u8; 20] = [
    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e,
    0xd9,
];
/// draft-ietf-quic-tls-29 to -32.
const SALT_DRAFT_29: [u8; 20] = [
    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8,
    0x99,
];
/// draft-ietf-quic-tls-23 to -28.
const SALT_DRAFT_23: [u8; 20] = [
    0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5,
    0x02,
];

impl Version {
    fn of(number: u32) -> Option<Self> {
        let (salt, labels, initial) = match number {
            1 | 0xff00_0021 | 0xff00_0022 => (SALT_1, LABELS_1, 0),
            VERSION_2 => (SALT_2, LABELS_2, 1),
            0xff00_001d..=0xff00_0020 => (SALT_DRAFT_29, LABELS_1, 0),
            0xff00_0017..=0xff00_001c => (SALT_DRAFT_23, LABELS_1, 0),
            _ => return None,
        };
        Some(Self {
            number,
            salt,
            labels,
            initial,
        })
    }

    fn name(&self) -> String {
        match self.number {
            1 => "1".to_owned(),
            VERSION_2 => "2".to_owned(),
            draft => format!("draft-{}", draft & 0xff),
        }
    }
}

/// Whether a datagram begins as one of QUIC that is read.
pub(in crate::capture) fn is_quic(datagram: &[u8]) -> bool {
    let mut rest = Bytes(datagram);
    rest.u8().is_some_and(|first| first & 0x80 != 0) && rest.u32().is_some_and(|number| Version::of(number).is_some())
        || google(datagram).is_some()
}

/// The keys of one side (RFC 9001, section 5.1).
struct Keys {
    packet: LessSafeKey,
    vector: [u8; 12],
    header: quic::HeaderProtectionKey,
}

/// So many bytes of key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// `HKDF-Expand-Label` without context (RFC 8446, section 7.1).
fn expand<const N: usize>(secret: &Prk, label: &str) -> Option<[u8; N]> {
    let mut info = u16::try_from(N).ok()?.to_be_bytes().to_vec();
    info.push(u8::try_from(label.len() + 6).ok()?);
    info.extend_from_slice(b"tls13 ");
    info.extend_from_slice(label.as_bytes());
    info.push(0);
    let mut bytes = [0; N];
    secret
        .expand(&[&info], Length(N))
        .and_then(|key| key.fill(&mut bytes))
        .ok()?;
    Some(bytes)
}

impl Keys {
    fn new(version: &Version, connection: &[u8], side: &str) -> Option<Self> {
        let initial = Salt::new(HKDF_SHA256, &version.salt).extract(connection);
        let secret = Prk::new_less_safe(HKDF_SHA256, &expand::<32>(&initial, side)?);
        let [key, vector, header] = version.labels;
        Some(Self {
            packet: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &expand::<16>(&secret, key)?).ok()?),
            vector: expand(&secret, vector)?,
            header: quic::HeaderProtectionKey::new(&quic::AES_128, &expand::<16>(&secret, header)?).ok()?,
        })
    }

    /// Opens a packet whose number begins at `number_at`; nothing where it was sealed with other keys.
    fn open(&self, packet: &[u8], number_at: usize) -> Option<Vec<u8>> {
        let sample_at = number_at + SAMPLE_AT;
        let mask = self.header.new_mask(packet.get(sample_at..sample_at + SAMPLE)?).ok()?;
        let first = *packet.first()? ^ (mask[0] & 0x0f);
        let length = usize::from(first & 3) + 1;
        let mut header = packet.get(..number_at + length)?.to_vec();
        header[0] = first;
        let mut nonce = self.vector;
        for (at, (byte, mask)) in header[number_at..].iter_mut().zip(&mask[1..]).enumerate() {
            *byte ^= mask;
            nonce[12 - length + at] ^= *byte;
        }
        let mut sealed = packet.get(header.len()..)?.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let length = self
            .packet
            .open_in_place(nonce, Aad::from(&header), &mut sealed)
            .ok()?
            .len();
        sealed.truncate(length);
        Some(sealed)
    }
}

/// What was heard of one connection.
#[derive(Default)]
pub(in crate::capture) struct Quic {
    /// Keys of the client and of the server, from the id that the client chose last.
    keys: Option<[Keys; 2]>,
    client: Side,
    server: Side,
}

/// The hellos of one side as far as they came, in any order.
#[derive(Default)]
struct Side {
    pieces: BTreeMap<u64, Vec<u8>>,
    opened: u32,
    told: bool,
}

impl Side {
    fn is_done(&self) -> bool {
        self.told || self.opened >= PACKETS
    }

    /// The first message, once it is whole.
    fn message(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for (at, piece) in &self.pieces {
            let fresh = (bytes.len() as u64).checked_sub(*at)?;
            bytes.extend_from_slice(piece.get(usize::try_from(fresh).ok()?..).unwrap_or_default());
        }
        tls::handshake(&bytes).map(<[u8]>::to_vec)
    }
}

impl Quic {
    /// Bytes that are held.
    pub fn held(&self) -> usize {
        let pieces = self.client.pieces.values().chain(self.server.pieces.values());
        size_of::<Self>() + pieces.map(Vec::len).sum::<usize>()
    }

    /// Nothing more is of interest.
    pub fn is_done(&self) -> bool {
        self.client.is_done() && self.server.is_done()
    }

    /// Reads a datagram: perhaps several packets (RFC 9000, section 12.2).
    pub fn datagram(&mut self, datagram: &[u8], out: &mut Out<'_, '_>) {
        if let Some((version, hello)) = google(datagram) {
            if !self.client.told {
                self.client.told = true;
                tell_google(version, hello, out);
            }
            return;
        }
        let mut rest = datagram;
        while let Some((packet, after)) = Packet::first(rest) {
            if let Packet::Initial {
                version,
                connection,
                number_at,
                bytes,
            } = packet
            {
                self.initial(&version, connection, bytes, number_at, out);
            }
            rest = after;
        }
    }

    fn initial(
        &mut self,
        version: &Version,
        connection: &[u8],
        packet: &[u8],
        number_at: usize,
        out: &mut Out<'_, '_>,
    ) {
        if self.is_done() {
            return;
        }
        let known = self.keys.as_ref().and_then(|[client, server]| {
            let opened = client.open(packet, number_at).map(|content| (true, content));
            opened.or_else(|| server.open(packet, number_at).map(|content| (false, content)))
        });
        let (from_client, content) = match known {
            Some(opened) => opened,
            // The first of a client, or its first after the server asked it to try again.
            None => {
                let (Some(client), Some(server)) = (
                    Keys::new(version, connection, "client in"),
                    Keys::new(version, connection, "server in"),
                ) else {
                    return;
                };
                let Some(content) = client.open(packet, number_at) else {
                    return;
                };
                self.keys = Some([client, server]);
                (true, content)
            }
        };
        let side = if from_client {
            &mut self.client
        } else {
            &mut self.server
        };
        side.opened += 1;
        if side.told {
            return;
        }
        pieces(&content, &mut side.pieces);
        let Some(message) = side.message() else { return };
        side.told = true;
        side.pieces.clear();
        let mut event = out.begin("quic");
        event.push("quic.version", version.name(), Role::Other);
        if tls::describe_in_quic(&mut event, &message) {
            out.give(&event);
        } else {
            out.tell.broken(
                out.packet.number,
                "tls-broken",
                "the hello in QUIC contradicts its lengths",
            );
        }
    }
}

/// One packet of a datagram.
enum Packet<'a> {
    Initial {
        version: Version,
        connection: &'a [u8],
        number_at: usize,
        bytes: &'a [u8],
    },
    Other,
}

impl<'a> Packet<'a> {
    /// The first packet and what is behind it; nothing where the rest of the datagram says no more.
    fn first(datagram: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut rest = Bytes(datagram);
        let first = rest.u8()?;
        if first & 0x80 == 0 {
            return None;
        }
        let version = Version::of(rest.u32()?)?;
        let connection = rest.with_u8().filter(|id| id.0.len() <= CONNECTION_ID)?.0;
        rest.with_u8().filter(|id| id.0.len() <= CONNECTION_ID)?;
        let kind = (first >> 4) & 3;
        // The kinds of version 2 are those of version 1, moved by one: the last asks to try again, and has no length.
        let kind = kind.wrapping_sub(version.initial) & 3;
        if kind == 3 {
            return None;
        }
        if kind == 0 {
            let token = number(&mut rest)?;
            rest.take(usize::try_from(token).ok()?)?;
        }
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let number_at = datagram.len() - rest.0.len();
        let end = number_at.checked_add(length)?;
        let bytes = datagram.get(..end)?;
        let packet = if kind == 0 {
            Self::Initial {
                version,
                connection,
                number_at,
                bytes,
            }
        } else {
            Self::Other
        };
        Some((packet, &datagram[end..]))
    }
}

/// A number of variable length (RFC 9000, section 16).
fn number(rest: &mut Bytes<'_>) -> Option<u64> {
    let first = rest.u8()?;
    let mut value = u64::from(first & 0x3f);
    for byte in rest.take((1 << (first >> 6)) - 1)? {
        value = value << 8 | u64::from(*byte);
    }
    Some(value)
}

/// Takes the pieces of hellos out of the content of a packet (RFC 9000, section 19). What else may stand in an Initial
/// packet is passed over.
fn pieces(content: &[u8], into: &mut BTreeMap<u64, Vec<u8>>) -> Option<()> {
    let mut rest = Bytes(content);
    while let Some(kind) = rest.u8() {
        match kind {
            // Padding and ping.
            0 | 1 => {}
            // Acknowledgements, with counts of congestion or without.
            2 | 3 => {
                number(&mut rest)?;
                number(&mut rest)?;
                let ranges = number(&mut rest)?;
                number(&mut rest)?;
                for _ in 0..ranges {
                    number(&mut rest)?;
                    number(&mut rest)?;
                }
                for _ in 0..if kind == 3 { 3 } else { 0 } {
                    number(&mut rest)?;
                }
            }
            6 => {
                let at = number(&mut rest)?;
                let length = number(&mut rest)?;
                let piece = rest.take(usize::try_from(length).ok()?)?;
                if at.saturating_add(length) <= HELLO {
                    let have = into.entry(at).or_default();
                    if have.len() < piece.len() {
                        *have = piece.to_vec();
                    }
                }
            }
            // The connection is closed, or it is no Initial packet.
            _ => return None,
        }
    }
    Some(())
}

/// The version and the hello of Google's QUIC, where a datagram brings one in the clear.
fn google(datagram: &[u8]) -> Option<(&str, &[u8])> {
    // The version stands behind the first byte, or, up to 43, behind the id of the connection too.
    let version = [1, 9]
        .into_iter()
        .filter_map(|at| datagram.get(at..at + 4))
        .find(|version| matches!(version, [b'Q', b'0', b'2'..=b'4', b'0'..=b'9']))?;
    let head = datagram.get(..datagram.len().min(128))?;
    let at = memchr::memmem::find(head, b"CHLO")?;
    Some((std::str::from_utf8(version).ok()?, &datagram[at + 4..]))
}

/// Tells the hello of Google's QUIC: a table of tags, each with where its value ends.
fn tell_google(version: &str, hello: &[u8], out: &mut Out<'_, '_>) {
    let mut rest = Bytes(hello);
    let mut tags = Vec::new();
    let read = (|| {
        let count = Some(usize::from(rest.u16_le()?)).filter(|count| *count <= TAGS)?;
        rest.u16()?;
        for _ in 0..count {
            tags.push((rest.take(4)?, rest.u32_le()? as usize));
        }
        Some(())
    })();
    let mut event = out.begin("quic");
    event.push("quic.version", version.to_owned(), Role::Other);
    event.push("tls.message", "client_hello", Role::Other);
    let mut begin = 0;
    for (tag, end) in tags {
        let Some(value) = rest.0.get(begin..end) else { break };
        match tag {
            b"SNI\0" => event.push("tls.sni", text(value), Role::Host),
            b"UAID" => event.push("quic.user_agent", text(value), Role::UserAgent),
            _ => {}
        }
        begin = end;
    }
    out.give(&event);
    if read.is_none() {
        out.tell.broken(
            out.packet.number,
            "quic-broken",
            "the hello of Google's QUIC ends in its table",
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Keys, Packet, Side, Version, is_quic, pieces};

    /// Bytes by which sealing makes a packet longer.
    const SEAL: usize = 16;

    /// The keys of the example in RFC 9001, appendix A.1, seen by what they open.
    #[test]
    fn keys_are_those_of_the_rfc() {
        let version = Version::of(1).unwrap();
        let connection = hex::decode("8394c8f03e515708").unwrap();
        let server = Keys::new(&version, &connection, "server in").unwrap();
        assert_eq!(hex::encode(server.vector), "0ac1493ca1905853b0bba03e");
        // Appendix A.3: the server's first packet.
        let packet = hex::decode(concat!(
            "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a",
            "5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3",
            "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84",
            "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4",
            "2158407dd074ee",
        ))
        .unwrap();
        let content = server.open(&packet, 18).unwrap();
        assert_eq!(content.len(), packet.len() - 20 - SEAL);
        // An acknowledgement, and the beginning of a server's hello.
        assert_eq!(hex::encode(&content[..15]), "02000000000600405a020000560303");
    }

    #[test]
    fn a_hello_is_put_together_from_pieces_in_any_order_and_twice() {
        let hello: Vec<u8> = [1, 0, 0, 60].into_iter().chain(0..60).collect();
        let piece = |from: usize, to: usize| {
            let mut frame = vec![6, u8::try_from(from).unwrap(), u8::try_from(to - from).unwrap()];
            frame.extend_from_slice(&hello[from..to]);
            frame
        };
        let mut side = Side::default();
        // An acknowledgement of one range between padding, then the end, the middle and the beginning.
        let packet = [
            vec![0, 0, 3, 5, 0, 1, 0, 1, 1, 9, 9, 9, 1],
            piece(40, 60),
            piece(20, 40),
        ]
        .concat();
        assert_eq!(pieces(&packet, &mut side.pieces), Some(()));
        assert_eq!(side.message(), None);
        pieces(&piece(0, 30), &mut side.pieces);
        pieces(&piece(0, 10), &mut side.pieces);
        assert_eq!(side.message(), None, "its last four bytes are missing");
        pieces(&piece(50, 64), &mut side.pieces);
        assert_eq!(side.message().as_deref(), Some(&hello[..]));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_keep_more_than_it_was_given(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut kept = BTreeMap::new();
            pieces(&bytes, &mut kept);
            prop_assert!(kept.values().map(Vec::len).sum::<usize>() <= bytes.len());
            for start in [&[0xc0, 0, 0, 0, 1][..], &[0xd3, 0x6b, 0x33, 0x43, 0xcf], b"\xc3Q046"] {
                let kept = start.len().min(bytes.len());
                bytes[..kept].copy_from_slice(&start[..kept]);
                is_quic(&bytes);
                if let Some((_, rest)) = Packet::first(&bytes) {
                    prop_assert!(rest.len() < bytes.len());
                }
            }
        }
    }
}
