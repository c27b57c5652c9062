//! Logs: `/logs/…`. They are the receipts of the caller's own member, from the ledger that nobody can change.

use axum::response::Response;
use serde_json::{Value, json};

use super::ask::{filters, number, text};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;

/// Entries of an answer where nothing is asked for, and at the most.
const LIMIT: (usize, usize) = (60, 1_000);

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/admin/logs", "/logs"] {
        routes.ask(path, index);
        routes.ask(&format!("{path}/index"), index);
    }
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let limit = number(&wanted, "limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(LIMIT.0)
        .min(LIMIT.1);
    let page = number(&wanted, "page")
        .and_then(|page| usize::try_from(page).ok())
        .unwrap_or(1)
        .max(1);
    let action = text(&wanted, "action");
    let receipts = asked.node().receipts(asked.caller(), 0, LIMIT.1).await?;
    let member = asked
        .caller()
        .principal
        .member
        .map_or_else(String::new, |member| member.0.to_string());
    let list: Vec<Value> = receipts
        .iter()
        .rev()
        .map(|receipt| serde_json::to_value(receipt).unwrap_or_default())
        .filter(|receipt| action.is_none() || receipt.get("kind").and_then(Value::as_str) == action.as_deref())
        .skip(limit.saturating_mul(page - 1))
        .take(limit)
        .map(|receipt| {
            let field = |key: &str| receipt.get(key).cloned().unwrap_or_default();
            json!({ "Log": {
                "id": field("position").to_string(), "title": field("kind"), "created": field("at"), "model": "Ledger",
                "model_id": field("position").to_string(), "action": field("kind"), "user_id": "0", "change": field("body"),
                "email": asked.caller().name, "org": member, "description": "", "ip": null,
            } })
        })
        .collect();
    answer::json_of(&Value::Array(list))
}
