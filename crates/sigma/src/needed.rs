//! Texts without which a regular expression finds nothing.
//!
//! `cmd.{0,5}/c.+(?:clip|clipboard)` needs `cmd`, and also `clip`. Such texts let the index leave out expressions, which
//! are slow, as it leaves out plain texts. Letters are in lower case, as what they are looked for in.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::pattern;

/// Alternatives that are kept; more are not worth looking for.
const MOST: usize = 32;

/// Texts of which at least one is in every value that an expression finds something in; the longest there are.
pub fn texts(expression: &regex::Regex) -> Option<Vec<String>> {
    // Flags of the builder are not in the text of the expression. Reading it without regard to case is right for
    // both: what it needs then is no more than what it needs otherwise.
    let mut parser = regex_syntax::ParserBuilder::new().case_insensitive(true).build();
    let hir = parser.parse(expression.as_str()).ok()?;
    needed(&hir)
}

/// How good a set is: as good as its shortest text.
fn shortest(texts: &[String]) -> usize {
    texts.iter().map(String::len).min().unwrap_or_default()
}

fn needed(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Alternation(all) => {
            let mut together = Vec::new();
            for each in all {
                together.extend(needed(each)?);
            }
            (together.len() <= MOST).then_some(together)
        }
        HirKind::Concat(all) => {
            let mut best: Option<Vec<String>> = None;
            let mut run = String::new();
            for each in all {
                if letters(each, &mut run) {
                    continue;
                }
                let run = Some(std::mem::take(&mut run)).filter(|run| !run.is_empty());
                better(&mut best, run.map(|run| vec![run]));
                better(&mut best, needed(each));
            }
            let run = Some(run).filter(|run| !run.is_empty());
            better(&mut best, run.map(|run| vec![run]));
            best
        }
        _ => {
            let mut text = String::new();
            (letters(hir, &mut text) && !text.is_empty()).then(|| vec![text])
        }
    }
}

fn better(best: &mut Option<Vec<String>>, other: Option<Vec<String>>) {
    if let Some(other) = other
        && best.as_ref().is_none_or(|best| shortest(best) < shortest(&other))
    {
        *best = Some(other);
    }
}

/// Adds what a part stands for if that is one text, apart from case.
fn letters(hir: &Hir, into: &mut String) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => pattern::lower(text, into),
            Err(_) => return false,
        },
        HirKind::Class(Class::Unicode(class)) => {
            let mut lower = None;
            for range in class.iter() {
                for letter in range.start()..=range.end() {
                    let mut text = String::new();
                    pattern::lower(letter.encode_utf8(&mut [0; 4]), &mut text);
                    match &lower {
                        None => lower = Some(text),
                        Some(other) if *other == text => {}
                        Some(_) => return false,
                    }
                }
            }
            match lower {
                Some(text) => into.push_str(&text),
                None => return false,
            }
        }
        // Beginnings, ends and edges of words take no room.
        HirKind::Look(_) | HirKind::Empty => {}
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(expression: &str) -> Option<Vec<String>> {
        texts(&regex::Regex::new(expression).unwrap())
    }

    #[test]
    fn the_longest_text_of_a_row_is_needed() {
        assert_eq!(of(r"cmd.{0,5}/c.+invoke").unwrap(), ["invoke"]);
        assert_eq!(of(r"^a\bcd.*x").unwrap(), ["acd"]);
        assert_eq!(of(r"(?:powermode|iex)+ x").unwrap().len(), 2);
        assert_eq!(of(r"\d+"), None);
        assert_eq!(of(r"(?:abc)?"), None);
        assert_eq!(of(r"abc|\d"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_has_one_of_the_texts(
            expression in "[aBs(|)?+.*]{1,12}",
            value in "[aAbBsS]{0,12}",
            flag in proptest::bool::ANY,
        ) {
            let built = regex::RegexBuilder::new(&expression).case_insensitive(flag).build();
            if let Ok(regex) = built
                && regex.is_match(&value)
                && let Some(texts) = texts(&regex)
            {
                let mut lower = String::new();
                pattern::lower(&value, &mut lower);
                proptest::prop_assert!(texts.iter().any(|text| lower.contains(text.as_str())), "{texts:?}");
            }
        }
    }
}
