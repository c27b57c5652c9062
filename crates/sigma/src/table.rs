//! The tables that all rules share: names of fields, and tests, each once.

use std::collections::HashMap;

use crate::test::{Asks, Subject, Test};

/// Names and tests of a set of rules.
#[derive(Debug, Default)]
pub struct Table {
    /// Names in lower case: rules and logs do not agree on more than that.
    numbers: HashMap<Box<str>, u32>,
    /// Names as the first rule writes them.
    pub names: Vec<Box<str>>,
    pub tests: Vec<Test>,
    seen: HashMap<(Subject, String), u32>,
}

impl Table {
    /// The number of a field.
    pub fn field(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name.to_ascii_lowercase().as_str()) {
            return *number;
        }
        let number = number(self.names.len());
        self.numbers.insert(name.to_ascii_lowercase().into(), number);
        self.names.push(name.into());
        number
    }

    /// The number of a field that a rule speaks of; the name is in lower case.
    pub fn known(&self, lower: &str) -> Option<u32> {
        self.numbers.get(lower).copied()
    }

    /// The number of a test; equal tests are one.
    pub fn test(&mut self, test: Test) -> u32 {
        let key = (test.subject, shown(&test.asks));
        if let Some(number) = self.seen.get(&key) {
            return *number;
        }
        let number = number(self.tests.len());
        self.seen.insert(key, number);
        self.tests.push(test);
        number
    }

    /// Forgets what only building needs.
    pub fn finish(&mut self) {
        self.seen = HashMap::new();
    }
}

/// Tables are capped far below by the limits on rules.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A text that is equal for equal tests.
fn shown(asks: &Asks) -> String {
    match asks {
        Asks::Text(pattern) => format!("text {}", pattern.key()),
        Asks::Cased(pattern) => format!("cased {}", pattern.key()),
        // Flags are not part of the text of an expression, so it says them.
        Asks::Regex(regex) => format!("regex {regex:?}"),
        other => format!("{other:?}"),
    }
}
