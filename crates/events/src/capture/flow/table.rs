//! All flows at one time: found by their ends, ended by age, and by force where there are too many.

use std::collections::HashMap;

use stix::Timestamp;

use super::{Age, Flow, Key, NONE, Segment};
use crate::capture::application::quic::Quic;
use crate::capture::tell::{Ends, Packet, Tell};

/// Bytes held for all flows together.
const HELD: usize = 256 << 20;

/// All flows that are not over.
pub(in crate::capture) struct Flows {
    by_key: HashMap<Key, u32>,
    all: Vec<Option<Flow>>,
    free: Vec<u32>,
    /// The longest and the shortest silent of each age.
    lists: [(u32, u32); 3],
    held: usize,
}

impl Default for Flows {
    fn default() -> Self {
        Self {
            by_key: HashMap::new(),
            all: Vec::new(),
            free: Vec::new(),
            lists: [(NONE, NONE); 3],
            held: 0,
        }
    }
}

impl Flows {
    /// Adds a packet to its flow and reads what it brings.
    pub fn add(&mut self, segment: &Segment<'_>, packet: Packet, tell: &mut Tell<'_>) {
        self.expire(packet.time, tell);
        let key = Key::of(&segment.ends);
        let opening = segment.tcp.is_some_and(|tcp| tcp.syn && tcp.acknowledged.is_none());
        let mut at = self.by_key.get(&key).copied();
        if let Some(old) = at
            && opening
            && self.flow(old).is_some_and(|flow| flow.is_before(segment))
        {
            self.end(old, tell);
            at = None;
        }
        let at = match at {
            Some(at) => at,
            None => self.open(key, segment, packet, tell),
        };
        let Some(flow) = self.all.get_mut(at as usize).and_then(Option::as_mut) else {
            return;
        };
        flow.add(segment, packet, tell);
        let held = flow.held();
        self.held = self.held + held - flow.held;
        flow.held = held;
        let age = flow.age();
        self.unlink(at);
        if let Some(flow) = self.flow_mut(at) {
            flow.age = age;
        }
        self.link(at);
        while self.held > HELD {
            tell.given_way += 1;
            if !self.give_way(tell) {
                break;
            }
        }
    }

    /// Names the service of the flow of these ends, where a datagram showed it.
    pub fn name_service(&mut self, ends: &Ends, service: &'static str) {
        if let Some(at) = self.by_key.get(&Key::of(ends)).copied()
            && let Some(flow) = self.flow_mut(at)
        {
            flow.service = Some(service);
        }
    }

    /// What was heard of QUIC between these ends.
    pub fn quic(&mut self, ends: &Ends) -> Option<&mut Quic> {
        let at = self.by_key.get(&Key::of(ends)).copied()?;
        Some(self.flow_mut(at)?.quic.get_or_insert_default())
    }

    /// The ends of the flow, client first.
    pub fn ends(&self, ends: &Ends) -> Option<Ends> {
        let at = self.by_key.get(&Key::of(ends))?;
        self.flow(*at).map(|flow| flow.ends)
    }

    /// Ends all that are left, in the order in which they began.
    pub fn finish(&mut self, tell: &mut Tell<'_>) {
        let mut left: Vec<(u64, u32)> = (0..)
            .zip(&self.all)
            .filter_map(|(at, flow)| flow.as_ref().map(|flow| (flow.first.number, at)))
            .collect();
        left.sort_unstable();
        for (_, at) in left {
            self.end(at, tell);
        }
    }

    fn flow(&self, at: u32) -> Option<&Flow> {
        self.all.get(at as usize)?.as_ref()
    }

    fn flow_mut(&mut self, at: u32) -> Option<&mut Flow> {
        self.all.get_mut(at as usize)?.as_mut()
    }

    fn open(&mut self, key: Key, segment: &Segment<'_>, packet: Packet, tell: &mut Tell<'_>) -> u32 {
        while self.by_key.len() >= tell.limits.streams.max(1) {
            tell.given_way += 1;
            if !self.give_way(tell) {
                break;
            }
        }
        let flow = Flow::new(key, segment, packet);
        let at = match self.free.pop() {
            Some(at) => {
                self.all[at as usize] = Some(flow);
                at
            }
            None => {
                self.all.push(Some(flow));
                u32::try_from(self.all.len() - 1).unwrap_or(NONE)
            }
        };
        self.by_key.insert(key, at);
        self.link(at);
        at
    }

    /// Ends the flow that was silent longest, a closed one first.
    fn give_way(&mut self, tell: &mut Tell<'_>) -> bool {
        let oldest = Age::ALL.map(|age| self.lists[age as usize].0);
        let Some(at) = oldest
            .into_iter()
            .filter(|at| *at != NONE)
            .min_by_key(|at| self.flow(*at).map(|flow| (flow.age != Age::Closed, flow.last)))
        else {
            return false;
        };
        self.end(at, tell);
        true
    }

    /// Ends what was silent too long.
    fn expire(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        for age in Age::ALL {
            loop {
                let at = self.lists[age as usize].0;
                match self.flow(at) {
                    Some(flow) if now.micros().saturating_sub(flow.last.micros()) > age.idle() => self.end(at, tell),
                    _ => break,
                }
            }
        }
    }

    fn end(&mut self, at: u32, tell: &mut Tell<'_>) {
        self.unlink(at);
        let Some(mut flow) = self.all.get_mut(at as usize).and_then(Option::take) else {
            return;
        };
        self.by_key.remove(&flow.key);
        self.free.push(at);
        self.held -= flow.held;
        flow.end(tell);
    }

    /// Puts a flow last in the list of its age.
    fn link(&mut self, at: u32) {
        let Some(age) = self.flow(at).map(|flow| flow.age) else {
            return;
        };
        let last = self.lists[age as usize].1;
        if let Some(flow) = self.flow_mut(at) {
            (flow.before, flow.after) = (last, NONE);
        }
        match self.flow_mut(last) {
            Some(flow) => flow.after = at,
            None => self.lists[age as usize].0 = at,
        }
        self.lists[age as usize].1 = at;
    }

    fn unlink(&mut self, at: u32) {
        let Some((age, before, after)) = self.flow(at).map(|flow| (flow.age, flow.before, flow.after)) else {
            return;
        };
        match self.flow_mut(before) {
            Some(flow) => flow.after = after,
            None => self.lists[age as usize].0 = after,
        }
        match self.flow_mut(after) {
            Some(flow) => flow.before = before,
            None => self.lists[age as usize].1 = before,
        }
    }
}
