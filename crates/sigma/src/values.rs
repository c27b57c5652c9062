//! The values of one event as rules ask for them: by the number of the field, also in lower case.

use std::ops::Range;

use events::Event;

use crate::fields::{self, Also};
use crate::logsource::Kind;
use crate::pattern;
use crate::table::Table;

/// Filled again for each event, so that an event costs no allocation of its own.
#[derive(Debug, Default)]
pub struct Values {
    all: Vec<Value>,
    lower: String,
    /// Values by the number of the field.
    of_field: Vec<Vec<u32>>,
    filled: Vec<u32>,
    name: String,
}

#[derive(Clone, Debug)]
struct Value {
    raw: Raw,
    lower: Range<usize>,
}

#[derive(Clone, Debug)]
enum Raw {
    Part(usize, Range<usize>),
    Fixed(&'static str),
}

impl Values {
    /// Takes the values of an event that rules speak of; all of them where there are keywords.
    pub fn fill(&mut self, event: &Event<'_>, kind: Kind, table: &Table, keywords: bool) {
        self.of_field.resize_with(table.names.len(), Vec::new);
        for field in self.filled.drain(..) {
            self.of_field[field as usize].clear();
        }
        self.all.clear();
        self.lower.clear();
        let mut name = std::mem::take(&mut self.name);
        for (index, field) in event.fields.iter().enumerate() {
            name.clear();
            name.push_str(&field.name);
            name.make_ascii_lowercase();
            let name = fields::plain(kind, &name);
            let known = table.known(name);
            let whole = 0..field.value.len();
            if known.is_some() || keywords {
                self.add(known, Raw::Part(index, whole), &field.value);
            }
            fields::also(kind, field, name, &mut |also| match also {
                Also::Part(other, range) => {
                    if let Some(known) = table.known(other).filter(|_| other != name) {
                        self.add(Some(known), Raw::Part(index, range.clone()), &field.value[range]);
                    }
                }
                Also::Value(other, value) => {
                    if let Some(known) = table.known(other) {
                        self.add(Some(known), Raw::Fixed(value), value);
                    }
                }
            });
        }
        self.name = name;
    }

    fn add(&mut self, field: Option<u32>, raw: Raw, value: &str) {
        let from = self.lower.len();
        pattern::lower(value, &mut self.lower);
        if let Some(field) = field {
            let values = &mut self.of_field[field as usize];
            if values.is_empty() {
                self.filled.push(field);
            }
            values.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        }
        self.all.push(Value {
            raw,
            lower: from..self.lower.len(),
        });
    }

    /// The numbers of the values of a field.
    pub fn of(&self, field: u32) -> &[u32] {
        self.of_field.get(field as usize).map_or(&[], Vec::as_slice)
    }

    /// How many values there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    pub fn lower(&self, value: u32) -> &str {
        &self.lower[self.all[value as usize].lower.clone()]
    }

    pub fn raw<'e>(&self, value: u32, event: &'e Event<'_>) -> &'e str {
        match &self.all[value as usize].raw {
            Raw::Part(field, range) => &event.fields[*field].value[range.clone()],
            Raw::Fixed(text) => text,
        }
    }

    /// The name under which the event holds a value.
    pub fn name<'e>(&self, value: u32, event: &'e Event<'_>) -> Option<&'e str> {
        match &self.all[value as usize].raw {
            Raw::Part(field, _) => Some(event.fields[*field].name.as_ref()),
            Raw::Fixed(_) => None,
        }
    }
}
