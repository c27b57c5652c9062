//! Puts fragments of IP packets together, so many packets at a time and no more.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use etherparse::defrag::IpDefragBuf;
use etherparse::{IpFragOffset, IpNumber};

/// Packets that are put together at one time, 64 KiB each; the oldest gives way.
const PACKETS: usize = 256;

/// Which packet a fragment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    pub identification: u32,
}

/// Which part of its packet a fragment is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    pub offset: IpFragOffset,
    pub more: bool,
}

/// The packets of which fragments are missing.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: HashMap<Key, IpDefragBuf>,
    order: VecDeque<Key>,
}

impl Fragments {
    /// Adds a fragment; gives the payload of the packet when it is whole.
    pub fn add(&mut self, key: Key, fragment: Fragment, bytes: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
        if !self.waiting.contains_key(&key) {
            while self.waiting.len() >= PACKETS {
                let Some(oldest) = self.order.pop_front() else { break };
                self.waiting.remove(&oldest);
            }
            self.order.push_back(key);
            self.waiting
                .insert(key, IpDefragBuf::new(IpNumber(key.protocol), Vec::new(), Vec::new()));
        }
        let Some(packet) = self.waiting.get_mut(&key) else {
            return Ok(None);
        };
        if packet.add(fragment.offset, fragment.more, bytes).is_err() {
            return Err("the fragment does not fit to the others of its packet");
        }
        if !packet.is_complete() {
            return Ok(None);
        }
        self.order.retain(|waiting| *waiting != key);
        Ok(self.waiting.remove(&key).map(|packet| packet.take_bufs().0))
    }
}
