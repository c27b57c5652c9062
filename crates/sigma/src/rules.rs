//! A set of rules, compiled.

use std::collections::BTreeMap;

use stix::{Place, Problem};

use crate::condition::Refusal;
use crate::correlation::{self, Correlation, Unresolved};
use crate::detection;
use crate::expression::Expression;
use crate::index::Index;
use crate::matcher::Matcher;
use crate::rule::{LogSource, Rule};
use crate::table::Table;
use crate::yaml::{self, Node};

/// Bytes of one file of rules.
pub const FILE_BYTES: usize = 1 << 20;
/// Rules of a set.
pub const RULES: usize = 100_000;

/// Rules, compiled. Immutable: one for all streams, a [`Matcher`] for each.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) rules: Vec<Rule>,
    /// What must hold, by rule; nothing for correlations.
    pub(crate) expressions: Vec<Option<Expression>>,
    /// Rules that only correlations hear of.
    pub(crate) quiet: Vec<bool>,
    pub(crate) table: Table,
    pub(crate) groups: Vec<(LogSource, Index)>,
    pub(crate) correlations: Vec<Correlation>,
}

impl Rules {
    /// Starts an empty set.
    pub fn builder() -> RulesBuilder {
        RulesBuilder::default()
    }

    /// How many rules are in use, correlations included.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// A rule by its place, as a match names it.
    pub fn rule(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }

    /// All rules, in the order in which they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter()
    }

    /// What one stream of events is matched with.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher::new(self)
    }

    /// Whether anything counts events together.
    pub fn correlates(&self) -> bool {
        !self.correlations.is_empty()
    }
}

/// Collects rules.
#[derive(Debug, Default)]
pub struct RulesBuilder {
    rules: Rules,
    unresolved: Vec<Unresolved>,
    problems: Vec<Problem>,
}

impl RulesBuilder {
    /// Adds a file of rules, of which there may be several in it. `name` is for messages.
    pub fn add(&mut self, name: &str, text: &str) -> &mut Self {
        let place = Place {
            file: Some(name.to_owned()),
            ..Place::default()
        };
        if text.len() > FILE_BYTES {
            let message = format!("the file has more than {FILE_BYTES} bytes, the limit for rules");
            let problem = Problem::error("sigma-too-large", place, message).help("split it into several files");
            self.problems.push(problem);
            return self;
        }
        for document in yaml::documents(text) {
            match document {
                Ok(Node::Null) => {}
                Ok(document) => self.document(name, &document),
                Err(error) => {
                    let place = Place {
                        line: error.location().map(|at| at.line() as u64),
                        column: error.location().map(|at| at.column() as u64),
                        ..place.clone()
                    };
                    let message = format!("this is not YAML that can be read: {error}");
                    self.problems.push(Problem::error("sigma-yaml", place, message));
                }
            }
        }
        self
    }

    fn document(&mut self, name: &str, document: &Node) {
        let rule = Rule::read(name, document);
        if let Err(refusal) = self.compile(rule.clone(), document) {
            // What is no rule at all has neither.
            let named = Some(rule.id.as_ref().unwrap_or(&rule.title)).filter(|named| !named.is_empty());
            let place = Place {
                file: Some(name.to_owned()),
                object: named.cloned(),
                ..Place::default()
            };
            let problem = match refusal {
                Refusal::Syntax(why) => {
                    Problem::error("sigma-invalid", place, format!("the rule cannot be used: {why}"))
                        .help("see the Sigma specification; the other rules are used")
                }
                Refusal::Unsupported(what) => {
                    Problem::error("sigma-unsupported", place, format!("the rule needs {what}"))
                        .help("the other rules are used")
                }
            };
            self.problems.push(problem);
        }
    }

    fn compile(&mut self, rule: Rule, document: &Node) -> Result<(), Refusal> {
        if self.rules.rules.len() >= RULES {
            return Err(Refusal::Syntax(format!("there are {RULES} rules already, the limit")));
        }
        for (name, what) in [
            ("action", "\"action\", the old way of several rules in one file"),
            ("filter", "\"filter\", a filter over other rules"),
        ] {
            if document.get(name).is_some() {
                return Err(Refusal::Unsupported(what.to_owned()));
            }
        }
        if let Some(node) = document.get("correlation") {
            let unresolved = correlation::read(node, rule)?;
            self.unresolved.push(unresolved);
            return Ok(());
        }
        let detection = document
            .get("detection")
            .ok_or_else(|| Refusal::Syntax("there is neither a detection nor a correlation".to_owned()))?;
        let expression = detection::compile(detection, &mut self.rules.table)?;
        self.push(rule, Some(expression));
        Ok(())
    }

    fn push(&mut self, rule: Rule, expression: Option<Expression>) {
        self.rules.rules.push(rule);
        self.rules.expressions.push(expression);
        self.rules.quiet.push(false);
    }

    /// Compiles all of it. Each rule that cannot be used is a problem that says which and why; the others are used.
    pub fn build(mut self) -> (Rules, Vec<Problem>) {
        self.correlate();
        let mut groups: BTreeMap<&LogSource, Vec<(u32, &Expression)>> = BTreeMap::new();
        for ((rule, expression), number) in self.rules.rules.iter().zip(&self.rules.expressions).zip(0..) {
            if let Some(expression) = expression {
                groups.entry(&rule.logsource).or_default().push((number, expression));
            }
        }
        let tests = &self.rules.table.tests;
        let groups = groups
            .into_iter()
            .map(|(source, rules)| (source.clone(), Index::new(&rules, tests)))
            .collect();
        self.rules.groups = groups;
        self.rules.table.finish();
        (self.rules, self.problems)
    }

    /// Gives correlations the rules they speak of; those that speak of each other come in that order.
    fn correlate(&mut self) {
        let mut waiting = std::mem::take(&mut self.unresolved);
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for unresolved in waiting {
                match unresolved.resolve(&self.rules.rules, &mut self.rules.table) {
                    Some(mut correlation) => {
                        correlation.rule = u32::try_from(self.rules.rules.len()).unwrap_or(u32::MAX);
                        if !unresolved.generate {
                            for rule in &correlation.of {
                                self.rules.quiet[*rule as usize] = true;
                            }
                        }
                        self.push(unresolved.rule, None);
                        self.rules.correlations.push(correlation);
                    }
                    None => still.push(unresolved),
                }
            }
            waiting = still;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for unresolved in waiting {
            let missing = unresolved.missing(&self.rules.rules).join(", ");
            let mut place = Place::default().object(unresolved.rule.id.as_ref().unwrap_or(&unresolved.rule.title));
            place.file = Some(unresolved.rule.file);
            let message = format!("the correlation speaks of rules that are not here or cannot be used: {missing}");
            let problem = Problem::error("sigma-missing-rule", place, message)
                .help("add the files of these rules; rules are named by their \"name\" or \"id\"");
            self.problems.push(problem);
        }
    }
}
