//! Tags: `/tags/…`. A tag is known to those who meet it in something they see, and to those who made it.

use axum::response::Response;
use node::misp::tag_json;
use policy::{Action, decide};
use serde_json::{Map, Value, json};
use store::{MispKind, MispTag};

use super::ask::{Named, fields, filters, number, part, text, truth};
use super::events::viewer;
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// The colour of a tag of which none is said.
const COLOUR: &str = "#0088cc";
/// The longest name.
const LONGEST: usize = 255;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/tags", index);
    routes.ask("/tags/index", index);
    routes.get("/tags/index/searchall:{filter}", index);
    routes.get("/tags/view/{tag}", view);
    routes.post("/tags/add", Needs::Contributor, add);
    routes.post("/tags/edit/{tag}", Needs::Operator, edit);
    routes.post("/tags/delete/{tag}", Needs::Operator, delete);
    routes.ask("/tags/search", search);
    routes.get("/tags/search/{word}", search);
    routes.get("/tags/search/{word}/{strict}", search);
    routes.post("/tags/attachTagToObject", Needs::Contributor, attach);
    routes.post("/tags/removeTagFromObject", Needs::Contributor, detach);
    routes.post("/tags/attachTagToObject/{uuid}/{tag}", Needs::Contributor, attach);
    routes.post("/tags/removeTagFromObject/{uuid}/{tag}", Needs::Contributor, detach);
}

fn shown(tag: &MispTag) -> Value {
    let mut json = tag_json(tag);
    json["org_id"] = json!("0");
    json["count"] = json!(0);
    json["attribute_count"] = json!(0);
    json["inherited"] = json!(0);
    json["favourite"] = json!(false);
    json
}

/// A tag by its number or name, made where there is none of that name.
pub(super) async fn named(asked: &Asked, name: &str) -> Result<MispTag, Fault> {
    if let Ok(number) = name.parse::<i64>() {
        let known = known(asked).await?;
        let found = known.into_iter().find(|tag| tag.id == number);
        return found.ok_or_else(Fault::not_found);
    }
    check(name)?;
    let wish = MispTag {
        id: 0,
        name: name.to_owned(),
        colour: COLOUR.to_owned(),
        exportable: true,
        hidden: false,
        number: None,
        is_open: false,
    };
    decide(&asked.caller().principal, Action::ContributeToNamed)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "no such tag")))?;
    Ok(asked.node().store().misp_tag_named(&wish).await?)
}

fn check(name: &str) -> Result<(), Fault> {
    let bad_name = name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control);
    match bad_name {
        true => Err(bad(
            "bad-tag",
            "a tag has a name of up to 255 characters, without control characters",
        )),
        false => Ok(()),
    }
}

/// The tags that a caller may know of.
pub(super) async fn known(asked: &Asked) -> Result<Vec<MispTag>, Fault> {
    let viewer = viewer(asked).await?;
    Ok(asked.node().misp_tags_known(&viewer).await?)
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let mut searched = text(&wanted, "searchall").unwrap_or_default();
    if searched.is_empty() {
        searched = part(&asked, "filter").to_owned();
    }
    let searched = searched.to_lowercase();
    let tags = known(&asked).await?;
    let tags: Vec<Value> = tags
        .iter()
        .filter(|tag| tag.name.to_lowercase().contains(&searched))
        .map(shown)
        .collect();
    answer::json_of(&json!({ "Tag": tags }))
}

async fn one(asked: &Asked) -> Result<MispTag, Fault> {
    let name = part(asked, "tag");
    let tags = known(asked).await?;
    let found = tags
        .into_iter()
        .find(|tag| tag.id.to_string() == name || tag.name == name);
    found.ok_or_else(Fault::not_found)
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&shown(&one(&asked).await?))
}

fn read(wish: &Map<String, Value>, before: MispTag) -> Result<MispTag, Fault> {
    if ["org_id", "user_id"]
        .iter()
        .any(|key| number(wish, key).is_some_and(|whose| whose != 0))
    {
        return Err(bad(
            "tags-are-for-all",
            "a tag is for everybody here: it cannot be kept for one organisation or person",
        ));
    }
    let name = text(wish, "name").unwrap_or(before.name);
    check(&name)?;
    let colour = text(wish, "colour")
        .filter(|colour| !colour.is_empty())
        .unwrap_or(before.colour);
    let is_colour =
        colour.len() == 7 && colour.starts_with('#') && colour.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
    if !is_colour {
        return Err(bad("bad-colour", "a colour is written as #rrggbb"));
    }
    Ok(MispTag {
        id: before.id,
        name,
        colour,
        exportable: truth(wish, "exportable").unwrap_or(before.exportable),
        hidden: truth(wish, "hide_tag").unwrap_or(before.hidden),
        number: number(wish, "numerical_value").or(before.number),
        is_open: before.is_open,
    })
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Tag").await?;
    let fresh = MispTag {
        id: 0,
        name: String::new(),
        colour: COLOUR.to_owned(),
        exportable: true,
        hidden: false,
        number: None,
        is_open: false,
    };
    let wish = read(&wish, fresh)?;
    let tag = asked.node().misp_tag_make(asked.caller(), &wish).await?;
    answer::json_of(&json!({ "Tag": shown(&tag) }))
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Tag").await?;
    let before = one(&asked).await?;
    let wish = read(&wish, before)?;
    asked.node().misp_tag_change(asked.caller(), &wish).await?;
    answer::json_of(&json!({ "Tag": shown(&wish) }))
}

async fn delete(asked: Asked) -> Result<Response, Fault> {
    let tag = one(&asked).await?;
    asked.node().misp_tag_forget(asked.caller(), tag.id).await?;
    answer::done("Tag deleted.")
}

async fn search(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let word = ["tagname", "name", "tag"]
        .iter()
        .find_map(|key| text(&wanted, key))
        .unwrap_or_else(|| part(&asked, "word").to_owned());
    let strict = matches!(part(&asked, "strict"), "1" | "true") || truth(&wanted, "strict_tagname") == Some(true);
    let lower = word.to_lowercase();
    let tags = known(&asked).await?;
    let found = tags.iter().filter(|tag| {
        let name = tag.name.to_lowercase();
        let wild = lower.trim_matches('%');
        if strict { name == lower } else { name.contains(wild) }
    });
    answer::json_of(
        &found
            .map(|tag| json!({ "Tag": shown(tag), "Taxonomy": {}, "TaxonomyPredicate": {} }))
            .collect(),
    )
}

async fn attach(asked: Asked) -> Result<Response, Fault> {
    set(asked, true).await
}

async fn detach(asked: Asked) -> Result<Response, Fault> {
    set(asked, false).await
}

async fn set(mut asked: Asked, on: bool) -> Result<Response, Fault> {
    let mut wish = fields(&mut asked, "Tag").await?;
    if wish.is_empty() {
        wish.insert("uuid".to_owned(), json!(part(&asked, "uuid")));
        wish.insert("tag".to_owned(), json!(part(&asked, "tag")));
    }
    let uuid = text(&wish, "uuid")
        .and_then(|uuid| uuid::Uuid::try_parse(&uuid).ok())
        .ok_or_else(Fault::not_found)?;
    let name = text(&wish, "tag").unwrap_or_default();
    viewer(&asked).await?;
    let (kind, number) = target(&asked, uuid).await?;
    let tag = named(&asked, &name).await?;
    asked
        .node()
        .misp_tag_set(asked.caller(), kind, number, (&tag.name, &tag.colour), on)
        .await?;
    let what = if kind == MispKind::Event { "Event" } else { "Attribute" };
    let done = if on { "Global tag" } else { "Tag" };
    let verb = if on {
        "successfully attached to"
    } else {
        "successfully removed from"
    };
    answer::done(&format!("{done} {}({}) {verb} {what}({number}).", tag.name, tag.id))
}

/// What a UUID names, in MISP's words where it names nothing that the caller sees. It is looked up before the tag, which may
/// be made for it.
async fn target(asked: &Asked, uuid: uuid::Uuid) -> Result<(MispKind, i64), Fault> {
    let named = Named::Uuid(uuid);
    let event = super::events::number_of(asked, named).await;
    let found = match event {
        Ok(number) => Ok((MispKind::Event, number)),
        Err(fault) if fault.status() == http::StatusCode::NOT_FOUND => {
            let number = super::attributes::element(asked, MispKind::Attribute, named).await;
            number.map(|number| (MispKind::Attribute, number))
        }
        Err(fault) => Err(fault),
    };
    found.map_err(|fault| match fault.status() {
        http::StatusCode::NOT_FOUND => Fault::new(http::StatusCode::NOT_FOUND, "not-found", "Invalid Target."),
        _ => fault,
    })
}
