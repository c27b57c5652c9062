//! Reading what a form sends: names and values, bounded, each known.

use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs};

/// Names and values of a form.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body of a request that may have these fields and no others.
    pub async fn read(asked: &mut Asked, known: &[&str]) -> Result<Self, Fault> {
        let kind = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            let message = "send a form: 'Content-Type: application/x-www-form-urlencoded'";
            return Err(Fault::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                message,
            ));
        }
        let body = asked.take_body().await?;
        let text = std::str::from_utf8(&body).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
        let fields = pairs(text, Plus::Space)?;
        if let Some((name, _)) = fields.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let name: String = name.chars().take(64).collect();
            return Err(bad("unknown-field", format!("there is no field '{name}' in this form")));
        }
        Ok(Self(fields))
    }

    /// A field as it was sent; empty where it was not.
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A field without the white space around it; none where nothing is left.
    pub fn maybe(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Every value of a field that may be there several times.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let of = move |(found, _): &&(String, String)| found == name;
        self.0.iter().filter(of).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}
