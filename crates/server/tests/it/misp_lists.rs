//! What operators keep out by MISP's interface, and who asks to come in by it.

use serde_json::{Value, json};

use super::kit::Kit;
use super::misp_client::{event, post, refused, text, view};

#[tokio::test]
async fn events_of_blocked_organisations_are_not_taken_in() {
    let kit = Kit::start().await;
    let uuid = "99999999-0000-4000-8000-000000000009";
    let wish = json!({ "uuids": [uuid], "comment": "floods", "org_name": "Flood" });
    refused(&kit, "alder-coordinator", "/orgBlocklists/add", wish.clone()).await;
    let added = post(&kit, "operator", "/orgBlocklists/add", wish).await;
    assert_eq!(added["result"]["successes"], json!([uuid]));
    let theirs = json!({ "info": "Much", "Orgc": { "uuid": uuid, "name": "Flood" } });
    let (status, answer) = refused(&kit, "alder-contributor", "/events/add", theirs.clone()).await;
    assert_eq!(
        (status, text(&answer["message"])),
        (403, "Event blocked by organisation blocklist.")
    );
    event(&kit, "alder-contributor", json!({ "info": "Of Alder" })).await;
    let edited = post(
        &kit,
        "operator",
        &format!("/orgBlocklists/edit/{uuid}"),
        json!({ "org_name": "Flood Ltd" }),
    )
    .await;
    let edited = &edited["OrgBlocklist"];
    assert_eq!(
        (text(&edited["org_name"]), text(&edited["comment"])),
        ("Flood Ltd", "floods")
    );
    // An event of the same UUID is another entry.
    refused(&kit, "operator", &format!("/eventBlocklists/delete/{uuid}"), json!({})).await;
    assert_ne!(kit.get("alder-analyst", "/orgBlocklists/index").await.status, 200);
    post(&kit, "operator", &format!("/orgBlocklists/delete/{uuid}"), json!({})).await;
    event(&kit, "alder-contributor", theirs).await;
}

#[tokio::test]
async fn a_member_whose_organisation_is_blocked_adds_nothing() {
    let kit = Kit::start().await;
    let own = kit.get("alder-contributor", "/organisations/view/Alder").await.json();
    let list = json!({ "uuids": text(&own["Organisation"]["uuid"]) });
    post(&kit, "operator", "/orgBlocklists/add", list).await;
    refused(&kit, "alder-contributor", "/events/add", json!({ "info": "Of Alder" })).await;
    event(&kit, "birch-contributor", json!({ "info": "Of Birch" })).await;
}

/// The events that one is related to.
async fn related(kit: &Kit, one: &Value) -> Vec<String> {
    let shown = view(kit, "alder-reader", one).await;
    let related = shown["RelatedEvent"].as_array().unwrap().iter();
    related.map(|one| text(&one["Event"]["info"]).to_owned()).collect()
}

#[tokio::test]
async fn what_is_left_out_of_correlations_connects_nothing() {
    let kit = Kit::start().await;
    let with = |title: &str, value: &str| json!({ "info": title, "Attribute": [{ "type": "domain", "value": value }] });
    let one = event(&kit, "alder-contributor", with("one", "cdn.Example.net")).await;
    event(&kit, "birch-contributor", with("two", "cdn.example.net")).await;
    assert_eq!(related(&kit, &one).await, ["two"]);
    let wish = json!({ "value": "%.example.net", "comment": "a network of many" });
    refused(&kit, "alder-coordinator", "/correlation_exclusions/add", wish.clone()).await;
    refused(
        &kit,
        "operator",
        "/correlation_exclusions/add",
        json!({ "value": "%%" }),
    )
    .await;
    let made = post(&kit, "operator", "/correlation_exclusions/add", wish).await["CorrelationExclusion"].clone();
    assert!(related(&kit, &one).await.is_empty());
    let searched = json!({ "value": "cdn.example.net", "includeCorrelations": 1 });
    let found = post(&kit, "alder-reader", "/attributes/restSearch", searched).await;
    assert_eq!(found["response"]["Attribute"][0]["RelatedAttribute"], json!([]));
    let id = text(&made["id"]);
    let path = format!("/correlation_exclusions/edit/{id}");
    post(&kit, "operator", &path, json!({ "value": "cdn_%" })).await;
    assert_eq!(related(&kit, &one).await, ["two"], "an underscore is itself");
    let shown = kit
        .get("operator", &format!("/correlation_exclusions/view/{id}"))
        .await
        .json();
    assert_eq!(shown["CorrelationExclusion"]["value"], "cdn_%");
    post(
        &kit,
        "operator",
        &format!("/correlation_exclusions/delete/{id}"),
        json!({}),
    )
    .await;
    post(&kit, "operator", "/correlation_exclusions/clean", json!({})).await;
    assert_eq!(kit.get("operator", "/correlation_exclusions").await.json(), json!([]));
}

#[tokio::test]
async fn attributes_that_are_not_to_be_correlated_are_not() {
    let kit = Kit::start().await;
    let with = |title: &str, more: bool| {
        json!({ "info": title, "Attribute": [
            { "type": "domain", "value": "same.example", "disable_correlation": more } ] })
    };
    let one = event(&kit, "alder-contributor", with("one", false)).await;
    let two = event(&kit, "alder-contributor", with("two", true)).await;
    assert!(related(&kit, &one).await.is_empty());
    let path = format!("/attributes/edit/{}", text(&two["Attribute"][0]["id"]));
    post(
        &kit,
        "alder-contributor",
        &path,
        json!({ "disable_correlation": false }),
    )
    .await;
    assert_eq!(related(&kit, &one).await, ["two"]);
}

#[tokio::test]
async fn strangers_ask_for_an_account_only_while_an_operator_lets_them() {
    let kit = Kit::start().await;
    let asks = json!({ "email": "new@example.org", "org_name": "Alder", "message": "please", "custom_perms": null,
        "perm_sync": false, "perm_publish": true, "perm_admin": true });
    let off = kit
        .ask("public", "POST", "/users/register", Some(&asks.to_string()))
        .await;
    let other = kit.ask("public", "POST", "/users/nothing", Some("{}")).await;
    assert_eq!((off.status, off.text()), (404, other.text()));
    let set = json!({ "value": true });
    let path = "/servers/serverSettingsEdit/Security.allow_self_registration";
    assert_eq!(refused(&kit, "alder-coordinator", path, set.clone()).await.0, 403);
    post(&kit, "operator", path, set).await;
    for wish in [
        json!({ "email": "nobody" }),
        json!({ "email": "a@b.example", "message": "x".repeat(5_000) }),
    ] {
        let answer = kit
            .ask("public", "POST", "/users/register", Some(&wish.to_string()))
            .await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    let asked = kit
        .ask("public", "POST", "/users/register", Some(&asks.to_string()))
        .await;
    assert_eq!(
        (asked.status, asked.json()["saved"].clone()),
        (200, json!(true)),
        "{}",
        asked.text()
    );
    let second = json!({ "email": "other@example.org" });
    kit.ask("public", "POST", "/users/register", Some(&second.to_string()))
        .await;

    assert_ne!(
        kit.get("alder-coordinator", "/users/registrations/index").await.status,
        200
    );
    let waiting = kit.get("operator", "/users/registrations/index").await.json();
    let ids: Vec<&str> = waiting
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["Inbox"]["id"]))
        .collect();
    assert_eq!(waiting[0]["Inbox"]["data"]["email"], "new@example.org");
    let accept = |id: &str| format!("/users/acceptRegistrations/{id}");
    let (_, answer) = refused(&kit, "operator", &accept(ids[1]), json!({ "User": { "role_id": 3 } })).await;
    assert_eq!(answer["message"], "No organisation selected. Supply an Organisation ID");
    let own = kit.get("alder-reader", "/users/view/me").await.json();
    let wish = json!({ "User": { "org_id": own["User"]["org_id"], "role_id": "3", "perm_admin": true } });
    refused(&kit, "alder-coordinator", &accept(ids[0]), wish.clone()).await;
    post(&kit, "operator", &accept(ids[0]), wish).await;
    let made = kit
        .get("operator", "/admin/users/index/value:new@example.org")
        .await
        .json();
    // What they asked for beyond the role is not theirs to say.
    assert_eq!(
        (text(&made[0]["User"]["role_id"]), made.as_array().unwrap().len()),
        ("3", 1)
    );
    let discard = format!("/users/discardRegistrations/{}", ids[1]);
    let done = post(&kit, "operator", &discard, json!({})).await;
    assert_eq!(done["name"], "1 registration(s) discarded.");
    assert_eq!(kit.get("operator", "/users/registrations").await.json(), json!([]));
}

#[tokio::test]
async fn of_one_network_not_everybody_asks_at_once() {
    let kit = Kit::start().await;
    let path = "/servers/serverSettingsEdit/Security.allow_self_registration";
    post(&kit, "operator", path, json!({ "value": "1" })).await;
    let mut refusals = 0;
    for number in 0..8 {
        let wish = json!({ "email": format!("n{number}@example.org") });
        let answer = kit
            .ask("public", "POST", "/users/register", Some(&wish.to_string()))
            .await;
        refusals += usize::from(answer.status != 200);
    }
    assert_eq!(refusals, 3);
}
