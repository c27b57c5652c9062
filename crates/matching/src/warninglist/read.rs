//! Reads the JSON of warninglists and compiles them.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use stix::json::{self, Map, Value};
use stix::observable::{Kind, normalise};
use stix::{Place, Problem};

use super::kinds::Kinds;
use super::{Category, List, ListType, Warninglists, networks};

/// Entries of one list; the longest list that MISP publishes has a million.
const ENTRIES: usize = 5_000_000;
/// Bytes of one entry.
const ENTRY_BYTES: usize = 4_096;
/// Problems that one list may give before they are only counted.
const PROBLEMS: usize = 20;
/// Bytes that one compiled expression may take; all of them together 32 times as much.
const EXPRESSION_BYTES: usize = 1 << 20;
/// Expressions of all lists together.
const EXPRESSIONS: usize = 4_096;
/// Bytes of all substrings together; the automaton takes up to some twenty times as much.
const PART_BYTES: usize = 8 << 20;

/// Collects lists; [`WarninglistsBuilder::build`] compiles them.
#[derive(Default)]
pub struct WarninglistsBuilder {
    made: Warninglists,
    part_bytes: usize,
    /// Expressions as the `regex` crate writes them, flags included.
    expressions: Vec<String>,
    problems: Vec<Problem>,
}

impl WarninglistsBuilder {
    /// Adds one list from its JSON. What is wrong with it is kept for [`WarninglistsBuilder::build`]; `file` names it there.
    pub fn add_json(&mut self, file: &str, text: &str) -> &mut Self {
        let outcome = json::parse(text).and_then(|value| match value {
            Value::Object(map) => Ok((head(&map)?, map)),
            _ => Err(wrong(
                "$",
                "a warninglist is a JSON object with 'name', 'type' and 'list'",
            )),
        });
        match outcome {
            Ok((list, map)) => {
                let entries = map.array("list").unwrap_or_default().iter().map(Value::as_str);
                self.add_list(file, list, entries);
            }
            Err(mut problem) => {
                problem.place.file = Some(file.to_owned());
                self.problems.push(problem.help("the other lists are in use"));
            }
        }
        self
    }

    /// Adds a list; an entry that is no text, or does not fit the type of the list, is left out and named.
    pub(super) fn add_list<'t>(&mut self, file: &str, list: List, entries: impl Iterator<Item = Option<&'t str>>) {
        let Ok(number) = u16::try_from(self.made.lists.len()) else {
            let message = "there are more than 65,535 lists";
            self.problems
                .push(Problem::error("too-many-warninglists", in_file(file, "$"), message));
            return;
        };
        let list_type = list.list_type;
        let kinds = list.kinds;
        self.made.lists.push(list);
        let (mut used, mut wrong) = (0, 0);
        for (at, entry) in entries.enumerate() {
            let outcome = match entry.map(str::trim) {
                _ if at >= ENTRIES => Err("the list has more than 5,000,000 entries; the rest is not read".to_owned()),
                None => Err("the entry is not a text".to_owned()),
                Some("") => Err("the entry is empty".to_owned()),
                Some(text) if text.len() > ENTRY_BYTES => Err("the entry is longer than 4,096 bytes".to_owned()),
                Some(text) => self.add_entry(number, list_type, text),
            };
            match outcome {
                Ok(()) => used += 1,
                Err(message) => {
                    wrong += 1;
                    if wrong <= PROBLEMS {
                        let place = in_file(file, &format!("$.list[{at}]"));
                        self.problems
                            .push(Problem::warning("bad-warninglist-entry", place, message));
                    }
                }
            }
            if at >= ENTRIES {
                break;
            }
        }
        if wrong > PROBLEMS {
            let message = format!("{} further entries of the list are not in use", wrong - PROBLEMS);
            self.problems.push(Problem::warning(
                "bad-warninglist-entry",
                in_file(file, "$.list"),
                message,
            ));
        }
        if let Some(list) = self.made.lists.last_mut() {
            list.entries = used;
        }
        match list_type {
            ListType::Substring => self.made.part_kinds = self.made.part_kinds.or(kinds),
            ListType::Regex => self.made.expression_kinds = self.made.expression_kinds.or(kinds),
            _ => {}
        }
    }

    fn add_entry(&mut self, number: u16, list_type: ListType, text: &str) -> Result<(), String> {
        let full = || "the table of all lists is full".to_owned();
        match list_type {
            ListType::String => self
                .made
                .exact
                .add(&one_form(text), number)
                .then_some(())
                .ok_or_else(full),
            ListType::Hostname => {
                let name = one_form(text.trim_matches('.'));
                self.made.names.add(&name, number).then_some(()).ok_or_else(full)
            }
            ListType::Cidr => {
                let (address, prefix) =
                    networks::parse(text).ok_or_else(|| format!("'{}' is not an address or network", shown(text)))?;
                self.made.networks.add(address, prefix, number);
                Ok(())
            }
            ListType::Substring => {
                self.part_bytes += text.len();
                if self.part_bytes > PART_BYTES {
                    return Err("the substrings of all lists have more than 8 MiB".to_owned());
                }
                self.made.part_of.push((number, text.to_ascii_lowercase().into()));
                Ok(())
            }
            ListType::Regex => {
                if self.expressions.len() >= EXPRESSIONS {
                    return Err("there are more than 4,096 expressions in all lists".to_owned());
                }
                let expression = expression(text)?;
                self.expressions.push(expression);
                self.made.expression_of.push(number);
                Ok(())
            }
        }
    }

    /// Compiles what was added; the problems name what is not in use.
    pub fn build(mut self) -> (Warninglists, Vec<Problem>) {
        self.made.exact.shrink();
        self.made.names.shrink();
        self.made.networks.shrink();
        if !self.made.part_of.is_empty() {
            match AhoCorasick::new(self.made.part_of.iter().map(|(_, text)| text.as_bytes())) {
                Ok(parts) => self.made.parts = Some(parts),
                Err(error) => self.not_compiled("substrings", &error),
            }
        }
        match RegexSetBuilder::new(&self.expressions)
            .size_limit(32 * EXPRESSION_BYTES)
            .build()
        {
            Ok(expressions) => self.made.expressions = expressions,
            Err(error) => {
                self.made.expressions = RegexSet::empty();
                self.not_compiled("expressions", &error);
            }
        }
        (self.made, self.problems)
    }

    fn not_compiled(&mut self, what: &str, error: &dyn std::error::Error) {
        let message = format!("the {what} of the lists cannot be compiled: {error}");
        self.problems.push(
            Problem::error("warninglists-too-large", Place::default(), message)
                .help("leave out lists of this type; the others are in use"),
        );
    }
}

fn wrong(path: &str, message: impl Into<String>) -> Problem {
    Problem::error("bad-warninglist", Place::path(path), message)
}

/// Everything of a list but its entries.
fn head(map: &Map<'_>) -> Result<List, Problem> {
    let list_type = match map.str("type").unwrap_or_default() {
        "string" => ListType::String,
        "hostname" => ListType::Hostname,
        "substring" => ListType::Substring,
        "cidr" => ListType::Cidr,
        "regex" => ListType::Regex,
        other => {
            let message = format!(
                "'{}' is not a type of list (string, hostname, substring, cidr, regex)",
                shown(other)
            );
            return Err(wrong("$.type", message));
        }
    };
    let category = match map.str("category").unwrap_or_default() {
        "" | "false_positive" => Category::FalsePositive,
        "known" => Category::Known,
        other => {
            let message = format!("'{}' is not a category (false_positive, known)", shown(other));
            return Err(wrong("$.category", message));
        }
    };
    let name = map.str("name").unwrap_or_default().trim();
    if name.is_empty() {
        return Err(wrong("$.name", "the list has no name"));
    }
    if map.array("list").is_none() {
        return Err(wrong(
            "$.list",
            "the list has no entries: 'list' must be a list of texts",
        ));
    }
    let attributes = map
        .array("matching_attributes")
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str);
    let kinds = attributes
        .map(Kinds::of_attribute)
        .reduce(Kinds::or)
        .unwrap_or(Kinds::ALL);
    let version = match map.get("version") {
        Some(Value::String(text)) => text.parse().unwrap_or(0),
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        _ => 0,
    };
    Ok(List {
        name: name.to_owned(),
        description: map.str("description").unwrap_or_default().to_owned(),
        version,
        category,
        list_type,
        entries: 0,
        enabled: true,
        kinds,
    })
}

fn in_file(file: &str, path: &str) -> Place {
    Place {
        file: Some(file.to_owned()),
        ..Place::path(path)
    }
}

/// The form that an observable with this text has, so far as one can tell without its kind.
fn one_form(text: &str) -> String {
    if text.contains("://") {
        if let Ok(url) = normalise(Kind::Url, text) {
            return url.value.to_ascii_lowercase();
        }
    } else if let Some((address, _)) = networks::parse(text).filter(|_| !text.contains('/')) {
        return address.to_string();
    } else if !text.is_ascii()
        && let Ok(domain) = normalise(Kind::Domain, text)
    {
        return domain.value;
    }
    text.to_ascii_lowercase()
}

/// Turns `/…/flags` of PHP, or a bare expression, into one of the `regex` crate.
fn expression(text: &str) -> Result<String, String> {
    let (body, flags) = match text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((body, flags)) => (body, flags),
        None => (text, ""),
    };
    let mut kept = String::new();
    for flag in flags.chars() {
        match flag {
            'i' | 'm' | 's' | 'x' => kept.push(flag),
            // Global search, Unicode and anchoring to the first line mean nothing for a yes or no.
            'g' | 'u' | 'D' => {}
            other => return Err(format!("the flag '{other}' of the expression is not known")),
        }
    }
    // PHP lets any sign be escaped; the regex crate wants only signs that mean something.
    let body = body.replace("\\@", "@").replace("\\/", "/");
    let expression = if kept.is_empty() {
        body
    } else {
        format!("(?{kept}){body}")
    };
    let compiled: Result<Regex, _> = RegexBuilder::new(&expression).size_limit(EXPRESSION_BYTES).build();
    match compiled {
        Ok(_) => Ok(expression),
        Err(error) => {
            let error = error.to_string();
            let why = error
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .trim_start_matches("error: ");
            Err(format!("the expression '{}' cannot be used: {why}", shown(text)))
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
