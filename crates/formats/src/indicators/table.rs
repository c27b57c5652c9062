//! Tables of indicators: CSV and its kin with `,` `;` tab or `|`, with a header line or without.

use std::collections::VecDeque;
use std::io::{Cursor, Read};

use stix::marking::Tlp;
use stix::observable::{self, Kind, Observable};
use stix::{Place, Problem};

use super::columns::{Columns, kind_of_word};
use super::{Entry, date, hand_on, indicator_type, observable_of};
use crate::detect::PEEK;
use crate::lines::Lines;
use crate::unpack::read_problem;
use crate::{ReadOptions, Sink};

/// What a table looks like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    delimiter: char,
    columns: Columns,
    /// Whether names of columns say which is which; otherwise the content of the cells did.
    pub has_header: bool,
    /// Whether the first line that is not a comment is the header.
    skip_first: bool,
}

/// Lines that are looked at to tell what a table looks like.
const SAMPLE: usize = 50;

/// Lines and bytes that one quoted record may span.
const RECORD_LINES: usize = 64;
const RECORD_BYTES: usize = 256 << 10;

fn is_comment(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#') || line.starts_with("//")
}

/// Finds delimiter and columns, or none when the text is no table of indicators.
pub(crate) fn sniff(text: &str) -> Option<Table> {
    let rows: Vec<&str> = text.lines().filter(|line| !is_comment(line)).take(SAMPLE).collect();
    // Some feeds hide the header in the last comment above the data.
    let hidden = text
        .lines()
        .take_while(|line| is_comment(line))
        .filter(|line| line.starts_with('#'))
        .last()
        .map(|line| line.trim_start_matches(['#', ' ']));
    let mut best: Option<(usize, Table)> = None;
    for delimiter in [',', ';', '\t', '|'] {
        if let Some((columns, table)) = sniff_with(&rows, hidden, delimiter)
            && best
                .as_ref()
                .is_none_or(|(most, known)| (table.has_header, columns) > (known.has_header, *most))
        {
            best = Some((columns, table));
        }
    }
    best.map(|(_, table)| table)
}

fn sniff_with(rows: &[&str], hidden: Option<&str>, delimiter: char) -> Option<(usize, Table)> {
    let first = split(rows.first()?, delimiter);
    if first.len() < 2 {
        return None;
    }
    let is_value = |cell: &String| observable_of(cell).is_some();
    let header = Columns::from_header(&first).filter(|_| !first.iter().any(is_value));
    if let Some(columns) = header {
        return Some((
            first.len(),
            Table {
                delimiter,
                columns,
                has_header: true,
                skip_first: true,
            },
        ));
    }
    if let Some(cells) = hidden.map(|line| split(line, delimiter))
        && cells.len() == first.len()
        && let Some(columns) = Columns::from_header(&cells)
    {
        return Some((
            first.len(),
            Table {
                delimiter,
                columns,
                has_header: true,
                skip_first: false,
            },
        ));
    }
    let mut counts = vec![0_usize; first.len().min(64)];
    let mut alike = 0;
    for row in rows {
        let cells = split(row, delimiter);
        alike += usize::from(cells.len() == first.len());
        for (count, cell) in counts.iter_mut().zip(&cells) {
            *count += usize::from(is_value(cell));
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    if most == 0 || most * 2 < rows.len() || alike * 5 < rows.len() * 4 {
        return None;
    }
    let value = counts.iter().position(|count| *count == most)?;
    let columns = Columns::from_value(value);
    Some((
        first.len(),
        Table {
            delimiter,
            columns,
            has_header: false,
            skip_first: false,
        },
    ))
}

/// The cells of a record; quotes around a cell are taken off, doubled quotes inside it become one.
fn split(record: &str, delimiter: char) -> Vec<String> {
    let mut cells = Vec::with_capacity(8);
    let mut cell = String::new();
    let mut quoted = false;
    let mut letters = record.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            _ if letter == delimiter && !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => cell.push(letter),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

fn is_open(record: &str) -> bool {
    memchr::memchr_iter(b'"', record.as_bytes()).count() % 2 == 1
}

/// A line or record with the number of its first line, or why it cannot be read.
type Numbered = (u64, Result<String, Problem>);

/// Lines of the table, joined where a quoted cell goes on.
struct Records<'r> {
    lines: Lines<'r>,
    waiting: VecDeque<Numbered>,
}

impl Records<'_> {
    fn line(&mut self) -> Result<Option<Numbered>, Problem> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        let line = self.lines.next()?.map(|line| line.map(str::to_owned));
        Ok(line.map(|line| (self.lines.number, line)))
    }

    fn next(&mut self) -> Result<Option<Numbered>, Problem> {
        let Some((number, line)) = self.line()? else {
            return Ok(None);
        };
        let record = match line {
            Ok(record) if is_open(&record) && !is_comment(&record) => record,
            other => return Ok(Some((number, other))),
        };
        let mut joined = record.clone();
        let mut taken = Vec::new();
        while taken.len() < RECORD_LINES && joined.len() < RECORD_BYTES {
            let Some((at, line)) = self.line()? else { break };
            let Ok(text) = &line else {
                taken.push((at, line));
                break;
            };
            joined.push('\n');
            joined.push_str(text);
            taken.push((at, line));
            if !is_open(&joined) {
                return Ok(Some((number, Ok(joined))));
            }
        }
        // The quote is never closed: it is a letter of this line, and the lines after it are their own.
        for line in taken.into_iter().rev() {
            self.waiting.push_front(line);
        }
        Ok(Some((number, Ok(record))))
    }
}

/// Reads a table. A row without an indicator is a problem; the others are still read.
pub fn read(input: &mut dyn Read, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut head = Vec::new();
    input
        .take(PEEK as u64)
        .read_to_end(&mut head)
        .map_err(|error| read_problem(&error))?;
    let shown = String::from_utf8_lossy(&head);
    let Some(table) = sniff(&shown) else {
        let problem = Problem::error(
            "no-indicator-column",
            Place::line(1, 1),
            "no column of the table holds indicators",
        );
        sink.problem(problem.help("name the column 'indicator' or 'value' in a header line"));
        return Ok(());
    };
    drop(shown);
    let mut whole = Cursor::new(head).chain(input);
    let mut records = Records {
        lines: Lines::new(&mut whole, options.limits.item_bytes),
        waiting: VecDeque::new(),
    };
    let mut header_passed = !table.skip_first;
    while let Some((number, record)) = records.next()? {
        let place = Place::line(number, 1);
        match record {
            Ok(record) if is_comment(&record) => {}
            Ok(_) if !header_passed => header_passed = true,
            Ok(record) => read_row(&split(&record, table.delimiter), &table.columns, place, options, sink)?,
            Err(problem) => sink.problem(problem),
        }
    }
    Ok(())
}

fn read_row(
    cells: &[String],
    columns: &Columns,
    place: Place,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<(), Problem> {
    let entry = entry_of(cells, columns);
    let kind = columns
        .kind
        .and_then(|at| cells.get(at))
        .and_then(|word| kind_of_word(word));
    let mut found_any = false;
    let mut refused = None;
    for (column, column_kind) in &columns.values {
        let Some(cell) = cells.get(*column).filter(|cell| !is_blank(cell)) else {
            continue;
        };
        match value_of(cell, kind.or(*column_kind)) {
            Ok(found) => {
                found_any = true;
                hand_on(&found, &entry, place.clone(), options, sink)?;
            }
            Err(why) => refused = Some((*column, why)),
        }
    }
    match refused {
        Some((column, why)) => {
            let place = Place {
                path: Some(format!("column {}", column + 1)),
                ..place
            };
            sink.problem(Problem::error("not-an-indicator", place, why));
        }
        None if !found_any && !cells.iter().all(|cell| is_blank(cell)) => {
            sink.problem(Problem::error(
                "not-an-indicator",
                place,
                "the row has no indicator in its column",
            ));
        }
        None => {}
    }
    Ok(())
}

fn is_blank(cell: &str) -> bool {
    matches!(cell, "" | "-" | "N/A" | "n/a" | "NULL" | "null" | "None" | "none")
}

fn value_of(cell: &str, kind: Option<Kind>) -> Result<Observable, String> {
    let Some(kind) = kind else {
        let shown: String = cell.chars().take(80).collect();
        return observable_of(cell).ok_or_else(|| {
            format!("'{shown}' is not an indicator: expected an address, domain, URL, hash or the like")
        });
    };
    let refanged = observable::refang(cell);
    if kind == Kind::Domain && !refanged.contains('.') {
        return Err(format!("'{cell}' is not a domain name: it has no dot"));
    }
    observable::normalise(kind, &refanged).or_else(|error| {
        // Columns named by habit: a domain column with addresses, a hash column with other hashes.
        observable_of(cell).ok_or_else(|| error.to_string())
    })
}

fn entry_of(cells: &[String], columns: &Columns) -> Entry {
    let cell = |column: Option<usize>| {
        column
            .and_then(|at| cells.get(at))
            .map(String::as_str)
            .filter(|cell| !is_blank(cell))
    };
    let mut entry = Entry {
        name: cell(columns.name).map(str::to_owned),
        description: cell(columns.description).map(str::to_owned),
        first_seen: cell(columns.first_seen).and_then(date::read),
        last_seen: cell(columns.last_seen).and_then(date::read),
        valid_until: cell(columns.valid_until).and_then(date::read),
        confidence: cell(columns.confidence).and_then(confidence),
        ..Entry::default()
    };
    entry
        .indicator_types
        .extend(cell(columns.category).and_then(indicator_type));
    let tags = cell(columns.tags).unwrap_or_default();
    for tag in tags
        .split([',', ';', '|'])
        .chain(cell(columns.tlp))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
    {
        let is_tlp_cell = cell(columns.tlp) == Some(tag);
        let tlp = (is_tlp_cell || tag.to_ascii_lowercase().starts_with("tlp:"))
            .then(|| Tlp::parse(tag))
            .flatten();
        match tlp.and_then(|tlp| stix::Id::parse(tlp.marking_id()).ok()) {
            Some(marking) => entry.markings.push(marking),
            None if entry.labels.len() < 64 && !entry.labels.iter().any(|label| label == tag) => {
                entry.labels.push(tag.to_owned())
            }
            None => {}
        }
    }
    entry
}

/// A number from 0 to 100, or a word of STIX 2.1 appendix A.
fn confidence(text: &str) -> Option<u8> {
    let text = text.trim().trim_end_matches('%').to_ascii_lowercase();
    match text.as_str() {
        "none" => Some(0),
        "low" => Some(15),
        "med" | "medium" | "moderate" => Some(50),
        "high" => Some(85),
        "confirmed" | "very high" => Some(95),
        _ => text.parse::<f64>().ok().and_then(|number| {
            let rounded = number.round();
            (0.0..=100.0).contains(&rounded).then_some(rounded as u8)
        }),
    }
}
