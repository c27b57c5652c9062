//! Protocols of plants and buildings: OPC UA, Niagara Fox, Beckhoff's ADS, Mitsubishi's MELSEC.

use super::{Length, Protocol};
use crate::capture::bytes::{Bytes, text};
use crate::{Event, Role};

pub(super) static OPC_UA: Protocol = Protocol {
    name: "opc-ua",
    // Its greeting is enough on any port.
    fits: |bytes, port| bytes.starts_with(b"HELF") || (port == 4_840 && !matches!(opc_length(bytes), Length::Not)),
    length: opc_length,
    describe: opc_ua,
};

fn opc_length(bytes: &[u8]) -> Length {
    let Some((head, length)) = bytes.first_chunk::<8>().map(|head| head.split_at(4)) else {
        return Length::Unknown;
    };
    let known = matches!(&head[..3], b"HEL" | b"ACK" | b"ERR" | b"RHE" | b"OPN" | b"CLO" | b"MSG")
        && matches!(head[3], b'F' | b'C' | b'A');
    let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
    match usize::try_from(length) {
        Ok(length @ 8..=0x0100_0000) if known => Length::Is(length),
        _ => Length::Not,
    }
}

/// Adds what opens or closes a channel; the messages inside are many and encoded by schema.
fn opc_ua<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let (kind, body) = (&message[..3], message.get(8..).unwrap_or_default());
    if kind == b"MSG" {
        return false;
    }
    event.push("opcua.message", text(kind), Role::Other);
    let mut rest = Bytes(body);
    match kind {
        b"HEL" => {
            rest.take(20);
            if let Some(url) = string(&mut rest) {
                event.push("opcua.url", url, Role::Url);
            }
        }
        b"OPN" => {
            rest.take(4);
            if let Some(policy) = string(&mut rest) {
                event.push("opcua.security_policy", policy, Role::Other);
            }
        }
        b"ERR" => {
            if let Some(code) = rest.u32_le() {
                event.push("opcua.error", format!("0x{code:08x}"), Role::Other);
            }
            if let Some(reason) = string(&mut rest) {
                event.push("opcua.reason", reason, Role::Text);
            }
        }
        _ => {}
    }
    true
}

/// A string of OPC UA: its length in four bytes, least significant first.
fn string<'a>(rest: &mut Bytes<'a>) -> Option<std::borrow::Cow<'a, str>> {
    let length = rest.u32_le().filter(|length| *length < 4_096)?;
    rest.take(length as usize).map(text)
}

pub(super) static FOX: Protocol = Protocol {
    name: "fox",
    fits: |bytes, _| bytes.starts_with(b"fox a "),
    length: |bytes| match memchr::memmem::find(bytes, b"};;") {
        _ if !bytes.starts_with(&b"fox "[..bytes.len().min(4)]) => Length::Not,
        // The line end behind it belongs to it.
        Some(end) => Length::Is((end + 4).min(bytes.len())),
        None => Length::Unknown,
    },
    describe: fox,
};

/// Adds what a station says of itself: lines of `name=type:value`.
fn fox<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    for line in message.split(|byte| *byte == b'\n').take(64) {
        let line = line.trim_ascii();
        if line.starts_with(b"fox ") {
            event.push("fox.message", text(line), Role::Other);
            continue;
        }
        let Some(at) = memchr::memchr(b'=', line) else { continue };
        let value = &line[at + 1..];
        let value = value.get(2..).filter(|_| value.get(1) == Some(&b':')).unwrap_or(value);
        let (field, role) = match &line[..at] {
            b"hostName" => ("fox.host_name", Role::Host),
            b"hostAddress" => ("fox.host_address", Role::Address),
            b"hostId" => ("fox.host_id", Role::Text),
            b"app.name" => ("fox.application", Role::Text),
            b"app.version" => ("fox.application_version", Role::Text),
            b"vm.version" => ("fox.vm_version", Role::Text),
            b"os.name" => ("fox.os", Role::Text),
            b"station.name" => ("fox.station", Role::Text),
            b"brandId" => ("fox.brand", Role::Text),
            b"version" | b"fox.version" => ("fox.version", Role::Other),
            _ => continue,
        };
        event.push(field, text(value), role);
    }
    true
}

pub(super) static ADS: Protocol = Protocol {
    name: "ads",
    fits: |bytes, port| port == 48_898 && !matches!(ads_length(bytes), Length::Not),
    length: ads_length,
    describe: ads,
};

fn ads_length(bytes: &[u8]) -> Length {
    match bytes {
        // Reserved, or the number of a command to the router; then the length of what follows.
        [_, 0 | 0x10, a, b, c, d, ..] => match u32::from_le_bytes([*a, *b, *c, *d]) {
            length @ 0..=0x0010_0000 => Length::Is(length as usize + 6),
            _ => Length::Not,
        },
        bytes if bytes.len() < 6 => Length::Unknown,
        _ => Length::Not,
    }
}

/// Adds who asks whom for what: AMS network ids, ports and the command.
fn ads<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let Some(header) = message.get(6..).and_then(<[u8]>::first_chunk::<32>) else {
        return false;
    };
    let end = |bytes: &[u8]| {
        let id: Vec<String> = bytes[..6].iter().map(u8::to_string).collect();
        format!("{}:{}", id.join("."), u16::from_le_bytes([bytes[6], bytes[7]]))
    };
    event.push("ads.target", end(&header[..8]), Role::Other);
    event.push("ads.source", end(&header[8..16]), Role::Other);
    let command = match u16::from_le_bytes([header[16], header[17]]) {
        1 => "READ_DEVICE_INFO",
        2 => "READ",
        3 => "WRITE",
        4 => "READ_STATE",
        5 => "WRITE_CONTROL",
        6 => "ADD_NOTIFICATION",
        7 => "DELETE_NOTIFICATION",
        8 => "NOTIFICATION",
        9 => "READ_WRITE",
        _ => "UNKNOWN",
    };
    event.push("ads.command", command, Role::Other);
    let response = header[18] & 1 == 1;
    event.push(
        "ads.message",
        if response { "response" } else { "request" },
        Role::Other,
    );
    // Device information: result, two bytes and two of version, the name.
    if command == "READ_DEVICE_INFO" && response {
        event.push("ads.device", text(message.get(46..62).unwrap_or_default()), Role::Text);
    }
    true
}

pub(super) static MELSEC: Protocol = Protocol {
    name: "melsec",
    fits: |bytes, port| {
        (5_000..=5_010).contains(&port) && matches!(bytes, [0x50 | 0xd0 | 0x54 | 0xd4, 0, _, _, _, _, _, ..])
            || matches!(port, 5_560 | 5_562) && matches!(bytes, [0x57 | 0xd7 | 0x5a | 0xda, 0, 0, _, ..])
    },
    // Of the programming protocol only the header is known: a segment is taken for a message.
    length: |bytes| {
        if bytes.is_empty() {
            Length::Unknown
        } else {
            Length::Is(bytes.len())
        }
    },
    describe: melsec,
};

/// Adds which frame it is, and of the documented ones the command (MELSEC communication protocol, 3E and 4E frames).
fn melsec<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let (frame, command_at) = match message {
        [0x50, 0, ..] => ("3E-request", Some(11)),
        [0xd0, 0, ..] => ("3E-response", None),
        [0x54, 0, ..] => ("4E-request", Some(15)),
        [0xd4, 0, ..] => ("4E-response", None),
        [0x57 | 0x5a, 0, ..] => ("melsoft-request", None),
        [0xd7 | 0xda, 0, ..] => ("melsoft-response", None),
        _ => return false,
    };
    event.push("melsec.frame", frame, Role::Other);
    if let Some([low, high]) = command_at.and_then(|at| message.get(at..at + 2)) {
        let command = u16::from_le_bytes([*low, *high]);
        event.push("melsec.command", format!("0x{command:04x}"), Role::Other);
    }
    true
}
