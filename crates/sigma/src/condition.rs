//! The boolean condition of a rule: `selection and not 1 of filter_*`.
//!
//! ```text
//! any    = all { "or" all }
//! all    = not { "and" not }
//! not    = "not" not | "(" any ")" | count "of" names | name
//! count  = "all" | "any" | number
//! names  = "them" | a name with "*"
//! ```

use crate::expression::Expression;

/// Levels of parentheses and "not".
pub const DEPTH: usize = 64;
/// Words of a condition.
pub const WORDS: usize = 2_000;

/// A selection of the rule, ready to stand in a condition.
pub struct Selection {
    pub name: String,
    pub expression: Expression,
}

/// Why a condition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not written as conditions are.
    Syntax(String),
    /// It names what this engine does not do.
    Unsupported(String),
}

/// Reads a condition.
pub fn read(text: &str, selections: &[Selection]) -> Result<Expression, Refusal> {
    if let Some((_, aggregation)) = text.split_once('|') {
        let word = aggregation
            .split(['(', ' '])
            .find(|word| !word.is_empty())
            .unwrap_or("|");
        return Err(Refusal::Unsupported(format!(
            "the aggregation {word:?} of old rules; a correlation rule says the same"
        )));
    }
    let words = words(text);
    if words.len() > WORDS {
        return Err(Refusal::Syntax(format!(
            "the condition has more than {WORDS} words, the limit"
        )));
    }
    let mut reader = Reader {
        words: &words,
        at: 0,
        selections,
    };
    let expression = reader.any(0)?;
    match reader.next() {
        None => Ok(expression),
        Some(word) => Err(Refusal::Syntax(format!("{word:?} is not expected there"))),
    }
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')']) {
            if at > 0 {
                words.push(&rest[..at]);
            }
            words.push(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            words.push(rest);
        }
    }
    words
}

struct Reader<'t> {
    words: &'t [&'t str],
    at: usize,
    selections: &'t [Selection],
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let word = self.peek();
        self.at += 1;
        word
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(there);
        there
    }

    fn any(&mut self, depth: usize) -> Result<Expression, Refusal> {
        let mut all = vec![self.all(depth)?];
        while self.take("or") {
            all.push(self.all(depth)?);
        }
        Ok(Expression::any(all))
    }

    fn all(&mut self, depth: usize) -> Result<Expression, Refusal> {
        let mut all = vec![self.not(depth)?];
        while self.take("and") {
            all.push(self.not(depth)?);
        }
        Ok(Expression::all(all))
    }

    fn not(&mut self, depth: usize) -> Result<Expression, Refusal> {
        if depth > DEPTH {
            return Err(Refusal::Syntax(format!(
                "the condition is nested deeper than {DEPTH} levels, the limit"
            )));
        }
        if self.take("not") {
            return Ok(Expression::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inside = self.any(depth + 1)?;
            return match self.take(")") {
                true => Ok(inside),
                false => Err(Refusal::Syntax("a parenthesis is not closed".to_owned())),
            };
        }
        let Some(word) = self.next() else {
            return Err(Refusal::Syntax(
                "the condition ends where a name is expected".to_owned(),
            ));
        };
        if self.take("of") {
            return self.count(word);
        }
        match self.selections.iter().find(|selection| selection.name == word) {
            Some(selection) => Ok(selection.expression.clone()),
            None => Err(Refusal::Syntax(format!("there is no selection {word:?}"))),
        }
    }

    fn count(&mut self, count: &str) -> Result<Expression, Refusal> {
        let Some(names) = self.next() else {
            return Err(Refusal::Syntax("\"of\" needs a name behind it".to_owned()));
        };
        let chosen: Vec<Expression> = self
            .selections
            .iter()
            .filter(|selection| match names {
                // Names with an underscore in front are not for "them" (specification, "x of them").
                "them" => !selection.name.starts_with('_'),
                _ => fits(names, &selection.name),
            })
            .map(|selection| selection.expression.clone())
            .collect();
        if chosen.is_empty() {
            return Err(Refusal::Syntax(format!("there is no selection {names:?}")));
        }
        match count {
            "all" => Ok(Expression::all(chosen)),
            "1" | "any" => Ok(Expression::any(chosen)),
            _ => match count.parse::<usize>() {
                Ok(least) => Ok(Expression::AtLeast(least, chosen)),
                Err(_) => Err(Refusal::Syntax(format!(
                    "{count:?} is neither a number nor \"all\" nor \"any\""
                ))),
            },
        }
    }
}

/// Whether a name fits one with stars.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selections() -> Vec<Selection> {
        ["selection", "filter_a", "filter_b", "_hidden"]
            .into_iter()
            .zip(0..)
            .map(|(name, test)| Selection {
                name: name.to_owned(),
                expression: Expression::Test(test),
            })
            .collect()
    }

    fn shown(text: &str) -> String {
        match read(text, &selections()) {
            Ok(expression) => expression.to_string(),
            Err(Refusal::Syntax(why) | Refusal::Unsupported(why)) => why,
        }
    }

    #[test]
    fn and_binds_before_or_and_not_before_both() {
        assert_eq!(shown("selection or filter_a and not filter_b"), "(0 or (1 and not 2))");
        assert_eq!(shown("(selection or filter_a) and filter_b"), "((0 or 1) and 2)");
        assert_eq!(shown("selection and not 1 of filter_*"), "(0 and not (1 or 2))");
    }

    #[test]
    fn them_leaves_out_names_with_an_underscore() {
        assert_eq!(shown("all of them"), "(0 and 1 and 2)");
        assert_eq!(shown("2 of them"), "(2 of 0, 1, 2)");
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(shown("selection and other"), "there is no selection \"other\"");
        assert_eq!(shown("(selection"), "a parenthesis is not closed");
        assert_eq!(shown("selection selection"), "\"selection\" is not expected there");
        assert_eq!(
            shown("selection | count() by x > 3"),
            "the aggregation \"count\" of old rules; a correlation rule says the same"
        );
        assert!(shown(&"not ".repeat(100)).contains("limit"));
    }
}
