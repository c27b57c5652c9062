//! What clients keep here: `/eventDelegations/…`, `/eventBlocklists/…`, `/userSettings/…`.

use axum::response::Response;
use http::Method;
use node::misp::{DelegationWish, moment_text};
use policy::{CommunityId, MemberId};
use serde_json::{Map, Value, json};
use store::{MispBlocked, MispDelegation, MispSetting};
use uuid::Uuid;

use super::ask::{Named, fields, id, number, part, text};
use super::events::number_of;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// Blocked events that are read together.
const CHUNK: usize = 1_000;

pub(super) fn routes(routes: &mut Routes) {
    for name in ["eventDelegations", "event_delegations"] {
        routes.put(Method::GET, &format!("/{name}"), Needs::Member, delegations);
        routes.put(Method::GET, &format!("/{name}/index"), Needs::Member, delegations);
        let act = |act: &str| format!("/{name}/{act}");
        routes.post(&act("delegateEvent/{event}"), Needs::Contributor, delegate);
        routes.post(&act("acceptDelegation/{delegation}"), Needs::Contributor, take);
        routes.post(&act("deleteDelegation/{delegation}"), Needs::Contributor, end);
    }
    routes.put(Method::GET, "/eventBlocklists", Needs::Operator, blocked);
    routes.put(Method::GET, "/eventBlocklists/index", Needs::Operator, blocked);
    routes.post("/eventBlocklists/add", Needs::Operator, block);
    routes.post("/eventBlocklists/edit/{blocked}", Needs::Operator, block_edit);
    routes.post("/eventBlocklists/delete/{blocked}", Needs::Operator, unblock);
    routes.put(Method::GET, "/userSettings", Needs::Member, settings);
    routes.put(Method::GET, "/userSettings/index", Needs::Member, settings);
    routes.post("/userSettings/getSetting", Needs::Member, setting);
    routes.post("/userSettings/setSetting", Needs::Member, set);
    routes.post("/userSettings/delete", Needs::Member, unset);
}

fn delegation_json(offer: &MispDelegation) -> Value {
    json!({ "EventDelegation": {
        "id": offer.id.to_string(), "event_id": offer.event.to_string(), "org_id": offer.target.0.to_string(),
        "requester_org_id": offer.requester.0.to_string(), "message": offer.message,
        "distribution": offer.level.unwrap_or(-1).to_string(),
        "sharing_group_id": offer.community.map_or(0, |one| one.0).to_string(),
    } })
}

async fn delegations(asked: Asked) -> Result<Response, Fault> {
    let offers = asked.node().misp_delegations(asked.caller()).await?;
    answer::json_of(&offers.iter().map(delegation_json).collect())
}

async fn delegate(mut asked: Asked) -> Result<Response, Fault> {
    let named = id(&asked, "event")?;
    let wish = fields(&mut asked, "EventDelegation").await?;
    let target = target(&asked, &wish).await?;
    let event = number_of(&asked, named).await?;
    let wish = DelegationWish {
        target,
        level: number(&wish, "distribution").filter(|level| *level >= 0),
        community: number(&wish, "sharing_group_id")
            .filter(|group| *group > 0)
            .map(CommunityId),
        message: text(&wish, "message").unwrap_or_default(),
    };
    let offer = asked.node().misp_delegate(asked.caller(), event, wish).await?;
    answer::json_of(&delegation_json(&offer))
}

/// The member that an event is offered to, by number or UUID.
async fn target(asked: &Asked, wish: &Map<String, Value>) -> Result<MemberId, Fault> {
    let name = text(wish, "org_id").unwrap_or_default();
    let members = asked.node().store().member_list().await?;
    let found = members.into_iter().find(|member| match Named::parse(&name) {
        Some(Named::Number(number)) => member.id.0 == number,
        Some(Named::Uuid(uuid)) => member.identity.ends_with(&uuid.to_string()),
        None => false,
    });
    let found = found.ok_or_else(|| bad("no-organisation", "'org_id' names no organisation of this node"))?;
    Ok(found.id)
}

fn offer_number(asked: &Asked) -> Result<i64, Fault> {
    part(asked, "delegation").parse().map_err(|_| Fault::not_found())
}

async fn take(asked: Asked) -> Result<Response, Fault> {
    let number = offer_number(&asked)?;
    let made = asked.node().misp_delegation_take(asked.caller(), number).await?;
    answer::json_of(&json!({
        "saved": true, "success": true, "name": "Event ownership transferred.",
        "message": "Event ownership transferred.", "id": made.to_string(), "url": "/events/delegation",
    }))
}

async fn end(asked: Asked) -> Result<Response, Fault> {
    let number = offer_number(&asked)?;
    asked.node().misp_delegation_end(asked.caller(), number).await?;
    answer::done("Delegation request deleted.")
}

fn blocked_json(one: &MispBlocked) -> Value {
    json!({ "EventBlocklist": {
        "id": one.id.to_string(), "event_uuid": one.event.to_string(), "created": moment_text(one.at), "event_info": one.info,
        "comment": one.comment, "event_orgc": one.creator,
    } })
}

async fn blocked(asked: Asked) -> Result<Response, Fault> {
    let mut list = Vec::new();
    let mut after = 0;
    loop {
        let page = asked.node().misp_blocked(asked.caller(), after, CHUNK).await?;
        let Some(last) = page.last() else {
            return answer::json_of(&Value::Array(list));
        };
        after = last.id;
        list.extend(page.iter().map(blocked_json));
    }
}

/// UUIDs as clients write them: a list, or one a line.
fn uuids(wish: &Map<String, Value>) -> Vec<String> {
    match wish.get("uuids").or_else(|| wish.get("event_uuid")) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

async fn block(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "EventBlocklist").await?;
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for name in uuids(&wish) {
        match Uuid::try_parse(&name) {
            Ok(event) => good.push(MispBlocked {
                id: 0,
                event,
                info: text(&wish, "event_info").unwrap_or_default(),
                creator: text(&wish, "event_orgc").unwrap_or_default(),
                comment: text(&wish, "comment").unwrap_or_default(),
                at: asked.node().now(),
            }),
            Err(_) => failed.push(name),
        }
    }
    if good.is_empty() {
        return Err(bad("no-uuid", "give the UUIDs of events as 'uuids'"));
    }
    asked.node().misp_block(asked.caller(), &good).await?;
    let added: Vec<String> = good.iter().map(|one| one.event.to_string()).collect();
    answer::json_of(&json!({ "result": { "successes": added, "fails": failed }, "saved": true, "success": true }))
}

/// The blocked event that a part of the path names, by UUID or number.
async fn one_blocked(asked: &Asked) -> Result<MispBlocked, Fault> {
    let found = match id(asked, "blocked")? {
        Named::Uuid(uuid) => asked.node().store().misp_blocked_one(uuid).await?,
        Named::Number(number) => {
            let page = asked.node().misp_blocked(asked.caller(), number - 1, 1).await?;
            page.into_iter().find(|one| one.id == number)
        }
    };
    found.ok_or_else(Fault::not_found)
}

async fn block_edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "EventBlocklist").await?;
    let before = one_blocked(&asked).await?;
    let after = MispBlocked {
        info: text(&wish, "event_info").unwrap_or(before.info),
        creator: text(&wish, "event_orgc").unwrap_or(before.creator),
        comment: text(&wish, "comment").unwrap_or(before.comment),
        ..before
    };
    asked
        .node()
        .misp_block(asked.caller(), std::slice::from_ref(&after))
        .await?;
    answer::json_of(&blocked_json(&after))
}

async fn unblock(asked: Asked) -> Result<Response, Fault> {
    let one = one_blocked(&asked).await?;
    asked.node().misp_unblock(asked.caller(), one.event).await?;
    answer::done("Blocklist item deleted.")
}

/// A setting as clients read it; its value as what it is, where it is JSON.
fn setting_json(setting: &MispSetting) -> Value {
    json!({ "UserSetting": {
        "id": setting.id.to_string(), "setting": setting.name,
        "value": serde_json::from_str::<Value>(&setting.value).unwrap_or_else(|_| json!(setting.value)),
        "user_id": setting.person.0.to_string(), "timestamp": (setting.at.micros() / 1_000_000).to_string(),
    } })
}

async fn settings(asked: Asked) -> Result<Response, Fault> {
    let settings = asked.node().misp_settings(asked.caller()).await?;
    answer::json_of(&settings.iter().map(setting_json).collect())
}

/// The name of the setting that is asked for. Settings are one's own: another's are nobody's business, also not an
/// operator's.
async fn wanted(asked: &mut Asked) -> Result<(String, Map<String, Value>), Fault> {
    let wish = fields(asked, "UserSetting").await?;
    let person = asked.caller().principal.person.map(|person| person.0.to_string());
    let whose = text(&wish, "user_id");
    if whose.is_some_and(|whose| whose != "me" && Some(whose) != person) {
        return Err(Fault::not_found());
    }
    let name = text(&wish, "setting").ok_or_else(|| bad("no-setting", "name a setting as 'setting'"))?;
    Ok((name, wish))
}

async fn setting(mut asked: Asked) -> Result<Response, Fault> {
    let (name, _) = wanted(&mut asked).await?;
    let settings = asked.node().misp_settings(asked.caller()).await?;
    let found = settings.iter().find(|one| one.name == name);
    answer::json_of(&setting_json(found.ok_or_else(Fault::not_found)?))
}

async fn set(mut asked: Asked) -> Result<Response, Fault> {
    let (name, mut wish) = wanted(&mut asked).await?;
    let value = match wish.remove("value") {
        Some(Value::String(text)) if serde_json::from_str::<Value>(&text).is_ok_and(|value| !value.is_number()) => text,
        Some(value) => value.to_string(),
        None => return Err(bad("no-value", "give what to keep as 'value'")),
    };
    let kept = asked.node().misp_setting_put(asked.caller(), &name, value).await?;
    answer::json_of(&setting_json(&kept))
}

async fn unset(mut asked: Asked) -> Result<Response, Fault> {
    let (name, _) = wanted(&mut asked).await?;
    asked.node().misp_setting_end(asked.caller(), &name).await?;
    answer::done("Setting deleted.")
}
