//! DNP3 (IEEE 1815) over TCP and UDP: link addresses and the function of the application.

use super::{Length, Protocol};
use crate::{Event, Role};

/// Bytes of a link header with its checksum.
const HEADER: usize = 10;
/// Bytes of data before each further checksum.
const BLOCK: usize = 16;

pub(super) static DNP3: Protocol = Protocol {
    name: "dnp3",
    // Its checksum says on any port that it is one.
    fits: |bytes, port| match bytes {
        [0x05, 0x64, 5..=255, ..] => bytes.len() < HEADER && matches!(port, 19_999 | 20_000) || has_checksum(bytes),
        _ => false,
    },
    length,
    describe,
};

fn length(bytes: &[u8]) -> Length {
    match bytes {
        [0x05, 0x64, count @ 5..=255, ..] => {
            let data = usize::from(*count) - 5;
            Length::Is(HEADER + data + data.div_ceil(BLOCK) * 2)
        }
        [0x05] | [0x05, 0x64] => Length::Unknown,
        _ => Length::Not,
    }
}

fn describe<'a>(event: &mut Event<'a>, message: &'a [u8], _from_client: bool) -> bool {
    let [_, _, _, control, to_low, to_high, from_low, from_high, _, _, data @ ..] = message else {
        return false;
    };
    let (destination, source) = (
        u16::from_le_bytes([*to_low, *to_high]),
        u16::from_le_bytes([*from_low, *from_high]),
    );
    event.push("dnp3.link_source", source.to_string(), Role::Other);
    event.push("dnp3.link_destination", destination.to_string(), Role::Other);
    event.push("dnp3.from_master", (control & 0x80 != 0).to_string(), Role::Other);
    event.push("dnp3.link_function", link_function(*control), Role::Other);
    if !has_checksum(message) {
        event.push("dnp3.checksum", "wrong", Role::Other);
    }
    // Transport byte with its flag for a first part, application control, function.
    if let [transport, _, function, ..] = data
        && transport & 0x40 != 0
    {
        event.push("dnp3.function", function.to_string(), Role::Other);
        event.push("dnp3.function_name", function_name(*function), Role::Other);
    }
    true
}

/// Whether the checksum of the link header is right.
fn has_checksum(bytes: &[u8]) -> bool {
    match bytes.split_at_checked(8) {
        Some((header, [low, high, ..])) => checksum(header) == u16::from_le_bytes([*low, *high]),
        _ => false,
    }
}

/// CRC-16 of DNP: polynomial 0x3d65, here reflected.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u16;
    for byte in bytes {
        sum ^= u16::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xa6bc } else { sum >> 1 };
        }
    }
    !sum
}

const fn link_function(control: u8) -> &'static str {
    // The PRM bit says whether the sender begins a transaction.
    match (control & 0x40 != 0, control & 15) {
        (true, 0) => "RESET_LINK_STATES",
        (true, 2) => "TEST_LINK_STATES",
        (true, 3) => "CONFIRMED_USER_DATA",
        (true, 4) => "UNCONFIRMED_USER_DATA",
        (true, 9) => "REQUEST_LINK_STATUS",
        (false, 0) => "ACK",
        (false, 1) => "NACK",
        (false, 11) => "LINK_STATUS",
        (false, 15) => "NOT_SUPPORTED",
        _ => "UNKNOWN",
    }
}

const fn function_name(function: u8) -> &'static str {
    match function {
        0 => "CONFIRM",
        1 => "READ",
        2 => "WRITE",
        3 => "SELECT",
        4 => "OPERATE",
        5 => "DIRECT_OPERATE",
        6 => "DIRECT_OPERATE_NR",
        7 => "IMMED_FREEZE",
        8 => "IMMED_FREEZE_NR",
        9 => "FREEZE_CLEAR",
        10 => "FREEZE_CLEAR_NR",
        11 => "FREEZE_AT_TIME",
        12 => "FREEZE_AT_TIME_NR",
        13 => "COLD_RESTART",
        14 => "WARM_RESTART",
        15 => "INITIALIZE_DATA",
        16 => "INITIALIZE_APPL",
        17 => "START_APPL",
        18 => "STOP_APPL",
        19 => "SAVE_CONFIG",
        20 => "ENABLE_UNSOLICITED",
        21 => "DISABLE_UNSOLICITED",
        22 => "ASSIGN_CLASS",
        23 => "DELAY_MEASURE",
        24 => "RECORD_CURRENT_TIME",
        25 => "OPEN_FILE",
        26 => "CLOSE_FILE",
        27 => "DELETE_FILE",
        28 => "GET_FILE_INFO",
        29 => "AUTHENTICATE_FILE",
        30 => "ABORT_FILE",
        32 => "AUTHENTICATE_REQ",
        33 => "AUTH_REQ_NO_ACK",
        129 => "RESPONSE",
        130 => "UNSOLICITED_RESPONSE",
        131 => "AUTHENTICATE_RESP",
        _ => "UNKNOWN",
    }
}
