//! Reads the packets of a capture: each to its flow, each datagram to the reader of its protocol.

use std::io::Read;

use etherparse::{TcpSlice, UdpSlice};

use super::application::{dns, quic};
use super::bytes::u16_at;
use super::container::{self, Frame};
use super::flow::{Flows, Segment, Tcp};
use super::flow_export::Collector;
use super::industrial;
use super::network::{Datagram, Found, Network, Outcome};
use super::tell::{Ends, Out, Packet, Tell};
use crate::{Event, Limits, Role, Sink, Summary};

/// Ports to which routers send their flows.
const FLOW_EXPORT: [u16; 4] = [2055, 4739, 9995, 9996];

/// Reads a capture whose packets are found by the container of its format.
pub(super) fn packets(format: &'static str, input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Summary {
    let mut tell = Tell::new(limits, sink, format);
    let mut reader = Reader {
        network: Network::default(),
        flows: Flows::default(),
        exports: Collector::new(limits),
    };
    let mut each = |tell: &mut Tell<'_>, frame: &Frame<'_>| reader.frame(tell, frame);
    if format == "pcapng" {
        container::pcapng(input, &mut tell, &mut each);
    } else {
        container::pcap(input, &mut tell, &mut each);
    }
    reader.flows.finish(&mut tell);
    tell.finish()
}

struct Reader {
    network: Network,
    flows: Flows,
    exports: Collector,
}

impl Reader {
    fn frame(&mut self, tell: &mut Tell<'_>, frame: &Frame<'_>) {
        let Self {
            network,
            flows,
            exports,
        } = self;
        let packet = frame.packet;
        let cut = (frame.bytes.len() as u64) < packet.length;
        let mut broken = None;
        let outcome = network.frame(frame.link, frame.bytes, &mut |found| match found {
            Found::Ip(datagram) => {
                if let Err(why) = datagram_read(flows, exports, tell, packet, &datagram) {
                    broken = broken.or(Some(why));
                }
            }
            Found::Frame { .. } => industrial::frame(&found, packet, tell),
        });
        match (outcome, broken) {
            (Outcome::Unknown(kind), _) => tell.unknown(|| kind.name()),
            (Outcome::Broken(why), _) | (Outcome::Read, Some(why)) => {
                // A packet that was cut when it was captured is counted as such, and its end is not its fault.
                if !cut {
                    tell.broken(packet.number, "packet-broken", why);
                }
            }
            (Outcome::Read, None) => {}
        }
    }
}

/// Reads one datagram of IP: counts it for its flow and reads what it says.
fn datagram_read(
    flows: &mut Flows,
    exports: &mut Collector,
    tell: &mut Tell<'_>,
    packet: Packet,
    datagram: &Datagram<'_>,
) -> Result<(), &'static str> {
    let mut segment = Segment {
        ends: Ends {
            source: datagram.source,
            source_port: 0,
            destination: datagram.destination,
            destination_port: 0,
            protocol: datagram.protocol,
        },
        length: datagram.length,
        payload: &[],
        tcp: None,
    };
    if datagram.fragment {
        flows.add(&segment, packet, tell);
        return Ok(());
    }
    match datagram.protocol {
        6 => {
            let Ok(tcp) = TcpSlice::from_slice(datagram.payload) else {
                flows.add(&segment, packet, tell);
                return Err("the TCP segment ends in its header");
            };
            segment.ends.source_port = tcp.source_port();
            segment.ends.destination_port = tcp.destination_port();
            segment.payload = tcp.payload();
            segment.tcp = Some(Tcp {
                number: tcp.sequence_number(),
                acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
                syn: tcp.syn(),
                fin: tcp.fin(),
                rst: tcp.rst(),
            });
            flows.add(&segment, packet, tell);
            Ok(())
        }
        17 => {
            let Ok(udp) = UdpSlice::from_slice_lax(datagram.payload) else {
                flows.add(&segment, packet, tell);
                return Err("the UDP datagram ends in its header");
            };
            segment.ends.source_port = udp.source_port();
            segment.ends.destination_port = udp.destination_port();
            segment.payload = udp.payload();
            flows.add(&segment, packet, tell);
            udp_read(flows, exports, tell, packet, &segment)
        }
        132 => {
            segment.ends.source_port = u16_at(datagram.payload, 0).unwrap_or(0);
            segment.ends.destination_port = u16_at(datagram.payload, 2).unwrap_or(0);
            flows.add(&segment, packet, tell);
            Ok(())
        }
        _ => {
            flows.add(&segment, packet, tell);
            Ok(())
        }
    }
}

/// Reads the payload of a datagram of UDP by its ports.
fn udp_read(
    flows: &mut Flows,
    exports: &mut Collector,
    tell: &mut Tell<'_>,
    packet: Packet,
    segment: &Segment<'_>,
) -> Result<(), &'static str> {
    let sent = segment.ends;
    if segment.payload.is_empty() {
        return Ok(());
    }
    let ends = flows.ends(&sent).unwrap_or(sent);
    if dns::is_port(sent.source_port) || dns::is_port(sent.destination_port) {
        if !dns::fits(segment.payload) {
            return Ok(());
        }
        let mut out = Out {
            tell,
            ends: asker_first(sent, ends, segment.payload),
            packet,
        };
        let mut event = out.begin("dns");
        let result = dns::describe(&mut event, segment.payload);
        // Junk on the port says nothing but that it is broken.
        if result.is_ok() || event.first(Role::Host).is_some() {
            out.give(&event);
            flows.name_service(&sent, "dns");
        }
        return result;
    }
    if FLOW_EXPORT.contains(&sent.destination_port) {
        let from = std::net::SocketAddr::new(sent.source, sent.source_port);
        let result = exports.datagram(from, segment.payload, &mut |event| tell.event(packet.number, event));
        if result.is_ok_and(|count| count > 0) {
            flows.name_service(&sent, "flow-export");
        }
        return Ok(());
    }
    let mut out = Out { tell, ends, packet };
    if quic::is_quic(segment.payload) {
        if let Some(quic) = flows.quic(&sent) {
            quic.datagram(segment.payload, &mut out);
        }
        flows.name_service(&sent, "quic");
        return Ok(());
    }
    if let Some(service) = industrial::datagram(segment.payload, sent, &mut out) {
        flows.name_service(&sent, service);
    }
    Ok(())
}

/// The one who asked first, which a DNS message itself says. Multicast answers have nobody who asked.
fn asker_first(sent: Ends, flow: Ends, message: &[u8]) -> Ends {
    let response = message.get(2).is_some_and(|flags| flags & 0x80 != 0);
    match (response, sent.source_port == sent.destination_port) {
        (true, false) if dns::is_port(sent.source_port) => sent.turned(),
        (false, false) if dns::is_port(sent.destination_port) => sent,
        _ => flow,
    }
}

/// A MAC address as it is written.
pub(super) fn mac_text(mac: &[u8]) -> String {
    let mut text = String::with_capacity(17);
    for (at, byte) in mac.iter().enumerate() {
        if at > 0 {
            text.push(':');
        }
        text.push_str(&hex::encode([*byte]));
    }
    text
}

/// Begins an event of a frame without IP.
pub(super) fn frame_event<'a>(
    name: &'static str,
    source: &[u8; 6],
    destination: &[u8; 6],
    packet: Packet,
) -> Event<'a> {
    let mut event = Event {
        time: Some(packet.time),
        fields: Vec::with_capacity(8),
    };
    event.push("event", name, Role::Other);
    event.push("src_mac", mac_text(source), Role::Mac);
    event.push("dst_mac", mac_text(destination), Role::Mac);
    event.push("service", name, Role::Protocol);
    event
}
