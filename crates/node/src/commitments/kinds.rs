//! The kinds of commitments: each a row of a table. Who adds one writes a row, and nothing else.

use super::escalation::Escalation;
use crate::error::Error;

/// What a commitment of a kind is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An object that both members can read, by its STIX identifier.
    Item,
    /// Something else in this node, by its UUID.
    Record,
}

/// Who can be asked for it by people. What only a rule makes, the module of that rule makes
/// ([`crate::Node::commitments_by_rule`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Whoever reads the item.
    Readers,
    /// The member that contributed the item under its name.
    Contributor,
    /// Nobody.
    Nobody,
}

/// What has to be shown when it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing; something may be said.
    Free,
    /// Something in words: what was done, where it can be seen.
    Needed,
}

/// One kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name, as stored and written.
    pub name: &'static str,
    /// What is to be done, as in "to …".
    pub what: &'static str,
    /// What it is about.
    pub about: About,
    /// Who can be asked for it.
    pub asked: Asked,
    /// What has to be shown.
    pub evidence: Evidence,
    /// What keeps it, where that is not to say so: what is to be done instead.
    pub kept_by: Option<&'static str>,
    /// The clock where nothing is said.
    pub clock: &'static str,
    /// Who is told when, where nothing is said: pairs of when and whom.
    pub escalation: &'static [(&'static str, &'static str)],
}

/// For what is done in days: the person at the start and a day before, then whoever is above.
const DAYS: &[(&str, &str)] = &[
    ("start", "person"),
    ("1 day before", "person"),
    ("when due", "coordinators"),
    ("2 days after", "owed-to"),
];
/// For what has weeks.
const WEEKS: &[(&str, &str)] = &[
    ("start", "person"),
    ("7 days before", "person"),
    ("1 day before", "person"),
    ("when due", "coordinators"),
    ("7 days after", "owed-to"),
];

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "acknowledge",
        what: "acknowledge an item: say that it was read",
        about: About::Item,
        asked: Asked::Readers,
        evidence: Evidence::Free,
        kept_by: None,
        clock: "2 working days",
        escalation: DAYS,
    },
    Kind {
        name: "act",
        what: "act on an item, and show what was done",
        about: About::Item,
        asked: Asked::Readers,
        evidence: Evidence::Needed,
        kept_by: None,
        clock: "10 working days",
        escalation: DAYS,
    },
    Kind {
        name: "answer-request",
        what: "answer a request for information",
        about: About::Record,
        asked: Asked::Nobody,
        evidence: Evidence::Free,
        kept_by: None,
        clock: "5 working days",
        escalation: DAYS,
    },
    Kind {
        name: "answer-sighting",
        what: "answer a question about a sighting",
        about: About::Item,
        asked: Asked::Contributor,
        evidence: Evidence::Free,
        kept_by: None,
        clock: "5 working days",
        escalation: DAYS,
    },
    Kind {
        name: "answer-report",
        what: "answer a report that came to the operators",
        about: About::Record,
        asked: Asked::Nobody,
        evidence: Evidence::Free,
        kept_by: Some("answer or close it on the page of reports: that keeps it"),
        clock: "3 working days",
        escalation: DAYS,
    },
    Kind {
        name: "renew-contact",
        what: "say that a contact still holds, or name another",
        about: About::Record,
        asked: Asked::Nobody,
        evidence: Evidence::Free,
        kept_by: Some("confirm the contact with 'commonwatch member confirm', or name another: that keeps it"),
        clock: "1 month, ending on a working day",
        escalation: WEEKS,
    },
    Kind {
        name: "answer-recall",
        what: "act on a recall, and answer it",
        about: About::Record,
        asked: Asked::Nobody,
        evidence: Evidence::Free,
        kept_by: Some("answer it with 'commonwatch recall acknowledge': that keeps it"),
        clock: "2 working days",
        escalation: DAYS,
    },
    Kind {
        name: "accept-agreement",
        what: "accept the agreement that is in force",
        about: About::Record,
        asked: Asked::Nobody,
        evidence: Evidence::Free,
        kept_by: Some("accept it with 'commonwatch member accept': that keeps it"),
        clock: "1 month, ending on a working day",
        escalation: WEEKS,
    },
    Kind {
        name: "review-marking",
        what: "look at the marking of an item again",
        about: About::Item,
        asked: Asked::Contributor,
        evidence: Evidence::Free,
        kept_by: None,
        clock: "1 month, ending on a working day",
        escalation: WEEKS,
    },
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The same, or which there are.
pub(super) fn known(name: &str) -> Result<&'static Kind, Error> {
    kind(name).ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let help = format!("there are: {}", names.join(", "));
        super::bad("bad-kind", format!("there is no kind of commitment '{shown}'"), &help)
    })
}

impl Kind {
    /// Who is told when, where nothing is said.
    pub fn usual_escalation(&self) -> Escalation {
        Escalation::of(self.escalation)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::KINDS;
    use crate::commitments::clock::Clock;

    #[test]
    fn every_row_can_be_used() {
        let names: HashSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
        for kind in KINDS {
            kind.clock.parse::<Clock>().unwrap();
            let usual = kind.usual_escalation();
            assert_eq!(usual.0.len(), kind.escalation.len(), "{}", kind.name);
            usual.check().unwrap();
        }
    }
}
