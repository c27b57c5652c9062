//! Warninglists: values that are known to be harmless, or at least known, in the format of MISP.
//!
//! A list says what it holds (`type`) and for which kinds of values it counts (`matching_attributes`):
//!
//! | type | an entry hits | for example |
//! |---|---|---|
//! | `string` | the value that equals it | `example.com` hits only `example.com` |
//! | `hostname` | the name and everything below it, in domains and in hosts of URLs and mailboxes | `example.com` hits `a.example.com` |
//! | `substring` | every value that contains it | `example` hits `myexample.net` |
//! | `cidr` | addresses and networks that lie inside it | `192.0.2.0/24` hits `192.0.2.7` |
//! | `regex` | what the expression finds | `/^abuse@/i` |
//!
//! The rules are those of MISP with one difference: letters compare without regard to case in all types but `regex`,
//! because observables are normalised and lists are not. All lists are compiled into one table for each type, so that
//! a value costs a few look-ups however many lists there are. A broken list, or a broken entry, is a [`stix::Problem`] and
//! leaves the others as they are. Each list can be switched off by its name.

mod builtin;
mod kinds;
mod networks;
mod postings;
mod read;
mod texts;

use std::borrow::Cow;
use std::net::IpAddr;

use aho_corasick::AhoCorasick;
use regex::RegexSet;
use stix::observable::{Kind, Observable};

use kinds::Kinds;
use networks::Networks;
use texts::Texts;

pub use builtin::{BuiltIn, built_in};
pub use read::WarninglistsBuilder;

/// What a hit on a list means (MISP's `category`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// The value is likely a false positive.
    #[default]
    FalsePositive,
    /// The value is known: worth saying, no reason to leave it out.
    Known,
}

/// How the entries of a list compare with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ListType {
    /// The whole value.
    String,
    /// A name and what is below it.
    Hostname,
    /// A part of the value.
    Substring,
    /// An address range.
    Cidr,
    /// A regular expression.
    Regex,
}

/// One list without its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name; lists are switched by it.
    pub name: String,
    /// What it holds, for people.
    pub description: String,
    /// Its version; lists of MISP count up or use the date.
    pub version: u64,
    /// What a hit means.
    pub category: Category,
    /// How entries compare.
    pub list_type: ListType,
    /// How many entries are in use.
    pub entries: usize,
    /// Whether it counts.
    pub enabled: bool,
    kinds: Kinds,
}

/// A value is on a list.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// The list.
    pub list: &'a List,
    /// The entry that was met.
    pub entry: Cow<'a, str>,
}

impl Hit<'_> {
    /// Whether the hit speaks for leaving the value out.
    pub fn is_false_positive(&self) -> bool {
        self.list.category == Category::FalsePositive
    }
}

/// All lists, compiled: made by [`WarninglistsBuilder`], changed only by switching lists.
#[derive(Debug, Default)]
pub struct Warninglists {
    lists: Vec<List>,
    exact: Texts,
    names: Texts,
    networks: Networks,
    parts: Option<AhoCorasick>,
    /// List and text of each pattern of `parts`.
    part_of: Vec<(u16, Box<str>)>,
    part_kinds: Kinds,
    expressions: RegexSet,
    expression_kinds: Kinds,
    /// List of each pattern of `expressions`.
    expression_of: Vec<u16>,
}

impl Warninglists {
    /// Starts an empty set of lists.
    pub fn builder() -> WarninglistsBuilder {
        WarninglistsBuilder::default()
    }

    /// The lists in the order in which they were added.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// Switches all lists of a name; says whether there is one.
    pub fn switch(&mut self, name: &str, enabled: bool) -> bool {
        let mut found = false;
        for list in self.lists.iter_mut().filter(|list| list.name == name) {
            list.enabled = enabled;
            found = true;
        }
        found
    }

    /// The lists that a value is on, each at most once, in the order of the lists.
    pub fn hits<'a>(&'a self, observable: &Observable) -> impl Iterator<Item = Hit<'a>> + use<'a> {
        let mut found: Vec<(u16, Entry<'a>)> = Vec::new();
        let value = folded(&observable.value);
        self.exact
            .find(&value, &mut |list, entry| found.push((list, Entry::Text(entry))));
        let host = host_of(observable.kind, &value);
        if let Some(host) = host {
            let mut name = host;
            loop {
                self.names
                    .find(name, &mut |list, entry| found.push((list, Entry::Text(entry))));
                let Some((_, parent)) = name.split_once('.') else { break };
                name = parent;
            }
        }
        if let Some((address, prefix)) = network_of(observable.kind, &value, host) {
            self.networks.find(address, prefix, &mut |list, first, length| {
                found.push((list, Entry::Network(first, length)))
            });
        }
        if let Some(parts) = self
            .parts
            .as_ref()
            .filter(|_| self.part_kinds.contains(observable.kind))
        {
            for part in parts.find_overlapping_iter(value.as_ref()) {
                if let Some((list, text)) = self.part_of.get(part.pattern().as_usize()) {
                    found.push((*list, Entry::Text(text)));
                }
            }
        }
        if self.expression_kinds.contains(observable.kind) {
            for at in &self.expressions.matches(&observable.value) {
                if let (Some(list), Some(text)) = (self.expression_of.get(at), self.expressions.patterns().get(at)) {
                    found.push((*list, Entry::Text(text)));
                }
            }
        }
        found.retain(|(list, _)| {
            self.lists
                .get(usize::from(*list))
                .is_some_and(|list| list.enabled && list.kinds.contains(observable.kind))
        });
        found.sort_by_key(|(list, _)| *list);
        found.dedup_by_key(|(list, _)| *list);
        found.into_iter().filter_map(|(list, entry)| {
            let list = self.lists.get(usize::from(list))?;
            let entry = match entry {
                Entry::Text(text) => Cow::Borrowed(text),
                Entry::Network(first, length) => Cow::Owned(format!("{first}/{length}")),
            };
            Some(Hit { list, entry })
        })
    }

    /// Whether a value is on a list that speaks for leaving it out.
    pub fn is_false_positive(&self, observable: &Observable) -> bool {
        self.hits(observable).any(|hit| hit.is_false_positive())
    }
}

/// An entry that was met, before it is known whether anybody wants to see it.
enum Entry<'a> {
    Text(&'a str),
    Network(IpAddr, u8),
}

/// Lower case where there is something to lower.
fn folded(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The name or address of the host that a normalised value is or contains.
fn host_of(kind: Kind, value: &str) -> Option<&str> {
    match kind {
        Kind::Domain => Some(value),
        Kind::EmailAddress => value.rsplit_once('@').map(|(_, host)| host),
        Kind::Url => {
            let authority = value.split_once("://")?.1.split(['/', '?', '#']).next()?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            match host.strip_prefix('[') {
                Some(bracketed) => bracketed.split_once(']').map(|(address, _)| address),
                None => host.split(':').next(),
            }
        }
        _ => None,
    }
}

/// The address or network that a value is, or that is the host of a URL.
fn network_of(kind: Kind, value: &str, host: Option<&str>) -> Option<(IpAddr, u8)> {
    match kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network => networks::parse(value),
        Kind::Url => networks::parse(host?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
