//! The members of a JSON object on its way out: values stay the text that they are, so that a page of a thousand attributes
//! is no tree of twenty thousand values.

use std::borrow::Cow;

use serde::Serialize;

/// Names and the JSON of their values, in order, each name once.
pub(super) struct Members<'t>(Vec<(Cow<'t, str>, Cow<'t, str>)>);

impl<'t> Members<'t> {
    /// None yet.
    pub fn new() -> Self {
        Self(Vec::with_capacity(24))
    }

    /// Adds a member under a name that is not there yet.
    pub fn push(&mut self, name: &'t str, json: impl Into<Cow<'t, str>>) {
        self.0.push((Cow::Borrowed(name), json.into()));
    }

    /// Adds a member, or sets the one that is there.
    pub fn put(&mut self, name: impl Into<Cow<'t, str>>, json: impl Into<Cow<'t, str>>) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, value)) => *value = json.into(),
            None => self.0.push((name, json.into())),
        }
    }

    /// Adds a member unless there is one of that name.
    pub fn put_missing(&mut self, name: impl Into<Cow<'t, str>>, json: impl Into<Cow<'t, str>>) {
        let name = name.into();
        if !self.0.iter().any(|(known, _)| *known == name) {
            self.0.push((name, json.into()));
        }
    }

    /// Takes a member away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Writes the object behind a text.
    pub fn write(&self, text: &mut String) {
        text.push('{');
        for (at, (name, json)) in self.0.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            if name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            {
                text.push('"');
                text.push_str(name);
                text.push('"');
            } else {
                text.push_str(&json_of(name));
            }
            text.push(':');
            text.push_str(json);
        }
        text.push('}');
    }
}

/// A value as JSON.
pub(super) fn json_of<T: Serialize + ?Sized>(value: &T) -> String {
    // What is written here are texts, numbers and what was read as JSON: that cannot fail.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// A number as MISP writes it: a text.
pub(super) fn quoted(number: i64) -> String {
    format!("\"{number}\"")
}

#[cfg(test)]
mod tests {
    use super::{Members, json_of, quoted};

    #[test]
    fn members_are_written_in_order_and_each_once() {
        let mut members = Members::new();
        members.push("id", quoted(7));
        members.push("value", json_of("a \"b\""));
        members.put("id", quoted(8));
        members.put_missing("value", "null");
        members.put_missing("odd \"name\"", "[]");
        members.push("gone", "1");
        members.remove("gone");
        let mut text = String::new();
        members.write(&mut text);
        assert_eq!(text, r#"{"id":"8","value":"a \"b\"","odd \"name\"":[]}"#);
    }
}
