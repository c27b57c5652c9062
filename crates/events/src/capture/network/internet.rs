//! IP of both versions: addresses, extension headers, fragments, and what is tunnelled in it.

use etherparse::{Ipv6ExtensionSlice, LaxIpSlice};

use super::fragments::{Fragment, Key};
use super::{Datagram, EachFound, Found, Network, Outcome};

impl Network {
    /// Reads a packet of IP and what is inside it.
    pub(super) fn ip(&mut self, bytes: &[u8], depth: u8, found: &mut EachFound<'_>) -> Outcome {
        let Ok((ip, stopped)) = LaxIpSlice::from_slice(bytes) else {
            return Outcome::Broken("the packet says it is IP and is not, or ends in its header");
        };
        let payload = ip.payload();
        let mut datagram = Datagram {
            source: ip.source_addr(),
            destination: ip.destination_addr(),
            protocol: payload.ip_number.0,
            payload: payload.payload,
            fragment: false,
            length: match &ip {
                LaxIpSlice::Ipv4(four) => four.header().total_len().into(),
                LaxIpSlice::Ipv6(six) => u64::from(six.header().payload_length()) + 40,
            },
        };
        if datagram.length == 0 || (datagram.length == 40 && !payload.payload.is_empty()) {
            // Segmentation in the network card leaves the length out.
            datagram.length = bytes.len() as u64;
        }
        if stopped.is_some() {
            found(Found::Ip(Datagram {
                payload: &[],
                fragment: true,
                ..datagram
            }));
            return Outcome::Broken("an extension header of the packet is broken or cut off");
        }
        if !payload.fragmented {
            return self.datagram(datagram, depth, found);
        }
        let Some(fragment) = fragment_of(&ip) else {
            return self.datagram(datagram, depth, found);
        };
        let key = Key {
            source: datagram.source,
            destination: datagram.destination,
            protocol: datagram.protocol,
            identification: fragment.0,
        };
        match self.fragments.add(key, fragment.1, payload.payload) {
            Ok(Some(whole)) => {
                let length = datagram.length;
                self.datagram(
                    Datagram {
                        payload: &whole,
                        length,
                        ..datagram
                    },
                    depth,
                    found,
                )
            }
            Ok(None) => {
                found(Found::Ip(Datagram {
                    fragment: true,
                    ..datagram
                }));
                Outcome::Read
            }
            Err(why) => {
                found(Found::Ip(Datagram {
                    fragment: true,
                    ..datagram
                }));
                Outcome::Broken(why)
            }
        }
    }

    /// Hands a datagram out, and what is tunnelled in it.
    fn datagram(&mut self, datagram: Datagram<'_>, depth: u8, found: &mut EachFound<'_>) -> Outcome {
        found(Found::Ip(datagram));
        if depth == 0 {
            return Outcome::Read;
        }
        self.tunnel(datagram.protocol, datagram.payload, depth - 1, found);
        Outcome::Read
    }
}

/// The identification of a packet in fragments, and which part of it this is.
fn fragment_of(ip: &LaxIpSlice<'_>) -> Option<(u32, Fragment)> {
    match ip {
        LaxIpSlice::Ipv4(four) => {
            let header = four.header();
            let fragment = Fragment {
                offset: header.fragments_offset(),
                more: header.more_fragments(),
            };
            Some((header.identification().into(), fragment))
        }
        LaxIpSlice::Ipv6(six) => six
            .extensions()
            .clone()
            .into_iter()
            .find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(header) => Some((
                    header.identification(),
                    Fragment {
                        offset: header.fragment_offset(),
                        more: header.more_fragments(),
                    },
                )),
                _ => None,
            }),
    }
}
