//! The exact pass: which values of an event are on the watchlist.
//!
//! | role of a value | looked up |
//! |---|---|
//! | address or name | itself, the networks that hold it, the names above it |
//! | URL | itself, then its beginnings; its host like a name |
//! | e-mail addresses | each; its host like a name |
//! | hash | as every kind of its length |
//! | path | itself, and the file name at its end |
//! | text, command line | everything in it that looks like a value, and words of what has no form of its own |
//!
//! An indicator is met once an event, by the first field that holds it.

mod observed;
mod text;

use std::net::IpAddr;

use events::{Event, Field, Role};
use stix::Timestamp;
use stix::observable::{Kind, Observable, normalise};
use stix::pattern::Observed;

use crate::hit::Relation;
use crate::watchlist::{EntryNumber, NOT_MATCHED, Watchlist, bare_url, hexadecimal_digits, relation, url_beginnings};

pub(crate) use observed::observed_data;

/// Values that one event may meet; an event that meets more is cut there.
const MOST: usize = 1_000;

/// Something on the watchlist that an event meets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    /// What is met.
    pub(crate) what: What,
    /// The number of the field among those of the event; none where it is several.
    pub(crate) field: Option<usize>,
    /// The value, where it is only a part of the field.
    pub(crate) part: Option<String>,
    /// How the value relates to what the indicator names.
    pub(crate) relation: Relation,
}

/// What of a watchlist is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A value.
    Entry(EntryNumber),
    /// A pattern that one event fulfils, by its number among those.
    Pattern(usize),
}

/// Looks an event up, and adds what it meets to `found`, each indicator once.
pub(crate) fn look(watchlist: &Watchlist, event: &Event<'_>, now: Timestamp, found: &mut Vec<Match>) {
    let before = found.len();
    let mut look = Look {
        watchlist,
        now,
        before,
        field: 0,
        found,
        entries: Vec::new(),
    };
    for (number, field) in event.fields.iter().enumerate() {
        look.field = number;
        look.field(field);
        if look.found.len() - before >= MOST {
            return;
        }
    }
    look.patterns(event);
}

struct Look<'a> {
    watchlist: &'a Watchlist,
    now: Timestamp,
    /// How many matches there were before this event.
    before: usize,
    field: usize,
    found: &'a mut Vec<Match>,
    entries: Vec<EntryNumber>,
}

impl Look<'_> {
    fn field(&mut self, field: &Field<'_>) {
        let value = field.value.as_ref();
        match field.role {
            Role::Source | Role::Destination | Role::Address => self.host(value, false),
            Role::Host => self.host(value, false),
            Role::Url => self.url(value, false),
            Role::EmailAddress => self.mailboxes(value),
            Role::Text | Role::CommandLine => self.text(value),
            Role::FilePath | Role::Process => {
                self.kinds(&[Kind::FilePath, Kind::FileName], value);
                if let Some((_, name)) = value.rsplit_once(['\\', '/']).filter(|(_, name)| !name.is_empty()) {
                    self.kinds(&[Kind::FileName], name);
                }
            }
            Role::RegistryKey => {
                self.kinds(&[Kind::RegistryKey], value);
                // The name of a value may stand at the end of its key.
                if let Some((key, _)) = value.rsplit_once('\\') {
                    self.kinds(&[Kind::RegistryKey], key);
                }
            }
            role => self.kinds(role.kinds(), value),
        }
    }

    /// Looks a value up as each of some kinds.
    fn kinds(&mut self, kinds: &[Kind], value: &str) {
        for kind in kinds {
            if hexadecimal_digits(*kind).is_some_and(|digits| digits != value.trim().len()) {
                continue;
            }
            if let Ok(observable) = normalise(*kind, value) {
                self.observable(&observable, false);
            }
        }
    }

    fn observable(&mut self, observable: &Observable, is_part: bool) {
        let mut entries = std::mem::take(&mut self.entries);
        self.watchlist.find(observable, NOT_MATCHED, &mut entries);
        if observable.kind == Kind::Domain {
            self.watchlist.find_above(&observable.value, &mut entries);
        }
        self.take(&mut entries, observable, is_part);
        self.entries = entries;
    }

    /// An address or a name, perhaps with a port.
    fn host(&mut self, value: &str, is_part: bool) {
        let value = value.trim();
        if let Some(address) = address_of(value) {
            let kind = if address.is_ipv4() { Kind::Ipv4 } else { Kind::Ipv6 };
            let observable = Observable {
                kind,
                value: address.to_string(),
            };
            return self.observable(&observable, is_part);
        }
        let name = match value.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => value,
        };
        if let Ok(observable) = normalise(Kind::Domain, name) {
            self.observable(&observable, is_part);
        }
    }

    fn url(&mut self, value: &str, is_part: bool) {
        let Ok(observable) = normalise(Kind::Url, value) else {
            return;
        };
        let bare = bare_url(&observable.value);
        let mut entries = std::mem::take(&mut self.entries);
        self.watchlist
            .find_compared(Kind::Url, &bare, NOT_MATCHED, &mut entries);
        for beginning in url_beginnings(&bare) {
            self.watchlist
                .find_compared(Kind::Url, beginning, NOT_MATCHED, &mut entries);
        }
        self.take(&mut entries, &observable, is_part);
        self.entries = entries;
        let host = bare.split(['/', '?']).next().unwrap_or_default();
        self.host(host, true);
    }

    fn mailboxes(&mut self, value: &str) {
        // A list, each perhaps with a name before it and angle brackets around it.
        let boxes = value
            .split([',', ';', ' ', '\t', '<', '>', '"', '(', ')'])
            .filter(|word| word.contains('@'));
        for mailbox in boxes {
            self.mailbox(mailbox, mailbox.len() != value.len());
        }
    }

    fn mailbox(&mut self, mailbox: &str, is_part: bool) {
        if let Ok(observable) = normalise(Kind::EmailAddress, mailbox) {
            self.observable(&observable, is_part);
            if let Some((_, host)) = observable.value.rsplit_once('@') {
                self.host(host, true);
            }
        }
    }

    fn take(&mut self, entries: &mut Vec<EntryNumber>, value: &Observable, is_part: bool) {
        for entry in entries.drain(..) {
            let indicator = self.watchlist.indicator_of(entry);
            let is_known = self.found[self.before..]
                .iter()
                .any(|known| known.what == What::Entry(entry));
            if is_known || self.watchlist.has_ended(indicator, self.now) || self.found.len() - self.before >= MOST {
                continue;
            }
            let relation = self
                .watchlist
                .observable_of(entry)
                .map_or(Relation::Same, |named| relation(value, &named));
            self.found.push(Match {
                what: What::Entry(entry),
                field: Some(self.field),
                part: is_part.then(|| value.value.clone()),
                relation,
            });
        }
    }

    fn patterns(&mut self, event: &Event<'_>) {
        let patterns = self.watchlist.single();
        if patterns.set.is_empty() {
            return;
        }
        with_observed(event, self.now, |observed| {
            for number in patterns.set.matches(std::slice::from_ref(observed)).matching {
                let has_ended = patterns
                    .get(number)
                    .is_none_or(|(indicator, _)| self.watchlist.has_ended(indicator, self.now));
                if !has_ended && self.found.len() - self.before < MOST {
                    self.found.push(Match {
                        what: What::Pattern(number),
                        field: None,
                        part: None,
                        relation: Relation::Pattern,
                    });
                }
            }
        });
    }
}

/// Gives an event in the form in which patterns are evaluated.
pub(crate) fn with_observed<T>(event: &Event<'_>, now: Timestamp, give: impl FnOnce(&Observed<'_>) -> T) -> Option<T> {
    let text = observed_data(event, now);
    let value = stix::json::parse(&text).ok()?;
    let observed = Observed::read(value.as_object()?, &stix::pattern::NoObjects).ok()?;
    Some(give(&observed))
}

/// An address, perhaps in brackets, with a port or a zone.
fn address_of(text: &str) -> Option<IpAddr> {
    let plain = |text: &str| text.parse().ok();
    let address = plain(text).or_else(|| {
        if let Some(rest) = text.strip_prefix('[') {
            return plain(rest.split_once(']')?.0);
        }
        if let Some((address, _)) = text.split_once('%') {
            return plain(address);
        }
        let (address, port) = text.rsplit_once(':')?;
        port.bytes().all(|byte| byte.is_ascii_digit()).then(|| plain(address))?
    })?;
    Some(match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        v4 => v4,
    })
}

#[cfg(test)]
mod tests;
