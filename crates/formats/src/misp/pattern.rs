//! Puts together the STIX pattern of one attribute or object.

use std::fmt::Write as _;

/// Comparisons joined by AND inside one observation expression.
#[derive(Default)]
pub(super) struct Pattern {
    text: String,
}

impl Pattern {
    /// The comparisons; the brackets around them are for whoever writes them out.
    pub fn comparisons(&self) -> &str {
        &self.text
    }

    fn begin(&mut self, path: &[&str]) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        path.iter().for_each(|piece| self.text.push_str(piece));
    }

    /// A path (in pieces) equal to a text.
    pub fn equals(&mut self, path: &[&str], value: &str) {
        self.begin(path);
        self.text.push_str(" = ");
        literal(value, &mut self.text);
    }

    /// A path equal to an integer.
    pub fn number(&mut self, path: &[&str], value: i64) {
        self.begin(path);
        let _ = write!(self.text, " = {value}");
    }

    /// A path equal to an address, or inside a network.
    pub fn address(&mut self, path: &[&str], value: &str) {
        self.begin(path);
        self.text
            .push_str(if value.contains('/') { " ISSUBSET " } else { " = " });
        literal(value, &mut self.text);
    }
}

/// The comparisons of an object, where one path may have several values.
///
/// What a list holds must be there together (AND); of what can have only one value, any will do (OR).
#[derive(Default)]
pub(super) struct Terms {
    groups: Vec<(String, Vec<String>)>,
}

impl Terms {
    fn add(&mut self, path: &str, comparison: String) {
        match self.groups.iter_mut().find(|(other, _)| other == path) {
            Some((_, comparisons)) => comparisons.push(comparison),
            None => self.groups.push((path.to_owned(), vec![comparison])),
        }
    }

    pub fn equals(&mut self, path: &str, value: &str) {
        let mut comparison = " = ".to_owned();
        literal(value, &mut comparison);
        self.add(path, comparison);
    }

    pub fn address(&mut self, path: &str, value: &str) {
        let mut comparison = if value.contains('/') { " ISSUBSET " } else { " = " }.to_owned();
        literal(value, &mut comparison);
        self.add(path, comparison);
    }

    /// A path equal to something that is written without quotes.
    pub fn bare(&mut self, path: &str, value: &dyn std::fmt::Display) {
        self.add(path, format!(" = {value}"));
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The whole as comparisons of a pattern.
    pub fn pattern(mut self) -> Pattern {
        let mut text = String::new();
        for (path, comparisons) in &mut self.groups {
            comparisons.sort();
            comparisons.dedup();
            if !text.is_empty() {
                text.push_str(" AND ");
            }
            let joined: Vec<String> = comparisons
                .iter()
                .map(|comparison| format!("{path}{comparison}"))
                .collect();
            match (joined.as_slice(), path.contains("[*]")) {
                ([one], _) => text.push_str(one),
                (_, true) => text.push_str(&joined.join(" AND ")),
                (_, false) => {
                    let _ = write!(text, "({})", joined.join(" OR "));
                }
            }
        }
        Pattern { text }
    }
}

/// A string literal; quotes and backslashes are escaped (STIX 2.1 section 9.2).
fn literal(value: &str, out: &mut String) {
    out.push('\'');
    if !value.contains(['\'', '\\']) {
        out.push_str(value);
        out.push('\'');
        return;
    }
    for character in value.chars() {
        if matches!(character, '\'' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('\'');
}

/// The name of a hash as a step of a path: quoted where it is no plain word.
pub(super) fn hash_step(algorithm: &str) -> [&str; 3] {
    if algorithm.contains('-') {
        ["'", algorithm, "'"]
    } else {
        ["", algorithm, ""]
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Terms};

    #[test]
    fn escapes_quotes_and_backslashes_and_keeps_numbers_numbers() {
        let mut pattern = Pattern::default();
        pattern.equals(&["file:name"], r"it's\a");
        pattern.number(&["file:size"], 7);
        pattern.address(&["ipv4-addr:value"], "192.0.2.0/24");
        assert_eq!(
            pattern.comparisons(),
            r"file:name = 'it\'s\\a' AND file:size = 7 AND ipv4-addr:value ISSUBSET '192.0.2.0/24'"
        );
    }

    #[test]
    fn of_several_names_any_will_do_while_a_list_must_hold_all() {
        let mut terms = Terms::default();
        terms.equals("file:name", "a");
        terms.equals("email-message:cc_refs[*].value", "x");
        terms.equals("file:name", "b");
        terms.equals("email-message:cc_refs[*].value", "y");
        assert_eq!(
            terms.pattern().comparisons(),
            "(file:name = 'a' OR file:name = 'b') AND email-message:cc_refs[*].value = 'x' AND email-message:cc_refs[*].value = 'y'"
        );
    }
}
