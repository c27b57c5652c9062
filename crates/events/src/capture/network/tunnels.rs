//! Traffic inside traffic: GRE and ERSPAN, IP in IP, MPLS, VXLAN, Geneve, GTP-U, Teredo.
//!
//! A tunnel that cannot be read is no fault of the packet around it, which was read: such a one is left alone.

use super::{EachFound, Kind, Network, Outcome};
use crate::capture::bytes::{Bytes, u16_at};

/// MPLS labels one above the other that are followed.
const LABELS: usize = 8;

impl Network {
    /// Reads what is inside a datagram, if it is a tunnel.
    pub(super) fn tunnel(&mut self, protocol: u8, payload: &[u8], depth: u8, found: &mut EachFound<'_>) {
        match protocol {
            4 | 41 if looks_like_ip(payload) => drop(self.ip(payload, depth, found)),
            47 => drop(self.gre(payload, depth, found)),
            137 => drop(self.mpls(payload, depth, found)),
            17 => self.in_udp(payload, depth, found),
            _ => {}
        }
    }

    fn in_udp(&mut self, payload: &[u8], depth: u8, found: &mut EachFound<'_>) {
        let (Some(source), Some(destination), Some(inner)) = (u16_at(payload, 0), u16_at(payload, 2), payload.get(8..))
        else {
            return;
        };
        match destination {
            // VXLAN with its flag for a valid network (RFC 7348).
            4789 | 8472 => {
                if let Some((header, frame)) = inner.split_at_checked(8)
                    && header[0] & 0x08 != 0
                {
                    self.ethernet(frame, depth, found);
                }
            }
            // Geneve: options of so many words (RFC 8926).
            6081 => {
                let options = inner.first().map_or(0, |first| usize::from(first & 0x3f) * 4);
                if let (Some(ether_type), Some(rest)) = (u16_at(inner, 2), inner.get(8 + options..)) {
                    self.ether_type(ether_type, rest, [[0; 6]; 2], depth, found);
                }
            }
            2152 => self.gtp(inner, depth, found),
            _ => {}
        }
        // Teredo (RFC 4380): IPv6 as it is, from or to the port of a server.
        if (source == 3544 || destination == 3544) && inner.first().is_some_and(|first| first >> 4 == 6) {
            self.ip(inner, depth, found);
        }
    }

    /// A user's packet in a mobile network: G-PDU (TS 29.281).
    fn gtp(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) {
        let [flags, 255, ..] = bytes else { return };
        let mut at = if flags & 7 == 0 { 8 } else { 12 };
        // Extension headers: a length in words, and the type of the next at the end.
        let mut next = if flags & 4 != 0 {
            bytes.get(11).copied().unwrap_or(0)
        } else {
            0
        };
        while next != 0 {
            let Some(length) = bytes
                .get(at)
                .map(|words| usize::from(*words) * 4)
                .filter(|length| *length > 0)
            else {
                return;
            };
            at += length;
            next = bytes.get(at - 1).copied().unwrap_or(0);
        }
        if let Some(inner) = bytes.get(at..).filter(|inner| looks_like_ip(inner)) {
            self.ip(inner, depth, found);
        }
    }

    fn gre(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        const SHORT: Outcome = Outcome::Broken("the GRE packet ends in its header");
        let mut rest = Bytes(bytes);
        let (Some(flags), Some(ether_type)) = (rest.u16(), rest.u16()) else {
            return SHORT;
        };
        // Checksum, key and sequence number each take four bytes where their flag is set; version 1 (PPTP) adds
        // an acknowledgement.
        let mut words = [0x8000, 0x2000, 0x1000]
            .iter()
            .filter(|flag| flags & **flag != 0)
            .count();
        if flags & 7 == 1 && flags & 0x80 != 0 {
            words += 1;
        }
        if rest.take(words * 4).is_none() {
            return SHORT;
        }
        match ether_type {
            0x880b => {
                let ppp = rest.0.strip_prefix(&[0xff, 0x03]).unwrap_or(rest.0);
                self.ppp(ppp, depth, found)
            }
            // ERSPAN: without sequence number type I and no header, with it type II, and type III.
            0x88be if flags & 0x1000 == 0 => self.ethernet(rest.0, depth, found),
            0x88be => rest
                .0
                .get(8..)
                .map_or(SHORT, |frame| self.ethernet(frame, depth, found)),
            0x22eb => {
                let platform = rest.0.get(11).is_some_and(|last| last & 1 == 1);
                let header = if platform { 20 } else { 12 };
                rest.0
                    .get(header..)
                    .map_or(SHORT, |frame| self.ethernet(frame, depth, found))
            }
            other => self.ether_type(other, rest.0, [[0; 6]; 2], depth, found),
        }
    }

    /// Reads past the labels; what follows the last is known only by its look.
    pub(super) fn mpls(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let Some(depth) = depth.checked_sub(1) else {
            return Outcome::Read;
        };
        let mut rest = Bytes(bytes);
        for _ in 0..LABELS {
            let Some(label) = rest.u32() else {
                return Outcome::Broken("the packet ends in its MPLS labels");
            };
            if label & 0x100 == 0 {
                continue;
            }
            return match rest.0.first() {
                Some(first) if matches!(first >> 4, 4 | 6) && looks_like_ip(rest.0) => self.ip(rest.0, depth, found),
                // A control word of four bytes (RFC 4385), then Ethernet.
                Some(first) if first >> 4 == 0 && rest.0.get(1..4).is_some_and(|word| word[0] == 0) => {
                    self.ethernet(&rest.0[4..], depth, found)
                }
                Some(_) => self.ethernet(rest.0, depth, found),
                None => Outcome::Unknown(Kind::EtherType(0x8847)),
            };
        }
        Outcome::Broken("the packet has more MPLS labels than a packet has")
    }
}

fn looks_like_ip(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(first) if first >> 4 == 4 => first & 15 >= 5 && bytes.len() >= 20,
        Some(first) if first >> 4 == 6 => bytes.len() >= 40,
        _ => false,
    }
}
