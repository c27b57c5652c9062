//! Takes objects apart into values and hands them to a format, with an account of everything left out.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io;

use stix::json::Map;
use stix::object::Object;
use stix::observable::extract;
use stix::pattern::Pattern;
use stix::{Place, Problem, Timestamp};

use super::Export;
use super::filter::{judge, warning};
use super::options::{Change, Facts, LeftOut, Mode, Options, Summary};
use super::selector::{Selected, Selector};
use super::target::Target;

/// The object that something is written of, and what becomes of it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e> {
    pub(super) object: &'e Map<'e>,
    pub(super) id: &'e str,
    pub(super) facts: &'e Facts,
    pub(super) step: Step,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is there, in a full set.
    Present,
    /// It is new.
    Added,
    /// Its object has a new version.
    Changed,
    /// It is to be removed.
    Removed,
}

impl Entry<'_> {
    /// The object's version, for numbers that have to grow.
    pub(super) fn version(&self) -> Option<Timestamp> {
        ["modified", "created"]
            .iter()
            .find_map(|key| self.object.str(key).and_then(|text| Timestamp::parse(text).ok()))
    }
}

/// What a format did with an entry.
pub(super) enum Outcome {
    /// It is written.
    Written,
    /// The format has no place for this kind of value.
    NotForFormat,
    /// The format has a place for such values but cannot say this one without making it weaker.
    NotExpressible(String),
    /// The value would break the format or do harm.
    Unsafe(String),
}

impl From<String> for Outcome {
    fn from(why: String) -> Self {
        Self::Unsafe(why)
    }
}

/// One format of values.
pub(super) trait Writer {
    /// Whether an equal value of another object is written once only.
    fn each_value_once(&self) -> bool;
    /// Writes what stands before all values.
    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()>;
    /// Writes one value (or file, or flow) of an object.
    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome>;
    /// Writes a pattern that is no value; most formats cannot.
    fn put_pattern(&mut self, _: &Entry<'_>, _: &Pattern, _: &mut dyn Target) -> io::Result<bool> {
        Ok(false)
    }
    /// Whether patterns go to [`Writer::put_pattern`] where they are more than values.
    fn takes_patterns(&self) -> bool {
        false
    }
    /// Writes what stands after all values.
    fn finish(&mut self, out: &mut dyn Target) -> io::Result<()>;
}

/// The target failed: what was written is worth nothing.
pub(super) fn failed(error: &io::Error) -> Problem {
    Problem::error(
        "export-failed",
        Place::default(),
        format!("the export cannot be written: {error}"),
    )
}

pub(super) fn begin<'a>(
    options: &'a Options<'a>,
    mut writer: Box<dyn Writer + 'a>,
    target: &'a mut dyn Target,
    problems: &'a mut dyn FnMut(Problem),
) -> Result<Box<dyn Export + 'a>, Problem> {
    writer.begin(target).map_err(|error| failed(&error))?;
    Ok(Box::new(Values {
        options,
        writer,
        target,
        problems,
        summary: Summary::default(),
        written: HashSet::new(),
        removed: HashSet::new(),
        hash: RandomState::new(),
    }))
}

struct Values<'a> {
    options: &'a Options<'a>,
    writer: Box<dyn Writer + 'a>,
    target: &'a mut dyn Target,
    problems: &'a mut dyn FnMut(Problem),
    summary: Summary,
    /// Fingerprints of selectors written so far, under a key of this run.
    written: HashSet<u64>,
    removed: HashSet<u64>,
    hash: RandomState,
}

impl Export for Values<'_> {
    fn add(&mut self, object: &Object<'_>, change: Change<'_>, facts: &Facts) -> Result<(), Problem> {
        self.summary.objects += 1;
        self.object(object, change, facts).map_err(|error| failed(&error))
    }

    fn finish(mut self: Box<Self>) -> Result<Summary, Problem> {
        self.writer.finish(self.target).map_err(|error| failed(&error))?;
        Ok(self.summary)
    }
}

impl Values<'_> {
    fn object(&mut self, object: &Object<'_>, change: Change<'_>, facts: &Facts) -> io::Result<()> {
        let map = object.map();
        let judged = match change {
            Change::Removed => Err(LeftOut::Revoked),
            _ => judge(map, facts, self.options),
        };
        let (step, previous) = match (self.options.mode, judged, change) {
            (Mode::Full, Ok(()), _) => (Step::Present, None),
            (Mode::Changes, Ok(()), Change::Changed { previous }) => (Step::Changed, previous),
            (Mode::Changes, Ok(()), _) => (Step::Added, None),
            // What was exported once and is not to be exported any more has to go, for whatever reason.
            (Mode::Changes, Err(_), Change::Changed { previous }) => (Step::Removed, previous),
            (Mode::Changes, Err(_), Change::Removed) => (Step::Removed, None),
            (_, Err(reason), _) => {
                self.leave(reason);
                return Ok(());
            }
        };
        let removed_as = previous.filter(|_| step == Step::Removed).map_or(map, Object::map);
        let Some(selected) = self.select(removed_as, facts, step)? else {
            return Ok(());
        };
        if let Some(previous) = previous.filter(|_| step == Step::Changed) {
            let before = self.quietly_selected(previous.map());
            for selector in before.iter().filter(|selector| !selected.contains(selector)) {
                self.selector(previous.map(), selector, facts, Step::Removed)?;
            }
        }
        for selector in &selected {
            self.selector(removed_as, selector, facts, step)?;
        }
        Ok(())
    }

    /// What an object looks for; none when it is nothing for this export.
    fn select(&mut self, map: &Map<'_>, facts: &Facts, step: Step) -> io::Result<Option<Vec<Selector>>> {
        if map.str("type") != Some("indicator") {
            let found = if self.options.observables {
                extract(map)
            } else {
                Vec::new()
            };
            if found.is_empty() {
                self.leave(LeftOut::NotAnIndicator);
                return Ok(None);
            }
            return Ok(Some(found.into_iter().map(Selector::Value).collect()));
        }
        if let Some(language) = map.str("pattern_type").filter(|language| *language != "stix") {
            let language: String = language.chars().take(40).collect();
            self.warn(
                LeftOut::NotExpressible,
                map,
                format!("a rule in the language '{language}' is not converted"),
            );
            return Ok(None);
        }
        let text = map.str("pattern").unwrap_or_default();
        let pattern = match Pattern::parse(text).or_else(|problem| Pattern::parse_v20(text).map_err(|_| problem)) {
            Ok(pattern) => pattern,
            Err(problem) => {
                self.warn(
                    LeftOut::Unreadable,
                    map,
                    format!("the pattern cannot be read: {problem}"),
                );
                return Ok(None);
            }
        };
        let selected = Selected::of(&pattern);
        if !selected.left_out.is_empty() {
            if self.writer.takes_patterns() {
                return self.whole_pattern(map, &pattern, facts, step).map(|()| None);
            }
            if step != Step::Removed {
                for reason in &selected.left_out {
                    self.warn(LeftOut::NotExpressible, map, reason.clone());
                }
            }
        }
        Ok(Some(selected.selectors))
    }

    fn whole_pattern(&mut self, map: &Map<'_>, pattern: &Pattern, facts: &Facts, step: Step) -> io::Result<()> {
        let entry = Entry {
            object: map,
            id: map.str("id").unwrap_or_default(),
            facts,
            step,
        };
        if self.writer.put_pattern(&entry, pattern, self.target)? {
            self.count(step);
        } else {
            self.leave(LeftOut::NotExpressible);
        }
        Ok(())
    }

    fn quietly_selected(&self, map: &Map<'_>) -> Vec<Selector> {
        let pattern = Pattern::parse(map.str("pattern").unwrap_or_default());
        pattern
            .map(|pattern| Selected::of(&pattern).selectors)
            .unwrap_or_default()
    }

    fn selector(&mut self, map: &Map<'_>, selector: &Selector, facts: &Facts, step: Step) -> io::Result<()> {
        if let Some(reason) = self.refuse(selector, step) {
            self.leave(reason);
            // A value that has come onto a warninglist since it was exported has to go.
            return match (step, reason) {
                (Step::Changed, LeftOut::Warninglisted) => self.selector(map, selector, facts, Step::Removed),
                _ => Ok(()),
            };
        }
        let entry = Entry {
            object: map,
            id: map.str("id").unwrap_or_default(),
            facts,
            step,
        };
        match self.writer.put(&entry, selector, self.target)? {
            Outcome::Written => {
                self.remember(selector, step);
                self.count(step);
            }
            Outcome::NotForFormat => self.leave(LeftOut::NotForFormat),
            Outcome::NotExpressible(why) => {
                self.warn(LeftOut::NotExpressible, map, format!("{}: {why}", shown(selector)))
            }
            Outcome::Unsafe(why) => self.warn(LeftOut::Unsafe, map, format!("{}: {why}", shown(selector))),
        }
        Ok(())
    }

    fn refuse(&self, selector: &Selector, step: Step) -> Option<LeftOut> {
        let observables = selector.observables();
        if let Some(kinds) = &self.options.kinds
            && !observables.iter().any(|observable| kinds.contains(&observable.kind))
        {
            return Some(LeftOut::KindNotAsked);
        }
        let fingerprint = self.hash.hash_one(selector);
        let once = self.writer.each_value_once();
        if step == Step::Removed {
            // Where each indicator has its own line, only its own line goes.
            if !once {
                return None;
            }
            if self.written.contains(&fingerprint) || self.options.still_wanted.is_some_and(|wanted| wanted(selector)) {
                return Some(LeftOut::StillWanted);
            }
            return self.removed.contains(&fingerprint).then_some(LeftOut::Duplicate);
        }
        // A file or flow with a harmless part is not harmless as a whole, unless that part is all there is.
        if let Some(harmless) = self.options.harmless
            && !observables.is_empty()
            && observables.iter().all(|observable| harmless(observable).is_some())
        {
            return Some(LeftOut::Warninglisted);
        }
        (once && self.written.contains(&fingerprint)).then_some(LeftOut::Duplicate)
    }

    fn remember(&mut self, selector: &Selector, step: Step) {
        if self.writer.each_value_once() {
            let fingerprint = self.hash.hash_one(selector);
            let set = if step == Step::Removed {
                &mut self.removed
            } else {
                &mut self.written
            };
            set.insert(fingerprint);
        }
    }

    fn count(&mut self, step: Step) {
        match step {
            Step::Removed => self.summary.removed += 1,
            _ => self.summary.written += 1,
        }
    }

    fn leave(&mut self, reason: LeftOut) {
        *self.summary.left_out.entry(reason).or_default() += 1;
    }

    fn warn(&mut self, reason: LeftOut, map: &Map<'_>, message: String) {
        self.leave(reason);
        (self.problems)(warning(reason, map, message));
    }
}

fn shown(selector: &Selector) -> String {
    super::plain::note(&selector.to_string(), 120)
}
