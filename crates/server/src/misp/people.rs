//! Users, roles, organisations, keys: `/users/…`, `/roles/…`, `/organisations/…`, `/auth_keys/…`.
//!
//! A user is a person here, an organisation a member, or one that events name and that is no member. Roles are MISP's six,
//! read from and written to the five of this node:
//!
//! | MISP | here |
//! |---|---|
//! | 1 admin | operator |
//! | 2 org admin | coordinator |
//! | 4 publisher | analyst |
//! | 3 user, 5 sync user | contributor |
//! | 6 read only | reader |

use axum::response::Response;
use node::membership::PersonChange;
use node::misp::moment_text;
use node::partnership::{KeyWish, MemberWish, PersonWish};
use policy::{Action, MemberId, PersonId, Principal, Role, decide};
use serde_json::{Map, Value, json};
use store::{Member, MemberKind, Person};

use super::ask::{Named, fields, filters, id, number, part, text, truth};
use super::events::viewer;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/users/view/{user}", user);
    routes.get("/users", users);
    routes.get("/users/index", users);
    routes.get("/admin/users", users);
    routes.get("/admin/users/index", users);
    routes.get("/admin/users/index/{filter}", users);
    routes.get("/admin/users/index/{filter}/{other}", users);
    routes.get("/admin/users/view/{user}", user);
    routes.put(http::Method::POST, "/admin/users/add", Needs::Coordinator, user_add);
    for route in routes
        .0
        .iter_mut()
        .filter(|route| route.path.starts_with("/admin/users/add"))
    {
        // The first key of the new account.
        route.shows_secret = true;
    }
    routes.post("/admin/users/edit/{user}", Needs::Coordinator, user_edit);
    routes.post("/users/edit/{user}", Needs::Reader, user_edit);
    routes.post("/admin/users/delete/{user}", Needs::Coordinator, user_delete);
    routes.post("/users/change_pw", Needs::Reader, change_password);
    routes.get("/users/heartbeat", heartbeat);
    routes.get("/roles", roles);
    routes.get("/roles/index", roles);
    routes.get("/roles/view/{role}", role);
    routes.get("/organisations", organisations);
    routes.ask("/organisations/index", organisations);
    routes.get("/organisations/index/{scope}", organisations);
    routes.get("/organisations/index/{scope}/{search}", organisations);
    routes.get("/organisations/view/{organisation}", organisation);
    routes.post("/admin/organisations/add", Needs::Operator, organisation_add);
    routes.post(
        "/admin/organisations/edit/{organisation}",
        Needs::Operator,
        organisation_edit,
    );
    routes.post(
        "/admin/organisations/delete/{organisation}",
        Needs::Operator,
        organisation_delete,
    );
    routes.get("/auth_keys", keys);
    routes.get("/auth_keys/index", keys);
    routes.0.push(
        crate::routes::Route::new(
            http::Method::POST,
            "/auth_keys/add/{user}",
            Needs::Member,
            crate::problem::Dialect::Misp,
            key_add,
        )
        .shows_secret(),
    );
    routes.post("/auth_keys/delete/{key}", Needs::Member, key_delete);
}

/// The roles: number in MISP, name, and the role here.
const ROLES: [(i64, &str, Role); 6] = [
    (1, "admin", Role::Operator),
    (2, "Org Admin", Role::Coordinator),
    (3, "User", Role::Contributor),
    (4, "Publisher", Role::Analyst),
    (5, "Sync user", Role::Contributor),
    (6, "Read Only", Role::Reader),
];

fn number_of(role: Role) -> i64 {
    ROLES
        .iter()
        .find(|(_, _, held)| *held == role)
        .map_or(6, |(number, ..)| *number)
}

fn role_json(number: i64, name: &str, role: Role) -> Value {
    let shares = role >= Role::Contributor;
    let coordinates = role >= Role::Coordinator;
    let operates = role == Role::Operator;
    json!({
        "id": number.to_string(), "name": name, "created": null, "modified": null,
        "perm_add": shares, "perm_modify": shares, "perm_modify_org": shares, "perm_publish": shares,
        "perm_publish_zmq": false, "perm_publish_kafka": false, "perm_delegate": shares, "perm_sync": shares,
        "perm_admin": coordinates, "perm_audit": coordinates, "perm_full": operates, "perm_auth": true,
        "perm_site_admin": operates, "perm_regexp_access": false, "perm_tagger": shares, "perm_template": operates,
        "perm_sharing_group": coordinates, "perm_tag_editor": shares, "perm_sighting": shares,
        "perm_object_template": operates, "perm_galaxy_editor": shares, "perm_decaying": operates,
        "perm_warninglist": operates, "perm_view_feed_correlations": true, "perm_analyst_data": shares,
        "perm_skip_otp": false, "perm_server_sign": false, "default_role": number == 3, "memory_limit": "",
        "max_execution_time": "", "restricted_to_site_admin": operates, "enforce_rate_limit": false,
        "rate_limit_count": "0", "permission": if shares { "3" } else { "0" },
        "permission_description": if shares { "publish" } else { "read" },
    })
}

fn user_json(person: &Person, full: bool) -> Value {
    let mut user = json!({
        "id": person.id.0.to_string(), "org_id": person.member.0.to_string(), "server_id": "0", "email": person.login,
        "autoalert": false, "authkey": "", "invited_by": "0", "gpgkey": "", "certif_public": "", "nids_sid": "0",
        "termsaccepted": true, "newsread": "0", "role_id": number_of(person.role).to_string(), "change_pw": "0",
        "contactalert": false, "disabled": !person.active, "expiration": null, "force_logout": false,
        "date_created": (person.created.micros() / 1_000_000).to_string(),
    });
    if !full && let Some(fields) = user.as_object_mut() {
        fields.retain(|key, _| matches!(key.as_str(), "id" | "org_id" | "email" | "role_id" | "disabled"));
    }
    user
}

pub(super) fn organisation_json(member: &Member, full: bool) -> Value {
    let uuid = member.identity.split_once("--").map_or("", |(_, uuid)| uuid);
    let mut organisation = json!({
        "id": member.id.0.to_string(), "name": member.name, "uuid": uuid, "local": true,
        "nationality": member.countries.first().cloned().unwrap_or_default(),
        "sector": member.sectors.first().cloned().unwrap_or_default(), "type": member.kind.as_str(),
    });
    if full {
        let at = moment_text(member.created);
        organisation["date_created"] = json!(at);
        organisation["date_modified"] = json!(at);
        organisation["description"] = json!("");
        organisation["contacts"] = json!("");
        organisation["restricted_to_domain"] = json!([]);
        organisation["created_by"] = json!("0");
    }
    organisation
}

/// The people that a caller may know of: of their own member; an operator everybody.
pub(super) async fn known(asked: &Asked) -> Result<Vec<Person>, Fault> {
    let principal = &asked.caller().principal;
    let everybody = decide(principal, Action::Administer).is_ok();
    let Some(member) = principal.member else {
        return Ok(Vec::new());
    };
    let of = (!everybody).then_some(member);
    let mut people = asked.node().store().person_list(of).await?;
    if !everybody && !principal.has(Role::Coordinator) {
        // Who is no coordinator sees themselves.
        people.retain(|person| Some(person.id) == principal.person);
    }
    Ok(people)
}

async fn one(asked: &Asked) -> Result<Person, Fault> {
    let name = part(asked, "user");
    let people = known(asked).await?;
    let own = asked.caller().principal.person;
    let found = people.into_iter().find(|person| match name {
        "me" => Some(person.id) == own,
        name => person.id.0.to_string() == name || person.uuid.to_string() == name || person.login == name,
    });
    found.ok_or_else(Fault::not_found)
}

async fn shown(asked: &Asked, person: &Person) -> Result<Response, Fault> {
    answer::json_of(&shown_json(asked, person).await?)
}

async fn shown_json(asked: &Asked, person: &Person) -> Result<Value, Fault> {
    let member = asked
        .node()
        .store()
        .member_get(store::MemberKey::Id(person.member))
        .await?;
    let role = ROLES.iter().find(|(_, _, role)| *role == person.role);
    let role = role.map_or(Value::Null, |(number, name, role)| role_json(*number, name, *role));
    // Settings are shown to whom they belong.
    let mut settings = Map::new();
    if asked.caller().principal.person == Some(person.id) {
        for setting in asked.node().misp_settings(asked.caller()).await? {
            let value = serde_json::from_str(&setting.value).unwrap_or(Value::Null);
            settings.insert(setting.name, value);
        }
    }
    Ok(json!({
        "User": user_json(person, true), "Role": role, "UserSetting": settings,
        "Organisation": member.map(|member| organisation_json(&member, false)),
    }))
}

async fn user(asked: Asked) -> Result<Response, Fault> {
    let person = one(&asked).await?;
    shown(&asked, &person).await
}

async fn users(asked: Asked) -> Result<Response, Fault> {
    let members = asked.node().store().member_list().await?;
    let mut people = known(&asked).await?;
    for filter in ["filter", "other"] {
        match part(&asked, filter).split_once(':') {
            Some(("value", value)) => {
                let value = value.to_lowercase();
                people.retain(|person| person.login.to_lowercase().contains(&value));
            }
            Some(("searchorg", org)) => {
                let is = |member: &&Member| member.id.0.to_string() == org || member.identity.ends_with(org);
                let member = members.iter().find(is).map(|member| member.id);
                people.retain(|person| Some(person.member) == member);
            }
            _ if asked.param(filter).is_empty() => {}
            _ => return Err(Fault::not_found()),
        }
    }
    let list = people.into_iter().map(|person| {
        let member = members.iter().find(|member| member.id == person.member);
        let role = ROLES.iter().find(|(_, _, role)| *role == person.role);
        json!({
            "User": user_json(&person, true),
            "Role": role.map(|(number, name, _)| json!({ "id": number.to_string(), "name": name })),
            "Organisation": member.map(|member| organisation_json(member, false)),
        })
    });
    answer::json_of(&list.collect())
}

pub(super) fn role_in(wish: &Map<String, Value>) -> Result<Option<Role>, Fault> {
    let Some(number) = number(wish, "role_id") else {
        return Ok(None);
    };
    let found = ROLES.iter().find(|(known, ..)| *known == number);
    found.map(|(_, _, role)| Some(*role)).ok_or_else(|| {
        bad(
            "no-such-role",
            "there is no such role; GET /roles lists those there are",
        )
    })
}

async fn user_add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "User").await?;
    let login = text(&wish, "email").unwrap_or_default();
    let principal = &asked.caller().principal;
    let member = number(&wish, "org_id")
        .map(MemberId)
        .or(principal.member)
        .ok_or_else(Fault::not_found)?;
    let new = PersonWish {
        member,
        name: text(&wish, "name")
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| login.clone()),
        login,
        role: role_in(&wish)?.unwrap_or(Role::Contributor),
        password: text(&wish, "password").filter(|password| !password.is_empty()),
    };
    let person = asked.node().person_create(asked.caller(), new).await?;
    // As MISP does it: with the first key, which is shown this once.
    let key = KeyWish {
        label: "made with the account".to_owned(),
        ..KeyWish::default()
    };
    let key = asked.node().misp_key_create(asked.caller(), person.id, key).await;
    let mut whole = shown_json(&asked, &person).await?;
    if let Ok((secret, _)) = key {
        whole["User"]["authkey"] = json!(secret);
    }
    answer::json_of(&whole)
}

async fn user_edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "User").await?;
    let person = one(&asked).await?;
    let change = PersonChange {
        name: text(&wish, "name").filter(|name| !name.is_empty() && *name != person.name),
        role: role_in(&wish)?.filter(|role| *role != person.role),
        active: truth(&wish, "disabled")
            .map(|disabled| !disabled)
            .filter(|active| *active != person.active),
    };
    if text(&wish, "email").is_some_and(|login| login != person.login) {
        return Err(bad(
            "login-is-fixed",
            "what somebody signs in with is not changed: make a new account",
        ));
    }
    let own = asked.uri.path().starts_with("/users/");
    if own && (&change.name, change.role, change.active) == (&None, None, None) {
        // Whoever sends back what they read changes nothing, and needs no right to.
        return shown(&asked, &person).await;
    }
    let person = asked
        .node()
        .person_change(asked.caller(), &person.login, change)
        .await?;
    shown(&asked, &person).await
}

/// Whoever may no longer sign in is gone for MISP's clients; the account stays for the record.
async fn user_delete(asked: Asked) -> Result<Response, Fault> {
    let person = one(&asked).await?;
    let change = PersonChange {
        active: Some(false),
        ..PersonChange::default()
    };
    asked
        .node()
        .person_change(asked.caller(), &person.login, change)
        .await?;
    answer::done("User deleted.")
}

async fn change_password(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "User").await?;
    let password = text(&wish, "password").unwrap_or_default();
    let own = asked.caller().principal.person.ok_or_else(Fault::not_found)?;
    asked.node().password_change(asked.caller(), own, &password).await?;
    answer::done("Password Changed.")
}

async fn heartbeat(_: Asked) -> Result<Response, Fault> {
    answer::json_of(&json!({ "message": "Hello, MISP." }))
}

async fn roles(_: Asked) -> Result<Response, Fault> {
    answer::json_of(
        &ROLES
            .iter()
            .map(|(number, name, role)| json!({ "Role": role_json(*number, name, *role) }))
            .collect(),
    )
}

async fn role(asked: Asked) -> Result<Response, Fault> {
    let wanted = part(&asked, "role");
    let found = ROLES.iter().find(|(number, ..)| number.to_string() == wanted);
    let (number, name, role) = found.ok_or_else(Fault::not_found)?;
    answer::json_of(&json!({ "Role": role_json(*number, name, *role) }))
}

/// The organisations that a caller may know of: members, and those that events name which they see.
async fn organisations(mut asked: Asked) -> Result<Response, Fault> {
    let mut wanted = filters(&mut asked).await?;
    if let Some(scope) = asked.param("scope").strip_prefix("scope:") {
        wanted.insert("scope".to_owned(), json!(scope));
    }
    if let Some(searched) = part(&asked, "search").strip_prefix("searchall:") {
        wanted.insert("searchall".to_owned(), json!(searched));
    }
    let scope = text(&wanted, "scope").unwrap_or_else(|| "local".to_owned());
    let searched = text(&wanted, "searchall").unwrap_or_default().to_lowercase();
    let is_wanted = |name: &str, uuid: &str| name.to_lowercase().contains(&searched) || uuid == searched;
    let mut list = Vec::new();
    if matches!(scope.as_str(), "local" | "all") {
        let members = asked.node().members(asked.caller()).await?;
        list.extend(
            members
                .iter()
                .filter(|member| is_wanted(&member.name, member.identity.rsplit("--").next().unwrap_or_default()))
                .map(|member| json!({ "Organisation": organisation_json(member, true) })),
        );
    }
    if matches!(scope.as_str(), "external" | "all") {
        let viewer = viewer(&asked).await?;
        let mut met: Vec<i64> = asked
            .node()
            .store()
            .misp_organisations_met(&viewer)
            .await?
            .into_iter()
            .collect();
        met.sort_unstable();
        for number in met {
            let found = asked.node().store().misp_organisation(number).await?;
            if let Some(found) = found.filter(|found| is_wanted(&found.name, &found.uuid.to_string())) {
                list.push(json!({ "Organisation": {
                    "id": found.id.to_string(), "name": found.name, "uuid": found.uuid.to_string(), "local": false,
                } }));
            }
        }
    }
    answer::json_of(&Value::Array(list))
}

async fn member(asked: &Asked) -> Result<Member, Fault> {
    let found = member_named(asked, part(asked, "organisation")).await?;
    found.ok_or_else(Fault::not_found)
}

/// A member by number, UUID or name, as far as a caller may know of it.
pub(super) async fn member_named(asked: &Asked, named: &str) -> Result<Option<Member>, Fault> {
    let members = asked.node().members(asked.caller()).await?;
    Ok(members.into_iter().find(|member| {
        let uuid = member.identity.split_once("--").map_or("", |(_, uuid)| uuid);
        member.id.0.to_string() == named || uuid == named || member.uuid.to_string() == named || member.name == named
    }))
}

async fn organisation(asked: Asked) -> Result<Response, Fault> {
    match member(&asked).await {
        Ok(member) => answer::json_of(&json!({ "Organisation": organisation_json(&member, true) })),
        Err(fault) => {
            let Some(Named::Number(number)) = Named::parse(part(&asked, "organisation")) else {
                return Err(fault);
            };
            let viewer = viewer(&asked).await?;
            let met = asked.node().store().misp_organisations_met(&viewer).await?;
            let found = asked.node().store().misp_organisation(number).await?;
            match found.filter(|found| met.contains(&found.id)) {
                Some(found) => answer::json_of(&json!({ "Organisation": {
                    "id": found.id.to_string(), "name": found.name, "uuid": found.uuid.to_string(), "local": false,
                } })),
                None => Err(fault),
            }
        }
    }
}

async fn organisation_add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Organisation").await?;
    let uuid = text(&wish, "uuid").and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok());
    let kind = text(&wish, "type")
        .and_then(|kind| MemberKind::parse(&kind))
        .unwrap_or(MemberKind::Operator);
    let new = MemberWish {
        name: text(&wish, "name").unwrap_or_default(),
        kind,
        sectors: text(&wish, "sector")
            .filter(|sector| !sector.is_empty())
            .into_iter()
            .collect(),
        countries: text(&wish, "nationality")
            .filter(|country| country.len() == 2)
            .into_iter()
            .collect(),
        provider: None,
        identity: uuid.map(|uuid| stix::Id::new("identity", uuid)),
    };
    let member = asked.node().member_create(asked.caller(), new).await?;
    answer::json_of(&json!({ "Organisation": organisation_json(&member, true) }))
}

async fn organisation_edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Organisation").await?;
    let mut member = member(&asked).await?;
    if let Some(name) = text(&wish, "name").filter(|name| !name.is_empty()) {
        member.name = name;
    }
    if let Some(sector) = text(&wish, "sector").filter(|sector| !sector.is_empty()) {
        member.sectors = vec![sector];
    }
    if let Some(kind) = text(&wish, "type").and_then(|kind| MemberKind::parse(&kind)) {
        member.kind = kind;
    }
    let changed = asked.node().misp_member_change(asked.caller(), member).await?;
    answer::json_of(&json!({ "Organisation": organisation_json(&changed, true) }))
}

async fn organisation_delete(asked: Asked) -> Result<Response, Fault> {
    let member = member(&asked).await?;
    asked.node().member_activate(asked.caller(), member.id, false).await?;
    answer::done("Organisation deleted")
}

/// Whose keys a caller may see or make.
fn own_or_named(principal: &Principal, named: Option<PersonId>) -> Result<PersonId, Fault> {
    named.or(principal.person).ok_or_else(Fault::not_found)
}

async fn keys(asked: Asked) -> Result<Response, Fault> {
    let person = own_or_named(&asked.caller().principal, None)?;
    let keys = asked.node().keys(asked.caller(), person).await?;
    let list = keys.into_iter().filter(|key| key.revoked.is_none()).map(|key| {
        json!({ "AuthKey": {
            "id": key.id.0.to_string(), "authkey_start": key.prefix, "comment": key.label, "read_only": key.read_only,
            "created": (key.created.micros() / 1_000_000).to_string(),
            "expiration": key.expires.map_or(0, |at| at.micros() / 1_000_000).to_string(),
            "user_id": person.0.to_string(), "allowed_ips": key.addresses,
        } })
    });
    answer::json_of(&list.collect())
}

async fn key_add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "AuthKey").await?;
    let person = one(&asked).await?;
    let new = KeyWish {
        label: text(&wish, "comment")
            .filter(|label| !label.is_empty())
            .unwrap_or_else(|| "MISP client".to_owned()),
        read_only: truth(&wish, "read_only").unwrap_or(false),
        addresses: super::filters::list(&wish, "allowed_ips"),
        ..KeyWish::default()
    };
    let (secret, key) = asked.node().misp_key_create(asked.caller(), person.id, new).await?;
    answer::json_of(&json!({ "AuthKey": {
        "id": key.id.0.to_string(), "uuid": "", "authkey_raw": secret, "authkey_start": key.prefix,
        "authkey_end": secret.get(secret.len().saturating_sub(4)..).unwrap_or_default(), "comment": key.label,
        "read_only": key.read_only, "user_id": person.id.0.to_string(),
    } }))
}

async fn key_delete(asked: Asked) -> Result<Response, Fault> {
    let Named::Number(key) = id(&asked, "key")? else {
        return Err(Fault::not_found());
    };
    let person = own_or_named(&asked.caller().principal, None)?;
    asked
        .node()
        .key_revoke(asked.caller(), person, store::CredentialId(key))
        .await?;
    answer::done("AuthKey deleted.")
}
