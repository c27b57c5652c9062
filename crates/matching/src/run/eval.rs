//! One event, or one line, to hits.

use std::collections::VecDeque;

use events::lines::Layout;
use events::{Event, Field, Role};
use stix::Timestamp;
use stix::pattern::{NoObjects, Observed};

use super::{Armed, Tally};
use crate::hit::{Context, Hit, Relation};
use crate::look::{self, Match, What};
use crate::watchlist::Watchlist;

/// Bytes of an event that a hit carries.
const EVENT: usize = 64 << 10;
/// Events that patterns over several events look back on.
const WINDOW: usize = 256;

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) source: &'a str,
    pub(super) reader: &'a str,
    pub(super) number: u64,
}

/// What came of one block or record.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) hits: Vec<Hit>,
    pub(super) tally: Tally,
    /// Events that may have a part in a pattern over several: they are evaluated in order, after the hits before them.
    pub(super) touched: Vec<Touched>,
}

/// An event that patterns over several events have to see.
#[derive(Debug)]
pub(super) struct Touched {
    /// How many hits of the outcome come before it.
    after: usize,
    observed: String,
    concerned: Vec<usize>,
    /// A hit as this event would give it, without an indicator.
    hit: Hit,
}

/// Matches events of one thread, with one watchlist and the state of one set of rules.
pub(super) struct Evaluator<'a> {
    armed: &'a Armed,
    sigma: Option<sigma::Matcher<'a>>,
    /// The time: for indicators that end.
    pub(super) now: Timestamp,
    matches: Vec<Match>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(armed: &'a Armed, now: Timestamp) -> Self {
        let rules = armed.sigma.as_ref().filter(|rules| !rules.is_empty());
        Self {
            armed,
            sigma: rules.map(sigma::Rules::matcher),
            now,
            matches: Vec::new(),
        }
    }

    /// What is matched with.
    pub(super) fn armed(&self) -> &'a Armed {
        self.armed
    }

    /// Whether Sigma rules ask for every event.
    pub(super) fn needs_every_event(&self) -> bool {
        self.sigma.is_some()
    }

    /// Reads a line in its layout, else in whatever layout it shows, else as text, and matches it.
    pub(super) fn line(&mut self, layout: &Layout, line: &[u8], at: At<'_>, outcome: &mut Outcome) {
        let mut event = Event::default();
        outcome.tally.examined += 1;
        let text = || String::from_utf8_lossy(&line[..line.len().min(EVENT)]).into_owned();
        let Err(malformed) = layout.read(line, &mut event) else {
            return self.event(&event, at, &text, outcome);
        };
        let own = Layout::of_line(line);
        event.clear();
        if own.name() != layout.name() && own.name() != "text" && own.read(line, &mut event).is_ok() {
            outcome.tally.other_layout += 1;
            let at = At {
                reader: own.name(),
                ..at
            };
            return self.event(&event, at, &text, outcome);
        }
        outcome.tally.malformed(at.number, &malformed.to_string(), line);
        event.clear();
        event.push("text", String::from_utf8_lossy(line), Role::Text);
        self.event(&event, at, &text, outcome);
    }

    /// Matches an event; `text` gives it as a hit carries it.
    pub(super) fn event(&mut self, event: &Event<'_>, at: At<'_>, text: &dyn Fn() -> String, outcome: &mut Outcome) {
        let armed = self.armed;
        if let Some(watchlist) = &armed.watchlist {
            let mut matches = std::mem::take(&mut self.matches);
            look::look(watchlist, event, self.now, &mut matches);
            for one in matches.drain(..) {
                outcome.hits.push(hit(watchlist, &one, event, at, text));
            }
            self.matches = matches;
            self.touch(watchlist, event, at, text, outcome);
        }
        if let (Some(matcher), Some(rules)) = (&mut self.sigma, &armed.sigma) {
            let mut found = Vec::new();
            matcher.event(event, &sigma::Origin::reader(at.reader), &mut found);
            let hits = found.iter().filter_map(|one| sigma_hit(rules, one, event, at, text));
            outcome.hits.extend(hits);
        }
        outcome.tally.hits = outcome.hits.len() as u64;
    }

    fn touch(
        &self,
        watchlist: &Watchlist,
        event: &Event<'_>,
        at: At<'_>,
        text: &dyn Fn() -> String,
        outcome: &mut Outcome,
    ) {
        if watchlist.several().set.is_empty() {
            return;
        }
        let concerned = look::with_observed(event, self.now, |observed| watchlist.concerned(observed));
        if let Some(concerned) = concerned.filter(|concerned| !concerned.is_empty()) {
            outcome.touched.push(Touched {
                after: outcome.hits.len(),
                observed: look::observed_data(event, self.now),
                concerned,
                hit: blank(event, None, at, text),
            });
        }
    }
}

/// The events that patterns over several look back on; one for each source, fed in order.
#[derive(Debug, Default)]
pub(super) struct Window {
    recent: VecDeque<String>,
}

impl Window {
    /// Evaluates the patterns over several events, and puts their hits among those of the outcome.
    pub(super) fn settle(&mut self, armed: &Armed, outcome: &mut Outcome) {
        let Some(watchlist) = &armed.watchlist else { return };
        let mut added = 0;
        for touched in std::mem::take(&mut outcome.touched) {
            if self.recent.len() == WINDOW {
                self.recent.pop_front();
            }
            self.recent.push_back(touched.observed);
            let values: Vec<_> = self
                .recent
                .iter()
                .filter_map(|text| stix::json::parse(text).ok())
                .collect();
            let observed: Vec<Observed<'_>> = values
                .iter()
                .filter_map(|value| Observed::read(value.as_object()?, &NoObjects).ok())
                .collect();
            let several = watchlist.several();
            for number in several.set.matches(&observed).matching {
                let Some((indicator, pattern)) = several.get(number).filter(|_| touched.concerned.contains(&number))
                else {
                    continue;
                };
                let mut hit = touched.hit.clone();
                hit.relation = Relation::Pattern;
                hit.matched = pattern.to_owned();
                hit.indicator = watchlist.context(indicator);
                outcome.hits.insert(touched.after + added, hit);
                added += 1;
            }
        }
        outcome.tally.hits = outcome.hits.len() as u64;
    }
}

fn hit(watchlist: &Watchlist, one: &Match, event: &Event<'_>, at: At<'_>, text: &dyn Fn() -> String) -> Hit {
    let field = one.field.and_then(|number| event.fields.get(number));
    let mut hit = blank(event, field, at, text);
    hit.relation = one.relation;
    if let Some(part) = &one.part {
        hit.value.clone_from(part);
    }
    match one.what {
        What::Entry(entry) => {
            hit.indicator = watchlist.context_of(entry);
            if let Some(named) = watchlist.observable_of(entry) {
                hit.kind = Some(named.kind);
                hit.matched = named.value;
            }
        }
        What::Pattern(number) => {
            if let Some((indicator, pattern)) = watchlist.single().get(number) {
                hit.indicator = watchlist.context(indicator);
                hit.matched = pattern.to_owned();
            }
        }
    }
    hit
}

fn blank(event: &Event<'_>, field: Option<&Field<'_>>, at: At<'_>, text: &dyn Fn() -> String) -> Hit {
    Hit {
        time: event.time,
        source: at.source.to_owned(),
        reader: at.reader.to_owned(),
        at: at.number,
        field: field.map(|field| field.name.to_string()).unwrap_or_default(),
        value: field.map(|field| field.value.to_string()).unwrap_or_default(),
        relation: Relation::Same,
        kind: None,
        matched: String::new(),
        host: host(event, field, at.reader),
        indicator: Context::default(),
        count: 1,
        event: text(),
    }
}

/// The machine concerned: the one that wrote the log, or the end of the connection that is not the one met. What a
/// firewall or a proxy tells by syslog is about the ends of a connection and not about itself.
fn host(event: &Event<'_>, field: Option<&Field<'_>>, reader: &str) -> Option<String> {
    let other_end = match field.map(|field| field.role) {
        Some(Role::Source) => Role::Destination,
        _ => Role::Source,
    };
    let has_both_ends = event.first(Role::Source).is_some() && event.first(Role::Destination).is_some();
    let is_in_between = has_both_ends && matches!(reader, "syslog" | "cef" | "leef");
    let roles = if is_in_between {
        [other_end, Role::Computer]
    } else {
        [Role::Computer, other_end]
    };
    roles.into_iter().find_map(|role| event.first(role)).map(str::to_owned)
}

fn sigma_hit(
    rules: &sigma::Rules,
    one: &sigma::Match,
    event: &Event<'_>,
    at: At<'_>,
    text: &dyn Fn() -> String,
) -> Option<Hit> {
    let rule = rules.rule(one.rule)?;
    let mut hit = blank(event, None, at, text);
    if let Some((name, value)) = one.fields.first() {
        hit.field.clone_from(name);
        hit.value.clone_from(value);
    }
    hit.relation = Relation::Rule;
    hit.matched.clone_from(&rule.title);
    hit.indicator = Context {
        id: rule.id.clone().unwrap_or_else(|| rule.file.clone()),
        name: rule.title.clone(),
        shared_by: rule.author.clone().unwrap_or_default(),
        techniques: rule.techniques().collect(),
        ..Context::default()
    };
    Some(hit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_concerns_the_end_that_was_not_met_or_the_machine_that_wrote_the_log() {
        let event = |roles: &[(Role, &'static str)]| {
            let mut event = Event::default();
            for (role, value) in roles {
                event.push("x", *value, *role);
            }
            event
        };
        let ends = [(Role::Source, "10.0.0.7"), (Role::Destination, "198.51.100.7")];
        let both = event(&[(Role::Computer, "gate"), ends[0], ends[1]]);
        let concerned = |event: &Event<'_>, met: usize, reader: &str| host(event, event.fields.get(met), reader);
        assert_eq!(concerned(&both, 2, "syslog").as_deref(), Some("10.0.0.7"));
        assert_eq!(concerned(&both, 1, "cef").as_deref(), Some("198.51.100.7"));
        assert_eq!(
            concerned(&both, 2, "evtx").as_deref(),
            Some("gate"),
            "Sysmon speaks of its own machine"
        );
        let one = event(&[(Role::Computer, "gate"), ends[0]]);
        assert_eq!(concerned(&one, 1, "syslog").as_deref(), Some("gate"));
        let flow = event(&ends);
        assert_eq!(concerned(&flow, 1, "zeek-json").as_deref(), Some("10.0.0.7"));
    }
}
