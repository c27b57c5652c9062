//! NetFlow 5 and 9 and IPFIX (RFC 3954, 7011): what routers count, one datagram at a time.
//!
//! Templates are kept for each exporter, so many and no more. Written by hand: of the hundreds of elements some thirty
//! say anything about who spoke with whom, and a library that decodes all of them weighs more than this crate.

mod record;
mod templates;

use std::net::SocketAddr;

use stix::{Place, Problem, Timestamp};

use self::record::Clock;
use self::templates::{Field, Template, Templates, Which};
use super::bytes::Bytes;
use crate::{Event, Limits};

/// Bytes of a record of NetFlow 5.
const V5_RECORD: usize = 48;

/// Takes the flows of a datagram.
pub type EachFlow<'e> = dyn FnMut(&Event<'_>) + 'e;

/// Reads datagrams of any number of exporters.
#[derive(Debug)]
pub struct Collector {
    templates: Templates,
    without_template: u64,
}

impl Collector {
    /// Starts without any templates.
    pub fn new(limits: &Limits) -> Self {
        Self {
            templates: Templates::new(limits.streams),
            without_template: 0,
        }
    }

    /// Sets of flows that could not be read because their template has not come yet.
    pub const fn without_template(&self) -> u64 {
        self.without_template
    }

    /// Reads one datagram and hands out its flows; gives their number. Flows that stand before something broken are
    /// handed out nevertheless.
    pub fn datagram(&mut self, from: SocketAddr, bytes: &[u8], each: &mut EachFlow<'_>) -> Result<u64, Problem> {
        let mut rest = Bytes(bytes);
        let result = match rest.u16() {
            Some(5) => version_5(from, rest, each),
            Some(9) => self.version_9(from, rest, each),
            Some(10) => self.ipfix(from, rest, each),
            Some(version) => Err(format!("the datagram is of version {version}, which is not read")),
            None => Err("the datagram is empty".to_owned()),
        };
        result.map_err(|why| {
            Problem::error("flow-export-broken", Place::path(from.ip().to_string()), why)
                .help("NetFlow 5 and 9 and IPFIX are read")
        })
    }

    fn version_9(&mut self, from: SocketAddr, mut rest: Bytes<'_>, each: &mut EachFlow<'_>) -> Result<u64, String> {
        let mut header = || Some((rest.u16()?, rest.u32()?, rest.u32()?, rest.u32()?, rest.u32()?));
        let (_, uptime, seconds, _, domain) = header().ok_or_else(short)?;
        let clock = Clock::new(seconds, Some(uptime));
        self.sets(from, domain, rest, &clock, [0, 1], each)
    }

    fn ipfix(&mut self, from: SocketAddr, mut rest: Bytes<'_>, each: &mut EachFlow<'_>) -> Result<u64, String> {
        let mut header = || Some((rest.u16()?, rest.u32()?, rest.u32()?, rest.u32()?));
        let (length, seconds, _, domain) = header().ok_or_else(short)?;
        let inner = rest
            .take(usize::from(length).saturating_sub(16))
            .ok_or_else(|| format!("the message says it has {length} bytes and has fewer"))?;
        self.sets(from, domain, Bytes(inner), &Clock::new(seconds, None), [2, 3], each)
    }

    /// Reads the sets of a datagram; `ids` are those of templates and of templates for options.
    fn sets(
        &mut self,
        from: SocketAddr,
        domain: u32,
        mut rest: Bytes<'_>,
        clock: &Clock,
        ids: [u16; 2],
        each: &mut EachFlow<'_>,
    ) -> Result<u64, String> {
        let mut count = 0;
        let ipfix = ids[0] == 2;
        while rest.0.len() >= 4 {
            let (id, length) = (rest.u16().unwrap_or(0), rest.u16().unwrap_or(0));
            let content = usize::from(length)
                .checked_sub(4)
                .and_then(|length| rest.take(length))
                .ok_or_else(|| format!("set {id} says it has {length} bytes, which does not fit"))?;
            let which = |template| Which {
                exporter: from.ip(),
                domain,
                template,
            };
            if id == ids[0] {
                learn(&mut self.templates, content, ipfix, which)?;
            } else if id == ids[1] {
                learn_options(&mut self.templates, content, ipfix, which);
            } else if id >= 256 {
                match self.templates.get(&which(id)) {
                    Some(template) if template.options => {}
                    Some(template) => count += records(from, template, content, clock, each),
                    None => self.without_template += 1,
                }
            }
        }
        Ok(count)
    }
}

fn short() -> String {
    "the datagram ends in its header".to_owned()
}

/// Learns the templates of a set.
fn learn(templates: &mut Templates, content: &[u8], ipfix: bool, which: impl Fn(u16) -> Which) -> Result<(), String> {
    let mut rest = Bytes(content);
    while rest.0.len() >= 4 {
        let (id, count) = (rest.u16().unwrap_or(0), rest.u16().unwrap_or(0));
        if id < 256 {
            // Padding, or the withdrawal of all.
            return Ok(());
        }
        let fields = fields(&mut rest, count.into(), ipfix)
            .ok_or_else(|| format!("template {id} says it has {count} fields, which does not fit"))?;
        templates.put(which(id), Template { fields, options: false });
    }
    Ok(())
}

/// Notes which templates are of options, whose records are no flows.
fn learn_options(templates: &mut Templates, content: &[u8], ipfix: bool, which: impl Fn(u16) -> Which) {
    let mut rest = Bytes(content);
    while rest.0.len() >= 6 {
        let (Some(id), Some(first), Some(second)) = (rest.u16(), rest.u16(), rest.u16()) else {
            return;
        };
        if id < 256 {
            return;
        }
        // IPFIX counts fields, NetFlow 9 bytes.
        let known = if ipfix {
            fields(&mut rest, first.into(), true).is_some()
        } else {
            rest.take(usize::from(first) + usize::from(second)).is_some()
        };
        templates.put(
            which(id),
            Template {
                fields: Vec::new(),
                options: true,
            },
        );
        if !known {
            return;
        }
    }
}

fn fields(rest: &mut Bytes<'_>, count: usize, ipfix: bool) -> Option<Vec<Field>> {
    // A field takes at least four bytes, so that a count cannot ask for more memory than it brought.
    if count * 4 > rest.0.len() {
        return None;
    }
    let mut fields = Vec::with_capacity(count);
    for _ in 0..count {
        let (element, length) = (rest.u16()?, rest.u16()?);
        let enterprise = ipfix && element & 0x8000 != 0;
        if enterprise {
            rest.u32()?;
        }
        fields.push(Field {
            element: (!enterprise).then_some(element),
            length,
        });
    }
    Some(fields)
}

/// Reads the records of a set; what is left at its end is padding.
fn records(from: SocketAddr, template: &Template, content: &[u8], clock: &Clock, each: &mut EachFlow<'_>) -> u64 {
    let mut rest = Bytes(content);
    let mut count = 0;
    let shortest = template.shortest();
    while shortest > 0 && rest.0.len() >= shortest {
        let mut flow = record::Flow::default();
        for field in &template.fields {
            let length = match field.length {
                u16::MAX => match rest.u8() {
                    Some(u8::MAX) => rest.u16(),
                    length => length.map(u16::from),
                },
                length => Some(length),
            };
            let Some(value) = length.and_then(|length| rest.take(length.into())) else {
                return count;
            };
            if let Some(element) = field.element {
                flow.set(element, value);
            }
        }
        if flow.is_flow() {
            count += 1;
            each(&flow.event(from, clock));
        }
    }
    count
}

fn version_5(from: SocketAddr, mut rest: Bytes<'_>, each: &mut EachFlow<'_>) -> Result<u64, String> {
    let mut header = || {
        let found = (rest.u16()?, rest.u32()?, rest.u32()?);
        rest.take(12)?;
        Some(found)
    };
    let (count, uptime, seconds) = header().ok_or_else(short)?;
    let clock = Clock::new(seconds, Some(uptime));
    for done in 0..count {
        let Some(record) = rest.take(V5_RECORD) else {
            return Err(format!("the datagram says it has {count} flows and has {done}"));
        };
        let mut flow = record::Flow::default();
        for (element, at, length) in record::VERSION_5 {
            if let Some(value) = record.get(at..at + length) {
                flow.set(element, value);
            }
        }
        each(&flow.event(from, &clock));
    }
    Ok(count.into())
}

/// The time of a datagram without one of its own flows.
const fn seconds(seconds: u32) -> Timestamp {
    Timestamp::from_seconds(seconds as i64)
}
