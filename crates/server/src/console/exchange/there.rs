//! What a form says of another place: its address, how to get in there, how often; the same for what is fetched and pushed.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};
use store::Member;

use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::show_as;
use crate::problem::Fault;
use crate::query::bad;

/// Seconds between two runs, to choose from.
pub(super) const EVERY: [(i64, &str); 5] = [
    (900, "every-quarter"),
    (3_600, "every-hour"),
    (21_600, "every-six-hours"),
    (86_400, "every-day"),
    (604_800, "every-week"),
];
/// What is chosen where nothing is.
const HOUR: i64 = 3_600;

/// What was typed of it.
#[derive(Clone)]
pub(super) struct There {
    pub name: String,
    pub url: String,
    pub login: String,
    pub secret: String,
    pub collection: String,
    pub every: i64,
    pub settings: String,
}

impl Default for There {
    fn default() -> Self {
        Self::of(&Form::default())
    }
}

impl There {
    pub(super) fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).trim().to_owned();
        Self {
            name: text("name"),
            url: text("url"),
            login: text("login"),
            secret: form.text("secret").to_owned(),
            collection: text("collection"),
            every: form.text("every").parse().unwrap_or(HOUR),
            settings: text("settings"),
        }
    }

    /// All settings together, as the node takes them.
    pub(super) fn settings(&self, is_misp: bool) -> Result<Value, Fault> {
        let mut settings = settings(&self.settings)?;
        access(&mut settings, &self.login, &self.secret, is_misp);
        if !self.collection.is_empty() {
            settings.insert("collection".to_owned(), json!(self.collection));
        }
        Ok(Value::Object(settings))
    }
}

/// Settings as somebody wrote them: a JSON object, or nothing.
fn settings(text: &str) -> Result<Map<String, Value>, Fault> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|error| {
        let message = format!("the settings are no JSON object: {error}; write them like {{\"page_size\": 500}}");
        bad("bad-settings", message)
    })
}

/// Puts in how to get in: an account, or a key as the other side wants it.
pub(super) fn access(settings: &mut Map<String, Value>, login: &str, secret: &str, is_misp: bool) {
    if !login.is_empty() {
        settings.insert("login".to_owned(), json!(login));
    }
    if !secret.is_empty() {
        let name = match (login.is_empty(), is_misp) {
            (false, _) => "password",
            (true, true) => "key",
            (true, false) => "bearer",
        };
        settings.insert(name.to_owned(), json!(secret));
    }
}

/// Members and communities to choose from, those with alias and title.
pub(super) async fn who(asked: &Asked) -> Result<(Vec<Member>, Vec<(String, String)>), Fault> {
    let (node, caller) = (asked.node(), asked.caller());
    let mut members = node.members(caller).await?;
    members.retain(|member| member.state.acts());
    let communities = node.communities(caller).await?;
    let named = communities.into_iter().map(|one| (one.alias, one.title));
    Ok((members, named.collect()))
}

/// A form as an answer: refused, where it says what is wrong.
pub(super) fn answer(page: &impl askama::Template, is_wrong: bool) -> Result<Response, Fault> {
    let status = match is_wrong {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    show_as(status, page)
}
