//! Which rules of one log source an event can match at all.
//!
//! Of most rules one can say: if none of *these* texts occurs in *those* fields, the rule does not match. One such set
//! of texts is chosen for each rule, the one that is least likely to occur; all of them go into one automaton for each
//! field. A thousand rules then cost one pass over each value, and only those are evaluated of which a text was met.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::expression::Expression;
use crate::test::{Subject, Test};

/// The rules of one log source.
#[derive(Debug)]
pub struct Index {
    /// Rules of which nothing can be said: they are evaluated for each event.
    pub always: Vec<u32>,
    /// What to look for, by field; keywords are looked for in all.
    pub fields: Vec<(Subject, Needles)>,
    keywords: bool,
}

/// The texts that are looked for in one field.
#[derive(Debug)]
pub struct Needles {
    parts: Option<AhoCorasick>,
    /// Rules of each pattern of `parts`.
    rules_of: Vec<Vec<u32>>,
    whole: HashMap<Box<str>, Vec<u32>>,
}

impl Needles {
    /// Calls with the rules that a value, in lower case, speaks for.
    pub fn find(&self, lower: &str, call: &mut impl FnMut(u32)) {
        if let Some(rules) = self.whole.get(lower) {
            rules.iter().for_each(|rule| call(*rule));
        }
        if let Some(parts) = &self.parts {
            for found in parts.find_overlapping_iter(lower) {
                self.rules_of[found.pattern().as_usize()]
                    .iter()
                    .for_each(|rule| call(*rule));
            }
        }
    }
}

impl Index {
    /// Builds the index of some rules. Should their texts be too many for an automaton, all are evaluated always.
    pub fn new(rules: &[(u32, &Expression)], tests: &[Test]) -> Self {
        let mut index = Self::build(rules, tests).unwrap_or_else(|_| Self {
            always: rules.iter().map(|(rule, _)| *rule).collect(),
            fields: Vec::new(),
            keywords: false,
        });
        index.keywords = rules
            .iter()
            .any(|(_, expression)| expression.some(&mut |test| tests[test as usize].subject == Subject::Anything));
        index
    }

    fn build(rules: &[(u32, &Expression)], tests: &[Test]) -> Result<Self, aho_corasick::BuildError> {
        let mut always = Vec::new();
        let mut parts: BTreeMap<(Subject, String), Vec<u32>> = BTreeMap::new();
        let mut whole: BTreeMap<(Subject, String), Vec<u32>> = BTreeMap::new();
        for &(rule, expression) in rules {
            let Some(needed) = needed(expression, tests) else {
                always.push(rule);
                continue;
            };
            for test in needed.tests {
                let test = &tests[test as usize];
                let into = match test.asks.is_whole() {
                    true => &mut whole,
                    false => &mut parts,
                };
                for text in test.asks.texts().unwrap_or_default() {
                    let rules = into.entry((test.subject, text)).or_default();
                    if rules.last() != Some(&rule) {
                        rules.push(rule);
                    }
                }
            }
        }
        let mut subjects: Vec<Subject> = parts.keys().chain(whole.keys()).map(|(subject, _)| *subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut fields = Vec::new();
        for subject in subjects {
            let of = |map: &BTreeMap<(Subject, String), Vec<u32>>| -> Vec<(Box<str>, Vec<u32>)> {
                let all = map.iter().filter(|((other, _), _)| *other == subject);
                all.map(|((_, text), rules)| (Box::from(text.as_str()), rules.clone()))
                    .collect()
            };
            let (texts, rules_of): (Vec<_>, Vec<_>) = of(&parts).into_iter().unzip();
            let automaton = match texts.is_empty() {
                true => None,
                false => Some(automaton(&texts)?),
            };
            let needles = Needles {
                parts: automaton,
                rules_of,
                whole: of(&whole).into_iter().collect(),
            };
            fields.push((subject, needles));
        }
        Ok(Self {
            always,
            fields,
            keywords: false,
        })
    }

    /// Whether rules ask for keywords, which may stand in any field.
    pub const fn needs_all(&self) -> bool {
        self.keywords
    }
}

fn automaton(texts: &[Box<str>]) -> Result<AhoCorasick, aho_corasick::BuildError> {
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(texts.iter().map(|text| text.as_bytes()))
}

/// Tests of which at least one holds whenever the rule does.
struct Needed {
    tests: Vec<u32>,
    /// How unlikely the most likely of them is.
    weight: usize,
}

fn needed(expression: &Expression, tests: &[Test]) -> Option<Needed> {
    match expression {
        Expression::Test(number) => {
            let test = &tests[*number as usize];
            let weight = weight(test)?;
            Some(Needed {
                tests: vec![*number],
                weight,
            })
        }
        Expression::All(all) => all
            .iter()
            .filter_map(|each| needed(each, tests))
            .max_by_key(|needed| (needed.weight, std::cmp::Reverse(needed.tests.len()))),
        Expression::Any(any) | Expression::AtLeast(_, any) => {
            // "At least none" holds always.
            if matches!(expression, Expression::AtLeast(0, _)) {
                return None;
            }
            let mut together = Needed {
                tests: Vec::new(),
                weight: usize::MAX,
            };
            for each in any {
                let needed = needed(each, tests)?;
                together.tests.extend(needed.tests);
                together.weight = together.weight.min(needed.weight);
            }
            Some(together)
        }
        Expression::Not(_) => None,
    }
}

/// Texts that are in a good part of all values of their fields, long as they are.
const COMMON: [&str; 8] = [
    r"c:\windows\system32\",
    r"c:\windows\",
    r"c:\program files",
    r"\system32\",
    r"\appdata\local\",
    r"\software\microsoft\windows\",
    r"\software\microsoft\windows\currentversion\",
    r"\currentcontrolset\services\",
];

/// How unlikely it is that the text of a test occurs, roughly: the longer, the less. None where there is no text.
fn weight(test: &Test) -> Option<usize> {
    let texts = test.asks.texts()?;
    let of_text = |text: &String| match COMMON.iter().any(|common| common.contains(text.as_str())) {
        true => 2,
        false => text.len().min(16) + usize::from(test.asks.is_whole()),
    };
    texts.iter().map(of_text).min()
}
