//! Plain lists: one indicator on each line, comments, hosts files, defanged values, kinds mixed.

use std::io::Read;
use std::net::IpAddr;

use stix::observable::{self, Kind};
use stix::{Place, Problem};

use super::{Entry, hand_on, observable_of};
use crate::lines::Lines;
use crate::{ReadOptions, Sink};

/// Words that may stand above a list as its only heading.
const HEADINGS: [&str; 16] = [
    "ip",
    "ips",
    "ip address",
    "ip_address",
    "domain",
    "domains",
    "hostname",
    "host",
    "url",
    "urls",
    "hash",
    "hashes",
    "md5",
    "sha1",
    "sha256",
    "indicator",
];

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// What should be an indicator.
    pub value: &'a str,
    /// What stands after it as a comment.
    pub comment: Option<&'a str>,
    /// The names of a line of a hosts file, after its address.
    hosts: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// Reads a line; none for blank lines and comments.
    pub fn read(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';', '!']) || line.starts_with("//") {
            return None;
        }
        let (value, comment) = split_comment(line);
        let mut words = value.split_whitespace();
        let first = words.next().unwrap_or_default();
        let is_local = first
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_unspecified() || address.is_loopback());
        let hosts = value[first.len()..].trim();
        Some(Self {
            value,
            comment,
            hosts: (is_local && !hosts.is_empty()).then_some(hosts),
        })
    }

    /// Whether it holds an indicator, at its beginning at least.
    pub fn is_indicator(&self) -> bool {
        let first = self.value.split([' ', '\t', ',']).next().unwrap_or_default();
        self.hosts.is_some() || observable_of(self.value).is_some() || observable_of(first).is_some()
    }
}

/// An inline comment starts with a mark after white space; a `#` inside a URL does not.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let found = [" #", "\t#", " ;", "\t;", " //", "\t//"]
        .iter()
        .filter_map(|mark| line.find(mark).map(|at| (at, mark.len())))
        .min();
    match found {
        None => (line, None),
        Some((at, length)) => (
            line[..at].trim_end(),
            Some(line[at + length..].trim_start_matches(['#', '/', ';']).trim()),
        ),
    }
}

/// Names in every hosts file that are about the machine itself.
fn is_own_name(name: &str) -> bool {
    const OWN: [&str; 12] = [
        "localhost",
        "localhost.localdomain",
        "local",
        "broadcasthost",
        "ip6-localhost",
        "ip6-loopback",
        "ip6-localnet",
        "ip6-mcastprefix",
        "ip6-allnodes",
        "ip6-allrouters",
        "ip6-allhosts",
        "0.0.0.0",
    ];
    OWN.contains(&name)
}

/// Reads a list. A line that is no indicator is a problem; the others are still read.
pub fn read(input: &mut dyn Read, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut lines = Lines::new(input, options.limits.item_bytes);
    let mut before_first = true;
    while let Some(line) = lines.next()? {
        let text = match line {
            Ok(text) => text.to_owned(),
            Err(problem) => {
                sink.problem(problem);
                continue;
            }
        };
        let number = lines.number;
        let Some(line) = Line::read(&text) else { continue };
        let heading = before_first && HEADINGS.contains(&line.value.to_ascii_lowercase().trim_matches('"'));
        before_first = false;
        if !heading {
            read_line(&line, Place::line(number, 1), options, sink)?;
        }
    }
    Ok(())
}

fn read_line(line: &Line<'_>, place: Place, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut entry = Entry {
        description: line.comment.map(str::to_owned),
        ..Entry::default()
    };
    if let Some(names) = line.hosts {
        for name in names.split_whitespace().filter(|name| !is_own_name(name)) {
            match observable::normalise(Kind::Domain, &observable::refang(name)) {
                Ok(domain) => hand_on(&domain, &entry, place.clone(), options, sink)?,
                Err(error) => sink.problem(Problem::error("not-an-indicator", place.clone(), error.to_string())),
            }
        }
        return Ok(());
    }
    if let Some(found) = observable_of(line.value) {
        return hand_on(&found, &entry, place, options, sink);
    }
    // A value followed by words: the words describe it.
    if let Some((value, words)) = line.value.split_once([' ', '\t', ','])
        && let Some(found) = observable_of(value)
    {
        let words = words.trim_matches([' ', '\t', ',', '-', '"']);
        if entry.description.is_none() && !words.is_empty() {
            entry.description = Some(words.to_owned());
        }
        return hand_on(&found, &entry, place, options, sink);
    }
    let shown: String = line.value.chars().take(80).collect();
    let message = format!(
        "'{shown}' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like"
    );
    sink.problem(
        Problem::error("not-an-indicator", place, message).help("put a # in front of the line if it is a comment"),
    );
    Ok(())
}
