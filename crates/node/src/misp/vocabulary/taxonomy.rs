//! Taxonomies: the tags of a namespace, as `namespace:predicate` or `namespace:predicate="value"`.

use serde_json::{Map, Value};
use stix::Problem;

use super::read::wrong;

/// Characters of what would be a tag; those that are too long for one are shown and not offered.
const LONGEST: usize = 2_048;

/// A tag of a taxonomy.
#[derive(Clone, Debug, PartialEq)]
pub struct TaxonomyTag {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub expanded: String,
    /// What it means.
    pub description: String,
    /// Its colour, where one is given.
    pub colour: Option<String>,
    /// The number that it stands for.
    pub number: Option<i64>,
    /// Whether no two of its predicate go together.
    pub is_exclusive: bool,
}

fn text<'m>(map: &'m Value, key: &str) -> &'m str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn colour(value: &Value) -> Option<String> {
    let text = text(value, "colour");
    let is_colour =
        text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
    is_colour.then(|| text.to_ascii_lowercase())
}

fn number(value: &Value) -> Option<i64> {
    value.get("numerical_value")?.as_i64()
}

fn checked(name: String, place: &str) -> Result<String, Problem> {
    if name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        let message = format!("the tag would have more than {LONGEST} characters, or control characters");
        return Err(wrong(place, message, "the file is left out; the others are read"));
    }
    Ok(name)
}

/// The tags of a taxonomy in the order of its file.
///
/// # Errors
/// When a predicate or value has no name, or a tag would be too long.
pub(crate) fn tags(map: &Map<String, Value>) -> Result<Vec<TaxonomyTag>, Problem> {
    let list = |key: &str| {
        map.get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let namespace = map.get("namespace").and_then(Value::as_str).unwrap_or_default();
    let exclusive = map.get("exclusive").and_then(Value::as_bool).unwrap_or(false);
    let mut tags = Vec::new();
    for (at, predicate) in list("predicates").iter().enumerate() {
        let place = format!("$.predicates[{at}]");
        let word = text(predicate, "value");
        if word.is_empty() {
            return Err(wrong(
                &place,
                "a predicate has a 'value'",
                "the file is left out; the others are read",
            ));
        }
        let expanded = if text(predicate, "expanded").is_empty() {
            word
        } else {
            text(predicate, "expanded")
        };
        let is_exclusive = exclusive || predicate.get("exclusive").and_then(Value::as_bool).unwrap_or(false);
        let values: Vec<&Value> = list("values")
            .iter()
            .filter(|values| text(values, "predicate") == word)
            .filter_map(|values| values.get("entry").and_then(Value::as_array))
            .flatten()
            .collect();
        if values.is_empty() {
            tags.push(TaxonomyTag {
                name: checked(format!("{namespace}:{word}"), &place)?,
                expanded: expanded.to_owned(),
                description: text(predicate, "description").to_owned(),
                colour: colour(predicate),
                number: number(predicate),
                is_exclusive,
            });
        }
        for value in values {
            let entry = text(value, "value");
            if entry.is_empty() {
                return Err(wrong(
                    &place,
                    "an entry of it has no 'value'",
                    "the file is left out; the others are read",
                ));
            }
            let said = if text(value, "expanded").is_empty() {
                entry
            } else {
                text(value, "expanded")
            };
            tags.push(TaxonomyTag {
                name: checked(format!("{namespace}:{word}=\"{entry}\""), &place)?,
                expanded: format!("{expanded}: {said}"),
                description: text(value, "description").to_owned(),
                colour: colour(value).or_else(|| colour(predicate)),
                number: number(value),
                is_exclusive,
            });
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::tags;

    #[test]
    fn a_predicate_without_values_is_a_tag_and_one_with_values_has_one_for_each() {
        let taxonomy = json!({
            "namespace": "a", "predicates": [
                { "value": "plain", "colour": "#FF0000" },
                { "value": "graded", "expanded": "Graded", "exclusive": true },
            ],
            "values": [{ "predicate": "graded", "entry": [{ "value": "1", "expanded": "first", "numerical_value": 100 }] }],
        });
        let tags = tags(taxonomy.as_object().unwrap()).unwrap();
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["a:plain", "a:graded=\"1\""]);
        assert_eq!(
            (tags[0].colour.as_deref(), tags[0].is_exclusive),
            (Some("#ff0000"), false)
        );
        assert_eq!(
            (tags[1].number, tags[1].is_exclusive, tags[1].expanded.as_str()),
            (Some(100), true, "Graded: first")
        );
    }
}
