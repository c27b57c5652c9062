//! Puts together the STIX pattern of one attribute or object.

use std::fmt::Write as _;

/// Comparisons joined by AND inside one observation expression.
#[derive(Default)]
pub(super) struct Pattern {
    text: String,
}

impl Pattern {
    pub fn clear(&mut self) {
        self.text.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

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
        self.literal(value);
    }

    /// A path equal to an integer.
    pub fn number(&mut self, path: &[&str], value: i64) {
        self.begin(path);
        let _ = write!(self.text, " = {value}");
    }

    /// A path equal to a time.
    pub fn time(&mut self, path: &[&str], value: &str) {
        self.begin(path);
        let _ = write!(self.text, " = t'{value}'");
    }

    /// A path equal to a truth value.
    pub fn truth(&mut self, path: &[&str], value: bool) {
        self.begin(path);
        let _ = write!(self.text, " = {value}");
    }

    /// A path equal to an address, or inside a network.
    pub fn address(&mut self, path: &[&str], value: &str) {
        self.begin(path);
        self.text
            .push_str(if value.contains('/') { " ISSUBSET " } else { " = " });
        self.literal(value);
    }

    /// A string literal; quotes and backslashes are escaped (STIX 2.1 section 9.2).
    fn literal(&mut self, value: &str) {
        self.text.push('\'');
        for character in value.chars() {
            if matches!(character, '\'' | '\\') {
                self.text.push('\\');
            }
            self.text.push(character);
        }
        self.text.push('\'');
    }
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
    use super::Pattern;

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
}
