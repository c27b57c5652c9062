//! Reads the facts of a score out of an indicator.

use stix::json::{Map, Value};
use stix::observable::{Kind, Observable};
use stix::{Head, Timestamp};

use super::{Facts, Purpose};

/// The facts that an indicator itself gives; none for what is no indicator, or has no version. `observables` are those
/// of its pattern. What others saw of it is for the caller to add.
pub fn facts(object: &Map<'_>, observables: &[Observable]) -> Option<Facts> {
    let head = Head::read(object).ok().filter(|head| head.object_type == "indicator")?;
    let version = head.version()?;
    let labels = ["labels", "indicator_types"]
        .into_iter()
        .flat_map(|key| object.array(key).unwrap_or_default());
    let confidence = object
        .get("confidence")
        .and_then(Value::as_i64)
        .and_then(|value| u8::try_from(value).ok());
    let time = |key: &str| object.str(key).and_then(|text| Timestamp::parse(text).ok());
    Some(Facts {
        kind: only_kind(observables),
        purpose: Purpose::of_labels(labels.filter_map(Value::as_str)),
        confidence,
        valid_until: time("valid_until"),
        revoked: head.revoked,
        ..Facts::since(time("valid_from").map_or(version, |from| from.max(version)))
    })
}

/// The kind of the values, where they are all of one kind.
fn only_kind(observables: &[Observable]) -> Option<Kind> {
    let first = observables.first()?.kind;
    observables
        .iter()
        .all(|observable| observable.kind == first)
        .then_some(first)
}
