//! Numbers of what a caller sees: `/users/statistics`, `/attributes/attributeStatistics`, `/tags/tagStatistics`.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::ask::part;
use super::events::viewer;
use super::people::{known, organisation_json};
use super::{Routes, answer};
use crate::asked::Asked;
use crate::problem::Fault;

/// Tags in a map of tags.
const TAGS: usize = 1_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/users/statistics", of_users);
    routes.get("/users/statistics/{context}", of_users);
    routes.ask("/attributes/attributeStatistics/{by}", of_attributes);
    routes.ask("/attributes/attributeStatistics/{by}/{percent}", of_attributes);
    routes.get("/tags/tagStatistics", of_tags);
    routes.get("/tags/tagStatistics/{percent}/{name_sort}", of_tags);
}

/// A part of a whole as MISP writes it: with the decimals that it has, three at the most.
fn percent(count: usize, total: usize) -> String {
    let text = format!("{:.3}", count as f64 * 100.0 / total.max(1) as f64);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn is_on(asked: &Asked, name: &str) -> bool {
    matches!(part(asked, name), "true" | "1")
}

/// Counts as they are asked for: as numbers, or each as its part of all.
fn counted(asked: &Asked, counts: impl IntoIterator<Item = (String, usize)>) -> Map<String, Value> {
    let counts: Vec<(String, usize)> = counts.into_iter().collect();
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let share = is_on(asked, "percent");
    let shown = |count| match share {
        true => percent(count, total),
        false => count.to_string(),
    };
    let shown = counts.into_iter().map(|(name, count)| (name, json!(shown(count))));
    shown.collect()
}

/// How many attributes of each type or category a caller sees.
async fn of_attributes(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let counts = asked
        .node()
        .misp_statistics(&viewer, part(&asked, "by") == "category")
        .await?;
    answer::json_of(&Value::Object(counted(&asked, counts)))
}

/// On how many of the events that a caller sees each tag is, the most frequent first.
async fn of_tags(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let mut counts: Vec<(String, usize)> = asked.node().misp_tag_statistics(&viewer).await?.into_iter().collect();
    if !is_on(&asked, "name_sort") {
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    }
    answer::json_of(&json!({ "tags": counted(&asked, counts), "taxonomies": [] }))
}

async fn of_users(asked: Asked) -> Result<Response, Fault> {
    let viewer = viewer(&asked).await?;
    let node = asked.node();
    let shown = match part(&asked, "context") {
        "" | "data" => {
            let events = node.misp_count_events(&viewer).await?;
            let attributes: usize = node.misp_statistics(&viewer, false).await?.values().sum();
            json!({ "stats": {
                "event_count": events, "attribute_count": attributes,
                "attributes_per_event": attributes.checked_div(events).unwrap_or(0),
                "org_count": node.members(asked.caller()).await?.len(),
            } })
        }
        "orgs" => {
            let counts = node.misp_count_by_member(&viewer).await?;
            let mut organisations = Map::new();
            for member in node.members(asked.caller()).await? {
                let mut one = organisation_json(&member, true);
                one["eventCount"] = json!(counts.get(&member.id).copied().unwrap_or_default());
                organisations.insert(member.name, one);
            }
            Value::Object(organisations)
        }
        "users" => {
            let local = node.members(asked.caller()).await?.len();
            let external = node.store().misp_organisations_met(&viewer).await?.len();
            json!({ "user": known(&asked).await?.len(), "org_local": local, "org_external": external })
        }
        "tags" => {
            let mut counts: Vec<(String, usize)> = node.misp_tag_statistics(&viewer).await?.into_iter().collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            counts.truncate(TAGS);
            let flat: Map<String, Value> = counts
                .iter()
                .map(|(name, count)| (name.clone(), json!({ "name": name, "size": count })))
                .collect();
            let leaves: Vec<Value> = flat.values().cloned().collect();
            json!({ "flatData": flat, "treemap": { "name": "tags", "children": leaves } })
        }
        "sightings" => {
            let counts = node.misp_count_sightings(&viewer).await?;
            let mut most: Vec<(i64, usize)> = counts.into_iter().collect();
            most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let top: Map<String, Value> = most
                .iter()
                .map(|(event, count)| (event.to_string(), json!(count.to_string())))
                .collect();
            let events: Vec<String> = most.iter().map(|(event, _)| event.to_string()).collect();
            json!({ "toplist": top, "eventids": events })
        }
        _ => {
            let message = "there are no such statistics here; there are data, orgs, users, tags and sightings";
            return Err(Fault::new(StatusCode::NOT_FOUND, "no-such-statistics", message));
        }
    };
    answer::json_of(&shown)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn parts_have_the_decimals_they_need() {
        assert_eq!((percent(1, 4).as_str(), percent(1, 8).as_str()), ("25%", "12.5%"));
        assert_eq!((percent(1, 3).as_str(), percent(0, 0).as_str()), ("33.333%", "0%"));
        assert_eq!(percent(5, 5), "100%");
    }
}
