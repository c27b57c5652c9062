//! Link layers: what stands before IP, by the LINKTYPE_ numbers of tcpdump.org and by EtherType.

use super::{EachFound, Found, Kind, Network, Outcome};
use crate::capture::bytes::{Bytes, u16_at};

/// Tags and labels one behind the other that are followed.
const TAGS: usize = 8;

const CUT_SHORT: Outcome = Outcome::Broken("the frame ends in its link header");

impl Network {
    /// Reads a frame of a link type.
    pub(super) fn link(&mut self, link: i32, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let rest = |from: usize| bytes.get(from..);
        match link {
            // Null and loopback: the family in the byte order of the machine, or of the network.
            0 | 108 => match (bytes.first_chunk::<4>(), rest(4)) {
                (Some(family), Some(rest)) => match u32::from_le_bytes(*family) {
                    2 | 10 | 23 | 24 | 28 | 30 | 0x0200_0000 | 0x1700_0000 | 0x1800_0000 | 0x1c00_0000
                    | 0x1e00_0000 | 0x0a00_0000 => self.ip(rest, depth, found),
                    _ => Outcome::Unknown(Kind::Link(link)),
                },
                _ => CUT_SHORT,
            },
            1 => self.ethernet(bytes, depth, found),
            // PPP, with and without its HDLC bytes.
            9 | 50 => {
                let bytes = bytes.strip_prefix(&[0xff, 0x03]).unwrap_or(bytes);
                self.ppp(bytes, depth, found)
            }
            51 => self.pppoe(bytes, depth, found),
            12 | 14 | 101 | 228 | 229 => self.ip(bytes, depth, found),
            // Cisco HDLC and frame relay in its form: address, control, EtherType.
            104 => match (u16_at(bytes, 2), rest(4)) {
                (Some(ether_type), Some(rest)) => self.ether_type(ether_type, rest, [[0; 6]; 2], depth, found),
                _ => CUT_SHORT,
            },
            113 => match (u16_at(bytes, 14), rest(16)) {
                (Some(ether_type), Some(rest)) => self.ether_type(ether_type, rest, [[0; 6]; 2], depth, found),
                _ => CUT_SHORT,
            },
            276 => match (u16_at(bytes, 0), rest(20)) {
                (Some(ether_type), Some(rest)) => self.ether_type(ether_type, rest, [[0; 6]; 2], depth, found),
                _ => CUT_SHORT,
            },
            105 => self.wireless(bytes, depth, found),
            // Radiotap: its length stands in its third and fourth byte, least significant first.
            127 => match u16_at(bytes, 2).and_then(|length| rest(usize::from(length.swap_bytes()))) {
                Some(rest) => self.wireless(rest, depth, found),
                None => CUT_SHORT,
            },
            other => Outcome::Unknown(Kind::Link(other)),
        }
    }

    /// Reads an Ethernet frame.
    pub(super) fn ethernet(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let mut rest = Bytes(bytes);
        let (Some(destination), Some(source), Some(ether_type)) =
            (rest.take(6).and_then(mac), rest.take(6).and_then(mac), rest.u16())
        else {
            return CUT_SHORT;
        };
        // Below 0x600 it is a length, and 802.2 follows; SNAP brings an EtherType again.
        if ether_type < 0x600 {
            return match rest.0 {
                [0xaa, 0xaa, 3, _, _, _, high, low, rest @ ..] => {
                    let ether_type = u16::from_be_bytes([*high, *low]);
                    self.ether_type(ether_type, rest, [source, destination], depth, found)
                }
                _ => Outcome::Unknown(Kind::Llc),
            };
        }
        self.ether_type(ether_type, rest.0, [source, destination], depth, found)
    }

    /// Reads what an EtherType says it is, behind any tags.
    pub(super) fn ether_type(
        &mut self,
        mut ether_type: u16,
        bytes: &[u8],
        [source, destination]: [[u8; 6]; 2],
        depth: u8,
        found: &mut EachFound<'_>,
    ) -> Outcome {
        let mut rest = Bytes(bytes);
        for _ in 0..TAGS {
            match ether_type {
                // VLAN, provider bridging, and the numbers used before it; then Cisco's VN-Tag.
                0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => {
                    let (Some(_), Some(inner)) = (rest.u16(), rest.u16()) else {
                        return CUT_SHORT;
                    };
                    ether_type = inner;
                }
                0x8926 => {
                    let (Some(_), Some(inner)) = (rest.u32(), rest.u16()) else {
                        return CUT_SHORT;
                    };
                    ether_type = inner;
                }
                0x0800 | 0x86dd => return self.ip(rest.0, depth, found),
                0x8847 | 0x8848 => return self.mpls(rest.0, depth, found),
                0x8864 => return self.pppoe(rest.0, depth, found),
                0x6558 => {
                    return match depth.checked_sub(1) {
                        Some(depth) => self.ethernet(rest.0, depth, found),
                        None => Outcome::Read,
                    };
                }
                _ => {
                    found(Found::Frame {
                        source,
                        destination,
                        ether_type,
                        payload: rest.0,
                    });
                    return match ether_type {
                        // ARP, PROFINET, GOOSE, sampled values, EtherCAT: read, or at least named.
                        0x0806 | 0x8892 | 0x88b8 | 0x88ba | 0x88a4 => Outcome::Read,
                        other => Outcome::Unknown(Kind::EtherType(other)),
                    };
                }
            }
        }
        Outcome::Broken("the frame has more tags than a frame has")
    }

    /// Reads a PPPoE session packet: six bytes, then PPP.
    fn pppoe(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        match bytes.get(6..) {
            Some(rest) => self.ppp(rest, depth, found),
            None => CUT_SHORT,
        }
    }

    /// Reads PPP; its protocol number may be one byte (RFC 1661, section 6.5).
    pub(super) fn ppp(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let (protocol, rest) = match bytes {
            [one, rest @ ..] if one & 1 == 1 => (u16::from(*one), rest),
            [high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
            _ => return CUT_SHORT,
        };
        match protocol {
            0x21 | 0x57 => self.ip(rest, depth, found),
            // Control protocols of PPP itself say nothing of traffic.
            0x8000.. => Outcome::Read,
            _ => Outcome::Unknown(Kind::EtherType(0x8864)),
        }
    }

    /// Reads data frames of 802.11 that are not encrypted.
    fn wireless(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let [control, flags, ..] = bytes else {
            return CUT_SHORT;
        };
        let (kind, subtype) = (control >> 2 & 3, control >> 4);
        if kind != 2 || subtype & 4 != 0 || flags & 0x40 != 0 {
            return Outcome::Unknown(Kind::Link(105));
        }
        let both = flags & 3 == 3;
        let header = 24 + if both { 6 } else { 0 } + if subtype & 8 != 0 { 2 } else { 0 };
        match bytes.get(header..) {
            Some([0xaa, 0xaa, 3, _, _, _, high, low, rest @ ..]) => {
                self.ether_type(u16::from_be_bytes([*high, *low]), rest, [[0; 6]; 2], depth, found)
            }
            Some(_) => Outcome::Unknown(Kind::Link(105)),
            None => CUT_SHORT,
        }
    }
}

fn mac(bytes: &[u8]) -> Option<[u8; 6]> {
    bytes.try_into().ok()
}
