//! Why a value is looked for, or why it is not.

use serde::Serialize;
use stix::observable::{Kind, Observable};

use super::record::LEFT_OUT;
use super::{EntryNumber, Reason, Watchlist};
use crate::hit::{Context, Relation};

/// Entries that an answer names at the most.
const MOST: usize = 100;

/// What the watchlist has on a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The value as it was understood.
    pub value: String,
    /// What kind of value that is.
    pub kind: Kind,
    /// Whether an event with this value would be a hit.
    pub is_looked_for: bool,
    /// The entries it would meet, and those it would meet if they had not been left out. At most a hundred.
    pub entries: Vec<Entry>,
}

/// One entry that a value meets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The value of the entry.
    pub value: String,
    /// How the value asked for relates to it.
    pub relation: Relation,
    /// Why it is not looked for; none where it is.
    pub left_out: Option<Reason>,
    /// The indicator.
    pub indicator: Context,
}

impl Watchlist {
    /// Says whether a normalised value is looked for, by which entries, and which were left out for what reason.
    pub fn explain(&self, observable: &Observable) -> Explanation {
        let mut found = Vec::new();
        self.find(observable, 0, &mut found);
        let mut above = Vec::new();
        if observable.kind == Kind::Domain {
            self.find_above(&observable.value, &mut above);
        }
        if observable.kind == Kind::Url {
            let bare = super::compare::bare_url(&observable.value);
            for beginning in super::url_beginnings(&bare) {
                self.find_compared(Kind::Url, beginning, super::LEFT_OUT, &mut above);
            }
        }
        let entries: Vec<Entry> = found
            .into_iter()
            .chain(above)
            .take(MOST)
            .filter_map(|entry| self.explained(entry, observable))
            .collect();
        Explanation {
            value: observable.value.clone(),
            kind: observable.kind,
            is_looked_for: entries.iter().any(|entry| entry.left_out.is_none()),
            entries,
        }
    }

    fn explained(&self, entry: EntryNumber, asked: &Observable) -> Option<Entry> {
        let record = self.record(entry);
        if record.flags & super::record::PART_OF_PATTERN != 0 {
            return None;
        }
        let named = self.observable_of(entry)?;
        let reason = self.meta.reasons.get(usize::from(record.reason));
        Some(Entry {
            relation: relation(asked, &named),
            left_out: reason.filter(|_| record.flags & LEFT_OUT != 0).cloned(),
            indicator: self.context_of(entry),
            value: named.value,
        })
    }
}

/// How a value relates to what an entry names.
pub(crate) fn relation(value: &Observable, named: &Observable) -> Relation {
    match (value.kind, named.kind) {
        (Kind::Ipv4 | Kind::Ipv6, Kind::Ipv4Network | Kind::Ipv6Network) => Relation::Within,
        (Kind::Domain, Kind::Domain) if value.value != named.value => Relation::Below,
        (Kind::Url, Kind::Url) if super::compare::bare_url(&value.value) != super::compare::bare_url(&named.value) => {
            Relation::BeginsWith
        }
        _ => Relation::Same,
    }
}
