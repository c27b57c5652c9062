//! What operators keep out: `/eventBlocklists/…`, `/orgBlocklists/…`, `/correlation_exclusions/…`.

use axum::response::Response;
use http::Method;
use node::misp::moment_text;
use serde_json::{Map, Value, json};
use store::{MispBlocked, MispBlockedKind, MispExclusion};
use uuid::Uuid;

use super::ask::{Named, fields, id, text};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// Entries that are read together.
const CHUNK: usize = 1_000;

pub(super) fn routes(routes: &mut Routes) {
    for kind in [MispBlockedKind::Event, MispBlockedKind::Organisation] {
        let (path, _) = names(kind);
        let list = move |asked: Asked| blocked(asked, kind);
        routes.put(Method::GET, path, Needs::Operator, list);
        routes.put(Method::GET, &format!("{path}/index"), Needs::Operator, list);
        routes.post(&format!("{path}/add"), Needs::Operator, move |asked| block(asked, kind));
        let edit = move |asked: Asked| block_edit(asked, kind);
        routes.post(&format!("{path}/edit/{{blocked}}"), Needs::Operator, edit);
        let delete = move |asked: Asked| unblock(asked, kind);
        routes.post(&format!("{path}/delete/{{blocked}}"), Needs::Operator, delete);
    }
    let path = "/correlation_exclusions";
    routes.put(Method::GET, path, Needs::Operator, exclusions);
    routes.put(Method::GET, &format!("{path}/index"), Needs::Operator, exclusions);
    routes.put(
        Method::GET,
        &format!("{path}/view/{{number}}"),
        Needs::Operator,
        exclusion,
    );
    routes.post(&format!("{path}/add"), Needs::Operator, exclude);
    routes.post(&format!("{path}/edit/{{number}}"), Needs::Operator, exclusion_edit);
    routes.post(&format!("{path}/delete/{{number}}"), Needs::Operator, exclusion_delete);
    routes.post(&format!("{path}/clean"), Needs::Operator, clean);
}

/// The path of a list, and the name of its entries.
fn names(kind: MispBlockedKind) -> (&'static str, &'static str) {
    match kind {
        MispBlockedKind::Event => ("/eventBlocklists", "EventBlocklist"),
        MispBlockedKind::Organisation => ("/orgBlocklists", "OrgBlocklist"),
    }
}

fn blocked_json(one: &MispBlocked) -> Value {
    let (id, uuid, created) = (one.id.to_string(), one.uuid.to_string(), moment_text(one.at));
    match one.kind {
        MispBlockedKind::Event => json!({ "EventBlocklist": {
            "id": id, "event_uuid": uuid, "created": created, "event_info": one.info, "comment": one.comment,
            "event_orgc": one.creator,
        } }),
        MispBlockedKind::Organisation => json!({ "OrgBlocklist": {
            "id": id, "org_uuid": uuid, "created": created, "org_name": one.creator, "comment": one.comment,
            "blocked_data": { "blocked_amount": "0", "blocked_last_time": null },
        } }),
    }
}

async fn blocked(asked: Asked, kind: MispBlockedKind) -> Result<Response, Fault> {
    let mut list = Vec::new();
    let mut after = 0;
    loop {
        let page = asked.node().misp_blocked(asked.caller(), kind, after, CHUNK).await?;
        let Some(last) = page.last() else {
            return answer::json_of(&Value::Array(list));
        };
        after = last.id;
        list.extend(page.iter().map(blocked_json));
    }
}

/// UUIDs as clients write them: a list, or one a line.
fn uuids(wish: &Map<String, Value>) -> Vec<String> {
    let named = ["uuids", "event_uuid", "org_uuid"]
        .iter()
        .find_map(|key| wish.get(*key));
    match named {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Who stands in an entry: the creator of the event, or the organisation itself.
fn creator(wish: &Map<String, Value>, kind: MispBlockedKind) -> Option<String> {
    text(
        wish,
        match kind {
            MispBlockedKind::Event => "event_orgc",
            MispBlockedKind::Organisation => "org_name",
        },
    )
}

async fn block(mut asked: Asked, kind: MispBlockedKind) -> Result<Response, Fault> {
    let wish = fields(&mut asked, names(kind).1).await?;
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for name in uuids(&wish) {
        match Uuid::try_parse(&name) {
            Ok(uuid) => good.push(MispBlocked {
                id: 0,
                kind,
                uuid,
                info: text(&wish, "event_info").unwrap_or_default(),
                creator: creator(&wish, kind).unwrap_or_default(),
                comment: text(&wish, "comment").unwrap_or_default(),
                at: asked.node().now(),
            }),
            Err(_) => failed.push(name),
        }
    }
    if good.is_empty() {
        return Err(bad("no-uuid", "give UUIDs as 'uuids'"));
    }
    asked.node().misp_block(asked.caller(), &good).await?;
    let added: Vec<String> = good.iter().map(|one| one.uuid.to_string()).collect();
    answer::json_of(&json!({ "result": { "successes": added, "fails": failed }, "saved": true, "success": true }))
}

/// The entry that a part of the path names, by UUID or number.
async fn one_blocked(asked: &Asked, kind: MispBlockedKind) -> Result<MispBlocked, Fault> {
    let found = match id(asked, "blocked")? {
        Named::Uuid(uuid) => asked.node().misp_blocked_one(asked.caller(), kind, uuid).await?,
        Named::Number(number) => {
            let page = asked.node().misp_blocked(asked.caller(), kind, number - 1, 1).await?;
            page.into_iter().find(|one| one.id == number)
        }
    };
    found.ok_or_else(Fault::not_found)
}

async fn block_edit(mut asked: Asked, kind: MispBlockedKind) -> Result<Response, Fault> {
    let wish = fields(&mut asked, names(kind).1).await?;
    let before = one_blocked(&asked, kind).await?;
    let after = MispBlocked {
        info: text(&wish, "event_info").unwrap_or(before.info),
        creator: creator(&wish, kind).unwrap_or(before.creator),
        comment: text(&wish, "comment").unwrap_or(before.comment),
        ..before
    };
    asked
        .node()
        .misp_block(asked.caller(), std::slice::from_ref(&after))
        .await?;
    answer::json_of(&blocked_json(&after))
}

async fn unblock(asked: Asked, kind: MispBlockedKind) -> Result<Response, Fault> {
    let one = one_blocked(&asked, kind).await?;
    asked.node().misp_unblock(asked.caller(), kind, one.uuid).await?;
    answer::done("Blocklist item deleted.")
}

// Values that connect nothing.

fn exclusion_json(one: &MispExclusion) -> Value {
    json!({ "CorrelationExclusion": {
        "id": one.id.to_string(), "value": one.value, "from_json": false, "comment": one.comment,
    } })
}

async fn exclusions(asked: Asked) -> Result<Response, Fault> {
    let known = asked.node().misp_exclusions(asked.caller()).await?;
    answer::json_of(&known.iter().map(exclusion_json).collect())
}

async fn one_excluded(asked: &Asked) -> Result<MispExclusion, Fault> {
    let known = asked.node().misp_exclusions(asked.caller()).await?;
    let Named::Number(number) = id(asked, "number")? else {
        return Err(Fault::not_found());
    };
    let found = known.into_iter().find(|one| one.id == number);
    found.ok_or_else(Fault::not_found)
}

async fn exclusion(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&exclusion_json(&one_excluded(&asked).await?))
}

async fn exclude(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "CorrelationExclusion").await?;
    let wish = MispExclusion {
        id: 0,
        value: text(&wish, "value").unwrap_or_default(),
        comment: text(&wish, "comment").unwrap_or_default(),
    };
    let made = asked.node().misp_exclude(asked.caller(), &wish).await?;
    answer::json_of(&exclusion_json(&made))
}

async fn exclusion_edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "CorrelationExclusion").await?;
    let before = one_excluded(&asked).await?;
    let after = MispExclusion {
        value: text(&wish, "value").unwrap_or(before.value),
        comment: text(&wish, "comment").unwrap_or(before.comment),
        ..before
    };
    let made = asked.node().misp_exclude(asked.caller(), &after).await?;
    answer::json_of(&exclusion_json(&made))
}

async fn exclusion_delete(asked: Asked) -> Result<Response, Fault> {
    let one = one_excluded(&asked).await?;
    asked.node().misp_exclusion_end(asked.caller(), &one).await?;
    answer::done("CorrelationExclusion deleted.")
}

/// Correlations are looked up when something is read, so there is nothing to clean.
async fn clean(asked: Asked) -> Result<Response, Fault> {
    asked.node().misp_exclusions(asked.caller()).await?;
    answer::done("Correlations cleaned.")
}
