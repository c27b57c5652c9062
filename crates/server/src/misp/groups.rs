//! Sharing groups: `/sharing_groups/…` and `/sharingGroups/…`. A sharing group is a community: who is in it sees what is
//! addressed to it, and nobody else learns its name.

use axum::response::Response;
use node::misp::moment_text;
use node::partnership::CommunityWish;
use policy::MemberId;
use serde_json::{Map, Value, json};
use stix::marking::Tlp;
use store::Community;

use super::ask::{Named, fields, part, text};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/sharing_groups", "/sharingGroups"] {
        routes.get(path, index);
        routes.get(&format!("{path}/index"), index);
        routes.get(&format!("{path}/view/{{group}}"), view);
        routes.post(&format!("{path}/add"), Needs::Coordinator, add);
        routes.post(&format!("{path}/edit/{{group}}"), Needs::Coordinator, edit);
        routes.post(&format!("{path}/delete/{{group}}"), Needs::Coordinator, delete);
        for verb in ["addOrg", "removeOrg"] {
            let put = verb == "addOrg";
            let handler = move |asked: Asked| organisation(asked, put);
            routes.post(&format!("{path}/{verb}"), Needs::Coordinator, handler);
            routes.post(
                &format!("{path}/{verb}/{{group}}/{{organisation}}"),
                Needs::Coordinator,
                handler,
            );
        }
        for verb in ["addServer", "removeServer"] {
            routes.post(&format!("{path}/{verb}"), Needs::Coordinator, server);
            routes.post(
                &format!("{path}/{verb}/{{group}}/{{server}}"),
                Needs::Coordinator,
                server,
            );
        }
    }
}

/// The groups that a caller is in.
async fn known(asked: &Asked) -> Result<Vec<Community>, Fault> {
    let inside = &asked.caller().principal.communities;
    let mut known = asked.node().communities(asked.caller()).await?;
    known.retain(|one| inside.contains(&one.id));
    asked.node().misp_without_ended(&mut known).await?;
    Ok(known)
}

async fn named(asked: &Asked, name: &str) -> Result<Community, Fault> {
    let found = known(asked).await?.into_iter().find(|one| match Named::parse(name) {
        Some(Named::Number(number)) => one.id.0 == number,
        Some(Named::Uuid(uuid)) => one.uuid == uuid,
        None => false,
    });
    found.ok_or_else(Fault::not_found)
}

async fn group_json(asked: &Asked, community: &Community) -> Result<Value, Fault> {
    let members = asked.node().community_members(asked.caller(), community.id).await?;
    let hidden = members.is_none();
    let organisations: Vec<Value> = members
        .unwrap_or_default()
        .into_iter()
        .map(|(member, membership)| {
            let uuid = member.identity.split_once("--").map_or("", |(_, uuid)| uuid).to_owned();
            json!({
                "id": member.id.0.to_string(), "sharing_group_id": community.id.0.to_string(),
                "org_id": member.id.0.to_string(), "extend": membership.coordinates,
                "Organisation": { "id": member.id.0.to_string(), "name": member.name, "uuid": uuid, "local": true },
            })
        })
        .collect();
    let at = moment_text(community.created);
    Ok(json!({
        "SharingGroup": {
            "id": community.id.0.to_string(), "name": community.title, "description": community.purpose,
            "releasability": community.purpose, "local": true, "active": true, "roaming": false,
            "uuid": community.uuid.to_string(), "org_id": community.owner.0.to_string(), "sync_user_id": "0",
            "organisation_uuid": "", "created": at, "modified": at,
        },
        "Organisation": { "id": community.owner.0.to_string() },
        "SharingGroupOrg": organisations,
        "SharingGroupServer": [],
        "editable": asked.caller().principal.coordinates.contains(&community.id),
        "deletable": asked.caller().principal.coordinates.contains(&community.id),
        "members_hidden": hidden,
    }))
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let mut list = Vec::new();
    for community in known(&asked).await? {
        list.push(group_json(&asked, &community).await?);
    }
    answer::json_of(&json!({ "response": list }))
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let community = named(&asked, part(&asked, "group")).await?;
    answer::json_of(&group_json(&asked, &community).await?)
}

fn alias(name: &str, uuid: &str) -> String {
    let letters: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    let letters = letters.trim_matches('-');
    let end = uuid.get(..8).unwrap_or_default();
    if letters.is_empty() {
        format!("group-{end}")
    } else {
        format!("{letters}-{end}")
    }
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "SharingGroup").await?;
    let title = text(&wish, "name").unwrap_or_default();
    let owner = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    let purpose = ["releasability", "description"]
        .iter()
        .find_map(|key| text(&wish, key).filter(|text| !text.trim().is_empty()))
        .unwrap_or_else(|| title.clone());
    let fresh = asked.node().fresh_uuid().to_string();
    let new = CommunityWish {
        alias: alias(&title, &fresh),
        title,
        purpose,
        owner,
        public: false,
        hides_members: false,
        default_tlp: Tlp::AmberStrict,
        strictest_tlp: Tlp::Red,
    };
    let made = asked.node().community_create(asked.caller(), new).await?;
    for organisation in wish
        .get("SharingGroupOrg")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let Some(organisation) = organisation.as_object() else {
            continue;
        };
        let name = organisation
            .get("Organisation")
            .and_then(Value::as_object)
            .and_then(|inner| text(inner, "uuid"))
            .or_else(|| text(organisation, "uuid"))
            .or_else(|| text(organisation, "org_id"));
        if let Some(member) = member(&asked, &name.unwrap_or_default()).await? {
            asked
                .node()
                .membership_set(asked.caller(), made.id, member, true, false)
                .await?;
        }
    }
    answer_again(&asked, &made.uuid.to_string()).await
}

/// The group as it is now; whoever made it is in it from the next request on.
async fn answer_again(asked: &Asked, name: &str) -> Result<Response, Fault> {
    let known = asked.node().communities(asked.caller()).await?;
    let found = known
        .into_iter()
        .find(|one| one.uuid.to_string() == name)
        .ok_or_else(Fault::not_found)?;
    answer::json_of(&group_json(asked, &found).await?)
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "SharingGroup").await?;
    let community = named(&asked, part(&asked, "group")).await?;
    let mut changed = community.clone();
    if let Some(title) = text(&wish, "name").filter(|title| !title.trim().is_empty()) {
        changed.title = title;
    }
    if let Some(purpose) = text(&wish, "releasability").filter(|purpose| !purpose.trim().is_empty()) {
        changed.purpose = purpose;
    }
    asked.node().misp_group_change(asked.caller(), changed).await?;
    answer_again(&asked, &community.uuid.to_string()).await
}

/// A community that something was addressed to is never forgotten: deleting it ends the membership of all others.
async fn delete(asked: Asked) -> Result<Response, Fault> {
    let community = named(&asked, part(&asked, "group")).await?;
    asked.node().misp_group_end(asked.caller(), community).await?;
    answer::done("SharingGroup deleted")
}

async fn member(asked: &Asked, name: &str) -> Result<Option<MemberId>, Fault> {
    let members = asked.node().members(asked.caller()).await?;
    let found = members.into_iter().find(|member| match Named::parse(name) {
        Some(Named::Number(number)) => member.id.0 == number,
        Some(Named::Uuid(uuid)) => member.uuid == uuid || member.identity.ends_with(&uuid.to_string()),
        None => member.name == name,
    });
    Ok(found.map(|member| member.id))
}

async fn organisation(mut asked: Asked, put: bool) -> Result<Response, Fault> {
    let mut wish: Map<String, Value> = fields(&mut asked, "request").await?;
    for key in ["group", "organisation"] {
        let value = part(&asked, key).to_owned();
        if !value.is_empty() {
            wish.insert(key.to_owned(), json!(value));
        }
    }
    let group = ["sg_id", "sharing_group_id", "group"]
        .iter()
        .find_map(|key| text(&wish, key))
        .unwrap_or_default();
    let name = ["org_id", "organisation_id", "organisation"]
        .iter()
        .find_map(|key| text(&wish, key))
        .unwrap_or_default();
    let community = named(&asked, &group).await?;
    let member = member(&asked, &name).await?.ok_or_else(Fault::not_found)?;
    if put {
        let coordinates = super::ask::truth(&wish, "extend") == Some(true);
        asked
            .node()
            .membership_set(asked.caller(), community.id, member, true, coordinates)
            .await?;
        answer::done("Organisation added to the sharing group.")
    } else {
        asked
            .node()
            .membership_end(asked.caller(), community.id, member)
            .await?;
        answer::done("Organisation removed from the sharing group.")
    }
}

async fn server(_: Asked) -> Result<Response, Fault> {
    let message = "a sharing group is of organisations here; which nodes it reaches, bridges say";
    Err(bad("no-servers-in-groups", message))
}
