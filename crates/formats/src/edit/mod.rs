//! What a person changed of what was read, before it is shared: items left out, values corrected, markings made stricter,
//! and what it all is a sign of.
//!
//! ```text
//! bytes ──► gather (the reader's objects, in order) ──► apply(edits) ──► sink
//! ```
//!
//! An item is named by its place among what the reader found: that is the same each time the same bytes are read, whoever's
//! name they are read in. What refers to an item that is left out loses that reference, and is left out too where STIX wants
//! it to have one. What nobody touched passes as it came, byte for byte.

mod about;
mod apply;
mod value;

use std::collections::BTreeMap;

use stix::marking::Tlp;
use stix::observable::Observable;
use stix::{Object, Place, Problem, Severity};

use crate::{Found, ReadOptions, Sink, Summary, input};

pub use about::{About, AboutKind};
pub use value::{Item, Role};

/// Items of an input that can be edited; what is larger is shared as it is.
pub const MOST: usize = 500;

/// What is changed of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Whether it is not shared.
    pub leave_out: bool,
    /// The value that it should have had, and whether it is looked for or only mentioned.
    pub value: Option<(Role, Observable)>,
    /// The name that it should have.
    pub name: Option<String>,
    /// A colour for it alone; it makes stricter, never looser.
    pub marking: Option<Tlp>,
}

/// What is changed of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// By the place of the item, from zero.
    pub items: BTreeMap<usize, Edit>,
    /// What the indicators are signs of.
    pub about: Option<About>,
}

impl Edits {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.items.values().all(|edit| *edit == Edit::default()) && self.about.is_none()
    }
}

/// Everything that a reader found, as long as it can be edited.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The objects, in order.
    pub found: Vec<Found<'static>>,
    /// What could not be read, and what is odd.
    pub problems: Vec<Problem>,
    /// Whether there are more than can be edited.
    pub too_many: bool,
}

impl Sink for Gathered {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        if self.found.len() >= MOST {
            self.too_many = true;
            return Err(too_many());
        }
        self.found.push(Found {
            text: found.text.into_owned().into(),
            ..found
        });
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        // What is broken from end to end must not pile up.
        if self.problems.len() < MOST {
            self.problems.push(problem);
        }
    }
}

impl Gathered {
    /// The items, as a person reads and corrects them.
    pub fn items(&self) -> Vec<Item> {
        let read = |found: &Found<'_>| match Object::parse(&found.text) {
            Ok(object) => Item::of(object.map()),
            Err(_) => Item::default(),
        };
        self.found.iter().map(read).collect()
    }
}

fn too_many() -> Problem {
    let message = format!("there are more than {MOST} items: they cannot be changed one by one");
    Problem::error("too-many-to-edit", Place::default(), message).help("share it as it is, or a part of it")
}

/// Reads an input that is in memory, without changing anything. What is too large to be edited says so.
///
/// # Errors
/// As [`crate::read_slice`].
pub fn gather(input: &[u8], options: &ReadOptions) -> Result<(Summary, Gathered), Problem> {
    let mut gathered = Gathered::default();
    let summary = match input::read_slice(input, options, &mut gathered) {
        Ok(summary) => summary,
        Err(_) if gathered.too_many => Summary::default(),
        Err(problem) => return Err(problem),
    };
    Ok((summary, gathered))
}

/// Reads an input that is in memory and hands it on as somebody changed it.
///
/// # Errors
/// As [`crate::read_slice`]; and where something is to be changed that there is too much of, or that cannot be so.
pub fn read(input: &[u8], edits: &Edits, options: &ReadOptions, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    if edits.is_empty() {
        return input::read_slice(input, options, sink);
    }
    let (mut summary, gathered) = gather(input, options)?;
    if gathered.too_many {
        return Err(too_many());
    }
    summary.refused = 0;
    for problem in &gathered.problems {
        summary.refused += u64::from(problem.severity == Severity::Error);
        sink.problem(problem.clone());
    }
    summary.objects = apply::apply(&gathered.found, edits, options, sink)?;
    Ok(summary)
}

#[cfg(test)]
mod tests;
