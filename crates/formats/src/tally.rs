//! Counts what passes, names the input in every place, and enforces the cap on the number of objects.

use stix::{Problem, Severity};

use crate::{Found, Limits, Sink};

/// A sink in front of the caller's sink.
pub(crate) struct Tally<'s> {
    inner: &'s mut dyn Sink,
    limits: Limits,
    /// The input or archive member that is being read.
    pub label: Option<String>,
    pub objects: u64,
    pub refused: u64,
}

impl<'s> Tally<'s> {
    pub fn new(limits: Limits, label: Option<String>, inner: &'s mut dyn Sink) -> Self {
        Self {
            inner,
            limits,
            label,
            objects: 0,
            refused: 0,
        }
    }
}

impl Sink for Tally<'_> {
    fn object(&mut self, mut found: Found<'_>) -> Result<(), Problem> {
        if found.place.file.is_none() {
            found.place.file.clone_from(&self.label);
        }
        if self.objects >= self.limits.items {
            let message = format!(
                "the input has more than {} objects, the limit for one input",
                self.limits.items
            );
            return Err(Problem::error("too-many-objects", found.place, message).help("split the input"));
        }
        if found.text.len() > self.limits.item_bytes {
            let message = format!(
                "the object has {} bytes, the limit for one object is {}",
                found.text.len(),
                self.limits.item_bytes
            );
            self.problem(
                Problem::error("item-too-large", found.place, message)
                    .help("leave it out, or cut what makes it so large (a description, a payload)"),
            );
            return Ok(());
        }
        self.objects += 1;
        self.inner.object(found)
    }

    fn problem(&mut self, mut problem: Problem) {
        if problem.place.file.is_none() {
            problem.place.file.clone_from(&self.label);
        }
        if problem.severity == Severity::Error {
            self.refused += 1;
        }
        self.inner.problem(problem);
    }
}
