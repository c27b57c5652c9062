//! Protocols of the grid: IEC 60870-5-104 and synchrophasors (IEEE C37.118).

use super::{Length, Protocol};
use crate::capture::bytes::{text, u16_at};
use crate::{Event, Role};

pub(super) static IEC104: Protocol = Protocol {
    name: "iec104",
    fits: |bytes, port| port == 2_404 && matches!(bytes, [0x68, 4..=253, ..]),
    length: |bytes| match bytes {
        [0x68, length @ 4..=253, ..] => Length::Is(usize::from(*length) + 2),
        [] | [0x68] => Length::Unknown,
        _ => Length::Not,
    },
    describe: iec104,
};

/// Adds what a frame says (IEC 60870-5-104, section 5). Acknowledgements alone say nothing.
fn iec104<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let [_, _, control, _, _, _, rest @ ..] = message else {
        return false;
    };
    match control & 3 {
        1 => return false,
        3 => {
            let name = match control & 0xfc {
                0x04 => "STARTDT_ACT",
                0x08 => "STARTDT_CON",
                0x10 => "STOPDT_ACT",
                0x20 => "STOPDT_CON",
                0x40 => "TESTFR_ACT",
                0x80 => "TESTFR_CON",
                _ => "UNKNOWN",
            };
            event.push("iec104.frame", name, Role::Other);
        }
        _ => {
            event.push("iec104.frame", "I", Role::Other);
            if let [kind, count, cause, originator, low, high, ..] = rest {
                event.push("iec104.type", kind.to_string(), Role::Other);
                event.push("iec104.objects", (count & 0x7f).to_string(), Role::Other);
                event.push("iec104.cause", (cause & 0x3f).to_string(), Role::Other);
                event.push("iec104.originator", originator.to_string(), Role::Other);
                let address = u16::from_le_bytes([*low, *high]);
                event.push("iec104.common_address", address.to_string(), Role::Other);
            }
        }
    }
    true
}

pub(super) static SYNCHROPHASOR: Protocol = Protocol {
    name: "synchrophasor",
    fits: |bytes, port| {
        matches!(port, 4_712 | 4_713)
            && matches!(bytes, [0xaa, kind, ..] if kind >> 4 <= 5)
            && !matches!(length(bytes), Length::Not)
    },
    length,
    describe: synchrophasor,
};

fn length(bytes: &[u8]) -> Length {
    match (bytes.first(), u16_at(bytes, 2)) {
        (Some(0xaa), Some(length @ 16..)) => Length::Is(length.into()),
        (Some(0xaa), None) => Length::Unknown,
        _ => Length::Not,
    }
}

/// Adds what a frame says (IEEE C37.118.2, section 6); measurements come many times a second and are left out.
fn synchrophasor<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let Some(kind) = message.get(1).map(|kind| kind >> 4) else {
        return false;
    };
    let name = match kind {
        0 => return false,
        1 => "header",
        2 => "configuration-1",
        3 => "configuration-2",
        4 => "command",
        5 => "configuration-3",
        _ => "unknown",
    };
    event.push("synchrophasor.frame", name, Role::Other);
    if let Some(id) = u16_at(message, 4) {
        event.push("synchrophasor.id", id.to_string(), Role::Other);
    }
    match kind {
        1 => {
            let end = message.len().saturating_sub(2);
            event.push(
                "synchrophasor.header",
                text(message.get(14..end).unwrap_or_default()),
                Role::Text,
            );
        }
        2 | 3 => event.push(
            "synchrophasor.station",
            text(message.get(20..36).unwrap_or_default()),
            Role::Text,
        ),
        4 => {
            if let Some(command) = u16_at(message, 14) {
                event.push("synchrophasor.command", command.to_string(), Role::Other);
            }
        }
        _ => {}
    }
    true
}
