//! Noticelists: `/noticelists/…`. What to think of before something of some kind is shared.

use axum::response::Response;
use serde_json::{Value, json};
use store::{Vocabulary, VocabularyKind};

use super::{head, list_of, named, switched, up_to_date};
use crate::asked::Asked;
use crate::misp::ask::part;
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::routes::Needs;

const KIND: VocabularyKind = VocabularyKind::Noticelist;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/noticelists", index);
    routes.get("/noticelists/index", index);
    routes.get("/noticelists/view/{number}", view);
    routes.post("/noticelists/enable/{number}", Needs::Operator, |asked| {
        set(asked, Some(true))
    });
    routes.post("/noticelists/disable/{number}", Needs::Operator, |asked| {
        set(asked, Some(false))
    });
    routes.post("/noticelists/toggleEnable/{number}", Needs::Operator, |asked| {
        set(asked, None)
    });
    routes.post("/noticelists/enableNoticelist/{number}", Needs::Operator, |asked| {
        set(asked, Some(false))
    });
    routes.post(
        "/noticelists/enableNoticelist/{number}/{name}",
        Needs::Operator,
        enable_as_said,
    );
    routes.post("/noticelists/update", Needs::Operator, update);
}

fn shown(one: &Vocabulary) -> Value {
    let head = head(one);
    json!({
        "id": one.id.to_string(), "name": one.key, "expanded_name": head.get("expanded_name"), "ref": head.get("ref"),
        "geographical_area": head.get("geographical_area"), "version": one.version.to_string(), "enabled": one.enabled,
    })
}

async fn index(asked: Asked) -> Result<Response, Fault> {
    let all = asked.node().vocabulary_list(asked.caller(), KIND).await?;
    list_of(all.iter().map(|one| json!({ "Noticelist": shown(one) })).collect())
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let one = named(&asked, KIND).await?;
    let file = asked.node().vocabulary_file(KIND, one.id).await?;
    let notices = file
        .get("notice")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let entry = |(at, notice): (usize, Value)| json!({ "id": (at + 1).to_string(), "noticelist_id": one.id.to_string(), "data": notice });
    let mut json = shown(&one);
    json["NoticelistEntry"] = notices.into_iter().enumerate().map(entry).collect();
    answer::json_of(&json!({ "Noticelist": json }))
}

async fn set(asked: Asked, enabled: Option<bool>) -> Result<Response, Fault> {
    let one = switched(&asked, KIND, enabled).await?;
    let message = if one.enabled {
        "Noticelist enabled."
    } else {
        "Noticelist disabled."
    };
    answer::json_of(&json!({ "saved": true, "success": true, "message": message, "Noticelist": shown(&one) }))
}

async fn enable_as_said(asked: Asked) -> Result<Response, Fault> {
    let enabled = matches!(part(&asked, "name"), "1" | "true");
    set(asked, Some(enabled)).await
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&up_to_date(&asked, "All noticelists are up to date already.")?)
}
