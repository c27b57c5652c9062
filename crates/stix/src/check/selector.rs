//! Selectors of granular markings (STIX 2.1 section 7.2.3.1): `name`, `labels.[0]`, `extensions.x.y`.

use super::walk::{Path, Short, Walk};
use crate::json::{Map, Value};

/// Checks that a selector is well formed and points at something in the object.
pub(super) fn check(walk: &mut Walk<'_>, text: &str, path: &Path<'_>) {
    match find(walk.object, text, &mut walk.steps) {
        Ok(_) => {}
        Err(Miss::Malformed) => {
            let message = format_args!("'{}' is no selector; write it like labels.[0] or name", Short(text));
            walk.error("bad-selector", path, message);
        }
        Err(Miss::Absent) => {
            let message = format_args!("the selector '{}' points at nothing in the object", Short(text));
            walk.error("selector-without-target", path, message);
        }
        Err(Miss::TooCostly) => {
            walk.error(
                "too-many-selectors",
                path,
                "the selectors of this object cost too much to follow",
            );
        }
    }
}

/// Why a selector leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    Malformed,
    Absent,
    TooCostly,
}

/// Follows a selector; `steps` is what the search may still cost.
pub(crate) fn find<'v, 'a>(object: &'v Map<'a>, text: &str, steps: &mut usize) -> Result<&'v Value<'a>, Miss> {
    if text.len() > 4_096 {
        return Err(Miss::Malformed);
    }
    let mut parts = text.split('.');
    let mut at = property(object, parts.next().unwrap_or_default(), steps)?;
    for part in parts {
        at = match (index(part), at) {
            (Some(index), Value::Array(values)) => values.get(index).ok_or(Miss::Absent)?,
            (Some(_), _) => return Err(Miss::Absent),
            (None, Value::Object(map)) => property(map, part, steps)?,
            (None, _) if is_name(part) => return Err(Miss::Absent),
            (None, _) => return Err(Miss::Malformed),
        };
    }
    Ok(at)
}

fn property<'v, 'a>(map: &'v Map<'a>, name: &str, steps: &mut usize) -> Result<&'v Value<'a>, Miss> {
    if !is_name(name) {
        return Err(Miss::Malformed);
    }
    *steps = steps.checked_sub(map.len() + 1).ok_or(Miss::TooCostly)?;
    map.get(name).ok_or(Miss::Absent)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn index(part: &str) -> Option<usize> {
    let digits = part.strip_prefix('[')?.strip_suffix(']')?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{Miss, find};
    use crate::Object;

    #[test]
    fn follows_lists_and_dictionaries() {
        let object = Object::parse(r#"{"labels":["a","b"],"extensions":{"x-ext":{"k":[{"n":1}]}}}"#).unwrap();
        let look = |text| find(object.map(), text, &mut 1_000).map(|value| value.kind());
        assert_eq!(look("labels"), Ok("a list"));
        assert_eq!(look("labels.[1]"), Ok("a string"));
        assert_eq!(look("extensions.x-ext.k.[0].n"), Ok("a number"));
        for absent in ["labels.[2]", "name", "labels.name", "extensions.[0]"] {
            assert_eq!(look(absent), Err(Miss::Absent), "{absent}");
        }
        for malformed in ["", "labels.", "labels[0]", ".labels", "labels.[x]", "$.labels"] {
            assert_eq!(look(malformed), Err(Miss::Malformed), "{malformed}");
        }
        assert_eq!(find(object.map(), "labels.[0]", &mut 1), Err(Miss::TooCostly));
    }
}
