//! BACnet/IP (ANSI/ASHRAE 135): the service that is asked for, and the device that says who it is.

use super::{Length, Protocol};
use crate::capture::bytes::{Bytes, u16_at};
use crate::{Event, Role};

pub(super) static BACNET: Protocol = Protocol {
    name: "bacnet",
    fits: |bytes, port| {
        (47_808..=47_823).contains(&port)
            && bytes.first() == Some(&0x81)
            && u16_at(bytes, 2).is_some_and(|length| usize::from(length) <= bytes.len() && length >= 4)
    },
    length: |bytes| match u16_at(bytes, 2) {
        Some(length) if bytes.first() == Some(&0x81) && length >= 4 => Length::Is(length.into()),
        _ => Length::Not,
    },
    describe,
};

fn describe<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let mut rest = Bytes(message);
    let (Some(_), Some(function), Some(_)) = (rest.u8(), rest.u8(), rest.u16()) else {
        return false;
    };
    event.push("bacnet.bvlc", bvlc(function), Role::Other);
    if function == 4
        && let Some(origin) = rest.take(6)
    {
        let address = std::net::Ipv4Addr::new(origin[0], origin[1], origin[2], origin[3]);
        event.push("bacnet.origin", address.to_string(), Role::Address);
    }
    if !matches!(function, 4 | 9..=11) {
        return true;
    }
    if network(&mut rest, event).is_none() {
        return true;
    }
    application(rest, event);
    true
}

/// Passes over the network layer; nothing where it carries no application.
fn network(rest: &mut Bytes<'_>, event: &mut Event<'_>) -> Option<()> {
    let (version, control) = (rest.u8()?, rest.u8()?);
    if version != 1 {
        return None;
    }
    if control & 0x20 != 0 {
        let network = rest.u16()?;
        rest.with_u8()?;
        event.push("bacnet.destination_network", network.to_string(), Role::Other);
    }
    if control & 0x08 != 0 {
        let network = rest.u16()?;
        rest.with_u8()?;
        event.push("bacnet.source_network", network.to_string(), Role::Other);
    }
    if control & 0x20 != 0 {
        rest.u8()?;
    }
    if control & 0x80 != 0 {
        event.push("bacnet.network_message", rest.u8()?.to_string(), Role::Other);
        return None;
    }
    Some(())
}

fn application(mut rest: Bytes<'_>, event: &mut Event<'_>) -> Option<()> {
    let first = rest.u8()?;
    let segmented = first & 0x08 != 0;
    let (kind, service) = match first >> 4 {
        0 => {
            rest.take(2)?;
            if segmented {
                rest.take(2)?;
            }
            ("confirmed-request", confirmed(rest.u8()?))
        }
        1 => {
            let service = rest.u8()?;
            event.push("bacnet.apdu", "unconfirmed-request", Role::Other);
            event.push("bacnet.service", unconfirmed(service), Role::Other);
            if service == 0 {
                i_am(rest, event);
            }
            return Some(());
        }
        2 => {
            rest.u8()?;
            ("simple-ack", confirmed(rest.u8()?))
        }
        3 => {
            rest.u8()?;
            if segmented {
                rest.take(2)?;
            }
            ("complex-ack", confirmed(rest.u8()?))
        }
        4 => ("segment-ack", ""),
        5 => {
            rest.u8()?;
            ("error", confirmed(rest.u8()?))
        }
        6 => ("reject", ""),
        7 => ("abort", ""),
        _ => return None,
    };
    event.push("bacnet.apdu", kind, Role::Other);
    event.push("bacnet.service", service, Role::Other);
    // Most confirmed services name an object first: context tag 0, four bytes.
    if first >> 4 == 0
        && let [0x0c, object @ ..] = rest.0
    {
        push_object(event, "bacnet.object", object);
    }
    Some(())
}

/// Adds what a device says of itself: its number, and the number of its vendor.
fn i_am(mut rest: Bytes<'_>, event: &mut Event<'_>) -> Option<()> {
    if rest.u8()? != 0xc4 {
        return None;
    }
    let instance = rest.u32()? & 0x003f_ffff;
    event.push("bacnet.device", instance.to_string(), Role::Other);
    // Longest message and segmentation, each after a tag that says how long it is.
    for _ in 0..2 {
        let tag = rest.u8()?;
        rest.take(usize::from(tag & 7))?;
    }
    let tag = rest.u8()?;
    let vendor = rest.take(usize::from(tag & 7).min(4))?;
    let vendor = vendor.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    event.push("bacnet.vendor_id", vendor.to_string(), Role::Other);
    Some(())
}

fn push_object(event: &mut Event<'_>, name: &'static str, bytes: &[u8]) {
    if let Some(number) = Bytes(bytes).u32() {
        event.push(name, format!("{}:{}", number >> 22, number & 0x003f_ffff), Role::Other);
    }
}

const fn bvlc(function: u8) -> &'static str {
    match function {
        0 => "result",
        1 => "write-broadcast-distribution-table",
        2 => "read-broadcast-distribution-table",
        3 => "read-broadcast-distribution-table-ack",
        4 => "forwarded-npdu",
        5 => "register-foreign-device",
        6 => "read-foreign-device-table",
        7 => "read-foreign-device-table-ack",
        8 => "delete-foreign-device-table-entry",
        9 => "distribute-broadcast-to-network",
        10 => "original-unicast-npdu",
        11 => "original-broadcast-npdu",
        12 => "secure-bvll",
        _ => "unknown",
    }
}

const fn unconfirmed(service: u8) -> &'static str {
    match service {
        0 => "i-am",
        1 => "i-have",
        2 => "cov-notification",
        3 => "event-notification",
        4 => "private-transfer",
        5 => "text-message",
        6 => "time-synchronization",
        7 => "who-has",
        8 => "who-is",
        9 => "utc-time-synchronization",
        10 => "write-group",
        _ => "unknown",
    }
}

const fn confirmed(service: u8) -> &'static str {
    match service {
        0 => "acknowledge-alarm",
        1 => "cov-notification",
        2 => "event-notification",
        3 => "get-alarm-summary",
        4 => "get-enrollment-summary",
        5 => "subscribe-cov",
        6 => "atomic-read-file",
        7 => "atomic-write-file",
        8 => "add-list-element",
        9 => "remove-list-element",
        10 => "create-object",
        11 => "delete-object",
        12 => "read-property",
        14 => "read-property-multiple",
        15 => "write-property",
        16 => "write-property-multiple",
        17 => "device-communication-control",
        18 => "private-transfer",
        19 => "text-message",
        20 => "reinitialize-device",
        26 => "read-range",
        28 => "subscribe-cov-property",
        29 => "get-event-information",
        _ => "unknown",
    }
}
