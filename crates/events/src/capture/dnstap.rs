//! dnstap: what DNS servers saw, as protocol buffers in frame streams (<https://dnstap.info>,
//! <https://farsightsec.github.io/fstrm/>).
//!
//! Of the protocol buffers a handful of fields is of interest; they are read by hand.

use std::io::Read;
use std::net::IpAddr;
use std::ops::ControlFlow;

use stix::{Place, Problem, Timestamp};

use super::application::dns;
use super::bytes::Bytes;
use super::tell::{Ends, Out, Packet, Tell};
use crate::{Limits, Role, Sink, Summary};

/// What the frames of a dnstap stream are said to hold.
const CONTENT: &[u8] = b"protobuf:dnstap.Dnstap";
/// Longest control frame, as the reference implementation has it.
const CONTROL: u32 = 512;

/// Whether bytes begin a frame stream of dnstap: a control frame to start or to offer, with the content type.
pub(super) fn is_stream(head: &[u8]) -> bool {
    let mut rest = Bytes(head);
    rest.u32() == Some(0)
        && rest.u32().is_some_and(|length| length <= CONTROL)
        && matches!(rest.u32(), Some(2 | 4))
        && rest.u32() == Some(1)
        && rest.u32() == u32::try_from(CONTENT.len()).ok()
        && rest.0.starts_with(CONTENT)
}

/// Reads a stream to its end, or to where it is broken.
pub(super) fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let mut tell = Tell::new(limits, sink, "dnstap");
    let mut frame = Vec::new();
    while !tell.stopped {
        match next(input, limits, &mut frame) {
            Ok(ControlFlow::Continue(Frame::Data)) => {
                tell.summary.records += 1;
                let number = tell.summary.records;
                if let Err(why) = message(&frame, number, &mut tell) {
                    tell.broken(number, "dnstap-broken", why);
                }
            }
            Ok(ControlFlow::Continue(Frame::Control)) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(problem) => {
                tell.summary.broken += 1;
                tell.problem(problem.within(&format!("frame {}", tell.summary.records + 1)));
                break;
            }
        }
    }
    Ok(tell.finish())
}

enum Frame {
    Data,
    Control,
}

/// Reads the next frame; the end of the input between two frames is a good end.
fn next(input: &mut dyn Read, limits: &Limits, frame: &mut Vec<u8>) -> Result<ControlFlow<(), Frame>, Problem> {
    let Some(length) = number(input, true)? else {
        return Ok(ControlFlow::Break(()));
    };
    let (length, control) = match length {
        0 => match number(input, false)? {
            Some(length @ ..=CONTROL) => (length, true),
            _ => {
                let message = format!("a control frame is longer than {CONTROL} bytes, the limit");
                return Err(Problem::error("record-too-large", Place::default(), message));
            }
        },
        length => (length, false),
    };
    if length as usize > limits.record_bytes {
        let message = format!("the frame is longer than {} bytes, the limit", limits.record_bytes);
        return Err(Problem::error("record-too-large", Place::default(), message));
    }
    frame.clear();
    input
        .take(length.into())
        .read_to_end(frame)
        .map_err(|error| unreadable(&error))?;
    if frame.len() < length as usize {
        return Err(cut_off());
    }
    // Stop and finish.
    if control && matches!(frame.get(..4), Some([0, 0, 0, 3 | 5])) {
        return Ok(ControlFlow::Break(()));
    }
    Ok(ControlFlow::Continue(if control {
        Frame::Control
    } else {
        Frame::Data
    }))
}

/// Four bytes as a number; none at the end of the input, where that is allowed.
fn number(input: &mut dyn Read, may_end: bool) -> Result<Option<u32>, Problem> {
    let mut bytes = Vec::with_capacity(4);
    input
        .take(4)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ok(Some(u32::from_be_bytes(bytes))),
        Err(_) if bytes.is_empty() && may_end => Ok(None),
        Err(_) => Err(cut_off()),
    }
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::error(
        "unreadable",
        Place::default(),
        format!("the input cannot be read to its end: {error}"),
    )
}

fn cut_off() -> Problem {
    Problem::error(
        "capture-truncated",
        Place::default(),
        "the stream ends in the middle of a frame",
    )
    .help("what stands before it was read; the file may be cut off: fetch it again")
}

/// One field of a protocol buffer.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The next field and its number.
fn field<'a>(rest: &mut Bytes<'a>) -> Option<(u64, Value<'a>)> {
    let tag = varint(rest)?;
    let value = match tag & 7 {
        0 => Value::Number(varint(rest)?),
        1 => Value::Bytes(rest.take(8)?),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Value::Bytes(rest.take(length)?)
        }
        5 => Value::Number(rest.u32_le()?.into()),
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn varint(rest: &mut Bytes<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = rest.u8()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// What a message says that is of interest.
#[derive(Default)]
struct Message<'a> {
    kind: u64,
    protocol: u64,
    query_address: Option<IpAddr>,
    response_address: Option<IpAddr>,
    query_port: u16,
    response_port: u16,
    query_seconds: u64,
    query_nanoseconds: u64,
    response_seconds: u64,
    response_nanoseconds: u64,
    query: &'a [u8],
    response: &'a [u8],
}

/// Reads a frame and hands out its event.
fn message(frame: &[u8], number: u64, tell: &mut Tell<'_>) -> Result<(), &'static str> {
    const BROKEN: &str = "the frame is not a dnstap message";
    let mut rest = Bytes(frame);
    let mut identity: &[u8] = &[];
    let mut inner: Option<&[u8]> = None;
    while !rest.is_empty() {
        match field(&mut rest).ok_or(BROKEN)? {
            (1, Value::Bytes(name)) => identity = name,
            (14, Value::Bytes(message)) => inner = Some(message),
            _ => {}
        }
    }
    let message = Message::parse(inner.ok_or(BROKEN)?).ok_or(BROKEN)?;
    let (dns_bytes, seconds, nanoseconds) = if message.response.is_empty() {
        (message.query, message.query_seconds, message.query_nanoseconds)
    } else {
        (message.response, message.response_seconds, message.response_nanoseconds)
    };
    let unknown = IpAddr::from([0, 0, 0, 0]);
    let mut out = Out {
        tell,
        ends: Ends {
            source: message.query_address.unwrap_or(unknown),
            source_port: message.query_port,
            destination: message.response_address.unwrap_or(unknown),
            destination_port: message.response_port,
            protocol: if message.protocol == 1 { 17 } else { 6 },
        },
        packet: Packet {
            number,
            time: Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(0))
                .plus_micros(i64::try_from(nanoseconds / 1_000).unwrap_or(0)),
            length: frame.len() as u64,
        },
    };
    let mut event = out.begin("dns");
    // An end that the message does not name is no address of anybody.
    let unspecified = unknown.to_string();
    event.fields.retain(|field| field.value != unspecified);
    event.push("dnstap.type", kind_name(message.kind), Role::Other);
    event.push("dnstap.identity", String::from_utf8_lossy(identity), Role::Computer);
    let result = dns::describe(&mut event, dns_bytes);
    out.give(&event);
    result
}

impl<'a> Message<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut message = Self::default();
        let mut rest = Bytes(bytes);
        while !rest.is_empty() {
            match field(&mut rest)? {
                (1, Value::Number(kind)) => message.kind = kind,
                (3, Value::Number(protocol)) => message.protocol = protocol,
                (4, Value::Bytes(octets)) => message.query_address = address(octets),
                (5, Value::Bytes(octets)) => message.response_address = address(octets),
                (6, Value::Number(port)) => message.query_port = u16::try_from(port).ok()?,
                (7, Value::Number(port)) => message.response_port = u16::try_from(port).ok()?,
                (8, Value::Number(seconds)) => message.query_seconds = seconds,
                (9, Value::Number(nanoseconds)) => message.query_nanoseconds = nanoseconds,
                (10, Value::Bytes(bytes)) => message.query = bytes,
                (12, Value::Number(seconds)) => message.response_seconds = seconds,
                (13, Value::Number(nanoseconds)) => message.response_nanoseconds = nanoseconds,
                (14, Value::Bytes(bytes)) => message.response = bytes,
                _ => {}
            }
        }
        Some(message)
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(four.into());
    }
    <[u8; 16]>::try_from(octets).ok().map(IpAddr::from)
}

/// The name of a kind of message (dnstap.proto, `Message.Type`).
const fn kind_name(kind: u64) -> &'static str {
    match kind {
        1 => "AUTH_QUERY",
        2 => "AUTH_RESPONSE",
        3 => "RESOLVER_QUERY",
        4 => "RESOLVER_RESPONSE",
        5 => "CLIENT_QUERY",
        6 => "CLIENT_RESPONSE",
        7 => "FORWARDER_QUERY",
        8 => "FORWARDER_RESPONSE",
        9 => "STUB_QUERY",
        10 => "STUB_RESPONSE",
        11 => "TOOL_QUERY",
        12 => "TOOL_RESPONSE",
        13 => "UPDATE_QUERY",
        14 => "UPDATE_RESPONSE",
        _ => "UNKNOWN",
    }
}
