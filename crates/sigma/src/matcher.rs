//! Asks the rules of one event after another.

use std::collections::HashMap;

use events::Event;
use stix::Timestamp;

use crate::logsource::{self, Kind, Origin};
use crate::rules::Rules;
use crate::test::{Asks, Subject};
use crate::values::Values;
use crate::windows::Windows;

/// Fields that a match names.
pub const FIELDS: usize = 32;
/// Kinds of events of which the stream remembers which rules they are for.
const KINDS: usize = 4_096;

/// A rule that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The rule, for [`Rules::rule`].
    pub rule: usize,
    /// What it was met in: names as the event has them, and values. No more than [`FIELDS`].
    pub fields: Vec<(String, String)>,
    /// For a correlation, what came together.
    pub correlation: Option<Correlated>,
}

/// What came together in a correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlated {
    /// How many events, or different values.
    pub events: usize,
    /// When the first of them was; none where no event of the stream had a time.
    pub first: Option<Timestamp>,
    /// When the last of them was.
    pub last: Option<Timestamp>,
    /// The fields that they have in common.
    pub group: Vec<(String, String)>,
}

/// Matches one stream of events: it remembers what correlations need, within limits.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r Rules,
    values: Values,
    tests: Asked,
    /// For each rule, the event that it was last a candidate for.
    candidate: Vec<u64>,
    candidates: Vec<u32>,
    number: u64,
    kinds: HashMap<String, (Kind, Vec<u32>)>,
    key: String,
    windows: Windows,
    /// The time of the last event that had one, in microseconds.
    time: Option<i64>,
}

/// What tests of this event have said: each is asked once, however many rules want to know.
#[derive(Debug)]
struct Asked {
    said: Vec<(u64, bool)>,
}

impl<'r> Matcher<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            values: Values::default(),
            tests: Asked {
                said: vec![(0, false); rules.table.tests.len()],
            },
            candidate: vec![0; rules.rules.len()],
            candidates: Vec::new(),
            number: 0,
            kinds: HashMap::new(),
            key: String::new(),
            windows: Windows::default(),
            time: None,
        }
    }

    /// Windows of correlations that were given up before their time because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.windows.forgotten
    }

    /// Asks all rules that are for the logs of an event, and adds those that match, in the order of the rules;
    /// correlations come last.
    pub fn event(&mut self, event: &Event<'_>, origin: &Origin<'_>, found: &mut Vec<Match>) {
        self.time = event.time.map(Timestamp::micros).or(self.time);
        logsource::key(event, origin, &mut self.key);
        if !self.kinds.contains_key(&self.key) {
            self.learn(event, origin);
        }
        let Some((kind, groups)) = self.kinds.get(&self.key) else {
            return;
        };
        if groups.is_empty() {
            return;
        }
        self.number += 1;
        let groups = groups.iter().map(|group| &self.rules.groups[*group as usize].1);
        let keywords = groups.clone().any(|group| group.needs_all());
        self.values.fill(event, *kind, &self.rules.table, keywords);

        self.candidates.clear();
        for group in groups {
            let mut propose = |rule: u32| {
                let last = &mut self.candidate[rule as usize];
                if *last != self.number {
                    *last = self.number;
                    self.candidates.push(rule);
                }
            };
            group.always.iter().for_each(|rule| propose(*rule));
            for (subject, needles) in &group.fields {
                match subject {
                    Subject::Field(field) => {
                        for value in self.values.of(*field) {
                            needles.find(self.values.lower(*value), &mut propose);
                        }
                    }
                    Subject::Anything => {
                        for value in 0..self.values.len() {
                            needles.find(self.values.lower(value), &mut propose);
                        }
                    }
                }
            }
        }
        self.candidates.sort_unstable();
        let mut matched = Vec::new();
        for rule in &self.candidates {
            let Some(expression) = &self.rules.expressions[*rule as usize] else {
                continue;
            };
            let (rules, values, tests, number) = (self.rules, &self.values, &mut self.tests, self.number);
            if expression.holds(&mut |test| tests.ask(test, number, rules, values, event)) {
                matched.push(*rule);
            }
        }
        for rule in &matched {
            if !self.rules.quiet[*rule as usize] {
                found.push(Match {
                    rule: *rule as usize,
                    fields: self.fields_of(*rule, event),
                    correlation: None,
                });
            }
        }
        if !matched.is_empty() && self.rules.correlates() {
            self.correlate(matched, event, found);
        }
    }

    /// Finds out which groups of rules are for events like this.
    fn learn(&mut self, event: &Event<'_>, origin: &Origin<'_>) {
        if self.kinds.len() >= KINDS {
            self.kinds.clear();
        }
        let sources = logsource::sources(event, origin);
        let groups = self.rules.groups.iter().zip(0..);
        let groups = groups.filter(|((source, _), _)| sources.fit(source));
        let groups = groups.map(|(_, number)| number).collect();
        self.kinds.insert(self.key.clone(), (sources.kind, groups));
    }

    /// The values in which a rule was met.
    fn fields_of(&self, rule: u32, event: &Event<'_>) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let Some(expression) = &self.rules.expressions[rule as usize] else {
            return fields;
        };
        let (rules, values) = (self.rules, &self.values);
        expression.wanted(&mut |number| {
            // What was not asked was not needed to know that the rule matches.
            if fields.len() >= FIELDS || self.tests.said[number as usize] != (self.number, true) {
                return;
            }
            let test = &rules.table.tests[number as usize];
            let all: &mut dyn Iterator<Item = u32> = match test.subject {
                Subject::Field(field) => &mut values.of(field).iter().copied(),
                Subject::Anything => &mut (0..values.len()),
            };
            for value in all {
                let raw = values.raw(value, event);
                if matches!(test.asks, Asks::Field(..)) || test.asks.of_value(raw, values.lower(value)) {
                    let name = values.name(value, event).or(match test.subject {
                        Subject::Field(field) => Some(&*rules.table.names[field as usize]),
                        Subject::Anything => None,
                    });
                    let field = (name.unwrap_or_default().to_owned(), raw.to_owned());
                    if !fields.contains(&field) {
                        fields.push(field);
                    }
                    break;
                }
            }
        });
        fields
    }

    /// Tells correlations which rules matched. They are in the order in which they build on each other.
    fn correlate(&mut self, mut matched: Vec<u32>, event: &Event<'_>, found: &mut Vec<Match>) {
        let time = self.time.unwrap_or_default();
        let first_value = |values: &Values, field: u32| values.of(field).first().copied();
        for (correlation, number) in self.rules.correlations.iter().zip(0_u32..) {
            // From the last place to the first, so that one event is never two steps of an order.
            for place in (0..correlation.of.len()).rev() {
                if !matched.contains(&correlation.of[place]) {
                    continue;
                }
                let group: Option<Vec<u32>> = correlation
                    .group
                    .iter()
                    .map(|(_, fields)| first_value(&self.values, fields[place]))
                    .collect();
                let Some(group) = group else { continue };
                let mut key = String::new();
                for value in &group {
                    key.push_str(self.values.lower(*value));
                    key.push('\u{1f}');
                }
                let value = match correlation.when {
                    crate::correlation::When::Values(_, field) => first_value(&self.values, field),
                    _ => None,
                };
                let value = value.map(|value| self.values.lower(value));
                let Some(together) = self.windows.matched((number, correlation), key, (place, time), value) else {
                    continue;
                };
                let timed = self.time.is_some();
                let named = |micros| timed.then(|| Timestamp::from_micros(micros));
                let names = correlation.group.iter().map(|(name, _)| name.clone());
                let values = group.iter().map(|value| self.values.raw(*value, event).to_owned());
                let group: Vec<(String, String)> = names.zip(values).collect();
                matched.push(correlation.rule);
                if !self.rules.quiet[correlation.rule as usize] {
                    found.push(Match {
                        rule: correlation.rule as usize,
                        fields: self.fields_of(correlation.of[place], event),
                        correlation: Some(Correlated {
                            events: together.events,
                            first: named(together.first),
                            last: named(together.last),
                            group,
                        }),
                    });
                }
                break;
            }
        }
    }
}

impl Asked {
    fn ask(&mut self, number: u32, event_number: u64, rules: &Rules, values: &Values, event: &Event<'_>) -> bool {
        let index = number as usize;
        let (asked, said) = self.said[index];
        if asked == event_number {
            return said;
        }
        let test = &rules.table.tests[index];
        let says = |value: u32| test.asks.of_value(values.raw(value, event), values.lower(value));
        let said = match (test.subject, &test.asks) {
            (Subject::Field(field), Asks::Nothing) => values.of(field).is_empty(),
            (Subject::Field(field), Asks::There(there)) => values.of(field).is_empty() != *there,
            (Subject::Field(field), Asks::Field(other, part)) => values.of(field).iter().any(|value| {
                let lower = values.lower(*value);
                values
                    .of(*other)
                    .iter()
                    .any(|other| part.holds(lower, values.lower(*other)))
            }),
            (Subject::Field(field), _) => values.of(field).iter().any(|value| says(*value)),
            (Subject::Anything, _) => (0..values.len()).any(says),
        };
        self.said[index] = (event_number, said);
        said
    }
}
