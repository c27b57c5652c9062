//! Asking for an account: `/users/register` for anybody, while an operator lets strangers ask; `/users/registrations` and
//! what is done with them for operators.

use axum::response::Response;
use http::{Method, StatusCode};
use policy::MemberId;
use serde_json::{Map, Value, json};
use store::MispRegistration;

use super::ask::{Named, fields, id, number, text};
use super::people::{member_named, role_in};
use super::{Routes, answer};
use crate::asked::{Asked, Stranger};
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/users/register", "/users/register.json"] {
        routes.0.push(Route {
            dialect: Dialect::Misp,
            ..Route::stranger(Method::POST, path, register)
        });
    }
    routes.put(Method::GET, "/users/registrations", Needs::Operator, list);
    routes.put(Method::GET, "/users/registrations/index", Needs::Operator, list);
    routes.post("/users/acceptRegistrations/{number}", Needs::Operator, accept);
    routes.post("/users/discardRegistrations/{number}", Needs::Operator, discard);
}

async fn register(mut stranger: Stranger) -> Result<Response, Fault> {
    // Said before the body is looked at: where nobody may ask, nothing is here, whatever is sent.
    if !stranger.asked.node().misp_registers().await? {
        return Err(Fault::not_found());
    }
    let wish = fields(&mut stranger.asked, "User").await?;
    stranger.asked.node().misp_register(stranger.from, &wish).await?;
    answer::done("Request sent.")
}

fn registration_json(one: &MispRegistration) -> Value {
    let data: Map<String, Value> = serde_json::from_str(&one.wish).unwrap_or_default();
    let said = |key: &str| text(&data, key).unwrap_or_default();
    json!({ "Inbox": {
        "id": one.id.to_string(), "uuid": one.uuid.to_string(), "type": "registration", "title": format!("User registration for {}", said("email")),
        "ip": "", "user_agent": "", "user_agent_sha256": "", "comment": said("message"), "deleted": false,
        "timestamp": (one.at.micros() / 1_000_000).to_string(), "store_as_file": false, "data": data,
    } })
}

async fn list(asked: Asked) -> Result<Response, Fault> {
    let waiting = asked.node().misp_registrations(asked.caller()).await?;
    answer::json_of(&waiting.iter().map(registration_json).collect())
}

/// The number of the registration that the path names, by number or UUID. Whoever may not know who asked is told so here.
async fn named(asked: &Asked) -> Result<i64, Fault> {
    let named = id(asked, "number")?;
    let waiting = asked.node().misp_registrations(asked.caller()).await?;
    let found = waiting.into_iter().find(|one| match named {
        Named::Number(number) => one.id == number,
        Named::Uuid(uuid) => one.uuid == uuid,
    });
    found.map(|one| one.id).ok_or_else(Fault::not_found)
}

async fn accept(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "User").await?;
    let id = named(&asked).await?;
    let member = match (number(&wish, "org_id"), text(&wish, "org_id")) {
        (Some(number), _) => Some(MemberId(number)),
        (None, Some(name)) => member_named(&asked, &name).await?.map(|member| member.id),
        (None, None) => None,
    };
    let Some(member) = member else {
        let message = "No organisation selected. Supply an Organisation ID";
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "no-organisation", message));
    };
    let role = role_in(&wish)?.unwrap_or(policy::Role::Contributor);
    let person = asked
        .node()
        .misp_registration_accept(asked.caller(), id, member, role)
        .await?;
    let message = "the account has neither password nor key yet: make a key with /auth_keys/add";
    answer::json_of(&json!({
        "saved": true, "success": true, "name": "1 user created.", "message": message, "id": person.id.0.to_string(),
    }))
}

async fn discard(asked: Asked) -> Result<Response, Fault> {
    let id = named(&asked).await?;
    asked.node().misp_registration_discard(asked.caller(), id).await?;
    answer::done("1 registration(s) discarded.")
}
