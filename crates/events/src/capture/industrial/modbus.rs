//! Modbus over TCP and UDP: unit, function, what is read or written, and device identifications.

use super::{Length, Protocol};
use crate::capture::bytes::{Bytes, text, u16_at};
use crate::{Event, Role};

/// Longest message: header of seven and a PDU of 253 bytes (Modbus Messaging on TCP/IP, section 3.1.3).
const LONGEST: usize = 260;

pub(super) static MODBUS: Protocol = Protocol {
    name: "modbus",
    fits: |bytes, port| matches!(port, 502 | 802) && bytes.len() >= 8 && matches!(length(bytes), Length::Is(_)),
    length,
    describe,
};

fn length(bytes: &[u8]) -> Length {
    let (Some(protocol), Some(length)) = (u16_at(bytes, 2), u16_at(bytes, 4)) else {
        return Length::Unknown;
    };
    let length = usize::from(length) + 6;
    if protocol != 0 || !(8..=LONGEST).contains(&length) {
        return Length::Not;
    }
    Length::Is(length)
}

fn describe<'a>(event: &mut Event<'a>, message: &'a [u8], from_client: bool) -> bool {
    let [tid_high, tid_low, _, _, _, _, unit, function, data @ ..] = message else {
        return false;
    };
    let kind = if from_client { "request" } else { "response" };
    event.push("modbus.message", kind, Role::Other);
    event.push(
        "modbus.transaction",
        u16::from_be_bytes([*tid_high, *tid_low]).to_string(),
        Role::Other,
    );
    event.push("modbus.unit", unit.to_string(), Role::Other);
    event.push("modbus.function", (function & 0x7f).to_string(), Role::Other);
    event.push("modbus.function_name", function_name(function & 0x7f), Role::Other);
    if function & 0x80 != 0 {
        let code = data.first().copied().unwrap_or(0);
        event.push("modbus.exception", exception(code), Role::Other);
        return true;
    }
    match function {
        1..=6 | 15 | 16 | 22 | 23 if from_client => {
            let (Some(address), Some(second)) = (u16_at(data, 0), u16_at(data, 2)) else {
                return true;
            };
            let name = if matches!(function, 5 | 6) {
                "modbus.value"
            } else {
                "modbus.quantity"
            };
            event.push("modbus.address", address.to_string(), Role::Other);
            if *function != 22 {
                event.push(name, second.to_string(), Role::Other);
            }
        }
        43 if !from_client => identification(event, data),
        _ => {}
    }
    true
}

/// Adds the objects of a device identification (Modbus Application Protocol, section 6.21).
fn identification<'a>(event: &mut Event<'a>, data: &'a [u8]) {
    let mut rest = Bytes(data);
    let (Some(&[14, _, _, _, _, count]), true) = (rest.take(6), data.len() > 6) else {
        return;
    };
    for _ in 0..count {
        let (Some(object), Some(value)) = (rest.u8(), rest.with_u8()) else {
            return;
        };
        let name = match object {
            0 => "modbus.vendor",
            1 => "modbus.product",
            2 => "modbus.revision",
            3 => "modbus.vendor_url",
            4 => "modbus.product_name",
            5 => "modbus.model",
            6 => "modbus.application",
            _ => "modbus.object",
        };
        event.push(name, text(value.0), Role::Text);
    }
}

/// The name of a function, as the specification has it.
const fn function_name(function: u8) -> &'static str {
    match function {
        1 => "READ_COILS",
        2 => "READ_DISCRETE_INPUTS",
        3 => "READ_HOLDING_REGISTERS",
        4 => "READ_INPUT_REGISTERS",
        5 => "WRITE_SINGLE_COIL",
        6 => "WRITE_SINGLE_REGISTER",
        7 => "READ_EXCEPTION_STATUS",
        8 => "DIAGNOSTICS",
        11 => "GET_COMM_EVENT_COUNTER",
        12 => "GET_COMM_EVENT_LOG",
        15 => "WRITE_MULTIPLE_COILS",
        16 => "WRITE_MULTIPLE_REGISTERS",
        17 => "REPORT_SLAVE_ID",
        20 => "READ_FILE_RECORD",
        21 => "WRITE_FILE_RECORD",
        22 => "MASK_WRITE_REGISTER",
        23 => "READ_WRITE_MULTIPLE_REGISTERS",
        24 => "READ_FIFO_QUEUE",
        43 => "ENCAP_INTERFACE_TRANSPORT",
        90 => "UMAS",
        91 => "OBJECT_MESSAGING",
        _ => "UNKNOWN",
    }
}

const fn exception(code: u8) -> &'static str {
    match code {
        1 => "ILLEGAL_FUNCTION",
        2 => "ILLEGAL_DATA_ADDRESS",
        3 => "ILLEGAL_DATA_VALUE",
        4 => "SLAVE_DEVICE_FAILURE",
        5 => "ACKNOWLEDGE",
        6 => "SLAVE_DEVICE_BUSY",
        8 => "MEMORY_PARITY_ERROR",
        10 => "GATEWAY_PATH_UNAVAILABLE",
        11 => "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND",
        _ => "UNKNOWN",
    }
}
