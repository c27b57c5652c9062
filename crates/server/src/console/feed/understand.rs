//! What a text or file holds, whatever format it turns out to be: objects, values, what is odd about them. Stores nothing.

use std::collections::{BTreeMap, HashSet};

use formats::edit::{self, Edits, Item};
use formats::{Found, Limits, ReadOptions, Sink};
use stix::observable::Observable;
use stix::{Problem, Severity};

use crate::problem::Fault;

/// Objects that are shown one by one; the others are counted.
const SHOWN: usize = 60;
/// Values that are kept.
const VALUES: usize = 200;
/// Problems that are kept.
const PROBLEMS: usize = 40;
/// Objects in which values are looked for.
const LOOKED_INTO: usize = 5_000;
/// Bytes of a text after unpacking, for looking only.
const MOST_BYTES: u64 = 64 << 20;

/// What was understood.
#[derive(Debug, Default)]
pub(super) struct Understood {
    /// The name of the format; empty where there is none.
    pub format: &'static str,
    /// How many objects of each type.
    pub counts: BTreeMap<String, usize>,
    /// The first of them: type and name.
    pub objects: Vec<(String, String)>,
    /// The values in them, each once.
    pub values: Vec<Observable>,
    /// Values that are not kept.
    pub values_left: usize,
    /// What could not be read, and what is odd.
    pub problems: Vec<Problem>,
    /// Every item as it was read, before anything was changed; empty where there are too many to change.
    pub items: Vec<Item>,
    /// Whether the name that was asked for stands in one of them.
    pub says_name: bool,
    known: HashSet<(u8, String)>,
    looked_into: usize,
    /// A name to look out for, in small letters.
    name: String,
}

impl Understood {
    /// How many objects there are.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    fn value(&mut self, observable: Observable) {
        if self.values.len() >= VALUES {
            self.values_left += 1;
        } else if self.known.insert((observable.kind.code(), observable.value.clone())) {
            self.values.push(observable);
        }
    }
}

impl Sink for Understood {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.looked_into += 1;
        if self.looked_into <= LOOKED_INTO {
            let mut others = Vec::new();
            // As the intake judges it, but for what only the intake knows: what is here already.
            let judged = node::intake::examine(&found.text, &mut others, |_, _| Ok(()));
            for problem in judged.err().iter().chain(&others) {
                self.problem(node::intake::placed(problem.clone(), &found.place));
            }
            self.says_name |= !self.name.is_empty() && found.text.to_lowercase().contains(&self.name);
        }
        let Ok(object) = stix::Object::parse(&found.text) else {
            return Ok(());
        };
        let map = object.map();
        let object_type = map.str("type").unwrap_or_default().to_owned();
        if self.objects.len() < SHOWN {
            let name = ["name", "value", "pattern", "relationship_type", "content"];
            let name = name.into_iter().find_map(|key| map.str(key)).unwrap_or_default();
            self.objects
                .push((object_type.clone(), name.chars().take(200).collect()));
        }
        *self.counts.entry(object_type).or_default() += 1;
        if self.looked_into <= LOOKED_INTO {
            for observable in stix::observable::extract(map) {
                self.value(observable);
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// Reads a text or file as it would be shared, with what somebody changed of it, and looks out for a name.
pub(super) async fn understand(
    options: ReadOptions,
    bytes: Vec<u8>,
    edits: Edits,
    name: Option<String>,
) -> Result<Understood, Fault> {
    let options = ReadOptions {
        limits: Limits {
            decompressed_bytes: MOST_BYTES,
            ..Limits::default()
        },
        ..options
    };
    let reading = tokio::task::spawn_blocking(move || {
        let mut understood = Understood {
            name: name.map(|name| name.to_lowercase()).unwrap_or_default(),
            ..Understood::default()
        };
        if let Ok((_, gathered)) = edit::gather(&bytes, &options)
            && !gathered.too_many
        {
            understood.items = gathered.items();
        }
        match edit::read(&bytes, &edits, &options, &mut understood) {
            Ok(summary) => understood.format = summary.format,
            Err(problem) => understood.problem(problem),
        }
        understood
    });
    reading.await.map_err(Fault::ours)
}

/// A problem as a person reads it: whether it is a refusal, the sentence, what to do.
pub(super) struct Said {
    pub is_refusal: bool,
    pub text: String,
    pub help: String,
}

impl From<&Problem> for Said {
    fn from(problem: &Problem) -> Self {
        Self {
            is_refusal: problem.severity == Severity::Error,
            text: problem.message.clone(),
            help: problem.help.clone().map(|help| help.to_string()).unwrap_or_default(),
        }
    }
}
