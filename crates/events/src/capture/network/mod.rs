//! From the first byte of a frame to the segment or datagram in it: link layers, IP, fragments, tunnels.
//!
//! Whatever is found is handed out as [`Found`], the outer before the inner; how the frame as a whole could be read is
//! its [`Outcome`].

mod ethernet;
mod fragments;
mod internet;
mod tunnels;

use std::net::IpAddr;

use fragments::Fragments;

/// Tunnels inside tunnels that are followed.
const DEPTH: u8 = 4;

/// What a frame turned out to hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// A packet of IP, whatever stands in it.
    Ip(Datagram<'a>),
    /// A frame that is no IP but whose protocol is known by its number.
    Frame {
        source: [u8; 6],
        destination: [u8; 6],
        ether_type: u16,
        payload: &'a [u8],
    },
}

/// A packet of IP without its header, put together where it came in fragments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Datagram<'a> {
    pub source: IpAddr,
    pub destination: IpAddr,
    /// Number of the protocol above IP.
    pub protocol: u8,
    pub payload: &'a [u8],
    /// The payload is a fragment, of which the beginning may be missing.
    pub fragment: bool,
    /// Bytes of the packet with its header, as its header says.
    pub length: u64,
}

/// How a frame could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Read,
    /// It is of a kind that is not read.
    Unknown(Kind),
    /// It is not what its headers say.
    Broken(&'static str),
}

/// Kinds that are not read, by the layer at which that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Link(i32),
    EtherType(u16),
    /// An 802.3 frame of LLC: spanning tree and its like.
    Llc,
}

impl Kind {
    /// In words, for the count at the end.
    pub fn name(self) -> String {
        match self {
            Self::Link(link) => format!("link type {link}"),
            Self::EtherType(ether_type) => format!("ethertype 0x{ether_type:04x}"),
            Self::Llc => "802.3 LLC".to_owned(),
        }
    }
}

/// Takes what is found in a frame, outermost first.
pub(super) type EachFound<'e> = dyn FnMut(Found<'_>) + 'e;

/// Reads frames; keeps fragments until they are whole.
#[derive(Default)]
pub(super) struct Network {
    fragments: Fragments,
}

impl Network {
    /// Reads one frame.
    pub fn frame(&mut self, link: i32, bytes: &[u8], found: &mut EachFound<'_>) -> Outcome {
        self.link(link, bytes, DEPTH, found)
    }
}
