//! YARA rules: finds where each rule begins and ends, and reads its tags and meta section.

use stix::{Place, Problem};

use super::{Rule, Rules, technique_number};
use crate::indicators::date;
use crate::{ReadOptions, Sink};

/// Whether a text begins as a file of YARA rules does.
pub(crate) fn starts(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    match scanner.next_word() {
        Some("rule") => {
            let name = scanner.next_word();
            scanner.skip_blank();
            name.is_some() && matches!(scanner.front(), Some(b'{' | b':'))
        }
        Some("private" | "global") => matches!(scanner.next_word(), Some("rule" | "private" | "global")),
        Some("import" | "include") => {
            scanner.skip_blank();
            scanner.front() == Some(b'"')
        }
        _ => false,
    }
}

/// Walks over rule text without stumbling over comments, strings and regular expressions.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn front(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at.min(self.text.len())..]
    }

    /// Past white space and comments.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            if rest.first().is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4);
            } else {
                return;
            }
        }
    }

    fn next_word(&mut self) -> Option<&'a str> {
        self.skip_blank();
        let rest = self.rest();
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        let word = self.text.get(self.at..self.at + length)?;
        self.at += length;
        (!word.is_empty()).then_some(word)
    }

    /// Past a string in double quotes; false if it does not end on its line.
    fn skip_string(&mut self) -> bool {
        self.skip_delimited(b'"')
    }

    fn skip_delimited(&mut self, delimiter: u8) -> bool {
        self.at += 1;
        while let Some(byte) = self.front() {
            match byte {
                b'\\' => self.at += 2,
                b'\n' => return false,
                _ => {
                    self.at += 1;
                    if byte == delimiter {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Past the body of a rule in curly brackets.
    fn skip_body(&mut self) -> Result<(), &'static str> {
        let mut depth = 0_usize;
        // A slash begins a regular expression only where a value can stand; elsewhere it divides.
        let mut value_expected = true;
        loop {
            let rest = self.rest();
            if rest.starts_with(b"//") || rest.starts_with(b"/*") {
                self.skip_blank();
                continue;
            }
            let Some(&byte) = rest.first() else {
                return Err("its closing curly bracket is missing");
            };
            match byte {
                b'"' => {
                    if !self.skip_string() {
                        return Err("a string is not closed on its line");
                    }
                    value_expected = false;
                    continue;
                }
                b'/' if value_expected => {
                    if !self.skip_delimited(b'/') {
                        return Err("a regular expression is not closed on its line");
                    }
                    value_expected = false;
                    continue;
                }
                b'{' => depth += 1,
                b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                b'=' | b'(' | b',' => value_expected = true,
                _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'@' | b'!') => {
                    let start = self.at;
                    self.at += rest
                        .iter()
                        .take_while(|byte| {
                            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'@' | b'!')
                        })
                        .count();
                    let word = &self.text.as_bytes()[start..self.at];
                    value_expected = matches!(word, b"matches" | b"and" | b"or" | b"not" | b"in");
                    continue;
                }
                _ if byte.is_ascii_whitespace() => {}
                _ => value_expected = false,
            }
            // A letter beyond ASCII stands only in comments and strings; step by bytes is fine on its boundary checks.
            self.at += 1;
        }
    }

    /// To the next line that begins a rule.
    fn skip_to_next_rule(&mut self) {
        while let Some(newline) = memchr::memchr(b'\n', self.rest()) {
            self.at += newline + 1;
            let line = self.rest();
            if [&b"rule "[..], b"private ", b"global "]
                .iter()
                .any(|word| line.starts_with(word))
            {
                return;
            }
        }
        self.at = self.text.len();
    }
}

/// Counts lines as positions move forward.
struct LineCount<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineCount<'_> {
    fn at(&mut self, offset: usize) -> u64 {
        let offset = offset.max(self.at).min(self.text.len());
        self.line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..offset]).count() as u64;
        self.at = offset;
        self.line
    }
}

/// Reads a file of rules. A rule that is broken is a problem; the others are still read.
pub fn read(text: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut scanner = Scanner::new(text);
    let mut count = LineCount { text, at: 0, line: 1 };
    let mut rules = Rules::default();
    let mut imports: Vec<&str> = Vec::new();
    // What broken rules made us look at in vain; more than a few times the text means that nothing good will come.
    let mut in_vain = 0;
    loop {
        scanner.skip_blank();
        let start = scanner.at;
        if scanner.front().is_none() {
            return Ok(());
        }
        let line = count.at(start);
        let place = Place::line(line, 1);
        let mut word = scanner.next_word();
        if matches!(word, Some("import" | "include")) {
            let is_import = word == Some("import");
            scanner.skip_blank();
            let quote = scanner.at;
            if scanner.front() == Some(b'"') && scanner.skip_string() {
                if is_import && let Some(module) = text.get(quote + 1..scanner.at - 1) {
                    imports.push(module);
                } else {
                    let problem =
                        Problem::warning("yara-include", place, "the file includes another, which is not read");
                    sink.problem(problem.help("hand in the other file too"));
                }
                continue;
            }
        }
        while matches!(word, Some("private" | "global")) {
            word = scanner.next_word();
        }
        let outcome = if word == Some("rule") {
            read_rule(&mut scanner, start, &imports)
        } else {
            Err("expected 'rule'")
        };
        match outcome {
            Ok(rule) => rules.hand_on(&rule, place, options, sink)?,
            Err(why) => {
                in_vain += scanner.at - start;
                if in_vain > (1 << 20) + 4 * text.len() {
                    return Err(Problem::error(
                        "too-broken",
                        place,
                        "too many YARA rules of the input are broken to go on",
                    ));
                }
                sink.problem(Problem::error(
                    "yara-syntax",
                    place,
                    format!("the YARA rule cannot be read: {why}"),
                ));
                // Start over behind the first line of what is broken, so that an unclosed rule does not hide the next.
                scanner.at = start;
                scanner.skip_to_next_rule();
            }
        }
    }
}

fn read_rule<'a>(scanner: &mut Scanner<'a>, start: usize, imports: &[&str]) -> Result<Rule<'a>, &'static str> {
    let name = scanner.next_word().ok_or("its name is missing")?;
    let mut labels = Vec::new();
    scanner.skip_blank();
    if scanner.front() == Some(b':') {
        scanner.at += 1;
        while let Some(tag) = scanner.next_word() {
            labels.push(tag.to_owned());
        }
        scanner.skip_blank();
    }
    if scanner.front() != Some(b'{') {
        return Err("expected '{' after its name and tags");
    }
    let body_start = scanner.at;
    scanner.skip_body()?;
    let text = scanner.text.get(start..scanner.at).ok_or("it is cut within a letter")?;
    let body = scanner.text.get(body_start + 1..scanner.at - 1).unwrap_or_default();
    if !has_condition(body) {
        return Err("its condition is missing");
    }
    let mut rule = Rule {
        language: "yara",
        identity: name.to_owned(),
        name: name.to_owned(),
        text,
        ..Rule::default()
    };
    for (key, value) in meta(body) {
        apply_meta(&mut rule, &key.to_ascii_lowercase(), value);
    }
    rule.techniques
        .extend(labels.iter().filter_map(|label| technique_number(label)));
    rule.techniques.sort();
    rule.techniques.dedup();
    rule.labels = labels;
    let used: Vec<&str> = imports
        .iter()
        .copied()
        .filter(|module| body.contains(&format!("{module}.")))
        .collect();
    if !used.is_empty() {
        let note = format!("Needs import of: {}", used.join(", "));
        rule.description = Some(match rule.description {
            Some(description) => format!("{description}\n{note}"),
            None => note,
        });
    }
    Ok(rule)
}

fn apply_meta(rule: &mut Rule<'_>, key: &str, value: String) {
    match key {
        "description" | "desc" => rule.description = Some(value),
        "reference" | "ref" | "url" | "link" | "reference1" | "reference2" | "references" => {
            rule.references
                .extend(value.split_whitespace().map(|part| part.trim_matches(',').to_owned()));
        }
        "date" | "created" | "creation_date" => rule.created = date::read(&value),
        "modified" | "last_modified" | "updated" | "update" => rule.modified = date::read(&value),
        // An identifier of the rule itself outlives its name.
        "id" | "uuid" if value.len() == 36 => rule.identity = value,
        _ if key.starts_with("mitre") || key.starts_with("attack") || key.starts_with("technique") => {
            let numbers = value.split([',', ' ', ';', '/']).filter_map(technique_number);
            rule.techniques.extend(numbers);
        }
        _ => {}
    }
}

fn has_condition(body: &str) -> bool {
    let mut rest = body;
    while let Some(at) = rest.find("condition") {
        rest = &rest[at + "condition".len()..];
        if rest.trim_start().starts_with(':') {
            return true;
        }
    }
    false
}

/// The string values of the meta section.
fn meta(body: &str) -> Vec<(&str, String)> {
    let mut scanner = Scanner::new(body);
    let mut values = Vec::new();
    if scanner.next_word() != Some("meta") {
        return values;
    }
    scanner.skip_blank();
    scanner.at += 1;
    while let Some(key) = scanner.next_word() {
        scanner.skip_blank();
        if scanner.front() != Some(b'=') || values.len() > 256 {
            break;
        }
        scanner.at += 1;
        scanner.skip_blank();
        let start = scanner.at;
        if scanner.front() == Some(b'"') {
            if !scanner.skip_string() {
                break;
            }
            if let Some(value) = body.get(start + 1..scanner.at - 1) {
                values.push((key, value.replace("\\\"", "\"").replace("\\\\", "\\")));
            }
        } else {
            if scanner.front() == Some(b'-') {
                scanner.at += 1;
            }
            match scanner.next_word() {
                Some(word) => values.push((key, word.to_owned())),
                None => break,
            }
        }
    }
    values
}
