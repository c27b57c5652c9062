//! Warninglists: `/warninglists/…`. A list that is off flags nothing.

use std::collections::BTreeMap;

use axum::response::Response;
use node::misp::vocabulary::NumberedList;
use serde_json::{Map, Value, json};

use super::{texts, up_to_date};
use crate::asked::Asked;
use crate::misp::ask::{fields, filters, part, text, truth};
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs};
use crate::routes::Needs;

/// Values that are looked up together.
const VALUES: usize = 10_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/warninglists", index);
    routes.ask("/warninglists/index", index);
    routes.get("/warninglists/view/{number}", view);
    routes.post("/warninglists/toggleEnable", Needs::Operator, toggle);
    routes.post("/warninglists/enableWarninglist/{number}", Needs::Operator, enable);
    routes.post(
        "/warninglists/enableWarninglist/{number}/{name}",
        Needs::Operator,
        enable,
    );
    routes.ask("/warninglists/checkValue", check);
    routes.post("/warninglists/update", Needs::Operator, update);
}

fn shown(list: &NumberedList) -> Map<String, Value> {
    let json = json!({
        "id": list.id.to_string(), "name": list.name, "type": list.list_type, "description": list.description,
        "version": list.version.to_string(), "enabled": list.enabled, "default": list.built_in, "category": list.category,
        "warninglist_entry_count": list.entries.to_string(),
    });
    match json {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let value = text(&wanted, "value").unwrap_or_default().to_lowercase();
    let enabled = truth(&wanted, "enabled");
    let lists = asked.node().numbered_lists(asked.caller()).await?;
    let found = lists.iter().filter(|list| {
        let told = list.name.to_lowercase().contains(&value) || list.description.to_lowercase().contains(&value);
        told && enabled.is_none_or(|enabled| enabled == list.enabled)
    });
    let found: Vec<Value> = found.map(|list| json!({ "Warninglist": shown(list) })).collect();
    answer::json_of(&json!({ "Warninglists": found }))
}

async fn one(asked: &Asked, name: &str) -> Result<NumberedList, Fault> {
    let lists = asked.node().numbered_lists(asked.caller()).await?;
    let found = lists
        .into_iter()
        .find(|list| list.id.to_string() == name || list.name == name);
    found.ok_or_else(Fault::not_found)
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let list = one(&asked, part(&asked, "number")).await?;
    let (entries, types) = asked.node().list_entries(asked.caller(), &list).await?;
    let id = list.id.to_string();
    let numbered = |name: &str, values: Vec<String>| -> Value {
        let row =
            |(at, value): (usize, String)| json!({ "id": (at + 1).to_string(), name: value, "warninglist_id": id });
        values.into_iter().enumerate().map(row).collect()
    };
    let mut json = shown(&list);
    json.insert("WarninglistEntry".to_owned(), numbered("value", entries));
    json.insert("WarninglistType".to_owned(), numbered("type", types));
    answer::json_of(&json!({ "Warninglist": json }))
}

async fn toggle(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Warninglist").await?;
    let (ids, names) = (texts(wish.get("id")), texts(wish.get("name")));
    let enabled = truth(&wish, "enabled");
    let lists = asked.node().numbered_lists(asked.caller()).await?;
    let named = |list: &&NumberedList| {
        let by_name = names.iter().any(|name| match name.contains('%') {
            true => list
                .name
                .to_lowercase()
                .contains(&name.trim_matches('%').to_lowercase()),
            false => list.name == *name,
        });
        by_name || ids.contains(&list.id.to_string())
    };
    let switches: Vec<(String, bool)> = lists
        .iter()
        .filter(named)
        .map(|list| (list.name.clone(), enabled.unwrap_or(!list.enabled)))
        .collect();
    asked.node().warninglists_switch(asked.caller(), &switches).await?;
    if switches.is_empty() {
        return answer::json_of(&json!({ "saved": false, "errors": "Warninglist(s) not found." }));
    }
    let done = match enabled {
        Some(true) => "enabled",
        Some(false) => "disabled",
        None => "toggled",
    };
    answer::json_of(&json!({ "saved": true, "success": format!("{} warninglist(s) {done}", switches.len()) }))
}

async fn enable(asked: Asked) -> Result<Response, Fault> {
    let enabled = matches!(part(&asked, "name"), "1" | "true");
    let list = one(&asked, part(&asked, "number")).await?;
    asked
        .node()
        .warninglists_switch(asked.caller(), &[(list.name.clone(), enabled)])
        .await?;
    let list = NumberedList { enabled, ..list };
    answer::json_of(&json!({ "Warninglist": shown(&list) }))
}

/// The values to look up: a list, or `value` in an object or in the query string.
async fn values(asked: &mut Asked) -> Result<Vec<String>, Fault> {
    let body = asked.take_body().await?;
    let mut values = Vec::new();
    if !body.is_empty() {
        let json: Value =
            serde_json::from_slice(&body).map_err(|error| bad("bad-json", format!("the body is no JSON: {error}")))?;
        values = match &json {
            Value::Object(map) => texts(map.get("value").or_else(|| map.get("values")).or_else(|| map.get("[]"))),
            other => texts(Some(other)),
        };
    }
    for (name, value) in pairs(asked.query().unwrap_or_default(), Plus::Space)? {
        if name == "value" {
            values.push(value);
        }
    }
    if values.is_empty() {
        return Err(bad("no-values", "name the values: a list of texts, or 'value'"));
    }
    if values.len() > VALUES {
        return Err(bad(
            "too-many-values",
            "up to 10,000 values are looked up together; ask several times",
        ));
    }
    Ok(values)
}

async fn check(mut asked: Asked) -> Result<Response, Fault> {
    let values = values(&mut asked).await?;
    let lists = asked.node().numbered_lists(asked.caller()).await?;
    let numbers: BTreeMap<&str, i64> = lists.iter().map(|list| (list.name.as_str(), list.id)).collect();
    let mut found = Map::new();
    for value in values {
        let hits: Vec<Value> = asked
            .node()
            .lists_knowing(&value)
            .into_iter()
            .filter_map(|(name, entry)| {
                let id = numbers.get(name.as_str())?;
                Some(json!({ "id": id.to_string(), "name": name, "matched": entry }))
            })
            .collect();
        if !hits.is_empty() {
            found.insert(value, Value::Array(hits));
        }
    }
    // As MISP writes nothing at all.
    let json = if found.is_empty() {
        json!([])
    } else {
        Value::Object(found)
    };
    answer::json_of(&json)
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&up_to_date(&asked, "All warninglists are up to date already.")?)
}
