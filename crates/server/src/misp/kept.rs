//! What clients keep here: `/eventDelegations/…`, `/userSettings/…`.

use axum::response::Response;
use http::Method;
use node::misp::DelegationWish;
use policy::{CommunityId, MemberId};
use serde_json::{Map, Value, json};
use store::{MispDelegation, MispSetting};

use super::ask::{Named, fields, id, number, part, text};
use super::events::number_of;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    for name in ["eventDelegations", "event_delegations"] {
        routes.put(Method::GET, &format!("/{name}"), Needs::Member, delegations);
        routes.put(Method::GET, &format!("/{name}/index"), Needs::Member, delegations);
        let act = |act: &str| format!("/{name}/{act}");
        routes.post(&act("delegateEvent/{event}"), Needs::Contributor, delegate);
        routes.post(&act("acceptDelegation/{delegation}"), Needs::Contributor, take);
        routes.post(&act("deleteDelegation/{delegation}"), Needs::Contributor, end);
    }
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
