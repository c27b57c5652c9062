//! What goes out while a capture is read: events, problems under their cap, and the numbers at the end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use stix::{Place, Problem, Timestamp};

use crate::{Event, Limits, Role, Sink, Summary};

/// Kinds of packets that are told apart when it is counted which are not read.
const UNKNOWN_KINDS: usize = 64;

/// The two ends of a flow: who began first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ends {
    pub source: IpAddr,
    pub source_port: u16,
    pub destination: IpAddr,
    pub destination_port: u16,
    /// The number of the protocol in the IP header.
    pub protocol: u8,
}

impl Ends {
    /// The same seen from the other side.
    pub const fn turned(self) -> Self {
        Self {
            source: self.destination,
            source_port: self.destination_port,
            destination: self.source,
            destination_port: self.source_port,
            protocol: self.protocol,
        }
    }

    /// Whether there are ports.
    pub const fn has_ports(&self) -> bool {
        matches!(self.protocol, 6 | 17 | 132)
    }

    /// Adds the ends to an event.
    pub fn describe(&self, event: &mut Event<'_>) {
        event.push("src_ip", self.source.to_string(), Role::Source);
        if self.has_ports() {
            event.push("src_port", self.source_port.to_string(), Role::SourcePort);
        }
        event.push("dst_ip", self.destination.to_string(), Role::Destination);
        if self.has_ports() {
            event.push("dst_port", self.destination_port.to_string(), Role::DestinationPort);
        }
        event.push("proto", protocol_name(self.protocol), Role::Protocol);
    }
}

/// The name of an IP protocol.
pub(super) fn protocol_name(protocol: u8) -> Cow<'static, str> {
    Cow::Borrowed(match protocol {
        1 => "icmp",
        2 => "igmp",
        4 => "ipip",
        6 => "tcp",
        17 => "udp",
        41 => "ipv6",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "icmpv6",
        89 => "ospf",
        103 => "pim",
        112 => "vrrp",
        132 => "sctp",
        other => return Cow::Owned(format!("ip-{other}")),
    })
}

/// Which packet is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    /// Its number in the capture, from one.
    pub number: u64,
    /// When it was seen.
    pub time: Timestamp,
    /// Bytes it had on the wire.
    pub length: u64,
}

/// Hands out what is found and keeps count.
pub(super) struct Tell<'s> {
    sink: &'s mut dyn Sink,
    pub limits: Limits,
    pub summary: Summary,
    /// The sink wants no more.
    pub stopped: bool,
    told: usize,
    untold: u64,
    pub cut: u64,
    unknown: BTreeMap<String, u64>,
    pub gaps: u64,
    pub given_way: u64,
}

impl<'s> Tell<'s> {
    pub fn new(limits: &Limits, sink: &'s mut dyn Sink, format: &'static str) -> Self {
        Self {
            sink,
            limits: *limits,
            summary: Summary {
                format,
                ..Summary::default()
            },
            stopped: false,
            told: 0,
            untold: 0,
            cut: 0,
            unknown: BTreeMap::new(),
            gaps: 0,
            given_way: 0,
        }
    }

    /// Hands out an event, unless the sink has had enough.
    pub fn event(&mut self, number: u64, event: &Event<'_>) {
        if self.stopped {
            return;
        }
        self.summary.events += 1;
        self.stopped = self.sink.event(number, event).is_break();
    }

    /// Tells a problem, or counts it where enough were told.
    pub fn problem(&mut self, problem: Problem) {
        if self.told < self.limits.problems {
            self.told += 1;
            self.sink.problem(problem);
        } else {
            self.untold += 1;
        }
    }

    /// A packet that is not what its headers say.
    pub fn broken(&mut self, number: u64, code: &'static str, why: &str) {
        self.summary.broken += 1;
        self.problem(Problem::warning(code, packet_place(number), why));
    }

    /// A packet of a kind that is not read.
    pub fn unknown(&mut self, kind: impl FnOnce() -> String) {
        let kind = kind();
        if self.unknown.len() < UNKNOWN_KINDS || self.unknown.contains_key(&kind) {
            *self.unknown.entry(kind).or_default() += 1;
        } else {
            *self.unknown.entry("others".to_owned()).or_default() += 1;
        }
    }

    /// Says what was only counted, and gives the numbers.
    pub fn finish(self) -> Summary {
        if !self.unknown.is_empty() {
            let total: u64 = self.unknown.values().sum();
            let kinds: Vec<String> = self
                .unknown
                .iter()
                .map(|(kind, count)| format!("{kind}: {count}"))
                .collect();
            let message = format!("{total} packets are of kinds that are not read ({})", kinds.join(", "));
            self.sink
                .problem(Problem::warning("packets-not-read", Place::default(), message));
        }
        if self.cut > 0 {
            let message = format!("{} packets were cut when they were captured", self.cut);
            self.sink.problem(
                Problem::warning("packets-cut", Place::default(), message)
                    .help("capture whole packets, for example with tcpdump -s 0"),
            );
        }
        if self.gaps > 0 {
            let message = format!("{} stretches of connections are not in the capture", self.gaps);
            self.sink
                .problem(Problem::warning("stream-gaps", Place::default(), message));
        }
        if self.given_way > 0 {
            let message = format!(
                "{} connections were ended early: more than {} at one time, the limit, or too much of them to keep",
                self.given_way, self.limits.streams
            );
            self.sink
                .problem(Problem::warning("too-many-streams", Place::default(), message));
        }
        if self.untold > 0 {
            let message = format!(
                "{} more problems were not told one by one: {} are, the limit",
                self.untold, self.limits.problems
            );
            self.sink
                .problem(Problem::warning("too-many-problems", Place::default(), message));
        }
        self.summary
    }
}

/// The place of a packet in a capture.
pub(super) fn packet_place(number: u64) -> Place {
    Place::path(format!("packet {number}"))
}

/// Where the reader of a protocol hands out its events.
pub(super) struct Out<'o, 's> {
    pub tell: &'o mut Tell<'s>,
    /// Client first.
    pub ends: Ends,
    pub packet: Packet,
}

impl Out<'_, '_> {
    /// Begins an event with its name, the ends and the protocol that it belongs to.
    pub fn begin<'a>(&self, name: &'static str) -> Event<'a> {
        let mut event = Event {
            time: Some(self.packet.time),
            fields: Vec::with_capacity(16),
        };
        event.push("event", name, Role::Other);
        self.ends.describe(&mut event);
        event.push("service", name, Role::Protocol);
        event
    }

    /// Hands it out.
    pub fn give(&mut self, event: &Event<'_>) {
        self.tell.event(self.packet.number, event);
    }
}
