//! Reads what MISP's clients send: JSON with or without the name of the thing around it, numbers as text, lists or one.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs};

/// Bytes of a body: events of hundreds of thousands of attributes come in one piece.
const LARGEST: usize = 192 << 20;

/// The body as it came.
pub(crate) async fn body(asked: &mut Asked) -> Result<bytes::Bytes, Fault> {
    let most = asked.node().settings().request_bytes.max(LARGEST);
    asked.take_body_up_to(most).await
}

/// The body as an object; without the wrapper that is named, where it is there. A request without a body has none of
/// the fields.
pub(crate) async fn fields(asked: &mut Asked, wrapper: &str) -> Result<Map<String, Value>, Fault> {
    let body = body(asked).await?;
    if body.is_empty() {
        return Ok(Map::new());
    }
    let value: Value =
        serde_json::from_slice(&body).map_err(|error| bad("bad-json", format!("the body is no JSON: {error}")))?;
    match value {
        Value::Object(mut fields) => match fields.remove(wrapper) {
            Some(Value::Object(inner)) => Ok(inner),
            // `request` is what MISP's own documentation puts around filters.
            _ => match fields.remove("request") {
                Some(Value::Object(inner)) => Ok(inner),
                _ => Ok(fields),
            },
        },
        // PyMISP sends an empty list where there is nothing to say.
        Value::Array(list) if list.is_empty() => Ok(Map::new()),
        other => {
            let message = format!("the body must be a JSON object, and is {}", kind(&other));
            Err(bad("bad-json", message))
        }
    }
}

/// The fields of the body and of the query string together; what the body says counts.
pub(crate) async fn filters(asked: &mut Asked) -> Result<Map<String, Value>, Fault> {
    let mut fields = fields(asked, "request").await?;
    for (name, value) in pairs(asked.query().unwrap_or_default(), Plus::Space)? {
        fields.entry(name).or_insert(Value::String(value));
    }
    Ok(fields)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A part of the path, without the `.json` that clients may put behind it.
pub(crate) fn part<'a>(asked: &'a Asked, name: &str) -> &'a str {
    let text = asked.param(name);
    text.strip_suffix(".json").unwrap_or(text)
}

/// How clients name a thing: by its number here, or by its UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// By number.
    Number(i64),
    /// By UUID.
    Uuid(Uuid),
}

impl Named {
    /// Reads either.
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(number) if number > 0 => Some(Self::Number(number)),
            Ok(_) => None,
            Err(_) => Uuid::try_parse(text).ok().map(Self::Uuid),
        }
    }
}

/// The thing that a part of the path names; what is neither number nor UUID names nothing.
pub(crate) fn id(asked: &Asked, name: &str) -> Result<Named, Fault> {
    Named::parse(part(asked, name)).ok_or_else(Fault::not_found)
}

/// A switch at the end of the path, as in `breakOnDuplicate:0`; none where it is another one, or none is there.
pub(crate) fn option(asked: &Asked, name: &str) -> Option<bool> {
    let last = asked.uri.path().trim_end_matches('/').rsplit('/').next()?;
    let value = last
        .strip_suffix(".json")
        .unwrap_or(last)
        .strip_prefix(name)?
        .strip_prefix(':')?;
    Some(!matches!(value, "" | "0" | "false"))
}

/// A scalar as text: clients write numbers and truth values either way.
pub(crate) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(if *truth { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

/// A truth value, however it is written; none where it is not said.
pub(crate) fn truth(fields: &Map<String, Value>, name: &str) -> Option<bool> {
    match text(fields, name)?.trim() {
        "1" | "true" | "True" | "yes" => Some(true),
        "0" | "false" | "False" | "no" | "" => Some(false),
        _ => None,
    }
}

/// A number, however it is written.
pub(crate) fn number(fields: &Map<String, Value>, name: &str) -> Option<i64> {
    text(fields, name)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Named, number, truth};

    #[test]
    fn numbers_and_truth_values_are_read_however_they_are_written() {
        let fields = json!({ "a": "1", "b": true, "c": 0, "d": "7", "e": null });
        let fields = fields.as_object().unwrap();
        assert_eq!(
            (truth(fields, "a"), truth(fields, "b"), truth(fields, "c")),
            (Some(true), Some(true), Some(false))
        );
        assert_eq!(
            (number(fields, "d"), truth(fields, "e"), number(fields, "f")),
            (Some(7), None, None)
        );
    }

    #[test]
    fn a_thing_is_named_by_number_or_uuid() {
        assert_eq!(Named::parse("12"), Some(Named::Number(12)));
        assert!(matches!(
            Named::parse("5c9a3b2e-0c1d-4f6a-8a55-000000000001"),
            Some(Named::Uuid(_))
        ));
        assert_eq!(Named::parse("0"), None);
        assert_eq!(Named::parse("-1"), None);
        assert_eq!(Named::parse("view"), None);
    }
}
