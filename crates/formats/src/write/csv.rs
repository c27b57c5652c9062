//! A table with one row for each indicator and value.
//!
//! Programs read it, and people open it in spreadsheets, which run cells that start with `=`, `+`, `-` or `@`. Such a
//! cell gets an apostrophe in front (OWASP's advice), in every column; a program that needs the exact value of such a
//! rare cell takes STIX. Each record is one line: line breaks inside a cell become spaces.

use std::io;

use stix::pattern::Pattern;

use super::export::{Entry, Outcome, Step, Writer};
use super::options::Options;
use super::plain;
use super::selector::Selector;
use super::target::Target;

const FILE: &str = "indicators.csv";
const HEADER: [&str; 12] = [
    "change",
    "kind",
    "value",
    "indicator",
    "name",
    "score",
    "confidence",
    "valid_from",
    "valid_until",
    "tlp",
    "pap",
    "created_by",
];
/// Characters of a cell.
const LONGEST: usize = 32_000;

pub(super) struct Csv;

impl Csv {
    pub(super) fn new(_: &Options<'_>) -> Self {
        Self
    }
}

impl Writer for Csv {
    fn each_value_once(&self) -> bool {
        false
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        out.write(FILE, record(&HEADER.map(str::to_owned)).as_bytes())
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let rows: Vec<(&str, String)> = match selector {
            Selector::Value(observable) => vec![(observable.kind.as_str(), observable.value.clone())],
            Selector::File(hashes) => hashes
                .iter()
                .map(|hash| (hash.kind.as_str(), hash.value.clone()))
                .collect(),
            Selector::Flow(_) => match selector.only_end() {
                Some(end) => vec![(end.kind.as_str(), end.value.clone())],
                None => vec![("flow", selector.to_string())],
            },
        };
        for (_, value) in &rows {
            if let Err(why) = plain::line(value) {
                return Ok(why.into());
            }
        }
        for (kind, value) in rows {
            out.write(FILE, row(entry, kind, value).as_bytes())?;
        }
        Ok(Outcome::Written)
    }

    fn takes_patterns(&self) -> bool {
        true
    }

    fn put_pattern(&mut self, entry: &Entry<'_>, pattern: &Pattern, out: &mut dyn Target) -> io::Result<bool> {
        let text = pattern.to_string();
        if text.chars().count() > LONGEST {
            return Ok(false);
        }
        out.write(FILE, row(entry, "pattern", text).as_bytes())?;
        Ok(true)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}

fn row(entry: &Entry<'_>, kind: &str, value: String) -> String {
    let text = |key: &str| entry.object.str(key).unwrap_or_default().to_owned();
    let change = match entry.step {
        Step::Present => "present",
        Step::Added => "added",
        Step::Changed => "changed",
        Step::Removed => "removed",
    };
    let confidence = entry.object.get("confidence").and_then(stix::json::Value::as_i64);
    record(&[
        change.to_owned(),
        kind.to_owned(),
        value,
        entry.id.to_owned(),
        text("name"),
        entry.facts.score.map(|score| score.to_string()).unwrap_or_default(),
        confidence.map(|confidence| confidence.to_string()).unwrap_or_default(),
        text("valid_from"),
        text("valid_until"),
        entry.facts.tlp.map(|tlp| tlp.label().to_owned()).unwrap_or_default(),
        entry.facts.pap.map(|pap| pap.label().to_owned()).unwrap_or_default(),
        text("created_by_ref"),
    ])
}

/// One line of the table (RFC 4180, lines end in LF).
fn record(cells: &[String]) -> String {
    let mut line = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let mut cell = plain::note(cell, LONGEST);
        if cell.starts_with(['=', '+', '-', '@', '\'']) {
            cell.insert(0, '\'');
        }
        if cell.contains([',', '"', ';', '\'']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&cell);
        }
    }
    line.push('\n');
    line
}
