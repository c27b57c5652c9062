//! ISO transport over TCP (RFC 1006): S7comm with its identities, and MMS.

use super::{Length, Protocol};
use crate::capture::bytes::{Bytes, text, u16_at};
use crate::{Event, Role};

pub(super) static TPKT: Protocol = Protocol {
    name: "iso-tsap",
    fits: |bytes, port| port == 102 && bytes.starts_with(&[3, 0]),
    length: |bytes| match bytes {
        [3, 0, high, low, ..] => match usize::from(u16::from_be_bytes([*high, *low])) {
            length @ 7.. => Length::Is(length),
            _ => Length::Not,
        },
        [3] | [3, 0] | [3, 0, _] => Length::Unknown,
        _ => Length::Not,
    },
    describe,
};

/// The service that a message showed, of those that share the transport.
pub(super) fn service_of(event: &mut Event<'_>) -> Option<&'static str> {
    ["s7", "s7-plus", "mms"]
        .into_iter()
        .find(|name| event.get("event") == Some(name))
}

fn describe<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let mut rest = Bytes(message);
    rest.take(4);
    let Some(mut header) = rest.with_u8() else { return false };
    let Some(kind) = header.u8() else { return false };
    match kind & 0xf0 {
        0xe0 | 0xd0 => {
            event.push(
                "cotp.message",
                if kind & 0xf0 == 0xe0 { "connect" } else { "confirm" },
                Role::Other,
            );
            connect(event, header);
            true
        }
        0xf0 => match rest.0 {
            [0x32, kind, ..] => {
                rename(event, "s7");
                s7(event, *kind, rest.0);
                true
            }
            [0x72, ..] => {
                rename(event, "s7-plus");
                true
            }
            // Session protocol: connect, accept, or data behind its give-tokens.
            [0x0d | 0x0e, ..] => {
                rename(event, "mms");
                event.push(
                    "mms.message",
                    if rest.0[0] == 0x0d { "connect" } else { "accept" },
                    Role::Other,
                );
                true
            }
            [1, 0, 1, 0, data @ ..] => {
                rename(event, "mms");
                event.push("mms.message", mms(data), Role::Other);
                true
            }
            // MMS without session and presentation, as test tools send it.
            [tag @ (0xa8 | 0xa9), ..] | [tag @ 0xa0..=0xa2, _, 2, ..] => {
                rename(event, "mms");
                event.push("mms.message", mms_tag(*tag), Role::Other);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Names the event after the protocol above the transport.
fn rename(event: &mut Event<'_>, name: &'static str) {
    for field in &mut event.fields {
        if field.name == "event" || field.name == "service" {
            field.value = name.into();
        }
    }
}

/// Adds the two ends of a transport connection, and what S7 makes of the one that is called: rack and slot.
fn connect(event: &mut Event<'_>, mut header: Bytes<'_>) {
    header.take(5);
    while let (Some(parameter), Some(value)) = (header.u8(), header.with_u8()) {
        match parameter {
            0xc1 => event.push("cotp.source_tsap", hex::encode(value.0), Role::Other),
            0xc2 => {
                event.push("cotp.destination_tsap", hex::encode(value.0), Role::Other);
                if let [1..=3, place] = value.0 {
                    event.push("s7.rack", (place >> 5).to_string(), Role::Other);
                    event.push("s7.slot", (place & 31).to_string(), Role::Other);
                }
            }
            _ => {}
        }
    }
}

fn s7<'a>(event: &mut Event<'a>, kind: u8, pdu: &'a [u8]) {
    let kind_name = match kind {
        1 => "JOB",
        2 => "ACK",
        3 => "ACK_DATA",
        7 => "USERDATA",
        _ => "UNKNOWN",
    };
    event.push("s7.type", kind_name, Role::Other);
    let header = if matches!(kind, 2 | 3) { 12 } else { 10 };
    let (Some(reference), Some(parameters)) = (u16_at(pdu, 4), u16_at(pdu, 6)) else {
        return;
    };
    event.push("s7.reference", reference.to_string(), Role::Other);
    if header == 12
        && let Some(error) = u16_at(pdu, 10).filter(|error| *error != 0)
    {
        event.push("s7.error", format!("0x{error:04x}"), Role::Other);
    }
    let Some((parameter, data)) = pdu
        .get(header..)
        .and_then(|rest| rest.split_at_checked(parameters.into()))
    else {
        return;
    };
    if kind == 7 {
        return userdata(event, parameter, data);
    }
    if let Some(function) = parameter.first() {
        event.push("s7.function", format!("0x{function:02x}"), Role::Other);
        event.push("s7.function_name", function_name(*function), Role::Other);
    }
}

fn userdata<'a>(event: &mut Event<'a>, parameter: &'a [u8], data: &'a [u8]) {
    let [_, _, _, _, _, group, function, ..] = parameter else {
        return;
    };
    let response = group >> 4 == 8;
    event.push("s7.message", if response { "response" } else { "request" }, Role::Other);
    let name = match (group & 15, function) {
        (1, _) => "PROGRAMMER",
        (2, _) => "CYCLIC_DATA",
        (3, _) => "BLOCK_INFO",
        (4, 1) => "READ_SZL",
        (4, _) => "CPU",
        (5, _) => "SECURITY",
        (7, 1) => "READ_CLOCK",
        (7, _) => "TIME",
        _ => "UNKNOWN",
    };
    event.push("s7.function_name", name, Role::Other);
    if name != "READ_SZL" {
        return;
    }
    // Return code, size kind and length, then the list that is asked for or given.
    let mut rest = Bytes(data.get(4..).unwrap_or_default());
    let (Some(list), Some(index)) = (rest.u16(), rest.u16()) else {
        return;
    };
    event.push("s7.szl", format!("0x{list:04x}"), Role::Other);
    event.push("s7.szl_index", format!("0x{index:04x}"), Role::Other);
    let (true, Some(size), Some(count)) = (response, rest.u16(), rest.u16()) else {
        return;
    };
    for _ in 0..count.min(64) {
        let Some(record) = rest.take(size.into()).filter(|record| !record.is_empty()) else {
            return;
        };
        identity(event, list & 0xff, record);
    }
}

/// Adds what a record of the module (0x11) or component (0x1c) identification says.
fn identity<'a>(event: &mut Event<'a>, list: u16, record: &'a [u8]) {
    let mut rest = Bytes(record);
    let Some(index) = rest.u16() else { return };
    let name = match (list, index) {
        (0x11, 1) => "s7.order_number",
        (0x11, 6) => "s7.hardware",
        (0x11, 7) => "s7.firmware",
        (0x1c, 1) => "s7.system_name",
        (0x1c, 2) => "s7.module_name",
        (0x1c, 3) => "s7.plant",
        (0x1c, 5) => "s7.serial_number",
        (0x1c, 7) => "s7.module_type",
        (0x1c, 8) => "s7.memory_card",
        _ => return,
    };
    let length = if list == 0x11 { 20 } else { 32 };
    let value = rest.0.get(..length.min(rest.0.len())).unwrap_or_default();
    event.push(name, text(value), Role::Text);
}

const fn function_name(function: u8) -> &'static str {
    match function {
        0x00 => "CPU_SERVICES",
        0x04 => "READ_VAR",
        0x05 => "WRITE_VAR",
        0x1a => "REQUEST_DOWNLOAD",
        0x1b => "DOWNLOAD_BLOCK",
        0x1c => "DOWNLOAD_ENDED",
        0x1d => "START_UPLOAD",
        0x1e => "UPLOAD",
        0x1f => "END_UPLOAD",
        0x28 => "PLC_CONTROL",
        0x29 => "PLC_STOP",
        0xf0 => "SETUP_COMMUNICATION",
        _ => "UNKNOWN",
    }
}

/// The kind of an MMS message: its tag stands behind those of the presentation layer (ISO 8823 user data).
fn mms(data: &[u8]) -> &'static str {
    // 61 len 30 len 02 01 context a0 len, with lengths of one to three bytes.
    let mut rest = Bytes(data);
    for _ in 0..2 {
        if rest.u8().is_none() || ber_length(&mut rest).is_none() {
            return "data";
        }
    }
    if rest.take(3).is_none() || rest.u8() != Some(0xa0) || ber_length(&mut rest).is_none() {
        return "data";
    }
    rest.u8().map_or("data", mms_tag)
}

/// The kind of an MMS message by its tag (ISO 9506-2, section 7).
const fn mms_tag(tag: u8) -> &'static str {
    match tag {
        0xa0 => "confirmed-request",
        0xa1 => "confirmed-response",
        0xa2 => "confirmed-error",
        0xa3 => "unconfirmed",
        0xa4 => "reject",
        0xa8 => "initiate-request",
        0xa9 => "initiate-response",
        0x8b => "conclude-request",
        0x8c => "conclude-response",
        _ => "data",
    }
}

/// A length in BER.
pub(super) fn ber_length(rest: &mut Bytes<'_>) -> Option<usize> {
    match rest.u8()? {
        short @ 0..=0x7f => Some(short.into()),
        0x81 => rest.u8().map(usize::from),
        0x82 => rest.u16().map(usize::from),
        _ => None,
    }
}
