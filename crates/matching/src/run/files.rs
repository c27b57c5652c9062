//! Files: what their scanner says of each, matched like any event; the YARA rules they meet; fuzzy hashes that are alike.

use std::collections::HashMap;

use events::{Event, Role};
use files::{FileSink, RuleMatch};
use stix::observable::Kind;
use stix::{Problem, Timestamp};

use super::eval::{At, Evaluator, Outcome};
use super::{Armed, Taker};
use crate::hit::{Context, Hit, Relation};
use crate::watchlist::{EntryNumber, Watchlist};

/// From which score on two ssdeep hashes are alike, of 100.
const SSDEEP_ALIKE: u32 = 80;
/// Up to which distance two TLSH hashes are alike.
const TLSH_ALIKE: u32 = 30;

/// Matches what a scanner finds; one for each of its threads.
pub struct Files<'a, T> {
    evaluator: Evaluator<'a>,
    asked: &'a AskedOfFiles,
    reader: &'static str,
    taker: T,
}

/// What a watchlist asks of files beside values: its fuzzy hashes, which have to be compared one by one, and its YARA rules.
#[derive(Debug, Default)]
pub struct AskedOfFiles {
    ssdeep: Vec<(EntryNumber, String)>,
    tlsh: Vec<(EntryNumber, String)>,
    /// The numbers of the indicators that are YARA rules, by their identifiers: a rule is compiled in a namespace of that name.
    rules: HashMap<String, u32>,
}

impl AskedOfFiles {
    /// Those of a watchlist.
    pub fn of(armed: &Armed) -> Self {
        let of_kind = |kind| {
            armed
                .watchlist
                .as_ref()
                .map(|list| list.all_of(kind))
                .unwrap_or_default()
        };
        Self {
            ssdeep: of_kind(Kind::Ssdeep),
            tlsh: of_kind(Kind::Tlsh),
            rules: armed.watchlist.as_ref().map(numbers_of_rules).unwrap_or_default(),
        }
    }
}

impl<'a, T: Taker> Files<'a, T> {
    /// Starts for one thread.
    pub fn new(armed: &'a Armed, asked: &'a AskedOfFiles, now: Timestamp, taker: T) -> Self {
        Self {
            evaluator: Evaluator::new(armed, now),
            asked,
            reader: "file",
            taker,
        }
    }

    /// Whoever took the hits.
    pub fn into_taker(self) -> T {
        self.taker
    }

    fn alike(&self, event: &Event<'_>, at: At<'_>, hits: &mut Vec<Hit>) {
        let Some(watchlist) = &self.evaluator.armed().watchlist else {
            return;
        };
        let ssdeep: fn(&str, &str) -> bool = |a, b| files::ssdeep_score(a, b) >= SSDEEP_ALIKE;
        let tlsh: fn(&str, &str) -> bool =
            |a, b| files::tlsh_distance(a, b).is_some_and(|distance| distance <= TLSH_ALIKE);
        for (role, named, is_alike) in [
            (Role::Ssdeep, &self.asked.ssdeep, ssdeep),
            (Role::Tlsh, &self.asked.tlsh, tlsh),
        ] {
            let Some(value) = event.first(role) else { continue };
            for (entry, hash) in named {
                let is_new = hash != value && is_alike(value, hash);
                if is_new && !watchlist.has_ended(watchlist.indicator_of(*entry), self.evaluator.now) {
                    hits.push(alike_hit(watchlist, *entry, value, event, at));
                }
            }
        }
    }

    /// A rule that somebody shared is a hit on their indicator; none when its validity has ended since.
    fn rule(&self, rule: &RuleMatch, event: &Event<'_>, at: At<'_>) -> Option<Hit> {
        let mut hit = rule_hit(rule, event, at);
        if let (Some(number), Some(watchlist)) =
            (self.asked.rules.get(&rule.namespace), &self.evaluator.armed().watchlist)
        {
            if watchlist.has_ended(*number, self.evaluator.now) {
                return None;
            }
            let shared = watchlist.context(*number);
            let name = if shared.name.is_empty() {
                hit.indicator.name
            } else {
                shared.name
            };
            hit.indicator = Context { name, ..shared };
        }
        Some(hit)
    }
}

fn numbers_of_rules(watchlist: &Watchlist) -> HashMap<String, u32> {
    let rules = watchlist.rules().iter().filter(|rule| rule.language == "yara");
    rules
        .map(|rule| (watchlist.context(rule.indicator).id, rule.indicator))
        .collect()
}

fn alike_hit(watchlist: &Watchlist, entry: EntryNumber, value: &str, event: &Event<'_>, at: At<'_>) -> Hit {
    let named = watchlist.observable_of(entry);
    Hit {
        field: named
            .as_ref()
            .map(|named| named.kind.as_str())
            .unwrap_or_default()
            .to_owned(),
        value: value.to_owned(),
        relation: Relation::Alike,
        kind: named.as_ref().map(|named| named.kind),
        matched: named.map(|named| named.value).unwrap_or_default(),
        indicator: watchlist.context_of(entry),
        ..blank(event, at)
    }
}

fn blank(event: &Event<'_>, at: At<'_>) -> Hit {
    Hit {
        time: None,
        source: at.source.to_owned(),
        reader: at.reader.to_owned(),
        at: at.number,
        field: String::new(),
        value: String::new(),
        relation: Relation::Rule,
        kind: None,
        matched: String::new(),
        host: None,
        indicator: Context::default(),
        count: 1,
        event: event.to_json(),
    }
}

fn rule_hit(rule: &RuleMatch, event: &Event<'_>, at: At<'_>) -> Hit {
    let first = rule.strings.first();
    Hit {
        field: first.map(|string| string.identifier.clone()).unwrap_or_default(),
        value: first.map(|string| string.excerpt.clone()).unwrap_or_default(),
        matched: rule.rule.clone(),
        indicator: Context {
            id: format!("yara:{}", rule.rule),
            name: rule.meta("description").unwrap_or(&rule.rule).to_owned(),
            shared_by: rule.meta("author").unwrap_or(&rule.namespace).to_owned(),
            ..Context::default()
        },
        ..blank(event, at)
    }
}

impl<T: Taker> FileSink for Files<'_, T> {
    fn file(&mut self, event: &Event<'_>, rules: &[RuleMatch]) {
        let source = event.get("path").unwrap_or_default().to_owned();
        let at = At {
            source: &source,
            reader: self.reader,
            number: 1,
        };
        let mut outcome = Outcome::default();
        self.evaluator.event(event, at, &|| event.to_json(), &mut outcome);
        self.alike(event, at, &mut outcome.hits);
        outcome
            .hits
            .extend(rules.iter().filter_map(|rule| self.rule(rule, event, at)));
        for hit in outcome.hits {
            self.taker.hit(hit);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.taker.problem(problem);
    }
}
