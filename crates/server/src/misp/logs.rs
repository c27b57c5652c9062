//! Logs: `/logs/…`. They are the receipts of the caller's own member, from the ledger that nobody can change.

use axum::response::Response;
use node::misp::moment_text;
use serde_json::{Value, json};

use super::ask::{filters, number, text};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;

/// Entries of an answer where nothing is asked for, and at the most.
const LIMIT: (usize, usize) = (60, 1_000);

/// Entries of the log that are looked through from its end.
const STRETCH: u64 = 50_000;
/// Entries of one's own member that are kept of it.
const KEPT: usize = 5_000;

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
    // The last stretch of the whole log: what of it is the caller's member's.
    let newest = asked
        .node()
        .checkpoint()
        .await?
        .unverified()
        .size
        .saturating_sub(STRETCH);
    let mut receipts: Vec<ledger::Receipt> = Vec::new();
    let mut from = newest;
    loop {
        let some = asked.node().receipts(asked.caller(), from, LIMIT.1).await?;
        let whole = some.len() < LIMIT.1;
        from = some.last().map_or(from, |last| last.position + 1);
        receipts.extend(some);
        // Of a busy member's entries the last are wanted.
        let more = receipts.len().saturating_sub(KEPT);
        receipts.drain(..more);
        if whole {
            break;
        }
    }
    let member = asked
        .caller()
        .principal
        .member
        .map_or_else(String::new, |member| member.0.to_string());
    let list: Vec<Value> = receipts
        .iter()
        .rev()
        .filter(|receipt| action.as_deref().is_none_or(|action| receipt.entry.kind == action))
        .skip(limit.saturating_mul(page - 1))
        .take(limit)
        .map(|receipt| {
            let at = moment_text(stix::Timestamp::from_micros(receipt.entry.at_micros));
            json!({ "Log": {
                "id": receipt.position.to_string(), "title": receipt.entry.kind, "created": at, "model": "Ledger",
                "model_id": receipt.position.to_string(), "action": receipt.entry.kind, "user_id": "0",
                "change": receipt.entry.body, "email": "", "org": member, "description": "", "ip": null,
            } })
        })
        .collect();
    answer::json_of(&Value::Array(list))
}
