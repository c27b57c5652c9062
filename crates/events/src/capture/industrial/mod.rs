//! Protocols of plants and grids, by port and header: who speaks, which function is asked for, which device answers.
//!
//! Every message becomes an event, except those that come many times a second and say nothing about a device (process
//! data); these name the service of their flow. Written by hand: each needs a handful of bytes at fixed places.

mod bacnet;
mod dnp3;
mod enip;
mod frames;
mod grid;
mod iso;
mod modbus;
mod plant;

pub(super) use frames::frame;

use super::application::{Conversation, Step};
use super::tell::{Ends, Out};
use crate::Event;

/// How long the message is that some bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// It takes more bytes to say.
    Unknown,
    /// So many bytes.
    Is(usize),
    /// They are no message of the protocol.
    Not,
}

/// A protocol whose messages say how long they are.
struct Protocol {
    name: &'static str,
    /// Whether the first bytes of a connection or datagram are of this protocol, given the port that was called.
    fits: fn(bytes: &[u8], port: u16) -> bool,
    length: fn(bytes: &[u8]) -> Length,
    /// Adds what a message says; `false` where it is not worth an event.
    describe: for<'a> fn(event: &mut Event<'a>, message: &'a [u8], from_client: bool) -> bool,
}

/// Those over TCP; the first that fits is taken, so that the pickiest stand first.
static OVER_TCP: [&Protocol; 10] = [
    &dnp3::DNP3,
    &plant::FOX,
    &plant::OPC_UA,
    &grid::IEC104,
    &grid::SYNCHROPHASOR,
    &enip::ENIP,
    &plant::ADS,
    &modbus::MODBUS,
    &iso::TPKT,
    &plant::MELSEC,
];

/// Those over UDP.
static OVER_UDP: [&Protocol; 7] = [
    &dnp3::DNP3,
    &bacnet::BACNET,
    &enip::ENIP,
    &enip::PROCESS_DATA,
    &modbus::MODBUS,
    &grid::SYNCHROPHASOR,
    &plant::MELSEC,
];

/// Finds the protocol of a connection.
pub(super) fn identify(client: &[u8], server: &[u8], ends: &Ends) -> Option<Box<dyn Conversation>> {
    let port = ends.destination_port;
    OVER_TCP
        .into_iter()
        .find(|protocol| {
            (!client.is_empty() && (protocol.fits)(client, port))
                || (!server.is_empty() && (protocol.fits)(server, port))
                // Joined in the middle, or called from its own port.
                || (!client.is_empty() && (protocol.fits)(client, ends.source_port))
        })
        .map(|protocol| {
            Box::new(Framed {
                protocol,
                name: protocol.name,
            }) as Box<dyn Conversation>
        })
}

/// Reads a datagram, if it is of a protocol here, and gives its name.
pub(super) fn datagram(bytes: &[u8], sent: Ends, out: &mut Out<'_, '_>) -> Option<&'static str> {
    let protocol = OVER_UDP
        .into_iter()
        .find(|protocol| (protocol.fits)(bytes, sent.destination_port) || (protocol.fits)(bytes, sent.source_port))?;
    let from_client = sent.source == out.ends.source && sent.source_port == out.ends.source_port;
    let mut rest = bytes;
    while let Length::Is(length) = (protocol.length)(rest) {
        let Some((message, behind)) = rest.split_at_checked(length).filter(|_| length > 0) else {
            break;
        };
        let mut event = out.begin(protocol.name);
        if (protocol.describe)(&mut event, message, from_client) {
            out.give(&event);
        }
        rest = behind;
    }
    Some(protocol.name)
}

/// The reader of a connection whose messages say how long they are.
struct Framed {
    protocol: &'static Protocol,
    name: &'static str,
}

impl Conversation for Framed {
    fn service(&self) -> &'static str {
        self.name
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        match (self.protocol.length)(bytes) {
            Length::Unknown => Step::More,
            // Messages begin where segments do: the next may be one again.
            Length::Not | Length::Is(0) => Step::take(bytes.len()),
            Length::Is(length) => {
                let Some(message) = bytes.get(..length) else {
                    return Step::More;
                };
                let mut event = out.begin(self.protocol.name);
                let told = (self.protocol.describe)(&mut event, message, from_client);
                if let Some(name) = iso::service_of(&mut event) {
                    self.name = name;
                }
                if told {
                    out.give(&event);
                }
                Step::take(length)
            }
        }
    }
}
