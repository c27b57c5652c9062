//! Which objects are written at all.

use stix::json::{Map, Value};
use stix::{Problem, Timestamp};

use super::options::{Facts, LeftOut, Options};

/// Says why an object is not written, judged by everything but its values.
pub(super) fn judge(object: &Map<'_>, facts: &Facts, options: &Options<'_>) -> Result<(), LeftOut> {
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        return Err(LeftOut::Revoked);
    }
    let time = |key: &str| object.str(key).and_then(|text| Timestamp::parse(text).ok());
    if !options.expired && time("valid_until").is_some_and(|end| end <= options.now) {
        return Err(LeftOut::Expired);
    }
    if time("valid_from").is_some_and(|start| start > options.now) {
        return Err(LeftOut::NotYetValid);
    }
    let benign = |value: &Value<'_>| value.as_str() == Some("benign");
    if object
        .array("indicator_types")
        .is_some_and(|types| types.iter().any(benign))
    {
        return Err(LeftOut::Benign);
    }
    if facts.score.is_some_and(|score| score < options.minimum_score) {
        return Err(LeftOut::LowScore);
    }
    if facts.forbidden {
        return Err(LeftOut::Pap);
    }
    Ok(())
}

/// The warning that something of an object was not written.
pub(super) fn warning(reason: LeftOut, object: &Map<'_>, message: String) -> Problem {
    let code = match reason {
        LeftOut::Unsafe => "export-unsafe-value",
        LeftOut::Unreadable => "export-unreadable",
        _ => "export-not-expressible",
    };
    let mut place = stix::Place::path(if object.contains("pattern") { "$.pattern" } else { "$" });
    place.object = object.str("id").map(|id| id.chars().take(300).collect());
    Problem::warning(code, place, message)
}
