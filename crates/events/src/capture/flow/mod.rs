//! Flows: packets between the same two ends, counted, their streams put together, and told when they are over.
//!
//! | over when | |
//! |---|---|
//! | both sides have said so (FIN) or one broke off (RST) | told after [`CLOSED_IDLE`], so that late packets still count |
//! | nothing was seen for [`TCP_IDLE`] or [`OTHER_IDLE`] of the capture's time | |
//! | there are more than the limit, or too much is held for them | the one that was silent longest is told early |
//! | the capture ends | |

mod table;

use std::net::IpAddr;

use stix::Timestamp;

use super::application::quic::Quic;
use super::application::{Conversation, Step, identify};
use super::stream::Stream;
use super::tell::{Ends, Out, Packet, Tell};
use crate::{Event, Role};

/// Microseconds after which a closed flow is told.
const CLOSED_IDLE: i64 = 15_000_000;
/// Microseconds of silence after which a flow without a notion of an end is over.
const OTHER_IDLE: i64 = 120_000_000;
/// Microseconds of silence after which a TCP connection is over.
const TCP_IDLE: i64 = 3_600_000_000;

/// Protocols that may begin one after the other at one place of a connection.
const PROTOCOLS: usize = 3;

const NONE: u32 = u32::MAX;

/// Both ends in an order of their own, so that both directions are one flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key([(IpAddr, u16); 2], u8);

impl Key {
    fn of(ends: &Ends) -> Self {
        let (one, other) = (
            (ends.source, ends.source_port),
            (ends.destination, ends.destination_port),
        );
        Self(if one <= other { [one, other] } else { [other, one] }, ends.protocol)
    }
}

pub(super) use table::Flows;

/// What a packet brings to its flow.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    /// Sender first.
    pub ends: Ends,
    /// Bytes of the packet of IP.
    pub length: u64,
    pub payload: &'a [u8],
    /// What TCP says of it.
    pub tcp: Option<Tcp>,
}

/// The fields of a TCP header that matter here.
#[derive(Clone, Copy)]
pub(super) struct Tcp {
    pub number: u32,
    pub acknowledged: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
}

/// One side of a flow.
#[derive(Default)]
struct Side {
    packets: u64,
    bytes: u64,
    fin: bool,
    /// The number with which it opened the connection.
    begun: Option<u32>,
    stream: Stream,
}

struct Flow {
    key: Key,
    /// Client first.
    ends: Ends,
    first: Packet,
    last: Timestamp,
    client: Side,
    server: Side,
    syn: bool,
    reset: bool,
    service: Option<&'static str>,
    conversation: Option<Box<dyn Conversation>>,
    /// What QUIC says, whose datagrams are no stream.
    quic: Option<Box<Quic>>,
    held: usize,
    age: Age,
    before: u32,
    after: u32,
}

/// Which list a flow waits in for its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Closed,
    Other,
    Tcp,
}

impl Age {
    const ALL: [Self; 3] = [Self::Closed, Self::Other, Self::Tcp];

    const fn idle(self) -> i64 {
        match self {
            Self::Closed => CLOSED_IDLE,
            Self::Other => OTHER_IDLE,
            Self::Tcp => TCP_IDLE,
        }
    }
}

/// Whether the sender of the first packet that was seen is the one that was called.
fn begins_turned(segment: &Segment<'_>) -> bool {
    let ends = &segment.ends;
    match segment.tcp {
        Some(tcp) if tcp.syn => tcp.acknowledged.is_some(),
        // Joined in the middle: services have the low ports.
        _ => ends.source_port < 1_024 && ends.destination_port >= 1_024 && ends.has_ports(),
    }
}

impl Flow {
    fn new(key: Key, segment: &Segment<'_>, packet: Packet) -> Self {
        let turned = begins_turned(segment);
        Self {
            key,
            ends: if turned { segment.ends.turned() } else { segment.ends },
            first: packet,
            last: packet.time,
            client: Side::default(),
            server: Side::default(),
            syn: segment.tcp.is_some_and(|tcp| tcp.syn),
            reset: false,
            service: None,
            conversation: None,
            quic: None,
            held: 0,
            age: Age::Other,
            before: NONE,
            after: NONE,
        }
    }

    fn age(&self) -> Age {
        if self.reset || (self.client.fin && self.server.fin) {
            Age::Closed
        } else if self.ends.protocol == 6 {
            Age::Tcp
        } else {
            Age::Other
        }
    }

    fn held(&self) -> usize {
        let quic = self.quic.as_ref().map_or(0, |quic| quic.held());
        self.client.stream.held() + self.server.stream.held() + quic
    }

    fn add(&mut self, segment: &Segment<'_>, packet: Packet, tell: &mut Tell<'_>) {
        let from_client = (segment.ends.source, segment.ends.source_port) == (self.ends.source, self.ends.source_port);
        self.last = self.last.max(packet.time);
        let (side, other) = if from_client {
            (&mut self.client, &mut self.server)
        } else {
            (&mut self.server, &mut self.client)
        };
        side.packets += 1;
        side.bytes += segment.length;
        let Some(tcp) = segment.tcp else { return };
        let limit = tell.limits.stream_bytes;
        let mut number = tcp.number;
        if tcp.syn {
            side.begun = Some(tcp.number);
            number = number.wrapping_add(1);
            side.stream.begin(number);
        }
        let grown = side.stream.add(number, segment.payload, limit);
        side.fin |= tcp.fin;
        self.reset |= tcp.rst;
        let hole = side.stream.has_hole() && side.stream.is_full(limit);
        // A hole of the other direction, whose bytes this side says it has, is one of the capture.
        let behind = tcp
            .acknowledged
            .is_some_and(|acknowledged| other.stream.is_behind(acknowledged));
        if grown {
            self.read(from_client, packet, tell);
        }
        if hole {
            self.jump(from_client, packet, tell);
        }
        if behind {
            self.jump(!from_client, packet, tell);
        }
    }

    /// Whether a segment that opens a connection between the same ends opens another than this: this one is over, or
    /// the numbers of its sender began elsewhere.
    fn is_before(&self, segment: &Segment<'_>) -> bool {
        let from_client = (segment.ends.source, segment.ends.source_port) == (self.ends.source, self.ends.source_port);
        let side = if from_client { &self.client } else { &self.server };
        self.age == Age::Closed || side.begun != segment.tcp.map(|tcp| tcp.number)
    }

    const fn stream(&mut self, from_client: bool) -> &mut Stream {
        if from_client {
            &mut self.client.stream
        } else {
            &mut self.server.stream
        }
    }

    /// Gives up a hole and reads on behind it.
    fn jump(&mut self, from_client: bool, packet: Packet, tell: &mut Tell<'_>) {
        if self.stream(from_client).jump() {
            tell.gaps += 1;
            if let Some(conversation) = &mut self.conversation {
                conversation.hole(from_client);
            }
            self.read(from_client, packet, tell);
        }
    }

    /// Lets the reader of the protocol have what is ready; goes on where it says that another protocol begins.
    fn read(&mut self, from_client: bool, packet: Packet, tell: &mut Tell<'_>) {
        for _ in 0..PROTOCOLS {
            self.read_one(from_client, packet, tell);
            if self.conversation.is_some() || self.stream(from_client).ready.is_empty() {
                return;
            }
        }
    }

    fn read_one(&mut self, from_client: bool, packet: Packet, tell: &mut Tell<'_>) {
        if self.conversation.is_none() {
            let found = identify(
                &self.client.stream.ready,
                &self.server.stream.ready,
                &self.ends,
                tell.limits.stream_bytes,
            );
            match found {
                None => return,
                Some(None) => {
                    self.client.stream.finish();
                    self.server.stream.finish();
                    return;
                }
                Some(Some(conversation)) => {
                    self.service = Some(conversation.service());
                    self.conversation = Some(conversation);
                    // Whichever side spoke first may have been waiting for the other.
                    self.drive(!from_client, packet, tell);
                }
            }
        }
        self.drive(from_client, packet, tell);
    }

    fn drive(&mut self, from_client: bool, packet: Packet, tell: &mut Tell<'_>) {
        let Some(mut conversation) = self.conversation.take() else {
            return;
        };
        let limit = tell.limits.stream_bytes;
        let stream = if from_client {
            &mut self.client.stream
        } else {
            &mut self.server.stream
        };
        let mut at = 0;
        let mut again = false;
        while at < stream.ready.len() && !stream.done {
            let mut out = Out {
                tell,
                ends: self.ends,
                packet,
            };
            let bytes = &stream.ready[at..];
            match conversation.bytes(from_client, bytes, &mut out) {
                Step::More if bytes.len() < limit => break,
                Step::More => {
                    conversation.rest(from_client, bytes, &mut out);
                    stream.finish();
                    at = 0;
                }
                Step::Take(0) => break,
                Step::Take(count) => {
                    let ready = bytes.len() as u64;
                    if count > ready {
                        stream.skip = count - ready;
                    }
                    at += usize::try_from(count.min(ready)).unwrap_or(0);
                }
                Step::Ignore => {
                    stream.finish();
                    at = 0;
                }
                Step::Again => {
                    again = true;
                    break;
                }
            }
        }
        stream.consume(at);
        if again {
            self.client.stream.done = false;
            self.server.stream.done = false;
            return;
        }
        self.conversation = Some(conversation);
    }

    /// Reads what is left and tells the flow.
    fn end(&mut self, tell: &mut Tell<'_>) {
        let packet = Packet {
            time: self.last,
            ..self.first
        };
        for from_client in [true, false] {
            while self.stream(from_client).has_hole() {
                self.jump(from_client, packet, tell);
            }
        }
        if let Some(mut conversation) = self.conversation.take() {
            for (from_client, side) in [(true, &self.client), (false, &self.server)] {
                let mut out = Out {
                    tell,
                    ends: self.ends,
                    packet,
                };
                conversation.rest(from_client, &side.stream.ready, &mut out);
            }
        }
        let mut event = Event {
            time: Some(self.first.time),
            fields: Vec::with_capacity(16),
        };
        event.push("event", "flow", Role::Other);
        self.ends.describe(&mut event);
        if let Some(service) = self.service {
            event.push("service", service, Role::Protocol);
        }
        let state = match (self.reset, self.client.fin && self.server.fin, self.syn) {
            _ if self.ends.protocol != 6 => "",
            (true, ..) => "reset",
            (_, true, _) => "closed",
            (_, _, true) => "open",
            _ => "joined",
        };
        event.push("flow.state", state, Role::Other);
        event.push("flow.last", self.last.to_string(), Role::Other);
        for (name, value) in [
            ("flow.packets", self.client.packets + self.server.packets),
            ("flow.bytes", self.client.bytes + self.server.bytes),
            ("flow.packets_to_server", self.client.packets),
            ("flow.packets_to_client", self.server.packets),
            ("flow.bytes_to_server", self.client.bytes),
            ("flow.bytes_to_client", self.server.bytes),
        ] {
            event.push(name, value.to_string(), Role::Other);
        }
        tell.event(self.first.number, &event);
    }
}
