//! Plain lists: one indicator on each line, comments, hosts files, defanged values, kinds mixed.

use std::io::Read;
use std::net::IpAddr;

use stix::observable::{self, Kind, Observable};
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
        let hosts = value[first.len()..].trim();
        let is_local = || {
            first
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_unspecified() || address.is_loopback())
        };
        Some(Self {
            value,
            comment,
            hosts: (!hosts.is_empty() && is_local()).then_some(hosts),
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
    let bytes = line.as_bytes();
    let is_mark = |at: usize| matches!(bytes.get(at), Some(b'#' | b';')) || bytes[at..].starts_with(b"//");
    let spaces = memchr::memchr2_iter(b' ', b'\t', bytes);
    match spaces.map(|space| space + 1).find(|at| is_mark(*at)) {
        None => (line, None),
        Some(at) => (
            line[..at].trim_end(),
            Some(line[at..].trim_start_matches(['#', '/', ';']).trim()),
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
        let place = Place::line(number, 1);
        let mut outcome = Ok(());
        let read = values_of(&text, &mut before_first, &mut |observable, words| {
            let entry = Entry {
                description: words.map(str::to_owned),
                ..Entry::default()
            };
            if outcome.is_ok() {
                outcome = hand_on(&observable, &entry, place.clone(), options, sink);
            }
        });
        outcome?;
        for problem in read.err().into_iter().flatten() {
            sink.problem(Problem {
                place: place.clone(),
                ..problem
            });
        }
    }
    Ok(())
}

/// The values of one line of a list with the words that describe them, without making objects of them: for whoever
/// looks for the values alone. `before_first` is true until the first line that says something, which may be a heading.
///
/// # Errors
/// What is no indicator; the values beside it were given.
pub fn values_of<'t>(
    text: &'t str,
    before_first: &mut bool,
    give: &mut dyn FnMut(Observable, Option<&'t str>),
) -> Result<(), Vec<Problem>> {
    let Some(line) = Line::read(text) else { return Ok(()) };
    let heading = *before_first && HEADINGS.contains(&line.value.to_ascii_lowercase().trim_matches('"'));
    *before_first = false;
    if heading {
        return Ok(());
    }
    if let Some(names) = line.hosts {
        let mut problems = Vec::new();
        for name in names.split_whitespace().filter(|name| !is_own_name(name)) {
            match observable::normalise(Kind::Domain, &observable::refang(name)) {
                Ok(domain) => give(domain, line.comment),
                Err(error) => problems.push(Problem::error("not-an-indicator", Place::default(), error.to_string())),
            }
        }
        return if problems.is_empty() { Ok(()) } else { Err(problems) };
    }
    if let Some(found) = observable_of(line.value) {
        give(found, line.comment);
        return Ok(());
    }
    // A value followed by words: the words describe it.
    if let Some((value, words)) = line.value.split_once([' ', '\t', ','])
        && let Some(found) = observable_of(value)
    {
        let words = words.trim_matches([' ', '\t', ',', '-', '"']);
        give(found, line.comment.or((!words.is_empty()).then_some(words)));
        return Ok(());
    }
    let shown: String = line.value.chars().take(80).collect();
    let message = format!(
        "'{shown}' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like"
    );
    Err(vec![
        Problem::error("not-an-indicator", Place::default(), message)
            .help("put a # in front of the line if it is a comment"),
    ])
}
