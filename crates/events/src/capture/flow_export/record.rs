//! One flow as an exporter tells it, by the numbers of IANA's registry of IPFIX elements.

use std::net::{IpAddr, SocketAddr};

use stix::Timestamp;

use crate::capture::reader::mac_text;
use crate::capture::tell::protocol_name;
use crate::{Event, Role};

/// Seconds between 1900, where NTP begins, and 1970.
const NTP: i64 = 2_208_988_800;

/// Element, place and length of the values of a NetFlow 5 record.
pub(super) const VERSION_5: [(u16, usize, usize); 12] = [
    (8, 0, 4),
    (12, 4, 4),
    (15, 8, 4),
    (2, 16, 4),
    (1, 20, 4),
    (22, 24, 4),
    (21, 28, 4),
    (7, 32, 2),
    (11, 34, 2),
    (4, 38, 1),
    (16, 40, 2),
    (17, 42, 2),
];

/// What the time of a datagram says about times counted from the start of the exporter.
pub(super) struct Clock {
    sent: Timestamp,
    started: Option<Timestamp>,
}

impl Clock {
    pub const fn new(seconds: u32, uptime: Option<u32>) -> Self {
        let sent = super::seconds(seconds);
        Self {
            sent,
            started: match uptime {
                Some(uptime) => Some(sent.plus_micros(-(uptime as i64) * 1_000)),
                None => None,
            },
        }
    }
}

/// When something happened, as the exporter tells it.
#[derive(Clone, Copy)]
enum When {
    At(Timestamp),
    /// Milliseconds after the exporter started.
    Uptime(u64),
}

/// The values of a flow.
#[derive(Default)]
pub(super) struct Flow {
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    source_port: Option<u64>,
    destination_port: Option<u64>,
    protocol: Option<u8>,
    first: Option<When>,
    last: Option<When>,
    packets: u64,
    bytes: u64,
    other: Vec<(&'static str, String, Role)>,
}

impl Flow {
    /// Takes a value by the number of its element.
    pub fn set(&mut self, element: u16, value: &[u8]) {
        let number = number(value);
        match element {
            1 | 85 => self.bytes = self.bytes.max(number),
            2 | 86 => self.packets = self.packets.max(number),
            4 => self.protocol = u8::try_from(number).ok(),
            7 => self.source_port = Some(number),
            11 => self.destination_port = Some(number),
            8 | 27 => self.source = address(value).or(self.source),
            12 | 28 => self.destination = address(value).or(self.destination),
            21 => self.last = Some(When::Uptime(number)),
            22 => self.first = Some(When::Uptime(number)),
            150 => self.first = at(number, 1_000_000),
            151 => self.last = at(number, 1_000_000),
            152 => self.first = at(number, 1_000),
            153 => self.last = at(number, 1_000),
            154 | 156 => self.first = ntp(number),
            155 | 157 => self.last = ntp(number),
            16 | 17 if number != 0 => {
                let name = if element == 16 { "src_as" } else { "dst_as" };
                self.other.push((name, format!("AS{number}"), Role::Asn));
            }
            56 | 80 if number != 0 && value.len() == 6 => {
                let name = if element == 56 { "src_mac" } else { "dst_mac" };
                self.other.push((name, mac_text(value), Role::Mac));
            }
            15 | 62 | 225 | 226 | 281 | 282 => {
                let name = match element {
                    15 | 62 => "flow.next_hop",
                    225 | 281 => "flow.nat_source",
                    _ => "flow.nat_destination",
                };
                if let Some(address) = address(value).filter(|address| !address.is_unspecified()) {
                    self.other.push((name, address.to_string(), Role::Address));
                }
            }
            96 => {
                let name = crate::capture::bytes::text(value).into_owned();
                self.other.push(("flow.application", name, Role::Other));
            }
            _ => {}
        }
    }

    /// Whether it says who spoke with whom.
    pub const fn is_flow(&self) -> bool {
        self.source.is_some() || self.destination.is_some()
    }

    /// The event that it is.
    pub fn event(self, from: SocketAddr, clock: &Clock) -> Event<'static> {
        let resolve = |when: Option<When>| match (when, clock.started) {
            (Some(When::At(time)), _) => Some(time),
            (Some(When::Uptime(milliseconds)), Some(started)) => {
                let micros = i64::try_from(milliseconds).unwrap_or(i64::MAX).saturating_mul(1_000);
                Some(started.plus_micros(micros))
            }
            _ => None,
        };
        let mut event = Event {
            time: resolve(self.first).or(Some(clock.sent)),
            fields: Vec::with_capacity(14),
        };
        event.push("event", "flow", Role::Other);
        if let Some(source) = self.source {
            event.push("src_ip", source.to_string(), Role::Source);
        }
        let has_ports = self.protocol.is_none_or(|protocol| matches!(protocol, 6 | 17 | 132));
        if let Some(port) = self.source_port.filter(|_| has_ports) {
            event.push("src_port", port.to_string(), Role::SourcePort);
        }
        if let Some(destination) = self.destination {
            event.push("dst_ip", destination.to_string(), Role::Destination);
        }
        if let Some(port) = self.destination_port.filter(|_| has_ports) {
            event.push("dst_port", port.to_string(), Role::DestinationPort);
        }
        if let Some(protocol) = self.protocol {
            event.push("proto", protocol_name(protocol), Role::Protocol);
        }
        event.push("flow.packets", self.packets.to_string(), Role::Other);
        event.push("flow.bytes", self.bytes.to_string(), Role::Other);
        if let Some(last) = resolve(self.last) {
            event.push("flow.last", last.to_string(), Role::Other);
        }
        // The router that counted, not the machine that this is about.
        event.push("flow.exporter", from.ip().to_string(), Role::Other);
        for (name, value, role) in self.other {
            event.push(name, value, role);
        }
        event
    }
}

/// A number of up to eight bytes; exporters may send fewer than an element has (RFC 7011, section 6.2).
fn number(value: &[u8]) -> u64 {
    let from = value.len().saturating_sub(8);
    value[from..]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn address(value: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(value) {
        return Some(four.into());
    }
    <[u8; 16]>::try_from(value).ok().map(IpAddr::from)
}

fn at(number: u64, micros: i64) -> Option<When> {
    let number = i64::try_from(number).ok()?;
    Some(When::At(Timestamp::from_micros(number.saturating_mul(micros))))
}

/// A time of NTP: seconds since 1900 and a fraction in 32 bits each.
fn ntp(number: u64) -> Option<When> {
    let seconds = i64::try_from(number >> 32).ok()? - NTP;
    let micros = i64::try_from(((number & 0xffff_ffff) * 1_000_000) >> 32).ok()?;
    Some(When::At(Timestamp::from_seconds(seconds).plus_micros(micros)))
}
