//! What stands right above Ethernet: ARP, PROFINET DCP, GOOSE.

use std::net::Ipv4Addr;

use super::iso::ber_length;
use crate::capture::bytes::{Bytes, text};
use crate::capture::network::Found;
use crate::capture::reader::{frame_event, mac_text};
use crate::capture::tell::{Packet, Tell};
use crate::{Event, Role};

/// Reads a frame by its EtherType.
pub(in crate::capture) fn frame(found: &Found<'_>, packet: Packet, tell: &mut Tell<'_>) {
    let Found::Frame {
        source,
        destination,
        ether_type,
        payload,
    } = found
    else {
        return;
    };
    let name = match ether_type {
        0x0806 => "arp",
        0x8892 => "profinet",
        0x88b8 => "goose",
        _ => return,
    };
    let mut event = frame_event(name, source, destination, packet);
    let described = match ether_type {
        0x0806 => arp(&mut event, payload),
        0x8892 => profinet(&mut event, payload),
        _ => goose(&mut event, payload),
    };
    if described.is_some() {
        tell.event(packet.number, &event);
    }
}

/// Adds who asks for whose address (RFC 826), of IPv4 only.
fn arp(event: &mut Event<'_>, payload: &[u8]) -> Option<()> {
    let mut rest = Bytes(payload);
    if (rest.u16()?, rest.u16()?, rest.u16()?) != (1, 0x0800, 0x0604) {
        return None;
    }
    let operation = match rest.u16()? {
        1 => "request",
        2 => "reply",
        _ => "other",
    };
    event.push("arp.operation", operation, Role::Other);
    for (mac, ip, role) in [
        ("arp.sender_mac", "src_ip", Role::Source),
        ("arp.target_mac", "dst_ip", Role::Destination),
    ] {
        let hardware = rest.take(6)?;
        let address: [u8; 4] = rest.take(4)?.try_into().ok()?;
        if hardware.iter().any(|byte| *byte != 0) {
            event.push(mac, mac_text(hardware), Role::Mac);
        }
        event.push(ip, Ipv4Addr::from(address).to_string(), role);
    }
    Some(())
}

/// Adds what PROFINET DCP says of a device; cyclic data says nothing.
fn profinet(event: &mut Event<'_>, payload: &[u8]) -> Option<()> {
    let mut rest = Bytes(payload);
    let frame = rest.u16()?;
    if !(0xfefc..=0xfeff).contains(&frame) {
        return None;
    }
    let service = match rest.u8()? {
        3 => "get",
        4 => "set",
        5 => "identify",
        6 => "hello",
        _ => "unknown",
    };
    event.push("profinet.service", service, Role::Other);
    let response = rest.u8()? & 1 == 1;
    event.push(
        "profinet.message",
        if response { "response" } else { "request" },
        Role::Other,
    );
    rest.take(6)?;
    let mut blocks = Bytes(rest.with_u16()?.0);
    while let (Some(option), Some(suboption)) = (blocks.u8(), blocks.u8()) {
        let Some(block) = blocks.with_u16() else { break };
        if block.0.len() % 2 == 1 {
            blocks.u8();
        }
        // Answers and hellos have two bytes of block information, as has what is set.
        let skip = if response || matches!(service, "hello" | "set") {
            2
        } else {
            0
        };
        let value = block.0.get(skip..).unwrap_or_default();
        match (option, suboption, value) {
            (2, 1, _) => event.push("profinet.station_type", text(value).into_owned(), Role::Text),
            (2, 2, _) => event.push("profinet.station_name", text(value).into_owned(), Role::Text),
            (2, 3, [a, b, c, d, ..]) => {
                event.push("profinet.vendor_id", format!("0x{a:02x}{b:02x}"), Role::Other);
                event.push("profinet.device_id", format!("0x{c:02x}{d:02x}"), Role::Other);
            }
            (1, 2, [a, b, c, d, ..]) => {
                let address = Ipv4Addr::new(*a, *b, *c, *d);
                event.push("profinet.address", address.to_string(), Role::Address);
            }
            _ => {}
        }
    }
    Some(())
}

/// Adds the names by which a GOOSE publisher is known (IEC 61850-8-1, annex A).
fn goose(event: &mut Event<'_>, payload: &[u8]) -> Option<()> {
    let mut rest = Bytes(payload);
    event.push("goose.application", format!("0x{:04x}", rest.u16()?), Role::Other);
    rest.take(6)?;
    if rest.u8()? != 0x61 {
        return Some(());
    }
    ber_length(&mut rest)?;
    while let Some(tag) = rest.u8() {
        let length = ber_length(&mut rest)?;
        let value = rest.take(length)?;
        let number = || {
            let significant = value.get(value.len().saturating_sub(8)..).unwrap_or_default();
            significant
                .iter()
                .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
                .to_string()
        };
        match tag {
            0x80 => event.push("goose.control_block", text(value).into_owned(), Role::Text),
            0x82 => event.push("goose.data_set", text(value).into_owned(), Role::Text),
            0x83 => event.push("goose.id", text(value).into_owned(), Role::Text),
            0x85 => event.push("goose.state_number", number(), Role::Other),
            0x86 => event.push("goose.sequence_number", number(), Role::Other),
            0x87 => event.push("goose.test", (value != [0]).to_string(), Role::Other),
            0xab => break,
            _ => {}
        }
    }
    Some(())
}
