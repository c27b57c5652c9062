//! A slow way to match that shares nothing with the fast one but the readers and the normal form of a value: every value of
//! every event is compared by its role, texts are cut into pieces and each piece is compared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use events::{Event, Field, Role};
use matching::Watchlist;
use matching::hit::Context;
use matching::watchlist::{Builder, Options};
use stix::Timestamp;
use stix::observable::{Kind, Observable, normalise};

/// Roles of which values are looked for.
const ROLES: [Role; 10] = [
    Role::Source,
    Role::Destination,
    Role::Address,
    Role::Host,
    Role::FileHash,
    Role::Imphash,
    Role::Ja3,
    Role::Ja3s,
    Role::Hassh,
    Role::CertificateHash,
];

/// Kinds of hash that stand for themselves wherever they are in a text.
const IN_TEXT: [Kind; 10] = [
    Kind::Md5,
    Kind::Sha1,
    Kind::Sha256,
    Kind::Imphash,
    Kind::Ja3,
    Kind::Ja3s,
    Kind::Hassh,
    Kind::CertificateMd5,
    Kind::CertificateSha1,
    Kind::CertificateSha256,
];

/// Picks values out of events, of each role every so many.
pub struct Collector {
    step: usize,
    seen: HashMap<Role, usize>,
    values: BTreeMap<String, Observable>,
}

impl Collector {
    pub fn new(step: usize) -> Self {
        Self {
            step,
            seen: HashMap::new(),
            values: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, event: &Event<'_>) {
        for field in &event.fields {
            if !ROLES.contains(&field.role) {
                continue;
            }
            let seen = self.seen.entry(field.role).or_default();
            if seen.is_multiple_of(self.step)
                && let Some(observable) = observables(field).next()
            {
                let key = format!("{} {}", observable.kind.as_str(), observable.value);
                self.values.insert(key, observable);
            }
            *seen += 1;
        }
    }

    pub fn says(&self) -> String {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for observable in self.values.values() {
            *kinds.entry(observable.kind.as_str()).or_default() += 1;
        }
        format!("looked for: {kinds:?} of {:?}", self.seen)
    }

    /// What was picked, as a watchlist and for the slow way.
    pub fn done(self) -> (Watchlist, Naive) {
        let mut builder = Builder::new(Options::at(Timestamp::from_micros(0)));
        let mut naive = Naive::default();
        for (number, (_, observable)) in self.values.into_iter().enumerate() {
            let indicator = builder.indicator(&Context {
                id: format!("indicator--00000000-0000-4000-8000-{number:012x}"),
                ..Context::default()
            });
            builder.value(indicator, &observable);
            match observable.kind {
                Kind::Ipv4 | Kind::Ipv6 => drop(naive.addresses.insert(observable.value.parse().unwrap())),
                Kind::Domain => drop(naive.names.insert(observable.value)),
                kind => drop(naive.hashes.insert((kind, observable.value))),
            }
        }
        let (watchlist, problems) = builder.build();
        assert_eq!(problems, []);
        (watchlist, naive)
    }
}

/// What a value can be, by its role: an address, a name, a hash.
fn observables<'a>(field: &'a Field<'_>) -> impl Iterator<Item = Observable> + 'a {
    let kinds = field.role.kinds().iter();
    kinds
        .filter_map(|kind| normalise(*kind, &field.value).ok())
        .filter(|observable| !matches!(observable.kind, Kind::Ipv4Network | Kind::Ipv6Network))
}

/// What is looked for, compared slowly.
#[derive(Default)]
pub struct Naive {
    addresses: HashSet<IpAddr>,
    names: HashSet<String>,
    hashes: HashSet<(Kind, String)>,
}

impl Naive {
    /// The values looked for that an event holds.
    pub fn met(&self, event: &Event<'_>) -> BTreeSet<String> {
        let mut met = BTreeSet::new();
        for field in &event.fields {
            let value = field.value.trim();
            match field.role {
                Role::Source | Role::Destination | Role::Address | Role::Host => self.host(value, &mut met),
                Role::Url => {
                    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
                    self.host(rest.split(['/', '?', '#']).next().unwrap(), &mut met);
                }
                Role::EmailAddress => {
                    for piece in value.split(|letter: char| !is_of_name(letter)) {
                        let is_host = value.contains(&format!("@{piece}")) && piece.contains('.');
                        if is_host {
                            self.host(piece, &mut met);
                        }
                    }
                }
                Role::Text | Role::CommandLine => self.text(value, &mut met),
                role if ROLES.contains(&role) => {
                    for observable in observables(field) {
                        self.hash(observable.kind, &observable.value, &mut met);
                    }
                }
                _ => {}
            }
        }
        met
    }

    /// An address or a name, perhaps with a port.
    fn host(&self, value: &str, met: &mut BTreeSet<String>) {
        let without_port = || {
            let (host, port) = value.rsplit_once(':')?;
            port.parse::<u16>().ok()?;
            Some(host.trim_matches(['[', ']']))
        };
        if let Ok(address) = value.parse() {
            self.address(address, met);
        } else if let Some(address) = without_port().and_then(|host| host.parse().ok()) {
            self.address(address, met);
        } else {
            self.name(without_port().unwrap_or(value), met);
        }
    }

    fn address(&self, address: IpAddr, met: &mut BTreeSet<String>) {
        let address = address.to_canonical();
        if self.addresses.contains(&address) {
            met.insert(address.to_string());
        }
    }

    /// The name itself, and the names above it; what is registered under a public suffix is not the suffix's.
    fn name(&self, name: &str, met: &mut BTreeSet<String>) {
        let Ok(Observable { value: name, .. }) = normalise(Kind::Domain, name) else {
            return;
        };
        let mut rest = name.as_str();
        loop {
            let is_suffix = !rest.contains('.')
                || psl::suffix(rest.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == rest);
            if self.names.contains(rest) && (rest == name || !is_suffix) {
                met.insert(rest.to_owned());
            }
            let Some((_, above)) = rest.split_once('.') else { return };
            rest = above;
        }
    }

    fn hash(&self, kind: Kind, value: &str, met: &mut BTreeSet<String>) {
        if self.hashes.contains(&(kind, value.to_owned())) {
            met.insert(value.to_owned());
        }
    }

    fn text(&self, text: &str, met: &mut BTreeSet<String>) {
        for piece in text.split(|letter: char| !is_of_name(letter)) {
            let piece = piece.trim_matches(['.', '-', '_']);
            match piece.parse::<IpAddr>() {
                Ok(address) => self.address(address, met),
                Err(_) if piece.contains('.') => self.name(piece, met),
                Err(_) => {
                    let piece = piece.to_ascii_lowercase();
                    for kind in IN_TEXT {
                        self.hash(kind, &piece, met);
                    }
                }
            }
        }
        for piece in text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != ':') {
            for form in [piece, piece.trim_end_matches(':')] {
                if let Ok(address) = form.parse() {
                    self.address(address, met);
                }
            }
        }
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_') || !letter.is_ascii()
}
