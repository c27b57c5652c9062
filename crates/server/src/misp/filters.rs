//! MISP's way to write filters: words alone, in lists, negated with `!`, under AND, OR and NOT; spans of time as `7d`, as
//! seconds, as dates, alone or in pairs.

use node::misp::{Filter, Span, Terms, Words};
use policy::Viewer;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ask::{Named, text, truth};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Entries of a list in a filter.
const MOST: usize = 10_000;

/// The filter of a search for attributes.
pub(super) async fn attributes(asked: &Asked, viewer: &Viewer, wanted: &Map<String, Value>) -> Result<Filter, Fault> {
    let mut filter = common(asked, viewer, wanted).await?;
    filter.changed = span(asked, wanted, &["attribute_timestamp", "timestamp"])?;
    filter.event_changed = span(asked, wanted, &["event_timestamp"])?;
    if filter.changed == (None, None) {
        filter.changed = (since(asked, wanted, "last_changed")?, None);
    }
    Ok(filter)
}

/// The filter of a search for events.
pub(super) async fn events(asked: &Asked, viewer: &Viewer, wanted: &Map<String, Value>) -> Result<Filter, Fault> {
    let mut filter = common(asked, viewer, wanted).await?;
    filter.event_changed = span(asked, wanted, &["timestamp", "event_timestamp"])?;
    filter.changed = span(asked, wanted, &["attribute_timestamp"])?;
    // In a list of events a tag is one of the event.
    Ok(filter)
}

async fn common(asked: &Asked, viewer: &Viewer, wanted: &Map<String, Value>) -> Result<Filter, Fault> {
    let mut filter = Filter {
        value: words(wanted, &["value", "values"])?,
        types: words(wanted, &["type", "types", "type_attribute"])?,
        category: words(wanted, &["category"])?,
        tags: words(wanted, &["tags", "tag"])?,
        event_tags: words(wanted, &["event_tags"])?,
        organisation: words(wanted, &["org", "orgc", "orgs"])?,
        info: unescaped(words(wanted, &["eventinfo", "event_info", "info"])?),
        object_name: words(wanted, &["object_name", "object_template"])?,
        relation: words(wanted, &["object_relation"])?,
        comment: words(wanted, &["comment"])?,
        to_ids: truth(wanted, "to_ids"),
        published: truth(wanted, "published"),
        threat_levels: levels(wanted, &["threat_level_id", "threatlevel", "threat_level"]),
        analysis: levels(wanted, &["analysis"]),
        without_decayed: truth(wanted, "excludeDecayed") == Some(true),
        models: levels(wanted, &["decayingModel"]),
        least_score: super::ask::number(wanted, "score"),
        without_harmless: truth(wanted, "enforceWarninglist") == Some(true),
        published_at: span(asked, wanted, &["publish_timestamp"])?,
        ..Filter::default()
    };
    let searched = match truth(wanted, "searchall") {
        // Switched on, it looks for the value everywhere.
        Some(true) => {
            filter.value = Words::default();
            text(wanted, "value")
        }
        Some(false) => None,
        None => text(wanted, "searchall"),
    };
    if let Some(searched) = searched.or_else(|| text(wanted, "quickFilter")) {
        filter.anything.any.push(if searched.contains('%') {
            searched
        } else {
            format!("%{searched}%")
        });
    }
    if let Some(from) = since(asked, wanted, "last")? {
        filter.published_at.0 = Some(filter.published_at.0.map_or(from, |known| known.max(from)));
    }
    filter.date = dates(wanted);
    filter.deleted = match wanted.get("deleted") {
        None => Terms::Present,
        Some(Value::Array(list)) if list.len() > 1 => Terms::Both,
        Some(Value::Array(list)) => match list.first() {
            Some(one) => deleted(one),
            None => Terms::Present,
        },
        Some(one) => deleted(one),
    };
    for one in list(wanted, "eventid")
        .into_iter()
        .chain(list(wanted, "event_id"))
        .chain(list(wanted, "event_uuid"))
    {
        let (negated, name) = match one.strip_prefix('!') {
            Some(name) => (true, name),
            None => (false, one.as_str()),
        };
        let number = match Named::parse(name) {
            Some(Named::Number(number)) => Some(number),
            Some(Named::Uuid(uuid)) => {
                let found = asked.node().store().misp_event_by_uuid(uuid).await?;
                found.map(|event| event.id)
            }
            None => None,
        };
        match (negated, number) {
            (true, Some(number)) => filter.not_events.push(number),
            (false, Some(number)) => filter.events.push(number),
            (true, None) => {}
            (false, None) => filter.of_nothing = filter.events.is_empty(),
        }
    }
    filter.of_nothing &= filter.events.is_empty();
    for one in list(wanted, "uuid") {
        match Uuid::try_parse(&one) {
            Ok(uuid) => filter.uuids.push(uuid),
            Err(_) => filter.of_nothing = true,
        }
    }
    filter.of_nothing &= filter.uuids.is_empty() && filter.events.is_empty();
    let groups = ["sharinggroup", "sharing_group_id"]
        .into_iter()
        .flat_map(|name| list(wanted, name));
    for group in groups.flat_map(|groups| groups.split('|').map(str::to_owned).collect::<Vec<_>>()) {
        match group.trim().parse() {
            Ok(number) => filter.groups.push(number),
            Err(_) => filter.of_nothing = true,
        }
    }
    let _ = viewer;
    Ok(filter)
}

fn deleted(value: &Value) -> Terms {
    match value {
        Value::Bool(true) => Terms::Deleted,
        Value::Number(number) if number.as_i64() == Some(1) => Terms::Deleted,
        Value::String(text) if matches!(text.as_str(), "1" | "true" | "only") => Terms::Deleted,
        Value::Number(number) if number.as_i64() == Some(2) => Terms::Both,
        _ => Terms::Present,
    }
}

/// `limit` and `page`.
pub(super) fn page(wanted: &Map<String, Value>, most: usize) -> Result<(usize, usize), Fault> {
    let read = |name: &str| -> Result<Option<usize>, Fault> {
        match text(wanted, name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(bad("bad-number", format!("'{name}' must be a number"))),
            },
        }
    };
    let limit = read("limit")?;
    let page = read("page")?.unwrap_or(1).max(1);
    let limit = match limit {
        Some(limit) => limit.min(most),
        // Pages without a limit have MISP's sixty.
        None if wanted.contains_key("page") => 60,
        None if most == usize::MAX => 0,
        None => most,
    };
    Ok((limit, page))
}

/// The entries of a list, or one alone.
pub(super) fn list(wanted: &Map<String, Value>, name: &str) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match wanted.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(one).take(MOST).collect(),
        // `a&&b` is how addresses carry a list.
        Some(Value::String(text)) if text.contains("&&") => text.split("&&").map(str::to_owned).take(MOST).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Words under any of these names.
fn words(wanted: &Map<String, Value>, names: &[&str]) -> Result<Words, Fault> {
    let mut words = Words::default();
    for name in names {
        match wanted.get(*name) {
            None | Some(Value::Null | Value::Bool(_)) => {}
            Some(Value::Object(operators)) => {
                for (operator, _) in operators {
                    let entries = list(operators, operator);
                    match operator.to_ascii_uppercase().as_str() {
                        "AND" => words.all.extend(entries),
                        "OR" => words.any.extend(entries),
                        "NOT" => words.none.extend(entries),
                        _ => {
                            let message = format!("'{name}' knows AND, OR and NOT");
                            return Err(bad("bad-operator", message));
                        }
                    }
                }
            }
            Some(_) => {
                for entry in list(wanted, name).into_iter().filter(|entry| !entry.is_empty()) {
                    match entry.strip_prefix('!') {
                        Some(not) => words.none.push(not.to_owned()),
                        None => words.any.push(entry),
                    }
                }
            }
        }
    }
    // PyMISP writes empty texts where nothing is meant.
    for list in [&mut words.any, &mut words.all, &mut words.none] {
        list.retain(|entry| !entry.is_empty());
    }
    Ok(words)
}

/// Titles are looked for as MISP's database does it, where a backslash is written twice.
fn unescaped(mut words: Words) -> Words {
    for list in [&mut words.any, &mut words.all, &mut words.none] {
        for word in list.iter_mut() {
            *word = word.replace("\\\\", "\\");
        }
    }
    words
}

pub(super) fn levels(wanted: &Map<String, Value>, names: &[&str]) -> Vec<i64> {
    names
        .iter()
        .flat_map(|name| list(wanted, name))
        .filter_map(|level| level.parse().ok())
        .collect()
}

/// A moment in seconds: a number, `7d` before now, or a date.
fn moment(asked: &Asked, text: &str) -> Option<i64> {
    let text = text.trim();
    let now = asked.node().now().micros() / 1_000_000;
    if let Ok(seconds) = text.parse::<f64>() {
        // Whole numbers of a reasonable size are seconds since 1970.
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds as i64);
    }
    let unit = text.chars().last()?;
    let count: Option<i64> = text
        .get(..text.len() - unit.len_utf8())
        .and_then(|count| count.trim().parse().ok());
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        'w' => 604_800,
        _ => 0,
    };
    if let Some(count) = count.filter(|_| seconds > 0) {
        return Some(now.saturating_sub(count.saturating_mul(seconds)));
    }
    stix::Timestamp::parse(text)
        .or_else(|_| stix::Timestamp::parse(&format!("{text}T00:00:00Z")))
        .or_else(|_| stix::Timestamp::parse(&format!("{}Z", text.replace(' ', "T"))))
        .ok()
        .map(|at| at.micros() / 1_000_000)
}

fn since(asked: &Asked, wanted: &Map<String, Value>, name: &str) -> Result<Option<i64>, Fault> {
    Ok(span(asked, wanted, &[name])?.0)
}

/// A span under the first of these names that is there: from a moment on, or between two.
fn span(asked: &Asked, wanted: &Map<String, Value>, names: &[&str]) -> Result<Span, Fault> {
    let Some((name, value)) = names.iter().find_map(|name| Some((name, wanted.get(*name)?))) else {
        return Ok((None, None));
    };
    // As in MISP, what is no time finds nothing.
    const NEVER: i64 = i64::MAX;
    let read = |value: &str| moment(asked, value).unwrap_or(NEVER);
    match value {
        Value::Null | Value::Bool(_) => Ok((None, None)),
        Value::Array(_) => {
            let ends = list(wanted, name);
            let ends: Vec<i64> = ends.iter().map(|end| read(end)).collect();
            // Two moments in either order.
            Ok(match ends.as_slice() {
                [one] => (Some(*one), None),
                [one, other, ..] if *one == NEVER || *other == NEVER => (Some(NEVER), None),
                [one, other, ..] => (Some(*one.min(other)), Some(*one.max(other))),
                [] => (None, None),
            })
        }
        _ => match text(wanted, name).filter(|text| !text.is_empty()) {
            Some(text) => Ok((Some(read(&text)), None)),
            None => Ok((None, None)),
        },
    }
}

/// The span of a search for sightings: `last`, or `from` and `to`.
pub(super) fn times(asked: &Asked, wanted: &Map<String, Value>) -> Result<Span, Fault> {
    let mut times = span(asked, wanted, &["last", "timestamp", "date_sighting"])?;
    if let Some(from) = since(asked, wanted, "from")? {
        times.0 = Some(from);
    }
    if let Some(to) = since(asked, wanted, "to")? {
        times.1 = Some(to);
    }
    Ok(times)
}

/// Days of events: `date`, or `from` and `to` (also `datefrom` and `dateuntil`).
fn dates(wanted: &Map<String, Value>) -> (Option<String>, Option<String>) {
    let day = |name: &str| {
        let text = text(wanted, name)?;
        text.get(..10).map(str::to_owned)
    };
    let from = day("from").or_else(|| day("datefrom")).or_else(|| day("date_from"));
    let to = day("to").or_else(|| day("dateuntil")).or_else(|| day("date_to"));
    if from.is_some() || to.is_some() {
        return (from, to);
    }
    match list(wanted, "date").as_slice() {
        [one] => (one.get(..10).map(str::to_owned), None),
        [one, other, ..] => {
            let (from, to) = if one <= other { (one, other) } else { (other, one) };
            (from.get(..10).map(str::to_owned), to.get(..10).map(str::to_owned))
        }
        [] => (None, None),
    }
}

/// Whether a switch is on, under either of two names.
pub(super) fn on(wanted: &Map<String, Value>, name: &str) -> bool {
    truth(wanted, name) == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{dates, list, words};

    #[test]
    fn words_are_read_in_every_way_that_clients_write_them() {
        let wanted = json!({
            "a": "one", "b": ["one", "!two", ""], "c": { "AND": ["x"], "OR": "y", "NOT": ["z", "w"] }, "d": "p&&q",
        });
        let wanted = wanted.as_object().unwrap();
        assert_eq!(words(wanted, &["a"]).unwrap().any, ["one"]);
        let b = words(wanted, &["b"]).unwrap();
        assert_eq!((b.any, b.none), (vec!["one".to_owned()], vec!["two".to_owned()]));
        let c = words(wanted, &["c"]).unwrap();
        assert_eq!(
            (c.all, c.any, c.none.len()),
            (vec!["x".to_owned()], vec!["y".to_owned()], 2)
        );
        assert_eq!(list(wanted, "d"), ["p", "q"]);
    }

    #[test]
    fn an_unknown_operator_is_an_error_and_not_everything() {
        let wanted = json!({ "tags": { "XOR": ["a"] } });
        assert!(words(wanted.as_object().unwrap(), &["tags"]).is_err());
    }

    #[test]
    fn days_come_in_either_order() {
        let wanted = json!({ "date": ["2026-02-01", "2026-01-01"] });
        let (from, to) = dates(wanted.as_object().unwrap());
        assert_eq!(
            (from.as_deref(), to.as_deref()),
            (Some("2026-01-01"), Some("2026-02-01"))
        );
    }
}
