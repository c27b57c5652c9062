//! What one version changes of another, property by property, as a person reads it.

use std::collections::BTreeSet;

use serde_json::Value;

/// Properties that are told.
const MOST: usize = 40;
/// Words of a text that are compared one by one.
const WORDS: usize = 400;
/// Characters of a text that is told whole.
const TEXT: usize = 2_000;

/// What became of a part of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays.
    Stays,
    /// It is gone.
    Gone,
    /// It is new.
    New,
}

/// A part of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub fate: Fate,
    pub text: String,
}

/// A property that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub key: String,
    /// Whether it is a list, each part an item.
    pub is_list: bool,
    pub parts: Vec<Part>,
}

/// The properties in which two versions differ, but for the time of the version.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    type Properties = serde_json::Map<String, Value>;
    let read = |text: &str| serde_json::from_str::<Properties>(text).unwrap_or_default();
    let (before, after) = (read(before), read(after));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = |key: &&String| **key != "modified" && before.get(*key) != after.get(*key);
    let change = |key: &String| {
        let (is_list, parts) = parts(before.get(key), after.get(key));
        Change {
            key: key.clone(),
            is_list,
            parts,
        }
    };
    keys.into_iter().filter(differ).take(MOST).map(change).collect()
}

fn parts(before: Option<&Value>, after: Option<&Value>) -> (bool, Vec<Part>) {
    match (before, after) {
        (Some(Value::String(before)), Some(Value::String(after))) => (false, of_texts(before, after)),
        (Some(Value::Array(before)), Some(Value::Array(after))) => (true, of_lists(before, after)),
        (before, after) => {
            let part = |fate, value: &Value| Part {
                fate,
                text: shown(value),
            };
            let gone = before.map(|value| part(Fate::Gone, value));
            let new = after.map(|value| part(Fate::New, value));
            (false, gone.into_iter().chain(new).collect())
        }
    }
}

/// A value as it is told: texts as they are, all else as JSON.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn of_lists(before: &[Value], after: &[Value]) -> Vec<Part> {
    let part = |fate, value: &Value| Part {
        fate,
        text: shown(value),
    };
    let gone = before.iter().filter(|value| !after.contains(value));
    let new = after.iter().filter(|value| !before.contains(value));
    let mut parts: Vec<Part> = gone.map(|value| part(Fate::Gone, value)).collect();
    parts.extend(new.map(|value| part(Fate::New, value)));
    parts.truncate(MOST);
    parts
}

/// Word by word, by the longest words that both have in the same order; texts that are too long for it, as a whole.
fn of_texts(before: &str, after: &str) -> Vec<Part> {
    let words = |text| -> Vec<&str> { str::split_inclusive(text, char::is_whitespace).collect() };
    let (old, new) = (words(before), words(after));
    if old.len() > WORDS || new.len() > WORDS {
        let part = |fate, text: &str| Part {
            fate,
            text: shown(&Value::String(text.to_owned())),
        };
        return vec![part(Fate::Gone, before), part(Fate::New, after)];
    }
    let common = common(&old, &new);
    let mut parts: Vec<Part> = Vec::new();
    let mut put = |fate, text: &str| match parts.last_mut().filter(|last| last.fate == fate) {
        Some(last) => last.text.push_str(text),
        None => parts.push(Part {
            fate,
            text: text.to_owned(),
        }),
    };
    let at = |one: usize, other: usize| common.get(one).and_then(|row| row.get(other)).copied().unwrap_or(0);
    let (mut one, mut other) = (0, 0);
    while one < old.len() || other < new.len() {
        match (old.get(one), new.get(other)) {
            (Some(gone), Some(word)) if gone == word => {
                put(Fate::Stays, word);
                (one, other) = (one + 1, other + 1);
            }
            (Some(gone), word) if word.is_none() || at(one + 1, other) >= at(one, other + 1) => {
                put(Fate::Gone, gone);
                one += 1;
            }
            (_, Some(word)) => {
                put(Fate::New, word);
                other += 1;
            }
            (_, None) => break,
        }
    }
    parts
}

/// How many words both have in the same order, from each pair of places on.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<u16>> {
    let mut rows = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for (one, word) in old.iter().enumerate().rev() {
        let Some((row, below)) = rows.get_mut(one..).and_then(|rows| rows.split_first_mut()) else {
            continue;
        };
        let Some(below) = below.first() else { continue };
        for (other, candidate) in new.iter().enumerate().rev() {
            let of = |row: &[u16], place: usize| row.get(place).copied().unwrap_or(0);
            let longest = match word == candidate {
                true => of(below, other + 1) + 1,
                false => of(below, other).max(of(row, other + 1)),
            };
            if let Some(place) = row.get_mut(other) {
                *place = longest;
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_is_told_property_by_property() {
        let before = r#"{"name":"a","modified":"1","labels":["x","y"],"gone":1}"#;
        let after = r#"{"name":"b","modified":"2","labels":["y","z"],"new":{"a":true}}"#;
        let told: Vec<String> = changes(before, after)
            .iter()
            .map(|change| {
                let parts = change.parts.iter().map(|part| match part.fate {
                    Fate::Stays => part.text.clone(),
                    Fate::Gone => format!("-{}", part.text),
                    Fate::New => format!("+{}", part.text),
                });
                format!("{} {}", change.key, parts.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(told, ["gone -1", "labels -x +z", "name -a +b", r#"new +{"a":true}"#]);
        assert!(changes("nonsense", "nonsense").is_empty());
    }

    #[test]
    fn of_a_text_only_the_words_that_differ_are_told() {
        let part = |fate, text: &str| Part {
            fate,
            text: text.to_owned(),
        };
        assert_eq!(
            of_texts("turn the pump off", "turn the old pump on"),
            [
                part(Fate::Stays, "turn the "),
                part(Fate::New, "old "),
                part(Fate::Stays, "pump "),
                part(Fate::Gone, "off"),
                part(Fate::New, "on"),
            ]
        );
    }

    proptest! {
        #[test]
        fn without_what_is_new_it_is_the_old_text_and_without_what_is_gone_the_new(before in "[ab \n]{0,30}", after in "[ab \n]{0,30}") {
            let parts = of_texts(&before, &after);
            let without = |fate| parts.iter().filter(|part| part.fate != fate).map(|part| part.text.as_str()).collect::<String>();
            prop_assert_eq!(without(Fate::New), before);
            prop_assert_eq!(without(Fate::Gone), after);
        }
    }
}
