//! EtherNet/IP and CIP: commands, services, and the identity that a device gives.

use super::{Length, Protocol};
use crate::capture::bytes::{Bytes, text};
use crate::{Event, Role};

/// Bytes of the encapsulation header.
const HEADER: usize = 24;

pub(super) static ENIP: Protocol = Protocol {
    name: "enip",
    fits: |bytes, port| {
        port == 44_818 && bytes.len() >= 4 && command_name(u16::from_le_bytes([bytes[0], bytes[1]])).is_some()
    },
    length: |bytes| match bytes {
        [command_low, command_high, low, high, ..] => {
            match command_name(u16::from_le_bytes([*command_low, *command_high])) {
                Some(_) => Length::Is(HEADER + usize::from(u16::from_le_bytes([*low, *high]))),
                None => Length::Not,
            }
        }
        _ => Length::Unknown,
    },
    describe,
};

/// Process data over UDP: many a second, and nothing about a device.
pub(super) static PROCESS_DATA: Protocol = Protocol {
    name: "cip-io",
    fits: |bytes, port| port == 2_222 && matches!(bytes, [2, 0, 2, 0x80, 8, 0, ..]),
    length: |_| Length::Not,
    describe: |_, _, _| false,
};

fn describe<'a>(event: &mut Event<'a>, message: &'a [u8], from_client: bool) -> bool {
    let Some((header, data)) = message.split_at_checked(HEADER) else {
        return false;
    };
    let command = u16::from_le_bytes([header[0], header[1]]);
    event.push(
        "enip.message",
        if from_client { "request" } else { "response" },
        Role::Other,
    );
    event.push("enip.command", command_name(command).unwrap_or_default(), Role::Other);
    let session = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    event.push("enip.session", format!("0x{session:08x}"), Role::Other);
    let status = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
    if status != 0 {
        event.push("enip.status", format!("0x{status:08x}"), Role::Other);
    }
    match command {
        0x63 => drop(identities(event, Bytes(data))),
        // Interface and timeout, then the items.
        0x6f | 0x70 => drop(items(event, Bytes(data.get(6..).unwrap_or_default()))),
        _ => {}
    }
    true
}

/// Adds what devices say of themselves (EtherNet/IP specification, table 2-4.4).
fn identities<'a>(event: &mut Event<'a>, mut rest: Bytes<'a>) -> Option<()> {
    for _ in 0..rest.u16_le()?.min(16) {
        let kind = rest.u16_le()?;
        let length = rest.u16_le()?;
        let mut item = Bytes(rest.take(length.into())?);
        if kind != 0x0c {
            continue;
        }
        item.take(2)?;
        let socket = item.take(16)?;
        let address = std::net::Ipv4Addr::new(socket[4], socket[5], socket[6], socket[7]);
        if !address.is_unspecified() {
            event.push("enip.device_address", address.to_string(), Role::Address);
        }
        identity(event, &mut item)?;
    }
    Some(())
}

/// Adds an identity object: vendor, kind, product, revision, status, serial number, name.
fn identity<'a>(event: &mut Event<'a>, item: &mut Bytes<'a>) -> Option<()> {
    for name in ["cip.vendor_id", "cip.device_type", "cip.product_code"] {
        event.push(name, item.u16_le()?.to_string(), Role::Other);
    }
    let (major, minor) = (item.u8()?, item.u8()?);
    event.push("cip.revision", format!("{major}.{minor}"), Role::Other);
    item.u16_le()?;
    event.push("cip.serial_number", format!("{:08x}", item.u32_le()?), Role::Text);
    event.push("cip.product_name", text(item.with_u8()?.0), Role::Text);
    Some(())
}

/// Finds the CIP message among the items of a packet.
fn items<'a>(event: &mut Event<'a>, mut rest: Bytes<'a>) -> Option<()> {
    for _ in 0..rest.u16_le()?.min(16) {
        let kind = rest.u16_le()?;
        let length = rest.u16_le()?;
        let mut item = Bytes(rest.take(length.into())?);
        match kind {
            0xb2 => {
                let _ = cip(event, item);
            }
            // Connected: a sequence number first.
            0xb1 => {
                item.u16_le()?;
                let _ = cip(event, item);
            }
            _ => {}
        }
    }
    Some(())
}

fn cip<'a>(event: &mut Event<'a>, mut rest: Bytes<'a>) -> Option<()> {
    let service = rest.u8()?;
    let response = service & 0x80 != 0;
    event.push("cip.service", format!("0x{:02x}", service & 0x7f), Role::Other);
    event.push("cip.service_name", service_name(service & 0x7f), Role::Other);
    if response {
        rest.u8()?;
        event.push("cip.status", format!("0x{:02x}", rest.u8()?), Role::Other);
        let more = rest.u8()?;
        rest.take(usize::from(more) * 2)?;
        // The attributes of an identity, all at once, end with a name as long as the rest.
        if service & 0x7f == 1 && rest.0.len() >= 15 && usize::from(rest.0[14]) + 15 == rest.0.len() {
            identity(event, &mut rest)?;
        }
        return Some(());
    }
    let words = rest.u8()?;
    let mut path = Bytes(rest.take(usize::from(words) * 2)?);
    while let Some(segment) = path.u8() {
        let (name, value) = match segment {
            0x20 => ("cip.class", u16::from(path.u8()?)),
            0x21 => {
                path.u8()?;
                ("cip.class", path.u16_le()?)
            }
            0x24 => ("cip.instance", u16::from(path.u8()?)),
            0x25 => {
                path.u8()?;
                ("cip.instance", path.u16_le()?)
            }
            0x30 => ("cip.attribute", u16::from(path.u8()?)),
            0x91 => {
                let symbol = path.with_u8()?;
                event.push("cip.symbol", text(symbol.0), Role::Text);
                return Some(());
            }
            _ => return Some(()),
        };
        event.push(name, format!("0x{value:02x}"), Role::Other);
    }
    Some(())
}

const fn command_name(command: u16) -> Option<&'static str> {
    Some(match command {
        0x00 => "NOP",
        0x04 => "LIST_SERVICES",
        0x63 => "LIST_IDENTITY",
        0x64 => "LIST_INTERFACES",
        0x65 => "REGISTER_SESSION",
        0x66 => "UNREGISTER_SESSION",
        0x6f => "SEND_RR_DATA",
        0x70 => "SEND_UNIT_DATA",
        0x72 => "INDICATE_STATUS",
        0x73 => "CANCEL",
        _ => return None,
    })
}

const fn service_name(service: u8) -> &'static str {
    match service {
        0x01 => "GET_ATTRIBUTES_ALL",
        0x02 => "SET_ATTRIBUTES_ALL",
        0x03 => "GET_ATTRIBUTE_LIST",
        0x04 => "SET_ATTRIBUTE_LIST",
        0x05 => "RESET",
        0x06 => "START",
        0x07 => "STOP",
        0x08 => "CREATE",
        0x09 => "DELETE",
        0x0a => "MULTIPLE_SERVICE_PACKET",
        0x0e => "GET_ATTRIBUTE_SINGLE",
        0x10 => "SET_ATTRIBUTE_SINGLE",
        0x4b => "EXECUTE_PCCC",
        0x4c => "READ_TAG",
        0x4d => "WRITE_TAG",
        0x4e => "FORWARD_CLOSE",
        0x52 => "UNCONNECTED_SEND",
        0x53 => "WRITE_TAG_FRAGMENTED",
        0x54 => "FORWARD_OPEN",
        0x55 => "GET_INSTANCE_ATTRIBUTE_LIST",
        0x5b => "LARGE_FORWARD_OPEN",
        _ => "UNKNOWN",
    }
}
