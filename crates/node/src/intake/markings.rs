//! What the markings of an object mean here: fixed by a standard, defined in the same transfer, or known from earlier.
//!
//! A definition may stand after what it marks; [`super::share`] holds such objects back until the end. Of several definitions
//! of one identifier the strictest holds, so that nobody widens a marking by sending a definition of their own.

use std::collections::{HashMap, HashSet};

use stix::json::Map;
use stix::marking::{self, Meaning, Pap, Tlp};
use stix::{Head, Place, Problem};
use store::ObjectDetail;

use super::handling::Marked;

/// The markings that one transfer met.
#[derive(Default)]
pub(super) struct Markings {
    /// What each means; none where nobody here knows it.
    known: HashMap<String, Option<Marked>>,
    /// Those of the object last asked about that nobody knows.
    missing: Vec<String>,
    /// Those that somebody was told of.
    told: HashSet<String>,
}

/// Markings remembered; a hostile transfer may name a new one in each object.
const REMEMBERED: usize = 100_000;

impl Markings {
    /// What the markings of an object mean together; `known` gives the definitions that the sharer sees here.
    pub(super) fn of(&mut self, known: &dyn Fn(&str) -> Vec<ObjectDetail>, head: &Head<'_>, map: &Map<'_>) -> Marked {
        self.missing.clear();
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        if head.object_type == "marking-definition" {
            let before = self.look_up(known, head.id);
            let one = stricter(before.unwrap_or_default(), meaning(map));
            self.known.insert(head.id.to_owned(), Some(one));
        }
        let mut together = Marked::default();
        for id in marking::effective::references(map) {
            let fixed = Marked {
                tlp: Tlp::of_marking(id),
                pap: Pap::of_marking(id),
                unknown: false,
            };
            let one = if fixed == Marked::default() {
                self.look_up(known, id)
            } else {
                Some(fixed)
            };
            match one {
                Some(one) => together = stricter(together, one),
                None => {
                    together.unknown = true;
                    self.missing.push(id.to_owned());
                }
            }
        }
        together
    }

    /// Whether the object last asked about has a marking that nobody knows so far.
    pub(super) fn is_missing_one(&self) -> bool {
        !self.missing.is_empty()
    }

    /// What somebody should know of the markings that nobody knows: each once in a transfer.
    pub(super) fn unknown(&mut self, place: &Place) -> Vec<Problem> {
        let mut problems = Vec::new();
        for id in std::mem::take(&mut self.missing) {
            if self.told.len() > REMEMBERED || !self.told.insert(id.clone()) {
                continue;
            }
            let message =
                format!("nobody here knows the marking '{id}', so what has it goes no further than TLP:AMBER+STRICT");
            let problem = Problem::warning("unknown-marking", place.clone(), message);
            problems.push(problem.help("share its marking-definition in the same transfer"));
        }
        problems
    }

    fn look_up(&mut self, known: &dyn Fn(&str) -> Vec<ObjectDetail>, id: &str) -> Option<Marked> {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let mut marked = None;
        for detail in known(id) {
            if let Ok(object) = stix::Object::parse(&detail.row.body) {
                marked = Some(stricter(marked.unwrap_or_default(), meaning(object.map())));
            }
        }
        self.known.insert(id.to_owned(), marked);
        marked
    }
}

/// Both at once.
fn stricter(one: Marked, other: Marked) -> Marked {
    Marked {
        tlp: one.tlp.max(other.tlp),
        pap: one.pap.max(other.pap),
        unknown: one.unknown || other.unknown,
    }
}

/// What a marking definition says of colour and permitted actions.
fn meaning(definition: &Map<'_>) -> Marked {
    let meaning = Meaning::of(definition);
    Marked {
        tlp: meaning.tlp,
        pap: meaning.pap,
        unknown: false,
    }
}
