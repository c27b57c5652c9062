//! Sets of nftables: addresses and networks, and ends of connections with port and protocol.
//!
//! A script for `nft -f`. A full set empties the sets and fills them, in one transaction; a change adds and deletes
//! elements. To delete what is not there is an error that would undo the whole script, so every element is added before
//! it is deleted. Addresses and networks have sets of their own: to delete an address from a set in which a network
//! around it was merged would cut a hole into the network. No chain is written: what to do with the sets is the firewall's own rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::IpAddr;

use stix::observable::Observable;

use super::export::{Entry, Outcome, Step, Writer};
use super::options::{Mode, Options};
use super::plain;
use super::selector::{Flow, Selector, Transport};
use super::target::Target;

const FILE: &str = "commonwatch.nft";

/// Name, type and whether it holds ranges.
const SETS: [(&str, &str, bool); 6] = [
    ("addresses4", "ipv4_addr", false),
    ("addresses6", "ipv6_addr", false),
    ("networks4", "ipv4_addr", true),
    ("networks6", "ipv6_addr", true),
    ("services4", "ipv4_addr . inet_proto . inet_service", false),
    ("services6", "ipv6_addr . inet_proto . inet_service", false),
];

/// Elements in one command of a full set: one by one, a large script loads slowly.
const BATCH: usize = 200;

pub(super) struct Nftables<'a> {
    options: &'a Options<'a>,
    table: String,
    /// Elements of a full set that wait for more of their set.
    waiting: BTreeMap<&'static str, Vec<String>>,
}

impl<'a> Nftables<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        let named: String = options
            .source
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(24)
            .collect();
        let table = if named == "commonwatch" {
            named
        } else {
            format!("commonwatch_{named}")
        };
        Self {
            options,
            table,
            waiting: BTreeMap::new(),
        }
    }
}

impl Writer for Nftables<'_> {
    fn each_value_once(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        let table = &self.table;
        let mut text = format!(
            "# {} {}\nadd table inet {table}\n",
            plain::note(&self.options.source, 60),
            self.options.now
        );
        for (name, kind, ranges) in SETS {
            let flags = if ranges { " flags interval; auto-merge;" } else { "" };
            let _ = writeln!(text, "add set inet {table} {name} {{ type {kind};{flags} }}");
        }
        if self.options.mode == Mode::Full {
            for (name, _, _) in SETS {
                let _ = writeln!(text, "flush set inet {table} {name}");
            }
        }
        out.write(FILE, text.as_bytes())
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let elements = match selector {
            Selector::Value(value) if plain::is_address(value.kind) => address(value),
            Selector::Flow(flow) => match selector.only_end().map_or_else(|| service(flow), address) {
                Err(Outcome::NotForFormat) => return Ok(Outcome::NotForFormat),
                other => other,
            },
            _ => return Ok(Outcome::NotForFormat),
        };
        let elements = match elements {
            Ok(elements) => elements,
            Err(outcome) => return Ok(outcome),
        };
        if entry.step == Step::Present {
            for (set, element) in elements {
                let waiting = self.waiting.entry(set).or_default();
                waiting.push(element);
                if waiting.len() >= BATCH {
                    let command = add(&self.table, set, waiting);
                    waiting.clear();
                    out.write(FILE, command.as_bytes())?;
                }
            }
            return Ok(Outcome::Written);
        }
        let mut text = String::new();
        for (set, element) in elements {
            text.push_str(&add(&self.table, set, std::slice::from_ref(&element)));
            if entry.step == Step::Removed {
                let _ = writeln!(text, "delete element inet {} {set} {{ {element} }}", self.table);
            }
        }
        out.write(FILE, text.as_bytes())?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, out: &mut dyn Target) -> io::Result<()> {
        for (set, waiting) in std::mem::take(&mut self.waiting) {
            if !waiting.is_empty() {
                out.write(FILE, add(&self.table, set, &waiting).as_bytes())?;
            }
        }
        Ok(())
    }
}

fn add(table: &str, set: &str, elements: &[String]) -> String {
    format!("add element inet {table} {set} {{ {} }}\n", elements.join(", "))
}

type Elements = Result<Vec<(&'static str, String)>, Outcome>;

fn address(value: &Observable) -> Elements {
    if !plain::is_address(value.kind) {
        return Err(Outcome::NotForFormat);
    }
    let network = plain::narrow_network(value)?;
    let shown = plain::shown(network);
    let set = match (network.0.is_ipv4(), shown.contains('/')) {
        (true, false) => "addresses4",
        (false, false) => "addresses6",
        (true, true) => "networks4",
        (false, true) => "networks6",
    };
    Ok(vec![(set, shown)])
}

/// A destination with its port; without a protocol both that have ports are meant.
fn service(flow: &Flow) -> Elements {
    let cannot = |why: &str| Err(Outcome::NotExpressible(why.to_owned()));
    let (Some(end), Some(port), None, None) =
        (&flow.destination, flow.destination_port, &flow.source, flow.source_port)
    else {
        return cannot("the sets hold destinations with a port only");
    };
    if !plain::is_address(end.kind) {
        return cannot("a firewall does not know names");
    }
    let (address, prefix) = plain::narrow_network(end)?;
    let (set, single) = match address {
        IpAddr::V4(_) => ("services4", 32),
        IpAddr::V6(_) => ("services6", 128),
    };
    if prefix != single {
        return cannot("the sets hold single addresses with a port, no networks");
    }
    let transports = match flow.transport {
        Some(transport) => vec![transport],
        None => vec![Transport::Tcp, Transport::Udp],
    };
    let element = |transport: Transport| (set, format!("{address} . {} . {port}", transport.as_str()));
    Ok(transports.into_iter().map(element).collect())
}
