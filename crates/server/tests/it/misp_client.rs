//! Asking as MISP's clients ask.

use serde_json::Value;

use super::kit::Kit;

/// What an answer holds that has to be one.
pub async fn post(kit: &Kit, who: &str, path: &str, body: Value) -> Value {
    let answer = kit.ask(who, "POST", path, Some(&body.to_string())).await;
    assert_eq!(answer.status, 200, "{who} {path}: {}", answer.text());
    answer.json()
}

/// The status and the body of a refusal.
pub async fn refused(kit: &Kit, who: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = kit.ask(who, "POST", path, Some(&body.to_string())).await;
    let is_refused = (400..500).contains(&answer.status);
    assert!(is_refused, "{who} {path}: {} {}", answer.status, answer.text());
    (answer.status, answer.json())
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// An event that is added.
pub async fn event(kit: &Kit, who: &str, wish: Value) -> Value {
    post(kit, who, "/events/add", wish).await["Event"].clone()
}

/// An event as it is read.
pub async fn view(kit: &Kit, who: &str, event: &Value) -> Value {
    let path = format!("/events/view/{}", text(&event["id"]));
    kit.get(who, &path).await.json()["Event"].clone()
}
